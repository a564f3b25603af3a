//! Recovery of a staff password: a mailed link and a code, both needed, for
//! ten minutes and five tries.
//!
//! Link and code are minted when the mail is sent; the database holds digests.

use std::time::Duration;

use passwords::{Password, Problem};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::factors::young;
use super::store::{self, Pending, Staff};
use crate::actor::{Actor, Door, StaffActor, Who};
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::config::Limits;
use crate::db::Tx;
use crate::error::Result;
use crate::jobs::{self, Job, Lane, Turn};
use crate::kernel::id::{MailId, StaffResetId};
use crate::kernel::names;
use crate::kernel::{Digest, EmailAddress, Timestamp, Token, calendar, network};
use crate::mail::{self, Composed, Kind, Mail, NewMail, contexts};
use crate::notice::{self, Change};
use crate::passkeys::Owner;
use crate::recovery::decoy::{self, Decoy};
use crate::sessions::{self, Place};
use crate::throttle::{self, Whose};

/// How long a link lives that was asked for because a password was forgotten.
const RESET_LIVES: Duration = Duration::from_mins(10);
/// How long the link lives with which a new staff user chooses a password.
const WELCOME_LIVES: Duration = Duration::from_hours(48);
/// Wrong codes before the link is void.
const TRIES: i64 = 5;
/// So many links of someone that are good for a while are enough: no other is mailed
/// because anyone asks for it.
const ENOUGH: i64 = 3;
/// What a while is: time to look for the mail and to choose a password.
const A_WHILE: Duration = Duration::from_mins(5);
/// Digits of a code.
const CODES: u32 = 1_000_000;

/// Why a link is mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// They forgot their password.
    Forgotten,
    /// They are new.
    FirstPassword,
    /// They lost the device of their second factor.
    LostDevice,
}

names! {
    /// What a mailed link and code are good for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Purpose {
        /// Choosing a password.
        Password = "password",
        /// Taking the second factor off.
        SecondFactor = "second-factor",
    }
}

/// What was typed, through which door, and from where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ForgotStaff {
    /// The e-mail address, as typed.
    pub typed: String,
    /// The client's IP address.
    pub address: String,
}

/// Leaves a request to be followed up, whatever was typed; one more from a network
/// of which as many wait as may leaves nothing.
///
/// # Errors
/// When the database fails.
pub fn ask(tx: &mut Tx<'_>, forgot: &ForgotStaff, now: Timestamp) -> Result<()> {
    let share = network::household(&forgot.address);
    if !jobs::are_enough(tx, &share)? {
        let turn = Turn { lane: Lane::LookUp, share: &share, domain: "" };
        jobs::enqueue(tx, jobs::Kind::ForgotStaffPassword, turn, forgot, now)?;
    }
    Ok(())
}

/// Follows up a forgotten staff password. Anything but the address of an
/// active staff user ends here, silently; so does one of whom enough links are good for a
/// while, since to mail ever more some would have to be void, and a stranger could void
/// what is in hand. That is no try that counts: another is mailed as soon as one is needed.
///
/// # Errors
/// When the database fails.
pub fn look_up(tx: &mut Tx<'_>, job: &Job, limits: &Limits, now: Timestamp) -> Result<()> {
    let forgot: ForgotStaff = job.payload()?;
    if !jobs::finish(tx, job)? {
        return Ok(());
    }
    let share = network::household(&forgot.address);
    let nobody = |tx: &mut Tx<'_>| decoy::leave(tx, Decoy::StaffReset, &share, now);
    let Ok(email) = EmailAddress::parse(&forgot.typed) else { return nobody(tx) };
    let staff = store::by_email(tx, &email)?.filter(|staff| staff.active);
    if let Some(staff) = &staff
        && store::good_resets(tx, staff.id, now.plus(A_WHILE))? >= ENOUGH
    {
        return nobody(tx);
    }
    let key = email.key();
    let typed = (Some(key.as_str()), forgot.address.as_str());
    let counters = throttle::counters("forgot-staff", typed, &limits.staff_mail, |_| Whose::default());
    let allowed = throttle::attempt(tx, &counters, now)?.until().is_none();
    let Some(staff) = staff.filter(|_| allowed) else { return nobody(tx) };
    let actor = Actor { who: Who::Nobody, door: Door::Portal, address: forgot.address };
    let reason = if staff.password.is_some() { Reason::Forgotten } else { Reason::FirstPassword };
    start(tx, &actor, &staff, reason, now)?;
    Ok(())
}

