//! The app's icon and the picture shown while it starts: drawn in the supplier's
//! colour, at the size asked for.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

use crate::error::{Error, Result};
use crate::kernel::Colour;

/// Points that are looked at in each direction of a pixel, for smooth edges.
const SAMPLES: u32 = 4;
/// Ground of the picture shown while the app starts, light: `--surface`.
const GROUND: Rgb<u8> = Rgb([255, 255, 255]);

/// The colours of a picture.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    /// The supplier's colour.
    pub accent: Colour,
    /// What can be read on it.
    pub on_accent: Colour,
}

/// A square icon without transparency, which home screens cut to their shape:
/// the sign stands within the middle (W3C manifest, maskable icons).
///
/// # Errors
/// When it can't be written as PNG.
pub fn icon(size: u32, paint: Paint) -> Result<Vec<u8>> {
    let (ground, ink) = (rgb(paint.accent), rgb(paint.on_accent));
    png(&RgbImage::from_fn(size, size, |x, y| mixed(ground, ink, cover(x, y, size))))
}

/// What an iPad shows while the app starts.
///
/// # Errors
/// When it can't be written as PNG.
pub fn splash(width: u32, height: u32, paint: Paint) -> Result<Vec<u8>> {
    let size = width.min(height) / 6;
    let (left, top) = ((width - size) / 2, (height - size) / 2);
    let (ground, ink) = (rgb(paint.accent), rgb(paint.on_accent));
    png(&RgbImage::from_fn(width, height, |x, y| {
        let (Some(x), Some(y)) = (x.checked_sub(left), y.checked_sub(top)) else { return GROUND };
        if x >= size || y >= size || is_cut_off(x, y, size) {
            return GROUND;
        }
        mixed(ground, ink, cover(x, y, size))
    }))
}

fn rgb(colour: Colour) -> Rgb<u8> {
    let (red, green, blue) = colour.channels();
    Rgb([red, green, blue])
}

/// How much of a pixel the sign covers: from nothing to all of its samples.
fn cover(x: u32, y: u32, size: u32) -> u32 {
    let place = |pixel: u32, sample: u32| f64::from(pixel * SAMPLES + sample) / f64::from(size * SAMPLES);
    let samples = (0..SAMPLES).flat_map(|dx| (0..SAMPLES).map(move |dy| (dx, dy)));
    let inside = samples.filter(|(dx, dy)| is_sign(place(x, *dx), place(y, *dy))).count();
    u32::try_from(inside).unwrap_or(0)
}

/// A post with two boards, one pointing each way; the picture is one wide.
fn is_sign(x: f64, y: f64) -> bool {
    let post = (0.465..0.535).contains(&x) && (0.24..0.78).contains(&y);
    let board = |x: f64, top: f64| {
        let middle = (y - top - 0.075).abs();
        middle < 0.075 && (0.3..0.745 - middle).contains(&x)
    };
    post || board(x, 0.29) || board(1.0 - x, 0.49)
}

/// Whether a pixel lies outside the rounded corners of the sign on a splash.
fn is_cut_off(x: u32, y: u32, size: u32) -> bool {
    let radius = f64::from(size) * 0.22;
    let far =
        |place: u32| (f64::from(place) - f64::from(size) / 2.0).abs() - (f64::from(size) / 2.0 - radius);
    let (x, y) = (far(x).max(0.0), far(y).max(0.0));
    x.hypot(y) > radius
}

fn mixed(ground: Rgb<u8>, ink: Rgb<u8>, samples: u32) -> Rgb<u8> {
    let all = SAMPLES * SAMPLES;
    let mix = |ground: u8, ink: u8| {
        let sum = u32::from(ground) * (all - samples) + u32::from(ink) * samples;
        u8::try_from(sum / all).unwrap_or(u8::MAX)
    };
    let ([r, g, b], [inked_r, inked_g, inked_b]) = (ground.0, ink.0);
    Rgb([mix(r, inked_r), mix(g, inked_g), mix(b, inked_b)])
}

fn png(picture: &RgbImage) -> Result<Vec<u8>> {
    let mut file = Cursor::new(Vec::new());
    picture
        .write_to(&mut file, ImageFormat::Png)
        .map_err(|error| Error::Render { what: "a picture of the app", problem: error.to_string() })?;
    Ok(file.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paint() -> Paint {
        let colour = |text| Colour::parse(text).expect("a colour");
        Paint { accent: colour("#0d5b69"), on_accent: colour("#ffffff") }
    }

    #[test]
    fn the_sign_stands_where_no_home_screen_cuts_it_off() {
        for n in 0..100 {
            for m in 0..100 {
                let (x, y) = (f64::from(n) / 100.0, f64::from(m) / 100.0);
                // The safe zone of maskable icons: a circle of 40 % around the middle.
                assert!(!is_sign(x, y) || (x - 0.5).hypot(y - 0.5) < 0.4, "{x} {y}");
            }
        }
    }

    #[test]
    fn pictures_have_the_size_that_was_asked_for_and_stay_small() {
        let icon = image::load_from_memory(&icon(180, paint()).expect("a picture")).expect("a PNG");
        assert_eq!((icon.width(), icon.height()), (180, 180));
        let file = splash(2048, 2732, paint()).expect("a picture");
        let splash = image::load_from_memory(&file).expect("a PNG").to_rgb8();
        assert_eq!((splash.width(), splash.height()), (2048, 2732));
        assert_eq!(*splash.get_pixel(0, 0), GROUND);
        assert!(file.len() < 150_000, "{}", file.len());
    }
}
