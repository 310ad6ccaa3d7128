//! The table of route × role, called: every route as anonymous, owner, another customer's buyer and each role of the
//! firm, for an id of one's own, another's, and one that does not exist.

use axum::body::Body;
use axum::http::{Request, header};
use kontor_server::access::{Access, Names, RouteId, Row};
use kontor_server::intake::store::Place;
use kontor_server::intake::take;
use kontor_server::{bodies, price_list};
use kontor_shared::api::accounts::PeoplePage;
use kontor_shared::api::{self, CSRF_HEADER, Confirmed, ImportReport, JobList, MessagePage, Order, PublishReport, Role};
use kontor_tests::goods::{good, publish};
use kontor_tests::letters::Letter;
use kontor_tests::{Answer, Client, TestApp, assert_snapshot, on_both_databases};
use serde_json::json;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Anonymous,
    /// The buyer whose order, document and customer are tried.
    Owner,
    OtherBuyer,
    Firm(Role),
}

impl Caller {
    const ALL: [Self; 7] = [
        Self::Anonymous,
        Self::Owner,
        Self::OtherBuyer,
        Self::Firm(Role::Sales),
        Self::Firm(Role::Accountant),
        Self::Firm(Role::Marketer),
        Self::Firm(Role::Admin),
    ];
    fn role(self) -> Option<Role> {
        match self {
            Self::Anonymous => None,
            Self::Owner | Self::OtherBuyer => Some(Role::Buyer),
            Self::Firm(role) => Some(role),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// The owner's.
    Owners,
    Missing,
}

/// Something of each kind that an id can name, all of the buyer of customer C1.
struct Samples {
    other: Client,
    order: String,
    document: String,
    customer: String,
    contact: String,
    request: String,
    import: String,
    message: String,
    mailing: String,
    template: String,
    job: String,
    token: String,
    person: String,
    application: String,
    incoming: String,
    version: u32,
    logo: String,
}

async fn samples(app: &TestApp) -> Samples {
    let listed = publish(app.state(), "2026-01-01", &[good("A", "10"), good("B", "2.5")]).await;
    let sales = app.staff(Role::Sales).await;
    sales.upload("/api/pictures?name=A.png", kontor_tests::pictures::PNG).await.ok();
    let version = sales.post("/api/price-lists", &json!({})).await.json::<PublishReport>().version;
    changed_since(app, i64::from(version), listed).await;
    let owner = app.buyer("C1").await;
    let other = app.buyer("C2").await;
    let place = async |buyer: &Client| -> Order {
        let id = app.state().clock.new_id();
        let body = json!({"version": listed, "overlay": "wholesale", "delivery_address": "1 Test Street",
            "lines": [{"code": "A", "quantity": "1", "shown_price": "10"}]});
        buyer.put(&format!("/api/orders/{id}"), &body).await.expect(201).json()
    };
    let confirmed = place(&owner).await;
    place(&other).await;
    let confirmed: Confirmed = sales.call("POST", &format!("/api/orders/{}/confirm", confirmed.id)).await.json();
    let open = place(&owner).await;
    sales.upload(&format!("/api/orders/{}/papers?name=scan.png", open.id), kontor_tests::pictures::PNG).await.ok();
    let import: ImportReport = sales.upload("/api/imports?kind=customers&name=c.csv", "code,name,country\nC1,One,UK\n,Nameless,UK\n".as_bytes()).await.json();
    sales.post("/api/segments/snapshots", &json!({"since": "2025-10-01"})).await.ok();
    let messages: MessagePage = sales.get("/api/messages").await.json();
    let jobs: JobList = app.staff(Role::Admin).await.get("/api/jobs").await.json();
    let running = kontor_tests::mailing::Written::draft(app.state(), &[("c1", "reader@customer.example")]).await;
    running.write_by_hand(app.state()).await;
    let (mailing, template) = written(app, &sales).await;
    let page: api::Customer = sales.get(&format!("/api/customers/{}", app.customer("C1").await)).await.json();
    let asked: api::people::Profile = owner.post("/api/profile/requests", &json!({"text": "We are a limited company now"})).await.json();
    // A code with letters that no id has: log-ins of the others are made of their ids, and are searched as well.
    app.buyer("THIRD").await;
    let people: PeoplePage = sales.get("/api/people?q=THIRD").await.json();
    Samples {
        token: running.token(app.state(), "reader@customer.example").await,
        contact: page.contacts[0].id.to_string(),
        request: asked.requests[0].id.clone(),
        person: people.people.first().expect("a buyer can sign in").id.to_string(),
        application: app.applicant("A1").await.to_string(),
        incoming: incoming(app).await,
        customer: app.customer("C1").await.to_string(),
        other,
        order: open.id.to_string(),
        document: confirmed.proforma.id.to_string(),
        import: import.id.expect("an import leaves a record").to_string(),
        message: messages.messages.first().expect("an order writes a message").id.to_string(),
        mailing,
        template,
        job: jobs.jobs.first().expect("a confirmed order has its document rendered").id.clone(),
        version,
        logo: app.logo().await,
    }
}

/// A message that waits for a person, with a file.
async fn incoming(app: &TestApp) -> String {
    let place = Place { source: "drop", name: "a.eml".into(), uidvalidity: None, uid: None };
    let raw = Letter::new("c1@customer.example", "a").file("a.csv", "Code;Quantity\nA;2\n").raw();
    take::take(app.state(), &raw, &place).await.unwrap();
    sqlx::query_scalar("SELECT id FROM incoming_mails").fetch_one(&mut *app.state().db.read().await.unwrap()).await.unwrap()
}

/// What leads from one version to the next, as the job leaves it for lists long enough to be worth it.
async fn changed_since(app: &TestApp, version: i64, since: i64) {
    let mut tx = app.state().db.write_tx().await.unwrap();
    let packed = price_list::snapshot::compress(b"a delta", price_list::snapshot::QUICK).unwrap();
    let hash = bodies::put(&mut tx, "application/vnd.kontor.price-list-delta", &packed, 0).await.unwrap();
    price_list::store::insert_delta(&mut tx, version, "wholesale", since, packed.len() as i64, &hash).await.unwrap();
    tx.commit().await.unwrap();
}

/// A mailing and a template, both as sales write them.
async fn written(app: &TestApp, sales: &Client) -> (String, String) {
    let (mailing, template) = (app.state().clock.new_id().to_string(), app.state().clock.new_id().to_string());
    let text = json!({"lang": "en", "subject": "Subject", "text": "{{ unsubscribe_url }}", "html": "<a href=\"{{ unsubscribe_url }}\">x</a>"});
    let body = json!({"name": "Template", "topic": "news", "based_on": 0, "texts": [text]});
    sales.put(&format!("/api/templates/{template}"), &body).await.ok();
    let body = json!({"name": "Mailing", "topic": "news", "audience": {}, "template": template, "uncertain_policy": "hold"});
    sales.put(&format!("/api/mailings/{mailing}"), &body).await.ok();
    (mailing, template)
}

/// The path of a row with an id of the kind it names.
fn path(row: &Row, samples: &Samples, which: Which) -> String {
    const NONE: &str = "019b0000-0000-7000-8000-000000000000";
    let id: &str = match (row.names, which) {
        (Names::Nothing, _) => {
            let file = kontor_program::PAGES.iter().find(|file| file.name.ends_with(".css")).expect("the app is built: cargo xtask build").name;
            return row.path.replace("{file}", file).replace("{*path}", "some/page").replace("{page}", "buyer").replace("{id}", NONE);
        }
        (Names::Snapshot, Which::Owners) => return format!("/api/price-list/{}/wholesale", samples.version),
        (Names::Snapshot, Which::Missing) => return format!("/api/price-list/{}/wholesale", samples.version + 70),
        (Names::Delta, which) => {
            let since = if which == Which::Owners { samples.version - 1 } else { samples.version + 70 };
            return format!("/api/price-list/{}/wholesale/since/{since}", samples.version);
        }
        (Names::Picture | Names::Product, which) => {
            let code = if which == Which::Owners { "A" } else { "Z" };
            return row.path.replace("{code}", code).replace("{number}", "1").replace("{size}", "small");
        }
        // One scan is kept with the order.
        (Names::Paper, Which::Owners) => return row.path.replace("{id}", &samples.order).replace("{no}", "1"),
        (Names::Paper, Which::Missing) => return row.path.replace("{id}", &samples.order).replace("{no}", "7"),
        (Names::Token, Which::Owners) => return row.path.replace("{token}", &samples.token),
        (Names::Token, Which::Missing) => return row.path.replace("{token}", &"A".repeat(43)),
        (_, Which::Missing) => NONE,
        (Names::Order, _) => &samples.order,
        (Names::Document, _) => &samples.document,
        (Names::Customer, _) => &samples.customer,
        (Names::Contact | Names::OwnContact, _) => &samples.contact,
        (Names::Request, _) => &samples.request,
        (Names::Import, _) => &samples.import,
        (Names::Message, _) => &samples.message,
        (Names::Mailing, _) => &samples.mailing,
        (Names::Template, _) => &samples.template,
        (Names::Job, _) => &samples.job,
        (Names::Logo, _) => &samples.logo,
        (Names::Person, _) => &samples.person,
        (Names::Application, _) => &samples.application,
        (Names::Incoming, _) => &samples.incoming,
    };
    row.path.replace("{id}", id).replace("{no}", "1")
}

/// The least a route reads, so that the answer is about the id.
fn body(row: &Row) -> &'static str {
    match row.id {
        RouteId::SegmentTerms => r#"{"by_hand": true, "reason": "a friend of the house"}"#,
        RouteId::TestMailing => r#"{"address": "me@firm.example"}"#,
        RouteId::Choose => r#"{"channels": [], "topics": []}"#,
        RouteId::ChoosePicture => r#"{"number": 1, "seen": 1}"#,
        RouteId::ReadIncoming => r#"{"file": 1, "customer": "C1"}"#,
        RouteId::TakeIncoming => r#"{"file": 1, "customer": "C1", "content": ""}"#,
        RouteId::DecideIncoming => r#"{"state": "ignored"}"#,
        RouteId::RefuseOrder => r#"{"reason": "no longer made"}"#,
        RouteId::SaveCustomer => r#"{"name": "One", "price_type": "wholesale", "lang": "en", "channel": "email"}"#,
        RouteId::CustomerState => r#"{"state": "active"}"#,
        RouteId::SaveContact | RouteId::SaveOwnContact => {
            r#"{"name": "Ann", "email": "c1@customer.example", "receives_orders": true, "receives_accounts": false, "receives_mail": true}"#
        }
        RouteId::RecordConsent => r#"{"purpose": "marketing", "channel": "email", "state": "withdrawn", "source": "telephone", "evidence": ""}"#,
        RouteId::SetBounced => r#"{"channel": "email", "bounces": true}"#,
        RouteId::GiveConsent => r#"{"channel": "email", "state": "withdrawn"}"#,
        // Not the name: the person is needed again.
        RouteId::ErasePerson => r#"{"name": "nobody", "reason": "asked for it"}"#,
        RouteId::DismissOddity | RouteId::RecallOddity => r#"{"kind": "below_minimum"}"#,
        RouteId::AnswerRequest => r#"{"state": "done", "answer": ""}"#,
        _ => "{}",
    }
}

async fn call(client: &Client, row: &Row, path: &str) -> Answer {
    if row.method == "GET" { client.get(path).await } else { client.send(unsafe_request(row, path).body(Body::from(body(row))).expect("a request")).await }
}

fn unsafe_request(row: &Row, path: &str) -> axum::http::request::Builder {
    Request::builder().method(row.method).uri(path).header(CSRF_HEADER, "1").header(header::CONTENT_TYPE, "application/json")
}

/// Whether the row's own ids are the buyers' too; the others belong to the firm.
fn a_buyer_has_its_own(names: Names) -> bool {
    matches!(names, Names::Order | Names::Document | Names::Snapshot | Names::Delta | Names::OwnContact)
}

on_both_databases!(every_route_as_everyone, |app| async {
    let samples = samples(&app).await;
    let mut wrong = Vec::new();
    for id in RouteId::ALL.iter().copied() {
        let row = id.row();
        // Another order may be submitted under any free id: told in the stories of orders.
        let ids: &[Which] = if row.names == Names::Nothing || id == RouteId::SubmitOrder { &[Which::Owners] } else { &[Which::Owners, Which::Missing] };
        // Buyers of one price type see the same list.
        let list = matches!(row.names, Names::Snapshot | Names::Delta | Names::Picture);
        for caller in Caller::ALL {
            let mut missing_said = None;
            for which in ids.iter().rev().copied() {
                let client = match caller {
                    Caller::Anonymous => app.anonymous(),
                    // Not the same session each time: one of the routes ends it.
                    Caller::Owner => app.buyer("C1").await,
                    Caller::OtherBuyer => app.buyer("C2").await,
                    Caller::Firm(role) => app.staff(role).await,
                };
                let answer = call(&client, &row, &path(&row, &samples, which)).await;
                let status = answer.status.as_u16();
                let right = if !row.access.allows(caller.role()) {
                    status == if caller == Caller::Anonymous { 401 } else { 403 }
                } else if which == Which::Missing {
                    missing_said = Some((status, answer.text()));
                    // A visitor is shown no prices here at all.
                    status == 404
                } else if list && caller == Caller::Anonymous {
                    status == 404
                } else if id == RouteId::PriceList && caller == Caller::Anonymous {
                    answer.text().contains("prices_hidden")
                } else if caller == Caller::OtherBuyer && a_buyer_has_its_own(row.names) && !list && id != RouteId::SubmitOrder {
                    // What belongs to another is as if it did not exist, to the letter.
                    missing_said == Some((status, answer.text()))
                } else {
                    // Let through: done, or refused for what it asks, and never a failure.
                    !matches!(status, 401 | 403 | 404 | 500) && (status != 503 || id == RouteId::DocumentPdf)
                };
                if !right {
                    wrong.push(format!(
                        "{} {} as {caller:?} with {which:?}: {status} {}",
                        row.method,
                        row.path,
                        answer.text().chars().take(200).collect::<String>()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers the table does not allow:\n{}", wrong.len(), wrong.join("\n"));
    // Nothing of the other buyer's was changed by all that.
    app.buyer("C1").await.get(&format!("/api/orders/{}", samples.order)).await.ok();
    samples.other.get("/api/orders").await.ok();
});

on_both_databases!(unsafe_requests_come_from_the_own_page, |app| async {
    let samples = samples(&app).await;
    for id in RouteId::ALL.iter().copied() {
        let row = id.row();
        // RFC 8058: a mail program's one click comes from nowhere.
        if row.method == "GET" || id == RouteId::OneClick {
            continue;
        }
        let path = path(&row, &samples, Which::Owners);
        let admin = app.staff(Role::Admin).await;
        let send = async |change: fn(axum::http::request::Builder) -> axum::http::request::Builder| {
            let request = Request::builder().method(row.method).uri(path.as_str()).header(header::CONTENT_TYPE, "application/json");
            admin.send(change(request).body(Body::from("{}")).expect("a request")).await
        };
        send(|request| request).await.problem(403, "csrf_header_missing");
        send(|request| request.header(CSRF_HEADER, "0")).await.problem(403, "csrf_header_missing");
        send(|request| request.header(CSRF_HEADER, "1").header("sec-fetch-site", "cross-site")).await.problem(403, "foreign_origin");
        send(|request| request.header(CSRF_HEADER, "1").header("sec-fetch-site", "same-site")).await.problem(403, "foreign_origin");
        send(|request| request.header(CSRF_HEADER, "1").header(header::ORIGIN, "https://evil.example")).await.problem(403, "foreign_origin");
        send(|request| request.header(CSRF_HEADER, "1").header(header::ORIGIN, "null")).await.problem(403, "foreign_origin");
    }
});

#[test]
fn the_table_is_as_agreed() {
    let mut text = String::new();
    for id in RouteId::ALL {
        let row = id.row();
        let who = match row.access {
            Access::Public => "anyone".to_string(),
            Access::Roles(roles) => roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(" "),
        };
        text.push_str(&format!("{:6} {:38} {:10} {who}\n", row.method, row.path, format!("{:?}", row.names)));
    }
    assert_snapshot("access.txt", &text);
}

#[test]
fn the_description_is_as_agreed() {
    assert_snapshot("openapi.json", &format!("{}\n", kontor_server::openapi::text()));
}
