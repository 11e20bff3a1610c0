//! Tells of certificates that end without another to follow them: 30, 14, 7, 3 days and one day before, and when one has
//! ended. Each of these is told once, and what is due at a start is told then: nothing of this is kept on disk.

use std::collections::BTreeMap;
use std::time::Duration;

use super::ports::Ports;
use crate::base::{Sha256, Timestamp};
use crate::observe::Event;
use crate::partner::{Listed, Owner};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Days before the end at which it is told.
const TOLD_AT: [u32; 6] = [30, 14, 7, 3, 1, 0];

/// What has been told since the start.
#[derive(Default)]
pub(super) struct Expiry {
    told: BTreeMap<(Owner, Sha256, Timestamp), Told>,
}

/// How far it has been told of a certificate that ends on a certain day.
struct Told {
    /// The last of [`TOLD_AT`].
    days: u32,
    at: Timestamp,
}

/// What is to be told of one certificate.
#[derive(Debug, PartialEq, Eq)]
struct Notice {
    owner: Owner,
    usage: String,
    certificate: Sha256,
    subject: String,
    days_left: i64,
    until: Timestamp,
}

impl Expiry {
    /// Tells what has come due since the last time, and sets the days that each certificate has left.
    pub(super) fn look(&mut self, ports: &Ports) {
        let (configuration, now) = (ports.live.current(), ports.clock.now());
        let all = &configuration.certificates;
        ports.metrics.set_certificates(all.iter().map(|one| {
            let certificate = one.certificate.fingerprint().to_string().chars().take(SHOWN).collect();
            (one.owner.to_string(), one.usage(), certificate, one.days_left(now))
        }));
        for notice in self.due(all, now) {
            let Notice { owner, usage, certificate, subject, days_left, until } = notice;
            let (owner, usage, subject) = (&owner.to_string(), &usage, &subject);
            Event::CertificateExpires { owner, usage, certificate, subject, days_left, until }.emit(&ports.metrics);
        }
    }

    fn due(&mut self, all: &[Listed], now: Timestamp) -> Vec<Notice> {
        // What a clock told that was ahead and has been set right is told again in its time; a small step back is not one.
        self.told.retain(|_, told| told.at <= now.after(DAY));
        let mut notices: Vec<Notice> = Vec::new();
        let mut told_now = BTreeMap::new();
        for one in all.iter().filter(|one| !one.has_successor(all, now)) {
            let (certificate, until) = (one.certificate.fingerprint(), one.window.until);
            let Some(days) = reached(until, now) else { continue };
            let key = (one.owner.clone(), certificate, until);
            if self.told.get(&key).is_some_and(|told| told.days <= days) {
                continue;
            }
            told_now.insert(key, Told { days, at: now });
            let told = notices
                .iter_mut()
                .find(|notice| (&notice.owner, notice.certificate, notice.until) == (&one.owner, certificate, until));
            match told {
                // Entries of one certificate are one to a reader.
                Some(notice) => notice.usage = format!("{}+{}", notice.usage, one.usage()),
                None => notices.push(Notice {
                    owner: one.owner.clone(),
                    usage: one.usage(),
                    certificate,
                    subject: one.certificate.subject().to_owned(),
                    days_left: one.days_left(now).max(0),
                    until,
                }),
            }
        }
        self.told.append(&mut told_now);
        notices
    }
}

/// The last of [`TOLD_AT`] that has been reached.
fn reached(end: Timestamp, now: Timestamp) -> Option<u32> {
    TOLD_AT.into_iter().filter(|days| end.before(DAY * *days) <= now).min()
}

