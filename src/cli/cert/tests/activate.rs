//! What `activate` lets go over, for whom, and what it refuses.

use super::*;

/// The first certificate that servers are shown, in PEM.
fn shown(site: &Site, at: Timestamp) -> String {
    let configuration = loaded(site);
    let channel = configuration.registry.partners().next().unwrap().as2().unwrap();
    let chain = channel.ours.tls_client(at).map(|shown| shown.certificates.clone());
    String::from_utf8(chain.unwrap_or_default()).unwrap()
}

/// A certificate of ours with its key, as `new.pem`.
fn next(site: &Site, file: &str) -> New {
    let new = New::named("northwind");
    site.write(file, &format!("{}{}", new.pem(), new.key_pem()));
    new
}

const SOON: Duration = Duration::from_secs(1);

#[test]
fn a_certificate_takes_over_what_it_is_for_and_nothing_else() {
    let site = Site::of("base");
    let client = "[[identity.northwind.certificates]]\nroles = [\"tls-client\"]\ncert = \"certs/tls.pem\"\n\
                  key = \"file:certs/tls.key\"\n\n[[listener]]";
    site.edit("edigate.toml", "[[listener]]", client);
    let (signer, client) = (next(&site, "signer.pem"), next(&site, "client.pem"));

    let (exit, told) = refused(&site, "stage us-tls-2027 --from @client.pem --replaces tls");
    assert!(exit == Exit::Usage && told.contains("say when it is to be used as tls-client"), "{told}");
    done(&site, "stage us-tls-2027 --from @client.pem --replaces tls --switch 2026-12-15");
    let told = done(&site, "activate us-tls-2027");
    assert!(told.contains(") is shown to servers for northwind\n"), "{told}");
    assert_eq!(signs(&site, now().after(SOON)).0, ours(&site));
    assert_eq!(shown(&site, now().after(SOON)), client.pem());

    let (exit, told) = refused(&site, "activate us-tls-2027 --partner acme");
    assert!(exit == Exit::Failed && told.contains("is not for messages, and signs none"), "{told}");

    done(&site, "stage us-2027 --from @signer.pem --replaces ours");
    let told = done(&site, "activate us-2027");
    assert!(told.contains(") signs for northwind\n"), "{told}");
    assert_eq!(signs(&site, now().after(SOON)).0, signer.fingerprint());
    assert_eq!(shown(&site, now().after(SOON)), client.pem());
}

#[test]
fn where_one_certificate_does_both_the_next_one_does() {
    let site = Site::of("base");
    site.edit("edigate.toml", "[\"sign\", \"decrypt\"]", "[\"sign\", \"decrypt\", \"tls-client\"]");
    let new = next(&site, "new.pem");
    let told = done(&site, "stage us-2027 --from @new.pem --replaces ours");
    assert!(told.contains("at once: decrypt; sign, tls-client after 'edigate cert activate us-2027'"), "{told}");
    let told = done(&site, "activate us-2027");
    assert!(told.contains(") signs and is shown to servers for northwind\n"), "{told}");
    assert_eq!(signs(&site, now().after(SOON)).0, new.fingerprint());
    assert_eq!(shown(&site, now().after(SOON)), new.pem());
}

#[test]
fn what_a_server_is_known_by_is_not_encrypted_for() {
    let site = Site::of("base");
    let trust = "[[as2.certificates]]\nroles = [\"tls-trust\"]\ncert = \"certs/tls.pem\"\n\n[x12]";
    site.edit("partners/acme/partner.toml", "[x12]", trust);
    let (exit, told) = refused(&site, "activate tls");
    assert!(exit == Exit::Failed && told.contains("is for nothing that goes out"), "{told}");
}

#[test]
fn a_certificate_of_several_partners_is_activated_for_the_one_that_is_named() {
    let site = Site::of("base");
    let acme = text(&site, "partners/acme/partner.toml");
    let bolt = acme.replace("\"ACMEBRG\"", "\"BOLT\"").replace("ZZ/ACMEBRG", "ZZ/BOLT");
    site.write("partners/bolt/partner.toml", &bolt);
    let (exit, told) = refused(&site, "activate acme");
    assert_eq!(exit, Exit::Usage);
    assert_eq!(told, "this is a certificate of acme and bolt; say for which partner: --partner ID");
    let (exit, told) = refused(&site, "activate acme --partner corner");
    assert!(exit == Exit::Failed && told.contains("acme and bolt, which is not about corner"), "{told}");
    let told = done(&site, "activate acme --partner bolt");
    assert!(told.contains("from now on messages to bolt are encrypted for"), "{told}");
    assert_eq!(text(&site, "partners/acme/partner.toml"), acme);
    assert_ne!(text(&site, "partners/bolt/partner.toml"), bolt);
}

#[test]
fn one_that_does_not_count_now_is_not_activated() {
    let site = Site::of("base");
    let expired = "[[as2.certificates]]\nroles = [\"verify\"]\ncert = \"certs/acme-expired.pem\"\n\n[x12]";
    site.edit("partners/acme/partner.toml", "[x12]", expired);
    let (exit, told) = refused(&site, "activate acme-expired");
    assert!(exit == Exit::Failed && told.contains("cannot be used now: it counted until 2026-06-01"), "{told}");

    next(&site, "new.pem");
    done(&site, "stage us-2027 --from @new.pem --replaces ours");
    for line in ["activate us-2027", "activate us-2027 --partner acme"] {
        let failure = typed(&site, line, now().before(DAY * 400)).unwrap_err();
        assert!(failure.text.contains("cannot be used now: it counts from 2026-01-01 on"), "{}", failure.text);
    }
}

#[test]
fn partners_that_something_else_is_signed_with_for_are_named() {
    let site = Site::of("base");
    let new = next(&site, "new.pem");
    done(&site, "stage us-2027 --from @new.pem --replaces ours");
    done(&site, "activate us-2027 --partner acme");
    let states = |site: &Site| {
        let list = done(site, "list");
        list.lines().map(|line| line.rsplit("  ").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(states(&site)[1..3], ["active", "active; sign_with of acme"]);
    let json: serde_json::Value = serde_json::from_str(&done(&site, "list --json")).unwrap();
    assert_eq!(json["certificates"][1]["signWith"], serde_json::json!(["acme"]));

    let told = done(&site, "activate ours");
    let stays = format!(
        "for acme us-2027 ({}) still signs; that ends when sign_with is taken out of partners/acme/partner.toml\n",
        short(new.fingerprint())
    );
    assert!(told.contains(&stays), "{told}");
    let line = format!("sign_with = \"{}\"\n", new.fingerprint());
    site.edit("partners/acme/partner.toml", &line, "");
    assert!(!done(&site, "activate us-2027").contains("sign_with"));
    assert!(states(&site).iter().all(|state| !state.contains("sign_with")));
}

#[test]
fn a_dry_run_sees_that_a_file_is_there_and_a_repeat_takes_over_what_a_cut_left() {
    let site = Site::of("base");
    let new = next(&site, "new.pem");
    site.write("certs/us-2027.pem", "another");
    let stage = "stage us-2027 --from @new.pem --replaces ours";
    let (exit, told) = refused(&site, &format!("{stage} --dry-run"));
    assert!(exit == Exit::Failed && told.contains("us-2027.pem is there already"), "{told}");
    // As after a cut behind the key and the certificate.
    site.write("certs/us-2027.key", &new.key_pem());
    site.mode("certs/us-2027.key", 0o400);
    site.write("certs/us-2027.pem", &new.pem());
    done(&site, stage);
    assert_eq!(signs(&site, now()).1, 2);
}
