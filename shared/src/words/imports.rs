//! Words of an import, row by row: why a row is refused, and how a file was understood. The key of a word in lower
//! case is the stable code that JSON has beside the English sentence, with what stands in its places as arguments:
//! so the command line, the page in three languages and a program all read the same.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use super::{Lang, Word};

crate::words! {
    // What stands in {field}.
    FIELD_CODE = "code", "код", "код";
    FIELD_NAME = "name", "название", "име";
    FIELD_UNIT = "unit", "единица", "мярка";
    FIELD_GROUP = "group", "группа", "група";
    FIELD_PARENT = "parent code", "код верхней группы", "код на горната група";
    FIELD_PARENT_NAME = "parent name", "название верхней группы", "име на горната група";
    FIELD_PRICE = "price", "цена", "цена";
    FIELD_MIN = "min", "минимум", "минимум";
    FIELD_MAX = "max", "максимум", "максимум";
    FIELD_PACK = "pack", "упаковка", "опаковка";
    FIELD_ATTRIBUTE = "attribute", "признак", "признак";
    FIELD_PICTURE = "picture", "изображение", "снимка";
    FIELD_STOCK = "stock", "остаток", "наличност";
    FIELD_COUNTRY = "country", "страна", "държава";
    FIELD_OTHER_COUNTRIES = "other countries", "другие страны", "други държави";
    FIELD_PRICE_TYPE = "price type", "тип цен", "вид цени";
    FIELD_ADDRESS = "address", "адрес", "адрес";
    FIELD_DELIVERY_ADDRESS = "delivery address", "адрес доставки", "адрес за доставка";
    FIELD_TAX_ID = "tax number", "налоговый номер", "данъчен номер";
    FIELD_EMAIL = "e-mail address", "адрес почты", "имейл адрес";
    FIELD_CONTACT = "contact", "контакт", "контакт";
    FIELD_PHONE = "phone", "телефон", "телефон";
    FIELD_REGION = "region", "регион", "регион";
    FIELD_DISCOUNT = "discount", "скидка", "отстъпка";
    FIELD_MANAGER = "manager", "менеджер", "отговорник";
    FIELD_FAX = "fax number", "факс", "факс";
    FIELD_POSITION = "position", "должность", "длъжност";
    FIELD_CONSENT_SOURCE = "source of consent", "источник согласия", "източник на съгласието";
    FIELD_ORDER_NUMBER = "order's number", "номер заказа", "номер на поръчката";
    FIELD_DATE = "date", "дата", "дата";
    FIELD_CUSTOMER = "customer", "клиент", "клиент";
    FIELD_QUANTITY = "quantity", "количество", "количество";
    FIELD_TOTAL = "total", "сумма", "сума";
    // Any cell.
    MISSING = "the {field} is missing", "не указано: {field}", "липсва: {field}";
    LINE_BREAK = "the {field} holds a line break; is a quote not closed?", "{field}: внутри перенос строки; не закрыта кавычка?", "{field}: вътре има нов ред; незатворена кавичка?";
    CONTROL_CHARACTER = "the {field} holds a control character", "{field}: внутри управляющий символ", "{field}: вътре има управляващ знак";
    NOT_TEXT = "the {field} is a date, an error or true/false in the workbook; make the column text", "{field}: в книге это дата, ошибка или ИСТИНА/ЛОЖЬ; сделайте столбец текстовым", "{field}: в книгата това е дата, грешка или ИСТИНА/НЕИСТИНА; направете колоната текстова";
    TOO_LONG = "the {field} is longer than {most} characters", "{field}: длиннее, чем {most} символов", "{field}: по-дълго от {most} знака";
    NEGATIVE = "the {field} is negative", "{field}: меньше нуля", "{field}: под нулата";
    TWO_NUMBERS = "the {field} can be read as two numbers: thousands or a fraction", "{field}: число читается двояко, тысячи или дробь", "{field}: числото се чете по два начина, хиляди или дроб";
    NOT_A_NUMBER = "the {field} is not a number", "{field}: не число", "{field}: не е число";
    TOO_MANY_DECIMALS = "the {field} cannot be stored: too many decimals", "{field}: слишком много знаков после запятой", "{field}: твърде много знаци след запетаята";
    NUMBER_TOO_LARGE = "the {field} is too large to be stored", "{field}: слишком большое число", "{field}: твърде голямо число";
    // The row as such.
    UNREADABLE_ROW = "the row cannot be read: {error}", "строку не удалось прочитать: {error}", "редът не може да се прочете: {error}";
    LONG_ROW = "the row is longer than {most} bytes; is a quote not closed?", "строка длиннее, чем {most} байт; не закрыта кавычка?", "редът е по-дълъг от {most} байта; незатворена кавичка?";
    WIDE_ROW = "the row has {cells} cells, the header has {width}", "ячеек в строке {cells}, в заголовке {width}", "клетките в реда са {cells}, в заглавието {width}";
    CODE_TWICE = "the code stands already in row {row} of {file} with other data", "код уже есть в строке {row} файла {file} с другими данными", "кодът вече е в ред {row} на {file} с други данни";
    // Products and groups.
    NO_SUCH_KIND = "not a kind of product (product, unsold, service, minor)", "неизвестный вид товара (product, unsold, service, minor)", "непознат вид стока (product, unsold, service, minor)";
    PRECISION_RANGE = "the precision is 0, 1, 2 or 3", "знаков после запятой бывает 0, 1, 2 или 3", "знаците след запетаята са 0, 1, 2 или 3";
    PROMOTION_YES_NO = "promotion is yes or no", "акция — да или нет", "промоция — да или не";
    PICTURE_ADDRESS = "a picture is an address that begins with https:// or http://", "изображение — это адрес, который начинается с https:// или http://", "снимката е адрес, който започва с https:// или http://";
    TOO_MANY_ATTRIBUTES = "more attributes than a price list can have", "признаков больше, чем может быть в прайс-листе", "признаците са повече, отколкото може да има в ценоразписа";
    ACTIVE_YES_NO = "active is yes or no", "в продаже — да или нет", "в продажба — да или не";
    NOT_A_CURRENCY = "no currency has this code", "не код валюты", "не е код на валута";
    VAT_RANGE = "the VAT rate is not a percentage from 0 to 100", "ставка НДС — не процент от 0 до 100", "ставката на ДДС не е процент от 0 до 100";
    VAT_FRACTION = "the VAT rate is below 1 %; is it a share? Write 20 for 20 %", "ставка НДС меньше 1 %; это доля? Для 20 % напишите 20", "ставката на ДДС е под 1 %; дял ли е? За 20 % напишете 20";
    NOTHING_FITS = "no quantity can be ordered: the pack, the limits and the unit exclude each other", "заказать нельзя никакое количество: кратность, пределы и единица исключают друг друга", "не може да се поръча никакво количество: опаковката, границите и мярката взаимно се изключват";
    MIN_ABOVE_MAX = "the minimum is above the maximum", "минимум больше максимума", "минимумът е над максимума";
    NAME_NEEDED = "a new product needs a name, and the file has no column for it", "новому товару нужно название, а столбца с ним в файле нет", "новата стока има нужда от име, а колона за него няма";
    TWO_CURRENCIES = "the header of the price is in {currency}, the row names another currency", "по заголовку цена в {currency}, в строке другая валюта", "по заглавието цената е в {currency}, в реда има друга валута";
    TYPE_TWICE = "two columns give a price of the type {code}", "два столбца дают цену типа {code}", "две колони дават цена от вида {code}";
    STEP_NOT_LOWER = "the price from {from} on is not lower than {price} before it", "цена от количества {from} не ниже предыдущей {price}", "цената от количество {from} не е по-ниска от предишната {price}";
    TOO_MANY_STEPS = "more than {most} prices from a quantity on", "цен от количества больше {most}", "цените от количество са повече от {most}";
    NO_PRICE_TYPE_NAMED = "the column the price type is taken from is empty", "столбец, из которого берётся тип цен, пуст", "колоната, от която се взема видът цени, е празна";
    OTHER_CURRENCY = "the price is not in {currency}, the currency asked for", "цена не в заданной валюте {currency}", "цената не е в зададената валута {currency}";
    NO_SUCH_GROUP = "no such product group", "такой группы товаров нет", "няма такава група стоки";
    NO_PARENT_GROUP = "there is no parent group of this code", "верхней группы с этим кодом нет", "няма горна група с този код";
    GROUP_IN_ITSELF = "the group would be above itself", "группа оказалась бы над самой собой", "групата би била над самата себе си";
    // Orders of an export.
    NOT_SOLD = "the order was not sold; the history takes what was", "заказ не состоялся; в историю входят состоявшиеся", "поръчката не е изпълнена; в историята влизат изпълнените";
    LINE_NOT_TAKEN = "the line was refused; it is no part of what was sold", "строка была отклонена; она не входит в проданное", "редът е отхвърлен; той не е част от продаденото";
    HISTORY_CURRENCY = "the order is not in {currency}, the currency this history comes in; name the other one for a file of its own", "заказ не в {currency}, валюте этого импорта; укажите другую валюту для отдельного файла", "поръчката не е в {currency}, валутата на това внасяне; посочете другата валута за отделен файл";
    // Customers.
    NO_SUCH_LANGUAGE = "not a language of this program (en, ru, bg)", "не язык этой программы (en, ru, bg)", "не е език на тази програма (en, ru, bg)";
    NOT_AN_EMAIL = "not an e-mail address", "не адрес электронной почты", "не е имейл адрес";
    CONSENT_YES_NO = "the consent is neither yes nor no", "согласие — ни да, ни нет", "съгласието не е нито да, нито не";
    CONSENT_OF_NOBODY = "a consent needs the e-mail address or the name of the contact who gave it", "согласию нужен адрес или имя контакта, который его дал", "съгласието има нужда от адреса или името на контакта, който го е дал";
    CONTACT_TWICE = "row {row} says something else of this contact", "в строке {row} об этом контакте сказано другое", "ред {row} казва друго за този контакт";
    CUSTOMER_TWICE = "row {row} says something else of this customer", "в строке {row} об этом клиенте сказано другое", "ред {row} казва друго за този клиент";
    DISCOUNT_RANGE = "the discount is not a percentage from 0 to 90", "скидка — не процент от 0 до 90", "отстъпката не е процент от 0 до 90";
    NO_SUCH_CHANNEL = "not a way to write to a customer (email, fax, post)", "неизвестный способ писать клиенту (email, fax, post)", "непознат начин за писане до клиента (email, fax, post)";
    NO_SUCH_MANAGER = "no member of the firm has this log-in", "сотрудника с таким логином нет", "няма служител с такъв вход";
    NO_SUCH_ROLE = "not something a contact is sent (orders, accounts, mail, none)", "неизвестно, что получает контакт (orders, accounts, mail, none)", "непознато какво получава контактът (orders, accounts, mail, none)";
    NO_SUCH_PRICE_TYPE = "no such price type", "такого типа цен нет", "няма такъв вид цени";
    // Orders.
    NO_SUCH_DOCUMENT = "not a kind of document (sale, cancellation, stock_adjustment, bad_debt)", "неизвестный вид документа (sale, cancellation, stock_adjustment, bad_debt)", "непознат вид документ (sale, cancellation, stock_adjustment, bad_debt)";
    NOT_A_DATE = "not a date such as 2011-12-09 12:50 or 09.12.2011", "не дата вида 2011-12-09 12:50 или 09.12.2011", "не е дата като 2011-12-09 12:50 или 09.12.2011";
    DATE_BEYOND = "the date cannot be stored", "такую дату нельзя сохранить", "тази дата не може да се запише";
    LINES_NOT_WHOLE = "the number of lines is not a whole number", "число строк — не целое число", "броят редове не е цяло число";
    LINE_NO_NOT_WHOLE = "the line's number is not a whole number from one", "номер строки — не целое число от единицы", "номерът на реда не е цяло число от едно нагоре";
    ZERO_QUANTITY = "the quantity is zero", "количество равно нулю", "количеството е нула";
    QUANTITY_TOO_LARGE = "the quantity is too large", "слишком большое количество", "твърде голямо количество";
    NEGATIVE_SALE = "the quantity is negative; a cancellation is a document of its own", "количество меньше нуля; отмена — отдельный документ", "количеството е под нулата; анулирането е отделен документ";
    POSITIVE_CANCELLATION = "the quantity of a cancellation must be negative", "количество в отмене должно быть меньше нуля", "количеството в анулиране трябва да е под нулата";
    NUMBER_TWICE = "row {row} has this number already, with other content", "этот номер уже есть в строке {row} с другим содержанием", "този номер вече е в ред {row} с друго съдържание";
    OTHER_CUSTOMER = "an earlier line of this order names another customer", "в более ранней строке этого заказа другой клиент", "по-ранен ред на тази поръчка посочва друг клиент";
    HEADER_REFUSED = "the header of its order was refused, row {row}", "заголовок заказа отклонён, строка {row}", "заглавието на поръчката е отхвърлено, ред {row}";
    NO_HEADER = "no header has this number", "заголовка с этим номером нет", "няма заглавие с този номер";
    ORDER_REFUSED = "its order was refused, row {row}", "заказ отклонён, строка {row}", "поръчката е отхвърлена, ред {row}";
    NO_SUCH_CUSTOMER = "no such customer", "такого клиента нет", "няма такъв клиент";
    NO_SUCH_PRODUCT = "no such product", "такого товара нет", "няма такава стока";
    LINES_MISCOUNTED = "the header counts {lines} lines, the files have {found}", "по заголовку строк {lines}, в файлах {found}", "по заглавието редовете са {lines}, във файловете {found}";
    LINE_TWICE = "row {row} has this line of the order already", "эта строка заказа уже есть в строке {row}", "този ред на поръчката вече е в ред {row}";
    NO_LINES = "the order has no lines", "в заказе нет строк", "поръчката няма редове";
    NO_LINE_TAKEN = "none of its lines can be taken: {because}", "ни одну строку заказа нельзя принять: {because}", "нито един ред на поръчката не може да се приеме: {because}";
    WRONG_TOTAL = "the header's total is not the sum of its lines", "сумма в заголовке не равна сумме строк", "сумата в заглавието не е сборът на редовете";
    TOTAL_TOO_LARGE = "the order's total is too large", "слишком большая сумма заказа", "твърде голяма сума на поръчката";
    AMOUNT_TOO_LARGE = "the line's amount is too large", "слишком большая сумма строки", "твърде голяма сума на реда";
    NUMBER_TAKEN = "an order placed here has this number", "этот номер носит заказ, сделанный здесь", "този номер носи поръчка, направена тук";
    // How a file was understood.
    NOTE_TEXT = "{file}: {encoding}, separator {separator}", "{file}: {encoding}, разделитель {separator}", "{file}: {encoding}, разделител {separator}";
    NOTE_TABS = "{file}: {encoding}, separator tab", "{file}: {encoding}, разделитель — табуляция", "{file}: {encoding}, разделител табулация";
    NOTE_PLAIN_QUOTES = "{file}: quotes are plain characters in this file", "{file}: кавычки здесь — обычные символы", "{file}: кавичките тук са обикновени знаци";
    NOTE_SHEET = "{file}: sheet {sheet}", "{file}: лист {sheet}", "{file}: лист {sheet}";
    NOTE_SHEETS_LEFT = "{file}: sheets not read: {sheets}", "{file}: не прочитаны листы: {sheets}", "{file}: непрочетени листове: {sheets}";
    NOTE_CODES_ARE_NUMBERS = "{file}: codes in the column {column} are numbers; one shown as 00123 comes as 123", "{file}: коды в столбце {column} — числа; показанный как 00123 придёт как 123", "{file}: кодовете в колоната {column} са числа; показаният като 00123 идва като 123";
    NOTE_COLUMNS = "{file}: columns used: {columns}", "{file}: использованы столбцы: {columns}", "{file}: използвани колони: {columns}";
    NOTE_COLUMNS_LEFT = "{file}: columns not used: {columns}", "{file}: не использованы столбцы: {columns}", "{file}: неизползвани колони: {columns}";
    NOTE_ROWS_LEFT = "{file}: {rows} rows left aside, where {column} is not {value}", "{file}: оставлено в стороне строк: {rows}, где {column} — не {value}", "{file}: оставени настрана редове: {rows}, където {column} не е {value}";
    NOTE_STAYS_WITHDRAWN = "consents withdrawn here earlier stay withdrawn, whatever the file says: {contacts}", "отозванные здесь ранее согласия остаются отозванными, что бы ни было в файле: {contacts}", "оттеглените тук по-рано съгласия остават оттеглени, каквото и да пише във файла: {contacts}";
    NOTE_REFUSALS_DROPPED = "only the first {kept} refused rows are kept", "хранятся только первые {kept} отклонённых строк", "пазят се само първите {kept} отхвърлени реда";
    NOTE_STEPS_KEPT = "prices from a quantity on stay as they were where the file names only the list price; goods: {goods}", "цены от количества остались прежними там, где файл меняет только основную цену; товаров: {goods}", "цените от количество остават същите там, където файлът сменя само основната цена; стоки: {goods}";
    NOTE_STEPS_IDLE = "prices from a quantity on that are not lower than the new list price any more no longer hold; goods: {goods}", "цены от количества, которые уже не ниже новой основной цены, больше не действуют; товаров: {goods}", "цените от количество, които вече не са по-ниски от новата основна цена, не важат; стоки: {goods}";
    NOTE_OTHER_CURRENCY = "prices in {currency} go to the price type {code}", "цены в {currency} идут в тип цен {code}", "цените в {currency} отиват във вида цени {code}";
}

