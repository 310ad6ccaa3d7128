//! Settings an administrator changes, by sections: each is saved on its own, under the revision the page saw, and undone.

use kontor_shared::api::firm::{SaveSettings, Settings as Saved};
use kontor_shared::settings::SettingsSection;
use kontor_shared::words::{firm as words, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;

use super::expiry;
use super::listing::{Listing, Shown};
use crate::api;
use crate::browser;
use crate::house;
use crate::lang::{lang, say};
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

/// The sections in the order of their tabs; the logo stands under the firm.
const PARTS: [SettingsSection; 7] = [
    SettingsSection::Firm,
    SettingsSection::Money,
    SettingsSection::Numbers,
    SettingsSection::Mail,
    SettingsSection::Segments,
    SettingsSection::Prices,
    SettingsSection::SignUp,
];

/// Where a section's fields stand in what is sent.
const fn place(section: SettingsSection) -> &'static str {
    match section {
        SettingsSection::Firm => "/firm",
        SettingsSection::Money => "/money",
        SettingsSection::Numbers => "/numbers",
        SettingsSection::Mail => "/mail",
        SettingsSection::Segments => "/segments",
        SettingsSection::Prices => "/prices",
        SettingsSection::SignUp => "/sign_up",
        SettingsSection::Logo => "/logo",
    }
}

/// The tab a section stands on.
fn tab_of(section: SettingsSection) -> SettingsSection {
    if section == SettingsSection::Logo { SettingsSection::Firm } else { section }
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

    /// What one section says now; what is wrong with it in `wrong`.
    fn read(self, part: SettingsSection, wrong: &mut Vec<Wrong>) -> SaveSettings {
        let mut sections = SaveSettings::none();
        match part {
            SettingsSection::Firm => sections.firm = Some(self.firm.read(wrong)),
            SettingsSection::Money => sections.money = Some(self.money.read(wrong)),
            SettingsSection::Numbers => sections.numbers = Some(self.numbers.read(wrong)),
            SettingsSection::Mail => sections.mail = Some(self.mail.read(wrong)),
            SettingsSection::Segments => sections.segments = Some(self.segments.read(wrong)),
            SettingsSection::Prices => sections.prices = Some(self.prices.read(wrong)),
            SettingsSection::SignUp => sections.sign_up = Some(self.sign_up.read()),
            // It is sent as a file.
            SettingsSection::Logo => {}
        }
        sections
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

    /// Asks the server for a change of a section and takes in what came of it.
    fn change<F>(self, section: SettingsSection, ask: impl FnOnce(i64) -> F + 'static)
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
                    if self.take(now) && section == SettingsSection::Mail {
                        self.forms.mail.forget_typed();
                    }
                    refresh_firm();
                    let told = words::SAVED_SECTION.with(lang(), &[("section", &say(words::section(section)))]);
                    if revision == before {
                        toast::tell(told);
                    } else {
                        toast::offer_undo(told, say(words::UNDO), move || self.undo(section, revision));
                    }
                }
                Err(error) => self.refused(place(section), &error),
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
        self.errors.show(vec![wrong]);
    }

    fn save(self, part: SettingsSection) {
        let mut wrong = Vec::new();
        let sections = self.forms.read(part, &mut wrong);
        if wrong.is_empty() {
            self.change(part, async move |revision| api::put_seen::<Saved>("/api/settings", Some(revision), &sections).await);
        } else {
            self.errors.show(wrong);
        }
    }

    /// Puts a section back to before the change that made `revision`, the others as they are; also from a toast that outlived
    /// the page.
    fn undo(self, section: SettingsSection, revision: i64) {
        spawn_local(async move {
            match api::post_empty_seen::<Saved>(&format!("/api/settings/undo?section={}", section.word()), revision).await {
                Ok(now) => {
                    self.take(now);
                    refresh_firm();
                    toast::tell(words::UNDONE.with(lang(), &[("section", &say(words::section(section)))]));
                    // The button that was pressed went with what it undid.
                    browser::focus_if_lost(&heading(tab_of(section)));
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
                    browser::focus_heading_if_lost();
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

/// The id of a section's heading.
fn heading(section: SettingsSection) -> String {
    format!("section-{}", section.word())
}

#[component]
fn Sections(settings: Saved) -> impl IntoView {
    let desk = Desk::new(settings);
    let query = use_query_map();
    // Reading the address, a section that is not asked for is hidden and keeps what was typed in it.
    let part = Memo::new(move |_| {
        let wanted = query.with(|query| query.get("part").unwrap_or_default());
        PARTS.into_iter().find(|part| part.word() == wanted).unwrap_or(SettingsSection::Firm)
    });
    let tabs = PARTS.map(|one| {
        let address = format!("/admin/settings?part={}", one.word());
        view! { <a href=address aria-current=move || (part.get() == one).then_some("page")>{say(words::section(one))}</a> }
    });
    // The newest change stands on its own section's tab, by name; each section is undone for itself.
    let undo = move || {
        desk.known.with(|known| {
            let of_this = |section: &&SettingsSection| known.undo && tab_of(**section) == part.get();
            let (revision, changed) = (known.revision, known.changed.iter().filter(of_this).copied());
            let buttons: Vec<_> = changed
                .map(|section| {
                    let label = words::UNDO_NEWEST.with(lang(), &[("section", &say(words::section(section)))]);
                    view! { <p class="more"><button type="button" class="link" on:click=move |_| desk.undo(section, revision)>{label}</button></p> }
                })
                .collect();
            buttons
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
        {Vec::from(PARTS.map(|one| view! { <div hidden=move || part.get() != one><Section desk=desk part=one/></div> }))}
        {undo}
    }
}

#[component]
fn Section(desk: Desk, part: SettingsSection) -> impl IntoView {
    let Desk { errors, forms, today, .. } = desk;
    let fields = match part {
        SettingsSection::Firm => view! { <FirmFields form=forms.firm errors=errors/> }.into_any(),
        SettingsSection::Money => view! { <MoneyFields form=forms.money errors=errors today=today/> }.into_any(),
        SettingsSection::Numbers => view! { <NumbersFields form=forms.numbers errors=errors today=today/> }.into_any(),
        SettingsSection::Mail => view! { <ServerFields form=forms.mail errors=errors/> <LimitFields form=forms.mail errors=errors/> }.into_any(),
        SettingsSection::Segments => view! { <SegmentsFields form=forms.segments errors=errors/> }.into_any(),
        SettingsSection::Prices => view! { <PricesFields form=forms.prices errors=errors/> }.into_any(),
        SettingsSection::SignUp => view! { <SignUpFields form=forms.sign_up errors=errors/> }.into_any(),
        SettingsSection::Logo => ().into_any(),
    };
    let more = match part {
        SettingsSection::Firm => view! { <logo::LogoPanel desk=desk/> }.into_any(),
        SettingsSection::Mail => view! { <test_mail::SendTest/> }.into_any(),
        _ => ().into_any(),
    };
    let posted = matches!(part, SettingsSection::Firm | SettingsSection::Money | SettingsSection::Numbers)
        .then(|| view! { <p class="ink-2">{say(words::POSTED_STAY)}</p> });
    view! {
        <form class="panel panel-s under-tabs" novalidate on:submit=move |event: web_sys::SubmitEvent| { event.prevent_default(); desk.save(part) }>
            <h2 id=heading(part) tabindex="-1">{say(words::section(part))}</h2>
            <div class="body stack settings-form">
                {fields}
                {posted}
                <Foot errors=errors place=place(part) busy=desk.busy label=say(staff::SAVE)/>
            </div>
        </form>
        {more}
    }
}
