//! Pictures for the demo, drawn by code: what a product's name calls it, in the colour the name says. The data has no
//! pictures, and none are taken from anywhere.

use std::collections::HashMap;

use image::{DynamicImage, Rgb, RgbImage};

/// Pixels a side.
const SIDE: u32 = 480;
/// Goods of each shape that get a picture.
const EACH: usize = 8;

/// A word of names and the shape it stands for, the more telling ones first.
const SHAPES: [(&str, Shape); 12] = [
    ("MUG", mug),
    ("TEACUP", mug),
    ("CLOCK", clock),
    ("BAG", bag),
    ("CANDLE", candle),
    ("T-LIGHT", candle),
    ("BOTTLE", bottle),
    ("HEART", heart),
    ("PLATE", plate),
    ("FRAME", frame),
    ("TIN", tin),
    ("BOX", parcel),
];

const COLOURS: [(&str, [u8; 3]); 12] = [
    ("RED", [0xb8, 0x32, 0x2a]),
    ("PINK", [0xd9, 0x7a, 0x9a]),
    ("BLUE", [0x3a, 0x62, 0xa8]),
    ("GREEN", [0x4b, 0x86, 0x4e]),
    ("WHITE", [0xdc, 0xd8, 0xcf]),
    ("IVORY", [0xdd, 0xd0, 0xb2]),
    ("CREAM", [0xdd, 0xd0, 0xb2]),
    ("BLACK", [0x3a, 0x3a, 0x3e]),
    ("SILVER", [0x9a, 0xa0, 0xa8]),
    ("GOLD", [0xc0, 0x9a, 0x3c]),
    ("PURPLE", [0x74, 0x52, 0x93]),
    ("ORANGE", [0xd2, 0x7b, 0x30]),
];
/// Of goods whose name says none.
const OTHERWISE: [u8; 3] = [0x6c, 0x7f, 0x8c];

/// How far a point is from the shape's body and from its detail; inside is negative. The middle is (0, 0), the edge at 1.
type Shape = fn(f32, f32) -> (f32, f32);

/// Which of these goods (code, name) get a picture, and which; the same on every load.
pub fn choose<'a>(goods: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(&'a str, Shape, [u8; 3])> {
    let mut goods: Vec<(&str, &str)> = goods.collect();
    goods.sort_unstable_by_key(|(code, name)| (*name, *code));
    let mut given: HashMap<&str, usize> = HashMap::new();
    let mut chosen = Vec::new();
    for (code, name) in goods {
        let has = |word: &str| name.split_whitespace().any(|part| part.trim_end_matches('S') == word);
        let Some((word, shape)) = SHAPES.into_iter().find(|(word, _)| has(word)) else { continue };
        let count = given.entry(word).or_default();
        if *count < EACH {
            *count += 1;
            let colour = COLOURS.into_iter().find(|(word, _)| has(word)).map_or(OTHERWISE, |(_, colour)| colour);
            chosen.push((code, shape, colour));
        }
    }
    chosen
}

/// Draws a shape on a light ground.
pub fn draw(shape: Shape, colour: [u8; 3]) -> DynamicImage {
    let scale = SIDE as f32 / 2.0;
    let mix = |under: [f32; 3], over: [f32; 3], distance: f32| {
        let cover = (0.5 - distance * scale).clamp(0.0, 1.0);
        [0, 1, 2].map(|at| under[at] + (over[at] - under[at]) * cover)
    };
    let body = colour.map(f32::from);
    let detail = body.map(|part| part * 0.62);
    let picture = RgbImage::from_fn(SIDE, SIDE, |x, y| {
        let (x, y) = (x as f32 / scale - 1.0, y as f32 / scale - 1.0);
        let shadow = ellipse(x, y - 0.78, 0.62, 0.07);
        let (shape, inner) = shape(x, y);
        // Lighter to the left, as if a window were there.
        let lit = body.map(|part| (part * (1.06 - 0.16 * x)).clamp(0.0, 255.0));
        let ground = mix([250.0, 249.0, 247.0], [228.0, 226.0, 222.0], shadow);
        Rgb(mix(mix(ground, lit, shape), detail, inner).map(|part| part as u8))
    });
    DynamicImage::ImageRgb8(picture)
}

fn circle(x: f32, y: f32, radius: f32) -> f32 {
    x.hypot(y) - radius
}
fn ellipse(x: f32, y: f32, wide: f32, high: f32) -> f32 {
    ((x / wide).hypot(y / high) - 1.0) * wide.min(high)
}
fn plank(x: f32, y: f32, wide: f32, high: f32, round: f32) -> f32 {
    let (x, y) = (x.abs() - wide + round, y.abs() - high + round);
    x.max(0.0).hypot(y.max(0.0)) + x.max(y).min(0.0) - round
}
fn ring(distance: f32, thick: f32) -> f32 {
    distance.abs() - thick
}

