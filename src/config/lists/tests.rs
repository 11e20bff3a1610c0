use super::*;
use crate::config::tests::site::Site;

const OURS: &str = "# Our gateway.
[identity.northwind]
as2_id = \"NORTHWIND\"  # on the wire

# made in 2025
[[identity.northwind.certificates]]
roles = [\"sign\", \"decrypt\"]
cert  = \"certs/old.pem\"   # nine letters
key   = \"file:certs/old.key\"

[[listener]]
name = \"as2\"
";

fn list(text: &str) -> (Site, CertificateList) {
    let site = Site::of("base");
    site.write("edigate.toml", text);
    let list = CertificateList::of_identity(&site.edigate_toml(), "northwind").unwrap();
    (site, list)
}

fn at(text: &str) -> Timestamp {
    Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

fn entry(roles: &[&'static str], from: Option<&str>) -> NewEntry {
    let (cert, key) = ("certs/new.pem".to_owned(), Some("file:certs/new.key".to_owned()));
    NewEntry { roles: roles.to_vec(), cert, key, from: from.map(at) }
}

#[test]
fn entries_are_added_behind_the_last_and_nothing_else_changes() {
    let (_site, mut list) = list(OURS);
    list.add(&entry(&["decrypt"], None)).unwrap();
    list.add(&entry(&["sign"], Some("2026-12-15T00:00:00Z"))).unwrap();
    let added = "
[[identity.northwind.certificates]]
roles = [\"decrypt\"]
cert = \"certs/new.pem\"
key = \"file:certs/new.key\"

[[identity.northwind.certificates]]
roles = [\"sign\"]
cert = \"certs/new.pem\"
key = \"file:certs/new.key\"
active = { from = 2026-12-15T00:00:00Z }
";
    assert_eq!(list.text(), OURS.replace("\n[[listener]]", &format!("{added}\n[[listener]]")));
}

#[test]
fn a_switch_takes_the_roles_out_of_the_other_entries_of_the_same_certificate() {
    let (site, mut list) = list(OURS);
    list.add(&entry(&["decrypt"], None)).unwrap();
    list.add(&entry(&["sign"], Some("2026-12-15T00:00:00Z"))).unwrap();
    site.write("edigate.toml", &list.text());

    // The switch of the new one is brought forward.
    let mut list = CertificateList::of_identity(&site.edigate_toml(), "northwind").unwrap();
    list.switch("certs/new.pem", &["sign"], at("2026-12-01T09:41:00.250Z")).unwrap();
    let forward = list.before.replace("2026-12-15T00:00:00Z", "2026-12-01T09:41:00Z");
    assert_eq!(list.text(), forward);

    // And undone: the old one signs from then on, and decrypts as it always did.
    site.write("edigate.toml", &forward);
    let mut list = CertificateList::of_identity(&site.edigate_toml(), "northwind").unwrap();
    list.switch("certs/old.pem", &["sign"], at("2026-12-02T00:00:00Z")).unwrap();
    let text = list.text();
    let kept = "# made in 2025
[[identity.northwind.certificates]]
roles = [\"decrypt\"]
cert  = \"certs/old.pem\"   # nine letters
";
    assert!(text.contains(kept), "{text}");
    let own = "roles = [\"sign\"]
cert = \"certs/old.pem\"
key = \"file:certs/old.key\"
active = { from = 2026-12-02T00:00:00Z }
";
    assert!(text.contains(own), "{text}");
}

#[test]
fn the_end_of_an_entry_stays() {
    let (_site, mut list) = list(&OURS.replace(
        "key   = \"file:certs/old.key\"",
        "key   = \"file:certs/old.key\"\nactive = { until = 2027-01-01T00:00:00Z }",
    ));
    list.switch("certs/old.pem", &["sign", "decrypt"], at("2026-12-02T00:00:00Z")).unwrap();
    let active = "active = { until = 2027-01-01T00:00:00Z , from = 2026-12-02T00:00:00Z }";
    assert!(list.text().replace("Z,", "Z ,").contains(active), "{}", list.text());
}

#[test]
fn an_entry_of_its_own_ends_when_the_others_do() {
    let ends = "active = { until = 2027-01-01T00:00:00Z }\nallow_expired_until = 2027-01-31 # as they asked";
    let key = "key   = \"file:certs/old.key\"";
    let (_site, mut list) = list(&OURS.replace(key, &format!("{key}\n{ends}")));
    list.switch("certs/old.pem", &["sign"], at("2026-12-02T00:00:00Z")).unwrap();
    let own = "roles = [\"sign\"]
cert = \"certs/old.pem\"
key = \"file:certs/old.key\"
active = { from = 2026-12-02T00:00:00Z, until = 2027-01-01T00:00:00Z }
allow_expired_until = 2027-01-31
";
    assert!(list.text().contains(own), "{}", list.text());
}

#[test]
fn a_key_file_of_the_list_is_known() {
    let (_site, mut files) = list(OURS);
    assert_eq!(files.key_file().as_deref(), Some("certs/old.key"));
    let (_site, mut credentials) = list(&OURS.replace("file:certs/old.key", "credential:old"));
    assert_eq!(credentials.key_file(), None);
}

#[test]
fn what_cannot_be_changed_says_why() {
    let check = |text: &str, expect: &str| {
        let site = Site::of("base");
        site.write("edigate.toml", text);
        let list = CertificateList::of_identity(&site.edigate_toml(), "northwind");
        let fault = list.and_then(|mut list| list.switch("certs/none.pem", &["sign"], at("2026-12-02T00:00:00Z")));
        let fault = fault.unwrap_err();
        assert!(fault.contains(expect), "{fault}");
    };
    check(OURS, "no entry has cert = \"certs/none.pem\"");
    check("[identity]\n", "edigate.toml has no [identity.northwind.certificates]");
    check("[identity.northwind]\ncertificates = []\n", "write it so");
    check("[", "edigate.toml is not TOML");
}
