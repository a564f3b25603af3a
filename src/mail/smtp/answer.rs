//! What the server said, and what went wrong when it said nothing, in a line.

use std::io;

use lettre::address::Envelope;
use rustls::CertificateError;

use crate::mail::answers::{self, Said, Stage, Verdict};
use crate::mail::message;
use crate::mail::quoting::Secrets;

/// The most characters of an answer or a problem.
const MAX_LENGTH: usize = 300;
/// What is said in place of words that quote a secret.
const NOT_KEPT: &str = "the words of this answer are not kept, for they quote the mail";
/// Shorter words of an answer are never taken for something of the message.
const SECRET_LENGTH: usize = 4;

/// An answer of the mail server: its code and its words on one line.
pub(super) struct Answer {
    pub(super) code: u16,
    words: String,
    /// Whether the words quote a secret, and so are for nobody.
    quotes: bool,
}

impl Answer {
    /// An answer in a conversation about mails with these secrets.
    pub(super) fn new(code: u16, words: &str, secrets: &[Secrets]) -> Self {
        let quotes = secrets.iter().any(|secrets| secrets.are_in(words));
        Self { code, words: one_line(words), quotes }
    }

    /// Code and words, or the codes alone when the words quote a secret.
    pub(super) fn text(&self) -> String {
        if self.quotes {
            return format!("{} ({NOT_KEPT})", self.codes());
        }
        one_line(&format!("{} {}", self.code, self.words))
    }

    /// The code, and the enhanced one if there is one (RFC 3463): `535 5.7.8`.
    pub(super) fn codes(&self) -> String {
        match self.status() {
            Some([class, subject, detail]) => format!("{} {class}.{subject}.{detail}", self.code),
            None => self.code.to_string(),
        }
    }

    /// Whether asking again would be answered the same.
    pub(super) fn is_permanent(&self) -> bool {
        self.code >= 500
    }

    /// What the answer means for the mail.
    pub(super) fn verdict(&self, stage: Stage) -> Verdict {
        let said = Said { stage, code: Some(self.code), status: self.status(), words: &self.words };
        Verdict { class: answers::class(&said), permanent: self.is_permanent() }
    }

    /// The enhanced code (RFC 3463), if its class fits the code.
    pub(super) fn status(&self) -> Option<[u16; 3]> {
        let status = answers::status(self.words.split(' ').next()?)?;
        (status[0] == self.code / 100).then_some(status)
    }

    /// The answer without the addresses of the mail.
    pub(super) fn without_addresses(self, envelope: &Envelope) -> Self {
        let addresses = envelope.to().iter().chain(envelope.from()).map(AsRef::<str>::as_ref);
        let words = addresses.fold(self.words, |words, address| words.replace(address, "…"));
        Self { words, ..self }
    }

    /// The answer without words that look like a secret and stand in the
    /// message; some filters quote what they dislike.
    pub(super) fn without_content(self, message: &[u8]) -> Self {
        let message = folded(&String::from_utf8_lossy(message).replace("=\r\n", "").replace("=3D", "="));
        let quoted = |word: &str| {
            word.split(['/', '=', '?', '&']).map(folded).any(|part| {
                let telling =
                    part.chars().any(|c| c.is_ascii_digit()) || !word.chars().any(char::is_lowercase);
                part.len() >= SECRET_LENGTH && telling && message.contains(&part)
            })
        };
        let words =
            self.words.split(' ').map(|word| if quoted(word) { "…" } else { word }).collect::<Vec<_>>();
        Self { words: words.join(" "), ..self }
    }
}

