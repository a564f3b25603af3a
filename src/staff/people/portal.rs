//! The portal's pages of staff users.

use askama::Template;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use url::form_urlencoded;

use super::form::PersonForm;
use super::words::KINDS;
use super::{Activity, Person, Saved, may_change};
use crate::actor::{Act, Reach};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::forms::{ActiveForm, FieldErrors, NoFields};
use crate::http::{Answer, AtPortal, Caller, Failure, Ids, Page, html, redirect};
use crate::kernel::id::{SessionId, StaffId, TerritoryId};
use crate::sessions::{self, Device};
use crate::staff::fresh::portal::{Confirmed, FreshPortal};
use crate::staff::roles::abilities::Ability;
use crate::staff::roles::{self, Role};
use crate::staff::rules::Rights;
use crate::staff::{people, territories};

#[derive(Template)]
#[template(path = "staff/people/pages/people.html")]
struct PeoplePage {
    page: Page,
    people: Vec<Person>,
    may_manage: bool,
    all: bool,
    former: usize,
}

/// `GET /portal/staff`
pub async fn people(AtPortal(caller): AtPortal, RawQuery(query): RawQuery) -> Answer {
    let all = query.is_some_and(|query| query == "show=all");
    let mut people = caller.read(people::all).await?;
    let former = people.iter().filter(|person| !person.active).count();
    people.retain(|person| all || person.active);
    let may_manage = Ability::Act(Act::ManageStaff).is_in(&caller.session.permissions);
    html(StatusCode::OK, &PeoplePage { page: caller.page(), people, may_manage, all, former })
}

#[derive(Template)]
#[template(path = "staff/people/pages/rights.html")]
struct RightsPage {
    page: Page,
    /// The name of the ability.
    what: String,
    territories: Vec<(String, String)>,
    territory: String,
    /// Who can, and who can't.
    sides: [Side; 2],
}

/// A group of people under a heading.
struct Side {
    title: &'static str,
    people: Vec<Person>,
    /// What is said when there is nobody.
    nobody: &'static str,
}

impl RightsPage {
    fn abilities() -> Vec<(String, String)> {
        Ability::ALL.map(|one| (one.as_str().to_owned(), one.words().to_owned())).to_vec()
    }
}

