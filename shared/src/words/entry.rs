//! Orders that staff enter and what they see beside an order; nothing here may reach the buyer's modules.

use super::Word;
use crate::orders::Source;
use crate::orders::odd::OddKind;

crate::words! {
    NEW_ORDER = "Enter an order", "Ввести заказ", "Въведи поръчка";
    NEW_ORDER_HINT = "From paper, a fax or the telephone", "С бумаги, факса или по телефону", "От хартия, факс или по телефона";
    FORM_OR_CUSTOMER = "Form number, or customer’s name or code", "Номер бланка либо название или код клиента", "Номер на бланката или име или код на клиента";
    FORM_OR_CUSTOMER_HINT = "The number stands in the form’s head and under its QR code; a scanner types it here by itself.",
        "Номер стоит в шапке бланка и под QR-кодом; сканер введёт его сюда сам.",
        "Номерът е в заглавието на бланката и под QR кода; скенерът го въвежда тук сам.";
    OR_FILE = "Or a filled-in sheet", "Или заполненная таблица", "Или попълнена таблица";
    FROM_FILE = "Lines from a filled-in sheet", "Строки из заполненной таблицы", "Редове от попълнена таблица";
    REPLACED = "The lines of the file stand in place of those before.", "Строки из файла заменили прежние.", "Редовете от файла замениха предишните.";
    OPEN = "Open", "Открыть", "Отвори";
    WHICH_CUSTOMER = "Which customer?", "Какой клиент?", "Кой клиент?";
    NO_SUCH_CUSTOMER = "No customer and no form is called that.", "Нет ни клиента, ни бланка с таким названием.", "Няма клиент или бланка с такова име.";
    ANOTHER = "Another form or customer", "Другой бланк или клиент", "Друга бланка или клиент";
    ON_FORM = "form {form}", "бланк {form}", "бланка {form}";
    ENDED = "The price list of this form is no longer in force: what is stored is judged by today’s prices, and where they rose the customer is asked.",
        "Прайс-лист этого бланка больше не действует: сохранённый заказ оценивается по сегодняшним ценам, а где они выросли, спросим клиента.",
        "Ценовата листа на тази бланка вече не е в сила: записаното се оценява по днешните цени, а където са се повишили, питаме клиента.";
    FORM_USED = "On this form there is already:", "По этому бланку уже есть:", "По тази бланка вече има:";
    SOURCE = "Came by", "Пришёл", "Дошла";
    RECEIVED_ON = "Received on", "Получен", "Получена на";
    LINES = "Lines", "Строки", "Редове";
    CODE_OR_NAME = "Code or name", "Код или название", "Код или име";
    ADD = "Add", "Добавить", "Добави";
    LINE_KEYS = "Enter goes on: code, quantity, next line. Ctrl+Enter stores the order.", "Enter ведёт дальше: код, количество, следующая строка. Ctrl+Enter сохраняет заказ.",
        "Enter води нататък: код, количество, следващ ред. Ctrl+Enter записва поръчката.";
    NOT_IN_LIST = "Nothing in this price list is called that.", "В этом прайс-листе такого нет.", "В тази ценова листа няма такова.";
    CHOOSE_ONE = "Choose one with the arrows and Enter.", "Выберите стрелками и нажмите Enter.", "Изберете със стрелките и натиснете Enter.";
    NO_PRODUCT_YET = "A quantity without a product: type its code or name.", "Количество без товара: введите код или название.", "Количество без стока: въведете код или име.";
    HOW_MUCH = "{code}: how much?", "{code}: сколько?", "{code}: колко?";
    STANDS_ALREADY = "{code} is in the order already: its quantity is marked.", "{code} уже в заказе: количество выделено.", "{code} вече е в поръчката: количеството е маркирано.";
    NOT_A_QUANTITY = "“{typed}” is no quantity.", "«{typed}» — не количество.", "„{typed}“ не е количество.";
    WILL_BE_REFUSED = "will be refused", "будет отклонено", "ще бъде отказано";
    TAKE = "{quantity} instead", "взять {quantity}", "вземи {quantity}";
    REMOVE = "Remove {code}", "Убрать {code}", "Махни {code}";
    REMOVE_HEAD = "Remove", "Убрать", "Махни";
    REMOVED = "{code} is out of the order.", "{code} убран из заказа.", "{code} е махнат от поръчката.";
    UNDO = "Undo", "Вернуть", "Върни";
    NO_LINES = "No lines yet.", "Строк пока нет.", "Още няма редове.";
    QUANTITY_OF = "Quantity of {code}", "Количество {code}", "Количество на {code}";
    SCANS = "Scan or photo of the paper", "Скан или фото бумаги", "Скан или снимка на хартията";
    SCANS_HINT = "PDF, JPEG, PNG, TIFF, WebP or GIF, up to 10 MB each; kept with the order.", "PDF, JPEG, PNG, TIFF, WebP или GIF до 10 МБ каждый; хранятся вместе с заказом.",
        "PDF, JPEG, PNG, TIFF, WebP или GIF до 10 MB всеки; пазят се с поръчката.";
    STORE = "Store the order", "Сохранить заказ", "Запиши поръчката";
    STORED = "Order {number} is stored.", "Заказ {number} сохранён.", "Поръчка {number} е записана.";
    NOT_ALL_SCANS = "Order {number} is stored, but not every scan was: add them on its page.", "Заказ {number} сохранён, но не все сканы: добавьте их на его странице.",
        "Поръчка {number} е записана, но не всички сканове: добавете ги на страницата ѝ.";
    KEPT = "What was being entered for {customer} is here again.", "Незаконченный ввод для {customer} восстановлен.", "Незавършеното въвеждане за {customer} е отново тук.";
    GONE = "No longer in the price list, and not taken over: {lines}", "Больше нет в прайс-листе, не перенесено: {lines}", "Вече не са в ценовата листа и не са пренесени: {lines}";
    FORGET = "Begin anew", "Начать заново", "Започни отначало";
    UNFINISHED = "Unfinished orders", "Незаконченные заказы", "Незавършени поръчки";
    PUT_AWAY = "Put away", "Убрать", "Прибери";
    FORGOTTEN = "The unfinished order is put away.", "Незаконченный заказ убран.", "Незавършената поръчка е прибрана.";
    // Beside an order.
    LOOK_AT = "Look before accepting", "Проверьте перед подтверждением", "Прегледайте преди приемане";
    LOOKED_AT = "Looked at", "Просмотрено", "Прегледано";
    LOOKED_AT_BY = "looked at by {who}, {when}", "просмотрено: {who}, {when}", "прегледано: {who}, {when}";
    TELL_AGAIN = "Tell again", "Показать снова", "Покажи пак";
    NOTHING_CHANGES = "These only warn: nothing in the order is changed by them.", "Это только предупреждения: в заказе они ничего не меняют.", "Това са само предупреждения: те не променят нищо в поръчката.";
    ORIGIN = "Where it came from", "Откуда заказ", "Откъде е поръчката";
    BY_MAILING = "Sent out with the mailing", "Бланк отправлен рассылкой", "Изпратена с разпращането";
    FORM = "Form", "Бланк", "Бланка";
    WHAT_WAS_READ = "What was read of the file", "Что прочитано из файла", "Какво е прочетено от файла";
    ADD_SCAN = "Add a scan or photo", "Добавить скан или фото", "Добави скан или снимка";
    SHEET_ROW = "Row", "Строка", "Ред";
    AS_WRITTEN = "As written", "Как написано", "Както е написано";
    DOUBLE = "Nearly the same lines as order {number}", "Почти те же строки, что в заказе {number}", "Почти същите редове като в поръчка {number}";
    MINIMUM = "Below the least order", "Меньше минимального заказа", "Под минималната поръчка";
    HIGH = "{code}: {quantity}, usually {beside}", "{code}: {quantity}, обычно {beside}", "{code}: {quantity}, обикновено {beside}";
    STOCK = "{code}: {quantity} ordered, {beside} in stock", "{code}: заказано {quantity}, на складе {beside}", "{code}: поръчани {quantity}, налични {beside}";
    PRICE = "{code}: the customer saw {shown}, the price is {price}", "{code}: клиент видел {shown}, цена {price}", "{code}: клиентът видя {shown}, цената е {price}";
    GROUP = "Never ordered from {name} before", "Раньше ничего не заказывали из {name}", "Никога досега не е поръчвано от {name}";
    MISSING = "{code}, usually {beside}, is not in it", "Нет {code}, обычно {beside}", "Липсва {code}, обикновено {beside}";
    // What was refused.
    FORM_MISTYPED = "A sign of the form’s number is wrong. Look at it again.", "В номере бланка ошибка в знаке. Проверьте его.", "Знак от номера на бланката е грешен. Проверете го.";
    FORM_UNKNOWN = "No such form was handed out here. Enter the order by the customer.", "Такой бланк здесь не выдавали. Введите заказ по клиенту.", "Такава бланка не е издавана тук. Въведете поръчката по клиента.";
    FORM_OF_ANOTHER = "That form was made for another customer.", "Этот бланк сделан для другого клиента.", "Тази бланка е направена за друг клиент.";
    AFTER_TODAY = "That day is still to come.", "Этот день ещё не наступил.", "Този ден още не е дошъл.";
    PAPER_TYPE = "That is no scan: PDF, JPEG, PNG, TIFF, WebP or GIF is wanted.", "Это не скан: нужен PDF, JPEG, PNG, TIFF, WebP или GIF.", "Това не е скан: нужен е PDF, JPEG, PNG, TIFF, WebP или GIF.";
    TOO_MANY_PAPERS = "An order keeps at most 20 scans.", "К заказу можно приложить не больше 20 сканов.", "Към поръчка се пазят най-много 20 скана.";
    NOT_ODD = "That is no longer so; it is shown as it stands now.", "Это уже не так; показано, как есть сейчас.", "Това вече не е така; показано е, както е сега.";
    STORED_ALREADY = "This order is stored already.", "Этот заказ уже сохранён.", "Тази поръчка вече е записана.";
    // How orders come in.
    BY_PAGE = "from the page", "со страницы", "от страницата";
    BY_SHEET = "from a sheet", "из таблицы", "от таблица";
    BY_MAIL = "by e-mail", "по электронной почте", "по електронна поща";
    BY_FAX = "by fax", "по факсу", "по факс";
    BY_POST = "by post", "по почте", "по пощата";
    BY_PHONE = "by telephone", "по телефону", "по телефона";
}

