//! The form of a customer, in sections: for a new one, and for one that is there.

use kontor_shared::api::Customer;
use kontor_shared::api::people::{CustomerChoices, NewCustomer, Place, SaveCustomer};
use kontor_shared::customers::Channel;
use kontor_shared::ids::CustomerId;
use kontor_shared::money::Percent;
use kontor_shared::numbers::{DecimalMark, plain_decimal};
use kontor_shared::words::{Lang, common, format, people as words, profile, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

use super::{a_form, changed, may_write, undone};
use crate::admin::listing::{Listing, Shown};
use crate::api::{self, encoded};
use crate::browser;
use crate::lang::{lang, say};
use crate::people::{Places, languages};
use crate::ui::form::{Area, Choose, Form, Line, Submit, Wrong};
use crate::ui::page::Heading;
use crate::ui::toast;

/// `/admin/customers/new`
#[component]
pub fn NewCustomerPage() -> impl IntoView {
    if !may_write() {
        return view! { <div class="note note-warn"><p>{say(staff::NOT_YOURS)}</p></div> }.into_any();
    }
    let choices: Listing<CustomerChoices> = Listing::new(Signal::stored("/api/customer-choices".to_string()));
    view! {
        <div class="page-head">
            <p class="crumb"><a href="/admin/customers">{say(staff::CUSTOMERS)}</a></p>
            <Heading title=say(words::NEW_CUSTOMER)/>
        </div>
        <Shown of=choices show=|choices: CustomerChoices| view! { <CustomerForm choices=choices/> }.into_any()/>
    }
    .into_any()
}

/// `/admin/customers/:id/edit`
#[component]
pub fn EditCustomerPage() -> impl IntoView {
    if !may_write() {
        return view! { <div class="note note-warn"><p>{say(staff::NOT_YOURS)}</p></div> }.into_any();
    }
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let listing: Listing<Customer> = Listing::new(Signal::derive(move || format!("/api/customers/{}", encoded(&id.get()))));
    let choices: Listing<CustomerChoices> = Listing::new(Signal::stored("/api/customer-choices".to_string()));
    view! {
        <Shown of=listing show=move |customer: Customer| {
            let title = words::EDIT_TITLE.with(lang(), &[("name", &customer.name)]);
            let back = format!("/admin/customers/{}", customer.id);
            view! {
                <div class="page-head">
                    <p class="crumb"><a href="/admin/customers">{say(staff::CUSTOMERS)}</a>" · "<a href=back>{customer.code.clone()}</a></p>
                    <Heading title=title/>
                </div>
                {move || choices.page.get().map(|choices| view! { <CustomerForm choices=choices before=customer.clone()/> })}
            }.into_any()
        }/>
        <crate::admin::listing::Wait of=choices/>
    }
    .into_any()
}

/// The customer as its form holds it.
fn form_of(customer: &Customer) -> SaveCustomer {
    SaveCustomer {
        name: customer.name.clone(),
        country: customer.country.clone(),
        region: customer.region.clone(),
        address: customer.address.clone(),
        places: customer.places.clone(),
        tax_id: customer.tax_id.clone(),
        price_type: customer.price_type.clone(),
        discount: customer.discount,
        lang: customer.lang,
        channel: customer.channel,
        manager: customer.manager.as_ref().map(|manager| manager.id),
        note: customer.note.clone(),
    }
}

/// The form of a customer nobody knows yet.
fn empty(choices: &CustomerChoices) -> SaveCustomer {
    SaveCustomer {
        name: String::new(),
        country: String::new(),
        region: String::new(),
        address: String::new(),
        places: Vec::new(),
        tax_id: String::new(),
        price_type: choices.price_type.clone(),
        discount: Percent::ZERO,
        lang: choices.lang,
        channel: Channel::Email,
        manager: None,
        note: String::new(),
    }
}

/// A percentage as people type it: `5`, `12,5`, `12.5 %`; empty is none.
fn read_percent(text: &str) -> Option<Percent> {
    let text = text.trim().trim_end_matches('%').trim();
    if text.is_empty() {
        return Some(Percent::ZERO);
    }
    // At most two decimals, so neither mark can stand for thousands.
    let mark = if text.contains(',') { DecimalMark::Comma } else { DecimalMark::Point };
    plain_decimal(text, Some(mark)).ok()?.parse().ok()
}

/// The fields as typed.
#[derive(Clone, Copy)]
struct Typed {
    code: RwSignal<String>,
    name: RwSignal<String>,
    country: RwSignal<String>,
    region: RwSignal<String>,
    address: RwSignal<String>,
    places: RwSignal<Vec<Place>>,
    tax_id: RwSignal<String>,
    price_type: RwSignal<String>,
    discount: RwSignal<String>,
    lang: RwSignal<String>,
    channel: RwSignal<String>,
    manager: RwSignal<String>,
    note: RwSignal<String>,
}

impl Typed {
    fn new(form: &SaveCustomer) -> Self {
        let mut places = form.places.clone();
        if places.is_empty() {
            places.push(Place { name: String::new(), address: String::new() });
        }
        let discount = if form.discount == Percent::ZERO { String::new() } else { format::decimal(lang(), &form.discount.to_string()) };
        Self {
            code: RwSignal::new(String::new()),
            name: RwSignal::new(form.name.clone()),
            country: RwSignal::new(form.country.clone()),
            region: RwSignal::new(form.region.clone()),
            address: RwSignal::new(form.address.clone()),
            places: RwSignal::new(places),
            tax_id: RwSignal::new(form.tax_id.clone()),
            price_type: RwSignal::new(form.price_type.clone()),
            discount: RwSignal::new(discount),
            lang: RwSignal::new(form.lang.tag().into()),
            channel: RwSignal::new(form.channel.word().into()),
            manager: RwSignal::new(form.manager.map(|manager| manager.to_string()).unwrap_or_default()),
            note: RwSignal::new(form.note.clone()),
        }
    }

    /// None where the discount is no number.
    fn form(self) -> Option<SaveCustomer> {
        Some(SaveCustomer {
            name: self.name.get_untracked(),
            country: self.country.get_untracked(),
            region: self.region.get_untracked(),
            address: self.address.get_untracked(),
            places: self.places.get_untracked(),
            tax_id: self.tax_id.get_untracked(),
            price_type: self.price_type.get_untracked(),
            discount: self.discount.with_untracked(|text| read_percent(text))?,
            lang: self.lang.with_untracked(|tag| Lang::parse(tag)).unwrap_or_default(),
            channel: self.channel.with_untracked(|word| Channel::parse(word)).unwrap_or(Channel::Email),
            manager: self.manager.with_untracked(|id| id.parse().ok()),
            note: self.note.get_untracked(),
        })
    }
}

/// With `before` it changes that customer; without, it makes a new one.
#[component]
fn CustomerForm(choices: CustomerChoices, #[prop(optional)] before: Option<Customer>) -> impl IntoView {
    let stored = before.as_ref().map(form_of);
    let typed = Typed::new(&stored.clone().unwrap_or_else(|| empty(&choices)));
    let form = a_form("customer");
    let known = before.as_ref().map(|customer| (customer.id, customer.revision));
    // Made once: a second click or a lost answer makes no second customer.
    let new_id = CustomerId::new(browser::now(), &browser::random());
    let navigate = use_navigate();
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(content) = typed.form() else {
            return form.refuse("discount_range", "/discount");
        };
        let code = typed.code.get_untracked();
        let seen = known.map(|(id, revision)| (id, form.seen(revision)));
        let (stored, navigate) = (stored.clone(), navigate.clone());
        let answer = async move {
            match seen {
                Some((id, revision)) => api::put_seen::<Customer>(&format!("/api/customers/{id}"), revision, &content).await,
                None => api::post::<Customer>("/api/customers", &NewCustomer { id: new_id, code, customer: content }).await,
            }
        };
        form.send(answer, move |customer| {
            changed();
            match stored {
                Some(stored) if known.is_none_or(|(_, revision)| revision != customer.revision) => offer_undo(&customer, stored),
                Some(_) => toast::tell(say(words::SAVED)),
                None => toast::tell(words::ADDED.with(lang(), &[("name", &customer.name)])),
            }
            navigate(&format!("/admin/customers/{}", customer.id), NavigateOptions::default());
        });
    };
    let new = known.is_none();
    view! {
        <form class="stack form-wide" on:submit=save novalidate>
            <Company form=form typed=typed new=new countries=choices.countries.clone() regions=choices.regions.clone()/>
            <Terms form=form typed=typed choices=choices.clone()/>
            <section class="panel panel-s"><h2>{say(words::SECTION_DELIVERY)}</h2><div class="body"><Places form=form places=typed.places/></div></section>
            <Care form=form typed=typed choices=choices current=before.and_then(|customer| customer.manager)/>
            <Wrong form=form/>
            <div class="row-x"><Submit form=form label=say(if new { words::ADD_CUSTOMER } else { words::SAVE })/></div>
        </form>
    }
}

