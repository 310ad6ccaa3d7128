//! Bodies of mailings, templates and audiences.

use serde::{Deserialize, Serialize};

use super::OrderCustomer;
use crate::ids::{ContactId, CustomerId, MailingId, MessageId, TemplateId};
use crate::mailings::{Audience, MailingState, Policy, SkipReason, Topic};
use crate::segments::Segment;
use crate::words::Lang;
use crate::words::audience::Names;

request! {
    /// `POST /api/mailings/audience`
    pub struct CountAudience {
        pub audience: Audience,
        pub topic: Topic,
        /// Whose languages count; absent: any.
        #[serde(default)]
        pub template: Option<TemplateId>,
    }

    /// `PUT /api/mailings/{id}`: makes a draft, or changes one with `If-Match`.
    pub struct SaveMailing {
        pub name: String,
        pub topic: Topic,
        pub audience: Audience,
        #[serde(default)]
        pub template: Option<TemplateId>,
        /// Each reader's own price list goes along as a workbook.
        #[serde(default)]
        pub attach_price_list: bool,
        pub uncertain_policy: Policy,
    }

    /// `POST /api/mailings/{id}/start`
    pub struct StartMailing {
        /// How many messages whoever starts it expects to go out; wanted above [`crate::mailings::LOOK_TWICE`].
        #[serde(default)]
        pub recipients: Option<u64>,
    }

    /// `POST /api/mailings/{id}/test`
    pub struct TestMailing {
        pub address: String,
        /// Whose copy it is: a place in the preview.
        #[serde(default)]
        pub at: u64,
    }

    /// One language of a template.
    pub struct TemplateText {
        pub lang: Lang,
        pub subject: String,
        pub html: String,
        pub text: String,
    }

    /// `PUT /api/templates/{id}`: makes a template, or its next version.
    pub struct SaveTemplate {
        pub name: String,
        /// The segment it is meant for; absent: any.
        #[serde(default)]
        pub segment: Option<Segment>,
        pub topic: Topic,
        /// What changed, for whoever looks through the versions.
        #[serde(default)]
        pub note: String,
        /// The version this one was made from; 0 for a new template.
        pub based_on: u32,
        pub texts: Vec<TemplateText>,
    }

    /// `POST /api/templates/check`: what is wrong with texts that are not saved yet, and how a reader would see them.
    pub struct CheckTemplate {
        pub texts: Vec<TemplateText>,
        /// The language of the preview.
        pub lang: Lang,
        /// Whose copy is shown; absent: an invented reader's.
        #[serde(default)]
        pub customer: Option<CustomerId>,
    }
}

