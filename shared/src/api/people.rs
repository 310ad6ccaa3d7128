//! Bodies of customers' master data, contacts, addresses, consents; of a customer's own profile; and of a person's export
//! and erasure.

use serde::{Deserialize, Serialize};

use super::PriceTypeInfo;
use crate::customers::{Channel, ConsentState, CustomerState, RequestState};
use crate::drafts::Draft;
use crate::ids::{ContactId, CustomerId, UserId};
use crate::money::Percent;
use crate::words::Lang;

request! {
    /// A place goods can be delivered to.
    pub struct Place {
        /// How the place is called, `Shop in the harbour`; may be empty.
        #[serde(default)]
        pub name: String,
        pub address: String,
    }

    /// What staff keep of a customer; with its id and code, `POST /api/customers` makes a new one.
    pub struct SaveCustomer {
        pub name: String,
        #[serde(default)]
        pub country: String,
        #[serde(default)]
        pub region: String,
        /// The legal address.
        #[serde(default)]
        pub address: String,
        /// The first is offered first.
        #[serde(default)]
        pub places: Vec<Place>,
        #[serde(default)]
        pub tax_id: String,
        pub price_type: String,
        /// Off every price of the price type.
        #[serde(default)]
        pub discount: Percent,
        pub lang: Lang,
        pub channel: Channel,
        /// The member of the firm who looks after the customer.
        #[serde(default)]
        pub manager: Option<UserId>,
        /// For staff only.
        #[serde(default)]
        pub note: String,
    }

    /// `POST /api/customers`: sent again with the same body it gives the same answer.
    pub struct NewCustomer {
        pub id: CustomerId,
        /// The firm's own code, which never changes.
        pub code: String,
        pub customer: SaveCustomer,
    }

    /// `POST /api/customers/{id}/state`
    pub struct SetCustomerState {
        pub state: CustomerState,
        /// Needed to block.
        #[serde(default)]
        pub reason: String,
    }

    /// A person at a customer, as staff and the customer itself keep them.
    pub struct SaveContact {
        #[serde(default)]
        pub name: String,
        #[serde(default)]
        pub email: String,
        #[serde(default)]
        pub phone: String,
        #[serde(default)]
        pub fax: String,
        #[serde(default)]
        pub position: String,
        /// Absent: the customer's language.
        #[serde(default)]
        pub lang: Option<Lang>,
        pub receives_orders: bool,
        pub receives_accounts: bool,
        pub receives_mail: bool,
    }

    /// `POST /api/contacts`
    pub struct NewContact { pub id: ContactId, pub customer: CustomerId, pub contact: SaveContact }

    /// `POST /api/profile/contacts`
    pub struct NewOwnContact { pub id: ContactId, pub contact: SaveContact }

    /// `POST /api/contacts/{id}/consents`: what a person said, written down by staff.
    pub struct RecordConsent {
        /// `marketing`, or a topic of mailings, `topic:<word>`.
        pub purpose: String,
        pub channel: Channel,
        pub state: ConsentState,
        /// How it was given: `signed form`, `telephone`.
        pub source: String,
        /// What proves it, and where that is kept.
        pub evidence: String,
    }

    /// `POST /api/contacts/{id}/bounced`: whether mail comes back from this address of the person's.
    pub struct SetBounced {
        pub channel: Channel,
        /// `false`: the address works again. `true` takes that back.
        pub bounces: bool,
        /// Needed where the address is said to work again: how that is known.
        #[serde(default)]
        pub reason: String,
    }

    /// `POST /api/profile/contacts/{id}/consents`
    pub struct GiveConsent {
        pub channel: Channel,
        pub state: ConsentState,
        /// The version of the text that was shown; needed to grant.
        #[serde(default)]
        pub text_version: String,
    }

    /// `PUT /api/profile`: what a customer changes of itself.
    pub struct SaveProfile {
        /// The legal address.
        pub address: String,
        pub places: Vec<Place>,
        pub lang: Lang,
        pub channel: Channel,
    }

    /// `POST /api/profile/requests`: a change that staff have to make.
    pub struct AskForChange { pub text: String }

    /// `POST /api/requests/{id}`
    pub struct AnswerRequest {
        /// `done` or `declined`
        pub state: RequestState,
        /// The customer reads it.
        #[serde(default)]
        pub answer: String,
    }

    /// `POST /api/contacts/{id}/erase`
    pub struct Erase {
        /// The person's name, or the e-mail address where there is no name, typed again: this cannot be undone.
        pub name: String,
        pub reason: String,
    }
}

