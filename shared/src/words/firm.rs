//! Set-up and settings. Staff only: nothing here may reach the buyer's module.

use super::Word;
use crate::presets::Country;
use crate::series::SeriesPreset;
use crate::settings::SettingsSection;
use crate::words;

words! {
    // First start.
    SET_UP = "Set up", "Первая настройка", "Първоначална настройка";
    SET_UP_LEAD = "One page, once: who administers, and what the firm is. Everything here can be changed later under Settings.", "Одна страница, заполняется один раз: кто администратор и что за фирма. Всё это потом можно изменить в настройках.", "Една страница, попълва се веднъж: кой е администраторът и каква е фирмата. Всичко може да се промени после в настройките.";
    SET_UP_NO_LINK = "This page opens with the link that kontor prints on its console. Copy the whole link, or print a new one with: kontor setup-link", "Эта страница открывается по ссылке, которую kontor печатает в консоли. Скопируйте ссылку целиком или получите новую: kontor setup-link", "Тази страница се отваря с връзката, която kontor отпечатва на конзолата. Копирайте цялата връзка или вземете нова с: kontor setup-link";
    LINK_ENDED = "This link was used, has expired or was replaced by a newer one. Print a new one on the server with: kontor setup-link", "Ссылка уже использована, истекла или заменена более новой. Получите новую на сервере: kontor setup-link", "Връзката е използвана, изтекла или заменена с по-нова. Вземете нова на сървъра с: kontor setup-link";
    ALREADY_SET_UP = "Somebody has set this up already. Sign in; an administrator can give you access.", "Настройка уже выполнена. Войдите; доступ может дать администратор.", "Настройката вече е направена. Влезте; администратор може да ви даде достъп.";
    LOGIN_TAKEN = "Somebody else has this log-in.", "Этот логин уже занят.", "Този потребител вече е зает.";
    TO_SIGN_IN = "To the sign-in page", "К странице входа", "Към страницата за вход";
    COUNTRY = "Where the firm is", "Где находится фирма", "Къде е фирмата";
    COUNTRY_HINT = "Fills in currency, VAT, time zone, languages and number series as usual there.", "Заполняет валюту, НДС, часовой пояс, языки и нумерацию так, как там принято.", "Попълва валутата, ДДС, часовата зона, езиците и номерацията, както е обичайно там.";
    RUSSIA = "Russia", "Россия", "Русия";
    BULGARIA = "Bulgaria", "Болгария", "България";
    EU = "Another country of the EU", "Другая страна ЕС", "Друга държава от ЕС";
    OTHER_COUNTRY = "Elsewhere", "Другая страна", "Другаде";
    ADMINISTRATOR = "The first administrator", "Первый администратор", "Първият администратор";
    LOGIN_EMAIL = "E-mail, which is the log-in", "Электронная почта — она же логин", "Имейл, който е и потребителското име";
    LOGIN_EMAIL_HINT = "Your own address: you sign in with it and get back in by it.", "Ваш собственный адрес: по нему вы входите и восстанавливаете доступ.", "Вашият собствен адрес: с него влизате и с него си връщате достъпа.";
    PASSWORD_BAD = "This password cannot be taken: it needs 8 to 256 characters.", "Такой пароль не подходит: нужно от 8 до 256 знаков.", "Тази парола не може да се приеме: нужни са от 8 до 256 знака.";
    SET_UP_NEXT = "The logo and a test message come next, under Settings.", "Логотип и пробное письмо — следующий шаг, в настройках.", "Логото и пробното писмо са следващата стъпка, в настройките.";
    MAIL_LATER = "Mail server (can wait)", "Почтовый сервер (можно позже)", "Пощенски сървър (може и после)";
    SET_UP_DO = "Set up the firm and sign in", "Настроить фирму и войти", "Настрой фирмата и влез";

    // The page.
    UNDO = "Undo", "Вернуть", "Върни";
    UNDO_NEWEST = "Undo the newest change: {section}", "Отменить последнее изменение: {section}", "Отмени последната промяна: {section}";
    UNDONE = "Undone: {section}.", "Отменено: {section}.", "Отменено: {section}.";
    SAVED_SECTION = "Saved: {section}.", "Сохранено: {section}.", "Запазено: {section}.";
    LOAD_AGAIN = "Load what changed", "Загрузить изменения", "Зареди промените";
    CHANGED_MEANWHILE = "Somebody else changed the settings meanwhile. Nothing of yours was saved; load what changed, look, and save again.", "Тем временем настройки изменил кто-то другой. Ваши изменения не сохранены: загрузите новые настройки, посмотрите и сохраните снова.", "Междувременно някой друг промени настройките. Вашите промени не са запазени; заредете новите настройки, вижте ги и запазете отново.";
    NOTHING_TO_UNDO = "There is nothing to undo.", "Отменять нечего.", "Няма какво да се отмени.";
    POSTED_STAY = "Documents already posted stay as they are.", "Уже проведённые документы не меняются.", "Вече издадените документи остават както са.";
    PART_FIRM = "Firm", "Фирма", "Фирма";
    PART_MONEY = "Money and VAT", "Деньги и НДС", "Пари и ДДС";
    PART_NUMBERS = "Numbers", "Нумерация", "Номера";
    PART_MAIL = "Mail", "Почта", "Поща";
    PART_SEGMENTS = "Segments", "Сегменты", "Сегменти";
    PART_PRICES = "Prices", "Цены", "Цени";
    PART_SIGN_UP = "Sign-up and privacy", "Регистрация и персональные данные", "Регистрация и лични данни";
    ADD_ROW = "Add a row", "Добавить строку", "Добави ред";
    REMOVE_ROW = "Remove row {n}", "Удалить строку {n}", "Махни ред {n}";
    REMOVE = "Remove", "Убрать", "Махни";

    // Firm.
    NAME = "Name of the firm", "Название фирмы", "Име на фирмата";
    NAME_HINT = "As it stands on documents, mails and at the top of every page.", "Как в документах, письмах и вверху каждой страницы.", "Както е в документите, писмата и най-горе на всяка страница.";
    ADDRESS = "Address", "Адрес", "Адрес";
    ADDRESS_HINT = "One line each, as on an envelope; documents print it under the name.", "Построчно, как на конверте; в документах печатается под названием.", "По редове, както на плик; в документите се отпечатва под името.";
    TAX_IDS = "Registration numbers", "Регистрационные номера", "Регистрационни номера";
    TAX_IDS_HINT = "Tax and company numbers with the label that documents give them; a row without a number is left out.", "Налоговые и регистрационные номера с подписью, как в документах; строка без номера пропускается.", "Данъчни и фирмени номера с надписа им в документите; ред без номер се пропуска.";
    BANK = "Bank accounts", "Банковские счета", "Банкови сметки";
    BANK_HINT = "What a customer needs to pay, row by row as the proforma shows it; put several accounts one under the other.", "То, что нужно клиенту для оплаты, построчно, как в счёте; несколько счетов — один под другим.", "Каквото трябва на клиента, за да плати, ред по ред както в проформата; няколко сметки – една под друга.";
    LABEL = "Label", "Подпись", "Надпис";
    VALUE = "Value", "Значение", "Стойност";
    EMAIL = "E-mail", "Электронная почта", "Имейл";
    EMAIL_HINT = "Shown to buyers; mails come from here unless Mail says otherwise.", "Показывается покупателям; письма уходят с него, если в разделе «Почта» не указано другое.", "Показва се на купувачите; писмата идват оттук, освен ако в „Поща“ не е казано друго.";
    PHONE = "Phone", "Телефон", "Телефон";
    PHONE_HINT = "Shown to buyers and on documents; may stay empty.", "Показывается покупателям и в документах; можно не указывать.", "Показва се на купувачите и в документите; може да остане празно.";
    ZONE = "Time zone", "Часовой пояс", "Часова зона";
    ZONE_HINT = "Decides which day an order or document belongs to; a name such as Europe/Sofia.", "Определяет, к какому дню относится заказ или документ; имя вида Europe/Moscow.", "Определя към кой ден се отнася поръчка или документ; име като Europe/Sofia.";
    LANG = "The firm’s language", "Язык фирмы", "Езикът на фирмата";
    LANG_HINT = "For readers who chose none, and customers of whom none is known.", "Для читателей, не выбравших язык, и клиентов, чей язык неизвестен.", "За читатели, които не са избрали, и клиенти, чийто език не се знае.";
    LANGS = "Languages offered", "Предлагаемые языки", "Предлагани езици";
    LANGS_HINT = "What the menu of every page lets readers choose; the firm’s own is always among them.", "Что можно выбрать в меню любой страницы; язык фирмы всегда среди них.", "Какво може да се избере в менюто на всяка страница; езикът на фирмата винаги е сред тях.";
    LOGO = "Logo", "Логотип", "Лого";
    LOGO_HINT = "PNG or JPEG, up to 512 KB and 2000 pixels a side; shown on pages and printed on documents posted from now on.", "PNG или JPEG до 512 КБ и 2000 пикселей по стороне; виден на страницах и печатается в документах, проведённых после этого.", "PNG или JPEG до 512 KB и 2000 пиксела на страна; вижда се на страниците и се отпечатва в документите, издадени оттук нататък.";
    LOGO_NOW = "The logo now", "Логотип сейчас", "Логото сега";

    // Money.
    CURRENCY = "Currency", "Валюта", "Валута";
    CURRENCY_HINT = "Of prices and documents, as three letters; a published price list keeps its own.", "Валюта цен и документов, три буквы; опубликованный прайс-лист сохраняет свою.", "На цените и документите, с три букви; публикувана ценова листа пази своята.";
    VAT_MODE = "Prices", "Цены", "Цени";
    VAT_MODE_HINT = "Whether the prices of the price list contain VAT.", "Содержат ли цены прайс-листа НДС.", "Дали цените в листата съдържат ДДС.";
    VAT_NET = "without VAT", "без НДС", "без ДДС";
    VAT_GROSS = "with VAT inside", "включая НДС", "с включен ДДС";
    VAT_METHOD = "VAT is rounded", "НДС округляется", "ДДС се закръгля";
    VAT_METHOD_HINT = "Once per rate on the sum is the European rule; on each line is Russian practice.", "Один раз по ставке от суммы — европейское правило; в каждой строке — российская практика.", "Веднъж за ставка върху сбора е европейското правило; на всеки ред – руската практика.";
    VAT_PER_RATE = "once per rate", "один раз по каждой ставке", "веднъж за всяка ставка";
    VAT_PER_LINE = "on each line", "в каждой строке", "на всеки ред";
    VAT_RATES = "VAT rates", "Ставки НДС", "Ставки на ДДС";
    VAT_RATES_HINT = "Each from its day until the next row of the same code; add a row when the law changes, and keep the old ones.", "Каждая действует со своего дня до следующей строки с тем же кодом; при изменении закона добавьте строку, старые оставьте.", "Всяка важи от своя ден до следващия ред със същия код; при промяна в закона добавете ред и оставете старите.";
    VAT_CODE = "Code", "Код", "Код";
    VAT_NAME = "Name", "Название", "Име";
    VAT_PERCENT = "Per cent", "Процент", "Процент";
    VALID_FROM = "From", "С какого дня", "От кой ден";
    DEFAULT_VAT = "Rate of goods that name none", "Ставка для товаров, у которых она не указана", "Ставка за стоки без посочена ставка";
    DEFAULT_VAT_HINT = "An import gives it to products whose file says nothing of VAT, by the day of the import.", "Импорт присваивает её товарам, для которых в файле нет НДС, по дню импорта.", "При внасяне се дава на стоки, за които файлът не посочва ДДС, според деня на внасянето.";
    VAT_TODAY = "In force today: {rates}", "Сегодня действуют: {rates}", "Днес са в сила: {rates}";

    // Numbers.
    SERIES_PROFORMA = "Proforma invoices", "Счета на оплату", "Проформа фактури";
    SERIES_ORDER = "Orders", "Заказы", "Поръчки";
    SERIES_HINT = "A number is given once, in order, when the document is posted; the next one goes on above what was given.", "Номер присваивается один раз, по порядку, при проведении; следующий всегда больше выданных.", "Номерът се дава веднъж, подред, при издаването; следващият е винаги над дадените.";
    SERIES_PRESET = "As usual in", "Как принято", "Както е обичайно";
    PRESET_RUSSIA = "Russia: from 1 each year", "Россия: каждый год с 1", "Русия: от 1 всяка година";
    PRESET_BULGARIA = "Bulgaria: ten digits, never again from 1", "Болгария: десять цифр, без возврата к 1", "България: десет цифри, без връщане към 1";
    PRESET_EU = "EU: with the year", "ЕС: с годом", "ЕС: с годината";
    PRESET_PLAIN = "Plain, never again from 1", "Обычная, без возврата к 1", "Обикновена, без връщане към 1";
    PRESET_OWN = "The firm’s own", "Своя", "Собствена";
    PREFIX = "Before the number", "Перед номером", "Пред номера";
    PREFIX_HINT = "Up to 20 characters; {yyyy}, {yy} and {mm} become the year and the month.", "До 20 знаков; {yyyy}, {yy} и {mm} становятся годом и месяцем.", "До 20 знака; {yyyy}, {yy} и {mm} стават годината и месеца.";
    WIDTH = "Digits", "Число цифр", "Брой цифри";
    WIDTH_HINT = "Shorter numbers get zeros in front.", "Короткие номера дополняются нулями впереди.", "По-късите номера получават нули отпред.";
    RESET = "Begins at 1 again", "Начинать снова с 1", "Започва отново от 1";
    RESET_HINT = "Bulgarian numbers never do; Russian ones each January.", "Болгарские номера — никогда; российские — каждый январь.", "Българските номера – никога; руските – всеки януари.";
    RESET_NEVER = "never", "никогда", "никога";
    RESET_YEARLY = "each year", "каждый год", "всяка година";
    RESET_MONTHLY = "each month", "каждый месяц", "всеки месец";
    BEGIN_WITH = "Go on with number", "Продолжить с номера", "Продължи с номер";
    BEGIN_HINT = "For a firm that moves in: the number after the last one of the old program. Empty: as it stands.", "При переходе с другой программы: номер, следующий за последним в ней. Пусто — как есть.", "При преминаване от друга програма: номерът след последния в нея. Празно – както е.";
    NEXT_NUMBER = "The next will be {number}", "Следующий будет {number}", "Следващият ще е {number}";

    // Mail.
    MAIL_ENVIRONMENT = "KONTOR_SMTP_URL names the mail server {server}, and it wins: what is set here is used once that variable is gone.", "KONTOR_SMTP_URL указывает почтовый сервер {server}, и он важнее: заданное здесь действует, когда этой переменной нет.", "KONTOR_SMTP_URL посочва пощенския сървър {server} и той има предимство: зададеното тук важи, когато тази променлива я няма.";
    MAIL_HOST = "Mail server", "Почтовый сервер", "Пощенски сървър";
    MAIL_HOST_HINT = "Its name, such as mail.example.com; empty: mails are written as files and nobody gets them.", "Его имя, например mail.example.com; пусто — письма пишутся в файлы и никому не уходят.", "Името му, например mail.example.com; празно – писмата се пишат във файлове и никой не ги получава.";
    MAIL_PORT = "Port", "Порт", "Порт";
    MAIL_PORT_HINT = "Empty: the usual one of the encryption.", "Пусто — обычный для выбранного шифрования.", "Празно – обичайният за шифроването.";
    MAIL_ENCRYPTION = "Encryption", "Шифрование", "Шифроване";
    MAIL_ENCRYPTION_HINT = "Your provider says which; without any, no password is sent to another machine.", "Какое — скажет провайдер; без шифрования пароль на другую машину не отправляется.", "Кое – казва доставчикът; без шифроване парола към друга машина не се изпраща.";
    ENCRYPTION_START = "STARTTLS (port 587)", "STARTTLS (порт 587)", "STARTTLS (порт 587)";
    ENCRYPTION_TLS = "TLS from the start (port 465)", "TLS с самого начала (порт 465)", "TLS от самото начало (порт 465)";
    ENCRYPTION_NONE = "none (port 25)", "нет (порт 25)", "няма (порт 25)";
    MAIL_USER = "Log-in at the mail server", "Логин на почтовом сервере", "Потребител в пощенския сървър";
    MAIL_USER_HINT = "Often the whole address; empty where the server asks for none.", "Часто это весь адрес; пусто, если сервер не спрашивает.", "Често целият адрес; празно, ако сървърът не пита.";
    MAIL_PASSWORD = "Password at the mail server", "Пароль на почтовом сервере", "Парола в пощенския сървър";
    MAIL_PASSWORD_KEPT = "One is kept, encrypted, and never shown; write here only to change it.", "Пароль сохранён в зашифрованном виде и не показывается; пишите сюда, только чтобы сменить его.", "Паролата е запазена шифрована и не се показва; пишете тук само за да я смените.";
    MAIL_PASSWORD_NONE = "Kept encrypted and never shown again.", "Хранится зашифрованным и больше не показывается.", "Пази се шифрована и повече не се показва.";
    MAIL_PASSWORD_DROP = "Forget the password that is kept", "Забыть сохранённый пароль", "Забрави запазената парола";
    MAIL_FROM = "Sender", "Отправитель", "Подател";
    MAIL_FROM_HINT = "Address mails come from; empty: the firm’s own.", "Адрес, с которого уходят письма; пусто — адрес фирмы.", "Адресът, от който идват писмата; празно – адресът на фирмата.";
    REPLY_TO = "Answers go to", "Ответы на адрес", "Отговори до";
    REPLY_TO_HINT = "Empty: to the sender.", "Пусто — отправителю.", "Празно – до подателя.";
    PER_HOUR = "Mails of mailings an hour", "Писем рассылок в час", "Писма от разпращания на час";
    PER_HOUR_HINT = "As many as your provider allows; empty: no limit. Mails about orders do not wait.", "Сколько разрешает провайдер; пусто — без ограничения. Письма о заказах не ждут.", "Колкото позволява доставчикът; празно – без ограничение. Писмата за поръчки не чакат.";
    PER_DOMAIN = "Of these to one domain", "Из них на один домен", "От тях към един домейн";
    PER_DOMAIN_HINT = "Large mail houses slow down who sends them more at once; empty: no limit.", "Крупные почтовые службы задерживают письма тех, кто шлёт слишком много сразу; пусто — без ограничения.", "Големите пощенски услуги бавят писмата на този, който праща твърде много наведнъж; празно – без ограничение.";
    UNCERTAIN = "Where nobody knows whether a mail arrived", "Если неизвестно, дошло ли письмо", "Когато не се знае дали писмо е пристигнало";
    UNCERTAIN_HINT = "For new mailings: a person decides, or it is sent again and a few may get it twice.", "Для новых рассылок: решает человек или письмо уходит снова, и кто-то может получить его дважды.", "За нови разпращания: решава човек или писмото се праща пак и някой може да го получи два пъти.";
    UNCERTAIN_HOLD = "a person decides", "решает человек", "решава човек";
    UNCERTAIN_RESEND = "send again", "отправить снова", "изпрати пак";
    TEST_TITLE = "Send a test message", "Отправить пробное письмо", "Изпрати пробно писмо";
    TEST_HINT = "Goes through the mail server as it is saved, at once; what the server answers stands below.", "Уходит сразу через сохранённый почтовый сервер; его ответы — ниже.", "Минава веднага през запазения пощенски сървър; отговорите му са отдолу.";
    TEST_TO = "To", "Кому", "До";
    TEST_DO = "Send", "Отправить", "Изпрати";
    TEST_GOES = "The mail server is being asked…", "Обращаемся к почтовому серверу…", "Обръщаме се към пощенския сървър…";
    TEST_SENT = "{server} took the message from {from}. Look whether it arrives, and not among the spam.", "{server} принял письмо от {from}. Проверьте, дошло ли оно и не попало ли в спам.", "{server} прие писмото от {from}. Вижте дали пристига и дали не е в спама.";
    TEST_SPOOLED = "There is no mail server, so the message is a file in {server}.", "Почтовый сервер не указан, поэтому письмо записано файлом в {server}.", "Няма пощенски сървър, затова писмото е записано като файл в {server}.";
    TEST_FAILED = "{server} did not take the message. The last answer says why.", "{server} не принял письмо. Причина — в последнем ответе.", "{server} не прие писмото. Причината е в последния отговор.";
    NO_SENDER = "The firm has no e-mail address to send from. Set one first.", "У фирмы нет адреса для отправки. Сначала укажите его.", "Фирмата няма адрес, от който да праща. Първо посочете адрес.";
    STEP_CONNECT = "Connection", "Соединение", "Връзка";
    STEP_ENCRYPT = "Encryption", "Шифрование", "Шифроване";
    STEP_SIGN_IN = "Log-in", "Вход", "Вход";
    STEP_SENDER = "Sender", "Отправитель", "Подател";
    STEP_RECIPIENT = "Recipient", "Получатель", "Получател";
    STEP_CONTENT = "Message", "Письмо", "Писмо";
    STEP_SPOOL = "File", "Файл", "Файл";
    STEP_OK = "good", "принято", "прието";
    STEP_BAD = "refused", "отказ", "отказ";
    STEP_TIME = "{n} ms", "{n} мс", "{n} мс";
    TEST_MAIL_SUBJECT = "Test message from {firm}", "Пробное письмо: {firm}", "Пробно писмо от {firm}";
    TEST_MAIL_TEXT = "This is a test message from {firm}. It was sent at {at} by {login}, to find out whether mail goes out.\r\n\r\nIt does.\r\n",
        "Это пробное письмо от {firm}. Его отправил пользователь {login} в {at}, чтобы проверить, уходит ли почта.\r\n\r\nПочта уходит.\r\n",
        "Това е пробно писмо от {firm}. Изпратено е от {login} в {at}, за да се провери дали пощата излиза.\r\n\r\nИзлиза.\r\n";

    // Segments.
    PERIOD = "Reporting period", "Отчётный период", "Отчетен период";
    PERIOD_HINT = "Orders within it decide whether a customer is regular.", "По заказам за него решается, постоянный ли клиент.", "По поръчките в него се решава дали клиентът е редовен.";
    MODE = "Which days", "Какие дни", "Кои дни";
    MODE_HINT = "The last complete one of the calendar, or as many days up to today.", "Последний полный календарный или столько же дней до сегодняшнего.", "Последният пълен календарен или толкова дни до днес.";
    REGULAR_FROM = "Orders that make a customer regular", "Постоянный клиент — от скольких заказов", "Редовен клиент – от колко поръчки";
    REGULAR_FROM_HINT = "Fewer make an irregular customer; empty: what is usual for the period.", "Если меньше — нерегулярный; пусто — обычное для периода.", "Ако са по-малко – нередовен; празно – обичайното за периода.";
    LAPSE = "Former without an order for", "Бывший, если заказов нет", "Бивш без поръчка за";
    LAPSE_HINT = "How long a customer who once bought may stay away.", "Как долго клиент, который покупал, может не заказывать.", "Колко време клиент, който е купувал, може да не поръчва.";
    LAPSE_SAME = "as long as the period", "столько же, сколько период", "колкото е периодът";

    // Prices.
    CUSTOMER_PRICES = "Price type of a new customer", "Тип цен нового клиента", "Вид цени на нов клиент";
    CUSTOMER_PRICES_HINT = "Given where an import or sign-up names none.", "Присваивается, если импорт или регистрация не называют другой.", "Дава се, когато внасяне или регистрация не посочва друг.";
    PAY_DAYS = "Days to pay", "Дней на оплату", "Дни за плащане";
    PAY_DAYS_HINT = "A proforma asks to be paid within them.", "Срок оплаты, который указывается в счёте.", "Срокът за плащане, посочен в проформата.";
    MINIMUM_ORDER = "Least amount of an order", "Минимальная сумма заказа", "Минимална сума на поръчка";
    MINIMUM_ORDER_HINT = "In the firm's currency, as the list shows prices. Customers see what is lacking; a smaller order is not taken from the page. Empty: any order is.", "В валюте фирмы, в тех же ценах, что в прайс-листе. Покупатель видит, сколько не хватает; меньший заказ со страницы не принимается. Пусто: принимается любой.", "Във валутата на фирмата, както са цените в листата. Купувачът вижда колко не достига; по-малка поръчка не се приема от страницата. Празно: приема се всяка.";
    NEW_DAYS = "Days a product counts as new", "Сколько дней товар — новинка", "Дни, в които стока е новост";
    NEW_DAYS_HINT = "After its first publication; the price list marks it.", "Считая от первой публикации; в прайс-листе такой товар отмечен.", "Считано от първото ѝ публикуване; в ценовата листа е отбелязана.";
    PUBLIC_OF_TYPE = "Prices of this type", "Цены этого типа", "Цени от този вид";
    PUBLIC_OF_TYPE_HINT = "The code your goods will be imported with, such as retail; types to choose from come with the first import.", "Код, с которым будут импортированы товары, например retail; выбор появится после первого импорта.", "Кодът, с който ще се внесат стоките, например retail; избор има след първото внасяне.";

    // Sign-up.
    SIGN_UP = "Sign-up by visitors", "Регистрация посетителей", "Регистрация на посетители";
    SIGN_UP_HINT = "A visitor may ask to become a customer; staff decide before anything can be ordered.", "Посетитель может подать заявку; заказывать он сможет, когда её одобрят сотрудники.", "Посетител може да подаде заявка; ще може да поръчва, след като служителите я одобрят.";
    SIGN_UP_OPEN = "Open", "Открыта", "Отворена";
    PRIVACY = "Privacy text in {language}", "Текст о персональных данных, {language}", "Текст за личните данни на {language}";
    PRIVACY_HINT = "What people agree to when they sign up. Each wording is kept with its version; empty: the program’s own text.", "С чем люди соглашаются при регистрации. Каждая редакция хранится со своей версией; пусто — текст программы.", "С какво се съгласяват хората при регистрация. Всяка редакция се пази с версията си; празно – текстът на програмата.";

    // What is refused, by stable code.
    NOT_SAVED = "Not saved. Correct this first:", "Не сохранено. Сначала исправьте:", "Не е запазено. Първо поправете:";
    BAD_LONG = "This is too long.", "Слишком длинно.", "Твърде дълго е.";
    BAD_CHARACTER = "This holds a character that cannot be printed.", "Здесь есть непечатаемый знак.", "Тук има непечатаем знак.";
    BAD_ROWS = "These are too many rows.", "Слишком много строк.", "Твърде много редове.";
    BAD_AMOUNT = "An amount such as 150 or 150.00, or nothing.", "Сумма вида 150 или 150,00 либо ничего.", "Сума като 150 или 150,00, или нищо.";
    BAD_NAME = "The firm needs a name: it stands on every document.", "Фирме нужно название: оно стоит в каждом документе.", "Посочете името на фирмата: то стои във всеки документ.";
    BAD_ADDRESS = "This is no e-mail address.", "Это не адрес электронной почты.", "Това не е имейл адрес.";
    BAD_ZONE = "There is no such time zone. Names look like Europe/Sofia.", "Такого часового пояса нет. Имена выглядят так: Europe/Moscow.", "Няма такава часова зона. Имената са като Europe/Sofia.";
    BAD_LANGS = "The firm’s own language must be among those offered.", "Язык фирмы должен быть среди предлагаемых.", "Езикът на фирмата трябва да е сред предлаганите.";
    BAD_DAY = "Give a day.", "Укажите день.", "Посочете ден.";
    BAD_VAT_CODE = "A code has 1 to 20 letters, digits, - or _.", "Код: от 1 до 20 букв, цифр, - или _.", "Кодът е от 1 до 20 букви, цифри, - или _.";
    BAD_VAT_NAME = "A name has 1 to 60 characters.", "Название: от 1 до 60 знаков.", "Името е от 1 до 60 знака.";
    BAD_PERCENT = "A percentage from 0 to 100, with at most two decimals.", "Процент от 0 до 100, не больше двух знаков после запятой.", "Процент от 0 до 100, най-много с два знака след запетаята.";
    BAD_VAT_TWICE = "The same code begins on this day already.", "Этот код уже начинается с этого дня.", "Същият код вече започва от този ден.";
    BAD_VAT_DEFAULT = "Choose one of the codes above.", "Выберите один из кодов выше.", "Изберете един от кодовете по-горе.";
    BAD_PREFIX = "At most 20 characters.", "Не больше 20 знаков.", "Най-много 20 знака.";
    BAD_WIDTH = "From 1 to 12 digits.", "От 1 до 12 цифр.", "От 1 до 12 цифри.";
    BAD_PLACE = "Only {yyyy}, {yy} and {mm} can stand in braces.", "В фигурных скобках могут стоять только {yyyy}, {yy} и {mm}.", "В скобите може да стои само {yyyy}, {yy} и {mm}.";
    BAD_REPEATS = "Numbers would repeat after the restart. Put the year into the prefix, {yyyy} or {yy}, and the month, {mm}, where it restarts monthly.", "При нумерации заново номера повторились бы. Добавьте в префикс год, {yyyy} или {yy}, а при ежемесячной — и месяц, {mm}.", "При започване отново от 1 номерата биха се повторили. Добавете отпред годината, {yyyy} или {yy}, а при месечно – и месеца, {mm}.";
    BAD_GOES_BACK = "The next number would not be above one that was given already. Change what stands before the number, or go on with a higher number.", "Следующий номер оказался бы не больше уже выданного. Измените то, что стоит перед номером, или продолжите с большего номера.", "Следващият номер не би бил по-голям от вече даден. Променете това, което стои пред номера, или продължете с по-голям номер.";
    BAD_BEGUN = "This series has given numbers already, so it goes on where it stands; jumping would leave a gap.", "Эта серия уже выдала номера и продолжается как есть; скачок оставил бы пропуск.", "Тази серия вече е дала номера и продължава оттам; скок би оставил празнина.";
    BAD_START = "A whole number from 1 to 999,999,999,999.", "Целое число от 1 до 999 999 999 999.", "Цяло число от 1 до 999 999 999 999.";
    BAD_HOST = "A name such as mail.example.com, without port or protocol.", "Имя вида mail.example.com, без порта и протокола.", "Име като mail.example.com, без порт и протокол.";
    BAD_CLEAR = "The password would go over the network in the clear. Choose an encryption.", "Пароль ушёл бы по сети в открытом виде. Выберите шифрование.", "Паролата би минала по мрежата в открит вид. Изберете шифроване.";
    BAD_NUMBER = "A whole number from {least} to {most}.", "Целое число от {least} до {most}.", "Цяло число от {least} до {most}.";
    BAD_PRICE_TYPE = "There is no such price type.", "Такого типа цен нет.", "Няма такъв вид цени.";
    BAD_LOGO = "This is no PNG or JPEG that can be printed.", "Это не PNG и не JPEG, который можно напечатать.", "Това не е PNG или JPEG, който може да се отпечата.";
    BAD_LOGO_SIZE = "The picture is too large: at most 512 KB and 2000 pixels a side.", "Изображение слишком большое: до 512 КБ и 2000 пикселей по стороне.", "Изображението е твърде голямо: до 512 KB и 2000 пиксела на страна.";
    BAD_CURRENCY = "Three capital letters, such as EUR.", "Три заглавные буквы, например EUR.", "Три главни букви, например EUR.";
}

