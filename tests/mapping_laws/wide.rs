//! Messages with most of what senders put into them: what the templates make of each, and law 2 on them where the template
//! writes, too.

use std::path::PathBuf;

use edigate::canon;

use crate::equal::Equality;
use crate::template::{Hands, lines, mapping};
use crate::wire;

/// A message of tests/mapping_laws/wide, and the template that reads it.
const MESSAGES: &[(&str, &str)] = &[
    ("004010-850.x12", "templates/x12/004010/order"),
    ("005010-850.x12", "templates/x12/005010/order"),
    ("004010-855.x12", "templates/x12/004010/order-response"),
    ("004010-856.x12", "templates/x12/004010/shipment-notice"),
    ("004010-810.x12", "templates/x12/004010/invoice"),
    ("d96a-orders.edi", "templates/edifact/d96a/order"),
    ("d96a-ordrsp.edi", "templates/edifact/d96a/order-response"),
    ("d96a-desadv.edi", "templates/edifact/d96a/shipment-notice"),
    ("d96a-desadv-lots.edi", "templates/edifact/d96a/shipment-notice"),
    ("d96a-invoic.edi", "templates/edifact/d96a/invoice"),
    ("d01b-orders.edi", "templates/edifact/d01b/order"),
    ("d01b-ordrsp.edi", "templates/edifact/d01b/order-response"),
    ("d01b-desadv.edi", "templates/edifact/d01b/shipment-notice"),
    ("d01b-invoic.edi", "templates/edifact/d01b/invoice"),
    ("004010-860.x12", "templates/x12/004010/order-change"),
    ("004010-865-request.x12", "templates/x12/004010/order-change-request"),
    ("004010-865.x12", "templates/x12/004010/order-change-response"),
    ("004010-830.x12", "templates/x12/004010/delivery-schedule"),
    ("004010-862.x12", "templates/x12/004010/shipping-schedule"),
    ("004010-820.x12", "templates/x12/004010/remittance-advice"),
    ("004010-846.x12", "templates/x12/004010/inventory-report"),
    ("004010-861.x12", "templates/x12/004010/receiving-advice"),
    ("004010-824.x12", "templates/x12/004010/application-advice"),
    ("004010-997.x12", "templates/x12/004010/acknowledgement"),
    ("d96a-delfor.edi", "templates/edifact/d96a/delivery-schedule"),
    ("d96a-delfor-items.edi", "templates/edifact/d96a/delivery-schedule"),
    ("d96a-deljit.edi", "templates/edifact/d96a/just-in-time-delivery"),
    ("d96a-ordchg.edi", "templates/edifact/d96a/order-change"),
    ("d96a-remadv.edi", "templates/edifact/d96a/remittance-advice"),
    ("d96a-recadv.edi", "templates/edifact/d96a/receiving-advice"),
    ("d96a-invrpt.edi", "templates/edifact/d96a/inventory-report"),
    ("d96a-aperak.edi", "templates/edifact/d96a/application-advice"),
    ("d96a-contrl.edi", "templates/edifact/d96a/acknowledgement"),
];

#[test]
fn wide_messages_are_read_and_written() {
    for (file, template) in MESSAGES {
        let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mapping_laws/wide")).join(file);
        let body: String = std::fs::read_to_string(path).unwrap().lines().collect();
        let mapping = mapping(template);
        let hands = Hands { mapping: &mapping, parties: &[] };
        let set = wire::sets(&wire::enveloped(mapping.message(), &body)).remove(0);
        let guide = edigate::edi::Guides::shipped().get(mapping.message()).unwrap();
        let faults = edigate::edi::structure(&set, &guide).1;
        assert_eq!(faults, [], "{file} is no message of its release");
        let read = hands.read(&set);
        assert_eq!(canon::check(&read.document, mapping.document().name), [], "{file}");
        let left: String = read.unmapped.iter().map(|one| format!("{} {}\n", one.path, one.value)).collect();
        let suffix = file.split_once('.').unwrap().0;
        let told = format!("{:#}\n\n# found\n{}\n# unmapped\n{left}", read.document, lines(&read.findings));
        if !mapping.ways().write {
            insta::with_settings!({snapshot_suffix => suffix}, { insta::assert_snapshot!(told) });
            continue;
        }
        let written = hands.write(&read.document);
        let again = hands.read_back(&written);
        let filled: Vec<String> = again.derived.iter().map(|one| one.path.clone()).collect();
        let found = Equality::of(template).differences(&read.document, &again.document, &filled);
        let text = wire::shown(mapping.message(), &written.segments);
        assert_eq!(found, Vec::<String>::new(), "{file}\n{text}");
        let told = format!("{told}\n# written\n{text}\n# found\n{}", lines(&written.findings));
        insta::with_settings!({snapshot_suffix => suffix}, { insta::assert_snapshot!(told) });
    }
}
