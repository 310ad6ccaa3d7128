//! Changes the customer asked for that nobody has answered, at the head of its page.

use kontor_shared::api::Customer;
use kontor_shared::api::people::{AnswerRequest, ChangeRequest};
use kontor_shared::customers::RequestState;
use kontor_shared::words::people as words;
use leptos::prelude::*;

use super::{a_form, changed, may_write};
use crate::api;
use crate::lang::say;
use crate::times;
use crate::ui::form::{Line, Wrong};
use crate::ui::toast;

#[component]
pub fn Requests(requests: Vec<ChangeRequest>) -> impl IntoView {
    requests.into_iter().filter(|request| request.state == RequestState::Open).map(|request| view! { <Open request=request/> }).collect_view()
}

#[component]
fn Open(request: ChangeRequest) -> impl IntoView {
    let answer = RwSignal::new(String::new());
    let form = a_form(&format!("request-{}", request.id));
    let id = StoredValue::new(request.id);
    let send = move |state: RequestState| {
        let content = AnswerRequest { state, answer: answer.get_untracked() };
        let path = format!("/api/requests/{}", id.get_value());
        form.send(async move { api::post::<Customer>(&path, &content).await }, move |_| {
            changed();
            toast::tell(say(words::REQUEST_ANSWERED));
        });
    };
    view! {
        <section class="panel panel-s request"><h2>{say(words::REQUESTS)}</h2><div class="body stack">
            <p class="lines">{request.text}</p>
            <p class="s ink-2">{format!("{}, {}", times::instant(&request.asked_at), request.asked_by)}</p>
            {may_write().then(|| view! {
                <form class="stack form-wide" novalidate on:submit=move |event: web_sys::SubmitEvent| { event.prevent_default(); send(RequestState::Done) }>
                    <Line form=form at="/answer" label=say(words::REQUEST_ANSWER) value=answer max_length=1000/>
                    <Wrong form=form/>
                    <div class="row-x">
                        <button type="submit" class="btn btn-main" aria-busy=move || form.busy.get().then_some("true")>{say(words::REQUEST_DONE)}</button>
                        <button type="button" class="btn" aria-busy=move || form.busy.get().then_some("true") on:click=move |_| send(RequestState::Declined)>{say(words::REQUEST_DECLINE)}</button>
                    </div>
                </form>
            })}
        </div></section>
    }
}
