//! Mailings: which states one passes through, whom it is meant for, and why somebody in its audience is not written to.
//!
//! Whether a customer fulfils a condition is asked of the database (server/src/mailings/audience.rs); what a condition may
//! say, and who of those found is skipped, is decided here, once for counting, freezing and sending.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};

use crate::money::{Currency, Money};
use crate::segments::{Days, Segment};
use crate::words::Lang;

pub mod placeholders;

words_of! {
    /// Where a mailing is.
    MailingState {
        /// Being written; nothing is fixed.
        Draft = "draft",
        /// A message for each recipient is written; nothing goes out.
        Frozen = "frozen",
        Running = "running",
        Paused = "paused",
        /// No message is left that could still go out.
        Done = "done",
        Cancelled = "cancelled",
    }
}

words_of! {
    /// What moves a mailing on.
    MailingAction {
        Freeze = "freeze",
        Start = "start",
        Pause = "pause",
        Resume = "resume",
        Cancel = "cancel",
        /// Back to a draft, while nothing of it was sent.
        Thaw = "thaw",
        /// By the sender, when nothing is left to send.
        Finish = "finish",
    }
}

impl MailingState {
    /// The one table of transitions: where an action leads, or nothing where it is not allowed.
    pub const fn after(self, action: MailingAction) -> Option<Self> {
        match (self, action) {
            (Self::Draft, MailingAction::Freeze) => Some(Self::Frozen),
            (Self::Frozen, MailingAction::Start) => Some(Self::Running),
            // Whether nothing of it was sent is seen in its messages.
            (Self::Frozen | Self::Paused, MailingAction::Thaw) => Some(Self::Draft),
            (Self::Running, MailingAction::Pause) => Some(Self::Paused),
            (Self::Paused, MailingAction::Resume) => Some(Self::Running),
            // A paused one has finished too, where its last message was under way when it was paused.
            (Self::Running | Self::Paused, MailingAction::Finish) => Some(Self::Done),
            (Self::Draft | Self::Frozen | Self::Running | Self::Paused, MailingAction::Cancel) => Some(Self::Cancelled),
            _ => None,
        }
    }
}

words_of! {
    /// What becomes of messages of which nobody knows whether they arrived.
    Policy {
        /// A person decides.
        Hold = "hold",
        /// They go out again, under the same Message-ID.
        Resend = "resend",
    }
}

words_of! {
    /// What a mailing is about; people may take one topic and not another.
    Topic {
        /// Prices and terms for what the reader buys.
        Offers = "offers",
        /// Goods that are new in the price list.
        Novelties = "novelties",
        /// News of the firm: delivery days, holidays, changes of terms.
        News = "news",
    }
}

impl Topic {
    /// The `purpose` under which a consent to this topic alone is recorded.
    pub fn purpose(self) -> String {
        format!("topic:{}", self.word())
    }
}

pub use crate::customers::Channel;

words_of! {
    /// Why somebody in the audience gets no message.
    SkipReason {
        /// The customer has no contact at all.
        NoContact = "no_contact",
        NoAddress = "no_address",
        /// What stands there is no address.
        BadAddress = "bad_address",
        /// Another recipient of the same mailing has the address.
        DoubledAddress = "doubled_address",
        /// The person was erased.
        Erased = "erased",
        /// The customer signed up and nobody has decided yet.
        NotApproved = "not_approved",
        /// Nothing is written to the customer.
        Blocked = "blocked",
        /// The customer wants to be written to by another channel.
        OtherChannel = "other_channel",
        /// The contact is not the one who takes mailings.
        NotReceiving = "not_receiving",
        NoConsent = "no_consent",
        ConsentWithdrawn = "consent_withdrawn",
        /// The person does not want this topic.
        TopicUnwanted = "topic_unwanted",
        Unsubscribed = "unsubscribed",
        Complaint = "complaint",
        Bounced = "bounced",
        /// The address stands in an official register of those who want no advertising.
        Register = "register",
        /// Somebody of the firm suppressed the address.
        Suppressed = "suppressed",
        /// The template has no text in the reader's language, nor in the firm's.
        NoText = "no_text",
        /// The contact has another address by now than the message was written to.
        AddressChanged = "address_changed",
        /// The mailing was called off.
        Cancelled = "cancelled",
    }
}

