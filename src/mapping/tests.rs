//! The language, rule by rule: a few lines of mapping, a few segments, and what comes of them.

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::base::{Limits, Severity};
use crate::edi::{Piece, ReadOptions, Reader, TransactionSet, structure};

mod growth;

const TEMPLATE: &str = "templates/x12/004010/order";

const PARTS: &str = "partner,ours\nA-1,100\nA-2,200\n";

fn compile(text: &str) -> Result<Mapping, Vec<Diagnostic>> {
    let sources = |name: &str| match name {
        "test/order" => Some(text.to_owned()),
        "test/parts.csv" => Some(PARTS.to_owned()),
        _ => None,
    };
    Mapping::compile("test/order", &sources, &Guides::shipped())
}

/// A mapping of its own with the smallest rules an order needs, and `rules` at its end.
fn small(rules: &str) -> String {
    format!(
        "message = 'x12/004010/850'\ndocument = 'order@1'\n[order.lines]\neach = 'PO1'\nlineNumber = 'PO101'\n\
         quantity = {{ value = 'PO102', unit = 'PO103' }}\n[order.lines.schedules]\neach = 'PO1'\nquantity = 'PO102'\n\
         [order]\norderNumber = 'BEG03'\n{rules}"
    )
}

fn set(body: &str) -> TransactionSet {
    let isa =
        "ISA*00*          *00*          *ZZ*S              *ZZ*R              *261102*0815*U*00401*000000001*0*P*>~";
    let body: String = body.lines().map(str::trim).collect();
    let text = format!("{isa}GS*PO*S*R*20261102*0815*1*X*004010~ST*850*0001~{body}SE*9*0001~GE*1*1~IEA*1*000000001~");
    let mut reader = Reader::new(text.as_bytes(), ReadOptions::default());
    while let Some(piece) = reader.next_piece().unwrap() {
        if let Piece::Set(set) = piece {
            return *set;
        }
    }
    panic!("no set in {text}");
}

fn party(id: &str, scheme: &str, value: &str, name: Option<&str>, role: Option<&str>) -> PartyEntry {
    PartyEntry {
        id: id.to_owned(),
        scheme: scheme.to_owned(),
        value: value.to_owned(),
        name: name.map(str::to_owned),
        role: role.map(str::to_owned),
    }
}

fn read_with(mapping: &Mapping, body: &str, unlisted: UnlistedCode) -> Read {
    let set = set(body);
    let guide = Guides::shipped().get(mapping.message()).unwrap();
    let (tree, _) = structure(&set, &guide);
    let parties = [
        party("northwind", "DUNS", "1", Some("Northwind"), Some("buyer")),
        party("plant-1", "BUYER_ASSIGNED", "0100", None, None),
        party("twin-a", "GLN", "7", Some("Twin"), None),
        party("twin-b", "GLN", "8", Some("Twin"), None),
    ];
    let zone = TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap();
    mapping.read(
        &tree,
        &ReadContext {
            parties: &parties,
            time_zone: &zone,
            unlisted,
            document_limit: Limits::default().document,
            trace: false,
        },
    )
}

fn read(text: &str, body: &str) -> Read {
    let mapping = compile(text).unwrap_or_else(|faults| panic!("{faults:#?}\n{text}"));
    read_with(&mapping, body, UnlistedCode::Warn)
}

const BEG: &str = "BEG*00*SA*1**20261102~";
const LINE: &str = "PO1*1*5*EA*2.5~CTT*1~";

/// Reads `header` between BEG and one line by small rules, and compares the value at a pointer.
fn check(rules: &str, header: &str, pointer: &str, expect: Value) {
    let read = read(&small(rules), &format!("{BEG}{header}{LINE}"));
    let found = read.document.pointer(pointer).cloned().unwrap_or(Value::Null);
    assert_eq!(found, expect, "{rules} on {header}\n{:#?}", read.findings);
}

#[test]
fn the_first_source_that_is_there_is_read() {
    let rule = "contractNumber = 'BEG06 or REF02 if REF01=CT'";
    check(rule, "REF*BO*B~REF*CT*C~REF*CT*D~", "/contractNumber", json!("C"));
    check(rule, "REF*BO*B~", "/contractNumber", Value::Null);
    let constant = "contractNumber = \"REF02 if REF01=CT or 'none'\"";
    check(constant, "", "/contractNumber", json!("none"));
    check("contractNumber = 'REF02 if REF01 in (ZZ CT)'", "REF*CT*C~", "/contractNumber", json!("C"));
    check(
        "contractNumber = 'REF02 if REF01 present and REF03 absent'",
        "REF*A*B*C~REF*D*E~",
        "/contractNumber",
        json!("E"),
    );
}

