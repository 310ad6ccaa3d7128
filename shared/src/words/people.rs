//! Words of the staff's pages about customers' master data, and of a person's export.

use super::Word;
use crate::customers::{Channel, ConsentState, ContactRole, CustomerState, RequestState};
use crate::words;

words! {
    // A person's export.
    EXPORT_TITLE = "What {firm} holds about you, as of {date}", "Что {firm} хранит о вас на {date}", "Какво съхранява {firm} за вас към {date}";
    PERSON = "The person", "Человек", "Лицето";
    NAME = "Name", "Имя", "Име";
    EMAIL_ADDRESS = "E-mail", "Эл. почта", "Имейл";
    PHONE = "Telephone", "Телефон", "Телефон";
    FAX = "Fax", "Факс", "Факс";
    POSITION = "Position", "Должность", "Длъжност";
    COMPANY = "Company", "Организация", "Фирма";
    KNOWN_SINCE = "Known since", "Известен с", "Познат от";
    CONSENTS = "Consents", "Согласия", "Съгласия";
    STOPPED = "Addresses nothing is sent to", "Адреса, на которые ничего не отправляется", "Адреси, на които не се изпраща нищо";
    LOG_IN = "Log-in and sessions", "Учётная запись и сеансы", "Достъп и сесии";
    NOT_SENT_YET = "Order not sent yet", "Ещё не отправленный заказ", "Още неизпратена поръчка";
    ORDERS_PLACED = "Orders placed", "Сделанные заказы", "Направени поръчки";
    MESSAGES = "Messages", "Письма", "Писма";
    AUDIT_ROWS = "Rows of the audit trail", "Строки журнала изменений", "Редове от дневника на промените";

    // The list of customers.
    NEW_CUSTOMER = "New customer", "Новый клиент", "Нов клиент";
    ANY_STATE = "Any state", "Любое состояние", "Всяко състояние";
    ANY_MANAGER = "Any manager", "Любой менеджер", "Всеки отговорник";
    NO_MANAGER = "No manager", "Без менеджера", "Без отговорник";
    ANY_PRICE_TYPE = "Any price type", "Любой тип цен", "Всеки вид цени";
    ANY_REGION = "Any region", "Любой регион", "Всеки регион";
    ANY_SEGMENT = "Any segment", "Любой сегмент", "Всеки сегмент";
    ONLY_ASKING = "Asks for a change", "Просит об изменении", "Иска промяна";
    FILTERS = "Show only", "Показать только", "Покажи само";
    NONE_WITH_FILTERS = "No customers with these filters.", "При таком отборе клиентов нет.", "Няма клиенти с тези филтри.";
    SHOW_ALL = "Show all customers", "Показать всех клиентов", "Покажи всички клиенти";
    STATE_APPLIED = "Signed up, not decided", "Заявка на рассмотрении", "Заявка за разглеждане";
    STATE_ACTIVE = "Active", "Активен", "Активен";
    STATE_BLOCKED = "Blocked", "Заблокирован", "Блокиран";

    // One customer.
    EDIT = "Edit", "Изменить", "Промени";
    EDIT_TITLE = "Edit {name}", "Изменение: {name}", "Промяна: {name}";
    STATE = "State", "Состояние", "Състояние";
    REGION = "Region", "Регион", "Регион";
    LEGAL_ADDRESS = "Legal address", "Юридический адрес", "Адрес на управление";
    TAX_ID = "Tax number", "Налоговый номер", "Данъчен номер";
    DISCOUNT = "Own discount", "Индивидуальная скидка", "Индивидуална отстъпка";
    CHANNEL = "Written to by", "Способ связи", "Начин на връзка";
    MANAGER = "Manager", "Менеджер", "Отговорник";
    NOTE = "Note", "Заметка", "Бележка";
    CHANNEL_EMAIL = "e-mail", "эл. почта", "имейл";
    CHANNEL_FAX = "fax", "факс", "факс";
    CHANNEL_POST = "post", "почта", "поща";
    BLOCK = "Block", "Заблокировать", "Блокирай";
    UNBLOCK = "Unblock", "Разблокировать", "Отблокирай";
    BLOCK_TITLE = "Block this customer", "Заблокировать клиента", "Блокиране на клиента";
    BLOCK_HINT = "It can look at its prices and orders, but send no order, and gets no mailings. What was ordered goes on.", "Клиент видит свои цены и заказы, но не может отправить заказ и не получает рассылок. Принятые заказы исполняются.", "Клиентът вижда цените и поръчките си, но не може да изпраща поръчки и не получава разпращания. Приетите поръчки се изпълняват.";
    BLOCKED_NOTE = "Blocked: {reason}", "Заблокирован: {reason}", "Блокиран: {reason}";
    BLOCKED_DONE = "The customer is blocked.", "Клиент заблокирован.", "Клиентът е блокиран.";
    UNBLOCKED_DONE = "The customer can order again.", "Клиент снова может заказывать.", "Клиентът отново може да поръчва.";
    REASON = "Reason", "Причина", "Причина";
    REASON_HINT = "Staff read it; the customer does not.", "Видна только сотрудникам.", "Виждат я само служителите.";
    UNDO = "Undo", "Вернуть", "Върни";
    UNDONE = "As it was.", "Возвращено.", "Върнато е.";

    // The form.
    SECTION_COMPANY = "Company", "Организация", "Фирма";
    SECTION_TERMS = "Terms", "Условия", "Условия";
    SECTION_DELIVERY = "Delivery addresses", "Адреса доставки", "Адреси за доставка";
    SECTION_CARE = "Contact with the customer", "Работа с клиентом", "Връзка с клиента";
    CODE_HINT = "The firm’s own code; it never changes.", "Код клиента в вашей фирме; потом не меняется.", "Кодът на клиента във вашата фирма; после не се променя.";
    DISCOUNT_HINT = "Percent off every price of the price type, 0 to 90. Orders already made keep their prices.", "На сколько процентов снижается каждая цена этого типа, от 0 до 90. Уже сделанные заказы сохраняют цены.", "С колко процента се намалява всяка цена от този вид, от 0 до 90. Вече направените поръчки запазват цените си.";
    NOTE_HINT = "Only staff see this.", "Видна только сотрудникам.", "Вижда се само от служителите.";
    SAVE = "Save", "Сохранить", "Запази";
    ADD_CUSTOMER = "Add the customer", "Добавить клиента", "Добави клиента";
    SAVED = "Saved.", "Сохранено.", "Запазено е.";
    ADDED = "{name} is added.", "Добавлено: {name}.", "Добавено: {name}.";

    // People.
    ADD_PERSON = "Add a person", "Добавить человека", "Добави лице";
    EDIT_PERSON = "Edit {name}", "Изменение: {name}", "Промяна: {name}";
    GETS = "Gets", "Получает", "Получава";
    ROLE_ORDERS = "orders", "письма о заказах", "писма за поръчки";
    ROLE_ACCOUNTS = "accounts", "счета", "сметки и фактури";
    ROLE_MAIL = "mailings", "рассылки", "разпращания";
    GETS_NOTHING = "gets no mail", "писем не получает", "не получава писма";
    SIGNS_IN = "can sign in", "может войти", "може да влиза";
    ERASED_PERSON = "An erased person", "Данные удалены", "Изтрити данни";
    CONSENT_HISTORY = "What was said", "История согласий", "История на съгласията";
    CONSENT_NEVER = "Nothing was said about mailings: none are sent.", "Согласия на рассылки нет: они не отправляются.", "Няма съгласие за разпращания: не се изпращат.";
    CONSENT_ROW = "{state} by {channel}, {date}, {source}", "{state}: {channel}, {date}, {source}", "{state}: {channel}, {date}, {source}";
    CONSENT_GRANTED = "agreed", "согласие", "съгласие";
    CONSENT_WITHDRAWN = "withdrawn", "отзыв согласия", "оттеглено съгласие";
    TEXT_VERSION = "text {version}", "текст {version}", "текст {version}";
    WRITTEN_BY = "written down by {who}", "записано: {who}", "записано от: {who}";
    RECORD_CONSENT = "Record a consent", "Записать согласие", "Запиши съгласие";
    RECORD_TITLE = "What {name} said about mailings", "Согласие на рассылки: {name}", "Съгласие за разпращания: {name}";
    RECORD_HINT = "This is added to what was said before; nothing is replaced.", "Запись добавляется к прежним и ничего не заменяет.", "Записът се добавя към предишните и не заменя нищо.";
    SAID_YES = "Agrees to mailings", "Согласие на рассылки", "Съгласие за разпращания";
    SAID_NO = "Wants no mailings", "Отказ от рассылок", "Отказ от разпращания";
    BY_CHANNEL = "By", "Способ связи", "Начин на връзка";
    SOURCE = "How it was said", "Как получено", "Как е получено";
    SOURCE_HINT = "Signed form, telephone, letter", "Подписанная форма, телефон, письмо", "Подписан формуляр, телефон, писмо";
    EVIDENCE = "What proves it", "Чем подтверждается", "Какво го доказва";
    EVIDENCE_HINT = "And where that is kept. Needed for a consent.", "И где это хранится. Для согласия обязательно.", "И къде се пази. За съгласие е задължително.";
    RECORD = "Record", "Записать", "Запиши";
    RECORDED = "Recorded.", "Записано.", "Записано е.";

    // Export and erasure.
    EXPORT_PERSON = "Give out this person’s data", "Выгрузить данные человека", "Изведи данните на лицето";
    EXPORTED = "The data is saved as two files, one for reading and one for programs.", "Данные сохранены в двух файлах: для чтения и для программ.", "Данните са запазени в два файла: за четене и за програми.";
    ERASE_PERSON = "Erase this person", "Удалить данные человека", "Изтрий лицето";
    ERASE_TITLE = "Erase {name}", "Удаление: {name}", "Изтриване: {name}";
    ERASE_HINT = "This cannot be undone. Name, addresses, telephone and position are removed, also from messages and the audit trail. Orders and posted documents stay as they are.", "Это нельзя отменить. Имя, адреса, телефон и должность удаляются, также из писем и журнала. Заказы и проведённые документы остаются как есть.", "Това не може да се отмени. Името, адресите, телефонът и длъжността се премахват, също от писмата и дневника. Поръчките и издадените документи остават.";
    ERASE_LOG_IN = "The log-in is closed for good.", "Учётная запись закрывается навсегда.", "Достъпът се закрива завинаги.";
    ERASE_SESSIONS = "Sessions ended: {n}", "Будет завершено сеансов: {n}", "Сесии, които се прекратяват: {n}";
    ERASE_QUEUED = "Waiting messages not sent: {n}", "Не будет отправлено писем из очереди: {n}", "Чакащи писма, които няма да се изпратят: {n}";
    ERASE_MESSAGES = "Messages that lose recipient and text: {n}", "Писем, из которых удаляются адресат и текст: {n}", "Писма, от които се изтриват получателят и текстът: {n}";
    ERASE_CONSENTS = "Consents kept as proof, without the person: {n}", "Согласий сохранится как доказательство, без имени: {n}", "Съгласия, които остават като доказателство, без името: {n}";
    ERASE_AUDIT = "Rows of the audit trail that lose the person: {n}", "Записей журнала, из которых удаляется человек: {n}", "Записи в дневника, от които се изтрива лицето: {n}";
    ERASE_ORDERS = "Orders that stay: {n}", "Заказов сохранится: {n}", "Поръчки, които остават: {n}";
    ERASE_ELSEWHERE = "The same address is kept at these customers too; erase it there as well: {codes}", "Тот же адрес есть и у этих клиентов; удалите его и там: {codes}", "Същият адрес е и при тези клиенти; изтрийте го и там: {codes}";
    TYPE_NAME = "Type “{name}” to erase", "Введите «{name}», чтобы удалить", "Въведете „{name}“, за да изтриете";
    ERASE = "Erase for good", "Удалить навсегда", "Изтрий завинаги";
    ERASE_DONE = "The person is erased.", "Данные человека удалены.", "Лицето е изтрито.";
    ERASE_REASON_HINT = "It stays in the audit trail; do not name the person in it.", "Причина остаётся в журнале; не называйте в ней этого человека.", "Причината остава в дневника; не назовавайте лицето в нея.";

    // Requests.
    REQUESTS = "The customer asks for a change", "Клиент просит об изменении", "Клиентът иска промяна";
    REQUEST_DONE = "Done", "Сделано", "Готово";
    REQUEST_DECLINE = "Decline", "Отказать", "Откажи";
    REQUEST_ANSWER = "Answer; the customer reads it", "Ответ; его прочтёт клиент", "Отговор; клиентът го чете";
    REQUEST_ANSWERED = "The request is answered.", "Ответ на просьбу записан.", "На искането е отговорено.";
    REQUEST_OPEN = "open", "ждёт ответа", "чака отговор";
    REQUEST_IS_DONE = "done", "сделано", "направено";
    REQUEST_DECLINED = "declined", "отказано", "отказано";
    REQUESTS_TAB = "Requests", "Просьбы", "Искания";
    KIND_REQUEST = "Request", "Просьба", "Искане";
    KIND_CHANGE = "Change", "Изменение", "Промяна";
    CHANGES = "Changes", "Изменения", "Промени";

    // What the server refuses.
    NO_NAME = "The name is missing.", "Не указано название.", "Липсва името.";
    NO_CODE = "The code is missing.", "Не указан код.", "Липсва кодът.";
    CODE_TAKEN = "Another customer has this code.", "Этот код уже у другого клиента.", "Този код вече е на друг клиент.";
    DISCOUNT_RANGE = "A discount is a number from 0 to 90, with at most two decimals.", "Скидка — число от 0 до 90, не больше двух знаков после запятой.", "Отстъпката е число от 0 до 90 с най-много два знака.";
    UNKNOWN_PRICE_TYPE = "There is no such price type any more. Load the page again.", "Такого типа цен больше нет. Обновите страницу.", "Вече няма такъв вид цени. Заредете страницата отново.";
    UNKNOWN_MANAGER = "This person no longer works here. Choose another.", "Этот сотрудник здесь больше не работает. Выберите другого.", "Този служител вече не работи тук. Изберете друг.";
    NO_REASON = "Say why.", "Укажите причину.", "Посочете причина.";
    NO_SOURCE = "Say how it was said.", "Укажите, как это получено.", "Посочете как е получено.";
    NO_EVIDENCE = "Say what proves it. Without proof nobody may be written to.", "Укажите, чем это подтверждается. Без подтверждения писать нельзя.", "Посочете какво го доказва. Без доказателство не може да се пише.";
    NAME_DIFFERS = "This is not the person’s name. Type it as it stands above.", "Это не имя этого человека. Введите его, как указано выше.", "Това не е името на лицето. Въведете го, както стои по-горе.";
    MESSAGE_UNDER_WAY = "A message to this person is going out right now. Try again in a minute.", "Письмо этому человеку сейчас отправляется. Повторите через минуту.", "В момента се изпраща писмо до това лице. Опитайте след минута.";
    IS_ERASED = "This person was erased.", "Данные этого человека удалены.", "Това лице е изтрито.";
    ANSWERED_ALREADY = "Somebody has answered this request. Load the page again.", "На эту просьбу уже ответили. Обновите страницу.", "На това искане вече е отговорено. Заредете страницата отново.";
}

