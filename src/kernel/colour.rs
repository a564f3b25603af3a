//! Colours, and whether words can be read in them.

use std::fmt;

/// What everyone needs to read words of ordinary size (WCAG 2.2, 1.4.3).
pub const READABLE: f64 = 4.5;
/// The surfaces of light pages on which the accent stands, as in `web/app.css`.
const LIGHT: [Colour; 3] = [Colour(0xff, 0xff, 0xff), Colour(0xf7, 0xf6, 0xf3), Colour(0xf0, 0xee, 0xea)];
/// The same of dark pages.
const DARK: [Colour; 3] = [Colour(0x12, 0x14, 0x15), Colour(0x19, 0x1c, 0x1d), Colour(0x20, 0x24, 0x25)];

/// A colour in sRGB: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(u8, u8, u8);

impl Colour {
    /// Reads `#0d5b69` or `#0d6`, the `#` left out if one likes.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().trim_start_matches('#');
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = number.to_be_bytes();
        match digits.len() {
            6 => Some(Self(red, green, blue)),
            3 => Some(Self((green & 15) * 17, (blue >> 4) * 17, (blue & 15) * 17)),
            _ => None,
        }
    }

    /// Its red, green and blue.
    pub const fn channels(self) -> (u8, u8, u8) {
        (self.0, self.1, self.2)
    }

    /// How bright it is, from 0 to 1 (WCAG 2.2, relative luminance).
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// How well words of one colour stand out from the other, from 1 to 21
    /// (WCAG 2.2, contrast ratio).
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// The contrast to the surface from which it stands out least.
    fn least_contrast(self, surfaces: &[Self]) -> f64 {
        surfaces.iter().map(|surface| self.contrast(*surface)).fold(f64::INFINITY, f64::min)
    }

    /// The nearest colour on the way to `end` that can be read on all surfaces.
    fn until_readable(self, end: Self, surfaces: &[Self]) -> Self {
        let step = |share: u16| {
            let mix = |from: u8, to: u8| {
                let mixed =
                    (u32::from(from) * u32::from(255 - share) + u32::from(to) * u32::from(share)) / 255;
                u8::try_from(mixed).unwrap_or(to)
            };
            Self(mix(self.0, end.0), mix(self.1, end.1), mix(self.2, end.2))
        };
        (0..=255).map(step).find(|colour| colour.least_contrast(surfaces) >= READABLE).unwrap_or(end)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The one colour of an installation, as links and buttons use it: behind words
/// and for words, on light pages and on dark ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// On light pages.
    pub light: Colour,
    /// For words on it there.
    pub light_text: Colour,
    /// On dark pages: a lighter shade, since no colour can be read on both.
    pub dark: Colour,
    /// For words on it there.
    pub dark_text: Colour,
}

/// Tradepost's own.
impl Default for Accent {
    fn default() -> Self {
        Self {
            light: Colour(0x0d, 0x5b, 0x69),
            light_text: LIGHT[0],
            dark: Colour(0x7e, 0xca, 0xd6),
            dark_text: Colour(0x06, 0x25, 0x2b),
        }
    }
}

/// A colour too pale for words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TooPale {
    /// The contrast it reaches, where it reaches least.
    pub ratio: f64,
    /// The nearest shade that can be read.
    pub nearest: Colour,
}

impl Accent {
    /// A supplier's colour. Its shade for dark pages is found here.
    ///
    /// # Errors
    /// When words in it could not be read by everyone on light pages; what is
    /// readable there carries white words as well.
    pub fn of(colour: Colour) -> Result<Self, TooPale> {
        let ratio = colour.least_contrast(&LIGHT);
        if ratio < READABLE {
            return Err(TooPale { ratio, nearest: colour.until_readable(Colour(0, 0, 0), &LIGHT) });
        }
        Ok(Self {
            light: colour,
            light_text: LIGHT[0],
            dark: colour.until_readable(LIGHT[0], &DARK),
            dark_text: DARK[0],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).unwrap()
    }

    #[test]
    fn contrast_is_as_the_standard_says() {
        let near = |one: f64, two: f64| (one - two).abs() < 0.01;
        assert!(near(colour("#000").contrast(colour("#fff")), 21.0));
        assert!(near(colour("#777777").contrast(colour("#ffffff")), 4.48));
        assert!(near(colour("#767676").contrast(colour("#ffffff")), 4.54));
        assert!(near(colour("#ff0000").contrast(colour("#ffffff")), 4.0));
        assert!(near(colour("#123456").contrast(colour("#123456")), 1.0));
    }

    #[test]
    fn only_hexadecimal_colours_are_read() {
        assert_eq!(colour(" #0D6 ").to_string(), "#00dd66");
        assert_eq!(colour("0d5b69").to_string(), "#0d5b69");
        for text in ["", "#", "red", "#12345", "#1234567", "#+12345", "#12345é", "rgb(0,0,0)", "url(x)"] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_accent_can_be_read_everywhere_or_a_shade_that_can_is_named() {
        for number in (0..0x0100_0000_u32).step_by(0x0001_0f0f) {
            let colour = colour(&format!("{number:06x}"));
            let accent = Accent::of(colour).or_else(|pale| {
                assert!(pale.ratio < READABLE);
                Accent::of(pale.nearest)
            });
            let accent = accent.unwrap_or_else(|pale| panic!("{colour} to {}", pale.nearest));
            assert!(accent.light.least_contrast(&LIGHT) >= READABLE, "{colour}");
            assert!(accent.dark.least_contrast(&DARK) >= READABLE, "{colour}");
            assert!(accent.light.contrast(accent.light_text) >= READABLE, "{colour}");
            assert!(accent.dark.contrast(accent.dark_text) >= READABLE, "{colour}");
        }
    }

    #[test]
    fn a_good_colour_is_kept_and_the_nearest_of_a_pale_one_is_close() {
        let navy = colour("#1f3a93");
        assert_eq!(Accent::of(navy).map(|accent| accent.light), Ok(navy));
        let pale = Accent::of(colour("#ff8800")).unwrap_err();
        assert!(pale.ratio < 2.5, "{}", pale.ratio);
        assert!(
            (READABLE..READABLE + 0.1).contains(&pale.nearest.least_contrast(&LIGHT)),
            "{}",
            pale.nearest
        );
    }

    #[test]
    fn the_surfaces_and_tradeposts_own_colours_are_those_of_the_stylesheet() {
        let sheet = include_str!("../../web/app.css");
        for (at, name) in ["surface-raised", "surface", "surface-sunken"].into_iter().enumerate() {
            let dark = [1, 0, 2][at];
            let line = format!("--{name}: light-dark({}, {})", LIGHT[at], DARK[dark]);
            assert!(sheet.contains(&line), "{line}");
        }
        let own = Accent::default();
        assert!(sheet.contains(&format!("--accent: light-dark({}, {})", own.light, own.dark)));
        assert!(sheet.contains(&format!("--accent-text: light-dark({}, {})", own.light_text, own.dark_text)));
    }
}
