//! Words of a page that works without a network: how old what it shows is, what is newer, and what this device keeps.

crate::words! {
    NO_NETWORK = "No network", "Нет сети", "Няма мрежа";
    NO_NETWORK_AS_OF = "No network: prices as of {date} · list {list}", "Нет сети: цены от {date} · прайс-лист {list}", "Няма мрежа: цени от {date} · листа {list}";
    TAKE_LIST = "Take list {list}", "Взять прайс-лист {list}", "Вземи листа {list}";
    LIST_TAKEN = "This is list {list} now.", "Теперь показан прайс-лист {list}.", "Вече се показва листа {list}.";
    PRICES_ENDED = "These prices were valid until {date}.", "Эти цены действовали до {date}.", "Тези цени важаха до {date}.";
    ORDER_GOES_BY = "An order goes by the list in force now; about whatever has become dearer you will be asked.", "Заказ будет принят по действующему прайс-листу; о том, что подорожало, вас спросят.", "Поръчката ще бъде приета по действащата листа; за поскъпналото ще бъдете попитани.";
    NEW_EDITION = "A new edition of this page is ready.", "Готова новая версия этой страницы.", "Готово е ново издание на страницата.";
    RELOAD = "Reload", "Обновить", "Презареди";
    LATER = "Not now", "Не сейчас", "Не сега";
    KEPT_FOR_GOOD = "The browser will not clear it away by itself.", "Браузер не удалит это сам.", "Браузърът няма сам да го изтрие.";
    KEPT_FOR_NOW = "Short of space, the browser may clear it away: do not leave an order unsent for long.", "При нехватке места браузер может это удалить: не оставляйте заказ надолго неотправленным.", "При недостиг на място браузърът може да го изтрие: не оставяйте поръчка дълго неизпратена.";
}
