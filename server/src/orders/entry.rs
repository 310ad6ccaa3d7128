//! Orders that did not come from the page: read from a sheet or a mail, or typed from paper or while on the telephone.

use kontor_shared::api::forms::FormAccount;
use kontor_shared::api::{self, Role, SubmitOrder};
use kontor_shared::ids::{CustomerId, OrderId};
use kontor_shared::money::Quantity;
use kontor_shared::orders::Source;
use sha2::{Digest, Sha256};

use super::origins::{self, Message, NewOrigin};
use super::submit::{self, Taken, Taker};
use crate::AppState;
use crate::auth::hex;
use crate::error::{AppError, Result};
use crate::time::parse_day;

/// Whose doing an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Buyer,
    Staff,
}

impl By {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Staff => "staff",
        }
    }
}

/// Where an order came from and who put it in.
#[derive(Clone, Debug)]
pub struct Origin {
    pub source: Source,
    /// The buyer, also by mail, or staff who typed or uploaded it.
    pub by: By,
    /// A log-in, or `mail`.
    pub actor: String,
    pub user_id: Option<String>,
    pub form_id: Option<String>,
    /// The day it came in, where that is not the day it is entered.
    pub received_on: Option<String>,
    /// What it is known by when it comes again, see [`content`]; none where a person means it however often it comes.
    pub content: Option<String>,
    /// What was read of the file, kept for whoever looks at the order later.
    pub account: Option<FormAccount>,
    /// The message it is taken from by a decision: it is stored only while that message is as it was.
    pub message: Option<Message>,
}

/// What became of it.
#[derive(Debug)]
pub enum Entered {
    Stored {
        is_new: bool,
        order: Box<api::Order>,
    },
    /// The customer's order of the last [`origins::SAME_WITHIN_DAYS`] days with the same content; nothing is stored.
    Double {
        id: String,
        number: String,
    },
}

/// What two copies of the same order have in common: the form, if it is one, and its lines in any order.
pub fn content(form_id: Option<&str>, lines: &[(String, Quantity)]) -> String {
    let mut lines: Vec<(&str, i64)> = lines.iter().map(|(code, quantity)| (code.as_str(), quantity.raw())).collect();
    lines.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(form_id.unwrap_or_default());
    for (code, quantity) in lines {
        hash.update(format!("\n{code}\t{quantity}"));
    }
    hex(&hash.finalize())
}

/// Stores the order, or finds it stored already under its id or by its content.
pub async fn enter(state: &AppState, customer: CustomerId, id: OrderId, wanted: &SubmitOrder, origin: &Origin) -> Result<Entered> {
    if let Some(day) = &origin.received_on
        && parse_day(day).is_none()
    {
        return Err(AppError::invalid_field("not_a_date", "/received_on", "give a day as YYYY-MM-DD"));
    }
    let mailing_id = match &origin.form_id {
        Some(form) => origins::mailing_of_form(&mut *state.db.read().await?, form).await?,
        None => None,
    };
    let account = origin.account.as_ref().map(serde_json::to_string).transpose().map_err(|error| AppError::Internal(error.into()))?;
    let new = NewOrigin {
        form_id: origin.form_id.clone(),
        mailing_id,
        received_on: origin.received_on.clone(),
        content: origin.content.clone(),
        account,
        message: origin.message.clone(),
    };
    let taker = Taker {
        customer,
        source: origin.source,
        by: origin.by,
        actor: origin.actor.clone(),
        user: origin.user_id.clone(),
        role: Role::Sales,
        origin: Some(&new),
    };
    Ok(match submit::take_in(state, &taker, id, wanted).await? {
        Taken::Stored(is_new, order) => Entered::Stored { is_new, order },
        Taken::Double { id, number } => Entered::Double { id, number },
    })
}
