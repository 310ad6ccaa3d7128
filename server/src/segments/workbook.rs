//! Segments and moves as workbooks: the whole list, the rule it was made by, and for those who moved what they bought.

use anyhow::Context;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kontor_shared::money::{Currency, Money, Quantity};
use kontor_shared::segments::Segment;
use kontor_shared::sheet::{Cell, Column, Table, write_tables};
use kontor_shared::words::segments::{self as words, Facts};
use kontor_shared::words::{Lang, common, format, staff};
use serde::Deserialize;

use super::{Asked, explained, field, judge_all, moves};
use crate::AppState;
use crate::auth::Staff;
use crate::customers::Wanted;
use crate::error::{AppError, Result};
use crate::extract::Query;

/// The media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The language the reader's page is in; else the one their log-in has.
#[derive(Debug, Default, Deserialize)]
pub struct Reader {
    lang: Option<String>,
}

impl Reader {
    fn lang(&self, who: &Staff) -> Lang {
        self.lang.as_deref().and_then(Lang::parse).unwrap_or(who.0.lang)
    }
}

/// Answers a workbook to be saved under an ASCII name.
fn saved(name: &str, bytes: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, XLSX.to_string()), (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    (headers, bytes).into_response()
}

/// The tables as a workbook, written off the threads that serve requests.
pub async fn written(tables: Vec<Table>, firm: String, currency: Currency, now: i64, lang: Lang) -> anyhow::Result<Vec<u8>> {
    let written = tokio::task::spawn_blocking(move || write_tables(&tables, &firm, currency, now, lang)).await.context("the workbook's writer ended")?;
    Ok(written?)
}

/// `GET /api/segments/workbook`: the list of `GET /api/segments`, whole.
pub async fn list(State(state): State<AppState>, who: Staff, Query(reader): Query<Reader>, Query(asked): Query<Asked>) -> Result<Response> {
    let lang = reader.lang(&who);
    let firm = state.firm().await?;
    let now = state.clock.now_ms();
    let rule = asked.rule(&firm, now)?;
    let by = explained(&rule).ok_or_else(|| AppError::invalid_field("invalid_value", "as_of", "the period lies outside the calendar"))?;
    let segment = field("segment", &asked.segment, Segment::parse)?;
    let wanted = Wanted::new(asked.q.as_deref().unwrap_or(""));
    let judged = judge_all(&mut *state.db.read().await?, &rule).await?;
    let chosen = judged.iter().filter(|one| segment.is_none_or(|segment| one.verdict.segment == segment) && wanted.matches(&one.code, &one.name_folded));
    let yes = |mark: bool, word: &str| if mark { word.to_string() } else { String::new() };
    let rows = chosen
        .map(|one| {
            let row = one.row();
            let marks =
                [yes(row.new, words::MARK_NEW.say(lang)), yes(row.blocked, words::MARK_BLOCKED.say(lang)), yes(row.by_hand, words::MARK_BY_HAND.say(lang))];
            vec![
                Cell::Code(row.customer.clone()),
                Cell::Text(row.name.clone()),
                Cell::Text(words::segment(row.segment).say(lang).into()),
                Cell::Number(i64::from(row.orders_in_period)),
                Cell::Number(i64::from(row.orders_ever)),
                row.last_order.clone().map_or(Cell::Blank, Cell::Day),
                Cell::Text(marks.into_iter().filter(|mark| !mark.is_empty()).collect::<Vec<_>>().join(", ")),
                Cell::Text(words::sentence(lang, Facts::of_rule(&row, &by))),
            ]
        })
        .collect();
    let day = format::date(lang, &by.as_of);
    let table = Table {
        title: staff::SEGMENTS.say(lang).into(),
        notes: vec![
            words::AS_OF_NOTE.with(lang, &[("day", &day)]),
            staff::COUNTED_DAYS.with(lang, &[("days", &words::days(lang, &by.period_from, &by.period_to))]),
        ],
        columns: vec![
            Column::text(common::CODE.say(lang), 12),
            Column::text(common::CUSTOMER.say(lang), 36),
            Column::text(staff::SEGMENT.say(lang), 16),
            Column::number(words::ORDERS_IN_PERIOD.say(lang), 12),
            Column::number(staff::ORDERS_EVER.say(lang), 12),
            Column::number(staff::LAST_ORDER.say(lang), 14),
            Column::text(words::MARKS.say(lang), 18),
            Column::text(staff::WHY.say(lang), 70),
        ],
        rows,
    };
    let bytes = written(vec![table], firm.party.name.clone(), firm.currency, now, lang).await?;
    let of = segment.map_or(String::new(), |segment| format!("-{}", segment.word()));
    Ok(saved(&format!("segments-{}{of}.xlsx", by.as_of), bytes))
}

