//! Words about orders that wait on a device: in the queue, as a draft, or as a copy kept aside.

crate::words! {
    WAITING_HERE = "Waiting on this device", "Ждут на этом устройстве", "Чакат на това устройство";
    WAITS = "Waits", "Ждёт отправки", "Чака";
    UNDER_WAY = "Being sent", "Отправляется", "Изпраща се";
    SENT = "Sent", "Отправлен", "Изпратена";
    CAME_BACK = "Not taken", "Не принят", "Не е приета";
    QUEUED_AT = "Ordered on {time}", "Заказано {time}", "Поръчано на {time}";
    BY = "by {login}", "от {login}", "от {login}";
    WAITS_NETWORK = "The firm's server cannot be reached. The order goes out by itself when it can.", "Сервер фирмы недоступен. Заказ уйдёт сам, когда появится связь.", "Няма връзка със сървъра на фирмата. Поръчката ще тръгне сама, щом има.";
    WAITS_BUSY = "The firm's server is busy. The order goes out by itself in a little while.", "Сервер фирмы занят. Заказ уйдёт сам немного позже.", "Сървърът на фирмата е зает. Поръчката ще тръгне сама след малко.";
    WAITS_OWNER = "Waits until whoever ordered signs in.", "Ждёт входа того, кто заказывал.", "Чака влизането на този, който я е поръчал.";
    QUEUED_NOTE = "The order is safe on this device and goes out by itself. You need not stay on this page.", "Заказ сохранён на этом устройстве и уйдёт сам. Ждать на этой странице не нужно.", "Поръчката е запазена на това устройство и ще тръгне сама. Не е нужно да чакате тук.";
    QUEUED_NOT_KEPT = "This browser keeps nothing: leave the page open until the order has gone out, or save it as Excel.", "Этот браузер ничего не хранит: не закрывайте страницу, пока заказ не уйдёт, или сохраните его в Excel.", "Този браузър не пази нищо: оставете страницата отворена, докато поръчката тръгне, или я запазете в Excel.";
    SEE_WAITING = "See what waits", "Показать, что ждёт", "Виж какво чака";
    SEND_NOW = "Send now", "Отправить сейчас", "Изпрати сега";
    MEND = "Change and send again", "Исправить и отправить снова", "Поправи и изпрати пак";
    MENDED = "The order is a draft again. Nothing in it is lost.", "Заказ снова черновик. Ничего не потеряно.", "Поръчката отново е чернова. Нищо не е загубено.";
    THROW_AWAY = "Throw away", "Выбросить", "Изхвърли";
    THROWN_AWAY = "Thrown away.", "Выброшено.", "Изхвърлено.";
    WITHDRAWN = "Thrown away", "Выброшен", "Изхвърлена";
    WITHDRAWN_NOTE = "It went out once and may have arrived. It goes as soon as the firm's server has said that it has not.", "Заказ уже отправлялся и мог дойти. Он исчезнет, когда сервер фирмы скажет, что его нет.", "Поръчката вече беше изпращана и може да е пристигнала. Ще изчезне, щом сървърът на фирмата потвърди, че я няма.";
    ARRIVED_ANYWAY = "The order you threw away had already arrived as {number}. If it is not wanted, cancel it under Orders.", "Выброшенный заказ уже дошёл под номером {number}. Если он не нужен, отмените его в разделе «Заказы».", "Изхвърлената поръчка вече беше пристигнала под номер {number}. Ако не е нужна, откажете я в „Поръчки“.";
    WANTED_AFTER_ALL = "Send it after all", "Всё-таки отправить", "Все пак я изпрати";
    TAKE_OVER = "Take over", "Взять", "Вземи";
    TAKEN_OVER = "The copy is in your order now.", "Копия теперь в вашем заказе.", "Копието вече е в поръчката ви.";
    COPY_TAB = "A copy from another tab", "Копия из другой вкладки", "Копие от друг раздел";
    COPY_DEVICE = "A copy from another device", "Копия с другого устройства", "Копие от друго устройство";
    COPY_ORDER = "A copy from the order that came back", "Копия из непринятого заказа", "Копие от върнатата поръчка";
    COPY_SENT = "Not in the order that was sent", "Не вошло в отправленный заказ", "Извън изпратената поръчка";
    COPY_SENT_WHY = "The order went out from one device while another had other quantities of the same goods. Take them over to order these as well:", "Заказ ушёл с одного устройства, а на другом у тех же товаров были другие количества. Возьмите их, чтобы заказать и это:", "Поръчката тръгна от едно устройство, а на друго същите стоки бяха с други количества. Вземете ги, за да поръчате и това:";
    SENT_ELSEWHERE = "Sent from another device as order {number}.", "Отправлено с другого устройства, заказ {number}.", "Изпратено от друго устройство, поръчка {number}.";
    COPY_WHY = "The same goods were written twice. Your order has what stands above; the copy has:", "Одни и те же товары записаны дважды. В заказе то, что выше; в копии:", "Едни и същи стоки са записани два пъти. В поръчката е горното; в копието:";
    DRAFT_OLD = "This order has waited here since {date}.", "Этот заказ ждёт здесь с {date}.", "Тази поръчка чака тук от {date}.";
    LEAVING = "Before you sign out", "Прежде чем выйти", "Преди да излезете";
    LEAVE_HERE = "Leave it here until I sign in again", "Оставить здесь до следующего входа", "Остави тук до следващото ми влизане";
    THROW_AND_LEAVE = "Throw away on all devices and sign out", "Выбросить на всех устройствах и выйти", "Изхвърли на всички устройства и излез";
    FIRM_KEEPS = "Forget it here: the firm keeps it for me", "Убрать отсюда: фирма сохранит его для меня", "Махни я оттук: фирмата ми я пази";
    FIRM_LACKS = "The firm does not have the order as it stands here just now, so nothing was forgotten.", "Сейчас у фирмы нет заказа в том виде, как он стоит здесь, поэтому ничего не убрано.", "В момента фирмата няма поръчката, както е тук, затова нищо не е махнато.";
    ASKING_TO_LEAVE = "Telling the firm's server …", "Сообщаем серверу фирмы…", "Съобщава се на сървъра на фирмата…";
    TOO_LONG_ELSEWHERE = "This draft is too long for your other devices: it stays on this one.", "Этот черновик слишком длинный для других ваших устройств: он остаётся только на этом.", "Тази чернова е твърде дълга за другите ви устройства: тя остава само на това.";
    NOT_ELSEWHERE = "Your other devices do not have this draft: it stays on this one.", "На других ваших устройствах этого черновика нет: он остаётся только на этом.", "Другите ви устройства нямат тази чернова: тя остава само на това.";
    TOO_MANY_TO_SEND = "An order has at most {most} lines. Save all of it as Excel, then take lines out and send them as a second order.", "В заказе не больше {most} строк. Сохраните его целиком в Excel, затем уберите часть строк и отправьте их вторым заказом.", "Една поръчка има най-много {most} реда. Запазете я цялата в Excel, после махнете част от редовете и ги изпратете като втора поръчка.";
    REVIEW_AND_SEND = "Review and send", "Проверить и отправить", "Прегледай и изпрати";
    ALL_SENT = "Everything has been sent.", "Всё отправлено.", "Всичко е изпратено.";
    OTHERS_NOTE = "They go out when their owner signs in here. Nobody else sees them.", "Они уйдут, когда их владелец войдёт здесь. Другим они не видны.", "Ще тръгнат, когато собственикът им влезе тук. Никой друг не ги вижда.";
    UNREAD_NOTE = "They are of another version of this app: open it again later, or ask the firm for help.", "Они из другой версии приложения: откройте его позже или обратитесь в фирму.", "Те са от друга версия на приложението: отворете го по-късно или потърсете фирмата.";

    * CHANGED_ELSEWHERE = ["{n} line was changed on another device.", "{n} lines were changed on another device."], ["{n} строка изменена на другом устройстве.", "{n} строки изменены на другом устройстве.", "{n} строк изменены на другом устройстве."], ["{n} ред е променен на друго устройство.", "{n} реда са променени на друго устройство."];
    * ORDERS_WAIT = ["{n} order waits on this device", "{n} orders wait on this device"], ["{n} заказ ждёт на этом устройстве", "{n} заказа ждут на этом устройстве", "{n} заказов ждут на этом устройстве"], ["{n} поръчка чака на това устройство", "{n} поръчки чакат на това устройство"];
    * ORDERS_BACK = ["{n} order was not taken", "{n} orders were not taken"], ["{n} заказ не принят", "{n} заказа не приняты", "{n} заказов не приняты"], ["{n} поръчка не е приета", "{n} поръчки не са приети"];
    * OTHERS_WAIT = ["{n} order of another customer waits on this device.", "{n} orders of other customers wait on this device."], ["{n} заказ другого клиента ждёт на этом устройстве.", "{n} заказа других клиентов ждут на этом устройстве.", "{n} заказов других клиентов ждут на этом устройстве."], ["{n} поръчка на друг клиент чака на това устройство.", "{n} поръчки на други клиенти чакат на това устройство."];
    * UNREAD = ["{n} order kept on this device cannot be read.", "{n} orders kept on this device cannot be read."], ["{n} заказ на этом устройстве не читается.", "{n} заказа на этом устройстве не читаются.", "{n} заказов на этом устройстве не читаются."], ["{n} поръчка на това устройство не може да се прочете.", "{n} поръчки на това устройство не могат да се прочетат."];
    * DRAFT_UNSENT = ["An order of {n} line has not been sent.", "An order of {n} lines has not been sent."], ["Заказ из {n} строки не отправлен.", "Заказ из {n} строк не отправлен.", "Заказ из {n} строк не отправлен."], ["Поръчка с {n} ред не е изпратена.", "Поръчка с {n} реда не е изпратена."];
}
