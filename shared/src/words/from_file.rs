//! Words of the page that makes an order of a file or of pasted lines.

crate::words! {
    TITLE = "Order from a file", "Заказ из файла", "Поръчка от файл";
    DROP_HERE = "Drop the file to read the order in it", "Отпустите файл, чтобы прочитать заказ", "Пуснете файла, за да се прочете поръчката";
    NOT_CARRIED = "The browser has no room to take the file along. Open “Order from a file” and choose it there.", "Браузеру негде сохранить файл. Откройте «Заказ из файла» и выберите его там.", "Браузърът няма място да пренесе файла. Отворете „Поръчка от файл“ и го изберете там.";
    A_FILE = "A file", "Файл", "Файл";
    FILE_HINT = "The price list you filled in, or a table of your own: Excel, LibreOffice, CSV. It can be dropped anywhere on this page.", "Заполненный прайс-лист или своя таблица: Excel, LibreOffice, CSV. Файл можно перетащить в любое место страницы.", "Попълнената ценова листа или собствена таблица: Excel, LibreOffice, CSV. Файлът може да се пусне навсякъде на страницата.";
    LINES = "Lines", "Строки", "Редове";
    LINES_HINT = "One product a line: code and quantity, in either order. Cells copied from a spreadsheet can be pasted as they are.", "По товару в строке: код и количество в любом порядке. Ячейки из таблицы можно вставить как есть.", "По една стока на ред: код и количество в произволен ред. Клетки от таблица могат да се поставят, както са.";
    READ_LINES = "Read the lines", "Прочитать строки", "Прочети редовете";
    ADD_LINE = "Add the line", "Добавить строку", "Добави реда";
    READING = "Reading …", "Чтение…", "Чете се…";
    STOP = "Stop", "Остановить", "Спри";
    STOPPED = "Stopped. The order is as it was.", "Остановлено. Заказ не изменился.", "Спряно. Поръчката не е променена.";
    READER_DIED = "The file cannot be opened here: it is damaged, or needs too much memory. The order is as it was. Save the file anew as XLSX or CSV and try again.", "Файл здесь не открыть: он повреждён или требует слишком много памяти. Заказ не изменился. Сохраните файл заново как XLSX или CSV и повторите.", "Файлът не може да се отвори тук: повреден е или иска твърде много памет. Поръчката не е променена. Запазете го наново като XLSX или CSV и повторете.";
    TOO_SLOW = "Reading takes longer than a minute and was given up. The order is as it was.", "Чтение заняло больше минуты и прекращено. Заказ не изменился.", "Четенето продължи над минута и беше прекратено. Поръчката не е променена.";
    TOO_LARGE = "The file is larger than 32 MB. Save only the sheet with the order.", "Файл больше 32 МБ. Сохраните только лист с заказом.", "Файлът е над 32 MB. Запазете само листа с поръчката.";
    ENCRYPTED = "The file is protected by a password. Save it without one.", "Файл защищён паролем. Сохраните его без пароля.", "Файлът е защитен с парола. Запазете го без парола.";
    FOREIGN = "The file contains macros or links to other files. Save it as XLSX without them.", "В файле есть макросы или ссылки на другие файлы. Сохраните его как XLSX без них.", "Файлът съдържа макроси или връзки към други файлове. Запазете го като XLSX без тях.";
    NO_TABLE = "There is no table in this file. XLSX, XLS, ODS and CSV are read.", "В этом файле нет таблицы. Читаются XLSX, XLS, ODS и CSV.", "В този файл няма таблица. Четат се XLSX, XLS, ODS и CSV.";
    BEYOND = "The file is larger than what is read here. Remove what does not belong to the order.", "Файл больше, чем здесь читается. Уберите из него лишнее.", "Файлът е по-голям от това, което се чете тук. Махнете излишното.";
    DAMAGED = "The file cannot be read. Open it in Excel or LibreOffice, save it again and repeat.", "Файл не читается. Откройте его в Excel или LibreOffice, сохраните заново и повторите.", "Файлът не може да се прочете. Отворете го в Excel или LibreOffice, запазете го отново и повторете.";
    WHAT_WAS_READ = "What was read", "Что прочитано", "Какво е прочетено";
    FORM_OF = "form {form}", "бланк {form}", "бланка {form}";
    PRICES_OF = "prices of list {list}", "цены листа {list}", "цени от листа {list}";
    READ = "read", "прочитано", "прочетени";
    ACCEPTED = "accepted", "принято", "приети";
    CHANGED = "changed", "изменено", "променени";
    REFUSED = "not accepted", "не принято", "неприети";
    MENDED = "mended", "исправлено", "поправено";
    SHOW = "Show", "Показать", "Покажи";
    EVERY = "All", "Все", "Всички";
    ROW = "Row", "Строка", "Ред";
    IN_CELL = "In the file", "В файле", "Във файла";
    OUTCOME = "Outcome", "Итог", "Резултат";
    WHY = "Why, and what next", "Почему и что дальше", "Защо и какво следва";
    NOT_IN_LIST = "not in the price list", "нет в прайс-листе", "няма в ценовата листа";
    CODE_OF_ROW = "Code of row {row}", "Код строки {row}", "Код на ред {row}";
    QUANTITY_OF_ROW = "Quantity of row {row}", "Количество строки {row}", "Количество на ред {row}";
    SIMILAR = "Similar:", "Похожие:", "Подобни:";
    NOTHING_READ = "Nothing is ordered in it.", "В нём ничего не заказано.", "В него нищо не е поръчано.";
    ADD_UP = "What is in the order already stays; quantities of the same product add up.", "Что уже в заказе, останется; количества одного товара сложатся.", "Каквото вече е в поръчката, остава; количествата на една и съща стока се събират.";
    COPY_REFUSED = "Copy what was not accepted", "Скопировать непринятое", "Копирай неприетото";
    COPIED = "Copied. It can be pasted into a spreadsheet or a letter.", "Скопировано. Можно вставить в таблицу или письмо.", "Копирано. Може да се постави в таблица или писмо.";
    NOT_COPIED = "The browser does not let it be copied; it is saved as a file instead.", "Браузер не даёт скопировать; вместо этого сохранён файл.", "Браузърът не позволява копиране; вместо това е запазен файл.";
    FORGET = "Leave the order as it is", "Оставить заказ как есть", "Остави поръчката, както е";
    PUT_IN = "The lines are in the order.", "Строки взяты в заказ.", "Редовете са в поръчката.";
    COLUMNS = "Which columns hold what?", "Что в каких столбцах?", "Какво е в кои колони?";
    COLUMNS_OF = "Columns of “{sheet}”", "Столбцы листа «{sheet}»", "Колони на „{sheet}“";
    COLUMN_CODE = "Code or name", "Код или название", "Код или име";
    COLUMN_QUANTITY = "Quantity", "Количество", "Количество";
    COLUMN_FIRST = "First row of the order", "Первая строка заказа", "Първи ред на поръчката";
    CHOOSE = "choose", "выберите", "изберете";
    READ_AGAIN = "Read with these columns", "Прочитать по этим столбцам", "Прочети по тези колони";
    REMEMBERED = "The firm will remember these columns for tables like this one.", "Фирма запомнит эти столбцы для таких таблиц.", "Фирмата ще запомни тези колони за такива таблици.";
    NOT_REMEMBERED = "Read by these columns; they could not be remembered for the next time.", "Прочитано по этим столбцам; запомнить их на будущее не удалось.", "Прочетено по тези колони; не можаха да се запомнят за следващия път.";

    * PUT_LINES = ["Put {n} line into the order", "Put {n} lines into the order"], ["Взять {n} строку в заказ", "Взять {n} строки в заказ", "Взять {n} строк в заказ"], ["Вземи {n} ред в поръчката", "Вземи {n} реда в поръчката"];
    * ADD_LINES = ["Add {n} line to the order", "Add {n} lines to the order"], ["Добавить {n} строку к заказу", "Добавить {n} строки к заказу", "Добавить {n} строк к заказу"], ["Добави {n} ред към поръчката", "Добави {n} реда към поръчката"];
    * REPLACE_BY = ["Replace the order by {n} line", "Replace the order by {n} lines"], ["Заменить заказ {n} строкой", "Заменить заказ {n} строками", "Заменить заказ {n} строками"], ["Замени поръчката с {n} ред", "Замени поръчката с {n} реда"];
    * MORE = ["Show {n} more line", "Show {n} more lines"], ["Показать ещё {n} строку", "Показать ещё {n} строки", "Показать ещё {n} строк"], ["Покажи още {n} ред", "Покажи още {n} реда"];
}

/// The sentence for a file that is not opened, by its stable code.
pub fn refused(code: &str) -> super::Word {
    match code {
        "sheet_too_large" => TOO_LARGE,
        "sheet_encrypted" => ENCRYPTED,
        "sheet_macros" | "sheet_external_links" => FOREIGN,
        "not_a_sheet" | "sheet_missing" | "sheet_old_format" => NO_TABLE,
        "sheet_unpacked" | "sheet_rows" | "sheet_columns" | "sheet_cells" => BEYOND,
        "amount_too_large" => super::common::REASON_TOO_LARGE,
        _ => DAMAGED,
    }
}
