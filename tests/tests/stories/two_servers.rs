//! Two servers on one PostgreSQL: what one does the other knows, and either may die.

use kontor_tests::databases::Place;
use kontor_tests::goods::{good, publish};
use kontor_tests::program::{self, Server};
use kontor_tests::wire::ask;
use kontor_tests::{Engine, TestApp};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_signs_in_on_one_server_orders_on_the_other_and_either_may_be_killed() {
    let app = TestApp::start(Engine::Postgres).await;
    let version = publish(app.state(), "2020-01-01", &[good("A", "10")]).await;
    app.customer("C1").await;
    let place: &Place = app.place();
    let words = ["user", "add", "--login", "buyer@test.example", "--role", "buyer", "--customer", "C1"];
    tokio::task::block_in_place(|| program::run_giving(place, &words, "correct horse battery staple\n"));
    // Each with a data directory of its own, as on two machines.
    let other = Place { engine: Engine::Postgres, directory: kontor_tests::databases::fresh_directory(), url: place.url.clone() };
    let one = Server::start(place, &[], &[]).await;
    let two = Server::start(&other, &[], &[]).await;
    let credentials = json!({"login": "buyer@test.example", "password": "correct horse battery staple"});
    let session = ask(&one.address, "POST", "/api/session", None, Some(&credentials)).await.unwrap().session().expect("a session");

    let body = json!({"version": version, "overlay": "wholesale", "lines": [{"code": "A", "quantity": "2", "shown_price": "10"}]});
    let put = async |address: &str, id: &str| ask(address, "PUT", &format!("/api/orders/{id}"), Some(&session), Some(&body)).await;
    let list = async |address: &str| -> Vec<String> {
        let page: Value = ask(address, "GET", "/api/orders", Some(&session), None).await.unwrap().json();
        page["orders"].as_array().unwrap().iter().map(|order| order["id"].as_str().unwrap().to_string()).collect()
    };
    let new_id = || app.state().clock.new_id().to_string();
    let first = new_id();
    assert_eq!(put(&two.address, &first).await.unwrap().status, 201);
    assert_eq!(put(&one.address, &first).await.unwrap().status, 200, "the other server knows it");
    assert_eq!(list(&one.address).await, std::slice::from_ref(&first));

    // The same order at both at once is one order.
    for _ in 0..20 {
        let id = new_id();
        let (a, b) = tokio::join!(put(&one.address, &id), put(&two.address, &id));
        let mut statuses = [a.unwrap().status, b.unwrap().status];
        statuses.sort();
        assert_eq!(statuses, [200, 201]);
    }

    // The server that signed the buyer in is killed while it takes orders: the buyer goes on at the other.
    let under_way = new_id();
    let dying = one.address.clone();
    let (answer, ()) = tokio::join!(put(&dying, &under_way), one.kill());
    let again = put(&two.address, &under_way).await.unwrap().status;
    assert!(again == 200 || (again == 201 && answer.is_none()), "{again} after {answer:?}");
    let three = Server::start(place, &[], &[]).await;
    assert_eq!(list(&three.address).await.len(), 22);
    // And the other way round.
    two.kill().await;
    let last = new_id();
    assert_eq!(put(&three.address, &last).await.unwrap().status, 201);
    assert_eq!(ask(&three.address, "DELETE", "/api/session", Some(&session), None).await.unwrap().status, 204);
    assert_eq!(put(&three.address, &last).await.unwrap().status, 401, "signed out is signed out everywhere");
    let report: Value = serde_json::from_str(&tokio::task::block_in_place(|| program::run(place, &["fsck", "--json"]))).unwrap();
    assert_eq!(report["broken"], 0, "{report:#}");
    assert_eq!(three.stop().await, Some(0));
    app.finish().await;
}