/// How an order came in, as a part of a sentence.
pub const fn source(source: Source) -> Word {
    match source {
        Source::Page => BY_PAGE,
        Source::Sheet => BY_SHEET,
        Source::Mail => BY_MAIL,
        Source::Fax => BY_FAX,
        Source::Post => BY_POST,
        Source::Phone => BY_PHONE,
    }
}

/// What is odd, with places for what it is about.
pub const fn odd(kind: OddKind) -> Word {
    match kind {
        OddKind::PossibleDouble => DOUBLE,
        OddKind::BelowMinimum => MINIMUM,
        OddKind::QuantityHigh | OddKind::QuantityLow => HIGH,
        OddKind::StockShort => STOCK,
        OddKind::PriceMoved => PRICE,
        OddKind::NewGroup => GROUP,
        OddKind::UsualMissing => MISSING,
    }
}

/// The words for an error's code.
pub fn problem(code: &str) -> Option<Word> {
    Some(match code {
        "form_mistyped" => FORM_MISTYPED,
        "form_unknown" => FORM_UNKNOWN,
        "form_of_another" => FORM_OF_ANOTHER,
        "after_today" => AFTER_TODAY,
        "paper_type" => PAPER_TYPE,
        "too_many_papers" => TOO_MANY_PAPERS,
        "not_odd" => NOT_ODD,
        "stored_already" => STORED_ALREADY,
        "unknown_customer" | "customer_needed" => NO_SUCH_CUSTOMER,
        _ => return None,
    })
}
