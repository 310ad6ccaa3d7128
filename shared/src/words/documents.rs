//! Words of printed documents: proforma invoice.

crate::words! {
    PROFORMA = "Proforma invoice", "Счёт на оплату", "Проформа фактура";
    TAX_ID = "VAT number", "ИНН", "ИН по ДДС";
    PROFORMA_TITLE = "Proforma invoice {number}", "Счёт на оплату № {number}", "Проформа фактура № {number}";
    DATED = "Date", "Дата", "Дата";
    PAY_UNTIL = "Pay by", "Оплатить до", "Да се плати до";
    SELLER = "Seller", "Поставщик", "Доставчик";
    BUYER = "Buyer", "Покупатель", "Получател";
    BANK = "Bank details", "Банковские реквизиты", "Банкови данни";
    PHONE = "Phone", "Телефон", "Телефон";
    OUR_ORDER = "Our order number", "Номер заказа у нас", "Наш номер на поръчката";
    YOUR_ORDER = "Your order number", "Номер заказа у вас", "Ваш номер на поръчката";
    DELIVERY = "Delivery address", "Адрес доставки", "Адрес за доставка";
    LINE_NO = "No.", "№", "№";
    PRICE_NET = "Price excl. VAT", "Цена без НДС", "Цена без ДДС";
    PRICE_GROSS = "Price incl. VAT", "Цена с НДС", "Цена с ДДС";
    AMOUNT_NET = "Amount excl. VAT", "Сумма без НДС", "Сума без ДДС";
    AMOUNT_GROSS = "Amount incl. VAT", "Сумма с НДС", "Сума с ДДС";
    NET_AT_RATE = "Net at {rate}", "Без НДС, ставка {rate}", "Данъчна основа при {rate}";
    VAT_AT_RATE = "VAT {rate}", "НДС {rate}", "ДДС {rate}";
    TOTAL_NET = "Total excl. VAT", "Итого без НДС", "Общо без ДДС";
    TOTAL_VAT = "Total VAT", "Всего НДС", "Общо ДДС";
    TO_PAY = "To pay", "Всего к оплате", "Сума за плащане";
    REFERENCE = "Give this reference when you pay: {number}.", "В назначении платежа укажите: счёт № {number}.", "Посочете като основание за плащане: проформа № {number}.";
    NOT_A_TAX_INVOICE = "This proforma is a request to pay. It is not a tax invoice and gives no right to deduct VAT.", "Этот счёт — предложение оплатить. Он не является счётом-фактурой и не даёт права на вычет НДС.", "Тази проформа е покана за плащане. Тя не е данъчна фактура и не дава право на данъчен кредит.";
    PAGE = "Page {n} of {m}", "Страница {n} из {m}", "Страница {n} от {m}";
}
