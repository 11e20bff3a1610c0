//! The order's level of an HL tree: where it is written, and what a file says that takes it out.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::base::Limits;
use crate::edi::{Guides, OutgoingSegment};
use crate::mapping::{Mapping, ReadContext, UnlistedCode};

const MAPPING: &str = "message = 'x12/004010/856'\ndocument = 'shipment-notice@1'\n[shipment-notice]\n\
    shipmentNumber = 'BSN02'\nissuedAt = 'BSN03 + BSN04 | instant'\ntree = ['S', 'O', 'P', 'I']\n\
    emit = { BSN01 = \"'00'\", BSN05 = \"levels() | code(levels) or 'ZZZZ' or '0004'\" }\n\
    [shipment-notice.levels]\nS = 'shipment'\nO = 'order'\nP = { unit = 'carton' }\nI = 'line'\n\
    [shipment-notice.handlingUnits]\nkey = ['sscc']\nsscc = 'MAN02 if MAN01=GM'\n\
    [shipment-notice.lines]\nkey = ['orderReference.orderNumber', 'item.buyerPartNumber']\n\
    sum = ['shippedQuantity.value']\nshippedQuantity = { value = 'SN102', unit = 'SN103' }\n\
    item.buyerPartNumber = 'LIN[BP]'\norderReference.orderNumber = '^O.PRF01 or LIN[PO]'\n\
    orderReference.orderDate = '^O.PRF04'\n\
    [[shipment-notice.lines.references.others]]\neach = '^O.REF'\ncode = 'REF01'\nnumber = 'REF02'\n\
    [codes.levels]\n'0001' = 'shipment order unit line'\n'0004' = 'shipment order line'";

fn compiled(own: &str) -> Result<Mapping, Vec<crate::base::Diagnostic>> {
    let own = format!("extends = 'base'\n[shipment-notice]\n{own}");
    let source = |name: &str| Some(if name.contains("base") { MAPPING.to_owned() } else { own.clone() });
    Mapping::compile("own", &source, &Guides::shipped())
}

fn written(own: &str, document: &Value) -> String {
    let mapping = compiled(own).unwrap_or_else(|faults| panic!("{own}: {faults:#?}"));
    let context = ReadContext {
        parties: &[],
        time_zone: &TimeZone::UTC,
        unlisted: UnlistedCode::Warn,
        document_limit: Limits::default().document,
        trace: false,
    };
    let written = mapping.write(document, &context);
    assert_eq!(written.findings, [], "{own}");
    let element = |components: &Vec<String>| components.join(":");
    let segment = |one: &OutgoingSegment| {
        let elements = one.elements.iter().map(|of| of.0.first().map(element).unwrap_or_default());
        std::iter::once(one.tag.to_string()).chain(elements).collect::<Vec<_>>().join("*")
    };
    let all: Vec<String> = written.segments.iter().map(segment).collect();
    all.join("~").replace("BSN*00*S1*20261115*1400*", "")
}

fn line(id: &str, order: Option<&str>) -> Value {
    let quantity = json!({"value": "2", "unit": "EA"});
    let mut line = json!({"lineId": id, "item": {"buyerPartNumber": id}, "shippedQuantity": quantity});
    if let Some(order) = order {
        line["orderReference"] = json!({"orderNumber": order});
    }
    line
}

fn notice(lines: &[Value]) -> Value {
    json!({"shipmentNumber": "S1", "issuedAt": "2026-11-15T14:00:00Z", "lines": lines})
}

#[test]
fn orders_have_a_level_where_the_tree_has_one_and_lines_say_something_of_them() {
    let check = |own: &str, document: &Value, expect: &str| assert_eq!(written(own, document), expect, "{own}");
    let ordered = notice(&[line("A", Some("P1"))]);
    let of_nothing = notice(&[line("A", None)]);
    check("", &ordered, "0004~HL*1**S*1~HL*2*1*O*1~PRF*P1~HL*3*2*I*0~LIN**BP*A~SN1**2*EA");
    check("", &of_nothing, "ZZZZ~HL*1**S*1~HL*2*1*I*0~LIN**BP*A~SN1**2*EA");
    let without = "ZZZZ~HL*1**S*1~HL*2*1*I*0~LIN**BP*A*PO*P1~SN1**2*EA";
    check("tree = ['S', 'P', 'I']", &ordered, without);
    check("levels = { O = false }", &ordered, without);
    let mut packed = notice(&[line("A", Some("P1")), line("B", None)]);
    let contents = json!([{"lineId": "A", "quantity": "2"}, {"lineId": "B", "quantity": "2"}]);
    packed["handlingUnits"] = json!([{"id": "C1", "type": "carton", "sscc": "1", "contents": contents}]);
    let expect = "0001~HL*1**S*1~HL*2*1*O*1~PRF*P1~HL*3*2*P*1~MAN*GM*1~HL*4*3*I*0~LIN**BP*A~SN1**2*EA\
                  ~HL*5*1*P*1~MAN*GM*1~HL*6*5*I*0~LIN**BP*B~SN1**2*EA";
    check("", &packed, expect);
}

#[test]
fn a_file_that_takes_a_level_out_says_nothing_of_it_itself() {
    let codes = |own: &str| match compiled(own) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(|fault| fault.code.to_string()).collect::<Vec<_>>(),
    };
    assert_eq!(codes("levels = { O = false }"), [""; 0]);
    let own = "levels = { O = false }\nlines.orderReference.releaseNumber = '^O.PRF02'";
    assert_eq!(codes(own), ["unknown-place"]);
}
