//! Background work that waits, runs or has failed.

use kontor_shared::api::{Job, JobList};
use kontor_shared::words::{format, log_ins, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::expiry;
use super::listing::{Listing, Shown};
use crate::api;
use crate::lang::{lang, say};
use crate::times;
use crate::ui::page::PageHead;
use crate::ui::toast;

#[component]
pub fn Jobs() -> impl IntoView {
    let listing: Listing<JobList> = Listing::new(Signal::stored("/api/jobs".to_string()));
    view! {
        <PageHead title=say(staff::JOBS)/>
        <Shown of=listing show=move |list: JobList| view! { <Rows list=list listing=listing/> }.into_any()/>
    }
}

fn run_again(job: &Job, listing: Listing<JobList>) {
    let path = format!("/api/jobs/{}/retry", api::encoded(&job.id));
    spawn_local(async move {
        match api::post_empty::<Job>(&path).await {
            Ok(_) => toast::tell(say(staff::JOB_AGAIN)),
            Err(error) => {
                expiry::tell(&error);
            }
        }
        listing.reload();
    });
}

#[component]
fn Rows(list: JobList, listing: Listing<JobList>) -> impl IntoView {
    if list.jobs.is_empty() {
        return view! { <div class="panel panel-s"><div class="body"><p><b>{say(staff::NO_JOBS)}</b></p></div></div> }.into_any();
    }
    let rows: Vec<_> = list
        .jobs
        .into_iter()
        .map(|job| {
            let failed = job.state == "failed";
            let state = staff::job_state(&job.state).map_or(job.state.clone(), |word| say(word).to_string());
            let kind = match job.kind.as_str() {
                "render_document" => say(staff::JOB_PDF).to_string(),
                "account_request" => say(log_ins::JOB_ACCOUNT).to_string(),
                other => other.to_string(),
            };
            let one = job.clone();
            view! {
                <tr>
                    <td class="a">{kind}</td>
                    <td class="b code long">{job.subject}</td>
                    <td class=if failed { "b warn" } else { "b" }>{state}</td>
                    <td class="num b" data-l=say(staff::ATTEMPTS)>{format::integer(lang(), i64::from(job.attempts))}</td>
                    <td class="b nw">{times::instant(&job.created_at)}</td>
                    <td class="c"><span class="odd"><span class="long">{job.last_error}</span>
                        {failed.then(|| view! { <button type="button" class="link" on:click=move |_| run_again(&one, listing)>{say(staff::RUN_AGAIN)}</button> })}
                    </span></td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="panel panel-s wrap"><table class="t t-stack">
            <caption class="vh">{say(staff::JOBS)}</caption>
            <thead><tr>
                <th scope="col">{say(staff::JOB)}</th>
                <th scope="col">{say(staff::SUBJECT)}</th>
                <th scope="col">{say(staff::STATE)}</th>
                <th scope="col" class="num">{say(staff::ATTEMPTS)}</th>
                <th scope="col">{say(staff::WRITTEN)}</th>
                <th scope="col">{say(staff::ERROR)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}