/// Leaves the mail with link and code to be sent. Earlier links are void; but what a
/// stranger asks for leaves those in hand as they are.
///
/// # Errors
/// When the database fails.
pub fn start(
    tx: &mut Tx<'_>,
    actor: &Actor,
    staff: &Staff,
    reason: Reason,
    now: Timestamp,
) -> Result<StaffResetId> {
    if !matches!(actor.who, Who::Nobody) {
        store::void_resets(tx, staff.id, now)?;
    }
    let mail = NewMail {
        kind: Kind::StaffReset,
        to: staff.email.clone(),
        language: crate::kernel::Language::English,
        contact: None,
        staff: Some(staff.id),
    };
    let mail = mail::enqueue_for(tx, &mail, &actor.share(), now)?;
    let id = StaffResetId::new(now);
    let first_password = reason == Reason::FirstPassword;
    let (purpose, event) = match reason {
        Reason::LostDevice => (Purpose::SecondFactor, Event::FactorResetRequested),
        _ => (Purpose::Password, Event::StaffResetRequested),
    };
    store::insert_reset(
        tx,
        &store::NewReset { id, purpose, staff: staff.id, mail, first_password, tries: TRIES },
        now,
    )?;
    audit::record(tx, actor, now, event, About::staff(staff.id))?;
    Ok(id)
}

/// Puts the mail with link and code together, both made for this one attempt.
/// `None` when it was overtaken.
///
/// # Errors
/// When the database, the random source or the template fails.
pub async fn compose(app: &App, mail: &Mail, now: Timestamp) -> Result<Option<Composed>> {
    let (token, code) = (Token::mint()?, mint_code()?);
    let (token_digest, code_digest) = (token.digest(), bound_code(&token, &code));
    let id = mail.id;
    let stored = app.db.write(move |tx| store_secrets(tx, id, token_digest, code_digest, now)).await?;
    let Some((pending, until)) = stored else { return Ok(None) };
    let config = &app.config;
    let website = config.http.public_url.as_str();
    let lost_device = pending.purpose == Purpose::SecondFactor;
    let page = if lost_device { "factor-reset" } else { "reset" };
    let context = contexts::StaffReset {
        supplier: &app.settings().values.supplier,
        website,
        person: &pending.staff.name,
        link: &Zeroizing::new(format!("{website}/portal/{page}/{}", token.expose().as_str())),
        code: &code,
        valid_until: &calendar::day_and_time(until, &config.time_zone, mail.language),
        first: pending.first_password,
        lost_device,
    };
    let rendered = app.templates().render(mail.kind, mail.language, &context)?;
    Ok(Some(Composed { rendered, to_name: Some(pending.staff.name), temporary: None }))
}

fn store_secrets(
    tx: &mut Tx<'_>,
    mail: MailId,
    token: Digest,
    code: Digest,
    now: Timestamp,
) -> Result<Option<(Pending, Timestamp)>> {
    let Some(pending) = store::reset_by_mail(tx, mail)? else { return Ok(None) };
    let until = now.plus(if pending.first_password { WELCOME_LIVES } else { RESET_LIVES });
    let stored = store::set_secrets(tx, pending.id, token, code, until)?;
    Ok(stored.then_some((pending, until)))
}

/// Six digits, each code as likely as any other.
fn mint_code() -> Result<Zeroizing<String>> {
    let limit = u32::MAX - u32::MAX % CODES;
    loop {
        let token = Token::mint()?;
        let digest = token.digest();
        let [a, b, c, d, ..] = digest.as_bytes() else { continue };
        let number = u32::from_be_bytes([*a, *b, *c, *d]);
        if number < limit {
            return Ok(Zeroizing::new(format!("{:06}", number % CODES)));
        }
    }
}

