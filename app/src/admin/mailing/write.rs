//! What a mailing says: its name, topic, template, and what goes along.

use kontor_shared::api::mailings::AudienceChoices;
use kontor_shared::ids::TemplateId;
use kontor_shared::mailings::{Policy, Topic};
use kontor_shared::words::{audience, mailings as words};
use leptos::prelude::*;

use super::Desk;
use crate::lang::{lang, say};

#[component]
pub fn What(desk: Desk, choices: AudienceChoices) -> impl IntoView {
    let draft = desk.draft;
    let known = StoredValue::new(choices.templates.clone());
    // A letter of news goes to those who want news, unless somebody says otherwise afterwards.
    let template = move |event: web_sys::Event| {
        let id: Option<TemplateId> = event_target_value(&event).parse().ok();
        known.with_value(|known| draft.update(|draft| draft.take(known.iter().find(|one| Some(one.id) == id))));
    };
    let wrong = move || desk.failure.get().filter(|_| desk.wrong_name.get());
    let templates: Vec<_> = choices
        .templates
        .iter()
        .map(|one| {
            let (id, label) = (one.id, words::TEMPLATE_VERSION.with(lang(), &[("name", &one.name), ("version", &one.newest)]));
            view! { <option value=id.to_string() prop:selected=move || draft.with(|draft| draft.template == Some(id))>{label}</option> }
        })
        .collect();
    let topics: Vec<_> = Topic::ALL
        .iter()
        .map(|&one| view! { <option value=one.word() prop:selected=move || draft.with(|draft| draft.topic == one)>{say(audience::topic(one))}</option> })
        .collect();
    let policies: Vec<_> = Policy::ALL
        .iter()
        .map(|&one| {
            view! {
                <label class="pick"><input type="radio" name="policy" prop:checked=move || draft.with(|draft| draft.uncertain_policy == one)
                    on:change=move |_| draft.update(|draft| draft.uncertain_policy = one)/>{say(words::policy(one))}</label>
            }
        })
        .collect();
    view! {
        <div class="stack narrow after">
            <label class="field" for="mailing-name"><span>{say(words::NAME)}</span>
                <input class="in" id="mailing-name" maxlength="200" autocomplete="off"
                    aria-invalid=move || wrong().is_some().then_some("true")
                    aria-describedby=move || if wrong().is_some() { "mailing-name-error mailing-name-hint" } else { "mailing-name-hint" }
                    prop:value=move || draft.with(|draft| draft.name.clone()) on:input=move |event| draft.update(|draft| draft.name = event_target_value(&event))/>
                <small class="ink-2" id="mailing-name-hint">{say(words::NAME_HINT)}</small>
                {move || wrong().map(|text| view! { <span class="err" id="mailing-name-error" role="alert">{text}</span> })}
            </label>
            <label class="field" for="mailing-template"><span>{say(words::TEMPLATE)}</span>
                <select class="in" id="mailing-template" on:change=template>
                    <option value="" prop:selected=move || draft.with(|draft| draft.template.is_none())>{say(words::NO_TEMPLATE)}</option>
                    {templates}
                </select>
            </label>
            {move || draft.with(|draft| draft.template).map(|id| view! { <p><a href=format!("/admin/templates/{id}")>{say(words::EDIT)}</a></p> })}
            <label class="field" for="mailing-topic"><span>{say(words::TOPIC)}</span>
                <select class="in" id="mailing-topic" aria-describedby="mailing-topic-hint"
                    on:change=move |event| if let Some(topic) = Topic::parse(&event_target_value(&event)) { draft.update(|draft| draft.topic = topic) }>{topics}</select>
                <small class="ink-2" id="mailing-topic-hint">{say(words::TOPIC_HINT)}</small>
            </label>
            <label class="pick"><input type="checkbox" prop:checked=move || draft.with(|draft| draft.attach_price_list)
                on:change=move |event| draft.update(|draft| draft.attach_price_list = event_target_checked(&event))/>{say(words::ATTACH)}</label>
            <fieldset><legend>{say(words::POLICY)}</legend>{policies}</fieldset>
        </div>
    }
}
