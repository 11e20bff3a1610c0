//! Handing something to a partner's server: what an answer means, and when to try again.

use std::time::Duration;

use crate::base::Timestamp;

/// What became of one attempt to hand a message or a receipt to a partner's server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handover {
    /// The server has taken it.
    Taken,
    /// It was not taken this time; the same bytes may be taken later.
    Unavailable(String),
    /// It was refused: trying the same again is no use before a person has looked.
    Refused(String),
}

impl Handover {
    /// What a status says (RFC 9110, section 15; draft-ietf-ediint-rfc4130bis, section 5.5: 4xx but 408, 425 and 429 are
    /// permanent). A redirect is not followed: a message goes where the partner file says and nowhere else.
    pub fn of_status(status: u16) -> Self {
        match status {
            200..=299 => Self::Taken,
            300..=399 => {
                Self::Refused(format!("answered {status}: the address has moved; correct the url in the partner file"))
            }
            401 | 403 => Self::Refused(format!("answered {status}: the partner's server does not let us in")),
            408 | 425 | 429 => Self::Unavailable(format!("answered {status}: the partner's server asks for patience")),
            400..=499 => Self::Refused(format!("answered {status}: the partner's server refuses the request")),
            _ => Self::Unavailable(format!("answered {status}: the partner's server has trouble")),
        }
    }
}

/// When attempts follow one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The waits after the first, second, … failure; the last repeats.
    pub waits: Vec<Duration>,
    /// So long after the first attempt was due, it is over.
    pub give_up_after: Duration,
}

/// As draft-ietf-ediint-rfc4130bis, section 5.5 begins (5, 10, 20, 40 minutes) and partners' weekends demand.
impl Default for Schedule {
    fn default() -> Self {
        let minutes = [5, 10, 20, 40, 80, 160, 240];
        Self {
            waits: minutes.map(|minutes| Duration::from_secs(minutes * 60)).to_vec(),
            give_up_after: Duration::from_secs(5 * 86_400),
        }
    }
}

impl Schedule {
    /// The instant of the next attempt after `failures` of them (from 1), spread by up to a tenth with `jitter` so that
    /// what failed together does not come back together; `None` when it is over. `since` is when the first was due.
    pub fn next(&self, now: Timestamp, since: Timestamp, failures: u32, jitter: u8) -> Option<Timestamp> {
        let index = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
        let wait = self.waits.get(index).or(self.waits.last()).copied().unwrap_or(Duration::from_secs(60));
        let due = now.after(wait + wait.mul_f64(f64::from(jitter) / 255.0 / 10.0));
        (due <= since.after(self.give_up_after)).then_some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_temporary_or_permanent() {
        let check = |statuses: &[u16], expect: &str| {
            for status in statuses {
                let word = match Handover::of_status(*status) {
                    Handover::Taken => "taken",
                    Handover::Unavailable(_) => "later",
                    Handover::Refused(_) => "refused",
                };
                assert_eq!(word, expect, "{status}");
            }
        };
        check(&[200, 201, 202, 204, 299], "taken");
        check(&[408, 425, 429, 500, 502, 503, 504, 599, 101, 999], "later");
        check(&[300, 301, 302, 307, 308, 400, 401, 403, 404, 405, 413, 415, 422, 451], "refused");
    }

    #[test]
    fn the_schedule_is_walked_and_its_last_wait_repeats_until_it_is_over() {
        let schedule = Schedule::default();
        let at = |minutes: u64| Timestamp::from_millis(0).after(Duration::from_secs(minutes * 60));
        let check = |failures: u32, now: u64, expect: Option<u64>| {
            assert_eq!(schedule.next(at(now), at(0), failures, 0), expect.map(at), "{failures}");
        };
        check(1, 0, Some(5));
        check(2, 5, Some(15));
        check(7, 315, Some(555));
        check(99, 1000, Some(1240));
        check(99, 5 * 24 * 60 - 240, Some(5 * 24 * 60));
        check(99, 5 * 24 * 60 - 239, None);
        let spread = schedule.next(at(0), at(0), 1, 255).unwrap();
        assert_eq!(spread.since(at(0)), Duration::from_secs(330));
    }
}
