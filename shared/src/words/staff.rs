//! Words of the staff's pages under /admin; nothing here may reach the buyer's module.

use super::Word;
use crate::api::Role;

crate::words! {
    // The frame of every staff page.
    NAV = "Sections", "Разделы", "Раздели";
    ORDERS = "Orders", "Заказы", "Поръчки";
    CUSTOMERS = "Customers", "Клиенты", "Клиенти";
    PRICE_LISTS = "Price lists", "Прайс-листы", "Ценови листи";
    IMPORTS = "Imports", "Импорт", "Внасяне";
    SEGMENTS = "Segments", "Сегменты", "Сегменти";
    MESSAGES = "Messages", "Письма", "Писма";
    SETTINGS = "Settings", "Настройки", "Настройки";
    JOBS = "Background work", "Фоновая работа", "Фонова работа";
    AUDIT = "Audit trail", "Журнал изменений", "Дневник на промените";
    OUTREACH = "Outreach", "Работа с клиентами", "Връзки с клиенти";
    HOUSE = "House", "Управление", "Управление";
    ROLE_BUYER = "buyer", "покупатель", "купувач";
    ROLE_SALES = "sales", "продажи", "продажби";
    ROLE_ACCOUNTANT = "accountant", "бухгалтер", "счетоводител";
    ROLE_MARKETER = "marketer", "маркетолог", "маркетолог";
    ROLE_ADMIN = "administrator", "администратор", "администратор";
    STAFF_SIGN_IN = "Staff", "Сотрудники", "Служители";
    BUYER_HERE = "You are signed in as a buyer. This part is for the firm’s staff; your price list and orders are on the buyers’ page.", "Вы вошли как покупатель. Этот раздел — для сотрудников фирмы; ваш прайс-лист и заказы — на странице для покупателей.", "Влезли сте като купувач. Тази част е за служителите на фирмата; вашата ценова листа и поръчките ви са на страницата за купувачи.";
    TO_BUYERS_PAGE = "Open the buyers’ page", "Открыть страницу для покупателей", "Към страницата за купувачи";
    NOT_YOURS = "Your role does not open this page. The sections you can use are in the menu.", "Ваша роль не открывает эту страницу. Доступные вам разделы — в меню.", "Вашата роля не отваря тази страница. Разделите, които можете да ползвате, са в менюто.";
    NO_SUCH_PAGE = "There is no such page. Choose a section in the menu.", "Такой страницы нет. Выберите раздел в меню.", "Няма такава страница. Изберете раздел от менюто.";
    SESSION_ENDED = "Your session has ended", "Сеанс закончился", "Сесията изтече";
    SESSION_ENDED_HINT = "Sign in again; everything on the page stays as you left it.", "Войдите снова; на странице всё останется как было.", "Влезте отново; всичко на страницата остава, както го оставихте.";
    // Shared by several pages.
    SHOW_MORE = "Show more", "Показать ещё", "Покажи още";
    CANCEL = "Cancel", "Отмена", "Отказ";
    SEARCH = "Search", "Найти", "Търси";
    ALL_OF_THEM = "All", "Все", "Всички";
    NONE = "None", "Нет", "Няма";
    SAVE_CSV = "Save as CSV", "Сохранить в CSV", "Запази като CSV";
    DEVICE_KEYS = "Single-letter keys", "Клавиши-буквы", "Клавиши с една буква";
    NOTHING_FOUND = "Nothing found for “{query}”.", "По запросу «{query}» ничего не найдено.", "Нищо не е намерено за „{query}“.";
    LOAD_FAILED = "This could not be loaded. Nothing was changed.", "Загрузить не удалось. Ничего не изменено.", "Не можа да се зареди. Нищо не е променено.";
    // Queue of orders.
    THOSE_CONFIRMED = "Confirmed", "Подтверждённые", "Потвърдени";
    THOSE_CLOSED = "Closed", "Закрытые", "Приключени";
    THOSE_REFUSED = "Refused", "Отклонённые", "Отхвърлени";
    THOSE_CANCELLED = "Cancelled", "Отменённые", "Анулирани";
    TO_ANSWER = "To answer", "Ждут ответа", "За отговор";
    OLDEST = "oldest {age}", "самый старый ждёт {age}", "най-старата чака {age}";
    GROUP_CONFIRM = "To confirm or refuse", "Подтвердить или отклонить", "За потвърждаване или отхвърляне";
    GROUP_WAITING = "Waiting for the customer", "Ждём клиента", "Чака се клиентът";
    GROUP_OTHER = "Answered", "С ответом", "С отговор";
    ORDER_SEARCH = "Number or customer", "Номер или клиент", "Номер или клиент";
    NO_ORDERS = "No orders here.", "Здесь заказов нет.", "Тук няма поръчки.";
    NO_WORK = "Every order is answered.", "На все заказы дан ответ.", "Всички поръчки имат отговор.";
    NO_WORK_HINT = "New ones appear here by themselves.", "Новые появятся здесь сами.", "Новите се появяват тук сами.";
    NEW_ORDERS = "Show the new orders", "Показать новые заказы", "Покажи новите поръчки";
    STATE = "State", "Состояние", "Състояние";
    RECEIVED = "Received", "Получен", "Получена";
    AGE = "Age", "Ждёт", "Чака от";
    PO_NUMBER = "Their order no.", "№ заказа у клиента", "№ при клиента";
    LINES_HEAD = "Lines", "Строк", "Редове";
    KEY_NEXT = "next, previous", "следующий, предыдущий", "следваща, предишна";
    KEY_OPEN = "open", "открыть", "отвори";
    KEY_CONFIRM = "confirm", "подтвердить", "потвърди";
    KEY_REFUSE = "refuse with a reason", "отклонить с причиной", "отхвърли с причина";
    NO_CUSTOMER = "No customer named", "Клиент не указан", "Без клиент";
    // One order.
    ORDER_TITLE = "Order {number}", "Заказ {number}", "Поръчка {number}";
    SOURCE_IMPORT = "imported", "импортирован", "внесена";
    ON_LIST = "on price list {version}", "по прайс-листу {version}", "по ценова листа {version}";
    SHOWN_PRICE = "Shown price", "Цена у клиента", "Показана цена";
    OUTCOME = "Outcome", "Итог", "Резултат";
    LINES_READ = "read", "прочитано", "прочетени";
    LINES_ACCEPTED = "accepted", "принято", "приети";
    LINES_CHANGED = "changed", "изменено", "променени";
    LINES_REFUSED = "refused", "отклонено", "отхвърлени";
    GOODS = "Goods", "Товары", "Стоки";
    WANTED_ON = "Wanted on", "К дате", "За дата";
    DELIVERY = "Delivery address", "Адрес доставки", "Адрес за доставка";
    COMMENT = "Comment", "Комментарий", "Коментар";
    ANSWER_TITLE = "Answer", "Ответ", "Отговор";
    CONFIRM = "Confirm", "Подтвердить", "Потвърди";
    REFUSE = "Refuse", "Отклонить", "Отхвърли";
    CONFIRM_HINT = "Confirming posts a proforma invoice in the customer’s language. Its number is taken at that moment and stays.", "Подтверждение проводит счёт на оплату на языке клиента. Номер присваивается сразу и навсегда.", "Потвърждаването издава проформа фактура на езика на клиента. Номерът се взема в този момент и остава.";
    CONFIRM_TITLE = "Confirm order {number}", "Подтвердить заказ {number}", "Потвърждаване на поръчка {number}";
    CONFIRMED_WITH = "Order {number} is confirmed. Proforma {proforma} is posted.", "Заказ {number} подтверждён. Счёт на оплату {proforma} проведён.", "Поръчка {number} е потвърдена. Издадена е проформа {proforma}.";
    REFUSE_TITLE = "Refuse order {number}", "Отклонить заказ {number}", "Отхвърляне на поръчка {number}";
    REFUSE_REASON = "Reason, as the buyer will read it", "Причина — её прочтёт покупатель", "Причина, каквато ще я прочете купувачът";
    REFUSE_EMPTY = "Write why: the buyer reads it.", "Напишите почему: это прочтёт покупатель.", "Напишете защо: купувачът ще го прочете.";
    REFUSED_DONE = "Order {number} is refused; the buyer sees the reason.", "Заказ {number} отклонён; покупатель видит причину.", "Поръчка {number} е отхвърлена; купувачът вижда причината.";
    CHANGED_MEANWHILE = "Someone answered this order meanwhile. It is shown as it stands now.", "Кто-то уже ответил на этот заказ. Показано, как он выглядит сейчас.", "Междувременно някой е отговорил на поръчката. Показана е, както е сега.";
    WAITS_FOR_BUYER = "Prices rose after the buyer saw them. The buyer answers line by line; until then the order waits.", "Цены выросли после того, как покупатель их увидел. Покупатель ответит по строкам, до тех пор заказ ждёт.", "Цените са се повишили, след като купувачът ги е видял. Той отговаря ред по ред; дотогава поръчката чака.";
    BELOW_LEAST = "This order is {amount} below the least order, and the buyer could not know: prices, goods or the least order changed after they saw the list. Confirm it as it is, or refuse it.", "До минимального заказа не хватает {amount}, и покупатель не мог этого знать: цены, товары или сам минимум изменились после того, как он видел прайс-лист. Подтвердите заказ как есть или отклоните.", "До минималната поръчка не достигат {amount}, а купувачът не е можел да знае: цените, стоките или самият минимум са се променили, след като е видял ценовата листа. Потвърдете поръчката, както е, или я отхвърлете.";
    NOTHING_TO_DO = "Nothing to do here now.", "Сейчас делать ничего не нужно.", "Сега няма какво да се прави.";
    DOCUMENTS = "Documents", "Документы", "Документи";
    PROFORMA = "Proforma invoice {number}", "Счёт на оплату {number}", "Проформа фактура {number}";
    OPEN_PDF = "Open the PDF", "Открыть PDF", "Отвори PDF";
    PDF_MADE = "The PDF is being made; it opens here in a moment.", "PDF готовится и скоро откроется здесь.", "PDF се изготвя и след малко ще се отваря оттук.";
    PDF_LATE = "The PDF takes longer than usual. The document itself is posted and safe.", "PDF готовится дольше обычного. Сам документ проведён и сохранён.", "PDF се бави повече от обичайното. Самият документ е издаден и запазен.";
    HISTORY = "What happened", "Что было", "Какво се случи";
    BY_BUYER = "buyer", "покупатель", "купувач";
    BY_STAFF = "staff", "сотрудник", "служител";
    BY_IMPORT = "import", "импорт", "внасяне";
    ALL_ORDERS = "All orders", "Все заказы", "Всички поръчки";
    // Customers.
    CUSTOMER_SEARCH = "Name or code", "Название или код", "Име или код";
    COUNTRY = "Country", "Страна", "Държава";
    ORDERS_HEAD = "Orders", "Заказов", "Поръчки";
    LAST_ORDER = "Last order", "Последний заказ", "Последна поръчка";
    SEGMENT = "Segment", "Сегмент", "Сегмент";
    NO_CUSTOMERS = "No customers yet.", "Клиентов пока нет.", "Още няма клиенти.";
    NO_CUSTOMERS_HINT = "They come in with an import of customers or orders.", "Они появятся после импорта клиентов или заказов.", "Идват с внасяне на клиенти или поръчки.";
    PEOPLE = "People", "Контакты", "Хора за контакт";
    NO_PEOPLE = "No contacts are known.", "Контакты неизвестны.", "Няма известни контакти.";
    FACTS = "Facts", "Сведения", "Данни";
    PRICE_TYPE = "Price type", "Тип цен", "Вид цени";
    LANGUAGE = "Language", "Язык", "Език";
    ALSO_IN = "Also seen in", "Встречается также", "Среща се и в";
    TURNOVER = "Turnover without VAT", "Оборот без НДС", "Оборот без ДДС";
    TIMELINE = "Timeline", "Лента событий", "Хронология";
    KIND_ORDER = "Order", "Заказ", "Поръчка";
    KIND_DOCUMENT = "Document", "Документ", "Документ";
    KIND_MESSAGE = "Message", "Письмо", "Писмо";
    TIMELINE_EMPTY = "Nothing has happened yet.", "Пока ничего не было.", "Още нищо не се е случило.";
    TIMELINE_NONE = "Nothing of this kind has happened.", "Такого не было.", "Такова не е имало.";
    TIMELINE_OLDER = "Older entries are not loaded yet; more of this kind may be among them.", "Более ранние записи ещё не загружены; среди них может быть и такое.", "По-старите записи още не са заредени; сред тях може да има и такива.";
    LOAD_OLDER = "Load older entries", "Загрузить более ранние", "Зареди по-старите";
    DOC_PROFORMA = "proforma invoice", "счёт на оплату", "проформа фактура";
    // Segments.
    AS_OF = "As of", "На дату", "Към дата";
    PERIOD = "Period", "Период", "Период";
    MODE = "Which days", "Какие дни", "Кои дни";
    REGULAR_FROM = "Regular from", "Постоянный от", "Редовен от";
    LAPSE = "Former without an order for", "Бывший, если нет заказов", "Бивш без поръчка за";
    COUNTED_DAYS = "Orders counted {days}", "Считаются заказы {days}", "Броят се поръчките {days}";
    AS_OF_DAY = "{customers} as of {day}", "{customers} на {day}", "{customers} към {day}";
    WHY = "Why", "Почему", "Защо";
    ORDERS_EVER = "Orders ever", "Заказов всего", "Поръчки общо";
    SEGMENT_EMPTY = "Nobody is in this segment.", "В этом сегменте никого нет.", "В този сегмент няма никого.";
    CSV_WHOLE = "Collecting the list", "Собираем список", "Събира се списъкът";
    BAD_DATE = "Give a day, such as 10 Dec 2011.", "Укажите день, например 10.12.2011.", "Посочете ден, например 10.12.2011.";
    // Imports.
    IMPORT_WHAT = "What to import", "Что импортировать", "Какво се внася";
    KIND_PRODUCTS = "Products and prices", "Товары и цены", "Стоки и цени";
    KIND_GROUPS = "Product groups", "Группы товаров", "Групи стоки";
    KIND_CUSTOMERS = "Customers", "Клиенты", "Клиенти";
    KIND_ORDERS = "Order history", "История заказов", "История на поръчките";
    FILE = "File", "Файл", "Файл";
    FILE_HINT = "CSV or XLSX, up to 32 MB; also packed as .gz or .zst. Separator, encoding and columns are found by themselves.", "CSV или XLSX до 32 МБ, в том числе .gz и .zst. Разделитель, кодировка и столбцы определяются сами.", "CSV или XLSX до 32 MB, също .gz и .zst. Разделителят, кодирането и колоните се разпознават сами.";
    ORDERS_HINT = "One file with a row per line of an order. A history in two files, headers and lines, goes in by the command line: kontor import orders HEADERS LINES.", "Один файл, строка на каждую позицию заказа. Историю в двух файлах, заголовки и строки, загружает командная строка: kontor import orders HEADERS LINES.", "Един файл с ред за всяка позиция от поръчка. История в два файла, заглавия и редове, се внася от командния ред: kontor import orders HEADERS LINES.";
    CURRENCY = "Currency", "Валюта", "Валута";
    CURRENCY_BAD = "Three capital letters, such as GBP.", "Три заглавные буквы, например GBP.", "Три главни букви, например GBP.";
    ADVANCED = "If the columns are not understood", "Если столбцы не распознаны", "Ако колоните не се разпознаят";
    MAP = "Columns by hand", "Столбцы вручную", "Колони на ръка";
    MAP_HINT = "One pair a line, field = column, or the name of a ready map. For example: code = Артикул", "По паре в строке, поле = столбец, или имя готовой схемы. Например: code = Артикул", "По една двойка на ред, поле = колона, или име на готова схема. Например: code = Артикул";
    CHOOSE_FILE = "Choose a file first.", "Сначала выберите файл.", "Първо изберете файл.";
    FILE_LARGE = "The file has {size}; at most 32 MB are taken. Nothing was sent. Split it, or pack it as .gz.", "В файле {size}; принимается до 32 МБ. Ничего не отправлено. Разделите его или упакуйте в .gz.", "Файлът е {size}; приемат се до 32 MB. Нищо не е изпратено. Разделете го или го опаковайте като .gz.";
    FILE_EMPTY = "The file is empty. Choose another.", "Файл пуст. Выберите другой.", "Файлът е празен. Изберете друг.";
    PREVIEW = "Preview", "Просмотреть", "Преглед";
    PREVIEW_OF = "Preview of {file}", "Просмотр: {file}", "Преглед на {file}";
    PREVIEW_SAFE = "Nothing is written yet.", "Пока ничего не записано.", "Още нищо не е записано.";
    RUN_IMPORT = "Import", "Импортировать", "Внеси";
    OTHER_FILE = "Choose another file", "Выбрать другой файл", "Избери друг файл";
    UPLOAD_BEGUN = "{file} is being sent.", "{file} отправляется.", "{file} се изпраща.";
    UPLOADING = "Sending {file}: {sent} of {total}", "Отправка {file}: {sent} из {total}", "Изпращане на {file}: {sent} от {total}";
    READING = "{file} is sent; the server is reading it.", "{file} отправлен, сервер его читает.", "{file} е изпратен; сървърът го чете.";
    WRITING = "{file} is sent; the server is importing it. You can leave this page: the result will be in the list below.", "{file} отправлен, идёт импорт. Страницу можно покинуть: результат будет в списке ниже.", "{file} е изпратен; внася се. Можете да напуснете страницата: резултатът ще е в списъка по-долу.";
    STOP = "Stop", "Остановить", "Спри";
    STOPPED = "Stopped. If sending was not finished, nothing was written; otherwise the list below shows the result.", "Остановлено. Если отправка не закончилась, ничего не записано; иначе результат — в списке ниже.", "Спряно. Ако изпращането не е завършило, нищо не е записано; иначе резултатът е в списъка по-долу.";
    EQ_READ = "read", "прочитано", "прочетени";
    EQ_CREATED = "created", "создано", "създадени";
    EQ_CHANGED = "changed", "изменено", "променени";
    EQ_UNCHANGED = "unchanged", "без изменений", "без промяна";
    EQ_REFUSED = "refused", "отклонено", "отхвърлени";
    HOW_READ = "How the file was understood", "Как понят файл", "Как е разбран файлът";
    REFUSALS = "Refused rows", "Отклонённые строки", "Отхвърлени редове";
    REFUSALS_FIRST = "The first {shown} of {all}", "Первые {shown} из {all}", "Първите {shown} от {all}";
    ROW = "Row", "Строка", "Ред";
    VALUE = "Value", "Значение", "Стойност";
    REASON = "Reason", "Причина", "Причина";
    IMPORT_DONE = "Imported.", "Импорт завершён.", "Внесено е.";
    NOTHING_NEW = "The file says nothing new; importing it changes nothing.", "В файле нет ничего нового; импорт ничего не изменит.", "Във файла няма нищо ново; внасянето не променя нищо.";
    SHOPS_TITLE = "The file holds prices of several shops", "В файле цены нескольких магазинов", "Във файла има цени на няколко магазина";
    SHOPS_HINT = "Choose one; nothing is written before you do.", "Выберите один; до этого ничего не записывается.", "Изберете един; дотогава нищо не се записва.";
    SHOP = "Shop", "Магазин", "Магазин";
    TAKE_SHOP = "Preview with this shop", "Просмотреть с этим магазином", "Преглед с този магазин";
    SHOPS_ALL = "Make every shop a price type", "Сделать каждый магазин типом цен", "Всеки магазин да е вид цени";
    IMPORT_EMPTY = "The file is empty. Nothing was imported; choose another.", "Файл пуст. Ничего не импортировано; выберите другой.", "Файлът е празен. Нищо не е внесено; изберете друг.";
    IMPORT_NO_ROWS = "The file has a header and no rows below it. Nothing was imported.", "В файле есть заголовок, но нет строк. Ничего не импортировано.", "Във файла има заглавен ред, но няма редове под него. Нищо не е внесено.";
    IMPORT_WRONG_TYPE = "This is not a table. Nothing was imported; save it as CSV or XLSX.", "Это не таблица. Ничего не импортировано; сохраните файл как CSV или XLSX.", "Това не е таблица. Нищо не е внесено; запазете файла като CSV или XLSX.";
    IMPORT_ENCODING = "The letters in the file cannot be read. Nothing was imported; save it as UTF-8.", "Буквы в файле не читаются. Ничего не импортировано; сохраните его в UTF-8.", "Буквите във файла не се четат. Нищо не е внесено; запазете го като UTF-8.";
    IMPORT_COLUMNS = "A needed column was not found. Nothing was imported; name the columns by hand below.", "Не найден нужный столбец. Ничего не импортировано; назовите столбцы вручную ниже.", "Не е намерена нужна колона. Нищо не е внесено; назовете колоните на ръка по-долу.";
    IMPORT_OPTION = "What was set by hand cannot be read. Nothing was imported; correct it.", "Заданное вручную не удалось прочитать. Ничего не импортировано; исправьте.", "Зададеното на ръка не може да се прочете. Нищо не е внесено; поправете го.";
    IMPORT_TOO_LARGE = "The file is too large. Nothing was imported; split it, or pack it as .gz.", "Файл слишком большой. Ничего не импортировано; разделите его или упакуйте в .gz.", "Файлът е твърде голям. Нищо не е внесено; разделете го или го опаковайте като .gz.";
    IMPORT_UNREADABLE = "The file cannot be opened safely. Nothing was imported; save it anew as CSV.", "Файл нельзя безопасно открыть. Ничего не импортировано; сохраните его заново как CSV.", "Файлът не може да се отвори безопасно. Нищо не е внесено; запазете го наново като CSV.";
    NOT_A_SHEET = "This is not an Excel workbook. Nothing was imported. Save it as XLSX or CSV.", "Это не книга Excel. Ничего не импортировано. Сохраните файл как XLSX или CSV.", "Това не е работна книга на Excel. Нищо не е внесено. Запазете файла като XLSX или CSV.";
    SHEET_ENCRYPTED = "The workbook is protected by a password. Nothing was imported. Save it without one.", "Книга защищена паролем. Ничего не импортировано. Сохраните её без пароля.", "Работната книга е защитена с парола. Нищо не е внесено. Запазете я без парола.";
    SHEET_FOREIGN = "The workbook contains macros or links to other files. Nothing was imported. Save it as XLSX without them.", "В книге есть макросы или ссылки на другие файлы. Ничего не импортировано. Сохраните её как XLSX без них.", "Работната книга съдържа макроси или връзки към други файлове. Нищо не е внесено. Запазете я като XLSX без тях.";
    SHEET_MISSING = "The workbook has no such sheet, or no visible one. Nothing was imported.", "В книге нет такого листа или нет ни одного видимого. Ничего не импортировано.", "В работната книга няма такъв лист или няма нито един видим. Нищо не е внесено.";
    SHEET_BEYOND = "The workbook is larger than what is read here. Nothing was imported. Split it, or remove what is not needed.", "Книга больше, чем здесь читается. Ничего не импортировано. Разделите её или уберите лишнее.", "Работната книга е по-голяма от това, което се чете тук. Нищо не е внесено. Разделете я или премахнете излишното.";
    SHEET_DAMAGED = "The workbook cannot be read. Nothing was imported. Open it in Excel or LibreOffice, save it again and repeat.", "Книгу не удаётся прочитать. Ничего не импортировано. Откройте её в Excel или LibreOffice, сохраните заново и повторите.", "Работната книга не може да бъде прочетена. Нищо не е внесено. Отворете я в Excel или LibreOffice, запазете я отново и повторете.";
    SHEET_OLD_FORMAT = "This is the Excel format of before 2007. Nothing was imported. Save it as XLSX or CSV.", "Это формат Excel до 2007 года. Ничего не импортировано. Сохраните файл как XLSX или CSV.", "Това е форматът на Excel отпреди 2007 г. Нищо не е внесено. Запазете файла като XLSX или CSV.";
    IMPORT_BUSY = "Another import is running. Nothing was imported; wait for its end and try again.", "Идёт другой импорт. Ничего не импортировано; дождитесь его конца и повторите.", "Върви друго внасяне. Нищо не е внесено; изчакайте края му и опитайте пак.";
    IMPORT_LOST = "The connection broke. If the file had been sent whole, the import goes on: look at the list below.", "Связь прервалась. Если файл был отправлен целиком, импорт продолжается: смотрите список ниже.", "Връзката прекъсна. Ако файлът е бил изпратен целият, внасянето продължава: вижте списъка по-долу.";
    IMPORT_HISTORY = "Imports so far", "Прежние импорты", "Досегашни внасяния";
    NO_IMPORTS = "Nothing has been imported yet.", "Импортов пока не было.", "Още нищо не е внасяно.";
    STARTED = "Started", "Начат", "Започнато";
    WHAT = "What", "Что", "Какво";
    FILES = "Files", "Файлы", "Файлове";
    IMPORT_RUNNING = "running", "идёт", "върви";
    IMPORT_OK = "done", "готово", "готово";
    IMPORT_FAILED = "failed", "не удался", "неуспешно";
    FAILED_SAFE = "The import failed; nothing of it was made visible. Preview the file again, or see the audit trail.", "Импорт не удался; ничего из него не вступило в силу. Просмотрите файл снова или загляните в журнал.", "Внасянето не успя; нищо от него не е станало видимо. Прегледайте файла отново или вижте дневника.";
    FAILED_PART = "The import failed; what was taken before that stays. Import the same file again: it takes the rest.", "Импорт не удался; принятое до этого остаётся. Импортируйте тот же файл снова: примется остальное.", "Внасянето не успя; приетото дотогава остава. Внесете същия файл отново: ще се приеме останалото.";
    ONE_IMPORT = "Import of {when}", "Импорт {when}", "Внасяне от {when}";
    ALL_IMPORTS = "All imports", "Все импорты", "Всички внасяния";
    // Price lists.
    PUBLISH_TITLE = "Publish the next version", "Опубликовать новую версию", "Публикуване на нова версия";
    PUBLISH_HINT = "A version is made from the catalogue as it stands. It cannot be changed afterwards, only followed by another.", "Версия делается из каталога, как он есть. Изменить её потом нельзя, можно только выпустить следующую.", "Версията се прави от каталога, какъвто е. После не може да се променя, само да бъде последвана от друга.";
    VALID_FROM = "Valid from", "Действует с", "В сила от";
    NOTE = "Note", "Примечание", "Бележка";
    PUBLISH = "Publish version {version}", "Опубликовать версию {version}", "Публикувай версия {version}";
    PUBLISHING = "Publishing. This takes a few seconds.", "Публикация. Это займёт несколько секунд.", "Публикува се. Отнема няколко секунди.";
    PUBLISHED = "Version {version} is published.", "Версия {version} опубликована.", "Версия {version} е публикувана.";
    PUBLISH_PAST = "A version cannot begin in the past. Choose today or a later day.", "Версия не может начинаться в прошлом. Выберите сегодня или позже.", "Версията не може да започне в миналото. Изберете днес или по-късен ден.";
    PUBLISH_NOTHING = "There is nothing to publish: no goods on sale have a group and a price. Import goods and prices first.", "Публиковать нечего: нет товаров в продаже с группой и ценой. Сначала импортируйте товары и цены.", "Няма какво да се публикува: няма стоки в продажба с група и цена. Първо внесете стоки и цени.";
    PUBLISH_TOO_LARGE = "The list has more goods or prices than a page can open. Nothing is published; take goods out of sale or drop prices from a quantity on.", "В прайс-листе больше товаров или цен, чем может открыть страница. Ничего не опубликовано; снимите товары с продажи или уберите цены от количества.", "В ценовата листа има повече стоки или цени, отколкото страницата може да отвори. Нищо не е публикувано; спрете стоки от продажба или махнете цени от количество.";
    VERSION = "Version", "Версия", "Версия";
    PUBLISHED_AT = "Published", "Опубликована", "Публикувана";
    VALID_UNTIL = "Until", "До", "До";
    IN_FORCE = "in force", "действует", "в сила";
    PRODUCTS = "Products", "Товаров", "Стоки";
    LEFT_OUT = "Left out", "Не вошли", "Останали извън";
    LEFT_OUT_OF = "Left out of version {version}", "Не вошли в версию {version}", "Извън версия {version}";
    LEFT_NONE = "Nothing was left out.", "Вошло всё.", "Нищо не е останало извън.";
    LEFT_NO_PRICE = "no price", "нет цены", "няма цена";
    LEFT_ZERO_PRICE = "the price is zero", "цена равна нулю", "цената е нула";
    LEFT_OTHER_CURRENCY = "priced in another currency", "цена в другой валюте", "цената е в друга валута";
    LEFT_INACTIVE = "no longer sold", "снят с продажи", "вече не се продава";
    LEFT_NOT_GOODS = "a service or an occasional sale, not goods of the list", "услуга или случайная продажа, не товар прайс-листа", "услуга или случайна продажба, не стока от листата";
    LEFT_NO_GROUP = "in no product group", "не входит ни в одну группу", "не е в никоя група";
    NO_VERSIONS = "No version is published yet; buyers see no prices.", "Пока ни одной версии; покупатели не видят цен.", "Още няма публикувана версия; купувачите не виждат цени.";
    // Settings.
    PUBLIC_PRICES = "What a visitor who is not signed in sees", "Что видит посетитель без входа", "Какво вижда посетител без вход";
    PUBLIC_NONE = "No prices", "Без цен", "Без цени";
    PUBLIC_HINT = "Goods without prices, or the prices of one price type. Signed-in buyers always see their own.", "Товары без цен или цены одного типа. Вошедшие покупатели всегда видят свои.", "Стоки без цени или цените от един вид. Влезлите купувачи винаги виждат своите.";
    TERMS = "Terms", "Условия", "Условия";
    TERMS_HINT = "Printed under the price list and on proforma invoices, as of the next publication.", "Печатаются под прайс-листом и в счетах, начиная со следующей публикации.", "Отпечатват се под ценовата листа и в проформите, от следващото публикуване.";
    SAVE = "Save", "Сохранить", "Запази";
    SAVED = "Saved.", "Сохранено.", "Запазено е.";
    // Outbox.
    MESSAGE_SUBJECT = "Subject", "Тема", "Тема";
    ATTEMPTS = "Attempts", "Попыток", "Опити";
    WRITTEN = "Written", "Создано", "Създадено";
    ERROR = "Last error", "Последняя ошибка", "Последна грешка";
    MESSAGE_QUEUED = "queued", "в очереди", "на опашка";
    MESSAGE_CLAIMED = "taken up", "взято в работу", "поето";
    MESSAGE_SENDING = "sending", "отправляется", "изпраща се";
    MESSAGE_SENT = "sent", "отправлено", "изпратено";
    MESSAGE_FAILED = "failed", "ошибка", "неуспешно";
    MESSAGE_UNCERTAIN = "uncertain", "неизвестно", "неясно";
    MESSAGE_SKIPPED = "skipped", "пропущено", "пропуснато";
    MESSAGE_NOBODY = "Nobody at the customer receives mail about orders.", "У клиента никто не получает писем о заказах.", "При клиента никой не получава писма за поръчки.";
    NO_MESSAGES = "No messages here.", "Здесь писем нет.", "Тук няма писма.";
    SEND_AGAIN = "Send again", "Отправить снова", "Изпрати пак";
    QUEUED_AGAIN = "The message is queued again.", "Письмо снова в очереди.", "Писмото е отново на опашка.";
    UNCERTAIN_TITLE = "Send a message that may have arrived?", "Отправить письмо, которое могло дойти?", "Да се изпрати ли писмо, което може да е пристигнало?";
    UNCERTAIN_HINT = "The connection broke before the mail server answered. Sending again may give the customer a second copy.", "Связь прервалась до ответа почтового сервера. Повторная отправка может дать клиенту вторую копию.", "Връзката прекъсна, преди пощенският сървър да отговори. Ново изпращане може да даде на клиента второ копие.";
    // Jobs.
    JOB = "Work", "Работа", "Работа";
    SUBJECT = "About", "О чём", "За какво";
    JOB_QUEUED = "waiting", "ждёт", "чака";
    JOB_RUNNING = "running", "идёт", "върви";
    JOB_DONE = "done", "готово", "готово";
    JOB_FAILED = "failed", "не удалась", "неуспешна";
    NO_JOBS = "Nothing waits, runs or has failed.", "Ничего не ждёт, не идёт и не сломалось.", "Нищо не чака, не върви и не се е провалило.";
    RUN_AGAIN = "Run again", "Запустить снова", "Пусни пак";
    NOT_FAILED = "This is under way or done already; there is nothing to repeat. Load the list again.", "Это уже выполняется или выполнено, повторять нечего. Обновите список.", "Това вече се изпълнява или е изпълнено; няма какво да се повтори. Заредете списъка отново.";
    JOB_AGAIN = "The work waits to run again.", "Работа снова ждёт запуска.", "Работата отново чака.";
    JOB_PDF = "PDF of a document", "PDF документа", "PDF на документ";
    // Audit.
    WHO = "Who", "Кто", "Кой";
    WHEN = "When", "Когда", "Кога";
    ACTION = "What was done", "Действие", "Действие";
    CHANGES = "From what to what", "Что на что", "От какво на какво";
    NO_AUDIT = "Nothing has been changed yet.", "Изменений пока нет.", "Още няма промени.";
    AGE_NOW = "just now", "только что", "току-що";

    * COUNT_TO_ANSWER = ["{n} to answer", "{n} to answer"], ["{n} ждёт ответа", "{n} ждут ответа", "{n} ждут ответа"], ["{n} за отговор", "{n} за отговор"];
    * COUNT_ORDERS = ["{n} order", "{n} orders"], ["{n} заказ", "{n} заказа", "{n} заказов"], ["{n} поръчка", "{n} поръчки"];
    * COUNT_CUSTOMERS = ["{n} customer", "{n} customers"], ["{n} клиент", "{n} клиента", "{n} клиентов"], ["{n} клиент", "{n} клиенти"];
    * COUNT_ROWS = ["Import {n} row", "Import {n} rows"], ["Импортировать {n} строку", "Импортировать {n} строки", "Импортировать {n} строк"], ["Внеси {n} ред", "Внеси {n} реда"];
    * GROUPS_CREATED = ["{n} product group is new", "{n} product groups are new"], ["{n} новая группа товаров", "{n} новые группы товаров", "{n} новых групп товаров"], ["{n} нова група стоки", "{n} нови групи стоки"];
    * AGE_MINUTES = ["{n} minute", "{n} minutes"], ["{n} минута", "{n} минуты", "{n} минут"], ["{n} минута", "{n} минути"];
    * AGE_HOURS = ["{n} hour", "{n} hours"], ["{n} час", "{n} часа", "{n} часов"], ["{n} час", "{n} часа"];
    * AGE_DAYS = ["{n} day", "{n} days"], ["{n} день", "{n} дня", "{n} дней"], ["{n} ден", "{n} дни"];
}