/// `GET /api/segments/moves/workbook`: everybody who moved, and on a second sheet everything they bought in the year before.
pub async fn moved(State(state): State<AppState>, who: Staff, Query(reader): Query<Reader>, Query(asked): Query<moves::Asked>) -> Result<Response> {
    let lang = reader.lang(&who);
    let firm = state.firm().await?;
    let mut connection = state.db.read().await?;
    let found = moves::find(&mut connection, &firm, &asked).await?;
    let all = found.part(&mut connection, 0..found.total(), usize::MAX).await?;
    drop(connection);
    let currency = found.currency;
    let amount = |text: &str| Money::parse(text, currency).map_or(Cell::Text(text.to_string()), Cell::Amount);
    let quantity = |text: &str| text.parse::<Quantity>().map_or(Cell::Text(text.to_string()), Cell::Quantity);
    let segment = |segment: Option<Segment>| Cell::Text(segment.map_or(String::new(), |segment| words::segment(segment).say(lang).to_string()));
    let (from, to) = (format::date(lang, &found.from.as_of), format::date(lang, &found.to.as_of));
    let notes = vec![words::MOVES_NOTE.with(lang, &[("from", &from), ("to", &to)])];
    let customers = all
        .iter()
        .map(|one| {
            vec![
                Cell::Code(one.customer.clone()),
                Cell::Text(one.name.clone()),
                segment(one.before),
                segment(Some(one.after)),
                Cell::Number(i64::from(one.orders_before)),
                Cell::Number(i64::from(one.orders_after)),
                one.last_order.clone().map_or(Cell::Blank, Cell::Day),
                amount(&one.amount),
            ]
        })
        .collect();
    let goods = all
        .iter()
        .flat_map(|one| one.bought.iter().map(move |bought| (one, bought)))
        .map(|(one, bought)| {
            vec![
                Cell::Code(one.customer.clone()),
                Cell::Text(one.name.clone()),
                Cell::Code(bought.code.clone()),
                Cell::Text(bought.name.clone()),
                quantity(&bought.quantity),
                amount(&bought.amount),
                Cell::Day(bought.last.clone()),
            ]
        })
        .collect();
    let amount_head = format!("{}, {}", common::AMOUNT.say(lang), currency.code());
    let tables = vec![
        Table {
            title: words::MOVES.say(lang).into(),
            notes: notes.clone(),
            columns: vec![
                Column::text(common::CODE.say(lang), 12),
                Column::text(common::CUSTOMER.say(lang), 36),
                Column::text(words::BEFORE.say(lang), 16),
                Column::text(words::AFTER.say(lang), 16),
                Column::number(words::ORDERS_BEFORE.say(lang), 14),
                Column::number(words::ORDERS_AFTER.say(lang), 14),
                Column::number(staff::LAST_ORDER.say(lang), 14),
                Column::number(amount_head.clone(), 16),
            ],
            rows: customers,
        },
        Table {
            title: words::BOUGHT_BEFORE.say(lang).into(),
            notes,
            columns: vec![
                Column::text(common::CODE.say(lang), 12),
                Column::text(common::CUSTOMER.say(lang), 30),
                Column::text(words::PRODUCT_CODE.say(lang), 14),
                Column::text(common::PRODUCT.say(lang), 44),
                Column::number(common::QUANTITY.say(lang), 12),
                Column::number(amount_head, 16),
                Column::number(words::LAST_BOUGHT.say(lang), 14),
            ],
            rows: goods,
        },
    ];
    let bytes = written(tables, firm.party.name.clone(), currency, state.clock.now_ms(), lang).await?;
    Ok(saved(&format!("segment-moves-{}-{}.xlsx", found.from.as_of, found.to.as_of), bytes))
}
