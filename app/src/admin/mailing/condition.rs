//! One condition of an audience: which kind, and its values.

use kontor_shared::api::mailings::{AudienceChoices, Choice};
use kontor_shared::mailings::{Condition, Goods, Window};
use kontor_shared::money::Currency;
use kontor_shared::words::{Lang, Word, mailings as words};
use leptos::prelude::*;

use crate::house::firm;
use crate::lang::say;

/// A condition on the page, with a place of its own, so that editing one leaves the others and the focus alone.
#[derive(Clone, Copy)]
pub struct Row {
    pub id: u32,
    pub condition: RwSignal<Condition>,
}

const KINDS: [(&str, Word); 10] = [
    ("bought", words::COND_BOUGHT),
    ("not_bought", words::COND_NOT_BOUGHT),
    ("amount", words::COND_AMOUNT),
    ("orders", words::COND_ORDERS),
    ("region", words::COND_REGION),
    ("country", words::COND_COUNTRY),
    ("language", words::COND_LANGUAGE),
    ("manager", words::COND_MANAGER),
    ("price_type", words::COND_PRICE_TYPE),
    ("new", words::COND_NEW),
];

fn kind(condition: &Condition) -> &'static str {
    match condition {
        Condition::Bought { .. } => "bought",
        Condition::NotBought { .. } => "not_bought",
        Condition::Amount { .. } => "amount",
        Condition::Orders { .. } => "orders",
        Condition::Region { .. } => "region",
        Condition::Country { .. } => "country",
        Condition::Language { .. } => "language",
        Condition::Manager { .. } => "manager",
        Condition::PriceType { .. } => "price_type",
        Condition::New { .. } => "new",
    }
}

/// A condition of a kind with nothing chosen yet.
fn empty(kind: &str, choices: &AudienceChoices) -> Condition {
    let within = Window::LastMonths { months: 12 };
    let goods = || Goods::Group { code: choices.groups.first().map(|group| group.code.clone()).unwrap_or_default() };
    match kind {
        "bought" => Condition::Bought { goods: goods(), within },
        "not_bought" => Condition::NotBought { goods: goods(), within },
        "amount" => Condition::Amount { currency: firm().map_or(Currency::EUR, |firm| firm.currency), at_least: Some("100".into()), at_most: None, within },
        "orders" => Condition::Orders { at_least: Some(1), at_most: None, within },
        "region" => Condition::Region { any_of: Vec::new() },
        "country" => Condition::Country { any_of: Vec::new() },
        "language" => Condition::Language { any_of: Vec::new() },
        "manager" => Condition::Manager { user: choices.managers.first().map(|user| user.code.clone()).unwrap_or_default() },
        "price_type" => Condition::PriceType { any_of: Vec::new() },
        _ => Condition::New { is: true },
    }
}

fn within_mut(condition: &mut Condition) -> Option<&mut Window> {
    match condition {
        Condition::Bought { within, .. } | Condition::NotBought { within, .. } | Condition::Amount { within, .. } | Condition::Orders { within, .. } => {
            Some(within)
        }
        _ => None,
    }
}

fn goods_mut(condition: &mut Condition) -> Option<&mut Goods> {
    match condition {
        Condition::Bought { goods, .. } | Condition::NotBought { goods, .. } => Some(goods),
        _ => None,
    }
}

fn values_mut(condition: &mut Condition) -> Option<&mut Vec<String>> {
    match condition {
        Condition::Region { any_of } | Condition::Country { any_of } | Condition::PriceType { any_of } => Some(any_of),
        _ => None,
    }
}

fn values(condition: &Condition) -> &[String] {
    match condition {
        Condition::Region { any_of } | Condition::Country { any_of } | Condition::PriceType { any_of } => any_of,
        _ => &[],
    }
}

