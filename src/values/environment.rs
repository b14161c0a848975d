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

impl FromStr for Environment {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|environment| environment.name() == text).ok_or_else(|| {
            Error::new(Kind::SettingMalformed, format!("{text:?} is not an environment: prod, demo or test"))
        })
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
