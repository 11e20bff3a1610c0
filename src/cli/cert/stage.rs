//! `edigate cert stage`: a certificate joins a list. What comes in may use it at once; what goes out uses it from the switch
//! on, so that whoever must know it first has the time between.

use std::collections::BTreeSet;
use std::path::Path;

use super::activate::{named, not_changed, signer_is_shown};
use super::bundle::Bundle;
use super::{change, day, find};
use crate::base::Timestamp;
use crate::cli::args::StageArguments;
use crate::cli::exit::Exit;
use crate::cli::print::{Failure, Output};
use crate::config::{CertificateList, NewEntry, Proposal};
use crate::partner::{Listed, OwnRole, Owner, Role, TheirRole};

/// Where certificates and keys are put.
const FOLDER: &str = "certs";

/// Stages a certificate.
pub(super) fn stage(arguments: &StageArguments, now: Timestamp, out: &mut Output) -> Result<Exit, Failure> {
    let path = &arguments.change.config.config;
    let all = find::all(path)?;
    let replaced = match &arguments.replaces {
        Some(asked) => find::one(&all, asked)?,
        None => Vec::new(),
    };
    let owner = owner(arguments, &all, &replaced)?;
    let bundle = Bundle::read(&arguments.from, arguments.key.as_deref(), arguments.passphrase_file.as_deref())?;
    not_there_yet(&bundle, &owner, &all)?;
    let roles = Roles::of(arguments, &owner, &all, &replaced, now)?;

    let mut list = list(path, &owner)?;
    let mut proposal = Proposal::of(path);
    let (cert, key) = (format!("{FOLDER}/{}.pem", arguments.name), format!("{FOLDER}/{}.key", arguments.name));
    let key = match (&owner, bundle.key) {
        (Owner::Partner(_), _) => None,
        (_, Some(pem)) => {
            proposal.key(key.clone(), pem, list.key_file());
            Some(format!("file:{key}"))
        }
        (_, None) => {
            let text = format!("{} holds no private key; name its file with --key", arguments.from.display());
            return Err(Failure::new(Exit::Usage, text));
        }
    };
    proposal.certificate(cert.clone(), bundle.pem);
    let entries = [(roles.at_once, None), (roles.switched, arguments.switch)];
    for (roles, from) in entries.into_iter().filter(|(roles, _)| !roles.is_empty()) {
        list.add(&NewEntry { roles, cert: cert.clone(), key: key.clone(), from }).map_err(not_changed)?;
    }
    let kept = if key.is_some() { format!("{cert} and its key") } else { cert };
    let (subject, until) = (bundle.certificate.subject(), day(bundle.certificate.not_after()));
    out.line(&format!("{kept}: {subject}, until {until}"))?;
    out.line(&roles.told)?;
    change::put_through(proposal, &[list], &arguments.change, now, out)
}

/// Whose list it joins.
fn owner(arguments: &StageArguments, all: &[Listed], replaced: &[&Listed]) -> Result<Owner, Failure> {
    let named = match (&arguments.partner, &arguments.identity) {
        (Some(partner), _) => Some(Owner::Partner(partner.clone())),
        (None, Some(identity)) => Some(Owner::Identity(identity.clone())),
        (None, None) => None,
    };
    let of_replaced: BTreeSet<&Owner> = replaced.iter().map(|one| &one.owner).collect();
    match named {
        Some(named) if of_replaced.is_empty() || of_replaced.contains(&named) => return Ok(named),
        Some(named) => {
            let text = format!("the certificate that is to be followed is none of {named}");
            return Err(Failure::new(Exit::Usage, text));
        }
        None => {}
    }
    let identities: BTreeSet<&Owner> =
        all.iter().map(|one| &one.owner).filter(|owner| matches!(owner, Owner::Identity(_))).collect();
    let possible = if of_replaced.is_empty() { identities } else { of_replaced };
    match (possible.first(), possible.len()) {
        (Some(owner @ (Owner::Identity(_) | Owner::Partner(_))), 1) => Ok((*owner).clone()),
        (Some(Owner::Listener(_) | Owner::Broker), 1) => Err(Failure::new(
            Exit::Usage,
            "the certificate of a listener or for the broker stands alone: put the next one in its file and reload",
        )),
        _ => Err(Failure::new(Exit::Usage, "say whose it is: --identity NAME or --partner ID")),
    }
}

