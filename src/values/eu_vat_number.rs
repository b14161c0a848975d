//! VAT numbers of the member states, as KSeF takes them in a context (OpenAPI 2.7.0, `NipVatUe`).

/// Of each member state the forms of its numbers: Greece as EL, Northern Ireland as XI; Poland is not among them. In a form
/// `d` is a digit, `a` a capital letter, `n` either, `x` either or one of `+` and `*`, `b` is 0 or 1; a capital is itself.
const FORMS: &[(&str, &[&str])] = &[
    ("AT", &["Udddddddd"]),
    ("BE", &["bddddddddd"]),
    ("BG", &["ddddddddd", "dddddddddd"]),
    ("CY", &["dddddddda"]),
    ("CZ", &["dddddddd", "ddddddddd", "dddddddddd"]),
    ("DE", &["ddddddddd"]),
    ("DK", &["dddddddd"]),
    ("EE", &["ddddddddd"]),
    ("EL", &["ddddddddd"]),
    ("ES", &["adddddddd", "dddddddda", "addddddda"]),
    ("FI", &["dddddddd"]),
    ("FR", &["nnddddddddd"]),
    ("HR", &["ddddddddddd"]),
    ("HU", &["dddddddd"]),
    ("IE", &["dddddddaa", "dxddddda"]),
    ("IT", &["ddddddddddd"]),
    ("LT", &["ddddddddd", "dddddddddddd"]),
    ("LU", &["dddddddd"]),
    ("LV", &["ddddddddddd"]),
    ("MT", &["dddddddd"]),
    ("NL", &["xxxxxxxxxxxx"]),
    ("PT", &["ddddddddd"]),
    ("RO", &["dd", "ddd", "dddd", "ddddd", "dddddd", "ddddddd", "dddddddd", "ddddddddd", "dddddddddd"]),
    ("SE", &["dddddddddddd"]),
    ("SI", &["dddddddd"]),
    ("SK", &["dddddddddd"]),
    ("XI", &["ddddddddd", "dddddddddddd", "GDddd", "HAddd"]),
];

/// True for the country's two letters and a number of a form that it has.
pub(super) fn is_eu_vat_number(text: &str) -> bool {
    let Some((country, number)) = text.split_at_checked(2) else { return false };
    let forms = FORMS.iter().find(|(known, _)| *known == country).map_or(&[][..], |(_, forms)| forms);
    forms.iter().any(|form| fits(form, number))
}

fn fits(form: &str, number: &str) -> bool {
    form.len() == number.len() && form.bytes().zip(number.bytes()).all(|(class, byte)| is_of(class, byte))
}

fn is_of(class: u8, byte: u8) -> bool {
    match class {
        b'd' => byte.is_ascii_digit(),
        b'b' => matches!(byte, b'0' | b'1'),
        b'a' => byte.is_ascii_uppercase(),
        b'n' => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        b'x' => is_of(b'n', byte) || matches!(byte, b'+' | b'*'),
        itself => itself == byte,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_takes_what_fits_it_and_nothing_longer_or_shorter() {
        for (country, forms) in FORMS {
            for form in *forms {
                let number: String = form
                    .chars()
                    .map(|class| match class {
                        'd' | 'b' => '1',
                        'a' | 'n' | 'x' => 'Q',
                        itself => itself,
                    })
                    .collect();
                assert!(is_eu_vat_number(&format!("{country}{number}")), "{country}{number}");
                assert!(!is_eu_vat_number(&format!("{country}{number}ą")), "{country}{number}");
                assert!(!is_eu_vat_number(&format!("{country}{}", number.to_lowercase() + "q")), "{country}{number}");
                assert!(!is_eu_vat_number(&format!("ZZ{number}")), "{number}");
            }
        }
    }

    #[test]
    fn what_the_pattern_does_not_take() {
        for bad in [
            "",
            "D",
            "DE",
            "ą",
            "aą",
            "DE12345",
            "DE1234567890",
            "de123456789",
            "XX123",
            "GB123456789",
            "GR123456789",
            "PL5265877635",
            "ATU1234567",
            "AT12345678",
            "BE2123456789",
            "XIGB123",
            "FRą2345678901",
            "IE1-34567A",
            "RO1",
            "NL12345678901",
            "CY12345678",
        ] {
            assert!(!is_eu_vat_number(bad), "{bad}");
        }
    }
}
