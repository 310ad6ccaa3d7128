//! What staff see before they have a second step, and nothing else.

use kontor_shared::words::accounts as words;
use leptos::prelude::*;

use super::factor::SetUp;
use super::prove::{ProveDialog, Prover};
use crate::lang::say;
use crate::session::ask_again;
use crate::ui::page::PageHead;

#[component]
pub fn Enrol() -> impl IntoView {
    let prover = Prover::idle();
    view! {
        <PageHead title=say(words::FACTOR_FIRST)/>
        <div class="form-page stack">
            <p>{say(words::FACTOR_FIRST_HINT)}</p>
            <p class="ink-2">{say(words::FACTOR_HINT)}</p>
            <SetUp prover=prover on_done=Callback::new(|()| ask_again())/>
        </div>
        <ProveDialog prover=prover factor=Signal::stored(false)/>
    }
}
