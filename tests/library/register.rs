//! The register of certificates: what is read, what is refused, who signs when, and what a change changes.

use std::time::SystemTime;

use crate::common::fixture;
use ksef_qr::Environment;
use ksef_qr::credential::Certificate;
use ksef_qr::register::{Entry, add, calendar, set_status};
use ksef_qr::register::{Expiry, KeyPlace, PasswordPlace, Register, RevocationReason, Status, Wanted};
use ksef_qr::values::Nip;
use proptest::prelude::*;

const PAIR: &str = include_str!("../../fixtures/register/pair.toml");

fn at(time: &str) -> SystemTime {
    let time = if time.contains('T') { time.to_owned() } else { format!("{time}T12:00:00Z") };
    time.parse::<jiff::Timestamp>().unwrap().into()
}

fn wanted(time: &str) -> Wanted {
    Wanted::new(Environment::Test, at(time))
}

fn certificate(name: &str) -> Certificate {
    Certificate::parse(&std::fs::read(fixture(&format!("keys/{name}.crt"))).unwrap()).unwrap()
}

/// Who signs at that time, or the code and the reasons.
fn chosen(register: &str, wanted: &Wanted) -> String {
    match Register::parse(register).unwrap().select(wanted) {
        Ok(entry) => entry.name.clone(),
        Err(error) => format!("{}: {}", error.code(), error.message()),
    }
}

fn entry(name: &str, file: &str) -> Entry {
    let key = KeyPlace::Files { cert: format!("{file}.crt").into(), key: format!("{file}.key").into() };
    Entry::new(name, &certificate(file), key)
}

/// A register of these fixtures, each under the name of its file.
fn register(files: &[&str]) -> String {
    files.iter().fold(String::new(), |text, file| add(&text, &entry(file, file)).unwrap())
}

fn refusal(text: &str) -> String {
    let error = Register::parse(text).unwrap_err();
    format!("{}: {}", error.code(), error.message())
}

#[test]
fn every_field_is_read() {
    let register = Register::parse(PAIR).unwrap();
    let [old, new] = register.entries() else { panic!("{register:?}") };
    assert_eq!((old.check(&certificate("replaced-ec")), new.check(&certificate("replacing-ec"))), (Ok(()), Ok(())));
    assert_eq!(old.check(&certificate("replacing-ec")).unwrap_err().code(), "register_outdated");
    assert_eq!(
        old.key,
        KeyPlace::Files { cert: "../keys/replaced-ec.crt".into(), key: "../keys/replaced-ec.pkcs8.pem".into() }
    );
    assert_eq!(old.backup.as_deref(), Some("sealed envelope in the safe"));
    assert_eq!(old.system.as_deref(), Some("tills in the shop"));
    assert_eq!(old.responsible.as_deref(), Some("Anna"));
    assert_eq!(old.replace_by.unwrap().to_string(), "2026-07-15");
    assert_eq!((&old.password, old.use_from, &old.note), (&None, None, &None));
    assert_eq!(new.password, Some(PasswordPlace::File("../keys/password.txt".into())));
    assert_eq!(new.password_kept.as_deref(), Some("in the firm's password manager, entry KSeF"));
    assert_eq!(new.use_from.unwrap().to_string(), "2026-06-15");
}

/// The old one goes on until the day that the register names, and no day goes by without one.
#[test]
fn a_replacement_takes_over_by_its_date() {
    for (time, who) in [
        ("2025-06-01", "firm-2025"),
        // Valid, and not to be used yet. The day begins in Warsaw, at 22:00 UTC.
        ("2026-06-10", "firm-2025"),
        ("2026-06-14T21:59:59Z", "firm-2025"),
        ("2026-06-14T22:00:00Z", "firm-2026"),
        ("2026-07-31", "firm-2026"),
        ("2026-12-01", "firm-2026"),
        ("2028-06-01T00:00:00Z", "firm-2026"),
    ] {
        assert_eq!(chosen(PAIR, &wanted(time)), who, "{time}");
    }
    // Without a day of its own the new one takes over once it is valid.
    let without = PAIR.replace("use_from = 2026-06-15\n", "");
    assert_eq!(chosen(&without, &wanted("2026-05-31T23:59:59Z")), "firm-2025");
    assert_eq!(chosen(&without, &wanted("2026-06-01T00:00:00Z")), "firm-2026");
}

