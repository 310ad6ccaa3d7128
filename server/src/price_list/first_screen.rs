//! `GET /`: the price list's page with its first rows in it, so that prices are seen before any script runs. What the page
//! says depends on who reads it, and nobody keeps it; a service worker keeps only the page without rows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use anyhow::Context;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kontor_shared::catalog::columns::Columns;
use kontor_shared::catalog::first::{Above, Opening, html};
use kontor_shared::catalog::rows::{Look, Shown};
use kontor_shared::money::Percent;
use kontor_shared::words::{Lang, format, shop};
use sqlx::AnyConnection;

use super::opening::Openings;
use super::{own_prices, snapshot, store};
use crate::auth::{Identity, MaybeSignedIn};
use crate::error::Result;
use crate::firm::{FirmSettings, shown_logo};
use crate::time::day_in;
use crate::{AppState, assets};

/// Where the page takes them; `app/list.html` has the place.
const PLACE: &str = "<!--first-->";
/// Pages kept. One page is some 5 kB; which there are follows from price types, discounts and languages.
const MOST_KEPT: usize = 256;

/// What a page depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    /// Of the list: its version and price type, and which of that number.
    checksum: String,
    discount: Percent,
    lang: Lang,
    /// Whose page it is, as it shows above.
    firm: (String, Option<String>),
    signed_in: bool,
}

/// Pages made lately, in brotli, and what they are made of.
#[derive(Default)]
pub struct Pages {
    made: Mutex<HashMap<Key, Arc<[u8]>>>,
    openings: Openings,
}

impl Pages {
    fn get(&self, key: &Key) -> Option<Arc<[u8]>> {
        self.made.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(key).cloned()
    }
    fn put(&self, key: Key, page: Arc<[u8]>) {
        let mut kept = self.made.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            // Pages of other lists are mostly of versions that are over; of this one's, any: it is soon made again.
            kept.retain(|known, _| known.checksum == key.checksum);
            let any = kept.keys().next().filter(|_| kept.len() >= MOST_KEPT).cloned();
            any.map(|any| kept.remove(&any));
        }
        kept.insert(key, page);
    }
}

/// `GET /`
pub async fn page(State(state): State<AppState>, MaybeSignedIn(who): MaybeSignedIn, headers: HeaderMap) -> Result<Response> {
    let Some(template) = assets::text(state.config.pages, "list.html").filter(|template| template.contains(PLACE)) else {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, assets::NOT_BUILT).into_response());
    };
    let page = match wanted(&state, who.as_ref(), &headers).await? {
        Some((key, of, info)) => match state.first_screens.get(&key) {
            Some(page) => page,
            None => make(&state, template, key, of, info).await?,
        },
        // Nobody may see prices, or there are none: the page says so itself.
        None => Arc::from(compressed(template.replace(PLACE, "")).await?),
    };
    let mut response = if crate::assets::takes_brotli(&headers) {
        ([(header::CONTENT_ENCODING, "br")], page.to_vec()).into_response()
    } else {
        let plain = tokio::task::spawn_blocking(move || snapshot::decompress(&page)).await.context("unpacking stopped")??;
        plain.into_response()
    };
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    // Prices of whoever is signed in: no cache keeps them, also not the browser's own for going back after signing out.
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// What stands above the rows, beside what the key says.
struct Info {
    as_of: String,
    logo: Option<(String, u32, u32)>,
    sign_in: bool,
}

/// A stored list: version and price type.
struct Of {
    version: i64,
    price_type: String,
}

