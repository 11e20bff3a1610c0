//! `edigate cert list`.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::{day, days, find, short};
use crate::base::{PartnerId, Timestamp, counted};
use crate::cli::columns::{Column, lines};
use crate::cli::exit::Exit;
use crate::cli::print::{Failure, Output};
use crate::partner::{Listed, Owner, State};

/// A certificate that ends within this time should have a successor, unless the operator names another time.
const NOTICE: Duration = Duration::from_secs(90 * 86_400);

/// Lists the certificates of the configuration at `path`.
pub(super) fn list(
    path: &Path,
    expiring: Option<Duration>,
    json: bool,
    now: Timestamp,
    out: &mut Output,
) -> Result<Exit, Failure> {
    let all = find::all(path)?;
    let bound = now.after(expiring.unwrap_or(NOTICE));
    let shown: Vec<&Listed> = all.iter().filter(|one| expiring.is_none() || one.window.until <= bound).collect();
    let unfollowed = |one: &Listed| one.window.until <= bound && !one.has_successor(&all, now);
    if json {
        let items: Vec<Value> = shown.iter().map(|one| as_json(one, one.has_successor(&all, now), now)).collect();
        out.json(&json!({ "certificates": items }))?;
    } else if shown.is_empty() {
        out.line("no certificate ends within that time")?;
    } else {
        let heading = ["USAGE", "OWNER", "NAME", "FINGERPRINT", "UNTIL", "LEFT", "USED BY", "STATE"].map(str::to_owned);
        let rows = shown.iter().map(|one| row(one, &all, unfollowed(one), now));
        let rows: Vec<Vec<String>> = std::iter::once(heading.to_vec()).chain(rows).collect();
        let mut columns = [Column::Text; 8];
        columns[5] = Column::Number;
        lines(&columns, &rows).iter().try_for_each(|line| out.line(line))?;
    }
    let found = expiring.is_some() && shown.iter().any(|one| unfollowed(one));
    Ok(if found { Exit::Findings } else { Exit::Clean })
}

fn row(one: &Listed, all: &[Listed], unfollowed: bool, now: Timestamp) -> Vec<String> {
    let used_by = match &one.owner {
        Owner::Identity(_) => counted(one.partners.len(), "partner"),
        Owner::Listener(_) | Owner::Broker => "-".to_owned(),
        Owner::Partner(id) => id.to_string(),
    };
    let mut state = match one.state(now) {
        State::Next => format!("next, from {}", day(one.window.from)),
        State::Grace => format!("grace, expired {}", day(one.certificate.not_after())),
        other => other.as_str().to_owned(),
    };
    if let Some((role, used)) = one.overtaken_by(all, now) {
        state.push_str(&format!("; {} by {}", role.as_str(), used.name()));
    }
    let is_first = all.iter().find(|other| other.owner == one.owner && other.certificate == one.certificate);
    if is_first.is_some_and(|first| std::ptr::eq(first, one)) && one.certificate.not_after() > now {
        state.push_str(&signs_for(&one.sign_with));
    }
    if unfollowed {
        state.push_str("; no successor known");
    }
    vec![
        one.usage(),
        one.owner.to_string(),
        one.name().to_owned(),
        short(one.certificate.fingerprint()),
        day(one.window.until),
        days(one.days_left(now)),
        used_by,
        state,
    ]
}

/// Partners that are signed for with it whatever others are signed for with.
fn signs_for(partners: &[PartnerId]) -> String {
    const NAMED: usize = 3;
    let names: Vec<&str> = partners.iter().take(NAMED).map(PartnerId::as_str).collect();
    match partners.len() {
        0 => String::new(),
        count if count > NAMED => format!("; sign_with of {} and {} more", names.join(", "), count - NAMED),
        _ => format!("; sign_with of {}", names.join(", ")),
    }
}

fn as_json(one: &Listed, followed: bool, now: Timestamp) -> Value {
    json!({
        "usage": one.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>(),
        "owner": one.owner.to_string(),
        "ours": one.owner.is_us(),
        "name": one.name(),
        "file": one.path.value,
        "fingerprint": one.certificate.fingerprint(),
        "subject": one.certificate.subject(),
        "serial": one.certificate.serial(),
        "countsFrom": one.window.from,
        "countsUntil": one.window.until,
        "expires": one.certificate.not_after(),
        "daysLeft": one.days_left(now),
        "partners": one.partners,
        "signWith": one.sign_with,
        "state": one.state(now).as_str(),
        "hasSuccessor": followed,
    })
}
