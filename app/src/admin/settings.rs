//! Settings an administrator changes, by sections: each is saved on its own, under the revision the page saw, and undone.

use kontor_shared::api::firm::{SaveSettings, Settings as Saved};
use kontor_shared::words::{Word, firm as words, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;

use super::expiry;
use super::listing::{Listing, Shown};
use crate::api;
use crate::house;
use crate::lang::say;
use crate::ui::page::PageHead;
use crate::ui::toast;

pub(super) mod firm;
pub(super) mod form;
mod logo;
pub(super) mod mail;
pub(super) mod money;
pub(super) mod numbers;
pub(super) mod rest;
pub(super) mod rows;
mod test_mail;

use firm::{FirmFields, FirmForm};
use form::{Errors, Foot, Wrong};
use mail::{LimitFields, MailForm, ServerFields};
use money::{MoneyFields, MoneyForm};
use numbers::{NumbersFields, NumbersForm};
use rest::{PricesFields, PricesForm, SegmentsFields, SegmentsForm, SignUpFields, SignUpForm};

/// A section of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Firm,
    Money,
    Numbers,
    Mail,
    Segments,
    Prices,
    SignUp,
}

impl Part {
    const ALL: [Self; 7] = [Self::Firm, Self::Money, Self::Numbers, Self::Mail, Self::Segments, Self::Prices, Self::SignUp];

    const fn word(self) -> &'static str {
        match self {
            Self::Firm => "firm",
            Self::Money => "money",
            Self::Numbers => "numbers",
            Self::Mail => "mail",
            Self::Segments => "segments",
            Self::Prices => "prices",
            Self::SignUp => "sign_up",
        }
    }
    /// Where its fields stand in what is sent.
    const fn place(self) -> &'static str {
        match self {
            Self::Firm => "/firm",
            Self::Money => "/money",
            Self::Numbers => "/numbers",
            Self::Mail => "/mail",
            Self::Segments => "/segments",
            Self::Prices => "/prices",
            Self::SignUp => "/sign_up",
        }
    }
    const fn title(self) -> Word {
        match self {
            Self::Firm => words::PART_FIRM,
            Self::Money => words::PART_MONEY,
            Self::Numbers => words::PART_NUMBERS,
            Self::Mail => words::PART_MAIL,
            Self::Segments => words::PART_SEGMENTS,
            Self::Prices => words::PART_PRICES,
            Self::SignUp => words::PART_SIGN_UP,
        }
    }
}

/// The forms of all sections.
#[derive(Clone, Copy)]
struct Forms {
    firm: FirmForm,
    money: MoneyForm,
    numbers: NumbersForm,
    mail: MailForm,
    segments: SegmentsForm,
    prices: PricesForm,
    sign_up: SignUpForm,
}

impl Forms {
    fn new() -> Self {
        Self {
            firm: FirmForm::new(),
            money: MoneyForm::new(),
            numbers: NumbersForm::new(),
            mail: MailForm::new(),
            segments: SegmentsForm::new(),
            prices: PricesForm::new(),
            sign_up: SignUpForm::new(),
        }
    }

    /// Fills in the sections that differ from what the page knew; what is being typed in the others stays.
    fn load(self, before: Option<&Saved>, now: &Saved) {
        macro_rules! where_different {
            ($($section:ident),*) => {$(
                if before.is_none_or(|before| before.$section != now.$section) {
                    self.$section.load(now.$section.clone());
                }
            )*};
        }
        where_different!(firm, money, numbers, mail, segments, prices, sign_up);
        self.numbers.count(now.counters.clone());
        self.mail.password_set.set(now.password_set);
        self.mail.environment.set(now.mail_environment.clone());
        if self.prices.types.with_untracked(|types| *types != now.price_types) {
            self.prices.types.set(now.price_types.clone());
        }
    }