#[test]
fn a_refusal_says_why_each_was_passed_over() {
    assert_eq!(
        chosen(PAIR, &wanted("2024-12-31T12:00:00Z")),
        "register_nothing_fits: no certificate of the register fits: \"firm-2025\" valid from 2025-01-01; \
         \"firm-2026\" valid from 2026-06-01"
    );
    let revoked = Status::Revoked { since: "2026-07-01".parse().unwrap(), reason: RevocationReason::KeyCompromise };
    let without_new = set_status(PAIR, "firm-2026", &revoked).unwrap();
    assert_eq!(chosen(&without_new, &wanted("2026-07-02")), "firm-2025", "the old one is still valid");
    assert_eq!(
        chosen(&without_new, &wanted("2026-09-01")),
        "register_nothing_fits: no certificate of the register fits: \"firm-2025\" expired on 2026-08-01; \
         \"firm-2026\" revoked on 2026-07-01 (KeyCompromise)"
    );
    let production = Wanted::new(Environment::Prod, at("2026-07-01"));
    assert_eq!(
        chosen(&register(&["authentication-ec", "offline-ec"]), &production),
        "register_nothing_fits: no certificate of the register fits: \"authentication-ec\" for logging in (type 1); \
         \"offline-ec\" not from the KSeF environment prod"
    );
    assert_eq!(chosen("", &wanted("2026-07-01")), "register_nothing_fits: the register holds no certificate yet");
    let all = ["expired-ec", "future-ec", "authentication-ec", "both-purposes-ec", "prod-offline-ec", "no-usage-ec"];
    let message = chosen(&register(&all), &wanted("2026-07-01"));
    assert!(message.ends_with("; and 1 more"), "{message}");
}

#[test]
fn environments_have_their_own() {
    let both = register(&["offline-ec", "prod-offline-ec"]);
    for (environment, who) in
        [(Environment::Test, "offline-ec"), (Environment::Demo, "offline-ec"), (Environment::Prod, "prod-offline-ec")]
    {
        assert_eq!(chosen(&both, &Wanted::new(environment, at("2026-07-01"))), who);
    }
}

/// Each has numbers of its own, and test and demo share the names of issuers.
#[test]
fn issuers_are_never_guessed() {
    let demo = PAIR.replacen("TEST CCK KSeF", "TI CCK KSeF", 1);
    assert_ne!(demo, PAIR);
    assert_eq!(
        chosen(&demo, &wanted("2026-07-01")),
        "register_ambiguous: certificates of several issuers fit: \"firm-2025\", issued by \"TI CCK KSeF\"; \
         \"firm-2026\", issued by \"TEST CCK KSeF\""
    );
    assert_eq!(chosen(&demo, &wanted("2026-09-01")), "firm-2026");
    // A name that says demo is demo's.
    let demo = PAIR.replacen("TEST CCK KSeF", "DEMO CCK KSeF", 1);
    assert_eq!(chosen(&demo, &wanted("2026-07-01")), "firm-2026");
    assert!(chosen(&demo, &wanted("2026-05-01")).contains("\"firm-2025\" not from the KSeF environment test"));
}

