//! Words for errors: what happened, what is safe, what to do. Keyed by the stable `code` of a problem document.
//! What only staff can meet is among their words ([`super::staff`]): it stays out of the buyer's module.

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
    OTHER_CUSTOMER = "Nothing was sent: in another tab of this browser somebody else signed in. The order is kept; sign in again as its customer.", "Ничего не отправлено: в другой вкладке этого браузера вошёл кто-то другой. Заказ сохранён; войдите снова как его клиент.", "Нищо не е изпратено: в друг раздел на този браузър е влязъл някой друг. Поръчката е запазена; влезте отново като нейния клиент.";
    WRONG_STATE = "The order is no longer in a state that allows this. Load it again.", "Состояние заказа этого уже не позволяет. Загрузите его заново.", "Състоянието на поръчката вече не го позволява. Заредете я отново.";
    INTERNAL = "Something failed at the server. Try again: nothing is done twice.", "На сервере произошёл сбой. Повторите: дважды ничего не выполнится.", "На сървъра възникна грешка. Опитайте отново: нищо няма да се изпълни два пъти.";
    UNREADABLE = "The server's answer could not be read. Load the page again.", "Ответ сервера не удалось прочитать. Обновите страницу.", "Отговорът на сървъра не може да бъде прочетен. Заредете страницата отново.";
    UNKNOWN_PRICE_LIST = "The firm no longer has this price list. The present one is being loaded; look at the prices and send again.", "Этого прайс-листа у фирмы больше нет. Загружается действующий; посмотрите цены и отправьте снова.", "Фирмата вече няма тази ценова листа. Зарежда се действащата; вижте цените и изпратете пак.";
    TOO_MANY_LINES = "The order has too many lines. Send it in two parts.", "В заказе слишком много строк. Отправьте его двумя частями.", "Поръчката има твърде много редове. Изпратете я на две части.";
    BELOW_MINIMUM_ORDER = "The order is below the firm's least amount. It is kept here; add to it and send it then.", "Сумма заказа меньше минимальной. Заказ сохранён здесь; дополните его и отправьте.", "Поръчката е под минималната сума. Тя се пази тук; допълнете я и я изпратете.";
    CUSTOMER_BLOCKED = "The firm takes no orders from you at present. The order is kept here; ring the firm.", "Фирма сейчас не принимает от вас заказы. Заказ сохранён здесь; позвоните в фирму.", "Фирмата в момента не приема поръчки от вас. Поръчката се пази тук; обадете се на фирмата.";
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
        "other_customer" => OTHER_CUSTOMER,
        "wrong_state" => WRONG_STATE,
        "changed_elsewhere" => CONFLICT,
        "below_minimum_order" => BELOW_MINIMUM_ORDER,
        "customer_blocked" => CUSTOMER_BLOCKED,
        code if code.ends_with("_not_ready") || code == "not_ready" => NOT_READY,
        _ => INVALID,
    }
}
