//! PDFs of posted documents: typst lays a template out from the document's data and nothing else, in the child.
//!
//! Words, dates and numbers are written here, in the document's language; the template sees finished strings, as JSON,
//! so that no name or comment is ever read as typst. The same document gives the same bytes.

use anyhow::Context;
use kontor_shared::documents::{Logo, Party, Proforma};
use kontor_shared::money::Currency;
use kontor_shared::words::{common, documents as words, format};
use serde::Serialize;

use crate::{AppState, bodies, child};

pub mod store;
mod world;

pub(crate) use world::work;

/// Name of the proforma's template.
const PROFORMA: &str = "proforma";
/// Name of the template that is a logo and nothing else.
const LOGO: &str = "logo";

/// What the template shows.
#[derive(Serialize)]
struct View {
    lang: &'static str,
    title: String,
    year: i32,
    month: u8,
    day: u8,
    note: String,
    /// Label and value: date, pay-until, order numbers, delivery.
    facts: Vec<(String, String)>,
    seller: PartyView,
    buyer: PartyView,
    bank_heading: &'static str,
    bank: Vec<(String, String)>,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    totals: Vec<(String, String)>,
    to_pay: (String, String),
    reference: String,
    not_a_tax_invoice: &'static str,
    page: &'static str,
    logo: Option<LogoView>,
}

#[derive(Serialize)]
struct PartyView {
    heading: &'static str,
    name: String,
    lines: Vec<String>,
}

/// The job: renders a posted document's PDF once and keeps it with its hash. Run again, it changes nothing.
pub async fn render_document(state: &AppState, id: &str) -> anyhow::Result<()> {
    let document = store::document(&mut *state.db.read().await?, id).await?.with_context(|| format!("no document {id}"))?;
    if document.pdf_hash.is_some() {
        return Ok(());
    }
    let bytes = match document.kind.as_str() {
        "proforma" => {
            let data: Proforma = serde_json::from_str(&document.data).context("the stored document cannot be read")?;
            let logo = match &data.logo {
                Some(logo) => Some(bodies::get(&mut *state.db.read().await?, &logo.hash).await?.context("the logo is missing from the store")?.bytes),
                None => None,
            };
            proforma_with_logo(&data, logo.as_deref()).await?
        }
        other => anyhow::bail!("no template for a document of kind {other}"),
    };
    let mut tx = state.db.write_tx().await?;
    let hash = bodies::put(&mut tx, "application/pdf", &bytes, state.clock.now_ms()).await?;
    store::keep_pdf(&mut tx, id, &hash).await?;
    tx.commit().await?;
    Ok(())
}

/// A proforma's PDF, without the logo's picture.
pub async fn proforma(document: &Proforma) -> anyhow::Result<Vec<u8>> {
    proforma_with_logo(document, None).await
}

/// A proforma's PDF with the picture its logo names.
pub async fn proforma_with_logo(document: &Proforma, picture: Option<&[u8]>) -> anyhow::Result<Vec<u8>> {
    let mut view = view(document)?;
    view.logo = picture.and(document.logo.as_ref()).map(LogoView::of);
    let data = serde_json::to_vec(&view)?;
    Ok(child::render_pdf_with(PROFORMA, &data, picture).await?)
}

/// Prints a logo alone, to find out whether it can be.
pub async fn logo_prints(logo: &Logo, picture: &[u8]) -> anyhow::Result<()> {
    let data = serde_json::to_vec(&serde_json::json!({"logo": LogoView::of(logo)}))?;
    child::render_pdf_with(LOGO, &data, Some(picture)).await?;
    Ok(())
}

/// A logo as the template places it.
#[derive(Serialize)]
struct LogoView {
    format: &'static str,
    /// In millimetres.
    width: f64,
    height: f64,
}

impl LogoView {
    /// As large as the head of a page has room for, in its own proportions.
    fn of(logo: &Logo) -> Self {
        const WIDEST: f64 = 70.0;
        const HIGHEST: f64 = 18.0;
        let (width, height) = (f64::from(logo.width.max(1)), f64::from(logo.height.max(1)));
        let scale = (WIDEST / width).min(HIGHEST / height);
        Self { format: if logo.media_type == "image/png" { "png" } else { "jpg" }, width: width * scale, height: height * scale }
    }
}

