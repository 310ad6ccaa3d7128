//! The form on paper: printed by LibreOffice, sent by a telefax in black and white, its code read by somebody else's reader.

use std::path::{Path, PathBuf};
use std::process::Command;

use kontor_shared::catalog::{Snapshot, Tier};
use kontor_shared::money::{Currency, VatMethod, VatMode};
use kontor_shared::sheet::{FormInfo, write_price_list};
use kontor_shared::words::Lang;
use kontor_tests::databases::fresh_directory;

use crate::sheet::{Dice, form, price_list};

const FORM: &str = "7K2Q9-M3T4V";
/// Dots per inch across and along the table for the two qualities of a telefax: the sheet is fed with its short side first,
/// and the table lies on its side. And how often each dot is repeated so that they are square again.
const QUALITIES: [([u32; 2], [u32; 2]); 2] = [([98, 204], [2, 1]), ([196, 204], [1, 1])];

fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; cargo xtask test installs it"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The first page in black and white, with square dots, larger by `times`.
fn faxed(pdf: &Path, [across, along]: [u32; 2], [wide, high]: [u32; 2], times: u32, soft: bool) -> PathBuf {
    let root = pdf.with_extension(format!("{across}x{along}"));
    run(Command::new("pdftoppm")
        .args(["-rx", &across.to_string(), "-ry", &along.to_string(), "-mono", "-singlefile", "-f", "1", "-l", "1"])
        .arg(pdf)
        .arg(&root));
    let bits = std::fs::read(root.with_extension(format!("{across}x{along}.pbm"))).unwrap();
    // P4, width and height, then a bit a dot, black where it is set.
    let head: Vec<&[u8]> = bits.splitn(4, u8::is_ascii_whitespace).collect();
    let number = |at: usize| std::str::from_utf8(head[at]).unwrap().parse::<u32>().unwrap();
    let (width, height) = (number(1), number(2));
    let dots = head[3];
    let page = image::GrayImage::from_fn(width * wide * times, height * high * times, |x, y| {
        let (x, y) = (x / (wide * times), y / (high * times));
        let byte = dots[(y * width.div_ceil(8) + x / 8) as usize];
        image::Luma([if byte >> (7 - x % 8) & 1 == 1 { 0 } else { 255 }])
    });
    // A reader that finds nothing looks again at a softer picture.
    let page = if soft { image::imageops::blur(&page, 1.0) } else { page };
    let file = pdf.with_extension("png");
    page.save(&file).unwrap();
    file
}

#[test]
fn a_faxed_form_tells_its_number_to_any_reader() {
    if Command::new("zbarimg").arg("--version").output().is_err() {
        eprintln!("SKIPPED: zbarimg is not here (Debian's zbar-tools), so nobody reads the code of the printed form");
        return;
    }
    let directory = fresh_directory();
    let mut dice = Dice(3);
    let plain = price_list(&mut dice, Currency::EUR, VatMode::Net);
    let mut tiered: Snapshot = plain.clone();
    for product in &mut tiered.products {
        product.price = product.price.max(1_000);
        product.tiers =
            [10, 20, 50, 100].into_iter().zip([90, 80, 70, 60]).map(|(from, part)| Tier { from: from * 1_000, price: product.price * part / 100 }).collect();
    }
    for (name, list) in [("plain", &plain), ("four columns of prices", &tiered)] {
        for lang in [Lang::En, Lang::Ru] {
            let file = directory.join("form.xlsx");
            let info = FormInfo { form_id: FORM.into(), customer_code: None, customer_name: None, ..form(VatMethod::PerRate) };
            std::fs::write(&file, write_price_list(list, &[], &info, lang).unwrap()).unwrap();
            let profile = format!("-env:UserInstallation=file://{}", directory.join("profile").display());
            run(Command::new("soffice").args([&profile, "--headless", "--convert-to", "pdf", "--outdir"]).arg(&directory).arg(&file));
            for (dots, square) in QUALITIES {
                // A reader looks at a picture in several sizes.
                let read = [(1, false), (2, false), (1, true), (2, true), (3, false)].into_iter().any(|(times, soft)| {
                    let page = faxed(&directory.join("form.pdf"), dots, square, times, soft);
                    let output = Command::new("zbarimg").args(["-q", "--raw"]).arg(page).output().unwrap();
                    String::from_utf8_lossy(&output.stdout).trim() == FORM
                });
                assert!(read, "{name}, {lang:?}, at {dots:?} dots an inch");
            }
        }
    }
    std::fs::remove_dir_all(directory).unwrap();
}
