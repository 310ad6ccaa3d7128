//! The demo firm: a real wholesaler's data (UCI Online Retail, CC BY 4.0) with what that data lacks, plainly labelled.
//! Loads by calling what `kontor import` calls; a load that was interrupted is simply run again.

use anyhow::{Context, anyhow, bail, ensure};
use image::metadata::Orientation;
use kontor_shared::api::{DemoLogin, ImportReport, Role};
use kontor_shared::audit::{Action, Actor};
use kontor_shared::documents::{NumberFormat, Party, Reset};
use kontor_shared::money::{Currency, Percent, VatMode};
use sha2::{Digest, Sha256};

use crate::firm::{self, FirmSettings};
use crate::imports::{self, Kind, Options, SourceFile};
use crate::pictures::Origin;
use crate::{AppState, auth, catalog, pictures, price_list, segments};

mod drawn;
mod invented;

/// Log-ins of the demo, in demo data only. Buyers are existing customers of the data.
const LOGINS: &[(&str, &str, Role, Option<&str>)] = &[
    ("buyer@demo.example", "demo-buyer", Role::Buyer, Some("12347")),
    ("second@demo.example", "demo-second", Role::Buyer, Some("17850")),
    ("sales@demo.example", "demo-sales", Role::Sales, None),
    ("accountant@demo.example", "demo-accountant", Role::Accountant, None),
    ("marketer@demo.example", "demo-marketer", Role::Marketer, None),
    ("admin@demo.example", "demo-admin", Role::Admin, None),
];

const GROUPS: &[u8] = include_bytes!("../demo/product_groups.csv.zst");
const PRODUCTS: &[u8] = include_bytes!("../demo/products.csv.zst");
const CUSTOMERS: &[u8] = include_bytes!("../demo/customers.csv.zst");
const ORDERS: &[u8] = include_bytes!("../demo/orders.csv.zst");
const ORDER_LINES: &[u8] = include_bytes!("../demo/order_lines.csv.zst");

/// Who the demo's imports and changes are by, in records and the audit trail.
const ACTOR: &str = Actor::Demo.code();

const ATTRIBUTION: &str = "Products, customers and orders: Chen, D. (2015). Online Retail [Dataset]. UCI Machine Learning Repository. \
     https://doi.org/10.24432/C5BW33. Licence CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). Changed: split into tables, product groups \
     added by rules; the seller, names, contacts, stock and retail prices are made up for this demonstration.";

/// The log-ins as the sign-in page shows them.
pub fn logins() -> Vec<DemoLogin> {
    LOGINS.iter().map(|(login, password, role, _)| DemoLogin { login: (*login).into(), password: (*password).into(), role: *role }).collect()
}

fn settings() -> FirmSettings {
    let pair = |label: &str, value: &str| (label.to_string(), value.to_string());
    FirmSettings {
        party: Party {
            name: "Demo Gift Wholesale (not a real company)".into(),
            address: vec!["1 Example Street".into(), "London EX1 1EX".into(), "United Kingdom".into()],
            tax_ids: vec![pair("VAT", "GB 000 0000 00 (demo)")],
            bank: vec![pair("Bank", "Demo Bank (not a real bank)"), pair("IBAN", "GB00 DEMO 0000 0000 0000 00"), pair("BIC", "DEMOGB00")],
            email: "sales@demo.example".into(),
            // Numbers Ofcom keeps free for drama.
            phone: "+44 20 7946 0000".into(),
        },
        currency: Currency::GBP,
        vat_mode: VatMode::Net,
        default_vat_rate: Percent::from_raw(2000),
        zone: "Europe/London".into(),
        public_price_type: Some("retail".into()),
        customer_price_type: "wholesale".into(),
        terms: "Demonstration: nothing here is for sale. Prices in pounds sterling without VAT.".into(),
        // The history's own numbers are plain digits.
        order_series: NumberFormat { prefix: "W".into(), width: 6, reset: Reset::Never },
        as_of: Some("2011-12-10".into()),
        demo: true,
        attribution: Some(ATTRIBUTION.into()),
        ..FirmSettings::default()
    }
}

