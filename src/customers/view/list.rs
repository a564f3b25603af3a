//! Lists as pages show them: a table with its filter in the portal, a pane in
//! the sales app.

use crate::actor::{self, Actor};
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::id::{TerritoryId, ViewId};
use crate::listing::ignored;
use crate::listing::{self, Asked, COUNTED, List, MailState, Rows, SignedIn, Sort, Standing, Turn, View};
use crate::runs::{self, Act};

/// What stands around the rows of a list in the portal.
#[derive(Clone, Debug)]
pub struct Frame {
    /// What was asked for.
    pub asked: Asked,
    /// Where the list is.
    pub path: &'static str,
    /// The views one can choose from.
    pub tabs: Vec<Tab>,
    /// The saved view one is at.
    pub saved: Option<ViewId>,
    /// The territories to choose from.
    pub territories: Vec<(TerritoryId, String)>,
    /// How many match, in words.
    pub summary: String,
    /// Where the page before this one is; empty when this is the first.
    pub previous_href: String,
    /// Where the next page is; empty when this is the last.
    pub next_href: String,
    /// What of the address was not understood, in a sentence; empty when all
    /// was.
    pub note: String,
    /// What may be done to many of the list: names and words.
    pub acts: Vec<(&'static str, &'static str)>,
    /// “All” of the list, in words.
    pub all: String,
    /// Whether the list may be exported.
    pub may_export: bool,
    /// Whether only the customers of some territories are listed.
    pub bounded: bool,
}

/// A view to choose.
#[derive(Clone, Debug)]
pub struct Tab {
    /// What it is called.
    pub label: String,
    /// Where it is.
    pub href: String,
    /// Whether one is there.
    pub current: bool,
}

/// Views that every list of contacts has: names and queries.
const CONTACT_VIEWS: [(&str, &str); 5] = [
    ("All", ""),
    ("Not invited", "access=not-invited"),
    ("Invitation expired", "access=expired"),
    ("Bounced", "access=bounced"),
    ("Something missing", "access=missing"),
];
/// Views that every list of retailers has.
const RETAILER_VIEWS: [(&str, &str); 2] = [("All", ""), ("Not active", "active=no")];

impl Frame {
    /// Reads what stands around a page of rows.
    pub fn read<T>(tx: &mut Tx<'_>, actor: &Actor, asked: &Asked, rows: &Rows<T>) -> Result<Self> {
        let (path, one, many, views) = match asked.list {
            List::Retailers => ("/portal/retailers", "retailer", "retailers", &RETAILER_VIEWS[..]),
            List::Contacts => ("/portal/contacts", "contact", "contacts", &CONTACT_VIEWS[..]),
        };
        let saved = listing::saved(tx, actor, asked.list)?;
        let query = asked.query();
        let href = |query: &str| if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        let fixed = views.iter().map(|(label, query)| ((*label).to_owned(), (*query).to_owned()));
        let own = saved.iter().map(|view| (view.name.clone(), view.query.clone()));
        let tabs =
            fixed.chain(own).map(|(label, asks)| Tab { label, href: href(&asks), current: asks == query });
        let turned = |turn| href(&asked.turned(turn));
        Ok(Self {
            tabs: tabs.collect(),
            saved: saved.iter().find(|view| view.query == query).map(|view: &View| view.id),
            territories: listing::territories(tx, actor)?,
            summary: counted(rows.count, rows.rows.len(), one, many),
            previous_href: rows.before.map(|row| turned(Turn::Before(row))).unwrap_or_default(),
            next_href: rows.after.map(|row| turned(Turn::After(row))).unwrap_or_default(),
            note: note(asked, rows.lost),
            acts: Act::choices(actor, asked.list)
                .into_iter()
                .map(|act| (act.as_str(), runs::label(act)))
                .collect(),
            all: all(rows.count, asked.is_filtered()),
            may_export: actor.may(actor::Act::Export),
            bounded: actor.bounded_by().is_some(),
            asked: asked.clone(),
            path,
        })
    }

