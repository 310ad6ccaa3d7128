//! What is said of a quantity that cannot be ordered.

use kontor_shared::catalog::ProductRow;
use kontor_shared::drafts::LineState;
use kontor_shared::money::Quantity;
use kontor_shared::orders::{LineReason, QuantityProblem};
use kontor_shared::words::{common, format, shop as words};

use crate::lang::{lang, say};

/// The sentence for a quantity that cannot be ordered.
pub fn why(state: &LineState, product: &ProductRow) -> (String, Option<QuantityProblem>) {
    let rule = product.rule();
    let number = |quantity: Option<Quantity>| quantity.map(|quantity| format::quantity(lang(), quantity)).unwrap_or_default();
    match state {
        LineState::Wrong(_, problem) => {
            let text = match problem.reason {
                LineReason::NotMultiple => words::SOLD_ONLY_BY.with(lang(), &[("n", &number(rule.increment))]),
                LineReason::BelowMinimum => words::AT_LEAST.with(lang(), &[("n", &number(rule.min))]),
                LineReason::AboveMaximum => words::AT_MOST.with(lang(), &[("n", &number(rule.max))]),
                reason => format!("{}.", common::line_reason(reason).say(lang())),
            };
            (text, Some(*problem))
        }
        LineState::Unreadable => (say(words::NOT_A_NUMBER).to_string(), None),
        LineState::TooLarge(_) => (format!("{}.", common::line_reason(LineReason::TooLarge).say(lang())), None),
        LineState::Gone => (format!("{}.", common::line_reason(LineReason::NotInPriceList).say(lang())), None),
        LineState::NotOrdered | LineState::Right(_) => (String::new(), None),
    }
}
