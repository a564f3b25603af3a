//! The API's door to the feeds: `GET /api/v1/retailers` and `/api/v1/contacts`.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Asked, Told};
use crate::changes;
use crate::customers::shapes::{Contact, Retailer};
use crate::http::Answer;
use crate::http::api::problem::{self, Described};
use crate::http::api::{self, AtApi, Moment, Problem};
use crate::kernel::Timestamp;

/// Changes in one answer at most.
const MOST: usize = 1000;
/// Changes in one answer when nothing is said.
const USUAL: usize = 200;

/// From where on, and how many.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FeedQuery {
    /// The cursor of the answer before, as it came. Without one the feed begins
    /// with everything there is.
    #[param(example = "AQAAAAAAAAAAAAAAAAAAAAA")]
    since: Option<String>,
    /// How many changes at most.
    #[serde(default = "usual")]
    #[param(minimum = 1, maximum = 1000, default = 200)]
    limit: usize,
}

fn usual() -> usize {
    USUAL
}

impl FeedQuery {
    fn read(self) -> Result<Asked, Problem> {
        if !(1..=MOST).contains(&self.limit) {
            let detail = format!("The parameter limit is a number from 1 to {MOST}.");
            return Err(Problem::new(&problem::UNREADABLE).saying(detail));
        }
        Ok(Asked { since: self.since, limit: self.limit })
    }
}

/// Some of what there is, or of what changed, oldest change first.
#[derive(Serialize, ToSchema)]
pub struct Feed<T> {
    /// What is new or different, as it is now. Something may come twice in two
    /// answers: the later one counts.
    items: Vec<T>,
    /// What this person no longer sees: it is gone, or in a territory that
    /// isn't theirs. Empty without `since`.
    removed: Vec<Uuid>,
    /// What to send as `since` to go on, now while there is `more`, else later.
    #[schema(example = "AQAAAAAAAAAAAAAAAAAAAAA")]
    cursor: String,
    /// Whether there is more already.
    more: bool,
    /// The moment as of which this is so.
    as_of: Moment,
}

impl<T> Feed<T> {
    fn of<R>(told: Told<R>, as_of: Timestamp, shape: impl Fn(&R) -> T) -> Result<Self, Problem> {
        let Told::Changes(changes) = told else { return Err(Problem::new(&problem::CURSOR_EXPIRED)) };
        let items = changes.items.iter().map(shape).collect();
        let (removed, cursor, more) = (changes.removed, changes.cursor, changes.more);
        Ok(Self { items, removed, cursor, more, as_of: Moment(as_of) })
    }
}

/// List the retailers one sees, and what changed of them.
///
/// Ask without `since` once, go on with the `cursor` while there is `more`, and
/// keep the last one: with it you are told later what changed meanwhile.
#[utoipa::path(
    get, path = "/api/v1/retailers", tag = "Customers", params(FeedQuery),
    responses((status = 200, body = Feed<Retailer>), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn retailers(AtApi(caller): AtApi, api::Asked(query): api::Asked<FeedQuery>) -> Answer {
    let (asked, now) = (query.read()?, caller.now());
    let told = caller.read(move |tx, actor| changes::retailers(tx, actor, &asked)).await?;
    api::ok(&Feed::of(told, now, |retailer| Retailer::from(retailer))?)
}

/// List the contacts of the retailers one sees, and what changed of them.
///
/// Works as the feed of retailers does.
#[utoipa::path(
    get, path = "/api/v1/contacts", tag = "Customers", params(FeedQuery),
    responses((status = 200, body = Feed<Contact>), (status = "default", body = Described, content_type = "application/problem+json")),
)]
pub async fn contacts(AtApi(caller): AtApi, api::Asked(query): api::Asked<FeedQuery>) -> Answer {
    let (asked, now) = (query.read()?, caller.now());
    let told = caller.read(move |tx, actor| changes::contacts(tx, actor, &asked)).await?;
    api::ok(&Feed::of(told, now, |contact| Contact::at(contact, now))?)
}
