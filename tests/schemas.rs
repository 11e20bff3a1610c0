//! The published schemas are what the Rust types say.

use edigate::canon;

/// Set this variable to write the schemas anew after a change of the types; then look at the difference. A published
/// version takes additions only before its release; afterwards a change is a new version.
const UPDATE: &str = "EDIGATE_UPDATE_SCHEMAS";

#[test]
fn the_published_order_schema_has_not_drifted_from_its_types() {
    let generated = format!("{:#}\n", canon::generate_order_schema());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/order/1.0.json");
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(path, &generated).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap();
    assert!(published == generated, "schemas/order/1.0.json has drifted; run this test again with {UPDATE}=1");
}
