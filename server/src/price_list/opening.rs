//! The beginning of a list, which is all the first screen needs: unpacked once for all its readers. Nobody's discount and
//! nobody's language is in it.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use kontor_shared::catalog::first::Opening;
use tokio::sync::OnceCell;

use crate::error::Result;

/// Lists whose beginning is kept; each is its head and some rows.
const MOST_KEPT: usize = 32;

type Kept = Arc<OnceCell<Arc<Opening>>>;

/// The beginnings of lists asked for lately, by version and the list's checksum.
#[derive(Default)]
pub struct Openings(Mutex<HashMap<(i64, String), Kept>>);

impl Openings {
    /// The beginning of a list. Whoever asks while it is made waits for that one; what failed is tried again by the next.
    pub async fn get(&self, version: i64, checksum: &str, make: impl Future<Output = Result<Opening>>) -> Result<Arc<Opening>> {
        let kept = self.place(version, checksum);
        kept.get_or_try_init(|| async { make.await.map(Arc::new) }).await.cloned()
    }

    fn place(&self, version: i64, checksum: &str) -> Kept {
        let key = (version, checksum.to_string());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT && !kept.contains_key(&key) {
            // The oldest version is the one that nobody asks for any more.
            let oldest = kept.keys().min().cloned();
            oldest.map(|oldest| kept.remove(&oldest));
        }
        kept.entry(key).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use kontor_shared::catalog::columns::Columns;
    use kontor_shared::catalog::{GroupRow, ProductRow, Snapshot};
    use kontor_shared::money::VatMode;

    use super::*;
    use crate::error::AppError;

    fn list(goods: usize) -> Columns {
        let group = |code: &str| GroupRow { code: code.into(), name: code.into(), parent: None };
        let product =
            |at: usize| ProductRow { code: format!("{at:0>width$}", width = at % 9 + 1), group: u32::from(at >= 40), price: 10_000, ..ProductRow::default() };
        Columns::from_snapshot(&Snapshot {
            version: 1,
            overlay: "wholesale".into(),
            currency: "EUR".parse().expect("a currency"),
            vat_mode: VatMode::Net,
            published_at: 0,
            valid_from: "2026-01-01".into(),
            valid_until: None,
            terms: String::new(),
            note: String::new(),
            groups: vec![group("a"), group("b")],
            attributes: Vec::new(),
            products: (0..goods).map(product).collect(),
        })
    }

    #[tokio::test]
    async fn many_who_ask_at_once_wait_for_one_who_makes_it() {
        let (openings, made) = (Arc::new(Openings::default()), Arc::new(AtomicUsize::new(0)));
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let (openings, made) = (openings.clone(), made.clone());
                tokio::spawn(async move {
                    let make = async {
                        tokio::task::yield_now().await;
                        made.fetch_add(1, Ordering::SeqCst);
                        Ok(Opening::of(&list(100)))
                    };
                    openings.get(1, "a", make).await.expect("a beginning").goods
                })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.expect("a task"), 100);
        }
        assert_eq!(made.load(Ordering::SeqCst), 1);
        // Another list of the same number is another list; a failure is not kept.
        openings.get(1, "b", async { Err(AppError::NotFound) }).await.expect_err("it failed");
        assert_eq!(openings.get(1, "b", async { Ok(Opening::of(&list(3))) }).await.expect("a beginning").goods, 3);
        for version in 2..100 {
            openings.get(version, "a", async { Ok(Opening::of(&list(1))) }).await.expect("a beginning");
        }
        assert!(openings.0.lock().expect("the lock").len() <= MOST_KEPT);
    }
}