#[test]
fn owners_are_never_guessed() {
    let nip = |text: &str| Some(text.parse::<Nip>().unwrap());
    let two = register(&["offline-ec", "accountant-ec"]);
    let anyone = wanted("2026-07-01");
    assert_eq!(
        chosen(&two, &anyone),
        "register_ambiguous: certificates of several owners fit: \"offline-ec\", owned by NIP 5265877635; \
         \"accountant-ec\", owned by NIP 1111111111"
    );
    assert_eq!(chosen(&two, &anyone.owned_by(nip("1111111111"))), "accountant-ec");
    assert_eq!(chosen(&two, &anyone.in_context_of(nip("5265877635"))), "offline-ec");
    assert!(chosen(&two, &anyone.in_context_of(nip("5251469286"))).starts_with("register_ambiguous"));
    // In a client's context an accountant signs with the only certificate there is; as its owner nobody else does.
    let one = register(&["accountant-ec"]);
    assert_eq!(chosen(&one, &anyone.in_context_of(nip("5265877635"))), "accountant-ec");
    assert_eq!(
        chosen(&one, &anyone.owned_by(nip("5265877635"))),
        "register_nothing_fits: no certificate of the register fits: \"accountant-ec\" belongs to NIP 1111111111"
    );
    // A certificate that has ended, or is to come, has an owner too: nobody else signs for them unasked.
    for other in ["expired-ec", "future-ec"] {
        let two = register(&[other, "accountant-ec"]);
        let refused = chosen(&two, &anyone);
        assert!(refused.starts_with("register_ambiguous: certificates of several owners are in use: "), "{refused}");
        let context = anyone.in_context_of(nip("5265877635"));
        assert!(chosen(&two, &context).starts_with("register_nothing_fits"), "the context has one of its own");
        assert_eq!(chosen(&two, &anyone.owned_by(nip("1111111111"))), "accountant-ec");
        let status = Status::Retired { since: "2026-06-30".parse().unwrap(), reason: None };
        assert_eq!(chosen(&set_status(&two, other, &status).unwrap(), &anyone), "accountant-ec");
    }
    // People are told apart by name.
    let people = register(&["pesel-ec", "fingerprint-ec"]);
    assert!(chosen(&people, &anyone).starts_with("register_ambiguous"));
    // And namesakes by the end of their PESEL, which says no more than that.
    let person = register(&["pesel-ec"]);
    assert!(person.contains("pesel_ends = \"347\"\n"), "{person}");
    let serial = certificate("pesel-ec").serial().to_string();
    let other = person.replace("\"pesel-ec\"", "\"other\"").replace(&serial, "01F0A1B2C3D4E5FF");
    assert_eq!(chosen(&format!("{person}\n{other}"), &anyone), "other", "the same person, the lower line");
    let namesake = other.replace("347", "348");
    assert!(chosen(&format!("{person}\n{namesake}"), &anyone).starts_with("register_ambiguous"));
    let before = other.replace("pesel_ends = \"347\"\n", "");
    assert_eq!(chosen(&format!("{person}\n{before}"), &anyone), "other", "a register of before has none");
    assert!(refusal(&other.replace("\"347\"", "\"90610112347\"")).contains("the last three digits of a PESEL"));
}

#[test]
fn a_name_picks_whatever_the_dates_but_nothing_put_away() {
    let register = |text: &str| Register::parse(text).unwrap();
    assert_eq!(register(PAIR).named("firm-2025").unwrap().name, "firm-2025");
    let since = "2026-07-01".parse().unwrap();
    let retired = set_status(PAIR, "firm-2025", &Status::Retired { since, reason: None }).unwrap();
    let revoked = Status::Revoked { since, reason: RevocationReason::Superseded };
    let revoked = set_status(PAIR, "firm-2025", &revoked).unwrap();
    let code = |text: &str, name| register(text).named(name).unwrap_err().code();
    assert_eq!(code(&retired, "firm-2025"), "register_entry_retired");
    assert_eq!(code(&revoked, "firm-2025"), "register_entry_revoked");
    assert_eq!(code(PAIR, "firm-2027"), "register_entry_unknown");
}

/// Revoked is the certificate, not its name in the register.
#[test]
fn a_revoked_certificate_does_not_come_back_under_another_name() {
    let since = "2026-07-01".parse().unwrap();
    let revoked = Status::Revoked { since, reason: RevocationReason::KeyCompromise };
    let revoked = set_status(PAIR, "firm-2026", &revoked).unwrap();
    let retired = set_status(PAIR, "firm-2026", &Status::Retired { since, reason: None }).unwrap();
    let again = entry("again", "replacing-ec");
    let code = |text: &str| add(text, &again).unwrap_err().code();
    assert_eq!(code(&revoked), "register_entry_revoked");
    assert_eq!(code(&retired), "register_entry_retired");
    assert_eq!(code(PAIR), "register_name_taken");
    // Written in by hand, before the entry that knows better or behind it.
    let by_hand = add("", &again).unwrap();
    for text in [format!("{revoked}\n{by_hand}"), format!("{by_hand}\n{revoked}")] {
        assert_eq!(chosen(&text, &wanted("2026-07-02")), "firm-2025");
        let register = Register::parse(&text).unwrap();
        assert_eq!(register.named("again").unwrap_err().code(), "register_entry_revoked");
        let due: Vec<_> = register.expiries().into_iter().map(|expiry| expiry.name).collect();
        assert_eq!(due, ["firm-2025"], "it replaces nothing");
    }
}

