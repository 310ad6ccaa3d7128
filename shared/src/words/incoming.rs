//! Orders that come by e-mail: what their senders are answered, and what staff read of them.

use super::Word;

crate::words! {
    // Answers.
    DOUBLE_SUBJECT = "Already received as order {number}", "Уже получено как заказ {number}", "Вече е получено като поръчка {number}";
    DOUBLE = "{firm}: the same form with the same quantities was already received as order {number}. Nothing is ordered twice.",
        "{firm}: тот же бланк с теми же количествами уже получен как заказ {number}. Дважды ничего не заказано.",
        "{firm}: същата бланка със същите количества вече е получена като поръчка {number}. Нищо не е поръчано два пъти.";
    REFUSED_SUBJECT = "No order could be made of your file", "Из вашего файла не получился заказ", "От вашия файл не се получи поръчка";
    REFUSED = "{firm} has received your message “{subject}”, but no order could be made of the file {file}.",
        "{firm}: ваше письмо «{subject}» получено, но из файла {file} не получился заказ.",
        "{firm} получи писмото ви „{subject}“, но от файла {file} не се получи поръчка.";
    BECAUSE = "Reason: {reason}", "Причина: {reason}", "Причина: {reason}";
    CORRECTED = "The attached sheet holds the lines that were not taken and nothing else. Correct the quantities there and send it to us; what was taken is not to be ordered again.",
        "В приложенном бланке только те строки, которые не приняты. Исправьте в нём количества и пришлите его нам; принятое заказывать снова не нужно.",
        "В приложената бланка са само редовете, които не са приети. Поправете количествата в нея и ни я изпратете; приетото не трябва да се поръчва отново.";
    ROW = "row {row}", "строка {row}", "ред {row}";
    ODD = "Please note:", "Обратите внимание:", "Обърнете внимание:";
    CONFIRM_SUBJECT = "Is this order yours?", "Это ваш заказ?", "Това ваша поръчка ли е?";
    CONFIRM = "{firm} has received an order form of {customer} by e-mail from {sender}. Whether it is from you we cannot tell: the message is not signed and the form is not the file we sent you.",
        "{firm}: по электронной почте с адреса {sender} пришёл бланк заказа клиента {customer}. Мы не можем понять, от вас ли он: письмо не подписано, а бланк не тот файл, что мы вам отправили.",
        "{firm} получи по имейл от {sender} бланка за поръчка на {customer}. Не можем да разберем дали е от вас: писмото не е подписано, а бланката не е файлът, който ви изпратихме.";
    CONFIRM_LINK = "If it is yours, confirm it within seven days:", "Если заказ ваш, подтвердите его в течение семи дней:", "Ако поръчката е ваша, потвърдете я до седем дни:";
    CONFIRM_ELSE = "If it is not, do nothing: nothing is ordered.", "Если нет, ничего не делайте: заказа не будет.", "Ако не е, не правете нищо: няма да има поръчка.";

    // The staff's page.
    INCOMING = "E-mail orders", "Заказы из писем", "Поръчки по имейл";
    STATE_ACCEPTED = "Became an order", "Стало заказом", "Стана поръчка";
    STATE_REFUSED = "Refused", "Отклонено", "Отхвърлено";
    STATE_NEEDS_PERSON = "Needs a look", "Нужен человек", "Нужен е човек";
    STATE_IGNORED = "No order", "Не заказ", "Не е поръчка";
    NOTHING = "No message is here.", "Здесь нет писем.", "Тук няма писма.";
    NOTHING_HINT = "Messages come here from the mailbox the server reads and from the folder “incoming” in its data.",
        "Письма приходят сюда из почтового ящика, который читает сервер, и из папки «incoming» в его данных.",
        "Писмата идват тук от пощенската кутия, която сървърът чете, и от папката „incoming“ в данните му.";
    FROM = "From", "От", "От";
    SUBJECT = "Subject", "Тема", "Тема";
    CAME = "Came", "Пришло", "Пристигна";
    WHY = "What about it", "Что с ним", "Какво за него";
    TEXT = "Text of the message", "Текст письма", "Текст на писмото";
    NO_TEXT = "The message has no text.", "В письме нет текста.", "В писмото няма текст.";
    FILES = "Files", "Файлы", "Файлове";
    NO_FILES = "No file came with it.", "Файлов нет.", "Няма файлове.";
    OPEN_FILE = "Open the file", "Открыть файл", "Отваряне на файла";
    OPEN_MESSAGE = "The message as it came", "Письмо как пришло", "Писмото, както пристигна";
    EVIDENCE = "Sender", "Отправитель", "Подател";
    PROVED_TOKEN = "proved by the form’s own secret", "подтверждён секретом бланка", "доказан с тайната на бланката";
    PROVED_SIGNED = "proved by the signature of its domain", "подтверждён подписью домена", "доказан с подписа на домейна";
    PROVED_NOT = "proved by nothing; anybody can write a sender’s address", "ничем не подтверждён: адрес отправителя может написать любой", "недоказан с нищо: адреса на подателя може да напише всеки";
    TAKE = "Take as an order", "Принять как заказ", "Приемане като поръчка";
    TAKE_FOR = "Customer’s code", "Код клиента", "Код на клиента";
    LOOK = "Read it for this customer", "Прочитать для этого клиента", "Прочитане за този клиент";
    REFUSE = "Refuse", "Отклонить", "Отхвърляне";
    REFUSE_REASON = "Reason; it is sent to the customer", "Причина; её получит клиент", "Причина; изпраща се на клиента";
    TELL = "Answer the sender", "Ответить отправителю", "Отговор на подателя";
    IGNORE = "No order", "Не заказ", "Не е поръчка";
    IGNORE_REST = "The rest is no order", "Остальное — не заказ", "Останалото не е поръчка";
    REOPEN = "Take the decision back", "Отменить решение", "Отмяна на решението";
    DECIDED = "Done.", "Готово.", "Готово.";
    TAKEN = "It is order {number} now.", "Теперь это заказ {number}.", "Вече е поръчка {number}.";
    DECIDED_BY = "Decided by {who}", "Решение: {who}", "Решение: {who}";
    LINES = "Lines: {read}. Accepted: {accepted}, changed: {changed}, refused: {refused}.", "Строк: {read}. Принято: {accepted}, изменено: {changed}, отказано: {refused}.", "Редове: {read}. Приети: {accepted}, променени: {changed}, отказани: {refused}.";
    QUANTITY = "Quantity", "Количество", "Количество";
    CUSTOMER_WROTE = "What the customer wrote", "Что написал клиент", "Какво е написал клиентът";
    BY_MAIL = "Came by e-mail", "Пришёл по почте", "Дошла по имейл";
    THE_MESSAGE = "the message", "письмо", "писмото";
    PLACE = "Place", "Место", "Място";
    VERDICT = "Verdict", "Решение", "Решение";
    BOX_WELL = "{name}: read {at}", "{name}: прочитан {at}", "{name}: прочетена {at}";
    BOX_TROUBLE = "{name} cannot be read: {trouble}", "{name} не читается: {trouble}", "{name} не може да се прочете: {trouble}";

    // Why a message or a file is in its state.
    NOT_PROVED = "Nothing proves who sent it.", "Ничто не подтверждает, кто это отправил.", "Нищо не доказва кой го е изпратил.";
    ASKED = "Nothing proves who sent it; the customer was asked to confirm by link.", "Ничто не подтверждает отправителя; у клиента попросили подтверждение по ссылке.", "Нищо не доказва подателя; клиентът е помолен да потвърди с връзка.";
    OTHER_ORDER = "Order {detail} of the same form is not confirmed yet, and says something else. Perhaps this one takes its place.",
        "Заказ {detail} по тому же бланку ещё не подтверждён, и в нём другое. Возможно, этот вместо него.",
        "Поръчка {detail} по същата бланка още не е потвърдена и в нея е друго. Може би тази е вместо нея.";
    CONFIRMED_BESIDE = "The customer has confirmed it by link. Order {detail} of the same form is not confirmed yet, and says something else: perhaps this one takes its place.",
        "Клиент подтвердил его по ссылке. Заказ {detail} по тому же бланку ещё не подтверждён, и в нём другое: возможно, этот вместо него.",
        "Клиентът го е потвърдил с връзка. Поръчка {detail} по същата бланка още не е потвърдена и в нея е друго: може би тази е вместо нея.";
    FORMS_DIFFER = "The file names several forms.", "В файле названо несколько бланков.", "Във файла са посочени няколко бланки.";
    DOUBTFUL = "What its columns mean was guessed: somebody should look.",
        "Что значат столбцы, пришлось угадать: пусть посмотрит человек.",
        "Какво значат колоните, е отгатнато: трябва да го погледне човек.";
    NO_FORM = "The file is no form of ours.", "Файл — не наш бланк.", "Файлът не е наша бланка.";
    NO_FILE = "Nothing in it can be read as an order.", "В нём нет ничего, что читается как заказ.", "В него няма нищо, което да се прочете като поръчка.";
    PICTURE = "A scan or a photo: somebody has to read it.", "Скан или фотография: прочитать должен человек.", "Сканирано или снимка: трябва да го прочете човек.";
    WINMAIL = "Outlook wrapped the file in winmail.dat, which only Outlook opens. Ask for it once more, as a plain attachment.",
        "Outlook упаковал файл в winmail.dat, который открывает только Outlook. Попросите прислать ещё раз обычным вложением.",
        "Outlook е опаковал файла в winmail.dat, който се отваря само с Outlook. Помолете да го изпратят отново като обикновен прикачен файл.";
    TOO_MANY_FILES = "The files before it order so much that this one was not read. Look at it here.",
        "Файлы перед ним заказывают так много, что этот не прочитан. Посмотрите его здесь.",
        "Файловете преди него поръчват толкова много, че този не е прочетен. Погледнете го тук.";
    LOCKED = "A packed file that cannot be opened here.", "Архив, который здесь не открывается.", "Архив, който не се отваря тук.";
    EMPTY = "The form has no quantity.", "В бланке нет ни одного количества.", "В бланката няма нито едно количество.";
    NOTHING_TAKEN = "No line of it could be taken.", "Ни одна строка не принята.", "Нито един ред не е приет.";
    DOUBLE_OF = "Already received as order {detail}.", "Уже получено как заказ {detail}.", "Вече е получено като поръчка {detail}.";
    ORDER = "Order {detail}", "Заказ {detail}", "Поръчка {detail}";
    AUTO_REPLY = "A program’s answer.", "Ответ программы.", "Отговор на програма.";
    BOUNCE = "A message of ours did not arrive.", "Наше письмо не дошло.", "Наше писмо не е пристигнало.";
    CAME_BACK = "Our message to {detail} did not arrive.", "Наше письмо на {detail} не дошло.", "Наше писмо до {detail} не е пристигнало.";
    STRUCK_OFF = "Our message to {detail} did not arrive: there is no such mailbox. Nothing is sent there any more.",
        "Наше письмо на {detail} не дошло: такого ящика нет. Больше туда ничего не отправляется.",
        "Наше писмо до {detail} не е пристигнало: няма такава пощенска кутия. Там повече нищо не се изпраща.";
    LIST = "Sent to many.", "Разослано многим.", "Изпратено до мнозина.";
    OWN = "Our own message.", "Наше же письмо.", "Наше собствено писмо.";
    REPORT = "A complaint or a receipt for reading.", "Жалоба или уведомление о прочтении.", "Оплакване или обратна разписка.";
    AUTO_REPLY_ORDER = "It came from a program and holds an order form: somebody should look.",
        "Отправлено программой, но в письме бланк заказа: пусть посмотрит человек.",
        "Изпратено е от програма, а в него има бланка за поръчка: трябва да го погледне човек.";
    LIST_ORDER = "It came by a list and holds an order form: somebody should look.",
        "Пришло через список рассылки, но в письме бланк заказа: пусть посмотрит человек.",
        "Дошло е по списък, а в него има бланка за поръчка: трябва да го погледне човек.";
    OWN_ORDER = "It came from our own address and holds an order form: somebody should look.",
        "Пришло с нашего же адреса, но в письме бланк заказа: пусть посмотрит человек.",
        "Дошло е от наш собствен адрес, а в него има бланка за поръчка: трябва да го погледне човек.";
    PUT_ASIDE = "Put aside: no order.", "Отложено: не заказ.", "Оставено настрана: не е поръчка.";
    DECORATION = "A picture within the text.", "Картинка в тексте.", "Картинка в текста.";
    OTHER_FILE = "No table.", "Не таблица.", "Не е таблица.";
    MAIL_TOO_LARGE = "The message is too large to be opened.", "Письмо слишком велико, чтобы его открыть.", "Писмото е твърде голямо, за да се отвори.";
    MAIL_PARTS = "The message has too many parts.", "В письме слишком много частей.", "Писмото има твърде много части.";
    MAIL_UNREADABLE = "The message cannot be read.", "Письмо не читается.", "Писмото не може да се прочете.";
    FAILED = "The program failed over it.", "Программа не справилась с ним.", "Програмата не се справи с него.";
    BLOCKED = "The firm takes no orders from this customer now.", "Сейчас заказы этого клиента не принимаются.", "Сега поръчки от този клиент не се приемат.";
    NO_LIST = "No price list for this customer is in force.", "Для этого клиента нет действующего прайс-листа.", "За този клиент няма действаща ценова листа.";
    BY_HAND = "{detail}", "{detail}", "{detail}";
    FILE_ENCRYPTED = "The file is protected by a password.", "Файл защищён паролем.", "Файлът е защитен с парола.";
    FILE_MACROS = "The file contains macros. Save it as XLSX without them.", "В файле макросы. Сохраните его как XLSX без них.", "Във файла има макроси. Запазете го като XLSX без тях.";
    FILE_LINKS = "The file refers to other files. Break the links and save it again.", "Файл ссылается на другие файлы. Разорвите связи и сохраните его снова.", "Файлът сочи към други файлове. Прекъснете връзките и го запазете отново.";
    FILE_TOO_LARGE = "The file is too large.", "Файл слишком велик.", "Файлът е твърде голям.";
    FILE_UNREADABLE = "The file is damaged or cannot be read.", "Файл повреждён или не читается.", "Файлът е повреден или не може да се прочете.";
    CHANGED_SINCE = "The file reads otherwise now than it was shown. Look at it again.", "Теперь файл читается иначе, чем был показан. Посмотрите ещё раз.", "Файлът сега се чете различно от показаното. Погледнете го отново.";
    ALREADY = "Somebody else has decided it meanwhile.", "Тем временем решил кто-то другой.", "Междувременно някой друг е решил.";
    OF_ANOTHER = "The form was made for another customer.", "Бланк сделан для другого клиента.", "Бланката е направена за друг клиент.";
    CANNOT_BE = "This file cannot become an order.", "Из этого файла заказ не получится.", "От този файл не може да стане поръчка.";
    NOT_ANSWERABLE = "The sender is none of the customer’s people, or a program: nothing can be told.",
        "Отправитель не из людей клиента или это программа: ответить нельзя.",
        "Подателят не е от хората на клиента или е програма: не може да му се отговори.";
    GONE = "It is kept no longer.", "Это больше не хранится.", "Това вече не се пази.";
    ANSWERED = "It was answered or became an order; that cannot be taken back.", "На него ответили или оно стало заказом; отменить нельзя.", "На него е отговорено или е станало поръчка; не може да се отмени.";

    * CONFIRM_LINES = ["It orders {n} line for {amount}:", "It orders {n} lines for {amount}:"],
        ["В нём {n} строка на {amount}:", "В нём {n} строки на {amount}:", "В нём {n} строк на {amount}:"],
        ["В нея има {n} ред на стойност {amount}:", "В нея има {n} реда на стойност {amount}:"];
    * CONFIRM_MORE = ["and {n} more line", "and {n} more lines"], ["и ещё {n} строка", "и ещё {n} строки", "и ещё {n} строк"], ["и още {n} ред", "и още {n} реда"];
}