/// Letters and digits only, in lower case: how a secret is found again however
/// it is written.
fn folded(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// A text on one line, without control characters, cut to what is kept.
pub(super) fn one_line(text: &str) -> String {
    message::one_line(text, MAX_LENGTH)
}

/// What went wrong with the connection.
pub(super) fn of_io(error: &io::Error) -> String {
    let mut inner = error.get_ref().map(|inner| inner as &(dyn std::error::Error + 'static));
    while let Some(here) = inner {
        if let Some(tls) = here.downcast_ref::<rustls::Error>() {
            return of_tls(tls);
        }
        inner = here
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .map_or_else(|| here.source(), |deeper| Some(deeper as &(dyn std::error::Error + 'static)));
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing answers on this port (connection refused)".into(),
        io::ErrorKind::TimedOut => "no answer in time".into(),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => "it closed the connection".into(),
        io::ErrorKind::InvalidData if error.get_ref().is_none() => "it gave no proper SMTP answer".into(),
        _ => one_line(&error.to_string()),
    }
}

/// What went wrong with the encryption.
fn of_tls(error: &rustls::Error) -> String {
    use CertificateError as Bad;
    let rustls::Error::InvalidCertificate(certificate) = error else {
        return one_line(&format!(
            "encryption failed ({error}); is mail.smtp_url right about smtps:// and smtp+starttls://?"
        ));
    };
    let reason = match certificate {
        Bad::UnknownIssuer => "it is not signed by an authority this machine trusts".to_owned(),
        Bad::Expired | Bad::ExpiredContext { .. } => "it has expired".to_owned(),
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
            "it is not valid yet; is this machine's clock right?".to_owned()
        }
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
            "it is for another name than the one in mail.smtp_url".to_owned()
        }
        other => other.to_string(),
    };
    one_line(&format!("its certificate was not accepted: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_one_line_of_at_most_300_characters() {
        let answer = Answer::new(250, &format!("2.0.0 Ok\r\n\u{1b}[31mqueued {}", "x".repeat(999)), &[]);
        assert!(answer.text().starts_with("250 2.0.0 Ok [31mqueued xxx"), "{}", answer.text());
        assert_eq!(answer.text().chars().count(), MAX_LENGTH);
    }

    #[test]
    fn an_enhanced_code_is_one_that_fits_the_code() {
        assert_eq!(Answer::new(535, "5.7.8 bad", &[]).codes(), "535 5.7.8");
        assert_eq!(Answer::new(535, "5.7 bad 5.7.8", &[]).codes(), "535");
        assert_eq!(Answer::new(550, "4.1.1 another class", &[]).codes(), "550");
    }

    #[test]
    fn promise_01_an_answer_that_quotes_a_secret_loses_its_words_and_keeps_its_meaning() {
        let secrets = [Secrets::of(["K7QM-2RXD-9TWP-CH4F"].into_iter())];
        let words = format!("5.7.1 spam, {} keyword:2RXD-9TWP", "long ".repeat(100));
        let answer = Answer::new(554, &words, &secrets).without_content(b"");
        assert_eq!(answer.text(), format!("554 5.7.1 ({NOT_KEPT})"));
        let plain = Answer::new(554, "5.7.1 spam, keyword:…", &secrets);
        assert_eq!(answer.verdict(Stage::Content), plain.verdict(Stage::Content));
    }

    #[test]
    fn what_a_filter_quotes_of_the_message_is_left_out() {
        let message = b"Your password:\r\n\r\nK7QM-2RXD-9TWP\r\n\r\nABCD-EFGH-JKLM\r\n482913 https://x.example/a?t=3Dab=\r\ncd12\r\n";
        let said = |words| Answer::new(554, words, &[]).without_content(message).text();
        assert_eq!(said("5.7.1 \"K7QM-2RXD-9TWP\" is spam"), "554 5.7.1 … is spam");
        assert_eq!(said("found <ABCD-EFGH-JKLM>, 482913."), "554 found … …");
        assert_eq!(said("URL https://x.example/a?t=abcd12 listed"), "554 URL … listed");
        assert_eq!(said("k7qm2rxd9twp or K7QM 2RXD 9TWP?"), "554 … or … … …");
        assert_eq!(said("see https://filter.example/why/k7qm-2rxd-9twp"), "554 see …");
        assert_eq!(said("your password was queued as 4F2A9C01"), "554 your password was queued as 4F2A9C01");
    }
}
