//! Prices, amounts, quantities and rates as integers, and the two roundings a document may contain.
//!
//! Everything is exact until it is rounded, once, half away from zero (DESIGN.md §4). Currency is part
//! of every amount; adding two currencies is a returned error.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Why an amount could not be computed or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyError {
    /// Two currencies met in one sum.
    CurrencyMismatch { left: Currency, right: Currency },
    /// The result does not fit 64 bits.
    Overflow,
    /// The text is not a plain decimal such as `-12.5`.
    NotADecimal,
    /// The text has more decimals than the type holds.
    TooPrecise,
    /// Not three ASCII letters.
    NotACurrency,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CurrencyMismatch { left, right } => write!(f, "{left} and {right} cannot be added"),
            Self::Overflow => f.write_str("the amount is too large"),
            Self::NotADecimal => f.write_str("not a decimal number"),
            Self::TooPrecise => f.write_str("too many decimals"),
            Self::NotACurrency => f.write_str("not a currency code"),
        }
    }
}
impl std::error::Error for MoneyError {}

/// An ISO 4217 alphabetic code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    pub const GBP: Self = Self(*b"GBP");
    pub const EUR: Self = Self(*b"EUR");
    pub const RUB: Self = Self(*b"RUB");

    /// The code, e.g. `GBP`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Decimals of the minor unit, by ISO 4217 (2 unless listed).
    pub fn exponent(&self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }

    /// The sign people read, or the code where there is none in common use.
    pub fn sign(&self) -> &str {
        match &self.0 {
            b"GBP" => "£",
            b"EUR" => "€",
            b"RUB" => "₽",
            b"USD" => "$",
            _ => self.code(),
        }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let bytes: [u8; 3] = text.as_bytes().try_into().map_err(|_| MoneyError::NotACurrency)?;
        if bytes.iter().all(u8::is_ascii_uppercase) { Ok(Self(bytes)) } else { Err(MoneyError::NotACurrency) }
    }
}
impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Z]{3}$" })
    }
}

/// `10^exponent` as a wide integer.
fn power_of_ten(exponent: u32) -> i128 {
    10_i128.pow(exponent)
}

/// `numerator / denominator` rounded half away from zero. `denominator` is positive.
pub fn divide_rounded(numerator: i128, denominator: i128) -> i128 {
    let half = denominator / 2;
    if numerator >= 0 { (numerator + half) / denominator } else { (numerator - half) / denominator }
}

/// Reads a plain decimal (`-12.5`, no separators, no exponent) into units of `10^-decimals`.
fn parse_fixed(text: &str, decimals: u32) -> Result<i64, MoneyError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) || (digits.contains('.') && fraction.is_empty()) {
        return Err(MoneyError::NotADecimal);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > decimals as usize {
        return Err(MoneyError::TooPrecise);
    }
    if whole.len() > 30 {
        return Err(MoneyError::Overflow);
    }
    let mut value: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        value = value * 10 + i128::from(digit - b'0');
    }
    value *= power_of_ten(decimals - fraction.len() as u32);
    i64::try_from(if negative { -value } else { value }).map_err(|_| MoneyError::Overflow)
}

/// Writes units of `10^-decimals` as a plain decimal with at least `least` decimals.
fn write_fixed(value: i64, decimals: u32, least: u32) -> String {
    let scale = power_of_ten(decimals) as u128;
    let magnitude = i128::from(value).unsigned_abs();
    let sign = if value < 0 { "-" } else { "" };
    let mut fraction = if decimals == 0 { String::new() } else { format!("{:0width$}", magnitude % scale, width = decimals as usize) };
    while fraction.len() > least as usize && fraction.ends_with('0') {
        fraction.pop();
    }
    if fraction.is_empty() { format!("{sign}{}", magnitude / scale) } else { format!("{sign}{}.{fraction}", magnitude / scale) }
}

