//! The portal's pages of roles.

use askama::Template;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use url::form_urlencoded;

use super::abilities::{self, Ability, act_name};
use super::{Kept, Role, may_change};
use crate::actor::{Act, Level, Permissions, Reach};
use crate::error::Error;
use crate::http::forms::{FieldErrors, NoFields};
use crate::http::{Answer, AtPortal, Caller, Ids, Page, html, redirect};
use crate::kernel::id::RoleId;
use crate::kernel::text;
use crate::staff::factors;
use crate::staff::fresh::portal::{Confirmed, FreshPortal};
use crate::staff::people::{self, Person};
use crate::staff::roles;

#[derive(Template)]
#[template(path = "staff/roles/pages/roles.html")]
struct RolesPage {
    page: Page,
    roles: Vec<Role>,
}

/// `GET /portal/roles`: every role beside every ability.
pub async fn roles(AtPortal(caller): AtPortal) -> Answer {
    let roles = caller.read(roles::all).await?;
    html(StatusCode::OK, &RolesPage { page: caller.page(), roles })
}

#[derive(Template)]
#[template(path = "staff/roles/pages/role.html")]
struct RolePage {
    page: Page,
    role: Role,
    people: Vec<Person>,
    may: May,
    is_own: bool,
    /// Days of grace, if it demands a second factor.
    demanded: Option<i64>,
}

/// What the one who looks may do.
struct May {
    manage: bool,
    change: bool,
    demand: bool,
}

/// `GET /portal/roles/{id}`: what it lets people do and what not.
pub async fn role(AtPortal(caller): AtPortal, Ids(id): Ids<RoleId>) -> Answer {
    let (role, mut people, hand, demanded) = caller
        .read(move |tx, actor| {
            let hand = match people::managing(tx, actor) {
                Ok(hand) => Some(hand),
                Err(Error::NotAllowed) => None,
                Err(error) => return Err(error),
            };
            let demanded = factors::demanded(tx, id)?;
            Ok((roles::find(tx, actor, id)?, people::all(tx, actor)?, hand, demanded))
        })
        .await?;
    people.retain(|person| person.role == id);
    let is_own = people.iter().any(|person| person.id == caller.session.staff);
    html(
        StatusCode::OK,
        &RolePage {
            page: caller.page(),
            demanded,
            may: May {
                manage: hand.is_some(),
                demand: hand.as_ref().is_some_and(|hand| hand.owner),
                change: hand.is_some_and(|hand| may_change(&hand, &role)),
            },
            role,
            people,
            is_own,
        },
    )
}

/// What the form of a role sends.
#[derive(Clone, Default)]
struct RoleForm {
    name: String,
    customers: String,
    staff: String,
    settings: String,
    reach: String,
    acts: Vec<String>,
    version: i64,
}

/// The guarded acts in the order of the form.
const ACTS: [Act; 7] = [
    Act::TriggerReset,
    Act::ChangeSignIn,
    Act::BulkInvite,
    Act::Import,
    Act::Export,
    Act::ViewAudit,
    Act::ManageStaff,
];
const LEVELS: [(Level, &str); 3] = [(Level::None, "none"), (Level::Read, "read"), (Level::Write, "write")];

