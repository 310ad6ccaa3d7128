//! Words that buyer and staff pages, mails, documents and sheets share: states, columns, plain verbs.

use super::{Lang, Word};
use crate::orders::{LineReason, OrderState, Verdict};

crate::words! {
    WHOLESALE_PRICE = "Wholesale", "Опт", "На едро";
    RETAIL_PRICE = "Retail", "Розница", "На дребно";
    DEALER_PRICE = "Dealer", "Дилерская", "Дилърска";
    PROMOTION_PRICE = "Promotion", "Акция", "Промоция";
    KONTOR = "Kontor", "Kontor", "Kontor";
    EXCEL = "Excel", "Excel", "Excel";
    PDF = "PDF", "PDF", "PDF";
    STATE_DRAFT = "Draft", "Черновик", "Чернова";
    STATE_SUBMITTED = "Submitted", "Отправлен", "Изпратена";
    STATE_NEEDS_REVIEW = "Needs review", "Нужен ответ", "Чака отговор";
    STATE_CONFIRMED = "Confirmed", "Подтверждён", "Потвърдена";
    STATE_PART_SHIPPED = "Part shipped", "Отгружен частично", "Частично изпратена";
    STATE_SHIPPED = "Shipped", "Отгружен", "Доставена";
    STATE_CLOSED = "Closed", "Закрыт", "Приключена";
    STATE_CANCELLED = "Cancelled", "Отменён", "Анулирана";
    STATE_REFUSED = "Refused", "Отклонён", "Отхвърлена";
    VERDICT_ACCEPTED = "Accepted", "Принято", "Прието";
    VERDICT_CHANGED = "Changed", "Изменено", "Променено";
    VERDICT_REFUSED = "Refused", "Отказано", "Отказано";
    REASON_PRICE_FELL = "The price is lower than shown", "Цена ниже показанной", "Цената е по-ниска от показаната";
    REASON_PRICE_ROSE = "The price is higher than shown", "Цена выше показанной", "Цената е по-висока от показаната";
    REASON_RISE_ACCEPTED = "Higher price, accepted", "Повышенная цена принята", "Приета по-висока цена";
    REASON_RISE_DROPPED = "Higher price, line dropped", "Цена выросла, строка снята", "По-висока цена, редът е премахнат";
    REASON_NOT_IN_PRICE_LIST = "Not in the price list", "Нет в прайс-листе", "Няма го в ценовата листа";
    REASON_NOT_POSITIVE = "The quantity must be above zero", "Количество должно быть больше нуля", "Количеството трябва да е над нула";
    REASON_BELOW_MINIMUM = "Below the smallest quantity", "Меньше наименьшего количества", "Под най-малкото количество";
    REASON_ABOVE_MAXIMUM = "Above the greatest quantity", "Больше наибольшего количества", "Над най-голямото количество";
    REASON_NOT_MULTIPLE = "Not a whole number of packs", "Не кратно упаковке", "Не е кратно на опаковката";
    REASON_TOO_PRECISE = "Too many decimals for this unit", "Слишком много знаков для этой единицы", "Твърде много знаци за тази мярка";
    REASON_TOO_LARGE = "The amount is too large", "Слишком большая сумма", "Сумата е твърде голяма";
    CODE = "Code", "Код", "Код";
    PRODUCT = "Product", "Товар", "Стока";
    // What a product is counted in that names no unit.
    PIECES = "pcs", "шт", "бр";
    UNIT = "Unit", "Ед.", "Мярка";
    PRICE = "Price", "Цена", "Цена";
    QUANTITY = "Quantity", "Количество", "К-во";
    AMOUNT = "Amount", "Сумма", "Сума";
    NET = "Net", "Без НДС", "Без ДДС";
    VAT = "VAT", "НДС", "ДДС";
    TOTAL = "Total", "Итого", "Общо";
    ORDER = "Order", "Заказ", "Поръчка";
    CUSTOMER = "Customer", "Клиент", "Клиент";
    DEMO_DATA = "Demonstration data", "Демонстрационные данные", "Демонстрационни данни";
    CLOSE = "Close", "Закрыть", "Затвори";
    LOADING = "Loading…", "Загружается…", "Зарежда се…";
    TRY_AGAIN = "Try again", "Повторить", "Опитай пак";
    MENU = "Menu", "Меню", "Меню";
    SKIP_TO_CONTENT = "Skip to the content", "К содержанию", "Към съдържанието";
    LANGUAGE = "Language", "Язык", "Език";
    THEME = "Colours", "Цвета", "Цветове";
    THEME_SYSTEM = "As the system", "Как в системе", "Като системата";
    THEME_LIGHT = "Light", "Светлые", "Светли";
    THEME_DARK = "Dark", "Тёмные", "Тъмни";
    SIGN_IN = "Sign in", "Войти", "Вход";
    SIGN_OUT = "Sign out", "Выйти", "Изход";
    SIGN_IN_AS = "Sign in as this", "Войти так", "Вход с този";
    LOGIN = "Log-in", "Логин", "Потребител";
    PASSWORD = "Password", "Пароль", "Парола";
    DEMO_LOGINS = "Demonstration log-ins", "Входы для демонстрации", "Демонстрационни достъпи";
    DEMO_LOGINS_NOTE = "They exist in the demonstration data only.", "Они есть только в демонстрационных данных.", "Има ги само в демонстрационните данни.";
    CHOOSE_FILE = "Choose a file…", "Выбрать файл…", "Избери файл…";
    CHOOSE_FILES = "Choose files…", "Выбрать файлы…", "Избери файлове…";
    * FILES = ["{n} file", "{n} files"], ["{n} файл", "{n} файла", "{n} файлов"], ["{n} файл", "{n} файла"];
    * LINES = ["{n} line", "{n} lines"], ["{n} строка", "{n} строки", "{n} строк"], ["{n} ред", "{n} реда"];
}

