//! What `edigate mapping` prints, on a small project of a partner's.

use std::fs;
use std::path::Path;

use clap::Parser;
use serde_json::Value;

use super::*;
use crate::cli::args::{Arguments, Command};

const BASE: &str = r#"
message  = "x12/004010/850"
document = "order@1"

[order]
orderNumber = "BEG03"
orderDate   = "BEG05"
purpose     = "BEG01 | code(purpose)"
contractNumber = "BEG06 or REF02 if REF01=CT"
requestedDeliveryDate = "DTM02 if DTM01=002"
totals.lineCount = "CTT01"
unsent = ["lines.lineAmount", "notes"]
emit = { BEG02 = "'SA'" }

[order.lines]
each       = "PO1"
lineNumber = "PO101"
quantity   = { value = "PO102", unit = "PO103 | code(unit)" }
[order.lines.price]
in     = "PO1 if PO104 present"
amount = "PO104"
per    = "'1'"
unit   = "PO103 | code(unit)"               # one element, two members
basis  = "'net'"
[order.lines.schedules]
each     = "PO1"
quantity = "PO102"

[order.derive]
"lines.schedules.scheduleNumber" = "position"
"lines.lineAmount" = "round(quantity.value * price.amount / price.per, 2)"

[codes.purpose]
"00" = "original"
"05" = "replace"
[codes.unit]
EA = "EA"
"#;

const ORDER: &str = r#"
extends = "base/order"

[order]
contractNumber = "REF02 if REF01=ZZ"
[codes.unit]
PC = { read = "EA" }
"#;

const FAULTY: &str = r#"
extends = "templates/x12/004010/order"

[order]
contractNumbr = "REF02 if REF01=ZZ"
orderDate = "BEG55"
"#;

const READ_ONLY: &str = r#"
extends = "acme/order"

[order]
releaseNumber = { place = "BEG04", read = "value[2:]" }
"#;

const MESSAGE: &str =
    "ISA*00*          *00*          *01*123456789      *ZZ*ACMEBRG        *261102*0815*U*00401*000000071*0*P*>~
GS*PO*NORTHWIND*ACMEBRG*20261102*0815*71*X*004010~
ST*850*0001~
BEG*00*SA*4500012345**20261102~
REF*ZZ*CTR-7~
REF*CC*4711~
DTM*002*20261116~
PO1*10*500*PC*2.45~
PO1*20*5*XX*2.45~
PO1*30*5*XX*2.45~
CTT*3~
SE*10*0001~
GE*1*71~
IEA*1*000000071~
";

/// A project with a partner's mappings and a sample.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("mappings/base/order.toml", BASE);
    write("mappings/acme/order.toml", ORDER);
    write("mappings/acme/codes.toml", "[codes.colour]\nR = \"red\"\n");
    write("mappings/half/order.toml", READ_ONLY);
    write("faulty/bad/order.toml", FAULTY);
    write("sample.edi", MESSAGE);
    folder
}

/// What the command prints, what it says aside, and how it ends.
struct Ran {
    out: String,
    aside: String,
    exit: Exit,
}

impl Ran {
    /// The text with the folder of the project left out.
    fn told(&self, folder: &Path) -> String {
        format!("{}{}", self.out, self.aside).replace(&format!("{}/", folder.display()), "")
    }
}

fn run_in(folder: &Path, mappings: &str, arguments: &[&str]) -> Result<Ran, (Exit, String)> {
    let mappings = folder.join(mappings);
    let all = [&["edigate", "mapping"], arguments, &["--mappings", mappings.to_str().unwrap()]].concat();
    let Command::Mapping(command) = Arguments::try_parse_from(all).unwrap().command else { panic!("not a mapping") };
    let (mut out, mut aside) = (Vec::new(), Vec::new());
    let exit = run(&command, &mut Output::to(&mut out), &mut aside);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    exit.map(|exit| Ran { out: text(out), aside: text(aside), exit }).map_err(|failure| (failure.exit, failure.text))
}

