//! What people decide about messages: the customer by link, staff beside each other, and for whom an order is.

use kontor_server::orders::entry::{self, By, Origin};
use kontor_server::orders::origins::Message;
use kontor_shared::api::SubmitOrder;
use kontor_shared::api::incoming::{ConfirmedOrder, IncomingView, ReadAgain};
use kontor_shared::api::{Order, Role};
use kontor_shared::ids::OrderId;
use kontor_shared::orders::Source;
use kontor_tests::letters::Letter;
use kontor_tests::{Engine, both};
use serde_json::{Value, json};

use crate::incoming::{BUYER, bare, drop_in, filled, firm, link, mails, orders, show};

async fn beside(engine: Engine) {
    let (app, form) = firm(engine).await;
    let staff = app.staff(Role::Sales).await;
    // A table that may be a further order of somebody no address tells.
    let letter = Letter::new("somebody@elsewhere.example", "two").file("order.xlsx", filled(&form, "order", &json!({"00123": 12})));
    drop_in(&app, "two.eml", &letter.file("more.csv", "code;quantity\nA-1;4\n")).await;
    assert_eq!(orders(&staff).await.orders.len(), 1);
    let waiting = mails(&staff, "needs_person").await;
    assert_eq!((waiting.len(), waiting[0].reason.as_str()), (1, "no_form"), "{waiting:?}");
    let path = format!("/api/incoming/{}", waiting[0].id);
    let read: ReadAgain = staff.post(&format!("{path}/read"), &json!({"file": 2, "customer": "C1"})).await.json();
    assert_eq!(read.account.accepted, 1);
    let closed: IncomingView = staff.post(&format!("{path}/decide"), &json!({"state": "ignored"})).await.json();
    assert_eq!((closed.mail.state.as_str(), closed.files[1].reason.as_str()), ("accepted", "put_aside"));
    app.finish().await;
}
both!(what_may_be_an_order_waits_beside_one, beside);

async fn confirmed_beside(engine: Engine) {
    let (app, form) = firm(engine).await;
    let staff = app.staff(Role::Sales).await;
    drop_in(&app, "first.eml", &Letter::new(BUYER, "first").file("order.xlsx", filled(&form, "first", &json!({"00123": 12})))).await;
    let first = orders(&staff).await.orders.remove(0).number;
    app.pass(2 * 3600);
    // The same sheet once more, as a text that proves nothing: the customer is asked, and says yes.
    drop_in(&app, "again.eml", &Letter::new(BUYER, "again").file("order.csv", bare(&form, "again", &json!({"00123": 15})))).await;
    let mail = mails(&staff, "needs_person").await.remove(0);
    assert_eq!(mail.reason, "asked");
    let token = json!({"token": link(&app, BUYER).await});
    let told = app.anonymous().post("/api/mail-order/confirm", &token).await;
    told.problem(409, "other_order_open");
    app.anonymous().post("/api/mail-order/confirm", &token).await.problem(404, "link_ended");
    assert_eq!(orders(&staff).await.orders.len(), 1, "which of the two is meant, nobody has said");
    let seen = show(&staff, &mail.id).await;
    assert_eq!((seen.mail.state.as_str(), seen.mail.reason.as_str(), seen.mail.detail.as_str()), ("needs_person", "confirmed_beside", first.as_str()));
    assert_eq!(seen.files[0].other.as_ref().map(|other| other.number.as_str()), Some(first.as_str()));
    let wanted = json!({"file": 1, "customer": "C1", "content": seen.files[0].content});
    staff.post(&format!("/api/incoming/{}/take", mail.id), &wanted).await.json::<ConfirmedOrder>();
    assert_eq!(orders(&staff).await.orders.len(), 2);
    app.finish().await;
}
both!(what_is_confirmed_beside_an_open_order_of_the_same_sheet_waits_for_a_person, confirmed_beside);

