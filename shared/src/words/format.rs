//! Numbers, dates and money as the reader's locale writes them (CLDR 47 patterns for en-GB, ru, bg).

use super::Lang;
use crate::money::{Currency, Money, Percent, Price, Quantity};

const NBSP: char = '\u{a0}';

/// A plain decimal (`-1234.5`) with the locale's grouping and decimal mark.
pub fn decimal(lang: Lang, plain: &str) -> String {
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => ("\u{2212}", rest),
        None => ("", plain),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (group, mark) = match lang {
        Lang::En => (',', '.'),
        Lang::Ru | Lang::Bg => (NBSP, ','),
    };
    // Bulgarian groups only from five digits on (CLDR minimumGroupingDigits 2).
    let grouped = whole.len() > if lang == Lang::Bg { 4 } else { 3 };
    let mut text = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if grouped && at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(group);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(mark);
        text.push_str(fraction);
    }
    text
}

/// A decimal as people type it, in any of the three ways, as a plain one (`1234.5`); what is no number is left to whoever
/// reads it.
pub fn plain(lang: Lang, typed: &str) -> String {
    let text: String = typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '\u{2019}')).collect();
    let groups = |text: &str| text.split(',').skip(1).all(|part| part.len() == 3);
    match (text.rfind(','), text.rfind('.')) {
        (Some(comma), Some(point)) if comma < point => text.replace(',', ""),
        (Some(_), Some(_)) => text.replace('.', "").replace(',', "."),
        (Some(_), None) if lang == Lang::En && groups(&text) => text.replace(',', ""),
        _ => text.replace(',', "."),
    }
}

/// A plain decimal with the locale's mark and no groups, for a field somebody goes on typing in.
pub fn typed(lang: Lang, plain: &str) -> String {
    if lang == Lang::En { plain.to_string() } else { plain.replace('.', ",") }
}

pub fn integer(lang: Lang, value: i64) -> String {
    decimal(lang, &value.to_string())
}

pub fn quantity(lang: Lang, value: Quantity) -> String {
    decimal(lang, &value.decimal(0))
}

/// A unit price without its currency, at least two decimals.
pub fn price(lang: Lang, value: Price) -> String {
    decimal(lang, &value.decimal(2))
}

pub fn percent(lang: Lang, value: Percent) -> String {
    let number = decimal(lang, &value.decimal(0));
    match lang {
        Lang::En => format!("{number}%"),
        Lang::Ru | Lang::Bg => format!("{number}{NBSP}%"),
    }
}

/// An amount with its currency: `£1,234.50`, `1 234,50 £`.
pub fn money(lang: Lang, value: Money) -> String {
    amount(lang, &value.decimal(), value.currency)
}

/// A plain decimal amount with its currency.
pub fn amount(lang: Lang, plain: &str, currency: Currency) -> String {
    let number = decimal(lang, plain);
    match (lang, number.strip_prefix('\u{2212}')) {
        (Lang::En, _) if currency.sign().len() == 3 && currency.sign().is_ascii() => format!("{}{NBSP}{number}", currency.code()),
        (Lang::En, Some(rest)) => format!("\u{2212}{}{rest}", currency.sign()),
        (Lang::En, None) => format!("{}{number}", currency.sign()),
        (Lang::Ru | Lang::Bg, _) => format!("{number}{NBSP}{}", currency.sign()),
    }
}

const MONTHS_EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTHS_RU: [&str; 12] = ["янв.", "февр.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сент.", "окт.", "нояб.", "дек."];

/// A calendar date given as `YYYY-MM-DD`: `5 Dec 2011`, `5 дек. 2011 г.`, `05.12.2011 г.`. Anything else comes back unchanged.
pub fn date(lang: Lang, iso: &str) -> String {
    let parts: Vec<&str> = iso.split('-').collect();
    let [year, month, day] = parts[..] else { return iso.to_string() };
    let (Ok(month_number), Ok(day_number)) = (month.parse::<usize>(), day.parse::<u8>()) else { return iso.to_string() };
    if !(1..=12).contains(&month_number) {
        return iso.to_string();
    }
    match lang {
        Lang::En => format!("{day_number} {} {year}", MONTHS_EN[month_number - 1]),
        Lang::Ru => format!("{day_number} {} {year} г.", MONTHS_RU[month_number - 1]),
        Lang::Bg => format!("{day}.{month}.{year} г."),
    }
}

/// A date and time given as `YYYY-MM-DDTHH:MM…`, to the minute.
pub fn date_time(lang: Lang, iso: &str) -> String {
    match iso.split_once('T') {
        Some((day, time)) => format!("{}, {}", date(lang, day), time.get(..5).unwrap_or(time)),
        None => date(lang, iso),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_locale_writes_numbers_its_way() {
        assert_eq!(decimal(Lang::En, "1234567.5"), "1,234,567.5");
        assert_eq!(decimal(Lang::Ru, "1234.50"), "1\u{a0}234,50");
        assert_eq!(decimal(Lang::Bg, "1234.50"), "1234,50");
        assert_eq!(decimal(Lang::Bg, "12345.5"), "12\u{a0}345,5");
        assert_eq!(money(Lang::En, Money::new(-123_450, Currency::GBP)), "\u{2212}£1,234.50");
        assert_eq!(money(Lang::Ru, Money::new(123_450, Currency::RUB)), "1\u{a0}234,50\u{a0}₽");
    }

    #[test]
    fn what_people_type_is_read_and_stays_as_their_locale_writes_it() {
        for (lang, text, expected) in [
            (Lang::En, "1,234.5", "1234.5"),
            (Lang::En, "1,234", "1234"),
            (Lang::En, "10,5", "10.5"),
            (Lang::Ru, "1\u{a0}234,50", "1234.50"),
            (Lang::Ru, "1,234", "1.234"),
            (Lang::Bg, "1.234,5", "1234.5"),
            (Lang::Bg, " 100 ", "100"),
            (Lang::Bg, "ten", "ten"),
        ] {
            assert_eq!(plain(lang, text), expected, "{text}");
        }
        for lang in Lang::ALL {
            assert_eq!(plain(lang, &typed(lang, "1234.05")), "1234.05");
        }
    }

    #[test]
    fn each_locale_writes_dates_its_way() {
        assert_eq!(date(Lang::En, "2011-12-05"), "5 Dec 2011");
        assert_eq!(date(Lang::Ru, "2011-12-05"), "5 дек. 2011 г.");
        assert_eq!(date(Lang::Bg, "2011-12-05"), "05.12.2011 г.");
        assert_eq!(date_time(Lang::En, "2011-12-05T08:26:00"), "5 Dec 2011, 08:26");
        assert_eq!(date(Lang::En, "soon"), "soon");
    }
}