/// `PAIR` with one change, and the refusal.
#[test]
fn mistakes_are_named_by_their_line() {
    for (old, new, expected) in [
        (
            "system = \"tills in the shop\"   #",
            "sytem = \"x\" #",
            "line 15: there is no field \"sytem\" (is \"system\" meant?)",
        ),
        ("backup =", "colour =", "line 14: there is no field \"colour\""),
        ("[[certificate]]\nname = \"firm-2025\"", "[certificate]\nname = \"firm-2025\"", "line 21: this is not TOML"),
        (
            "name = \"firm-2026\"",
            "name = \"firm-2025\"",
            "line 21: the name \"firm-2025\" is taken by the entry of line 3",
        ),
        (
            "name = \"firm-2026\"\n",
            "",
            "line 21: the field \"name\" is missing: every entry has name, owner, purpose, serial, valid_from, valid_to \
             and its key's place",
        ),
        ("purpose = \"offline\"", "purpose = \"signing\"", "line 7: \"purpose\" is offline, authentication or unclear"),
        ("\"Nip:5265877635\"", "\"Nip:526587763\"", "line 5: \"owner\" is Nip: with ten digits, Pesel or Unknown"),
        ("01F0A1B2C3D4E5E2", "01f0a1b2c3d4e5e2", "line 26: \"serial\" is 16 hexadecimal digits in capitals"),
        ("2026-08-01T00:00:00Z", "2026-08-01", "line 11: \"valid_to\" is a moment, such as 2026-01-01T00:00:00Z"),
        (
            "replace_by = 2026-07-15",
            "replace_by = \"July\"",
            "line 17: \"replace_by\" is a day that exists, such as 2026-11-30",
        ),
        ("responsible = \"Anna\"", "responsible = 3", "line 16: \"responsible\" is a text in quotes"),
        ("key = \"../keys/replaced-ec.pkcs8.pem\"\n", "", "line 3: the key is in one place"),
        ("key = \"../keys/replaced-ec.pkcs8.pem\"", "p12 = \"x\"", "line 3: the key is in one place"),
        ("status = \"active\" ", "status = \"gone\" ", "line 18: \"status\" is active, retired or revoked"),
        ("status = \"active\" ", "status = \"retired\" ", "line 3: the field \"status_since\" is missing"),
        ("status = \"active\" ", "status = \"revoked\" ", "line 3: \"status_reason\" of a revoked one is"),
        ("use_from", "status_since", "line 21: an active certificate has no \"status_since\""),
        ("{ file = \"../keys/password.txt\" }", "{ file = \"a\", env = \"B\" }", "line 32: a password is in one place"),
        ("{ file = \"../keys/password.txt\" }", "{ keyring = \"a\" }", "line 32: \"keyring\" is written"),
        (
            "{ file = \"../keys/password.txt\" }",
            "{ keyring = { service = \"a\" } }",
            "line 32: the field \"account\" is missing",
        ),
        ("2026-07-15", "\"2026-07-15", "line 17: this is not TOML"),
        ("# Reviewed last", "[other]\nx = 1\n# Reviewed", "line 39: there is no field \"other\""),
    ] {
        let changed = PAIR.replacen(old, new, 1);
        assert_ne!(changed, PAIR, "{old}");
        let refusal = refusal(&changed);
        assert!(refusal.starts_with(&format!("register_malformed: {expected}")), "{refusal}\n{expected}");
    }
}

#[test]
fn a_password_is_never_in_it_and_never_repeated() {
    const SECRET: &str = "Throwaway-Key_2026";
    let reference = "password = { file = \"../keys/password.txt\" }";
    for written in [
        format!("password = \"{SECRET}\""),
        format!("password = {{ value = \"{SECRET}\" }}"),
        format!("password = {{ env = \"{SECRET}\" }}"),
        format!("password_value = \"{SECRET}\""),
        format!("pin = \"{SECRET}\""),
        format!("key_password = \"{SECRET}\""),
        format!("hasło = \"{SECRET}\"").replace("hasło", "\"hasło\""),
        format!("passphrase = '{SECRET}'"),
    ] {
        let error = Register::parse(&PAIR.replace(reference, &written)).unwrap_err();
        assert_eq!(error.code(), "register_holds_password", "{written}: {error}");
        assert!(error.message().starts_with("line 32: ") && !format!("{error:?}").contains(SECRET), "{error:?}");
    }
    let token = format!("pkcs11 = \"pkcs11:token=firm;object=key?PIN-value={SECRET}\"");
    let token = PAIR.replace("cert = \"../keys/replaced-ec.crt\"\nkey = \"../keys/replaced-ec.pkcs8.pem\"", &token);
    let error = Register::parse(&token).unwrap_err();
    assert_eq!(error.code(), "register_holds_password");
    assert!(!format!("{error:?}").contains(SECRET));
    // A line that is not TOML at all may hold one too.
    let error = Register::parse(&PAIR.replace(reference, &format!("password = {SECRET}"))).unwrap_err();
    assert_eq!((error.code(), error.message().contains("Throwaway-Key")), ("register_malformed", false));
}

