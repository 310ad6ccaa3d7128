//! The order being entered: whose it is, its lines, what stands around them, and storing it.

use kontor_shared::api::entry::{EnterOrder, OrderBackground, can_be_kept};
use kontor_shared::api::forms::FormAccount;
use kontor_shared::api::{Order, SubmitLine, SubmitOrder};
use kontor_shared::catalog::tiers;
use kontor_shared::money::{Money, Percent, VatMethod, totals};
use kontor_shared::orders::Source;
use kontor_shared::words::{common, entry as words, format, staff};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::from_file::{Entered, Facts, tell_gone};
use super::kept::{self, Kept, KeptLine};
use super::lines::{Goods, Line, Lines, Next, read, rows};
use super::{HREF, Open, SHEETS, known_form, read_file, warns};
use crate::admin::beside::Account;
use crate::admin::{expiry, words_for};
use crate::api::{self, encoded, with_query};
use crate::browser;
use crate::draft::new_id;
use crate::lang::{count, lang, say};
use crate::times;
use crate::ui::file::{FileInput, Picked};
use crate::ui::form::{Area, Choose, Form, Line as Field, Submit, Wrong};
use crate::ui::toast;

/// Ways an order comes in that is entered here.
const SOURCES: [Source; 4] = [Source::Fax, Source::Post, Source::Phone, Source::Sheet];

/// What a scan may be called, as a field's attribute has it.
pub const SCANS: &str = ".pdf,.jpg,.jpeg,.png,.tif,.tiff,.webp,.gif";

/// Sends scans to an order, one after the other; says whether all were taken.
pub async fn send_scans(order: &str, files: &[Picked]) -> bool {
    for file in files {
        let path = with_query(&format!("/api/orders/{}/papers", encoded(order)), &[("name", &file.name())]);
        if let Err(error) = api::post_file::<OrderBackground>(&path, file).await {
            expiry::note(&error);
            toast::fail(format!("{}: {}", file.name(), words_for(&error)));
            return false;
        }
    }
    true
}

