//! About the firm, the data shown and what this browser keeps.

use kontor_shared::words::shop as words;
use leptos::prelude::*;

use crate::house::firm;
use crate::lang::say;
use crate::ui::page::PageHead;

/// `/about`
#[component]
pub fn About() -> impl IntoView {
    let firm = firm();
    view! {
        <PageHead title=say(words::ABOUT)/>
        {firm.map(|firm| view! {
            <div class="prose stack">
                <section>
                    <h2>{firm.name.clone()}</h2>
                    {firm.address.iter().map(|line| view! { <p>{line.clone()}</p> }).collect_view()}
                    <p>{(!firm.email.is_empty()).then(|| view! { <a href=format!("mailto:{}", firm.email)>{firm.email.clone()}</a>" " })}{firm.phone.clone()}</p>
                </section>
                {firm.demo.then(|| view! {
                    <section><h2>{say(kontor_shared::words::common::DEMO_DATA)}</h2><p>{say(words::DEMO_NOTE)}</p></section>
                })}
                {firm.attribution.clone().map(|text| view! { <section><h2>{say(words::DATA_SOURCE)}</h2><p>{text}</p></section> })}
                <section><h2>{say(words::PRIVACY)}</h2><p>{say(words::PRIVACY_NOTE)}</p></section>
                <section><h2>{say(words::SOFTWARE)}</h2><p>{say(words::SOFTWARE_NOTE)}</p></section>
            </div>
        })}
    }
}
