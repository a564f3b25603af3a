//! Words of mails as the office types them: as templates, and in their places.

use std::cell::RefCell;

use tradepost::kernel::Language;
use tradepost::mail::Kind;
use tradepost::mail::contexts::{AskedBy, TemporaryPassword};
use tradepost::mail::templates::letter::Letter;
use tradepost::mail::templates::{Templates, Wording, Words};

use crate::fuzz;

const WHICH: (Kind, Language) = (Kind::Reset, Language::English);
const PASSWORD: &str = "K7QM-2RXD-9TWP-CH4F";
const TEXT: &str = "{{ person }}\n\n{{ password }}\n\n{{ sign_in_url }}\n{{ not_me_url }}\n";
const HTML: &str = "{% extends \"layout.html\" %}\n{% block body %}<h1>{{ person }}</h1><p style=\"color: red\">{{ password }}</p><a href=\"{{ sign_in_url }}\">In</a>{% endblock %}\n";
const PIECES: [&str; 58] = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{{ ",
    " }}",
    "- ",
    "-",
    "+1",
    ".a",
    "|upper",
    "|",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "not ",
    "1 if 1 else ",
    "{% if person %}",
    "{% elif person %}",
    "{% else %}",
    "{% endif %}",
    "{% for a in [1,2,3] %}",
    "{% endfor %}",
    "{% block b %}",
    "{% endblock %}",
    "{{ super() }}",
    "{{ password }}",
    "{{ not_me_url }}",
    "{{ person }}",
    "\"",
    "'",
    "\\",
    "==",
    " and ",
    " or ",
    " in ",
    "~",
    "<!--",
    "-->",
    "<!",
    "<a href=\"https://evil.example/?\">",
    "<p style=\"",
    "</p>",
    "<style>",
    "</style>",
    "<title>",
    "</title>",
    "/*",
    "*/",
    "url(",
    "&#x4b;",
    "<",
    ">",
];

#[test]
fn words_of_mails() {
    let templates = Templates::load(None).expect("built-in templates");
    fuzz("words of mails as templates", move |random| {
        let (text, html) = match random.below(3) {
            0 => (random.mutated_text(TEXT, &PIECES, 30_000), HTML.to_owned()),
            _ => (TEXT.to_owned(), random.mutated_text(HTML, &PIECES, 30_000)),
        };
        let wording = Wording::Html(Words { subject: "Hello".into(), text, html });
        let Ok(with) = templates.with(WHICH, &wording, false) else { return };
        let mail = with.render(WHICH.0, WHICH.1, &reset()).expect("a mail");
        assert!(mail.text.lines().any(|line| line == PASSWORD));
        assert!(
            !mail.html.contains(&format!("?{PASSWORD}")) && !styles(&mail.html).contains("url("),
            "{}",
            *mail.html
        );
    });
}

/// What a mail says about how it looks.
fn styles(html: &str) -> String {
    let between = |from: &str, to: &str| {
        let found = html.split(from).skip(1).filter_map(|rest| rest.split(to).next());
        found.collect::<Vec<_>>().join("\n")
    };
    format!("{}\n{}", between("style=\"", "\""), between("<style", "</style"))
}

#[test]
fn letters() {
    let templates = Templates::load(None).expect("built-in templates");
    let pieces = [
        "{",
        "}",
        "{{",
        "{%",
        "{contact}",
        "{supplier}",
        "[[",
        "]]",
        "[[text]]",
        "\n\n",
        "<",
        "&",
        "\"",
        "\u{202e}",
        "{person}",
    ];
    fuzz("words of mails in their places", move |random| {
        let random = RefCell::new(random);
        let letter = Letter::typed(WHICH.0, |slot| {
            let sample = if slot == "subject" { "Hello" } else { "Hello {contact},\n\nwelcome." };
            random.borrow_mut().mutated_text(sample, &pieces, 4_200)
        });
        let again = Letter::from_json(&letter.json()).expect("it is read back");
        assert!(letter.says_the_same(&again));
        let Ok(with) = templates.with(WHICH, &Wording::Letter(letter), false) else { return };
        let mail = with.render(WHICH.0, WHICH.1, &reset()).expect("a mail");
        assert!(mail.text.lines().any(|line| line == PASSWORD) && mail.html.contains(PASSWORD));
    });
}

#[test]
fn letters_as_stored() {
    fuzz("stored words of mails", |random| {
        let json = random.mutated_text(
            "{\"subject\":\"Hello\",\"text\":\"x\"}",
            &["[", "{", "\"", "{\"a\":", ",", "\\u"],
            40_000,
        );
        drop(Letter::from_json(&json));
    });
}

fn reset() -> TemporaryPassword<'static> {
    TemporaryPassword {
        supplier: "Harbour & Co",
        website: "https://shop.harbour.example",
        person: "<b>Anna</b>",
        retailer: "Barlow",
        password: PASSWORD,
        valid_until: "Wednesday",
        valid_for: "48 hours",
        sign_in_url: "https://shop.harbour.example/login",
        asked_by: AskedBy::Contact,
        not_me_url: "https://shop.harbour.example/not-me/00112233445566778899aabbccddeeff",
        username: None,
        stops_current: false,
        page_url: None,
        page_until: None,
        username_follows: false,
    }
}