/// The newest word of a contact for one purpose and channel, of those that count for its address ([`crate::consents::counts`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentFact {
    /// `marketing`, `topic:<word>`; imports before there were topics wrote `mailings`.
    pub purpose: String,
    pub granted: bool,
    /// Unix milliseconds.
    pub at: i64,
}

/// A suppression of an address that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuppressionFact {
    pub reason: String,
    /// Empty: everything.
    pub topic: String,
    /// Unix milliseconds.
    pub since: i64,
}

/// What is known of one possible recipient.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// `customers.state`
    pub customer_state: &'a str,
    /// `customers.channel`: how the customer wants to be written to.
    pub prefers: Channel,
    pub receives_mail: bool,
    pub erased: bool,
    pub address: &'a str,
    /// Of the channel asked about; the newest of each purpose.
    pub consents: &'a [ConsentFact],
    /// Of the address and the channel asked about.
    pub suppressions: &'a [SuppressionFact],
}

impl Standing<'_> {
    /// Why nobody may be written to about `topic` by `channel`; the reason that weighs most, where there are several.
    /// Asked when an audience is counted and frozen, and again when a message is about to be sent.
    pub fn skip(&self, channel: Channel, topic: Topic) -> Option<SkipReason> {
        if self.erased {
            return Some(SkipReason::Erased);
        }
        match self.customer_state {
            "blocked" => return Some(SkipReason::Blocked),
            "applied" => return Some(SkipReason::NotApproved),
            _ => {}
        }
        if !self.receives_mail {
            return Some(SkipReason::NotReceiving);
        }
        if self.address.trim().is_empty() {
            return Some(SkipReason::NoAddress);
        }
        if channel == Channel::Email && !looks_like_email(self.address) {
            return Some(SkipReason::BadAddress);
        }
        if let Some(reason) = self.suppressed(topic) {
            return Some(reason);
        }
        if let Some(reason) = self.unconsented(topic) {
            return Some(reason);
        }
        (self.prefers != channel).then_some(SkipReason::OtherChannel)
    }

    fn suppressed(&self, topic: Topic) -> Option<SkipReason> {
        // Who had agreed for this address before somebody else behind it was erased did not ask to be; whoever comes later with
        // the address is taken for the one who did.
        let stayed = |since: i64| self.consents.iter().any(|one| one.granted && one.at <= since);
        let concerns = |one: &&SuppressionFact| (one.topic.is_empty() || one.topic == topic.word()) && !(one.reason == "erased" && stayed(one.since));
        let reason = |one: &SuppressionFact| match one.reason.as_str() {
            "erased" => SkipReason::Erased,
            "bounced" => SkipReason::Bounced,
            "complaint" => SkipReason::Complaint,
            "register" => SkipReason::Register,
            "unsubscribed" if !one.topic.is_empty() => SkipReason::TopicUnwanted,
            "unsubscribed" => SkipReason::Unsubscribed,
            _ => SkipReason::Suppressed,
        };
        self.suppressions.iter().filter(concerns).map(reason).min()
    }

    /// No row is no consent (outreach.md §3.4). A word about the topic counts more than one about mailings as a whole,
    /// which it has to follow or contradict; a withdrawal of everything ends both.
    fn unconsented(&self, topic: Topic) -> Option<SkipReason> {
        let newest = |purposes: &[&str]| self.consents.iter().find(|one| purposes.contains(&one.purpose.as_str())).map(|one| one.granted);
        let own = topic.purpose();
        match (newest(&["marketing", "mailings"]), newest(&[own.as_str()])) {
            (Some(false), _) => Some(SkipReason::ConsentWithdrawn),
            (_, Some(false)) => Some(SkipReason::TopicUnwanted),
            (None, None) => Some(SkipReason::NoConsent),
            (Some(true), _) | (None, Some(true)) => None,
        }
    }
}

