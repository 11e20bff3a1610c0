//! `edigate cert activate`: what goes out is signed with, or encrypted for, another certificate from now on.

use std::path::Path;

use super::{change, day, find, short};
use crate::base::{PartnerId, Timestamp};
use crate::cli::args::ChangeArgument;
use crate::cli::exit::Exit;
use crate::cli::print::{Failure, Output};
use crate::config::{CertificateList, Proposal};
use crate::partner::{Listed, OwnRole, Owner, Role, TheirRole};

/// Activates the certificate that `asked` means.
pub(super) fn activate(
    asked: &str,
    partner: Option<&PartnerId>,
    change: &ChangeArgument,
    now: Timestamp,
    out: &mut Output,
) -> Result<Exit, Failure> {
    let path = &change.config.config;
    let all = find::all(path)?;
    let found = find::one(&all, asked)?;
    let Some(first) = found.first() else { return Err(Failure::new(Exit::Failed, "no certificate is called so")) };
    let list = match (&first.owner, partner) {
        (Owner::Identity(_), Some(partner)) => for_one(path, first, partner, out)?,
        (Owner::Identity(name), None) => {
            let roles = ours(&all, name, now);
            told(first, &roles, &all, now, out)?;
            switched(CertificateList::of_identity(path, name), first, &roles, now)?
        }
        (Owner::Partner(id), _) => {
            let role = Role::Their(TheirRole::Encrypt).as_str();
            out.line(&format!("from now on messages to {id} are encrypted for {}", named(first)))?;
            switched(CertificateList::of_partner(path, id), first, &[role], now)?
        }
        (Owner::Listener(_) | Owner::Broker, _) => {
            let text =
                format!("{} of {} stands alone: put the next one in its file and reload", named(first), first.owner);
            return Err(Failure::new(Exit::Failed, text));
        }
    };
    change::put_through(Proposal::of(path), &[list], change, now, out)
}

/// One partner's file names the certificate.
fn for_one(path: &Path, one: &Listed, partner: &PartnerId, out: &mut Output) -> Result<CertificateList, Failure> {
    if !one.partners.contains(partner) {
        let text = format!("{partner} is no partner of identity {}", one.owner);
        return Err(Failure::new(Exit::Failed, text));
    }
    let mut list = CertificateList::of_partner(path, partner).map_err(not_changed)?;
    list.sign_with(&one.certificate.fingerprint()).map_err(not_changed)?;
    out.line(&format!("from now on receipts and messages for {partner} alone are signed with {}", named(one)))?;
    Ok(list)
}

/// The roles that go over: signing, and being shown to servers where the one that is shown now is also.
fn ours(all: &[Listed], identity: &str, now: Timestamp) -> Vec<&'static str> {
    let of_identity = |one: &&Listed| one.owner == Owner::Identity(identity.to_owned()) && one.window.holds(now);
    let shown = all.iter().filter(of_identity).any(|one| one.roles.contains(&Role::Own(OwnRole::TlsClient)));
    let roles = [Some(OwnRole::Sign), shown.then_some(OwnRole::TlsClient)];
    roles.into_iter().flatten().map(|role| Role::Own(role).as_str()).collect()
}

/// Says what is going to happen, and what else an operator must know for that.
fn told(one: &Listed, roles: &[&str], all: &[Listed], now: Timestamp, out: &mut Output) -> Result<(), Failure> {
    let signs = |other: &&Listed| other.owner == one.owner && other.roles.contains(&Role::Own(OwnRole::Sign));
    let shown = if roles.len() > 1 { " and is shown to servers" } else { "" };
    out.line(&format!("from now on {} signs for {}{shown}", named(one), one.owner))?;
    for later in all.iter().filter(signs).filter(|other| other.window.from > now) {
        if later.certificate != one.certificate {
            out.line(&format!("{} takes over from {}", named(later), day(later.window.from)))?;
        }
    }
    Ok(())
}

fn switched(
    list: Result<CertificateList, String>,
    one: &Listed,
    roles: &[&'static str],
    now: Timestamp,
) -> Result<CertificateList, Failure> {
    let mut list = list.map_err(not_changed)?;
    list.switch(&one.path, roles, now).map_err(not_changed)?;
    Ok(list)
}

/// `us-2027 (5f02a1c4…)`
pub(super) fn named(one: &Listed) -> String {
    format!("{} ({})", one.name(), short(one.certificate.fingerprint()))
}

/// A list that cannot be changed.
pub(super) fn not_changed(why: String) -> Failure {
    Failure::new(Exit::Failed, why)
}
