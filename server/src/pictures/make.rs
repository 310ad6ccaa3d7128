//! The sizes kept of a picture, made from whatever file it comes in: JPEG, PNG, WebP or GIF. Runs in the child, since
//! pictures are foreign files.
//!
//! Nothing of the file is kept but its pixels: they are written anew as JPEG, upright and on white, so what hides in
//! metadata or behind the picture (a place, a script, an archive) ends here. SVG is refused: it is a document.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};
use kontor_shared::pictures::Size;
use serde::{Deserialize, Serialize};

/// A wide picture of many pixels is a bomb or a mistake.
const LONGEST_SIDE: u32 = 16_000;
const MOST_PIXELS: u64 = 40_000_000;
/// Of what a decoder may take; the child's own limit is above it.
const MOST_MEMORY: u64 = 384 << 20;
/// No difference is seen to higher ones, at twice the bytes.
const QUALITY: u8 = 82;

/// Both sizes, as JPEG.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Made {
    pub small: Vec<u8>,
    pub large: Vec<u8>,
}

type Refusal = (&'static str, String);

/// The child's work: [`make`], written for the pipe.
pub fn work(input: &[u8]) -> Result<Vec<u8>, Refusal> {
    postcard::to_allocvec(&make(input)?).map_err(|error| ("picture_unreadable", error.to_string()))
}

/// Makes both sizes.
pub fn make(input: &[u8]) -> Result<Made, Refusal> {
    let (picture, orientation) = decode(input)?;
    sizes(picture, orientation)
}

/// Both sizes of pixels that are there, turned as they are to be seen.
pub fn sizes(picture: DynamicImage, orientation: Orientation) -> Result<Made, Refusal> {
    let large = fit(picture, Size::Large.longest_side());
    let mut large = DynamicImage::ImageRgb8(large);
    large.apply_orientation(orientation);
    let small = fit(large.clone(), Size::Small.longest_side());
    Ok(Made { small: jpeg(&small)?, large: jpeg(&large.into_rgb8())? })
}

fn decode(input: &[u8]) -> Result<(DynamicImage, Orientation), Refusal> {
    let known = |format: &ImageFormat| matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif);
    let format = image::guess_format(input).ok().filter(known).ok_or_else(|| ("picture_type", "JPEG, PNG, WebP or GIF is wanted".to_string()))?;
    let mut reader = ImageReader::with_format(Cursor::new(input), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(("picture_dimensions", format!("at most {MOST_PIXELS} pixels, not {width} × {height}")));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder).map_err(refusal)?, orientation))
}

fn refusal(error: ImageError) -> Refusal {
    match error {
        ImageError::Limits(limit) if matches!(limit.kind(), image::error::LimitErrorKind::DimensionError) => {
            ("picture_dimensions", format!("at most {LONGEST_SIDE} pixels a side"))
        }
        ImageError::Limits(_) => ("picture_memory", "unpacking it takes too much memory".into()),
        // What exactly may quote the file.
        _ => ("picture_unreadable", "the picture is damaged".into()),
    }
}

/// Within a square, on white, never enlarged. A large picture is first averaged down to about twice what is wanted, which
/// is fast and loses nothing, and then sampled well.
fn fit(picture: DynamicImage, longest: u32) -> RgbImage {
    let (width, height) = (picture.width(), picture.height());
    let within = |longest: u32| {
        let most = width.max(height);
        let side = |side: u32| ((u64::from(side) * u64::from(longest) + u64::from(most) / 2) / u64::from(most)).max(1) as u32;
        (side(width), side(height))
    };
    let picture = on_white(picture);
    let most = width.max(height);
    if most <= longest {
        return picture;
    }
    let rough = longest * 2;
    let picture = if most > rough * 2 {
        let (width, height) = within(rough);
        imageops::thumbnail(&picture, width, height)
    } else {
        picture
    };
    let (width, height) = within(longest);
    imageops::resize(&picture, width, height, FilterType::CatmullRom)
}

fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let seen = picture.into_rgba8();
    let mut white = RgbImage::new(seen.width(), seen.height());
    for (from, to) in seen.pixels().zip(white.pixels_mut()) {
        let alpha = u32::from(from[3]);
        for at in 0..3 {
            to[at] = ((u32::from(from[at]) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        }
    }
    white
}

fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(picture).map_err(|error| ("picture_unreadable", error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, Rgba, RgbaImage};

    use super::*;

    fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn read(bytes: &[u8]) -> RgbImage {
        image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap().into_rgb8()
    }

    #[test]
    fn sizes_are_bounded_and_keep_their_proportions() {
        for (from, large, small) in
            [((3000, 1500), (960, 480), (96, 48)), ((10, 4000), (2, 960), (1, 96)), ((50, 40), (50, 40), (50, 40)), ((960, 960), (960, 960), (96, 96))]
        {
            let made = make(&png(RgbImage::new(from.0, from.1))).unwrap();
            assert_eq!((read(&made.large).dimensions(), read(&made.small).dimensions()), (large, small), "{from:?}");
        }
    }

    #[test]
    fn what_is_clear_becomes_white() {
        let mut picture = RgbaImage::from_pixel(40, 40, Rgba([0, 0, 0, 0]));
        (0..20).for_each(|x| (0..40).for_each(|y| picture.put_pixel(x, y, Rgba([200, 0, 0, 255]))));
        let large = read(&make(&png(picture)).unwrap().large);
        let near = |pixel: &Rgb<u8>, wanted: [u8; 3]| pixel.0.iter().zip(wanted).all(|(is, wanted)| is.abs_diff(wanted) < 12);
        assert!(near(large.get_pixel(36, 20), [255, 255, 255]) && near(large.get_pixel(4, 20), [200, 0, 0]));
    }

    #[test]
    fn what_lies_on_its_side_is_put_upright() {
        // A JPEG whose metadata says: turn right before showing (EXIF orientation 6).
        let mut picture = RgbImage::from_pixel(64, 32, Rgb([255, 255, 255]));
        (0..32).for_each(|x| (0..32).for_each(|y| picture.put_pixel(x, y, Rgb([0, 0, 200]))));
        let mut plain = Vec::new();
        JpegEncoder::new_with_quality(&mut plain, 90).encode_image(&picture).unwrap();
        let exif = b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let turned = [&plain[..2], exif, &plain[2..]].concat();
        let large = read(&make(&turned).unwrap().large);
        assert_eq!(large.dimensions(), (32, 64));
        assert!(large.get_pixel(16, 8)[2] > 150 && large.get_pixel(16, 8)[0] < 80, "what was left is above");
        let made = make(&turned).unwrap();
        assert!(![made.large, made.small].iter().any(|bytes| bytes.windows(4).any(|four| four == b"Exif")), "metadata ends here");
    }
}
