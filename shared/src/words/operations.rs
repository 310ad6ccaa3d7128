//! Looking after the server, on the staff's pages; nothing here may reach the buyer's module.

use crate::words;

words! {
    PAUSED_RESTORED = "The database was restored from a backup, and nothing is sent until an administrator releases it.", "База восстановлена из резервной копии; письма не отправляются, пока администратор не возобновит отправку.", "Базата е възстановена от резервно копие; писма не се изпращат, докато администратор не възобнови изпращането.";
    PAUSED_HINT = "Look at the outbox first: what was sent after the backup was made would go out once more.", "Сначала просмотрите исходящие: то, что было отправлено после создания копии, уйдёт ещё раз.", "Първо прегледайте изходящите: изпратеното след създаването на копието би тръгнало още веднъж.";
    PAUSED = "Sending is stopped; orders come in as ever.", "Отправка писем остановлена; заказы принимаются как обычно.", "Изпращането на писма е спряно; поръчките се приемат както обикновено.";
    TO_OUTBOX = "Open the outbox", "Открыть исходящие", "Към изходящите";
    RELEASE = "Release sending", "Возобновить отправку", "Възобнови изпращането";
    RELEASED = "Sending goes on.", "Отправка возобновлена.", "Изпращането е възобновено.";
    SENDING = "Sending", "Отправка", "Изпращане";
    BREAKERS = "Not sent to for now", "Временно не отправляем", "Временно не се изпраща";
    BREAKERS_HINT = "Mail servers refused too often; mailings wait, mails about orders go on. What waits is tried again by itself when the time is over.",
        "Почтовые серверы слишком часто отказывали: рассылки ждут, письма о заказах уходят. Когда срок пройдёт, отправка продолжится сама.",
        "Пощенските сървъри са отказвали твърде често: разпращанията чакат, писмата за поръчки тръгват. Когато срокът мине, изпращането продължава само.";
    NO_BREAKERS = "No mail server refuses: everybody is sent to.", "Никто не отказывает: отправка идёт всем.", "Никой не отказва: изпраща се до всички.";
    OWN_MAIL_SERVER = "The firm's mail server", "Почтовый сервер фирмы", "Пощенският сървър на фирмата";
    TO_WHOM = "To whom", "Кому", "До кого";
    REFUSALS = "Refusals in a row", "Отказов подряд", "Откази поред";
    SINCE = "Since", "С", "От";
    UNTIL = "Until", "До", "До";
    SAID_LAST = "Said last", "Последний ответ", "Последен отговор";
    WAITS = "Waiting", "Ждут", "Чакат";
    CLOSE = "Send again now", "Отправлять снова", "Изпращай отново";
    CLOSED = "Sending there goes on.", "Отправка туда возобновлена.", "Изпращането натам е възобновено.";
    * RELEASE_N = ["Release {n} message", "Release {n} messages"], ["Отправить {n} письмо", "Отправить {n} письма", "Отправить {n} писем"], ["Изпрати {n} писмо", "Изпрати {n} писма"];
    * WAITING = ["{n} message waits.", "{n} messages wait."], ["{n} письмо ожидает отправки.", "{n} письма ожидают отправки.", "{n} писем ожидают отправки."], ["{n} писмо чака.", "{n} писма чакат."];
}