#[component]
pub fn One(row: Row, choices: StoredValue<AudienceChoices>, wrong: Signal<Option<String>>, #[prop(into)] remove: Callback<()>) -> impl IntoView {
    let condition = row.condition;
    let shape = Memo::new(move |_| condition.with(kind));
    let options: Vec<_> =
        KINDS.into_iter().map(|(word, label)| view! { <option value=word prop:selected=move || shape.get() == word>{say(label)}</option> }).collect();
    let change = move |event: web_sys::Event| choices.with_value(|choices| condition.set(empty(&event_target_value(&event), choices)));
    view! {
        <fieldset class="panel panel-s"><legend class="vh">{move || KINDS.iter().find(|(word, _)| *word == shape.get()).map(|(_, label)| say(*label))}</legend>
            <div class="body rule-box">
                <label class="field"><span>{say(words::CONDITIONS_KIND)}</span><select class="in" on:change=change>{options}</select></label>
                {move || match shape.get() {
                    "bought" | "not_bought" => view! { <GoodsIn condition=condition choices=choices/><Within condition=condition/> }.into_any(),
                    "amount" => view! { <Amount condition=condition/><Within condition=condition/> }.into_any(),
                    "orders" => view! { <Orders condition=condition/><Within condition=condition/> }.into_any(),
                    "region" => view! { <Any condition=condition of=choices.with_value(|choices| plain(&choices.regions))/> }.into_any(),
                    "country" => view! { <Any condition=condition of=choices.with_value(|choices| plain(&choices.countries))/> }.into_any(),
                    "price_type" => view! { <Any condition=condition of=choices.with_value(|choices| choices.price_types.clone())/> }.into_any(),
                    "language" => view! { <Languages condition=condition/> }.into_any(),
                    "manager" => view! { <Manager condition=condition of=choices.with_value(|choices| choices.managers.clone())/> }.into_any(),
                    _ => view! { <New condition=condition/> }.into_any(),
                }}
                <button type="button" class="btn push" on:click=move |_| remove.run(())>{say(words::REMOVE)}</button>
                {move || wrong.get().map(|text| view! { <p class="err" role="alert">{text}</p> })}
            </div>
        </fieldset>
    }
}

fn plain(values: &[String]) -> Vec<Choice> {
    values.iter().map(|value| Choice { code: value.clone(), name: value.clone() }).collect()
}

/// A field whose value is read from the condition and written into it.
#[component]
fn Bit(
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    condition: RwSignal<Condition>,
    read: fn(&Condition) -> String,
    write: fn(&mut Condition, String),
) -> impl IntoView {
    view! {
        <label class="field"><span>{label}</span>
            <input class="in" class:in-short=kind == "number" type=kind autocomplete="off" maxlength="60"
                prop:value=move || condition.with(read) on:input=move |event| condition.update(|condition| write(condition, event_target_value(&event)))/>
        </label>
    }
}

#[component]
fn GoodsIn(condition: RwSignal<Condition>, choices: StoredValue<AudienceChoices>) -> impl IntoView {
    let group = Memo::new(move |_| {
        condition.with(|condition| {
            matches!(condition, Condition::Bought { goods: Goods::Group { .. }, .. } | Condition::NotBought { goods: Goods::Group { .. }, .. })
        })
    });
    let set = move |goods: Goods| {
        condition.update(|condition| {
            if let Some(known) = goods_mut(condition) {
                *known = goods;
            }
        });
    };
    let code = move || {
        condition.with(|condition| match condition {
            Condition::Bought { goods, .. } | Condition::NotBought { goods, .. } => match goods {
                Goods::Product { code } | Goods::Group { code } => code.clone(),
            },
            _ => String::new(),
        })
    };
    let first = choices.with_value(|choices| choices.groups.first().map(|group| group.code.clone()).unwrap_or_default());
    let sort = move |event: web_sys::Event| {
        set(if event_target_value(&event) == "group" { Goods::Group { code: first.clone() } } else { Goods::Product { code: String::new() } });
    };
    view! {
        <label class="field"><span>{say(kontor_shared::words::common::PRODUCT)}</span>
            <select class="in" on:change=sort>
                <option value="group" prop:selected=move || group.get()>{say(words::GOODS_GROUP)}</option>
                <option value="product" prop:selected=move || !group.get()>{say(words::GOODS_PRODUCT)}</option>
            </select>
        </label>
        {move || if group.get() {
            let groups = choices.with_value(|choices| choices.groups.clone());
            let options: Vec<_> = groups.into_iter().map(|one| {
                let own = one.code.clone();
                view! { <option value=one.code prop:selected=move || code() == own>{one.name}</option> }
            }).collect();
            view! {
                <label class="field"><span>{say(words::GOODS_GROUP)}</span>
                    <select class="in" on:change=move |event| set(Goods::Group { code: event_target_value(&event) })>{options}</select>
                </label>
            }.into_any()
        } else {
            view! {
                <label class="field"><span>{say(kontor_shared::words::common::CODE)}</span>
                    <input class="in" autocomplete="off" maxlength="60" prop:value=code on:input=move |event| set(Goods::Product { code: event_target_value(&event).trim().to_string() })/>
                </label>
            }.into_any()
        }}
    }
}