#[component]
pub fn EntrySheet(
    open: Open,
    leave: impl Fn() + Copy + Send + Sync + 'static,
    /// Opens the desk anew, by the form a file is, with what is typed.
    reopen: impl Fn(Kept, FormAccount) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let Open { desk, index, kept, account } = open;
    // After a file what is typed was there a moment ago.
    let was_kept = kept.is_worth_keeping() && account.is_none();
    let goods: Goods = StoredValue::new_local(index);
    let id = if kept.id.is_empty() { new_id().to_string() } else { kept.id.clone() };
    let text = |kept: &str, usual: &str| RwSignal::new(if kept.is_empty() { usual.to_string() } else { kept.to_string() });
    let facts = Facts {
        source: text(&kept.source, Source::Fax.word()),
        received_on: text(&kept.received_on, &desk.today),
        po_number: text(&kept.po_number, ""),
        wanted_on: text(&kept.wanted_on, ""),
        delivery_address: text(&kept.delivery_address, &desk.delivery_address),
        comment: text(&kept.comment, ""),
    };
    let codes: Vec<&str> = kept.lines.iter().map(|line| line.code.as_str()).collect();
    let (mut known, mut gone) = (Vec::new(), Vec::new());
    for (line, row) in kept.lines.iter().zip(rows(goods, &codes)) {
        match row {
            Some(row) => known.push(Line { row, typed: RwSignal::new(line.typed.clone()) }),
            None => gone.push(format!("{} × {}", line.code, line.typed)),
        }
    }
    tell_gone(&gone);
    let lines: RwSignal<Vec<Line>> = RwSignal::new(known);
    let next = Next::of(&kept.next, goods);
    if was_kept {
        toast::tell(words::KEPT.with(lang(), &[("customer", &desk.customer.name)]));
    }
    let entered = Entered { facts, lines, account: RwSignal::new(None) };
    if let Some(account) = account {
        entered.take(account, goods);
    }
    let (form_id, customer) = (desk.form_id.clone(), desk.customer.code.clone());
    let as_kept = {
        let (form, customer, name, id) = (form_id.clone().unwrap_or_default(), customer.clone(), desk.customer.name.clone(), id.clone());
        move || Kept {
            id: id.clone(),
            form: form.clone(),
            customer: customer.clone(),
            name: name.clone(),
            lang: Some(lang()),
            source: facts.source.get(),
            received_on: facts.received_on.get(),
            po_number: facts.po_number.get(),
            wanted_on: facts.wanted_on.get(),
            delivery_address: facts.delivery_address.get(),
            comment: facts.comment.get(),
            lines: lines.get().into_iter().map(|line| KeptLine { code: line.code(goods), typed: line.typed.get() }).collect(),
            next: KeptLine { code: next.typed.get(), typed: next.quantity.get() },
        }
    };
    let reading = RwSignal::new(false);
    let give = {
        let (customer, form, as_kept) = (customer.clone(), form_id.clone(), as_kept.clone());
        move |files: Vec<Picked>| {
            let Some(file) = files.into_iter().next().filter(|_| !reading.get_untracked()) else { return };
            let (customer, form, as_kept) = (customer.clone(), form.clone(), as_kept.clone());
            reading.set(true);
            spawn_local(async move {
                let answer = read_file(&file, Some(&customer)).await;
                if reading.try_set(false).is_some() {
                    return;
                }
                match answer {
                    // Nothing of it is this customer's order.
                    Ok(account) if warns(&account, "other_customer") => toast::fail(say(words::FORM_OF_ANOTHER)),
                    // Its number and its own list come with its lines.
                    Ok(account) if known_form(&account).is_some_and(|other| form.as_deref() != Some(other)) => reopen(untrack(as_kept), account),
                    Ok(account) => entered.take(account, goods),
                    Err(error) => expiry::tell(&error),
                }
            });
        }
    };
    // What is typed is kept as it is typed.
    Effect::new(move || kept::write(&as_kept()));
    let scans: RwSignal<Vec<Picked>, LocalStorage> = RwSignal::new_local(Vec::new());
    let form = Form::new("entry", words_for, expiry::note);
    let navigate = use_navigate();
    let wanted = {
        let (version, overlay, customer) = (desk.version, desk.overlay.clone(), customer.clone());
        move || EnterOrder {
            customer: customer.clone(),
            source: Source::parse(&facts.source.get_untracked()).unwrap_or(Source::Fax),
            form_id: form_id.clone(),
            received_on: Some(facts.received_on.get_untracked()).filter(|day| !day.is_empty()),
            order: SubmitOrder {
                version,
                overlay: overlay.clone(),
                customer: None,
                po_number: facts.po_number.get_untracked().trim().into(),
                wanted_on: Some(facts.wanted_on.get_untracked()).filter(|day| !day.is_empty()),
                delivery_address: facts.delivery_address.get_untracked().trim().into(),
                comment: facts.comment.get_untracked().trim().into(),
                lines: lines.get_untracked().into_iter().filter_map(|line| submitted(line, goods)).collect(),
            },
            // Of a file with more lines than an order has, the order is worth more than the account.
            account: entered.account.get_untracked().filter(can_be_kept),
        }
    };
    let store = {
        let id = id.clone();
        StoredValue::new_local(move || {
            if form.busy.get_untracked() {
                return;
            }
            // What is typed and not entered yet is part of the order, too.
            if next.is_begun() && !next.add(lines, goods) {
                return;
            }
            // A quantity nobody can read is put right first: the server could not even be told of it.
            let unread = |line: &Line| line.typed.with_untracked(|typed| read(typed).is_none());
            if let Some(line) = lines.with_untracked(|lines| lines.iter().find(|line| unread(line)).copied()) {
                browser::focus(&format!("entry-line-{}", line.row));
                return;
            }
            let (wanted, id, path, navigate) = (wanted(), id.clone(), format!("/api/entry/{id}"), navigate.clone());
            form.send(async move { api::put::<Order>(&path, &wanted).await }, move |order| {
                kept::take_out(&id);
                let files = scans.try_get_untracked().unwrap_or_default();
                spawn_local(async move {
                    let all = send_scans(&order.id.to_string(), &files).await;
                    let word = if all { words::STORED } else { words::NOT_ALL_SCANS };
                    toast::tell(word.with(lang(), &[("number", &order.number)]));
                    navigate(&format!("/admin/orders/{}", order.id), NavigateOptions::default());
                });
            });
        })
    };
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "Enter" && event.ctrl_key() {
            event.prevent_default();
            store.with_value(|store| store());
        }
    });
    on_cleanup(move || keys.remove());
    let put_away = move |_| {
        let before = kept::take_out(&id);
        leave();
        if let Some(before) = before {
            // As the newest it is the one that is gone on with.
            toast::offer_undo(say(words::FORGOTTEN), say(words::UNDO), move || {
                kept::write(&before);
                browser::go(HREF);
            });
        }
    };
    let on_form = desk.form_id.as_ref().map(|form| words::ON_FORM.with(lang(), &[("form", form)]));
    let on_list = staff::ON_LIST.with(lang(), &[("version", &desk.version)]);
    let sources = SOURCES.map(|source| (source.word().to_string(), say(words::source(source)).to_string())).to_vec();
    let earlier = desk.orders.iter().map(|order| {
        view! { <li><a href=format!("/admin/orders/{}", order.id)>{staff::ORDER_TITLE.with(lang(), &[("number", &order.number)])}</a>", "{times::instant(&order.ordered_at)}</li> }
    });
    let earlier =
        (!desk.orders.is_empty()).then(|| view! { <div class="note note-warn"><p>{say(words::FORM_USED)}</p><ul>{earlier.collect_view()}</ul></div> });
    let address = Callback::new(move |text: String| facts.delivery_address.set(text));
    let comment = Callback::new(move |text: String| facts.comment.set(text));
    view! {
        <p class="whose"><b>{desk.customer.name.clone()}</b>" "<span class="code">{desk.customer.code.clone()}</span><span class="ink-2">{on_form.map(|text| format!(", {text}"))}", "{on_list}</span></p>
        {desk.ended.then(|| view! { <div class="note note-warn"><p>{say(words::ENDED)}</p></div> })}
        {earlier}
        <form class="two" on:submit=move |event| { event.prevent_default(); store.with_value(|store| store()); }>
            <div class="stack">
                {move || entered.account.get().map(|account| view! { <section class="panel panel-s"><h2>{say(words::WHAT_WAS_READ)}</h2><div class="body"><Account account=account/></div></section> })}
                <Lines lines=lines next=next goods=goods/>
                <section class="panel panel-s"><div class="body field">
                    <label for="entry-fill">{say(words::FROM_FILE)}</label>
                    <FileInput id="entry-fill" accept=SHEETS take=give busy=reading/>
                </div></section>
            </div>
            <div class="stack">
                <Sums lines=lines goods=goods method=desk.vat_method/>
                <section class="panel panel-s"><h2>{say(staff::FACTS)}</h2><div class="body stack">
                    <Choose form=form at="/source" label=say(words::SOURCE) value=facts.source choices=sources/>
                    <Field form=form at="/received_on" label=say(words::RECEIVED_ON) value=facts.received_on kind="date" max_length=10/>
                    <Field form=form at="/order/po_number" label=say(staff::PO_NUMBER) value=facts.po_number max_length=100/>
                    <Field form=form at="/order/wanted_on" label=say(staff::WANTED_ON) value=facts.wanted_on kind="date" max_length=10/>
                    <Area form=form at="/order/delivery_address" label=say(staff::DELIVERY) value=facts.delivery_address on_input=address rows=2 max_length=500/>
                    <Area form=form at="/order/comment" label=say(staff::COMMENT) value=facts.comment on_input=comment rows=2 max_length=2000/>
                    <div class="field">
                        <label for="entry-scans">{say(words::SCANS)}</label>
                        <FileInput id="entry-scans" multiple=true accept=SCANS take=move |files| scans.set(files)/>
                        <small class="ink-2">{say(words::SCANS_HINT)}</small>
                    </div>
                </div></section>
                <Wrong form=form/>
                <div class="row-x">
                    <Submit form=form label=say(words::STORE)/>
                    <button type="button" class="btn" on:click=put_away>{say(words::FORGET)}</button>
                    <button type="button" class="link" on:click=move |_| leave()>{say(words::ANOTHER)}</button>
                </div>
            </div>
        </form>
    }
}

