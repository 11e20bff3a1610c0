//! The certificates that all files of a gateway name, without the keys, which not everybody may read.

use super::edigate_toml::Written;
use crate::base::PartnerId;
use crate::base::table::Located;
use crate::partner::{As2Table, Listed, Owner, PartnerFile, Role, Window};
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
            });
        }
    }
    all
}

/// A certificate that no list holds: it counts for its own time.
fn alone(owner: Owner, role: Role, path: &Located<String>, certificate: Certificate) -> Listed {
    let window = Window { from: certificate.not_before(), until: certificate.not_after() };
    Listed { owner, roles: vec![role], certificate, path: path.clone(), window, partners: Vec::new() }
}

fn broker(written: &Written) -> Option<(Owner, Role, &Located<String>)> {
    let client = written.erp.client()?;
    Some((Owner::Broker, Role::Own(crate::partner::OwnRole::TlsClient), &client.cert))
}

/// The partners whose channel names this identity.
fn partners_of(files: &[PartnerFile], identity: &str) -> Vec<PartnerId> {
    let named = files.iter().filter(|file| match &file.as2 {
        Some(As2Table::Own(channel)) => *channel.identity == *identity,
        _ => false,
    });
    named.map(|file| file.id.clone()).collect()
}
