//! The firm's logo: shown, set from a file, removed.

use kontor_shared::api::firm::Settings;
use kontor_shared::settings::SettingsSection;
use kontor_shared::words::firm as words;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::Desk;
use crate::api;
use crate::lang::say;
use crate::ui::file::{FileInput, Picked};
use crate::ui::form::describes;

#[component]
pub fn LogoPanel(desk: Desk) -> impl IntoView {
    let logo = Memo::new(move |_| desk.known.with(|known| known.logo.clone()));
    let error = desk.errors.of("/logo");
    let send = move |files: Vec<Picked>| {
        let Some(file) = files.into_iter().next() else { return };
        let file: JsValue = file.into();
        desk.change(SettingsSection::Logo, async move |revision| api::post_file_seen::<Settings>("/api/settings/logo", revision, &file).await);
    };
    let remove = move |_| desk.change(SettingsSection::Logo, async move |revision| api::delete_seen::<Settings>("/api/settings/logo", revision).await);
    view! {
        <section class="panel panel-s after">
            <h2>{say(words::LOGO)}</h2>
            <div class="body stack">
                {move || logo.get().map(|logo| view! {
                    <div class="row-x">
                        <img class="logo-now" src=logo.url width=logo.width.to_string() height=logo.height.to_string() alt=say(words::LOGO_NOW)/>
                        <button type="button" class="btn btn-row" on:click=remove>{say(words::REMOVE)}</button>
                    </div>
                })}
                <div class="field">
                    <label class="vh" for="logo">{say(words::LOGO)}</label>
                    <FileInput id="logo" accept="image/png,image/jpeg" take=send wrong=Signal::derive(move || error.with(Option::is_some))
                        described=Signal::derive(move || describes(Some(&"logo-hint".into()), error.with(Option::is_some).then(|| "logo-error".into()).as_ref()))/>
                    <small class="ink-2" id="logo-hint">{say(words::LOGO_HINT)}</small>
                    {move || error.get().map(|text| view! { <span class="err" id="logo-error" role="alert">{text}</span> })}
                </div>
            </div>
        </section>
    }
}
