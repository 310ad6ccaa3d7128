//! Words for segments, and the sentence that explains one verdict: on the page, in mail and on the command line.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Lang, Plural, Word, format};
use crate::api::{SegmentPage, SegmentRow, SegmentRule};
use crate::segments::{Days, Mode, Period, Segment, Verdict};

crate::words! {
    REGULAR = "Regular", "Постоянный", "Редовен";
    IRREGULAR = "Irregular", "Нерегулярный", "Нередовен";
    FORMER = "Former", "Бывший", "Бивш";
    POTENTIAL = "Potential", "Потенциальный", "Потенциален";
    REGULARS = "Regular", "Постоянные", "Редовни";
    IRREGULARS = "Irregular", "Нерегулярные", "Нередовни";
    FORMERS = "Former", "Бывшие", "Бивши";
    POTENTIALS = "Potential", "Потенциальные", "Потенциални";
    MONTH = "Month", "Месяц", "Месец";
    QUARTER = "Quarter", "Квартал", "Тримесечие";
    YEAR = "Year", "Год", "Година";
    CALENDAR = "Calendar", "Календарный", "Календарен";
    ROLLING = "Rolling", "Скользящий", "Плъзгащ се";
    DAYS = "{from} to {to}", "с {from} по {to}", "от {from} до {to}";
    WHY_REGULAR = "Regular: {orders} from {from} to {to}; {threshold}.", "Постоянный: {orders} с {from} по {to}; {threshold}.", "Редовен: {orders} от {from} до {to}; {threshold}.";
    WHY_IRREGULAR = "Irregular: {orders} from {from} to {to}; {threshold}.", "Нерегулярный: {orders} с {from} по {to}; {threshold}.", "Нередовен: {orders} от {from} до {to}; {threshold}.";
    WHY_IRREGULAR_NEW = "Irregular, and new: {orders} from {from} to {to}, the first ever among them; {threshold}.", "Нерегулярный, новый: {orders} с {from} по {to}, среди них самый первый; {threshold}.", "Нередовен, нов: {orders} от {from} до {to}, сред тях и първата изобщо; {threshold}.";
    WHY_FORMER = "Former: no orders from {from} to {to}; {ever} before, the last on {last}.", "Бывший: с {from} по {to} заказов нет; раньше {ever}, последний {last}.", "Бивш: няма поръчки от {from} до {to}; преди това {ever}, последната на {last}.";
    WHY_POTENTIAL = "Potential: no orders before {end}.", "Потенциальный: до {end} заказов нет.", "Потенциален: няма поръчки преди {end}.";
    * ORDERS = ["{n} order", "{n} orders"], ["{n} заказ", "{n} заказа", "{n} заказов"], ["{n} поръчка", "{n} поръчки"];
    * THRESHOLD = ["{n} makes a customer regular", "{n} make a customer regular"], ["постоянный — от {n} заказа", "постоянный — от {n} заказов", "постоянный — от {n} заказов"], ["редовен е клиент с поне {n} поръчка", "редовен е клиент с поне {n} поръчки"];
}

/// The word for a customer of this segment.
pub const fn segment(segment: Segment) -> Word {
    match segment {
        Segment::Regular => REGULAR,
        Segment::Irregular => IRREGULAR,
        Segment::Former => FORMER,
        Segment::Potential => POTENTIAL,
    }
}

/// The word for the whole segment.
pub const fn segment_name(segment: Segment) -> Word {
    match segment {
        Segment::Regular => REGULARS,
        Segment::Irregular => IRREGULARS,
        Segment::Former => FORMERS,
        Segment::Potential => POTENTIALS,
    }
}

pub const fn period(period: Period) -> Word {
    match period {
        Period::Month => MONTH,
        Period::Quarter => QUARTER,
        Period::Year => YEAR,
    }
}

pub const fn mode(mode: Mode) -> Word {
    match mode {
        Mode::Calendar => CALENDAR,
        Mode::Rolling => ROLLING,
    }
}

/// Everything the sentence needs. Days are `YYYY-MM-DD`, intervals `[from, to)`.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub segment: Segment,
    pub orders_in_period: u32,
    pub orders_ever: u32,
    pub last_order: Option<&'a str>,
    pub new: bool,
    pub regular_from: u32,
    pub period_from: &'a str,
    pub period_to: &'a str,
    pub lapse_from: &'a str,
}

impl<'a> Facts<'a> {
    /// Of one row of the segment page.
    pub fn of_row(row: &'a SegmentRow, page: &'a SegmentPage) -> Self {
        Self::new(row, page.regular_from, &page.period_from, &page.period_to, &page.lapse_from)
    }

    /// Of a customer judged by the firm's rule.
    pub fn of_rule(row: &'a SegmentRow, rule: &'a SegmentRule) -> Self {
        Self::new(row, rule.regular_from, &rule.period_from, &rule.period_to, &rule.lapse_from)
    }

    fn new(row: &'a SegmentRow, regular_from: u32, period_from: &'a str, period_to: &'a str, lapse_from: &'a str) -> Self {
        Self {
            segment: row.segment,
            orders_in_period: row.orders_in_period,
            orders_ever: row.orders_ever,
            last_order: row.last_order.as_deref(),
            new: row.new,
            regular_from,
            period_from,
            period_to,
            lapse_from,
        }
    }
}