#[test]
fn the_list_says_what_is_translated_and_which_ways() {
    let folder = project();
    let list = run_in(folder.path(), "mappings", &["list"]).unwrap().out;
    let own: Vec<Vec<&str>> =
        list.lines().filter(|line| line.ends_with("  own")).map(|line| line.split_whitespace().collect()).collect();
    let translates = ["x12/004010/850", "<->", "order@1"];
    let line = |name, ways| [&[name], &translates[..], &[ways, "own"]].concat();
    assert_eq!(own[0].join(" "), "acme/codes rules and lists for others to extend - own");
    assert_eq!(own[1..], [line("acme/order", "both"), line("base/order", "both"), line("half/order", "read")]);
    let shipped = list.lines().find(|line| line.starts_with("templates/x12/004010/order ")).unwrap();
    let shipped: Vec<&str> = shipped.split_whitespace().collect();
    assert_eq!(shipped, [&["templates/x12/004010/order"], &translates[..], &["both", "shipped"]].concat());
    let json = run_in(folder.path(), "mappings", &["list", "--json"]).unwrap().out;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["mappings"][3]["name"], &json["mappings"][3]["writes"]), (&"half/order".into(), &false.into()));
    let faulty = run_in(folder.path(), "faulty", &["list"]).unwrap().out;
    let line: Vec<&str> = faulty.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(line.join(" "), "bad/order 2 faults, see 'edigate mapping check' - own");
}

#[test]
fn a_check_tells_all_faults_with_their_lines_and_why_a_file_goes_one_way() {
    let folder = project();
    let sound = run_in(folder.path(), "mappings", &["check"]).unwrap();
    assert_eq!(sound.exit, Exit::Clean);
    insta::assert_snapshot!("check_sound", sound.told(folder.path()));
    let faulty = run_in(folder.path(), "faulty", &["check", "bad/order.toml"]).unwrap();
    assert_eq!(faulty.exit, Exit::Configuration);
    insta::assert_snapshot!("check_faulty", faulty.told(folder.path()));
    let json = run_in(folder.path(), "faulty", &["check", "--json"]).unwrap();
    let report: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((json.exit, &report["faults"]), (Exit::Configuration, &Value::from(2)));
    assert_eq!(report["diagnostics"][0]["location"]["line"], 5);
    let part = run_in(folder.path(), "mappings", &["check", "acme/codes"]).unwrap();
    assert!(part.out.starts_with("acme/codes is made to be extended"), "{}", part.out);
    let path = folder.path().join("mappings/acme/order.toml");
    let by_path = run_in(folder.path(), "mappings", &["check", path.to_str().unwrap()]).unwrap();
    assert!(by_path.out.starts_with("acme/order reads and writes x12/004010/850"), "{}", by_path.out);
}

#[test]
fn a_name_that_leads_nowhere_says_what_was_meant() {
    let folder = project();
    let check = |name: &str, hint: &str| {
        let (exit, text) = run_in(folder.path(), "mappings", &["check", name]).err().unwrap();
        assert_eq!((exit, text), (Exit::Failed, format!("there is no mapping {name}; {hint}")));
    };
    check("acme/ordre", "did you mean acme/order?");
    check("templates/x12/004010/odrer.toml", "did you mean templates/x12/004010/order?");
    check("something", "'edigate mapping list' tells which there are");
}

#[test]
fn a_message_that_is_tried_gives_its_document_and_all_that_was_noticed() {
    let folder = project();
    let sample = folder.path().join("sample.edi");
    let tried = run_in(folder.path(), "mappings", &["try", "acme/order", sample.to_str().unwrap()]).unwrap();
    assert_eq!(tried.exit, Exit::Clean);
    insta::assert_snapshot!("try_read", tried.told(folder.path()));
    let json = run_in(folder.path(), "mappings", &["try", "acme/order", sample.to_str().unwrap(), "--json"]).unwrap();
    let record: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((json.aside.as_str(), &record["document"]["contractNumber"]), ("", &Value::from("CTR-7")));
    assert_eq!(record["coverage"]["elements"], 23);
}

#[test]
fn a_message_with_an_error_ends_with_findings() {
    let folder = project();
    let sample = folder.path().join("sample.edi");
    fs::write(&sample, MESSAGE.replace("*20261102~", "*20261302~")).unwrap();
    let tried = run_in(folder.path(), "mappings", &["try", "acme/order", sample.to_str().unwrap()]).unwrap();
    assert_eq!(tried.exit, Exit::Findings);
    assert!(tried.aside.contains("error[not-a-date]"), "{}", tried.aside);
}

