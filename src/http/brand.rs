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

/// The stylesheet: `web/app.css` names the colours, this one says which. A
/// button is a little darker under the pointer when its words are white, and a
/// little lighter when they are dark, so they can be read even better.
pub fn sheet(accent: &Accent) -> String {
    let away = if accent.light_text.is_dark() { "#ffffff" } else { "#000000" };
    format!(
        ":root {{ --accent: light-dark({link}, {dark}); --accent-fill: light-dark({fill}, {dark}); \
         --accent-edge: light-dark({edge}, {dark}); --accent-text: light-dark({text}, {dark_text}); \
         --accent-away: light-dark({away}, #ffffff); }}\n",
        link = accent.light_link,
        dark = accent.dark,
        fill = accent.light,
        edge = accent.light_edge,
        text = accent.light_text,
        dark_text = accent.dark_text,
    )
}

/// What tells this stylesheet from others: browsers may keep it for ever.
pub fn version(accent: &Accent) -> String {
    Digest::of(sheet(accent).as_bytes()).hex().chars().take(16).collect()
}