/// Digits of a SHA-256 by which metrics call a certificate.
const SHOWN: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::site::Site;
    use crate::config::{self};
    use crate::daemon::tests::Bench;

    /// The certificates of the fixture, of which ours ends on `until` and is followed by none.
    fn listed(until: &str) -> Vec<Listed> {
        let site = Site::of("base");
        let ours = "roles = [\"sign\", \"decrypt\"]";
        site.edit("edigate.toml", ours, &format!("{ours}\nactive = {{ until = {until} }}"));
        config::certificates(&site.edigate_toml()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn each_of_the_days_is_told_once() {
        let all = listed("2026-12-31T00:00:00Z");
        let mut expiry = Expiry::default();
        let mut told = Vec::new();
        let mut now = at("2026-11-01T12:00:00Z");
        while now < at("2027-01-05T00:00:00Z") {
            told.extend(expiry.due(&all, now).into_iter().map(|notice| (notice.usage, notice.days_left)));
            now = now.after(Duration::from_secs(600));
        }
        let days = [30, 14, 7, 3, 1, 0].map(|days| ("sign+decrypt".to_owned(), days));
        assert_eq!(told, days);
    }

    #[test]
    fn a_start_tells_what_is_due_and_no_more() {
        let all = listed("2026-12-31T00:00:00Z");
        let check = |start: &str, expect: &[i64]| {
            let told = Expiry::default().due(&all, at(start));
            assert_eq!(told.iter().map(|notice| notice.days_left).collect::<Vec<_>>(), expect, "{start}");
        };
        check("2026-11-30T23:59:59Z", &[]);
        check("2026-12-01T00:00:00Z", &[30]);
        check("2026-12-12T00:00:00Z", &[19]);
        check("2026-12-30T12:00:00Z", &[1]);
        check("2027-03-01T00:00:00Z", &[0]);
    }

    #[test]
    fn a_clock_that_is_set_back_tells_nothing_twice() {
        let all = listed("2026-12-31T00:00:00Z");
        let mut expiry = Expiry::default();
        let mut told = |now: &str| expiry.due(&all, at(now)).len();
        assert_eq!(told("2026-12-17T00:00:00Z"), 1);
        assert_eq!(told("2026-12-16T23:59:58Z"), 0);
        assert_eq!(told("2026-12-17T00:00:01Z"), 0);
    }

    #[test]
    fn a_clock_that_was_ahead_and_is_set_right_silences_nothing() {
        let all = listed("2026-12-31T00:00:00Z");
        let mut expiry = Expiry::default();
        let mut told = |now: &str| expiry.due(&all, at(now)).iter().map(|notice| notice.days_left).collect::<Vec<_>>();
        assert_eq!(told("2027-11-01T00:00:00Z"), [0]);
        assert_eq!(told("2026-11-01T00:00:00Z"), [0; 0]);
        assert_eq!(told("2026-12-01T00:00:00Z"), [30]);
        assert_eq!(told("2026-12-30T00:00:00Z"), [1]);
        assert_eq!(told("2026-12-31T00:00:00Z"), [0]);
    }

    #[test]
    fn a_certificate_with_a_successor_is_not_told_of() {
        let site = Site::of("base");
        let next = "[[identity.northwind.certificates]]\nroles = [\"ROLES\"]\ncert = \"certs/ours.pem\"\n\
                    key = \"file:certs/ours.key\"\n\n[[listener]]";
        let ours = "roles = [\"sign\", \"decrypt\"]";
        site.edit("edigate.toml", ours, &format!("{ours}\nactive = {{ until = 2026-12-31T00:00:00Z }}"));
        let told = |roles: &str| {
            let text = std::fs::read_to_string(site.edigate_toml()).unwrap();
            site.edit("edigate.toml", "[[listener]]", &next.replace("ROLES", roles));
            let all = config::certificates(&site.edigate_toml()).unwrap();
            site.write("edigate.toml", &text);
            Expiry::default().due(&all, at("2026-12-31T00:00:00Z")).len()
        };
        assert_eq!(told("sign\", \"decrypt"), 0);
        assert_eq!(told("decrypt"), 1, "nothing follows it for signing");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn days_left_are_a_metric() {
        let bench = Bench::new("");
        let mut expiry = Expiry::default();
        let days = |bench: &Bench| {
            let text = bench.ports.metrics.render();
            let line = text.lines().find(|line| line.contains("certificate_days_left{owner=\"northwind\""));
            line.unwrap().rsplit_once(' ').unwrap().1.parse::<i64>().unwrap()
        };
        expiry.look(&bench.ports);
        let before = days(&bench);
        bench.forward(DAY * 3);
        expiry.look(&bench.ports);
        assert_eq!(days(&bench), before - 3);
    }
}