#[test]
fn not_in_holds_of_what_is_none_of_the_values() {
    let rule = "contractNumber = 'REF02 if REF01 not in (BO VN)'";
    check(rule, "REF*BO*B~REF*CT*C~", "/contractNumber", json!("C"));
    check(rule, "REF*BO*B~REF*VN*V~", "/contractNumber", Value::Null);
    let others = "[order.references.others]\neach = 'REF if REF01 not in (CT)'\ncode = 'REF01'\nnumber = 'REF02'";
    let expect = json!([{"code": "BO", "number": "B"}, {"code": "VN", "number": "V"}]);
    check(others, "REF*BO*B~REF*CT*C~REF*VN*V~", "/references/others", expect);
    // Of an instance it says that no segment there has one of the values.
    let notes = "[order.notes]\neach = 'N9 if MSG01 not in (no never)'\ntext = 'N902'";
    check(notes, "N9*L1*A~MSG*yes~MSG*no~N9*L1*B~MSG*yes~N9*L1*C~", "/notes", json!([{"text": "B"}, {"text": "C"}]));
}

#[test]
fn a_code_that_the_list_calls_other_is_kept_without_a_word() {
    let rule = "purpose = 'BEG01 | default(ZZ) | code(purpose)'\n[codes.purpose]\n'05' = 'replace'\nZZ = 'other'";
    let read_of = |code: &str| {
        let read = read(&small(rule), &format!("BEG*{code}*SA*1**20261102~{LINE}"));
        (read.document["purpose"].clone(), read.document["purposeCode"].clone(), read.findings.len())
    };
    assert_eq!(read_of("ZZ"), (json!("other"), json!("ZZ"), 0));
    assert_eq!(read_of("77"), (json!("other"), json!("77"), 1));
    // What stands in for nothing is no code of the wire's.
    assert_eq!(read_of(""), (json!("other"), Value::Null, 0));
}

#[test]
fn a_condition_may_speak_of_a_segment_beside_the_place() {
    let rule = "requestedDeliveryDate = 'N9/DTM02 if N9/N901=L1 and DTM01=002'";
    let header = "N9*ZZ*A~DTM*002*20261101~N9*L1*B~DTM*010*20261102~DTM*002*20261103~";
    check(rule, header, "/requestedDeliveryDate", json!("2026-11-03"));
    check(rule, "N9*ZZ*A~DTM*002*20261101~", "/requestedDeliveryDate", Value::Null);
    let faults = compile(&small("contractNumber = 'REF02 if N9/N901=L1'")).unwrap_err();
    assert_eq!(faults[0].message, "'N9' is another segment than 'REF'", "{faults:?}");
}

#[test]
fn a_place_may_start_at_a_loop_around_the_instance() {
    let rules = "[order.lines.components]\neach = 'SLN if ^PO1.PO105 not in (HP)'\nlineNumber = 'SLN01'\n\
                 relationCode = '^PO1.PO103'\nitem.description = '^PO1.PID05 if PID01=F'";
    let body = |price: &str| format!("{BEG}PO1*1*5*EA*2*{price}~PID*F****Kit~SLN*1**I~SLN*2**I~CTT*1~");
    let read_of = |price: &str| read(&small(rules), &body(price)).document["lines"][0]["components"].clone();
    let component = |number: &str| json!({"lineNumber": number, "relationCode": "EA", "item": {"description": "Kit"}});
    assert_eq!(read_of("PE"), json!([component("1"), component("2")]));
    assert_eq!(read_of("HP"), Value::Null);
    let faults = compile(&small("[order.notes]\neach = 'N9'\ntext = '^PO1.PO103'")).unwrap_err();
    assert_eq!(faults[0].message, "there is no level 'PO1'", "{faults:?}");
}

#[test]
fn places_without_a_path_are_in_the_instance_then_first_in_its_loops_and_nowhere_else() {
    // AMT stands in CTT, and as a loop of its own at the top: the first segment of a child loop is in reach.
    check("totals.lineAmount = 'CTT/AMT02 if AMT01=TT'", "AMT*TT*7~", "/totals/lineAmount", Value::Null);
    check("totals.lineAmount = 'AMT02 if AMT01=TT'", "AMT*TT*7~", "/totals/lineAmount", json!("7"));
    // A segment deeper inside needs the path.
    let faults = compile(&small("currency = 'MSG01'")).unwrap_err();
    assert_eq!(faults[0].expected.as_deref(), Some("the path to it, N9/MSG"), "{faults:?}");
    check("currency = 'N9/MSG01'", "N9*L1*X~MSG*USD~", "/currency", json!("USD"));
}

