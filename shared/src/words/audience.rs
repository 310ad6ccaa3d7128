//! The sentence an audience is read as, and the words for why somebody in it is skipped.

use std::collections::BTreeMap;

use super::{Lang, Plural, Word, format, segments as segment_words};
use crate::mailings::{Audience, Condition, Goods, SkipReason, Topic, Window};
use crate::money::{Currency, Money};

crate::words! {
    EVERYBODY = "All customers", "Все клиенты", "Всички клиенти";
    OF_SEGMENTS = "{segments} customers", "{segments} клиенты", "{segments} клиенти";
    WHO = "{customers} who {what}.", "{customers}, которые {what}.", "{customers}, които {what}.";
    AND = "{first} and {last}", "{first} и {last}", "{first} и {last}";
    OR = "{first} or {last}", "{first} или {last}", "{first} или {last}";
    BOUGHT_PRODUCT = "bought {what} {when}", "покупали товар {what} {when}", "са купували {what} {when}";
    BOUGHT_GROUP = "bought from {what} {when}", "покупали товары группы {what} {when}", "са купували от група {what} {when}";
    NOT_BOUGHT_PRODUCT = "did not buy {what} {when}", "не покупали товар {what} {when}", "не са купували {what} {when}";
    NOT_BOUGHT_GROUP = "bought nothing from {what} {when}", "не покупали товары группы {what} {when}", "не са купували от група {what} {when}";
    SPENT_LEAST = "ordered for at least {least} {when}", "заказали не меньше чем на {least} {when}", "са поръчали за поне {least} {when}";
    SPENT_MOST = "ordered for at most {most} {when}", "заказали не больше чем на {most} {when}", "са поръчали за най-много {most} {when}";
    SPENT_BETWEEN = "ordered for {least} to {most} {when}", "заказали на сумму от {least} до {most} {when}", "са поръчали за {least} до {most} {when}";
    ORDERED_LEAST = "placed at least {least} {when}", "сделали не меньше {least} {when}", "са направили поне {least} {when}";
    ORDERED_MOST = "placed at most {most} {when}", "сделали не больше {most} {when}", "са направили най-много {most} {when}";
    ORDERED_BETWEEN = "placed between {least} and {most} {when}", "сделали от {least} до {most} {when}", "са направили от {least} до {most} {when}";
    IN_REGION = "are in the region {any}", "находятся в регионе {any}", "са в регион {any}";
    IN_COUNTRY = "are in {any}", "находятся в стране {any}", "са в държава {any}";
    READS = "read {any}", "читают {any}", "четат на {any}";
    MANAGED_BY = "are looked after by {who}", "работают с менеджером {who}", "се обслужват от {who}";
    PRICED_BY = "have the prices {any}", "получают цены {any}", "са с цени {any}";
    IS_NEW = "are new", "стали клиентами недавно", "са нови клиенти";
    IS_NOT_NEW = "are not new", "стали клиентами раньше отчётного периода", "не са нови клиенти";
    IS_BY_HAND = "are looked after by hand", "ведутся вручную", "се водят лично";
    IS_NOT_BY_HAND = "are not looked after by hand", "не ведутся вручную", "не се водят лично";
    EVER = "at any time", "за всё время", "през цялото време";
    BETWEEN_DAYS = "from {from} to {to}", "с {from} по {to}", "от {from} до {to}";
    QUOTED = "“{name}”", "«{name}»", "„{name}“";
    CODED = "{code} {name}", "{code} — {name}", "{code} – {name}";
    READS_EN = "English", "по-английски", "английски";
    READS_RU = "Russian", "по-русски", "руски";
    READS_BG = "Bulgarian", "по-болгарски", "български";
    STARTING_TEXT = "{segment} customers: starting text", "{segment} клиенты: начальный текст", "{segment} клиенти: начален текст";
    TOPIC_OFFERS = "Offers and prices", "Предложения и цены", "Предложения и цени";
    TOPIC_NOVELTIES = "New goods", "Новые товары", "Нови стоки";
    TOPIC_NEWS = "News of the firm", "Новости фирмы", "Новини от фирмата";
    SKIP_NO_CONTACT = "No contact at the customer", "У клиента нет контактного лица", "Клиентът няма лице за контакт";
    SKIP_NO_ADDRESS = "No e-mail address", "Нет адреса электронной почты", "Няма имейл адрес";
    SKIP_BAD_ADDRESS = "The address cannot be one", "Адрес записан с ошибкой", "Адресът е грешен";
    SKIP_DOUBLED = "Same address as another recipient", "Тот же адрес, что у другого получателя", "Същият адрес като на друг получател";
    SKIP_ERASED = "The person was erased", "Данные человека удалены", "Данните на лицето са изтрити";
    SKIP_NOT_APPROVED = "Signed up, not yet approved", "Зарегистрировался, ещё не одобрен", "Регистриран, още не е одобрен";
    SKIP_BLOCKED = "The customer is blocked", "Клиент заблокирован", "Клиентът е блокиран";
    SKIP_OTHER_CHANNEL = "Wants to be written to another way", "Просит писать другим способом", "Иска да му се пише по друг начин";
    SKIP_NOT_RECEIVING = "This contact does not take mailings", "Этот контакт не получает рассылок", "Това лице не получава разпращания";
    SKIP_NO_CONSENT = "No consent to mailings", "Нет согласия на рассылки", "Няма съгласие за разпращания";
    SKIP_CONSENT_WITHDRAWN = "Consent withdrawn", "Согласие отозвано", "Съгласието е оттеглено";
    SKIP_TOPIC_UNWANTED = "Does not want this topic", "Не хочет писем на эту тему", "Не иска писма на тази тема";
    SKIP_UNSUBSCRIBED = "Unsubscribed", "Отписался", "Отписан";
    SKIP_COMPLAINT = "Complained of unwanted mail", "Пожаловался на спам", "Оплакал се е от нежелана поща";
    SKIP_BOUNCED = "The address bounced for good", "Почта на этот адрес не доставляется", "Пощата до адреса се връща";
    SKIP_REGISTER = "In the register of those who want no advertising", "В реестре отказавшихся от рекламы", "В регистъра на отказалите реклама";
    SKIP_SUPPRESSED = "Suppressed by the firm", "Запрещён фирмой", "Забранен от фирмата";
    SKIP_ADDRESS_CHANGED = "The address changed after the list was frozen", "Адрес изменился после фиксации списка", "Адресът е сменен след фиксирането на списъка";
    SKIP_CANCELLED = "The mailing was called off", "Рассылка отменена", "Разпращането е отменено";
    SKIP_NO_TEXT = "The template has no text in a language for them", "В шаблоне нет текста на подходящем языке", "Шаблонът няма текст на подходящ език";
    * LAST_MONTHS = ["in the last {n} month", "in the last {n} months"], ["за последний {n} месяц", "за последние {n} месяца", "за последние {n} месяцев"], ["през последния {n} месец", "през последните {n} месеца"];
    * LAST_DAYS = ["in the last {n} day", "in the last {n} days"], ["за последний {n} день", "за последние {n} дня", "за последние {n} дней"], ["през последния {n} ден", "през последните {n} дни"];
    // After «не меньше», «от» and «до» Russian wants the genitive.
    * OF_ORDERS = ["{n} order", "{n} orders"], ["{n} заказа", "{n} заказов", "{n} заказов"], ["{n} поръчка", "{n} поръчки"];
}

