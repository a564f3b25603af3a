use std::fmt::Write as _;

use super::*;

/// What mail servers say, and what it means.
const ANSWERS: &str = include_str!("../../../tests/answers/smtp.tsv");

fn read(stage: Stage, answer: &str) -> Verdict {
    let mut words = String::new();
    for line in answer.split('|') {
        let _ = write!(words, "{} ", &line[4..]);
    }
    let code = answer[..3].parse().unwrap();
    let status = words.split(' ').next().and_then(status);
    Verdict { class: class(&Said { stage, code: Some(code), status, words: &words }), permanent: code >= 500 }
}

const fn name(consequence: Consequence) -> &'static str {
    match consequence {
        Consequence::PutOff => "put-off",
        Consequence::Hold => "hold",
        Consequence::Fail => "fail",
        Consequence::Mark => "mark",
    }
}

#[test]
fn promise_12_answers_are_read_as_providers_write_them() {
    let mut rows = 0;
    for row in ANSWERS.lines().filter(|line| !line.starts_with('#')) {
        let [stage, answer, class, follows, _] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        let stage = match stage {
            "opening" => Stage::Opening,
            "sender" => Stage::Sender,
            "rcpt" => Stage::Recipient,
            "data" => Stage::Content,
            other => panic!("{other}"),
        };
        let verdict = read(stage, answer);
        assert_eq!((verdict.class.as_str(), name(verdict.consequence())), (class, follows), "{row}");
        rows += 1;
    }
    assert!(rows >= 60, "{rows}");
}

#[test]
fn promise_12_what_is_not_known_marks_nobody() {
    for code in 200..600 {
        for words in
            ["", "x", "5.0.0 x", "Ablehnung aus unbekannten Gr\u{fc}nden", "5.7.1 no", "5.1.0 no", "5.9.9"]
        {
            for stage in [Stage::Opening, Stage::Sender, Stage::Recipient, Stage::Content] {
                let verdict = read(stage, &format!("{code} {words}"));
                let marks = verdict.consequence() == Consequence::Mark;
                let expected = code == 556 && matches!(stage, Stage::Recipient | Stage::Content);
                assert_eq!(marks, expected, "{stage:?} {code} {words}");
            }
        }
    }
}

#[test]
fn promise_12_nothing_said_before_the_recipient_is_named_is_about_them() {
    for words in ["5.1.1 no such user", "User unknown", "5.2.2 mailbox full"] {
        for stage in [Stage::Opening, Stage::Sender] {
            assert_eq!(read(stage, &format!("550 {words}")).consequence(), Consequence::Hold);
            assert_eq!(read(stage, &format!("450 {words}")).consequence(), Consequence::PutOff);
        }
    }
}

#[test]
fn promise_12_a_missing_mailbox_of_a_sender_is_not_the_customers() {
    for words in [
        "Mailbox of the sender: no such user",
        "5.1.1 user unknown (sender)",
        "callback to MAIL FROM: user unknown",
    ] {
        assert_ne!(
            read(Stage::Recipient, &format!("550 {words}")).consequence(),
            Consequence::Mark,
            "{words}"
        );
    }
}

#[test]
fn addresses_in_an_answer_are_no_words_of_it() {
    let said = "550 5.1.1 <spf.relay-denied@rate-limit.example>: no such user";
    assert_eq!(read(Stage::Recipient, said).class, Class::NoMailbox);
    let said = "550 <unknown-user@barlow.example> rejected";
    assert_eq!(read(Stage::Recipient, said).class, Class::Unknown);
}

#[test]
fn a_class_has_one_name() {
    for class in Class::ALL {
        assert_eq!(Class::from_name(class.as_str()), Some(class));
    }
    assert_eq!(Class::from_name("x"), None);
}
