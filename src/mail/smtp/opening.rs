//! Opening a connection to the mail server: connecting, introducing ourselves,
//! encrypting, signing in.

use data_encoding::BASE64;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use super::answer::{self, Answer};
use super::session::{Trouble, answered};
use super::wire::{Reply, Wire};
use super::{Door, Handover};
use crate::config::SmtpSecurity;
use crate::mail::answers::{Class, Ours, Stage, Verdict};

/// A connection that is ready for a message.
pub(super) struct Opened {
    pub(super) wire: Wire,
    /// The name by which the server introduced itself; empty when it gave none.
    pub(super) name: String,
}

/// What the server says it can do.
#[derive(Debug, Default)]
struct Abilities {
    name: String,
    starttls: bool,
    /// The ways to sign in it offers, in capitals.
    sign_in: Vec<String>,
}

/// Opens a connection, introduced, encrypted and signed in as the URL asks.
pub(super) async fn open(door: &Door) -> Result<Opened, Handover> {
    let mut wire = Wire::new(connect(door).await?);
    if door.server.security == SmtpSecurity::Tls {
        wire = encrypted(wire, door).await?;
    }
    let greeting = answered(door.timeouts.command, wire.reply()).await;
    agreed(door, greeting)?;
    let mut abilities = introduce(&mut wire, door).await?;
    if !wire.encrypted && abilities.starttls {
        wire = start_tls(wire, door).await?;
        abilities = introduce(&mut wire, door).await?;
    }
    if !wire.encrypted && door.server.security == SmtpSecurity::StartTls {
        let problem = "it offers no encryption (STARTTLS), which smtp+starttls:// in mail.smtp_url demands";
        return Err(unreachable(door, problem));
    }
    sign_in(&mut wire, &abilities, door).await?;
    Ok(Opened { wire, name: abilities.name })
}

async fn connect(door: &Door) -> Result<TcpStream, Handover> {
    let address = (door.server.host.as_str(), door.server.port);
    let stream = match timeout(door.timeouts.connect, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(unreachable(door, &answer::of_io(&error))),
        Err(_) => return Err(unreachable(door, "no answer in time")),
    };
    // The final dot is a packet of its own; waiting to fill it costs 40 ms.
    stream.set_nodelay(true).map_err(|error| unreachable(door, &answer::of_io(&error)))?;
    Ok(stream)
}

async fn encrypted(wire: Wire, door: &Door) -> Result<Wire, Handover> {
    let name = ServerName::try_from(door.server.host.clone())
        .map_err(|_| unreachable(door, "its name is none that a certificate could be for"))?;
    let connector = TlsConnector::from(std::sync::Arc::clone(&door.tls));
    match timeout(door.timeouts.connect, wire.encrypt(&connector, name)).await {
        Ok(Ok(wire)) => Ok(wire),
        Ok(Err(error)) => Err(unreachable(door, &answer::of_io(&error))),
        Err(_) => Err(unreachable(door, "no answer in time while encryption was being set up")),
    }
}

/// Says who we are; to a server of old (RFC 821) that knows no EHLO, by HELO.
async fn introduce(wire: &mut Wire, door: &Door) -> Result<Abilities, Handover> {
    let wait = door.timeouts.command;
    match answered(wait, wire.ask(&format!("EHLO {}", door.hello))).await {
        Ok(reply) if reply.code / 100 == 5 => {
            let reply = answered(wait, wire.ask(&format!("HELO {}", door.hello))).await;
            let name = first_word(agreed(door, reply)?.lines.first());
            Ok(Abilities { name, ..Abilities::default() })
        }
        reply => Ok(Abilities::of(&agreed(door, reply)?)),
    }
}

async fn start_tls(mut wire: Wire, door: &Door) -> Result<Wire, Handover> {
    match answered(door.timeouts.command, wire.ask("STARTTLS")).await {
        Ok(reply) if reply.is_yes() => encrypted(wire, door).await,
        Ok(reply) => {
            let said = Answer::of(&reply, &[]).text();
            Err(unreachable(door, &format!("it offers encryption (STARTTLS) but then refused it: {said}")))
        }
        Err(problem) => Err(unreachable(door, &problem)),
    }
}

