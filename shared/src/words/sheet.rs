//! Words of the workbook: price list, order form, order.

crate::words! {
    PRICE_LIST = "Price list", "Прайс-лист", "Ценова листа";
    PRICE_LIST_NO = "Price list no. {n}", "Прайс-лист № {n}", "Ценова листа № {n}";
    VALID_FROM = "valid from {from}", "действует с {from}", "валидна от {from}";
    VALID_BETWEEN = "valid from {from}, before {until}", "действует с {from}, до {until} (не включая)", "валидна от {from} до {until} (без този ден)";
    FORM_NO = "Form {id}", "Бланк {id}", "Бланка {id}";
    PRICES_NET = "prices in {currency}, without VAT", "цены в {currency}, без НДС", "цени в {currency}, без ДДС";
    PRICES_GROSS = "prices in {currency}, VAT included", "цены в {currency}, включая НДС", "цени в {currency} с включен ДДС";
    PART_OF_LIST = "A part of the list: {shown} of {all} goods", "Часть прайс-листа: позиций {shown} из {all}", "Част от ценовата листа: {shown} от {all} стоки";
    CUSTOMER_IS = "Customer: {name}", "Клиент: {name}", "Клиент: {name}";
    HOW_TO = "Fill in the blue column and send this file back.", "Заполните синий столбец и отправьте этот файл обратно.", "Попълнете синята колона и изпратете файла обратно.";
    HOW_TO_MAIL = "Fill in the blue column and send this file to {email}.", "Заполните синий столбец и отправьте этот файл на {email}.", "Попълнете синята колона и изпратете файла на {email}.";
    PRICE_FROM = "Price from {n}", "Цена от {n}", "Цена от {n}";
    PRICES_FROM = "Prices from a quantity on", "Цены от количества", "Цени според количеството";
    PRICE_FROM_IS = "from {n}: {price}", "от {n}: {price}", "от {n}: {price}";
    PACK = "Pack", "Кратно", "Опаковка";
    LEAST = "From", "Мин.", "Мин.";
    IN_STOCK = "In stock", "В наличии", "Наличност";
    YES = "yes", "да", "да";
    NO = "no", "нет", "не";
    GROUP = "Group", "Группа", "Група";
    ROW = "Row", "Строка", "Ред";
    VAT_AT = "VAT {rate}", "НДС {rate}", "ДДС {rate}";
    NET_TOTAL = "Net total", "Итого без НДС", "Общо без ДДС";
    GROSS_TOTAL = "Total with VAT", "Итого с НДС", "Общо с ДДС";
    PAGE_OF = "page {page} of {pages}", "стр. {page} из {pages}", "стр. {page} от {pages}";
    CONTENTS = "Contents and terms", "Содержание и условия", "Съдържание и условия";
    GROUPS = "Product groups", "Группы товаров", "Групи стоки";
    LINKS_LEFT_OUT = "Links lead to the first {n} groups; the filter finds the others.", "Ссылки ведут к первым {n} группам; остальные найдёт фильтр.", "Връзките водят към първите {n} групи; останалите се намират с филтъра.";
    TERMS = "Terms", "Условия", "Условия";
    NOTE = "Note", "Примечание", "Бележка";
    NOT_IN_LIST = "Ordered, but not in this price list", "Заказано, но нет в этом прайс-листе", "Поръчано, но липсва в тази ценова листа";
    QUANTITY_TITLE = "This quantity does not fit", "Количество не подходит", "Количеството не е подходящо";
    QUANTITY_HELP = "Enter a multiple of the pack, not less than the smallest quantity; leave the cell empty for no order. Columns “Pack” and “From” show both.",
        "Введите число, кратное столбцу «Кратно», не меньше столбца «Мин.»; если товар не нужен, оставьте ячейку пустой.",
        "Въведете число, кратно на колона „Опаковка“ и не по-малко от колона „Мин.“; ако не поръчвате, оставете клетката празна.";
    ORDER_NO = "Order no. {n}", "Заказ № {n}", "Поръчка № {n}";
    ORDERED_AT = "Ordered", "Дата заказа", "Дата на поръчката";
    STATE = "State", "Состояние", "Състояние";
    PO_NUMBER = "Your order number", "Ваш номер заказа", "Ваш номер на поръчка";
    WANTED_ON = "Wanted on", "Нужно к", "Желана дата";
    DELIVERY = "Delivery address", "Адрес доставки", "Адрес за доставка";
    COMMENT = "Comment", "Комментарий", "Коментар";
    OUTCOME = "Outcome", "Результат", "Резултат";
}
