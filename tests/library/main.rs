//! The library, as a program that depends on it sees it: one file for each concern.

#[path = "../common/mod.rs"]
mod common;

mod advice;
mod architecture;
mod book;
mod book_model;
#[cfg(all(unix, feature = "postgres"))]
mod book_server;
mod circles;
mod codes;
mod credential_matrix;
mod credentials;
mod deadline;
mod encryption;
mod font_data;
mod invoices;
mod paper;
mod pdf_text;
mod pkcs12;
mod receipts;
mod register;
mod roster;
mod sign_and_verify;
mod signing;
mod stamp;
mod testkit;
mod vectors;
mod verify;
mod verify_digests;
mod verify_manifests;
mod verify_signatures;
mod versions;