macro_rules! fixed_point {
    ($(#[$meta:meta])* $name:ident, $decimals:literal, $pattern:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// The stored integer, see the type for its unit.
            pub const fn raw(self) -> i64 { self.0 }
            /// From the stored integer, see the type for its unit.
            pub const fn from_raw(raw: i64) -> Self { Self(raw) }
            pub const ZERO: Self = Self(0);
            /// As a plain decimal with at least `least` decimals.
            pub fn decimal(self, least: u32) -> String { write_fixed(self.0, $decimals, least) }
        }
        impl FromStr for $name {
            type Err = MoneyError;
            /// Reads a plain decimal such as `12.5`; for what people type see [`crate::numbers`].
            fn from_str(text: &str) -> Result<Self, MoneyError> { parse_fixed(text, $decimals).map(Self) }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&write_fixed(self.0, $decimals, 0)) }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> { serializer.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

fixed_point!(
    /// A unit price in 1/10 000 of the currency unit. In JSON a decimal string.
    Price, 4, r"^-?\d+(\.\d{1,4})?$"
);
fixed_point!(
    /// A quantity in thousandths of the product's unit. In JSON a decimal string.
    Quantity, 3, r"^-?\d+(\.\d{1,3})?$"
);
fixed_point!(
    /// A percentage in basis points (20 % = 2000). In JSON a decimal string in percent.
    Percent, 2, r"^-?\d+(\.\d{1,2})?$"
);

impl Quantity {
    /// `count` whole units.
    pub const fn whole(count: i64) -> Self {
        Self(count * 1000)
    }
}

/// An amount in the minor unit of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }
    /// Reads a plain decimal such as `139.12`.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        Ok(Self { minor: parse_fixed(text, currency.exponent())?, currency })
    }
    /// As a plain decimal with the currency's decimals: `139.12`.
    pub fn decimal(&self) -> String {
        write_fixed(self.minor, self.currency.exponent(), self.currency.exponent())
    }
    pub fn try_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency });
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, currency: self.currency })
    }
}

/// Quantity × price less a discount, rounded once to the minor unit (DESIGN.md §4).
pub fn line_amount(quantity: Quantity, price: Price, discount: Percent, currency: Currency) -> Result<Money, MoneyError> {
    let exact = i128::from(quantity.0)
        .checked_mul(i128::from(price.0))
        .and_then(|product| product.checked_mul(10_000 - i128::from(discount.0)))
        .and_then(|product| product.checked_mul(power_of_ten(currency.exponent())))
        .ok_or(MoneyError::Overflow)?;
    let minor = divide_rounded(exact, 1_000 * 10_000 * 10_000);
    Ok(Money { minor: i64::try_from(minor).map_err(|_| MoneyError::Overflow)?, currency })
}

/// Whether the prices of a list are without VAT (`net`) or contain it (`gross`, usual in Russia).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VatMode {
    #[default]
    Net,
    Gross,
}

impl VatMode {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Net => "net",
            Self::Gross => "gross",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "net" => Some(Self::Net),
            "gross" => Some(Self::Gross),
            _ => None,
        }
    }
}

/// Where VAT is rounded. The method is stored on the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VatMethod {
    /// Once per rate, on the sum of line amounts: EN 16931, BR-CO-17.
    #[default]
    PerRate,
    /// On each line.
    PerLine,
}

impl VatMethod {
    pub const fn word(self) -> &'static str {
        match self {
            Self::PerRate => "per_rate",
            Self::PerLine => "per_line",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "per_rate" => Some(Self::PerRate),
            "per_line" => Some(Self::PerLine),
            _ => None,
        }
    }
}

/// The sum of the lines of one VAT rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateTotal {
    pub rate: Percent,
    pub net: Money,
    pub vat: Money,
}

/// What a document comes to. `gross = net + vat`, always.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    pub net: Money,
    pub vat: Money,
    pub gross: Money,
    /// Ascending by rate.
    pub by_rate: Vec<RateTotal>,
}

/// VAT of `amount`, which is without VAT (`Net`) or contains it (`Gross`).
fn vat_of(amount: i64, rate: Percent, mode: VatMode) -> Result<i64, MoneyError> {
    let exact = i128::from(amount) * i128::from(rate.0);
    let vat = match mode {
        VatMode::Net => divide_rounded(exact, 10_000),
        VatMode::Gross => divide_rounded(exact, 10_000 + i128::from(rate.0)),
    };
    i64::try_from(vat).map_err(|_| MoneyError::Overflow)
}

