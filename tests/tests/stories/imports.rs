//! Import: every listed real file as it is, what is refused and how it is said, and what a run leaves behind.

use std::path::PathBuf;

use kontor_server::imports::{MOST_IN_TRANSACTION, store};
use kontor_shared::api::{ImportList, ImportReport, Role};
use kontor_tests::{Answer, Client, TestApp, on_both_databases};

/// A file of the shared data; absent from a clone on its own, and then the story says that it skips.
fn shared(path: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(path);
    let found = std::fs::read(&path).ok();
    if found.is_none() {
        eprintln!("skipped: {} is not there", path.display());
    }
    found
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

async fn send(staff: &Client, kind: &str, name: &str, bytes: impl Into<Vec<u8>>, more: &[(&str, &str)]) -> Answer {
    let more: String = more.iter().map(|(key, value)| format!("&{key}={}", encode(value))).collect();
    staff.upload(&format!("/api/imports?kind={kind}&name={}{more}", encode(name)), bytes.into()).await
}

async fn take(staff: &Client, kind: &str, name: &str, bytes: impl Into<Vec<u8>>, more: &[(&str, &str)]) -> ImportReport {
    let report: ImportReport = send(staff, kind, name, bytes, more).await.json();
    assert_eq!(report.read, report.created + report.changed + report.unchanged + report.refused, "every row is accounted for");
    report
}

/// (created, changed, unchanged, refused)
fn counts(report: &ImportReport) -> (u64, u64, u64, u64) {
    (report.created, report.changed, report.unchanged, report.refused)
}

async fn number(app: &TestApp, sql: &'static str) -> i64 {
    let mut connection = app.state().db.read().await.unwrap();
    sqlx::query_scalar(sql).fetch_one(&mut *connection).await.unwrap()
}

on_both_databases!(the_wholesalers_goods_come_in_as_they_are, |app| async {
    let (Some(groups), Some(products)) = (shared("online-retail/product_groups.csv"), shared("online-retail/products.csv")) else { return };
    let staff = app.staff(Role::Sales).await;
    assert_eq!(counts(&take(&staff, "groups", "product_groups.csv", groups.clone(), &[]).await), (78, 0, 0, 0));
    assert_eq!(counts(&take(&staff, "groups", "product_groups.csv", groups, &[]).await), (0, 0, 78, 0));
    let report = take(&staff, "products", "products.csv", products.clone(), &[]).await;
    assert_eq!((counts(&report), report.groups_created), ((3958, 0, 0, 0), 0));
    assert_eq!(counts(&take(&staff, "products", "products.csv", products, &[]).await), (0, 0, 3958, 0));
    assert_eq!(number(&app, "SELECT COUNT(*) FROM product_revisions WHERE kind = 'product'").await, 3791);
    let list: ImportList = staff.get("/api/imports").await.json();
    assert_eq!(list.imports.len(), 4);
});

on_both_databases!(bg_elitis_comes_in_as_it_is, |app| async {
    let Some(bytes) = shared("pricelists/bg-elitis-2026-05-13.csv") else { return };
    let staff = app.staff(Role::Sales).await;
    let report = take(&staff, "products", "elitis.csv", bytes.clone(), &[]).await;
    // 24 exact repeats, two more that differ only in the shop; code 11049 stands in two groups.
    assert_eq!((counts(&report), report.groups_created), ((1518, 0, 26, 1), 25));
    let refusal = &report.refusals[0];
    assert_eq!((refusal.value.as_str(), refusal.file.as_str()), ("11049", "elitis.csv"));
    assert!(refusal.row > 1 && refusal.reason.contains("stands already in row"), "{refusal:?}");
    assert_eq!(counts(&take(&staff, "products", "elitis.csv", bytes, &[]).await), (0, 0, 1544, 1));
    let again: ImportReport = staff.get(&format!("/api/imports/{}", report.id.unwrap())).await.json();
    assert_eq!((again.refusals, again.read), (report.refusals, 1545));
});

on_both_databases!(bg_ebag_keeps_leading_zeros, |app| async {
    let (Some(bytes), Some(categories)) = (shared("pricelists/bg-ebag-2026-05-13.csv"), shared("pricelists/bg-categories.csv")) else { return };
    let staff = app.staff(Role::Sales).await;
    let report = take(&staff, "products", "ebag.csv", bytes, &[]).await;
    assert_eq!((counts(&report), report.groups_created), ((1287, 0, 0, 0), 76));
    assert_eq!(number(&app, "SELECT COUNT(*) FROM products WHERE SUBSTR(code, 1, 1) = '0'").await, 149);
    assert_eq!(number(&app, "SELECT COUNT(*) FROM price_revisions WHERE price_type = 'promotion' AND price IS NOT NULL").await, 68);
    let report = take(&staff, "groups", "bg-categories.csv", categories, &[]).await;
    assert_eq!((counts(&report), report.groups_created), ((25, 76, 0, 0), 25 + 14));
});

on_both_databases!(bg_metro_asks_which_shop, |app| async {
    let Some(bytes) = shared("pricelists/bg-metro-2026-05-13.csv.zst") else { return };
    let staff = app.staff(Role::Sales).await;
    let problem = send(&staff, "products", "metro.csv.zst", bytes.clone(), &[]).await.problem(422, "several_shops");
    let detail = problem.detail.unwrap();
    assert!(detail.contains("11 shops") && detail.contains("Русе") && detail.contains("Плевен"), "{detail}");
    let shop = "Търговски обект=11 Метро Русе - 7000, гр.Русе, бул. Трети март №60";
    let dry = take(&staff, "products", "metro.csv.zst", bytes.clone(), &[("where", shop), ("dry_run", "1")]).await;
    assert_eq!((counts(&dry), dry.dry_run, dry.id), ((1694, 0, 0, 0), true, None));
    assert_eq!(number(&app, "SELECT COUNT(*) FROM products").await, 0);
    assert_eq!(counts(&take(&staff, "products", "metro.csv.zst", bytes.clone(), &[("where", shop)]).await), (1694, 0, 0, 0));
    let each = [("price_type_from", "Търговски обект")];
    let report = take(&staff, "products", "metro.csv.zst", bytes.clone(), &each).await;
    assert_eq!((report.read, report.created, report.refused), (18_403, 1875 - 1694, 0));
    assert_eq!(
        number(&app, "SELECT COUNT(DISTINCT price_type) FROM price_revisions WHERE price_type LIKE '%-metro-%' AND price_type NOT LIKE '%promotion'").await,
        11
    );
    assert_eq!(counts(&take(&staff, "products", "metro.csv.zst", bytes, &each).await), (0, 0, 18_403, 0));
});

on_both_databases!(ru_fsbc_in_windows_1251_comes_in_as_it_is, |app| async {
    let Some(bytes) = shared("pricelists/ru-fsbc-machines-cp1251.csv") else { return };
    let staff = app.staff(Role::Sales).await;
    let report = take(&staff, "products", "fsbc.csv", bytes.clone(), &[]).await;
    // 21 sections and 170 different groups in them.
    assert_eq!((counts(&report), report.groups_created), ((1711, 0, 0, 0), 191));
    assert!(report.notes.iter().any(|note| note.contains("windows-1251")), "{:?}", report.notes);
    assert_eq!(number(&app, "SELECT CAST(SUM(price) AS BIGINT) FROM price_revisions").await, 167_722_276_800);
    assert_eq!(number(&app, "SELECT COUNT(*) FROM price_types WHERE code = 'wholesale' AND currency = 'RUB'").await, 1);
    assert_eq!(counts(&take(&staff, "products", "fsbc.csv", bytes, &[]).await), (0, 0, 1711, 0));
});

on_both_databases!(refused_rows_are_told_and_the_others_come_in, |app| async {
    let staff = app.staff(Role::Sales).await;
    let file = "code;name;price;group\r\n00123;Tea;1,50;Drinks\r\n2;Coffee;;Drinks\r\n3;Milk;-2;Drinks\r\n4;Sugar;ten;Drinks\r\n\
                00123;Black tea;1,50;Drinks\r\n00123;Tea;1,50;Drinks\r\n5;Salt;0,99;Food;too;many\r\n6;Rice;2,00;Food\r\n";
    let report = take(&staff, "products", "list.csv", file, &[]).await;
    assert_eq!((counts(&report), report.groups_created), ((2, 0, 1, 5), 2));
    let told: Vec<(u64, &str, &str)> = report.refusals.iter().map(|one| (one.row, one.value.as_str(), one.reason.as_str())).collect();
    assert_eq!(
        told,
        [
            (3, "", "the price is missing"),
            (4, "-2", "the price is negative"),
            (5, "ten", "the price is not a number"),
            (6, "00123", "the code stands already in row 2 of list.csv with other data"),
            (8, "5 | Salt | 0,99 | Food | too | many", "the row has 6 cells, the first has 4"),
        ]
    );
    assert_eq!(number(&app, "SELECT COUNT(*) FROM products WHERE code = '00123'").await, 1);
    let strict = take(&staff, "products", "list.csv", "code;name;price;group\n7;Ink;3;Office\n8;Tea 2;3;Drinks\n", &[("groups", "strict")]).await;
    assert_eq!((counts(&strict), strict.refusals[0].reason.as_str()), ((1, 0, 0, 1), "no such product group"));
    let dearer = take(&staff, "products", "list.csv", "code;price\n00123;1,60\n6;2,00\n", &[]).await;
    assert_eq!(counts(&dearer), (0, 1, 1, 0));
    let foreign = take(&staff, "products", "list.csv", "code,price,currency\n6,2.00,USD\n6,2.00,€\n", &[("currency", "EUR")]).await;
    assert_eq!((foreign.refused, foreign.refusals[0].value.as_str()), (1, "USD"));
});

on_both_databases!(files_that_are_no_tables_are_refused_whole, |app| async {
    let staff = app.staff(Role::Sales).await;
    let mut broken = "code,name,price\n1,Чай,1\n2,Кофе,2\n".as_bytes().to_vec();
    broken[30] = 0xff;
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty.csv", Vec::new(), "empty_file"),
        ("header.csv", b"code,name,price\n".to_vec(), "no_rows"),
        ("price.pdf", b"%PDF-1.7 ...".to_vec(), "wrong_type"),
        ("binary.csv", b"code\0name".to_vec(), "wrong_type"),
        ("broken.csv", broken, "bad_encoding"),
        ("letter.csv", b"Dear Sir,\nplease find our prices attached\n".to_vec(), "no_columns"),
    ];
    for (name, bytes, code) in cases {
        let problem = send(&staff, "products", name, bytes, &[]).await.problem(422, code);
        assert!(problem.detail.is_some_and(|detail| detail.starts_with(name)));
    }
    send(&staff, "products", "large.csv", vec![b'a'; 50 << 20], &[]).await.expect(413);
    send(&staff, "things", "x.csv", b"a,b\n".to_vec(), &[]).await.problem(422, "unknown_kind");
    send(&staff, "products", "x.csv", b"code,price\n1,2\n".to_vec(), &[("map", "code = nothing")]).await.problem(422, "bad_map");
    assert_eq!(number(&app, "SELECT visible_seq FROM catalog_state").await, 0);
    let list: ImportList = staff.get("/api/imports").await.json();
    assert!(list.imports.iter().all(|one| one.state == "failed" && one.error.is_some()), "a failed run leaves its record");
});