/// The words for a refused setting, by its stable code.
pub fn problem(code: &str) -> Option<Word> {
    Some(match code {
        "no_reason" => super::segments::NO_REASON,
        "too_long" => BAD_LONG,
        "control_character" => BAD_CHARACTER,
        "too_many_rows" => BAD_ROWS,
        "bad_amount" => BAD_AMOUNT,
        "no_name" => BAD_NAME,
        "not_an_address" => BAD_ADDRESS,
        "unknown_zone" => BAD_ZONE,
        "langs" => BAD_LANGS,
        "not_a_day" => BAD_DAY,
        "vat_code" => BAD_VAT_CODE,
        "vat_name" => BAD_VAT_NAME,
        "vat_percent" => BAD_PERCENT,
        "vat_twice" => BAD_VAT_TWICE,
        "vat_default" => BAD_VAT_DEFAULT,
        "series_prefix" => BAD_PREFIX,
        "series_width" => BAD_WIDTH,
        "series_place" => BAD_PLACE,
        "series_repeats" => BAD_REPEATS,
        "series_goes_back" => BAD_GOES_BACK,
        "series_begun" => BAD_BEGUN,
        "series_start" => BAD_START,
        "mail_host" => BAD_HOST,
        "mail_in_the_clear" => BAD_CLEAR,
        "unknown_price_type" => BAD_PRICE_TYPE,
        "logo_not_a_picture" => BAD_LOGO,
        "logo_dimensions" | "logo_too_large" | "too_large" => BAD_LOGO_SIZE,
        "changed_elsewhere" => CHANGED_MEANWHILE,
        "nothing_to_undo" => NOTHING_TO_UNDO,
        "no_sender" => NO_SENDER,
        "link_ended" => LINK_ENDED,
        "already_set_up" => ALREADY_SET_UP,
        "login_taken" => LOGIN_TAKEN,
        "password" => PASSWORD_BAD,
        _ => return None,
    })
}

