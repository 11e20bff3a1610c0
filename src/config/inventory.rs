//! The certificates that all files of a gateway name, without the keys, which not everybody may read.

use super::edigate_toml::Written;
use crate::base::table::Located;
use crate::base::{PartnerId, Sha256};
use crate::partner::{As2Table, Listed, OwnChannel, Owner, PartnerFile, Role, Window};
use crate::smime::Certificate;

/// Lists what `written` and `files` name: ours by identity, those of listeners and for the broker, then partners'.
/// `read` fetches a certificate; what it cannot fetch is left out.
pub(super) fn listed(
    written: &Written,
    files: &[PartnerFile],
    read: &dyn Fn(&Located<String>) -> Option<Certificate>,
) -> Vec<Listed> {
    let mut all = Vec::new();
    for identity in &written.identities {
        let partners = partners_of(files, &identity.name);
        for entry in &identity.certificates {
            let Some(certificate) = read(&entry.cert) else { continue };
            all.push(Listed {
                owner: Owner::Identity(identity.name.value.clone()),
                roles: entry.roles.iter().map(|role| Role::Own(*role)).collect(),
                window: entry.active.window(&certificate),
                sign_with: signed_for(files, &identity.name, &certificate.fingerprint()),
                certificate,
                path: entry.cert.clone(),
                partners: partners.clone(),
            });
        }
    }
    let tls = written.listeners.iter().filter_map(|listener| {
        let tls = listener.tls.as_ref()?;
        Some((Owner::Listener(listener.name.clone()), Role::TlsServer, &tls.pair.cert))
    });
    all.extend(
        tls.chain(broker(written)).filter_map(|(owner, role, path)| Some(alone(owner, role, path, read(path)?))),
    );
    for file in files {
        let Some(As2Table::Own(channel)) = &file.as2 else { continue };
        for entry in &channel.certificates {
            let Some(certificate) = read(&entry.cert) else { continue };
            all.push(Listed {
                owner: Owner::Partner(file.id.clone()),
                roles: entry.roles.iter().map(|role| Role::Their(*role)).collect(),
                window: entry.active.window(&certificate),
                certificate,
                path: entry.cert.clone(),
                partners: vec![file.id.clone()],
                sign_with: Vec::new(),
            });
        }
    }
    all
}

/// A certificate that no list holds: it counts for its own time.
fn alone(owner: Owner, role: Role, path: &Located<String>, certificate: Certificate) -> Listed {
    let window = Window { from: certificate.not_before(), until: certificate.not_after() };
    Listed {
        owner,
        roles: vec![role],
        certificate,
        path: path.clone(),
        window,
        partners: Vec::new(),
        sign_with: Vec::new(),
    }
}

fn broker(written: &Written) -> Option<(Owner, Role, &Located<String>)> {
    let client = written.erp.client()?;
    Some((Owner::Broker, Role::Own(crate::partner::OwnRole::TlsClient), &client.cert))
}

/// The partners whose channel names this identity.
fn partners_of(files: &[PartnerFile], identity: &str) -> Vec<PartnerId> {
    channels(files, identity).map(|(id, _)| id.clone()).collect()
}

/// Those of them that are signed for with this certificate alone.
fn signed_for(files: &[PartnerFile], identity: &str, certificate: &Sha256) -> Vec<PartnerId> {
    let named = |channel: &OwnChannel| channel.sign_with.as_ref().is_some_and(|start| start.begins(certificate));
    channels(files, identity).filter(|(_, channel)| named(channel)).map(|(id, _)| id.clone()).collect()
}

fn channels<'a>(files: &'a [PartnerFile], identity: &str) -> impl Iterator<Item = (&'a PartnerId, &'a OwnChannel)> {
    files.iter().filter_map(move |file| match &file.as2 {
        Some(As2Table::Own(channel)) if *channel.identity == *identity => Some((&file.id, &**channel)),
        _ => None,
    })
}