/// What stands in a sentence's places, by name. In `field` stands a word of this table, in `because` the code of
/// another sentence with the same arguments.
pub type Args = BTreeMap<String, String>;

/// A sentence of this table with what stands in its places. It displays itself in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    word: Word,
    pub args: Args,
}

impl Said {
    pub fn with(word: Word, values: &[(&str, &dyn Display)]) -> Self {
        Self { word, args: values.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect() }
    }

    /// Another sentence that ends in this one.
    pub fn because_of(self, word: Word) -> Self {
        let mut args = self.args.clone();
        args.insert("because".into(), self.code());
        Self { word, args }
    }

    pub fn code(&self) -> String {
        self.word.key.to_lowercase()
    }
}

impl From<Word> for Said {
    fn from(word: Word) -> Self {
        Self { word, args: Args::new() }
    }
}

impl Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&filled(Lang::En, &self.word, &self.args))
    }
}

/// The sentence of a code in the reader's language; a code this program does not know has none.
pub fn say(lang: Lang, code: &str, args: &Args) -> Option<String> {
    ALL.iter().find(|word| word.key.eq_ignore_ascii_case(code)).map(|word| filled(lang, word, args))
}

fn filled(lang: Lang, word: &Word, args: &Args) -> String {
    let shown: Vec<(&str, String)> = args.iter().map(|(name, value)| (name.as_str(), argument(lang, name, value, args))).collect();
    let places: Vec<(&str, &dyn Display)> = shown.iter().map(|(name, value)| (*name, value as &dyn Display)).collect();
    word.with(lang, &places)
}

