//! The independent mail server, and the mails it took.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use mail_parser::MessageParser;
use tempfile::TempDir;

use crate::{PATIENCE, free_port, until_for};

/// A mail server with a folder of mails.
pub struct Postbox {
    pub port: u16,
    folder: TempDir,
    child: Option<Child>,
}

impl Postbox {
    /// A mail server that does not run yet.
    pub fn closed() -> Self {
        Self { port: free_port(), folder: tempfile::tempdir().unwrap(), child: None }
    }

    pub fn start() -> Self {
        let mut postbox = Self::closed();
        postbox.open();
        postbox
    }

    pub fn open(&mut self) {
        let python = std::env::var_os("TRADEPOST_TEST_AIOSMTPD")
            .expect("TRADEPOST_TEST_AIOSMTPD is not set: run `./check`, or `./check cargo test …` for some of the tests");
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/binary/postbox.py");
        let mut command = Command::new(python);
        command.arg(script).arg(self.folder.path()).arg(self.port.to_string()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("aiosmtpd starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "listening\n");
        self.child = Some(child);
    }

    pub fn close(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }

    /// From now on messages are taken, but nobody is told so.
    pub fn hold(&self) {
        std::fs::write(self.folder.path().join("hold"), "").unwrap();
    }

    pub fn let_go(&self) {
        std::fs::remove_file(self.folder.path().join("hold")).unwrap();
    }

    /// From now on messages are turned away for now.
    pub fn refuse(&self) {
        std::fs::write(self.folder.path().join("refuse"), "").unwrap();
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.paths().iter().map(Mail::read).collect()
    }

    fn paths(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut paths: Vec<PathBuf> =
            entries.filter(|path| path.extension().is_some_and(|ending| ending == "eml")).collect();
        paths.sort();
        paths
    }

    /// The mail with this number, counted from 1, once it is there.
    pub fn mail(&self, number: usize) -> Mail {
        self.mail_within(PATIENCE, number)
    }

    pub fn mail_within(&self, patience: std::time::Duration, number: usize) -> Mail {
        until_for(patience, &format!("mail {number}"), || self.paths().get(number - 1).map(Mail::read))
    }
}

impl Drop for Postbox {
    fn drop(&mut self) {
        self.close();
    }
}

/// A mail as the server got it.
#[derive(Debug)]
pub struct Mail {
    pub raw: String,
    pub envelope: serde_json::Value,
    pub text: String,
    pub html: String,
    pub subject: String,
}

impl Mail {
    fn read(path: &PathBuf) -> Self {
        let raw = std::fs::read(path).unwrap();
        let message = MessageParser::default().parse(&raw).expect("a message");
        let envelope = std::fs::read(path.with_extension("json")).unwrap();
        Self {
            text: message.body_text(0).expect("a text part").into_owned(),
            html: message.body_html(0).expect("an HTML part").into_owned(),
            subject: message.subject().expect("a subject").to_owned(),
            envelope: serde_json::from_slice(&envelope).unwrap(),
            raw: String::from_utf8(raw.clone()).expect("a message in ASCII"),
        }
    }

    /// A header's value, unfolded; there must be exactly one.
    pub fn header(&self, name: &str) -> String {
        let head = self.raw.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
        let found: Vec<&str> = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect();
        assert_eq!(found.len(), 1, "{name} in\n{head}");
        found[0].to_owned()
    }

    /// The temporary password: alone on its line, in groups.
    pub fn password(&self) -> String {
        let is_one = |line: &&str| {
            line.contains('-')
                && line.len() > 10
                && line.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let found: Vec<&str> = self.text.lines().map(str::trim).filter(is_one).collect();
        assert_eq!(found.len(), 1, "{}", self.text);
        found[0].to_owned()
    }
}
