//! The smaller sections: segments, prices, sign-up and privacy.

use kontor_shared::api::PriceTypeInfo;
use kontor_shared::api::firm::{PricesSection, SegmentsSection, SignUpSection};
use kontor_shared::segments::{Mode, Period};
use kontor_shared::words::{Lang, firm as words, segments as segment_words, staff};
use leptos::prelude::*;

use super::form::{Area, Choice, Errors, Tick, Wrong, id_of, line, needed, whole};
use crate::lang::{lang, say};

#[derive(Clone, Copy)]
pub struct SegmentsForm {
    period: RwSignal<String>,
    mode: RwSignal<String>,
    regular_from: RwSignal<String>,
    lapse: RwSignal<String>,
    reason: RwSignal<String>,
}

impl SegmentsForm {
    pub fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self { period: text(), mode: text(), regular_from: text(), lapse: text(), reason: text() }
    }
    pub fn load(self, section: SegmentsSection) {
        self.period.set(section.period.word().into());
        self.mode.set(section.mode.word().into());
        self.regular_from.set(section.regular_from.map(|from| from.to_string()).unwrap_or_default());
        self.lapse.set(section.lapse.map(Period::word).unwrap_or_default().into());
        self.reason.set(String::new());
    }
    pub fn read(self, wrong: &mut Vec<Wrong>) -> SegmentsSection {
        SegmentsSection {
            period: Period::parse(&self.period.get_untracked()).unwrap_or(Period::Quarter),
            mode: Mode::parse(&self.mode.get_untracked()).unwrap_or(Mode::Rolling),
            regular_from: whole(&self.regular_from.get_untracked(), "/segments/regular_from", wrong),
            lapse: Period::parse(&self.lapse.get_untracked()),
            reason: self.reason.get_untracked(),
        }
    }
}

#[component]
pub fn SegmentsFields(form: SegmentsForm, errors: Errors) -> impl IntoView {
    let periods = || Period::ALL.into_iter().map(|period| (period.word().to_string(), say(segment_words::period(period)).to_string()));
    let modes = [Mode::Calendar, Mode::Rolling].map(|mode| (mode.word().to_string(), say(segment_words::mode(mode)).to_string()));
    let lapses = std::iter::once((String::new(), say(words::LAPSE_SAME).to_string())).chain(periods()).collect();
    view! {
        <div class="fields">
            <Choice errors=errors field="/segments/period" label=words::PERIOD hint=words::PERIOD_HINT value=form.period options=periods().collect()/>
            <Choice errors=errors field="/segments/mode" label=words::MODE hint=words::MODE_HINT value=form.mode options=modes.to_vec()/>
            {line(errors, "/segments/regular_from", words::REGULAR_FROM, words::REGULAR_FROM_HINT, form.regular_from)}
            <Choice errors=errors field="/segments/lapse" label=words::LAPSE hint=words::LAPSE_HINT value=form.lapse options=lapses/>
            {line(errors, "/segments/reason", segment_words::RULE_REASON, segment_words::RULE_REASON_HINT, form.reason)}
        </div>
    }
}

#[derive(Clone, Copy)]
pub struct PricesForm {
    /// Empty: visitors see no prices.
    public: RwSignal<String>,
    customer: RwSignal<String>,
    terms: RwSignal<String>,
    pay_days: RwSignal<String>,
    new_days: RwSignal<String>,
    minimum_order: RwSignal<String>,
    pub types: RwSignal<Vec<PriceTypeInfo>>,
}

impl PricesForm {
    pub fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self { public: text(), customer: text(), terms: text(), pay_days: text(), new_days: text(), minimum_order: text(), types: RwSignal::new(Vec::new()) }
    }
    /// As a new firm has them.
    pub fn usual(self) {
        let (terms, minimum_order) = (String::new(), String::new());
        self.load(PricesSection { public_price_type: None, customer_price_type: "wholesale".into(), terms, pay_days: 14, new_days: 60, minimum_order });
    }
    pub fn load(self, section: PricesSection) {
        self.public.set(section.public_price_type.unwrap_or_default());
        self.customer.set(section.customer_price_type);
        self.terms.set(section.terms);
        self.pay_days.set(section.pay_days.to_string());
        self.new_days.set(section.new_days.to_string());
        self.minimum_order.set(section.minimum_order);
    }
    pub fn read(self, wrong: &mut Vec<Wrong>) -> PricesSection {
        PricesSection {
            public_price_type: Some(self.public.get_untracked().trim().to_string()).filter(|code| !code.is_empty()),
            customer_price_type: self.customer.get_untracked().trim().to_string(),
            terms: self.terms.get_untracked(),
            pay_days: needed(&self.pay_days.get_untracked(), "/prices/pay_days", wrong) as u16,
            new_days: needed(&self.new_days.get_untracked(), "/prices/new_days", wrong) as u16,
            minimum_order: self.minimum_order.get_untracked().trim().replace(',', "."),
        }
    }
}

