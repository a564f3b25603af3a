use super::*;

const RETURN_PATH: &str = "bounces+sample@harbour.example";

/// Mail servers' shapes of a report, with lines as they come over the wire.
fn fixture(text: &str) -> Vec<u8> {
    text.replace("{return path}", RETURN_PATH).replace('\n', "\r\n").into_bytes()
}

const POSTFIX: &str = include_str!("../../tests/bounces/postfix.eml");
const EXIM: &str = include_str!("../../tests/bounces/exim.eml");
const EXCHANGE: &str = include_str!("../../tests/bounces/exchange.eml");
const WEBMAIL: &str = include_str!("../../tests/bounces/webmail.eml");
const SENDMAIL_FULL: &str = include_str!("../../tests/bounces/sendmail-full.eml");
const SERVICE_FILTER: &str = include_str!("../../tests/bounces/service-filter.eml");
const POSTFIX_LATE: &str = include_str!("../../tests/bounces/postfix-late.eml");
const OUT_OF_OFFICE: &str = include_str!("../../tests/bounces/out-of-office.eml");

fn failed(hard: bool, why: &str) -> Verdict {
    Verdict::Failed { hard, why: why.into() }
}

#[test]
fn promise_12_reports_are_read_as_mail_servers_write_them() {
    let cases = [
        (POSTFIX, failed(true, "5.1.1, there is no such mailbox")),
        (EXIM, failed(true, "5.0.0, the receiving mail server does not say why")),
        (EXCHANGE, failed(true, "5.1.10, the address takes no mail")),
        (WEBMAIL, failed(true, "5.1.1, there is no such mailbox")),
        (SENDMAIL_FULL, failed(false, "5.2.2, the mailbox is full")),
        (SERVICE_FILTER, failed(false, "5.7.1, a filter or policy there turned it away")),
        (POSTFIX_LATE, Verdict::NotFailed),
    ];
    for (text, expected) in cases {
        for raw in [fixture(text), text.replace("{return path}", RETURN_PATH).into_bytes()] {
            let (recipients, verdict) = read(&raw).unwrap_or_else(|error| panic!("{error}: {text}"));
            assert_eq!(verdict, expected, "{text}");
            assert!(recipients.iter().any(|one| one == RETURN_PATH), "{recipients:?}: {text}");
        }
    }
}

#[test]
fn what_is_no_report_is_refused() {
    let report = String::from_utf8(fixture(POSTFIX)).unwrap();
    let other = [
        String::from_utf8(fixture(OUT_OF_OFFICE)).unwrap(),
        report.replace("report-type=delivery-status", "report-type=disposition-notification"),
        report.replace("multipart/report", "multipart/mixed"),
        "no mail at all".into(),
    ];
    for text in other {
        assert!(
            matches!(read(text.as_bytes()), Err(NotAReport::OtherMail | NotAReport::NoMessage)),
            "{text}"
        );
    }
    let broken = [
        report.replace("message/delivery-status", "text/plain"),
        report.replace("Action: failed", "Action: danced"),
        report.replace("Action: failed\r\n", ""),
        report.replace("Status: 5.1.1", "Status: five"),
        report.replace("Status: 5.1.1", "Status: 5.1.1.1"),
        report.replace("Status: 5.1.1", "Status: 9.99999.1"),
    ];
    for text in broken {
        assert_eq!(read(text.as_bytes()), Err(NotAReport::Broken), "{text}");
    }
    assert!(read(b"").is_err());
}

#[test]
fn nothing_of_other_peoples_words_is_kept() {
    let (_, verdict) = read(&fixture(SERVICE_FILTER)).unwrap();
    let said = format!("{verdict:?}");
    assert!(!said.contains("K7QM") && !said.contains("not-me") && !said.contains('@'), "{said}");
}

#[test]
fn a_report_that_is_cut_or_damaged_anywhere_breaks_nothing() {
    for text in [POSTFIX, EXCHANGE, WEBMAIL] {
        let raw = fixture(text);
        for end in 0..raw.len() {
            drop(read(&raw[..end]));
        }
        for place in 0..raw.len() {
            for bit in [0, 3, 7] {
                let mut damaged = raw.clone();
                damaged[place] ^= 1 << bit;
                drop(read(&damaged));
            }
        }
        // What is cut before its status is never taken for a failure.
        let status = raw.windows(8).position(|eight| eight == b"Status: ").unwrap();
        assert!(!matches!(read(&raw[..status]), Ok((_, Verdict::Failed { .. }))));
    }
}

#[test]
fn the_largest_that_can_be_handed_in_is_read() {
    let mut raw = fixture(POSTFIX);
    raw.resize(LARGEST, b'x');
    assert!(read(&raw).is_ok());
    let many = "Action: failed\r\n\r\n".repeat(50_000);
    let report = String::from_utf8(fixture(POSTFIX))
        .unwrap()
        .replace("Reporting-MTA", &format!("{many}Reporting-MTA"));
    drop(read(report.as_bytes()));
}