/// What the codes and ids in an audience are called: goods by `product:<code>` and `group:<code>`, users by id, price types
/// by code. What is not in it is called by its code.
pub type Names = BTreeMap<String, String>;

/// The key of goods in [`Names`].
pub fn goods_key(goods: &Goods) -> String {
    match goods {
        Goods::Product { code } => format!("product:{code}"),
        Goods::Group { code } => format!("group:{code}"),
    }
}

pub const fn topic(topic: Topic) -> Word {
    match topic {
        Topic::Offers => TOPIC_OFFERS,
        Topic::Novelties => TOPIC_NOVELTIES,
        Topic::News => TOPIC_NEWS,
    }
}

pub const fn skip_reason(reason: SkipReason) -> Word {
    match reason {
        SkipReason::NoContact => SKIP_NO_CONTACT,
        SkipReason::NoAddress => SKIP_NO_ADDRESS,
        SkipReason::BadAddress => SKIP_BAD_ADDRESS,
        SkipReason::DoubledAddress => SKIP_DOUBLED,
        SkipReason::Erased => SKIP_ERASED,
        SkipReason::NotApproved => SKIP_NOT_APPROVED,
        SkipReason::Blocked => SKIP_BLOCKED,
        SkipReason::OtherChannel => SKIP_OTHER_CHANNEL,
        SkipReason::NotReceiving => SKIP_NOT_RECEIVING,
        SkipReason::NoConsent => SKIP_NO_CONSENT,
        SkipReason::ConsentWithdrawn => SKIP_CONSENT_WITHDRAWN,
        SkipReason::TopicUnwanted => SKIP_TOPIC_UNWANTED,
        SkipReason::Unsubscribed => SKIP_UNSUBSCRIBED,
        SkipReason::Complaint => SKIP_COMPLAINT,
        SkipReason::Bounced => SKIP_BOUNCED,
        SkipReason::Register => SKIP_REGISTER,
        SkipReason::Suppressed => SKIP_SUPPRESSED,
        SkipReason::NoText => SKIP_NO_TEXT,
        SkipReason::AddressChanged => SKIP_ADDRESS_CHANGED,
        SkipReason::Cancelled => SKIP_CANCELLED,
    }
}

