//! Staff users in the words of pages.

use super::Person;
use crate::account::site::browser;
use crate::actor::Reach;
use crate::sessions::{Device, StaffKind};

/// Where people work: kinds and words.
pub(super) const KINDS: [(StaffKind, &str); 3] = [
    (StaffKind::Admin, "Office: the portal"),
    (StaffKind::Rep, "Field: the sales app"),
    (StaffKind::Dual, "Both"),
];

impl Person {
    /// Where they work.
    pub fn works_in(&self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self.kind).map_or("", |(_, words)| words)
    }

    /// Whose customers they see.
    pub fn sees(&self) -> String {
        let names: Vec<&str> = self.territories.iter().map(|(_, name)| name.as_str()).collect();
        match (self.permissions.reach, names.is_empty()) {
            (Reach::AllRetailers, _) => "All retailers".to_owned(),
            (Reach::OwnTerritories, true) => "None: no territory yet".to_owned(),
            (Reach::OwnTerritories, false) => names.join(", "),
        }
    }

    /// Their badge: tone, shape, word.
    pub fn badge(&self) -> (&'static str, &'static str, &'static str) {
        match (self.active, self.has_password) {
            (false, _) => ("neutral", "dash", "Deactivated"),
            (true, false) => ("info", "half", "Invited"),
            (true, true) => ("ok", "dot", "Active"),
        }
    }
}

/// What someone is signed in with: a device by its name, a browser by what it is.
pub fn signed_in_with(device: &Device) -> String {
    match &device.name {
        Some(name) => format!("{name} · {}", if device.is_sales_app { "sales app" } else { "API" }),
        None => browser(&device.device),
    }
}
