//! Bodies of accounts: signing up, invitations, passwords, second factors, sessions.

use serde::{Deserialize, Serialize};

use super::{OrderCustomer, Role};
use crate::ids::{ContactId, CustomerId, UserId};
use crate::words::Lang;

body! {
    /// `POST /api/link`: what a one-time link leads to. Looking uses nothing up.
    pub struct LinkInfo {
        /// `invite`, `reset`, `email`, `sign-up` or `mail-order`
        pub purpose: String,
        /// The log-in it is about; after a change of address, the new one; of an order that came by e-mail, its sender.
        pub login: String,
        pub name: String,
        /// Where the log-in belongs: the office's pages, or the buyers'.
        pub staff: bool,
        /// The company that signs up, or whose order it is.
        pub company: String,
    }

    /// `GET /api/sign-up?lang=`
    pub struct SignUpForm {
        /// Whether the firm takes sign-ups by visitors.
        pub open: bool,
        /// Names the text below; what is agreed to is kept with it.
        pub privacy_version: String,
        pub privacy_text: String,
    }

    /// `GET /api/account`: a person's own log-in.
    pub struct Account {
        pub login: String,
        pub name: String,
        pub role: Role,
        pub lang: Lang,
        /// Since when a code is asked for beside the password.
        pub factor_since: Option<String>,
        /// Staff cannot do without.
        pub factor_compulsory: bool,
        pub recovery_left: u32,
        /// The password was given in this session within the last ten minutes, as changing address or second factor needs.
        pub proved: bool,
        /// Newest use first.
        pub sessions: Vec<OwnSession>,
    }

    /// A browser somebody is signed in with.
    pub struct OwnSession {
        pub id: String,
        /// Browser and system in a few words; empty when unknown.
        pub device: String,
        pub since: String,
        pub seen_at: String,
        /// The one that asks.
        pub this: bool,
    }

    /// `POST /api/account/factor`: a secret to put into an authenticator. It counts after the first code.
    pub struct FactorOffer {
        /// Base32, in groups of four.
        pub secret: String,
        /// `otpauth://totp/…`
        pub uri: String,
        /// The same as a picture, SVG.
        pub svg: String,
    }

    /// Shown once; each signs in once in place of a code.
    pub struct RecoveryCodes { pub codes: Vec<String> }

    /// `GET /api/people?state=&q=&after=`
    pub struct PeoplePage {
        pub people: Vec<Person>,
        /// Sign-ups that wait for a decision.
        pub applications: u64,
        pub next: Option<String>,
    }

    /// Someone who can sign in, or was invited to.
    pub struct Person {
        pub id: UserId,
        pub login: String,
        pub name: String,
        pub role: Role,
        /// A buyer's customer.
        pub customer: Option<OrderCustomer>,
        /// `invited`, `active` or `disabled`
        pub state: String,
        pub factor: bool,
        pub sessions: u32,
        pub seen_at: Option<String>,
        /// Until when the newest invitation works.
        pub invited_until: Option<String>,
        /// For `If-Match`.
        pub revision: i64,
        /// The one who asks.
        pub you: bool,
    }

    /// `GET /api/applications`: the oldest first.
    pub struct ApplicationList { pub applications: Vec<Application> }

    /// A visitor who signed up, confirmed the address and waits.
    pub struct Application {
        /// The customer made for it, in state `applied`.
        pub id: CustomerId,
        pub code: String,
        pub company: String,
        pub country: String,
        pub tax_id: String,
        pub name: String,
        pub email: String,
        pub message: String,
        pub lang: Lang,
        pub applied_at: String,
        /// Customers that have the address or the tax id already.
        pub known: Vec<OrderCustomer>,
    }
}

request! {
    /// `POST /api/link`
    pub struct LookAtLink { pub token: String }

    /// `POST /api/sign-up`
    pub struct SignUp {
        pub company: String,
        pub name: String,
        pub email: String,
        pub country: String,
        #[serde(default)]
        pub tax_id: String,
        #[serde(default)]
        pub message: String,
        pub lang: Lang,
        /// Which privacy text was shown and agreed to.
        pub privacy_version: String,
    }

    /// `POST /api/sign-up/confirm` and `POST /api/email/confirm`
    pub struct UseLink { pub token: String }

    /// `POST /api/password/forgot`
    pub struct ForgotPassword { pub email: String }

    /// `POST /api/password`: by the link of an invitation or a reset.
    pub struct SetPassword { pub token: String, pub password: String }

    /// `PUT /api/account`
    pub struct SaveAccount { pub lang: Lang, #[serde(default)] pub name: Option<String> }

    /// `POST /api/account/proof`
    pub struct Prove {
        pub password: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub totp: Option<String>,
    }

    /// `PUT /api/account/password`
    pub struct ChangePassword {
        pub old: String,
        pub new: String,
        /// Ends the other sessions too.
        #[serde(default)]
        pub end_others: bool,
    }

    /// `PUT /api/account/email`
    pub struct ChangeEmail { pub email: String }

    /// `POST /api/account/sessions/end`
    pub struct EndSessions {
        /// One of them; absent: all but this one.
        #[serde(default)]
        pub session: Option<String>,
    }

    /// `PUT /api/account/factor`
    pub struct FactorCode { pub code: String }

    /// `POST /api/people`
    pub struct Invite {
        pub email: String,
        #[serde(default)]
        pub name: String,
        pub role: Role,
        /// A buyer's customer, by code or id.
        #[serde(default)]
        pub customer: Option<String>,
        /// The contact of the customer whose log-in this is; absent: the one with this address, or a new one.
        #[serde(default)]
        pub contact: Option<ContactId>,
        pub lang: Lang,
    }

    /// `PUT /api/people/{id}`; what is absent stays.
    pub struct ChangePerson {
        #[serde(default)]
        pub role: Option<Role>,
        #[serde(default)]
        pub disabled: Option<bool>,
    }

    /// `POST /api/people/{id}/reset-factor`
    pub struct ResetFactor {
        /// How the person proved to be the one: kept in the audit trail.
        #[serde(default)]
        pub proof: String,
    }

    /// `POST /api/applications/{id}/approve`
    pub struct Approve {
        /// The firm's own code for the customer; absent: the one made at sign-up.
        #[serde(default)]
        pub code: Option<String>,
    }

    /// `POST /api/applications/{id}/refuse`
    pub struct RefuseApplication {
        /// Said in the mail, where it is not empty.
        #[serde(default)]
        pub reason: String,
    }
}
