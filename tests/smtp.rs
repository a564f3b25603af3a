//! Handing messages to a mail server that behaves, and to one that does not.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test code")]

#[path = "support/smtp_sink.rs"]
mod smtp_sink;

use std::time::Duration;

use lettre::address::Envelope;
use smtp_sink::{At, Dialect, Encryption, Mode, SmtpSink};
use tradepost::config::{SmtpSecurity, SmtpUrl};
use tradepost::mail::answers::{Class, Ours, Verdict};
use tradepost::mail::quoting::Secrets;
use tradepost::mail::smtp::{Handover, Smtp, Timeouts};

const PASSWORD: &str = "K7QM-2RXD-9TWP";
const SOON: Duration = Duration::from_secs(10);
/// Long enough for a busy machine, short enough to wait for.
const SHORT: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    command: Duration::from_secs(5),
    data: Duration::from_secs(5),
    block: Duration::from_secs(5),
    end_of_data: Duration::from_secs(2),
};

fn url(sink: &SmtpSink, security: SmtpSecurity, credentials: Option<(&str, &str)>) -> SmtpUrl {
    let credentials = credentials.map(|(user, password)| (user.to_owned(), password.to_owned().into()));
    SmtpUrl { security, host: sink.address().ip().to_string(), port: sink.address().port(), credentials }
}

fn smtp(sink: &SmtpSink, security: SmtpSecurity) -> Smtp {
    Smtp::new(&url(sink, security, None), "shop.example").expect("a way to the server")
}

fn envelope() -> Envelope {
    let address = |text: &str| text.parse().expect("an address");
    Envelope::new(Some(address("office@harbour.example")), vec![address("orders@barlow.example")])
        .expect("an envelope")
}

fn message() -> Vec<u8> {
    format!("Subject: Hello\r\n\r\nYour password:\r\n\r\n{PASSWORD}\r\n\r\n.\r\n..two dots\r\n").into_bytes()
}

async fn send(smtp: &Smtp) -> Handover {
    smtp.send(&envelope(), &message(), &Secrets::default()).await
}

fn problem(handover: &Handover) -> &str {
    match handover {
        Handover::Unreachable { problem } => problem,
        other => panic!("{other:?}"),
    }
}