#[test]
fn what_no_other_rule_names_is_told_apart_by_that_alone() {
    let rest = "contractNumber = 'REF02 if REF01 in (CT CX)'\n[order.references]\nrequisition = 'REF02 if REF01=RQ'\n\
                others = { each = 'REF if REF01 not named', code = 'REF01', number = 'REF02' }";
    let others = |rules: &str| {
        let read = read(&small(rules), &format!("{BEG}REF*CX*1~REF*RQ*2~REF*ZZ*3~REF*IA*4~{LINE}"));
        read.document["references"]["others"].clone()
    };
    let (agreed, vendor) = (json!({"code": "ZZ", "number": "3"}), json!({"code": "IA", "number": "4"}));
    assert_eq!(others(rest), json!([agreed, vendor]));
    // A name that is given elsewhere takes its reference out; rules of other instances say nothing of it.
    assert_eq!(others(&format!("extensions.x-a-lane = 'REF02 if REF01=ZZ'\n{rest}")), json!([vendor]));
    let inside = format!("{rest}\n[order.shipTo]\nin = 'N1'\nunloadingPoint = 'REF02 if REF01=IA'");
    assert_eq!(others(&inside), json!([agreed, vendor]));
    let listed = rest.replace("not named", "not in (ZZ RQ)");
    assert_eq!(others(&listed), json!([{"code": "CX", "number": "1"}, vendor]));
}

#[test]
fn conditions_of_an_each_speak_of_the_very_instance_on_the_path() {
    let rules = "[order.notes]\neach = 'N9/MSG if N9/N901=L1'\ntext = 'MSG01'";
    let header = "N9*ZZ*X~MSG*not this~N9*L1*X~MSG*one~MSG*two~";
    check(rules, header, "/notes", json!([{"text": "one"}, {"text": "two"}]));
    let read = read(&small(rules), &format!("{BEG}{header}{LINE}"));
    let left: Vec<&str> =
        read.unmapped.iter().map(|one| one.path.as_str()).filter(|path| path.starts_with("N9")).collect();
    assert_eq!(left, ["N9/N901", "N9/N902", "N9/MSG01", "N9/N902"]);
}

#[test]
fn places_of_the_whole_message_are_found_from_every_item() {
    let rules = "[order.lines.item]\nrevision = 'REF02 if REF01=RV or /REF02 if REF01=RV'";
    let body = format!("{BEG}REF*XX*no~REF*RV*top~PO1*1*5*EA~PO1*2*5*EA~REF*RV*own~PO1*3*5*EA~CTT*3~");
    let read = read(&small(rules), &body);
    let found: Vec<&Value> = (0..3).map(|line| &read.document["lines"][line]["item"]["revision"]).collect();
    assert_eq!(found, ["top", "own", "top"]);
}

#[test]
fn several_blocks_feed_one_array_in_the_order_of_the_wire() {
    let rules = "[[order.paymentTerms]]\neach = 'ITD if ITD03 present'\ntype = \"'discount'\"\npercent = 'ITD03'\n\
                 [[order.paymentTerms]]\neach = 'ITD if ITD07 present or ITD06 present'\ntype = \"'net'\"\ndays = 'ITD07'\n\
                 dueDate = 'ITD06'";
    check(
        rules,
        "ITD*08*3*2****30~ITD*05*3****20261201~ITD*08*3*1~",
        "/paymentTerms",
        json!([
            {"type": "discount", "percent": "2"},
            {"type": "net", "days": 30},
            {"type": "net", "dueDate": "2026-12-01"},
            {"type": "discount", "percent": "1"}
        ]),
    );
    check(rules, "ITD*08*3~", "/paymentTerms", Value::Null);
}

#[test]
fn a_list_of_places_collects_in_the_order_of_the_wire() {
    let rules = "[order.shipTo]\nin = 'N1 if N101=ST'\nname = 'N102'\naddress.street = ['N301', 'N302']";
    check(rules, "N1*ST*P~N3*a*b~N3*c~", "/shipTo/address/street", json!(["a", "b", "c"]));
    check(rules, "N1*ST*P~", "/shipTo", json!({"name": "P"}));
    check(rules, "N1*ST~", "/shipTo", Value::Null);
    let serial = "shipTo.additionalNames = ['REF02 if REF01=SE', 'REF03 if REF01=SN']";
    check(serial, "REF*SE*1*x~REF*CT*2~REF*SN*y*3~REF*SE*4~", "/shipTo/additionalNames", json!(["1", "3", "4"]));
}

#[test]
fn in_takes_the_first_instance_and_the_agreement_stands_in_for_none() {
    let rules = "[order.buyer]\nin = 'N1 if N101=BY'\nname = 'N102'\ndefault = 'agreement.buyer'";
    check(rules, "N1*BY*One~N1*BY*Two~", "/buyer", json!({"name": "One"}));
    let stand_in = json!({"id": "northwind", "name": "Northwind", "identifiers": [{"scheme": "DUNS", "value": "1"}]});
    check(rules, "N1*ST*Other~", "/buyer", stand_in);
}

#[test]
fn parties_get_our_ids_by_identifier_else_by_a_name_that_only_one_has() {
    let rules = "[order.shipTo]\nin = 'N1 if N101=ST'\nname = 'N102'\n[order.shipTo.identifiers]\neach = 'N1 if N103 present'\n\
                 scheme = 'N103 | code(ids)'\nvalue = 'N104'\n[codes.ids]\n1 = 'DUNS'\n92 = 'BUYER_ASSIGNED'";
    check(rules, "N1*ST*Northwind*92*0100~", "/shipTo/id", json!("plant-1"));
    check(rules, "N1*ST*Northwind~", "/shipTo/id", json!("northwind"));
    check(rules, "N1*ST*Twin~", "/shipTo/id", Value::Null);
    check(rules, "N1*ST*Stranger*92*9~", "/shipTo/id", Value::Null);
}

