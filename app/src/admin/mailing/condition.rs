//! One condition of an audience: which kind, and its values.

use kontor_shared::api::mailings::{AudienceChoices, Choice};
use kontor_shared::mailings::{Condition, Goods, Window};
use kontor_shared::money::Currency;
use kontor_shared::words::{Lang, Word, format, mailings as words};
use leptos::prelude::*;

use crate::house::firm;
use crate::lang::{lang, say};

/// A condition on the page, with a place of its own, so that editing one leaves the others and the focus alone.
#[derive(Clone, Copy)]
pub struct Row {
    pub id: u32,
    pub condition: RwSignal<Condition>,
}

/// The id of the field that says which kind a condition is.
pub fn kind_id(row: u32) -> String {
    format!("condition-{row}")
}

const KINDS: [(&str, Word); 11] = [
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
    ("by_hand", words::COND_BY_HAND),
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
        Condition::ByHand { .. } => "by_hand",
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
        "by_hand" => Condition::ByHand { is: true },
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
pub fn One(
    row: Row,
    choices: StoredValue<AudienceChoices>,
    wrong: Signal<Option<String>>,
    /// What it names that the firm does not have.
    doubtful: Signal<Vec<String>>,
    #[prop(into)] remove: Callback<()>,
) -> impl IntoView {
    let condition = row.condition;
    let shape = Memo::new(move |_| condition.with(kind));
    let options: Vec<_> =
        KINDS.into_iter().map(|(word, label)| view! { <option value=word prop:selected=move || shape.get() == word>{say(label)}</option> }).collect();
    let change = move |event: web_sys::Event| choices.with_value(|choices| condition.set(empty(&event_target_value(&event), choices)));
    view! {
        <fieldset class="panel panel-s"><legend class="vh">{move || KINDS.iter().find(|(word, _)| *word == shape.get()).map(|(_, label)| say(*label))}</legend>
            <div class="body rule-box">
                <label class="field"><span>{say(words::CONDITIONS_KIND)}</span><select class="in" id=kind_id(row.id) on:change=change>{options}</select></label>
                {move || match shape.get() {
                    "bought" | "not_bought" => view! { <GoodsIn condition=condition choices=choices/><Within condition=condition/> }.into_any(),
                    "amount" => view! { <Amount condition=condition/><Within condition=condition/> }.into_any(),
                    "orders" => view! { <Orders condition=condition/><Within condition=condition/> }.into_any(),
                    "region" => view! { <Any condition=condition of=choices.with_value(|choices| plain(&choices.regions))/> }.into_any(),
                    "country" => view! { <Any condition=condition of=choices.with_value(|choices| plain(&choices.countries))/> }.into_any(),
                    "price_type" => view! { <Any condition=condition of=choices.with_value(|choices| choices.price_types.clone())/> }.into_any(),
                    "language" => view! { <Languages condition=condition/> }.into_any(),
                    "manager" => view! { <Manager condition=condition of=choices.with_value(|choices| choices.managers.clone())/> }.into_any(),
                    "by_hand" => view! { <YesOrNo condition=condition label=words::COND_BY_HAND of=|is| Condition::ByHand { is }/> }.into_any(),
                    _ => view! { <YesOrNo condition=condition label=words::COND_NEW of=|is| Condition::New { is }/> }.into_any(),
                }}
                <button type="button" class="btn push" on:click=move |_| remove.run(())>{say(words::REMOVE)}</button>
                {move || wrong.get().map(|text| view! { <p class="err whole" role="alert">{text}</p> })}
                {move || wrong.get().is_none().then(|| doubtful.get().into_iter().map(|text| view! { <p class="warn s whole" role="status">{text}</p> }).collect_view())}
            </div>
        </fieldset>
    }
}

fn plain(values: &[String]) -> Vec<Choice> {
    values.iter().map(|value| Choice { code: value.clone(), name: value.clone() }).collect()
}

/// A field whose value is read from the condition and written into it. What somebody types stays as they typed it, also
/// while it is not yet what it will be.
#[component]
fn Bit(
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    condition: RwSignal<Condition>,
    read: fn(&Condition) -> String,
    write: fn(&mut Condition, String),
    /// What is no value goes when the field is left.
    #[prop(optional)]
    or_back: bool,
) -> impl IntoView {
    let typed = RwSignal::new(condition.with_untracked(read));
    let input = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        typed.set(text.clone());
        condition.update(|condition| write(condition, text));
    };
    view! {
        <label class="field"><span>{label}</span>
            <input class="in" class:in-short=kind == "number" type=kind autocomplete="off" maxlength="60" prop:value=move || typed.get() on:input=input
                on:change=move |_| if or_back { typed.set(condition.with_untracked(read)) }/>
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
            let groups = with_chosen(choices.with_value(|choices| choices.groups.clone()), std::iter::once(&untrack(code)));
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
                <Bit label=say(words::HOW_MANY) kind="number" condition=condition read=|one| span(one.within()) write=|one, text| {
                    let count = text.trim().parse().unwrap_or(0);
                    if let Some(Window::LastMonths { months: known } | Window::LastDays { days: known }) = within_mut(one) {
                        *known = count;
                    }
                }/>
            }.into_any(),
        }}
    }
}

