//! Words of the price list's rows, columns, sorting, details and print.

crate::words! {
    FAVOURITE = "Favourite", "В избранное", "Любима";
    FAVOURITES = "Favourites", "Избранное", "Любими";
    OFFER = "Offer", "Акция", "Промоция";
    VIEW = "View", "Вид", "Изглед";
    COLUMNS = "Columns", "Колонки", "Колони";
    DENSITY = "Row height", "Высота строк", "Височина на редовете";
    DENSE = "Dense", "Плотно", "Плътно";
    COMFORTABLE = "Comfortable", "Просторно", "Просторно";
    SORT = "Sort", "Сортировка", "Подредба";
    CHEAPEST = "Price, lowest first", "Сначала дешёвые", "Първо най-евтините";
    DEAREST = "Price, highest first", "Сначала дорогие", "Първо най-скъпите";
    BY_NAME = "By name", "По названию", "По име";
    NEWEST = "New first", "Сначала новинки", "Първо новите";
    DETAILS = "Details", "Подробно", "Подробно";
    DETAILS_OF = "Details of {name}", "Подробно: {name}", "Подробно: {name}";
    PRICE_FROM_N = "from {n}", "от {n}", "от {n}";
    LEAST = "At least", "Не меньше", "Най-малко";
    MOST = "At most", "Не больше", "Най-много";
    GROUP = "Group", "Группа", "Група";
    ORDERED_BEFORE = "Bought before", "Покупали раньше", "Купувано преди";
    YES = "yes", "да", "да";
    PICTURE = "Picture", "Фото", "Снимка";
    KEY_DETAILS = "Details", "Подробно", "Подробно";
    KEY_FAVOURITE = "Favourite", "В избранное", "Любима";
    PRINTED_LIST = "Price list {list} of {date}", "Прайс-лист {list} от {date}", "Ценова листа {list} от {date}";
    PRINTED_PART = "Part of the list: {n}", "Часть прайс-листа: {n}", "Част от листата: {n}";
}
