//! What an operator should know of certificates before they fail: expired, about to, too weak, none in force.

use std::time::Duration;

use super::certificate::{Active, Window};
use crate::base::table::Faults;
use crate::base::{Diagnostic, Location, Timestamp};
use crate::smime::Certificate;

/// How long before its end a certificate is warned of: a month is what partners need to exchange a new one.
const NOTICE: Duration = Duration::from_secs(30 * 86_400);

/// RSA keys shorter than this are refused in signatures.
const LEAST_BITS: u32 = 2048;

/// One certificate in a list, as far as its dates are concerned.
pub(crate) struct Dated<'a, R> {
    pub(crate) roles: &'a [R],
    pub(crate) certificate: &'a Certificate,
    pub(crate) active: Active,
    pub(crate) window: Window,
    pub(crate) at: &'a Location,
}

/// Warns of every certificate of one list that has ended or soon will without another to take over its roles in time, and
/// of those that are weaker than signatures may be.
pub(crate) fn judge<R: PartialEq>(list: &[Dated<'_, R>], now: Timestamp, faults: &Faults) {
    for dated in list {
        let warn = |code, message: String, hint: &str| {
            faults.add(Diagnostic::warning(code, message).at(dated.at.clone()).hinting(hint));
        };
        let subject = dated.certificate.subject();
        let ends = dated.window.until;
        let follows = |other: &Dated<'_, R>| other.window.until > ends && other.window.from <= ends.max(now);
        let succeeded =
            dated.roles.iter().all(|role| list.iter().any(|other| other.roles.contains(role) && follows(other)));
        if dated.window.until <= now && !succeeded {
            warn("expired", format!("the certificate of {subject} counted until {}", dated.window.until), RENEW);
        } else if dated.window.until <= now.after(NOTICE) && !succeeded {
            warn("expires-soon", format!("the certificate of {subject} counts until {}", dated.window.until), RENEW);
        }
        if dated.window.from > now && !list.iter().any(|other| other.window.holds(now)) {
            warn("not-yet-valid", format!("the certificate of {subject} counts from {}", dated.window.from), CLOCK);
        }
        if dated.active.until.is_some_and(|until| until > dated.certificate.not_after()) {
            let end = dated.certificate.not_after();
            warn("beyond-certificate", format!("the certificate of {subject} itself ends at {end}"), SHORTEN);
        }
        if dated.certificate.key_bits() < LEAST_BITS && dated.certificate.key_bits() > 521 {
            let bits = dated.certificate.key_bits();
            warn("weak-key", format!("the key of {subject} has {bits} bits, {LEAST_BITS} are needed"), LONGER);
        }
    }
}

/// Warns of a certificate that stands alone: of a listener, or of our side of a connection.
pub(crate) fn judge_one(certificate: &Certificate, at: &Location, now: Timestamp, faults: &Faults) {
    let active = Active::default();
    let dated = Dated { roles: &[()], certificate, active, window: active.window(certificate), at };
    judge(&[dated], now, faults);
}

const RENEW: &str = "add the next certificate to the list; old and new may overlap";
const LONGER: &str = "ask for a certificate with an RSA key of 2048 bits or more: signatures of this one are refused";
const CLOCK: &str = "no other certificate of the list is in force now; look at its dates and at this machine's clock";
const SHORTEN: &str = "'active' can only shorten a certificate's time";
