//! What of a mailing waits, and for what: said with the domain, the limit and the time; and a domain that is left alone is
//! written to again by whoever knows better.

use std::time::Duration;

use kontor_server::mail::Patience;
use kontor_server::outbox;
use kontor_shared::api::Role;
use kontor_shared::api::mailings::{Held, Mailing, Waiting};
use kontor_shared::api::operations::{BreakerList, Sending};
use kontor_shared::mailings::MailingAction;
use kontor_shared::settings::MailLimits;
use kontor_tests::faulty_smtp::{Fault, FaultyServer};
use kontor_tests::goods::number;
use kontor_tests::mailing::{PUBLIC_URL, Written, name_sender};
use kontor_tests::{Client, Engine, TestApp, both};
use serde_json::json;

const SHORT: Patience = Patience { connect: Duration::from_secs(3), command: Duration::from_secs(3), accept: Duration::from_secs(3) };

async fn start(engine: Engine, limits: MailLimits) -> (TestApp, FaultyServer) {
    let server = FaultyServer::start().await;
    let url = server.url();
    let app = TestApp::start_with(engine, |config| {
        config.smtp_url = Some(url);
        config.public_url = Some(PUBLIC_URL.into());
    })
    .await;
    name_sender(app.state(), |settings| settings.mail_limits = limits).await;
    (app, server)
}

/// A mailing to so many readers of each domain, started.
async fn started(app: &TestApp, domains: &[(&str, usize)]) -> Written {
    let people: Vec<(String, String)> =
        domains.iter().flat_map(|(domain, count)| (0..*count).map(move |at| (format!("{domain}-{at}"), format!("reader{at}@{domain}")))).collect();
    let people: Vec<(&str, &str)> = people.iter().map(|(code, address)| (code.as_str(), address.as_str())).collect();
    let written = Written::new(app.state(), &people).await;
    written.act(app.state(), MailingAction::Start).await;
    written
}

async fn run(app: &TestApp) {
    outbox::run_due_with(app.state(), || false, SHORT).await.unwrap();
}

async fn waiting(client: &Client, written: &Written) -> Option<Waiting> {
    client.get(&format!("/api/mailings/{}", written.id)).await.json::<Mailing>().waiting
}

fn told(held: &[Held]) -> Vec<(&str, Option<&str>, u64, Option<u32>)> {
    held.iter().map(|one| (one.reason.as_str(), one.domain.as_deref(), one.count, one.per_hour)).collect()
}

async fn limits(engine: Engine) {
    let overrides = [("slow.example".to_string(), 60)].into();
    let (app, _server) = start(engine, MailLimits { per_hour: Some(36_000), per_domain_per_hour: Some(600), overrides }).await;
    let sales = app.staff(Role::Sales).await;
    let written = started(&app, &[("slow.example", 30), ("quick.example", 30), ("a.example", 1)]).await;
    run(&app).await;
    // A minute's worth went at once; the rest is put off, and it is said by what and until when.
    let found = waiting(&sales, &written).await.expect("most of it waits");
    assert_eq!((found.messages, &found.stopped, found.more_domains, found.more_messages), (28 + 19, &None, 0, 0));
    assert_eq!(told(&found.held), [("domain_limit", Some("slow.example"), 28, Some(60)), ("domain_limit", Some("quick.example"), 19, Some(600))], "{found:?}");
    // Four senders put off at once, so a slot or two may be lost; never is one gained.
    let within = |time: &Option<String>, from: &str, to: &str| time.as_deref().is_some_and(|time| from <= time && time <= to);
    assert!(within(&found.held[0].next_at, "2026-01-15T09:01:00Z", "2026-01-15T09:03:00Z"), "{found:?}");
    assert!(within(&found.done_at, "2026-01-15T09:28:00Z", "2026-01-15T09:31:00Z"), "{found:?}");
    // And so it is: the last goes about then, not before.
    for _ in 0..27 {
        app.pass(60);
        run(&app).await;
    }
    assert!(waiting(&sales, &written).await.is_some_and(|found| found.messages <= 4));
    for _ in 0..4 {
        app.pass(60);
        run(&app).await;
    }
    assert_eq!((waiting(&sales, &written).await, written.state(app.state()).await), (None, "done".to_string()));

    // More domains than are told one by one, and nothing at all while it is paused.
    let domains: Vec<String> = (0..8).map(|at| format!("d{at}.example")).collect();
    let many = started(&app, &domains.iter().map(|domain| (domain.as_str(), 12)).collect::<Vec<_>>()).await;
    run(&app).await;
    let found = waiting(&sales, &many).await.expect("some waits");
    assert!(found.held.len() == 5 && found.more_domains >= 2 && found.more_messages >= 2, "{found:?}");
    sales.call("POST", &format!("/api/mailings/{}/pause", many.id)).await.ok();
    let paused = waiting(&sales, &many).await.expect("some waits");
    assert_eq!((paused.messages, paused.stopped.as_deref(), &paused.done_at), (found.messages, Some("mailing_paused"), &None));
    let mut tx = app.state().db.write_tx().await.unwrap();
    kontor_server::sending::pause(&mut tx, &app.state().clock, "test", "holidays").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(waiting(&sales, &many).await.expect("some waits").stopped.as_deref(), Some("sending_paused"));
    // Releasing lets nothing of a mailing go that is paused itself; of one under way, all of it.
    let would_go = async || sales.get("/api/sending").await.json::<Sending>().waiting;
    assert_eq!(would_go().await, 0);
    let marketer = app.staff(Role::Marketer).await;
    marketer.call("POST", &format!("/api/mailings/{}/resume", many.id)).await.ok();
    assert_eq!(u64::from(would_go().await), found.messages);
    app.finish().await;
}
both!(what_limits_put_off_is_said_with_the_domain_and_the_time, limits);

