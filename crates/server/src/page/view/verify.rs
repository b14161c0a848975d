//! A code that is verified: by picture, by camera, by its link.

use ksef_qr::report::Outcome;
use ksef_qr::verify::CodeKind;
use maud::{Markup, html};

use super::layout::{Around, Part, page};
use super::results::findings;
use crate::page::answer::{Told, sentence};
use crate::page::language::Language;
use crate::page::texts;

/// What came of one code.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The text of the code; none of a pair.
    pub link: Option<String>,
    pub kind: Option<CodeKind>,
    pub has_failed: bool,
    pub checks: Vec<LookedAt>,
}

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub struct LookedAt {
    pub outcome: Outcome,
    pub told: Told,
}

/// The form, and what came of what it was sent with.
pub fn verify(
    around: &Around<'_>,
    csrf: &str,
    fault: Option<&Told>,
    nothing_given: bool,
    found: Option<&[Verified]>,
) -> Markup {
    let texts = &around.texts.verify;
    let content = html! {
        div {
            h1 { (texts.title) }
            p.lead { (texts.lead) }
        }
        @if let Some(found) = found {
            section.stack aria-labelledby="found" {
                h2 #found { (texts.result) }
                @for one in found { (verified(around, one)) }
            }
        }
        @if let Some(fault) = fault { div role="alert" { (findings(around.texts, std::slice::from_ref(fault), "bad")) } }
        @if nothing_given { p.note.bad role="alert" { (texts.nothing_given) } }
        form #verify .sheet method="post" action="/verify" enctype="multipart/form-data" {
            input type="hidden" name="csrf" value=(csrf);
            div.field {
                label for="file" { (texts.file) }
                input #file type="file" name="file" accept=".png,.jpg,.jpeg,.svg,.pdf,image/*,application/pdf" aria-describedby="file-hint";
                p.hint #file-hint { (texts.file_hint) }
            }
            div.field {
                label for="link" { (texts.link) }
                input #link type="text" name="link" inputmode="url" autocomplete="off" spellcheck="false" aria-describedby="link-hint";
                p.hint #link-hint { (texts.link_hint) }
            }
            div.field {
                label for="invoice" { (texts.invoice) }
                input #invoice type="file" name="invoice" accept=".xml,text/xml,application/xml" aria-describedby="invoice-hint";
                p.hint #invoice-hint { (texts.invoice_hint) }
            }
            div { button.button type="submit" { (texts.submit) } }
        }
        section.sheet.camera.no-print hidden data-camera data-form="#verify" data-address="/verify/frame" data-start=(texts.camera)
            data-stop=(texts.camera_stop) data-none=(texts.camera_none) data-searching=(texts.camera_searching) {
            button.button.second type="button" { (texts.camera) }
            p.hint { (texts.camera_hint) }
            video hidden muted playsinline aria-label=(texts.camera_view) {}
            p role="status" {}
        }
    };
    page(around, Part::Verify, texts.title, &content)
}

fn verified(around: &Around<'_>, one: &Verified) -> Markup {
    let texts = &around.texts.verify;
    let name = match one.kind {
        Some(CodeKind::Kod1) => texts.kod1,
        Some(CodeKind::Kod2) => texts.kod2,
        _ if one.link.is_none() => "KOD I + KOD II",
        _ => texts.unknown,
    };
    // What failed comes first, then what somebody should look at.
    let rank = |outcome| match outcome {
        Outcome::Fail => 0,
        Outcome::Warning => 1,
        Outcome::Ok => 2,
        Outcome::OnlyKsef => 3,
        _ => 4,
    };
    let mut checks: Vec<&LookedAt> = one.checks.iter().collect();
    checks.sort_by_key(|check| rank(check.outcome));
    html! {
        article.sheet.answer {
            header {
                h3 { (name) }
                @if one.has_failed { span.mark.bad { (texts.wrong) } } @else { span.mark.good { (texts.right) } }
            }
            @if let Some(link) = &one.link { p.technical { span.hint { (texts.leads_to) ": " } (link) } }
            div.scroll {
                table.wide {
                    caption.unseen { (name) }
                    tbody { @for check in checks { (looked_at(around, check)) } }
                }
            }
        }
    }
}

fn looked_at(around: &Around<'_>, check: &LookedAt) -> Markup {
    let (place, kind) = match check.outcome {
        Outcome::Ok => (0, "good"),
        Outcome::Warning => (1, "warn"),
        Outcome::Fail => (2, "bad"),
        Outcome::OnlyKsef => (3, "warn"),
        _ => (4, "warn"),
    };
    let words = check.told.in_words(around.texts.language);
    let named = match around.texts.language {
        Language::Polish => texts::looked_at(&check.told.code),
        Language::English => None,
    };
    let is_fault = matches!(check.outcome, Outcome::Fail | Outcome::Warning | Outcome::NotChecked);
    html! {
        tr {
            td { span class={ "mark " (kind) } { (around.texts.verify.outcomes[place]) } }
            td {
                // In Polish the row says what is looked at; where that is wrong, the library's words say how.
                p { (named.unwrap_or(&words.what)) }
                @if is_fault { p.hint { (words.hint) } }
                @if let (true, Language::Polish, Some(details)) = (is_fault, around.texts.language, &words.details) {
                    p.technical.hint lang="en" { (sentence(details)) }
                }
            }
        }
    }
}
