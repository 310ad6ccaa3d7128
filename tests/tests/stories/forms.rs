//! A file of a customer's own through the page's door: told line by line, nothing stored, and the columns of tables that name
//! none of ours remembered.

use std::time::{Duration, Instant};

use kontor_server::child::{self, ChildError};
use kontor_shared::api::forms::{FormAccount, FormColumnsList, FormToken};
use kontor_shared::api::{OrderPage, PriceListInfo, PublishReport, Role};
use kontor_shared::ids::form_id;
use kontor_shared::orders::Verdict;
use kontor_tests::{TestApp, hostile, on_both_databases, program};
use serde_json::json;

async fn publish(app: &TestApp) {
    let sales = app.staff(Role::Sales).await;
    let goods = "code;name;group;unit;price.wholesale EUR\nAB1;Tea;G;pc;10\nAB2;Pot;G;pc;2.50\n";
    sales.upload("/api/imports?kind=products&name=goods.csv", goods).await.ok();
    sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>();
}

fn told(account: &FormAccount) -> Vec<(u32, &str, Option<String>, Option<&str>)> {
    assert_eq!(account.read, account.accepted + account.changed + account.refused);
    account.lines.iter().map(|line| (line.row, line.code.as_str(), line.quantity.map(|quantity| quantity.to_string()), line.reason.as_deref())).collect()
}

fn warned(account: &FormAccount) -> Vec<&str> {
    account.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.into())
}

