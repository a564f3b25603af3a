//! What a device is told of the one it belongs to.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::{Act, Level, Reach};
use crate::config::ResetMode;
use crate::http::api::Moment;
use crate::kernel::Language;
use crate::kernel::id::{SessionId, StaffId};
use crate::sessions::{self, StaffSession};
use crate::settings::Settings;

/// A device, signed in.
#[derive(Serialize, ToSchema)]
pub struct Device {
    /// The device.
    #[schema(value_type = Uuid)]
    id: SessionId,
    /// What its owner calls it.
    #[schema(example = "Shop iPad")]
    name: String,
    /// When it was signed in.
    created_at: Moment,
    /// When it was last used, to within five minutes.
    last_seen_at: Moment,
    /// The IP address it was signed in from.
    address: String,
    /// Whether it is the one that asks.
    current: bool,
}

impl Device {
    /// A device as the one with this session sees it.
    pub(super) fn new(device: sessions::Device, here: SessionId) -> Self {
        Self {
            id: device.id,
            name: device.name.unwrap_or_default(),
            created_at: device.created_at.into(),
            last_seen_at: device.last_seen_at.into(),
            address: device.address,
            current: device.id == here,
        }
    }
}

/// Who is signed in, what they may do, and what the app must know of the
/// supplier.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// The staff user.
    #[schema(value_type = Uuid)]
    id: StaffId,
    /// Their name.
    name: String,
    /// What their role is called.
    role: String,
    /// Where they work: `rep` in the sales app, `admin` in the portal, `dual` in both.
    #[schema(value_type = String, pattern = "^(rep|dual|admin)$")]
    kind: &'static str,
    /// What their role allows.
    permissions: Rights,
    /// The names of their territories.
    territories: Vec<String>,
    /// The device that asks.
    device: Device,
    /// The supplier.
    supplier: Supplier,
    /// What holds of resets here.
    reset: ResetRules,
    /// The languages contacts can be addressed in.
    languages: Vec<LanguageName>,
    /// How it stands with their second factor.
    second_factor: SecondFactor,
}

/// What a role allows with customers.
#[derive(Serialize, ToSchema)]
pub struct Rights {
    /// Retailers and contacts.
    #[schema(value_type = String, pattern = "^(none|read|write)$")]
    customers: Level,
    /// Which retailers.
    #[schema(value_type = String, pattern = "^(own_territories|all_retailers)$")]
    reach: Reach,
    /// The guarded acts, such as `trigger_reset` and `change_sign_in`.
    #[schema(value_type = Vec<String>)]
    acts: BTreeSet<Act>,
}

/// The supplier.
#[derive(Serialize, ToSchema)]
pub struct Supplier {
    /// Its name.
    name: String,
    /// Its colour.
    #[schema(example = "#1f6f5c")]
    accent: String,
}

/// What holds of resets.
#[derive(Serialize, ToSchema)]
pub struct ResetRules {
    /// How long a temporary password lives, in seconds.
    valid_for_s: u64,
    /// Whether it is a choice that the current password is stopped; where each
    /// reset stops it, there is none.
    may_stop_current: bool,
}

/// A language.
#[derive(Serialize, ToSchema)]
pub struct LanguageName {
    /// Its BCP 47 tag.
    #[schema(value_type = String, example = "en")]
    tag: &'static str,
    /// Its name, in English.
    #[schema(value_type = String)]
    name: &'static str,
}

/// How it stands with a second factor.
#[derive(Serialize, ToSchema)]
pub struct SecondFactor {
    /// Whether there is one.
    has_factor: bool,
    /// By when there must be one; null when there is, or need not be.
    due_at: Option<Moment>,
}

impl Me {
    /// Someone by their session.
    pub(super) fn new(
        session: StaffSession,
        device: sessions::Device,
        territories: Vec<String>,
        settings: &Settings,
    ) -> Self {
        let values = &settings.values;
        let has_factor = session.has_factor();
        Self {
            id: session.staff,
            name: session.name,
            role: session.role,
            kind: session.kind.as_str(),
            permissions: Rights {
                customers: session.permissions.customers,
                reach: session.permissions.reach,
                acts: session.permissions.acts,
            },
            territories,
            device: Device::new(device, session.id),
            supplier: Supplier { name: values.supplier.clone(), accent: settings.accent().light.to_string() },
            reset: ResetRules {
                valid_for_s: values.reset.valid_for.as_secs(),
                may_stop_current: values.reset.mode != ResetMode::Replace,
            },
            languages: values.languages.iter().copied().map(LanguageName::of).collect(),
            second_factor: SecondFactor { has_factor, due_at: Moment::perhaps(session.factor_due_at) },
        }
    }
}

impl LanguageName {
    fn of(language: Language) -> Self {
        Self { tag: language.tag(), name: language.name() }
    }
}