/// The line as the server is sent it. The price shown is the one of the list the customer had.
fn submitted(line: Line, goods: Goods) -> Option<SubmitLine> {
    let quantity = line.typed.with_untracked(|typed| read(typed))?;
    let shown_price = goods.with_value(|index| tiers::price_at(index.list().price(line.row as usize), &index.list().tiers(line.row as usize), quantity));
    Some(SubmitLine { code: line.code(goods), quantity, shown_price })
}

/// What the lines come to so far, as the order will have it.
#[component]
fn Sums(lines: RwSignal<Vec<Line>>, goods: Goods, method: VatMethod) -> impl IntoView {
    let sums = Memo::new(move |_| {
        let amounts: Vec<(Money, Percent)> = lines.get().into_iter().filter_map(|line| line.amount(goods)).collect();
        goods.with_value(|index| {
            let head = &index.list().head;
            totals(&amounts, head.currency, head.vat_mode, method).ok()
        })
    });
    view! {
        <section class="panel panel-s">
            <h2>{say(common::TOTAL)}</h2>
            <div class="body" role="status">{move || sums.get().map(|totals| {
                let decimal = |money: Money| format::decimal(lang(), &money.decimal());
                view! {
                    <dl class="sums">
                        <dt>{say(common::NET)}", "{count(common::LINES, lines.with(Vec::len) as u64)}</dt><dd>{decimal(totals.net)}</dd>
                        <dt>{say(common::VAT)}</dt><dd>{decimal(totals.vat)}</dd>
                        <dt class="total">{say(common::TOTAL)}" "{totals.gross.currency.sign().to_string()}</dt><dd class="total">{decimal(totals.gross)}</dd>
                    </dl>
                }
            })}</div>
        </section>
    }
}
