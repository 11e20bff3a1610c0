//! The story of one order through the shipped templates: the examples beside the project, read and written.

use edigate::mapping::PartyEntry;
use serde_json::Value;

use crate::equal::Equality;
use crate::template::{Hands, lines, mapping, shared};
use crate::wire;

/// A message of the story.
struct Chapter {
    template: &'static str,
    text: &'static str,
    document: &'static str,
    /// Members of the document that its wire lacks.
    lacks: &'static [&'static str],
    /// Members that the template reads and the document of the story leaves out.
    more: &'static [&'static str],
}

const STORY: &[Chapter] = &[
    Chapter {
        template: "templates/x12/004010/order",
        text: "850.x12.txt",
        document: "order.json",
        lacks: &["notes", "extensions", "acknowledgementDue", "shipTo.unloadingPoint"],
        more: &[],
    },
    Chapter {
        template: "templates/x12/004010/order-response",
        text: "855.x12.txt",
        document: "order-response.json",
        lacks: &[],
        more: &[],
    },
    Chapter {
        template: "templates/x12/004010/shipment-notice",
        text: "856.x12.txt",
        document: "shipment-notice.json",
        lacks: &[],
        more: &["handlingUnitType", "lines.orderReference.orderDate"],
    },
    Chapter {
        template: "templates/x12/004010/invoice",
        text: "810.x12.txt",
        document: "invoice.json",
        lacks: &["taxSummary"],
        more: &["shippedAt"],
    },
];

/// The parties of the story by their identifiers; buyer and supplier are those of the agreement.
fn parties(documents: &[Value]) -> Vec<PartyEntry> {
    let mut parties: Vec<PartyEntry> = Vec::new();
    let roles = ["buyer", "supplier", "shipTo", "billTo", "shipFrom"];
    for (role, party) in documents.iter().flat_map(|document| roles.map(|role| (role, &document[role]))) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let entry = PartyEntry {
            id: text(&party["id"]),
            scheme: text(&party["identifiers"][0]["scheme"]),
            value: text(&party["identifiers"][0]["value"]),
            name: party["name"].as_str().map(str::to_owned),
            role: ["buyer", "supplier"].contains(&role).then(|| role.to_owned()),
        };
        if !entry.id.is_empty() && parties.iter().all(|known| known.id != entry.id) {
            parties.push(entry);
        }
    }
    parties
}

fn without(value: &mut Value, path: &str) {
    match (value, path.split_once('.')) {
        (Value::Array(items), _) => items.iter_mut().for_each(|item| without(item, path)),
        (Value::Object(members), None) => drop(members.shift_remove(path)),
        (Value::Object(members), Some((name, rest))) => {
            members.get_mut(name).into_iter().for_each(|inner| without(inner, rest));
        }
        _ => {}
    }
}

#[test]
fn the_story_is_read_and_written_by_the_shipped_templates() {
    let Some(examples) = shared().map(|shared| shared.join("examples")) else { return };
    let text = |name: &str| std::fs::read_to_string(examples.join(name)).unwrap();
    let documents: Vec<Value> =
        STORY.iter().map(|chapter| serde_json::from_str(&text(chapter.document)).unwrap()).collect();
    let parties = parties(&documents);
    let mut told = String::new();
    for (Chapter { template, text: name, lacks, more, .. }, document) in STORY.iter().zip(&documents) {
        let mapping = mapping(template);
        let hands = Hands { mapping: &mapping, parties: &parties };
        let equality = Equality::of(template);
        let body: String = text(name).lines().map(str::trim).collect();
        let body =
            body.split_inclusive('~').filter(|segment| !segment.starts_with("ST*") && !segment.starts_with("SE*"));
        let set = wire::sets(&wire::enveloped(mapping.message(), &body.collect::<String>())).remove(0);
        let read = hands.read(&set);
        assert_eq!(lines(&read.findings), "", "{template}");
        assert_eq!(read.unmapped, [], "{template}");
        let (mut expected, mut found) = (document.clone(), read.document);
        lacks.iter().for_each(|path| without(&mut expected, path));
        more.iter().for_each(|path| without(&mut found, path));
        assert_eq!(equality.differences(&expected, &found, &[]), Vec::<String>::new(), "{template}");

        let written = hands.write(document);
        assert!(written.is_usable(), "{template}\n{}", lines(&written.findings));
        let (mut expected, mut again) = (document.clone(), hands.read_back(&written).document);
        lacks.iter().for_each(|path| without(&mut expected, path));
        lacks.iter().for_each(|path| without(&mut again, path));
        assert_eq!(equality.differences(&expected, &again, &[]), Vec::<String>::new(), "{template}");
        told +=
            &format!("{template}\n{}{}\n", wire::shown(mapping.message(), &written.segments), lines(&written.findings));
    }
    insta::assert_snapshot!(told);
}
