//! The story of one order, written by the templates of each directory and read back.

use edigate::base::Severity;
use serde_json::Value;

use crate::common::{Partner, assert_valid, by_value, interchange, lines, mapping, sets, shared, shown, without};

/// A document of the story: its template, its file, the members that its message has no place for, and those that come
/// with the message.
struct Chapter {
    template: &'static str,
    document: &'static str,
    lacks: &'static [&'static str],
    gains: &'static [&'static str],
}

const STORY: &[Chapter] = &[
    Chapter { template: "order", document: "order.json", lacks: &["acknowledgementDue", "extensions"], gains: &[] },
    Chapter {
        template: "order-response",
        document: "order-response.json",
        // LIN says that something changed, and not what.
        lacks: &["lines.confirmations.changed"],
        // LIN needs a number, and CNT counts.
        gains: &["lines.lineNumber", "totals"],
    },
    Chapter { template: "shipment-notice", document: "shipment-notice.json", lacks: &[], gains: &["lines.lineNumber"] },
    Chapter { template: "invoice", document: "invoice.json", lacks: &[], gains: &[] },
];

pub(crate) const DIRECTORIES: &[&str] = &["d96a", "d01b"];

pub(crate) fn document(name: &str) -> Option<Value> {
    let text = std::fs::read_to_string(shared("examples")?.join(name)).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    without(&mut document, "meta");
    Some(document)
}

#[test]
fn the_story_is_written_and_comes_back() {
    let Some(documents) = STORY.iter().map(|chapter| document(chapter.document)).collect::<Option<Vec<_>>>() else {
        return;
    };
    let partner = Partner::knowing(&documents);
    for directory in DIRECTORIES {
        let mut wires = String::new();
        for (Chapter { template, lacks, gains, .. }, document) in STORY.iter().zip(&documents) {
            let name = format!("templates/edifact/{directory}/{template}");
            let mapping = mapping(&name);
            let written = mapping.write(document, &partner.context());
            let worst = written.findings.iter().map(|finding| finding.severity).max();
            assert!(worst < Some(Severity::Error), "{name}: {}", lines(&written.findings));
            let set = sets(interchange(&mapping, &written.segments).as_bytes()).remove(0);
            let read = partner.read(&mapping, &set);
            assert_valid(&read.document, mapping.document().name, &name);
            assert_eq!(read.unmapped, [], "{name}");

            let (mut found, mut expected) = (read.document, document.clone());
            lacks.iter().for_each(|path| without(&mut expected, path));
            // Where the message says less, it says something of it.
            lacks.iter().chain(*gains).for_each(|path| without(&mut found, path));
            assert_eq!(by_value(&found), by_value(&expected), "{name}");
            wires += &format!("{name}\n{}{}\n", shown(&written.segments), lines(&written.findings));
        }
        insta::assert_snapshot!(format!("the_story_in_{directory}"), wires);
    }
}
