//! What every template knows of the supplier.

use minijinja::{Environment, Value};

use crate::config::Reach;
use crate::kernel::{Accent, Picture};

/// The highest that a logo is shown in a mail, in pixels.
const LOGO_HEIGHT: u32 = 40;

/// Names the colours of links and buttons, the size of the logo, and how the
/// supplier is reached, for every template.
pub(super) fn name(
    environment: &mut Environment<'static>,
    accent: &Accent,
    logo: Option<&Picture>,
    reach: &Reach,
) {
    let reached = [
        ("telephone", &reach.telephone),
        ("imprint_url", &reach.imprint_url),
        ("privacy_url", &reach.privacy_url),
        ("terms_url", &reach.terms_url),
    ];
    for (name, value) in reached {
        environment.add_global(name, value.clone());
    }
    let size = logo.map(|logo| logo.shown(LOGO_HEIGHT)).map(|(width, height)| vec![width, height]);
    environment.add_global("logo", Value::from(size.unwrap_or_default()));
    environment.add_global("accent", accent.light.to_string());
    environment.add_global("accent_dark", accent.dark.to_string());
    environment.add_global("accent_dark_text", accent.dark_text.to_string());
}
