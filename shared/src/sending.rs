//! Sending: how fast messages may go, what a mail server's refusal says, and when to stop asking for a while.
//!
//! The server keeps the state of these rules in its database, so that they hold over restarts and for several servers.

/// How far ahead of its steady pace a scope may run: a minute's worth goes at once.
const BURST_MS: i64 = 60_000;

/// Whether one more message may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Now; `tat` is to be kept.
    Now { tat: i64 },
    /// Not before this instant.
    At(i64),
}

/// The pause between two messages at a steady pace.
pub fn interval_ms(per_hour: u32) -> i64 {
    3_600_000 / i64::from(per_hour.max(1))
}

/// GCRA: `tat` is the theoretical arrival time kept of the scope, 0 for a new one. Instants are Unix milliseconds.
pub fn admit(tat: i64, now: i64, per_hour: u32) -> Admission {
    if tat - BURST_MS > now { Admission::At(tat - BURST_MS) } else { Admission::Now { tat: counted(tat, now, per_hour) } }
}

/// The theoretical arrival time after a message that went without asking.
pub fn counted(tat: i64, now: i64, per_hour: u32) -> i64 {
    tat.max(now) + interval_ms(per_hour)
}

/// What waits of a scope: a domain, or all of a mailing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    pub messages: u64,
    pub per_hour: Option<u32>,
    /// The theoretical arrival time kept of the scope.
    pub tat: i64,
    /// Left alone until then.
    pub open_until: Option<i64>,
    /// No message goes before the time it was put off to.
    pub put_off_to: i64,
}

impl Queue {
    /// When its last message is out at the earliest; nothing where nothing holds it up.
    fn out_by(&self, now: i64) -> Option<i64> {
        let from = self.open_until.unwrap_or(now).max(now);
        let waits = self.messages.saturating_sub(1).min(i64::MAX as u64 / 3_600_001) as i64;
        let paced = self.per_hour.map(|limit| from.max(self.tat.max(from) + waits * interval_ms(limit) - BURST_MS));
        [paced, self.open_until, Some(self.put_off_to)].into_iter().flatten().filter(|end| *end > now).max()
    }
}

/// When the last of several queues is out at the earliest: each keeps its own pace and all of them together another.
/// Others that are written to meanwhile make it later.
pub fn out_by(now: i64, queues: &[Queue], together: &Queue) -> Option<i64> {
    queues.iter().chain([together]).filter(|queue| queue.messages > 0).filter_map(|queue| queue.out_by(now)).max()
}

/// Whose fault a refusal is, as its words tell (RFC 3463).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no such mailbox: nothing is to be sent there any more.
    NoSuchMailbox,
    /// The sender is refused: reputation, authentication, policy. Never a reason to strike the person off.
    Sender,
    /// The other side is busy or slows us down.
    Busy,
    Other,
}

/// Reads a mail server's refusal: its code and, where it has one, the enhanced one.
pub fn fault_of(reply: &str) -> Fault {
    let words = || reply.split(|c: char| !(c.is_ascii_digit() || c == '.')).map(|word| word.trim_matches('.')).filter(|word| !word.is_empty());
    let enhanced = words().find_map(|word| {
        let mut parts = word.split('.').map(|part| part.parse::<u16>().ok());
        match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten(), parts.next()) {
            (Some(class @ (4 | 5)), Some(subject), Some(detail), None) => Some((class, subject, detail)),
            _ => None,
        }
    });
    match enhanced {
        // No mailbox, no such domain, no address at all, moved away, given up; switched off; no way there.
        Some((5, 1, 1 | 2 | 3 | 6 | 10) | (5, 2, 1) | (5, 4, 4)) => Fault::NoSuchMailbox,
        Some((5, 7, _)) => Fault::Sender,
        Some((4, 7, _)) => Fault::Busy,
        _ if words().next() == Some("421") => Fault::Busy,
        _ => Fault::Other,
    }
}

/// Refusals in a row after which a scope is left alone.
pub const TRIP_AFTER: i64 = 5;

