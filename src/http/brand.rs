//! The supplier's colour on every page: a stylesheet of its own, since pages
//! have no style within them.

use crate::kernel::{Accent, Digest};

/// Where it is.
pub const SHEET: &str = "/brand.css";

/// The stylesheet: `web/app.css` names both colours, this one says which.
pub fn sheet(accent: &Accent) -> String {
    format!(
        ":root {{ --accent: light-dark({}, {}); --accent-text: light-dark({}, {}); }}\n",
        accent.light, accent.dark, accent.light_text, accent.dark_text
    )
}

/// What tells this stylesheet from others: browsers may keep it for ever.
pub fn version(accent: &Accent) -> String {
    Digest::of(sheet(accent).as_bytes()).hex().chars().take(16).collect()
}
