//! The clock, ids, and instants as the database (Unix milliseconds) and JSON (RFC 3339 UTC) write them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use uuid::Uuid;

/// Tells the time; tests set it.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    fixed: Option<Arc<AtomicI64>>,
    /// Millisecond and counter of the id given last.
    last_id: Arc<AtomicU64>,
}

impl Clock {
    pub fn system() -> Self {
        Self::default()
    }
    /// A clock that stands at `unix_ms` until [`Clock::set`].
    pub fn fixed(unix_ms: i64) -> Self {
        Self { fixed: Some(Arc::new(AtomicI64::new(unix_ms))), last_id: Arc::default() }
    }
    /// Moves a fixed clock; the system's clock is not ours to set.
    pub fn set(&self, unix_ms: i64) {
        if let Some(fixed) = &self.fixed {
            fixed.store(unix_ms, Ordering::SeqCst);
        }
    }
    /// Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        match &self.fixed {
            Some(fixed) => fixed.load(Ordering::SeqCst),
            None => Timestamp::now().as_millisecond(),
        }
    }
    /// A fresh UUIDv7. Ids of one process grow strictly, so what it wrote within a millisecond keeps its order:
    /// the twelve bits after the time are a counter (RFC 9562 §6.2, method 1), and a full one borrows from the next millisecond.
    pub fn new_id(&self) -> Uuid {
        let now = (self.now_ms().max(0) as u64) << 12;
        let next = |last: u64| now.max(last + 1);
        let last = self.last_id.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(next(last))).unwrap_or_default();
        let given = next(last);
        let mut bytes = random::<10>();
        bytes[..2].copy_from_slice(&((given & 0xfff) as u16).to_be_bytes());
        kontor_shared::ids::uuid_v7(given >> 12, &bytes)
    }
}

/// Random bytes from the operating system. Without them nothing may go on.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// `2011-12-09T12:50:00Z`
pub fn rfc3339(unix_ms: i64) -> String {
    Timestamp::from_millisecond(unix_ms).map(|at| at.round(Unit::Second).unwrap_or(at).to_string()).unwrap_or_default()
}

/// The calendar day of an instant in a zone, `YYYY-MM-DD`.
pub fn day_in(zone: &TimeZone, unix_ms: i64) -> String {
    Timestamp::from_millisecond(unix_ms).map(|at| at.to_zoned(zone.clone()).date().to_string()).unwrap_or_default()
}

/// Reads `YYYY-MM-DD`, exactly.
pub fn parse_day(text: &str) -> Option<Date> {
    let date: Date = text.parse().ok()?;
    (date.to_string() == text).then_some(date)
}

/// The instant a day begins in a zone.
pub fn day_start_ms(zone: &TimeZone, day: Date) -> Option<i64> {
    day.to_zoned(zone.clone()).ok().map(|at| at.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_keep_their_order() {
        let clock = Clock::fixed(1_326_000_000_000);
        let ids: Vec<Uuid> = (0..10_000).map(|_| clock.new_id()).collect();
        assert!(ids.is_sorted_by(|a, b| a.to_string() < b.to_string()));
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }
}