/// The word for a customer's state.
pub const fn customer_state(state: CustomerState) -> Word {
    match state {
        CustomerState::Applied => STATE_APPLIED,
        CustomerState::Active => STATE_ACTIVE,
        CustomerState::Blocked => STATE_BLOCKED,
    }
}

/// The word for a channel, as in "written to by".
pub const fn channel(channel: Channel) -> Word {
    match channel {
        Channel::Email => CHANNEL_EMAIL,
        Channel::Fax => CHANNEL_FAX,
        Channel::Post => CHANNEL_POST,
    }
}

/// The word for what someone said of mailings.
pub const fn consent_state(state: ConsentState) -> Word {
    match state {
        ConsentState::Granted => CONSENT_GRANTED,
        ConsentState::Withdrawn => CONSENT_WITHDRAWN,
    }
}

/// The short word for what a contact is sent.
pub const fn contact_role(role: ContactRole) -> Word {
    match role {
        ContactRole::Orders => ROLE_ORDERS,
        ContactRole::Accounts => ROLE_ACCOUNTS,
        ContactRole::Mail => ROLE_MAIL,
    }
}

/// The word for what became of a request.
pub const fn request_state(state: RequestState) -> Word {
    match state {
        RequestState::Open => REQUEST_OPEN,
        RequestState::Done => REQUEST_IS_DONE,
        RequestState::Declined => REQUEST_DECLINED,
    }
}

/// The sentence for a stable code only staff can meet.
pub fn problem(code: &str) -> Option<Word> {
    Some(match code {
        "no_name" => NO_NAME,
        "no_code" => NO_CODE,
        "code_taken" => CODE_TAKEN,
        "discount_range" => DISCOUNT_RANGE,
        "unknown_price_type" => UNKNOWN_PRICE_TYPE,
        "unknown_manager" => UNKNOWN_MANAGER,
        "no_reason" => NO_REASON,
        "no_source" => NO_SOURCE,
        "no_evidence" => NO_EVIDENCE,
        "name_differs" => NAME_DIFFERS,
        "message_under_way" => MESSAGE_UNDER_WAY,
        "erased" => IS_ERASED,
        "not_bounced" => super::consent::NOT_BOUNCED,
        "customer_in_use" => super::consent::CUSTOMER_IN_USE,
        "answered_already" => ANSWERED_ALREADY,
        _ => return None,
    })
}