async fn whole_server(engine: Engine) {
    let (app, _server) = start(engine, MailLimits { per_hour: Some(60), per_domain_per_hour: None, overrides: Default::default() }).await;
    let sales = app.staff(Role::Sales).await;
    let written = started(&app, &[("a.example", 10)]).await;
    run(&app).await;
    let found = waiting(&sales, &written).await.expect("some waits");
    assert_eq!(told(&found.held), [("limit", None, 8, Some(60))], "{found:?}");
    assert_eq!(found.done_at.as_deref(), Some("2026-01-15T09:08:00Z"));
    app.finish().await;
}
both!(the_mail_servers_own_limit_is_said_too, whole_server);

async fn breakers(engine: Engine) {
    let (app, server) = start(engine, MailLimits::none()).await;
    let (sales, marketer) = (app.staff(Role::Sales).await, app.staff(Role::Marketer).await);
    assert_eq!(sales.get("/api/sending/breakers").await.json::<BreakerList>().breakers, vec![]);
    let written = started(&app, &[("busy.example", 40), ("free.example", 5)]).await;
    server.set(Fault::SayTo("@busy.example", "421 4.7.0 try again later"));
    run(&app).await;
    let found = waiting(&sales, &written).await.expect("some waits");
    assert_eq!(told(&found.held), [("breaker", Some("busy.example"), 40, None)], "{found:?}");
    let open = sales.get("/api/sending/breakers").await.json::<BreakerList>().breakers;
    let [one] = &open[..] else { panic!("one: {open:?}") };
    assert_eq!((one.scope.as_str(), one.domain.as_deref(), one.waiting), ("domain:busy.example", Some("busy.example"), 40));
    assert!(one.reason.contains("421") && one.failures >= 5 && one.since < one.until, "{one:?}");
    assert_eq!(found.held[0].next_at.as_ref(), Some(&one.until));
    // Who may send may try again before the time is over; the trail says who did.
    let close = json!({"scope": one.scope});
    sales.post("/api/sending/breakers/close", &close).await.problem(403, "role");
    server.set(Fault::None);
    for _ in 0..2 {
        assert_eq!(marketer.post("/api/sending/breakers/close", &close).await.json::<BreakerList>().breakers, vec![]);
    }
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM audit WHERE action = 'sending.resume' AND actor LIKE 'marketer-%'").await, 1);
    run(&app).await;
    assert_eq!((written.count(app.state(), "sent").await, written.state(app.state()).await), (45, "done".to_string()));
    app.finish().await;
}
both!(a_domain_left_alone_is_shown_and_written_to_again_early, breakers);
