use super::*;

const RETURN_PATH: &str = "bounces+sample@harbour.example";

/// Mail servers' shapes of a report, with lines as they come over the wire.
fn fixture(text: &str) -> Vec<u8> {
    text.replace("{return path}", RETURN_PATH).replace('\n', "\r\n").into_bytes()
}

const POSTFIX: &str = include_str!("../../tests/bounces/postfix.eml");
const EXCHANGE: &str = include_str!("../../tests/bounces/exchange.eml");
const WEBMAIL: &str = include_str!("../../tests/bounces/webmail.eml");
const SERVICE_FILTER: &str = include_str!("../../tests/bounces/service-filter.eml");
const OUT_OF_OFFICE: &str = include_str!("../../tests/bounces/out-of-office.eml");
const QMAIL: &str = include_str!("../../tests/bounces/qmail.eml");
/// What must become of each report.
const INDEX: &str = include_str!("../../tests/bounces/index.tsv");

fn report(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bounces");
    std::fs::read_to_string(format!("{folder}/{name}.eml")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn promise_12_reports_are_read_as_mail_systems_write_them() {
    let (mut rows, mut wrong) = (0, Vec::new());
    for row in INDEX.lines().filter(|line| !line.starts_with('#')) {
        let [name, becomes, why, _] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let text = report(name);
        for raw in [fixture(&text), text.replace("{return path}", RETURN_PATH).into_bytes()] {
            let (said, kept) = match read(&raw) {
                Ok(Verdict::Failed { hard: true, why, .. }) => ("marked", why),
                Ok(Verdict::Failed { hard: false, why, .. }) => ("failed", why),
                Ok(Verdict::NotFailed) => ("ignored", String::new()),
                Err(NotAReport::OtherMail) => ("refused", String::new()),
                Err(error) => panic!("{name}: {error}"),
            };
            if (said, kept.as_str()) != (becomes, why) {
                wrong.push(format!("{name}: {said}, {kept}"));
            }
            assert!(recipients_of(&raw).iter().any(|one| one == RETURN_PATH), "{name}");
        }
        rows += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(rows >= 38, "{rows}");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bounces");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), rows + 1, "each report stands in the index");
}

#[test]
fn what_is_no_report_is_refused() {
    let report = String::from_utf8(fixture(POSTFIX)).unwrap();
    let other = [
        String::from_utf8(fixture(OUT_OF_OFFICE)).unwrap(),
        report.replace("report-type=delivery-status", "report-type=disposition-notification"),
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
    let verdict = read(&fixture(SERVICE_FILTER)).unwrap();
    let said = format!("{verdict:?}");
    assert!(!said.contains("K7QM") && !said.contains("not-me") && !said.contains('@'), "{said}");
}

#[test]
fn a_report_that_is_cut_or_damaged_anywhere_breaks_nothing() {
    for text in [POSTFIX, EXCHANGE, WEBMAIL, QMAIL] {
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
        if let Some(status) = raw.windows(8).position(|eight| eight == b"Status: ") {
            assert!(!matches!(read(&raw[..status]), Ok(Verdict::Failed { .. })));
        }
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

#[test]
fn mails_within_mails_as_many_as_fit_end_nothing() {
    let within = "Content-Type: message/rfc822\r\n\r\n";
    let raw = within.repeat(LARGEST / within.len());
    assert_eq!(read(raw.as_bytes()), Err(NotAReport::OtherMail));
}
