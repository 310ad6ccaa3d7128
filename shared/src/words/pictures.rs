//! Pictures of products, on the staff's pages; nothing here may reach the buyer's module.

use super::Word;

crate::words! {
    PICTURES = "Pictures", "Фотографии", "Снимки";
    ADD = "Add pictures", "Добавить фотографии", "Добави снимки";
    CHOOSE_FILES = "Files", "Файлы", "Файлове";
    NAMED_BY_CODE = "Each file is named after its product’s code, such as 85123A.jpg. JPEG, PNG, WebP or GIF, up to 10 MB and 40 megapixels; sizes for the list are made here.",
        "Имя файла — код товара, например 85123A.jpg. JPEG, PNG, WebP или GIF до 10 МБ и 40 мегапикселей; нужные размеры программа сделает сама.",
        "Името на файла е кодът на стоката, например 85123A.jpg. JPEG, PNG, WebP или GIF до 10 MB и 40 мегапиксела; размерите за листата се правят тук.";
    SHOWN_WHEN_PUBLISHED = "Buyers see a picture once the next price list is published.", "Покупатели увидят фотографию после публикации следующего прайс-листа.", "Купувачите виждат снимката след публикуване на следващата ценова листа.";
    CHANGE_SHOWN = "Buyers see that once the next price list is published.", "Покупатели увидят это после публикации следующего прайс-листа.", "Купувачите ще видят това след публикуване на следващата ценова листа.";
    SEEN_BY_ALL = "Whoever may read a price list may see every published picture.", "Каждый, кому доступен прайс-лист, может увидеть любую опубликованную фотографию.", "Всеки, който може да чете ценова листа, може да види всяка публикувана снимка.";
    TO_PRICE_LISTS = "Publish a price list", "Опубликовать прайс-лист", "Публикувай ценова листа";
    START = "Send", "Отправить", "Изпрати";
    STOP = "Stop", "Остановить", "Спри";
    SENT_OF = "{done} of {all} files", "{done} из {all} файлов", "{done} от {all} файла";
    STOPPED = "Stopped; what was taken stays.", "Остановлено; принятое сохранено.", "Спряно; приетото остава.";
    ACCOUNT = "What became of each file", "Что стало с каждым файлом", "Какво стана с всеки файл";
    READ_IS = "{read} read = {taken} taken + {unchanged} unchanged + {refused} refused", "{read} прочитано = {taken} принято + {unchanged} без изменений + {refused} отклонено", "{read} прочетени = {taken} приети + {unchanged} без промяна + {refused} отхвърлени";
    OUTCOME = "Outcome", "Итог", "Резултат";
    TAKEN = "taken", "принято", "приета";
    UNCHANGED = "had it already", "уже есть", "вече я има";
    TAKEN_BACK = "taken back", "отменено", "върната";
    NOT_SENT = "not sent", "не отправлен", "неизпратен";
    UNDO = "Undo", "Вернуть", "Върни";
    UNDO_ALL = "Undo all of it", "Отменить всё", "Отмени всичко";
    UNDONE = "The pictures are as they were.", "Фотографии возвращены как было.", "Снимките са както преди.";
    UNDONE_NOT_ALL = "Some could not be taken back: their pictures were changed meanwhile.", "Отменено не всё: часть фотографий уже изменили.", "Не всичко е върнато: част от снимките междувременно са променени.";
    WITH_PICTURE = "With a picture", "С фотографией", "Със снимка";
    WAITING = "To be fetched", "Ещё не загружены", "Предстои изтегляне";
    FAILED = "Could not be fetched", "Не удалось загрузить", "Неизтеглени";
    EARLIER = "Earlier ones", "Прежние", "Предишни";
    NO_EARLIER = "Every picture kept is its product’s own now.", "Прежних фотографий нет.", "Няма предишни снимки.";
    EARLIER_HINT = "Pictures another took the place of, or that were removed. Those that a price list named can still be seen by readers. What no list ever named goes by itself after two months.",
        "Заменённые и убранные фотографии. Те, что были в прайс-листе, остаются видны покупателям. Не попавшие ни в один удаляются сами через два месяца.",
        "Заменени и премахнати снимки. Тези от публикувана листа остават видими за купувачите. Които не са били в никоя листа, се изтриват сами след два месеца.";
    CHANGED = "Changed since the last price list", "Изменено после последнего прайс-листа", "Променени след последната ценова листа";
    UNLISTED = "With a picture, but in no price list so far", "С фотографией, но ещё ни в одном прайс-листе", "Със снимка, но досега в никоя ценова листа";
    UNLISTED_HINT = "Such goods are not sold: they have no price or no group, or are switched off.", "Такие товары не продаются: у них нет цены или группы, либо они отключены.", "Такива стоки не се продават: нямат цена или група или са изключени.";
    NO_PICTURES = "No product has a picture yet.", "Фотографий пока нет.", "Още няма снимки.";
    NO_PICTURES_HINT = "Send files above, or import a column Picture with addresses.", "Отправьте файлы выше или импортируйте столбец «Фото» с адресами.", "Изпратете файлове по-горе или внесете колона „Снимка“ с адреси.";
    NOTHING_WAITS = "No picture waits to be fetched.", "Все фотографии по адресам загружены.", "Никоя снимка не чака изтегляне.";
    NOTHING_FAILED = "Every picture asked for was fetched.", "Все запрошенные фотографии загружены.", "Всички поискани снимки са изтеглени.";
    PICTURE = "Picture", "Фото", "Снимка";
    SOURCE = "From", "Откуда", "Откъде";
    CHOSEN = "Since", "С", "От";
    BY = "By", "Кто", "Кой";
    REMOVE = "Remove", "Убрать", "Премахни";
    REMOVE_OF = "Remove the picture of {code}", "Убрать фотографию {code}", "Премахни снимката на {code}";
    REMOVED = "{code} has no picture now.", "У {code} больше нет фотографии.", "{code} вече няма снимка.";
    WITHDRAW = "Withdraw", "Изъять", "Изтегли";
    WITHDRAW_OF = "Withdraw the picture of {code} for good", "Изъять фотографию {code} навсегда", "Изтегли окончателно снимката на {code}";
    WITHDRAW_ASK = "Withdraw it for good? Nobody sees it any more, in price lists published before neither, and it is deleted here. This cannot be undone. Backups made before still hold it.",
        "Изъять навсегда? Её больше никто не увидит, в том числе в прежних прайс-листах, и здесь она будет удалена. Отменить это нельзя. В сделанных ранее резервных копиях она останется.",
        "Да се изтегли ли окончателно? Никой няма да я вижда, и в предишни ценови листи, а тук ще бъде изтрита. Това не може да се отмени. В направените преди резервни копия остава.";
    WITHDRAW_NOW = "Withdraw for good", "Изъять навсегда", "Изтегли окончателно";
    KEEP = "Keep it", "Оставить", "Запази я";
    WITHDRAWN = "The picture of {code} was withdrawn.", "Фотография {code} изъята.", "Снимката на {code} е изтеглена.";
    ADDED = "Added", "Добавлена", "Добавена";
    ADDRESS = "Address", "Адрес", "Адрес";
    TRIES = "Tries", "Попыток", "Опити";
    NEXT_TRY = "Next try", "Следующая попытка", "Следващ опит";
    FETCH_AGAIN = "Try again", "Повторить", "Опитай пак";
    FETCH_ALL_AGAIN = "Try all again", "Повторить все", "Опитай всички пак";
    LARGER = "Larger picture of {code}", "Увеличить фотографию {code}", "По-голяма снимка на {code}";
    NO_PRODUCT = "No product has this code; rename the file.", "Товара с таким кодом нет; переименуйте файл.", "Няма стока с такъв код; преименувайте файла.";
    BAD_TYPE = "Not a JPEG, PNG, WebP or GIF.", "Не JPEG, PNG, WebP или GIF.", "Не е JPEG, PNG, WebP или GIF.";
    BAD_SIZE = "Too many pixels: at most 40 megapixels and 16,000 a side.", "Слишком много пикселей: до 40 мегапикселей и 16 000 по стороне.", "Твърде много пиксели: до 40 мегапиксела и 16 000 на страна.";
    TOO_HEAVY = "Larger than 10 MB; save it smaller.", "Больше 10 МБ; сохраните файл меньшего размера.", "Над 10 MB; запазете го по-малък.";
    DAMAGED = "The file is damaged.", "Файл повреждён.", "Файлът е повреден.";
    TOO_MUCH = "Opening it takes more memory or time than a picture should.", "Открытие требует больше памяти или времени, чем положено фотографии.", "Отварянето иска повече памет или време, отколкото е редно за снимка.";
    CHANGED_MEANWHILE = "The picture was changed meanwhile; look at it as it stands now.", "Фотографию уже изменили; посмотрите, какая она сейчас.", "Снимката междувременно е променена; вижте я, както е сега.";
    NO_SUCH_PICTURE = "The product has no such picture.", "У товара нет такой фотографии.", "Стоката няма такава снимка.";
    BAD_ADDRESS = "The address cannot be used.", "Адрес не подходит.", "Адресът не може да се ползва.";
    ADDRESS_REFUSED = "The address lies in an inner network. Whoever runs the server can permit the host: KONTOR_PICTURE_HOSTS.", "Адрес ведёт во внутреннюю сеть. Разрешить узел может администратор сервера: KONTOR_PICTURE_HOSTS.", "Адресът е във вътрешна мрежа. Който поддържа сървъра, може да разреши хоста: KONTOR_PICTURE_HOSTS.";
    ADDRESS_PORT = "Pictures are fetched from ports 80, 443, 8080 and 8443 only. Whoever runs the server can permit the host, on any port: KONTOR_PICTURE_HOSTS.", "Фотографии загружаются только с портов 80, 443, 8080 и 8443. Разрешить узел с любым портом может администратор сервера: KONTOR_PICTURE_HOSTS.", "Снимки се изтеглят само от портове 80, 443, 8080 и 8443. Който поддържа сървъра, може да разреши хоста с всеки порт: KONTOR_PICTURE_HOSTS.";
    ADDRESS_PLAIN = "The address leads from an encrypted one (https) to a plain one (http), which is not followed.", "Зашифрованный адрес (https) ведёт на незашифрованный (http); такие перенаправления не выполняются.", "Шифрованият адрес (https) води към нешифрован (http); такова пренасочване не се следва.";
    NOT_REACHED = "The server there was not reached.", "Сервер недоступен.", "Сървърът не отговаря.";
    REFUSED_THERE = "The server there gives no picture.", "Сервер не отдаёт фотографию.", "Сървърът не дава снимка.";
    TOO_MANY_HOPS = "The address leads on and on.", "Слишком много перенаправлений.", "Твърде много пренасочвания.";
}

/// The words for a stable code of what is wrong with a picture or its address.
pub fn problem(code: &str) -> Option<Word> {
    Some(match code {
        "picture_no_product" => NO_PRODUCT,
        "picture_type" => BAD_TYPE,
        "picture_dimensions" => BAD_SIZE,
        "picture_too_large" | "too_large" => TOO_HEAVY,
        "picture_unreadable" => DAMAGED,
        "picture_memory" | "picture_time" => TOO_MUCH,
        "picture_changed" => CHANGED_MEANWHILE,
        "picture_missing" => NO_SUCH_PICTURE,
        "address_bad" => BAD_ADDRESS,
        "address_refused" => ADDRESS_REFUSED,
        "address_port" => ADDRESS_PORT,
        "address_plain" => ADDRESS_PLAIN,
        "address_not_reached" => NOT_REACHED,
        "address_answer" => REFUSED_THERE,
        "address_redirects" => TOO_MANY_HOPS,
        _ => return None,
    })
}
