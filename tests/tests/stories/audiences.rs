//! Who is in an audience: each condition, who is skipped and why, and the account of both.

use kontor_server::imports::Kind;
use kontor_shared::api::Role;
use kontor_shared::api::mailings::AudienceCount;
use kontor_shared::mailings::SkipReason;
use kontor_tests::files::import;
use kontor_tests::{Client, TestApp, on_both_databases};
use serde_json::{Value, json};

async fn execute(app: &TestApp, statements: &[&'static str]) {
    let mut tx = app.state().db.write_tx().await.unwrap();
    for statement in statements {
        sqlx::query(*statement).execute(&mut *tx).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    tx.commit().await.unwrap();
}

/// Six customers, all of whom agreed, with some orders: R regular, I irregular and new, F former, P and Q potential, B blocked.
async fn register(app: &TestApp) {
    import(app, Kind::Products, &[("p.csv", "code,name,group,price\nTEA,Tea,Drinks > Hot,1.50\nICE,Ice tea,Drinks > Cold,2\nCUP,Cup,Kitchen,3\n")]).await;
    let customers = "code,name,country,language,contact,email,consent\n\
        R,Régulier,France,en,Anna,r@c.example,yes\n\
        I,Irregular,Germany,ru,Boris,i@c.example,yes\n\
        F,Former,France,bg,,f@c.example,yes\n\
        P,Potential,Bulgaria,bg,,p@c.example,yes\n\
        Q,No consent,Bulgaria,bg,,q@c.example,\n\
        B,Blocked,France,en,,b@c.example,yes\n";
    import(app, Kind::Customers, &[("c.csv", customers)]).await;
    let orders = "number,date,customer,code,quantity,price\n\
        1,2025-10-20,R,TEA,10,1.50\n2,2025-11-20,R,CUP,1,3\n3,2026-01-15,R,TEA,1,1.50\n4,2025-12-24,R,ICE,1,2\n\
        5,2025-12-01,I,ICE,5,2\n6,2025-02-01,F,TEA,100,1.50\n7,2025-12-02,B,TEA,1,1.50\n";
    import(app, Kind::Orders, &[("o.csv", orders)]).await;
    execute(app, &["UPDATE customers SET state = 'blocked' WHERE code = 'B'", "UPDATE customers SET region = 'Пловдив' WHERE code = 'P'"]).await;
}

async fn count(client: &Client, audience: Value) -> AudienceCount {
    client.post("/api/mailings/audience", &json!({"audience": audience, "topic": "offers"})).await.json()
}

/// How many customers, messages, and skipped ones by reason.
async fn account(client: &Client, audience: Value) -> (u64, u64, Vec<(SkipReason, u64)>) {
    let found = count(client, audience).await;
    (found.customers, found.recipients, found.skipped.into_iter().map(|one| (one.reason, one.count)).collect())
}

on_both_databases!(each_condition_finds_its_customers, |app| async {
    register(&app).await;
    let marketer = app.staff(Role::Marketer).await;
    let page: Value = marketer.get("/api/customers?q=Former").await.json();
    let former = page["customers"][0]["id"].as_str().unwrap();
    marketer.put(&format!("/api/customers/{former}/segment"), &json!({"by_hand": true, "reason": "a friend of the house"})).await.ok();
    let blocked = (SkipReason::Blocked, 1);
    assert_eq!(account(&marketer, json!({})).await, (6, 4, vec![blocked, (SkipReason::NoConsent, 1)]));
    assert_eq!(account(&marketer, json!({"segments": ["regular"]})).await, (1, 1, vec![]));
    assert_eq!(account(&marketer, json!({"segments": ["irregular", "former"]})).await, (3, 2, vec![blocked]));
    assert_eq!(account(&marketer, json!({"segments": ["potential"]})).await, (2, 1, vec![(SkipReason::NoConsent, 1)]));
    let year = json!({"kind": "last_months", "months": 12});
    let cases = [
        (json!({"kind": "bought", "goods": {"kind": "product", "code": "TEA"}, "within": {"kind": "ever"}}), 3),
        (json!({"kind": "bought", "goods": {"kind": "product", "code": "TEA"}, "within": {"kind": "last_days", "days": 45}}), 2),
        // This morning's order has been placed.
        (json!({"kind": "bought", "goods": {"kind": "product", "code": "TEA"}, "within": {"kind": "last_days", "days": 1}}), 1),
        (json!({"kind": "bought", "goods": {"kind": "product", "code": "TEA"}, "within": {"kind": "between", "from": "2025-02-01", "to": "2025-02-01"}}), 1),
        (json!({"kind": "not_bought", "goods": {"kind": "product", "code": "TEA"}, "within": {"kind": "ever"}}), 3),
        (json!({"kind": "amount", "currency": "EUR", "at_least": "16.5", "within": year}), 2),
        (json!({"kind": "amount", "currency": "EUR", "at_least": "16.5", "at_most": "100", "within": year}), 1),
        (json!({"kind": "amount", "currency": "GBP", "at_least": "0.01", "within": year}), 0),
        (json!({"kind": "amount", "currency": "EUR", "at_most": "0", "within": year}), 2),
        (json!({"kind": "orders", "at_least": 2, "within": {"kind": "ever"}}), 1),
        (json!({"kind": "orders", "at_most": 0, "within": {"kind": "ever"}}), 2),
        (json!({"kind": "orders", "at_least": 1, "at_most": 1, "within": {"kind": "ever"}}), 3),
        (json!({"kind": "region", "any_of": ["пловдив"]}), 1),
        (json!({"kind": "country", "any_of": ["FRANCE", "Bulgaria"]}), 5),
        (json!({"kind": "language", "any_of": ["ru", "en"]}), 3),
        (json!({"kind": "manager", "user": "019b0000-0000-7000-8000-000000000000"}), 0),
        (json!({"kind": "price_type", "any_of": ["wholesale"]}), 6),
        (json!({"kind": "price_type", "any_of": ["retail"]}), 0),
        (json!({"kind": "new", "is": true}), 3),
        (json!({"kind": "new", "is": false}), 3),
        (json!({"kind": "by_hand", "is": true}), 1),
        (json!({"kind": "by_hand", "is": false}), 5),
    ];
    for (condition, expected) in cases {
        let found = count(&marketer, json!({"conditions": [condition.clone()]})).await;
        assert_eq!(found.customers, expected, "{condition}");
    }
    // Groups hold what is in the groups below them.
    let groups: Value = marketer.get("/api/mailings/choices").await.json();
    let code = |name: &str| groups["groups"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()["code"].clone();
    for (group, expected) in [("Drinks", 4), ("Hot", 3), ("Cold", 2), ("Kitchen", 1)] {
        let condition = json!({"kind": "bought", "goods": {"kind": "group", "code": code(group)}, "within": {"kind": "ever"}});
        let found = count(&marketer, json!({"conditions": [condition]})).await;
        assert_eq!((found.customers, found.names.values().next().map(String::as_str)), (expected, Some(group)), "{group}");
    }
    // All conditions hold at once.
    let both = json!({"segments": ["regular", "former"], "conditions": [{"kind": "country", "any_of": ["France"]}, {"kind": "new", "is": false}]});
    assert_eq!(account(&marketer, both).await, (1, 1, vec![]));
});

on_both_databases!(nobody_is_written_to_who_may_not_be_and_the_account_says_why, |app| async {
    register(&app).await;
    execute(
        &app,
        &[
            "INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at) VALUES ('r@c.example', 'email', 'unsubscribed', 'offers', '', '', 0)",
            "INSERT INTO suppressions (address, channel, reason, topic, source, actor, created_at, until) VALUES ('i@c.example', 'email', 'bounced', '', '', '', 0, 1)",
            "UPDATE customers SET channel = 'post' WHERE code = 'F'",
            "UPDATE contacts SET email = 'I@c.example ' WHERE email = 'p@c.example'",
            "UPDATE consents SET address = 'i@c.example' WHERE address = 'p@c.example'",
            "UPDATE contacts SET email = '' WHERE email = 'b@c.example'",
            "UPDATE customers SET state = 'active' WHERE code = 'B'",
        ],
    )
    .await;
    let marketer = app.staff(Role::Marketer).await;
    let expected = [SkipReason::NoAddress, SkipReason::DoubledAddress, SkipReason::OtherChannel, SkipReason::NoConsent, SkipReason::TopicUnwanted];
    // An expired suppression stops nobody: I is written to, and P has its address.
    let (customers, recipients, mut skipped) = account(&marketer, json!({})).await;
    skipped.sort();
    assert_eq!((customers, recipients, skipped), (6, 1, expected.map(|reason| (reason, 1)).to_vec()));
    let about_news: AudienceCount = marketer.post("/api/mailings/audience", &json!({"audience": {}, "topic": "news"})).await.json();
    assert_eq!(about_news.recipients, 2);
    execute(&app, &["UPDATE contacts SET receives_mail = 0 WHERE email = 'r@c.example'", "DELETE FROM contacts WHERE email = 'q@c.example'"]).await;
    let about_news: AudienceCount = marketer.post("/api/mailings/audience", &json!({"audience": {}, "topic": "news"})).await.json();
    let reasons: Vec<SkipReason> = about_news.skipped.iter().map(|one| one.reason).collect();
    assert!(about_news.recipients == 1 && reasons.contains(&SkipReason::NotReceiving) && reasons.contains(&SkipReason::NoContact), "{about_news:?}");
});

on_both_databases!(what_cannot_be_evaluated_is_refused, |app| async {
    let marketer = app.staff(Role::Marketer).await;
    let refused = [
        json!({"conditions": [{"kind": "country", "any_of": []}]}),
        json!({"conditions": [{"kind": "orders", "within": {"kind": "ever"}}]}),
        json!({"conditions": [{"kind": "amount", "currency": "EUR", "at_least": "1.005", "within": {"kind": "ever"}}]}),
        json!({"conditions": [{"kind": "bought", "goods": {"kind": "product", "code": "A"}, "within": {"kind": "between", "from": "2026-02-30", "to": "2026-03-01"}}]}),
        json!({"conditions": vec![json!({"kind": "new", "is": true}); 21]}),
    ];
    for audience in refused {
        marketer.post("/api/mailings/audience", &json!({"audience": audience, "topic": "news"})).await.problem(422, "unfit_audience");
    }
    for body in [
        json!({"audience": {"conditions": [{"kind": "sql", "text": "1=1"}]}, "topic": "news"}),
        json!({"audience": {"segments": ["rich"]}, "topic": "news"}),
        json!({"audience": {}, "topic": "spam"}),
        json!({"audience": {}, "topic": "news", "everybody": true}),
    ] {
        marketer.post("/api/mailings/audience", &body).await.problem(422, "invalid_body");
    }
    app.staff(Role::Accountant).await.post("/api/mailings/audience", &json!({"audience": {}, "topic": "news"})).await.problem(403, "role");
});

on_both_databases!(a_condition_on_what_the_firm_does_not_have_is_counted_and_said, |app| async {
    register(&app).await;
    let marketer = app.staff(Role::Marketer).await;
    let seller = app.staff(Role::Sales).await.get("/api/session").await.json::<Value>();
    app.staff(Role::Accountant).await;
    execute(&app, &["UPDATE customers SET manager_id = (SELECT id FROM users WHERE role = 'accountant') WHERE code = 'R'"]).await;
    app.staff(Role::Accountant).await;
    // Who sells, and who looks after somebody anyway.
    let choices: Value = marketer.get("/api/mailings/choices").await.json();
    let offered: Vec<&str> = choices["managers"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(offered.len(), 2, "{offered:?}");
    assert!(offered[0].starts_with("accountant-") && offered[1] == seller["login"], "{offered:?}");
    let idle = choices["managers"][1]["code"].clone();
    let ever = json!({"kind": "ever"});
    let said = async |conditions: Value| -> Vec<(u32, String, String)> {
        let found = count(&marketer, json!({"conditions": conditions})).await;
        found.warnings.into_iter().map(|one| (one.at, one.code, one.value)).collect()
    };
    let wrong = json!([
        {"kind": "bought", "goods": {"kind": "product", "code": "TEE"}, "within": ever},
        {"kind": "not_bought", "goods": {"kind": "group", "code": "nothing"}, "within": ever},
        {"kind": "region", "any_of": ["ПЛОВДИВ", "Варна"]},
        {"kind": "country", "any_of": ["france", "Frankreich"]},
        {"kind": "price_type", "any_of": ["wholesale", "dealer"]},
        {"kind": "amount", "currency": "JPY", "at_least": "1", "within": ever},
        {"kind": "manager", "user": "019b0000-0000-7000-8000-000000000000"},
        {"kind": "manager", "user": idle},
    ]);
    let expected = [
        (0, "unknown_product", "TEE"),
        (1, "unknown_group", "nothing"),
        (2, "unknown_region", "Варна"),
        (3, "unknown_country", "Frankreich"),
        (4, "unknown_price_type", "dealer"),
        (5, "other_currency", "JPY"),
        (6, "unknown_manager", "019b0000-0000-7000-8000-000000000000"),
        (7, "idle_manager", offered[1]),
    ];
    assert_eq!(said(wrong).await, expected.map(|(at, code, value)| (at, code.to_string(), value.to_string())));
    let right = json!([
        {"kind": "bought", "goods": {"kind": "product", "code": "TEA"}, "within": ever},
        {"kind": "amount", "currency": "EUR", "at_least": "1", "within": ever},
        {"kind": "manager", "user": choices["managers"][0]["code"]},
        {"kind": "by_hand", "is": false},
    ]);
    assert_eq!(said(right).await, vec![]);
});
