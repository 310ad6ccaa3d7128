//! What the office and a customer's own profile both fill in: a person at a customer, and the places goods go to.

use kontor_shared::api::people::{Place, SaveContact};
use kontor_shared::words::{Lang, profile as words};
use leptos::prelude::*;

use crate::browser;
use crate::lang::say;
use crate::ui::form::{Area, Choose, Form, Line, Tick};

/// Places of one customer, as many as the server takes.
const MOST_PLACES: usize = 50;

/// A person as typed.
#[derive(Clone, Copy)]
pub struct Person {
    name: RwSignal<String>,
    email: RwSignal<String>,
    phone: RwSignal<String>,
    fax: RwSignal<String>,
    position: RwSignal<String>,
    /// A language's tag; empty: the customer's.
    lang: RwSignal<String>,
    orders: RwSignal<bool>,
    accounts: RwSignal<bool>,
    mail: RwSignal<bool>,
}

/// The form of somebody new: mail about orders, and mailings once they agree.
pub fn nobody_yet() -> SaveContact {
    SaveContact {
        name: String::new(),
        email: String::new(),
        phone: String::new(),
        fax: String::new(),
        position: String::new(),
        lang: None,
        receives_orders: true,
        receives_accounts: false,
        receives_mail: true,
    }
}

impl Person {
    pub fn new(form: SaveContact) -> Self {
        Self {
            name: RwSignal::new(form.name),
            email: RwSignal::new(form.email),
            phone: RwSignal::new(form.phone),
            fax: RwSignal::new(form.fax),
            position: RwSignal::new(form.position),
            lang: RwSignal::new(form.lang.map_or("", Lang::tag).into()),
            orders: RwSignal::new(form.receives_orders),
            accounts: RwSignal::new(form.receives_accounts),
            mail: RwSignal::new(form.receives_mail),
        }
    }

    pub fn form(self) -> SaveContact {
        SaveContact {
            name: self.name.get_untracked(),
            email: self.email.get_untracked(),
            phone: self.phone.get_untracked(),
            fax: self.fax.get_untracked(),
            position: self.position.get_untracked(),
            lang: self.lang.with_untracked(|tag| Lang::parse(tag)),
            receives_orders: self.orders.get_untracked(),
            receives_accounts: self.accounts.get_untracked(),
            receives_mail: self.mail.get_untracked(),
        }
    }
}

/// The languages letters and documents are written in, as choices.
pub fn languages() -> Vec<(String, String)> {
    Lang::ALL.into_iter().map(|lang| (lang.tag().to_string(), lang.own_name().to_string())).collect()
}

#[component]
pub fn PersonFields(form: Form, person: Person) -> impl IntoView {
    let mut choices = vec![(String::new(), say(words::COMPANYS_LANGUAGE).to_string())];
    choices.extend(languages());
    view! {
        <div class="pair">
            <Line form=form at="/name" label=say(words::NAME) value=person.name max_length=200/>
            <Line form=form at="/position" label=say(words::POSITION) value=person.position max_length=100/>
        </div>
        <div class="pair">
            <Line form=form at="/email" label=say(words::EMAIL) value=person.email kind="email" max_length=254/>
            <Choose form=form at="/lang" label=say(words::LANGUAGE) value=person.lang choices=choices/>
        </div>
        <div class="pair">
            <Line form=form at="/phone" label=say(words::PHONE) value=person.phone kind="tel" max_length=60/>
            <Line form=form at="/fax" label=say(words::FAX) value=person.fax kind="tel" max_length=60/>
        </div>
        <fieldset>
            <legend>{say(words::GETS)}</legend>
            <Tick label=say(words::GETS_ORDERS) value=person.orders/>
            <Tick label=say(words::GETS_ACCOUNTS) value=person.accounts/>
            <Tick label=say(words::GETS_MAIL) value=person.mail/>
        </fieldset>
    }
}

/// Places goods go to, the one offered first at the head.
#[component]
pub fn Places(form: Form, places: RwSignal<Vec<Place>>) -> impl IntoView {
    let indices = move || (0..places.with(Vec::len)).collect::<Vec<_>>();
    let full = move || places.with(Vec::len) >= MOST_PLACES;
    let add = move |_| {
        places.update(|list| list.push(Place { name: String::new(), address: String::new() }));
        browser::focus(&form.id(&format!("/places/{}/name", places.with_untracked(Vec::len) - 1)));
    };
    view! {
        <For each=indices key=|at| *at let:at>
            <OnePlace form=form places=places at=at/>
        </For>
        {move || (!full()).then(|| view! { <p><button type="button" class="btn" id=form.id("/places/add") on:click=add>{say(words::ADD_PLACE)}</button></p> })}
    }
}

#[component]
fn OnePlace(form: Form, places: RwSignal<Vec<Place>>, at: usize) -> impl IntoView {
    let name = move || places.with(|list| list.get(at).map(|place| place.name.clone()).unwrap_or_default());
    let address = Signal::derive(move || places.with(|list| list.get(at).map(|place| place.address.clone()).unwrap_or_default()));
    let change = move |how: &dyn Fn(&mut Place)| places.update(|list| list.get_mut(at).into_iter().for_each(how));
    let to_front = move |_| {
        places.update(|list| {
            if at < list.len() {
                let place = list.remove(at);
                list.insert(0, place);
            }
        });
        browser::focus(&form.id("/places/0/name"));
    };
    let take_out = move |_| {
        places.update(|list| {
            if at < list.len() {
                list.remove(at);
            }
        });
        // The last one takes its button with it.
        let left = places.with_untracked(Vec::len);
        browser::focus_if_lost(&form.id(&if left == 0 { "/places/add".into() } else { format!("/places/{}/name", left - 1) }));
    };
    let name_id = form.id(&format!("/places/{at}/name"));
    view! {
        <fieldset class="place">
            <legend class="vh">{format!("{} {}", say(words::PLACE_ADDRESS), at + 1)}</legend>
            <div class="field">
                <label for=name_id.clone()>{say(words::PLACE_NAME)}</label>
                <input class="in" id=name_id autocomplete="off" maxlength="100" prop:value=name
                    on:input=move |event| { let text = event_target_value(&event); change(&|place| place.name.clone_from(&text)) }/>
            </div>
            <Area form=form at=format!("/places/{at}/address") label=say(words::PLACE_ADDRESS) value=address rows=2 max_length=500
                on_input=move |text: String| change(&|place| place.address.clone_from(&text))/>
            <p class="row-x">
                {if at == 0 {
                    view! { <span class="s ink-2">{say(words::PLACE_FIRST)}</span> }.into_any()
                } else {
                    view! { <button type="button" class="link" on:click=to_front>{say(words::MAKE_FIRST)}</button> }.into_any()
                }}
                <button type="button" class="link push" on:click=take_out>{say(words::TAKE_OUT)}</button>
            </p>
        </fieldset>
    }
}
