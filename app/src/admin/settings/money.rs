//! Currency and VAT, with the rates by date.

use kontor_shared::api::firm::MoneySection;
use kontor_shared::money::{Currency, Percent, VatMethod, VatMode};
use kontor_shared::presets::Preset;
use kontor_shared::vat::{self, VatProblem, VatRate};
use kontor_shared::words::{Word, firm as words, format};
use leptos::prelude::*;

use super::form::{Choice, Errors, Wrong, id_of, line, options};
use super::rows::{RATES, Rows, Table};
use crate::lang::{lang, say};
use crate::ui::form::describes;

#[derive(Clone, Copy)]
pub struct MoneyForm {
    currency: RwSignal<String>,
    mode: RwSignal<String>,
    method: RwSignal<String>,
    rates: Rows,
    default: RwSignal<String>,
}

fn cells(rate: &VatRate) -> Vec<String> {
    vec![rate.code.clone(), rate.name.clone(), format::decimal(lang(), &rate.percent.to_string()), rate.valid_from.clone()]
}

/// A row as typed; a percentage may have a comma. A row without anything in it is none.
fn rate(at: usize, cells: &[String]) -> Option<Result<VatRate, Wrong>> {
    let [code, name, percent, valid_from] = cells else { return None };
    if cells.iter().all(|cell| cell.trim().is_empty()) {
        return None;
    }
    let plain = percent.trim().trim_end_matches('%').trim_end().replace(',', ".");
    let Ok(percent) = plain.parse::<Percent>() else {
        return Some(Err(Wrong::at(format!("/money/vat_rates/{at}/percent"), words::BAD_PERCENT)));
    };
    Some(Ok(VatRate { code: code.trim().into(), name: name.trim().into(), percent, valid_from: valid_from.trim().into() }))
}

/// Where something is wrong with the rates, and what.
fn told(problem: &VatProblem) -> Wrong {
    let row = |at: &usize, name: &str, word: Word| Wrong::at(format!("/money/vat_rates/{at}/{name}"), word);
    match problem {
        VatProblem::TooMany => Wrong::at("/money/vat_rates", words::BAD_ROWS),
        VatProblem::Code(at) => row(at, "code", words::BAD_VAT_CODE),
        VatProblem::Name(at) => row(at, "name", words::BAD_VAT_NAME),
        VatProblem::Percent(at) => row(at, "percent", words::BAD_PERCENT),
        VatProblem::Day(at) => row(at, "valid_from", words::BAD_DAY),
        VatProblem::Twice(at) => row(at, "valid_from", words::BAD_VAT_TWICE),
        VatProblem::Default => Wrong::at("/money/default_vat", words::BAD_VAT_DEFAULT),
    }
}

impl MoneyForm {
    pub fn new() -> Self {
        Self {
            currency: RwSignal::new(String::new()),
            mode: RwSignal::new(VatMode::Net.word().into()),
            method: RwSignal::new(VatMethod::PerRate.word().into()),
            rates: Rows::new(RATES.len()),
            default: RwSignal::new(String::new()),
        }
    }

    pub fn load(self, section: MoneySection) {
        self.currency.set(section.currency.code().into());
        self.mode.set(section.vat_mode.word().into());
        self.method.set(section.vat_method.word().into());
        self.rates.load(section.vat_rates.iter().map(cells).collect());
        self.default.set(section.default_vat);
    }

    pub fn preset(self, preset: &Preset) {
        self.load(MoneySection {
            currency: preset.currency,
            vat_mode: preset.vat_mode,
            vat_method: preset.vat_method,
            vat_rates: preset.vat_rates.clone(),
            default_vat: preset.default_vat.into(),
        });
    }

    /// The rates as typed; tracked.
    fn rates(self) -> Result<Vec<VatRate>, Wrong> {
        self.rates.cells().iter().enumerate().filter_map(|(at, cells)| rate(at, cells)).collect()
    }