/// Loads the demo firm unless it is there, and says whether it did. `progress` is told what goes on.
pub async fn load(state: &AppState, progress: fn(&str)) -> anyhow::Result<bool> {
    let mut tx = state.db.write_tx().await?;
    match firm::store::load(&mut tx).await? {
        Some(firm) if firm.demo && firm.demo_loaded => return Ok(false),
        Some(firm) if firm.demo => progress("the last load did not finish; it goes on"),
        Some(_) => bail!("there is a firm here already; give the demo a place of its own with --data"),
        None => ensure!(!firm::store::in_use(&mut tx).await?, "there is data here already; give the demo a place of its own with --data"),
    }
    firm::save(&mut tx, state, &settings()).await?;
    for (sort, (code, name)) in [("wholesale", "Wholesale"), ("retail", "Retail (demo)")].into_iter().enumerate() {
        catalog::store::insert_price_type(&mut tx, code, name, Currency::GBP.code(), sort as i64).await?;
    }
    // A load that was killed still holds the lease; a run that lost it can write nothing more.
    imports::store::abandon(&mut tx, ACTOR, state.clock.now_ms()).await?;
    tx.commit().await?;

    import(state, Kind::Groups, vec![file("product_groups.csv.zst", GROUPS.to_vec())], progress).await?;
    import(state, Kind::Products, vec![file("products.csv", invented::products(&unpack(PRODUCTS)?)?)], progress).await?;
    import(state, Kind::Customers, vec![file("customers.csv", invented::customers(&unpack(CUSTOMERS)?)?)], progress).await?;
    import(state, Kind::Orders, vec![file("orders.csv.zst", ORDERS.to_vec()), file("order_lines.csv.zst", ORDER_LINES.to_vec())], progress).await?;
    progress("log-ins");
    for (login, password, role, customer) in LOGINS {
        add_login(state, login, password, *role, *customer).await?;
    }
    progress("price list");
    let published = {
        let mut connection = state.db.read().await?;
        !price_list::store::publications(&mut connection).await?.is_empty()
    };
    if !published {
        progress("pictures");
        draw_pictures(state).await?;
        price_list::publish(state, ACTOR, None, "Demonstration").await.map_err(|error| anyhow!("the demo's price list cannot be published: {error:?}"))?;
    }

    progress("segments");
    segments::live::run_due(state, || false).await?;
    let rule = segments::firm_rule(&settings(), state.clock.now_ms())?;
    // The history begins in December 2010; a year of firsts of months shows who came and went.
    let since = jiff::civil::date(2010, 12, 2);
    if segments::history::newest(&mut *state.db.read().await?, rule.period, rule.mode, 2).await?.len() < 2 {
        segments::history::reconstruct(state, &rule, since, ACTOR, "Demonstration").await?;
    }

    let mut tx = state.db.write_tx().await?;
    crate::mailings::starting::seed(&mut tx, state, settings().lang, ACTOR).await?;
    let loaded = FirmSettings { demo_loaded: true, ..firm::store::load(&mut tx).await?.unwrap_or_else(settings) };
    firm::save(&mut tx, state, &loaded).await?;
    crate::audit::record(&mut tx, &state.clock, ACTOR, Action::DemoLoad, "firm", None, Some(&loaded)).await?;
    tx.commit().await?;
    Ok(true)
}

/// Draws pictures of some of the goods.
async fn draw_pictures(state: &AppState) -> anyhow::Result<()> {
    let catalogue = {
        let mut connection = state.db.read().await?;
        let seq = catalog::store::visible_seq(&mut connection).await?;
        catalog::load(&mut connection, seq).await?
    };
    let drawn = tokio::task::spawn_blocking(move || {
        let goods = catalogue.products.iter().filter(|(_, known)| known.revision.kind.is_goods() && !known.prices.is_empty());
        let chosen = drawn::choose(goods.map(|(code, known)| (code.as_str(), known.revision.name.as_str())));
        let made = chosen.into_iter().map(|(code, shape, colour)| {
            let made = pictures::make::sizes(drawn::draw(shape, colour), Orientation::NoTransforms).map_err(|(code, detail)| anyhow!("{code}: {detail}"))?;
            Ok((code.to_string(), made))
        });
        made.collect::<anyhow::Result<Vec<_>>>()
    });
    for (code, made) in drawn.await.context("drawing stopped")?? {
        let product = pictures::store::product(&mut *state.db.read().await?, &code, "").await?.with_context(|| format!("product {code} is missing"))?;
        let given = auth::hex(&Sha256::digest(&made.large));
        let kept = pictures::keep(state, &product, &given, Some(&made), Origin { source: "drawn for the demonstration", actor: ACTOR, fetch: None }).await;
        kept.map_err(|error| anyhow!("the picture of {code} cannot be kept: {error:?}"))?.with_context(|| format!("the picture of {code} is gone"))?;
    }
    Ok(())
}

fn file(name: &str, bytes: Vec<u8>) -> SourceFile {
    SourceFile { name: name.into(), bytes }
}

fn unpack(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    zstd::decode_all(bytes).context("the demo's data cannot be unpacked")
}

/// Nothing of the demo's own data may be refused.
async fn import(state: &AppState, kind: Kind, files: Vec<SourceFile>, progress: fn(&str)) -> anyhow::Result<()> {
    progress(kind.word());
    let request = imports::Request { kind, files, options: Options::default(), progress: Some(progress) };
    let report: ImportReport = imports::run(state, request, ACTOR).await?;
    match report.refusals.first() {
        None => Ok(()),
        Some(first) => {
            bail!("the demo's {}: {} rows refused; row {} of {}: {} ({})", report.kind, report.refused, first.row, first.file, first.reason, first.value)
        }
    }
}

async fn add_login(state: &AppState, login: &str, password: &str, role: Role, customer: Option<&str>) -> anyhow::Result<()> {
    let mut connection = state.db.read().await?;
    if auth::store::user_by_login(&mut connection, login).await?.is_some() {
        return Ok(());
    }
    let customer = match customer {
        None => None,
        Some(code) => {
            let id = auth::store::customer_by_key(&mut connection, code).await?;
            Some(id.with_context(|| format!("customer {code} is missing"))?.parse().context("stored customer id")?)
        }
    };
    drop(connection);
    auth::add_user(state, login, password, role, customer, true).await?;
    Ok(())
}
