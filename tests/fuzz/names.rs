//! Names, usernames, addresses, tokens: what is typed into fields, and cells of lists.

use tradepost::kernel::{EmailAddress, Token, Username, text};

use crate::fuzz;

const SAMPLES: [&str; 8] = [
    "Anna Sample",
    "anna@b\u{fc}cher.example",
    "\"quoted name\"@shop.example",
    "Dr. A\u{301}nna\u{200d} \u{845b}\u{e0100}",
    "https://evil.example/x?y=1",
    "=HYPERLINK(\"x\")",
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    "12 Quay\n\nHarbour\r\n",
];
const PIECES: [&str; 22] = [
    " ",
    "\u{202e}",
    "\u{ad}",
    "\u{3164}",
    "\u{fe0f}",
    "\u{e0041}",
    "\u{ff1d}",
    "=",
    "@",
    ".",
    "..",
    "\"",
    "\\",
    "xn--",
    "\u{df}",
    "\u{3c2}",
    "\u{301}",
    "\u{0}",
    "\r\n",
    "www.",
    "://",
    "\u{fdfa}",
];

#[test]
fn names_usernames_and_addresses() {
    fuzz("names, usernames and addresses", |random| {
        let typed = random.one(&SAMPLES);
        let typed = random.mutated_text(typed, &PIECES, 4_000);
        if let Ok(name) = text::one_line(&typed, 120) {
            assert_eq!(text::one_line(&name, 120).as_deref(), Ok(name.as_str()), "read again it is the same");
            assert!(!name.contains(['\n', '\r', '\u{202e}', '\u{ad}', '\u{3164}']), "{name:?}");
        }
        drop(text::several_lines(&typed, 6, 400));
        let _ = (text::holds_link(&typed), text::begins_formula(&typed));
        assert_eq!(text::search_key(&text::search_key(&typed)), text::search_key(&typed), "{typed:?}");
        if let Ok(username) = Username::parse(&typed) {
            let again = Username::parse(username.as_str()).expect("a username is one");
            assert_eq!(again.key(), username.key());
        }
        if let Ok(address) = EmailAddress::parse(&typed) {
            let again = EmailAddress::parse(address.as_str()).expect("an address is one");
            assert_eq!(again.key(), address.key());
        }
        drop(Token::parse(&typed));
    });
}