const fn reads(lang: Lang) -> Word {
    match lang {
        Lang::En => READS_EN,
        Lang::Ru => READS_RU,
        Lang::Bg => READS_BG,
    }
}

/// `a, b and c`; `joint` is [`AND`] or [`OR`].
fn joined(lang: Lang, parts: &[String], joint: Word) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => joint.with(lang, &[("first", &first.join(", ")), ("last", last)]),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The audience as one sentence.
pub fn sentence(lang: Lang, audience: &Audience, names: &Names) -> String {
    let mut segments: Vec<String> = audience.segments.iter().map(|one| lower_first(segment_words::segment_name(*one).say(lang))).collect();
    segments.dedup();
    let customers = match segments.len() {
        0 => EVERYBODY.say(lang).to_string(),
        _ => upper_first(&OF_SEGMENTS.with(lang, &[("segments", &joined(lang, &segments, AND))])),
    };
    let what: Vec<String> = audience.conditions.iter().map(|one| clause(lang, one, names)).collect();
    if what.is_empty() {
        return format!("{customers}.");
    }
    let text = WHO.with(lang, &[("customers", &customers), ("what", &joined(lang, &what, AND))]);
    // A Russian or Bulgarian date ends with „г.“, which also ends the sentence.
    match text.strip_suffix("г..") {
        Some(start) => format!("{start}г."),
        None => text,
    }
}

fn clause(lang: Lang, condition: &Condition, names: &Names) -> String {
    let quoted = |text: &str| QUOTED.with(lang, &[("name", &text)]);
    let named = |key: &str| names.get(key).cloned().unwrap_or_else(|| key.to_string());
    let any = |values: &[String]| joined(lang, &values.iter().map(|value| quoted(&named(value))).collect::<Vec<_>>(), OR);
    match condition {
        Condition::Bought { goods, within } => goods_clause(lang, (BOUGHT_PRODUCT, BOUGHT_GROUP), goods, within, names),
        Condition::NotBought { goods, within } => goods_clause(lang, (NOT_BOUGHT_PRODUCT, NOT_BOUGHT_GROUP), goods, within, names),
        Condition::Amount { currency, at_least, at_most, within } => {
            let money = |text: &Option<String>| text.as_deref().map(|text| amount(lang, text, *currency));
            between(lang, [SPENT_LEAST, SPENT_MOST, SPENT_BETWEEN], money(at_least), money(at_most), within)
        }
        Condition::Orders { at_least, at_most, within } => {
            let orders = |count: &Option<u32>| count.map(|count| OF_ORDERS.say(lang, u64::from(count)));
            // „from 2 to 5 orders“: the noun stands once.
            let least = match at_most {
                Some(_) => at_least.map(|count| format::integer(lang, i64::from(count))),
                None => orders(at_least),
            };
            between(lang, [ORDERED_LEAST, ORDERED_MOST, ORDERED_BETWEEN], least, orders(at_most), within)
        }
        Condition::Region { any_of } => IN_REGION.with(lang, &[("any", &any(any_of))]),
        Condition::Country { any_of } => {
            let any = joined(lang, &any_of.iter().map(|value| if lang == Lang::En { value.clone() } else { quoted(value) }).collect::<Vec<_>>(), OR);
            IN_COUNTRY.with(lang, &[("any", &any)])
        }
        Condition::Language { any_of } => {
            let any: Vec<String> = any_of.iter().map(|one| reads(*one).say(lang).to_string()).collect();
            READS.with(lang, &[("any", &joined(lang, &any, OR))])
        }
        Condition::Manager { user } => MANAGED_BY.with(lang, &[("who", &named(user))]),
        Condition::PriceType { any_of } => PRICED_BY.with(lang, &[("any", &any(any_of))]),
        Condition::New { is: true } => IS_NEW.say(lang).to_string(),
        Condition::New { is: false } => IS_NOT_NEW.say(lang).to_string(),
        Condition::ByHand { is: true } => IS_BY_HAND.say(lang).to_string(),
        Condition::ByHand { is: false } => IS_NOT_BY_HAND.say(lang).to_string(),
    }
}