/// Which page whoever asks gets, and of which list it is; none where there are no prices for them.
async fn wanted(state: &AppState, who: Option<&Identity>, headers: &HeaderMap) -> Result<Option<(Key, Of, Info)>> {
    let firm = state.firm().await?;
    let zone = firm.time_zone()?;
    let today = day_in(&zone, state.clock.now_ms());
    let mut connection = state.db.read().await?;
    let Some((price_type, discount)) = own_prices(&mut connection, &firm, who, None).await? else { return Ok(None) };
    let Some(version) = store::in_force(&mut connection, &today).await? else { return Ok(None) };
    let Some(found) = found(&mut connection, version.version, &price_type, who).await? else { return Ok(None) };
    let lang = who.map_or_else(|| spoken(&firm, headers), |who| who.lang);
    let logo = firm.logo.as_ref().map(shown_logo).map(|logo| (logo.url, logo.width, logo.height));
    let key =
        Key { checksum: found.checksum, discount, lang, firm: (firm.party.name.clone(), logo.as_ref().map(|(url, ..)| url.clone())), signed_in: who.is_some() };
    let as_of = shop::AS_OF.with(lang, &[("date", &format::date(lang, &day_in(&zone, version.published_at))), ("list", &version.version)]);
    Ok(Some((key, Of { version: version.version, price_type: found.overlay }, Info { as_of, logo, sign_in: who.is_none() })))
}

/// As `GET /api/price-list` chooses it.
async fn found(connection: &mut AnyConnection, version: i64, price_type: &str, who: Option<&Identity>) -> sqlx::Result<Option<store::Snapshot>> {
    match store::snapshot(connection, version, price_type).await? {
        None if who.is_some_and(|who| who.role.is_staff()) => store::first_snapshot(connection, version).await,
        found => Ok(found),
    }
}

/// The first language of the browser's that the firm speaks, else the firm's own.
fn spoken(firm: &FirmSettings, headers: &HeaderMap) -> Lang {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let tags = asked.split(',').filter_map(|part| Lang::parse(part.split([';', '-']).next()?.trim()));
    tags.into_iter().find(|lang| firm.langs.is_empty() || firm.langs.contains(lang)).unwrap_or(firm.lang)
}

async fn make(state: &AppState, template: &'static str, key: Key, of: Of, info: Info) -> Result<Arc<[u8]>> {
    let opening = state.first_screens.openings.get(of.version, &key.checksum, open(state, &of)).await?;
    let wanted = key.clone();
    let page = tokio::task::spawn_blocking(move || -> anyhow::Result<Vec<u8>> {
        let list = opening.list.clone().less(wanted.discount);
        let logo = info.logo.as_ref().map(|(url, width, height)| (url.as_str(), *width, *height));
        let above = Above { firm: &wanted.firm.0, logo, as_of: &info.as_of, sign_in: info.sign_in };
        let first = html(&opening, &list, &above, &Look::new(&list, wanted.lang, Shown::default()), "");
        snapshot::compress(template.replace(PLACE, &first).as_bytes(), snapshot::QUICK)
    });
    let page: Arc<[u8]> = page.await.context("making the page stopped")??.into();
    state.first_screens.put(key, page.clone());
    Ok(page)
}

/// Unpacks a list for its beginning.
async fn open(state: &AppState, of: &Of) -> Result<Opening> {
    let body = store::body(&mut *state.db.read().await?, of.version, &of.price_type).await?.context("a snapshot's body is missing")?;
    let opened = tokio::task::spawn_blocking(move || -> anyhow::Result<Opening> {
        let plain = snapshot::decompress(&body.bytes)?;
        let plain = snapshot::renewed(&plain)?.unwrap_or(plain);
        Ok(Opening::of(&Columns::decode(&plain).context("a stored snapshot cannot be read")?))
    });
    Ok(opened.await.context("unpacking stopped")??)
}

async fn compressed(page: String) -> Result<Vec<u8>> {
    Ok(tokio::task::spawn_blocking(move || snapshot::compress(page.as_bytes(), snapshot::QUICK)).await.context("packing stopped")??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_speaks_the_browsers_language_where_the_firm_does() {
        let firm = FirmSettings { langs: vec![Lang::En, Lang::Bg], lang: Lang::Bg, ..FirmSettings::default() };
        for (header, expected) in [("ru-RU,ru;q=0.9,en;q=0.8", Lang::En), ("bg", Lang::Bg), ("de, fr", Lang::Bg), ("", Lang::Bg), ("en-GB;q=0.3", Lang::En)] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_str(header).expect("a header"))]);
            assert_eq!(spoken(&firm, &headers), expected, "{header}");
        }
    }
}