/// A unit as it is shown: the one a product gets without naming any in the reader's language, others as they are.
pub fn unit(lang: Lang, unit: &str) -> &str {
    if Lang::ALL.iter().any(|one| PIECES.say(*one) == unit) { PIECES.say(lang) } else { unit }
}

/// The word for an order's state.
pub const fn order_state(state: OrderState) -> Word {
    match state {
        OrderState::Draft => STATE_DRAFT,
        OrderState::Submitted => STATE_SUBMITTED,
        OrderState::NeedsReview => STATE_NEEDS_REVIEW,
        OrderState::Confirmed => STATE_CONFIRMED,
        OrderState::PartShipped => STATE_PART_SHIPPED,
        OrderState::Shipped => STATE_SHIPPED,
        OrderState::Closed => STATE_CLOSED,
        OrderState::Cancelled => STATE_CANCELLED,
        OrderState::Refused => STATE_REFUSED,
    }
}

/// The word for what became of a line.
pub const fn verdict(verdict: Verdict) -> Word {
    match verdict {
        Verdict::Accepted => VERDICT_ACCEPTED,
        Verdict::Changed => VERDICT_CHANGED,
        Verdict::Refused => VERDICT_REFUSED,
    }
}

/// The words for why a line was changed or refused.
pub const fn line_reason(reason: LineReason) -> Word {
    match reason {
        LineReason::PriceFell => REASON_PRICE_FELL,
        LineReason::PriceRose => REASON_PRICE_ROSE,
        LineReason::RiseAccepted => REASON_RISE_ACCEPTED,
        LineReason::RiseDropped => REASON_RISE_DROPPED,
        LineReason::NotInPriceList => REASON_NOT_IN_PRICE_LIST,
        LineReason::NotPositive => REASON_NOT_POSITIVE,
        LineReason::BelowMinimum => REASON_BELOW_MINIMUM,
        LineReason::AboveMaximum => REASON_ABOVE_MAXIMUM,
        LineReason::NotMultiple => REASON_NOT_MULTIPLE,
        LineReason::TooPrecise => REASON_TOO_PRECISE,
        LineReason::TooLarge => REASON_TOO_LARGE,
    }
}