/// Why the server did not let us in, which is about us.
fn not_let_in(handover: &Handover) -> &str {
    match handover {
        Handover::Refused { answer, verdict: Verdict { class: Class::Ours(Ours::SignIn), .. } } => answer,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_accepted_message_arrives_byte_for_byte() {
    let sink = SmtpSink::start().await;
    let outcome = send(&smtp(&sink, SmtpSecurity::Opportunistic)).await;
    let accepted = Handover::Accepted {
        answer: "250 2.0.0 Ok: queued as 1".into(),
        server: "sink.example".into(),
        encrypted: Some(false),
    };
    assert_eq!(outcome, accepted);
    let mails = sink.wait_for(1, SOON).await;
    assert_eq!(String::from_utf8_lossy(&mails[0].raw), String::from_utf8_lossy(&message()));
    assert_eq!(
        (mails[0].from.as_str(), mails[0].to.as_slice()),
        ("office@harbour.example", &["orders@barlow.example".to_owned()][..])
    );
}

#[tokio::test]
async fn a_connection_is_used_again_by_clones_and_after_a_refusal() {
    let sink = SmtpSink::start().await;
    let smtp = smtp(&sink, SmtpSecurity::Opportunistic);
    send(&smtp).await;
    for mode in [Mode::NO_SUCH_USER, Mode::MESSAGE_REFUSED, Mode::MESSAGE_LATER] {
        sink.set_mode(mode);
        assert!(matches!(send(&smtp.clone()).await, Handover::Refused { .. }), "{mode:?}");
    }
    sink.set_mode(Mode::Accept);
    assert!(matches!(send(&smtp).await, Handover::Accepted { .. }));
    assert_eq!((sink.connections(), sink.mails().len()), (1, 2));
    smtp.close().await;
    send(&smtp).await;
    assert_eq!(sink.connections(), 2);
}

#[tokio::test]
async fn a_connection_is_not_used_for_more_than_a_hundred_messages() {
    let sink = SmtpSink::start().await;
    let smtp = smtp(&sink, SmtpSecurity::Opportunistic);
    for _ in 0..101 {
        assert!(matches!(send(&smtp).await, Handover::Accepted { .. }));
    }
    assert_eq!((sink.connections(), sink.mails().len()), (2, 101));
}

#[tokio::test]
async fn many_at_once_each_have_a_connection_and_none_is_lost() {
    let sink = SmtpSink::start().await;
    let smtp = smtp(&sink, SmtpSecurity::Opportunistic);
    let sending = (0..20).map(|_| {
        let smtp = smtp.clone();
        tokio::spawn(async move { send(&smtp).await })
    });
    for outcome in sending.collect::<Vec<_>>() {
        assert!(matches!(outcome.await.expect("a task"), Handover::Accepted { .. }));
    }
    assert_eq!(sink.wait_for(20, SOON).await.len(), 20);
}

#[tokio::test]
async fn a_connection_that_died_while_idle_is_replaced() {
    let sink = SmtpSink::start().await;
    let smtp = smtp(&sink, SmtpSecurity::Opportunistic);
    send(&smtp).await;
    sink.hang_up();
    assert!(matches!(send(&smtp).await, Handover::Accepted { .. }));
    assert_eq!((sink.connections(), sink.mails().len()), (2, 2));
    // A server that says goodbye instead of greeting the next mail counts as dead too.
    sink.set_mode(Mode::Answer(At::Sender, "421 4.4.2 Too long idle"));
    let said = Handover::Refused {
        answer: "421 4.4.2 Too long idle".into(),
        verdict: Verdict { class: Class::TheirServer, permanent: false },
    };
    assert_eq!(send(&smtp).await, said);
    assert_eq!(sink.connections(), 3);
}

#[tokio::test]
async fn a_no_is_told_apart_by_permanence_and_reason() {
    let sink = SmtpSink::start().await;
    let cases = [
        (Mode::NO_SUCH_USER, true, Class::NoMailbox),
        (Mode::RECIPIENT_LATER, false, Class::TheirServer),
        (Mode::Answer(At::Recipient, "450 4.2.1 <orders@barlow.example> is busy"), false, Class::Mailbox),
        (Mode::Answer(At::Recipient, "554 5.7.1 Relay access denied"), true, Class::Ours(Ours::Relay)),
        (Mode::Answer(At::Sender, "553 5.1.8 Unknown sender"), true, Class::Ours(Ours::Sender)),
        (Mode::Answer(At::Data, "452 4.3.1 Full"), false, Class::TheirServer),
        (Mode::MESSAGE_REFUSED, true, Class::TheirServer),
        (Mode::MESSAGE_LATER, false, Class::TheirServer),
        (Mode::Answer(At::Greeting, "554 5.3.2 Not today"), true, Class::Ours(Ours::Refused)),
        (Mode::Answer(At::Recipient, "550 <orders@barlow.example> no"), true, Class::Unknown),
    ];
    for (mode, permanent, class) in cases {
        sink.set_mode(mode);
        let outcome = send(&smtp(&sink, SmtpSecurity::Opportunistic)).await;
        let Handover::Refused { answer, verdict } = &outcome else { panic!("{mode:?}: {outcome:?}") };
        assert_eq!(*verdict, Verdict { class, permanent }, "{mode:?}: {answer}");
        assert!(!answer.contains("barlow"), "{answer}");
    }
    assert_eq!(sink.mails().len(), 0);
}

#[tokio::test]
async fn an_answer_that_quotes_the_message_is_told_without_the_quotation() {
    let sink = SmtpSink::start().await;
    sink.set_mode(Mode::Answer(At::Message, "554 5.7.1 Looks like a password: K7QM-2RXD-9TWP"));
    let outcome = send(&smtp(&sink, SmtpSecurity::Opportunistic)).await;
    let said = Handover::Refused {
        answer: "554 5.7.1 Looks like a password: …".into(),
        verdict: Verdict { class: Class::TheirServer, permanent: true },
    };
    assert_eq!(outcome, said);
    sink.set_mode(Mode::Answer(At::Message, "554 delivery error: no account for orders@barlow.example"));
    let Handover::Refused { answer, .. } = send(&smtp(&sink, SmtpSecurity::Opportunistic)).await else {
        panic!()
    };
    assert!(!answer.contains("barlow"), "{answer}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let sink = SmtpSink::start().await;
    let smtp = smtp(&sink, SmtpSecurity::Opportunistic);
    sink.set_mode(Mode::CloseAtOnce);
    let outcome = send(&smtp).await;
    assert!(problem(&outcome).contains("closed the connection"), "{outcome:?}");
    let address = sink.address();
    drop(sink);
    // The listener's port is free once its task has ended.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let outcome = send(&smtp).await;
    assert!(problem(&outcome).contains("connection refused"), "{outcome:?}");
}

#[tokio::test]
async fn a_connection_lost_in_the_middle_of_the_message_is_no_doubt() {
    let sink = SmtpSink::start().await;
    sink.set_mode(Mode::DropMidMessage);
    let large = [message(), b"0123456789abcdef\r\n".repeat(600_000)].concat();
    let smtp = smtp(&sink, SmtpSecurity::Opportunistic);
    let outcome = smtp.send(&envelope(), &large, &Secrets::default()).await;
    assert!(
        problem(&outcome).starts_with("the connection broke while the message was being sent"),
        "{outcome:?}"
    );
    assert_eq!(sink.mails().len(), 0);
}

#[tokio::test]
async fn silence_after_the_final_dot_is_doubt() {
    let sink = SmtpSink::start().await;
    for mode in [Mode::DropAfterDot, Mode::HangAfterDot] {
        sink.clear();
        sink.set_mode(mode);
        let smtp = smtp(&sink, SmtpSecurity::Opportunistic).with_timeouts(SHORT);
        let outcome = send(&smtp).await;
        let Handover::InDoubt { problem } = &outcome else { panic!("{mode:?}: {outcome:?}") };
        assert!(problem.contains("did not say whether it took it"), "{problem}");
        assert_eq!(sink.wait_for(1, SOON).await.len(), 1, "{mode:?}");
    }
}

#[tokio::test]
async fn encryption_offered_is_used_whatever_the_certificate() {
    let sink = SmtpSink::start_with(Encryption::StartTls, None).await;
    let outcome = send(&smtp(&sink, SmtpSecurity::Opportunistic)).await;
    assert!(matches!(outcome, Handover::Accepted { encrypted: Some(true), .. }), "{outcome:?}");
    assert!(sink.mails()[0].encrypted);
}

#[tokio::test]
async fn encryption_demanded_needs_a_certificate_that_is_trusted() {
    for (encryption, security) in
        [(Encryption::StartTls, SmtpSecurity::StartTls), (Encryption::Implicit, SmtpSecurity::Tls)]
    {
        let sink = SmtpSink::start_with(encryption, None).await;
        let outcome = send(&smtp(&sink, security)).await;
        assert!(problem(&outcome).contains("certificate was not accepted"), "{outcome:?}");
        let trusting = smtp(&sink, security).with_root(sink.root_pem().as_bytes()).expect("a root");
        for _ in 0..2 {
            let outcome = send(&trusting).await;
            assert!(matches!(outcome, Handover::Accepted { encrypted: Some(true), .. }), "{outcome:?}");
        }
        assert_eq!((sink.mails().len(), sink.connections()), (2, 2));
    }
}

#[tokio::test]
async fn encryption_demanded_but_not_offered_is_said_clearly() {
    let sink = SmtpSink::start().await;
    let outcome = send(&smtp(&sink, SmtpSecurity::StartTls)).await;
    assert!(problem(&outcome).contains("offers no encryption (STARTTLS)"), "{outcome:?}");
    let outcome = send(&smtp(&sink, SmtpSecurity::Tls).with_timeouts(SHORT)).await;
    assert!(problem(&outcome).contains("encryption failed"), "{outcome:?}");
    let sink = SmtpSink::start_with(Encryption::StartTls, None).await;
    sink.set_mode(Mode::Answer(At::StartTls, "454 4.7.0 Not available"));
    let outcome = send(&smtp(&sink, SmtpSecurity::Opportunistic)).await;
    assert!(problem(&outcome).contains("then refused it: 454 4.7.0 Not available"), "{outcome:?}");
    assert_eq!(sink.mails().len(), 0);
}

#[tokio::test]
async fn credentials_are_used_and_never_shown() {
    let sink = SmtpSink::start_with(Encryption::StartTls, Some(("shop", "s3cret-word"))).await;
    let with = |credentials| {
        let smtp =
            Smtp::new(&url(&sink, SmtpSecurity::StartTls, credentials), "shop.example").expect("a way");
        smtp.with_root(sink.root_pem().as_bytes()).expect("a root")
    };
    let outcome = send(&with(Some(("shop", "s3cret-word")))).await;
    assert!(matches!(outcome, Handover::Accepted { .. }), "{outcome:?}");
    assert_eq!(sink.mails()[0].user.as_deref(), Some("shop"));

    let outcome = send(&with(Some(("shop", "wrong-word")))).await;
    assert!(
        not_let_in(&outcome)
            .ends_with("it did not accept the user and password of mail.smtp_url (535 5.7.8)"),
        "{outcome:?}"
    );
    assert!(!format!("{:?}", with(Some(("shop", "s3cret-word")))).contains("s3cret"));

    let outcome = send(&with(None)).await;
    let said = Handover::Refused {
        answer: "530 5.7.0 Sign in first".into(),
        verdict: Verdict { class: Class::Ours(Ours::SignIn), permanent: true },
    };
    assert_eq!(outcome, said);
}

#[tokio::test]
async fn a_server_without_sign_in_is_not_given_credentials() {
    let sink = SmtpSink::start().await;
    let url = url(&sink, SmtpSecurity::Opportunistic, Some(("shop", "s3cret-word")));
    let outcome = send(&Smtp::new(&url, "shop.example").expect("a way")).await;
    assert!(not_let_in(&outcome).contains("offers no sign-in that we know"), "{outcome:?}");
}

#[tokio::test]
async fn promise_04_servers_that_speak_oddly_get_their_mail() {
    let sink = SmtpSink::start().await;
    let cases = [
        (Dialect::LfOnly, "250 2.0.0 Ok: queued as 1"),
        (Dialect::BareCodes, "250"),
        (Dialect::HeloOnly, "250 2.0.0 Ok: queued as 1"),
        (Dialect::Latin1, "250 2.0.0 Ok: queued as 1"),
    ];
    for (dialect, said) in cases {
        sink.clear();
        sink.set_dialect(dialect);
        let smtp = smtp(&sink, SmtpSecurity::Opportunistic);
        for _ in 0..2 {
            let outcome = send(&smtp).await;
            let Handover::Accepted { answer, .. } = &outcome else { panic!("{dialect:?}: {outcome:?}") };
            assert_eq!(answer, said, "{dialect:?}");
        }
        assert_eq!(sink.mails().len(), 2, "{dialect:?}");
        smtp.close().await;
    }
    assert_eq!(sink.connections(), cases.len(), "each connection was used again");
}

#[tokio::test]
async fn promise_04_words_in_another_encoding_are_no_silence() {
    let sink = SmtpSink::start().await;
    sink.set_dialect(Dialect::Latin1);
    let smtp = smtp(&sink, SmtpSecurity::Opportunistic);
    sink.set_mode(Mode::Answer(At::Message, "250 2.0.0 Für die Zustellung angenommen"));
    let outcome = send(&smtp).await;
    let Handover::Accepted { answer, .. } = &outcome else { panic!("{outcome:?}") };
    assert_eq!(answer, "250 2.0.0 F\u{fffd}r die Zustellung angenommen");
    sink.set_mode(Mode::Answer(At::Message, "554 5.6.0 Ungültiger Inhalt"));
    let Handover::Refused { verdict, .. } = send(&smtp).await else { panic!("no answer") };
    assert_eq!(verdict, Verdict { class: Class::TheirServer, permanent: true });
}

#[tokio::test]
async fn a_server_without_encryption_or_ehlo_is_not_enough_where_encryption_is_demanded() {
    let sink = SmtpSink::start().await;
    sink.set_dialect(Dialect::HeloOnly);
    let outcome = send(&smtp(&sink, SmtpSecurity::StartTls)).await;
    assert!(problem(&outcome).contains("offers no encryption (STARTTLS)"), "{outcome:?}");
    assert!(sink.mails().is_empty());
}

#[tokio::test]
async fn signing_in_by_login_works_and_a_switched_off_one_is_told() {
    let sink = SmtpSink::start_with(Encryption::StartTls, Some(("shop", "s3cret-word"))).await;
    sink.set_dialect(Dialect::LoginOnly);
    let with = |password| {
        let url = url(&sink, SmtpSecurity::StartTls, Some(("shop", password)));
        let smtp = Smtp::new(&url, "shop.example").expect("a way");
        smtp.with_root(sink.root_pem().as_bytes()).expect("a root")
    };
    let outcome = send(&with("s3cret-word")).await;
    assert!(matches!(outcome, Handover::Accepted { encrypted: Some(true), .. }), "{outcome:?}");
    let outcome = send(&with("wrong-word")).await;
    assert!(not_let_in(&outcome).contains("signing in by password is switched off there"), "{outcome:?}");
    assert!(!format!("{outcome:?}").contains("wrong-word"), "{outcome:?}");
}

#[tokio::test]
async fn a_server_that_lets_sign_in_by_tokens_only_is_told_clearly() {
    let sink = SmtpSink::start().await;
    sink.set_dialect(Dialect::OauthOnly);
    let url = url(&sink, SmtpSecurity::Opportunistic, Some(("shop", "s3cret-word")));
    let outcome = send(&Smtp::new(&url, "shop.example").expect("a way")).await;
    let said = not_let_in(&outcome);
    assert!(said.contains("OAuth tokens only (AUTH XOAUTH2, OAUTHBEARER)"), "{said}");
    assert!(said.contains("AUTH PLAIN or LOGIN"), "{said}");
}

#[tokio::test]
async fn a_root_that_is_no_certificate_is_refused() {
    let sink = SmtpSink::start().await;
    let smtp = smtp(&sink, SmtpSecurity::Tls);
    assert!(smtp.with_root(b"-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n").is_err());
}
