//! What the forms of a run send.

use std::time::Duration;

use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::http::forms::FieldErrors;
use crate::kernel::id::{RunId, TerritoryId};
use crate::kernel::{Timestamp, calendar};
use crate::listing::{Asked, List};
use crate::runs::{
    Act, Chosen, FASTEST, LATEST, LONGEST_PAUSE, MOST_ROUNDS, Pace, Plan, Repeat, Schedule, Territory,
};

/// The most rows that can be ticked: those of one page of a list.
const TICKED: usize = 200;

/// What is asked for: in the address of a preview, and again in the form that
/// starts the run.
#[derive(Clone, Debug)]
pub struct Asking {
    /// What is done.
    pub act: Act,
    /// To what of this list.
    pub list: List,
    /// To all that match this filter, rather than those ticked.
    pub all: bool,
    /// The filter of the list one came from.
    pub query: String,
    /// Those ticked.
    pub ticked: Vec<Uuid>,
    /// Whether an invitation also goes to those whose last one is still good.
    pub include_live: bool,
    /// The id the run is to have.
    pub run: Option<RunId>,
    /// Pace and repetition as typed.
    pub fields: Fields,
    territory: Option<TerritoryId>,
}

/// Pace and repetition as typed.
#[derive(Clone, Debug)]
pub struct Fields {
    /// Mails a minute.
    pub per_minute: String,
    /// Mails a minute to one domain.
    pub per_domain: String,
    /// Rounds after the first.
    pub times: String,
    /// Days between rounds.
    pub every_days: String,
    /// The day on which it begins; empty for at once.
    pub day: String,
    /// The hour.
    pub hour: String,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            per_minute: "60".into(),
            per_domain: "20".into(),
            times: "0".into(),
            every_days: "3".into(),
            day: String::new(),
            hour: String::new(),
        }
    }
}

impl Asking {
    /// Reads the fields of an address or a form; `None` when there is one it
    /// doesn't know or can't read.
    pub fn of(pairs: Vec<(String, String)>) -> Option<Self> {
        let (mut act, mut list) = (None, None);
        let mut asking = Self {
            act: Act::Invite,
            list: List::Contacts,
            all: false,
            query: String::new(),
            ticked: Vec::new(),
            include_live: false,
            run: None,
            fields: Fields::default(),
            territory: None,
        };
        for (name, value) in pairs {
            match name.as_str() {
                "act" => act = Some(Act::from_name(&value)?),
                "list" => list = Some(List::from_name(&value)?),
                "for" => asking.all = value == "all",
                "query" => asking.query = value,
                "id" if asking.ticked.len() < TICKED => asking.ticked.push(value.parse().ok()?),
                "territory" if value.is_empty() => {}
                "territory" => asking.territory = Some(value.parse().ok()?),
                "include_live" => asking.include_live = value == "true",
                "run" => asking.run = Some(value.parse().ok()?),
                "per_minute" => asking.fields.per_minute = value,
                "per_domain" => asking.fields.per_domain = value,
                "times" => asking.fields.times = value,
                "every_days" => asking.fields.every_days = value,
                "day" => asking.fields.day = value,
                "hour" => asking.fields.hour = value,
                _ => return None,
            }
        }
        Some(Self { act: act?, list: list?, ..asking })
    }

    /// Whether it is this act.
    pub fn is(&self, act: &str) -> bool {
        self.act.as_str() == act
    }

    /// The territory that was chosen; empty when none was.
    pub fn territory(&self) -> String {
        self.territory.map(|id| id.to_string()).unwrap_or_default()
    }

    /// Whether they were to be ticked and none was.
    pub fn nobody_ticked(&self) -> bool {
        !self.all && self.ticked.is_empty()
    }

    /// What is to be done, given the territories one may choose from.
    pub fn plan(&self, territories: &[Territory]) -> Plan {
        let chosen = if self.all {
            Chosen::Matching(Asked::of(self.list, &self.query))
        } else {
            Chosen::These(self.list, self.ticked.clone())
        };
        let territory = territories.iter().find(|(id, _)| self.territory == Some(*id)).cloned();
        Plan { act: self.act, chosen, territory, include_live: self.include_live }
    }

    /// The fields that say whom it is about, for the form that starts it and
    /// for addresses.
    pub fn hidden(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("act", self.act.as_str().to_owned()),
            ("list", self.list.as_str().to_owned()),
            ("for", if self.all { "all" } else { "ticked" }.to_owned()),
            ("query", self.query.clone()),
        ];
        fields.extend(self.ticked.iter().map(|id| ("id", id.to_string())));
        fields
    }

    /// The preview with those whose last invitation is still good, or without.
    pub fn href(&self, include_live: bool) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.hidden());
        if include_live {
            query.append_pair("include_live", "true");
        }
        format!("/portal/runs/new?{}", query.finish())
    }

    /// The list one came from.
    pub fn list_href(&self) -> String {
        let (list, query) = (self.list.as_str(), Asked::of(self.list, &self.query).query());
        if query.is_empty() { format!("/portal/{list}") } else { format!("/portal/{list}?{query}") }
    }
}

impl Fields {
    /// The pace, if it can be read.
    pub fn pace(&self) -> Option<Pace> {
        let (per_minute, per_domain) =
            (number(&self.per_minute, 1, FASTEST)?, number(&self.per_domain, 1, FASTEST)?);
        Some(Pace { per_minute, per_domain })
    }