/// `GET /portal/staff/rights`: who can do something, and who can't.
pub async fn rights(AtPortal(caller): AtPortal, RawQuery(query): RawQuery) -> Answer {
    let query = query.unwrap_or_default();
    let field = |name: &str| {
        let found = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let ability = Ability::from_name(&field("what")).unwrap_or(Ability::Act(Act::TriggerReset));
    let (people, territories) =
        caller.read(|tx, actor| Ok((people::all(tx, actor)?, territories::all(tx, actor)?))).await?;
    let territory: Option<TerritoryId> = field("territory").parse().ok();
    let can = |person: &Person| {
        let everywhere = person.permissions.reach == Reach::AllRetailers;
        let there =
            territory.is_none_or(|id| everywhere || person.territories.iter().any(|(one, _)| *one == id));
        ability.is_in(&person.permissions) && there
    };
    let (can, cannot) = people.into_iter().filter(|person| person.active).partition(can);
    html(
        StatusCode::OK,
        &RightsPage {
            page: caller.page(),
            what: ability.as_str().to_owned(),
            territory: territory.map(|id| id.to_string()).unwrap_or_default(),
            territories: territories.into_iter().map(|one| (one.id.to_string(), one.name)).collect(),
            sides: [
                Side { title: "Can", people: can, nobody: "Nobody who works here can." },
                Side { title: "Can’t", people: cannot, nobody: "Everybody who works here can." },
            ],
        },
    )
}

#[derive(Template)]
#[template(path = "staff/people/pages/person.html")]
struct PersonPage {
    page: Page,
    person: Person,
    devices: Vec<Device>,
    may: May,
    is_self: bool,
    has_factor: bool,
}

/// What the one who looks may do.
struct May {
    change: bool,
    reset_factor: bool,
    see_trail: bool,
}

/// `GET /portal/staff/{id}`
pub async fn person(AtPortal(caller): AtPortal, Ids(id): Ids<StaffId>) -> Answer {
    let now = caller.now();
    let (person, may_change, devices, factor) = caller
        .read(move |tx, actor| {
            let person = people::find(tx, actor, id)?;
            let (may, owner) = match people::managing(tx, actor) {
                Ok(hand) => (may_change(&hand, &person), hand.owner),
                Err(Error::NotAllowed) => (false, false),
                Err(error) => return Err(error),
            };
            let has_factor = sessions::has_factor(tx, id)?;
            let devices = if may { people::devices(tx, id, now)? } else { Vec::new() };
            Ok((person, may, devices, (has_factor, has_factor && may && owner)))
        })
        .await?;
    let (is_self, may_see_trail) = (caller.session.staff == id, caller.actor.may(Act::ViewAudit));
    let page = caller.page();
    html(
        StatusCode::OK,
        &PersonPage {
            page,
            person,
            devices,
            may: May { change: may_change, reset_factor: factor.1, see_trail: may_see_trail },
            is_self,
            has_factor: factor.0,
        },
    )
}

#[derive(Template)]
#[template(path = "staff/people/pages/form.html")]
struct FormPage {
    page: Page,
    form: PersonForm,
    known: Option<Person>,
    choices: Choices,
    errors: FieldErrors,
    meanwhile: bool,
}

/// What may be given.
struct Choices {
    /// Id, name, and what it allows in a sentence; the least first.
    roles: Vec<(String, String, String)>,
    territories: Vec<(String, String)>,
}

impl FormPage {
    fn action(&self) -> String {
        self.known
            .as_ref()
            .map_or("/portal/staff/new".into(), |known| format!("/portal/staff/{}/edit", known.id))
    }

    fn back(&self) -> String {
        self.known.as_ref().map_or("/portal/staff".into(), |known| format!("/portal/staff/{}", known.id))
    }

    fn kinds() -> Vec<(String, String)> {
        KINDS.map(|(kind, words)| (kind.as_str().to_owned(), words.to_owned())).to_vec()
    }

    fn has(&self, territory: &str) -> bool {
        self.form.territories.iter().any(|one| one == territory)
    }
}

/// `GET /portal/staff/new`
pub async fn new_person(FreshPortal(caller): FreshPortal) -> Answer {
    show(&caller, None, StatusCode::OK, None, FieldErrors::default()).await
}

/// `GET /portal/staff/{id}/edit`
pub async fn edit(FreshPortal(caller): FreshPortal, Ids(id): Ids<StaffId>) -> Answer {
    show(&caller, Some(id), StatusCode::OK, None, FieldErrors::default()).await
}

async fn show(
    caller: &Caller,
    id: Option<StaffId>,
    status: StatusCode,
    typed: Option<PersonForm>,
    errors: FieldErrors,
) -> Answer {
    let (known, choices) = caller
        .read(move |tx, actor| {
            let hand = people::managing(tx, actor)?;
            let known = id.map(|id| people::find(tx, actor, id)).transpose()?;
            if known.as_ref().is_some_and(|known| !may_change(&hand, known)) {
                return Err(Error::NotAllowed);
            }
            Ok((known, choices(tx, actor, &hand)?))
        })
        .await?;
    let stored = known.as_ref().map(PersonForm::stored).unwrap_or_default();
    let meanwhile = status == StatusCode::CONFLICT;
    let form = match typed {
        Some(typed) => PersonForm { version: stored.version, ..typed },
        None => stored,
    };
    html(status, &FormPage { page: caller.page(), form, known, choices, errors, meanwhile })
}

fn choices(
    tx: &mut Tx<'_>,
    actor: &crate::actor::Actor,
    hand: &crate::staff::rules::Hand,
) -> Result<Choices> {
    let may_give = |role: &Role| {
        hand.may_give(Rights { owner: role.owner, permissions: &role.permissions, territories: &[] })
    };
    let given = |id: TerritoryId| {
        hand.owner || hand.permissions.reach == Reach::AllRetailers || hand.territories.contains(&id)
    };
    let mut roles: Vec<Role> = roles::all(tx, actor)?.into_iter().filter(may_give).collect();
    let allowed = |role: &Role| Ability::ALL.into_iter().filter(|one| one.is_in(&role.permissions)).count();
    roles.sort_by_key(|role| (role.owner, allowed(role)));
    let territories = territories::all(tx, actor)?.into_iter().filter(|one| given(one.id));
    Ok(Choices {
        roles: roles.iter().map(|role| (role.id.to_string(), role.name.clone(), role.summary())).collect(),
        territories: territories.map(|one| (one.id.to_string(), one.name)).collect(),
    })
}

/// `POST /portal/staff/new`
pub async fn add(Confirmed(caller, pairs): Confirmed<Vec<(String, String)>>) -> Answer {
    submit(&caller, None, pairs).await
}

/// `POST /portal/staff/{id}/edit`
pub async fn submit_edit(
    Ids(id): Ids<StaffId>,
    Confirmed(caller, pairs): Confirmed<Vec<(String, String)>>,
) -> Answer {
    submit(&caller, Some(id), pairs).await
}

async fn submit(caller: &Caller, id: Option<StaffId>, pairs: Vec<(String, String)>) -> Answer {
    let form = PersonForm::of(pairs).ok_or(Failure::Unreadable)?;
    let details = match form.details() {
        Ok(details) => details,
        Err(errors) => return show(caller, id, StatusCode::UNPROCESSABLE_ENTITY, Some(form), errors).await,
    };
    let (now, version) = (caller.now(), form.version);
    let saved = caller
        .write(move |tx, actor| match id {
            None => people::add(tx, actor, &details, now),
            Some(id) => people::change(tx, actor, (id, version), &details, now),
        })
        .await?;
    match saved {
        Saved::Saved(saved) => {
            let flash = if id.is_some() { "saved" } else { "staff-added" };
            Ok(redirect(&format!("/portal/staff/{saved}"), Some(flash)))
        }
        Saved::Unchanged(same) => Ok(redirect(&format!("/portal/staff/{same}"), Some("unchanged"))),
        Saved::EmailTaken => {
            let text = "Someone who works here, or did, has this address. Each signs in with their own.";
            let errors = FieldErrors::one("email", text);
            show(caller, id, StatusCode::UNPROCESSABLE_ENTITY, Some(form), errors).await
        }
        Saved::ChangedMeanwhile => {
            show(caller, id, StatusCode::CONFLICT, Some(form), FieldErrors::default()).await
        }
    }
}

/// `POST /portal/staff/{id}/active`
pub async fn set_active(Ids(id): Ids<StaffId>, Confirmed(caller, form): Confirmed<ActiveForm>) -> Answer {
    let (active, now) = (form.is_yes(), caller.now());
    let done = caller.write(move |tx, actor| people::set_active(tx, actor, id, active, now)).await?;
    if done == Activity::LastOwner {
        return Err(Error::NotAllowed.into());
    }
    let flash = if active { "activated" } else { "staff-deactivated" };
    Ok(redirect(&format!("/portal/staff/{id}"), Some(flash)))
}

/// `POST /portal/staff/{id}/resets`
pub async fn start_reset(Ids(id): Ids<StaffId>, Confirmed(caller, _): Confirmed<NoFields>) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| people::start_reset(tx, actor, id, now)).await?;
    Ok(redirect(&format!("/portal/staff/{id}"), Some("staff-reset-sent")))
}

/// `POST /portal/staff/{id}/sessions/end`
pub async fn end_sessions(Ids(id): Ids<StaffId>, Confirmed(caller, _): Confirmed<NoFields>) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| people::sign_out(tx, actor, (id, None), None, now)).await?;
    Ok(redirect(&format!("/portal/staff/{id}"), Some("signed-out-everywhere")))
}

/// `POST /portal/staff/{id}/sessions/{session}/end`
pub async fn end_session(
    Ids((id, session)): Ids<(StaffId, SessionId)>,
    Confirmed(caller, _): Confirmed<NoFields>,
) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| people::sign_out(tx, actor, (id, Some(session)), None, now)).await?;
    Ok(redirect(&format!("/portal/staff/{id}"), Some("signed-out-there")))
}