#[test]
fn a_code_without_a_word_becomes_other_with_the_wires_code() {
    let rules = "purpose = 'BEG01 | code(purpose)'\n[codes.purpose]\n'05' = 'replace'";
    let read = read(&small(rules), &format!("{BEG}{LINE}"));
    assert_eq!((&read.document["purpose"], &read.document["purposeCode"]), (&json!("other"), &json!("00")));
    assert_eq!(
        read.findings[0].to_string().split(" — ").next().unwrap(),
        "mappings/test/order.toml:12:11: BEG01 (segment 2) at byte 157: purpose: warning[code-unlisted]: the code '00' is in no list of the mapping"
    );
    assert!(read.is_usable());
    // Members that are plain codes take the wire's code as it is.
    check("currency = 'CUR02 | code(money)'\n[codes.money]\nUSD = 'USD'", "CUR*BY*XTS~", "/currency", json!("XTS"));
}

#[test]
fn the_partner_says_how_much_an_unlisted_code_weighs() {
    let mapping = compile(&small("purpose = 'BEG01 | code(purpose)'\n[codes.purpose]\n'05' = 'replace'")).unwrap();
    let severity = |unlisted| read_with(&mapping, &format!("{BEG}{LINE}"), unlisted).findings[0].severity;
    assert_eq!(severity(UnlistedCode::Ignore), Severity::Info);
    assert_eq!(severity(UnlistedCode::Warn), Severity::Warning);
    assert_eq!(severity(UnlistedCode::Reject), Severity::Error);
}

#[test]
fn codecs_convert() {
    let flag = "acknowledgementRequired = 'BEG07 | flag(AD AC, NA)'";
    let read_flag = |code: &str| {
        let read = read(&small(flag), &format!("BEG*00*SA*1**20261102**{code}~{LINE}"));
        (read.document["acknowledgementRequired"].clone(), read.findings.len())
    };
    assert_eq!(read_flag("AC"), (json!(true), 0));
    assert_eq!(read_flag("NA"), (json!(false), 0));
    assert_eq!(read_flag("ZZ"), (Value::Null, 1));
    check("contractNumber = 'REF02 | strip-zeros(5)'", "REF*CT*00070~", "/contractNumber", json!("70"));
    check("contractNumber = 'REF02 | strip-zeros(5)'", "REF*CT*000~", "/contractNumber", json!("0"));
    check("contractNumber = 'REF02 | pad(5, x) | upper'", "REF*CT*xxab~", "/contractNumber", json!("AB"));
    check("contractNumber = 'REF02 + REF03 | text'", "REF*CT*ab*cd~", "/contractNumber", json!("abcd"));
    // Lines of a text: a place with room left ends one, a full one (REF02 has thirty characters) goes on in the next.
    let lines = "contractNumber = 'REF02 + REF03 | lines'";
    check(lines, "REF*CT*ab*cd~", "/contractNumber", json!("ab cd"));
    check(lines, "REF*CT*ab *cd~", "/contractNumber", json!("ab cd"));
    let full = "x".repeat(30);
    check(lines, &format!("REF*CT*{full}*cd~"), "/contractNumber", json!(format!("{full}cd")));
    check("contractNumber = 'REF02 | default(none)'", "", "/contractNumber", json!("none"));
    check("orderDate = 'REF02 | date(YYMMDD)'", "REF*CT*261102~", "/orderDate", json!("2026-11-02"));
    check("totals.lineAmount = 'REF02 | implied(2)'", "REF*CT*1234~", "/totals/lineAmount", json!("12.34"));
}

#[test]
fn tables_and_expressions_say_what_codecs_cannot() {
    let table = "contractNumber = 'REF02 | lookup(parts, partner, ours)'";
    check(table, "REF*CT*A-2~", "/contractNumber", json!("200"));
    check(table, "REF*CT*A-9~", "/contractNumber", json!("A-9"));
    let pair = "totals.lineAmount = { place = 'REF02', read = 'value / 100', write = 'value * 100' }";
    check(pair, "REF*CT*245~", "/totals/lineAmount", json!("2.45"));
    check(pair, "REF*CT*none~", "/totals/lineAmount", Value::Null);
    let half = "contractNumber = { place = 'REF02', read = 'value[2:]' }";
    check(half, "REF*CT*DE77~", "/contractNumber", json!("77"));
    let one_way = compile(&small(half)).unwrap();
    assert_eq!(one_way.ways(), Ways { read: true, write: false });
    let reasons: Vec<String> = one_way.one_way().iter().map(|reason| reason.message.clone()).collect();
    let reason = "the rule of 'contractNumber' has a 'read' and no 'write': documents are read by it and not written";
    assert_eq!(reasons, [reason]);
    let split = "[order.shipTo]\nin = 'N1 if N101=ST'\naddress.street = \"N102 | split(';')\"";
    check(split, "N1*ST*a; b;~", "/shipTo/address/street", json!(["a", "b"]));
}

