//! A reader's own price list goes along, is shown as it was sent, and opens like the one made on the spot.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use kontor_server::mail::{Patience, dkim};
use kontor_server::outbox;
use kontor_server::outbox::attachment::Attached;
use kontor_server::price_list;
use kontor_server::secrets::Purpose;
use kontor_shared::api::mailings::MailingPreview;
use kontor_shared::api::{PublishReport, Role};
use kontor_shared::mailings::MailingAction;
use kontor_shared::money::Percent;
use kontor_shared::sheet::{FormInfo, write_price_list};
use kontor_shared::words::Lang;
use kontor_tests::databases::fresh_directory;
use kontor_tests::faulty_smtp::{Fault, FaultyServer};
use kontor_tests::goods::{good, publish};
use kontor_tests::mailing::{PUBLIC_URL, Written, name_sender};
use kontor_tests::smtp::PYTHON;
use kontor_tests::{Engine, TestApp};

use serde_json::json;

use crate::sheet::{dump, through_libreoffice};

const SHORT: Patience = Patience { connect: Duration::from_secs(3), command: Duration::from_secs(3), accept: Duration::from_secs(3) };

/// Python's own mail parser writes the attachment into `into` and says its name.
fn attachment(mail: &[u8], into: &std::path::Path) -> String {
    const READ: &str = "import sys,email\nfrom email import policy\nm=email.message_from_bytes(sys.stdin.buffer.read(),policy=policy.default)\n\
        a=list(m.iter_attachments())\nassert len(a)==1 and m.get_content_type()=='multipart/mixed'\nassert m.get_body(('plain',)) and m.get_body(('html',))\n\
        open(sys.argv[1],'wb').write(a[0].get_content())\nprint(a[0].get_filename())";
    let mut child = Command::new(PYTHON).args(["-c", READ]).arg(into).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3 runs");
    child.stdin.take().unwrap().write_all(mail).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_string()
}

