//! What the program itself writes into mailings: lists of goods, and why somebody gets them.

crate::words! {
    PRICE_IN = "Price, {currency}", "Цена, {currency}", "Цена, {currency}";
    WAS = "was {price}", "было {price}", "беше {price}";
    WHY_CONSENT = "You get this because you agreed to our mailings on {date}.",
        "Вы получаете это письмо, потому что {date} согласились на наши рассылки.",
        "Получавате това писмо, защото на {date} се съгласихте да ви пишем.";
    WHY_CUSTOMER = "You get this because {firm} has your consent to write to you.",
        "Вы получаете это письмо, потому что дали {firm} согласие на рассылки.",
        "Получавате това писмо, защото {firm} има вашето съгласие да ви пише.";
    SAMPLE_CONTACT = "Maria Ivanova", "Мария Иванова", "Мария Иванова";
    SAMPLE_CUSTOMER = "Harbour Café", "Кафе «Гавань»", "Кафене „Пристан“";
    SAMPLE_POSITION = "buyer", "закупщик", "доставчик";
    SAMPLE_COUNTRY = "United Kingdom", "Россия", "България";
    SAMPLE_PRODUCT = "A product of your price list", "Товар из вашего прайс-листа", "Стока от вашата ценова листа";
}