/// Whether a text can be an e-mail address: what a typing error breaks, not what RFC 5322 allows.
pub fn looks_like_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"@".contains(c));
    text.len() <= 254 && plain(local) && plain(domain) && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains("..")
}

/// Whom a mailing is meant for: customers of any of the segments who fulfil every condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Audience {
    /// Empty: customers of every segment.
    #[serde(default)]
    pub segments: Vec<Segment>,
    #[serde(default)]
    pub conditions: Vec<Condition>,
}

/// Something that has to be true of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// Ordered any of these goods in the window.
    Bought {
        goods: Goods,
        within: Window,
    },
    /// Ordered none of them.
    NotBought {
        goods: Goods,
        within: Window,
    },
    /// The sum without VAT of orders in this currency.
    Amount {
        currency: Currency,
        at_least: Option<String>,
        at_most: Option<String>,
        within: Window,
    },
    /// How many orders.
    Orders {
        at_least: Option<u32>,
        at_most: Option<u32>,
        within: Window,
    },
    Region {
        any_of: Vec<String>,
    },
    Country {
        any_of: Vec<String>,
    },
    Language {
        any_of: Vec<Lang>,
    },
    /// Looked after by this user.
    Manager {
        user: String,
    },
    PriceType {
        any_of: Vec<String>,
    },
    /// The first order ever lies in the reporting period, or does not.
    New {
        is: bool,
    },
    /// Somebody of the firm looks after the customer by hand, or nobody does.
    ByHand {
        is: bool,
    },
}

/// Goods by the firm's own codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Goods {
    Product {
        code: String,
    },
    /// The group with all groups below it.
    Group {
        code: String,
    },
}

/// A stretch of time up to the day the audience is counted as of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Window {
    Ever {},
    LastMonths {
        months: u16,
    },
    LastDays {
        days: u16,
    },
    /// Both days included, `YYYY-MM-DD`.
    Between {
        from: String,
        to: String,
    },
}

impl Window {
    /// The days it covers; the as-of day is the last of them, so that who ordered this morning has ordered.
    pub fn days(&self, as_of: Date) -> Option<Days> {
        let to = as_of.checked_add(1.day()).ok()?;
        let back = |span: Span| as_of.checked_sub(span).ok().map(|from| Days { from, to });
        match self {
            Self::Ever {} => Some(Days { from: Date::MIN, to }),
            Self::LastMonths { months } => back(i64::from(*months).months()),
            Self::LastDays { days } => back(i64::from(*days).days()),
            Self::Between { from, to } => Some(Days { from: from.parse().ok()?, to: to.parse::<Date>().ok()?.checked_add(1.day()).ok()? }),
        }
    }

    fn check(&self) -> Result<(), AudienceFault> {
        let day = |text: &str| text.parse::<Date>().ok().filter(|day| day.to_string() == text);
        let (fits, fault) = match self {
            Self::Ever {} => (true, AudienceFault::Days),
            Self::LastMonths { months } => ((1..=MOST_MONTHS).contains(months), AudienceFault::Span),
            Self::LastDays { days } => ((1..=MOST_DAYS).contains(days), AudienceFault::Span),
            Self::Between { from, to } => (day(from).zip(day(to)).is_some_and(|(from, to)| from <= to), AudienceFault::Days),
        };
        fits.then_some(()).ok_or(fault)
    }
}

words_of! {
    /// What is wrong with an audience.
    AudienceFault {
        TooMany = "too_many_conditions",
        /// A list of which nothing is chosen.
        NoValue = "no_value",
        /// A list of which too much is chosen, or a value too long.
        TooManyValues = "too_many_values",
        /// Goods without a code.
        NoGoods = "no_goods",
        /// Not days, or the first is after the last.
        Days = "bad_days",
        /// Not a number of months or days that makes sense.
        Span = "bad_span",
        /// Neither a least nor a most.
        NoBound = "no_bound",
        /// Not an amount of the currency.
        NotAnAmount = "not_an_amount",
        /// The least is above the most.
        Crossed = "crossed_bounds",
    }
}

