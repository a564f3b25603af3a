//! The customers as staff see them: the pages of the portal and the sales app.
//!
//! Both doors show the same people and call the same operations; what differs
//! is the frame. Everything is looked up through the actor.

pub mod portal;
mod resets;
pub mod sales;
mod view;

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use url::form_urlencoded;

use crate::http::{Answer, Failure, Shared};
use crate::kernel::id::RetailerId;
use crate::kernel::text::is_unshowable;

/// The most characters of a search that are looked at.
const QUERY_CHARACTERS: usize = 100;

/// What a list of retailers is asked for. Nonsense is ignored.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// What is searched for; empty for everything.
    query: String,
    /// After which retailer to go on.
    after: Option<RetailerId>,
}

impl Asked {
    fn new(fields: &HashMap<String, String>) -> Self {
        let field = |name| fields.get(name).map(|value| value.trim()).unwrap_or_default();
        let query = field("q").chars().filter(|c| !is_unshowable(*c)).take(QUERY_CHARACTERS).collect();
        Self { query, after: field("after").parse().ok() }
    }

    /// The query of an address that asks for the same search, `after` a
    /// retailer; empty when there is nothing to ask for.
    fn suffix(&self, after: Option<RetailerId>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !self.query.is_empty() {
            query.append_pair("q", &self.query);
        }
        if let Some(after) = after {
            query.append_pair("after", &after.to_string());
        }
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }
}

impl FromRequestParts<Shared> for Asked {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let query = Query::<HashMap<String, String>>::from_request_parts(parts, web).await;
        Ok(query.map(|Query(fields)| Self::new(&fields)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;

    fn asked(fields: &[(&str, &str)]) -> Asked {
        Asked::new(&fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn nonsense_in_a_query_is_ignored() {
        let nonsense = asked(&[("q", "\u{0}\u{202E}"), ("after", "yesterday"), ("sort", "-1")]);
        assert_eq!((nonsense.query.as_str(), nonsense.after), ("", None));
        assert_eq!(asked(&[("q", &"%".repeat(100_000))]).query.len(), QUERY_CHARACTERS);
    }

    #[test]
    fn a_search_is_kept_in_addresses() {
        let after = RetailerId::new(Timestamp::from_millis(1));
        assert_eq!(asked(&[]).suffix(None), "");
        assert_eq!(asked(&[("q", " a&b ")]).suffix(None), "?q=a%26b");
        assert_eq!(asked(&[("q", "é")]).suffix(Some(after)), format!("?q=%C3%A9&after={after}"));
    }
}
