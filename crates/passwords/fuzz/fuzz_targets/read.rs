//! Any text is read as a hash from elsewhere without breaking down, and what is kept has one spelling.
//!
//! From the crate's folder, seeded with the vectors:
//!
//! ```sh
//! mkdir -p fuzz/corpus/read
//! python3 -c 'import json
//! for name in ("python", "npm"):
//!     for i, vector in enumerate(json.load(open(f"tests/vectors/{name}.json"))):
//!         open(f"fuzz/corpus/read/{name}-{i}", "w").write("\x00" + vector["hash"])'
//! cargo +nightly fuzz run read -- -max_total_time=300 -max_len=600 -rss_limit_mb=256
//! ```
#![no_main]

use libfuzzer_sys::fuzz_target;
use passwords::{Brought, Format, Given, Reading};

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, text)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let (hash, salt) = text.split_once('\n').map_or((text, None), |(hash, salt)| (hash, Some(salt)));
    let format = Format::ALL.get(usize::from(*choice)).copied();
    if let Ok(Reading::Kept(brought)) = Brought::read(&Given { hash, salt, format }) {
        let again = Brought::parse(brought.as_str()).expect("what is kept is read back");
        assert_eq!(again.as_str(), brought.as_str());
    }
    if let Ok(brought) = Brought::parse(text) {
        assert_eq!(brought.as_str(), text);
    }
});
