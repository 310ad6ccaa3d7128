//! The proforma's PDF says what the document says, in each language, and a second rendering gives the same bytes.

use std::io::Write as _;
use std::process::{Command, Stdio};

use kontor_server::{child, pdf};
use kontor_shared::documents::{DocumentLine, DocumentVat, Party, Proforma};
use kontor_shared::words::{Lang, documents as words, format};
use kontor_tests::{on_both_databases, program};

fn document(lang: Lang, lines: usize, name: &str) -> Proforma {
    let line = |number: usize| DocumentLine {
        code: format!("0{number}"),
        name: format!("{name} {number}"),
        unit: "шт".into(),
        quantity: "1234.5".into(),
        price: "2.5".into(),
        vat_rate: "20".into(),
        amount: "3086.25".into(),
    };
    Proforma {
        number: "P000012".into(),
        date: "2011-12-09".into(),
        pay_until: Some("2011-12-23".into()),
        lang,
        seller: Party {
            name: "Kontor Demo Ltd".into(),
            address: vec!["1 High Street".into(), "London".into()],
            tax_ids: vec![("VAT".into(), "GB123456789".into())],
            bank: vec![("IBAN".into(), "GB33BUKB20201555555555".into())],
            email: "sales@firm.example".into(),
            phone: "+44 20 7946 0000".into(),
        },
        buyer: Party { name: "ООО «Щука и ёж» — търговия Ѝ".into(), address: vec!["ул. Ленина, 1".into()], ..Party::default() },
        order_number: "000017".into(),
        po_number: "PO #5 $x$".into(),
        delivery_address: "Склад 7".into(),
        currency: "GBP".into(),
        vat_mode: "net".into(),
        vat_method: "per_rate".into(),
        lines: (1..=lines).map(line).collect(),
        by_rate: vec![DocumentVat { rate: "20".into(), net: "3086.25".into(), vat: "617.25".into() }],
        net: "3086.25".into(),
        vat: "617.25".into(),
        gross: "3703.50".into(),
        note: "Demonstration".into(),
        logo: None,
    }
}

/// Everything but what is not seen: spaces of all kinds and line breaks.
fn bare(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{200b}' && !matches!(*c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .collect()
}

