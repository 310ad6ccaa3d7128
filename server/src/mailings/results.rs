//! What became of a mailing, to keep and to print: the list as a workbook, and a report with totals and a place to sign.

use anyhow::Context;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use kontor_shared::api::mailings::MailingRecipient;
use kontor_shared::sheet::{Cell, Column, Table};
use kontor_shared::words::{Lang, audience, format, mailings as words, staff};
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;

use super::desk::{self, Known, store};
use crate::documents::attachment;
use crate::error::{AppError, Result};
use crate::extract::Query;
use crate::segments::workbook;
use crate::{AppState, child, pdf};

/// Rows of a printed report; the rest is in the workbook, and the report says so.
const MOST_PRINTED: usize = 1500;

#[derive(Deserialize)]
pub struct Asked {
    lang: Option<String>,
}

/// Everything a report says, in one language.
struct Told {
    lang: Lang,
    title: String,
    facts: Vec<(String, String)>,
    totals: Vec<(String, String)>,
    recipients: Vec<MailingRecipient>,
    zone: TimeZone,
    demo: bool,
}

async fn told(state: &AppState, connection: &mut AnyConnection, id: &str, lang: Option<&str>) -> Result<Told> {
    let firm = state.firm().await?;
    let lang = match lang.filter(|tag| !tag.is_empty()) {
        None => firm.lang,
        Some(tag) => Lang::parse(tag).ok_or_else(|| AppError::invalid_field("invalid_value", "lang", "en, ru or bg"))?,
    };
    let zone = firm.time_zone()?;
    let known = Known::load(connection, id).await?;
    let mut recipients = Vec::new();
    let mut after = String::new();
    loop {
        let rows = store::recipients(connection, &known.row.id, ("", ""), &after, 5000).await?;
        let last = rows.len() < 5000;
        after = rows.last().map(|row| row.id.clone()).unwrap_or_default();
        for row in rows {
            recipients.push(desk::recipient(row)?);
        }
        if last {
            break;
        }
    }
    let names = super::audience::names(connection, &known.audience).await?;
    // The sentence as it was when the mailing was frozen: names of goods and people may have changed since.
    let frozen: serde_json::Value = serde_json::from_str(&known.row.frozen_by_rule).unwrap_or_default();
    let sentence = frozen["audience"][lang.tag()].as_str().map_or_else(|| audience::sentence(lang, &known.audience, &names), String::from);
    let template = match known.version(connection).await? {
        Some((template, version)) => super::templates::store::get(connection, &template)
            .await?
            .map(|row| words::TEMPLATE_VERSION.with(lang, &[("name", &row.name), ("version", &version)]))
            .unwrap_or_default(),
        None => String::new(),
    };
    let row = &known.row;
    let when = |at: Option<i64>| at.map(|at| local(lang, &zone, at)).unwrap_or_default();
    let by = |at: Option<i64>, who: &str| at.map(|at| format!("{}, {who}", local(lang, &zone, at))).unwrap_or_default();
    let facts = [
        (staff::STATE, words::state(known.state).say(lang).to_string()),
        (words::AUDIENCE, sentence),
        (words::TEMPLATE, template),
        (words::REPORT_PRICE_LIST, row.price_list.map(|version| version.to_string()).unwrap_or_default()),
        (words::REPORT_FROZEN_BY, by(row.frozen_at, &row.frozen_by)),
        (words::REPORT_STARTED_BY, by(row.started_at, &row.started_by)),
        (words::REPORT_FINISHED, when(row.finished_at)),
        (words::REPORT_MADE, local(lang, &zone, state.clock.now_ms())),
    ];
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(word, value)| (word.say(lang).to_string(), value)).collect();
    Ok(Told {
        lang,
        title: words::REPORT_TITLE.with(lang, &[("name", &row.name)]),
        facts,
        totals: totals(lang, &recipients),
        recipients,
        zone,
        demo: firm.demo,
    })
}

/// By state, then the skipped by reason, then all of them: the parts add up to the whole.
fn totals(lang: Lang, recipients: &[MailingRecipient]) -> Vec<(String, String)> {
    let number = |count: usize| format::integer(lang, count as i64);
    let mut totals = Vec::new();
    for state in crate::outbox::STATES.into_iter().filter(|state| *state != "skipped") {
        let count = recipients.iter().filter(|one| one.state == state).count();
        if count > 0 {
            totals.push((state_word(lang, state), number(count)));
        }
    }
    for one in desk::skip_counts(recipients.iter().filter_map(|one| one.reason)) {
        totals.push((format!("{}: {}", state_word(lang, "skipped"), audience::skip_reason(one.reason).say(lang)), number(one.count as usize)));
    }
    totals.push((words::REPORT_TOTAL.say(lang).to_string(), number(recipients.len())));
    totals
}

fn state_word(lang: Lang, state: &str) -> String {
    staff::message_state(state).map_or_else(|| state.to_string(), |word| word.say(lang).to_string())
}

fn local(lang: Lang, zone: &TimeZone, at: i64) -> String {
    let text = Timestamp::from_millisecond(at).map(|at| at.to_zoned(zone.clone()).datetime().to_string()).unwrap_or_default();
    format::date_time(lang, &text)
}

