//! Who can sign in, as the office sees it; nothing here may reach the buyer's module.

use super::Word;

crate::words! {
    PEOPLE = "Log-ins", "Учётные записи", "Потребители";
    PEOPLE_SEARCH = "Name, address or customer", "Имя, адрес или клиент", "Име, адрес или клиент";
    INVITE_SOMEBODY = "Invite somebody", "Пригласить", "Покани някого";
    INVITE_HINT = "A mail with a link goes out; the person chooses a password within seven days.", "Уйдёт письмо со ссылкой; человек задаёт пароль в течение семи дней.", "Изпраща се писмо с връзка; човекът избира парола в рамките на седем дни.";
    FOR_CUSTOMER = "Customer’s code", "Код клиента", "Код на клиента";
    NAME = "Name", "Имя", "Име";
    SEND_INVITATION = "Send the invitation", "Отправить приглашение", "Изпрати покана";
    INVITED_DONE = "The invitation is on its way to {login}.", "Приглашение отправлено на {login}.", "Поканата е изпратена до {login}.";
    THOSE_ACTIVE = "Active", "Активные", "Активни";
    THOSE_INVITED = "Invited", "Приглашённые", "Поканени";
    THOSE_DISABLED = "Disabled", "Отключённые", "Изключени";
    STATE_INVITED = "invited", "приглашён", "поканен";
    STATE_ACTIVE = "active", "активен", "активен";
    STATE_DISABLED = "disabled", "отключён", "изключен";
    WORKS_UNTIL = "the link works until {when}", "ссылка действует до {when}", "връзката важи до {when}";
    LINK_EXPIRED = "the link has expired", "срок ссылки истёк", "срокът на връзката е изтекъл";
    LAST_SEEN = "Last seen", "Последняя активность", "Последна активност";
    NEVER_SEEN = "never", "не было", "няма";
    SECOND_STEP = "Second step", "Второй шаг", "Втора стъпка";
    YES = "yes", "есть", "има";
    NO = "no", "нет", "няма";
    ROLE_OF = "Role", "Роль", "Роля";
    IT_IS_YOU = "you", "это вы", "вие";
    ROLE_SAVED = "{login} now works as: {role}.", "{login} — новая роль: {role}.", "{login} вече е с роля: {role}.";
    INVITE_AGAIN = "Send again", "Отправить снова", "Изпрати пак";
    WITHDRAW = "Withdraw", "Отозвать", "Оттегли";
    WITHDRAWN = "The invitation of {login} is withdrawn.", "Приглашение для {login} отозвано.", "Поканата за {login} е оттеглена.";
    DISABLE = "Disable", "Отключить", "Изключи";
    ENABLE = "Enable", "Включить", "Включи";
    DISABLED_DONE = "{login} can no longer sign in; the sessions have ended.", "{login} больше не может войти; сеансы закрыты.", "{login} вече не може да влиза; сесиите са прекратени.";
    ENABLED_DONE = "{login} can sign in again.", "{login} снова может входить.", "{login} отново може да влиза.";
    UNDO = "Undo", "Вернуть", "Върни";
    END_THEIRS = "End all sessions", "Закрыть все сеансы", "Прекрати всички сесии";
    ENDED_THEIRS = "All sessions of {login} have ended.", "Все сеансы {login} закрыты.", "Всички сесии на {login} са прекратени.";
    RESET_FACTOR = "Reset the second step", "Сбросить второй шаг", "Нулирай втората стъпка";
    RESET_FACTOR_HINT = "For somebody who lost the telephone and the recovery codes. Make sure that it is the person: by a call to a known number, or in person. All sessions end, and the owner is told by mail.", "Для того, кто потерял телефон и коды восстановления. Убедитесь, что это действительно он: позвоните по известному вам номеру или встретьтесь лично. Все сеансы закроются, владелец получит письмо.", "За човек, който е изгубил телефона и кодовете за възстановяване. Уверете се, че е той: обадете се на познат номер или се срещнете лично. Всички сесии се прекратяват, а собственикът получава писмо.";
    RESET_FACTOR_PROOF = "How the person proved to be the one", "Как человек подтвердил, что это он", "Как човекът доказа, че е той";
    RESET_FACTOR_DONE = "{login} sets up a second step anew at the next sign-in.", "При следующем входе {login} настроит второй шаг заново.", "При следващото влизане {login} ще настрои втората стъпка наново.";
    NO_LOG_INS = "Nobody here.", "Здесь никого нет.", "Тук няма никого.";
    APPLICATIONS = "Sign-ups to decide on", "Заявки на рассмотрении", "Заявки за решение";
    NO_APPLICATIONS = "No sign-up waits.", "Заявок нет.", "Няма чакащи заявки.";
    KNOWN_AS = "Perhaps known already:", "Возможно, это уже наш клиент:", "Може би вече е наш клиент:";
    APPROVE = "Approve and invite", "Одобрить и пригласить", "Одобри и покани";
    APPROVED_DONE = "{company} is a customer now; the invitation is on its way.", "{company} теперь клиент; приглашение отправлено.", "{company} вече е клиент; поканата е изпратена.";
    CUSTOMER_CODE = "Code of the customer", "Код клиента", "Код на клиента";
    REFUSE_SIGN_UP = "Refuse", "Отклонить", "Откажи";
    REFUSE_SIGN_UP_HINT = "A polite mail goes out. A reason is said in it, if you give one. This cannot be taken back.", "Уйдёт вежливое письмо. Если указать причину, она будет в нём. Отменить нельзя.", "Изпраща се учтиво писмо. Ако посочите причина, тя е в него. Не може да се върне.";
    REFUSE_SIGN_UP_REASON = "Reason (optional)", "Причина (необязательно)", "Причина (по желание)";
    REFUSED_DONE = "The sign-up of {company} is refused.", "Заявка отклонена: {company}.", "Заявката на {company} е отказана.";
    MY_LOG_IN = "My log-in", "Моя учётная запись", "Моят достъп";
    JOB_ACCOUNT = "Answer to a sign-up or a forgotten password", "Ответ на заявку или забытый пароль", "Отговор на заявка или забравена парола";
    // What only staff can meet.
    LAST_ADMINISTRATOR = "This is the last administrator. Make somebody else administrator first.", "Это последний администратор. Сначала назначьте другого.", "Това е последният администратор. Първо направете друг администратор.";
    NO_PUBLIC_URL = "The server does not know its own address, so no link can be written. Start it with --public-url or set KONTOR_PUBLIC_URL.", "Сервер не знает своего адреса, поэтому ссылку составить нельзя. Запустите его с --public-url или задайте KONTOR_PUBLIC_URL.", "Сървърът не знае собствения си адрес, затова не може да се състави връзка. Пуснете го с --public-url или задайте KONTOR_PUBLIC_URL.";
    UNKNOWN_CUSTOMER = "No active customer has this code.", "Нет действующего клиента с таким кодом.", "Няма действащ клиент с този код.";
    ALREADY_DECIDED = "Somebody has decided on this sign-up already.", "По этой заявке решение уже принято.", "По тази заявка вече има решение.";
    CODE_TAKEN = "Another customer has this code.", "Этот код уже у другого клиента.", "Този код вече е на друг клиент.";
    NOT_INVITED = "This log-in is in use already, or disabled.", "Эта учётная запись уже используется или отключена.", "Този достъп вече се използва или е изключен.";
    ANOTHER_KIND = "A buyer stays a buyer, and staff stay staff. Invite the person anew under another address.", "Покупатель остаётся покупателем, сотрудник — сотрудником. Пригласите человека заново с другим адресом.", "Купувачът остава купувач, служителят — служител. Поканете човека наново с друг адрес.";
    NO_FACTOR = "There is no second step to reset.", "Второй шаг не настроен, сбрасывать нечего.", "Втората стъпка не е настроена, няма какво да се нулира.";

    * COUNT_APPLICATIONS = ["{n} sign-up waits for a decision", "{n} sign-ups wait for a decision"], ["{n} заявка ждёт решения", "{n} заявки ждут решения", "{n} заявок ждут решения"], ["{n} заявка чака решение", "{n} заявки чакат решение"];
    * COUNT_SESSIONS = ["{n} session", "{n} sessions"], ["{n} сеанс", "{n} сеанса", "{n} сеансов"], ["{n} сесия", "{n} сесии"];
}

/// What happened, in words only the office needs.
pub fn problem(code: &str) -> Option<Word> {
    Some(match code {
        "last_administrator" => LAST_ADMINISTRATOR,
        "no_public_url" => NO_PUBLIC_URL,
        "unknown_customer" => UNKNOWN_CUSTOMER,
        "already_decided" => ALREADY_DECIDED,
        "code_taken" => CODE_TAKEN,
        "not_invited" => NOT_INVITED,
        "role_of_another_kind" | "staff_have_no_customer" => ANOTHER_KIND,
        "no_factor" => NO_FACTOR,
        _ => return None,
    })
}

/// The word for the state of a log-in.
pub fn state(state: &str) -> Word {
    match state {
        "invited" => STATE_INVITED,
        "disabled" => STATE_DISABLED,
        _ => STATE_ACTIVE,
    }
}
