//! The message as it goes to the mail server, read back by another library.

use mail_parser::MessageParser;

use super::*;
use crate::mail::contexts::{AskedBy, TemporaryPassword};
use crate::mail::templates::Templates;

const PASSWORD: &str = "K7QM-2RXD-9TWP";
const ID: &str = "0193b2f0-7c1e-7d3a-9a51-0f6f0c8e5b11";

fn rendered(text: &str, html: &str) -> Rendered {
    Rendered {
        subject: "Hello".into(),
        text: text.to_owned().into(),
        html: html.to_owned().into(),
        secrets: Secrets::default(),
    }
}

fn built(to_name: Option<&str>, rendered: &Rendered) -> String {
    built_from("Harbour Wholesale <office@harbour.example>", to_name, rendered)
}

fn built_from(from: &str, to_name: Option<&str>, rendered: &Rendered) -> String {
    let from: Mailbox = from.parse().expect("a mailbox");
    let to = EmailAddress::parse("orders@barlow.example").expect("an address");
    let outgoing = Outgoing {
        kind: Kind::Reset,
        id: ID,
        attempt: 3,
        from: &from,
        return_path: None,
        to: &to,
        to_name,
        now: Timestamp::from_millis(1_795_442_531_999),
        rendered,
        logo: None,
        language: Language::German,
    };
    String::from_utf8(outgoing.build().expect("a message").formatted()).expect("ASCII")
}

/// The header lines, unfolded.
fn headers(raw: &str) -> Vec<String> {
    let head = raw.split("\r\n\r\n").next().unwrap_or_default();
    head.replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n").map(str::to_owned).collect()
}

#[test]
fn the_promised_headers_are_there() {
    let raw = built(Some("Anna Gruber"), &rendered("Hello\n", "<p>Hello</p>\n"));
    let headers = headers(&raw);
    for line in [
        "From: \"Harbour Wholesale\" <office@harbour.example>",
        "To: \"Anna Gruber\" <orders@barlow.example>",
        "Subject: Hello",
        "Date: Mon, 23 Nov 2026 14:02:11 +0000",
        "Message-ID: <0193b2f0-7c1e-7d3a-9a51-0f6f0c8e5b11.3@harbour.example>",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "X-Tradepost-Kind: reset",
        "Content-Language: de",
        "MIME-Version: 1.0",
    ] {
        let found = headers.iter().any(|header| header.replace('"', "") == line.replace('"', ""));
        assert!(found, "{line} is not in\n{}", headers.join("\n"));
    }
    assert!(raw.contains("Content-Type: multipart/alternative"));
}

#[test]
fn names_cannot_forge_headers() {
    let names = [
        "a\r\nBcc: thief@evil.example",
        "a\nBcc: thief@evil.example\n\n<h1>",
        "a\r\n\r\nforged body",
        "\"quoted\" \\ <thief@evil.example>, Gruber; (x)",
        "Gruber, Anna",
        "J\u{fc}rgen Gr\u{fc}n",
        "\u{202e}annA",
        "\u{65e5}\u{672c}\u{8a9e}\u{306e}\u{540d}\u{524d}",
        &"Very Long Name ".repeat(400),
        &"x".repeat(5000),
        &"\u{1f9c0}".repeat(3000),
        "=?utf-8?q?x=0D=0ABcc:_thief@evil.example?=",
        "  ",
        "\0\u{1}\u{7f}",
    ];
    for name in names {
        let mut rendered = rendered("Hello\n", "<p>Hello</p>\n");
        rendered.subject = format!("For {name}");
        let raw = built(Some(name), &rendered);
        assert!(raw.is_ascii(), "{name:?}");
        assert!(
            raw.split("\r\n").all(|line| line.len() <= 200 && !line.contains(['\r', '\n'])),
            "{name:?}\n{raw}"
        );
        let names: Vec<_> =
            headers(&raw).iter().map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect();
        let expected = [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "X-Auto-Response-Suppress",
            "X-Tradepost-Kind",
            "Content-Language",
            "MIME-Version",
            "Content-Type",
        ];
        assert_eq!(names, expected, "{name:?}");
        let parsed = MessageParser::default().parse(raw.as_bytes()).expect("a message");
        let to: Vec<_> = parsed.to().expect("To").iter().map(|address| address.address.as_deref()).collect();
        assert_eq!(to, [Some("orders@barlow.example")], "{name:?}\n{raw}");
        assert!(parsed.bcc().is_none());
    }
}

