//! What can be kept, and for which commands.

/// A setting that can be kept, by the name of its option. What is of one run alone (`--overwrite`, `--mode`), and exceptions to
/// rules, are none.
#[derive(Debug, PartialEq, Eq)]
pub struct Key {
    pub name: &'static str,
    reach: Reach,
    /// The variable that says the same, and comes before it.
    variable: Option<&'static str>,
}

/// Which commands a setting is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Those that sign.
    Signing,
    /// Those that make codes, pictures and documents.
    Making,
    /// Whichever has the option.
    All,
}

const SIGNING: [&str; 5] = ["sign", "stamp", "confirm", "print", "watch"];
/// They say on what they work, and make it.
const EXPLICIT: [&[&str]; 1] = [&["book", "create"]];

const fn of(name: &'static str, reach: Reach) -> Key {
    Key { name, reach, variable: None }
}

/// All of them, as `config show` lists them.
pub const KEYS: &[Key] = &[
    Key { name: "lang", reach: Reach::All, variable: Some("KSEF_QR_LANG") },
    of("env", Reach::All),
    of("cert", Reach::Signing),
    of("key", Reach::Signing),
    of("p12", Reach::Signing),
    of("p12-entry", Reach::Signing),
    of("pkcs11", Reach::Signing),
    of("credentials", Reach::Signing),
    of("use", Reach::Signing),
    of("owner", Reach::Signing),
    Key { name: "password-file", reach: Reach::Signing, variable: Some("KSEF_QR_KEY_PASSWORD") },
    of("signature-encoding", Reach::Signing),
    of("context", Reach::Signing),
    of("on-behalf", Reach::Signing),
    Key { name: "book", reach: Reach::All, variable: Some("KSEF_QR_BOOK") },
    Key { name: "book-password-file", reach: Reach::All, variable: Some("KSEF_QR_BOOK_PASSWORD") },
    of("out", Reach::Making),
    of("format", Reach::Making),
    of("ecc", Reach::Making),
    of("module-px", Reach::Making),
    of("dpi", Reach::Making),
    of("page", Reach::Making),
    of("new-page", Reach::Making),
    of("corner", Reach::Making),
    of("x-mm", Reach::Making),
    of("y-mm", Reach::Making),
    of("size-mm", Reach::Making),
    of("arrange", Reach::Making),
    of("show-links", Reach::Making),
    of("if-occupied", Reach::Making),
    of("pdf-mismatch", Reach::Making),
    of("language", Reach::Making),
    of("paper", Reach::Making),
    of("print", Reach::Making),
    of("qr-by", Reach::Making),
    of("label-mm", Reach::Making),
    of("durable", Reach::Making),
    of("jobs", Reach::All),
    of("quiet", Reach::All),
    of("progress", Reach::All),
];

impl Key {
    /// By its name; `password_file` is as good as `password-file`.
    pub fn named(name: &str) -> Option<&'static Self> {
        let name = name.replace('_', "-");
        KEYS.iter().find(|key| key.name == name)
    }

    /// The name that was perhaps meant.
    pub fn nearest(name: &str) -> Option<&'static str> {
        let name = name.to_lowercase().replace('_', "-");
        KEYS.iter()
            .map(|key| key.name)
            .max_by(|one, other| likeness(one, &name).total_cmp(&likeness(other, &name)))
            .filter(|nearest| likeness(nearest, &name) > 0.6)
    }

    /// True if the command of these words may take it.
    pub fn is_for(&self, command: &[&str]) -> bool {
        let first = command.first().copied().unwrap_or_default();
        match self.reach {
            Reach::Signing => SIGNING.contains(&first),
            Reach::Making => SIGNING.contains(&first) || first == "link",
            Reach::All => !EXPLICIT.contains(&command),
        }
    }

    /// The variable that comes before it, if it is set.
    pub fn variable(&self) -> Option<&'static str> {
        self.variable.filter(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
    }

    pub fn variable_is_set(&self) -> bool {
        self.variable().is_some()
    }
}

/// The share of letters that two names have in common at their start and their end, 0 to 1.
fn likeness(one: &str, other: &str) -> f64 {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let longest = one.len().max(other.len()).max(1);
    let start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let rest = one.len().min(other.len()) - start;
    let end = one.iter().rev().zip(other.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    (start + end) as f64 / longest as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_understood() {
        for (slip, meant) in
            [("certt", "cert"), ("Credential", "credentials"), ("password_fil", "password-file"), ("cornr", "corner")]
        {
            assert_eq!(Key::nearest(slip), Some(meant));
        }
        assert_eq!(Key::nearest("colour-scheme"), None);
        assert_eq!(Key::named("password_file").map(|key| key.name), Some("password-file"));
    }
}