#[test]
fn the_hash_covers_tables() {
    let rule = small("contractNumber = 'REF02 | lookup(parts, partner, ours)'");
    let hash = |table: &str| {
        let sources = |name: &str| match name {
            "test/order" => Some(rule.clone()),
            "test/parts.csv" => Some(table.to_owned()),
            _ => None,
        };
        Mapping::compile("test/order", &sources, &Guides::shipped()).unwrap().sha256()
    };
    assert_ne!(hash(PARTS), hash("partner,ours\nA-1,100\n"));
}

#[test]
fn instants_have_their_zone_and_say_what_was_assumed() {
    let rule = "acknowledgementDue = 'DTM02 + DTM03 + DTM04 if DTM01=ACK | instant'";
    let check = |dtm: &str, expect: &str, assumed: &[&str]| {
        let read = read(&small(rule), &format!("{BEG}{dtm}{LINE}"));
        assert_eq!(read.document["acknowledgementDue"], json!(expect), "{dtm}");
        assert_eq!(read.assumptions, assumed, "{dtm}");
    };
    check("DTM*ACK*20261115*1600*UT~", "2026-11-15T16:00:00+00:00", &[]);
    let partner = "DTM02 read as the partner's zone (partner setting)";
    check("DTM*ACK*20261115*1600~", "2026-11-15T16:00:00-05:00", &[partner]);
    check("DTM*ACK*20261115~", "2026-11-15T00:00:00-05:00", &["DTM02 has no time: 00:00 taken", partner]);
    let twice = "DTM02 is a time at which the clock changes: the earlier offset taken";
    check("DTM*ACK*20261101*0130~", "2026-11-01T01:30:00-04:00", &[partner, twice]);
}

#[test]
fn a_value_that_cannot_be_read_is_an_error_with_its_place_and_stays_unmapped() {
    let read = read(&small("orderDate = 'BEG05'"), &format!("BEG*00*SA*1**20261340~{LINE}"));
    assert!(!read.is_usable());
    let finding = &read.findings[0];
    assert_eq!(finding.code, "not-a-date");
    assert_eq!(finding.location.segment.as_deref(), Some("BEG"));
    assert_eq!((finding.location.segment_position, finding.location.element), (Some(2), Some(5)));
    assert_eq!(finding.location.bytes, Some(166..174));
    assert_eq!((finding.location.file.as_deref(), finding.location.line), (Some("mappings/test/order.toml"), Some(12)));
    assert_eq!(finding.location.member.as_deref(), Some("orderDate"));
    assert!(read.unmapped.iter().any(|one| one.path == "BEG05" && one.value == "20261340"));
}

#[test]
fn a_missing_required_member_is_an_error_that_names_the_rule_and_the_segment() {
    let read = read(&small(""), &format!("{BEG}PO1*1~CTT*1~"));
    let told: Vec<String> = read.findings.iter().map(|one| one.to_string()).collect();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert_eq!(
        told[0].split(" — ").next().unwrap(),
        "mappings/test/order.toml:6:1: PO1 (segment 3) at byte 175: lines[0].quantity: error[required-missing]: the document has no lines[0].quantity"
    );
    assert!(!read.is_usable());
}

#[test]
fn derived_members_fill_and_compare() {
    let rules = "[order.derive]\n'totals.lineCount' = 'count(lines)'\n'totals.quantityHash' = 'sum(lines.quantity.value)'\n\
                 'lines.lineAmount' = 'quantity.value * 2.005'";
    let filled = read(&small(rules), &format!("{BEG}{LINE}"));
    assert_eq!(filled.document["totals"], json!({"lineCount": 1, "quantityHash": "5"}));
    assert_eq!(filled.document["lines"][0]["lineAmount"], json!("10.03"));
    let members: Vec<&String> = filled.document["lines"][0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["lineNumber", "quantity", "lineAmount", "schedules"]);
    let paths: Vec<&str> = filled.derived.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, ["lines[*].lineAmount", "totals.lineCount", "totals.quantityHash"]);

    let sent = read(&small(&format!("totals.lineCount = 'CTT01'\n{rules}")), &format!("{BEG}PO1*1*5*EA~CTT*3~"));
    assert_eq!(sent.document["totals"]["lineCount"], json!(3));
    assert_eq!(sent.findings[0].code, "derive-differs");
    assert_eq!(sent.findings[0].message, "3 was sent and count(lines) gives 1");

    // Yen have no smaller unit.
    check(&format!("currency = \"'JPY'\"\n{rules}"), "", "/lines/0/lineAmount", json!("10"));
}