fn goods_clause(lang: Lang, (product, group): (Word, Word), goods: &Goods, within: &Window, names: &Names) -> String {
    let name = names.get(&goods_key(goods));
    let quoted = |name: &str| QUOTED.with(lang, &[("name", &name)]);
    let (word, what) = match goods {
        Goods::Group { code } => (group, quoted(name.map_or(code.as_str(), String::as_str))),
        Goods::Product { code } => {
            let what = name.map_or_else(|| code.clone(), |name| CODED.with(lang, &[("code", code), ("name", &quoted(name))]));
            (product, what)
        }
    };
    word.with(lang, &[("what", &what), ("when", &window(lang, within))])
}

fn between(lang: Lang, [least_word, most_word, both_word]: [Word; 3], least: Option<String>, most: Option<String>, within: &Window) -> String {
    let when = window(lang, within);
    match (least, most) {
        (Some(least), Some(most)) => both_word.with(lang, &[("least", &least), ("most", &most), ("when", &when)]),
        (Some(least), None) => least_word.with(lang, &[("least", &least), ("when", &when)]),
        (None, most) => most_word.with(lang, &[("most", &most.unwrap_or_default()), ("when", &when)]),
    }
}

fn window(lang: Lang, window: &Window) -> String {
    let counted = |word: Plural, count: u16| word.say(lang, u64::from(count));
    match window {
        Window::Ever {} => EVER.say(lang).to_string(),
        Window::LastMonths { months } => counted(LAST_MONTHS, *months),
        Window::LastDays { days } => counted(LAST_DAYS, *days),
        Window::Between { from, to } => BETWEEN_DAYS.with(lang, &[("from", &format::date(lang, from)), ("to", &format::date(lang, to))]),
    }
}