#[component]
fn Within(condition: RwSignal<Condition>) -> impl IntoView {
    let shape = Memo::new(move |_| {
        condition.with(|condition| match condition.within() {
            Some(Window::Ever {}) => "ever",
            Some(Window::LastDays { .. }) => "days",
            Some(Window::Between { .. }) => "between",
            _ => "months",
        })
    });
    let set = move |window: Window| {
        condition.update(|condition| {
            if let Some(known) = within_mut(condition) {
                *known = window;
            }
        });
    };
    let today = || firm().map(|firm| firm.as_of.clone().unwrap_or_else(|| firm.today.clone())).unwrap_or_default();
    let change = move |event: web_sys::Event| {
        set(match event_target_value(&event).as_str() {
            "ever" => Window::Ever {},
            "days" => Window::LastDays { days: 30 },
            "between" => Window::Between { from: format!("{}-01-01", today().get(..4).unwrap_or("2026")), to: today() },
            _ => Window::LastMonths { months: 12 },
        });
    };
    let option = |word: &'static str, label: Word| view! { <option value=word prop:selected=move || shape.get() == word>{say(label)}</option> };
    let number = |window: Option<&Window>| match window {
        Some(Window::LastMonths { months: count } | Window::LastDays { days: count }) => count.to_string(),
        _ => String::new(),
    };
    view! {
        <label class="field"><span>{say(words::WITHIN)}</span>
            <select class="in" on:change=change>
                {option("months", words::WITHIN_MONTHS)}{option("days", words::WITHIN_DAYS)}{option("between", words::WITHIN_BETWEEN)}{option("ever", words::WITHIN_EVER)}
            </select>
        </label>
        {move || match shape.get() {
            "ever" => ().into_any(),
            "between" => view! {
                <Bit label=say(words::FROM_DAY) kind="date" condition=condition
                    read=|one| if let Some(Window::Between { from, .. }) = one.within() { from.clone() } else { String::new() }
                    write=|one, text| if let Some(Window::Between { from, .. }) = within_mut(one) { *from = text }/>
                <Bit label=say(words::TO_DAY) kind="date" condition=condition
                    read=|one| if let Some(Window::Between { to, .. }) = one.within() { to.clone() } else { String::new() }
                    write=|one, text| if let Some(Window::Between { to, .. }) = within_mut(one) { *to = text }/>
            }.into_any(),
            _ => view! {
                <label class="field"><span>{say(words::HOW_MANY)}</span>
                    <input class="in in-short" type="number" min="1" max="3660" prop:value=move || condition.with(|one| number(one.within()))
                        on:input=move |event| {
                            let count = event_target_value(&event).parse().unwrap_or(0);
                            set(if shape.get_untracked() == "days" { Window::LastDays { days: count } } else { Window::LastMonths { months: count } });
                        }/>
                </label>
            }.into_any(),
        }}
    }
}

fn filled(text: String) -> Option<String> {
    let text = text.trim().replace(',', ".");
    (!text.is_empty()).then_some(text)
}