async fn as_it_was_sent(engine: Engine) {
    let server = FaultyServer::start().await;
    let url = server.url();
    let app = TestApp::start_with(engine, |config| {
        config.smtp_url = Some(url);
        config.public_url = Some(PUBLIC_URL.into());
    })
    .await;
    let state = app.state();
    let goods: Vec<String> = (0..300).map(|at| format!("A-{at:04}")).collect();
    let goods: Vec<_> = goods.iter().map(|code| good(code, "12.5")).collect();
    publish(state, "2026-01-01", &goods).await;
    let version = i64::from(app.staff(Role::Sales).await.post("/api/price-lists", &json!({})).await.json::<PublishReport>().version);
    let key = dkim::seal(&state.key(Purpose::Mail).await.unwrap(), "firm.example", "k1", &dkim::new_key(dkim::Kind::Ed25519).unwrap()).unwrap();
    name_sender(state, |firm| firm.dkim = Some(key)).await;
    let written = Written::draft(state, &[("a", "a@customer.example"), ("b", "b@customer.example")]).await;
    let mut tx = state.db.write_tx().await.unwrap();
    sqlx::query("UPDATE mailings SET attach_price_list = 1").execute(&mut *tx).await.unwrap();
    sqlx::query("UPDATE customers SET name = 'ООО «Ромашка» & <Ко>', discount = 500 WHERE code = 'm-a'").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    written.freeze(state).await;
    written.act(state, MailingAction::Start).await;
    // A second try sends the same bytes.
    server.set(Fault::Say("CONTENT", "451 later"));
    outbox::run_due_with(state, || false, SHORT).await.unwrap();
    server.set(Fault::None);
    app.pass(600);
    outbox::run_due_with(state, || false, SHORT).await.unwrap();
    let contents = server.contents();
    assert_eq!(contents.len(), 2, "{:?}", written.message(state, "a@customer.example").await);

    let staff = app.staff(Role::Marketer).await;
    let directory = fresh_directory();
    let (mut sent, mut direct) = (Vec::new(), Vec::new());
    for (at, code) in ["a", "b"].into_iter().enumerate() {
        let (id, attachments, stored): (String, String, i64) = sqlx::query_as(
            "SELECT m.id, m.attachments, CAST(LENGTH(b.bytes) AS BIGINT) FROM messages m JOIN bodies b ON b.hash = m.rendered_hash WHERE m.recipient = $1",
        )
        .bind(format!("{code}@customer.example"))
        .fetch_one(&mut *state.db.read().await.unwrap())
        .await
        .unwrap();
        let shown = staff.get(&format!("/api/messages/{id}/sent")).await.ok();
        assert!(contents.iter().any(|content| *content == shown.body), "what is shown is not what was sent");
        assert!(stored < 10_000 && shown.body.len() > 30_000, "{stored} bytes are stored of {}", shown.body.len());
        let file = directory.join(format!("sent{at}.xlsx"));
        let name = attachment(&shown.body, &file);
        assert_eq!(name, "Фирма - Прайс-лист 2026-01-15.xlsx");
        // The preview names it as it is.
        let preview: MailingPreview = staff.get(&format!("/api/mailings/{}/preview?at={at}", written.id)).await.json();
        assert_eq!(preview.message.expect("a copy").attachments, [name]);
        sent.push(file);

        // Made on the spot for the same form, the workbook says the same in every cell.
        let attached: Vec<Attached> = serde_json::from_str(&attachments).unwrap();
        let form = attached[0].values[0].clone();
        let mut connection = state.db.read().await.unwrap();
        let (customer, issued_at): (String, i64) =
            sqlx::query_as("SELECT customer_id, created_at FROM forms WHERE id = $1").bind(&form).fetch_one(&mut *connection).await.unwrap();
        assert_eq!(customer, written.recipients[at].customer.to_string());
        let snapshot = price_list::load(&mut connection, version, "wholesale").await.unwrap().unwrap();
        let snapshot = if code == "a" { snapshot.less(Percent::from_raw(500)) } else { snapshot };
        let info = FormInfo {
            form_id: form,
            customer_code: Some(format!("m-{code}")),
            customer_name: Some(if code == "a" { "ООО «Ромашка» & <Ко>".into() } else { "m-b".into() }),
            firm_name: "Фирма".into(),
            firm_email: "sales@firm.example".into(),
            firm_phone: String::new(),
            firm_address: Vec::new(),
            issued_at,
            vat_method: kontor_shared::money::VatMethod::PerRate,
            demo: false,
            token: attached[0].values.get(4).cloned(),
        };
        let file = directory.join(format!("direct{at}.xlsx"));
        std::fs::write(&file, write_price_list(&snapshot, &[], &info, Lang::Ru).unwrap()).unwrap();
        direct.push(file);
    }
    assert_ne!(std::fs::read(&sent[0]).unwrap(), std::fs::read(&sent[1]).unwrap());
    assert_eq!(dump(&sent), dump(&direct));
    assert_eq!(through_libreoffice(&sent, &directory).iter().filter(|file| file.exists()).count(), 2);
    let _ = std::fs::remove_dir_all(directory);

    // Whoever loses what an attachment is made from learns so, and gets no other file.
    let mut tx = state.db.write_tx().await.unwrap();
    sqlx::query("UPDATE messages SET attachments = REPLACE(attachments, 'm-b', 'm-x')").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let id: String =
        sqlx::query_scalar("SELECT id FROM messages WHERE recipient = 'b@customer.example'").fetch_one(&mut *state.db.read().await.unwrap()).await.unwrap();
    let error = outbox::as_sent(&mut state.db.read().await.unwrap(), &id).await.unwrap_err();
    assert!(error.to_string().contains("as it was sent"), "{error}");
    app.finish().await;
}

mod a_price_list_goes_along_and_is_shown_as_it_was_sent {
    use super::*;
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        as_it_was_sent(Engine::Sqlite).await;
    }
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        as_it_was_sent(Engine::Postgres).await;
    }
}
