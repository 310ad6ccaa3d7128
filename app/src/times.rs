//! Instants and ages on the reader's own clock.

use kontor_shared::words::{Lang, format, staff};

use crate::lang::lang;

/// How long something has waited, in the one unit that matters.
pub fn age(lang: Lang, seconds: i64) -> String {
    let seconds = u64::try_from(seconds).unwrap_or(0);
    match seconds {
        0..60 => staff::AGE_NOW.say(lang).to_string(),
        60..3_600 => staff::AGE_MINUTES.say(lang, seconds / 60),
        3_600..172_800 => staff::AGE_HOURS.say(lang, seconds / 3_600),
        _ => staff::AGE_DAYS.say(lang, seconds / 86_400),
    }
}

/// An instant (RFC 3339 UTC) on the reader's clock, as `YYYY-MM-DDTHH:MM`; what is no instant comes back unchanged.
fn local(instant: &str) -> String {
    let date = js_sys::Date::new(&instant.into());
    if date.get_time().is_nan() {
        return instant.to_string();
    }
    format!("{:04}-{:02}-{:02}T{:02}:{:02}", date.get_full_year(), date.get_month() + 1, date.get_date(), date.get_hours(), date.get_minutes())
}

/// An instant, to the minute, in the reader's words and zone.
pub fn instant(rfc3339: &str) -> String {
    format::date_time(lang(), &local(rfc3339))
}

/// Today by the device's clock, as `YYYY-MM-DD`.
pub fn today() -> String {
    let date = js_sys::Date::new_0();
    format!("{:04}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
}

/// The day of an instant in the reader's zone; a day that is no instant belongs to no zone and stays.
pub fn day(rfc3339: &str) -> String {
    if !rfc3339.contains('T') {
        return format::date(lang(), rfc3339);
    }
    format::date(lang(), local(rfc3339).get(..10).unwrap_or(rfc3339))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_said_in_one_unit() {
        for (seconds, expected) in [(-3, "just now"), (59, "just now"), (60, "1 minute"), (3_599, "59 minutes"), (7_200, "2 hours"), (172_800, "2 days")] {
            assert_eq!(age(Lang::En, seconds), expected);
        }
        assert_eq!(age(Lang::Ru, 5 * 86_400), "5 дней");
        assert_eq!(age(Lang::Bg, 2 * 86_400), "2 дни");
    }
}