#[component]
fn Amount(condition: RwSignal<Condition>) -> impl IntoView {
    view! {
        <Bit label=say(words::AT_LEAST) condition=condition
            read=|one| if let Condition::Amount { at_least, .. } = one { at_least.clone().unwrap_or_default() } else { String::new() }
            write=|one, text| if let Condition::Amount { at_least, .. } = one { *at_least = filled(text) }/>
        <Bit label=say(words::AT_MOST) condition=condition
            read=|one| if let Condition::Amount { at_most, .. } = one { at_most.clone().unwrap_or_default() } else { String::new() }
            write=|one, text| if let Condition::Amount { at_most, .. } = one { *at_most = filled(text) }/>
        <Bit label=say(words::CURRENCY) condition=condition
            read=|one| if let Condition::Amount { currency, .. } = one { currency.code().to_string() } else { String::new() }
            write=|one, text| if let (Condition::Amount { currency, .. }, Ok(wanted)) = (one, text.trim().to_uppercase().parse()) { *currency = wanted }/>
    }
}

#[component]
fn Orders(condition: RwSignal<Condition>) -> impl IntoView {
    view! {
        <Bit label=say(words::AT_LEAST) kind="number" condition=condition
            read=|one| if let Condition::Orders { at_least: Some(count), .. } = one { count.to_string() } else { String::new() }
            write=|one, text| if let Condition::Orders { at_least, .. } = one { *at_least = text.parse().ok() }/>
        <Bit label=say(words::AT_MOST) kind="number" condition=condition
            read=|one| if let Condition::Orders { at_most: Some(count), .. } = one { count.to_string() } else { String::new() }
            write=|one, text| if let Condition::Orders { at_most, .. } = one { *at_most = text.parse().ok() }/>
    }
}

/// Any of several values.
#[component]
fn Any(condition: RwSignal<Condition>, of: Vec<Choice>) -> impl IntoView {
    let has = move |code: &String| condition.with(|condition| values(condition).contains(code));
    let picks: Vec<_> = of
        .into_iter()
        .map(|one| {
            let (own, set) = (one.code.clone(), one.code.clone());
            let change = move |event: web_sys::Event| {
                let on = event_target_checked(&event);
                condition.update(|condition| {
                    if let Some(values) = values_mut(condition) {
                        values.retain(|known| *known != set);
                        if on {
                            values.push(set.clone());
                        }
                    }
                });
            };
            view! { <label class="pick"><input type="checkbox" prop:checked=move || has(&own) on:change=change/>{one.name}</label> }
        })
        .collect();
    view! { <div class="picks long-list any-of">{picks}</div> }
}

#[component]
fn Languages(condition: RwSignal<Condition>) -> impl IntoView {
    let picks: Vec<_> = Lang::ALL
        .into_iter()
        .map(|lang| {
            let has = move || condition.with(|condition| matches!(condition, Condition::Language { any_of } if any_of.contains(&lang)));
            let change = move |event: web_sys::Event| {
                let on = event_target_checked(&event);
                condition.update(|condition| {
                    if let Condition::Language { any_of } = condition {
                        any_of.retain(|known| *known != lang);
                        if on {
                            any_of.push(lang);
                        }
                    }
                });
            };
            view! { <label class="pick"><input type="checkbox" prop:checked=has on:change=change/>{lang.own_name()}</label> }
        })
        .collect();
    view! { <div class="picks">{picks}</div> }
}

#[component]
fn Manager(condition: RwSignal<Condition>, of: Vec<Choice>) -> impl IntoView {
    let options: Vec<_> = of
        .into_iter()
        .map(|one| {
            let own = one.code.clone();
            let chosen = move || condition.with(|condition| matches!(condition, Condition::Manager { user } if *user == own));
            view! { <option value=one.code prop:selected=chosen>{one.name}</option> }
        })
        .collect();
    view! {
        <label class="field"><span>{say(words::COND_MANAGER)}</span>
            <select class="in" on:change=move |event| condition.set(Condition::Manager { user: event_target_value(&event) })>{options}</select>
        </label>
    }
}

#[component]
fn New(condition: RwSignal<Condition>) -> impl IntoView {
    let pick = |value: bool, label: Word| {
        let chosen = move || condition.with(|condition| *condition == Condition::New { is: value });
        view! {
            <button type="button" aria-pressed=move || if chosen() { "true" } else { "false" } on:click=move |_| condition.set(Condition::New { is: value })>{say(label)}</button>
        }
    };
    view! { <div class="seg">{pick(true, words::YES)}{pick(false, words::NO)}</div> }
}