/// A list of values a field offers.
#[component]
fn Offered(id: &'static str, values: Vec<String>) -> impl IntoView {
    view! { <datalist id=id>{values.into_iter().map(|value| view! { <option value=value></option> }).collect_view()}</datalist> }
}

#[component]
fn Company(form: Form, typed: Typed, new: bool, countries: Vec<String>, regions: Vec<String>) -> impl IntoView {
    view! {
        <section class="panel panel-s"><h2>{say(words::SECTION_COMPANY)}</h2><div class="body stack">
            {new.then(|| view! { <Line form=form at="/code" label=say(common::CODE) value=typed.code hint=say(words::CODE_HINT) max_length=100 required=true/> })}
            <div class="pair">
                <Line form=form at="/name" label=say(profile::COMPANY_NAME) value=typed.name max_length=300 required=true/>
                <Line form=form at="/tax_id" label=say(words::TAX_ID) value=typed.tax_id max_length=60/>
            </div>
            <div class="pair">
                <Line form=form at="/country" label=say(staff::COUNTRY) value=typed.country list="known-countries" max_length=100/>
                <Line form=form at="/region" label=say(words::REGION) value=typed.region list="known-regions" max_length=100/>
            </div>
            <Offered id="known-countries" values=countries/>
            <Offered id="known-regions" values=regions/>
            <Area form=form at="/address" label=say(words::LEGAL_ADDRESS) value=typed.address on_input=move |text| typed.address.set(text) rows=3 max_length=500/>
        </div></section>
    }
}