    /// Where the list is in another order.
    pub fn sort_href(&self, sort: &str) -> String {
        let sorted = Sort::from_name(sort).map(|sort| self.asked.sorted(sort).query()).unwrap_or_default();
        if sorted.is_empty() { self.path.to_owned() } else { format!("{}?{sorted}", self.path) }
    }

    /// How the list is ordered by this: `ascending`, `descending` or `none`.
    pub fn sort_state(&self, sort: &str) -> &'static str {
        match (self.asked.sort.as_str() == sort, self.asked.descending) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    /// The order as an address names it; empty for the usual one.
    pub fn sort(&self) -> String {
        let turned = if self.asked.descending { "-" } else { "" };
        let usual = self.asked.sort == Sort::Name && !self.asked.descending;
        if usual { String::new() } else { format!("{turned}{}", self.asked.sort.as_str()) }
    }

    /// The choices of territories, each with whether it is chosen.
    pub fn territory_choices(&self) -> Vec<(String, String, bool)> {
        let chosen = self.asked.territory;
        self.territories
            .iter()
            .map(|(id, name)| (id.to_string(), name.clone(), chosen == Some(*id)))
            .collect()
    }

    /// The choices of standings, each with whether it is chosen.
    pub fn standing_choices(&self) -> Vec<(&'static str, &'static str, bool)> {
        let chosen = self.asked.standing;
        Standing::ALL.iter().map(|one| (one.as_str(), one.word(), chosen == Some(*one))).collect()
    }

    /// The choices of mail states, each with whether it is chosen.
    pub fn mail_choices(&self) -> Vec<(&'static str, &'static str, bool)> {
        let chosen = self.asked.mail;
        MailState::ALL.iter().map(|one| (one.as_str(), one.word(), chosen == Some(*one))).collect()
    }

    /// The choices of sign-ins, each with whether it is chosen.
    pub fn signed_in_choices(&self) -> Vec<(&'static str, &'static str, bool)> {
        let chosen = self.asked.signed_in;
        SignedIn::ALL.iter().map(|one| (one.as_str(), one.word(), chosen == Some(*one))).collect()
    }

    /// The choices of active, each with whether it is chosen.
    pub fn active_choices(&self) -> [(&'static str, &'static str, bool); 2] {
        let chosen = self.asked.active;
        [("yes", "Active", chosen == Some(true)), ("no", "Not active", chosen == Some(false))]
    }

    /// The filter in words.
    pub fn sentence(&self) -> String {
        self.asked.sentence(&self.territories)
    }
}

fn counted(count: usize, shown: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        few if few <= COUNTED && few == shown => format!("{few} {many}"),
        few if few <= COUNTED => format!("{shown} of {few} {many}"),
        _ => format!("{shown} of more than {COUNTED} {many}"),
    }
}

/// Whom an act for all of the list is about.
fn all(count: usize, filtered: bool) -> String {
    let which = if filtered { " that match" } else { "" };
    if count > COUNTED { format!("all{which}, more than {COUNTED}") } else { format!("all {count}{which}") }
}

fn note(asked: &Asked, lost: bool) -> String {
    let mut parts: Vec<String> = ignored::sentence(&asked.ignored).into_iter().collect();
    if lost {
        parts.push(
            "The row this page began at is not in the list any more, so it begins at the start.".into(),
        );
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_in_words() {
        assert_eq!(counted(1, 1, "contact", "contacts"), "1 contact");
        assert_eq!(counted(0, 0, "contact", "contacts"), "0 contacts");
        assert_eq!(counted(312, 50, "contact", "contacts"), "50 of 312 contacts");
        assert_eq!(counted(1001, 50, "contact", "contacts"), "50 of more than 1000 contacts");
        assert_eq!(all(312, true), "all 312 that match");
        assert_eq!(all(1001, false), "all, more than 1000");
    }
}
