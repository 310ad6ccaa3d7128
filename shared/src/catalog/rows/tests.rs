use super::*;
use crate::catalog::{GroupRow, ProductRow, Snapshot};

fn list(products: Vec<ProductRow>) -> Columns {
    let group = |name: &str, parent| GroupRow { code: name.into(), name: name.into(), parent };
    let mut snapshot = Snapshot::of(vec![group("Kitchen <&>", None), group("Mugs", Some(0))], products);
    snapshot.attributes = vec![BRAND.into()];
    Columns::from_snapshot(&snapshot)
}

fn mug() -> ProductRow {
    ProductRow {
        code: "00123".into(),
        name: "Mug, large".into(),
        group: 1,
        unit: "pcs".into(),
        price: 12_345_000,
        vat_rate: 2000,
        increment: Some(12_000),
        stock: Some(36_000),
        new: true,
        attributes: vec!["Wren".into()],
        ..ProductRow::default()
    }
}

fn html(product: ProductRow, lang: Lang, shown: Shown) -> String {
    let list = list(vec![product]);
    let look = Look::new(&list, lang, shown);
    row_html(&cells(&list, 0, &look), &look, 7, 0)
}

/// The texts between the tags.
fn texts(html: &str) -> String {
    let mut inside = false;
    let text: String = html
        .chars()
        .map(|c| match c {
            '<' => {
                inside = true;
                ' '
            }
            '>' => {
                inside = false;
                ' '
            }
            _ if inside => ' ',
            c => c,
        })
        .collect();
    text.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_a_firm_writes_is_text_and_never_markup() {
    let hostile = r#""><script>alert('1')</script>&"#;
    let product = ProductRow { code: hostile.into(), name: hostile.into(), unit: hostile.into(), attributes: vec![hostile.into()], ..mug() };
    let shown = Column::ALL.into_iter().fold(Shown::default(), |shown, column| shown.with(column, true));
    let list = list(vec![product.clone()]);
    let look = Look::new(&list, Lang::En, shown);
    for html in [
        html(product, Lang::En, shown),
        marked(hostile, "script alert"),
        marked_code(hostile, "script alert"),
        table_html(&list, [0].into_iter(), &look, true, |_| hostile.into()),
        group_inside(&list, 0, 1, Lang::En),
    ] {
        assert!(!html.contains("<script") && !html.contains("'1'") && !html.contains("<&>"), "{html}");
        assert!(!html.contains("style="), "the page's policy would drop it: {html}");
    }
}

#[test]
fn a_row_reads_in_each_language() {
    for (lang, expected) in
        [(Lang::En, "00123 Mug, large New Offer £1,234.50"), (Lang::Ru, "00123 Mug, large Новинка Акция"), (Lang::Bg, "00123 Mug, large Ново Промоция")]
    {
        let text = texts(&html(mug(), lang, Shown::default())).replace('€', "£");
        assert!(text.starts_with(expected), "{text}");
    }
    let text = texts(&html(mug(), Lang::Ru, Shown::default()));
    assert!(text.contains("1\u{a0}234,50") && text.contains("36 на складе") && text.contains("кратно 12"), "{text}");
}

#[test]
fn the_reader_chooses_columns_and_code_name_price_and_quantity_stay() {
    let none = Shown::read("-");
    let bare = html(mug(), Lang::En, none);
    for class in ["code", "title", "unit-price", "qty"] {
        assert!(bare.contains(class), "{class}");
    }
    for (column, class) in [
        (Column::Picture, "l pic"),
        (Column::Brand, "l brand"),
        (Column::Stock, "l stock"),
        (Column::Vat, "l vat"),
        (Column::Pack, "l pack"),
        (Column::Amount, "l amount"),
    ] {
        let with = none.with(column, true);
        assert!(!bare.contains(class) && html(mug(), Lang::En, with).contains(class), "{class}");
        let look = Look::new(&list(vec![mug()]), Lang::En, with);
        let (head, cells) = (head_html(&look).matches("columnheader").count(), html(mug(), Lang::En, with).matches("gridcell").count());
        assert_eq!(head + 2, cells, "the telephone's two cells have no head");
    }
    assert!(texts(&html(mug(), Lang::En, none.with(Column::Brand, true))).contains("Wren"));
    assert!(texts(&html(mug(), Lang::En, none.with(Column::Vat, true))).contains("20%"));
}

#[test]
fn chosen_columns_are_written_and_read_back() {
    for bits in 0..64 {
        let shown = Shown(bits);
        assert_eq!(Shown::read(&shown.write()), shown);
    }
    assert_eq!(Shown::read("stock,of-a-newer-app"), Shown::read("stock"));
    assert_eq!(Shown::default().classes(), " col-stock col-pack col-amount");
}

#[test]
fn little_stock_is_marked_and_none_is_gone() {
    let of = |stock| {
        let list = list(vec![ProductRow { stock, ..mug() }]);
        let cells = cells(&list, 0, &Look::new(&list, Lang::En, Shown::default()));
        (cells.stock.clone(), cells.few, cells.gone)
    };
    assert_eq!(of(Some(48_000)), ("48".into(), false, false));
    assert_eq!(of(Some(47_000)), ("47".into(), true, false));
    assert_eq!(of(Some(-1_000)), ("0".into(), true, true));
    assert_eq!(of(None), (String::new(), false, false));
}

#[test]
fn paper_shows_rows_under_their_groups_with_what_is_ordered() {
    let list = list(vec![ProductRow { group: 0, ..mug() }, mug(), mug()]);
    let look = Look::new(&list, Lang::En, Shown::default());
    let ordered = |row| if row == 1 { "24".to_string() } else { String::new() };
    let table = table_html(&list, 0..3, &look, true, ordered);
    assert_eq!((table.matches(r#"<tr class="g">"#).count(), table.matches("<tr><td>").count()), (2, 3));
    assert!(table.contains(r#"<td class="num of">24</td>"#));
    assert_eq!(table_html(&list, 0..3, &look, false, ordered).matches(r#"<tr class="g">"#).count(), 0);
}
