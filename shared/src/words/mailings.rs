//! Words of the staff's pages about mailings and templates, and of the report of a mailing.

use super::Word;
use crate::mailings::{AudienceFault, MailingAction, MailingState, Policy};

crate::words! {
    MAILINGS = "Mailings", "Рассылки", "Разпращания";
    TEMPLATES = "Templates", "Шаблоны", "Шаблони";
    NEW_MAILING = "Write a mailing", "Создать рассылку", "Ново разпращане";
    NEW_TEMPLATE = "Write a template", "Создать шаблон", "Нов шаблон";
    NO_MAILINGS = "No mailings yet. The first one takes a template, an audience and a look at who gets what.",
        "Рассылок ещё нет. Для первой нужны шаблон, адресаты и взгляд на то, кто что получит.",
        "Още няма разпращания. За първото са нужни шаблон, получатели и поглед кой какво ще получи.";
    NO_TEMPLATES = "No templates yet.", "Шаблонов ещё нет.", "Още няма шаблони.";
    NAME = "Name", "Название", "Име";
    NAME_HINT = "For the firm's own eyes; readers do not see it.", "Видят только сотрудники, не читатели.", "Вижда се само от фирмата, не от читателите.";
    TOPIC = "What it is about", "О чём", "За какво е";
    TOPIC_HINT = "Readers can stop one topic and keep another.", "Читатель может отказаться от одной темы и оставить другую.", "Читателят може да спре една тема и да запази друга.";
    TEMPLATE = "Template", "Шаблон", "Шаблон";
    NO_TEMPLATE = "Not chosen", "Не выбран", "Не е избран";
    TEMPLATE_VERSION = "{name}, version {version}", "{name}, версия {version}", "{name}, версия {version}";
    VERSION_N = "Version {n}", "Версия {n}", "Версия {n}";
    VERSIONS = "Versions", "Версии", "Версии";
    SEGMENT = "Segment", "Сегмент", "Сегмент";
    ANY_SEGMENT = "Any", "Любой", "Всеки";
    STATE_DRAFT = "Draft", "Черновик", "Чернова";
    STATE_FROZEN = "Frozen", "Зафиксирована", "Фиксирано";
    STATE_RUNNING = "Being sent", "Отправляется", "Изпраща се";
    STATE_PAUSED = "Paused", "Приостановлена", "На пауза";
    STATE_DONE = "Done", "Завершена", "Завършено";
    STATE_CANCELLED = "Cancelled", "Отменена", "Отменено";
    ACT_FREEZE = "Freeze", "Зафиксировать", "Фиксирай";
    ACT_START = "Send", "Отправить", "Изпрати";
    ACT_PAUSE = "Pause", "Приостановить", "Пауза";
    ACT_RESUME = "Go on sending", "Продолжить", "Продължи";
    ACT_THAW = "Back to a draft", "Вернуть в черновики", "Върни в чернова";
    ACT_CANCEL = "Cancel the mailing", "Отменить рассылку", "Отмени разпращането";
    ACT_FINISH = "Finish", "Завершить", "Завърши";
    FREEZE_HINT = "Writes one message for each recipient and fixes the template's version and the price list. Nothing goes out yet.",
        "Создаёт по одному сообщению для каждого получателя и фиксирует версию шаблона и прайс-лист. Пока ничего не отправляется.",
        "Създава по едно съобщение за всеки получател и фиксира версията на шаблона и ценовата листа. Още нищо не се изпраща.";
    THAW_HINT = "Back to a draft removes the messages, none of which was sent, so that the mailing can be changed and frozen again.",
        "Возврат в черновики убирает сообщения — ни одно ещё не отправлено, — и рассылку можно изменить и зафиксировать снова.",
        "Връщането в чернова премахва съобщенията, нито едно от които не е изпратено; после разпращането може да се промени и да се фиксира отново.";
    THAWED = "The mailing is a draft again.", "Рассылка снова в черновиках.", "Разпращането отново е чернова.";
    FROZEN_DONE = "The list is frozen. Nothing goes out yet.", "Список зафиксирован. Пока ничего не отправляется.", "Списъкът е фиксиран. Още нищо не се изпраща.";
    START_COUNT = "How many messages go out? Write the number.", "Сколько сообщений уйдёт? Напишите число.", "Колко съобщения ще тръгнат? Напишете числото.";
    NOT_YOURS_TO_START = "A marketer or an administrator sends it.", "Отправит маркетолог или администратор.", "Изпраща маркетолог или администратор.";
    NOT_YOURS_TO_SEND = "A marketer or an administrator freezes and sends.", "Фиксируют и отправляют маркетолог или администратор.", "Фиксира и изпраща маркетолог или администратор.";
    FREEZING = "The messages are being written.", "Сообщения записываются.", "Съобщенията се записват.";
    PAUSED_BY_PROGRAM = "Paused by the program: {reason}", "Приостановлено программой: {reason}", "Спряно от програмата: {reason}";
    STEP_WRITE = "What", "Что", "Какво";
    STEP_AUDIENCE = "Who", "Кому", "На кого";
    STEP_PREVIEW = "Look", "Просмотр", "Преглед";
    STEP_SEND = "Freeze and send", "Фиксация и отправка", "Фиксиране и изпращане";
    SAVE_DRAFT = "Save", "Сохранить", "Запази";
    SAVED_DRAFT = "Saved.", "Сохранено.", "Запазено.";
    UNSAVED = "Not saved yet.", "Ещё не сохранено.", "Още не е запазено.";
    ATTACH = "Attach each reader's own price list (Excel)", "Приложить каждому его прайс-лист (Excel)", "Приложи на всеки неговата ценова листа (Excel)";
    POLICY = "If the line breaks while a message is under way", "Если связь прервётся во время отправки", "Ако връзката прекъсне по време на изпращане";
    POLICY_HOLD = "hold it until somebody decides", "отложить, пока не решит человек", "задръж, докато човек реши";
    POLICY_RESEND = "send it again", "отправить снова", "изпрати отново";
    AUDIENCE = "Audience", "Адресаты", "Получатели";
    SEGMENTS_LABEL = "Segments (none chosen: all)", "Сегменты (ничего не выбрано — все)", "Сегменти (без избор – всички)";
    CONDITIONS = "Conditions; all of them must hold", "Условия; должны выполняться все", "Условия; трябва да са изпълнени всички";
    CONDITIONS_KIND = "Condition", "Условие", "Условие";
    ADD_CONDITION = "Add a condition", "Добавить условие", "Добави условие";
    REMOVE = "Remove", "Убрать", "Премахни";
    NOTHING_TO_CHOOSE = "No customer has one: there is nothing to choose from.", "Ни у одного клиента этого нет: выбирать не из чего.", "Никой клиент няма такова: няма от какво да се избира.";
    COND_BOUGHT = "Bought", "Покупали", "Купували";
    COND_NOT_BOUGHT = "Did not buy", "Не покупали", "Не са купували";
    COND_AMOUNT = "Amount of orders", "Сумма заказов", "Сума на поръчките";
    COND_ORDERS = "Number of orders", "Число заказов", "Брой поръчки";
    COND_REGION = "Region", "Регион", "Регион";
    COND_COUNTRY = "Country", "Страна", "Държава";
    COND_LANGUAGE = "Language", "Язык", "Език";
    COND_MANAGER = "Manager", "Менеджер", "Мениджър";
    COND_PRICE_TYPE = "Price type", "Тип цен", "Вид цени";
    COND_BY_HAND = "Looked after by hand", "Ведутся вручную", "Водят се лично";
    COND_NEW = "New customers", "Новые клиенты", "Нови клиенти";
    GOODS_PRODUCT = "Product, by code", "Товар, по коду", "Стока, по код";
    GOODS_GROUP = "Product group", "Группа товаров", "Група стоки";
    WITHIN = "When", "Когда", "Кога";
    WITHIN_EVER = "at any time", "за всё время", "през цялото време";
    WITHIN_MONTHS = "in the last months", "за последние месяцы", "през последните месеци";
    WITHIN_DAYS = "in the last days", "за последние дни", "през последните дни";
    WITHIN_BETWEEN = "between two days", "между двумя датами", "между две дати";
    HOW_MANY = "How many", "Сколько", "Колко";
    FROM_DAY = "From", "С", "От";
    TO_DAY = "To", "По", "До";
    AT_LEAST = "At least", "Не меньше", "Поне";
    AT_MOST = "At most", "Не больше", "Най-много";
    CURRENCY = "Currency", "Валюта", "Валута";
    YES = "Yes", "Да", "Да";
    NO = "No", "Нет", "Не";
    COUNTED = "counted as of {day}", "на {day}", "към {day}";
    COUNTING = "Counting…", "Подсчёт…", "Броене…";
    WOULD_GO = "to send", "отправить", "за изпращане";
    SKIPPED_WHY = "Skipped, with the reason", "Пропущены, с причиной", "Пропуснати, с причина";
    NOBODY_SKIPPED = "Nobody is skipped.", "Никто не пропущен.", "Никой не е пропуснат.";
    PREVIEW_AS = "As {name} gets it", "Так письмо получит {name}", "Така писмото ще получи {name}";
    PREVIEW_NOBODY = "Nobody is in the audience.", "Адресатов нет.", "Няма получатели.";
    PREVIEW_SKIPPED = "Would be skipped: {reason}", "Будет пропущен: {reason}", "Ще бъде пропуснат: {reason}";
    PREVIEW_ERROR = "This copy cannot be written.", "Это письмо не составить.", "Това писмо не може да бъде съставено.";
    FIND_READER = "Find a reader", "Найти читателя", "Намери читател";
    PREVIOUS = "Previous", "Предыдущий", "Предишен";
    NEXT = "Next", "Следующий", "Следващ";
    N_OF_M = "{n} of {m}", "{n} из {m}", "{n} от {m}";
    AS_HTML = "HTML", "В HTML", "В HTML";
    AS_TEXT = "Text", "Текст", "Текст";
    MESSAGE_FRAME = "The message as HTML", "Письмо в HTML", "Писмото в HTML";
    ATTACHED = "Attached: {names}", "Вложения: {names}", "Прикачени: {names}";
    FROM = "From", "От кого", "От";
    TEST_NOWHERE = "No staff log-in and no address in the settings is an e-mail address.", "Ни один сотрудник не входит с адресом почты, и в настройках адреса нет.", "Никой служител не влиза с имейл адрес и в настройките няма такъв.";
    TO = "To", "Кому", "До";
    SUBJECT = "Subject", "Тема", "Тема";
    TEST_TO = "Send this copy to", "Отправить эту копию на", "Изпрати това копие на";
    TEST_SEND = "Send a test", "Отправить пробу", "Изпрати проба";
    TEST_SENT = "The test went to {address}: {answer}", "Проба отправлена на {address}: {answer}", "Пробата е изпратена на {address}: {answer}";
    TEST_HINT = "A log-in of the firm's staff or an address from its settings. No recipient's record is touched.",
        "Адрес, с которым входит сотрудник, или адрес из настроек фирмы. Записи получателей не затрагиваются.",
        "Адрес, с който влиза служител, или адрес от настройките на фирмата. Записите на получателите не се променят.";
    CHECKS = "Checks", "Проверки", "Проверки";
    CHECK_OK = "in order", "в порядке", "в ред";
    CHECK_STOPS = "stops the mailing", "не даёт отправить", "спира разпращането";
    CHECK_ADVICE = "look at it", "обратите внимание", "обърнете внимание";
    CHECK_TEMPLATE = "A template is chosen and in use", "Шаблон выбран и действует", "Шаблонът е избран и се използва";
    CHECK_RECIPIENTS = "Somebody gets it", "Есть кому отправлять", "Има на кого да се изпрати";
    CHECK_TEXTS = "It can be written in each reader's language", "Письмо составляется на языке каждого читателя", "Може да се напише на езика на всеки читател";
    CHECK_PUBLIC_URL = "Readers can reach the firm's page to unsubscribe", "Читатели могут открыть страницу отписки", "Читателите могат да отворят страницата за отписване";
    CHECK_SENDER = "The sender’s address is valid", "Адрес отправителя верен", "Адресът на подателя е верен";
    CHECK_PRICE_LIST = "A price list is in force", "Прайс-лист действует", "Има действаща ценова листа";
    CHECK_MAIL_SERVER = "A mail server is set; without one messages become files", "Почтовый сервер задан; без него сообщения станут файлами", "Пощенският сървър е зададен; без него съобщенията стават файлове";
    RECIPIENTS = "Recipients", "Получатели", "Получатели";
    NO_RECIPIENTS = "Nobody is found here.", "Здесь никого нет.", "Тук няма никого.";
    CONTACT = "Contact", "Контакт", "Лице за контакт";
    ADDRESS = "Address", "Адрес", "Адрес";
    CHANNEL = "Channel", "Канал", "Канал";
    CHANNEL_EMAIL = "e-mail", "эл. почта", "имейл";
    REASON = "Reason", "Причина", "Причина";
    SENT_AT = "Sent", "Отправлено", "Изпратено";
    ANSWER = "Answer of the other side", "Ответ другой стороны", "Отговор на другата страна";
    SAVE_XLSX = "Save as Excel", "Сохранить в Excel", "Запази като Excel";
    PRINT_PDF = "Report to print (PDF)", "Отчёт для печати (PDF)", "Отчет за печат (PDF)";
    REPORT_TITLE = "Mailing: {name}", "Рассылка: {name}", "Разпращане: {name}";
    REPORT_STARTED = "Sent from", "Отправка с", "Изпращане от";
    REPORT_FINISHED = "until", "до", "до";
    REPORT_PRICE_LIST = "Price list", "Прайс-лист", "Ценова листа";
    REPORT_FROZEN_BY = "Frozen", "Зафиксировал", "Фиксирал";
    REPORT_STARTED_BY = "Released", "Отправил", "Изпратил";
    REPORT_MADE = "Report made", "Отчёт составлен", "Отчетът е съставен";
    REPORT_TOTALS = "Totals", "Итоги", "Общо";
    REPORT_TOTAL = "Recipients in all", "Всего получателей", "Общо получатели";
    REPORT_CUT = "The first {n} of {all} recipients are printed; the Excel list has them all.",
        "Напечатаны первые {n} из {all}; полный список — в файле Excel.",
        "Отпечатани са първите {n} от {all}; пълният списък е във файла Excel.";
    SIGN_PREPARED = "Prepared by", "Составил", "Съставил";
    SIGN_APPROVED = "Approved by", "Утвердил", "Одобрил";
    SIGN_DATE = "Date, signature", "Дата, подпись", "Дата, подпис";
    PAGE = "Page {n} of {m}", "Страница {n} из {m}", "Страница {n} от {m}";
    EDIT = "Edit", "Изменить", "Промени";
    ARCHIVE = "Put aside", "В архив", "В архива";
    RESTORE = "Take back into use", "Вернуть в работу", "Върни в употреба";
    ARCHIVED = "put aside", "в архиве", "в архива";
    ARCHIVED_DONE = "The template was put aside.", "Шаблон убран в архив.", "Шаблонът е в архива.";
    RESTORED_DONE = "The template is in use again.", "Шаблон снова в работе.", "Шаблонът отново се използва.";
    UNDO = "Undo", "Отменить", "Върни";
    SHOW_ARCHIVED = "Show those put aside", "Показать архивные", "Покажи архивираните";
    LANGUAGE_TAB = "Language of the text", "Язык текста", "Език на текста";
    SUBJECT_HINT = "Seen whole on most telephones up to 60 characters.", "На большинстве телефонов видно до 60 знаков.", "На повечето телефони се виждат до 60 знака.";
    LETTER_HTML = "Letter (HTML)", "Письмо (HTML)", "Писмо (HTML)";
    LETTER_TEXT = "Letter (plain text)", "Письмо (простой текст)", "Писмо (обикновен текст)";
    TEXT_HINT = "For readers and programs that show no HTML; it says the same.", "Для тех, кто не видит HTML; говорит то же самое.", "За читатели и програми без HTML; казва същото.";
    NOTE = "What changed", "Что изменено", "Какво е променено";
    SAVE_VERSION = "Save as version {n}", "Сохранить как версию {n}", "Запази като версия {n}";
    SAVED_VERSION = "Saved as version {n}.", "Сохранено как версия {n}.", "Запазено като версия {n}.";
    OLD_VERSION = "You are looking at version {n}; saving makes it the newest again.", "Показана версия {n}; при сохранении она станет новейшей.", "Разглеждате версия {n}; при запис тя отново става най-новата.";
    PREVIEW_SAMPLE = "As an invented reader gets it", "Так письмо получит вымышленный читатель", "Така писмото ще получи измислен читател";
    PROBLEMS = "What to look at", "На что обратить внимание", "На какво да обърнете внимание";
    NO_PROBLEMS = "Nothing to complain of.", "Замечаний нет.", "Няма забележки.";
    LINE_N = "line {n}", "строка {n}", "ред {n}";
    PLACEHOLDERS = "What a letter can name", "Что можно вставить в письмо", "Какво може да се вмъкне в писмото";
    PLACEHOLDERS_HINT = "Write a name in double braces. Where some readers have none, give a fall-back: {example}. Lists of goods come with their prices for the reader; {if_example} leaves out the heading where the list is empty.",
        "Пишите имя в двойных скобках. Если у части читателей значения нет, дайте замену: {example}. Списки товаров выводятся с ценами читателя; {if_example} убирает заголовок, если список пуст.",
        "Пишете името в двойни скоби. Ако някои читатели нямат стойност, дайте замяна: {example}. Списъците със стоки излизат с цените на читателя; {if_example} маха заглавието, когато списъкът е празен.";
    PH_ALWAYS = "everybody has it", "есть у всех", "всички го имат";
    PH_SOMETIMES = "wants a fall-back", "нужна замена", "иска замяна";
    PH_GOODS = "list of goods, may be empty", "список товаров, бывает пуст", "списък със стоки, може да е празен";
    PH_LINK = "address", "адрес", "адрес";
    PROBLEM_EMPTY = "Nothing is written here", "Здесь ничего не написано", "Тук не е написано нищо";
    PROBLEM_TOO_LONG = "Too long", "Слишком длинно", "Твърде дълго";
    PROBLEM_SYNTAX = "Cannot be read", "Не читается", "Не може да се прочете";
    PROBLEM_UNDEFINED = "Names something that is empty", "Названо то, чего нет", "Назовава нещо празно";
    PROBLEM_TOO_MUCH = "Becomes too long or never ends", "Получается слишком длинно или без конца", "Става твърде дълго или безкрайно";
    PROBLEM_NOT_POSSIBLE = "Letters do not have this", "В письмах этого нет", "В писмата това го няма";
    PROBLEM_UNKNOWN_FILTER = "No such filter or function", "Такого фильтра или функции нет", "Няма такъв филтър или функция";
    PROBLEM_WRONG_USE = "Cannot be used like this", "Так использовать нельзя", "Не може да се използва така";
    PROBLEM_TOO_COMPLEX = "An expression is too long, or there are too many tags", "Слишком длинное выражение или слишком много тегов", "Твърде дълъг израз или твърде много тагове";
    PROBLEM_TOO_DEEP = "Too many elements inside each other, or a tag too long", "Слишком много вложенных элементов или слишком длинный тег", "Твърде много вложени елементи или твърде дълъг таг";
    PROBLEM_NO_TEXT = "The template has no text in this language", "В шаблоне нет текста на этом языке", "Шаблонът няма текст на този език";
    PROBLEM_NO_TEMPLATE = "No template is chosen", "Шаблон не выбран", "Не е избран шаблон";
    ENGINE_SAYS = "What the template engine says", "Сообщение шаблонизатора (по-английски)", "Съобщение на шаблонната система (на английски)";
    PROBLEM_UNKNOWN = "No such placeholder", "Такой вставки нет", "Няма такова поле";
    PROBLEM_NO_FALLBACK = "Some readers have none: give a fall-back", "У части читателей значения нет: дайте замену", "Някои читатели го нямат: дайте замяна";
    PROBLEM_NO_IF = "Leave it out where it is empty, with an if", "Уберите её условием if, когда она пуста", "Махнете го с if, когато е празно";
    PROBLEM_NO_UNSUBSCRIBE = "No link to unsubscribe", "Нет ссылки для отписки", "Няма връзка за отписване";
    PROBLEM_CONTROL = "Holds a line break or a control character", "Есть перевод строки или управляющий знак", "Има нов ред или управляващ знак";
    PROBLEM_SUBJECT_LONG = "The subject is long (characters)", "Тема длинная (знаков)", "Темата е дълга (знаци)";
    PROBLEM_EXCLAMATIONS = "Many exclamation marks look like spam", "Много восклицательных знаков похоже на спам", "Многото удивителни знаци приличат на спам";
    PROBLEM_CAPITALS = "Words in capitals look like spam", "Слова заглавными буквами похожи на спам", "Думи с главни букви приличат на спам";
    PROBLEM_FORBIDDEN = "Mails must not hold this", "В письме этого быть не должно", "В писмо това не може да стои";
    PROBLEM_BAD_LINK = "Not a whole address of the web or a mailbox", "Не полный адрес сайта или почты", "Не е цял адрес на сайт или поща";
    PROBLEM_PLAIN_LINK = "Not encrypted: use https", "Без шифрования: используйте https", "Без криптиране: използвайте https";
    PROBLEM_MISSING_LANGUAGE = "No text in this language", "Нет текста на этом языке", "Няма текст на този език";
    FAULT_TOO_MANY = "Too many conditions", "Слишком много условий", "Твърде много условия";
    FAULT_NO_VALUE = "Choose at least one value", "Выберите хотя бы одно значение", "Изберете поне една стойност";
    FAULT_TOO_MANY_VALUES = "50 values at most, each of 200 characters at most", "Не больше 50 значений, каждое не длиннее 200 знаков", "Най-много 50 стойности, всяка до 200 знака";
    FAULT_NO_GOODS = "Write the code of a product, or choose a group", "Напишите код товара или выберите группу", "Напишете кода на стоката или изберете група";
    FAULT_DAYS = "Give both days, the first not after the last", "Укажите обе даты, первую не позже последней", "Дайте двете дати, първата не след последната";
    FAULT_SPAN = "Give a number: 1 to 120 months, or 1 to 3660 days", "Укажите число: от 1 до 120 месяцев или от 1 до 3660 дней", "Дайте число: от 1 до 120 месеца или от 1 до 3660 дни";
    FAULT_NO_BOUND = "Give a least, a most or both", "Укажите нижнюю границу, верхнюю или обе", "Дайте долна граница, горна или и двете";
    FAULT_NOT_AN_AMOUNT = "This is not an amount in this currency", "Это не сумма в такой валюте", "Това не е сума в тази валута";
    FAULT_CROSSED = "The least is above the most", "Нижняя граница выше верхней", "Долната граница е над горната";
    WARN_UNKNOWN_PRODUCT = "No product has the code {value}", "Товара с кодом {value} нет", "Няма стока с код {value}";
    WARN_UNKNOWN_GROUP = "There is no product group {value}", "Группы товаров {value} нет", "Няма група стоки {value}";
    WARN_UNKNOWN_REGION = "No customer is in the region {value}", "В регионе {value} клиентов нет", "Няма клиенти в регион {value}";
    WARN_UNKNOWN_COUNTRY = "No customer is in the country {value}", "В стране {value} клиентов нет", "Няма клиенти в държава {value}";
    WARN_UNKNOWN_PRICE_TYPE = "There is no price type {value}", "Типа цен {value} нет", "Няма вид цени {value}";
    WARN_UNKNOWN_MANAGER = "There is no such manager", "Такого менеджера нет", "Няма такъв мениджър";
    WARN_IDLE_MANAGER = "{value} looks after no customer", "{value} не ведёт ни одного клиента", "{value} не обслужва нито един клиент";
    WARN_OTHER_CURRENCY = "Nothing was ever ordered in {value}", "Заказов в валюте {value} не было", "Няма поръчки във валута {value}";
    WAIT_SENDING_PAUSED = "Sending is stopped for everything; an administrator releases it.", "Отправка остановлена полностью; возобновить её может администратор.", "Изпращането е спряно изцяло; възобновява го администратор.";
    WAIT_MAIL_SERVER = "The firm's mail server is left alone for a while: it refused too often.", "Почтовому серверу фирмы пока ничего не передаём: он слишком часто отказывал.", "Временно не се изпраща през пощенския сървър на фирмата: отказвал е твърде често.";
    WAIT_DOMAIN_LIMIT = "{domain}: at most {limit} an hour", "{domain}: не больше {limit} в час", "{domain}: най-много {limit} на час";
    WAIT_LIMIT = "The firm's mail server: at most {limit} an hour", "Почтовый сервер фирмы: не больше {limit} в час", "Пощенският сървър на фирмата: най-много {limit} на час";
    WAIT_BREAKER = "{domain} refused too often and is left alone for a while", "{domain} слишком часто отказывал; временно не отправляем", "{domain} отказва твърде често; временно не се изпраща";
    WAIT_RETRY = "{domain} said later; tried again", "{domain} просит позже; попробуем снова", "{domain} отговаря „по-късно“; ще се опита отново";
    WAIT_NEXT = "next: {time}", "следующее: {time}", "следващото: {time}";
    WAIT_DONE = "The last goes out at the earliest: {time}.", "Последнее уйдёт не раньше: {time}.", "Последното ще тръгне най-рано: {time}.";
    WAIT_WHY = "What waits, and for what", "Что ждёт и чего", "Какво чака и защо";
    ERR_NOT_OWN_ADDRESS = "Tests go to log-ins of the firm's staff and addresses from its settings only.", "Пробы отправляют только на адреса, с которыми входят сотрудники, и на адреса из настроек фирмы.", "Проби се изпращат само до адресите, с които влизат служителите, и до адреси от настройките на фирмата.";
    ERR_ADDRESS_SUPPRESSED = "Nothing is sent to this address: it is suppressed.", "На этот адрес ничего не отправляется: он в списке запрета.", "До този адрес не се изпраща нищо: той е в списъка със забранени.";
    ERR_NO_READER = "Nobody is at this place any more. Look at the preview again.", "На этом месте уже никого нет. Откройте просмотр заново.", "На това място вече няма никого. Отворете прегледа отново.";
    ERR_ALREADY_SENT = "Something of it was sent or tried already; it can only be paused or cancelled.", "Часть сообщений уже отправлена или отправляется; рассылку можно только приостановить или отменить.", "Част от съобщенията вече са изпратени или опитани; разпращането може само да се спре или отмени.";
    OPEN_MESSAGE = "Open", "Открыть", "Отвори";
    MESSAGE_NOT_WRITTEN = "Nothing is written yet: the text is made when the message is about to be sent.",
        "Пока ничего не написано: текст составляется перед самой отправкой.",
        "Още нищо не е написано: текстът се съставя точно преди изпращането.";
    MESSAGE_SKIPPED = "Nothing was written to this person.", "Этому человеку ничего не писали.", "На този човек не е писано нищо.";
    ERR_TEMPLATE_REFUSED = "The template was not saved: something in it stops it. Look at the list.", "Шаблон не сохранён: что-то в нём мешает. Смотрите список.", "Шаблонът не е запазен: нещо в него пречи. Вижте списъка.";
    ERR_NAME_TAKEN = "Another template has this name.", "Другой шаблон уже так называется.", "Друг шаблон вече има това име.";
    ERR_NAME_MISSING = "Give it a name.", "Дайте название.", "Дайте име.";
    ERR_COUNT = "The number is another one. Look at the counts again.", "Число другое. Посмотрите на итоги ещё раз.", "Числото е друго. Погледнете отново.";
    ERR_NOT_READY = "Something stops the mailing. Look at the checks.", "Рассылке что-то мешает. Смотрите проверки.", "Нещо спира разпращането. Вижте проверките.";
    ERR_STATE = "The mailing is no longer in a state that allows this. Load it again.", "Состояние рассылки этого уже не позволяет. Загрузите её заново.", "Състоянието на разпращането вече не го позволява. Заредете го отново.";
    ERR_ADDRESS = "This is not an e-mail address.", "Это не адрес электронной почты.", "Това не е имейл адрес.";
    ERR_UNFIT = "A condition of the audience is not complete.", "Одно из условий не заполнено.", "Едно от условията не е попълнено.";
    ERR_SERVER = "The mail server did not take it.", "Почтовый сервер не принял письмо.", "Пощенският сървър не прие писмото.";
    ERR_WRITE = "This copy cannot be written; look at the preview.", "Это письмо не составить; смотрите просмотр.", "Това писмо не може да бъде съставено; вижте прегледа.";
    * MESSAGES_COUNT = ["{n} message", "{n} messages"], ["{n} сообщение", "{n} сообщения", "{n} сообщений"], ["{n} съобщение", "{n} съобщения"];
    * START_HINT = ["{n} message goes out as fast as the limits allow. You can pause at any moment.", "{n} messages go out as fast as the limits allow. You can pause at any moment."],
        ["{n} сообщение уйдёт так быстро, как позволяют ограничения. Приостановить можно в любой момент.", "{n} сообщения уйдут так быстро, как позволяют ограничения. Приостановить можно в любой момент.", "{n} сообщений уйдут так быстро, как позволяют ограничения. Приостановить можно в любой момент."],
        ["{n} съобщение ще тръгне толкова бързо, колкото позволяват ограниченията. Може да спрете по всяко време.", "{n} съобщения ще тръгнат толкова бързо, колкото позволяват ограниченията. Може да спрете по всяко време."];
    * WAITS = ["{n} message waits.", "{n} messages wait."], ["{n} сообщение ждёт.", "{n} сообщения ждут.", "{n} сообщений ждут."], ["{n} съобщение чака.", "{n} съобщения чакат."];
    * WAIT_MORE = ["and {n} more domain", "and {n} more domains"], ["и ещё {n} домен", "и ещё {n} домена", "и ещё {n} доменов"], ["и още {n} домейн", "и още {n} домейна"];
    * IN_AUDIENCE = ["in the audience", "in the audience"], ["адресат", "адресата", "адресатов"], ["получател", "получатели"];
    * WOULD_SKIP = ["skipped", "skipped"], ["пропущен", "пропущены", "пропущено"], ["пропуснат", "пропуснати"];
    * CUSTOMERS_COUNT = ["{n} customer", "{n} customers"], ["{n} клиент", "{n} клиента", "{n} клиентов"], ["{n} клиент", "{n} клиенти"];
}

