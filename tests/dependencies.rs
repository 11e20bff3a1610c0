//! What stands in the dependency graph: licences, sources and bans as `deny.toml` says, and a reason for each direct
//! dependency in `docs/dependencies.md`. This is the part of cargo-deny that needs no network, so that `make test`
//! holds it everywhere; advisories newer than the floors in `deny.toml` are `make advisories`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code: a panic here is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use semver::{Version, VersionReq};
use serde_json::Value;

/// Crates of which two versions in one binary would mean two opinions about keys, certificates or handshakes.
const ONE_VERSION: &[&str] =
    &["openssl", "openssl-sys", "ring", "rustls", "rustls-webpki", "rustls-pki-types", "tokio-rustls"];

/// A package as `cargo metadata` lists it.
struct Package {
    name: String,
    version: Version,
    licence: String,
    source: Option<String>,
}

#[test]
fn licences_are_among_those_allowed() {
    let policy = policy();
    let allowed: BTreeSet<&str> =
        policy["licenses"]["allow"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let refused: Vec<String> = packages()
        .iter()
        .filter(|package| !satisfied(&package.licence, &|name| allowed.contains(name)))
        .map(|package| format!("{} {}: {:?}", package.name, package.version, package.licence))
        .collect();
    assert_eq!(refused, [""; 0], "licences that deny.toml does not allow");
}

#[test]
fn every_package_comes_from_the_registry() {
    let strangers: Vec<String> = packages()
        .iter()
        .filter(|package| match &package.source {
            Some(source) => !source.starts_with("registry+https://github.com/rust-lang/crates.io-index"),
            None => package.name != env!("CARGO_PKG_NAME"),
        })
        .map(|package| format!("{} from {:?}", package.name, package.source))
        .collect();
    assert_eq!(strangers, [""; 0]);
}

#[test]
fn banned_crates_and_versions_are_absent() {
    let policy = policy();
    let packages = packages();
    let mut found = Vec::new();
    for ban in policy["bans"]["deny"].as_array().unwrap() {
        let (name, versions) = ban["crate"].as_str().map(split_ban).unwrap();
        let banned = packages.iter().filter(|package| package.name == name && versions.matches(&package.version));
        found.extend(banned.map(|package| format!("{name} {}: {}", package.version, ban["reason"])));
    }
    assert_eq!(found, [""; 0], "banned by deny.toml");
}

#[test]
fn what_touches_keys_is_there_once() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages() {
        versions.entry(package.name).or_default().insert(package.version.to_string());
    }
    for name in ONE_VERSION {
        let found = versions.get(*name).unwrap_or_else(|| panic!("{name} is not in the graph; take it off the list"));
        assert_eq!(found.len(), 1, "{name}: {found:?}");
    }
}

#[test]
fn each_direct_dependency_has_its_reason_written_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let reasons = fs::read_to_string(root.join("docs/dependencies.md")).unwrap();
    let manifest: toml::Table = toml::from_str(&fs::read_to_string(root.join("Cargo.toml")).unwrap()).unwrap();
    let mut unexplained = Vec::new();
    for table in ["dependencies", "dev-dependencies"] {
        for name in manifest[table].as_table().unwrap().keys() {
            if !reasons.contains(&format!("| `{name}` |")) {
                unexplained.push(format!("{table}: {name}"));
            }
        }
    }
    assert_eq!(unexplained, [""; 0], "say in docs/dependencies.md what each brings");
}

#[test]
fn licence_expressions_are_read_as_spdx_says() {
    let mit_only = |name: &str| name == "MIT";
    for (expression, expect) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("MIT OR GPL-3.0", true),
        ("GPL-3.0/MIT", true),
        ("MIT AND GPL-3.0", false),
        ("(GPL-3.0 OR MIT) AND MIT", true),
        ("MIT AND (GPL-3.0 OR ISC)", false),
        ("MIT OR ISC AND GPL-3.0", true),
        ("", false),
    ] {
        assert_eq!(satisfied(expression, &mit_only), expect, "{expression}");
    }
    assert!(satisfied("Apache-2.0 WITH LLVM-exception", &|name| name == "Apache-2.0 WITH LLVM-exception"));
}

/// Whether an SPDX expression is satisfied by the licences that `allowed` accepts. `AND` binds closer than `OR`
/// (SPDX 2.3, annex D.4); `/` is the old spelling of `OR`.
fn satisfied(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let expression = expression.trim();
    if let Some((left, right)) = split_outside(expression, &[" OR ", "/"]) {
        return satisfied(left, allowed) || satisfied(right, allowed);
    }
    if let Some((left, right)) = split_outside(expression, &[" AND "]) {
        return satisfied(left, allowed) && satisfied(right, allowed);
    }
    match expression.strip_prefix('(').and_then(|inside| inside.strip_suffix(')')) {
        Some(inside) => satisfied(inside, allowed),
        None => allowed(expression),
    }
}

/// Splits at the first of `operators` that stands outside parentheses.
fn split_outside<'a>(expression: &'a str, operators: &[&str]) -> Option<(&'a str, &'a str)> {
    let mut depth = 0;
    for (at, character) in expression.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if let Some(operator) = operators.iter().find(|operator| depth == 0 && expression[at..].starts_with(**operator))
        {
            return Some((&expression[..at], &expression[at + operator.len()..]));
        }
    }
    None
}

/// `name` or `name@<1.2.3`, as cargo-deny spells it.
fn split_ban(ban: &str) -> (&str, VersionReq) {
    match ban.split_once('@') {
        Some((name, versions)) => (name, VersionReq::parse(versions).unwrap()),
        None => (ban, VersionReq::STAR),
    }
}

fn policy() -> toml::Table {
    toml::from_str(&fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml")).unwrap()).unwrap()
}

/// Every package that a build for this platform uses.
fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

fn package(listed: &Value) -> Package {
    Package {
        name: listed["name"].as_str().unwrap().to_owned(),
        version: listed["version"].as_str().unwrap().parse().unwrap(),
        licence: listed["license"].as_str().unwrap_or("").to_owned(),
        source: listed["source"].as_str().map(str::to_owned),
    }
}