/// How long a scope is left alone after `failures` refusals in a row; nothing below [`TRIP_AFTER`]. From a quarter of an
/// hour to four hours.
pub fn pause_ms(failures: i64) -> Option<i64> {
    const QUARTER: i64 = 15 * 60_000;
    (failures >= TRIP_AFTER).then(|| QUARTER << ((failures - TRIP_AFTER) / 2).clamp(0, 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_pace_is_kept_after_a_minutes_burst() {
        let (mut tat, mut now, mut sent, mut burst) = (0, 1_000_000_000, 0, 0);
        let start = now;
        while now < start + 3_600_000 {
            match admit(tat, now, 600) {
                Admission::Now { tat: next } => {
                    tat = next;
                    sent += 1;
                    burst += i64::from(now == start);
                }
                Admission::At(at) => {
                    assert!(at > now);
                    now = at;
                }
            }
        }
        assert_eq!(burst, 11);
        assert!((600..=612).contains(&sent), "{sent}");
    }

    #[test]
    fn what_goes_without_asking_counts() {
        let now = 1_000_000_000;
        let tat = (0..20).fold(0, |tat, _| counted(tat, now, 600));
        assert_eq!(admit(tat, now, 600), Admission::At(now + 60_000));
    }

    #[test]
    fn what_waits_is_out_when_the_pace_says() {
        let now = 1_000_000_000;
        for (messages, per_hour, start) in [(1, 600, 0), (11, 600, 0), (12, 600, 0), (742, 600, 0), (742, 600, now + 500_000), (5, 1, 0)] {
            let (mut tat, mut at) = (start, now);
            let queue = Queue { messages, per_hour: Some(per_hour), tat, ..Queue::default() };
            for _ in 0..messages {
                match admit(tat, at, per_hour) {
                    Admission::Now { tat: next } => tat = next,
                    Admission::At(later) => {
                        at = later;
                        let Admission::Now { tat: next } = admit(tat, at, per_hour) else { panic!("not at the time named") };
                        tat = next;
                    }
                }
            }
            assert_eq!(out_by(now, &[queue], &Queue::default()), (at > now).then_some(at), "{messages} at {per_hour}");
        }
        let slow = Queue { messages: 10, per_hour: Some(60), ..Queue::default() };
        let open = Queue { messages: 1, open_until: Some(now + 7_200_000), ..Queue::default() };
        let together = Queue { messages: 11, per_hour: Some(3_600), ..Queue::default() };
        assert_eq!(out_by(now, &[slow], &together), Some(now + 8 * 60_000));
        assert_eq!(out_by(now, &[slow, open], &together), Some(now + 7_200_000));
        assert_eq!(out_by(now, &[Queue { messages: 3, ..Queue::default() }], &Queue::default()), None);
        assert!(out_by(now, &[Queue { messages: u64::MAX, per_hour: Some(1), ..Queue::default() }], &together).is_some());
    }

    #[test]
    fn refusals_are_told_apart() {
        for (reply, fault) in [
            ("permanent error (550): 5.1.1 <a@b.example>: no such user", Fault::NoSuchMailbox),
            ("permanent error (550): 5.2.1 mailbox disabled", Fault::NoSuchMailbox),
            ("permanent error (550): 5.4.4 host not found", Fault::NoSuchMailbox),
            ("permanent error (552): 5.2.2 mailbox full", Fault::Other),
            ("permanent error (550): 5.7.26 unauthenticated mail", Fault::Sender),
            ("permanent error (550): 5.7.515 Access denied", Fault::Sender),
            ("transient error (451): 4.7.32 no alignment", Fault::Busy),
            ("transient error (421): too many connections", Fault::Busy),
            ("transient error (451): 4.2.2 mailbox full", Fault::Other),
            ("permanent error (554): 10.5.7.1 blocked my address", Fault::Other),
            ("permanent error (550): no such user", Fault::Other),
            ("no answer within 60 s", Fault::Other),
        ] {
            assert_eq!(fault_of(reply), fault, "{reply}");
        }
    }

    #[test]
    fn pauses_grow_and_stay_bounded() {
        assert_eq!(pause_ms(4), None);
        assert_eq!(pause_ms(5), Some(900_000));
        assert_eq!(pause_ms(9), Some(3_600_000));
        assert_eq!(pause_ms(1_000), Some(14_400_000));
    }
}