body! {
    /// A person at a customer.
    pub struct Contact {
        pub id: ContactId,
        pub name: String,
        pub email: String,
        pub phone: String,
        pub fax: String,
        pub position: String,
        pub lang: Option<Lang>,
        pub receives_orders: bool,
        pub receives_accounts: bool,
        pub receives_mail: bool,
        /// The person was erased; the row stays for the documents that name it.
        pub erased: bool,
        /// Whether the person can sign in.
        pub signs_in: bool,
        /// The newest state of the consent to mailings by e-mail.
        pub consent: Option<String>,
        /// Everything said about consent, the newest first.
        pub consents: Vec<Consent>,
        /// What stops the person's addresses, or stopped them, the oldest first.
        pub stopped: Vec<Stopped>,
    }

    /// Why nothing is sent to an address.
    pub struct Stopped {
        pub channel: String,
        /// `unsubscribed`, `complaint`, `bounced`, `erased`, `register` or `manual`
        pub reason: String,
        /// Empty: everything.
        pub topic: String,
        pub source: String,
        pub since: String,
        /// From then on it stops nothing any more.
        pub until: Option<String>,
    }

    /// One row of the consent record. Of those that count, the newest of a purpose and channel is what holds.
    pub struct Consent {
        /// The address it was given for; empty where there was none.
        pub address: String,
        /// Whether it counts for the address the person has now. A withdrawal always does.
        pub counts: bool,
        pub at: String,
        pub purpose: String,
        pub channel: String,
        pub state: ConsentState,
        pub source: String,
        pub evidence: String,
        pub text_version: String,
        /// The text as it was shown, where it is kept.
        pub text: Option<String>,
        pub actor: String,
    }

    /// A member of the firm who can look after customers.
    pub struct Manager { pub id: UserId, pub login: String }

    /// A change a customer asked for.
    pub struct ChangeRequest {
        pub id: String,
        pub text: String,
        pub state: RequestState,
        pub asked_at: String,
        pub asked_by: String,
        pub answer: String,
        pub answered_at: Option<String>,
        pub answered_by: String,
    }

    /// `GET /api/customer-choices`: what forms and filters of customers offer.
    pub struct CustomerChoices {
        pub price_types: Vec<PriceTypeInfo>,
        pub managers: Vec<Manager>,
        pub regions: Vec<String>,
        pub countries: Vec<String>,
        /// The price type a new customer usually has.
        pub price_type: String,
        pub lang: Lang,
        /// Customers that asked for a change nobody has answered.
        pub asking: u64,
    }

    /// `GET /api/profile`: a customer as it sees itself.
    pub struct Profile {
        pub code: String,
        pub name: String,
        pub country: String,
        pub tax_id: String,
        pub discount: Percent,
        pub address: String,
        pub places: Vec<Place>,
        pub lang: Lang,
        pub channel: Channel,
        /// For `If-Match`.
        pub revision: i64,
        pub contacts: Vec<OwnContact>,
        pub requests: Vec<ChangeRequest>,
        /// What is agreed to with a consent to mailings, in the reader's language.
        pub marketing: ConsentText,
    }

    pub struct ConsentText { pub version: String, pub text: String }

    /// A person of the customer's own.
    pub struct OwnContact {
        pub id: ContactId,
        pub name: String,
        pub email: String,
        pub phone: String,
        pub fax: String,
        pub position: String,
        pub lang: Option<Lang>,
        pub receives_orders: bool,
        pub receives_accounts: bool,
        pub receives_mail: bool,
        /// Whoever is signed in: only this person's consent can be given here.
        pub own: bool,
        /// The newest state of the consent to mailings, by channel; a channel nothing was said about is absent.
        pub consents: Vec<OwnConsent>,
    }

    pub struct OwnConsent { pub channel: Channel, pub state: ConsentState, pub at: String }

    /// `POST /api/contacts/{id}/export`: everything held about a person.
    pub struct PersonExport {
        pub exported_at: String,
        pub firm: String,
        pub customer: PersonCustomer,
        pub contact: Contact,
        pub created_at: String,
        pub log_in: Option<PersonLogIn>,
        pub sessions: Vec<PersonSession>,
        pub suppressions: Vec<PersonSuppression>,
        pub messages: Vec<PersonMessage>,
        pub orders: Vec<PersonOrder>,
        /// The order the person is putting together.
        #[serde(default)]
        pub draft: Option<Draft>,
        pub audit: Vec<PersonAudit>,
        /// The same for reading.
        pub text: String,
    }

    pub struct PersonCustomer { pub code: String, pub name: String }
    pub struct PersonLogIn { pub login: String, pub created_at: String, pub disabled: bool }
    pub struct PersonSession { pub created_at: String, pub seen_at: String, pub expires_at: String }
    pub struct PersonSuppression { pub channel: String, pub reason: String, pub topic: String, pub at: String, pub source: String }
    pub struct PersonMessage { pub at: String, pub channel: String, pub recipient: String, pub subject: String, pub state: String, pub text: String }
    pub struct PersonOrder { pub at: String, pub number: String, pub delivery_address: String, pub comment: String }
    pub struct PersonAudit { pub at: String, pub actor: String, pub action: String, pub before: Option<String>, pub after: Option<String> }

    /// `GET /api/contacts/{id}/erase`: what erasing the person would do.
    pub struct ErasePreview {
        /// What has to be typed.
        pub name: String,
        pub log_in: bool,
        pub sessions: u64,
        /// Waiting ones, which will not be sent.
        pub queued: u64,
        /// Stored ones whose recipient and text are removed.
        pub messages: u64,
        /// Kept as proof, without the person.
        pub consents: u64,
        /// Rows of the audit trail that lose the person's name and addresses.
        pub audit: u64,
        /// Codes of customers that keep the same e-mail address with a contact of their own, to be erased there.
        pub elsewhere: Vec<String>,
        /// Orders the person placed. They and posted documents stay as they are.
        pub orders: u64,
    }

    /// `POST /api/contacts/{id}/erase`: what was done.
    pub struct Erased { pub sessions: u64, pub queued: u64, pub messages: u64, pub consents: u64, pub rows: u64 }
}

/// The form a person is changed by, of whichever answer shows the person.
macro_rules! form_of {
    ($($shown:ty),*) => {$(
        impl From<&$shown> for SaveContact {
            fn from(contact: &$shown) -> Self {
                Self {
                    name: contact.name.clone(),
                    email: contact.email.clone(),
                    phone: contact.phone.clone(),
                    fax: contact.fax.clone(),
                    position: contact.position.clone(),
                    lang: contact.lang,
                    receives_orders: contact.receives_orders,
                    receives_accounts: contact.receives_accounts,
                    receives_mail: contact.receives_mail,
                }
            }
        }
    )*};
}
form_of!(Contact, OwnContact);
