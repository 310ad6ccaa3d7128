//! Number series, with the next number as it will look.

use kontor_shared::api::firm::{Counter, NumbersSection};
use kontor_shared::documents::{NumberFormat, Reset};
use kontor_shared::presets::Preset;
use kontor_shared::series::{self, MOST_START, MOST_WIDTH, Series, SeriesPreset, SeriesProblem};
use kontor_shared::words::{Word, firm as words};
use leptos::prelude::*;

use super::form::{Choice, Errors, Wrong, id_of, line, options};
use crate::lang::{lang, say};

#[derive(Clone, Copy)]
struct SeriesForm {
    series: Series,
    prefix: RwSignal<String>,
    width: RwSignal<String>,
    reset: RwSignal<String>,
    begin: RwSignal<String>,
}

#[derive(Clone, Copy)]
pub struct NumbersForm {
    proforma: SeriesForm,
    order: SeriesForm,
    counters: RwSignal<Vec<Counter>>,
}

const RESETS: [(&str, Reset, Word); 3] =
    [("never", Reset::Never, words::RESET_NEVER), ("yearly", Reset::Yearly, words::RESET_YEARLY), ("monthly", Reset::Monthly, words::RESET_MONTHLY)];

fn reset(word: &str) -> Reset {
    RESETS.into_iter().find(|(known, ..)| *known == word).map_or(Reset::Never, |(_, reset, _)| reset)
}

impl SeriesForm {
    fn new(series: Series) -> Self {
        let text = || RwSignal::new(String::new());
        Self { series, prefix: text(), width: text(), reset: RwSignal::new("never".into()), begin: text() }
    }

    fn load(self, format: NumberFormat) {
        self.prefix.set(format.prefix);
        self.width.set(format.width.to_string());
        self.reset.set(RESETS.into_iter().find(|(_, reset, _)| *reset == format.reset).map_or("never", |(word, ..)| word).into());
        self.begin.set(String::new());
    }

    /// The format as typed; tracked.
    fn format(self) -> Result<NumberFormat, Wrong> {
        let width = self.width.get().trim().parse().ok().filter(|width| (1..=MOST_WIDTH).contains(width));
        let width = width.ok_or_else(|| Wrong::at(self.place("width"), words::BAD_WIDTH))?;
        let format = NumberFormat { prefix: self.prefix.get(), width, reset: reset(&self.reset.get()) };
        let said = |word| Err(Wrong::at(self.place("prefix"), word));
        match series::check(self.series, &format) {
            Ok(()) => Ok(format),
            Err(SeriesProblem::Place) => said(words::BAD_PLACE),
            Err(SeriesProblem::Repeats) => said(words::BAD_REPEATS),
            Err(_) => said(words::BAD_PREFIX),
        }
    }

    /// The number to begin with, where one is wanted; tracked.
    fn begin(self) -> Result<Option<i64>, Wrong> {
        let text = self.begin.get();
        match text.trim() {
            "" => Ok(None),
            text => match text.parse::<i64>() {
                Ok(number) if (1..=MOST_START).contains(&number) => Ok(Some(number)),
                _ => Err(Wrong::at(self.place("next"), words::BAD_START)),
            },
        }
    }

    /// Where a part of it stands in what is sent.
    fn place(self, part: &str) -> &'static str {
        match (self.series, part) {
            (Series::Proforma, "prefix") => "/numbers/proforma/prefix",
            (Series::Proforma, "width") => "/numbers/proforma/width",
            (Series::Proforma, "reset") => "/numbers/proforma/reset",
            (Series::Proforma, "next") => "/numbers/proforma_next",
            (Series::Proforma, _) => "/numbers/proforma",
            (Series::Order, "prefix") => "/numbers/order/prefix",
            (Series::Order, "width") => "/numbers/order/width",
            (Series::Order, "reset") => "/numbers/order/reset",
            (Series::Order, "next") => "/numbers/order_next",
            (Series::Order, _) => "/numbers/order",
        }
    }
}

/// Tells what is wrong; something stands in its place, which is not sent.
fn told<T>(wrong: &mut Vec<Wrong>, error: Wrong, instead: T) -> T {
    wrong.push(error);
    instead
}

