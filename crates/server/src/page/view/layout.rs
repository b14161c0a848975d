//! What stands around every page.

use ksef_qr::values::Day;
use maud::{DOCTYPE, Markup, html};

use crate::page::texts::{Texts, fill};

/// What stands around every page.
pub struct Around<'a> {
    pub texts: &'static Texts,
    /// Where one is, for the way back from another language.
    pub path: &'a str,
    /// The name of the key that is logged in.
    pub key: Option<&'a str>,
    pub csrf: Option<&'a str>,
    pub is_demonstration: bool,
    /// Its place in the list of environments: production, demo, test.
    pub environment: usize,
    pub today: Day,
}

/// Which part of the page one is in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Invoices,
    Book,
    Certificates,
    Verify,
    /// None of them: logging in, a refusal.
    Other,
}

/// A whole page.
pub fn page(around: &Around<'_>, part: Part, title: &str, content: &Markup) -> Markup {
    let texts = &around.texts.layout;
    let links = [
        (Part::Invoices, "/", texts.invoices),
        (Part::Book, "/book", texts.book),
        (Part::Certificates, "/certificates", texts.certificates),
        (Part::Verify, "/verify", texts.verify),
    ];
    let other = around.texts.language.other();
    html! {
        (DOCTYPE)
        html lang=(around.texts.language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – ksef-qr" }
                link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/page.css";
                script src="/assets/page.js" type="module" {}
            }
            body {
                a.skip href="#content" { (texts.skip) }
                header.banner {
                    div.frame {
                        a.brand href="/" {
                            (mark())
                            span { "ksef-qr" span { (texts.tagline) } }
                        }
                        @if around.key.is_some() {
                            nav aria-label=(texts.navigation) {
                                ul {
                                    @for (its, address, name) in links {
                                        li { a href=(address) aria-current=[(its == part).then_some("page")] { (name) } }
                                    }
                                }
                            }
                        }
                        div.aside {
                            a href={ "/language/" (other.tag()) "?to=" (around.path) } lang=(other.tag()) hreflang=(other.tag()) {
                                (texts.other_language)
                            }
                            @if let (Some(csrf), false) = (around.csrf, around.is_demonstration) {
                                form method="post" action="/logout" {
                                    input type="hidden" name="csrf" value=(csrf);
                                    button.plain type="submit" { (texts.log_out) }
                                }
                            }
                        }
                    }
                }
                @if around.is_demonstration {
                    aside.strip { div.frame { (texts.demonstration) } }
                }
                main #content .frame tabindex="-1" { (content) }
                footer {
                    div.frame {
                        span { (texts.disclaimer) }
                        span {
                            (texts.environment[around.environment])
                            @if let Some(key) = around.key { " · " (fill(texts.key_in_use, &[key])) }
                        }
                    }
                }
            }
        }
    }
}

/// Three corners of a code.
fn mark() -> Markup {
    html! {
        svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" aria-hidden="true" {
            rect x="2" y="2" width="8" height="8" rx="1.5" {}
            rect x="14" y="2" width="8" height="8" rx="1.5" {}
            rect x="2" y="14" width="8" height="8" rx="1.5" {}
            path d="M14 18.5l2.8 2.8L22 15" stroke-linecap="round" stroke-linejoin="round" {}
        }
    }
}
