//! What a page says when it cannot show the usual: loading, failed, nothing here yet.

use kontor_shared::words::{common, problems, profile};
use leptos::html::{self, ElementType};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::api::ApiError;
use crate::browser;
use crate::lang::{lang, say};

/// What happened and what is safe, in the reader's language.
pub fn words_for(error: &ApiError) -> String {
    let word = profile::problem(&error.code).unwrap_or_else(|| problems::by_code(&error.code));
    match error.retry_after {
        Some(seconds) => format!("{} {}", word.say(lang()), problems::WAIT_SECONDS.say(lang(), seconds)),
        None => word.say(lang()).to_string(),
    }
}

/// Keeps still; after half a second it says that it is loading (by the style sheet's delay).
#[component]
pub fn Loading() -> impl IntoView {
    view! { <p class="loading ink-2" role="status">{say(common::LOADING)}</p> }
}

/// A page or a part that failed, with the button that tries again.
#[component]
pub fn Failed(error: ApiError, #[prop(into)] retry: Callback<()>) -> impl IntoView {
    view! {
        <div class="stack failed">
            <div class="note note-bad" role="alert"><p>{words_for(&error)}</p></div>
            <div class="row-x"><button type="button" class="btn btn-main" on:click=move |_| retry.run(())>{say(common::TRY_AGAIN)}</button></div>
        </div>
    }
}

/// The head of a page: its title, a note beside it, what can be done on the right.
#[component]
pub fn PageHead(#[prop(into)] title: String, #[prop(optional, into)] aside: Option<String>, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <div class="page-head">
            <Heading title=title/>
            {aside.map(|text| view! { <span class="ink-2">{text}</span> })}
            {children.map(|children| view! { <div class="push row-x">{children()}</div> })}
        </div>
    }
}

/// A page's heading, also the window's title.
#[component]
pub fn Heading(#[prop(into)] title: String) -> impl IntoView {
    set_title(&title);
    let heading: NodeRef<html::H1> = NodeRef::new();
    take_lost_focus(heading);
    view! { <h1 tabindex="-1" node_ref=heading>{title}</h1> }
}

/// The link or button that led here may be gone with what it stood in: reading then goes on at this element.
pub fn take_lost_focus<E>(node: NodeRef<E>)
where
    E: ElementType + 'static,
    E::Output: JsCast + AsRef<web_sys::Element> + Clone + 'static,
{
    Effect::new(move || {
        if let Some(element) = node.get()
            && browser::focused().is_none_or(|focused| focused.tag_name() == "BODY")
        {
            browser::focus_in_place(element.as_ref());
        }
    });
}

/// What was done, in the place of the form that did it: reading goes on here.
#[component]
pub fn Done(#[prop(into)] text: String) -> impl IntoView {
    let node: NodeRef<html::Div> = NodeRef::new();
    take_lost_focus(node);
    view! { <div class="note note-good" role="status" tabindex="-1" node_ref=node><p>{text}</p></div> }
}

/// The window's title: the page, then the firm.
pub fn set_title(page: &str) {
    let firm = crate::house::house().firm.with_untracked(|firm| firm.as_ref().map(|firm| firm.name.clone()));
    document().set_title(&firm.map_or_else(|| page.to_string(), |firm| format!("{page} · {firm}")));
}
