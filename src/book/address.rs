//! Where a book is: a file, or a PostgreSQL server.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};
#[cfg(feature = "postgres")]
use crate::key_files::Secret;

/// Where a book is.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "postgres", expect(clippy::large_enum_variant, reason = "a program has one"))]
pub enum Place {
    /// A file on a disk of this computer. SQLite's locks do not hold on network shares.
    File(PathBuf),
    /// A database in a PostgreSQL server.
    #[cfg(feature = "postgres")]
    Server(ServerAddress),
}

impl Place {
    /// Reads a path, or a URL that begins with `postgres://` or `postgresql://`. What looks like another URL is no path.
    ///
    /// # Errors
    /// `book_address`.
    pub fn parse(text: &str) -> Result<Self> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            #[cfg(feature = "postgres")]
            return ServerAddress::parse(text).map(Self::Server);
            #[cfg(not(feature = "postgres"))]
            return Err(Error::new(Kind::BookAddress, "this program was built without PostgreSQL"));
        }
        if text.contains("://") {
            let scheme = text.split("://").next().unwrap_or_default();
            return Err(Error::new(Kind::BookAddress, format!("{scheme}: is not a kind of database that is known")));
        }
        if text.is_empty() {
            return Err(Error::new(Kind::BookAddress, "it is empty"));
        }
        Ok(Self::File(text.into()))
    }

    /// With the password of the database's user: from a file, if one is named, or else from the first of
    /// [`PASSWORD_VARIABLES`] that is set. A server that trusts its user wants none, and a file has none.
    ///
    /// # Errors
    /// Those of [`Secret::from_file`](crate::key_files::Secret::from_file) and
    /// [`Secret::from_variable`](crate::key_files::Secret::from_variable).
    #[cfg_attr(not(feature = "postgres"), expect(unused_variables, reason = "a file has no password"))]
    pub fn with_password_of(self, file: Option<&Path>) -> Result<Self> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Server(address) => {
                let mut secret = file.map(Secret::from_file).transpose()?;
                for name in PASSWORD_VARIABLES {
                    if secret.is_none() {
                        secret = Secret::from_variable(name)?;
                    }
                }
                Ok(Self::Server(match secret {
                    Some(secret) => address.with_password(&secret.into_bytes()),
                    None => address,
                }))
            }
            file => Ok(file),
        }
    }
}

/// Where the password of the database's user is looked for, in this order.
#[cfg(feature = "postgres")]
pub const PASSWORD_VARIABLES: [&str; 2] = ["KSEF_QR_BOOK_PASSWORD", "PGPASSWORD"];

/// The path, or the URL without a password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            #[cfg(feature = "postgres")]
            Self::Server(address) => write!(f, "{address}"),
        }
    }
}

#[cfg(feature = "postgres")]
pub use server::ServerAddress;

#[cfg(feature = "postgres")]
mod server {
    use std::fmt;
    use std::net::IpAddr;
    use std::sync::Arc;
    use std::time::Duration;

    use postgres::config::{Host, SslMode};
    use postgres::{Client, Config, NoTls};
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    use rustls::{ClientConfig, RootCertStore};
    use tokio_postgres_rustls::MakeRustlsConnect;
    use zeroize::Zeroizing;

    use crate::book::database::failed;
    use crate::error::{Error, Kind, Result};

    /// A database in a PostgreSQL server, and how to get there. Over a network it is always encrypted, and the server proves
    /// who it is, unless the URL says `sslmode=disable`.
    #[derive(Clone)]
    pub struct ServerAddress {
        config: Config,
        is_encrypted: bool,
        /// A PEM file of the authorities that may vouch for the server; those of the operating system otherwise.
        authorities: Option<String>,
        /// As it is shown.
        text: String,
    }