#[test]
fn what_is_added_reads_back() {
    let text =
        register(&["offline-ec", "pesel-ec", "fingerprint-ec", "authentication-ec", "no-usage-ec", "short-serial-ec"]);
    assert!(!text.contains("90610112347"), "no PESEL is kept");
    let mut full = entry("full", "offline-rsa");
    full.key = KeyPlace::Pkcs12 { file: r"C:\keys\firm.p12".into(), entry: Some("\"a\" or 'b'".into()) };
    full.password = Some(PasswordPlace::Keyring { service: "ksef-qr".into(), account: "firm".into() });
    full.password_kept = Some("w sejfie, zażółć".into());
    full.backup = Some("#safe".into());
    full.system = Some("a = b".into());
    full.responsible = Some("[[certificate]]".into());
    full.replace_by = Some("2027-01-31".parse().unwrap());
    full.use_from = Some("2026-01-31".parse().unwrap());
    full.status = Status::Retired { since: "2026-02-01".parse().unwrap(), reason: Some("why not".into()) };
    full.note = Some("\\ \"\"\" '''".into());
    let mut token = entry("token", "accountant-ec");
    token.key = KeyPlace::Pkcs11 { uri: "pkcs11:token=firm;object=key".into(), cert: None };
    token.password = Some(PasswordPlace::Variable("FIRM_PIN".into()));
    let text = add(&add(&text, &full).unwrap(), &token).unwrap();
    let register = Register::parse(&text).unwrap();
    assert_eq!(register.entries().len(), 8);
    assert_eq!((register.entry("full"), register.entry("token")), (Ok(&full), Ok(&token)));
    assert_eq!(add(&text, &token).unwrap_err().code(), "register_name_taken");
    token.name = "two\nlines".into();
    let error = add("", &token).unwrap_err();
    assert_eq!(error.code(), "register_malformed");
    assert!(error.message().starts_with("\"name\" is one line of text"), "{error}");
}

#[test]
fn a_change_changes_nothing_else() {
    let since = "2026-07-01".parse().unwrap();
    let retired = Status::Retired { since, reason: Some("sold".into()) };
    let revoked = Status::Revoked { since, reason: RevocationReason::Superseded };
    for text in [PAIR.to_owned(), PAIR.replace('\n', "\r\n"), format!("\u{FEFF}{PAIR}")] {
        let newline = if text.contains('\r') { "\r\n" } else { "\n" };
        let expected = text.replace(
            &format!("status = \"active\"              # until the tills have the new one{newline}"),
            &format!(
                "status = \"retired\"              # until the tills have the new one{newline}\
                 status_since = 2026-07-01{newline}status_reason = \"sold\"{newline}"
            ),
        );
        let changed = set_status(&text, "firm-2025", &retired).unwrap();
        assert_eq!(changed, expected);
        // Revoked after all: the lines are there.
        let again = set_status(&changed, "firm-2025", &revoked).unwrap();
        assert_eq!(again, expected.replace("retired", "revoked").replace("\"sold\"", "\"Superseded\""));
        assert_eq!(set_status(&again, "firm-2025", &retired).unwrap_err().code(), "register_entry_revoked");
        assert_eq!(set_status(&changed, "firm-2025", &retired).unwrap_err().code(), "register_entry_retired");
        // What is added comes last, behind the last comment.
        let added = add(&text, &entry("third", "offline-ec")).unwrap();
        let block = added.strip_prefix(&text).unwrap();
        assert!(block.starts_with(&format!("{newline}[[certificate]]{newline}name = \"third\"{newline}")), "{block}");
        assert_eq!(block.contains('\r'), newline == "\r\n");
    }
    // No status to change, and no newline at the end.
    let bare = PAIR.replace("status = \"active\"\n", "").replace("\n# Reviewed last on 2026-06-02.\n", "");
    let changed = set_status(&bare, "firm-2026", &retired).unwrap();
    let name = "name = \"firm-2026\"\n";
    let lines = "status = \"retired\"\nstatus_since = 2026-07-01\nstatus_reason = \"sold\"\n";
    assert_eq!(changed, bare.replace(name, &format!("{name}{lines}")));
    assert_eq!(set_status(PAIR, "nobody", &retired).unwrap_err().code(), "register_entry_unknown");
}

