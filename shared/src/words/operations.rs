//! Looking after the server, on the staff's pages; nothing here may reach the buyer's module.

use crate::words;

words! {
    PAUSED_RESTORED = "The database was restored from a backup, and nothing is sent until an administrator releases it.", "База восстановлена из резервной копии; письма не отправляются, пока администратор не возобновит отправку.", "Базата е възстановена от резервно копие; писма не се изпращат, докато администратор не възобнови изпращането.";
    PAUSED_HINT = "Look at the outbox first: what was sent after the backup was made would go out once more.", "Сначала просмотрите исходящие: то, что было отправлено после создания копии, уйдёт ещё раз.", "Първо прегледайте изходящите: изпратеното след създаването на копието би тръгнало още веднъж.";
    PAUSED = "Sending is stopped; orders come in as ever.", "Отправка писем остановлена; заказы принимаются как обычно.", "Изпращането на писма е спряно; поръчките се приемат както обикновено.";
    TO_OUTBOX = "Open the outbox", "Открыть исходящие", "Към изходящите";
    RELEASE = "Release sending", "Возобновить отправку", "Възобнови изпращането";
    RELEASED = "Sending goes on.", "Отправка возобновлена.", "Изпращането е възобновено.";
    * WAITING = ["{n} message waits.", "{n} messages wait."], ["{n} письмо ожидает отправки.", "{n} письма ожидают отправки.", "{n} писем ожидают отправки."], ["{n} писмо чака.", "{n} писма чакат."];
}
