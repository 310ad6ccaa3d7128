//! Background work: delays, giving up, retrying, leases that ran out.

use kontor_server::jobs;
use kontor_shared::api::{self, Role};
use kontor_tests::{TestApp, on_both_databases};

async fn enqueue(app: &TestApp, kind: &str, subject: &str) {
    let state = app.state();
    let mut tx = state.db.write_tx().await.unwrap();
    jobs::enqueue(&mut tx, &state.clock, kind, subject).await.unwrap();
    jobs::enqueue(&mut tx, &state.clock, kind, subject).await.unwrap();
    tx.commit().await.unwrap();
}

async fn listed(app: &TestApp) -> Vec<api::Job> {
    app.staff(Role::Admin).await.get("/api/jobs").await.json::<api::JobList>().jobs
}

on_both_databases!(a_job_that_cannot_be_done_fails_after_eight_tries_and_can_be_retried, |app| async {
    enqueue(&app, "unheard of", "x").await;
    for attempt in 1..=8 {
        assert_eq!(jobs::run_due(app.state(), || false).await.unwrap(), 1, "attempt {attempt}");
        assert_eq!(jobs::run_due(app.state(), || false).await.unwrap(), 0, "its delay is not over");
        app.pass(7 * 3600);
    }
    let jobs_now = listed(&app).await;
    assert_eq!(jobs_now.len(), 1);
    assert_eq!((jobs_now[0].state.as_str(), jobs_now[0].attempts), ("failed", 8));
    assert!(jobs_now[0].last_error.as_deref().unwrap_or("").contains("unheard of"));
    let path = format!("/api/jobs/{}/retry", jobs_now[0].id);
    app.staff(Role::Sales).await.post(&path, &serde_json::json!({})).await.problem(403, "role");
    let admin = app.staff(Role::Admin).await;
    assert_eq!(admin.post(&path, &serde_json::json!({})).await.json::<api::Job>().state, "queued");
    admin.post(&path, &serde_json::json!({})).await.problem(409, "not_failed");
    admin.post("/api/jobs/nothing/retry", &serde_json::json!({})).await.problem(404, "not_found");
    assert_eq!(jobs::run_due(app.state(), || false).await.unwrap(), 1);
    let audit: api::AuditPage = admin.get("/api/audit").await.json();
    assert!(audit.rows.iter().any(|row| row.action == "job.retry"));
});

on_both_databases!(a_job_whose_worker_died_is_taken_over_when_its_lease_is_out, |app| async {
    enqueue(&app, "unheard of", "x").await;
    let now = app.state().clock.now_ms();
    let mut tx = app.state().db.write_tx().await.unwrap();
    sqlx::query("UPDATE jobs SET state = 'running', attempts = 1, lease_owner = 'dead', lease_until = $1").bind(now + 60_000).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(jobs::run_due(app.state(), || false).await.unwrap(), 0, "the lease still holds");
    app.pass(61);
    assert_eq!(jobs::run_due(app.state(), || false).await.unwrap(), 1);
    assert_eq!(listed(&app).await[0].attempts, 2);
});