#[component]
fn Terms(form: Form, typed: Typed, choices: CustomerChoices) -> impl IntoView {
    let price_types = choices.price_types.into_iter().map(|known| (known.code, known.name)).collect::<Vec<_>>();
    view! {
        <section class="panel panel-s"><h2>{say(words::SECTION_TERMS)}</h2><div class="body stack">
            <div class="pair">
                <Choose form=form at="/price_type" label=say(staff::PRICE_TYPE) value=typed.price_type choices=price_types/>
                <Line form=form at="/discount" label=format!("{}, %", say(words::DISCOUNT)) value=typed.discount hint=say(words::DISCOUNT_HINT) max_length=8/>
            </div>
        </div></section>
    }
}

#[component]
fn Care(form: Form, typed: Typed, choices: CustomerChoices, current: Option<kontor_shared::api::people::Manager>) -> impl IntoView {
    let channels = Channel::ALL.iter().map(|one| (one.word().to_string(), say(words::channel(*one)).to_string())).collect::<Vec<_>>();
    let mut managers = vec![(String::new(), say(words::NO_MANAGER).to_string())];
    // Who has left stays the customer's manager until another is chosen.
    let left = current.filter(|current| choices.managers.iter().all(|known| known.id != current.id));
    managers.extend(choices.managers.into_iter().chain(left).map(|manager| (manager.id.to_string(), manager.login)));
    view! {
        <section class="panel panel-s"><h2>{say(words::SECTION_CARE)}</h2><div class="body stack">
            <div class="pair">
                <Choose form=form at="/lang" label=say(staff::LANGUAGE) value=typed.lang choices=languages()/>
                <Choose form=form at="/channel" label=say(words::CHANNEL) value=typed.channel choices=channels/>
            </div>
            <Choose form=form at="/manager" label=say(words::MANAGER) value=typed.manager choices=managers/>
            <Area form=form at="/note" label=say(words::NOTE) value=typed.note on_input=move |text| typed.note.set(text) hint=say(words::NOTE_HINT) rows=4 max_length=4000/>
        </div></section>
    }
}

/// Undo puts the form of before over the customer as this change left it; a later change of somebody else is not undone with it.
fn offer_undo(customer: &Customer, stored: SaveCustomer) {
    let (id, revision) = (customer.id, customer.revision);
    toast::offer_undo(say(words::SAVED), say(words::UNDO), move || {
        let stored = stored.clone();
        spawn_local(async move {
            undone(api::put_seen::<Customer>(&format!("/api/customers/{id}"), Some(revision), &stored).await);
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_read_as_people_type_it() {
        for (text, expected) in
            [("", Some(0)), ("5", Some(500)), ("12,5", Some(1250)), ("12.5 %", Some(1250)), ("0.125", None), ("five", None), ("1 000,5", Some(100_050))]
        {
            assert_eq!(read_percent(text).map(Percent::raw), expected, "{text:?}");
        }
    }
}
