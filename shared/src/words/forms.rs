//! What is told of a sheet that came back filled in; its sender reads it, too.

crate::words! {
    NOT_A_NUMBER = "This is no quantity.", "Это не количество.", "Това не е количество.";
    AMBIGUOUS = "This could be two numbers: a thousand, or one with decimals. Write it without a thousands separator.", "Это можно прочесть двояко: как тысячу или как дробь. Напишите без разделителя тысяч.", "Това може да се прочете двояко: като хиляда или като дроб. Напишете го без разделител за хилядите.";
    DATE = "The program turned what was typed into a date. Was {detail} meant?", "Программа превратила введённое в дату. Имелось в виду {detail}?", "Програмата е превърнала въведеното в дата. Имали сте предвид {detail}?";
    ERROR = "The cell holds an error: {detail}", "В ячейке ошибка: {detail}", "В клетката има грешка: {detail}";
    NO_VALUE = "The cell holds a formula without its result. Type the number, or open the file in Excel or LibreOffice, save it and send it again.", "В ячейке формула без результата. Введите само число или откройте файл в Excel или LibreOffice, сохраните и пришлите ещё раз.", "В клетката има формула без резултат. Въведете самото число или отворете файла в Excel или LibreOffice, запазете го и го изпратете отново.";
    BOOLEAN = "The cell holds TRUE or FALSE, not a number.", "В ячейке ИСТИНА или ЛОЖЬ, а не число.", "В клетката има ИСТИНА или НЕИСТИНА, а не число.";
    NEGATIVE = "The quantity is below zero.", "Количество меньше нуля.", "Количеството е под нулата.";
    TOO_LARGE = "The quantity is above ten million.", "Количество больше десяти миллионов.", "Количеството е над десет милиона.";
    TOO_PRECISE = "The quantity has more than three decimals.", "В количестве больше трёх знаков после запятой.", "Количеството има повече от три знака след десетичната запетая.";
    STANDS_TWICE = "The product stands in several rows with different quantities: rows {detail}. Which one is meant?", "Товар стоит в нескольких строках с разным количеством: строки {detail}. Какая верна?", "Стоката е на няколко реда с различно количество: редове {detail}. Кой е верният?";
    NO_PRODUCT = "The row has a quantity but no product.", "В строке есть количество, но нет товара.", "На реда има количество, но няма стока.";
    NO_QUANTITY = "The line has no quantity.", "В строке нет количества.", "На реда няма количество.";
    SEVERAL_NUMBERS = "There are several numbers beside the code: {detail}. Leave the quantity alone.", "Рядом с кодом несколько чисел: {detail}. Оставьте только количество.", "До кода има няколко числа: {detail}. Оставете само количеството.";
    UNKNOWN_CODE = "There is no product of this code in the price list.", "В прайс-листе нет товара с таким кодом.", "В ценовата листа няма стока с този код.";
    SEVERAL_PRODUCTS = "This could be several products: {detail}", "Это может быть несколько товаров: {detail}", "Това може да са няколко стоки: {detail}";
    MIXED_UP = "The row's code is of one product and its hidden row number of another ({detail}). Perhaps only some of the columns were sorted.", "Код строки относится к одному товару, а её скрытый номер — к другому ({detail}). Возможно, отсортирована только часть столбцов.", "Кодът на реда е на една стока, а скритият му номер — на друга ({detail}). Може би е сортирана само част от колоните.";
    DUPLICATE_ROW = "The same product with the same quantity stands in row {detail} as well; it is taken once.", "Тот же товар с тем же количеством стоит и в строке {detail}; он взят один раз.", "Същата стока със същото количество е и на ред {detail}; взета е веднъж.";
    OTHER_UNIT = "A unit is written that is not the product's: {detail}. The number is taken in the product's own unit.", "Указана не та единица, в которой продаётся товар: {detail}. Число взято в единицах товара.", "Посочена е мярка, различна от тази на стоката: {detail}. Числото е взето в мярката на стоката.";
    FORMULA = "The quantity is computed by a formula; the value kept in the file is taken.", "Количество вычислено формулой; взято значение, сохранённое в файле.", "Количеството е изчислено с формула; взета е стойността, записана във файла.";
    OTHER_COLUMN = "There are numbers in another column, which are not read: {detail}", "В другом столбце стоят числа, они не читаются: {detail}", "В друга колона има числа, те не се четат: {detail}";
    PRICE_EDITED = "The prices in the file are not those of the price list it was made from ({detail}). The price list's prices count.", "Цены в файле не те, что в прайс-листе, из которого он сделан ({detail}). Действуют цены прайс-листа.", "Цените във файла не са тези от ценовата листа, от която е направен ({detail}). Важат цените от листата.";
    TOTAL_DIFFERS = "The total in the file is another one: {detail}", "Итог в файле другой: {detail}", "Общата сума във файла е друга: {detail}";
    HIDDEN_SHEET = "The rows stand on a hidden sheet: {detail}", "Строки стоят на скрытом листе: {detail}", "Редовете са на скрит лист: {detail}";
    TOTAL_ROW = "A row of totals was passed over.", "Строка с итогами пропущена.", "Ред с общи суми е пропуснат.";
    FORM_UNKNOWN = "The firm has issued no form of this number: {detail}", "Фирма не выдавала бланка с таким номером: {detail}", "Фирмата не е издавала бланка с такъв номер: {detail}";
    FORMS_DIFFER = "The file names several forms: {detail}. A person has to look at it.", "В файле названо несколько бланков: {detail}. Его должен посмотреть человек.", "Във файла са посочени няколко бланки: {detail}. Трябва да го прегледа човек.";
    OTHER_CUSTOMER = "The form was made for another customer.", "Бланк сделан для другого клиента.", "Бланката е направена за друг клиент.";
    EDITED = "The hidden sheet of the form was changed; it is read by the firm's own record.", "Скрытый лист бланка изменён; он прочитан по записям фирмы.", "Скритият лист на бланката е променен; прочетена е по записите на фирмата.";
    LIST_ENDED = "The prices of price list no. {detail} no longer hold; present prices count.", "Цены прайс-листа № {detail} больше не действуют; считаются нынешние цены.", "Цените от ценова листа № {detail} вече не важат; важат сегашните.";
    NO_QUANTITY_COLUMN = "No column of quantities was found on this sheet.", "На этом листе не найден столбец с количеством.", "На този лист не е намерена колона с количества.";
    NO_PRODUCT_COLUMN = "No column of codes or names of the price list was found.", "Не найден столбец с кодами или названиями из прайс-листа.", "Не е намерена колона с кодове или имена от ценовата листа.";
    GUESSED = "The column of quantities was found only by what stands in it: {detail}", "Столбец с количеством найден только по содержимому: {detail}", "Колоната с количества е намерена само по съдържанието ѝ: {detail}";
    DAY_UNCLEAR = "The day it is wanted on cannot be read: {detail}", "Не удалось прочесть, к какому дню нужен заказ: {detail}", "Не може да се прочете за кой ден е поръчката: {detail}";
    NUMBER_TOO_LONG = "Your order number has more than 100 characters and was left out: {detail}", "Ваш номер заказа длиннее 100 знаков, он не взят: {detail}", "Вашият номер на поръчката е по-дълъг от 100 знака и не е взет: {detail}";
    COMMENT_CUT = "The comment is longer than is read; its beginning was taken.", "Комментарий длиннее, чем читается; взято его начало.", "Коментарът е по-дълъг от четимото; взето е началото му.";
    LINES_PASSED_OVER = "Lines without a product and without a number were passed over: {detail}", "Пропущены строки без товара и без числа: {detail}", "Пропуснати са редове без стока и без число: {detail}";
    OTHER_LIST = "The form was made from price list no. {detail}; the prices here are those of the list open now.", "Бланк сделан из прайс-листа № {detail}; здесь цены того листа, что открыт сейчас.", "Бланката е направена от ценова листа № {detail}; цените тук са от листата, отворена в момента.";
}