/// From how many messages on somebody has to say how many there are before a mailing starts.
pub const LOOK_TWICE: u64 = 500;

/// Longest window counted back from today, in months or in days.
pub const MOST_MONTHS: u16 = 120;
pub const MOST_DAYS: u16 = 3660;

/// Most conditions of an audience, and most values of one.
pub const MOST_CONDITIONS: usize = 20;
pub const MOST_VALUES: usize = 50;
const LONGEST_VALUE: usize = 200;

impl Audience {
    /// Refuses what could not be evaluated; names the condition by its place.
    pub fn check(&self) -> Result<(), (usize, AudienceFault)> {
        if self.conditions.len() > MOST_CONDITIONS || self.segments.len() > Segment::ALL.len() {
            return Err((self.conditions.len(), AudienceFault::TooMany));
        }
        self.conditions.iter().enumerate().try_for_each(|(at, one)| one.check().map_err(|fault| (at, fault)))
    }
}

impl Condition {
    fn check(&self) -> Result<(), AudienceFault> {
        let short = |text: &str| text.chars().count() <= LONGEST_VALUE && !text.chars().any(char::is_control);
        let chosen = |count: usize, none: AudienceFault| match count {
            0 => Err(none),
            1..=MOST_VALUES => Ok(()),
            _ => Err(AudienceFault::TooManyValues),
        };
        let list = |values: &[String], none: AudienceFault| {
            chosen(values.iter().filter(|value| !value.trim().is_empty()).count(), none)?;
            let fits = values.iter().all(|value| !value.trim().is_empty() && short(value));
            fits.then_some(()).ok_or(AudienceFault::TooManyValues)
        };
        match self {
            Self::Bought { goods, within } | Self::NotBought { goods, within } => {
                let (Goods::Product { code } | Goods::Group { code }) = goods;
                list(std::slice::from_ref(code), AudienceFault::NoGoods)?;
                within.check()
            }
            Self::Amount { within, .. } => {
                self.bounds()?;
                within.check()
            }
            Self::Orders { at_least, at_most, within } => {
                match (at_least, at_most) {
                    (None, None) => return Err(AudienceFault::NoBound),
                    (Some(least), Some(most)) if least > most => return Err(AudienceFault::Crossed),
                    _ => {}
                }
                within.check()
            }
            Self::Region { any_of } | Self::Country { any_of } | Self::PriceType { any_of } => list(any_of, AudienceFault::NoValue),
            Self::Language { any_of } => chosen(any_of.len(), AudienceFault::NoValue),
            Self::Manager { user } => list(std::slice::from_ref(user), AudienceFault::NoValue),
            Self::New { .. } | Self::ByHand { .. } => Ok(()),
        }
    }

    /// The bounds of [`Condition::Amount`], where they are amounts and make sense.
    pub fn amounts(&self) -> Option<(Option<Money>, Option<Money>)> {
        self.bounds().ok()
    }

    fn bounds(&self) -> Result<(Option<Money>, Option<Money>), AudienceFault> {
        let Self::Amount { currency, at_least, at_most, .. } = self else { return Err(AudienceFault::NoBound) };
        let read = |text: &Option<String>| text.as_deref().map(|text| Money::parse(text, *currency)).transpose().map_err(|_| AudienceFault::NotAnAmount);
        match (read(at_least)?, read(at_most)?) {
            (None, None) => Err(AudienceFault::NoBound),
            (Some(least), Some(most)) if least.minor > most.minor => Err(AudienceFault::Crossed),
            bounds => Ok(bounds),
        }
    }