proptest! {
    /// Whatever is in the file: an answer, and a change that is right or refused.
    #[test]
    fn damage_is_refused_or_read(at in 0..PAIR.len(), length in 0..40_usize, new in "[a-z0-9\\[\\]{}=\"'#.,\n -]{0,20}") {
        let end = (at + length).min(PAIR.len());
        let mut bytes = PAIR.as_bytes().to_vec();
        bytes.splice(at..end, new.bytes());
        let Ok(text) = Register::text(&bytes) else { return Ok(()) };
        let Ok(register) = Register::parse(text) else { return Ok(()) };
        let status = Status::Revoked { since: "2026-07-01".parse().unwrap(), reason: RevocationReason::Superseded };
        for entry in register.entries() {
            match set_status(text, &entry.name, &status) {
                Ok(changed) => {
                    let changed = Register::parse(&changed).unwrap();
                    prop_assert_eq!(&changed.entry(&entry.name).unwrap().status, &status);
                    prop_assert_eq!(changed.entries().len(), register.entries().len());
                }
                Err(error) => prop_assert_eq!(error.code(), "register_entry_revoked"),
            }
        }
    }
}

#[test]
fn a_hostile_file_is_refused_and_a_long_one_read() {
    for nested in ["[", "{a=", "a."] {
        let text = format!("a = {}", nested.repeat(100_000));
        assert_eq!(Register::parse(&text).unwrap_err().code(), "register_malformed");
    }
    let long: String = (0..3000).map(|index| PAIR.replace("firm-", &format!("firm-{index}-"))).collect();
    let begun = std::time::Instant::now();
    assert_eq!(Register::parse(&long).unwrap().entries().len(), 6000);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[test]
fn what_is_due() {
    let names = |text: &str| -> Vec<String> {
        Register::parse(text).unwrap().expiries().iter().map(|expiry| expiry.name.clone()).collect()
    };
    // The replacement is there, so nobody has to be told of the old one.
    assert_eq!(names(PAIR), ["firm-2026"]);
    // It comes too late, or is another's, or is put away: the old one is due again.
    let late = PAIR.replace("use_from = 2026-06-15", "use_from = 2026-08-02");
    assert_eq!(names(&late), ["firm-2025", "firm-2026"]);
    // Nobody has told the tills of the certificate of another system.
    for system in ["system = \"ERP\"", "# none"] {
        let (rest, last) = PAIR.rsplit_once("system = \"tills in the shop\"").unwrap();
        let other = format!("{rest}{system}{last}");
        assert_eq!(names(&other), ["firm-2025", "firm-2026"], "{system}");
    }
    let since = "2026-07-01".parse().unwrap();
    let revoked = Status::Revoked { since, reason: RevocationReason::Superseded };
    assert_eq!(names(&set_status(PAIR, "firm-2026", &revoked).unwrap()), ["firm-2025"]);
    assert_eq!(names(&set_status(PAIR, "firm-2025", &revoked).unwrap()), ["firm-2026"]);

    let register = Register::parse(&late).unwrap();
    let [old, new] = &register.expiries()[..] else { panic!() };
    assert_eq!((old.deadline().to_string(), old.last_day().to_string()), ("2026-07-15".into(), "2026-08-01".into()));
    assert_eq!(old.days_left(at("2026-06-30")), 15);
    assert_eq!((old.is_due(at("2026-06-30"), 14), old.is_due(at("2026-06-30"), 15)), (false, true));
    assert_eq!((old.days_left(at("2026-07-20")), old.is_expired(at("2026-07-20"))), (-5, false));
    assert_eq!((old.is_expired(at("2026-08-01T00:00:00Z")), old.is_expired(at("2026-08-01T00:00:01Z"))), (false, true));
    assert_eq!(new.deadline().to_string(), "2028-05-31", "it ends at two in the morning of the next day");
    // A day that was named too late is not believed.
    let mut expiry = Expiry::new("x.crt", &certificate("ends-soon-ec"));
    expiry.replace_by = Some("2027-01-01".parse().unwrap());
    assert_eq!(expiry.deadline().to_string(), "2026-06-30");
    for (ends, day) in [
        ("2026-06-30T21:59:58Z", "2026-06-29"),
        ("2026-06-30T21:59:59Z", "2026-06-30"),
        ("2026-06-30T22:01:00Z", "2026-06-30"),
        ("2026-01-31T22:59:59Z", "2026-01-31"),
    ] {
        expiry.facts.valid_to = at(ends);
        assert_eq!(expiry.deadline().to_string(), day, "{ends}");
    }
}

/// An alarm for a day that has passed never rings.
#[test]
fn events_are_never_in_the_past() {
    let events = |time: &str| calendar(&[Expiry::new("x", &certificate("replaced-ec"))], at(time), 60, &str::to_owned);
    // It ends on 2026-08-01 at two in the morning, so the sixty days begin on 1 June.
    for (time, day, alarm) in [
        ("2026-05-01", "20260601", "-P7D"),
        ("2026-05-28", "20260601", "PT9H"),
        ("2026-07-20", "20260721", "PT9H"),
        ("2026-07-31", "20260731", "PT9H"),
        ("2026-09-01", "20260901", "PT9H"),
    ] {
        let events = events(time);
        assert!(events.contains(&format!("DTSTART;VALUE=DATE:{day}\r\n")), "{time}: {events}");
        assert!(events.contains(&format!("TRIGGER:{alarm}\r\n")), "{time}: {events}");
    }
}

#[test]
fn a_calendar_names_nothing_twice_and_is_never_empty() {
    let twice = [Expiry::new("a", &certificate("replaced-ec")), Expiry::new("b", &certificate("replaced-ec"))];
    assert_eq!(calendar(&twice, at("2026-05-01"), 60, &str::to_owned).matches("UID:").count(), 1);
    let empty = calendar(&[], at("2026-05-01"), 60, &str::to_owned);
    assert!(empty.contains("BEGIN:VTIMEZONE\r\n") && !empty.contains("VEVENT"), "{empty}");
}

#[test]
fn the_calendar_has_an_event_for_each() {
    let late =
        PAIR.replace("use_from = 2026-06-15", "use_from = 2026-08-02").replace("\"Anna\"", "\"Anna; or Jan, the 2nd\"");
    let calendar = calendar(&Register::parse(&late).unwrap().expiries(), at("2026-06-30"), 60, &str::to_owned);
    assert_eq!(
        calendar.replace("\r\n", "\n"),
        "BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//ksef-qr//certificates//EN
CALSCALE:GREGORIAN
BEGIN:VEVENT
UID:01F0A1B2C3D4E5E1-testcckksef@ksef-qr
DTSTAMP:20260630T120000Z
DTSTART;VALUE=DATE:20260715
DTEND;VALUE=DATE:20260716
SUMMARY:Replace the KSeF certificate firm-2025
DESCRIPTION:NIP 5265877635\\, serial number 01F0A1B2C3D4E5E1\\, valid to 2026
 -08-01 (Polish time).\\nUsed by: tills in the shop\\nResponsible: Anna\\; or 
 Jan\\, the 2nd
TRANSP:TRANSPARENT
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Replace the KSeF certificate firm-2025
TRIGGER:-P7D
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:01F0A1B2C3D4E5E2-testcckksef@ksef-qr
DTSTAMP:20260630T120000Z
DTSTART;VALUE=DATE:20280401
DTEND;VALUE=DATE:20280402
SUMMARY:Replace the KSeF certificate firm-2026
DESCRIPTION:NIP 5265877635\\, serial number 01F0A1B2C3D4E5E2\\, valid to 2028
 -06-01 (Polish time).\\nUsed by: tills in the shop\\nResponsible: Anna\\; or 
 Jan\\, the 2nd
TRANSP:TRANSPARENT
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Replace the KSeF certificate firm-2026
TRIGGER:-P7D
END:VALARM
END:VEVENT
END:VCALENDAR
"
    );
    assert_eq!(calendar.matches('\n').count(), calendar.matches("\r\n").count());
}
