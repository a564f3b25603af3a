//! How fast the doors are, measured from outside on the release binary with an
//! embedded database: `cargo bench --bench door`. Prints figures, asserts
//! nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "bench code")]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const FORGOTTEN: usize = 500;
const RESETS: usize = 30;
const SIGN_INS: u32 = 96;
/// Signing in at once.
const AT_ONCE: u32 = 8;

fn main() {
    // `cargo test --all-targets` runs benches too, to see that they build.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mails = mail_server();
    let shop = Shop::new(mails.port);
    shop.add_contacts();

    let began = Instant::now();
    let mut child = shop.command(&["serve"]).stderr(Stdio::null()).spawn().unwrap();
    while Line::open(shop.port).is_none_or(|mut line| line.get("/readyz") != 200) {
        std::thread::sleep(Duration::from_micros(200));
    }
    println!("start to the first answer of /readyz   {}", ms(began.elapsed()));
    println!("resident memory, idle, nothing hashed  {} MiB", resident_mib(&child));

    let mut line = Line::open(shop.port).unwrap();
    let mut took: Vec<Duration> = (0..RESETS)
        .map(|number| {
            let began = Instant::now();
            line.post("/forgot-password", &format!("username=contact{number}"));
            mails.taken.recv_timeout(Duration::from_secs(30)).expect("a mail").duration_since(began)
        })
        .collect();
    println!("request to mail taken, {RESETS} resets          {}", spread(&mut took));
    println!("resident memory after them             {} MiB", resident_mib(&child));

    let began = Instant::now();
    let at_once: Vec<_> = (0..AT_ONCE)
        .map(|thread| {
            let port = shop.port;
            std::thread::spawn(move || {
                let mut line = Line::open(port).unwrap();
                for number in 0..SIGN_INS / AT_ONCE {
                    // A wrong password costs what a right one does (promise 9).
                    line.post(
                        "/login",
                        &format!("username=contact{}&password=wrong%20one%201", thread * 100 + number),
                    );
                }
            })
        })
        .collect();
    for thread in at_once {
        thread.join().unwrap();
    }
    println!(
        "sign-ins, {AT_ONCE} at once                    {:.0} a second",
        f64::from(SIGN_INS) / began.elapsed().as_secs_f64()
    );
    println!("resident memory after them             {} MiB", resident_mib(&child));

    // Last: so many from one address that no more of them are looked up.
    let mut took: Vec<Duration> = (0..FORGOTTEN)
        .map(|number| {
            timed(|| assert_eq!(line.post("/forgot-password", &format!("username=nobody{number}")), 303))
        })
        .collect();
    println!("POST /forgot-password, {FORGOTTEN} in a row      {}", spread(&mut took));
    child.kill().unwrap();
    child.wait().unwrap();
}

fn timed(act: impl FnOnce()) -> Duration {
    let began = Instant::now();
    act();
    began.elapsed()
}

fn ms(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}

fn spread(took: &mut [Duration]) -> String {
    took.sort();
    format!("median {}, p95 {}", ms(took[took.len() / 2]), ms(took[took.len() * 95 / 100]))
}

fn resident_mib(child: &Child) -> String {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0 kB");
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().unwrap_or(0.0);
    format!("{:.1}", kib / 1024.0)
}

/// An installation in a folder of its own.
struct Shop {
    folder: TempDir,
    port: u16,
    smtp_port: u16,
}

impl Shop {
    fn new(smtp_port: u16) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        Self { folder: tempfile::tempdir().unwrap(), port, smtp_port }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tradepost"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("TRADEPOST_HTTP__LISTEN", format!("127.0.0.1:{}", self.port))
            .env("TRADEPOST_MAIL__SMTP_URL", format!("smtp://127.0.0.1:{}", self.smtp_port));
        command
    }

    fn add_contacts(&self) {
        let mut rows =
            String::from("account_number,retailer,territory,contact,email,username,website_access\n");
        for number in 0..1000 {
            writeln!(
                rows,
                "{number},Shop {number},North,Contact {number},c{number}@shop.example,contact{number},yes"
            )
            .unwrap();
        }
        std::fs::write(self.folder.path().join("contacts.csv"), rows).unwrap();
        let ran =
            self.command(&["import", "customers", "contacts.csv", "--new-territories"]).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }
}

/// One connection that is kept.
struct Line {
    stream: BufReader<TcpStream>,
}

impl Line {
    fn open(port: u16) -> Option<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        stream.set_nodelay(true).ok()?;
        Some(Self { stream: BufReader::new(stream) })
    }

    fn get(&mut self, path: &str) -> u16 {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
    }

    fn post(&mut self, path: &str, body: &str) -> u16 {
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    fn ask(&mut self, request: &str) -> u16 {
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some(rest) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = rest.trim().parse().unwrap();
            }
        }
        self.stream.read_exact(&mut vec![0; length]).unwrap();
        status
    }
}

struct Mails {
    port: u16,
    /// When each mail was taken.
    taken: Receiver<Instant>,
}

/// A mail server that takes everything at once.
fn mail_server() -> Mails {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, taken) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let tell = tell.clone();
            std::thread::spawn(move || take_mails(stream, &tell));
        }
    });
    Mails { port, taken }
}

fn take_mails(stream: TcpStream, tell: &std::sync::mpsc::Sender<Instant>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut answers = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    answers.write_all(b"220 mail.bench ESMTP\r\n")?;
    while let Some(line) = lines.next() {
        let command = line?.to_ascii_uppercase();
        if command == "DATA" {
            answers.write_all(b"354 go on\r\n")?;
            for line in lines.by_ref() {
                if line? == "." {
                    break;
                }
            }
            // Nobody listens any more when the bench is over.
            if tell.send(Instant::now()).is_err() {
                break;
            }
        }
        answers.write_all(if command == "QUIT" { b"221 bye\r\n" } else { b"250 Ok\r\n" })?;
    }
    Ok(())
}
