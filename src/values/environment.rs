use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Kind, Result};

/// Which KSeF a link leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Environment {
    /// Production: invoices that count.
    #[default]
    Prod,
    /// Demo, the pre-production environment.
    Demo,
    /// Test: invented data only.
    Test,
}

impl Environment {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Prod, Self::Demo, Self::Test];

    /// The host of both links (`kody-qr.md`). It is part of the signed text.
    pub fn host(self) -> &'static str {
        match self {
            Self::Prod => "qr.ksef.mf.gov.pl",
            Self::Demo => "qr-demo.ksef.mf.gov.pl",
            Self::Test => "qr-test.ksef.mf.gov.pl",
        }
    }

    /// The name on the command line: `prod`, `demo`, `test`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prod => "prod",
            Self::Demo => "demo",
            Self::Test => "test",
        }
    }

    pub(crate) fn from_host(host: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|environment| environment.host() == host)
    }
}

/// Reads a name, or what people and the Ministry's pages call the environment, in any capitals: `PROD`, `produkcja`,
/// `testowe`, `przedprodukcyjne`.
///
/// Errors are `setting_malformed`.
impl FromStr for Environment {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match &*text.trim().to_lowercase() {
            "prod" | "prd" | "production" | "produkcja" | "produkcyjne" | "produkcyjny" | "produkcyjna" => Self::Prod,
            "demo" | "preprod" | "pre-prod" | "preproduction" | "pre-production" | "przedprodukcja"
            | "przedprodukcyjne" | "przedprodukcyjny" | "przedprodukcyjna" | "tr" => Self::Demo,
            "test" | "testing" | "testy" | "testowe" | "testowy" | "testowa" | "te" => Self::Test,
            _ => {
                let message = format!("{text:?} is not an environment: prod, demo or test");
                return Err(Error::new(Kind::SettingMalformed, message));
            }
        })
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_people_write_it() {
        for environment in Environment::ALL {
            assert_eq!(environment.name().parse(), Ok(environment));
            assert_eq!(environment.name().to_uppercase().parse(), Ok(environment));
        }
        for (text, environment) in [
            ("production", Environment::Prod),
            ("Produkcja", Environment::Prod),
            ("testowe", Environment::Test),
            ("TE", Environment::Test),
            (" przedprodukcyjne ", Environment::Demo),
        ] {
            assert_eq!(text.parse(), Ok(environment), "{text}");
        }
        for text in ["", "p", "prod,test", "live", "qr.ksef.mf.gov.pl"] {
            assert_eq!(text.parse::<Environment>().unwrap_err().code(), "setting_malformed", "{text}");
        }
    }
}
