//! What the API shows of one contact and of resets beyond the lists.

use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::customers::shapes::Contact;
use crate::customers::view::{self, ResetView};
use crate::db::Tx;
use crate::error::Result;
use crate::http::api::Moment;
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, ResetId};
use crate::mail::Kind;
use crate::recovery::{self, Progress, StartedBy};
use crate::retailers;

/// A contact with what to know before a temporary password is sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContactDetail {
    /// Who, and where they stand.
    #[serde(flatten)]
    pub contact: Contact,
    /// The name of their retailer.
    pub retailer_name: String,
    /// Its account number.
    pub account_number: String,
    /// How many other contacts have the same e-mail address.
    pub others_sharing: i64,
    /// What to look at twice, in sentences.
    pub cautions: Vec<String>,
    /// The reset or invitation that was started last.
    pub latest_reset: Option<Reset>,
}

impl ContactDetail {
    /// Reads it of a contact the actor may see.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] when they aren't there or not for this actor.
    pub fn read(tx: &mut Tx<'_>, actor: &Actor, id: ContactId, now: Timestamp) -> Result<Self> {
        let contact = retailers::contact(tx, actor, id)?;
        let latest = recovery::of_contact(tx, id, 1)?.into_iter().next();
        let (others_sharing, cautions) = view::cautions(tx, &contact, latest.as_ref(), now)?;
        Ok(Self {
            latest_reset: latest.map(|reset| Reset::new(&reset, actor, now)),
            retailer_name: contact.retailer_name.clone(),
            account_number: contact.account_number.clone(),
            contact: Contact::at(&contact, now),
            others_sharing,
            cautions,
        })
    }
}

/// A reset or, before the first password, an invitation: never its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reset {
    /// Which.
    #[schema(value_type = Uuid)]
    pub id: ResetId,
    /// Whose.
    #[schema(value_type = Uuid)]
    pub contact: ContactId,
    /// Which of the two.
    pub kind: ResetKind,
    /// Where it stands.
    pub state: ResetState,
    /// When it was asked for.
    pub requested_at: Moment,
    /// By whom, in words.
    #[schema(example = "Sample Sales rep")]
    pub started_by: String,
    /// Whether it stopped the current password.
    pub stops_current: bool,
    /// Until when the temporary password lives, once the mail was handed over.
    pub until: Option<Moment>,
    /// When the mail is tried next.
    pub next_try_at: Option<Moment>,
    /// What the mail server answered, or why it could not be asked.
    pub answer: Option<String>,
    /// Whether the mail was handed over encrypted.
    pub encrypted: Option<bool>,
    /// Whether nothing more will happen to it by itself.
    pub r#final: bool,
    /// Whether the asking person may call it back now.
    pub may_cancel: bool,
    /// Its state as a badge.
    pub badge: Badge,
    /// The way so far and what is to come, in words for people.
    pub steps: Vec<Step>,
}

/// Resets of a contact.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Resets {
    /// Newest first, 20 at most.
    pub items: Vec<Reset>,
}

/// Which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResetKind {
    /// For a contact who never had a password.
    Invitation,
    /// For one who had.
    Reset,
}

/// Where a reset stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResetState {
    /// The mail has not been tried yet.
    Waiting,
    /// The mail server could not take the mail yet.
    PutOff,
    /// The mail may have left before the installation was restored; the office decides.
    Held,
    /// The mail server took the mail.
    HandedOver,
    /// The mail came back, or was refused for good.
    Bounced,
    /// No mail server took it within a day.
    GivenUp,
    /// It may have arrived, and is not sent again.
    Unsure,
    /// A password was chosen by it.
    Used,
    /// The temporary password ran out.
    Expired,
    /// It was called back.
    Cancelled,
    /// A later one, or a chosen password, took its place.
    Superseded,
}

/// A state in a word and a shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Badge {
    /// `neutral`, `ok`, `warn`, `bad` or `info`.
    pub tone: &'static str,
    /// What is drawn before the word.
    pub shape: &'static str,
    /// What it says.
    pub word: String,
}

/// A step on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Step {
    /// `done`, `now`, `todo`, `warn` or `bad`.
    pub state: &'static str,
    /// What it is.
    pub title: &'static str,
    /// When it was done.
    pub at: Option<Moment>,
    /// More of it; may be empty.
    pub text: String,
    /// A moment that ends the text.
    pub then: Option<Moment>,
}

impl Reset {
    /// A reset as `actor` sees it.
    pub fn new(reset: &recovery::Reset, actor: &Actor, now: Timestamp) -> Self {
        let view = ResetView::new(reset, actor, now);
        let progress = recovery::progress(reset, now);
        Self {
            id: reset.id,
            contact: reset.contact,
            kind: if reset.kind == Kind::Invitation { ResetKind::Invitation } else { ResetKind::Reset },
            state: ResetState::of(progress),
            requested_at: Moment(reset.requested_at),
            started_by: match &reset.started_by {
                StartedBy::Staff(name) => name.clone(),
                StartedBy::Contact => "the contact".to_owned(),
                StartedBy::Operator => "The operator".to_owned(),
            },
            stops_current: reset.stops_current,
            until: Moment::perhaps(reset.expires_at),
            next_try_at: match progress {
                Progress::PutOff { next } => Moment::perhaps(next),
                _ => None,
            },
            answer: reset.answer.clone(),
            encrypted: reset.encrypted,
            r#final: view.is_final,
            may_cancel: view.may_cancel,
            badge: Badge { tone: view.badge.tone, shape: view.badge.shape, word: view.badge.word },
            steps: view.steps.into_iter().map(Step::new).collect(),
        }
    }
}

impl ResetState {
    const fn of(progress: Progress) -> Self {
        match progress {
            Progress::Waiting => Self::Waiting,
            Progress::PutOff { .. } => Self::PutOff,
            Progress::Held => Self::Held,
            Progress::HandedOver { .. } => Self::HandedOver,
            Progress::Bounced => Self::Bounced,
            Progress::GivenUp => Self::GivenUp,
            Progress::Unsure => Self::Unsure,
            Progress::Used(_) => Self::Used,
            Progress::Expired(_) => Self::Expired,
            Progress::Cancelled(_) => Self::Cancelled,
            Progress::Superseded(_) => Self::Superseded,
        }
    }
}

impl Step {
    fn new(step: view::Step) -> Self {
        let view::Step { state, title, at, text, then, .. } = step;
        Self { state, title, at: Moment::perhaps(at), text, then: Moment::perhaps(then) }
    }
}
