//! Who is logged in: a cookie that says so itself, under a seal (HMAC-SHA-256) of the service's session key. Nothing of it is kept
//! here, so that any replica with the same session key takes it. Who logged out is remembered until the cookie is over.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::keys::Key;

/// Without a request for so long, a session ends.
pub(super) const IDLE: Duration = Duration::from_secs(60 * 60);

/// A session ends after so long in any case: a working day.
const LONGEST: Duration = Duration::from_secs(10 * 60 * 60);

/// A cookie that is older is written anew, so that it tells when the browser was seen last.
const RENEWED: Duration = Duration::from_secs(60);

type Bytes32 = [u8; 32];

/// What seals sessions, and who logged out.
pub(super) struct Sessions {
    /// None on a system without random numbers, which opens no sessions.
    secret: Option<Zeroizing<Vec<u8>>>,
    /// By their sessions' ids: until when their cookies would open something.
    ended: Mutex<HashMap<Bytes32, SystemTime>>,
}

/// Somebody who is logged in.
pub(super) struct Session {
    /// Tells sessions apart, and opens none.
    pub id: Bytes32,
    /// Who it is.
    pub caller: Arc<Key>,
    /// What each of the session's forms has to carry.
    pub csrf: String,
    began: SystemTime,
    seen: SystemTime,
}

impl Session {
    /// True if a form carries this session's token.
    pub fn is_own_form(&self, csrf: &str) -> bool {
        self.csrf.as_bytes().ct_eq(csrf.as_bytes()).into()
    }
}

/// What the cookie says, before it is known whether that is true.
struct Claim {
    id: Bytes32,
    /// In seconds since 1970.
    began: u64,
    seen: u64,
    /// The API key, told by a digest that says nothing of it.
    key: Bytes32,
}

impl Claim {
    const LENGTH: usize = 32 + 8 + 8 + 32;

    fn to_bytes(&self) -> Vec<u8> {
        [&self.id[..], &self.began.to_be_bytes(), &self.seen.to_be_bytes(), &self.key].concat()
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (id, rest) = bytes.split_first_chunk::<32>()?;
        let (began, rest) = rest.split_first_chunk::<8>()?;
        let (seen, rest) = rest.split_first_chunk::<8>()?;
        let (began, seen) = (u64::from_be_bytes(*began), u64::from_be_bytes(*seen));
        Some(Self { id: *id, began, seen, key: rest.try_into().ok()? })
    }
}

impl Sessions {
    /// Sealed by a key that replicas share; by one of this process alone, if there is none.
    pub fn new(shared: Option<Zeroizing<Vec<u8>>>) -> Self {
        let own = || {
            let mut bytes = Zeroizing::new(vec![0; 32]);
            getrandom::fill(&mut bytes).ok().map(|()| bytes)
        };
        Self { secret: shared.or_else(own), ended: Mutex::default() }
    }

    /// Begins a session, and gives the token for the cookie.
    ///
    /// # Errors
    /// A system without random numbers begins none.
    pub fn begin(&self, caller: Arc<Key>, now: SystemTime) -> Result<(String, Session), getrandom::Error> {
        let mut id = [0; 32];
        getrandom::fill(&mut id)?;
        let session = self.session(id, caller, now, now).ok_or(getrandom::Error::UNSUPPORTED)?;
        let token = self.token(&session).ok_or(getrandom::Error::UNSUPPORTED)?;
        Ok((token, session))
    }

    /// The session of a token, if it is one of these keys' and is not over; and a newer token, if it is time for one.
    pub fn find(
        &self,
        token: &str,
        keys: impl IntoIterator<Item = Arc<Key>>,
        now: SystemTime,
    ) -> Option<(Session, Option<String>)> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (said, seal) = bytes.split_at_checked(Claim::LENGTH)?;
        if !bool::from(self.sealed(b"session", said)?.ct_eq(seal)) {
            return None;
        }
        let claim = Claim::of_bytes(said)?;
        let at = |seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
        let (began, seen) = (at(claim.began)?, at(claim.seen)?);
        // The clock of the replica that wrote it may be a little ahead.
        let since = |moment| now.duration_since(moment).unwrap_or_default();
        if since(began) > LONGEST || since(seen) > IDLE || locked(&self.ended).contains_key(&claim.id) {
            return None;
        }
        let caller = keys.into_iter().find(|key| self.mark(key) == Some(claim.key))?;
        let is_due = since(seen) >= RENEWED;
        let session = self.session(claim.id, caller, began, if is_due { now } else { seen })?;
        let newer = is_due.then(|| self.token(&session)).flatten();
        Some((session, newer))
    }

    /// Ends a session, on this replica.
    pub fn end(&self, session: &Session, now: SystemTime) {
        let mut ended = locked(&self.ended);
        ended.retain(|_, until| *until >= now);
        // Other requests of the same moment may have had it renewed.
        ended.insert(session.id, now + IDLE + RENEWED);
    }

    fn session(&self, id: Bytes32, caller: Arc<Key>, began: SystemTime, seen: SystemTime) -> Option<Session> {
        let csrf = self.sealed(b"form", &id)?;
        Some(Session { id, caller, csrf: hexadecimal(&csrf), began, seen })
    }

    fn token(&self, session: &Session) -> Option<String> {
        let seconds =
            |moment: SystemTime| moment.duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_secs()).ok();
        let (began, seen) = (seconds(session.began)?, seconds(session.seen)?);
        let mut bytes = Claim { id: session.id, began, seen, key: self.mark(&session.caller)? }.to_bytes();
        let seal = self.sealed(b"session", &bytes)?;
        bytes.extend_from_slice(&seal);
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn mark(&self, key: &Key) -> Option<Bytes32> {
        self.sealed(b"key", key.digest())
    }

    fn sealed(&self, what_for: &[u8], bytes: &[u8]) -> Option<Bytes32> {
        let mut seal = Hmac::<Sha256>::new_from_slice(self.secret.as_deref()?).ok()?;
        seal.update(what_for);
        // None of the words holds it.
        seal.update(&[0]);
        seal.update(bytes);
        Some(seal.finalize().into_bytes().into())
    }
}