    pub fn read(self, wrong: &mut Vec<Wrong>) -> MoneySection {
        let currency = self.currency.get_untracked().trim().to_uppercase().parse().unwrap_or_else(|_| {
            wrong.push(Wrong::at("/money/currency", words::BAD_CURRENCY));
            Currency::EUR
        });
        // A row keeps its number on the way to the server and back.
        self.rates.drop_blank();
        let rows = untrack(|| self.rates.cells());
        let (vat_rates, bad): (Vec<_>, Vec<_>) = rows.iter().enumerate().filter_map(|(at, cells)| rate(at, cells)).partition(Result::is_ok);
        let vat_rates: Vec<VatRate> = vat_rates.into_iter().flatten().collect();
        let default_vat = if vat_rates.is_empty() { String::new() } else { self.default.get_untracked() };
        match bad.is_empty() {
            true => wrong.extend(vat::check(&vat_rates, &default_vat).err().map(|problem| told(&problem))),
            false => wrong.extend(bad.into_iter().filter_map(Result::err)),
        }
        MoneySection {
            currency,
            vat_mode: VatMode::parse(&self.mode.get_untracked()).unwrap_or_default(),
            vat_method: VatMethod::parse(&self.method.get_untracked()).unwrap_or_default(),
            vat_rates,
            default_vat,
        }
    }
}

#[component]
pub fn MoneyFields(form: MoneyForm, errors: Errors, today: RwSignal<String>) -> impl IntoView {
    // Memos: a letter typed into a name must not build the list anew.
    let codes = Memo::new(move |_| {
        let mut codes: Vec<String> = Vec::new();
        for rate in form.rates().unwrap_or_default() {
            if !codes.contains(&rate.code) {
                codes.push(rate.code);
            }
        }
        codes
    });
    let in_force = Memo::new(move |_| {
        let rates = form.rates().ok()?;
        let names: Vec<String> = today.with(|today| vat::in_force(&rates, today).into_iter().map(|rate| rate.name.clone()).collect());
        (!names.is_empty()).then(|| names.join(", "))
    });
    let default_error = errors.at("/money/default_vat");
    let codes_shown = move || {
        let known = codes.get();
        let chosen = form.default.get();
        // What is chosen but gone stays in sight until another is.
        let gone = (!known.contains(&chosen)).then(|| view! { <option value=chosen.clone() selected=true>{chosen.clone()}</option> });
        let known: Vec<_> = known
            .into_iter()
            .map(|code| {
                let own = code == chosen;
                view! { <option value=code.clone() selected=own>{code.clone()}</option> }
            })
            .collect();
        view! { {gone} {known} }
    };
    view! {
        <div class="fields">
            {line(errors, "/money/currency", words::CURRENCY, words::CURRENCY_HINT, form.currency)}
            <Choice errors=errors field="/money/vat_mode" label=words::VAT_MODE hint=words::VAT_MODE_HINT value=form.mode
                options=options(&[(VatMode::Net.word(), words::VAT_NET), (VatMode::Gross.word(), words::VAT_GROSS)])/>
            <Choice errors=errors field="/money/vat_method" label=words::VAT_METHOD hint=words::VAT_METHOD_HINT value=form.method
                options=options(&[(VatMethod::PerRate.word(), words::VAT_PER_RATE), (VatMethod::PerLine.word(), words::VAT_PER_LINE)])/>
        </div>
        <Table errors=errors field="/money/vat_rates" rows=form.rates columns=RATES label=words::VAT_RATES hint=words::VAT_RATES_HINT/>
        <p class="ink-2" role="status">{move || in_force.get().map(|rates| words::VAT_TODAY.with(lang(), &[("rates", &rates)]))}</p>
        <div class="field narrow">
            <label for=id_of("/money/default_vat")>{say(words::DEFAULT_VAT)}</label>
            <select class="in" id=id_of("/money/default_vat") on:change=move |event| form.default.set(event_target_value(&event))
                aria-invalid=move || default_error.with(Option::is_some).then_some("true")
                aria-describedby=move || describes(Some(&"default-vat-hint".into()), default_error.with(Option::is_some).then(|| "default-vat-error".into()).as_ref())>{codes_shown}</select>
            <small class="ink-2" id="default-vat-hint">{say(words::DEFAULT_VAT_HINT)}</small>
            {move || default_error.get().map(|text| view! { <span class="err" id="default-vat-error">{text}</span> })}
        </div>
    }
}
