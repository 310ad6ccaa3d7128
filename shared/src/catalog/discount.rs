//! A customer's own discount on the prices of its price type: the one rule of page, sheet and order.
//!
//! The snapshot of a price type is shared by all its readers and never changes; whoever has a discount takes it off each
//! price when the snapshot is read. What was shown is named by the overlay: `wholesale`, or `wholesale-5%` with a discount.

use super::Snapshot;
use super::columns::Columns;
use crate::money::{Percent, Price, divide_rounded};

/// The largest discount a customer can have.
pub const MOST: Percent = Percent::from_raw(9_000);

impl Price {
    /// The price less a discount, rounded once, half away from zero, to the four decimals a price has. A price above zero
    /// stays above zero: at nothing a thing is given, not sold.
    ///
    /// ```
    /// use kontor_shared::money::{Percent, Price};
    /// let price: Price = "2.95".parse().unwrap();
    /// assert_eq!(price.less(Percent::from_raw(500)).to_string(), "2.8025");
    /// ```
    pub fn less(self, discount: Percent) -> Self {
        if discount == Percent::ZERO {
            return self;
        }
        let exact = i128::from(self.raw()) * (10_000 - i128::from(discount.raw().clamp(0, MOST.raw())));
        // At most the price itself, which fits.
        let less = i64::try_from(divide_rounded(exact, 10_000)).unwrap_or(self.raw());
        Self::from_raw(if self > Self::ZERO { less.max(1) } else { less })
    }
}

/// How the prices of a price type less a discount are named.
pub fn overlay(price_type: &str, discount: Percent) -> String {
    if discount == Percent::ZERO { price_type.to_string() } else { format!("{price_type}-{discount}%") }
}

/// Price type and discount of an overlay; one without a discount, as all were before there were any, is the price type.
pub fn parts(overlay: &str) -> (&str, Percent) {
    let discount = |(price_type, percent): (&'_ str, &str)| Some((price_type.len(), percent.parse::<Percent>().ok()?));
    match overlay.strip_suffix('%').and_then(|rest| rest.rsplit_once('-')).and_then(discount) {
        Some((end, discount)) if discount > Percent::ZERO && discount <= MOST => (&overlay[..end], discount),
        _ => (overlay, Percent::ZERO),
    }
}

impl Snapshot {
    /// The same list as a reader with this discount sees it.
    pub fn less(mut self, discount: Percent) -> Self {
        if discount != Percent::ZERO {
            self.overlay = overlay(&self.overlay, discount);
            for product in &mut self.products {
                product.price = product.price().less(discount).raw();
                for tier in &mut product.tiers {
                    tier.price = Price::from_raw(tier.price).less(discount).raw();
                }
            }
        }
        self
    }
}

impl Columns {
    /// As [`Snapshot::less`].
    pub fn less(mut self, discount: Percent) -> Self {
        if discount != Percent::ZERO {
            self.head.overlay = overlay(&self.head.overlay, discount);
            self.each_price(|price| Price::from_raw(price).less(discount).raw());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::{GroupRow, ProductRow};
    use crate::money::{Currency, Quantity, line_amount};
    use crate::orders::{PriceFacts, QuantityRule, Verdict, judge_line};

    #[test]
    fn a_discount_is_taken_off_and_rounded_once() {
        for (price, percent, expected) in [
            ("2.95", "5", "2.8025"),
            ("2.95", "0", "2.95"),
            ("0.0001", "90", "0.0001"),
            ("0.0003", "50", "0.0002"),
            ("10", "12.5", "8.75"),
            ("0", "50", "0"),
            // More than is allowed is stored nowhere; were it, nothing would be given away.
            ("10", "100", "1"),
            ("10", "-5", "10"),
        ] {
            let less = price.parse::<Price>().unwrap().less(percent.parse().unwrap());
            assert_eq!(less.to_string(), expected, "{price} less {percent} %");
        }
    }

    #[test]
    fn an_overlay_names_price_type_and_discount() {
        for (price_type, percent, text) in [("wholesale", "0", "wholesale"), ("wholesale", "5", "wholesale-5%"), ("опт-2", "12.5", "опт-2-12.5%")] {
            assert_eq!(overlay(price_type, percent.parse().unwrap()), text);
            assert_eq!(parts(text), (price_type, percent.parse().unwrap()));
        }
        // Price types that only look like it.
        for text in ["wholesale-x%", "a-0%", "a-95%", "5%", "a-b", ""] {
            assert_eq!(parts(text), (text, Percent::ZERO), "{text}");
        }
    }

    fn list(prices: &[i64]) -> Snapshot {
        let product =
            |(at, price): (usize, &i64)| ProductRow { code: at.to_string(), unit: "pc".into(), price: *price, vat_rate: 2000, ..ProductRow::default() };
        Snapshot::of(vec![GroupRow { code: "a".into(), name: "A".into(), parent: None }], prices.iter().enumerate().map(product).collect())
    }

    proptest! {
        /// What a page shows of a list it fetched is what the server, which looks the price up alone, takes: no line of an
        /// order made from it is changed, and both come to the same amount.
        #[test]
        fn the_page_and_the_server_find_the_same_price(
            prices in prop::collection::vec(1_i64..100_000_000_000, 1..20),
            discount in 0_i64..=9_000,
            quantity in 1_i64..100_000,
        ) {
            let (discount, quantity) = (Percent::from_raw(discount), Quantity::whole(quantity));
            let bytes = list(&prices).encode().unwrap();
            let page = Snapshot::decode(&bytes).unwrap().less(discount);
            prop_assert_eq!(parts(&page.overlay), ("wholesale", discount));
            for (row, price) in page.products.iter().zip(&prices) {
                let server = Price::from_raw(*price).less(discount);
                let facts = PriceFacts { ordered_version: Some(server), version_valid: true, current: Some(server) };
                let judged = judge_line(quantity, row.price(), &QuantityRule::default(), facts);
                prop_assert_eq!((judged.verdict, judged.reason, judged.price), (Verdict::Accepted, None, Some(row.price())));
                let amount = |price| line_amount(quantity, price, Percent::ZERO, Currency::EUR);
                prop_assert_eq!(amount(row.price()), amount(server));
                prop_assert!(server > Price::ZERO && server <= Price::from_raw(*price));
                // Never more than half a ten-thousandth beside the exact price, but where that would be nothing.
                let beside = i128::from(server.raw()) * 10_000 - i128::from(*price) * i128::from(10_000 - discount.raw());
                prop_assert!(beside.abs() <= 5_000 || server.raw() == 1);
            }
        }

        #[test]
        fn a_larger_discount_never_gives_a_higher_price(price in 1_i64..1_000_000_000_000, one in 0_i64..=9_000, two in 0_i64..=9_000) {
            let less = |discount| Price::from_raw(price).less(Percent::from_raw(discount));
            prop_assert!(less(one.max(two)) <= less(one.min(two)));
        }
    }
}
