use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::pdf::document::file::File;
use crate::pdf_objects::{Dict, Object};

/// Fields of a form that are looked at, and levels of it.
const MOST_FIELDS: usize = 10_000;
const DEEPEST: usize = 32;

/// Refuses what a certification forbids; a signature only gives a warning.
///
/// Every level of certification (ISO 32000-1, 12.8.2.2: 1 nothing, 2 forms, 3 annotations too) forbids a change of what
/// a page shows, and readers then call the signature invalid. After an ordinary signature they show its revision as
/// valid, and that the document was changed since.
///
/// # Errors
/// `pdf_certified`, and what reading gives.
pub(in crate::pdf) fn look(file: &File) -> Result<Vec<Warning>> {
    let catalog = file.catalog()?;
    let permissions = file.dict_in(&catalog, "Perms")?.unwrap_or_default();
    if let Some(certification) = file.dict_in(&permissions, "DocMDP")? {
        let level = level(file, &certification)?.unwrap_or(2);
        return Err(certified(level));
    }
    let form = file.dict_in(&catalog, "AcroForm")?.unwrap_or_default();
    let mut signed = permissions.get("UR3").is_some() || permissions.get("UR").is_some();
    let mut todo: Vec<(Object, usize)> = file.items(&form, "Fields")?.into_iter().map(|field| (field, 0)).collect();
    let mut seen = 0;
    while let Some((field, depth)) = todo.pop() {
        seen += 1;
        if seen > MOST_FIELDS || depth > DEEPEST {
            break;
        }
        let Some(field) = file.dict(&field)? else { continue };
        if field.is("FT", "Sig") && field.get("V").is_some() {
            let signature = file.dict_in(&field, "V")?.unwrap_or_default();
            if let Some(level) = level(file, &signature)? {
                return Err(certified(level));
            }
            signed |= !signature.0.is_empty();
        }
        todo.extend(file.items(&field, "Kids")?.into_iter().map(|kid| (kid, depth + 1)));
    }
    let message = "the PDF is signed; the signature stays valid for what was signed, and readers show that pages were \
                   changed since";
    Ok(if signed { vec![Warning::new(WarningKind::PdfSigned, message)] } else { Vec::new() })
}

/// The level of a signature that certifies.
fn level(file: &File, signature: &Dict) -> Result<Option<i64>> {
    for reference in file.items(signature, "Reference")?.iter().take(100) {
        let Some(reference) = file.dict(reference)? else { continue };
        if file.value(&reference, "TransformMethod")?.as_name() == Some(b"DocMDP") {
            let parameters = file.dict_in(&reference, "TransformParams")?.unwrap_or_default();
            return Ok(Some(file.value(&parameters, "P")?.integer().unwrap_or(2)));
        }
    }
    Ok(None)
}

fn certified(level: i64) -> Error {
    Error::new(Kind::PdfCertified, format!("the PDF is certified (level {level}), and its pages may not be changed"))
}
