//! Mail that comes back: delivery reports by the standard and in words.

use tradepost::bounces;
use tradepost::keys::Keys;
use tradepost::mail::ReturnPath;

use crate::fuzz;

const PIECES: [&str; 24] = [
    "\r\n",
    "\r\n\r\n",
    "--",
    "boundary=",
    "Content-Type: multipart/mixed; boundary=\"x\"\r\n\r\n--x\r\n",
    "Content-Type: message/rfc822\r\n\r\n",
    "Content-Type: message/delivery-status\r\n\r\n",
    "--x\r\n",
    "(",
    ")",
    "\"",
    "=?utf-8?B?",
    "?=",
    ";",
    "Status: 5.1.1\r\n",
    "Action: failed\r\n",
    "=",
    "=3D",
    "<",
    ">",
    ",",
    "\u{0}",
    "\t ",
    "Received: from x\r\n",
];

#[test]
fn delivery_reports() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = Keys::make(&folder.path().join("a.key")).expect("a key");
    let path = ReturnPath::new("bounces@harbour.example".parse().expect("an address"), keys);
    let samples: Vec<Vec<u8>> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bounces"))
        .expect("samples")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .map(|path| std::fs::read(path).expect("a sample"))
        .collect();
    fuzz("delivery reports", move |random| {
        let _ = &folder;
        let sample = &samples[random.below(samples.len())];
        let raw = random.mutated(sample, &PIECES, 100_000);
        if let Ok(report) = bounces::read(&path, None, &raw) {
            panic!("nobody forges a return path: {report:?}");
        }
    });
}
