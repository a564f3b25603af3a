//! Words of people: fields, escaping, and what they can't lose.

use std::collections::BTreeSet;

use super::*;
use crate::mail::templates::outline::Piece;
use crate::mail::templates::{Templates, Wording, samples};

const RESET: Which = (Kind::Reset, Language::English);

/// The built-in words of a reset with others in one place.
fn with(slot: &str, words: &str) -> Letter {
    let mut letter = Letter::built_in(RESET).expect("a letter");
    letter.0.insert(slot.to_owned(), words.to_owned());
    letter
}

fn problem(slot: &str, words: &str) -> String {
    let error = with(slot, words).templates(RESET).expect_err(words);
    assert_eq!(error.file, format!("en/reset/{slot}"));
    error.problem
}

fn mailed(letter: Letter) -> (String, String, String) {
    let templates = Templates::load(None).expect("templates");
    let templates = templates.with(RESET, &Wording::Letter(letter), false).expect("words that do");
    let sample = samples::of(Kind::Reset, &[false]).remove(0);
    let mail = templates.render(Kind::Reset, Language::English, &sample.fields).expect("a mail");
    (mail.subject.clone(), mail.text.to_string(), mail.html.to_string())
}

#[test]
fn every_kind_has_words_for_all_its_places_in_every_language() {
    for which in Templates::all() {
        let wanted: BTreeSet<String> = outline::slots(which.0).map(|slot| slot.name.to_owned()).collect();
        assert!(!wanted.is_empty(), "{which:?}");
        let letter = Letter::built_in(which).unwrap_or_default();
        for slot in letter.0.keys() {
            assert!(wanted.contains(slot), "{which:?}: there is no place {slot}");
        }
        for slot in outline::slots(which.0).filter(|slot| slot.shape != Shape::Paragraphs) {
            assert!(!letter.words_at(slot.name).is_empty(), "{which:?}: {}", slot.name);
        }
        let made = letter.templates(which).expect("words that do");
        for part in [&made.subject, &made.text, &made.html] {
            assert!(!part.contains("[["), "{which:?}: {part}");
        }
        for slot in &wanted {
            let place = format!("[[{slot}]]");
            let html = builtin::source(&format!("{}/body.html", folder(which)));
            let subject = builtin::source(&format!("{}/subject.txt", folder(which)));
            assert!(html.contains(&place) || subject.contains(&place), "{which:?}: nowhere is {place}");
        }
    }
}

#[test]
fn a_field_stands_for_what_it_says_in_both_parts() {
    let (subject, text, html) = mailed(with("opening", "Dear { Contact } of {retailer},\n\nwelcome"));
    assert_eq!(subject, "Your temporary password for Sample Retailer & Sons");
    assert!(text.starts_with("Dear Sample Person of Sample Retailer & Sons,\n\nwelcome\n\nK7QM-"), "{text}");
    assert!(
        html.contains("Dear Sample Person of <strong>Sample Retailer &amp; Sons</strong>,</p>"),
        "{html}"
    );
}

#[test]
fn everything_typed_is_words() {
    for typed in [
        "<script>alert(1)</script>",
        "<b>bold</b> & \"quotes\" 'too'",
        "{ braces, too } and { more",
        "a } b }} c %} d #}",
        "[[closing]] [[nowhere]]",
        "{",
        "C:\\path\\{",
    ] {
        let (_, text, html) = mailed(with("text", typed));
        assert!(text.contains(&format!("\n\n{typed}\n\n")), "{typed}: {text}");
        for tag in ["<script>", "<b>", "alert(1)<"] {
            assert!(!html.contains(tag), "{typed}: {html}");
        }
    }
}

#[test]
fn what_is_wrong_is_said_of_its_place() {
    assert_eq!(
        problem("subject", "For {until}"),
        "there is no field {until} here; there are {contact}, {retailer}, {supplier}"
    );
    assert!(
        problem("text", "{password}").starts_with("there is no field {password} here; there are {contact}")
    );
    assert!(problem("button", "{contact}").ends_with("there are none"));
    for templated in ["{{ person }}", "{% if x %}", "{# x #}"] {
        assert!(problem("text", templated).contains("one brace on each side"), "{templated}");
    }
    assert_eq!(problem("subject", " "), "it is empty");
    assert_eq!(problem("button", &"x".repeat(41)), "it is longer than 40 characters");
    assert_eq!(problem("subject", "two\nlines"), "it holds a character that can’t be shown");
    assert_eq!(problem("closing", "turned \u{202e}around"), "it holds a character that can’t be shown");
}

#[test]
fn promise_01_no_words_can_move_or_lose_the_password() {
    let empty = Letter::typed(Kind::Reset, |slot| match slot {
        "subject" | "heading" | "button" => "x".into(),
        _ => String::new(),
    });
    let (_, text, html) = mailed(empty);
    assert!(text.starts_with("K7QM-2RXD-9TWP\n\nx:\nhttps://"), "{text}");
    assert!(!text.contains("\n\n\n"), "{text}");
    assert!(html.contains(">K7QM-2RXD-9TWP</p>"), "{html}");
    let (_, text, _) = mailed(with("opening", "https://elsewhere.example/?p="));
    assert!(text.contains("?p=\n\nK7QM-2RXD-9TWP\n\n"), "{text}");
}

#[test]
fn a_place_that_a_newer_version_brought_has_the_built_in_words() {
    let old = Letter::from_json("{\"subject\":\"Key\",\"gone\":\"x\"}").expect("a letter");
    assert_eq!(Letter::from_json(&old.json()).expect("a letter"), old);
    let (subject, text, _) = mailed(old);
    assert_eq!(subject, "Key");
    assert!(text.contains("here is your temporary password"), "{text}");
}

#[test]
fn what_stands_between_words_is_named() {
    for kind in Kind::WORDED {
        let fixed = outline::of(kind).iter().filter(|piece| matches!(piece, Piece::Fixed(_))).count();
        let needs = !super::super::check::needed_fields(kind).is_empty();
        assert!(!needs || fixed > 0, "{}", kind.as_str());
    }
}
