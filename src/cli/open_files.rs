//! How many files this process may have open, which connections are, too.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::http::places::Places;

/// Files for everything but connections to us: databases, mail servers, what is handed in.
const OTHERS: usize = 512;

/// Has the process allowed as many as it needs: what it may open is often less than what
/// it may allow itself (systemd's 1,024 of 524,288), and who fills that closes the door to
/// everyone.
pub(super) fn allow() {
    let limit = getrlimit(Resource::Nofile);
    let needed = u64::try_from(Places::most() + OTHERS).unwrap_or(u64::MAX);
    let (now, most) = (limit.current.unwrap_or(u64::MAX), limit.maximum.unwrap_or(u64::MAX));
    let wanted = needed.min(most);
    if now < wanted {
        let allowed = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum });
        if let Err(error) = allowed {
            tracing::warn!(%error, files = now, needed, "This process could not be allowed more open files");
        }
    }
    if most < needed {
        tracing::warn!(
            files = most,
            needed,
            "This process may have too few files open for its connections, so strangers can use them up: allow it more (systemd: LimitNOFILE)"
        );
    }
}
