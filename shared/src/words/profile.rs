//! Words of a customer's own profile, and of forms about people that customers and staff both fill in.

use super::Word;
use crate::customers::{Channel, RequestState};
use crate::words;

words! {
    // The text itself: whoever changes it makes a new version, and consents given to the old one keep the old one.
    MARKETING_TEXT = "I agree that {firm} sends me news, offers and price lists about its goods. I can withdraw this at any time, here or by the link in each letter; that changes nothing about my orders.", "Я соглашаюсь получать от {firm} новости, предложения и прайс-листы о её товарах. Согласие можно отозвать в любой момент: здесь или по ссылке в каждом письме; на заказы это не влияет.", "Съгласен съм {firm} да ми изпраща новини, оферти и ценови листи за своите стоки. Мога да оттегля съгласието си по всяко време: тук или чрез връзката във всяко писмо; това не променя нищо по поръчките ми.";

    PROFILE = "Profile", "Профиль", "Профил";
    COMPANY = "Your company", "Ваша организация", "Вашата фирма";
    COMPANY_NAME = "Name", "Название", "Име";
    COUNTRY = "Country", "Страна", "Държава";
    TAX_ID = "Tax number", "Налоговый номер", "Данъчен номер";
    DISCOUNT = "Your discount", "Ваша скидка", "Вашата отстъпка";
    STAFF_CHANGE = "Only the firm changes these. Write what is no longer right:", "Эти данные меняет фирма. Напишите, что устарело:", "Тези данни се променят от фирмата. Напишете какво вече не е вярно:";
    ASK = "Ask for a change", "Попросить об изменении", "Поискай промяна";
    ASKED = "The firm has your request. The answer will stand here.", "Просьба передана фирме. Ответ появится здесь.", "Искането е предадено на фирмата. Отговорът ще се появи тук.";
    REQUESTS = "What you asked for", "Ваши просьбы", "Вашите искания";
    REQUEST_OPEN = "waits for an answer", "ждёт ответа", "чака отговор";
    REQUEST_DONE = "done", "сделано", "направено";
    REQUEST_DECLINED = "declined", "отказано", "отказано";

    WHERE_TO = "Addresses and language", "Адреса и язык", "Адреси и език";
    LEGAL_ADDRESS = "Legal address", "Юридический адрес", "Адрес на управление";
    PLACES = "Delivery addresses", "Адреса доставки", "Адреси за доставка";
    PLACE_NAME = "Name of the place", "Название места", "Име на мястото";
    PLACE_ADDRESS = "Delivery address", "Адрес доставки", "Адрес за доставка";
    PLACE_FIRST = "Offered first in an order", "Предлагается в заказе первым", "Предлага се първи в поръчката";
    MAKE_FIRST = "Offer first", "Предлагать первым", "Предлагай първи";
    ADD_PLACE = "Add an address", "Добавить адрес", "Добави адрес";
    TAKE_OUT = "Take out", "Убрать", "Премахни";
    ANOTHER_ADDRESS = "Another address", "Другой адрес", "Друг адрес";
    LANGUAGE = "Language of letters and documents", "Язык писем и документов", "Език на писмата и документите";
    CHANNEL = "Write to us by", "Пишите нам", "Пишете ни по";
    CHANNEL_EMAIL = "e-mail", "по эл. почте", "имейл";
    CHANNEL_FAX = "fax", "по факсу", "факс";
    CHANNEL_POST = "post", "по почте", "поща";
    OLD_DOCUMENTS = "Orders and documents already made stay as they are.", "Сделанные заказы и документы остаются прежними.", "Направените поръчки и документи остават същите.";
    SAVE = "Save", "Сохранить", "Запази";
    SAVED = "Saved.", "Сохранено.", "Запазено е.";
    UNDO = "Undo", "Вернуть", "Върни";

    PEOPLE = "People", "Люди", "Хора";
    YOU = "you", "это вы", "това сте вие";
    NAME = "Name", "Имя", "Име";
    EMAIL = "E-mail", "Эл. почта", "Имейл";
    PHONE = "Telephone", "Телефон", "Телефон";
    FAX = "Fax", "Факс", "Факс";
    POSITION = "Position", "Должность", "Длъжност";
    GETS = "Gets", "Получает", "Получава";
    GETS_ORDERS = "Mail about orders", "Письма о заказах", "Писма за поръчки";
    GETS_ACCOUNTS = "Proformas, invoices, reminders", "Счета и напоминания", "Проформи, фактури, напомняния";
    GETS_MAIL = "News and offers, once the person has agreed", "Новости и предложения, если человек согласен", "Новини и оферти, ако лицето е съгласно";
    ADD_PERSON = "Add a person", "Добавить человека", "Добави лице";
    EDIT = "Edit", "Изменить", "Промени";
    EDIT_PERSON = "Edit {name}", "Изменение: {name}", "Промяна: {name}";
    COMPANYS_LANGUAGE = "As the company", "Как у организации", "Като на фирмата";

    NEWS = "News and offers", "Новости и предложения", "Новини и оферти";
    NEWS_YES = "{name} agreed on {date}", "{name}: согласие дано {date}", "{name}: съгласие, дадено на {date}";
    NEWS_NO = "{name} gets none.", "{name}: не получает.", "{name}: не получава.";
    AGREE = "I agree", "Согласен получать", "Съгласен съм";
    NO_MORE = "Send no more", "Больше не присылать", "Не пращайте повече";
    AGREED = "Thank you. You can withdraw it here at any time.", "Спасибо. Отозвать согласие можно здесь в любой момент.", "Благодарим. Можете да го оттеглите тук по всяко време.";
    WITHDRAWN = "No more news and offers are sent. Letters about orders still come.", "Новости и предложения больше не отправляются. Письма о заказах приходят как прежде.", "Новини и оферти вече не се пращат. Писмата за поръчките продължават.";
    OWN_CONSENT = "Each person agrees for themselves, signed in under their own name.", "Каждый соглашается сам, войдя под своим именем.", "Всеки дава съгласие сам, като влезе със своето име.";
    YOUR_DISCOUNT = "Your discount of {percent} is in the prices.", "Ваша скидка {percent} учтена в ценах.", "Вашата отстъпка от {percent} е включена в цените.";

    SOMEBODY_CHANGED = "Somebody else has changed this meanwhile. What you typed stays here. Look at the change in another tab, then save again to put yours over it.", "Тем временем это изменил кто-то другой. Введённое остаётся здесь. Посмотрите изменение в другой вкладке и сохраните снова, чтобы записать своё.", "Междувременно някой друг е променил това. Въведеното остава тук. Вижте промяната в нов раздел и запазете пак, за да запишете своето.";
    SAVE_OVER = "Save over it", "Сохранить поверх", "Запази отгоре";
    CORRECT_FIELDS = "Not saved. Correct what is marked:", "Не сохранено. Исправьте отмеченное:", "Не е запазено. Поправете отбелязаното:";
    NOBODY = "Give a name or an e-mail address.", "Укажите имя или адрес почты.", "Посочете име или имейл.";
    NOT_AN_EMAIL = "This is not an e-mail address.", "Это не адрес электронной почты.", "Това не е имейл адрес.";
    EMAIL_TWICE = "Another person here has this address.", "Этот адрес уже есть у другого человека здесь.", "Този адрес вече е на друго лице тук.";
    NOT_A_NUMBER = "This is not a telephone number: digits, spaces and + - ( ).", "Это не номер телефона: цифры, пробелы и + - ( ).", "Това не е телефонен номер: цифри, интервали и + - ( ).";
    NO_ADDRESS = "This place has a name and no address.", "У этого места есть название, но нет адреса.", "Това място има име, но няма адрес.";
    TOO_LONG = "This is too long.", "Слишком длинно.", "Твърде дълго е.";
    CONTROL_CHARACTER = "This holds a sign that cannot be stored. Type it anew.", "Здесь есть знак, который нельзя сохранить. Наберите заново.", "Тук има знак, който не може да се запази. Въведете отново.";
    NO_TEXT = "Write what should be changed.", "Напишите, что изменить.", "Напишете какво да се промени.";
    TOO_MANY_OPEN = "Your earlier requests wait for an answer. Ring the firm if it is urgent.", "Прежние просьбы ещё ждут ответа. Если срочно, позвоните в фирму.", "Предишните ви искания чакат отговор. Ако е спешно, обадете се на фирмата.";
    TOO_MANY = "There are too many. Take some out first.", "Слишком много. Сначала уберите лишнее.", "Твърде много са. Първо премахнете някои.";
    TEXT_CHANGED = "The text has changed. Load the page and read it again.", "Текст изменился. Обновите страницу и прочтите его снова.", "Текстът е променен. Заредете страницата и го прочетете отново.";
}