/// The word for what a person may do.
pub const fn role(role: Role) -> Word {
    match role {
        Role::Buyer => ROLE_BUYER,
        Role::Sales => ROLE_SALES,
        Role::Accountant => ROLE_ACCOUNTANT,
        Role::Marketer => ROLE_MARKETER,
        Role::Admin => ROLE_ADMIN,
    }
}

/// The word for a message's state, by the word in JSON.
pub fn message_state(state: &str) -> Option<Word> {
    Some(match state {
        "queued" => MESSAGE_QUEUED,
        "claimed" => MESSAGE_CLAIMED,
        "sending" => MESSAGE_SENDING,
        "sent" => MESSAGE_SENT,
        "failed" => MESSAGE_FAILED,
        "uncertain" => MESSAGE_UNCERTAIN,
        "skipped" => MESSAGE_SKIPPED,
        _ => return None,
    })
}

/// The word for a job's state, by the word in JSON.
pub fn job_state(state: &str) -> Option<Word> {
    Some(match state {
        "queued" => JOB_QUEUED,
        "running" => JOB_RUNNING,
        "done" => JOB_DONE,
        "failed" => JOB_FAILED,
        _ => return None,
    })
}

/// The word for an import's state, by the word in JSON.
pub fn import_state(state: &str) -> Option<Word> {
    Some(match state {
        "running" => IMPORT_RUNNING,
        "done" => IMPORT_OK,
        "failed" => IMPORT_FAILED,
        _ => return None,
    })
}