pub const fn state(state: MailingState) -> Word {
    match state {
        MailingState::Draft => STATE_DRAFT,
        MailingState::Frozen => STATE_FROZEN,
        MailingState::Running => STATE_RUNNING,
        MailingState::Paused => STATE_PAUSED,
        MailingState::Done => STATE_DONE,
        MailingState::Cancelled => STATE_CANCELLED,
    }
}

pub const fn action(action: MailingAction) -> Word {
    match action {
        MailingAction::Freeze => ACT_FREEZE,
        MailingAction::Start => ACT_START,
        MailingAction::Pause => ACT_PAUSE,
        MailingAction::Resume => ACT_RESUME,
        MailingAction::Thaw => ACT_THAW,
        MailingAction::Cancel => ACT_CANCEL,
        MailingAction::Finish => ACT_FINISH,
    }
}

pub const fn policy(policy: Policy) -> Word {
    match policy {
        Policy::Hold => POLICY_HOLD,
        Policy::Resend => POLICY_RESEND,
    }
}

pub const fn fault(fault: AudienceFault) -> Word {
    match fault {
        AudienceFault::TooMany => FAULT_TOO_MANY,
        AudienceFault::NoValue => FAULT_NO_VALUE,
        AudienceFault::TooManyValues => FAULT_TOO_MANY_VALUES,
        AudienceFault::NoGoods => FAULT_NO_GOODS,
        AudienceFault::Days => FAULT_DAYS,
        AudienceFault::Span => FAULT_SPAN,
        AudienceFault::NoBound => FAULT_NO_BOUND,
        AudienceFault::NotAnAmount => FAULT_NOT_AN_AMOUNT,
        AudienceFault::Crossed => FAULT_CROSSED,
    }
}

