use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::base::{Limits, PartnerId, Severity};
use crate::canon::{Direction, Usage};
use crate::edi::{Party, Standard};
use crate::exchange::Verb;
use crate::partner::{Auth, Status, TheirRole};

pub(crate) mod site;

use site::{Site, now};

fn loaded(site: &Site) -> Configuration {
    load(&site.edigate_toml(), now()).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn codes(diagnostics: &[Diagnostic]) -> Vec<&str> {
    diagnostics.iter().map(|one| one.code.as_ref()).collect()
}

#[test]
fn a_small_gateway_loads_without_a_word() {
    let site = Site::of("base");
    let configuration = loaded(&site);
    assert_eq!(configuration.warnings, []);
    let settings = &configuration.settings;
    assert_eq!(settings.instance, "test-1");
    assert_eq!(settings.store.folder, site.path("var/edigate"));
    assert_eq!(settings.store.free_hard, FreeSpace::Percent(10));
    assert_eq!(settings.limits, Limits::default());
    assert!(matches!(&settings.erp, Erp::Directory(folder) if *folder == site.path("var/erp")));
    assert_eq!(settings.listeners.len(), 1);
    assert_eq!(settings.listeners[0].path, "/as2");

    let registry = &configuration.registry;
    let (acme, us) = ("ACMEBRG".parse().unwrap(), "NORTHWIND".parse().unwrap());
    let partner = registry.pair(&acme, &us).unwrap();
    assert!(registry.pair(&us, &acme).is_none());
    assert_eq!((partner.id.as_str(), partner.status, partner.usage), ("acme", Status::Active, Usage::Production));
    let order = "x12/004010VICS/850".parse().unwrap();
    assert_eq!(partner.agreement(Direction::Inbound, &order).unwrap().mapping_name, "templates/x12/004010/order");
    assert!(partner.agreement(Direction::Outbound, &order).is_none());
    let (to, from) = (isa("01", "123456789"), isa("ZZ", "ACMEBRG"));
    assert_eq!(registry.interchange_partner(&partner.id, Standard::X12, &to, &from).unwrap().id, partner.id);
    assert!(registry.interchange_partner(&partner.id, Standard::X12, &from, &to).is_none());

    let channel = partner.as2().unwrap();
    let security = channel.security(now());
    assert_eq!((security.verify.len(), security.decrypt.len()), (1, 1));
    assert!(security.signer.is_some());
    let late = now().after(Duration::from_secs(10 * 365 * 86_400));
    let security = channel.security(late);
    assert_eq!((security.verify.len(), security.decrypt.len()), (0, 0));
    assert!(security.signer.is_none(), "nothing is signed with a certificate that has ended");
}

#[test]
fn the_shipped_example_is_clean_once_it_has_keys() {
    let site = Site::of("base");
    std::fs::remove_dir_all(site.path("partners")).unwrap();
    let project = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["edigate.toml", "partners/acme-bearings/partner.toml"] {
        site.write(file, &std::fs::read_to_string(project.join(file)).unwrap());
    }
    site.adopt(&project.join("mappings"), "mappings");
    for (ours, theirs) in
        [("ours.pem", "northwind.pem"), ("ours.key", "northwind.key"), ("acme.pem", "acme-bearings.pem")]
    {
        std::fs::rename(site.path(&format!("certs/{ours}")), site.path(&format!("certs/{theirs}"))).unwrap();
    }
    assert_eq!(check(&site.edigate_toml(), now()), []);
}

#[test]
fn the_documented_files_load_with_warnings_only() {
    let site = Site::of("documented");
    let mut credentials = std::collections::BTreeMap::new();
    credentials.insert("as2-northwind-2026", std::fs::read_to_string(site.path("certs/ours.key")).unwrap());
    credentials.insert("tls", std::fs::read_to_string(site.path("certs/tls.key")).unwrap());
    credentials.insert("amqp-key", std::fs::read_to_string(site.path("certs/tls.key")).unwrap());
    credentials.insert("claim-token", "6f1d0c2b9a8e7d6c5b4a39281706f5e4\n".to_owned());
    credentials.insert("acme-password", "opens sesame\n".to_owned());
    credentials.insert("amqp-url", "amqps://edigate:canary@broker.example:5671/edi\n".to_owned());
    for (name, text) in &credentials {
        site.write(&format!("credentials/{name}"), text);
    }
    let faults = crate::base::table::Faults::new();
    let credentials = super::secret::Credentials::Folder(site.path("credentials"));
    let loader = super::load::Loader::new(&site.edigate_toml(), credentials, now(), &faults);
    let made = loader.load(&site.edigate_toml());
    let diagnostics = faults.into_sorted();
    let errors: Vec<_> = diagnostics.iter().filter(|one| one.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    insta::with_settings!({ snapshot_path => "../../tests/fixtures/config/snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("documented", diagnostics.iter().map(|one| format!("{one}\n")).collect::<String>());
    });
    let (settings, registry, _) = made.unwrap();
    let Erp::Amqp(amqp) = &settings.erp else { panic!("not the directory sink") };
    assert_eq!(amqp.url.expose(), "amqps://edigate:canary@broker.example:5671/edi");
    assert_eq!((amqp.window, amqp.shards), (128, 4));
    let claim_check = amqp.claim_check.as_ref().unwrap();
    assert_eq!((claim_check.above, claim_check.url.as_str()), (1 << 20, "https://edigate.example/v1/documents/"));
    let allow = amqp.allow.as_ref().unwrap();
    let acme: PartnerId = "acme-bearings".parse().unwrap();
    assert!(allow.allows(Some("toledo"), Verb::Cancel, Some(&acme)).is_ok());
    assert!(allow.allows(Some("toledo"), Verb::Send, None).is_err());
    let claim = &settings.listeners[1];
    assert_eq!((claim.kind, claim.path.as_str()), (ListenerKind::Claim, "/v1/documents"));
    assert_eq!(claim.token.as_ref().unwrap().expose(), "6f1d0c2b9a8e7d6c5b4a39281706f5e4");
    assert!(claim.tls.as_ref().unwrap().client_ca.is_some());
    assert!(settings.listeners[0].tls.is_some());
    let partner = registry.partner(&acme).unwrap();
    assert_eq!(partner.parties.len(), 2);
    assert_eq!(partner.limits.body, 100 << 20);
    let channel = partner.as2().unwrap();
    assert_eq!(channel.in_force(TheirRole::Verify, now()).len(), 1);
    let send = channel.send.as_ref().unwrap();
    assert!(matches!(&send.http.auth, Auth::Basic { password, .. } if password.expose() == "opens sesame"));
    assert!(channel.may_post_receipt_to("https://as2.acme.example/mdn?x=1"));
    assert!(!channel.may_post_receipt_to("https://as2.acme.example:8443/mdn"));
    assert!(!channel.may_post_receipt_to("http://as2.acme.example/mdn"));
}

#[test]
fn an_agreement_names_an_overlay_on_its_guide() {
    let site = Site::of("base");
    site.write("guides/acme/850.toml", "extends = \"x12/004010/850\"\n[parts]\nCUR = \"not used\"\n");
    let agreed = |name: &str| {
        site.edit("partners/acme/partner.toml", "site      =", &format!("guide = \"{name}\"\nsite      ="));
        let registry = loaded(&site).registry;
        site.edit("partners/acme/partner.toml", &format!("guide = \"{name}\"\n"), "");
        let acme: PartnerId = "acme".parse().unwrap();
        let key = registry.partner(&acme).unwrap().agreements[0].guide.clone().unwrap();
        (key.to_string(), registry.guides().get(&key).unwrap().overlay().map(str::to_owned))
    };
    assert_eq!(agreed("acme/850"), ("acme/850".to_owned(), Some("acme/850".to_owned())));
    // A plain guide is one for releases that have none of their own.
    assert_eq!(agreed("x12/005010/850"), ("x12/005010/850".to_owned(), None));
}

#[test]
fn a_reload_swaps_everything_but_what_needs_a_restart() {
    let site = Site::of("base");
    let live = Live::new(site.edigate_toml(), loaded(&site));
    let before = live.registry();
    site.edit("edigate.toml", "bind = \"127.0.0.1:4080\"", "bind = \"127.0.0.1:4081\"");
    site.edit("edigate.toml", "folder = \"var/edigate\"", "folder = \"var/other\"\nretention = { document = \"9d\" }");
    site.write("partners/bolt/partner.toml", &partner("BOLT"));
    let ReloadOutcome::Swapped(warnings) = live.reload(now()) else { panic!("kept the old") };
    assert_eq!(codes(&warnings), ["needs-restart", "needs-restart"], "{warnings:#?}");
    assert_eq!(live.current().settings.store.folder, site.path("var/edigate"));
    let retention = live.current().settings.store.retention;
    assert_eq!(retention.document, Duration::from_secs(9 * 86_400), "what is looked up each time is taken");
    assert_eq!(live.current().settings.listeners[0].bind, Bind::Address("127.0.0.1:4080".parse().unwrap()));
    let bolt: PartnerId = "bolt".parse().unwrap();
    assert!(live.registry().partner(&bolt).is_some());
    assert!(before.partner(&bolt).is_none(), "a snapshot taken before the reload stays as it was");
}

#[test]
fn a_reload_changes_a_token_and_never_whether_one_is_asked_for() {
    let site = Site::of("base");
    let write_token = |token: &str| {
        site.write("certs/token", token);
        site.mode("certs/token", 0o400);
    };
    write_token("the-first-token-of-all");
    let table =
        "[[listener]]\nname = \"claim\"\nkind = \"claim\"\nbind = \"127.0.0.1:4081\"\ntoken = \"file:certs/token\"\n";
    site.edit("edigate.toml", "[[listener]]", &format!("{table}[[listener]]"));
    let live = Live::new(site.edigate_toml(), loaded(&site));
    let token = || live.current().settings.listeners[0].token.as_ref().unwrap().expose().clone();
    assert_eq!(token(), "the-first-token-of-all");
    write_token("the-second-token-of-all");
    let ReloadOutcome::Swapped(warnings) = live.reload(now()) else { panic!("kept the old") };
    assert_eq!((token().as_str(), warnings), ("the-second-token-of-all", Vec::new()));

    let tls = "tls = { cert = \"certs/tls.pem\", key = \"file:certs/tls.key\", client_auth = \"required\", ca = \"certs/ours.pem\" }";
    site.mode("certs/tls.key", 0o400);
    site.edit("edigate.toml", "token = \"file:certs/token\"", tls);
    let ReloadOutcome::Swapped(warnings) = live.reload(now()) else { panic!("kept the old") };
    assert_eq!((token().as_str(), codes(&warnings)), ("the-second-token-of-all", vec!["needs-restart"]));
}

/// Whoever may no longer ask for anything shall not go on until the next restart.
#[test]
fn a_reload_takes_who_may_ask_whatever_else_waits_for_a_restart() {
    let site = Site::of("base");
    site.write("certs/url", "amqp://guest:guest@127.0.0.1:5672/%2f");
    site.mode("certs/url", 0o400);
    let table = "[erp.amqp]\nurl = \"file:certs/url\"\nallow = { erp = {} }\n[[listener]]";
    site.edit("edigate.toml", "[[listener]]", table);
    let live = Live::new(site.edigate_toml(), loaded(&site));
    let in_force = |user: &str| {
        let Erp::Amqp(amqp) = live.current().settings.erp.clone() else { panic!("not the directory sink") };
        (amqp.prefetch, amqp.allow.unwrap().allows(Some(user), Verb::Send, None).is_ok())
    };
    assert_eq!(in_force("erp"), (64, true));
    site.edit("edigate.toml", "allow = { erp = {} }", "allow = { toledo = {} }");
    let ReloadOutcome::Swapped(warnings) = live.reload(now()) else { panic!("kept the old") };
    assert_eq!((warnings, in_force("erp"), in_force("toledo")), (Vec::new(), (64, false), (64, true)));
    site.edit("edigate.toml", "allow = { toledo = {} }", "prefetch = 8\nallow = {}");
    let ReloadOutcome::Swapped(warnings) = live.reload(now()) else { panic!("kept the old") };
    assert_eq!((codes(&warnings), in_force("toledo")), (vec!["needs-restart"], (64, false)));
}

#[test]
fn a_reload_with_any_fault_keeps_the_old() {
    let site = Site::of("base");
    let live = Live::new(site.edigate_toml(), loaded(&site));
    site.write("partners/bolt/partner.toml", &partner("BOLT"));
    site.edit("partners/acme/partner.toml", "America/New_York", "America/New_Yorck");
    let ReloadOutcome::KeptOld(faults) = live.reload(now()) else { panic!("swapped") };
    assert_eq!(codes(&faults), ["not-found"]);
    let bolt: PartnerId = "bolt".parse().unwrap();
    assert!(live.registry().partner(&bolt).is_none());
    site.edit("partners/acme/partner.toml", "America/New_Yorck", "America/New_York");
    assert!(matches!(live.reload(now()), ReloadOutcome::Swapped(_)));
    assert!(live.registry().partner(&bolt).is_some());
}

#[test]
fn a_party_behind_a_hub_shares_its_channel() {
    let site = Site::of("base");
    let behind = "schema = 1\n[as2]\nvia = \"acme\"\n[x12]\nus = { isa = \"01/123456789\" }\nthem = { isa = \"ZZ/BOLT\", aliases = [\"12/5550100\"] }\n";
    site.write("partners/bolt/partner.toml", behind);
    let registry = loaded(&site).registry;
    let (acme, us) = ("acme".parse().unwrap(), isa("01", "123456789"));
    for them in [isa("ZZ", "BOLT"), isa("12", "5550100")] {
        assert_eq!(registry.interchange_partner(&acme, Standard::X12, &us, &them).unwrap().id.as_str(), "bolt");
    }
    assert_eq!(registry.interchange_partner(&acme, Standard::X12, &us, &isa("ZZ", "ACMEBRG")).unwrap().id, acme);
}

#[test]
fn credentials_are_a_fault_for_the_daemon_and_a_warning_for_a_check() {
    let site = Site::of("base");
    site.edit("edigate.toml", "file:certs/ours.key", "credential:ours");
    let codes_with = |credentials| {
        let faults = crate::base::table::Faults::new();
        super::load::Loader::new(&site.edigate_toml(), credentials, now(), &faults).load(&site.edigate_toml());
        let diagnostics = faults.into_sorted();
        diagnostics.iter().map(|one| (one.severity, one.code.to_string())).collect::<Vec<_>>()
    };
    use super::secret::Credentials;
    assert_eq!(codes_with(Credentials::Absent), [(Severity::Error, "not-found".to_owned())]);
    assert_eq!(codes_with(Credentials::Unseen), [(Severity::Warning, "not-checked".to_owned())]);
    assert_eq!(codes_with(Credentials::Folder(site.path("none"))), [(Severity::Error, "not-found".to_owned())]);
}

#[test]
fn a_partner_is_sent_to_as_the_identity_it_names_and_a_party_behind_a_hub_on_the_hubs_channel() {
    let site = Site::of("base");
    let second = "[identity.depot]\nas2_id = \"DEPOT\"\n[[identity.depot.certificates]]\nroles = [\"sign\", \"decrypt\", \"tls-client\"]\ncert = \"certs/tls.pem\"\nkey = \"file:certs/tls.key\"\n[[listener]]";
    site.edit("edigate.toml", "[[listener]]", second);
    let bolt = partner("BOLT")
        .replace("northwind", "depot")
        .replace("[\"verify\"]", "[\"verify\", \"encrypt\", \"tls-trust\"]");
    site.write("partners/bolt/partner.toml", &bolt.replace("as2_id", "url = \"https://bolt.example/as2\"\nas2_id"));
    site.write(
        "partners/nut/partner.toml",
        "schema = 1\n[as2]\nvia = \"bolt\"\n[x12]\nus = { isa = \"01/1\" }\nthem = { isa = \"ZZ/NUT\" }\n",
    );
    let registry = loaded(&site).registry;
    let get = |id: &str| Arc::clone(registry.partner(&id.parse().unwrap()).unwrap());
    let (acme, bolt, nut) = (get("acme"), get("bolt"), get("nut"));
    assert_eq!(registry.channel(&nut).unwrap().theirs.to_string(), "BOLT");
    assert_eq!(registry.channel(&bolt).unwrap().ours.as2_id.to_string(), "DEPOT");
    assert_eq!(registry.channel(&acme).unwrap().ours.as2_id.to_string(), "NORTHWIND");
    let (hub, own) = (bolt.as2().unwrap(), acme.as2().unwrap());
    assert!(hub.send.is_some() && own.send.is_none(), "without a URL a partner only sends to us");
    assert_eq!((hub.encrypt_for(now()).is_some(), hub.tls_trust(now()).len()), (true, 1));
    assert!(hub.tls_client(now()).is_some_and(|client| client.certificates.starts_with(b"-----BEGIN")));
    assert!(own.tls_client(now()).is_none());
    let late = now().after(Duration::from_secs(10 * 365 * 86_400));
    assert!(hub.encrypt_for(late).is_none() && hub.tls_client(late).is_none());
}

/// A second partner under an AS2 name of its own.
fn partner(as2_id: &str) -> String {
    format!(
        "schema = 1\n[as2]\nidentity = \"northwind\"\nas2_id = \"{as2_id}\"\n[[as2.certificates]]\nroles = [\"verify\"]\ncert = \"certs/acme.pem\"\n"
    )
}

fn isa(qualifier: &str, id: &str) -> Party {
    Party { qualifier: qualifier.to_owned(), id: id.to_owned() }
}

#[test]
fn a_refusal_is_told_by_the_shipped_mapping_or_as_the_partners_file_says() {
    let site = Site::of("base");
    site.edit("partners/acme/partner.toml", "site      =", "on_refused = \"824\"\nsite      =");
    let acme: PartnerId = "acme".parse().unwrap();
    let registry = loaded(&site).registry;
    let advice = registry.partner(&acme).unwrap().outbound_agreement(crate::partner::ADVICE).unwrap();
    assert_eq!(advice.message.to_string(), "x12/004010/824");
    let own = "\n[[agreement]]\ndocument = \"application-advice@1\"\ndirection = \"out\"\nmessage = \"edifact/D96A/APERAK\"\n\
               mapping = \"templates/edifact/d96a/application-advice\"\n";
    let file = site.path("partners/acme/partner.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    site.write("partners/acme/partner.toml", &text.replacen("\n[[agreement]]", &format!("{own}\n[[agreement]]"), 1));
    let faults = crate::base::table::Faults::new();
    let credentials = super::secret::Credentials::Absent;
    super::load::Loader::new(&site.edigate_toml(), credentials, now(), &faults).load(&site.edigate_toml());
    assert_eq!(codes(&faults.into_sorted()), ["advice-differs"]);
}