on_both_databases!(a_file_that_is_sent_is_accounted_for_and_nothing_is_stored, |app| async {
    publish(&app).await;
    let (buyer, sales) = (app.buyer("C1").await, app.staff(Role::Sales).await);
    let list = "code;quantity\nAB1;3\nAB2;2,5\nNO-1;1\nAB2;viel\n";
    let account: FormAccount = buyer.upload("/api/forms?name=order.csv", list).await.json();
    let expected = [
        (2, "AB1", some("3"), None),
        (3, "AB2", some("2.5"), Some("too_precise")),
        (4, "NO-1", some("1"), Some("unknown_code")),
        (5, "AB2", None, Some("not_a_number")),
    ];
    assert_eq!(told(&account), expected);
    assert_eq!((account.customer.as_str(), account.net.as_str(), account.format.as_str()), ("C1", "30.00", "csv"));
    assert_eq!(account.lines[1].offers.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2", "3"], "the nearest that can be ordered");
    // The firm reads it for a customer it names, and the words are the reader's.
    sales.upload("/api/forms?name=order.csv", list).await.problem(422, "customer_needed");
    let theirs: FormAccount = sales.upload("/api/forms?name=order.csv&customer=C1&lang=ru", list).await.json();
    assert_eq!(told(&theirs), told(&account));
    assert_eq!(theirs.lines[3].message.as_deref(), Some("Это не количество."));
    buyer.upload("/api/forms?customer=C1", list).await.problem(422, "unknown_field");
    app.staff(Role::Marketer).await.upload("/api/forms?customer=C1", list).await.problem(403, "role");
    assert!(buyer.get("/api/orders").await.json::<OrderPage>().orders.is_empty());

    // Somebody else's form is as one that was never issued; the firm is told whose it is not.
    app.customer("C2").await;
    let file = app.place().directory.join("other.xlsx");
    program::run(app.place(), &["pricelist", "--customer", "C2", "--out", file.to_str().unwrap()]);
    let form = std::fs::read(&file).unwrap();
    let other: FormAccount = buyer.upload("/api/forms?name=other.xlsx", form.clone()).await.json();
    assert_eq!((other.read, warned(&other)), (0, vec!["form_unknown"]));
    let seen: FormAccount = sales.upload("/api/forms?customer=C1", form.clone()).await.json();
    assert_eq!(warned(&seen), ["other_customer"]);
    let own: FormAccount = sales.upload("/api/forms", form).await.json();
    assert_eq!((own.customer.as_str(), warned(&own)), ("C2", vec![]));

    // What does harm is refused here as elsewhere, and what is too large before it is taken in.
    for file in hostile::corpus().iter().take(12) {
        let answer = buyer.upload("/api/forms?name=book.xlsx", file.bytes.clone()).await;
        let verdict = if answer.status.is_success() { "ok".to_string() } else { answer.value_of("code") };
        assert!(answer.status.as_u16() < 500 && (file.codes.contains(&verdict.as_str()) || verdict == "ok"), "{}: {verdict}", file.name);
    }
    buyer.upload("/api/forms", vec![b'a'; (32 << 20) + 1]).await.expect(413);
});

on_both_databases!(a_file_that_orders_more_than_is_read_is_refused_as_a_whole, |app| async {
    publish(&app).await;
    let buyer = app.buyer("C1").await;
    let long = |lines: usize| format!("code;quantity\n{}", "z;1\n".repeat(lines));
    let account: FormAccount = buyer.upload("/api/forms?name=long.csv", long(10_000)).await.json();
    assert_eq!((account.read, account.refused), (10_000, 10_000), "each line is told");
    buyer.upload("/api/forms?name=long.csv", long(10_001)).await.problem(422, "sheet_cells");
    // As many as a file may have, each time: the account of none is made.
    for _ in 0..3 {
        buyer.upload("/api/forms?name=long.csv", long(199_000)).await.problem(422, "sheet_cells");
    }
});

on_both_databases!(a_sheet_saved_from_the_page_is_known_when_it_comes_back, |app| async {
    publish(&app).await;
    let (buyer, other, sales) = (app.buyer("C1").await, app.buyer("C2").await, app.staff(Role::Sales).await);
    let info: PriceListInfo = buyer.get("/api/price-list").await.json();
    let id = form_id([7, 51, 2, 56, 9, 20, 3, 26, 4, 0]);
    let path = format!("/api/forms/{id}");
    let saved = json!({"version": info.version, "overlay": info.overlay});
    sales.get(&format!("/api/entry?form={id}")).await.expect(404);
    let told: FormToken = buyer.put(&path, &saved).await.json();
    assert_eq!(buyer.put(&path, &saved).await.json::<FormToken>(), told, "told twice it is the same");
    // Nobody else can make it theirs, and it is of no other prices.
    other.put(&path, &saved).await.problem(409, "form_taken");
    buyer.put(&path, &json!({"version": info.version + 1, "overlay": info.overlay})).await.problem(409, "form_taken");
    let another = form_id([8, 51, 2, 56, 9, 20, 3, 26, 4, 0]);
    buyer.put(&format!("/api/forms/{another}"), &json!({"version": info.version, "overlay": "retail"})).await.problem(409, "other_prices");
    buyer.put(&format!("/api/forms/{another}"), &json!({"version": 99, "overlay": info.overlay})).await.problem(409, "other_prices");
    buyer.put(&format!("/api/forms/{}", &another[1..]), &saved).await.problem(422, "not_a_form");
    sales.put(&path, &saved).await.problem(403, "role");
    // From paper its number opens the entry desk for this customer.
    let desk: serde_json::Value = sales.get(&format!("/api/entry?form={id}")).await.json();
    assert_eq!(desk["customer"]["code"], json!("C1"));
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workbook_of_more_text_than_is_held_is_refused_at_once() {
    child::use_executable(program::kontor());
    let cell = format!(r#"<c t="inlineStr"><is><t>{}</t></is></c>"#, "x".repeat(1_000));
    let book = hostile::workbook(&format!("<row>{}</row>", cell.repeat(10)).repeat(2_000));
    let started = Instant::now();
    let refused = child::read_book(&book).await;
    assert!(matches!(refused, Err(ChildError::Refused { code: "sheet_memory", .. })), "{:?}", refused.err());
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}: its place was held until the clock ended it", started.elapsed());
}

on_both_databases!(columns_said_once_are_known_for_tables_that_look_alike, |app| async {
    publish(&app).await;
    let (buyer, other) = (app.buyer("C1").await, app.buyer("C2").await);
    let list = "vendor ref;shelf;pieces wanted;in house\nAB1;7;3;50\nAB2;8;2;60\n";
    let account: FormAccount = buyer.upload("/api/forms?name=own.csv", list).await.json();
    assert_eq!((account.read, warned(&account)), (0, vec!["no_quantity_column"]));
    let table = &account.tables[0];
    assert_eq!((table.rows[1].cells.join(" "), table.quantity, table.chosen), ("AB1 7 3 50".into(), None, false));
    assert_eq!(table.first, 2, "the row under the words");
    let wanted = json!({"fingerprint": table.fingerprint, "code": 0, "quantity": 2, "first": 2});
    buyer.put("/api/form-columns", &wanted).await.json::<FormColumnsList>();
    let kept = buyer.put("/api/form-columns", &wanted).await.json::<FormColumnsList>();
    assert_eq!(kept, buyer.get("/api/form-columns").await.json());
    assert_eq!(kept.columns.len(), 1);
    let later = "vendor ref;shelf;pieces wanted;in house\nAB2;9;4;60\nNO;1;1;1\n";
    let account: FormAccount = buyer.upload("/api/forms?name=own.csv", later).await.json();
    assert_eq!(told(&account), [(2, "AB2", some("4"), None), (3, "NO", some("1"), Some("unknown_code"))]);
    assert!(account.tables[0].chosen && account.lines[0].verdict == Verdict::Accepted, "{account:?}");
    // It is the customer's, whoever reads the file for it, and nobody else's.
    let read: FormAccount = app.staff(Role::Sales).await.upload("/api/forms?customer=C1", later).await.json();
    assert_eq!(told(&read), told(&account));
    assert_eq!(other.get("/api/form-columns").await.json::<FormColumnsList>().columns, []);
    assert_eq!(other.upload("/api/forms", later).await.json::<FormAccount>().read, 0);

    let wrong = |field: &str, value: serde_json::Value| {
        let mut body = wanted.clone();
        body[field] = value;
        body
    };
    buyer.put("/api/form-columns", &wrong("code", json!(64))).await.problem(422, "out_of_range");
    buyer.put("/api/form-columns", &wrong("code", json!(2))).await.problem(422, "same_column");
    buyer.put("/api/form-columns", &wrong("fingerprint", json!(""))).await.problem(422, "required");
    buyer.put("/api/form-columns", &wrong("fingerprint", json!("a".repeat(201)))).await.problem(422, "too_long");
});
