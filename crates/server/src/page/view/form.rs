//! The form that takes invoices.

use maud::{Markup, html};

use super::layout::{Around, Part, page};
use crate::page::limits::{LARGEST_UPLOAD_MB, MOST_FILES};
use crate::page::texts::fill;

/// The names of the modes in forms, in the order of their texts.
pub const MODES: [&str; 4] = ["offline24", "unavailable", "failure", "total"];

/// The form. `recent` are results that can still be downloaded: address and words.
pub fn invoices(around: &Around<'_>, csrf: &str, recent: &[(String, String)]) -> Markup {
    let texts = &around.texts.form;
    let (most, largest) = (MOST_FILES.to_string(), LARGEST_UPLOAD_MB.to_string());
    let content = html! {
        div {
            h1 { (texts.title) }
            p.lead { (texts.lead) }
        }
        form.sheet method="post" action="/results" enctype="multipart/form-data" data-uploads
            data-remove=(texts.remove) data-no-files=(texts.no_files) data-sending=(texts.sending) data-done=(texts.done)
            data-stopped=(texts.stopped) {
            input type="hidden" name="csrf" value=(csrf);
            div.field {
                label for="files" { (texts.files) }
                div.drop {
                    span.call hidden { (texts.drop_here) }
                    input #files type="file" name="files" multiple required accept=".xml,.pdf,text/xml,application/xml,application/pdf"
                        aria-describedby="files-hint";
                    p.hint #files-hint { (fill(texts.files_hint, &[&most, &largest])) }
                }
            }
            ul.chosen aria-label=(texts.files) {}
            fieldset {
                legend { (texts.mode) }
                div.choices {
                    @for (place, (mode, choice)) in MODES.iter().zip(&texts.modes).enumerate() {
                        label.choice {
                            input type="radio" name="mode" value=(mode) checked[place == 0];
                            b { (choice.name) }
                            small { (choice.note) }
                        }
                    }
                }
            }
            div.field {
                label for="ended" { (texts.ended) }
                input #ended type="date" name="ended" aria-describedby="ended-hint";
                p.hint #ended-hint { (texts.ended_hint) }
            }
            label.choice {
                input type="checkbox" name="check_only" value="yes";
                b { (texts.check_only) }
                small { (texts.check_only_hint) }
            }
            label.choice {
                input type="checkbox" name="as_printed" value="yes";
                b { (texts.as_printed) }
                small { (texts.as_printed_hint) }
            }
            div.row {
                button.button type="submit" { (texts.submit) }
                p role="status" {}
            }
        }
        @if !recent.is_empty() {
            section.stack {
                h2 { (texts.recent) }
                ul { @for (address, words) in recent { li { a href=(address) { (words) } } } }
            }
        }
        section.stack {
            h2 { (texts.how_title) }
            ol.steps { @for step in texts.how { li { (step) } } }
        }
    };
    page(around, Part::Invoices, texts.title, &content)
}