#[test]
fn emits_are_compared_and_only_equal_values_are_used() {
    let rules = "emit = { FOB01 = \"'DF'\", CTT01 = 'count(lines)', CTT02 = 'sum(lines.quantity.value)' }\n\
                 deliveryTerms.location = 'FOB07'";
    let read_fob = |fob: &str, ctt: &str| {
        let read = read(&small(rules), &format!("{BEG}FOB*{fob}~PO1*1*5*EA~CTT*{ctt}~"));
        let codes: Vec<String> = read.findings.iter().map(|one| one.code.to_string()).collect();
        let left = read.unmapped.iter().map(|one| one.path.clone()).filter(|path| !path.starts_with("BEG")).collect();
        (codes, left)
    };
    let none: (Vec<String>, Vec<String>) = (vec![], vec![]);
    assert_eq!(read_fob("DF", "1*5.0"), none);
    let (codes, left) = read_fob("PP", "2*5");
    assert_eq!(codes, ["emit-differs", "emit-differs"]);
    assert_eq!(left, ["FOB01", "CTT/CTT01"]);
    let either = "emit = { FOB01 = \"'DF' or 'PP'\", CTT01 = 'segments(BEG) or sum(lines.quantity.value)' }\n\
                  deliveryTerms.location = 'FOB07'";
    for (fob, count) in [("DF", "1"), ("PP", "5")] {
        let read = read(&small(either), &format!("{BEG}FOB*{fob}~PO1*1*5*EA~CTT*{count}~"));
        assert_eq!(read.findings, []);
        assert!(read.unmapped.iter().all(|one| one.path.starts_with("BEG")), "{:?}", read.unmapped);
    }
}

#[test]
fn an_emit_is_compared_where_its_conditions_hold() {
    let rules = "emit = { \"FOB01 if FOB05 present\" = \"'DF'\", \"FOB01 if FOB05 absent\" = \"'CC'\" }\n\
                 deliveryTerms = { incoterm = 'FOB05', location = 'FOB07' }";
    for (fob, codes) in
        [("DF****FCA", &[][..]), ("CC", &[]), ("DF", &["emit-differs"]), ("CC****FCA", &["emit-differs"])]
    {
        let read = read(&small(rules), &format!("{BEG}FOB*{fob}~PO1*1*5*EA~CTT*1~"));
        assert_eq!(read.findings.iter().map(|one| one.code.as_ref()).collect::<Vec<_>>(), codes, "{fob}");
    }
    let elsewhere = "emit = { \"FOB01 if ITD01 present\" = \"'DF'\" }";
    assert_eq!(compile(&small(elsewhere)).unwrap_err()[0].code, "unknown-place");
}

#[test]
fn a_code_that_a_rule_took_and_that_means_something_else_than_the_document_is_an_error() {
    let rules = "orderType = 'BEG02 | code(kind)'\ncontractNumber = 'REF02 if REF01 in (CT BO)'\n\
                 emit = { \"REF01 if REF01 in (CT BO)\" = 'orderType | code(reference)' }\n\
                 [codes.kind]\nSA = 'standalone'\nBK = 'blanket'\n\
                 [codes.reference]\nCT = 'standalone'\nBO = 'blanket'";
    let check = |kind: &str, reference: &str, expect: &[&str]| {
        let read = read(&small(rules), &format!("BEG*00*{kind}*1**20261102~REF*{reference}*7~{LINE}"));
        assert_eq!(read.findings.iter().map(|one| one.code.as_ref()).collect::<Vec<_>>(), expect, "{reference}");
        assert_eq!(read.is_usable(), expect.is_empty());
        assert_eq!(read.document["contractNumber"], json!("7"));
    };
    check("SA", "CT", &[]);
    check("BK", "BO", &[]);
    check("SA", "BO", &["meaning-differs"]);
    check("BK", "CT", &["meaning-differs"]);
}

#[test]
fn an_emit_may_speak_of_the_item_around() {
    let rules = "[order.lines.shipTo]\nin = 'N1'\nname = 'N102'\nemit = { N101 = '^.quantity.unit | code(unit)' }\n\
                 [codes.unit]\nPC = 'EA'";
    let left = |unit: &str| {
        let read = read(&small(rules), &format!("{BEG}PO1*1*5*EA~N1*{unit}*P~CTT*1~"));
        read.unmapped.iter().any(|one| one.path == "PO1/N1/N101")
    };
    assert!(!left("EA") && !left("PC") && left("KG"));
}

#[test]
fn of_very_many_emits_that_differ_the_first_are_told_and_the_rest_counted() {
    let rules = "emit = { \"REF02 if REF01=ZZ\" = 'orderNumber' }\n[order.lines.item]\nbuyerPartNumber = 'PO107'";
    let number = "Z".repeat(5_000);
    let body = format!("BEG*00*SA*{number}**20261102~{}{LINE}", "REF*ZZ*X~".repeat(notes::MAX_FINDINGS + 50));
    let read = read(&small(rules), &body);
    let told: Vec<_> = read.findings.iter().filter(|one| one.code == "emit-differs").collect();
    assert_eq!(told.len(), notes::MAX_FINDINGS);
    assert!(told.iter().all(|one| one.expected.as_deref() == Some(&number[..40])), "{:?}", told[0]);
    // One more says that not all that is unmapped is listed.
    assert!(read.findings.iter().any(|one| one.message.starts_with("51 more findings")), "{:?}", read.findings.last());
}