/// 256 random bits, in hexadecimal.
///
/// # Errors
/// A system without random numbers hands out no tokens.
pub(super) fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(hexadecimal(&bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

/// What a thread that panicked left is whole: each change is one step.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Keys, new_key};

    /// The keys of a file with these names, and how each is written.
    fn keys(names: &[&str]) -> Vec<Arc<Key>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let texts: Vec<_> = names.iter().map(|name| new_key(&path, name, &[], &[], None).unwrap()).collect();
        let keys = Keys::read(&path).unwrap();
        texts.iter().map(|text| keys.find(text).unwrap()).collect()
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_782_820_800 + seconds)
    }

    fn shared() -> Sessions {
        Sessions::new(Some(Zeroizing::new(b"the same on every replica, 32 bytes".to_vec())))
    }

    #[test]
    fn a_token_opens_its_own_session_until_it_ends() {
        let sessions = Sessions::new(None);
        let all = keys(&["office", "till"]);
        let (token, session) = sessions.begin(all[0].clone(), at(0)).unwrap();
        let (other, _) = sessions.begin(all[1].clone(), at(0)).unwrap();
        let of = |token: &str| sessions.find(token, all.clone(), at(1)).map(|(session, _)| session);
        assert_eq!(of(&token).unwrap().caller.caller.name, "office");
        assert!(session.is_own_form(&session.csrf) && !session.is_own_form("") && !session.is_own_form(&token));
        assert_eq!(of(&token).unwrap().csrf, session.csrf);
        sessions.end(&session, at(1));
        assert!(of(&token).is_none() && of("").is_none());
        assert_eq!(of(&other).unwrap().caller.caller.name, "till");
    }

    #[test]
    fn a_replica_with_the_same_session_key_knows_who_it_is_and_no_other() {
        let all = keys(&["office", "till"]);
        let (token, session) = shared().begin(all[0].clone(), at(0)).unwrap();
        let (found, _) = shared().find(&token, all.clone(), at(1)).unwrap();
        assert_eq!((found.id, &found.csrf), (session.id, &session.csrf));
        assert!(Sessions::new(None).find(&token, all.clone(), at(1)).is_none());
        assert!(shared().find(&token, all[1..].to_vec(), at(1)).is_none(), "its key is not in the file any more");
        // No bit of it can be changed, and nothing left out or added.
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for at_byte in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at_byte] ^= 1;
            assert!(shared().find(&URL_SAFE_NO_PAD.encode(&changed), all.clone(), at(1)).is_none(), "{at_byte}");
            assert!(shared().find(&URL_SAFE_NO_PAD.encode(&bytes[..at_byte]), all.clone(), at(1)).is_none());
        }
        assert!(shared().find(&URL_SAFE_NO_PAD.encode([&bytes[..], &[0]].concat()), all, at(1)).is_none());
    }

    #[test]
    fn sessions_end_after_an_hour_without_a_request_and_after_a_working_day() {
        let all = keys(&["office"]);
        let sessions = shared();
        let (first, _) = sessions.begin(all[0].clone(), at(0)).unwrap();
        assert!(sessions.find(&first, all.clone(), at(59)).unwrap().1.is_none());
        assert!(sessions.find(&first, all.clone(), at(3601)).is_none());
        let (mut token, mut now) = (first, 0);
        let begun_anew = loop {
            now += 3000;
            match sessions.find(&token, all.clone(), at(now)) {
                Some((_, newer)) => token = newer.unwrap(),
                None => break now,
            }
        };
        assert_eq!(begun_anew, 39_000);
    }

    #[test]
    fn who_logged_out_is_remembered_for_as_long_as_the_cookie_would_open_something() {
        let all = keys(&["office"]);
        let sessions = shared();
        let (_, first) = sessions.begin(all[0].clone(), at(0)).unwrap();
        sessions.end(&first, at(0));
        let (_, second) = sessions.begin(all[0].clone(), at(0)).unwrap();
        sessions.end(&second, at(3000));
        assert_eq!(locked(&sessions.ended).len(), 2);
        let (_, third) = sessions.begin(all[0].clone(), at(0)).unwrap();
        sessions.end(&third, at(4000));
        assert_eq!(locked(&sessions.ended).len(), 2, "the first is over anyway");
    }
}