/// Adds up lines, given as (amount, VAT rate); the amounts contain VAT where `mode` is `Gross`.
pub fn totals(lines: &[(Money, Percent)], currency: Currency, mode: VatMode, method: VatMethod) -> Result<Totals, MoneyError> {
    let mut by_rate: Vec<(Percent, i64, i64)> = Vec::new();
    for (amount, rate) in lines {
        let amount = Money::zero(currency).try_add(*amount)?.minor;
        let line_vat = match method {
            VatMethod::PerLine => vat_of(amount, *rate, mode)?,
            VatMethod::PerRate => 0,
        };
        let at = match by_rate.binary_search_by_key(rate, |entry| entry.0) {
            Ok(at) => at,
            Err(at) => {
                by_rate.insert(at, (*rate, 0, 0));
                at
            }
        };
        by_rate[at].1 = by_rate[at].1.checked_add(amount).ok_or(MoneyError::Overflow)?;
        by_rate[at].2 = by_rate[at].2.checked_add(line_vat).ok_or(MoneyError::Overflow)?;
    }
    let mut sum = Totals { net: Money::zero(currency), vat: Money::zero(currency), gross: Money::zero(currency), by_rate: Vec::new() };
    for (rate, amount, line_vat) in by_rate {
        let vat = match method {
            VatMethod::PerRate => vat_of(amount, rate, mode)?,
            VatMethod::PerLine => line_vat,
        };
        let net = match mode {
            VatMode::Net => amount,
            VatMode::Gross => amount.checked_sub(vat).ok_or(MoneyError::Overflow)?,
        };
        let (net, vat) = (Money::new(net, currency), Money::new(vat, currency));
        sum.net = sum.net.try_add(net)?;
        sum.vat = sum.vat.try_add(vat)?;
        sum.by_rate.push(RateTotal { rate, net, vat });
    }
    sum.gross = sum.net.try_add(sum.vat)?;
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals_are_read_and_written_exactly() {
        for (text, raw) in [("0", 0), ("12.5", 125_000), ("-0.0001", -1), ("2.10", 21_000), ("649.5", 6_495_000)] {
            assert_eq!(text.parse::<Price>().map(Price::raw), Ok(raw));
        }
        for text in ["", ".5", "5.", "1e3", "1,5", " 1", "+1", "--1", "NaN", "٣"] {
            assert_eq!(text.parse::<Price>(), Err(MoneyError::NotADecimal), "{text:?}");
        }
        assert_eq!("0.00001".parse::<Price>(), Err(MoneyError::TooPrecise));
        assert_eq!("99999999999999999999".parse::<Price>(), Err(MoneyError::Overflow));
        assert_eq!(Money::new(13_912, Currency::GBP).decimal(), "139.12");
        assert_eq!(Money::new(-5, Currency::GBP).decimal(), "-0.05");
    }

    #[test]
    fn a_line_is_rounded_once_half_away_from_zero() {
        let amount = |quantity: &str, price: &str, discount: &str| {
            line_amount(quantity.parse().unwrap(), price.parse().unwrap(), discount.parse().unwrap(), Currency::GBP).unwrap().decimal()
        };
        assert_eq!(amount("3", "0.335", "0"), "1.01");
        assert_eq!(amount("-3", "0.335", "0"), "-1.01");
        assert_eq!(amount("0.333", "10", "0"), "3.33");
        assert_eq!(amount("1", "0.1", "5"), "0.10");
    }

    #[test]
    fn vat_is_rounded_once_per_rate() {
        let line = |minor| (Money::new(minor, Currency::EUR), Percent::from_raw(2000));
        let per_rate = totals(&[line(1), line(1), line(1)], Currency::EUR, VatMode::Net, VatMethod::PerRate).unwrap();
        assert_eq!(per_rate.vat.minor, 1);
        let per_line = totals(&[line(1), line(1), line(1)], Currency::EUR, VatMode::Net, VatMethod::PerLine).unwrap();
        assert_eq!(per_line.vat.minor, 0);
        let inside = totals(&[line(120)], Currency::EUR, VatMode::Gross, VatMethod::PerRate).unwrap();
        assert_eq!((inside.net.minor, inside.vat.minor, inside.gross.minor), (100, 20, 120));
    }

    #[test]
    fn currencies_do_not_mix() {
        let sum = Money::new(1, Currency::EUR).try_add(Money::new(1, Currency::GBP));
        assert_eq!(sum, Err(MoneyError::CurrencyMismatch { left: Currency::EUR, right: Currency::GBP }));
    }

    proptest! {
        #[test]
        fn every_price_survives_its_text(raw in any::<i64>()) {
            prop_assert_eq!(Price::from_raw(raw).to_string().parse::<Price>(), Ok(Price::from_raw(raw)));
        }

        #[test]
        fn gross_is_net_and_vat_whatever_the_order_of_lines(
            mut lines in prop::collection::vec((0_i64..1_000_000_000, prop::sample::select(vec![0_i64, 900, 2000, 2200])), 0..40),
            inside: bool,
        ) {
            let mode = if inside { VatMode::Gross } else { VatMode::Net };
            let sum = |lines: &[(i64, i64)]| {
                let lines: Vec<_> = lines.iter().map(|(minor, rate)| (Money::new(*minor, Currency::EUR), Percent::from_raw(*rate))).collect();
                totals(&lines, Currency::EUR, mode, VatMethod::PerRate).unwrap()
            };
            let forward = sum(&lines);
            lines.reverse();
            prop_assert_eq!(&forward, &sum(&lines));
            prop_assert_eq!(forward.gross.minor, forward.net.minor + forward.vat.minor);
            if inside {
                prop_assert_eq!(forward.gross.minor, lines.iter().map(|line| line.0).sum::<i64>());
            }
        }
    }
}
