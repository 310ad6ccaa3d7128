//! Staging what an import of goods judged, in short transactions; nothing of it is visible before the run's last one.

use kontor_shared::import::groups::GroupTree;
use kontor_shared::import::products::Revision;
use kontor_shared::money::Price;
use kontor_shared::words::Lang;

use super::shops::type_name;
use super::{At, Judge, Pending};
use crate::catalog::{self, PriceType};
use crate::imports::{ImportError, MOST_IN_TRANSACTION, Run, store};

/// Deletes what crashed runs staged, in short transactions, and gives the visible seq.
pub async fn clear_crashed(run: &Run) -> Result<i64, ImportError> {
    let visible = {
        let mut connection = run.state.db.read().await?;
        catalog::store::visible_seq(&mut connection).await?
    };
    if run.is_dry() {
        return Ok(visible);
    }
    loop {
        let mut tx = run.write().await?;
        let deleted = catalog::store::delete_garbage(&mut tx, visible, run.seq, MOST_IN_TRANSACTION as i64).await?;
        tx.commit().await?;
        if deleted == 0 {
            return Ok(visible);
        }
    }
}

/// Writes the groups that are new or changed.
pub async fn stage_groups(run: &Run, tree: &GroupTree) -> Result<(), ImportError> {
    if run.is_dry() {
        return Ok(());
    }
    let touched: Vec<_> = tree.touched().map(|(code, group)| (code.to_string(), group.clone())).collect();
    for chunk in touched.chunks(MOST_IN_TRANSACTION) {
        let mut tx = run.write().await?;
        catalog::store::insert_groups(&mut tx, run.seq, chunk).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Writes what is new or changed, at most [`MOST_IN_TRANSACTION`] rows at a time.
pub async fn stage(run: &Run, judged: &Judge, lang: Lang) -> Result<(), ImportError> {
    if run.is_dry() {
        return Ok(());
    }
    let types = &judged.catalogue.price_types;
    if types.len() > judged.stored_types {
        let mut tx = run.write().await?;
        store::lock_catalogue(&mut tx, run.state.db.for_update()).await?;
        for (at, price_type) in types.iter().enumerate().skip(judged.stored_types) {
            let name = type_name(&price_type.code, price_type.currency, lang, &judged.shop_types);
            catalog::store::insert_price_type(&mut tx, &price_type.code, &name, price_type.currency.code(), at as i64).await?;
        }
        tx.commit().await?;
    }
    stage_groups(run, &judged.catalogue.groups).await?;
    let mut batch = Batch::default();
    let touched = judged.pending.iter().filter(|product| product.is_touched());
    let mut done = 0_u64;
    for product in touched {
        if batch.rows() + 2 > MOST_IN_TRANSACTION {
            std::mem::take(&mut batch).write(run, types).await?;
        }
        let id = batch.add(run, product);
        for (at, price) in &product.changed_prices {
            // One product may have more price types than a transaction takes rows.
            if batch.rows() == MOST_IN_TRANSACTION {
                std::mem::take(&mut batch).write(run, types).await?;
            }
            batch.prices.push((id.clone(), *at, *price));
        }
        done += 1;
        if done.is_multiple_of(10_000) {
            run.progress(&format!("{done} goods staged"));
        }
    }
    batch.write(run, types).await
}

#[derive(Default)]
struct Batch<'a> {
    products: Vec<(String, &'a str)>,
    revisions: Vec<(String, &'a Revision)>,
    prices: Vec<(String, At, Option<Price>)>,
}

impl<'a> Batch<'a> {
    fn rows(&self) -> usize {
        self.products.len() + self.revisions.len() + self.prices.len()
    }

    /// Adds the product itself and gives its id.
    fn add(&mut self, run: &Run, product: &'a Pending) -> String {
        let id = match &product.id {
            Some(id) => id.clone(),
            None => {
                let id = run.state.clock.new_id().to_string();
                self.products.push((id.clone(), &product.input.code));
                id
            }
        };
        if let Some(after) = &product.after {
            self.revisions.push((id.clone(), after));
        }
        id
    }

    async fn write(self, run: &Run, types: &[PriceType]) -> Result<(), ImportError> {
        if self.rows() == 0 {
            return Ok(());
        }
        if self.rows() > MOST_IN_TRANSACTION {
            return Err(ImportError::Failed(anyhow::anyhow!("a transaction of {} rows would hold up orders", self.rows())));
        }
        let mut tx = run.write().await?;
        if !self.products.is_empty() {
            let rows: Vec<(&str, &str)> = self.products.iter().map(|(id, code)| (id.as_str(), *code)).collect();
            catalog::store::insert_products(&mut tx, run.seq, &rows).await?;
        }
        if !self.revisions.is_empty() {
            let rows: Vec<(&str, &Revision)> = self.revisions.iter().map(|(id, revision)| (id.as_str(), *revision)).collect();
            catalog::store::insert_revisions(&mut tx, run.seq, &rows).await?;
        }
        let (prices, tiers): (Vec<_>, Vec<_>) = self.prices.iter().partition(|(_, (_, from), _)| *from == 0);
        if !tiers.is_empty() {
            let rows: Vec<(&str, &str, i64, Option<i64>)> =
                tiers.iter().map(|(id, (at, from), price)| (id.as_str(), types[*at].code.as_str(), *from, price.map(Price::raw))).collect();
            catalog::store::insert_tiers(&mut tx, run.seq, &rows).await?;
        }
        if !prices.is_empty() {
            let rows: Vec<(&str, &str, Option<i64>)> =
                prices.iter().map(|(id, (at, _), price)| (id.as_str(), types[*at].code.as_str(), price.map(Price::raw))).collect();
            catalog::store::insert_prices(&mut tx, run.seq, &rows).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