#[test]
fn a_name_arrives_as_written() {
    for name in
        ["Gruber, Anna \"Anni\"", "J\u{fc}rgen Gr\u{fc}n", "\u{65e5}\u{672c}\u{8a9e}", "O'Neil (Sales)"]
    {
        let raw = built(Some(name), &rendered("Hello\n", "<p>Hello</p>\n"));
        let parsed = MessageParser::default().parse(raw.as_bytes()).expect("a message");
        assert_eq!(parsed.to().and_then(|to| to.first()).and_then(|to| to.name()), Some(name), "{raw}");
    }
}

#[test]
fn senders_with_odd_names_and_international_domains_work() {
    for from in [
        "\"Barlow, Sons & Co. (Wholesale)\" <a@harbour.example>",
        "Gr\u{fc}n <a@harbour.example>",
        "a@harbour.example",
    ] {
        assert!(built_from(from, None, &rendered("x", "x")).contains("a@harbour.example"));
    }
    let raw = built_from("Shop <a@b\u{fc}cher.example>", None, &rendered("x", "x"));
    assert!(raw.contains(".3@xn--bcher-kva.example>"), "{raw}");
}

#[test]
fn both_parts_arrive_as_written() {
    let text = format!(
        "Gr\u{fc}\u{df}e\n\n{PASSWORD}\n\n.\n..dots\nFrom here\ntrailing \n{}\n",
        "https://x.example/?a=b&".repeat(40)
    );
    let html = "<p>".to_owned() + &"Gr\u{fc}\u{df}e ".repeat(300) + "</p>\n";
    let raw = built(None, &rendered(&text, &html));
    assert!(raw.is_ascii() && raw.split("\r\n").all(|line| line.len() <= 78));
    let parsed = MessageParser::default().parse(raw.as_bytes()).expect("a message");
    assert_eq!(parsed.body_text(0).expect("text").replace("\r\n", "\n").trim_end(), text.trim_end());
    assert_eq!(parsed.body_html(0).expect("HTML").replace("\r\n", "\n").trim_end(), html.trim_end());
    assert_eq!((parsed.text_body_count(), parsed.attachment_count()), (1, 0));
}

#[test]
fn the_password_is_alone_on_its_line_as_sent_and_as_read() {
    let templates = Templates::load(None).expect("templates");
    for person in
        ["Anna", "J\u{fc}rgen", &"Long Name ".repeat(40), &"\u{65e5}\u{672c}".repeat(200), &"x".repeat(1200)]
    {
        for language in Language::ALL {
            let context = TemporaryPassword {
                supplier: person,
                website: "https://shop.example",
                person,
                retailer: person,
                password: PASSWORD,
                valid_until: "Wednesday 25 November, 14:02 (CET)",
                valid_for: "48 hours",
                sign_in_url: "https://shop.example/sign-in",
                asked_by: AskedBy::Contact,
                not_me_url: "https://shop.example/not-me/1",
                username: None,
                stops_current: false,
                page_url: None,
                page_until: None,
                username_follows: false,
            };
            let rendered = templates.render(Kind::Reset, language, &context).expect("a mail");
            let raw = built(Some(person), &rendered);
            let around = format!("\r\n\r\n{PASSWORD}\r\n\r\n");
            assert_eq!(raw.matches(&around).count(), 1, "{raw}");
            let parsed = MessageParser::default().parse(raw.as_bytes()).expect("a message");
            assert!(
                parsed
                    .body_text(0)
                    .expect("text")
                    .replace("\r\n", "\n")
                    .contains(&format!("\n\n{PASSWORD}\n\n"))
            );
            assert!(parsed.body_html(0).expect("HTML").contains(PASSWORD));
            assert!(!rendered.subject.contains(PASSWORD) && !headers(&raw).concat().contains(PASSWORD));
        }
    }
}

#[test]
fn what_is_no_id_is_refused_and_nothing_is_printed() {
    let from: Mailbox = "a@harbour.example".parse().expect("a mailbox");
    let to = EmailAddress::parse("orders@barlow.example").expect("an address");
    let rendered = rendered(PASSWORD, PASSWORD);
    for id in ["", "a b", "a\r\nBcc: x", "a>", &"a".repeat(41)] {
        let now = Timestamp::from_millis(i64::MIN);
        let outgoing = Outgoing {
            kind: Kind::Reset,
            id,
            attempt: 1,
            from: &from,
            return_path: None,
            to: &to,
            to_name: None,
            now,
            rendered: &rendered,
            logo: None,
            language: Language::English,
        };
        assert!(matches!(outgoing.build(), Err(MessageError::Id)), "{id:?}");
    }
    assert_eq!(format!("{rendered:?}"), "Rendered(…)");
}

#[test]
fn kinds_are_found_by_name() {
    for kind in Kind::WORDED {
        assert_eq!(Kind::from_name(kind.as_str()), Some(kind));
    }
    assert_eq!(Kind::from_name("Reset"), None);
}