/// The word for a channel, as the customer is asked for it.
pub const fn channel(channel: Channel) -> Word {
    match channel {
        Channel::Email => CHANNEL_EMAIL,
        Channel::Fax => CHANNEL_FAX,
        Channel::Post => CHANNEL_POST,
    }
}

/// The word for what became of a request.
pub const fn request_state(state: RequestState) -> Word {
    match state {
        RequestState::Open => REQUEST_OPEN,
        RequestState::Done => REQUEST_DONE,
        RequestState::Declined => REQUEST_DECLINED,
    }
}

/// The sentence for a stable code of a form about a customer or its people.
pub fn problem(code: &str) -> Option<Word> {
    Some(match code {
        "nobody" => NOBODY,
        "not_an_email" => NOT_AN_EMAIL,
        "email_twice" => EMAIL_TWICE,
        "not_a_number" => NOT_A_NUMBER,
        "no_address" => NO_ADDRESS,
        "too_long" => TOO_LONG,
        "control_character" => CONTROL_CHARACTER,
        "no_text" => NO_TEXT,
        "too_many_open" => TOO_MANY_OPEN,
        "too_many_places" | "too_many_contacts" => TOO_MANY,
        "text_changed" => TEXT_CHANGED,
        "not_your_consent" => OWN_CONSENT,
        _ => return None,
    })
}
