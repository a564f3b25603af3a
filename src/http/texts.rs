//! Every word of the pages, by key and language (`locales/`).

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};

use crate::kernel::Language;

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ENGLISH: LanguageIdentifier = langid!("en");
static GERMAN: LanguageIdentifier = langid!("de");

/// The text of a key.
pub fn text(language: Language, key: &str) -> String {
    LOCALES.lookup(identifier(language), key)
}

/// The text of a key with values filled in.
pub fn text_with(language: Language, key: &str, values: &[(&'static str, &str)]) -> String {
    let values: HashMap<Cow<'static, str>, FluentValue<'_>> =
        values.iter().map(|(name, value)| ((*name).into(), FluentValue::from(*value))).collect();
    LOCALES.lookup_with_args(identifier(language), key, &values)
}

fn identifier(language: Language) -> &'static LanguageIdentifier {
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    }
}