    /// When, how fast and how often, or what is wrong beside each field. Only
    /// invitations have a pace, and begin when one likes.
    pub fn read(&self, act: Act, zone: &TimeZone, now: Timestamp) -> Result<Schedule, FieldErrors> {
        if act != Act::Invite {
            return Ok(Schedule { starts_at: None, pace: None, repeat: Repeat { rounds: 1, every_days: 1 } });
        }
        let mut errors = Vec::new();
        let mut take = |field: &'static str, typed: &str, least: i64, most: i64| {
            number(typed, least, most).unwrap_or_else(|| {
                errors.push((field, format!("Give a whole number from {least} to {most}.")));
                least
            })
        };
        let per_minute = take("per_minute", &self.per_minute, 1, FASTEST);
        let per_domain = take("per_domain", &self.per_domain, 1, FASTEST);
        let times = take("times", &self.times, 0, MOST_ROUNDS);
        let every_days = take("every_days", &self.every_days, 1, LONGEST_PAUSE);
        let starts_at = self.starts_at(zone, now).unwrap_or_else(|error| {
            errors.push(error);
            None
        });
        if errors.is_empty() {
            let pace = Some(Pace { per_minute, per_domain });
            Ok(Schedule { starts_at, pace, repeat: Repeat { rounds: times + 1, every_days } })
        } else {
            Err(errors.into())
        }
    }

    /// When it begins: at once where neither day nor hour is given.
    fn starts_at(
        &self,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, (&'static str, String)> {
        let (day, hour) = (self.day.trim(), self.hour.trim());
        let wrong = |field, text: &str| Err((field, text.to_owned()));
        match (day.is_empty(), hour.is_empty()) {
            (true, true) => return Ok(None),
            (false, true) => return wrong("hour", "Give the hour, too, or leave both empty to begin now."),
            (true, false) => return wrong("day", "Give the day, too, or leave both empty to begin now."),
            (false, false) => {}
        }
        match calendar::at(day, hour, zone) {
            None => wrong("day", "Give a day such as 2026-12-24 and an hour such as 08:30."),
            Some(at) if at <= now => wrong("day", "That has passed. Leave both empty to begin now."),
            Some(at) if at > now.plus(Duration::from_hours(24 * LATEST)) => {
                Err(("day", format!("Choose a day within {LATEST} days.")))
            }
            Some(at) => Ok(Some(at)),
        }
    }
}

fn number(typed: &str, least: i64, most: i64) -> Option<i64> {
    typed.trim().parse().ok().filter(|number| (least..=most).contains(number))
}

/// The territories to choose from, none chosen first.
pub fn choices(territories: &[Territory]) -> Vec<(String, String)> {
    let none = (String::new(), "Choose a territory".to_owned());
    std::iter::once(none).chain(territories.iter().map(|(id, name)| (id.to_string(), name.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
    }

    #[test]
    fn what_is_asked_for_survives_the_trip_through_an_address() {
        let asking =
            Asking::of(pairs("act=invite&list=contacts&for=all&query=q%3Da%26access%3Doff")).unwrap();
        assert_eq!((asking.act, asking.list, asking.all), (Act::Invite, List::Contacts, true));
        let href = asking.href(true);
        let again = Asking::of(pairs(href.split_once('?').unwrap().1)).unwrap();
        assert!(again.include_live && again.query == "q=a&access=off");
    }

    #[test]
    fn nonsense_is_refused() {
        for nonsense in [
            "",
            "act=invite",
            "act=dance&list=contacts",
            "act=invite&list=contacts&x=1",
            "act=invite&list=contacts&id=1",
        ] {
            assert!(Asking::of(pairs(nonsense)).is_none(), "{nonsense}");
        }
        let fields = Fields {
            per_minute: "0".into(),
            per_domain: "601".into(),
            times: "-1".into(),
            every_days: "x".into(),
            day: "24.12.2026".into(),
            hour: "noon".into(),
        };
        let now = Timestamp::from_millis(1_795_442_531_999);
        assert_eq!(fields.read(Act::Invite, &TimeZone::UTC, now).unwrap_err().iter().count(), 5);
        assert!(fields.read(Act::AccessOff, &TimeZone::UTC, now).is_ok());
    }

    #[test]
    fn a_run_begins_now_or_within_ninety_days_in_the_suppliers_zone() {
        let (zone, now) =
            (TimeZone::get("Europe/Berlin").unwrap(), Timestamp::from_millis(1_795_442_531_999));
        let read = |day: &str, hour: &str| {
            let fields = Fields { day: day.into(), hour: hour.into(), ..Fields::default() };
            let read = fields.read(Act::Invite, &zone, now);
            read.map(|schedule| schedule.starts_at.map(|at| calendar::clock(at, &TimeZone::UTC)))
                .map_err(|errors| errors.iter().map(|(field, _)| *field).collect::<Vec<_>>())
        };
        assert_eq!(read("", ""), Ok(None));
        assert_eq!(read("2026-11-23", "15:03"), Ok(Some("14:03".into())));
        assert_eq!(read("2026-11-23", "15:02"), Err(vec!["day"]), "passed");
        assert_eq!(read("2027-02-23", "08:00"), Err(vec!["day"]), "too late");
        assert_eq!((read("2026-11-24", ""), read("", "08:00")), (Err(vec!["hour"]), Err(vec!["day"])));
    }
}