/// What a section of the settings is called.
pub const fn section(section: SettingsSection) -> Word {
    match section {
        SettingsSection::Firm => PART_FIRM,
        SettingsSection::Money => PART_MONEY,
        SettingsSection::Numbers => PART_NUMBERS,
        SettingsSection::Mail => PART_MAIL,
        SettingsSection::Segments => PART_SEGMENTS,
        SettingsSection::Prices => PART_PRICES,
        SettingsSection::SignUp => PART_SIGN_UP,
        SettingsSection::Logo => LOGO,
    }
}

/// The name of a country of the presets.
pub const fn country(country: Country) -> Word {
    match country {
        Country::Russia => RUSSIA,
        Country::Bulgaria => BULGARIA,
        Country::Eu => EU,
        Country::Other => OTHER_COUNTRY,
    }
}

/// What a preset of series is called.
pub const fn preset(preset: SeriesPreset) -> Word {
    match preset {
        SeriesPreset::Russia => PRESET_RUSSIA,
        SeriesPreset::Bulgaria => PRESET_BULGARIA,
        SeriesPreset::Eu => PRESET_EU,
        SeriesPreset::Plain => PRESET_PLAIN,
    }
}

/// What a step of a test message is called, by the word in JSON.
pub fn step(step: &str) -> Option<Word> {
    Some(match step {
        "connect" => STEP_CONNECT,
        "encrypt" => STEP_ENCRYPT,
        "sign_in" => STEP_SIGN_IN,
        "sender" => STEP_SENDER,
        "recipient" => STEP_RECIPIENT,
        "content" => STEP_CONTENT,
        "spool" => STEP_SPOOL,
        _ => return None,
    })
}