fn text_of(bytes: &[u8]) -> String {
    let mut program = Command::new("pdftotext")
        .args(["-raw", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("pdftotext runs (apt-get install poppler-utils)");
    let mut input = program.stdin.take().expect("a pipe");
    let bytes = bytes.to_vec();
    let feed = std::thread::spawn(move || input.write_all(&bytes));
    let output = program.wait_with_output().expect("pdftotext ends");
    feed.join().expect("fed").expect("pdftotext reads");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[tokio::test]
async fn the_text_equals_the_document_in_each_language() {
    child::use_executable(program::kontor());
    for lang in Lang::ALL {
        for (lines, name) in
            [(1, "Стакан"), (300, "WHITE HANGING HEART"), (2, "#heading $x^2$ @ref `raw` *b* _i_ \\ \"q\" <b> // c /* d */ [x] ~ a--b ... 'n'")]
        {
            let document = document(lang, lines, name);
            let bytes = pdf::proforma(&document).await.expect("the proforma is rendered");
            let text = text_of(&bytes);
            let found = bare(&text);
            let mut expected = vec![
                words::PROFORMA_TITLE.with(lang, &[("number", &document.number)]),
                format::date(lang, "2011-12-09"),
                format::date(lang, "2011-12-23"),
                document.seller.name.clone(),
                document.buyer.name.clone(),
                "GB33BUKB20201555555555".into(),
                "PO #5 $x$".into(),
                "Склад 7".into(),
                "Demonstration".into(),
                format::amount(lang, "3703.50", "GBP".parse().unwrap()),
                words::TO_PAY.say(lang).into(),
                words::NOT_A_TAX_INVOICE.say(lang).into(),
            ];
            for (at, line) in document.lines.iter().enumerate() {
                let figures = [&line.quantity, "2.50", "20", &line.amount].map(|plain| format::decimal(lang, plain));
                let rate = format::percent(lang, "20".parse().unwrap());
                expected.push(format!("{}{}{}{}{}{}{rate}{}", at + 1, line.code, line.name, line.unit, figures[0], figures[1], figures[3]));
            }
            for piece in expected {
                assert!(found.contains(&bare(&piece)), "{lang:?}, {lines} lines: {piece:?} is missing in\n{}", text.chars().take(3000).collect::<String>());
            }
            let pages = text.matches('\u{c}').count();
            assert_eq!(found.matches(&bare(words::PRICE_NET.say(lang))).count(), pages, "the header stands on each page");
            let last = words::PAGE.with(lang, &[("n", &pages), ("m", &pages)]);
            assert!(found.contains(&bare(&last)), "{last}");
            assert_eq!(pages > 1, lines == 300);
            if lines < 300 {
                assert_eq!(pdf::proforma(&document).await.expect("rendered again"), bytes, "the same document gives the same bytes");
            }
        }
    }
}

#[tokio::test]
async fn strange_names_do_not_break_the_page() {
    child::use_executable(program::kontor());
    for name in ["W".repeat(900), "שלום עולם مرحبا".repeat(5), "\u{202e}abc\u{0}\u{7}\r\n".into(), "字".repeat(50), "👍".into(), String::new()]
    {
        let bytes = pdf::proforma(&document(Lang::Bg, 1, &name)).await.expect("the proforma is rendered");
        assert!(bytes.starts_with(b"%PDF-"));
    }
}

on_both_databases!(a_posted_document_is_rendered_once, |app| async {
    let customer = app.customer("C1").await.to_string();
    let state = app.state();
    let data = serde_json::to_string(&document(Lang::Ru, 3, "Стакан")).unwrap();
    let mut tx = state.db.write_tx().await.unwrap();
    sqlx::query(
        "INSERT INTO orders (id, number, customer_id, source, kind, state, revision, body_hash, ordered_at, ordered_day, po_number, delivery_address, comment, \
         currency, vat_mode, vat_method, net, vat, gross, line_count, counted) VALUES ('o', '1', $1, 'page', 'sale', 'confirmed', 1, '', 0, '2011-12-09', '', '', '', \
         'GBP', 'net', 'per_rate', 0, 0, 0, 0, 1)",
    )
    .bind(&customer)
    .execute(&mut *tx)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO documents (id, kind, order_id, customer_id, series, span, number, number_text, document_date, currency, gross, data, posted_at, posted_by) \
         VALUES ('d', 'proforma', 'o', $1, 'proforma', '', 1, 'P1', '2011-12-09', 'GBP', 0, $2, 0, '')",
    )
    .bind(&customer)
    .bind(&data)
    .execute(&mut *tx)
    .await
    .unwrap();
    kontor_server::jobs::enqueue(&mut tx, &state.clock, kontor_server::jobs::kind::RENDER_DOCUMENT, "d").await.unwrap();
    tx.commit().await.unwrap();
    kontor_server::background::run_due(state).await.unwrap();
    let stored = |hash: String| async move { kontor_server::bodies::get(&mut state.db.read().await.unwrap(), &hash).await.unwrap().unwrap() };
    let hash: String = sqlx::query_scalar("SELECT pdf_hash FROM documents WHERE id = 'd'").fetch_one(&mut *state.db.read().await.unwrap()).await.unwrap();
    let body = stored(hash.clone()).await;
    assert_eq!(body.media_type, "application/pdf");
    assert!(bare(&text_of(&body.bytes)).contains("P000012"));
    pdf::render_document(state, "d").await.unwrap();
    let again: String = sqlx::query_scalar("SELECT pdf_hash FROM documents WHERE id = 'd'").fetch_one(&mut *state.db.read().await.unwrap()).await.unwrap();
    assert_eq!(hash, again);
});