/// The word for what a condition names that the firm does not have.
pub fn warning(code: &str) -> Option<Word> {
    Some(match code {
        "unknown_product" => WARN_UNKNOWN_PRODUCT,
        "unknown_group" => WARN_UNKNOWN_GROUP,
        "unknown_region" => WARN_UNKNOWN_REGION,
        "unknown_country" => WARN_UNKNOWN_COUNTRY,
        "unknown_price_type" => WARN_UNKNOWN_PRICE_TYPE,
        "unknown_manager" => WARN_UNKNOWN_MANAGER,
        "idle_manager" => WARN_IDLE_MANAGER,
        "other_currency" => WARN_OTHER_CURRENCY,
        _ => return None,
    })
}

/// The word for what holds messages up; places `domain` and `limit`.
pub fn held(reason: &str) -> Option<Word> {
    Some(match reason {
        "domain_limit" => WAIT_DOMAIN_LIMIT,
        "limit" => WAIT_LIMIT,
        "breaker" => WAIT_BREAKER,
        "retry" => WAIT_RETRY,
        _ => return None,
    })
}

/// The word for a check of a mailing; none for one this page does not know.
pub fn check(code: &str) -> Option<Word> {
    Some(match code {
        "template" => CHECK_TEMPLATE,
        "recipients" => CHECK_RECIPIENTS,
        "texts" => CHECK_TEXTS,
        "public_url" => CHECK_PUBLIC_URL,
        "sender" => CHECK_SENDER,
        "price_list" => CHECK_PRICE_LIST,
        "mail_server" => CHECK_MAIL_SERVER,
        _ => return None,
    })
}