    fn read(self, part: Part) -> Result<SaveSettings, Wrong> {
        let none = SaveSettings::none();
        Ok(match part {
            Part::Firm => SaveSettings { firm: Some(self.firm.read()), ..none },
            Part::Money => SaveSettings { money: Some(self.money.read()?), ..none },
            Part::Numbers => SaveSettings { numbers: Some(self.numbers.read()?), ..none },
            Part::Mail => SaveSettings { mail: Some(self.mail.read()?), ..none },
            Part::Segments => SaveSettings { segments: Some(self.segments.read()?), ..none },
            Part::Prices => SaveSettings { prices: Some(self.prices.read()?), ..none },
            Part::SignUp => SaveSettings { sign_up: Some(self.sign_up.read()), ..none },
        })
    }
}

/// What the page knows and is about to do. `Copy`, like the signals in it.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    known: RwSignal<Saved>,
    today: RwSignal<String>,
    errors: Errors,
    /// Somebody else changed the settings meanwhile.
    stale: RwSignal<bool>,
    busy: RwSignal<bool>,
    forms: Forms,
}

impl Desk {
    fn new(settings: Saved) -> Self {
        let desk = Self {
            today: RwSignal::new(settings.today.clone()),
            errors: Errors::new(),
            stale: RwSignal::new(false),
            busy: RwSignal::new(false),
            forms: Forms::new(),
            known: RwSignal::new(settings),
        };
        desk.known.with_untracked(|known| desk.forms.load(None, known));
        desk
    }

    /// Takes in what the server has now; says whether the page is still there.
    fn take(self, now: Saved) -> bool {
        let Some(before) = self.known.try_get_untracked() else { return false };
        self.today.set(now.today.clone());
        self.forms.load(Some(&before), &now);
        self.known.set(now);
        self.stale.set(false);
        true
    }

    /// Asks the server for a change and takes in what came of it. `place`: what it is about, where the refusal names no field.
    fn change<F>(self, place: &'static str, ask: impl FnOnce(i64) -> F + 'static)
    where
        F: Future<Output = api::Result<Saved>> + 'static,
    {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.errors.clear();
        let before = self.known.with_untracked(|known| known.revision);
        spawn_local(async move {
            let answer = ask(before).await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(now) => {
                    let revision = now.revision;
                    if self.take(now) && place == Part::Mail.place() {
                        self.forms.mail.forget_typed();
                    }
                    refresh_firm();
                    if revision == before {
                        toast::tell(say(staff::SAVED));
                    } else {
                        toast::offer_undo(say(staff::SAVED), say(words::UNDO), move || self.undo(revision));
                    }
                }
                Err(error) => self.refused(place, &error),
            }
        });
    }

    fn refused(self, place: &'static str, error: &api::ApiError) {
        expiry::note(error);
        if error.code == "changed_elsewhere" {
            let _ = self.stale.try_set(true);
        }
        let mut wrong = Wrong::from(error);
        if wrong.field.is_empty() {
            wrong.field = place.into();
        }
        self.errors.show(wrong);
    }

    fn save(self, part: Part) {
        match self.forms.read(part) {
            Ok(sections) => self.change(part.place(), async move |revision| api::put_seen::<Saved>("/api/settings", Some(revision), &sections).await),
            Err(wrong) => self.errors.show(wrong),
        }
    }

    /// Goes back to before the change that made `revision`; also from a toast that outlived the page.
    fn undo(self, revision: i64) {
        spawn_local(async move {
            match api::post_empty_seen::<Saved>("/api/settings/undo", revision).await {
                Ok(now) => {
                    self.take(now);
                    refresh_firm();
                    toast::tell(say(words::UNDONE));
                }
                Err(error) => {
                    expiry::note(&error);
                    toast::fail(Wrong::from(&error).text);
                }
            }
        });
    }

    /// What somebody else changed comes in; what is typed in sections nobody touched stays.
    fn load_again(self) {
        spawn_local(async move {
            match api::get::<Saved>("/api/settings").await {
                Ok(now) => {
                    self.errors.clear();
                    self.take(now);
                }
                Err(error) => self.refused("", &error),
            }
        });
    }
}