impl RoleForm {
    fn of(pairs: Vec<(String, String)>) -> Option<Self> {
        let mut form = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "name" => form.name = value,
                "customers" => form.customers = value,
                "staff" => form.staff = value,
                "settings" => form.settings = value,
                "reach" => form.reach = value,
                "act" => form.acts.push(value),
                "version" => form.version = value.parse().ok()?,
                _ => return None,
            }
        }
        Some(form)
    }

    fn stored(name: String, role: &Role) -> Self {
        let level = |level: Level| LEVELS.iter().find(|(one, _)| *one == level).map_or("", |(_, name)| name);
        let permissions = &role.permissions;
        Self {
            name,
            customers: level(permissions.customers).to_owned(),
            staff: level(permissions.staff).to_owned(),
            settings: level(permissions.settings).to_owned(),
            reach: if permissions.reach == Reach::AllRetailers { "all" } else { "own" }.to_owned(),
            acts: permissions.acts.iter().map(|act| act_name(*act).to_owned()).collect(),
            version: role.version,
        }
    }

    fn read(&self) -> Result<(String, Permissions), FieldErrors> {
        let mut errors = Vec::new();
        let name = text::one_line(&self.name, 60);
        if let Err(error) = &name {
            errors.push(("name", format!("The name {error}.")));
        }
        let mut level = |field: &'static str, typed: &str| {
            let found = LEVELS.iter().find(|(_, name)| *name == typed).map(|(level, _)| *level);
            if found.is_none() {
                errors.push((field, "Choose one of the three.".to_owned()));
            }
            found.unwrap_or_default()
        };
        let (customers, staff, settings) = (
            level("customers", &self.customers),
            level("staff", &self.staff),
            level("settings", &self.settings),
        );
        let acts =
            ACTS.into_iter().filter(|act| self.acts.iter().any(|name| name == act_name(*act))).collect();
        let reach = match self.reach.as_str() {
            "all" => Reach::AllRetailers,
            "own" => Reach::OwnTerritories,
            _ => {
                errors.push(("reach", "Choose whose retailers.".to_owned()));
                Reach::OwnTerritories
            }
        };
        let permissions = Permissions { customers, staff, settings, reach, acts };
        if let Some(act) = permissions.acts.iter().find(|act| !Ability::Act(**act).is_in(&permissions)) {
            let needs =
                if *act == Act::ManageStaff { "“Staff” at write" } else { "“Customers” at read" };
            errors.push(("acts", format!("To {} takes {needs} as well.", Ability::Act(*act).words())));
        }
        match name {
            Ok(name) if errors.is_empty() => Ok((name, permissions)),
            _ => Err(errors.into()),
        }
    }
}

#[derive(Template)]
#[template(path = "staff/roles/pages/form.html")]
struct FormPage {
    page: Page,
    form: RoleForm,
    known: Option<Role>,
    errors: FieldErrors,
    meanwhile: bool,
}

impl RolePage {
    fn days(&self) -> String {
        self.demanded.map(|days| days.to_string()).unwrap_or_default()
    }
}

impl FormPage {
    fn action(&self) -> String {
        self.known
            .as_ref()
            .map_or("/portal/roles/new".into(), |known| format!("/portal/roles/{}/edit", known.id))
    }

    fn back(&self) -> String {
        self.known.as_ref().map_or("/portal/roles".into(), |known| format!("/portal/roles/{}", known.id))
    }

    fn levels() -> Vec<(String, String)> {
        LEVELS.map(|(_, name)| (name.to_owned(), name.to_owned())).to_vec()
    }

    fn reaches() -> Vec<(String, String)> {
        [("all", Reach::AllRetailers), ("own", Reach::OwnTerritories)]
            .map(|(name, reach)| (name.to_owned(), abilities::reach(reach).to_owned()))
            .to_vec()
    }

    fn acts(&self) -> Vec<(&'static str, &'static str, bool)> {
        let ticked = |act: Act| self.form.acts.iter().any(|name| name == act_name(act));
        ACTS.map(|act| (act_name(act), Ability::Act(act).words(), ticked(act))).to_vec()
    }
}

/// `GET /portal/roles/new?from=…`: a copy of another.
pub async fn new_role(FreshPortal(caller): FreshPortal, RawQuery(query): RawQuery) -> Answer {
    let query = query.unwrap_or_default();
    let from = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "from");
    let from: Option<RoleId> = from.and_then(|(_, id)| id.parse().ok());
    let copied = caller.read(move |tx, actor| from.map(|id| roles::find(tx, actor, id)).transpose()).await?;
    let form = match copied {
        Some(role) => RoleForm::stored(format!("Copy of {}", role.name), &role),
        None => RoleForm { settings: "none".into(), reach: "all".into(), ..RoleForm::default() },
    };
    show(&caller, None, StatusCode::OK, Some(form), FieldErrors::default()).await
}

/// `GET /portal/roles/{id}/edit`
pub async fn edit(FreshPortal(caller): FreshPortal, Ids(id): Ids<RoleId>) -> Answer {
    show(&caller, Some(id), StatusCode::OK, None, FieldErrors::default()).await
}

