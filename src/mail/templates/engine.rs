//! The engine behind the templates: what it escapes, and how far it goes.

use std::io;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};

use crate::kernel::{Accent, Picture};

/// The most bytes of a rendered part.
const MOST: usize = 256 * 1024;
/// Steps of the engine for one part; the longest built-in one takes a thousand.
const FUEL: u64 = 100_000;
/// The highest that a logo is shown in a mail, in pixels.
const LOGO_HEIGHT: u32 = 40;

/// An engine in which a tag on a line of its own leaves no line, an unknown
/// field is an error, and values are escaped in HTML.
pub(super) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    if let Ok(syntax) =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()
    {
        environment.set_syntax(syntax);
    }
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(escaped);
    environment.set_fuel(Some(FUEL));
    brand(&mut environment, &Accent::default(), None);
    environment
}

/// Names the colours of links and buttons, and the size of the logo, for every
/// template.
pub(super) fn brand(environment: &mut Environment<'static>, accent: &Accent, logo: Option<&Picture>) {
    let size = logo.map(|logo| logo.shown(LOGO_HEIGHT)).map(|(width, height)| vec![width, height]);
    environment.add_global("logo", Value::from(size.unwrap_or_default()));
    environment.add_global("accent", accent.light_link.to_string());
    environment.add_global("accent_fill", accent.light.to_string());
    environment.add_global("accent_text", accent.light_text.to_string());
    environment.add_global("accent_edge", accent.light_edge.to_string());
    environment.add_global("accent_dark", accent.dark.to_string());
    environment.add_global("accent_dark_text", accent.dark_text.to_string());
}

/// Writes a value; in HTML with what could end a text or an attribute escaped.
/// The engine's own escapes slashes too, which hides addresses from filters
/// that look for them. Nothing is not written as "none": whoever reads the mail
/// would wonder.
fn escaped(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        let problem = "a field can be nothing here; put it between {% if … %} and {% endif %}";
        return Err(Error::new(ErrorKind::InvalidOperation, problem));
    }
    let text = match value.as_str() {
        Some(text) if matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe() => text,
        _ => return minijinja::escape_formatter(out, state, value),
    };
    for piece in text.split_inclusive(['&', '<', '>', '"', '\'']) {
        let (plain, escape) = match piece.as_bytes().last() {
            Some(b'&') => (&piece[..piece.len() - 1], "&amp;"),
            Some(b'<') => (&piece[..piece.len() - 1], "&lt;"),
            Some(b'>') => (&piece[..piece.len() - 1], "&gt;"),
            Some(b'"') => (&piece[..piece.len() - 1], "&quot;"),
            Some(b'\'') => (&piece[..piece.len() - 1], "&#39;"),
            _ => (piece, ""),
        };
        out.write_str(plain)?;
        out.write_str(escape)?;
    }
    Ok(())
}

/// Takes a part until it gets too long.
pub(super) struct Bounded<'b>(pub(super) &'b mut Vec<u8>);

impl io::Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST {
            return Err(io::Error::other("too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