/// The word of a state.
pub fn state(word: &str) -> Option<Word> {
    Some(match word {
        "accepted" => STATE_ACCEPTED,
        "refused" => STATE_REFUSED,
        "needs_person" => STATE_NEEDS_PERSON,
        "ignored" => STATE_IGNORED,
        _ => return None,
    })
}

/// Why what nobody wrote to us waits all the same.
pub fn waiting(code: &str) -> Option<Word> {
    Some(match code {
        "auto_reply" => AUTO_REPLY_ORDER,
        "list" => LIST_ORDER,
        "own" => OWN_ORDER,
        _ => return None,
    })
}

/// Why a message or a file is in its state; `{detail}` stands in some.
pub fn reason(code: &str) -> Option<Word> {
    Some(match code {
        "not_proved" => NOT_PROVED,
        "asked" => ASKED,
        "other_order_open" => OTHER_ORDER,
        "confirmed_beside" => CONFIRMED_BESIDE,
        "forms_differ" => FORMS_DIFFER,
        "doubtful" => DOUBTFUL,
        "no_form" => NO_FORM,
        "no_file" => NO_FILE,
        "picture" => PICTURE,
        "winmail" => WINMAIL,
        "locked" => LOCKED,
        "too_many_files" => TOO_MANY_FILES,
        "empty" => EMPTY,
        "nothing_taken" => NOTHING_TAKEN,
        "double" => DOUBLE_OF,
        "" => ORDER,
        "auto_reply" => AUTO_REPLY,
        "bounce" => BOUNCE,
        "came_back" => CAME_BACK,
        "struck_off" => STRUCK_OFF,
        "list" => LIST,
        "own" => OWN,
        "report" => REPORT,
        "decoration" => DECORATION,
        "other_file" | "not_a_sheet" => OTHER_FILE,
        "mail_too_large" => MAIL_TOO_LARGE,
        "mail_parts" => MAIL_PARTS,
        "mail_memory" | "mail_time" | "mail_unreadable" => MAIL_UNREADABLE,
        "failed" => FAILED,
        "customer_blocked" => BLOCKED,
        "no_price_list" => NO_LIST,
        "by_hand" => BY_HAND,
        "put_aside" => PUT_ASIDE,
        "sheet_encrypted" => FILE_ENCRYPTED,
        "sheet_macros" => FILE_MACROS,
        "sheet_external_links" => FILE_LINKS,
        "sheet_too_large" | "sheet_unpacked" | "sheet_rows" | "sheet_columns" | "sheet_cells" | "sheet_memory" | "sheet_time" => FILE_TOO_LARGE,
        "sheet_unreadable" | "sheet_archive" | "sheet_old_format" | "sheet_missing" => FILE_UNREADABLE,
        _ => return None,
    })
}

/// Words for the codes of problems.
pub fn problem(code: &str) -> Option<Word> {
    Some(match code {
        "account_changed" => CHANGED_SINCE,
        "decided" => ALREADY,
        "no_order" => CANNOT_BE,
        "form_of_another" => OF_ANOTHER,
        "answered" => ANSWERED,
        "not_answerable" => NOT_ANSWERABLE,
        "gone" => GONE,
        _ => return None,
    })
}