fn span(window: Option<&Window>) -> String {
    match window {
        Some(Window::LastMonths { months: count } | Window::LastDays { days: count }) => count.to_string(),
        _ => String::new(),
    }
}

/// An amount as the condition keeps it; nothing where nothing is written.
fn filled(text: &str) -> Option<String> {
    let text = format::plain(lang(), text);
    (!text.is_empty()).then_some(text)
}

fn shown(amount: &Option<String>) -> String {
    format::typed(lang(), amount.as_deref().unwrap_or(""))
}

#[component]
fn Amount(condition: RwSignal<Condition>) -> impl IntoView {
    view! {
        <Bit label=say(words::AT_LEAST) condition=condition
            read=|one| if let Condition::Amount { at_least, .. } = one { shown(at_least) } else { String::new() }
            write=|one, text| if let Condition::Amount { at_least, .. } = one { *at_least = filled(&text) }/>
        <Bit label=say(words::AT_MOST) condition=condition
            read=|one| if let Condition::Amount { at_most, .. } = one { shown(at_most) } else { String::new() }
            write=|one, text| if let Condition::Amount { at_most, .. } = one { *at_most = filled(&text) }/>
        <Bit label=say(words::CURRENCY) condition=condition or_back=true
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

/// The choices, with what was chosen once and is not among them any more: it has to be seen, to be taken out.
fn with_chosen<'a>(mut of: Vec<Choice>, chosen: impl Iterator<Item = &'a String>) -> Vec<Choice> {
    for code in chosen.filter(|code| !code.is_empty()) {
        if !of.iter().any(|known| known.code == *code) {
            of.push(Choice { code: code.clone(), name: code.clone() });
        }
    }
    of
}

/// Any of several values.
#[component]
fn Any(condition: RwSignal<Condition>, of: Vec<Choice>) -> impl IntoView {
    let of = condition.with_untracked(|condition| with_chosen(of, values(condition).iter()));
    if of.is_empty() {
        return view! { <p class="ink-2 s">{say(words::NOTHING_TO_CHOOSE)}</p> }.into_any();
    }
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
    view! { <div class="picks long-list any-of">{picks}</div> }.into_any()
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
    let of = condition.with_untracked(|condition| match condition {
        Condition::Manager { user } => with_chosen(of, std::iter::once(user)),
        _ => of,
    });
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

/// A condition that holds or does not.
#[component]
fn YesOrNo(condition: RwSignal<Condition>, label: Word, of: fn(bool) -> Condition) -> impl IntoView {
    let pick = |value: bool, label: Word| {
        let chosen = move || condition.with(|condition| *condition == of(value));
        view! {
            <button type="button" aria-pressed=move || if chosen() { "true" } else { "false" } on:click=move |_| condition.set(of(value))>{say(label)}</button>
        }
    };
    view! { <div class="seg" role="group" aria-label=say(label)>{pick(true, words::YES)}{pick(false, words::NO)}</div> }
}