impl NumbersForm {
    pub fn new() -> Self {
        Self { proforma: SeriesForm::new(Series::Proforma), order: SeriesForm::new(Series::Order), counters: RwSignal::new(Vec::new()) }
    }

    pub fn load(self, section: NumbersSection) {
        self.proforma.load(section.proforma);
        self.order.load(section.order);
    }

    pub fn count(self, counters: Vec<Counter>) {
        self.counters.set(counters);
    }

    pub fn preset(self, preset: &Preset) {
        self.load(NumbersSection { proforma: preset.format(Series::Proforma), order: preset.format(Series::Order), proforma_next: None, order_next: None });
    }

    pub fn read(self, wrong: &mut Vec<Wrong>) -> NumbersSection {
        let mut one = |form: SeriesForm| {
            let (format, begin) = untrack(|| (form.format(), form.begin()));
            let usual = || SeriesPreset::Plain.format(form.series);
            (format.unwrap_or_else(|error| told(wrong, error, usual())), begin.unwrap_or_else(|error| told(wrong, error, None)))
        };
        let ((proforma, proforma_next), (order, order_next)) = (one(self.proforma), one(self.order));
        NumbersSection { proforma, order, proforma_next, order_next }
    }
}

#[component]
pub fn NumbersFields(form: NumbersForm, errors: Errors, today: RwSignal<String>) -> impl IntoView {
    view! {
        <p class="ink-2">{say(words::SERIES_HINT)}</p>
        <OneSeries form=form.proforma counters=form.counters errors=errors today=today title=words::SERIES_PROFORMA/>
        <OneSeries form=form.order counters=form.counters errors=errors today=today title=words::SERIES_ORDER/>
    }
}

#[component]
fn OneSeries(form: SeriesForm, counters: RwSignal<Vec<Counter>>, errors: Errors, today: RwSignal<String>, title: Word) -> impl IntoView {
    let whole = errors.of(form.place(""));
    let matching = Memo::new(move |_| {
        let format = form.format().ok()?;
        SeriesPreset::ALL.into_iter().find(|preset| preset.format(form.series) == format).map(SeriesPreset::word)
    });
    let next = Memo::new(move |_| {
        let format = form.format().ok()?;
        today.with(|today| {
            let span = format.span(today);
            let counted = counters.with(|all| all.iter().find(|one| one.series == form.series && one.span == span).map_or(1, |one| one.next));
            Some(format.write(form.begin().ok()?.unwrap_or(counted), today))
        })
    });
    let choose = move |event| {
        let wanted = event_target_value(&event);
        if let Some(preset) = SeriesPreset::ALL.into_iter().find(|preset| preset.word() == wanted) {
            form.load(preset.format(form.series));
        }
    };
    let presets: Vec<_> = SeriesPreset::ALL
        .into_iter()
        .map(|preset| view! { <option value=preset.word() prop:selected=move || matching.get() == Some(preset.word())>{say(words::preset(preset))}</option> })
        .collect();
    let preset_id = format!("{}-preset", id_of(form.place("")));
    view! {
        <fieldset class="stack" id=id_of(form.place("")) tabindex="-1">
            <legend>{say(title)}</legend>
            <label class="field narrow" for=preset_id.clone()>
                <span>{say(words::SERIES_PRESET)}</span>
                <select class="in" id=preset_id.clone() on:change=choose>
                    {presets}
                    <option value="" prop:selected=move || matching.get().is_none()>{say(words::PRESET_OWN)}</option>
                </select>
            </label>
            <div class="fields">
                {line(errors, form.place("prefix"), words::PREFIX, words::PREFIX_HINT, form.prefix)}
                {line(errors, form.place("width"), words::WIDTH, words::WIDTH_HINT, form.width)}
                <Choice errors=errors field=form.place("reset") label=words::RESET hint=words::RESET_HINT value=form.reset
                    options=options(&RESETS.map(|(word, _, name)| (word, name)))/>
                {line(errors, form.place("next"), words::BEGIN_WITH, words::BEGIN_HINT, form.begin)}
            </div>
            <p role="status"><b>{move || next.get().map(|number| words::NEXT_NUMBER.with(lang(), &[("number", &number)]))}</b></p>
            {move || whole.get().map(|text| view! { <p class="err" role="alert">{text}</p> })}
        </fieldset>
    }
}
