//! Which certificate of a register signs which invoice.

use std::fmt::Write as _;
use std::time::{Instant, SystemTime};

use crate::common::file;
use ksef_qr::register::{Register, Roster, SignsFor, Wanted, add};
use ksef_qr::values::Nip;
use ksef_qr::{Environment, Invoice};

fn now() -> SystemTime {
    "2026-06-30T12:00:00Z".parse::<jiff::Timestamp>().unwrap().into()
}

/// An entry of a register.
struct Firm<'f> {
    name: &'f str,
    owner: &'f str,
    from: &'f str,
    to: &'f str,
    more: &'f str,
}

const fn firm<'f>(name: &'f str, owner: &'f str) -> Firm<'f> {
    Firm { name, owner, from: "2025-01-01", to: "2027-01-01", more: "" }
}

fn text(firms: &[Firm<'_>]) -> String {
    let mut text = String::new();
    for (index, Firm { name, owner, from, to, more }) in firms.iter().enumerate() {
        writeln!(
            text,
            "[[certificate]]\nname = \"{name}\"\nowner = \"{owner}\"\nowner_name = \"{name}\"\npurpose = \"offline\"\n\
             serial = \"{index:016X}\"\nissuer = \"TEST CCK KSeF\"\nvalid_from = {from}T00:00:00Z\nvalid_to = {to}T00:00:00Z\n\
             cert = \"{name}.crt\"\nkey = \"{name}.key\"\n{more}"
        )
        .unwrap();
    }
    text
}

fn roster(firms: &[Firm<'_>]) -> Roster {
    Roster::new(Register::parse(&text(firms)).unwrap(), Wanted::new(Environment::Test, now()))
}

fn nip(text: &str) -> Nip {
    text.parse().unwrap()
}

fn invoice(name: &str) -> Invoice {
    Invoice::read(&file(&format!("invoices/good/{name}.xml"))).unwrap()
}

/// The name of the entry, or the refusal.
fn chosen(roster: &Roster, invoice: &Invoice) -> String {
    match roster.choose(invoice) {
        Ok(index) => roster.entry(index).unwrap().name.clone(),
        Err(error) => error.code().to_owned(),
    }
}

const SELLER: &str = "Nip:5265877635";
const BUYER: &str = "Nip:5251469286";
const OFFICE: &str = "Nip:1111111111";
const ANOTHER: &str = "Nip:7010020695";

#[test]
fn each_invoice_is_signed_by_its_issuer_s_own() {
    let all = roster(&[firm("office", OFFICE), firm("seller", SELLER), firm("buyer", BUYER), firm("other", ANOTHER)]);
    for (name, expected) in [
        ("fa3-basic", "seller"),
        ("fa3-correction", "seller"),
        ("fa3-consumer", "seller"),
        ("pef-basic", "seller"),
        ("fa3-self-billed", "buyer"),
        ("pef-self-billed", "buyer"),
        ("rr-basic", "buyer"),
    ] {
        assert_eq!(chosen(&all, &invoice(name)), expected, "{name}");
    }
    assert_eq!(all.foremost().unwrap(), None);
    // Without its own, nobody else's: neither the seller's of an invoice that the buyer issues, nor the office's.
    let without = roster(&[firm("office", OFFICE), firm("seller", SELLER), firm("other", ANOTHER)]);
    assert_eq!(chosen(&without, &invoice("rr-basic")), "register_nothing_fits");
    assert_eq!(chosen(&without, &invoice("fa3-self-billed")), "register_nothing_fits");
    let message = without.choose(&invoice("rr-basic")).unwrap_err().message().to_owned();
    assert!(message.contains("of NIP 5251469286, who issues this invoice"), "{message}");
}

#[test]
fn units_come_before_the_seller() {
    let unit = Invoice::read(&file("cases/jst-unit-issuer.xml")).unwrap();
    let (school, town) = (firm("school", SELLER), firm("town", BUYER));
    assert_eq!(chosen(&roster(&[town, school, firm("other", ANOTHER)]), &unit), "school");
    assert_eq!(chosen(&roster(&[firm("town", BUYER), firm("other", ANOTHER)]), &unit), "town");
    // In a given context it is who issues in that context.
    let register = Register::parse(&text(&[firm("town", BUYER), firm("school", SELLER)])).unwrap();
    let wanted = Wanted::new(Environment::Test, now()).in_context_of(Some(nip("5251469286")));
    assert_eq!(chosen(&Roster::new(register, wanted), &unit), "town");
}

#[test]
fn of_one_owner_the_newest_that_was_valid_on_the_issue_date() {
    let old = Firm { to: "2026-07-30", ..firm("old", SELLER) };
    let new = Firm { from: "2026-06-16", to: "2028-06-16", ..firm("new", SELLER) };
    let both = roster(&[new, old, firm("other", ANOTHER)]);
    // Issued on 15 and on 22 June.
    assert_eq!(chosen(&both, &invoice("fa3-basic")), "old");
    assert_eq!(chosen(&both, &invoice("fa3-correction")), "new");
    // None was valid then: the newest, and signing warns.
    let late = Firm { from: "2026-06-20", ..firm("late", SELLER) };
    let later = Firm { from: "2026-06-25", ..firm("later", SELLER) };
    assert_eq!(chosen(&roster(&[late, later, firm("other", ANOTHER)]), &invoice("fa3-basic")), "later");
}

/// Whoever forgot to renew a certificate does not want another's signature.
#[test]
fn an_owner_whose_certificate_has_ended_is_not_replaced_by_another() {
    let ended = || Firm { to: "2026-06-29", ..firm("seller", SELLER) };
    let office = || Firm { more: "signs_for = \"any\"\n", ..firm("office", OFFICE) };
    assert_eq!(chosen(&roster(&[office(), ended()]), &invoice("fa3-basic")), "register_nothing_fits");
    // What was retired or revoked is not in use any more.
    let retired = Firm { more: "status = \"retired\"\nstatus_since = 2026-06-01\n", ..firm("seller", SELLER) };
    assert_eq!(chosen(&roster(&[office(), retired]), &invoice("fa3-basic")), "office");
    // Nor is a type 1, or one of production.
    let login = text(&[firm("seller", SELLER)]).replace("\"offline\"", "\"authentication\"");
    let register =
        Register::parse(&(text(&[office()]) + &login.replace("0000000000000000", "00000000000000FF"))).unwrap();
    let roster = Roster::new(register, Wanted::new(Environment::Test, now()));
    assert_eq!(chosen(&roster, &invoice("fa3-basic")), "office");
}

#[test]
fn the_register_says_who_signs_for_others() {
    let with = |more: &'static str| {
        roster(&[
            Firm { more, ..firm("office", OFFICE) },
            firm("other", ANOTHER),
            Firm { more: "signs_for = [\"6511153251\", \"5251469286\"]\n", ..firm("person", "Pesel") },
        ])
    };
    let (basic, rr) = (invoice("fa3-basic"), invoice("rr-basic"));
    assert_eq!(chosen(&with("signs_for = [\"5265877635\"]\n"), &basic), "office");
    assert_eq!(chosen(&with("signs_for = \"any\"\n"), &basic), "office");
    assert_eq!(chosen(&with(""), &basic), "register_nothing_fits");
    // Listed before anybody; and the buyer issues a VAT RR invoice.
    assert_eq!(chosen(&with("signs_for = \"any\"\n"), &rr), "person");
    // An own certificate comes before all.
    let own =
        roster(&[Firm { more: "signs_for = [\"5265877635\"]\n", ..firm("office", OFFICE) }, firm("seller", SELLER)]);
    assert_eq!(chosen(&own, &basic), "seller");
    // Two that say it are one too many.
    let two = roster(&[
        Firm { more: "signs_for = \"any\"\n", ..firm("office", OFFICE) },
        Firm { more: "signs_for = \"any\"\n", ..firm("other", ANOTHER) },
    ]);
    assert_eq!(chosen(&two, &basic), "register_ambiguous");
    // The only owner there is, and it says for whom it signs.
    let only = |more| roster(&[Firm { more, ..firm("person", "Pesel") }]);
    assert_eq!(chosen(&only("signs_for = [\"6511153251\"]\n"), &basic), "register_nothing_fits");
    assert_eq!(chosen(&only("signs_for = [\"5265877635\"]\n"), &basic), "person");
    assert_eq!(chosen(&only(""), &basic), "person");
}

#[test]
fn the_caller_says_who_signs_for_others() {
    let register =
        || Register::parse(&text(&[firm("office", OFFICE), firm("seller", SELLER), firm("person", "Pesel")])).unwrap();
    let wanted = Wanted::new(Environment::Test, now());
    let (basic, rr) = (invoice("fa3-basic"), invoice("rr-basic"));
    // Not in place of the seller's own, whoever is wanted.
    let office = Roster::new(register(), wanted.owned_by(Some(nip("1111111111"))));
    assert_eq!((chosen(&office, &basic), chosen(&office, &rr)), ("seller".into(), "office".into()));
    assert_eq!(office.entry(office.foremost().unwrap().unwrap()).unwrap().name, "office");
    // Nobody is guessed.
    assert_eq!(chosen(&Roster::new(register(), wanted), &rr), "register_nothing_fits");
    assert_eq!(chosen(&Roster::new(register(), wanted).signing_for_others(), &rr), "register_ambiguous");
    // Named: a company's not in place of another's own, a person's is.
    let named = |name| Roster::new(register(), wanted).naming(name).unwrap();
    assert_eq!(chosen(&named("office"), &basic), "certificate_of_another");
    assert_eq!(chosen(&named("office").signing_for_others(), &basic), "certificate_of_another");
    assert_eq!(chosen(&named("office"), &rr), "office");
    assert_eq!(chosen(&named("person"), &basic), "person");
    assert_eq!(chosen(&named("seller"), &basic), "seller");
    assert_eq!(Roster::new(register(), wanted).naming("nobody").unwrap_err().code(), "register_entry_unknown");
}

#[test]
fn signs_for_is_read_and_written_and_nothing_else() {
    let written = |signs_for| {
        let register = Register::parse(&text(&[firm("office", OFFICE)])).unwrap();
        let mut entry = register.entries()[0].clone();
        entry.signs_for = signs_for;
        let text = add("", &entry).unwrap();
        assert_eq!(Register::parse(&text).unwrap().entries()[0], entry);
        text.lines().find(|line| line.starts_with("signs_for")).map(str::to_owned)
    };
    assert_eq!(written(SignsFor::Owner), None);
    assert_eq!(written(SignsFor::Any).unwrap(), "signs_for = \"any\"");
    let listed = SignsFor::Listed(vec!["5265877635".parse().unwrap(), "5251469286".parse().unwrap()]);
    assert_eq!(written(listed).unwrap(), "signs_for = [\"5265877635\", \"5251469286\"]");
    for wrong in ["\"all\"", "[]", "[5265877635]", "[\"526587763\"]", "true", "\"5265877635\"", "[\"any\"]", "{}"] {
        let more = format!("signs_for = {wrong}\n");
        let error = Register::parse(&text(&[Firm { more: &more, ..firm("office", OFFICE) }])).unwrap_err();
        assert_eq!(error.code(), "register_malformed", "{wrong}");
        assert!(error.message().contains("\"signs_for\" is \"any\" or a list of NIPs"), "{error}");
    }
}

/// 2 000 firms: a choice is a look-up, so that it costs the same as of a few.
#[test]
fn a_choice_costs_the_same_of_few_and_of_many() {
    let names: Vec<(String, String)> =
        (0..2000).map(|index| (format!("firm-{index}"), format!("Nip:{}", 6_100_000_000_u64 + index))).collect();
    let firms = |count| names.iter().take(count).map(|(name, owner)| firm(name, owner)).chain([firm("seller", SELLER)]);
    let invoice = invoice("fa3-basic");
    let time = |count| {
        let roster = roster(&firms(count).collect::<Vec<_>>());
        let started = Instant::now();
        for _ in 0..2000 {
            assert_eq!(roster.choose(&invoice), Ok(count));
        }
        started.elapsed()
    };
    let best = |count| (0..5).map(|_| time(count)).min().unwrap();
    let (few, many) = (best(20), best(2000));
    // Linear would be a hundredfold.
    assert!(many < few * 20, "{few:?} {many:?}");
}
