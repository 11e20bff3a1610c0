//! Levels of CPS: what becomes of them, and which of them are written.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::base::Limits;
use crate::edi::{Guides, OutgoingSegment, Piece, ReadOptions, Reader, structure};
use crate::mapping::{Mapping, Read, ReadContext, UnlistedCode, Written};

const MAPPING: &str = "message = 'edifact/D96A/DESADV'\ndocument = 'shipment-notice@1'\n[shipment-notice]\n\
    shipmentNumber = 'BGM02'\nlevels = { first = 'shipment', PAC = 'unit', LIN = 'line' }\n\
    [shipment-notice.shipment]\nhandlingUnitCount = 'PAC01'\n\
    [shipment-notice.handlingUnits]\nkey = ['sscc']\nsscc = 'PCI/GIN02-1 if GIN01=BJ'\ntype = 'PAC03-1 | code(package)'\n\
    unitCount = 'PAC01'\n\
    [shipment-notice.lines]\nkey = ['orderReference.orderNumber', 'orderReference.lineNumber']\n\
    sum = ['shippedQuantity.value']\nlineNumber = 'LIN01'\n\
    shippedQuantity = { value = 'QTY01-2 if QTY01-1=12', unit = 'QTY01-3 if QTY01-1=12' }\n\
    orderReference = { orderNumber = 'RFF01-2 if RFF01-1=ON', lineNumber = 'RFF01-3 if RFF01-1=ON' }\n\
    serialNumbers = ['GIN02-1 if GIN01=BN']\n\
    [[shipment-notice.lines.lots]]\nkey = ['lotNumber']\nsum = ['quantity']\neach = 'PCI if GIN01=BX and QTY absent'\n\
    lotNumber = 'GIN02-1 if GIN01=BX'\nquantity = '^LIN.QTY01-2 if QTY01-1=12'\n\
    [[shipment-notice.lines.lots]]\neach = 'PCI if GIN01=BX and QTY present'\n\
    lotNumber = 'GIN02-1 if GIN01=BX'\nquantity = 'QTY01-2'\nemit = { QTY01-1 = \"'11'\" }\n\
    [codes.package]\nPX = 'pallet'\nCT = 'carton'";

