//! KOD I and KOD II of one invoice: do they say the same?

use super::check::Check;
use super::codes::Code;
use super::parts::Parts;
use crate::values::Environment;

pub(super) fn check(kod1: &Parts, kod2: &Parts) -> Vec<Check> {
    let digests = (kod1.hash.map(|hash| hash.base64url()), kod2.hash.map(|hash| hash.base64url()));
    let sellers = (kod1.seller, kod2.seller);
    let hosts = (kod1.environment.map(Environment::host), kod2.environment.map(Environment::host));
    vec![
        same(Code::PairDigest, "digest", digests.0.as_ref(), digests.1.as_ref()),
        same(Code::PairSeller, "seller's NIP", sellers.0.as_ref(), sellers.1.as_ref()),
        same(Code::PairHost, "host", hosts.0.as_ref(), hosts.1.as_ref()),
    ]
}

fn same<T: PartialEq + std::fmt::Display>(code: Code, what: &str, kod1: Option<&T>, kod2: Option<&T>) -> Check {
    match (kod1, kod2) {
        (Some(one), Some(two)) if one == two => Check::ok(code, format!("both codes have the same {what}, {one}")),
        (Some(one), Some(two)) => Check::fail(code, format!("the {what} is {one} in KOD I and {two} in KOD II")),
        _ => Check::not_checked(code, format!("the {what} cannot be made out in both codes")),
    }
}
