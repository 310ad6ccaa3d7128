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
    WHY_IRREGULAR_NEW = "Irregular, and new: {orders} from {from} to {to}, the first ever among them; {threshold}.", "Нерегулярный, новый: {orders} с {from} по {to}, в том числе самый первый; {threshold}.", "Нередовен, нов: {orders} от {from} до {to}, включително първата изобщо; {threshold}.";
    WHY_FORMER = "Former: no orders from {from} to {to}; {ever} before, the last on {last}.", "Бывший: с {from} по {to} заказов нет; раньше {ever}, последний {last}.", "Бивш: няма поръчки от {from} до {to}; преди това {ever}, последната на {last}.";
    OWN_THRESHOLD = "{threshold} (this customer's own threshold)", "{threshold} (порог этого клиента)", "{threshold} (праг на този клиент)";
    WHY_POTENTIAL = "Potential: no orders before {end}.", "Потенциальный: до {end} заказов нет.", "Потенциален: няма поръчки преди {end}.";
    MARK_NEW = "new", "новый", "нов";
    MARK_BLOCKED = "blocked", "заблокирован", "блокиран";
    MARK_BY_HAND = "by hand", "ведётся вручную", "води се лично";
    MARKS = "Marks", "Пометки", "Отметки";
    AS_OF_NOTE = "As of {day}", "По состоянию на {day}", "Към {day}";
    ORDERS_IN_PERIOD = "Orders in period", "Заказов за период", "Поръчки за периода";
    NOW = "Now", "Сейчас", "Сега";
    OVER_TIME = "Over time", "В динамике", "Във времето";
    MOVES = "Moves", "Переходы", "Преходи";
    MOVES_NOTE = "Who changed segment from {from} to {to}, by what they bought in the year before", "Кто сменил сегмент с {from} по {to}, по сумме покупок за год до этого", "Кой е сменил сегмента си от {from} до {to}, по покупките за годината преди това";
    BEFORE = "Before", "Был", "Преди";
    AFTER = "After", "Стал", "След";
    ORDERS_BEFORE = "Orders before", "Заказов было", "Поръчки преди";
    ORDERS_AFTER = "Orders after", "Заказов стало", "Поръчки след";
    BOUGHT_BEFORE = "Bought in the year before", "Покупки за год", "Покупки за годината";
    PRODUCT_CODE = "Product code", "Код товара", "Код на стоката";
    LAST_BOUGHT = "Last bought", "Последняя покупка", "Последна покупка";
    NOBODY_BEFORE = "New in the register", "Новый в реестре", "Нов в регистъра";
    FLOW = "{from} to {to}", "{from} → {to}", "{from} → {to}";
    EVERY_MOVE = "All moves", "Все переходы", "Всички преходи";
    FROM_DAY = "From", "С", "От";
    TO_DAY = "To", "По", "До";
    COUNTS_OVER_TIME = "Customers by segment over time", "Клиенты по сегментам в динамике", "Клиенти по сегменти във времето";
    COUNTS_TABLE = "The figures", "Цифры", "Числата";
    CHART_SAYS = "From {from} to {to}: regular {r1} to {r2}, irregular {i1} to {i2}, former {f1} to {f2}, potential {p1} to {p2}. The figures are in the table below.", "С {from} по {to}: постоянных {r1} → {r2}, нерегулярных {i1} → {i2}, бывших {f1} → {f2}, потенциальных {p1} → {p2}. Цифры в таблице ниже.", "От {from} до {to}: редовни {r1} → {r2}, нередовни {i1} → {i2}, бивши {f1} → {f2}, потенциални {p1} → {p2}. Числата са в таблицата отдолу.";
    NO_HISTORY = "Nothing is kept yet. The program keeps everybody's segment at the end of each period; past periods can be worked out from the orders there are.", "Пока ничего не сохранено. В конце каждого периода программа сохраняет сегмент каждого клиента; прошлые периоды можно восстановить по имеющимся заказам.", "Още нищо не е запазено. В края на всеки период програмата запазва сегмента на всеки клиент; миналите периоди могат да се възстановят от наличните поръчки.";
    ONE_DAY_ONLY = "One day is kept so far; moves show from the second on.", "Пока сохранён один день; переходы видны со второго.", "Засега е запазен един ден; преходите се виждат от втория нататък.";
    WORK_OUT_PAST = "Work out the past year", "Восстановить прошлый год", "Възстанови миналата година";
    KEEP_NOW = "Keep today's segments", "Сохранить сегменты на сегодня", "Запази днешните сегменти";
    KEPT = "Kept", "Сохранено", "Запазено";
    NO_MOVES = "Nobody moved this way.", "Так никто не переходил.", "Никой не е преминал така.";
    SAVE_XLSX = "Save as Excel", "Сохранить в Excel", "Запази в Excel";
    THRESHOLD_OF_DAY = "Regular from", "Постоянный от", "Редовен от";
    SAVE_RULE = "Make this the firm's rule", "Сделать правилом фирмы", "Направи правило на фирмата";
    RULE_SAVED = "The firm judges by this rule now.", "Теперь сегменты определяются по этому правилу.", "Сегментите вече се определят по това правило.";
    UNDONE = "The change before was undone", "Предыдущее изменение отменено", "Предишната промяна е отменена";
    RULE_REASON_HINT = "It stays beside the rule, with your name and the day.", "Останется рядом с правилом, с вашим именем и датой.", "Остава до правилото, с вашето име и деня.";
    RULE_REASON = "Why the rule changes", "Почему меняется правило", "Защо се променя правилото";
    RULES_BEFORE = "Rules so far", "Прежние правила", "Досегашни правила";
    RULE_LINE = "{period}, {mode}, regular from {from}, former after a {lapse}", "{period}, {mode}, постоянный от {from}, бывший после: {lapse}", "{period}, {mode}, редовен от {from}, бивш след: {lapse}";
    TERMS = "Terms of this customer", "Условия этого клиента", "Условия на този клиент";
    TERMS_EDIT = "Change", "Изменить", "Промени";
    TERMS_THRESHOLD = "Own threshold: regular from", "Свой порог: постоянный от", "Собствен праг: редовен от";
    TERMS_THRESHOLD_HELP = "Leave empty for the firm's threshold, {n}.", "Пусто — порог фирмы, {n}.", "Празно означава прага на фирмата, {n}.";
    TERMS_BY_HAND = "Looked after by hand", "Ведётся вручную", "Води се лично";
    TERMS_BY_HAND_HELP = "The segment stays what the orders say; lists show the mark.", "Сегмент по-прежнему определяется заказами; в списках видна пометка.", "Сегментът пак се определя от поръчките; отметката се вижда в списъците.";
    TERMS_REASON = "Reason", "Причина", "Причина";
    TERMS_NONE = "The firm's rule.", "По правилу фирмы.", "По правилото на фирмата.";
    TERMS_OWN = "Own threshold of {n}", "Свой порог: {n}", "Собствен праг: {n}";
    TERMS_BY = "{author}, {day}: {reason}", "{author}, {day}: {reason}", "{author}, {day}: {reason}";
    DISCARD = "Leave as it was", "Оставить как было", "Остави както беше";
    NO_REASON = "Say why: whoever comes next wants to know.", "Напишите почему: это важно тем, кто будет смотреть потом.", "Напишете защо: важно е за тези, които ще гледат след вас.";
    SINCE = "In this segment since {day}", "В этом сегменте с {day}", "В този сегмент от {day}";
    MOVED = "{from} → {to}", "{from} → {to}", "{from} → {to}";
    BOUGHT_MOST = "Bought most", "Больше всего покупал", "Най-много е купувал";
    * MOVED_COUNT = ["{n} customer", "{n} customers"], ["{n} клиент", "{n} клиента", "{n} клиентов"], ["{n} клиент", "{n} клиенти"];
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
    /// The threshold is this customer's own.
    pub own_threshold: bool,
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
            regular_from: row.own_threshold.unwrap_or(regular_from),
            own_threshold: row.own_threshold.is_some(),
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
    let threshold = if facts.own_threshold { OWN_THRESHOLD.with(lang, &[("threshold", &threshold)]) } else { threshold };
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
            own_threshold: false,
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
                "Нерегулярный, новый: 1 заказ с 10 сент. 2011 г. по 9 дек. 2011 г., в том числе самый первый; постоянный — от 3 заказов.",
                "Нередовен, нов: 1 поръчка от 10.09.2011 г. до 09.12.2011 г., включително първата изобщо; редовен е клиент с поне 3 поръчки.",
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
