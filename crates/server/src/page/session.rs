//! Who is logged in: a random token in a cookie, whose digest leads to the session. Sessions are kept in memory: behind a balancer
//! the browser has to come back to the same server.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Without a request for so long, a session ends.
pub(super) const IDLE: Duration = Duration::from_secs(60 * 60);

/// A session ends after so long in any case: a working day.
const LONGEST: Duration = Duration::from_secs(10 * 60 * 60);

/// So many sessions are kept; the one that was idle longest gives way to a new one.
const MOST: usize = 1_000;

/// The digest of a session's token: what is found in memory opens no session.
type TokenDigest = [u8; 32];

/// Everybody who is logged in. `C` is what the service knows of who it is.
pub(super) struct Sessions<C> {
    open: Mutex<HashMap<TokenDigest, Arc<Session<C>>>>,
}

/// Somebody who is logged in.
pub(super) struct Session<C> {
    /// Tells sessions apart, and opens none.
    pub id: TokenDigest,
    /// Who it is.
    pub caller: C,
    /// What each of the session's forms has to carry.
    pub csrf: String,
    began: Instant,
    seen: Mutex<Instant>,
}

impl<C> Session<C> {
    /// True if a form carries this session's token.
    pub fn is_own_form(&self, csrf: &str) -> bool {
        self.csrf.as_bytes().ct_eq(csrf.as_bytes()).into()
    }

    fn is_over(&self, now: Instant) -> bool {
        now.duration_since(self.began) > LONGEST || now.duration_since(*locked(&self.seen)) > IDLE
    }
}

impl<C> Default for Sessions<C> {
    fn default() -> Self {
        Self { open: Mutex::default() }
    }
}

impl<C> Sessions<C> {
    /// Begins a session, and gives the token for the cookie.
    pub fn begin(&self, caller: C) -> Result<(String, Arc<Session<C>>), getrandom::Error> {
        let token = random()?;
        let now = Instant::now();
        let id = digest(&token);
        let session = Arc::new(Session { id, caller, csrf: random()?, began: now, seen: Mutex::new(now) });
        let mut open = locked(&self.open);
        open.retain(|_, session| !session.is_over(now));
        if open.len() >= MOST
            && let Some(oldest) = open.iter().min_by_key(|(_, session)| *locked(&session.seen)).map(|(id, _)| *id)
        {
            open.remove(&oldest);
        }
        open.insert(id, Arc::clone(&session));
        Ok((token, session))
    }

    /// The session of a token, if it is not over.
    pub fn find(&self, token: &str) -> Option<Arc<Session<C>>> {
        let now = Instant::now();
        let mut open = locked(&self.open);
        let id = digest(token);
        if open.get(&id)?.is_over(now) {
            open.remove(&id);
            return None;
        }
        let session = Arc::clone(open.get(&id)?);
        *locked(&session.seen) = now;
        Some(session)
    }

    /// Ends a session.
    pub fn end(&self, id: &TokenDigest) {
        locked(&self.open).remove(id);
    }
}

/// 256 random bits, in hexadecimal.
///
/// # Errors
/// A system without random numbers hands out no tokens.
pub(super) fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    let text = bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    Ok(text)
}

fn digest(token: &str) -> TokenDigest {
    Sha256::digest(token.as_bytes()).into()
}

/// What a thread that panicked left is whole: each change is one step.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_own_session_until_it_ends() {
        let sessions = Sessions::default();
        let (token, session) = sessions.begin("office").unwrap();
        let (other, _) = sessions.begin("till").unwrap();
        assert_ne!(token, other);
        assert_eq!(sessions.find(&token).unwrap().caller, "office");
        assert!(session.is_own_form(&session.csrf) && !session.is_own_form("") && !session.is_own_form(&token));
        sessions.end(&session.id);
        assert!(sessions.find(&token).is_none() && sessions.find("").is_none());
        assert_eq!(sessions.find(&other).unwrap().caller, "till");
    }

    #[test]
    fn sessions_are_bounded() {
        let sessions = Sessions::default();
        let (first, _) = sessions.begin(0).unwrap();
        for number in 1..=MOST {
            sessions.begin(number).unwrap();
        }
        assert_eq!(locked(&sessions.open).len(), MOST);
        assert!(sessions.find(&first).is_none());
    }
}
