use kontor_shared::catalog::*; use kontor_shared::money::*;
fn main() {
    let n: usize = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(0);
    let groups_text = std::fs::read_to_string("/work/shared/data/online-retail/product_groups.csv").unwrap();
    let split = |l: &str| -> Vec<String> { let (mut o, mut c, mut q) = (vec![], String::new(), false); for ch in l.chars() { match ch { '"' => q = !q, ',' if !q => { o.push(std::mem::take(&mut c)) } ch => c.push(ch) } } o.push(c); o };
    let mut groups: Vec<GroupRow> = vec![]; let mut ix = std::collections::HashMap::new();
    for l in groups_text.lines().skip(1) { let f = split(l); let p = ix.get(&f[2]).copied(); ix.insert(f[0].clone(), groups.len() as u32); groups.push(GroupRow { code: f[0].clone(), name: f[1].clone(), parent: p }); }
    let mut products = vec![];
    for l in std::fs::read_to_string("/work/shared/data/online-retail/products.csv").unwrap().lines().skip(1) { let f = split(l); if f[6] != "product" { continue; }
        let Ok(price) = f[2].parse::<Price>() else { continue }; let h = f[0].bytes().map(|b| b as i64).sum::<i64>();
        products.push(ProductRow { code: f[0].clone(), name: f[1].clone(), group: ix[&f[5]], unit: "pcs".into(), price: price.raw(), vat_rate: 2000, min: None, max: None, increment: Some(Quantity::whole([1, 6, 12, 24][(h % 4) as usize]).raw()), precision: 0, stock: Some(Quantity::whole(h * 7 % 900).raw() * i64::from(h % 17 != 0)), new: h % 23 == 0 }); }
    let base = products.clone(); let mut k = 0; while products.len() < n { let mut p = base[k % base.len()].clone(); p.code = format!("{}-{}", p.code, k); p.name = format!("{} {}", p.name, k); products.push(p); k += 1; }
    products.sort_by_key(|p| (p.group, p.name.clone()));
    let s = Snapshot { version: 41, overlay: "wholesale".into(), currency: Currency::GBP, vat_mode: VatMode::Net, published_at: 1323068400000, valid_from: "2011-12-05".into(), valid_until: None, terms: "Payment within 14 days. Minimum order £150.00.".into(), note: String::new(), groups, products };
    std::fs::write(std::env::args().nth(2).unwrap(), s.encode().unwrap()).unwrap(); eprintln!("{} goods", s.products.len());
}
