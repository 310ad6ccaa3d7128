//! What stops an address, and saying that one works again: words of the office.

use super::Word;

crate::words! {
    STOPPED_ROW = "Stopped by {channel} since {date}: {reason}", "Остановлено, {channel}, с {date}: {reason}", "Спряно, {channel}, от {date}: {reason}";
    STOPPED_UNTIL = "{row}; no longer since {until}", "{row}; больше нет, с {until}", "{row}; вече не, от {until}";
    UNSUBSCRIBED = "unsubscribed", "отписка", "отписване";
    UNSUBSCRIBED_FROM = "unsubscribed from {topic}", "отписка от темы «{topic}»", "отписване от темата „{topic}“";
    COMPLAINT = "reported as spam", "жалоба на спам", "оплакване за спам";
    BOUNCED = "mail comes back", "письма возвращаются", "писмата се връщат";
    ERASED_BEFORE = "somebody with this address was erased", "данные человека с этим адресом были удалены", "данните на лице с този адрес са изтрити";
    REGISTER = "in the register of those who want no advertising", "в реестре отказавшихся от рекламы", "в регистъра на нежелаещите реклама";
    BY_THE_FIRM = "by the firm", "решение фирмы", "решение на фирмата";
    WORKS_AGAIN = "The address works again", "Адрес снова работает", "Адресът отново работи";
    WORKS_TITLE = "{address} works again", "Адрес {address} снова работает", "Адресът {address} отново работи";
    WORKS_HINT = "Mail to this address came back, so none is sent. Say how you know that it arrives again.", "Письма на этот адрес возвращались, поэтому больше не отправляются. Укажите, откуда известно, что они снова доходят.", "Писмата до този адрес се връщаха, затова не се пращат. Посочете откъде е известно, че отново пристигат.";
    WORKS_REASON = "How you know", "Откуда известно", "Откъде е известно";
    WORKS_REASON_HINT = "She answered from it; read out on the telephone", "Ответила с него; продиктовал по телефону", "Отговори от него; продиктува го по телефона";
    WORKS_SAVE = "Send to it again", "Отправлять снова", "Изпращай отново";
    WORKS_DONE = "Mail is sent to this address again.", "На этот адрес снова отправляются письма.", "На този адрес отново се пращат писма.";
    GIVEN_FOR = "for {address}", "для {address}", "за {address}";
    GIVEN_FOR_ANOTHER = "for {address}, does not count for the present address", "для {address}, для нынешнего адреса не действует", "за {address}, не важи за сегашния адрес";
    CONSENT_FOR_ANOTHER = "Nothing was agreed to for the present address: no mailings are sent to it.", "Для нынешнего адреса согласия нет: рассылки на него не отправляются.", "За сегашния адрес няма съгласие: разпращания не се пращат на него.";
    TERMS_TAKEN_BACK = "taken back", "изменение отменено", "промяната е отменена";

    // What the server refuses.
    NOT_BOUNCED = "No mail to this address came back.", "Письма на этот адрес не возвращались.", "Писма до този адрес не са се връщали.";
    CUSTOMER_IN_USE = "There is a log-in in use or an order already. Approve the sign-up, and block the customer if need be.", "Уже есть действующий вход или заказ. Одобрите заявку, а клиента при необходимости заблокируйте.", "Вече има активен достъп или поръчка. Одобрете регистрацията, а при нужда блокирайте клиента.";
}

/// Why an address is stopped, by the stored word.
pub fn reason(word: &str) -> Word {
    match word {
        "unsubscribed" => UNSUBSCRIBED,
        "complaint" => COMPLAINT,
        "bounced" => BOUNCED,
        "erased" => ERASED_BEFORE,
        "register" => REGISTER,
        _ => BY_THE_FIRM,
    }
}
