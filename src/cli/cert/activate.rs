//! `edigate cert activate`: what goes out is signed with, or encrypted for, another certificate from now on.

use std::collections::BTreeSet;
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
    let entries = of_one_owner(find::one(&all, asked)?, partner)?;
    let Some(first) = entries.first() else { return Err(Failure::new(Exit::Failed, "no certificate is called so")) };
    counts_now(first, &entries, now)?;
    let list = match (&first.owner, partner) {
        (Owner::Identity(_), Some(partner)) => {
            if !ours(&entries, &all, now).contains(&Role::Own(OwnRole::Sign)) {
                let text = format!("{} is not for messages, and signs none", named(first));
                return Err(Failure::new(Exit::Failed, text));
            }
            for_one(path, first, partner, out)?
        }
        (Owner::Identity(name), None) => {
            let roles = ours(&entries, &all, now);
            told(first, &roles, &all, now, out)?;
            switched(CertificateList::of_identity(path, name), first, &roles, now)?
        }
        (Owner::Partner(id), _) => {
            let roles = theirs(&entries);
            if !roles.is_empty() {
                out.line(&format!("from now on messages to {id} are encrypted for {}", named(first)))?;
            }
            switched(CertificateList::of_partner(path, id), first, &roles, now)?
        }
        (Owner::Listener(_) | Owner::Broker, _) => {
            let text =
                format!("{} of {} stands alone: put the next one in its file and reload", named(first), first.owner);
            return Err(Failure::new(Exit::Failed, text));
        }
    };
    change::put_through(Proposal::of(path), &[list], change, now, out)
}

/// The entries of the one list that is meant: of the partner that is named, or of the identity that it is a partner of.
fn of_one_owner<'a>(found: Vec<&'a Listed>, partner: Option<&PartnerId>) -> Result<Vec<&'a Listed>, Failure> {
    let stands_alone = |one: &&Listed| matches!(one.owner, Owner::Listener(_) | Owner::Broker);
    // What stands alone cannot be activated, so a list with the same certificate is meant.
    let (alone, listed): (Vec<_>, Vec<_>) = found.into_iter().partition(stands_alone);
    let all = if listed.is_empty() { alone } else { listed };
    let owners: BTreeSet<&Owner> = all.iter().map(|one| &one.owner).collect();
    let owners = owners.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
    let meant = |one: &&Listed| partner.is_none_or(|partner| one.partners.contains(partner));
    let entries: Vec<&Listed> = all.into_iter().filter(meant).collect();
    let remaining: BTreeSet<&Owner> = entries.iter().map(|one| &one.owner).collect();
    match (remaining.len(), partner) {
        (1, _) => Ok(entries),
        (0, Some(partner)) => {
            Err(Failure::new(Exit::Failed, format!("this is a certificate of {owners}, which is not about {partner}")))
        }
        _ => {
            let text = format!("this is a certificate of {owners}; say for which partner: --partner ID");
            Err(Failure::new(Exit::Usage, text))
        }
    }
}

/// One that counts for nothing would be put in the place of one that does.
fn counts_now(one: &Listed, entries: &[&Listed], now: Timestamp) -> Result<(), Failure> {
    let begins = one.certificate.not_before();
    let ends = entries.iter().map(|entry| entry.window.until).max().unwrap_or(begins);
    let why = match () {
        () if now < begins => format!("counts from {} on", day(begins)),
        () if ends <= now => format!("counted until {}", day(ends)),
        () => return Ok(()),
    };
    Err(Failure::new(Exit::Failed, format!("{} cannot be used now: it {why}", named(one))))
}

/// One partner's file names the certificate.
fn for_one(path: &Path, one: &Listed, partner: &PartnerId, out: &mut Output) -> Result<CertificateList, Failure> {
    let mut list = CertificateList::of_partner(path, partner).map_err(not_changed)?;
    list.sign_with(&one.certificate.fingerprint()).map_err(not_changed)?;
    out.line(&format!("from now on receipts and messages for {partner} alone are signed with {}", named(one)))?;
    Ok(list)
}

/// The roles that go over to a certificate of ours: signing to one that takes part in messages; being shown to servers to
/// one that is for that, or where one certificate does both now.
fn ours(entries: &[&Listed], all: &[Listed], now: Timestamp) -> Vec<Role> {
    let is_for = |role: OwnRole| entries.iter().any(|one| one.roles.contains(&Role::Own(role)));
    let signs = is_for(OwnRole::Sign) || is_for(OwnRole::Decrypt);
    let owner = entries.first().map(|one| &one.owner);
    let both = signs && owner.is_some_and(|owner| signer_is_shown(all, owner, now));
    let shown = is_for(OwnRole::TlsClient) || both;
    let roles = [signs.then_some(OwnRole::Sign), shown.then_some(OwnRole::TlsClient)];
    roles.into_iter().flatten().map(Role::Own).collect()
}

/// Whether the certificate that signs for this identity is the one that servers are shown.
pub(super) fn signer_is_shown(all: &[Listed], owner: &Owner, now: Timestamp) -> bool {
    let used = |role: OwnRole| Listed::used(all, owner, Role::Own(role), now).map(|one| &one.certificate);
    used(OwnRole::Sign).is_some_and(|signer| used(OwnRole::TlsClient) == Some(signer))
}

/// The role that goes over to a partner's: being encrypted for, unless only its server is known by it.
fn theirs(entries: &[&Listed]) -> Vec<Role> {
    let in_messages = [TheirRole::Verify, TheirRole::Encrypt].map(Role::Their);
    let takes_part = entries.iter().any(|one| one.roles.iter().any(|role| in_messages.contains(role)));
    takes_part.then_some(Role::Their(TheirRole::Encrypt)).into_iter().collect()
}

/// Says what is going to happen, and what else an operator must know for that.
fn told(one: &Listed, roles: &[Role], all: &[Listed], now: Timestamp, out: &mut Output) -> Result<(), Failure> {
    let signs = roles.contains(&Role::Own(OwnRole::Sign));
    let does = match roles.len() {
        0 => return Ok(()),
        1 if signs => "signs",
        1 => "is shown to servers",
        _ => "signs and is shown to servers",
    };
    out.line(&format!("from now on {} {does} for {}", named(one), one.owner))?;
    let others = all.iter().filter(|other| other.owner == one.owner && other.certificate != one.certificate);
    for later in others.filter(|other| other.window.from > now && roles.iter().any(|role| other.roles.contains(role))) {
        out.line(&format!("{} takes over from {}", named(later), day(later.window.from)))?;
    }
    let mut pinned = BTreeSet::new();
    for other in all.iter().filter(|other| signs && other.owner == one.owner && other.window.until > now) {
        pinned.extend(other.sign_with.iter().map(|partner| (partner, named(other))));
    }
    for (partner, name) in pinned {
        let file = format!("partners/{partner}/partner.toml");
        out.line(&format!("for {partner} {name} still signs; that ends when sign_with is taken out of {file}"))?;
    }
    Ok(())
}

fn switched(
    list: Result<CertificateList, String>,
    one: &Listed,
    roles: &[Role],
    now: Timestamp,
) -> Result<CertificateList, Failure> {
    if roles.is_empty() {
        let text = format!("{} is for nothing that goes out; there is nothing to activate", named(one));
        return Err(Failure::new(Exit::Failed, text));
    }
    let words: Vec<&'static str> = roles.iter().map(|role| role.as_str()).collect();
    let mut list = list.map_err(not_changed)?;
    list.switch(&one.path, &words, now).map_err(not_changed)?;
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