/// The day before, so that a reader sees the last day counted and not the first one left out.
fn day_before(iso: &str) -> String {
    match iso.parse::<Date>().ok().and_then(|day| day.checked_sub(1.day()).ok()) {
        Some(day) => day.to_string(),
        None => iso.to_string(),
    }
}

/// A half-open interval of days as people say it, with its last day.
pub fn days(lang: Lang, from: &str, to: &str) -> String {
    DAYS.with(lang, &[("from", &format::date(lang, from)), ("to", &format::date(lang, &day_before(to)))])
}

/// The sentence that explains a verdict.
pub fn sentence(lang: Lang, facts: Facts) -> String {
    // „Бивш … няма поръчки от X до Y“ names the lapse interval, the others the reporting period.
    let from = if facts.segment == Segment::Former { facts.lapse_from } else { facts.period_from };
    let (from, to) = (format::date(lang, from), format::date(lang, &day_before(facts.period_to)));
    let counted = |word: Plural, count: u32| word.say(lang, u64::from(count));
    let orders = counted(ORDERS, facts.orders_in_period);
    let ever = counted(ORDERS, facts.orders_ever);
    let threshold = counted(THRESHOLD, facts.regular_from);
    let end = format::date(lang, facts.period_to);
    let last = facts.last_order.map_or_else(|| "—".to_string(), |day| format::date(lang, day));
    let word = match facts.segment {
        Segment::Regular => WHY_REGULAR,
        Segment::Irregular if facts.new => WHY_IRREGULAR_NEW,
        Segment::Irregular => WHY_IRREGULAR,
        Segment::Former => WHY_FORMER,
        Segment::Potential => WHY_POTENTIAL,
    };
    let text =
        word.with(lang, &[("orders", &orders), ("ever", &ever), ("threshold", &threshold), ("from", &from), ("to", &to), ("end", &end), ("last", &last)]);
    // A Russian or Bulgarian date ends with „г.“, which also ends the sentence.
    match text.strip_suffix("г..") {
        Some(start) => format!("{start}г."),
        None => text,
    }
}

/// The sentence for a verdict that has not been through JSON.
pub fn sentence_of(lang: Lang, verdict: &Verdict) -> String {
    let Days { from, to } = verdict.period;
    let (from, to, lapse) = (from.to_string(), to.to_string(), verdict.lapse.from.to_string());
    let last = verdict.last_order.map(|day| day.to_string());
    sentence(
        lang,
        Facts {
            segment: verdict.segment,
            orders_in_period: verdict.orders_in_period,
            orders_ever: verdict.orders_ever,
            last_order: last.as_deref(),
            new: verdict.new,
            regular_from: verdict.regular_from,
            period_from: &from,
            period_to: &to,
            lapse_from: &lapse,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::Rule;
    use jiff::civil::date;

    fn check(days: &[Date], expected: [&str; 3]) {
        let rule = Rule::new(date(2011, 12, 10), Period::Quarter, Mode::Rolling);
        let verdict = rule.judge(days).unwrap();
        for (lang, expected) in Lang::ALL.into_iter().zip(expected) {
            assert_eq!(sentence_of(lang, &verdict), expected);
        }
    }

    #[test]
    fn a_regular_customers_sentence_names_orders_days_and_threshold() {
        check(
            &[date(2011, 9, 10), date(2011, 10, 1), date(2011, 11, 1), date(2011, 11, 2), date(2011, 12, 9), date(2011, 1, 1)],
            [
                "Regular: 5 orders from 10 Sep 2011 to 9 Dec 2011; 3 make a customer regular.",
                "Постоянный: 5 заказов с 10 сент. 2011 г. по 9 дек. 2011 г.; постоянный — от 3 заказов.",
                "Редовен: 5 поръчки от 10.09.2011 г. до 09.12.2011 г.; редовен е клиент с поне 3 поръчки.",
            ],
        );
    }

    #[test]
    fn a_new_customer_is_said_to_be_new() {
        check(
            &[date(2011, 12, 1)],
            [
                "Irregular, and new: 1 order from 10 Sep 2011 to 9 Dec 2011, the first ever among them; 3 make a customer regular.",
                "Нерегулярный, новый: 1 заказ с 10 сент. 2011 г. по 9 дек. 2011 г., среди них самый первый; постоянный — от 3 заказов.",
                "Нередовен, нов: 1 поръчка от 10.09.2011 г. до 09.12.2011 г., сред тях и първата изобщо; редовен е клиент с поне 3 поръчки.",
            ],
        );
    }

    #[test]
    fn a_former_customers_sentence_names_the_last_order() {
        check(
            &[date(2011, 2, 1), date(2011, 3, 1)],
            [
                "Former: no orders from 10 Sep 2011 to 9 Dec 2011; 2 orders before, the last on 1 Mar 2011.",
                "Бывший: с 10 сент. 2011 г. по 9 дек. 2011 г. заказов нет; раньше 2 заказа, последний 1 мар. 2011 г.",
                "Бивш: няма поръчки от 10.09.2011 г. до 09.12.2011 г.; преди това 2 поръчки, последната на 01.03.2011 г.",
            ],
        );
    }

    #[test]
    fn a_potential_customer_has_never_ordered() {
        check(
            &[],
            ["Potential: no orders before 10 Dec 2011.", "Потенциальный: до 10 дек. 2011 г. заказов нет.", "Потенциален: няма поръчки преди 10.12.2011 г."],
        );
    }
}