/// Signs in if the URL names a user.
async fn sign_in(wire: &mut Wire, abilities: &Abilities, door: &Door) -> Result<(), Handover> {
    let Some((user, password)) = &door.server.credentials else { return Ok(()) };
    if !wire.encrypted && !door.server.is_local() {
        let problem = "it offers no encryption, and the password in mail.smtp_url is only sent over an encrypted connection";
        return Err(not_signed_in(door, problem, true));
    }
    let wait = door.timeouts.command;
    let outcome = if abilities.offers("PLAIN") {
        let both = Zeroizing::new(format!("\0{user}\0{}", password.as_str()));
        let command = Zeroizing::new(format!("AUTH PLAIN {}", BASE64.encode(both.as_bytes())));
        answered(wait, wire.ask(&command)).await
    } else if abilities.offers("LOGIN") {
        let password = Zeroizing::new(BASE64.encode(password.as_bytes()));
        answered(wait, log_in(wire, &BASE64.encode(user.as_bytes()), &password)).await
    } else {
        return Err(not_signed_in(door, &abilities.no_sign_in(), true));
    };
    match outcome {
        Ok(reply) if reply.is_yes() => Ok(()),
        // Its words could repeat what we sent.
        Ok(reply) => {
            let answer = Answer::of(&reply, &[]);
            let hint = match answer.status() {
                Some([_, 7, 139]) => "; signing in by password is switched off there",
                Some([_, 7, 9]) => "; it may want an application password",
                _ => "",
            };
            let codes = answer.codes();
            let problem = format!("it did not accept the user and password of mail.smtp_url ({codes}){hint}");
            Err(not_signed_in(door, &problem, answer.is_permanent()))
        }
        Err(problem) => Err(unreachable(door, &format!("while signing in: {problem}"))),
    }
}

/// AUTH LOGIN, which asks for the user and then for the password.
async fn log_in(wire: &mut Wire, user: &str, password: &str) -> std::io::Result<Reply> {
    let mut reply = wire.ask("AUTH LOGIN").await?;
    for word in [user, password] {
        if reply.code / 100 != 3 {
            break;
        }
        reply = wire.ask(word).await?;
    }
    Ok(reply)
}

impl Abilities {
    /// What an answer to EHLO says (RFC 5321, 4.1.1.1).
    fn of(reply: &Reply) -> Self {
        let mut abilities = Self { name: first_word(reply.lines.first()), ..Self::default() };
        for line in reply.lines.iter().skip(1) {
            // Some write `AUTH=PLAIN LOGIN`, as a draft of RFC 2554 did.
            let line = line.to_ascii_uppercase().replace('=', " ");
            let mut words = line.split_whitespace();
            match words.next() {
                Some("STARTTLS") => abilities.starttls = true,
                Some("AUTH") => abilities.sign_in.extend(words.map(str::to_owned)),
                _ => {}
            }
        }
        abilities
    }

    fn offers(&self, way: &str) -> bool {
        self.sign_in.iter().any(|offered| offered == way)
    }

    /// Why nobody can sign in there, and what to do.
    fn no_sign_in(&self) -> String {
        if self.sign_in.is_empty() {
            return "mail.smtp_url names a user, but it offers no sign-in that we know (AUTH PLAIN or LOGIN) on this port".into();
        }
        let offered = self.sign_in.join(", ");
        if self.sign_in.iter().any(|way| matches!(way.as_str(), "XOAUTH2" | "OAUTHBEARER")) {
            return format!(
                "it signs in by OAuth tokens only (AUTH {offered}), which Tradepost can’t do yet; use a relay or an application password that signs in with user and password (AUTH PLAIN or LOGIN)"
            );
        }
        format!(
            "mail.smtp_url names a user, but it offers no sign-in that we know: AUTH {offered} instead of PLAIN or LOGIN"
        )
    }
}

fn first_word(line: Option<&String>) -> String {
    answer::one_line(line.and_then(|line| line.split_whitespace().next()).unwrap_or_default())
}

/// The server's yes while the connection is opened; its no says nothing about
/// the message.
fn agreed(door: &Door, reply: Result<Reply, String>) -> Result<Reply, Handover> {
    match reply {
        Ok(reply) if reply.is_yes() => Ok(reply),
        Ok(reply) => Err(Trouble::Said(Answer::of(&reply, &[])).handover(Stage::Opening)),
        Err(problem) => Err(unreachable(door, &problem)),
    }
}

fn not_signed_in(door: &Door, problem: &str, permanent: bool) -> Handover {
    let class = if permanent { Class::Ours(Ours::SignIn) } else { Class::TheirServer };
    Handover::Refused { answer: at(door, problem), verdict: Verdict { class, permanent } }
}

fn unreachable(door: &Door, problem: &str) -> Handover {
    Handover::Unreachable { problem: at(door, problem) }
}

fn at(door: &Door, problem: &str) -> String {
    let (host, port) = (&door.server.host, door.server.port);
    answer::one_line(&format!("mail server {host}:{port}: {problem}"))
}