#[test]
fn a_document_that_is_tried_becomes_a_message() {
    let folder = project();
    let sample = folder.path().join("sample.edi");
    let read = run_in(folder.path(), "mappings", &["try", "acme/order", sample.to_str().unwrap()]).unwrap();
    let document = folder.path().join("order.json");
    fs::write(&document, &read.out).unwrap();
    let written = run_in(folder.path(), "mappings", &["try", "acme/order", document.to_str().unwrap()]).unwrap();
    assert_eq!(written.exit, Exit::Clean);
    insta::assert_snapshot!("try_write", written.told(folder.path()));
    let whole =
        run_in(folder.path(), "mappings", &["try", "acme/order", document.to_str().unwrap(), "--envelope"]).unwrap();
    fs::write(&sample, &whole.out).unwrap();
    let again = run_in(folder.path(), "mappings", &["try", "acme/order", sample.to_str().unwrap()]).unwrap();
    let lines = |text: &str| serde_json::from_str::<Value>(text).unwrap()["lines"].clone();
    assert_eq!(lines(&again.out), lines(&read.out));
}

#[test]
fn what_cannot_be_tried_says_why() {
    let folder = project();
    let sample = folder.path().join("sample.edi");
    let fails = |name: &str, file: &Path, text: &str| {
        let (exit, told) = run_in(folder.path(), "mappings", &["try", name, file.to_str().unwrap()]).err().unwrap();
        let told = told.replace(&format!("{}/", folder.path().display()), "");
        assert!(exit == Exit::Failed && told == text, "{told}");
    };
    fails("acme/order", &folder.path().join("none.edi"), "none.edi: there is no such file");
    let other = folder.path().join("other.edi");
    fs::write(&other, MESSAGE.replace("ST*850", "ST*855")).unwrap();
    fails(
        "acme/order",
        &other,
        "other.edi holds no 850 that mappings/acme/order.toml could read; it holds 855 (1 set); 'edigate edi check' \
         tells more",
    );
    let document = folder.path().join("order.json");
    fs::write(&document, "[1]").unwrap();
    fails("acme/order", &document, "order.json: a document is a JSON object");
    fs::write(&document, "{").unwrap();
    fails("acme/order", &document, "order.json: this is no document: EOF while parsing an object at line 1 column 1");
    fails("half/order", &document, "mappings/half/order.toml only reads; give it a file of EDI");
    let (exit, told) = run_in(folder.path(), "faulty", &["try", "bad/order", sample.to_str().unwrap()]).err().unwrap();
    assert!(exit == Exit::Configuration && told.ends_with("2 faults"), "{told}");
}

#[test]
fn a_table_beside_a_mapping_is_found() {
    let folder = project();
    let rule = "releaseNumber = \"BEG04 | lookup(releases, theirs, ours)\"";
    fs::write(folder.path().join("mappings/acme/order.toml"), ORDER.replace("[order]", &format!("[order]\n{rule}")))
        .unwrap();
    let fault = run_in(folder.path(), "mappings", &["check", "acme/order"]).unwrap();
    assert!(fault.out.starts_with("error[unknown-table]: there is no table releases.csv"), "{}", fault.out);
    fs::write(folder.path().join("mappings/acme/releases.csv"), "theirs,ours\nR1,1\n").unwrap();
    assert_eq!(run_in(folder.path(), "mappings", &["check", "acme/order"]).unwrap().exit, Exit::Clean);
}

const PARTNER: &str = r#"
schema = 1
timezone = "America/New_York"
[as2]
identity = "northwind"
as2_id = "ACMEBRG"
url = "https://as2.acme.example/as2"
[x12]
us = { isa = "01/123456789", gs = "123456789" }
them = { isa = "ZZ/ACMEBRG", gs = "ACMEBRG" }
[x12.read]
severities = { code = "reject" }
"#;

