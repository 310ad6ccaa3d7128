//! A made-up price list of any size: goods in three languages, as a wholesaler of everything would have them. The same
//! size gives the same list.

use std::fmt::Write as _;

use kontor_shared::catalog::{GroupRow, ProductRow, Snapshot};

/// Section, goods in it, makers, units, sizes.
type Section = (&'static str, [&'static str; 5], [&'static str; 5], [&'static str; 2], [&'static str; 6]);

const SECTIONS: [Section; 8] = [
    (
        "Офисная техника",
        ["Принтер лазерный", "Сканер планшетный", "Тонер касета", "Laminator", "Уничтожитель документов"],
        ["Canon", "HP", "Brother", "Xerox", "Pantum"],
        ["шт", "шт"],
        ["A4", "A3", "220В", "300 dpi", "600 dpi", "1200 dpi"],
    ),
    (
        "Крепёж",
        ["Саморез", "Болт шестигранный", "Гайка", "Шайба плоска", "Wedge anchor"],
        ["Sormat", "Fischer", "Зубр", "Стройбат", "Wkret-met"],
        ["кг", "уп"],
        ["M6x20", "M8x40", "M12x80", "3.5x25", "4.2x16", "6x100"],
    ),
    (
        "Электроинструмент",
        ["Дрель ударная", "Перфоратор", "Винтоверт", "Angle grinder", "Лобзик"],
        ["Bosch", "Makita", "DeWalt", "Интерскол", "Ryobi"],
        ["шт", "шт"],
        ["12В", "18В", "800 Вт", "1200 Вт", "125 мм", "230 мм"],
    ),
    (
        "Бытовая химия",
        ["Порошок стиральный", "Препарат за съдове", "Bleach", "Мыло жидкое", "Чистящее средство"],
        ["Fairy", "Persil", "Миф", "Domestos", "Teo"],
        ["шт", "кор"],
        ["0.5 л", "1 л", "5 л", "3 кг", "450 мл", "750 мл"],
    ),
    (
        "Продукты",
        ["Чай чёрный", "Мляно кафе", "Flower honey", "Масло подсолнечное", "Печенье овсяное"],
        ["Lavazza", "Jacobs", "Greenfield", "Слобода", "Вита"],
        ["шт", "бл"],
        ["100 г", "250 г", "500 г", "1 кг", "25 пак", "0.7 л"],
    ),
    (
        "Сантехника",
        ["Смеситель для раковины", "Полипропиленова тръба", "Ball valve", "Сифон", "Шланг гибкий"],
        ["Grohe", "Valtec", "Vidima", "Ростерм", "Bugatti"],
        ["шт", "м"],
        ["1/2\"", "3/4\"", "DN20", "DN25", "40 см", "PN20"],
    ),
    (
        "Компьютеры и сети",
        ["Клавиатура", "Мышь оптическая", "SSD диск", "Router", "Патч-корд"],
        ["Logitech", "Samsung", "Kingston", "MikroTik", "Defender"],
        ["шт", "шт"],
        ["256 GB", "1 TB", "Cat5e 3 м", "Cat6 5 м", "USB-C", "AC1200"],
    ),
    (
        "Одежда и СИЗ",
        ["Перчатки рабочие", "Защитна каска", "Insulated jacket", "Ботинки рабочие", "Очки защитные"],
        ["Ansell", "3M", "Uvex", "Восток-Сервис", "Sizam"],
        ["пар", "шт"],
        ["р.8", "р.10", "р.XL", "р.43", "EN388", "S1P"],
    ),
];
const KINDS: [&str; 5] = ["для дома", "професионален", "heavy duty", "эконом", "усиленный"];
const MORE: [&str; 8] = ["новинка", "чёрный", "бял", "blue", "набор", "гарантия 2 года", "bulk", "червен"];

/// The generator of peers' measurements, so that lists are alike everywhere.
struct Dice(u32);

impl Dice {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x6D2B_79F5);
        let mut t = (self.0 ^ (self.0 >> 15)).wrapping_mul(1 | self.0);
        t = t.wrapping_add((t ^ (t >> 7)).wrapping_mul(61 | t)) ^ t;
        t ^ (t >> 14)
    }
    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.next() as usize % of.len()]
    }
}

struct Good {
    code: String,
    name: String,
    groups: [String; 3],
    unit: &'static str,
    pack: i64,
    cents: i64,
    stock: i64,
}

fn goods(size: usize) -> impl Iterator<Item = Good> {
    let mut dice = Dice(42);
    (0..size).map(move |at| {
        let (section, goods, makers, units, sizes) = &SECTIONS[at % SECTIONS.len()];
        let (good, kind) = (dice.pick(goods), dice.pick(&KINDS));
        let (maker, unit, size) = (dice.pick(makers), dice.pick(units), dice.pick(sizes));
        let letter = |dice: &mut Dice| char::from(dice.pick(b"ABCDEFGHKLMNPRSTVX"));
        let model = format!("{}{}-{}", letter(&mut dice), letter(&mut dice), 10 + dice.next() % 9_990);
        let name = format!("{good} {kind} {maker} {model}, {size}, {}", dice.pick(&MORE));
        let cents = 300 + i64::from(dice.next() % 400_000);
        let (pack, stock) = (dice.pick(&[1, 1, 1, 5, 6, 10, 12, 24, 50]), i64::from(dice.next() % 2_000));
        let code = format!("{}{}-{at:06}", letter(&mut dice), letter(&mut dice));
        Good { code, name, groups: [(*section).to_string(), good.to_string(), format!("{good} {kind}")], unit, pack, cents, stock }
    })
}

/// A CSV file that `kontor import products` takes.
pub fn csv(size: usize) -> String {
    let mut text = String::from("sku,name,g1,g2,g3,unit,pack,price,cur,vat,stock\n");
    for Good { code, name, groups: [g1, g2, g3], unit, pack, cents, stock } in goods(size) {
        let name = name.replace('"', "\"\"");
        let _ = writeln!(text, "{code},\"{name}\",{g1},{g2},{g3},{unit},{pack},{}.{:02},EUR,20,{stock}", cents / 100, cents % 100);
    }
    text
}

/// As many goods as a published list.
pub fn list(size: usize) -> Snapshot {
    let mut all: Vec<Good> = goods(size).collect();
    all.sort_by(|one, other| (&one.groups, &one.name).cmp(&(&other.groups, &other.name)));
    let mut groups: Vec<GroupRow> = Vec::new();
    // The group above of each level, by its name and its place.
    let mut path: Vec<(String, u32)> = Vec::new();
    let mut products = Vec::with_capacity(size);
    for good in all {
        let same = path.iter().zip(&good.groups).take_while(|((known, _), name)| known == *name).count();
        path.truncate(same);
        for name in &good.groups[same..] {
            let at = groups.len() as u32;
            groups.push(GroupRow { code: format!("G{at}"), name: name.clone(), parent: path.last().map(|(_, above)| *above) });
            path.push((name.clone(), at));
        }
        products.push(ProductRow {
            code: good.code,
            name: good.name,
            group: path.last().map_or(0, |(_, at)| *at),
            unit: good.unit.to_string(),
            price: good.cents * 100,
            vat_rate: 2_000,
            increment: Some(good.pack * 1_000),
            stock: Some(good.stock * 1_000),
            ..ProductRow::default()
        });
    }
    Snapshot::of(groups, products)
}