fn argument(lang: Lang, name: &str, value: &str, args: &Args) -> String {
    let known = match name {
        "field" => ALL.iter().find(|word| word.key.starts_with("FIELD_") && word.en == value).map(|word| word.say(lang).to_string()),
        "because" => {
            let inner: Args = args.iter().filter(|(name, _)| *name != "because").map(|(name, value)| (name.clone(), value.clone())).collect();
            say(lang, value, &inner)
        }
        _ => None,
    };
    known.unwrap_or_else(|| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_the_sentence_in_each_language() {
        let check = |said: Said, expected: [&str; 3]| {
            assert_eq!(said.to_string(), expected[0]);
            for (lang, expected) in Lang::ALL.into_iter().zip(expected) {
                assert_eq!(say(lang, &said.code(), &said.args).as_deref(), Some(expected));
            }
        };
        check(NO_SUCH_PRODUCT.into(), ["no such product", "такого товара нет", "няма такава стока"]);
        check(Said::with(MISSING, &[("field", &FIELD_PRICE.en)]), ["the price is missing", "не указано: цена", "липсва: цена"]);
        check(
            Said::with(NEGATIVE, &[("field", &FIELD_PRICE.en)]).because_of(NO_LINE_TAKEN),
            [
                "none of its lines can be taken: the price is negative",
                "ни одну строку заказа нельзя принять: цена: меньше нуля",
                "нито един ред на поръчката не може да се приеме: цена: под нулата",
            ],
        );
    }

    #[test]
    fn a_code_from_elsewhere_has_no_sentence() {
        assert_eq!(say(Lang::Ru, "later", &Args::new()), None);
        assert_eq!(say(Lang::Ru, "", &Args::new()), None);
    }
}
