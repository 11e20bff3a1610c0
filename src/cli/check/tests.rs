use std::fs;

use serde::Deserialize;

use super::*;
use crate::config::tests::site::{Site, fixtures, now};

/// One faulty configuration: `base` with some edits.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Case {
    edit: Vec<[String; 3]>,
    write: Vec<[String; 2]>,
    write_latin_1: Vec<[String; 2]>,
    mode: Vec<[String; 2]>,
    remove: Vec<String>,
}

impl Case {
    fn site(&self) -> Site {
        let site = Site::of("base");
        for [file, old, new] in &self.edit {
            site.edit(file, old, new);
        }
        for [file, text] in &self.write {
            site.write(file, text);
        }
        for [file, text] in &self.write_latin_1 {
            let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
            fs::write(site.path(file), bytes).unwrap();
        }
        for [file, mode] in &self.mode {
            site.mode(file, u32::from_str_radix(mode, 8).unwrap());
        }
        for file in &self.remove {
            let path = site.path(file);
            if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) }.unwrap();
        }
        site
    }
}

fn checked(site: &Site, format: Format) -> (String, Exit) {
    let mut out = Vec::new();
    let exit = check(&site.edigate_toml(), format, now(), &mut out).unwrap();
    (String::from_utf8(out).unwrap(), exit)
}

#[test]
fn every_fault_is_told_with_its_place_and_the_next_step() {
    let cases = fs::read_to_string(fixtures().join("faults.toml")).unwrap();
    let cases: std::collections::BTreeMap<String, Case> = toml::from_str(&cases).unwrap();
    for (name, case) in cases {
        let site = case.site();
        let (text, exit) = checked(&site, Format::Text);
        let (json, _) = checked(&site, Format::Json);
        assert_ne!(text, "no faults\n", "{name} was not noticed");
        assert_eq!(exit == Exit::Configuration, text.contains("error["), "{name}");
        assert!(!text.contains("CANARY") && !json.contains("CANARY"), "{name} shows a secret:\n{text}");
        insta::with_settings!({
            snapshot_path => "../../../tests/fixtures/config/snapshots",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, text);
        });
    }
}

#[test]
fn a_clean_configuration_is_one_line_and_exit_0() {
    assert_eq!(checked(&Site::of("base"), Format::Text), ("no faults\n".to_owned(), Exit::Clean));
}

#[test]
fn json_holds_the_same_for_programs() {
    let site = Site::of("base");
    site.edit("edigate.toml", "kind = \"as2\"", "kind = \"as3\"");
    let (json, exit) = checked(&site, Format::Json);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(exit, Exit::Configuration);
    assert_eq!(report["faults"], 1);
    assert_eq!(report["diagnostics"][0]["code"], "not-one-of");
    assert_eq!(report["diagnostics"][0]["location"]["line"], 16);
}

/// edigate.toml and a partner file whose writer typed every secret where its reference belongs.
fn careless() -> [(&'static str, String); 2] {
    let documented = |file: &str| fs::read_to_string(fixtures().join("documented").join(file)).unwrap();
    let edigate = documented("edigate.toml")
        .replace("credential:as2-northwind-2026", "-----BEGIN PRIVATE KEY----- CANARY")
        .replace("credential:tls", "CANARY")
        .replace("credential:amqp-url", "amqps://edigate:CANARY@broker:5671/")
        .replace("credential:amqp-key", "CANARY")
        .replace("credential:claim-token", "CANARY-CANARY-CANARY");
    let partner = documented("partners/acme-bearings/partner.toml")
        .replace("credential:acme-password", "CANARY")
        .replace("https://as2.acme.example/as2", "https://us:CANARY@as2.acme.example/as2");
    [("edigate.toml", edigate), ("partners/acme-bearings/partner.toml", partner)]
}

proptest::proptest! {
    #[test]
    fn whatever_else_is_wrong_with_a_file_no_secret_in_it_shows(
        which in 0_usize..2,
        at in proptest::prelude::any::<proptest::sample::Index>(),
        cut in 0_usize..6,
        put in "[ -~\\n]{0,3}",
    ) {
        static SITE: std::sync::LazyLock<std::sync::Mutex<Site>> =
            std::sync::LazyLock::new(|| std::sync::Mutex::new(Site::of("documented")));
        let site = SITE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut files = careless();
        let mut text = files[which].1.clone().into_bytes();
        let at = at.index(text.len());
        let end = (at + cut).min(text.len());
        text.splice(at..end, put.bytes());
        files[which].1 = String::from_utf8(text).unwrap();
        for (file, text) in &files {
            site.write(file, text);
        }
        let (text, exit) = checked(&site, Format::Text);
        let (json, _) = checked(&site, Format::Json);
        proptest::prop_assert_eq!(exit, Exit::Configuration);
        proptest::prop_assert!(!text.contains("CANARY") && !json.contains("CANARY"), "{}", text);
    }
}