async fn show(
    caller: &Caller,
    id: Option<RoleId>,
    status: StatusCode,
    typed: Option<RoleForm>,
    errors: FieldErrors,
) -> Answer {
    let known = caller
        .read(move |tx, actor| {
            let hand = people::managing(tx, actor)?;
            let known = id.map(|id| roles::find(tx, actor, id)).transpose()?;
            let locked = known.as_ref().is_some_and(|role| !may_change(&hand, role));
            if locked { Err(Error::NotAllowed) } else { Ok(known) }
        })
        .await?;
    let stored = known.as_ref().map(|role| RoleForm::stored(role.name.clone(), role)).unwrap_or_default();
    let meanwhile = status == StatusCode::CONFLICT;
    let form = match typed {
        Some(typed) => RoleForm { version: stored.version, ..typed },
        None => stored,
    };
    html(status, &FormPage { page: caller.page(), form, known, errors, meanwhile })
}

/// `POST /portal/roles/new`
pub async fn add(Confirmed(caller, pairs): Confirmed<Vec<(String, String)>>) -> Answer {
    submit(&caller, None, pairs).await
}

/// `POST /portal/roles/{id}/edit`
pub async fn submit_edit(
    Ids(id): Ids<RoleId>,
    Confirmed(caller, pairs): Confirmed<Vec<(String, String)>>,
) -> Answer {
    submit(&caller, Some(id), pairs).await
}

async fn submit(caller: &Caller, id: Option<RoleId>, pairs: Vec<(String, String)>) -> Answer {
    let form = RoleForm::of(pairs).ok_or(crate::http::Failure::Unreadable)?;
    let (name, permissions) = match form.read() {
        Ok(read) => read,
        Err(errors) => return show(caller, id, StatusCode::UNPROCESSABLE_ENTITY, Some(form), errors).await,
    };
    let (now, version) = (caller.now(), form.version);
    let kept = caller
        .write(move |tx, actor| {
            let hand = people::managing(tx, actor)?;
            if !roles::may_give(&hand, &permissions) {
                return Ok(None);
            }
            let new = (name.as_str(), &permissions);
            Ok(Some(match id {
                None => roles::add(tx, actor, new, now)?,
                Some(id) => roles::change(tx, actor, (id, version), new, now)?,
            }))
        })
        .await?;
    let again = StatusCode::UNPROCESSABLE_ENTITY;
    match kept {
        Some(Kept::Saved(saved)) => {
            let flash = if id.is_some() { "saved" } else { "role-added" };
            Ok(redirect(&format!("/portal/roles/{saved}"), Some(flash)))
        }
        Some(Kept::Unchanged(same)) => Ok(redirect(&format!("/portal/roles/{same}"), Some("unchanged"))),
        Some(Kept::NameTaken) => {
            let errors =
                FieldErrors::one("name", "Another role is called that. Names are unique, without case.");
            show(caller, id, again, Some(form), errors).await
        }
        Some(Kept::ChangedMeanwhile | Kept::InUse(..)) => {
            show(caller, id, StatusCode::CONFLICT, Some(form), FieldErrors::default()).await
        }
        None => {
            let text =
                "This would allow more than you may do yourself. Take that off, or ask someone who may.";
            show(caller, id, again, Some(form), FieldErrors::one("acts", text)).await
        }
    }
}

/// What the page after a refused deletion says.
#[derive(Template)]
#[template(path = "staff/roles/pages/in_use.html")]
struct InUsePage {
    page: Page,
    role: Role,
}

/// `POST /portal/roles/{id}/delete`
pub async fn delete(Ids(id): Ids<RoleId>, Confirmed(caller, _): Confirmed<NoFields>) -> Answer {
    let now = caller.now();
    let (kept, role) = caller
        .write(move |tx, actor| {
            let role = roles::find(tx, actor, id)?;
            Ok((roles::delete(tx, actor, id, now)?, role))
        })
        .await?;
    match kept {
        Kept::InUse(..) => html(StatusCode::CONFLICT, &InUsePage { page: caller.page(), role }),
        _ => Ok(redirect("/portal/roles", Some("role-deleted"))),
    }
}