/// What a failed import leaves, by what was imported.
pub fn import_failure(kind: &str) -> Word {
    match kind {
        "customers" | "orders" => FAILED_PART,
        _ => FAILED_SAFE,
    }
}

/// The word for what is imported, by the word in the address.
pub fn import_kind(kind: &str) -> Option<Word> {
    Some(match kind {
        "products" => KIND_PRODUCTS,
        "groups" => KIND_GROUPS,
        "customers" => KIND_CUSTOMERS,
        "orders" => KIND_ORDERS,
        _ => return None,
    })
}

/// The sentence for what only staff can meet outside an import, by its stable code.
pub fn problem(code: &str) -> Option<Word> {
    match code {
        "not_failed" => Some(NOT_FAILED),
        "no_reason" => Some(super::segments::NO_REASON),
        _ => None,
    }
}

/// The sentence for a refused import, by its stable code.
pub fn import_problem(code: &str) -> Option<Word> {
    Some(match code {
        "empty_file" => IMPORT_EMPTY,
        "no_rows" => IMPORT_NO_ROWS,
        "wrong_type" | "unsupported_type" => IMPORT_WRONG_TYPE,
        "bad_encoding" => IMPORT_ENCODING,
        "no_columns" => IMPORT_COLUMNS,
        "bad_map" | "bad_option" => IMPORT_OPTION,
        "too_large" => IMPORT_TOO_LARGE,
        "import_running" => IMPORT_BUSY,
        "network" => IMPORT_LOST,
        "broken_archive" => IMPORT_UNREADABLE,
        "not_a_sheet" => NOT_A_SHEET,
        "sheet_old_format" => SHEET_OLD_FORMAT,
        "sheet_encrypted" => SHEET_ENCRYPTED,
        "sheet_macros" | "sheet_external_links" => SHEET_FOREIGN,
        "sheet_missing" => SHEET_MISSING,
        "sheet_too_large" | "sheet_unpacked" | "sheet_rows" | "sheet_columns" | "sheet_cells" | "sheet_memory" | "sheet_time" => SHEET_BEYOND,
        "sheet_archive" | "sheet_unreadable" => SHEET_DAMAGED,
        code if code.starts_with("sheet") => IMPORT_UNREADABLE,
        _ => return None,
    })
}

/// The words for why a product was left out of a version, by the word in JSON.
pub fn left_out(reason: &str) -> Option<Word> {
    Some(match reason {
        "no_price" => LEFT_NO_PRICE,
        "zero_price" => LEFT_ZERO_PRICE,
        "other_currency" => LEFT_OTHER_CURRENCY,
        "inactive" => LEFT_INACTIVE,
        "not_goods" => LEFT_NOT_GOODS,
        "no_group" => LEFT_NO_GROUP,
        _ => return None,
    })
}
