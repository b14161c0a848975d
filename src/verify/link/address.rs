//! `https://` and the host, and what else people put there.

use crate::error::CheckCode;
use crate::report::quoted;
use crate::values::Environment;
use crate::verify::report::Check;

/// Where a link leads, and the rest of it.
pub(super) struct Address<'t> {
    pub(super) environment: Option<Environment>,
    /// What follows the scheme: the host and everything behind it.
    pub(super) after_scheme: &'t str,
    /// What follows the host, without query and fragment.
    pub(super) path: &'t str,
}

/// The hosts of 2025, before verification links had their own.
pub(in crate::verify) const OBSOLETE: [(&str, Environment); 3] = [
    ("ksef.mf.gov.pl", Environment::Prod),
    ("ksef-demo.mf.gov.pl", Environment::Demo),
    ("ksef-test.mf.gov.pl", Environment::Test),
];

/// Reads the front of a link; none if the text is not a link at all.
pub(super) fn read<'t>(text: &'t str, checks: &mut Vec<Check>) -> Option<Address<'t>> {
    let after_scheme = scheme(text, checks)?;
    let end = after_scheme.find(['/', '?', '#', '\\']).unwrap_or(after_scheme.len());
    let (authority, rest) = after_scheme.split_at(end);
    let environment = host(strip_extras(authority, checks), checks);
    let path = match rest.split_once('#') {
        Some((path, fragment)) => {
            checks.push(Check::fail(
                CheckCode::Fragment,
                format!("the link goes on with {}", quoted(&format!("#{fragment}"))),
            ));
            path
        }
        None => rest,
    };
    let path = match path.split_once('?') {
        Some((path, query)) => {
            checks
                .push(Check::fail(CheckCode::Query, format!("the link goes on with {}", quoted(&format!("?{query}")))));
            path
        }
        None => path,
    };
    Some(Address { environment, after_scheme, path })
}

fn scheme<'t>(text: &'t str, checks: &mut Vec<Check>) -> Option<&'t str> {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('/') => (Some(scheme), rest),
        _ => match text.split_once(":/").filter(|(scheme, _)| scheme.eq_ignore_ascii_case("https")) {
            Some((_, rest)) => {
                checks.push(Check::fail(CheckCode::SchemeMalformed, "one slash follows https:, not two"));
                return Some(rest.trim_start_matches('/'));
            }
            None => (None, text),
        },
    };
    let is_ours = |rest: &str| {
        let host = rest.split('/').next().unwrap_or_default().to_ascii_lowercase();
        host.contains("ksef") && host.contains(".gov.pl")
    };
    let failed = match scheme {
        Some("https") => return Some(rest),
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => {
            Check::fail(CheckCode::SchemeCase, format!("the link begins with {}://", scheme.escape_debug()))
        }
        Some(scheme) if scheme.eq_ignore_ascii_case("http") => {
            Check::fail(CheckCode::SchemeHttp, "the link begins with http://, which is not encrypted")
        }
        Some(scheme) if is_ours(rest) => {
            Check::fail(CheckCode::SchemeMalformed, format!("the link begins with {}", quoted(&format!("{scheme}://"))))
        }
        None if is_ours(rest) => Check::fail(CheckCode::SchemeMissing, "https:// is missing"),
        _ => {
            checks.push(Check::fail(CheckCode::NotALink, format!("{} is not a verification link", quoted(text))));
            return None;
        }
    };
    checks.push(failed);
    Some(rest)
}

/// The host without a user's name in front and a port behind.
fn strip_extras<'t>(authority: &'t str, checks: &mut Vec<Check>) -> &'t str {
    let host = match authority.rsplit_once('@') {
        Some((user, host)) => {
            checks.push(Check::fail(
                CheckCode::UserInfo,
                format!("{} stands before the host", quoted(&format!("{user}@"))),
            ));
            host
        }
        None => authority,
    };
    match host.split_once(':') {
        Some((host, port)) => {
            checks.push(Check::fail(CheckCode::Port, format!("the port {} follows the host", quoted(port))));
            host
        }
        None => host,
    }
}

fn host(host: &str, checks: &mut Vec<Check>) -> Option<Environment> {
    if let Some(environment) = Environment::from_host(host) {
        return Some(environment);
    }
    let small = host.to_ascii_lowercase();
    let shown = quoted(host);
    if let Some(environment) = Environment::from_host(&small) {
        checks.push(Check::fail(CheckCode::HostCase, format!("the host is written {shown}")));
        return Some(environment);
    }
    if let Some((_, environment)) = OBSOLETE.iter().find(|(obsolete, _)| *obsolete == small) {
        let reason = format!("{shown} was the host of 2025; it is {} now", environment.host());
        checks.push(Check::fail(CheckCode::HostObsolete, reason));
        return Some(*environment);
    }
    let reason = if small.is_empty() {
        "there is no host".to_owned()
    } else if small.ends_with(".mf.gov.pl") {
        format!("{shown} is a host of the Ministry, but not one that verification links lead to")
    } else if small.contains("ksef") {
        format!("{shown} only looks like a host of the Ministry")
    } else {
        format!("the link leads to {shown}, not to KSeF")
    };
    checks.push(Check::fail(CheckCode::HostUnknown, reason));
    None
}
