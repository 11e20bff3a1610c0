//! What has been published stays as it was, and what follows it keeps to what a minor version may have.

use std::path::Path;

use edigate::base::Sha256;
use edigate::canon::{self, ChangeWeight};
use serde_json::{Value, json};

use super::project;

#[test]
fn published_schemas_are_as_they_were_published() {
    let list = std::fs::read_to_string(project("schemas/published.toml")).unwrap();
    assert_eq!(broken_promises(&list, &project("schemas")), Vec::<String>::new());
}

/// What is wrong with a folder of schemas: a published file has changed or is gone, a version that is not the newest of
/// its major was never published, or a minor version has what only a major may have.
fn broken_promises(list: &str, folder: &Path) -> Vec<String> {
    let list: toml::Table = list.parse().unwrap();
    let published = list["published"].as_table().unwrap();
    let mut faults = Vec::new();
    for (name, sha256) in published {
        match std::fs::read(folder.join(format!("{name}.json"))) {
            Ok(bytes) if Sha256::of(&bytes).to_string() == sha256.as_str().unwrap() => {}
            Ok(_) => faults.push(format!("{name} has changed since it was published")),
            Err(_) => faults.push(format!("{name} is published and gone")),
        }
    }
    for (older, newer) in versions(folder).windows(2).map(|pair| (&pair[0], &pair[1])) {
        if (&older.0, older.1) != (&newer.0, newer.1) {
            continue;
        }
        let name = |version: &Version| format!("{}/{}.{}", version.0, version.1, version.2);
        let schema = |version: &Version| -> Value {
            serde_json::from_slice(&std::fs::read(folder.join(format!("{}.json", name(version)))).unwrap()).unwrap()
        };
        if !published.contains_key(&name(older)) {
            faults.push(format!("{} has a successor and was never published", name(older)));
        }
        for change in canon::compare_schemas(&schema(older), &schema(newer)) {
            if change.weight == ChangeWeight::Breaking {
                faults.push(format!("{}: {} {}", name(newer), change.path, change.what));
            }
        }
    }
    faults
}

/// Kind, major, minor.
type Version = (String, u32, u32);

/// The schema files of a folder, in order.
fn versions(folder: &Path) -> Vec<Version> {
    let mut versions = Vec::new();
    for kind in std::fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        for file in std::fs::read_dir(kind.path()).unwrap().map(Result::unwrap) {
            let name = file.file_name().into_string().unwrap();
            let (major, minor) = name.strip_suffix(".json").unwrap().split_once('.').unwrap();
            let kind = kind.file_name().into_string().unwrap();
            versions.push((kind, major.parse().unwrap(), minor.parse().unwrap()));
        }
    }
    versions.sort();
    versions
}

#[test]
fn a_broken_promise_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, properties: Value| {
        let file = folder.path().join(format!("{name}.json"));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let text = json!({"type": "object", "properties": properties}).to_string();
        std::fs::write(file, &text).unwrap();
        Sha256::of(text.as_bytes()).to_string()
    };
    let first = write("order/1.0", json!({"number": {"type": "string"}}));
    write("order/1.1", json!({"number": {"type": "string"}, "date": {"type": "string"}}));
    write("order/2.0", json!({"number": {"type": "integer"}}));
    let list = format!("[published]\n'order/1.0' = '{first}'");
    assert_eq!(broken_promises(&list, folder.path()), Vec::<String>::new());

    write("order/1.1", json!({"number": {"type": "integer"}}));
    assert_eq!(broken_promises(&list, folder.path()), ["order/1.1: number type was \"string\" and is \"integer\""]);
    write("order/1.0", json!({"number": {"type": "integer"}}));
    assert_eq!(broken_promises(&list, folder.path()), ["order/1.0 has changed since it was published"]);
    assert_eq!(
        broken_promises("[published]\n'order/0.9' = ''", folder.path()),
        ["order/0.9 is published and gone", "order/1.0 has a successor and was never published"]
    );
}