async fn for_whom(engine: Engine) {
    let (app, form) = firm(engine).await;
    let staff = app.staff(Role::Sales).await;
    app.customer("C2").await;
    // A table of the buyer's own was shown as C1's order; with another code beside it, it is none of C2's.
    drop_in(&app, "own.eml", &Letter::new(BUYER, "own").file("own.csv", "code;quantity\nA-1;4\n")).await;
    let mail = mails(&staff, "needs_person").await.remove(0);
    let seen = show(&staff, &mail.id).await;
    let path = format!("/api/incoming/{}", mail.id);
    let take = |customer: &str, content: &str| json!({"file": 1, "customer": customer, "content": content});
    staff.post(&format!("{path}/take"), &take("C2", &seen.files[0].content)).await.problem(409, "account_changed");
    let read: ReadAgain = staff.post(&format!("{path}/read"), &json!({"file": 1, "customer": "C2"})).await.json();
    let order: ConfirmedOrder = staff.post(&format!("{path}/take"), &take("C2", &read.content)).await.json();
    let stored: Order = staff.get(&format!("/api/orders/{}", order.order)).await.json();
    assert_eq!(stored.customer.unwrap().code, "C2");
    // A form that was made for C1 is no order of C2's, here as at the entry desk.
    drop_in(&app, "form.eml", &Letter::new("evil@other.example", "form").file("order.csv", bare(&form, "form", &json!({"00123": 5})))).await;
    let mail = mails(&staff, "needs_person").await.remove(0);
    let path = format!("/api/incoming/{}", mail.id);
    let read: ReadAgain = staff.post(&format!("{path}/read"), &json!({"file": 1, "customer": "C2"})).await.json();
    staff.post(&format!("{path}/take"), &take("C2", &read.content)).await.problem(409, "form_of_another");
    app.finish().await;
}
both!(a_file_is_taken_for_whom_it_was_shown, for_whom);

async fn decided_first(engine: Engine) {
    let (app, form) = firm(engine).await;
    let staff = app.staff(Role::Sales).await;
    drop_in(&app, "order.eml", &Letter::new("evil@other.example", "order").file("order.csv", bare(&form, "order", &json!({"00123": 5})))).await;
    let mail = mails(&staff, "needs_person").await.remove(0);
    let revision = show(&staff, &mail.id).await.revision;
    // One of two has its file read, the other refuses the message meanwhile: the order of the first is not stored.
    staff.post(&format!("/api/incoming/{}/decide", mail.id), &json!({"state": "refused", "reason": "not theirs"})).await.json::<IncomingView>();
    let published: Value = staff.get("/api/price-lists").await.json();
    let version = published["versions"][0]["version"].clone();
    let lines = json!([{"code": "00123", "quantity": "5", "shown_price": "2.00"}]);
    let wanted: SubmitOrder = serde_json::from_value(json!({"version": version, "overlay": "wholesale", "lines": lines})).unwrap();
    let origin = |revision: i64| Origin {
        source: Source::Mail,
        by: By::Staff,
        actor: "staff".into(),
        user_id: None,
        form_id: None,
        received_on: None,
        content: None,
        account: None,
        message: Some(Message { id: mail.id.clone(), revision }),
    };
    let customer = app.customer("C1").await;
    let id = || OrderId(app.state().clock.new_id());
    let late = entry::enter(app.state(), customer, id(), &wanted, &origin(revision)).await;
    assert!(matches!(&late, Err(kontor_server::error::AppError::Conflict { code: "decided", .. })), "{late:?}");
    assert!(orders(&staff).await.orders.is_empty());
    let now = show(&staff, &mail.id).await.revision;
    entry::enter(app.state(), customer, id(), &wanted, &origin(now)).await.unwrap();
    assert_eq!(orders(&staff).await.orders.len(), 1);
    app.finish().await;
}
both!(an_order_is_stored_only_while_its_message_is_as_it_was_seen, decided_first);
