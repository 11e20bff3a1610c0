//! `edigate cert status`: what the running gateway has learnt from traffic of one certificate.

use serde::Deserialize;
use serde_json::{Value, json};

use super::activate::named;
use super::{day, days, find, short};
use crate::base::{PartnerId, Sha256, Timestamp, counted};
use crate::cli::args::SocketArgument;
use crate::cli::columns::{Column, lines};
use crate::cli::doc::ask;
use crate::cli::exit::Exit;
use crate::cli::print::{Failure, Output};
use crate::exchange::Purpose;
use crate::partner::Listed;

/// One answer of `/v1/certificates/use`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Use {
    partner: PartnerId,
    purpose: Purpose,
    certificate: Sha256,
    first_seen: Timestamp,
    last_seen: Timestamp,
}

#[derive(Deserialize)]
struct Uses {
    uses: Vec<Use>,
}

/// What is known of one partner.
struct Line<'a> {
    partner: &'a PartnerId,
    /// Its use of the certificate that was asked about.
    this: Option<&'a Use>,
    /// Of others of the same owner, the one it was last seen to use.
    other: Option<&'a Use>,
}

/// Tells of the certificate that `asked` means.
pub(super) fn status(asked: &str, socket: &SocketArgument, now: Timestamp, out: &mut Output) -> Result<Exit, Failure> {
    let all = find::all(&socket.config.config)?;
    let found = find::one(&all, asked)?;
    let Some(one) = found.first() else { return Err(Failure::new(Exit::Failed, "no certificate is called so")) };
    let uses: Uses = serde_json::from_value(ask(socket, "/v1/certificates/use")?)
        .map_err(|fault| Failure::new(Exit::Failed, format!("the gateway's answer cannot be read: {fault}")))?;
    let lines = lines_of(one, &all, &uses.uses);
    if socket.json {
        out.json(&as_json(one, &lines))?;
        return Ok(Exit::Clean);
    }
    for entry in &found {
        let (usage, owner, state) = (entry.usage(), &entry.owner, entry.state(now).as_str());
        let left = days(entry.days_left(now));
        out.line(&format!("{}: {usage} of {owner}, {state} until {} ({left})", named(entry), day(entry.window.until)))?;
    }
    print(one, &lines, &all, out)?;
    Ok(Exit::Clean)
}

/// A line for each partner that has to do with the certificate.
fn lines_of<'a>(one: &'a Listed, all: &[Listed], uses: &'a [Use]) -> Vec<Line<'a>> {
    let (this, purpose) = (one.certificate.fingerprint(), purpose(one));
    let siblings: Vec<Sha256> =
        all.iter().filter(|other| other.owner == one.owner).map(|other| other.certificate.fingerprint()).collect();
    let line = |partner: &'a PartnerId| {
        let of_partner = || uses.iter().filter(move |seen| seen.partner == *partner && seen.purpose == purpose);
        Line {
            partner,
            this: of_partner().find(|seen| seen.certificate == this),
            other: of_partner()
                .filter(|seen| seen.certificate != this && siblings.contains(&seen.certificate))
                .max_by_key(|seen| seen.last_seen),
        }
    };
    one.partners.iter().map(line).collect()
}

/// What partners do with it: encrypt for ours, sign with theirs.
fn purpose(one: &Listed) -> Purpose {
    if one.owner.is_us() { Purpose::EncryptsFor } else { Purpose::SignsWith }
}

fn print(one: &Listed, all: &[Line<'_>], listed: &[Listed], out: &mut Output) -> Result<(), Failure> {
    let does = match purpose(one) {
        Purpose::EncryptsFor => "ENCRYPTS FOR IT",
        Purpose::SignsWith => "SIGNS WITH IT",
    };
    let seen = all.iter().filter(|line| line.this.is_some()).count();
    let elsewhere = all.iter().filter(|line| line.this.is_none() && line.other.is_some()).count();
    let silent = all.len() - seen - elsewhere;
    let partners = counted(all.len(), "partner");
    let told = format!("seen in use by {seen} of {partners}; {elsewhere} still with another, {silent} silent");
    out.line(&told)?;
    if all.is_empty() {
        return Ok(());
    }
    let called = |fingerprint: Sha256| {
        listed
            .iter()
            .find(|other| other.certificate.fingerprint() == fingerprint)
            .map_or_else(|| short(fingerprint), named)
    };
    let row = |line: &Line<'_>| {
        let seen = |seen: Option<&Use>, at: fn(&Use) -> Timestamp| seen.map_or("-".to_owned(), |seen| day(at(seen)));
        let other = line
            .other
            .map_or("-".to_owned(), |other| format!("{}, last {}", called(other.certificate), day(other.last_seen)));
        vec![
            line.partner.to_string(),
            if line.this.is_some() { "yes" } else { "not seen" }.to_owned(),
            seen(line.this, |seen| seen.first_seen),
            seen(line.this, |seen| seen.last_seen),
            other,
        ]
    };
    let heading = ["PARTNER", does, "SINCE", "LAST", "ANOTHER OF THEM"].map(str::to_owned).to_vec();
    let rows: Vec<Vec<String>> = std::iter::once(heading).chain(all.iter().map(row)).collect();
    lines(&[Column::Text; 5], &rows).iter().try_for_each(|line| out.line(line))
}

fn as_json(one: &Listed, lines: &[Line<'_>]) -> Value {
    let seen = |seen: Option<&Use>| {
        seen.map(
            |seen| json!({ "certificate": seen.certificate, "firstSeen": seen.first_seen, "lastSeen": seen.last_seen }),
        )
    };
    let partners: Vec<Value> = lines
        .iter()
        .map(|line| json!({ "partner": line.partner, "uses": seen(line.this), "another": seen(line.other) }))
        .collect();
    json!({
        "certificate": one.certificate.fingerprint(),
        "name": one.name(),
        "owner": one.owner.to_string(),
        "purpose": purpose(one),
        "partners": partners,
    })
}
