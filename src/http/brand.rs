//! The supplier's colour on every page: a stylesheet of its own, since pages
//! have no style within them.

use super::page::Logo;
use crate::kernel::{Accent, Digest};
use crate::settings::logo;

/// Where it is.
pub const SHEET: &str = "/brand.css";

/// Where the logo is.
pub const LOGO: &str = "/brand/logo.png";
/// The highest that pages show it, in their pixels.
const LOGO_HEIGHT: u32 = 36;

/// The logo for the frame of a page.
pub fn logo(logo: &logo::Logo) -> Option<Logo> {
    let (width, height) = logo.picture.as_ref()?.shown(LOGO_HEIGHT);
    Some(Logo { href: format!("{LOGO}?v={}", logo.version), width, height })
}

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