body! {
    /// Who would get it, who not, and why.
    pub struct AudienceCount {
        /// The day the audience is counted as of.
        pub as_of: String,
        pub customers: u64,
        /// Messages that would go out.
        pub recipients: u64,
        pub skipped: Vec<SkipCount>,
        /// By language of the message.
        pub languages: Vec<LanguageCount>,
        /// What the codes in the audience are called, for its sentence.
        pub names: Names,
        /// What a condition names that the firm does not have: it finds nobody, or everybody.
        pub warnings: Vec<AudienceWarning>,
    }

    pub struct AudienceWarning {
        /// The place of the condition.
        pub at: u32,
        /// `unknown_product`, `unknown_group`, `unknown_region`, `unknown_country`, `unknown_price_type`, `unknown_manager`, `idle_manager`, `other_currency`
        pub code: String,
        /// What the condition names.
        pub value: String,
    }

    pub struct SkipCount { pub reason: SkipReason, pub count: u64 }

    pub struct LanguageCount { pub lang: Lang, pub count: u64 }

    /// `GET /api/mailings?after=`
    pub struct MailingPage { pub mailings: Vec<MailingSummary>, pub next: Option<String> }

    pub struct MailingSummary {
        pub id: MailingId,
        pub name: String,
        pub state: MailingState,
        pub topic: Topic,
        pub audience: Audience,
        pub names: Names,
        pub created_at: String,
        pub frozen_at: Option<String>,
        pub started_at: Option<String>,
        pub finished_at: Option<String>,
        /// By state of the message; empty before it is frozen.
        pub counts: Vec<MessageCount>,
    }

    pub struct MessageCount { pub state: String, pub count: u64 }

    /// `GET /api/mailings/{id}`
    pub struct Mailing {
        pub id: MailingId,
        /// For `If-Match`.
        pub revision: i64,
        pub name: String,
        pub state: MailingState,
        pub topic: Topic,
        pub audience: Audience,
        pub names: Names,
        pub template: Option<TemplateId>,
        pub template_name: String,
        /// Fixed when frozen; before that the newest.
        pub template_version: Option<u32>,
        pub price_list: Option<u32>,
        pub attach_price_list: bool,
        pub uncertain_policy: Policy,
        /// Its messages are being written.
        pub freezing: bool,
        /// Why it is paused, where the program did it.
        pub paused_reason: String,
        pub created_at: String,
        pub created_by: String,
        pub frozen_at: Option<String>,
        pub frozen_by: String,
        pub started_at: Option<String>,
        pub started_by: String,
        pub finished_at: Option<String>,
        pub counts: Vec<MessageCount>,
        pub skipped: Vec<SkipCount>,
        /// Of one under way or paused that still has messages to send.
        pub waiting: Option<Waiting>,
        /// What whoever asks may do now: `save`, `freeze`, `start`, `pause`, `resume`, `thaw`, `cancel`.
        pub actions: Vec<String>,
    }

    /// What of a mailing waits, and for what.
    pub struct Waiting {
        /// Messages that are not sent yet.
        pub messages: u64,
        /// Why nothing of it goes at all: `sending_paused`, `mailing_paused`, `mail_server` (left alone for a while).
        pub stopped: Option<String>,
        /// What holds it up, most messages first; the first few.
        pub held: Vec<Held>,
        /// Domains beyond those, and their messages.
        pub more_domains: u64,
        pub more_messages: u64,
        /// When the last is expected to be out, at the earliest; absent: stopped, or no limit holds it up.
        pub done_at: Option<String>,
    }

    pub struct Held {
        /// `domain_limit`, `breaker` (the domain is left alone for a while), `retry` (the other side said later), `limit`
        /// (of the firm's mail server)
        pub reason: String,
        /// Absent: all of them.
        pub domain: Option<String>,
        pub count: u64,
        /// Messages an hour, of a limit.
        pub per_hour: Option<u32>,
        /// When the next goes, where that is known.
        pub next_at: Option<String>,
    }

    /// `GET /api/mailings/{id}/checks`: what stands in the way, and what had better be looked at.
    pub struct MailingChecks { pub ready: bool, pub checks: Vec<MailingCheck> }

    pub struct MailingCheck {
        /// `template`, `recipients`, `texts`, `public_url`, `mail_server`, `price_list`, `sender`
        pub code: String,
        pub ok: bool,
        /// It does not stop the mailing.
        pub advice: bool,
        /// In English, for scripts.
        pub detail: String,
        /// Of `texts`: why they cannot be written, as pages tell it.
        pub problems: Vec<TemplateProblem>,
    }

    /// `GET /api/mailings/{id}/preview?at=&q=`: one reader's copy.
    pub struct MailingPreview {
        /// How many match; 0: nobody, and the rest is empty.
        pub total: u64,
        pub at: u64,
        pub reader: Option<MailingReader>,
        pub message: Option<RenderedMessage>,
        /// Why it cannot be rendered, in English, for scripts.
        pub error: Option<String>,
        /// The same as pages tell it.
        pub problem: Option<TemplateProblem>,
    }

    pub struct MailingReader {
        pub customer: OrderCustomer,
        pub contact: Option<ContactId>,
        pub name: String,
        pub address: String,
        pub lang: Lang,
        pub skip: Option<SkipReason>,
    }

    pub struct RenderedMessage { pub from: String, pub subject: String, pub text: String, pub html: String, pub attachments: Vec<String> }

    /// `GET /api/mailings/test-addresses`: one's own first, then the firm's, then other log-ins of its staff.
    pub struct TestAddresses { pub addresses: Vec<String> }

    /// `POST /api/mailings/{id}/test`: what the mail server answered, or where the file lies.
    pub struct TestSent { pub address: String, pub answer: String }

    /// `GET /api/mailings/{id}/messages?state=&reason=&q=&after=`
    pub struct RecipientPage { pub recipients: Vec<MailingRecipient>, pub next: Option<String> }

    pub struct MailingRecipient {
        pub message: MessageId,
        pub customer: Option<OrderCustomer>,
        pub name: String,
        pub address: String,
        pub channel: String,
        pub state: String,
        pub reason: Option<SkipReason>,
        pub sent_at: Option<String>,
        /// What the other side said last.
        pub answer: String,
    }

    /// `GET /api/mailings/choices`: what conditions can name.
    pub struct AudienceChoices {
        pub groups: Vec<Choice>,
        pub regions: Vec<String>,
        pub countries: Vec<String>,
        pub managers: Vec<Choice>,
        pub price_types: Vec<Choice>,
        pub languages: Vec<Lang>,
        pub templates: Vec<TemplateSummary>,
    }

    pub struct Choice { pub code: String, pub name: String }

    /// `GET /api/templates?archived=`
    pub struct TemplateList { pub templates: Vec<TemplateSummary> }

    pub struct TemplateSummary {
        pub id: TemplateId,
        pub name: String,
        pub segment: Option<Segment>,
        pub topic: Topic,
        pub newest: u32,
        pub languages: Vec<Lang>,
        pub changed_at: String,
        pub archived: bool,
    }

    /// `GET /api/templates/{id}?version=`
    pub struct Template {
        pub id: TemplateId,
        pub name: String,
        pub segment: Option<Segment>,
        pub topic: Topic,
        pub newest: u32,
        pub archived: bool,
        /// The version shown.
        pub version: u32,
        pub texts: Vec<TemplateText>,
        /// Newest first.
        pub versions: Vec<TemplateVersion>,
    }

    pub struct TemplateVersion { pub version: u32, pub note: String, pub created_at: String, pub created_by: String }

    /// What is wrong with a template's text, by a stable code.
    pub struct TemplateProblem {
        pub lang: Lang,
        /// `subject`, `html`, `text`; empty where it concerns none of them.
        pub part: String,
        pub line: Option<u32>,
        pub code: String,
        /// What it is about: the placeholder, the address, what stands in the line.
        pub value: String,
        /// The engine's own words, in English; empty where it was not the engine that found it.
        pub detail: String,
        /// It does not stop the template from being saved.
        pub advice: bool,
    }

    /// `POST /api/templates/check`
    pub struct TemplateChecked { pub problems: Vec<TemplateProblem>, pub preview: Option<RenderedMessage> }

    /// `GET /api/messages/{id}`: a message as it was sent, or as it stands to be.
    pub struct MessageView {
        pub id: MessageId,
        pub mailing: Option<MailingId>,
        pub customer: Option<OrderCustomer>,
        pub channel: String,
        pub state: String,
        pub reason: Option<SkipReason>,
        pub created_at: String,
        pub sent_at: Option<String>,
        pub answer: String,
        /// Absent where nothing is written yet, or nothing will be.
        pub content: Option<MessageContent>,
    }

    pub struct MessageContent {
        pub from: String,
        pub to: String,
        pub subject: String,
        pub date: String,
        pub text: String,
        /// Absent in mails of text only.
        pub html: Option<String>,
        /// File names.
        pub attachments: Vec<String>,
    }
}

impl SaveMailing {
    /// Takes a template, and with it what the template is about; none leaves the topic alone.
    pub fn take(&mut self, template: Option<&TemplateSummary>) {
        self.template = template.map(|template| template.id);
        if let Some(template) = template {
            self.topic = template.topic;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailing_is_about_what_its_template_is_about() {
        let mut mailing: SaveMailing =
            serde_json::from_str(r#"{"name": "", "topic": "offers", "audience": {}, "uncertain_policy": "hold"}"#).expect("a mailing");
        let template: TemplateSummary = serde_json::from_str(
            r#"{"id": "019b0000-0000-7000-8000-000000000001", "name": "x", "segment": null, "topic": "news", "newest": 1, "languages": [], "changed_at": "",
                "archived": false}"#,
        )
        .expect("a template");
        mailing.take(Some(&template));
        assert_eq!((mailing.template, mailing.topic), (Some(template.id), Topic::News));
        mailing.take(None);
        assert_eq!((mailing.template, mailing.topic), (None, Topic::News));
    }
}
