//! What a list is asked for: filter, order and page, from an address and back.

use url::form_urlencoded;
use uuid::Uuid;

use super::ignored;
use crate::kernel::id::TerritoryId;
use crate::kernel::names;
use crate::kernel::text::is_unshowable;

/// The most characters of a search that are looked at.
const WORDS: usize = 100;

names! {
    /// Which list.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum List {
        /// Retailers.
        Retailers = "retailers",
        /// Contacts.
        Contacts = "contacts",
    }
}

/// Choices of a filter: their names in addresses and their words.
macro_rules! choices {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $key:literal, $word:literal;)+ }) => {
        names! {
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum $name { $($(#[$doc])* $variant = $key,)+ }
        }

        impl $name {
            /// What it is called.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}

choices! {
    /// Where contacts stand with the website.
    Standing {
        /// Their own password works.
        Active = "active", "Active";
        /// Of these: the password of the system before, not signed in with yet.
        BroughtAlong = "brought-along", "Password brought along";
        /// Never invited, and nothing stands in the way.
        NotInvited = "not-invited", "Not invited";
        /// Invited; the temporary password is on its way or good.
        Invited = "invited", "Invited";
        /// Invited, and the temporary password ends within twelve hours.
        Expiring = "expiring", "Invitation about to expire";
        /// Invited in vain.
        Expired = "expired", "Invitation expired";
        /// A reset is on its way, or its temporary password is good.
        ResetSent = "reset-sent", "Reset sent";
        /// Their own password was stopped.
        Stopped = "stopped", "Password stopped";
        /// An address or a username is missing.
        Missing = "missing", "Something missing";
        /// Their address does not take mail.
        Bounced = "bounced", "Bounced";
        /// The switch is off.
        Off = "off", "Access off";
    }
}

choices! {
    /// Where the mail of their last reset or invitation is on its way.
    MailState {
        /// There never was one.
        None = "none", "None sent yet";
        /// Not tried yet.
        Waiting = "waiting", "Waiting";
        /// Tried; another try follows.
        PutOff = "put-off", "Put off";
        /// The mail server took it.
        HandedOver = "accepted", "Handed over";
        /// It was refused or came back.
        Bounced = "bounced", "Bounced";
        /// Retries ended.
        GivenUp = "given-up", "Given up";
        /// It was called back.
        Cancelled = "cancelled", "Cancelled";
    }
}

choices! {
    /// When they last signed in.
    SignedIn {
        /// In the last seven days.
        Week = "7-days", "In the last 7 days";
        /// In the last thirty days.
        Month = "30-days", "In the last 30 days";
        /// Before that.
        LongAgo = "long-ago", "More than 90 days ago";
        /// Not once.
        Never = "never", "Never";
    }
}

choices! {
    /// What a list is ordered by.
    Sort {
        /// By their name.
        Name = "name", "Name";
        /// Retailers by their account number.
        AccountNumber = "account-number", "Account number";
        /// Contacts by their retailer's name.
        Retailer = "retailer", "Retailer";
        /// Contacts by when they last signed in.
        SignIn = "sign-in", "Last sign-in";
    }
}

impl Sort {
    /// Whether a list can be ordered by it.
    pub const fn fits(self, list: List) -> bool {
        match self {
            Self::Name => true,
            Self::AccountNumber => matches!(list, List::Retailers),
            Self::Retailer | Self::SignIn => matches!(list, List::Contacts),
        }
    }
}

/// Which page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The first.
    Start,
    /// The one after this row.
    After(Uuid),
    /// The one before this row.
    Before(Uuid),
}

impl Turn {
    /// The row it begins or ends at.
    pub const fn row(self) -> Option<Uuid> {
        match self {
            Self::Start => None,
            Self::After(row) | Self::Before(row) => Some(row),
        }
    }
}

/// What a list is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which list.
    pub list: List,
    /// What is searched for; empty for everything.
    pub words: String,
    /// Only those of this territory.
    pub territory: Option<TerritoryId>,
    /// Only contacts who stand so, or retailers that have one.
    pub standing: Option<Standing>,
    /// Only contacts whose last mail is there.
    pub mail: Option<MailState>,
    /// Only contacts who signed in then.
    pub signed_in: Option<SignedIn>,
    /// Only active ones, or only those that are not.
    pub active: Option<bool>,
    /// The order.
    pub sort: Sort,
    /// Whether it is turned round.
    pub descending: bool,
    /// Which page.
    pub turn: Turn,
    /// What of the address could not be understood: `sort=colour`.
    pub ignored: Vec<String>,
}

impl Asked {
    /// Everything, by name.
    pub const fn everything(list: List) -> Self {
        Self {
            list,
            words: String::new(),
            territory: None,
            standing: None,
            mail: None,
            signed_in: None,
            active: None,
            sort: Sort::Name,
            descending: false,
            turn: Turn::Start,
            ignored: Vec::new(),
        }
    }

    /// Reads the query of an address. What is nonsense is ignored, and told.
    pub fn of(list: List, query: &str) -> Self {
        let mut asked = Self::everything(list);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            if !value.is_empty() && !asked.take(&name, value) {
                ignored::keep(&mut asked.ignored, &name, value);
            }
        }
        asked
    }

    /// Takes one field; says whether it made sense.
    fn take(&mut self, name: &str, value: &str) -> bool {
        let contacts = self.list == List::Contacts;
        match name {
            "q" => {
                self.words = value.chars().filter(|c| !is_unshowable(*c)).take(WORDS).collect();
                true
            }
            "territory" => put(&mut self.territory, value.parse().ok()),
            "access" => put(&mut self.standing, Standing::from_name(value)),
            "mail" if contacts => put(&mut self.mail, MailState::from_name(value)),
            "signed-in" if contacts => put(&mut self.signed_in, SignedIn::from_name(value)),
            "active" => put(&mut self.active, yes_or_no(value)),
            "sort" => {
                let (name, descending) = value.strip_prefix('-').map_or((value, false), |name| (name, true));
                let sort = Sort::from_name(name).filter(|sort| sort.fits(self.list));
                self.sort = sort.unwrap_or(self.sort);
                self.descending = descending && sort.is_some();
                sort.is_some()
            }
            "after" | "before" => match value.parse() {
                Ok(row) => {
                    self.turn = if name == "after" { Turn::After(row) } else { Turn::Before(row) };
                    true
                }
                Err(_) => false,
            },
            _ => false,
        }
    }

    /// The query that asks for this filter and order, from the first page on;
    /// empty for everything by name.
    pub fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let mut pair = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                query.append_pair(name, &value);
            }
        };
        pair("q", Some(self.words.clone()));
        pair("territory", self.territory.map(|id| id.to_string()));
        pair("access", self.standing.map(|choice| choice.as_str().to_owned()));
        pair("mail", self.mail.map(|choice| choice.as_str().to_owned()));
        pair("signed-in", self.signed_in.map(|choice| choice.as_str().to_owned()));
        pair("active", self.active.map(|on| if on { "yes" } else { "no" }.to_owned()));
        if self.sort != Sort::Name || self.descending {
            let turned = if self.descending { "-" } else { "" };
            pair("sort", Some(format!("{turned}{}", self.sort.as_str())));
        }
        query.finish()
    }

    /// The query of another page of the same list.
    pub fn turned(&self, turn: Turn) -> String {
        let mut query = form_urlencoded::Serializer::new(self.query());
        match turn {
            Turn::Start => {}
            Turn::After(row) => drop(query.append_pair("after", &row.to_string())),
            Turn::Before(row) => drop(query.append_pair("before", &row.to_string())),
        }
        query.finish()
    }

    /// The same list in another order; the order it is in already is turned
    /// round.
    #[must_use]
    pub fn sorted(&self, sort: Sort) -> Self {
        let descending = if self.sort == sort { !self.descending } else { sort == Sort::SignIn };
        Self { sort, descending, turn: Turn::Start, ..self.clone() }
    }

    /// Whether only some rows are asked for.
    pub fn is_filtered(&self) -> bool {
        Self { sort: Sort::Name, descending: false, ..self.clone() }.query() != ""
    }

    /// The filter in words: `“anna” · North · Not invited`; empty without one.
    /// `territories` are those that can be named.
    pub fn sentence(&self, territories: &[(TerritoryId, String)]) -> String {
        let named = |id| territories.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone());
        let parts = [
            (!self.words.is_empty()).then(|| format!("“{}”", self.words)),
            self.territory.map(|id| named(id).unwrap_or_else(|| "another territory".into())),
            self.standing.map(|choice| choice.word().to_owned()),
            self.mail.map(|choice| format!("mail: {}", choice.word().to_lowercase())),
            self.signed_in.map(|choice| format!("signed in: {}", choice.word().to_lowercase())),
            self.active.map(|on| if on { "active" } else { "not active" }.to_owned()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

fn put<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    let understood = value.is_some();
    *place = value;
    understood
}

fn yes_or_no(value: &str) -> Option<bool> {
    match value {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_survives_the_trip_through_an_address() {
        let query = "q=a%26b&territory=0192c6c3-0000-7000-8000-000000000000&access=expired&mail=put-off&signed-in=never&active=yes&sort=-sign-in";
        let asked = Asked::of(List::Contacts, query);
        assert!(asked.ignored.is_empty() && asked.is_filtered() && asked.descending);
        assert_eq!(asked.query(), query);
        assert_eq!(Asked::of(List::Contacts, "").query(), "");
        assert!(!Asked::of(List::Contacts, "sort=retailer").is_filtered());
    }

    #[test]
    fn nonsense_is_ignored_and_told() {
        let asked = Asked::of(
            List::Retailers,
            "q=%00%E2%80%AE&sort=colour&after=yesterday&territory=1&mail=waiting&active=maybe&q2=x&=&access=",
        );
        assert_eq!(
            asked.ignored,
            ["sort=colour", "after=yesterday", "territory=1", "mail=waiting", "active=maybe"]
        );
        assert_eq!((asked.query().as_str(), asked.turn), ("", Turn::Start));
        let long = Asked::of(List::Retailers, &format!("q={}", "%25".repeat(100_000)));
        assert_eq!(long.words.len(), WORDS);
        assert!(Asked::of(List::Retailers, "sort=sign-in").ignored.len() == 1, "not for retailers");
    }

    #[test]
    fn an_order_asked_for_again_is_turned_round() {
        let asked = Asked::of(List::Contacts, "access=off");
        assert_eq!(asked.sorted(Sort::Name).query(), "access=off&sort=-name");
        assert_eq!(asked.sorted(Sort::SignIn).query(), "access=off&sort=-sign-in");
        assert_eq!(asked.sorted(Sort::SignIn).sorted(Sort::SignIn).query(), "access=off&sort=sign-in");
    }

    #[test]
    fn a_filter_is_said_in_words() {
        let asked = Asked::of(List::Contacts, "q=anna&access=not-invited&signed-in=never");
        assert_eq!(asked.sentence(&[]), "“anna” · Not invited · signed in: never");
    }
}