#[test]
fn a_partners_file_says_what_findings_weigh() {
    let folder = project();
    let configuration = folder.path().join("edigate.toml");
    fs::write(&configuration, "schema = 1\n").unwrap();
    let sample = folder.path().join("sample.edi");
    let tried = |partner: &str| {
        let typed = ["try", "acme/order", sample.to_str().unwrap(), "--config", configuration.to_str().unwrap()];
        run_in(folder.path(), "mappings", &[&typed[..], &["--partner", partner]].concat())
    };
    let (exit, told) = tried("acme").err().unwrap();
    assert!(exit == Exit::Failed && told.ends_with("partners/acme/partner.toml"), "{told}");
    let file = folder.path().join("partners/acme/partner.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, PARTNER).unwrap();
    assert_eq!(tried("acme").unwrap().exit, Exit::Findings);
    fs::write(&file, PARTNER.replace("New_York", "New_Yrok")).unwrap();
    let (exit, told) = tried("acme").err().unwrap();
    assert!(exit == Exit::Configuration && told.contains("no time zone 'America/New_Yrok'"), "{told}");
    assert_eq!(tried("../acme").err().unwrap().0, Exit::Usage);
}

#[test]
fn each_member_says_where_it_is_from() {
    let folder = project();
    let sample = folder.path().join("sample.edi");
    let typed = ["explain", sample.to_str().unwrap(), "--mapping", "acme/order"];
    insta::assert_snapshot!("explain_read", run_in(folder.path(), "mappings", &typed).unwrap().told(folder.path()));
    let json = run_in(folder.path(), "mappings", &[&typed[..], &["--json"]].concat()).unwrap();
    let record: Value = serde_json::from_str(&json.out).unwrap();
    let rule = serde_json::json!({"file": folder.path().join("mappings/acme/order.toml"), "line": 5});
    let first = serde_json::json!({"member": "contractNumber", "value": "CTR-7", "segment": 3, "element": "REF02", "byte": 210, "rule": rule});
    assert_eq!(record["members"][3], first);
}

#[test]
fn each_member_says_where_it_goes() {
    let folder = project();
    let document = folder.path().join("order.json");
    let sample = folder.path().join("sample.edi");
    let read = run_in(folder.path(), "mappings", &["try", "acme/order", sample.to_str().unwrap()]).unwrap();
    let mut order: Value = serde_json::from_str(&read.out).unwrap();
    order["notes"] = serde_json::json!([{"text": "fragile"}]);
    order["currency"] = "USD".into();
    fs::write(&document, order.to_string()).unwrap();
    let typed = ["explain", document.to_str().unwrap(), "--mapping", "acme/order"];
    insta::assert_snapshot!("explain_write", run_in(folder.path(), "mappings", &typed).unwrap().told(folder.path()));
}

#[test]
fn a_member_and_an_element_are_traced() {
    let folder = project();
    let sample = folder.path().join("sample.edi");
    let traced = |what: &str| {
        let typed = ["trace", sample.to_str().unwrap(), what, "--mapping", "acme/order"];
        run_in(folder.path(), "mappings", &typed).map(|ran| ran.told(folder.path()))
    };
    let asked = [
        "contractNumber",
        "lines[1].quantity.unit",
        "lines[0].lineAmount",
        "requestedDeliveryDate",
        "lines[7].quantity",
        "buyer.name",
        "6:PO103",
        "BEG02",
        "REF02",
        "N101",
    ];
    let told = asked.map(|what| format!("=== {what}\n{}", traced(what).unwrap_or_else(|(_, text)| text)));
    insta::assert_snapshot!("trace", told.join("\n"));
    let (exit, told) = traced("lines[0].quantity.vlaue").unwrap_err();
    assert_eq!(exit, Exit::Usage);
    assert!(
        told.starts_with("order@1 has no member 'vlaue' in 'lines[0].quantity.vlaue'; did you mean 'value'?"),
        "{told}"
    );
    let typed = ["trace", sample.to_str().unwrap(), "6:PO103", "--mapping", "acme/order", "--json"];
    let record: Value = serde_json::from_str(&run_in(folder.path(), "mappings", &typed).unwrap().out).unwrap();
    assert_eq!(record["elements"][0]["used"][0]["member"], "lines[0].quantity.unit");
    let typed = ["trace", sample.to_str().unwrap(), "contractNumber", "--mapping", "acme/order", "--json"];
    let record: Value = serde_json::from_str(&run_in(folder.path(), "mappings", &typed).unwrap().out).unwrap();
    assert_eq!(record["attempts"][0]["tried"][0]["source"], "REF02 if REF01=ZZ");
}

#[test]
fn a_file_is_shown_as_it_is_and_with_all_it_extends() {
    let folder = project();
    assert_eq!(run_in(folder.path(), "mappings", &["show", "acme/order"]).unwrap().out, ORDER);
    let effective = run_in(folder.path(), "mappings", &["show", "acme/order", "--effective"]).unwrap().out;
    let line = |starts: &str| effective.lines().find(|line| line.starts_with(starts)).map(str::to_owned);
    let own = line("contractNumber = ").unwrap();
    assert!(own.ends_with("# mappings/acme/order.toml:5"), "{own}");
    let inherited = line("orderDate = ").unwrap();
    assert!(inherited.ends_with("# mappings/base/order.toml:7"), "{inherited}");
    assert_eq!(line("PC.read = ").map(|line| line.ends_with("order.toml:7")), Some(true), "{effective}");
}

/// Runs the cases of the project, with options.
fn tested(folder: &Path, options: &[&str]) -> Ran {
    run_in(folder, "mappings", &[&["test"], options].concat()).unwrap_or_else(|(_, text)| panic!("{text}"))
}

#[test]
fn cases_are_run_both_ways_and_written_when_that_is_asked() {
    let folder = project();
    let (exit, told) = run_in(folder.path(), "mappings", &["test"]).err().unwrap();
    assert!(exit == Exit::Failed && told.contains("there are no cases; put a message into "), "{told}");
    let place = |name: &str| folder.path().join("mappings/acme/tests").join(name);
    fs::create_dir_all(place("")).unwrap();
    fs::write(place("order-sample.edi"), MESSAGE).unwrap();
    let missing = tested(folder.path(), &[]);
    assert_eq!(missing.exit, Exit::Findings);
    assert!(missing.out.contains("order-sample.json: it is not there; --update writes it"), "{}", missing.out);
    let updated = tested(folder.path(), &["--update"]);
    assert!(updated.exit == Exit::Clean && updated.out.starts_with("updated  acme/order"), "{}", updated.out);
    let sound = tested(folder.path(), &["acme/order"]);
    let expected = "ok       acme/order  order-sample  read and written\n1 case, all as expected\n";
    assert_eq!((sound.exit, sound.out.as_str()), (Exit::Clean, expected));
    // Decimals are compared by value: this is no difference.
    let text = fs::read_to_string(place("order-sample.json")).unwrap();
    fs::write(place("order-sample.json"), text.replace("\"500\"", "\"500.00\"")).unwrap();
    assert_eq!(tested(folder.path(), &[]).exit, Exit::Clean);
    assert!(fs::read_to_string(place("order-sample.json")).unwrap().contains("500.00"));
}

#[test]
fn a_case_that_differs_says_which_member_and_by_which_rule() {
    let folder = project();
    let place = |name: &str| folder.path().join("mappings/acme/tests").join(name);
    fs::create_dir_all(place("")).unwrap();
    fs::write(place("order-sample.edi"), MESSAGE).unwrap();
    tested(folder.path(), &["--update"]);
    let text = fs::read_to_string(place("order-sample.json")).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    document["contractNumber"] = "CTR-8".into();
    document["lines"][0]["quantity"].as_object_mut().unwrap().shift_remove("value");
    document["currency"] = "USD".into();
    fs::write(place("order-sample.json"), document.to_string()).unwrap();
    fs::write(place("ordres-1.edi"), MESSAGE).unwrap();
    let differs = tested(folder.path(), &[]);
    assert_eq!(differs.exit, Exit::Findings);
    insta::assert_snapshot!("test_differs", differs.told(folder.path()));
    let json = tested(folder.path(), &["--json"]);
    let report: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((json.exit, &report["failed"]), (Exit::Findings, &Value::from(2)));
}

#[test]
fn what_is_read_and_not_written_again_is_told() {
    let folder = project();
    let rule = "releaseNumber = { place = \"BEG04\", read = \"value\", write = \"'R' ~ value\" }";
    let order = ORDER.replace("[order]", &format!("[order]\n{rule}"));
    fs::write(folder.path().join("mappings/acme/order.toml"), order).unwrap();
    let place = |name: &str| folder.path().join("mappings/acme/tests").join(name);
    fs::create_dir_all(place("")).unwrap();
    fs::write(place("order-sample.edi"), MESSAGE.replace("4500012345**", "4500012345*7*")).unwrap();
    let differs = tested(folder.path(), &["--update"]);
    assert_eq!(differs.exit, Exit::Findings);
    insta::assert_snapshot!("test_not_written", differs.told(folder.path()));
}

#[test]
fn a_document_alone_is_a_case_too_and_gets_its_message() {
    let folder = project();
    let place = |name: &str| folder.path().join("mappings/acme/tests").join(name);
    fs::create_dir_all(place("")).unwrap();
    fs::write(place("order-sample.edi"), MESSAGE).unwrap();
    tested(folder.path(), &["--update"]);
    fs::remove_file(place("order-sample.edi")).unwrap();
    let missing = tested(folder.path(), &[]);
    assert!(
        missing.exit == Exit::Findings && missing.out.contains("order-sample.edi: it is not there"),
        "{}",
        missing.out
    );
    let updated = tested(folder.path(), &["--update"]);
    assert!(updated.exit == Exit::Clean && updated.out.contains("wrote"), "{}", updated.out);
    assert_eq!(tested(folder.path(), &[]).exit, Exit::Clean);
}