    pub fn within(&self) -> Option<&Window> {
        match self {
            Self::Bought { within, .. } | Self::NotBought { within, .. } | Self::Amount { within, .. } | Self::Orders { within, .. } => Some(within),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_is_over_stays_over_and_a_draft_sends_nothing() {
        for &action in MailingAction::ALL {
            assert_eq!(MailingState::Done.after(action), None);
            assert_eq!(MailingState::Cancelled.after(action), None);
        }
        assert_eq!(MailingState::Draft.after(MailingAction::Start), None);
        assert_eq!(MailingState::Frozen.after(MailingAction::Freeze), None);
        assert_eq!(MailingState::Paused.after(MailingAction::Resume), Some(MailingState::Running));
        assert_eq!(MailingState::Frozen.after(MailingAction::Thaw), Some(MailingState::Draft));
        assert_eq!(MailingState::Running.after(MailingAction::Thaw), None);
    }

    fn consent(purpose: &str, granted: bool) -> ConsentFact {
        ConsentFact { purpose: purpose.into(), granted, at: 100 }
    }

    fn suppression(reason: &str, topic: &str) -> SuppressionFact {
        SuppressionFact { reason: reason.into(), topic: topic.into(), since: 50 }
    }

    fn willing<'a>(consents: &'a [ConsentFact], suppressions: &'a [SuppressionFact]) -> Standing<'a> {
        let (customer_state, prefers, address) = ("active", Channel::Email, "a@b.example");
        Standing { customer_state, prefers, receives_mail: true, erased: false, address, consents, suppressions }
    }

    #[test]
    fn nobody_is_written_to_without_a_consent_in_force() {
        let check = |consents: &[ConsentFact], expected| assert_eq!(willing(consents, &[]).skip(Channel::Email, Topic::Offers), expected, "{consents:?}");
        check(&[], Some(SkipReason::NoConsent));
        check(&[consent("privacy", true)], Some(SkipReason::NoConsent));
        check(&[consent("marketing", true)], None);
        check(&[consent("mailings", true)], None);
        check(&[consent("topic:offers", true)], None);
        check(&[consent("topic:news", true)], Some(SkipReason::NoConsent));
        check(&[consent("marketing", true), consent("topic:offers", false)], Some(SkipReason::TopicUnwanted));
        check(&[consent("marketing", false), consent("topic:offers", true)], Some(SkipReason::ConsentWithdrawn));
    }

    #[test]
    fn a_suppression_stops_its_topic_or_everything() {
        let consents = [consent("marketing", true)];
        let check = |reason: &str, topic: &str, expected| {
            let suppressions = [suppression(reason, topic)];
            assert_eq!(willing(&consents, &suppressions).skip(Channel::Email, Topic::Offers), expected, "{reason} {topic}");
        };
        check("unsubscribed", "", Some(SkipReason::Unsubscribed));
        check("unsubscribed", "offers", Some(SkipReason::TopicUnwanted));
        check("unsubscribed", "news", None);
        check("bounced", "", Some(SkipReason::Bounced));
        check("complaint", "", Some(SkipReason::Complaint));
        check("register", "", Some(SkipReason::Register));
        check("manual", "", Some(SkipReason::Suppressed));
        // Whoever agreed for the address before another of its people was erased stays; who comes later does not.
        check("erased", "", Some(SkipReason::Erased));
        let later = [SuppressionFact { since: 100, ..suppression("erased", "") }];
        assert_eq!(willing(&consents, &later).skip(Channel::Email, Topic::Offers), None);
        assert_eq!(willing(&[], &later).skip(Channel::Email, Topic::Offers), Some(SkipReason::Erased));
    }

    #[test]
    fn the_customers_own_wishes_and_state_count() {
        let consents = [consent("marketing", true)];
        let base = willing(&consents, &[]);
        let check = |standing: Standing, expected| assert_eq!(standing.skip(Channel::Email, Topic::News), Some(expected));
        check(Standing { customer_state: "blocked", ..base }, SkipReason::Blocked);
        check(Standing { customer_state: "applied", ..base }, SkipReason::NotApproved);
        check(Standing { prefers: Channel::Post, ..base }, SkipReason::OtherChannel);
        check(Standing { receives_mail: false, ..base }, SkipReason::NotReceiving);
        check(Standing { erased: true, ..base }, SkipReason::Erased);
        check(Standing { address: " ", ..base }, SkipReason::NoAddress);
        check(Standing { address: "a@b", ..base }, SkipReason::BadAddress);
    }

    #[test]
    fn windows_end_with_the_day_they_are_counted_on() {
        let as_of = date(2012, 3, 31);
        assert_eq!(Window::LastMonths { months: 1 }.days(as_of), Some(Days { from: date(2012, 2, 29), to: date(2012, 4, 1) }));
        assert_eq!(Window::LastDays { days: 1 }.days(as_of), Some(Days { from: date(2012, 3, 30), to: date(2012, 4, 1) }));
        let between = Window::Between { from: "2011-01-01".into(), to: "2011-12-31".into() };
        assert_eq!(between.days(as_of), Some(Days { from: date(2011, 1, 1), to: date(2012, 1, 1) }));
    }

    #[test]
    fn an_audience_that_cannot_be_evaluated_is_refused() {
        let check = |json: &str, expected: Option<AudienceFault>| {
            let audience: Audience = serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"));
            assert_eq!(audience.check().err().map(|(_, fault)| fault), expected, "{json}");
        };
        check(r#"{"segments":["regular"],"conditions":[{"kind":"new","is":true}]}"#, None);
        check(r#"{"conditions":[{"kind":"by_hand","is":false}]}"#, None);
        check(r#"{"conditions":[{"kind":"orders","at_least":3,"at_most":2,"within":{"kind":"ever"}}]}"#, Some(AudienceFault::Crossed));
        check(r#"{"conditions":[{"kind":"orders","within":{"kind":"ever"}}]}"#, Some(AudienceFault::NoBound));
        let amount = |bounds: &str, within: &str| format!(r#"{{"conditions":[{{"kind":"amount","currency":"EUR",{bounds},"within":{within}}}]}}"#);
        let ever = r#"{"kind":"ever"}"#;
        check(&amount(r#""at_least":"ten""#, ever), Some(AudienceFault::NotAnAmount));
        check(&amount(r#""at_least":"1.005""#, ever), Some(AudienceFault::NotAnAmount));
        check(&amount(r#""at_least":null"#, ever), Some(AudienceFault::NoBound));
        check(&amount(r#""at_least":"5","at_most":"4.99""#, ever), Some(AudienceFault::Crossed));
        check(&amount(r#""at_least":"10.5""#, r#"{"kind":"last_days","days":0}"#), Some(AudienceFault::Span));
        check(&amount(r#""at_least":"10.5""#, r#"{"kind":"last_months","months":121}"#), Some(AudienceFault::Span));
        check(&amount(r#""at_least":"10.5""#, r#"{"kind":"between","from":"2026-01-02","to":"2026-01-01"}"#), Some(AudienceFault::Days));
        check(r#"{"conditions":[{"kind":"country","any_of":[]}]}"#, Some(AudienceFault::NoValue));
        check(r#"{"conditions":[{"kind":"manager","user":""}]}"#, Some(AudienceFault::NoValue));
        check(r#"{"conditions":[{"kind":"bought","goods":{"kind":"product","code":" "},"within":{"kind":"ever"}}]}"#, Some(AudienceFault::NoGoods));
        let many = serde_json::to_string(&vec!["x"; 51]).unwrap();
        check(&format!(r#"{{"conditions":[{{"kind":"region","any_of":{many}}}]}}"#), Some(AudienceFault::TooManyValues));
        let many = vec![r#"{"kind":"new","is":true}"#; 21].join(",");
        check(&format!(r#"{{"conditions":[{many}]}}"#), Some(AudienceFault::TooMany));
        let doubtful = [
            r#"{"segment":["regular"]}"#,
            r#"{"conditions":[{"kind":"new","is":true,"sql":"1"}]}"#,
            r#"{"conditions":[{"kind":"orders","at_least":1,"within":{"kind":"ever","days":3}}]}"#,
            r#"{"conditions":[{"kind":"password"}]}"#,
        ];
        for json in doubtful {
            assert!(serde_json::from_str::<Audience>(json).is_err(), "{json}");
        }
    }
}
