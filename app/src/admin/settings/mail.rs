//! The mail server, the sender, and how much goes out.

use kontor_shared::api::firm::MailSection;
use kontor_shared::settings::{Encryption, MailLimits, UncertainPolicy};
use kontor_shared::words::firm as words;
use leptos::prelude::*;

use super::form::{Choice, Errors, Tick, Wrong, address, id_of, line, options, whole};
use crate::lang::{lang, say};
use crate::ui::field::Field;

#[derive(Clone, Copy)]
pub struct MailForm {
    host: RwSignal<String>,
    port: RwSignal<String>,
    encryption: RwSignal<String>,
    user: RwSignal<String>,
    password: RwSignal<String>,
    /// The password that is kept is to be forgotten.
    drop: RwSignal<bool>,
    from: RwSignal<String>,
    reply_to: RwSignal<String>,
    per_hour: RwSignal<String>,
    per_domain: RwSignal<String>,
    policy: RwSignal<String>,
    /// One is kept.
    pub password_set: RwSignal<bool>,
    /// The environment's server, which wins.
    pub environment: RwSignal<Option<String>>,
}

fn limit(value: Option<u32>) -> String {
    value.map(|limit| limit.to_string()).unwrap_or_default()
}

impl MailForm {
    pub fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self {
            host: text(),
            port: text(),
            encryption: RwSignal::new(Encryption::StartTls.word().into()),
            user: text(),
            password: text(),
            drop: RwSignal::new(false),
            from: text(),
            reply_to: text(),
            per_hour: text(),
            per_domain: text(),
            policy: RwSignal::new(UncertainPolicy::Hold.word().into()),
            password_set: RwSignal::new(false),
            environment: RwSignal::new(None),
        }
    }

    pub fn load(self, section: MailSection) {
        self.host.set(section.host);
        self.port.set(if section.port == 0 { String::new() } else { section.port.to_string() });
        self.encryption.set(section.encryption.word().into());
        self.user.set(section.user);
        self.from.set(section.mail_from);
        self.reply_to.set(section.reply_to);
        self.per_hour.set(limit(section.per_hour));
        self.per_domain.set(limit(section.per_domain_per_hour));
        self.policy.set(section.uncertain_policy.word().into());
        self.forget_typed();
    }

    /// The limits a new firm begins with.
    pub fn limits_of_a_new_firm(self) {
        let usual = MailLimits::default();
        self.per_hour.set(limit(usual.per_hour));
        self.per_domain.set(limit(usual.per_domain_per_hour));
    }

    /// What was typed as a password is sent once and kept nowhere on the page.
    pub fn forget_typed(self) {
        self.password.set(String::new());
        self.drop.set(false);
    }

    pub fn read(self, wrong: &mut Vec<Wrong>) -> MailSection {
        let port = whole(&self.port.get_untracked(), "/mail/port", wrong).unwrap_or(0);
        self.from.with_untracked(|from| address(from, "/mail/mail_from", wrong));
        self.reply_to.with_untracked(|to| address(to, "/mail/reply_to", wrong));
        let password = match (self.password.get_untracked(), self.drop.get_untracked()) {
            (typed, _) if !typed.is_empty() => Some(typed),
            (_, true) => Some(String::new()),
            _ => None,
        };
        MailSection {
            host: self.host.get_untracked(),
            port: port as u16,
            encryption: Encryption::parse(&self.encryption.get_untracked()).unwrap_or_default(),
            user: self.user.get_untracked(),
            password,
            mail_from: self.from.get_untracked(),
            reply_to: self.reply_to.get_untracked(),
            per_hour: whole(&self.per_hour.get_untracked(), "/mail/per_hour", wrong),
            per_domain_per_hour: whole(&self.per_domain.get_untracked(), "/mail/per_domain_per_hour", wrong),
            uncertain_policy: if self.policy.get_untracked() == UncertainPolicy::Resend.word() { UncertainPolicy::Resend } else { UncertainPolicy::Hold },
        }
    }
}

/// The server and the sender: what set-up asks as well.
#[component]
pub fn ServerFields(form: MailForm, errors: Errors) -> impl IntoView {
    let password_hint = move || say(if form.password_set.get() { words::MAIL_PASSWORD_KEPT } else { words::MAIL_PASSWORD_NONE });
    view! {
        {move || form.environment.get().map(|server| view! {
            <div class="note note-warn"><p>{words::MAIL_ENVIRONMENT.with(lang(), &[("server", &server)])}</p></div>
        })}
        <div class="fields">
            {line(errors, "/mail/host", words::MAIL_HOST, words::MAIL_HOST_HINT, form.host)}
            <Choice errors=errors field="/mail/encryption" label=words::MAIL_ENCRYPTION hint=words::MAIL_ENCRYPTION_HINT value=form.encryption
                options=options(&[
                    (Encryption::StartTls.word(), words::ENCRYPTION_START),
                    (Encryption::Tls.word(), words::ENCRYPTION_TLS),
                    (Encryption::None.word(), words::ENCRYPTION_NONE),
                ])/>
            {line(errors, "/mail/port", words::MAIL_PORT, words::MAIL_PORT_HINT, form.port)}
            {line(errors, "/mail/user", words::MAIL_USER, words::MAIL_USER_HINT, form.user)}
            <div>
                <Field label=say(words::MAIL_PASSWORD) id=id_of("/mail/password") value=form.password kind="password" autocomplete="new-password"
                    max_length=500 error=errors.at("/mail/password") summed_up=true/>
                <small class="ink-2">{password_hint}</small>
                {move || form.password_set.get().then(|| view! { <Tick label=say(words::MAIL_PASSWORD_DROP) id="mail-drop" value=form.drop/> })}
            </div>
            {line(errors, "/mail/mail_from", words::MAIL_FROM, words::MAIL_FROM_HINT, form.from)}
            {line(errors, "/mail/reply_to", words::REPLY_TO, words::REPLY_TO_HINT, form.reply_to)}
        </div>
    }
}

/// How much mailings send, and what becomes of the uncertain.
#[component]
pub fn LimitFields(form: MailForm, errors: Errors) -> impl IntoView {
    view! {
        <div class="fields">
            {line(errors, "/mail/per_hour", words::PER_HOUR, words::PER_HOUR_HINT, form.per_hour)}
            {line(errors, "/mail/per_domain_per_hour", words::PER_DOMAIN, words::PER_DOMAIN_HINT, form.per_domain)}
            <Choice errors=errors field="/mail/uncertain_policy" label=words::UNCERTAIN hint=words::UNCERTAIN_HINT value=form.policy
                options=options(&[(UncertainPolicy::Hold.word(), words::UNCERTAIN_HOLD), (UncertainPolicy::Resend.word(), words::UNCERTAIN_RESEND)])/>
        </div>
    }
}