    impl ServerAddress {
        pub(super) fn parse(text: &str) -> Result<Self> {
            let malformed = |what: &str| Error::new(Kind::BookAddress, format!("the URL of the database: {what}"));
            let (mut encrypted, mut authorities) = (None, None);
            let (base, query) = text.split_once('?').unwrap_or((text, ""));
            let mut kept = Vec::new();
            for part in query.split('&').filter(|part| !part.is_empty()) {
                match part.split_once('=') {
                    Some(("sslmode", "disable")) => encrypted = Some(false),
                    Some(("sslmode", "require" | "verify-ca" | "verify-full")) => encrypted = Some(true),
                    Some(("sslmode", _)) => {
                        return Err(malformed("sslmode is disable or verify-full: nothing is encrypted by chance"));
                    }
                    Some(("sslrootcert", file)) => {
                        authorities = Some(decoded(file).ok_or_else(|| malformed("sslrootcert is no name of a file"))?);
                    }
                    Some(("password", _)) => return Err(with_password()),
                    _ => kept.push(part),
                }
            }
            let url = if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
            // The driver's words repeat what it could not read, which may be a password.
            let mut config: Config = url.parse().map_err(|_| malformed("it is not one that PostgreSQL knows"))?;
            if config.get_password().is_some() {
                return Err(with_password());
            }
            let is_near = config.get_hosts().iter().all(|host| match host {
                Host::Tcp(name) => {
                    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
                }
                #[cfg(unix)]
                Host::Unix(_) => true,
            });
            // An address that is given besides is where the connection goes.
            let is_near = is_near && config.get_hostaddrs().iter().all(IpAddr::is_loopback);
            if config.get_hosts().is_empty() {
                return Err(malformed("it names no host"));
            }
            if config.get_dbname().is_none() {
                return Err(malformed("it names no database"));
            }
            let is_encrypted = encrypted.unwrap_or(!is_near);
            config
                .ssl_mode(if is_encrypted { SslMode::Require } else { SslMode::Disable })
                .application_name("ksef-qr")
                .connect_timeout(Duration::from_secs(10))
                .tcp_user_timeout(Duration::from_secs(60))
                .keepalives(true)
                .keepalives_idle(Duration::from_secs(30));
            Ok(Self { config, is_encrypted, authorities, text: text.to_owned() })
        }

        /// With the password of its user. The driver keeps a copy of it, which is not wiped.
        #[must_use]
        pub fn with_password(mut self, password: &Zeroizing<Vec<u8>>) -> Self {
            self.config.password(password.as_slice());
            self
        }

        /// # Errors
        /// `book_unavailable`, `book_address`.
        pub(in crate::book) fn connect(&self) -> Result<Client> {
            let connected = if self.is_encrypted {
                self.config.connect(MakeRustlsConnect::new(self.tls()?))
            } else {
                self.config.connect(NoTls)
            };
            connected.map_err(|error| match failed(&error) {
                // Whatever it is, there is no book to be had.
                error if matches!(error.kind(), Kind::BookUnavailable | Kind::BookPassword) => error,
                error => Error::new(Kind::BookUnavailable, error.message()),
            })
        }

        fn tls(&self) -> Result<ClientConfig> {
            let unusable = |what: String| Error::new(Kind::BookUnavailable, what);
            let mut roots = RootCertStore::empty();
            match &self.authorities {
                Some(file) => {
                    let certificates = CertificateDer::pem_file_iter(file)
                        .map_err(|error| unusable(format!("sslrootcert {file}: {error}")))?;
                    for certificate in certificates {
                        let added = certificate
                            .map_err(|error| error.to_string())
                            .and_then(|certificate| roots.add(certificate).map_err(|error| error.to_string()));
                        added.map_err(|error| unusable(format!("sslrootcert {file}: {error}")))?;
                    }
                }
                None => {
                    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                }
            }
            if roots.is_empty() {
                return Err(unusable(
                    "there is no certificate of an authority that could vouch for the server".to_owned(),
                ));
            }
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .map_err(|error| unusable(error.to_string()))?;
            Ok(config.with_root_certificates(roots).with_no_client_auth())
        }
    }