/// A code's digest, bound to its link: without the link's token the million
/// codes can't be tried against it.
fn bound_code(token: &Token, code: &str) -> Digest {
    Digest::of(format!("{}:{code}", token.expose().as_str()).as_bytes())
}

/// The reset behind a link, while it is good.
///
/// # Errors
/// When the database fails.
pub fn find(tx: &mut Tx<'_>, token: &Token, now: Timestamp) -> Result<Option<Pending>> {
    Ok(store::reset_by_token(tx, token.digest(), Purpose::Password, now)?)
}

/// The same of a link that takes a second factor off.
///
/// # Errors
/// When the database fails.
pub fn find_for_factor(tx: &mut Tx<'_>, token: &Token, now: Timestamp) -> Result<Option<Pending>> {
    Ok(store::reset_by_token(tx, token.digest(), Purpose::SecondFactor, now)?)
}

/// The digest of a code as typed, bound to its link.
pub fn digest_of_typed(token: &Token, code: &str) -> Digest {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    bound_code(token, &digits)
}

/// A password that was chosen by link and code.
pub struct Chosen {
    /// Of the session that begins.
    pub token: Token,
    /// Who chose it.
    pub staff: Box<Staff>,
    /// Whether a second factor went that was too young to stand.
    pub took_off: bool,
}

/// What came of choosing a password by link and code.
pub enum Choice {
    /// It is set, and they are signed in.
    Chosen(Chosen),
    /// It won't do.
    Refused(Vec<Problem>),
    /// The code is wrong; so many tries are left.
    WrongCode(i64),
    /// The link was used, is void, or ran out.
    NoLongerGood,
}

/// Sets a staff password by link and code; ends all their sessions, takes a second
/// factor off that is too young to stand, and starts a fresh session.
///
/// # Errors
/// When the database fails or too much is being hashed.
pub async fn choose(app: &App, token: Token, code: &str, new: Password, place: Place) -> Result<Choice> {
    let now = app.clock.now();
    let digest = token.digest();
    let Some(pending) =
        app.db.read(move |tx| store::reset_by_token(tx, digest, Purpose::Password, now)).await?
    else {
        return Ok(Choice::NoLongerGood);
    };
    let staff = &pending.staff;
    let (problems, new) = super::problems_of(app, new, (&staff.email, &staff.name)).await?;
    if !problems.is_empty() {
        return Ok(Choice::Refused(problems));
    }
    let code = digest_of_typed(&token, code);
    let left = app.db.write(move |tx| store::try_code(tx, digest, code, now)).await?;
    match left {
        store::Try::Right => {}
        store::Try::Wrong { left } => return Ok(Choice::WrongCode(left)),
        store::Try::Void => return Ok(Choice::NoLongerGood),
    }
    let hash = app.passwords.hash(new).await?;
    let now = app.clock.now();
    app.db.write(move |tx| set(tx, &pending, &hash, &place, now)).await
}

fn set(
    tx: &mut Tx<'_>,
    pending: &Pending,
    hash: &passwords::Hash,
    place: &Place,
    now: Timestamp,
) -> Result<Choice> {
    if !store::finish_reset(tx, pending.id, now)? {
        return Ok(Choice::NoLongerGood);
    }
    let staff = &pending.staff;
    store::void_resets(tx, staff.id, now)?;
    store::set_password(tx, staff.id, hash, now)?;
    throttle::start_anew_of_staff(tx, staff.id, &place.address)?;
    sessions::end_all_of_staff(tx, staff.id, now)?;
    let who = Who::Staff(StaffActor { id: staff.id, permissions: staff.permissions.clone() });
    let actor = Actor { who, door: Door::Portal, address: place.address.clone() };
    audit::record(tx, &actor, now, Event::StaffPasswordChosen, About::staff(staff.id))?;
    if !pending.first_password {
        notice::tell(tx, Owner::Staff(staff.id), Change::PasswordChanged, now)?;
    }
    let took_off = young::take_off(tx, &actor, staff.id, now)?;
    let (token, _) = sessions::start_for_staff(tx, staff.id, place, now)?;
    Ok(Choice::Chosen(Chosen { token, staff: Box::new(staff.clone()), took_off }))
}
