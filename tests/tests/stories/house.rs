//! The house itself: health, the description of the API, sign-in as far as every other story needs it.

use kontor_shared::api::{self, Role};
use kontor_tests::on_both_databases;

on_both_databases!(health_answers, |app| async {
    let health: api::Health = app.anonymous().get("/healthz").await.json();
    assert!(health.ok);
});

on_both_databases!(who_am_i_knows_its_role, |app| async {
    assert_eq!(app.anonymous().get("/api/session").await.json::<Option<api::Session>>(), None);
    for role in [Role::Sales, Role::Accountant, Role::Marketer, Role::Admin] {
        let session: Option<api::Session> = app.staff(role).await.get("/api/session").await.json();
        assert_eq!(session.map(|session| session.role), Some(role));
    }
    let session: Option<api::Session> = app.buyer("C1").await.get("/api/session").await.json();
    assert_eq!(session.and_then(|session| session.customer).map(|customer| customer.code), Some("C1".into()));
});
