use crate::error::{Error, Kind, Result};
use crate::values::Environment;

/// The issuer of the production certificates.
const PRODUCTION: &str = "CCK KSeF";

/// Refuses a certificate from another KSeF than the links lead to, by its issuer's common name.
///
/// Known are `CCK KSeF` (production) and, for the test environment, `TEST CCK KSeF` and `TI CCK KSeF`. How demo's
/// issuer is called is not published, so any other name that ends the same way counts for test and demo alike
/// (inferred), unless it says demo.
pub(crate) fn check(issuer: Option<&str>, environment: Environment) -> Result<()> {
    let is_production = issuer == Some(PRODUCTION);
    let is_other =
        issuer.and_then(|issuer| issuer.strip_suffix(PRODUCTION)).is_some_and(|prefix| prefix.ends_with(' '));
    let says_demo = issuer.is_some_and(|issuer| issuer.to_ascii_uppercase().contains("DEMO"));
    let (fits, expected) = match environment {
        Environment::Prod => (is_production, "those of production by \"CCK KSeF\""),
        Environment::Demo => {
            (is_other, "those of demo by a name that ends with \"CCK KSeF\", such as \"TEST CCK KSeF\"")
        }
        Environment::Test => {
            (is_other && !says_demo, "those of the test environment by \"TEST CCK KSeF\" or \"TI CCK KSeF\"")
        }
    };
    if fits {
        return Ok(());
    }
    let found = match issuer {
        Some(issuer) => format!("the certificate was issued by {issuer:?}"),
        None => "the certificate does not name its issuer".to_owned(),
    };
    Err(Error::new(Kind::CertificateWrongEnvironment, format!("{found}, {expected}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_environment_takes_its_own() {
        use Environment::{Demo, Prod, Test};
        for (issuer, taken) in [
            (Some("CCK KSeF"), &[Prod][..]),
            (Some("TEST CCK KSeF"), &[Demo, Test]),
            (Some("TI CCK KSeF"), &[Demo, Test]),
            (Some("DEMO CCK KSeF"), &[Demo]),
            (Some("NOTCCK KSeF"), &[]),
            (Some("CCK KSeF 2"), &[]),
            (Some(""), &[]),
            (None, &[]),
        ] {
            for environment in Environment::ALL {
                assert_eq!(check(issuer, environment).is_ok(), taken.contains(&environment), "{issuer:?}");
            }
        }
        let error = check(Some("TEST CCK KSeF"), Prod).unwrap_err();
        assert_eq!(
            error.message(),
            "the certificate was issued by \"TEST CCK KSeF\", those of production by \"CCK KSeF\""
        );
    }
}
