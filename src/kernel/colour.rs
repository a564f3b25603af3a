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

    /// Whether it is nearer to black than to white.
    pub fn is_dark(self) -> bool {
        self.contrast(BLACK) < self.contrast(WHITE)
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

    /// White words on it, or dark ones where white can't be read. Black can
    /// wherever neither is: no colour is less than 4.58 from both.
    fn words_on(self) -> Self {
        [WHITE, INK].into_iter().find(|words| self.contrast(*words) >= READABLE).unwrap_or(BLACK)
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

/// What the edge of a button needs to be told from the page (WCAG 2.2, 1.4.11).
const VISIBLE: f64 = 3.0;
/// White and black, of which one can be read on any colour.
const WHITE: Colour = Colour(0xff, 0xff, 0xff);
const BLACK: Colour = Colour(0, 0, 0);
/// The colour of words on light pages: dark words on a button, where it will do.
const INK: Colour = Colour(0x1a, 0x1d, 0x1e);

/// The one colour of an installation, as buttons and links use it: behind words
/// and for words, on light pages and on dark ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// Of buttons on light pages: the supplier's colour as it is.
    pub light: Colour,
    /// For words on it: white or dark, whichever can be read.
    pub light_text: Colour,
    /// For words on light pages: the colour, or the nearest shade that can be
    /// read there.
    pub light_link: Colour,
    /// Around buttons there: the colour, or that shade where the colour can't be
    /// told from the page.
    pub light_edge: Colour,
    /// On dark pages, behind words and for words: a shade light enough.
    pub dark: Colour,
    /// For words on it there.
    pub dark_text: Colour,
}

/// Tradepost's own.
impl Default for Accent {
    fn default() -> Self {
        let teal = Colour(0x0d, 0x5b, 0x69);
        Self {
            light: teal,
            light_text: WHITE,
            light_link: teal,
            light_edge: teal,
            dark: Colour(0x7e, 0xca, 0xd6),
            dark_text: Colour(0x06, 0x25, 0x2b),
        }
    }
}

impl Accent {
    /// A supplier's colour, with words that can be read on it, and its shades
    /// that can be read themselves. Any colour will do.
    pub fn of(colour: Colour) -> Self {
        let light_link = colour.until_readable(BLACK, &LIGHT);
        let stands_out = colour.least_contrast(&LIGHT) >= VISIBLE;
        Self {
            light: colour,
            light_text: colour.words_on(),
            light_link,
            light_edge: if stands_out { colour } else { light_link },
            dark: colour.until_readable(WHITE, &DARK),
            dark_text: DARK[0],
        }
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
    fn any_colour_can_be_read_wherever_it_is_used() {
        for number in (0..0x0100_0000_u32).step_by(0x0000_3f07) {
            let colour = colour(&format!("{number:06x}"));
            let accent = Accent::of(colour);
            assert_eq!(accent.light, colour, "it is never changed on light pages");
            assert!(accent.light.contrast(accent.light_text) >= READABLE, "{colour}");
            assert!(accent.light_link.least_contrast(&LIGHT) >= READABLE, "{colour}");
            assert!(
                accent.light_link.contrast(WHITE) >= READABLE,
                "{colour}: white words, as in older templates"
            );
            assert!(accent.light_edge.least_contrast(&LIGHT) >= VISIBLE, "{colour}");
            assert!(accent.dark.least_contrast(&DARK) >= READABLE, "{colour}");
            assert!(accent.dark.contrast(accent.dark_text) >= READABLE, "{colour}");
        }
    }

    #[test]
    fn a_light_colour_gets_dark_words_and_a_dark_one_white_words() {
        let words = |text| Accent::of(colour(text)).light_text;
        assert_eq!([words("#ffd400"), words("#ff8800"), words("#ffffff")], [INK, INK, INK]);
        assert_eq!([words("#1f3a93"), words("#0d5b69"), words("#000000")], [WHITE, WHITE, WHITE]);
        assert_eq!(words("#e3122f"), WHITE);
        assert_eq!(words("#7b7b7b"), BLACK, "neither white nor the ordinary ink");
        let navy = Accent::of(colour("#1f3a93"));
        assert_eq!((navy.light_link, navy.light_edge), (navy.light, navy.light), "a dark colour is kept");
        let orange = Accent::of(colour("#ff8800"));
        assert!(
            (READABLE..READABLE + 0.1).contains(&orange.light_link.least_contrast(&LIGHT)),
            "the nearest shade"
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
        assert!(sheet.contains(&format!("--accent: light-dark({}, {})", own.light_link, own.dark)));
        assert!(
            sheet.contains("--accent-fill: var(--accent);")
                && sheet.contains("--accent-edge: var(--accent);")
        );
        assert!(sheet.contains(&format!("--text: light-dark({INK}, ")));
        assert!(sheet.contains(&format!("--accent-text: light-dark({}, {})", own.light_text, own.dark_text)));
    }

    /// The colours of charts in the stylesheet: each on light and on dark pages.
    fn of_charts() -> [[Colour; 2]; 2] {
        let sheet = include_str!("../../web/app.css");
        ["--chart-1", "--chart-2"].map(|name| {
            let both = sheet.split(&format!("{name}: light-dark(")).nth(1).unwrap();
            let both = both.split(')').next().unwrap();
            let mut both = both.split(", ").map(colour);
            [both.next().unwrap(), both.next().unwrap()]
        })
    }

    #[test]
    fn charts_have_colours_of_their_own_that_stand_out_in_both_schemes() {
        for [light, dark] in of_charts() {
            assert!(light.least_contrast(&LIGHT) >= VISIBLE, "{light}");
            assert!(dark.least_contrast(&DARK) >= VISIBLE, "{dark}");
        }
    }

    /// How someone without one kind of cones sees a colour (Viénot, Brettel and
    /// Mollon 1999; for blue Brettel 1997, simplified), in linear RGB.
    const BLINDNESS: [(&str, [[f64; 3]; 3]); 3] = [
        ("red", [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]]),
        ("green", [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]]),
        ("blue", [[1.0, 0.1273, -0.1273], [0.0, 0.8739, 0.1261], [0.0, 0.8739, 0.1261]]),
    ];

    #[test]
    fn the_colours_of_charts_are_told_apart_by_everyone() {
        let linear = |part: u8| (f64::from(part) / 255.0).powf(2.2);
        let seen = |colour: Colour, by: &[[f64; 3]; 3]| {
            let (red, green, blue) = colour.channels();
            let light = [linear(red), linear(green), linear(blue)];
            by.map(|row| {
                let sum: f64 = row.iter().zip(light).map(|(share, part)| share * part).sum();
                sum.clamp(0.0, 1.0).powf(1.0 / 2.2) * 255.0
            })
        };
        let [first, second] = of_charts();
        for scheme in [0, 1] {
            for (cones, by) in &BLINDNESS {
                let (one, two) = (seen(first[scheme], by), seen(second[scheme], by));
                let apart = one.iter().zip(two).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
                assert!(apart > 90.0, "without cones for {cones}: {apart}");
            }
        }
    }
}
