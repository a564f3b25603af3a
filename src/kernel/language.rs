//! The languages people can be addressed in.

/// A language of the website and of mails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// Every language, in the order a chooser lists them.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What staff call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "German",
        }
    }

    /// The language behind a BCP 47 tag such as `de-CH`, if there is one.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The best of these languages for an `Accept-Language` header (RFC 9110,
    /// 12.5.4); `fallback` when none of them is named.
    pub fn accepted(header: &str, offered: &[Self], fallback: Self) -> Self {
        let weighted = header.split(',').filter_map(|item| {
            let mut parts = item.split(';');
            let language = Self::from_tag(parts.next()?.trim())?;
            let weight =
                parts.find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
            (weight > 0.0 && offered.contains(&language)).then_some((language, weight))
        });
        weighted
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
            .map_or(fallback, |(language, _)| language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_accepted_language_wins() {
        let accepted = |header| Language::accepted(header, &Language::ALL, Language::English);
        assert_eq!(accepted("de-AT,de;q=0.9,en;q=0.8"), Language::German);
        assert_eq!(accepted("fr, en;q=0.5, de;q=0.7"), Language::German);
        assert_eq!(accepted("fr"), Language::English);
        assert_eq!(accepted("de;q=0"), Language::English);
        assert_eq!(accepted(";;,,q="), Language::English);
        assert_eq!(Language::accepted("en", &[Language::German], Language::German), Language::German);
    }
}
