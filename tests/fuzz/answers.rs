//! What mail servers answer: read off the line by the whole client, sorted by what
//! it means, and compared with the secrets of the mail.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use lettre::address::Envelope;
use tradepost::config::{SmtpSecurity, SmtpUrl};
use tradepost::mail::answers::{self, Said, Stage};
use tradepost::mail::quoting::Secrets;
use tradepost::mail::smtp::{Handover, Smtp, Timeouts};

use crate::fuzz;

const PASSWORD: &str = "K7QM-2RXD-9TWP-CH4F";
const TALK: &str = "220 mail.example\r\n250-mail.example\r\n250 SIZE 1\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 go on\r\n250 2.0.0 Ok: queued\r\n";
const PIECES: [&str; 20] = [
    "\r\n",
    "\n",
    "250 ",
    "250-",
    "354 ",
    "421 4.7.0 ",
    "550 5.1.1 ",
    "999 ",
    "25",
    "\u{0}",
    "STARTTLS\r\n",
    "250-STARTTLS\r\n",
    "250-AUTH PLAIN\r\n",
    "5.1.1",
    "4.4.2",
    "K7QM-2RXD-9TWP-CH4F",
    "keyword:k7qm2rxd",
    "x",
    "<",
    "\u{fffd}",
];

#[test]
fn meanings_of_answers() {
    fuzz("meanings of answers", |random| {
        let words = random.mutated_text("5.1.1 No such user here", &PIECES, 4_000);
        let stage = [Stage::Opening, Stage::Sender, Stage::Recipient, Stage::Content][random.below(4)];
        let code = u16::try_from(400 + random.below(200)).ok();
        let _ = answers::class(&Said { stage, code, status: answers::status(&words), words: &words });
        let secrets = Secrets::of([PASSWORD].into_iter());
        assert!(secrets.are_in(&words) || !words.to_lowercase().contains("k7qm-2rx"), "{words}");
    });
}

#[test]
fn conversations_with_mail_servers() {
    let (server, port) = Server::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let url =
        SmtpUrl { security: SmtpSecurity::Opportunistic, host: "127.0.0.1".into(), port, credentials: None };
    let short = Duration::from_millis(200);
    let timeouts = Timeouts { connect: short, command: short, data: short, block: short, end_of_data: short };
    let address = |text: &str| text.parse().expect("an address");
    let envelope =
        Envelope::new(Some(address("office@harbour.example")), vec![address("anna@barlow.example")]);
    let envelope = envelope.expect("an envelope");
    let message = format!("Subject: x\r\n\r\n{PASSWORD}\r\n");
    fuzz("conversations with mail servers", move |random| {
        server.says(random.mutated(TALK.as_bytes(), &PIECES, 100_000));
        let smtp = Smtp::new(&url, "shop.example").expect("a client").with_timeouts(timeouts);
        let secrets = Secrets::of([PASSWORD].into_iter());
        let outcome = runtime.block_on(smtp.send(&envelope, message.as_bytes(), &secrets));
        let words = match &outcome {
            Handover::Accepted { answer, .. } | Handover::Refused { answer, .. } => answer,
            Handover::Unreachable { problem } | Handover::InDoubt { problem } => problem,
        };
        assert!(!words.to_lowercase().replace('-', "").contains("k7qm2r"), "{words}");
        assert!(words.chars().count() <= 400 && !words.contains(['\n', '\r', '\0']), "{words:?}");
    });
}

/// A server that says what it was told to, whatever it hears.
struct Server(mpsc::Sender<Vec<u8>>);

impl Server {
    fn start() -> (Self, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (sender, told) = mpsc::channel::<Vec<u8>>();
        std::thread::spawn(move || {
            while let (Ok(words), Ok((stream, _))) = (told.recv(), listener.accept()) {
                std::thread::spawn(move || talk(stream, &words));
            }
        });
        (Self(sender), port)
    }

    fn says(&self, words: Vec<u8>) {
        self.0.send(words).expect("a server");
    }
}

fn talk(mut stream: TcpStream, words: &[u8]) {
    drop(stream.write_all(words));
    drop(stream.shutdown(std::net::Shutdown::Write));
    drop(stream.set_read_timeout(Some(Duration::from_secs(1))));
    let mut heard = [0; 4096];
    while stream.read(&mut heard).is_ok_and(|count| count > 0) {}
}