/// The frame of the page shows the firm too.
fn refresh_firm() {
    spawn_local(async {
        if let Ok(firm) = api::firm().await {
            house::house().firm.set(Some(std::sync::Arc::new(firm)));
        }
    });
}

#[component]
pub fn Settings() -> impl IntoView {
    let listing: Listing<Saved> = Listing::new(Signal::stored("/api/settings".to_string()));
    view! {
        <PageHead title=say(staff::SETTINGS)/>
        <Shown of=listing show=|settings: Saved| view! { <Sections settings=settings/> }.into_any()/>
    }
}

#[component]
fn Sections(settings: Saved) -> impl IntoView {
    let desk = Desk::new(settings);
    let query = use_query_map();
    // Reading the address, a section that is not asked for is hidden and keeps what was typed in it.
    let part = Memo::new(move |_| {
        let wanted = query.with(|query| query.get("part").unwrap_or_default());
        Part::ALL.into_iter().find(|part| part.word() == wanted).unwrap_or(Part::Firm)
    });
    let tabs = Part::ALL.map(|one| {
        let address = format!("/admin/settings?part={}", one.word());
        view! { <a href=address aria-current=move || (part.get() == one).then_some("page")>{say(one.title())}</a> }
    });
    let undo = move || {
        desk.known.with(|known| known.undo.then_some(known.revision)).map(|revision| {
            view! { <p class="more"><button type="button" class="link" on:click=move |_| desk.undo(revision)>{say(words::UNDO_NEWEST)}</button></p> }
        })
    };
    view! {
        <nav class="tabs" aria-label=say(staff::SETTINGS)>{Vec::from(tabs)}</nav>
        {move || desk.stale.get().then(|| view! {
            <div class="note note-warn after" role="alert">
                <p>{say(words::CHANGED_MEANWHILE)}</p>
                <button type="button" class="btn" on:click=move |_| desk.load_again()>{say(words::LOAD_AGAIN)}</button>
            </div>
        })}
        {Vec::from(Part::ALL.map(|one| view! { <div hidden=move || part.get() != one><Section desk=desk part=one/></div> }))}
        {undo}
    }
}

#[component]
fn Section(desk: Desk, part: Part) -> impl IntoView {
    let Desk { errors, forms, today, .. } = desk;
    let fields = match part {
        Part::Firm => view! { <FirmFields form=forms.firm errors=errors/> }.into_any(),
        Part::Money => view! { <MoneyFields form=forms.money errors=errors today=today/> }.into_any(),
        Part::Numbers => view! { <NumbersFields form=forms.numbers errors=errors today=today/> }.into_any(),
        Part::Mail => view! { <ServerFields form=forms.mail errors=errors/> <LimitFields form=forms.mail errors=errors/> }.into_any(),
        Part::Segments => view! { <SegmentsFields form=forms.segments errors=errors/> }.into_any(),
        Part::Prices => view! { <PricesFields form=forms.prices errors=errors/> }.into_any(),
        Part::SignUp => view! { <SignUpFields form=forms.sign_up errors=errors/> }.into_any(),
    };
    let more = match part {
        Part::Firm => view! { <logo::LogoPanel desk=desk/> }.into_any(),
        Part::Mail => view! { <test_mail::SendTest/> }.into_any(),
        _ => ().into_any(),
    };
    let posted = matches!(part, Part::Firm | Part::Money | Part::Numbers).then(|| view! { <p class="ink-2">{say(words::POSTED_STAY)}</p> });
    view! {
        <form class="panel panel-s under-tabs" on:submit=move |event: web_sys::SubmitEvent| { event.prevent_default(); desk.save(part) }>
            <h2>{say(part.title())}</h2>
            <div class="body stack settings-form">
                {fields}
                {posted}
                <Foot errors=errors place=part.place() busy=desk.busy label=say(staff::SAVE)/>
            </div>
        </form>
        {more}
    }
}