/// The word for a problem of a template.
pub fn template_problem(code: &str) -> Option<Word> {
    Some(match code {
        "empty" => PROBLEM_EMPTY,
        "too_long" => PROBLEM_TOO_LONG,
        "syntax" => PROBLEM_SYNTAX,
        "undefined" => PROBLEM_UNDEFINED,
        "too_much" => PROBLEM_TOO_MUCH,
        "not_possible" => PROBLEM_NOT_POSSIBLE,
        "unknown_filter" => PROBLEM_UNKNOWN_FILTER,
        "wrong_use" => PROBLEM_WRONG_USE,
        "too_complex" => PROBLEM_TOO_COMPLEX,
        "too_deep" => PROBLEM_TOO_DEEP,
        "no_text" => PROBLEM_NO_TEXT,
        "no_template" => PROBLEM_NO_TEMPLATE,
        "unknown_placeholder" => PROBLEM_UNKNOWN,
        "no_fallback" => PROBLEM_NO_FALLBACK,
        "no_if" => PROBLEM_NO_IF,
        "no_unsubscribe" => PROBLEM_NO_UNSUBSCRIBE,
        "control_character" => PROBLEM_CONTROL,
        "subject_long" => PROBLEM_SUBJECT_LONG,
        "exclamations" => PROBLEM_EXCLAMATIONS,
        "capitals" => PROBLEM_CAPITALS,
        "forbidden_html" => PROBLEM_FORBIDDEN,
        "bad_link" => PROBLEM_BAD_LINK,
        "plain_link" => PROBLEM_PLAIN_LINK,
        "missing_language" => PROBLEM_MISSING_LANGUAGE,
        _ => return None,
    })
}

/// The sentence for a stable code of these pages.
pub fn problem(code: &str) -> Option<Word> {
    Some(match code {
        "template_refused" => ERR_TEMPLATE_REFUSED,
        "name_taken" => ERR_NAME_TAKEN,
        "name_missing" => ERR_NAME_MISSING,
        "count_differs" => ERR_COUNT,
        "mailing_not_ready" => ERR_NOT_READY,
        "mailing_state" | "changed_meanwhile" => ERR_STATE,
        "not_own_address" => ERR_NOT_OWN_ADDRESS,
        "address_suppressed" => ERR_ADDRESS_SUPPRESSED,
        "no_such_reader" => ERR_NO_READER,
        "already_sent" => ERR_ALREADY_SENT,
        "bad_address" => ERR_ADDRESS,
        "unfit_audience" => ERR_UNFIT,
        "mail_server_refused" => ERR_SERVER,
        "message_cannot_be_written" => ERR_WRITE,
        _ => return None,
    })
}