#[test]
fn what_no_rule_used_is_unmapped_part_by_part() {
    let rules = "[order.lines.item]\nbuyerPartNumber = 'PO1[BP]'\ndescription = 'REF04-2'";
    let body = format!("{BEG}PO1*1*5*EA*2.5**BP*A*BP*B*VP*C~REF*ZZ*Q**CT>X>CT>Y~CTT*1~");
    let read = read(&small(rules), &body);
    assert_eq!(read.document["lines"][0]["item"], json!({"buyerPartNumber": "A", "description": "X"}));
    let left: Vec<String> = read.unmapped.iter().map(|one| format!("{}={}", one.path, one.value)).collect();
    let expect = [
        "BEG01=00",
        "BEG02=SA",
        "BEG05=20261102",
        "PO1/PO104=2.5",
        "PO1/PO108=BP",
        "PO1/PO109=B",
        "PO1/PO110=VP",
        "PO1/PO111=C",
        "PO1/REF01=ZZ",
        "PO1/REF02=Q",
        "PO1/REF04-1=CT",
        "PO1/REF04-3=CT",
        "PO1/REF04-4=Y",
        "CTT/CTT01=1",
    ];
    assert_eq!(left, expect);
}

#[test]
fn one_unmapped_element_or_finding_too_many_is_counted() {
    let refs = |count: usize| "REF*ZZ*X~".repeat(count);
    // Three of BEG, one of CTT and one price beside two of each REF.
    let beside = 5;
    let fits = (coverage::MAX_UNMAPPED - beside) / 2;
    let whole = read(&small(""), &format!("{BEG}{}{LINE}", refs(fits)));
    assert!(whole.findings.is_empty() && whole.unmapped.len() <= coverage::MAX_UNMAPPED);
    let beyond = read(&small(""), &format!("{BEG}{}{LINE}", refs(fits + 1)));
    assert_eq!((beyond.unmapped.len(), beyond.findings[0].code.as_ref()), (coverage::MAX_UNMAPPED, "more-unmapped"));

    let rules = "[order.notes]\neach = 'REF if REF01=ZZ'\ntext = 'REF02 | sscc'";
    let whole = read(&small(rules), &format!("{BEG}{}{LINE}", refs(notes::MAX_FINDINGS)));
    assert_eq!(whole.findings.len(), notes::MAX_FINDINGS);
    let beyond = read(&small(rules), &format!("{BEG}{}{LINE}", refs(notes::MAX_FINDINGS + 1)));
    assert_eq!(beyond.findings.last().unwrap().code, "more-findings");
    assert_eq!(beyond.findings.last().unwrap().severity, Severity::Warning);
}

#[test]
fn a_document_longer_than_the_limit_is_an_error_and_not_read_on() {
    let mapping = compile(&small("")).unwrap();
    let body = format!("{BEG}{}CTT*1~", "PO1*1*5*EA*2.5~".repeat(50));
    let set = set(&body);
    let guide = Guides::shipped().get(mapping.message()).unwrap();
    let (tree, _) = structure(&set, &guide);
    let read = |document_limit| {
        let zone = TimeZone::UTC;
        let context =
            ReadContext { parties: &[], time_zone: &zone, unlisted: UnlistedCode::Warn, document_limit, trace: false };
        mapping.read(&tree, &context)
    };
    let whole = read(1 << 20);
    let length = whole.document.to_string().len();
    assert!(whole.is_usable());
    let cut = read(length / 2);
    assert_eq!(cut.findings.iter().filter(|one| one.code == "document-too-long").count(), 1);
    let lines = cut.document["lines"].as_array().unwrap().len();
    assert!((20..35).contains(&lines), "{lines}");
}

#[test]
fn a_partners_file_states_only_what_differs() {
    let overlay = format!(
        "extends = '{TEMPLATE}'\nversion = 3\n[order]\ncontractNumber = 'BEG06 or REF02 if REF01=ZZ'\n\
         extensions.x-northwind-costcenter = 'REF02 if REF01=CC'\nblanketOrderNumber = false\n\
         unsent = ['acknowledgementDue', 'lines.lineAmount']\n[order.notes]\neach = 'N9/MSG if N9/N901=L1'\ntext = 'MSG01'\n\
         emit = {{ 'N9/N902' = \"'NOTE'\" }}\n[codes.unit]\nPC = {{ read = 'EA' }}"
    );
    let body = format!("{BEG}REF*ZZ*C-7~REF*CC*4711~REF*BO*B~N9*L1*NOTE~MSG*hello~PO1*1*5*PC*2.5~CTT*1~");
    let read = read(&overlay, &body);
    assert_eq!(read.document["contractNumber"], json!("C-7"));
    assert_eq!(read.document["extensions"], json!({"x-northwind-costcenter": "4711"}));
    assert_eq!(read.document["notes"], json!([{"text": "hello"}]));
    assert_eq!(read.document["lines"][0]["quantity"], json!({"value": "5", "unit": "EA"}));
    assert_eq!(read.document.get("blanketOrderNumber"), None);
    // What has lost its name is one of the others.
    assert_eq!(read.document["references"]["others"], json!([{"code": "BO", "number": "B"}]));
    assert_eq!(read.unmapped, []);
    assert_eq!(compile(&overlay).unwrap().used().version.as_deref(), Some("3"));
}

