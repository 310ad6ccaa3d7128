//! Words for errors: what happened, what is safe, what to do. Keyed by the stable `code` of a problem document.

use super::Word;

crate::words! {
    NETWORK = "The server did not answer. What you typed is kept.", "Сервер не ответил. Введённое сохранено.", "Сървърът не отговори. Въведеното е запазено.";
    SIGN_IN = "Sign in first. What you typed is kept.", "Сначала войдите. Введённое сохранено.", "Първо влезте. Въведеното е запазено.";
    WRONG_CREDENTIALS = "Log-in and password do not match. Check Caps Lock and the keyboard's language.", "Логин и пароль не подходят друг к другу. Проверьте Caps Lock и раскладку.", "Потребителят и паролата не съвпадат. Проверете Caps Lock и езика на клавиатурата.";
    TOO_MANY_ATTEMPTS = "Too many attempts.", "Слишком много попыток.", "Твърде много опити.";
    NOT_FOUND = "There is no such page, or it is not yours.", "Такой страницы нет, или она не ваша.", "Няма такава страница или тя не е ваша.";
    FORBIDDEN = "This is not open to your role. Sign in as someone else.", "Это не открыто для вашей роли. Войдите под другим именем.", "Това не е достъпно за вашата роля. Влезте с друг потребител.";
    BUSY = "The server is busy. Nothing is lost.", "Сервер занят. Ничего не потеряно.", "Сървърът е зает. Нищо не е загубено.";
    DISK_FULL = "The server cannot store anything just now. What you typed is kept here.", "Сервер сейчас не может ничего сохранить. Введённое хранится здесь.", "Сървърът в момента не може да запази нищо. Въведеното се пази тук.";
    NOT_READY = "This is not ready yet.", "Это ещё не готово.", "Това още не е готово.";
    NO_PRICE_LIST = "No price list is published yet.", "Прайс-лист ещё не опубликован.", "Още няма публикувана ценова листа.";
    PRICES_HIDDEN = "Prices are shown after signing in.", "Цены видны после входа.", "Цените се виждат след вход.";
    TOO_LARGE = "This is too large for one request. Make it smaller.", "Это слишком много для одного запроса. Уменьшите объём.", "Това е твърде голямо за една заявка. Намалете го.";
    INVALID = "The server did not take this as it is. Check the fields.", "Сервер не принял это в таком виде. Проверьте поля.", "Сървърът не прие това в този вид. Проверете полетата.";
    CONFLICT = "This changed meanwhile. Load it again.", "Тем временем это изменилось. Загрузите заново.", "Междувременно това се промени. Заредете отново.";
    ORDER_EXISTS = "Another order was stored under this id. Look at your orders before sending again.", "Под этим номером уже сохранён другой заказ. Посмотрите свои заказы, прежде чем отправлять снова.", "Под този номер вече е записана друга поръчка. Вижте поръчките си, преди да изпратите пак.";
    WRONG_STATE = "The order is no longer in a state that allows this. Load it again.", "Состояние заказа этого уже не позволяет. Загрузите его заново.", "Състоянието на поръчката вече не го позволява. Заредете я отново.";
    INTERNAL = "Something failed at the server; nothing was changed.", "На сервере произошёл сбой; ничего не изменено.", "На сървъра възникна грешка; нищо не е променено.";
    UNREADABLE = "The server's answer could not be read. Load the page again.", "Ответ сервера не удалось прочитать. Обновите страницу.", "Отговорът на сървъра не може да бъде прочетен. Заредете страницата отново.";
    UNKNOWN_PRICE_LIST = "The firm no longer has this price list. The present one is being loaded; look at the prices and send again.", "Этого прайс-листа у фирмы больше нет. Загружается действующий; посмотрите цены и отправьте снова.", "Фирмата вече няма тази ценова листа. Зарежда се действащата; вижте цените и изпратете пак.";
    TOO_MANY_LINES = "The order has too many lines. Send it in two parts.", "В заказе слишком много строк. Отправьте его двумя частями.", "Поръчката има твърде много редове. Изпратете я на две части.";
    NOT_A_SHEET = "This is not an Excel workbook. Save it as XLSX or CSV.", "Это не книга Excel. Сохраните файл как XLSX или CSV.", "Това не е работна книга на Excel. Запазете файла като XLSX или CSV.";
    SHEET_OLD_FORMAT = "This is the Excel format of before 2007. Save it as XLSX or CSV.", "Это формат Excel до 2007 года. Сохраните файл как XLSX или CSV.", "Това е форматът на Excel отпреди 2007 г. Запазете файла като XLSX или CSV.";
    SHEET_ENCRYPTED = "The workbook is protected by a password. Save it without one.", "Книга защищена паролем. Сохраните её без пароля.", "Работната книга е защитена с парола. Запазете я без парола.";
    SHEET_FOREIGN = "The workbook contains macros or links to other files. Save it as XLSX without them.", "В книге есть макросы или ссылки на другие файлы. Сохраните её как XLSX без них.", "Работната книга съдържа макроси или връзки към други файлове. Запазете я като XLSX без тях.";
    SHEET_MISSING = "The workbook has no such sheet, or no visible one.", "В книге нет такого листа или нет ни одного видимого.", "В работната книга няма такъв лист или няма нито един видим.";
    SHEET_BEYOND = "The workbook is larger than what is read here. Split it, or remove what is not needed.", "Книга больше, чем здесь читается. Разделите её или уберите лишнее.", "Работната книга е по-голяма от това, което се чете тук. Разделете я или премахнете излишното.";
    SHEET_DAMAGED = "The workbook cannot be read. Open it in Excel or LibreOffice, save it again and repeat.", "Книгу не удаётся прочитать. Откройте её в Excel или LibreOffice, сохраните заново и повторите.", "Работната книга не може да бъде прочетена. Отворете я в Excel или LibreOffice, запазете я отново и повторете.";
    NOT_FAILED = "This is under way or done already; there is nothing to repeat. Load the list again.", "Это уже выполняется или выполнено, повторять нечего. Обновите список.", "Това вече се изпълнява или е изпълнено; няма какво да се повтори. Заредете списъка отново.";
    * WAIT_SECONDS = ["Try again in {n} second.", "Try again in {n} seconds."], ["Повторите через {n} секунду.", "Повторите через {n} секунды.", "Повторите через {n} секунд."], ["Опитайте след {n} секунда.", "Опитайте след {n} секунди."];
}