fn mug(x: f32, y: f32) -> (f32, f32) {
    let handle = ring(circle(x - 0.42, y - 0.1, 0.26), 0.06);
    (plank(x + 0.08, y - 0.1, 0.46, 0.58, 0.1).min(handle), ellipse(x + 0.08, y + 0.44, 0.4, 0.06))
}
fn clock(x: f32, y: f32) -> (f32, f32) {
    let hands = plank(x, y + 0.2, 0.025, 0.22, 0.02).min(plank(x - 0.14, y, 0.16, 0.025, 0.02));
    (circle(x, y, 0.72), ring(circle(x, y, 0.6), 0.02).min(hands))
}
fn bag(x: f32, y: f32) -> (f32, f32) {
    let handle = ring(plank(x, y + 0.42, 0.24, 0.3, 0.22), 0.035).max(y + 0.3);
    (plank(x, y - 0.18, 0.56, 0.54, 0.06).min(handle), plank(x, y + 0.2, 0.56, 0.03, 0.01))
}
fn candle(x: f32, y: f32) -> (f32, f32) {
    let flame = ellipse(x, y + 0.56, 0.08, 0.17);
    (plank(x, y - 0.2, 0.24, 0.54, 0.05).min(flame), plank(x, y + 0.36, 0.012, 0.07, 0.005))
}
fn bottle(x: f32, y: f32) -> (f32, f32) {
    (plank(x, y - 0.24, 0.3, 0.5, 0.14).min(plank(x, y + 0.4, 0.1, 0.36, 0.03)), plank(x, y - 0.26, 0.3, 0.17, 0.01))
}
fn heart(x: f32, y: f32) -> (f32, f32) {
    let (x, y) = (x.abs() / 0.62, 0.3 - y / 0.62);
    let body = if y + x > 1.0 {
        ((x - 0.25).hypot(y - 0.75) - 0.3536) * 0.62
    } else {
        let slope = (x + y).max(0.0) / 2.0;
        x.hypot(y - 1.0).min((x - slope).hypot(y - slope)) * (x - y).signum() * 0.62
    };
    (body, ring(body + 0.09, 0.012))
}
fn plate(x: f32, y: f32) -> (f32, f32) {
    (circle(x, y, 0.76), ring(circle(x, y, 0.5), 0.018))
}
fn frame(x: f32, y: f32) -> (f32, f32) {
    (ring(plank(x, y, 0.5, 0.62, 0.02), 0.09), ring(plank(x, y, 0.38, 0.5, 0.01), 0.012))
}
fn tin(x: f32, y: f32) -> (f32, f32) {
    let lid = plank(x, y + 0.46, 0.5, 0.12, 0.05);
    (plank(x, y - 0.14, 0.46, 0.56, 0.05).min(lid), plank(x, y + 0.33, 0.46, 0.015, 0.005))
}
fn parcel(x: f32, y: f32) -> (f32, f32) {
    (plank(x, y - 0.14, 0.62, 0.56, 0.04), plank(x, y - 0.14, 0.06, 0.56, 0.0).min(plank(x, y + 0.16, 0.62, 0.04, 0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_choose_the_shape_and_the_colour() {
        let goods = [("1", "RED MUG"), ("2", "SET OF TEACUPS PINK"), ("3", "NOTHING OF THE KIND"), ("4", "BOXING DAY")];
        let chosen = choose(goods.into_iter());
        assert_eq!(chosen.iter().map(|(code, _, colour)| (*code, *colour)).collect::<Vec<_>>(), [("1", [0xb8, 0x32, 0x2a]), ("2", [0xd9, 0x7a, 0x9a])]);
        let names: Vec<String> = (0..40).map(|at| format!("MUG {at:02}")).collect();
        assert_eq!(choose(names.iter().map(|name| ("m", name.as_str()))).len(), EACH);
    }

    #[test]
    fn every_shape_is_seen_and_leaves_the_edge_free() {
        for (word, shape) in SHAPES {
            let picture = draw(shape, [10, 20, 200]).into_rgb8();
            let blue = picture.pixels().filter(|pixel| pixel[2] > pixel[0].saturating_add(60)).count();
            assert!(blue > 4_000, "{word}: {blue} pixels");
            assert!((0..SIDE).all(|at| picture.get_pixel(at, 0)[0] > 220 && picture.get_pixel(0, at)[0] > 220), "{word}");
        }
    }
}