fn not_there_yet(bundle: &Bundle, owner: &Owner, all: &[Listed]) -> Result<(), Failure> {
    let there = all.iter().find(|one| one.owner == *owner && one.certificate == bundle.certificate);
    match there {
        None => Ok(()),
        Some(there) => {
            Err(Failure::new(Exit::Failed, format!("{owner} has this certificate already: {}", named(there))))
        }
    }
}

fn list(path: &Path, owner: &Owner) -> Result<CertificateList, Failure> {
    let list = match owner {
        Owner::Identity(name) => CertificateList::of_identity(path, name),
        Owner::Partner(id) => CertificateList::of_partner(path, id),
        Owner::Listener(_) | Owner::Broker => Err("such a certificate stands alone".to_owned()),
    };
    list.map_err(not_changed)
}

const CLIENT: &str = Role::Own(OwnRole::TlsClient).as_str();

/// Whether `activate` will let it be shown to servers together with its signing, so that no entry need say so now.
fn goes_over(switched: &[&str], owner: &Owner, all: &[Listed], now: Timestamp) -> bool {
    switched.contains(&Role::Own(OwnRole::Sign).as_str()) && signer_is_shown(all, owner, now)
}

/// What it is used for, at once and from the switch on.
struct Roles {
    at_once: Vec<&'static str>,
    switched: Vec<&'static str>,
    told: String,
}

impl Roles {
    /// What comes in: it is decrypted with ours and verified with theirs, and their server is known by theirs.
    const INCOMING: [&'static str; 3] = ["decrypt", "verify", "tls-trust"];

    fn of(
        arguments: &StageArguments,
        owner: &Owner,
        all: &[Listed],
        replaced: &[&Listed],
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let words: Vec<&'static str> = match owner {
            Owner::Partner(_) => [TheirRole::Verify, TheirRole::Encrypt, TheirRole::TlsTrust].map(Role::Their).to_vec(),
            _ => [OwnRole::Sign, OwnRole::Decrypt, OwnRole::TlsClient].map(Role::Own).to_vec(),
        }
        .into_iter()
        .map(Role::as_str)
        .collect();
        // The same certificate may stand elsewhere too, for other things.
        let of_owner = replaced.iter().filter(|one| one.owner == *owner);
        let asked: Vec<&str> = match arguments.role.is_empty() {
            false => arguments.role.iter().map(String::as_str).collect(),
            true => of_owner.flat_map(|one| one.roles.iter().map(|role| role.as_str())).collect(),
        };
        if let Some(wrong) = asked.iter().find(|asked| !words.contains(asked)) {
            return Err(Failure::new(Exit::Usage, format!("a certificate of {owner} has no role \"{wrong}\"")));
        }
        // Without a word of anybody: everything but what only TLS needs.
        let usual =
            |word: &&'static str| if asked.is_empty() { !word.starts_with("tls") } else { asked.contains(word) };
        let all_roles: Vec<&'static str> = words.into_iter().filter(usual).collect();
        let (at_once, switched): (Vec<_>, Vec<_>) =
            all_roles.iter().copied().partition(|role| Self::INCOMING.contains(role));
        // Where nothing is used for it yet there is nothing to switch from.
        let first = !all
            .iter()
            .any(|one| one.owner == *owner && one.roles.iter().any(|role| switched.contains(&role.as_str())));
        if first && arguments.switch.is_none() {
            let told = format!("at once: {}", all_roles.join(", "));
            return Ok(Self { at_once: all_roles, switched: Vec::new(), told });
        }
        let (switched, switch) = match arguments.switch {
            Some(switch) => (switched.clone(), format!("from {}: {}", day(switch), switched.join(", "))),
            None if switched.contains(&CLIENT) && !goes_over(&switched, owner, all, now) => {
                return Err(Failure::new(Exit::Usage, format!("say when it is to be used as {CLIENT}: --switch DATE")));
            }
            None if switched.is_empty() => (Vec::new(), "nothing is left to be switched".to_owned()),
            None => {
                let name = &arguments.name;
                (Vec::new(), format!("{} after 'edigate cert activate {name}'", switched.join(", ")))
            }
        };
        if at_once.is_empty() && switched.is_empty() {
            return Err(Failure::new(Exit::Usage, "say when it is to be used: --switch DATE"));
        }
        let told = if at_once.is_empty() { switch } else { format!("at once: {}; {switch}", at_once.join(", ")) };
        Ok(Self { at_once, switched, told })
    }
}