/// The sentence for a stable code; a code this page does not know is said in general terms.
pub fn by_code(code: &str) -> Word {
    match code {
        "network" => NETWORK,
        "sign_in" => SIGN_IN,
        "wrong_credentials" => WRONG_CREDENTIALS,
        "too_many_attempts" => TOO_MANY_ATTEMPTS,
        "not_found" => NOT_FOUND,
        "role" | "buyers_only" | "staff_only" | "csrf_header_missing" | "foreign_origin" => FORBIDDEN,
        "busy" | "timeout" | "database" => BUSY,
        "disk_full" => DISK_FULL,
        "no_price_list" => NO_PRICE_LIST,
        "prices_hidden" => PRICES_HIDDEN,
        "too_large" => TOO_LARGE,
        "internal" => INTERNAL,
        "unreadable" => UNREADABLE,
        "order_differs" => ORDER_EXISTS,
        "unknown_price_list" => UNKNOWN_PRICE_LIST,
        "too_many_lines" => TOO_MANY_LINES,
        "wrong_state" => WRONG_STATE,
        "changed_elsewhere" => CONFLICT,
        "not_a_sheet" => NOT_A_SHEET,
        "sheet_old_format" => SHEET_OLD_FORMAT,
        "sheet_encrypted" => SHEET_ENCRYPTED,
        "sheet_macros" | "sheet_external_links" => SHEET_FOREIGN,
        "sheet_missing" => SHEET_MISSING,
        "sheet_too_large" | "sheet_unpacked" | "sheet_rows" | "sheet_columns" | "sheet_cells" | "sheet_cell_text" | "sheet_memory" | "sheet_time" => {
            SHEET_BEYOND
        }
        "sheet_archive" | "sheet_unreadable" => SHEET_DAMAGED,
        "not_failed" => NOT_FAILED,
        code if code.ends_with("_not_ready") || code == "not_ready" => NOT_READY,
        _ => INVALID,
    }
}
