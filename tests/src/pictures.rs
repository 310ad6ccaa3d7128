//! Pictures a firm might upload as its logo or of its goods, good and hostile.

use std::io::{Cursor, Write};

use image::{DynamicImage, GrayImage, ImageFormat, Rgb, RgbImage};

use crate::hostile::Hostile;

/// 40 × 20 pixels of one blue.
pub const PNG: &[u8] = &[
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 40, 0, 0, 0, 20, 8, 2, 0, 0, 0, 112, 36, 232, 236, 0, 0, 0, 36, 73, 68, 65, 84, 120,
    218, 99, 144, 241, 95, 54, 32, 136, 97, 212, 226, 81, 139, 71, 45, 30, 181, 120, 212, 226, 81, 139, 71, 45, 30, 181, 120, 228, 88, 12, 0, 159, 165, 85, 78,
    176, 15, 26, 175, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
];

/// The PNG with another width in its head.
pub fn claiming(width: u32) -> Vec<u8> {
    let mut bytes = PNG.to_vec();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// 8 × 8 pixels of one red.
pub const JPEG: &[u8] = &[
    255, 216, 255, 224, 0, 16, 74, 70, 73, 70, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 255, 219, 0, 67, 0, 80, 55, 60, 70, 60, 50, 80, 70, 65, 70, 90, 85, 80, 95, 120,
    200, 130, 120, 110, 110, 120, 245, 175, 185, 145, 200, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 219, 0, 67, 1, 85, 90, 90, 120, 105, 120, 235, 130, 130,
    235, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 192, 0, 17, 8, 0, 8, 0, 8, 3,
    1, 34, 0, 2, 17, 1, 3, 17, 1, 255, 196, 0, 21, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 255, 196, 0, 20, 16, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 255, 196, 0, 21, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 255, 196, 0, 20, 17, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 255, 218, 0, 12, 3, 1, 0, 2, 17, 3, 17, 0, 63, 0, 144, 0, 179, 255, 217,
];

/// A script that calls itself a picture.
pub const SVG: &[u8] = br#"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><script>alert(1)</script></svg>"#;

/// A picture of one colour, in a format.
pub fn plain(width: u32, height: u32, colour: [u8; 3], format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, Rgb(colour))).write_to(&mut bytes, format).expect("a picture is written");
    bytes.into_inner()
}

/// A picture of so many pixels that it is a few kilobytes packed.
fn wide(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(GrayImage::new(width, height)).write_to(&mut bytes, ImageFormat::Png).expect("a picture is written");
    bytes.into_inner()
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [kind.as_slice(), data].concat();
    [&(data.len() as u32).to_be_bytes()[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
}

/// The PNG with a chunk after its head.
fn with_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    [&PNG[..33], &chunk(kind, data), &PNG[33..]].concat()
}

fn packed(bytes: u64) -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let block = vec![0; 1 << 20];
    (0..bytes >> 20).for_each(|_| packer.write_all(&block).expect("packed"));
    packer.finish().expect("packed")
}

/// Files that are no pictures of goods, and what each must be answered with.
pub fn hostile() -> Vec<Hostile> {
    let mut long_head = PNG[..8].to_vec();
    let head = [&60_000_u32.to_be_bytes()[..], &60_000_u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    long_head.extend([chunk(b"IHDR", &head), chunk(b"IDAT", &packed(1 << 20)), chunk(b"IEND", b"")].concat());
    let of = |name, bytes: Vec<u8>, codes| Hostile { name, bytes, codes };
    vec![
        of("nothing", Vec::new(), &["picture_type"]),
        of("an SVG", SVG.to_vec(), &["picture_type"]),
        of("a page", b"<!doctype html><script>alert(1)</script>".to_vec(), &["picture_type"]),
        of("an archive", b"PK\x03\x04 and so on".to_vec(), &["picture_type"]),
        of("a PDF", b"%PDF-1.7 and so on".to_vec(), &["picture_type"]),
        of("a TIFF", b"II*\0 and so on".to_vec(), &["picture_type"]),
        of("a script that begins as a GIF", b"GIF89a=1;/*\0\0\0*/alert(1)".to_vec(), &["picture_unreadable", "picture_dimensions"]),
        of("a page that begins as a JPEG", b"\xff\xd8\xff<script>alert(1)</script>".to_vec(), &["picture_unreadable"]),
        of("half a PNG", PNG[..PNG.len() / 2].to_vec(), &["picture_unreadable"]),
        of("a PNG whose head was altered", claiming(41), &["picture_unreadable"]),
        of("a WebP without content", b"RIFF\x04\0\0\0WEBPVP8 ".to_vec(), &["picture_unreadable"]),
        of("60,000 pixels a side", long_head, &["picture_dimensions"]),
        of("42 megapixels", wide(7_000, 6_000), &["picture_dimensions"]),
        of("a long stripe", wide(20_000, 4), &["picture_dimensions"]),
        // A gigabyte of words, and of a colour profile, in a megabyte: not kept, so not unpacked either.
        of("a bomb of words", with_chunk(b"zTXt", &[b"a\0\0".as_slice(), &packed(1 << 30)].concat()), &["ok", "picture_memory", "picture_unreadable"]),
        of("a bomb of colours", with_chunk(b"iCCP", &[b"a\0\0".as_slice(), &packed(1 << 30)].concat()), &["ok", "picture_memory", "picture_unreadable"]),
    ]
}