/// An amount as it was typed, in the reader's locale; what is no amount stays as it is.
fn amount(lang: Lang, text: &str, currency: Currency) -> String {
    match Money::parse(text, currency) {
        Ok(amount) => format::money(lang, amount),
        Err(_) => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::Segment;

    fn check(audience: Audience, expected: [&str; 3]) {
        let names: Names = [("group:KITCHEN", "Kitchen"), ("product:22720", "Set of 3 cake tins"), ("u1", "Ana Petrova"), ("wholesale", "Wholesale")]
            .map(|(key, name)| (key.to_string(), name.to_string()))
            .into();
        for (lang, expected) in Lang::ALL.into_iter().zip(expected) {
            assert_eq!(sentence(lang, &audience, &names).replace('\u{a0}', " "), expected);
        }
    }

    fn of(segments: &[Segment], conditions: Vec<Condition>) -> Audience {
        Audience { segments: segments.to_vec(), conditions }
    }

    #[test]
    fn an_audience_without_conditions_is_a_segment_or_everybody() {
        check(of(&[], vec![]), ["All customers.", "Все клиенты.", "Всички клиенти."]);
        check(of(&[Segment::Regular, Segment::Former], vec![]), ["Regular and former customers.", "Постоянные и бывшие клиенты.", "Редовни и бивши клиенти."]);
    }

    #[test]
    fn every_condition_is_a_clause_of_one_sentence() {
        let kitchen = Goods::Group { code: "KITCHEN".into() };
        let tins = Goods::Product { code: "22720".into() };
        check(
            of(
                &[Segment::Irregular],
                vec![
                    Condition::Bought { goods: kitchen, within: Window::LastMonths { months: 12 } },
                    Condition::NotBought { goods: tins, within: Window::Ever {} },
                    Condition::Country { any_of: vec!["France".into(), "Germany".into()] },
                ],
            ),
            [
                "Irregular customers who bought from “Kitchen” in the last 12 months, did not buy 22720 “Set of 3 cake tins” at any time and are in France or Germany.",
                "Нерегулярные клиенты, которые покупали товары группы «Kitchen» за последние 12 месяцев, не покупали товар 22720 — «Set of 3 cake tins» за всё время и находятся в стране «France» или «Germany».",
                "Нередовни клиенти, които са купували от група „Kitchen“ през последните 12 месеца, не са купували 22720 – „Set of 3 cake tins“ през цялото време и са в държава „France“ или „Germany“.",
            ],
        );
        let amount = |at_least: Option<&str>, at_most: Option<&str>| Condition::Amount {
            currency: Currency::GBP,
            at_least: at_least.map(String::from),
            at_most: at_most.map(String::from),
            within: Window::Between { from: "2011-01-01".into(), to: "2011-12-31".into() },
        };
        check(
            of(&[], vec![Condition::New { is: true }, amount(Some("1234.5"), Some("2000"))]),
            [
                "All customers who are new and ordered for £1,234.50 to £2,000.00 from 1 Jan 2011 to 31 Dec 2011.",
                "Все клиенты, которые стали клиентами недавно и заказали на сумму от 1 234,50 £ до 2 000,00 £ с 1 янв. 2011 г. по 31 дек. 2011 г.",
                "Всички клиенти, които са нови клиенти и са поръчали за 1234,50 £ до 2000,00 £ от 01.01.2011 г. до 31.12.2011 г.",
            ],
        );
        let orders = |at_least, at_most| Condition::Orders { at_least, at_most, within: Window::LastDays { days: 1 } };
        check(
            of(&[], vec![orders(Some(2), None), orders(Some(2), Some(5)), amount(None, Some("7"))]),
            [
                "All customers who placed at least 2 orders in the last 1 day, placed between 2 and 5 orders in the last 1 day and ordered for at most £7.00 from 1 Jan 2011 to 31 Dec 2011.",
                "Все клиенты, которые сделали не меньше 2 заказов за последний 1 день, сделали от 2 до 5 заказов за последний 1 день и заказали не больше чем на 7,00 £ с 1 янв. 2011 г. по 31 дек. 2011 г.",
                "Всички клиенти, които са направили поне 2 поръчки през последния 1 ден, са направили от 2 до 5 поръчки през последния 1 ден и са поръчали за най-много 7,00 £ от 01.01.2011 г. до 31.12.2011 г.",
            ],
        );
        check(
            of(
                &[],
                vec![
                    Condition::Manager { user: "u1".into() },
                    Condition::PriceType { any_of: vec!["wholesale".into()] },
                    Condition::Language { any_of: vec![Lang::Ru, Lang::Bg] },
                    Condition::Region { any_of: vec!["Пловдив".into()] },
                    Condition::New { is: false },
                ],
            ),
            [
                "All customers who are looked after by Ana Petrova, have the prices “Wholesale”, read Russian or Bulgarian, are in the region “Пловдив” and are not new.",
                "Все клиенты, которые работают с менеджером Ana Petrova, получают цены «Wholesale», читают по-русски или по-болгарски, находятся в регионе «Пловдив» и стали клиентами раньше отчётного периода.",
                "Всички клиенти, които се обслужват от Ana Petrova, са с цени „Wholesale“, четат на руски или български, са в регион „Пловдив“ и не са нови клиенти.",
            ],
        );
        check(
            of(&[Segment::Regular], vec![Condition::ByHand { is: true }]),
            ["Regular customers who are looked after by hand.", "Постоянные клиенты, которые ведутся вручную.", "Редовни клиенти, които се водят лично."],
        );
    }
}