on_both_databases!(a_crashed_run_leaves_the_old_catalogue_and_the_next_one_works, |app| async {
    let staff = app.staff(Role::Sales).await;
    take(&staff, "products", "a.csv", "code,name,price,group\n1,Tea,1,G\n", &[]).await;
    // What a run leaves that was killed while staging: its record, a product, a group, and a new price.
    let state = app.state();
    let now = state.clock.now_ms();
    let mut tx = state.db.write_tx().await.unwrap();
    store::insert(&mut tx, "00000000-0000-7000-8000-000000000001", "products", "[]", "x", 2, now, now + 60_000).await.unwrap();
    for sql in [
        "INSERT INTO products (id, code, first_seq) VALUES ('dead', '2', 2)",
        "INSERT INTO product_revisions (product_id, seq, name, group_code, kind, unit, vat_rate, unit_precision, active) VALUES ('dead', 2, 'Half', 'H', 'product', 'pcs', 0, 0, 1)",
        "INSERT INTO product_groups (code, seq, name, sort) VALUES ('H', 2, 'H', 9)",
        "INSERT INTO price_revisions (product_id, price_type, seq, price) SELECT id, 'wholesale', 2, 99 FROM products WHERE code = '1'",
    ] {
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    send(&staff, "products", "b.csv", "code,name,price,group\n2,Coffee,2,G\n", &[]).await.problem(409, "import_running");
    let version: serde_json::Value = staff.post("/api/price-lists", &serde_json::json!({})).await.value();
    assert_eq!(version["products"], 1);
    app.pass(3600);
    let report = take(&staff, "products", "b.csv", "code,name,price,group\n2,Coffee,2,G\n1,Tea,1,G\n", &[]).await;
    assert_eq!((counts(&report), report.groups_created), ((1, 0, 1, 0), 0));
    assert_eq!(number(&app, "SELECT COUNT(*) FROM product_revisions WHERE name = 'Half'").await, 0);
    assert_eq!(number(&app, "SELECT COUNT(*) FROM imports WHERE state = 'failed'").await, 1);
    let version: serde_json::Value = staff.post("/api/price-lists", &serde_json::json!({})).await.value();
    assert_eq!((&version["products"], &version["version"]), (&2.into(), &2.into()));
});

on_both_databases!(long_imports_are_staged_in_short_transactions, |app| async {
    let staff = app.staff(Role::Sales).await;
    let mut file = String::from("code,name,price,price retail\n");
    for code in 0..2000 {
        file += &format!("{code},Good {code},1.5,2\n");
    }
    // A transaction of more rows than the bound is an error of the run (imports/products.rs), so success shows it held.
    assert_eq!(MOST_IN_TRANSACTION, 500);
    assert_eq!(counts(&take(&staff, "products", "many.csv", file, &[]).await), (2000, 0, 0, 0));
    assert_eq!(number(&app, "SELECT COUNT(*) FROM price_revisions").await, 4000);
});
