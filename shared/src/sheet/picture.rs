//! The form's id as a QR code for a form that comes back on paper: a small picture beside the totals.
//!
//! A customer's copy of a workbook is put together anew years later and has to come out the same, whatever the edition of
//! a library by then. So nothing here is left to taste: size, correction and mask of the code are fixed where the id has
//! its usual length, and the PNG is written without compressing.

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

/// Pixels of a module, and modules of white around the code, as the standard wants them.
const PIXELS: usize = 4;
const QUIET: i32 = 4;
/// A module on paper at full size, in English metric units: 1.4 mm. A sheet that is fitted to the page's width stays above
/// the 0.8 mm that a telefax (8 dots per mm across, 3.85 along) brings over however the page is fed; eight rows hold it.
const MODULE_EMU: u32 = 49_500;
/// English metric units of a pixel, at 96 to the inch.
const PIXEL_EMU: u32 = 9_525;

/// A square picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub png: Vec<u8>,
    /// Pixels a side of what is stored.
    pub pixels: u32,
    /// How large a side is shown, in English metric units.
    pub side: u32,
}

impl Picture {
    /// How large a side is shown on the screen, in pixels.
    pub const fn shown(&self) -> u32 {
        self.side / PIXEL_EMU
    }
}

/// The picture of a form's id; none where the text is too long for a code that a telefax brings over.
pub fn form_picture(form_id: &str) -> Option<Picture> {
    let segments = QrSegment::make_segments(form_id);
    // A quarter of the signs may be lost. Eleven letters and digits take the smallest code.
    let code = QrCode::encode_segments_advanced(&segments, QrCodeEcc::Quartile, Version::new(1), Version::new(3), Some(Mask::new(0)), false).ok()?;
    let modules = (code.size() + 2 * QUIET) as usize;
    let pixels = modules * PIXELS;
    let mut rows = Vec::new();
    for y in 0..pixels {
        // No filter; then a bit a pixel, white where it is set.
        rows.push(0);
        let dark = |x: usize| code.get_module((x / PIXELS) as i32 - QUIET, (y / PIXELS) as i32 - QUIET);
        rows.extend((0..pixels.div_ceil(8)).map(|byte| (0..8).fold(0_u8, |bits, bit| (bits << 1) | u8::from(!dark(byte * 8 + bit)))));
    }
    let pixels = pixels as u32;
    Some(Picture { png: png(pixels, &rows), pixels, side: (modules as u32 * MODULE_EMU).next_multiple_of(PIXEL_EMU) })
}

/// A square PNG in black and white (one bit, greyscale).
fn png(side: u32, rows: &[u8]) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], body: &[u8]| {
        out.extend((body.len() as u32).to_be_bytes());
        let body = [kind.as_slice(), body].concat();
        out.extend_from_slice(&body);
        out.extend(crc32fast::hash(&body).to_be_bytes());
    };
    let side = side.to_be_bytes();
    chunk(b"IHDR", &[side.as_slice(), &side, &[1, 0, 0, 0, 0]].concat());
    // One stored block (RFC 1950, 1951): the pictures are some 2 kB.
    let length = rows.len() as u16;
    let data = [&[0x78, 0x01, 0x01], length.to_le_bytes().as_slice(), &(!length).to_le_bytes(), rows, &adler(rows).to_be_bytes()].concat();
    chunk(b"IDAT", &data);
    chunk(b"IEND", &[]);
    out
}

/// Adler-32 (RFC 1950).
fn adler(bytes: &[u8]) -> u32 {
    let (one, two) = bytes.iter().fold((1_u32, 0_u32), |(one, two), byte| {
        let one = (one + u32::from(*byte)) % 65_521;
        (one, (two + one) % 65_521)
    });
    two << 16 | one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forms_id_is_the_smallest_code_and_always_the_same() {
        let picture = form_picture("7K2Q9-M3T4V").unwrap();
        assert_eq!((picture.pixels, picture.shown()), (29 * 4, 151));
        assert_eq!(picture, form_picture("7K2Q9-M3T4V").unwrap());
        assert_ne!(picture, form_picture("7K2Q9-M3T4W").unwrap());
        assert_eq!(crc32fast::hash(&picture.png), 3_897_608_011, "the bytes of one edition are those of every other");
        assert_eq!(form_picture(&"x".repeat(100)), None);
    }
}
