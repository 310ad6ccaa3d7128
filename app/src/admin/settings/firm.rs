//! The firm itself: who it is, where, and in which languages it speaks.

use kontor_shared::api::firm::FirmSection;
use kontor_shared::presets::Preset;
use kontor_shared::words::{Lang, firm as words};
use leptos::prelude::*;

use super::form::{Area, Choice, Errors, Wrong, address, line};
use super::rows::{LABELLED, Rows, Table};
use crate::lang::say;
use crate::ui::form::describes;

#[derive(Clone, Copy)]
pub struct FirmForm {
    name: RwSignal<String>,
    address: RwSignal<String>,
    tax_ids: Rows,
    bank: Rows,
    email: RwSignal<String>,
    phone: RwSignal<String>,
    zone: RwSignal<String>,
    lang: RwSignal<String>,
    langs: RwSignal<Vec<Lang>>,
}

fn split(rows: Vec<(String, String)>) -> Vec<Vec<String>> {
    rows.into_iter().map(|(label, value)| vec![label, value]).collect()
}

/// Rows as pairs, those nobody filled in included: the server leaves them out, and a row keeps its number.
fn pairs(rows: Rows) -> Vec<(String, String)> {
    rows.cells().into_iter().map(|mut cells| (std::mem::take(&mut cells[0]), std::mem::take(&mut cells[1]))).collect()
}

impl FirmForm {
    pub fn new() -> Self {
        Self {
            name: RwSignal::new(String::new()),
            address: RwSignal::new(String::new()),
            tax_ids: Rows::new(2),
            bank: Rows::new(2),
            email: RwSignal::new(String::new()),
            phone: RwSignal::new(String::new()),
            zone: RwSignal::new(String::new()),
            lang: RwSignal::new(Lang::En.tag().into()),
            langs: RwSignal::new(Lang::ALL.to_vec()),
        }
    }

    pub fn load(self, section: FirmSection) {
        self.name.set(section.name);
        self.address.set(section.address.join("\n"));
        self.tax_ids.load(split(section.tax_ids));
        self.bank.load(split(section.bank));
        self.email.set(section.email);
        self.phone.set(section.phone);
        self.zone.set(section.zone);
        self.lang.set(section.lang.tag().into());
        self.langs.set(section.langs);
    }

    /// What is usual somewhere. Rows somebody has begun to fill in stay.
    pub fn preset(self, preset: &Preset) {
        self.zone.set(preset.zone.into());
        self.lang.set(preset.lang.tag().into());
        self.langs.set(preset.langs.clone());
        for (rows, labels) in [(self.tax_ids, preset.tax_ids), (self.bank, preset.bank)] {
            if rows.cells().iter().all(|cells| cells[1].is_empty()) {
                rows.load(labels.iter().map(|label| vec![(*label).to_string(), String::new()]).collect());
            }
        }
    }

    pub fn read(self, wrong: &mut Vec<Wrong>) -> FirmSection {
        if self.name.with_untracked(|name| name.trim().is_empty()) {
            wrong.push(Wrong::at("/firm/name", words::BAD_NAME));
        }
        self.email.with_untracked(|email| address(email, "/firm/email", wrong));
        let lang = Lang::parse(&self.lang.get_untracked()).unwrap_or_default();
        let offered = self.langs.get_untracked();
        FirmSection {
            name: self.name.get_untracked(),
            address: self.address.get_untracked().lines().map(String::from).collect(),
            tax_ids: untrack(|| pairs(self.tax_ids)),
            bank: untrack(|| pairs(self.bank)),
            email: self.email.get_untracked(),
            phone: self.phone.get_untracked(),
            zone: self.zone.get_untracked(),
            lang,
            // The firm's own is always among them.
            langs: Lang::ALL.into_iter().filter(|one| *one == lang || offered.contains(one)).collect(),
        }
    }
}

/// Names people choose zones from; any other name can be written.
const ZONES: [&str; 14] = [
    "Europe/Sofia",
    "Europe/Moscow",
    "Europe/Kaliningrad",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Europe/Berlin",
    "Europe/Brussels",
    "Europe/London",
    "Etc/UTC",
];

#[component]
pub fn FirmFields(form: FirmForm, errors: Errors) -> impl IntoView {
    let languages = Lang::ALL.into_iter().map(|one| (one.tag().to_string(), one.own_name().to_string())).collect();
    let zone_error = errors.at("/firm/zone");
    let offered: Vec<_> = Lang::ALL
        .into_iter()
        .map(|one| {
            let own = move || form.lang.with(|lang| lang == one.tag());
            let change = move |event| {
                let wanted = event_target_checked(&event);
                form.langs.update(|langs| {
                    langs.retain(|lang| *lang != one);
                    if wanted {
                        langs.push(one);
                    }
                });
            };
            view! {
                <label class="pick">
                    <input type="checkbox" prop:checked=move || own() || form.langs.with(|langs| langs.contains(&one)) prop:disabled=own on:change=change/>
                    <span lang=one.tag()>{one.own_name()}</span>
                </label>
            }
        })
        .collect();
    view! {
        {line(errors, "/firm/name", words::NAME, words::NAME_HINT, form.name)}
        <Area errors=errors field="/firm/address" label=say(words::ADDRESS) hint=words::ADDRESS_HINT value=form.address/>
        <Table errors=errors field="/firm/tax_ids" rows=form.tax_ids columns=LABELLED label=words::TAX_IDS hint=words::TAX_IDS_HINT/>
        <Table errors=errors field="/firm/bank" rows=form.bank columns=LABELLED label=words::BANK hint=words::BANK_HINT/>
        <div class="fields">
            {line(errors, "/firm/email", words::EMAIL, words::EMAIL_HINT, form.email)}
            {line(errors, "/firm/phone", words::PHONE, words::PHONE_HINT, form.phone)}
            <div class="field">
                <label for="firm-zone">{say(words::ZONE)}</label>
                <input class="in" id="firm-zone" list="zones" autocomplete="off" maxlength="60" prop:value=move || form.zone.get()
                    on:input=move |event| form.zone.set(event_target_value(&event)) aria-invalid=move || zone_error.with(Option::is_some).then_some("true")
                    aria-describedby=move || describes(Some(&"firm-zone-hint".into()), zone_error.with(Option::is_some).then(|| "firm-zone-error".into()).as_ref())/>
                <datalist id="zones">{Vec::from(ZONES.map(|zone| view! { <option value=zone></option> }))}</datalist>
                <small class="ink-2" id="firm-zone-hint">{say(words::ZONE_HINT)}</small>
                {move || zone_error.get().map(|text| view! { <span class="err" id="firm-zone-error">{text}</span> })}
            </div>
            <Choice errors=errors field="/firm/lang" label=words::LANG hint=words::LANG_HINT value=form.lang options=languages/>
        </div>
        <fieldset>
            <legend>{say(words::LANGS)}</legend>
            <div class="picks">{offered}</div>
            <small class="ink-2">{say(words::LANGS_HINT)}</small>
        </fieldset>
    }
}
