//! Stories told to the real router, each on both databases. One module per feature.

mod access;
mod accounts;
mod attachments;
mod audiences;
mod backup;
mod child;
mod consent;
mod customers;
mod discount;
mod drafts;
mod entries;
mod entry;
mod erase;
mod firm;
mod first_screen;
mod forms;
mod fsck;
mod history;
mod house;
mod http;
mod imports;
mod incoming;
mod incoming_corpus;
mod incoming_decisions;
mod incoming_mailbox;
mod inert;
mod jobs;
mod kill;
mod kill_mailing;
mod mailings;
mod migrations;
mod minimum_order;
mod office;
mod orders;
mod outbox;
mod paper;
mod pdf;
mod people;
mod pictures;
mod pictures_fetched;
mod pictures_gone;
mod powerloss;
mod price_list;
mod profile;
mod read_form;
mod restore_drill;
mod segments;
mod sending;
mod serving;
mod set_up;
mod sheet;
mod sheet_stream;
mod sign_in;
mod sign_up;
mod starting;
mod templates;
mod tiers;
mod two_servers;
mod unsubscribe;
mod waiting;
mod watching;

/// Changes the database behind the program's back.
async fn run(app: &kontor_tests::TestApp, sql: &'static str, values: &[&str]) {
    let mut tx = app.state().db.write_tx().await.expect("a transaction");
    let mut query = sqlx::query(sql);
    for value in values {
        query = query.bind(*value);
    }
    query.execute(&mut *tx).await.expect("the statement runs");
    tx.commit().await.expect("committed");
}