fn with<T>(work: impl FnOnce(&Mapping, &ReadContext<'_>) -> T) -> T {
    let mapping = Mapping::compile("test", &|_| Some(MAPPING.to_owned()), &Guides::shipped());
    let context = ReadContext {
        parties: &[],
        time_zone: &TimeZone::UTC,
        unlisted: UnlistedCode::Warn,
        document_limit: Limits::default().document,
        trace: false,
    };
    work(&mapping.unwrap_or_else(|faults| panic!("{faults:#?}")), &context)
}

fn read(body: &str) -> Read {
    let text = format!("UNB+UNOC:3+A+B+261102:0815+1'UNH+1+DESADV:D:96A:UN'BGM+351+S'{body}UNT+9+1'UNZ+1+1'");
    let mut reader = Reader::new(text.as_bytes(), ReadOptions::default());
    let pieces = std::iter::from_fn(|| reader.next_piece().unwrap());
    let set = pieces.filter_map(|piece| if let Piece::Set(set) = piece { Some(set) } else { None }).next().unwrap();
    with(|mapping, context| {
        let guide = Guides::shipped().get(mapping.message()).unwrap();
        mapping.read(&structure(&set, &guide).0, context)
    })
}

fn write(lines: Value, units: Value) -> Written {
    let document = json!({"shipmentNumber": "S", "lines": lines, "handlingUnits": units});
    with(|mapping, context| mapping.write(&document, context))
}

fn shown(segments: &[OutgoingSegment]) -> String {
    let element = |components: &Vec<String>| components.join(":");
    let segment = |one: &OutgoingSegment| {
        let elements = one.elements.iter().map(|of| of.0.first().map(element).unwrap_or_default());
        std::iter::once(one.tag.to_string()).chain(elements).collect::<Vec<_>>().join("+")
    };
    segments.iter().skip(1).map(segment).collect::<Vec<_>>().join("'")
}

/// Each unit as `parent/id type sscc: contents`, the lines that are in no unit left out.
fn units(document: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let entry = |entry: &Value| {
        let serials = entry["serialNumbers"].as_array().into_iter().flatten().map(|one| format!(" #{}", text(one)));
        let said = [text(&entry["quantity"]), " of ".to_owned(), text(&entry["lineId"])].concat();
        let lot = entry["lotNumber"].as_str().map(|lot| format!(" {lot}")).unwrap_or_default();
        format!("{said}{lot}{}", serials.collect::<String>())
    };
    let unit = |unit: &Value| {
        let contents: Vec<String> = unit["contents"].as_array().into_iter().flatten().map(entry).collect();
        let name = [text(&unit["parentId"]), text(&unit["id"])].join("/");
        format!("{name} {}: {}", text(&unit["sscc"]), contents.join(", "))
    };
    document["handlingUnits"].as_array().into_iter().flatten().map(unit).collect()
}

const LINE: &str = "LIN+1'QTY+12:5:PCE'RFF+ON:O:10'";

#[test]
fn the_first_level_is_the_shipment_unless_it_is_marked_or_stands_beside_others() {
    let check = |body: String, count: Value, expect: &[&str]| {
        let document = read(&body).document;
        assert_eq!(units(&document), expect, "{body}");
        assert_eq!(document["handlingUnitCount"], count, "{body}");
        assert_eq!(document["lines"].as_array().map(Vec::len), Some(1), "{body}");
    };
    check(format!("CPS+1'PAC+2++PX'CPS+2+1'PAC+1++PX'{LINE}"), json!(2), &["/P1 : 5 of 1"]);
    // Alone, it is the shipment with lines in no unit.
    check(format!("CPS+1'PAC+2++CT'{LINE}"), json!(2), &[]);
    check(format!("CPS+1'PAC+1++PX'PCI+33E'GIN+BJ+A'{LINE}"), Value::Null, &["/P1 A: 5 of 1"]);
    check(format!("CPS+1'PAC+1++PX'{LINE}CPS+2'PAC+1++CT'{LINE}"), Value::Null, &["/P1 : 5 of 1", "/C1 : 5 of 1"]);
    check(format!("CPS+1'PAC+1++PX'{LINE}CPS+2+1'PAC+1++CT'{LINE}"), json!(1), &["/C1 : 5 of 1"]);
}

#[test]
fn packages_of_one_level_are_units_of_which_the_first_holds_what_is_there() {
    let pallet = |number: &str| format!("PAC+1++PX'PCI+33E'GIN+BJ+{number}'");
    let body = format!("CPS+1'CPS+2+1'{}PAC+3++CT'{LINE}CPS+3+2'PAC+1++CT'", pallet("A"));
    let document = read(&body).document;
    assert_eq!(units(&document), ["/P1 A: 5 of 1", "P1/C1 : ", "P1/C2 : "]);
    assert_eq!(document["handlingUnits"][1]["unitCount"], 3);
    // One with a number of its own stands beside it.
    let document = read(&format!("CPS+1'{}{}CPS+2+1'{LINE}", pallet("A"), pallet("B"))).document;
    assert_eq!(units(&document), ["/P1 A: 5 of 1", "/P2 B: "]);
    // A level without a package is none.
    let document = read(&format!("CPS+1'CPS+2+1'PAC+1++PX'CPS+3+2'{LINE}")).document;
    assert_eq!(units(&document), ["/P1 : 5 of 1"]);
}

#[test]
fn a_level_with_several_lots_has_an_entry_for_each() {
    let lots = |first: &str, second: &str| {
        let lot = |number: &str, quantity: &str| format!("PCI+36E'{quantity}GIN+BX+{number}'");
        let lots = lot("L1", first) + &lot("L2", second);
        read(&format!("CPS+1'CPS+2+1'PAC+1++PX'LIN+1'QTY+12:5:PCE'RFF+ON:O:10'{lots}"))
    };
    let Read { document, findings, .. } = lots("QTY+11:2'", "QTY+11:3'");
    assert_eq!(units(&document), ["/P1 : 2 of 1 L1, 3 of 1 L2"]);
    assert_eq!(findings, []);
    // Whose quantity the line's is is not said.
    let Read { document, findings, .. } = lots("", "");
    assert_eq!(units(&document), ["/P1 : 5 of 1"]);
    assert_eq!(document["lines"][0]["lots"], json!([{"lotNumber": "L1"}, {"lotNumber": "L2"}]));
    assert_eq!(findings.iter().map(|one| &*one.code).collect::<Vec<_>>(), ["lots-exceed"]);
}

#[test]
fn levels_of_one_line_gather_serial_numbers_and_keep_the_first_number() {
    let level = |number: u32, serial: &str| format!("LIN+{number}'QTY+12:1:PCE'GIN+BN+{serial}'RFF+ON:O:10'");
    let body = format!("CPS+1'CPS+2+1'PAC+1++CT'{}CPS+3+1'PAC+1++CT'{}", level(1, "S1"), level(2, "S2"));
    let Read { document, findings, .. } = read(&body);
    assert_eq!(findings, []);
    assert_eq!(document["lines"].as_array().map(Vec::len), Some(1));
    assert_eq!(document["lines"][0]["lineNumber"], "1");
    assert_eq!(document["lines"][0]["serialNumbers"], json!(["S1", "S2"]));
    assert_eq!(units(&document), ["/C1 : 1 of 1 #S1", "/C2 : 1 of 1 #S2"]);
}

#[test]
fn a_unit_of_which_nobody_says_what_it_is_is_written_without_a_type() {
    let units = units(&read(&format!("CPS+1'CPS+2+1'PAC+2'{LINE}")).document);
    assert_eq!(units, ["/O1 : 5 of 1"]);
    let line = json!([{"lineId": "1", "lineNumber": "1", "shippedQuantity": {"value": "5", "unit": "PCE"}}]);
    let unit = json!({"id": "O1", "type": "other", "unitCount": 2, "contents": [{"lineId": "1", "quantity": "5"}]});
    let Written { segments, findings, .. } = write(line, json!([unit]));
    assert_eq!(shown(&segments), "CPS+1'CPS+2+1'PAC+2'LIN+1'QTY+12:5:PCE");
    assert_eq!(findings, []);
}

#[test]
fn each_level_of_a_line_is_written_with_a_number_and_the_serials_of_its_unit() {
    let line = json!({
        "lineId": "1",
        "lineNumber": "10",
        "shippedQuantity": {"value": "3", "unit": "PCE"},
        "serialNumbers": ["S1", "S2", "S3"],
    });
    let other = json!({"lineId": "2", "shippedQuantity": {"value": "1", "unit": "PCE"}});
    let unit = |id: &str, kind: &str, parent: Value, contents: Value| {
        let mut unit = json!({"id": id, "type": kind, "contents": contents});
        if parent.is_string() {
            unit["parentId"] = parent;
        }
        unit
    };
    let units = json!([
        unit("P1", "pallet", Value::Null, json!([{"lineId": "1", "quantity": "1", "serialNumbers": ["S2"]}])),
        unit("C1", "carton", json!("P1"), json!([{"lineId": "1", "quantity": "1", "serialNumbers": ["S1"]}])),
    ]);
    let written = write(json!([line, other]), units);
    let expect = "CPS+1'LIN+10'QTY+12:1:PCE'GIN+BN+S3'LIN+13'QTY+12:1:PCE'\
                  CPS+2+1'PAC+++PX'LIN+11'QTY+12:1:PCE'GIN+BN+S2'CPS+3+2'PAC+++CT'LIN+12'QTY+12:1:PCE'GIN+BN+S1";
    assert_eq!(shown(&written.segments), expect);
}

fn codes(read: &Read) -> Vec<String> {
    read.findings.iter().map(|one| one.code.to_string()).collect()
}

#[test]
fn what_levels_of_one_unit_or_line_say_differently_is_told() {
    let unit = |count: &str| format!("PAC+{count}++PX'PCI+33E'GIN+BJ+A'");
    let both = read(&format!("CPS+1'CPS+2+1'{}{LINE}CPS+3+1'{}{LINE}", unit("2"), unit("3")));
    assert_eq!(units(&both.document), ["/P1 A: 5 of 1, 5 of 1"]);
    assert_eq!(codes(&both), ["unit-merge"]);
    let below = format!("CPS+1'CPS+2+1'PAC+1++PX'CPS+3+2'{}CPS+4+1'{}{LINE}", unit("2"), unit("2"));
    assert_eq!(codes(&read(&below)), ["unit-merge"]);
    let same = read(&format!("CPS+1'CPS+2+1'{}{LINE}CPS+3+1'{}{LINE}", unit("2"), unit("2")));
    assert_eq!(codes(&same), Vec::<String>::new());
}

#[test]
fn numbers_that_cannot_be_added_up_are_told_and_kept() {
    let most = "79228162514264337593543950335";
    let line = format!("LIN+1'QTY+12:{most}:PCE'RFF+ON:O:10'");
    let document = read(&format!("CPS+1'CPS+2+1'PAC+1++PX'{line}{line}"));
    assert_eq!(document.document["lines"][0]["shippedQuantity"]["value"], most);
    assert!(codes(&document).contains(&"line-merge".to_owned()), "{:?}", document.findings);
    let line = json!([{"lineId": "1", "shippedQuantity": {"value": format!("-{most}"), "unit": "PCE"},
        "orderReference": {"orderNumber": "O"}}]);
    let unit = json!([{"id": "P1", "type": "pallet", "contents": [{"lineId": "1", "quantity": most}]}]);
    assert!(write(line, unit).findings.iter().any(|one| one.code == "contents-exceed"));
}

#[test]
fn ids_stand_for_one_thing_and_units_for_no_circle() {
    let line = |id: &str| json!({"lineId": id, "shippedQuantity": {"value": "5", "unit": "PCE"}, "orderReference": {"orderNumber": "O"}});
    let unit = |id: &str, parent: &str| json!({"id": id, "parentId": parent, "type": "pallet"});
    let check = |lines: Value, units: Value, expect: &str| {
        let written = write(lines, units);
        assert!(written.findings.iter().any(|one| one.code == expect), "{:?}", written.findings);
        assert!(!written.is_usable());
    };
    check(json!([line("1"), line("1")]), json!([{"id": "P1", "type": "pallet"}]), "id-twice");
    check(json!([line("1")]), json!([{"id": "P1", "type": "pallet"}, {"id": "P1", "type": "pallet"}]), "id-twice");
    check(json!([line("1")]), json!([unit("P1", "P2"), unit("P2", "P1")]), "units-too-deep");
    check(json!([line("1")]), json!([unit("P1", "P1")]), "units-too-deep");
}
