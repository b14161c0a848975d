//! Logging in, and what is said where something did not work.

use maud::{Markup, html};

use super::layout::{Around, Part, page};

/// Asks for the key. `token` is what the form and a cookie both carry.
pub fn login(around: &Around<'_>, token: &str, fault: Option<&str>) -> Markup {
    let texts = &around.texts.login;
    let content = html! {
        div {
            h1 { (texts.title) }
            p.lead { (texts.lead) }
        }
        form.sheet.narrow method="post" action="/login" {
            @if let Some(fault) = fault { p.note.bad #fault role="alert" { (fault) } }
            input type="hidden" name="csrf" value=(token);
            div.field {
                label for="key" { (texts.key) }
                input #key type="password" name="key" required autocomplete="current-password" spellcheck="false"
                    aria-describedby=(if fault.is_some() { "fault key-hint" } else { "key-hint" })
                    aria-invalid=[fault.map(|_| "true")];
                p.hint #key-hint { (texts.key_hint) }
            }
            div { button.button type="submit" { (texts.submit) } }
        }
    };
    page(around, Part::Other, texts.title, &content)
}

/// Says what did not work, and leads back.
pub fn trouble(around: &Around<'_>, message: &str) -> Markup {
    let texts = &around.texts.trouble;
    let content = html! {
        h1 { (texts.title) }
        p.note.bad role="alert" { (message) }
        p { a href="/" { (texts.back) } }
    };
    page(around, Part::Other, texts.title, &content)
}