/// What visitors see; set-up asks this as well.
#[component]
pub fn PublicFields(form: PricesForm, errors: Errors) -> impl IntoView {
    let error = errors.at("/prices/public_price_type");
    let choices = move || {
        let pick = |code: String, name: String| {
            let (own, chosen) = (code.clone(), code.clone());
            view! {
                <label class="pick">
                    <input type="radio" name="public-prices" prop:checked=move || form.public.with(|public| *public == own) on:change=move |_| form.public.set(chosen.clone())/>
                    {name}
                </label>
            }
        };
        let types = form.types.get();
        if types.is_empty() {
            // Before the first import there are no types; their code can be written down ahead of them.
            return line(errors, "/prices/public_price_type", words::PUBLIC_OF_TYPE, words::PUBLIC_OF_TYPE_HINT, form.public).into_any();
        }
        let mut picks = vec![pick(String::new(), say(staff::PUBLIC_NONE).to_string())];
        picks.extend(types.into_iter().map(|one| pick(one.code, one.name)));
        view! { <div>{picks}</div> }.into_any()
    };
    view! {
        <fieldset class="stack" tabindex="-1" id=move || (!form.types.with(Vec::is_empty)).then(|| id_of("/prices/public_price_type"))>
            <legend>{say(staff::PUBLIC_PRICES)}</legend>
            {choices}
            <small class="ink-2">{say(staff::PUBLIC_HINT)}</small>
            {move || (!form.types.with(Vec::is_empty)).then(|| error.get()).flatten().map(|text| view! { <p class="err" role="alert">{text}</p> })}
        </fieldset>
    }
}

#[component]
pub fn PricesFields(form: PricesForm, errors: Errors) -> impl IntoView {
    let customer = move || {
        let types = form.types.get();
        if types.is_empty() {
            return line(errors, "/prices/customer_price_type", words::CUSTOMER_PRICES, words::CUSTOMER_PRICES_HINT, form.customer).into_any();
        }
        let chosen = form.customer.get_untracked();
        let mut options: Vec<(String, String)> = types.into_iter().map(|one| (one.code, one.name)).collect();
        if !options.iter().any(|(code, _)| *code == chosen) {
            options.push((chosen.clone(), chosen));
        }
        view! { <Choice errors=errors field="/prices/customer_price_type" label=words::CUSTOMER_PRICES hint=words::CUSTOMER_PRICES_HINT value=form.customer options=options/> }
            .into_any()
    };
    view! {
        <PublicFields form=form errors=errors/>
        <div class="fields">
            {customer}
            {line(errors, "/prices/pay_days", words::PAY_DAYS, words::PAY_DAYS_HINT, form.pay_days)}
            {line(errors, "/prices/new_days", words::NEW_DAYS, words::NEW_DAYS_HINT, form.new_days)}
            {line(errors, "/prices/minimum_order", words::MINIMUM_ORDER, words::MINIMUM_ORDER_HINT, form.minimum_order)}
        </div>
        <Area errors=errors field="/prices/terms" label=say(staff::TERMS) hint=staff::TERMS_HINT value=form.terms rows=6/>
    }
}

#[derive(Clone, Copy)]
pub struct SignUpForm {
    open: RwSignal<bool>,
    texts: [RwSignal<String>; 3],
}

impl SignUpForm {
    pub fn new() -> Self {
        Self { open: RwSignal::new(false), texts: [(); 3].map(|()| RwSignal::new(String::new())) }
    }
    pub fn load(self, section: SignUpSection) {
        self.open.set(section.open);
        for (text, value) in self.texts.into_iter().zip([section.privacy_en, section.privacy_ru, section.privacy_bg]) {
            text.set(value);
        }
    }
    pub fn read(self) -> SignUpSection {
        let [privacy_en, privacy_ru, privacy_bg] = self.texts.map(|text| text.get_untracked());
        SignUpSection { open: self.open.get_untracked(), privacy_en, privacy_ru, privacy_bg }
    }
}

#[component]
pub fn SignUpFields(form: SignUpForm, errors: Errors) -> impl IntoView {
    const FIELDS: [&str; 3] = ["/sign_up/privacy_en", "/sign_up/privacy_ru", "/sign_up/privacy_bg"];
    let texts: Vec<_> = Lang::ALL
        .into_iter()
        .zip(FIELDS)
        .zip(form.texts)
        .map(|((one, field), text)| {
            let label = words::PRIVACY.with(lang(), &[("language", &one.own_name())]);
            view! { <Area errors=errors field=field label=label hint=words::PRIVACY_HINT value=text rows=8/> }
        })
        .collect();
    view! {
        <fieldset>
            <legend>{say(words::SIGN_UP)}</legend>
            <Tick label=say(words::SIGN_UP_OPEN) id="sign_up-open" value=form.open/>
            <small class="ink-2">{say(words::SIGN_UP_HINT)}</small>
        </fieldset>
        {texts}
    }
}