fn sent_at(told: &Told, one: &MailingRecipient) -> String {
    one.sent_at.as_deref().and_then(|at| at.parse::<Timestamp>().ok()).map(|at| local(told.lang, &told.zone, at.as_millisecond())).unwrap_or_default()
}

fn reason(lang: Lang, one: &MailingRecipient) -> String {
    one.reason.map(|reason| audience::skip_reason(reason).say(lang).to_string()).unwrap_or_default()
}

/// `GET /api/mailings/{id}/xlsx`
pub async fn xlsx(State(state): State<AppState>, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Response> {
    let told = told(&state, &mut *state.db.read().await?, &id, asked.lang.as_deref()).await?;
    let lang = told.lang;
    let columns = [
        (kontor_shared::words::common::CODE, 12),
        (kontor_shared::words::common::CUSTOMER, 32),
        (words::CONTACT, 26),
        (words::ADDRESS, 32),
        (words::CHANNEL, 10),
        (staff::STATE, 14),
        (words::REASON, 34),
        (words::SENT_AT, 18),
        (words::ANSWER, 48),
    ];
    let rows = told.recipients.iter().map(|one| {
        let (code, name) = one.customer.as_ref().map(|customer| (customer.code.clone(), customer.name.clone())).unwrap_or_default();
        let channel = if one.channel == "email" { words::CHANNEL_EMAIL.say(lang).to_string() } else { one.channel.clone() };
        let texts =
            [name, one.name.clone(), one.address.clone(), channel, state_word(lang, &one.state), reason(lang, one), sent_at(&told, one), one.answer.clone()];
        std::iter::once(Cell::Code(code)).chain(texts.into_iter().map(Cell::Text)).collect()
    });
    let table = Table {
        rows: rows.collect(),
        notes: told.facts.iter().chain(&told.totals).map(|(label, value)| format!("{label}: {value}")).collect(),
        columns: columns.iter().map(|(word, width)| Column::text(word.say(lang), *width)).collect(),
        title: told.title.clone(),
    };
    let firm = state.firm().await?;
    let bytes = workbook::written(vec![table], firm.party.name.clone(), firm.currency, state.clock.now_ms(), lang).await?;
    Ok(file(bytes, workbook::XLSX, &format!("{}.xlsx", told.title)))
}

/// What the template of the report shows (server/src/pdf/mailing.typ).
#[derive(Serialize)]
struct View {
    lang: &'static str,
    title: String,
    note: String,
    facts: Vec<(String, String)>,
    totals_heading: &'static str,
    totals: Vec<(String, String)>,
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    cut: String,
    sign: [&'static str; 2],
    sign_date: &'static str,
    page: &'static str,
}

/// `GET /api/mailings/{id}/pdf`
pub async fn print(State(state): State<AppState>, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Response> {
    let told = told(&state, &mut *state.db.read().await?, &id, asked.lang.as_deref()).await?;
    let lang = told.lang;
    let all = told.recipients.len();
    let rows = told.recipients.iter().take(MOST_PRINTED).map(|one| {
        let (code, name) = one.customer.as_ref().map(|customer| (customer.code.clone(), customer.name.clone())).unwrap_or_default();
        let why = if one.reason.is_some() { reason(lang, one) } else { one.answer.clone() };
        let cells = [(code, 12), (name, 18), (one.address.clone(), 22), (state_word(lang, &one.state), 18), (sent_at(&told, one), 22), (why, 20)];
        cells.into_iter().map(|(text, longest)| pdf::breakable(&text, longest)).collect()
    });
    let columns = [kontor_shared::words::common::CODE, kontor_shared::words::common::CUSTOMER, words::ADDRESS, staff::STATE, words::SENT_AT, words::REASON];
    let view = View {
        lang: lang.tag(),
        note: if told.demo { kontor_shared::words::common::DEMO_DATA.say(lang).into() } else { String::new() },
        totals_heading: words::REPORT_TOTALS.say(lang),
        columns: columns.iter().map(|word| word.say(lang)).collect(),
        rows: rows.collect(),
        cut: if all > MOST_PRINTED {
            words::REPORT_CUT.with(lang, &[("n", &MOST_PRINTED), ("all", &format::integer(lang, all as i64))])
        } else {
            String::new()
        },
        sign: [words::SIGN_PREPARED.say(lang), words::SIGN_APPROVED.say(lang)],
        sign_date: words::SIGN_DATE.say(lang),
        page: words::PAGE.say(lang),
        facts: told.facts.iter().map(|(label, value)| (label.clone(), pdf::breakable(value, 60))).collect(),
        totals: told.totals.clone(),
        title: pdf::breakable(&told.title, 40),
    };
    let data = serde_json::to_vec(&view).context("a report as JSON")?;
    let bytes = child::render_pdf("mailing", &data).await.map_err(|error| AppError::Internal(error.into()))?;
    Ok(file(bytes, "application/pdf", &format!("{}.pdf", told.title)))
}

fn file(bytes: Vec<u8>, media_type: &'static str, name: &str) -> Response {
    let headers: [(HeaderName, HeaderValue); 2] =
        [(header::CONTENT_TYPE, HeaderValue::from_static(media_type)), (header::CONTENT_DISPOSITION, attachment(name))];
    (headers, bytes).into_response()
}