fn view(document: &Proforma) -> anyhow::Result<View> {
    let lang = document.lang;
    let currency: Currency = document.currency.parse().context("the document's currency")?;
    let date: jiff::civil::Date = document.date.parse().context("the document's date")?;
    let number = &document.number;
    let decimal = |plain: &str| format::decimal(lang, plain);
    let rate = |plain: &str| plain.parse().map(|rate| format::percent(lang, rate)).context("a VAT rate");
    let gross = document.vat_mode == "gross";

    let mut facts = vec![(words::DATED.say(lang).to_string(), format::date(lang, &document.date))];
    if let Some(day) = &document.pay_until {
        facts.push((words::PAY_UNTIL.say(lang).to_string(), format::date(lang, day)));
    }
    for (label, value) in [(words::OUR_ORDER, &document.order_number), (words::YOUR_ORDER, &document.po_number), (words::DELIVERY, &document.delivery_address)]
    {
        if !value.trim().is_empty() {
            facts.push((label.say(lang).to_string(), one_line(value)));
        }
    }

    let price = if gross { words::PRICE_GROSS } else { words::PRICE_NET };
    let amount = if gross { words::AMOUNT_GROSS } else { words::AMOUNT_NET };
    let columns = [words::LINE_NO, common::CODE, common::PRODUCT, common::UNIT, common::QUANTITY, price, common::VAT, amount];
    let mut columns: Vec<String> = columns.iter().map(|word| word.say(lang).to_string()).collect();
    if let Some(last) = columns.last_mut() {
        last.push_str(&format!(", {}", currency.sign()));
    }
    let mut rows = Vec::with_capacity(document.lines.len());
    for (at, line) in document.lines.iter().enumerate() {
        rows.push(vec![
            (at + 1).to_string(),
            breakable(&line.code, 12),
            breakable(&line.name, 20),
            breakable(&line.unit, 8),
            decimal(&line.quantity),
            decimal(&at_least_two(&line.price)),
            rate(&line.vat_rate)?,
            decimal(&line.amount),
        ]);
    }

    let mut totals = Vec::new();
    if document.by_rate.len() > 1 {
        for part in &document.by_rate {
            let rate = rate(&part.rate)?;
            totals.push((words::NET_AT_RATE.with(lang, &[("rate", &rate)]), decimal(&part.net)));
            totals.push((words::VAT_AT_RATE.with(lang, &[("rate", &rate)]), decimal(&part.vat)));
        }
    }
    totals.push((words::TOTAL_NET.say(lang).to_string(), decimal(&document.net)));
    match &document.by_rate[..] {
        [only] => totals.push((words::VAT_AT_RATE.with(lang, &[("rate", &rate(&only.rate)?)]), decimal(&document.vat))),
        _ => totals.push((words::TOTAL_VAT.say(lang).to_string(), decimal(&document.vat))),
    }

    Ok(View {
        lang: lang.tag(),
        title: words::PROFORMA_TITLE.with(lang, &[("number", number)]),
        year: i32::from(date.year()),
        month: date.month() as u8,
        day: date.day() as u8,
        note: one_line(&document.note),
        facts,
        seller: party(&document.seller, words::SELLER.say(lang), words::PHONE.say(lang)),
        buyer: party(&document.buyer, words::BUYER.say(lang), words::PHONE.say(lang)),
        bank_heading: words::BANK.say(lang),
        bank: document.seller.bank.iter().map(|(label, value)| (one_line(label), breakable(value, 40))).collect(),
        columns,
        rows,
        totals,
        to_pay: (words::TO_PAY.say(lang).to_string(), format::amount(lang, &document.gross, currency)),
        reference: words::REFERENCE.with(lang, &[("number", number)]),
        not_a_tax_invoice: words::NOT_A_TAX_INVOICE.say(lang),
        page: words::PAGE.say(lang),
        logo: None,
    })
}

fn party(party: &Party, heading: &'static str, phone: &str) -> PartyView {
    let mut lines: Vec<String> = party.address.iter().map(|line| one_line(line)).collect();
    lines.extend(party.tax_ids.iter().map(|(label, value)| one_line(&format!("{label} {value}"))));
    lines.push(one_line(&party.email));
    if !party.phone.trim().is_empty() {
        lines.push(one_line(&format!("{phone} {}", party.phone)));
    }
    lines.retain(|line| !line.is_empty());
    PartyView { heading, name: one_line(&party.name), lines }
}

/// Line breaks and other control characters become spaces; words too long for half a page may break.
fn one_line(text: &str) -> String {
    breakable(text.trim(), 34)
}

/// Lets a run of more than `longest` characters without a space break, by zero-width spaces, which are not seen.
pub(crate) fn breakable(text: &str, longest: usize) -> String {
    let mut broken = String::with_capacity(text.len());
    let mut run = 0;
    for c in text.chars() {
        let c = if c.is_control() { ' ' } else { c };
        run = if c.is_whitespace() { 0 } else { run + 1 };
        if run > longest {
            broken.push('\u{200b}');
            run = 1;
        }
        broken.push(c);
    }
    broken
}

/// `0.5` as `0.50`: prices carry at least two decimals.
fn at_least_two(plain: &str) -> String {
    match plain.split_once('.') {
        None => format!("{plain}.00"),
        Some((_, fraction)) if fraction.len() == 1 => format!("{plain}0"),
        Some(_) => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_may_break_and_control_characters_vanish() {
        assert_eq!(breakable("abc def", 3), "abc def");
        assert_eq!(breakable("abcd", 3), "abc\u{200b}d");
        assert_eq!(one_line(" a\nb\t"), "a b");
    }

    #[test]
    fn prices_have_two_decimals() {
        assert_eq!(at_least_two("2"), "2.00");
        assert_eq!(at_least_two("2.5"), "2.50");
        assert_eq!(at_least_two("2.1234"), "2.1234");
    }
}
