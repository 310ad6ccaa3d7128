//! Words of the mails the server writes.

crate::words! {
    RECEIVED_SUBJECT = "Order {number} received", "Заказ {number} получен", "Поръчка {number} е получена";
    RECEIVED = "{firm} has received your order {number}. You will hear from us when it is confirmed.",
        "{firm}: ваш заказ {number} получен. Мы сообщим, когда он будет подтверждён.",
        "{firm} получи вашата поръчка {number}. Ще ви съобщим, когато бъде потвърдена.";
    REVIEW_SUBJECT = "Order {number} waits for your answer", "Заказ {number} ждёт вашего ответа", "Поръчка {number} чака вашия отговор";
    REVIEW = "{firm} has received your order {number}. Some prices have risen since you saw them: open the order and say for each such line whether you take it.",
        "{firm}: ваш заказ {number} получен. Некоторые цены выросли с тех пор, как вы их видели: откройте заказ и ответьте по каждой такой строке, берёте ли вы её.",
        "{firm} получи вашата поръчка {number}. Някои цени са се повишили, откакто сте ги видели: отворете поръчката и отговорете за всеки такъв ред дали го вземате.";
    ARRIVED = "{firm} has received your order {number}.", "{firm}: ваш заказ {number} получен.", "{firm} получи вашата поръчка {number}.";
    BELOW_LEAST = "It is {amount} below the least order: prices, goods or the least order changed after you saw the list. We look at it and answer you.",
        "До минимального заказа не хватает {amount}: цены, товары или сам минимум изменились после того, как вы видели прайс-лист. Мы рассмотрим заказ и ответим вам.",
        "До минималната поръчка не достигат {amount}: цените, стоките или самият минимум са се променили, след като сте видели ценовата листа. Ще разгледаме поръчката и ще ви отговорим.";
    NOTHING_TAKEN = "{firm} has received your order {number}, but no line of it can be delivered. The reason stands at each line.",
        "{firm}: ваш заказ {number} получен, но ни одна его строка не может быть поставлена. Причина указана у каждой строки.",
        "{firm} получи вашата поръчка {number}, но нито един ред от нея не може да бъде доставен. Причината е при всеки ред.";
    ACCOUNT = "Lines: {read}. Accepted: {accepted}, changed: {changed}, refused: {refused}.",
        "Строк: {read}. Принято: {accepted}, изменено: {changed}, отказано: {refused}.",
        "Редове: {read}. Приети: {accepted}, променени: {changed}, отказани: {refused}.";
    LINE_SHOWN = "{reason}: {shown} was shown, {price} applies", "{reason}: показана {shown}, действует {price}", "{reason}: показана {shown}, валидна {price}";
    LINE_REFUSED = "Not taken: {reason}", "Не принято: {reason}", "Не е прието: {reason}";
    YOUR_NUMBER = "Your order number: {number}", "Ваш номер заказа: {number}", "Ваш номер на поръчката: {number}";
    WANTED_ON = "Wanted on: {date}", "Желаемая дата: {date}", "Желана дата: {date}";
    DELIVERY = "Delivery address:", "Адрес доставки:", "Адрес за доставка:";
    COMMENT = "Comment:", "Комментарий:", "Коментар:";
    OPEN_ORDER = "The order: {url}", "Заказ: {url}", "Поръчката: {url}";
    CONFIRMED_SUBJECT = "Order {number} confirmed, proforma invoice {proforma}",
        "Заказ {number} подтверждён, счёт на оплату {proforma}",
        "Поръчка {number} е потвърдена, проформа фактура {proforma}";
    CONFIRMED = "{firm} has confirmed your order {number}. Proforma invoice {proforma} of {date} comes to {amount}.",
        "{firm}: ваш заказ {number} подтверждён. Счёт на оплату {proforma} от {date} на сумму {amount}.",
        "{firm} потвърди вашата поръчка {number}. Проформа фактура {proforma} от {date} е на стойност {amount}.";
    PAY_UNTIL = "To be paid by {date}.", "Оплатить до {date}.", "Платима до {date}.";
    REFUSED_SUBJECT = "Order {number} refused", "Заказ {number} отклонён", "Поръчка {number} е отхвърлена";
    REFUSED = "{firm} cannot take your order {number}.", "{firm} не может принять ваш заказ {number}.", "{firm} не може да приеме вашата поръчка {number}.";
    REFUSED_REASON = "Reason: {reason}", "Причина: {reason}", "Причина: {reason}";
    NO_LINE_LEFT = "No line was left in the order.", "В заказе не осталось ни одной строки.", "В поръчката не остана нито един ред.";
}
