//! Posted documents: unbroken numbers, and nothing altered since.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use kontor_shared::documents::Proforma;
use kontor_shared::money::{Currency, Money};
use sqlx::AnyConnection;

use super::Found;

crate::row! {
    struct Numbered {
        series: String,
        span: String,
        number: i64,
        number_text: String,
        document_date: String,
        posted_at: i64,
    }
}

/// Each series and span: 1, 2, … n, later numbers on later days, and the next one is n + 1.
pub async fn numbers(connection: &mut AnyConnection) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let mut next: HashMap<(String, String), i64> = HashMap::new();
    let mut last: Option<Numbered> = None;
    {
        let mut rows = sqlx::query_as::<_, Numbered>(
            "SELECT series, span, number, number_text, document_date, posted_at FROM documents ORDER BY series, span, number, posted_at",
        )
        .fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            let before = last.as_ref().filter(|last| (&last.series, &last.span) == (&row.series, &row.span));
            let expected = before.map_or(1, |before| before.number + 1);
            let in_time = before.is_none_or(|before| before.document_date <= row.document_date && before.posted_at <= row.posted_at);
            let written = row.number_text.ends_with(&row.number.to_string());
            found.hold(row.number == expected && in_time && written, || row.number_text.clone());
            next.insert((row.series.clone(), row.span.clone()), row.number + 1);
            last = Some(row);
        }
    }
    let counters: Vec<(String, String, i64)> = sqlx::query_as("SELECT series, span, next_number FROM number_series").fetch_all(connection).await?;
    let counters: HashMap<(String, String), i64> = counters.into_iter().map(|(series, span, number)| ((series, span), number)).collect();
    for (key, expected) in next {
        found.hold(counters.get(&key) == Some(&expected), || format!("next of {} {}", key.0, key.1));
    }
    Ok(found)
}

crate::row! {
    struct Posted {
        number_text: String,
        document_date: String,
        currency: String,
        gross: i64,
        customer_id: String,
        data: String,
        order_gross: i64,
        order_currency: String,
        order_number: String,
        order_customer: Option<String>,
        audited: Option<String>,
    }
}

/// Each document's data, row, order and audit entry say the same.
pub async fn data(connection: &mut AnyConnection) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let mut rows = sqlx::query_as::<_, Posted>(
        "SELECT d.number_text, d.document_date, d.currency, d.gross, d.customer_id, d.data, o.gross AS order_gross, o.currency AS order_currency, \
         o.number AS order_number, o.customer_id AS order_customer, a.after_data AS audited \
         FROM documents d JOIN orders o ON o.id = d.order_id LEFT JOIN audit a ON a.subject = d.id AND a.action = 'document.post'",
    )
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        found.hold(agrees(&row), || row.number_text.clone());
    }
    Ok(found)
}

fn agrees(row: &Posted) -> bool {
    let (Ok(data), Ok(currency)) = (serde_json::from_str::<Proforma>(&row.data), row.currency.parse::<Currency>()) else { return false };
    row.audited.as_ref() == Some(&row.data)
        && data.number == row.number_text
        && data.date == row.document_date
        && data.currency == row.currency
        && data.order_number == row.order_number
        && data.gross == Money::new(row.gross, currency).decimal()
        && (row.gross, &row.currency) == (row.order_gross, &row.order_currency)
        && row.order_customer.as_ref() == Some(&row.customer_id)
}
