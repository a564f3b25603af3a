//! What stands in requests beside their forms: cookies and where they come from.

use axum::http::{HeaderMap, HeaderValue};
use tradepost::http::forwarded;
use tradepost::kernel::id::ContactId;
use tradepost::kernel::{Network, Timestamp};
use tradepost::keys::Keys;
use tradepost::sessions::known_device::{self, Holder};

use crate::fuzz;

#[test]
fn forwarded_headers() {
    let trusted: Vec<Network> =
        vec!["10.0.0.0/8".parse().expect("a network"), "2001:db8::/32".parse().expect("a network")];
    let peer = "10.0.0.1".parse().expect("an address");
    fuzz("X-Forwarded-For", move |random| {
        let sample =
            random.one(&["192.0.2.7, 10.0.0.2", "[2001:db8::7]:443", "::ffff:10.0.0.9, 192.0.2.1:80"]);
        let typed = random.mutated(
            sample.as_bytes(),
            &[",", "[", "]", ":", "::", ".", "10.0.0.3", "0", "f", "%", " "],
            8_000,
        );
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_bytes(&typed) {
            headers.append("x-forwarded-for", value);
        }
        let _ = forwarded::origin(peer, &headers, &trusted);
    });
}

#[test]
fn cookies_of_known_devices() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = Keys::make(&folder.path().join("a.key")).expect("a key");
    let now = Timestamp::from_millis(1_000_000);
    let holder = Holder { who: ContactId::new(now).as_uuid(), chosen_at: Some(now) };
    fuzz("cookies of known devices", move |random| {
        let _ = &folder;
        let sample = "0123456789abcdef0123456789abcdef.1000.0123456789abcdef0123456789abcdef";
        let cookie =
            random.mutated_text(sample, &[".", "~", "-", "0", "f", "\u{ff10}", "9999999999999999999"], 4_000);
        assert_eq!(known_device::recognise(&keys, &cookie, holder, now), None, "nobody forges one");
    });
}