#[test]
fn no_canonical_member_has_a_name_that_the_language_reserves() {
    fn walk(shape: &crate::canon::Shape) {
        for member in shape.members() {
            assert!(!compile::RESERVED.contains(&member.name.as_str()) && member.name != "place", "{}", member.name);
            match &member.shape {
                crate::canon::Shape::Array { item, .. } => walk(item),
                inner => walk(inner),
            }
        }
    }
    let business = |known: &crate::canon::DocumentType| {
        known.shape.members().iter().filter(|member| member.name != "meta").for_each(|member| match &member.shape {
            crate::canon::Shape::Array { item, .. } => walk(item),
            inner => walk(inner),
        });
    };
    crate::canon::document_types().iter().for_each(business);
}

static SHIPPED: LazyLock<Mapping> = LazyLock::new(|| compile(&format!("extends = '{TEMPLATE}'")).unwrap());

/// Segments as a partner who means ill, or a broken translator, might send them.
fn some_segments() -> impl Strategy<Value = String> {
    let tag = prop::sample::select(vec![
        "BEG", "CUR", "REF", "PER", "FOB", "SAC", "ITD", "DTM", "N9", "MSG", "N1", "N3", "N4", "PO1", "PID", "SCH",
        "CTT", "AMT",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec![
            "", "BY", "ST", "002", "EA", "PE", "BP", "TE", "20261102", "1", "-1.50", "CT", "D240", "TT"
        ])
        .prop_map(str::to_owned),
        "[A-Z0-9.>^ -]{0,12}",
        "\\PC{0,6}",
    ];
    let segment = (tag, prop::collection::vec(value, 0..14)).prop_map(|(tag, values)| {
        let values = values.iter().map(|value| value.replace(['~', '*', '\n'], " "));
        format!("{tag}*{}~", values.collect::<Vec<_>>().join("*"))
    });
    prop::collection::vec(segment, 0..25).prop_map(|segments| segments.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Laws 3, 4 and 6 of the language: nothing is lost, nothing panics, the same message gives the same document. And
    /// what is usable is valid.
    #[test]
    fn whatever_is_sent_is_read_the_same_way_and_not_lost(body in some_segments()) {
        let mapping = &*SHIPPED;
        let one = read_with(mapping, &body, UnlistedCode::Warn);
        let two = read_with(mapping, &body, UnlistedCode::Warn);
        prop_assert_eq!(&one.document.to_string(), &two.document.to_string());
        prop_assert_eq!(&one.findings, &two.findings);
        prop_assert_eq!(&one.unmapped, &two.unmapped);
        if one.is_usable() {
            prop_assert_eq!(crate::canon::check(&one.document, "order@1"), []);
            prop_assert!(jsonschema::is_valid(crate::canon::schema("order@1").unwrap(), &one.document));
        }
        let shown = one.document.to_string();
        let set = set(&body);
        for (segment, element) in set.segments().flat_map(|segment| segment.elements().map(move |element| (segment, element))) {
            let position = u64::from(segment.position());
            let told = one.unmapped.iter().any(|one| one.segment_position == position);
            // A text long enough to be no code and no number is in the document or among what is told of the segment.
            if element.text().chars().filter(|c| c.is_alphabetic()).count() > 5 && one.unmapped.len() < coverage::MAX_UNMAPPED {
                let quoted = Value::from(element.text().into_owned()).to_string();
                prop_assert!(told || shown.contains(quoted.trim_matches('"')), "{segment:?} of {body}");
            }
        }
    }

    /// No text makes the compiler panic, and what it refuses it explains.
    #[test]
    fn whatever_stands_in_a_file_is_compiled_or_explained(rule in "[A-Z0-9a-z ()'|=./+,^\\[\\]-]{0,30}", key in "[a-zA-Z.]{1,20}", more in "\\PC{0,40}") {
        let rule = rule.replace('"', "");
        for text in [
            small(&format!("{key} = \"{rule}\"")),
            small(&format!("[order.derive]\n'{key}' = \"{rule}\"")),
            small(&format!("[order.lines.item]\nin = \"{rule}\"\n{more}")),
            small(&format!("emit = {{ \"{rule}\" = \"{rule}\" }}")),
            more,
        ] {
            if let Err(faults) = compile(&text) {
                prop_assert!(!faults.is_empty());
            }
        }
    }
}
