//! Who vouches for servers that are met elsewhere.

use std::sync::LazyLock;

use rustls::RootCertStore;

/// The authorities that this machine trusts, read when they are first asked for:
/// reading them takes a core for a quarter of a second. Those that can't be read are
/// left out, so what only they vouch for is refused.
pub fn of_system() -> RootCertStore {
    static AUTHORITIES: LazyLock<RootCertStore> = LazyLock::new(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        roots
    });
    AUTHORITIES.clone()
}