    /// Without the escapes of a URL: `%20`.
    fn decoded(text: &str) -> Option<String> {
        let mut parts = text.split('%');
        let mut bytes = parts.next()?.as_bytes().to_vec();
        for part in parts {
            let (code, rest) = part.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(code, 16).ok()?);
            bytes.extend(rest.as_bytes());
        }
        String::from_utf8(bytes).ok()
    }

    fn with_password() -> Error {
        Error::new(Kind::BookAddress, "the URL of the database has a password in it, where others can read it")
    }

    /// The URL. It has no password in it.
    impl fmt::Display for ServerAddress {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&self.text)
        }
    }

    /// The password is not shown.
    impl fmt::Debug for ServerAddress {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("ServerAddress")
                .field("url", &self.text)
                .field("is_encrypted", &self.is_encrypted)
                .finish_non_exhaustive()
        }
    }
}

#[cfg(all(test, unix, feature = "postgres"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_place() {
        // The debug text says whether the way is encrypted.
        for (text, is_encrypted) in [
            ("postgres://till@db.firm.pl/firm", true),
            ("postgresql://till@db.firm.pl:6432/firm?sslmode=require", true),
            ("postgres://till@10.0.0.7/firm?sslmode=verify-ca&sslrootcert=/etc/firm%20ca.pem", true),
            ("postgres://till@10.0.0.7/firm?sslmode=disable", false),
            ("postgres://till@localhost/firm", false),
            ("postgres://till@localhost/firm?sslmode=verify-full", true),
            ("postgres://till@127.0.0.1/firm", false),
            ("postgres://till@[::1]/firm", false),
            ("postgres://till@%2Fvar%2Frun%2Fpostgresql/firm", false),
            ("postgres:///firm?host=/var/run/postgresql&user=till", false),
            // One host that is far is enough.
            ("postgres://till@localhost,db.firm.pl/firm", true),
            ("postgres://till@localhost/firm?host=db.firm.pl", true),
            ("postgres://till@localhost/firm?hostaddr=10.0.0.7", true),
            ("postgres://till@localhost.firm.pl/firm", true),
        ] {
            let place = Place::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(place.to_string(), text);
            assert!(format!("{place:?}").contains(&format!("is_encrypted: {is_encrypted}")), "{text}: {place:?}");
        }
        for text in ["firm.book", "/srv/firm.book", r"C:\firm\firm.book", "postgres", ":memory:"] {
            assert!(matches!(Place::parse(text), Ok(Place::File(path)) if path == Path::new(text)), "{text}");
        }
    }

    #[test]
    fn what_is_no_place_and_no_password_is_repeated() {
        for text in [
            "",
            "mysql://till:hush@db.firm.pl/firm",
            "sqlite://firm.book",
            "postgres://till:hush@db.firm.pl/firm",
            "postgres://till@db.firm.pl/firm?password=hush",
            "postgres://till@db.firm.pl/firm?pass%77ord=hush",
            "postgres://till:hush@db.firm.pl:port/firm",
            "postgres://till@db.firm.pl/firm?hush=hush",
            "postgres://till@db.firm.pl/firm?sslmode=prefer",
            "postgres://till@db.firm.pl/firm?sslmode=allow",
            "postgres://till@db.firm.pl/firm?sslmode=",
            "postgres://till@db.firm.pl/firm?sslrootcert=%zz",
            "postgres://till@db.firm.pl",
            "postgres://",
            "postgres:///firm",
            "postgres://till@db.firm.pl:99999/firm",
        ] {
            let error = Place::parse(text).expect_err(text);
            assert_eq!(error.code(), "book_address", "{text}: {error}");
            assert!(!format!("{error} {error:?}").contains("hush"), "{error}");
        }
    }
}
