//! Pictures that people hand in, made small and plain.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

/// The widest and highest that a picture is kept, in pixels.
const KEPT: (u32, u32) = (640, 160);
/// The widest or highest that is read.
const READ: u32 = 4096;
/// The least that can be seen.
const LEAST: u32 = 16;

/// A picture as PNG without anything beside its pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The file.
    pub png: Vec<u8>,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// Why a file is not taken as a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// Nothing was chosen.
    #[error("Choose a file first.")]
    Nothing,
    /// The file is too large.
    #[error("This file is larger than 1 MB. Save it smaller and try again.")]
    TooLarge,
    /// A drawing, which could hold scripts.
    #[error(
        "This is a drawing (SVG), which could hold programs. Export it as PNG, about 640 pixels wide, and take that."
    )]
    Drawing,
    /// Something else.
    #[error("This is no picture that can be read. It must be a PNG, JPEG or WebP.")]
    Unknown,
    /// Too many pixels.
    #[error("This picture has too many pixels. 4096 each way are the most; 640 by 160 are enough.")]
    TooManyPixels,
    /// Too few pixels.
    #[error("This picture is too small to be seen. It must have 16 pixels each way at least.")]
    TooSmall,
}

impl Picture {
    /// The most bytes of a file that is read.
    pub const LARGEST: usize = 1024 * 1024;

    /// Reads a PNG, JPEG or WebP. Whatever it carries beside its pixels, such as
    /// where it was taken, is left behind.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn read(file: &[u8]) -> Result<Self, NotTaken> {
        match file.trim_ascii_start().first() {
            None => return Err(NotTaken::Nothing),
            Some(_) if file.len() > Self::LARGEST => return Err(NotTaken::TooLarge),
            // A mark of byte order may stand before the first tag.
            Some(b'<' | 0xef) => return Err(NotTaken::Drawing),
            Some(_) => {}
        }
        let picture = decode(file)?;
        let (width, height) = (picture.width(), picture.height());
        if width.min(height) < LEAST {
            return Err(NotTaken::TooSmall);
        }
        let picture = match (width, height) {
            (width, height) if width > KEPT.0 || height > KEPT.1 => {
                picture.resize(KEPT.0, KEPT.1, FilterType::Lanczos3)
            }
            _ => picture,
        };
        let mut png = Cursor::new(Vec::new());
        let (width, height) = (picture.width(), picture.height());
        DynamicImage::ImageRgba8(picture.into_rgba8())
            .write_to(&mut png, ImageFormat::Png)
            .map_err(|_| NotTaken::Unknown)?;
        Ok(Self { png: png.into_inner(), width, height })
    }

    /// Its size when it is shown this high at most, in pixels of a page.
    pub fn shown(&self, highest: u32) -> (u32, u32) {
        let height = self.height.min(highest);
        ((self.width * height).div_ceil(self.height.max(1)), height)
    }
}

fn decode(file: &[u8]) -> Result<DynamicImage, NotTaken> {
    let mut reader =
        ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(|_| NotTaken::Unknown)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(READ);
    limits.max_image_height = Some(READ);
    reader.limits(limits);
    let failed = |error| match error {
        image::ImageError::Limits(_) => NotTaken::TooManyPixels,
        _ => NotTaken::Unknown,
    };
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let orientation = decoder.orientation().map_err(failed)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(failed)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    #[test]
    fn pictures_become_small_pngs() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let picture = Picture::read(&file(1280, 160, format)).unwrap();
            assert_eq!((picture.width, picture.height), (640, 80), "{format:?}");
            assert!(picture.png.starts_with(b"\x89PNG"));
            assert_eq!(picture.shown(40), (320, 40));
        }
        let small = Picture::read(&file(20, 30, ImageFormat::Png)).unwrap();
        assert_eq!((small.width, small.height, small.shown(40)), (20, 30, (20, 30)));
    }

    #[test]
    fn whatever_else_is_refused_with_its_reason() {
        let svg = b"\n<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        let cut = &file(400, 100, ImageFormat::Png)[..60];
        for (file, reason) in [
            (&b""[..], NotTaken::Nothing),
            (svg, NotTaken::Drawing),
            (b"\xef\xbb\xbf<?xml version='1.0'?><svg/>", NotTaken::Drawing),
            (b"GIF89a\x01\x00\x01\x00", NotTaken::Unknown),
            (b"MZ\x90\x00 not a picture", NotTaken::Unknown),
            (cut, NotTaken::Unknown),
            (&file(8, 100, ImageFormat::Png), NotTaken::TooSmall),
            (&file(5000, 20, ImageFormat::Png), NotTaken::TooManyPixels),
            (&vec![0x89; Picture::LARGEST + 1], NotTaken::TooLarge),
        ] {
            assert_eq!(Picture::read(file), Err(reason));
        }
    }
}
