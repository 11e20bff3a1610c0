//! One order on two wires: through X12 and through EDIFACT it comes out the same, less what each wire cannot say.

use edigate::edi::{OutgoingElement, OutgoingSegment};

use crate::common::{Partner, differences, interchange, mapping, sets, without};
use crate::story::{DIRECTORIES, document};

/// What does not get through: on which wire, which member, and why.
const LOST: &[(&str, &str, &str)] = &[
    ("x12", "acknowledgementDue", "partners agree on a DTM for it"),
    ("x12", "extensions", "partners agree on places for them"),
    ("edifact", "acknowledgementDue", "no qualifier of DTM says it"),
    ("edifact", "extensions", "partners agree on places for them"),
];

/// Segments as an 850 in an interchange.
fn x12(segments: &[OutgoingSegment]) -> String {
    let element =
        |element: &OutgoingElement| element.0.first().map(|components| components.join(">")).unwrap_or_default();
    let segment = |segment: &OutgoingSegment| {
        let elements = segment.elements.iter().map(element);
        std::iter::once(segment.tag.to_string()).chain(elements).collect::<Vec<_>>().join("*") + "~\n"
    };
    let body: String = segments.iter().map(segment).collect();
    let isa =
        "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261102*0815*U*00401*000000101*0*P*>~";
    let count = segments.len() + 2;
    format!("{isa}GS*PO*A*B*20261102*0815*1*X*004010~ST*850*0001~{body}SE*{count}*0001~GE*1*1~IEA*1*000000101~")
}

#[test]
fn one_order_is_the_same_through_x12_and_through_edifact() {
    let Some(order) = document("order.json") else { return };
    let partner = Partner::knowing(std::slice::from_ref(&order));
    let through = |name: &str, wire: &dyn Fn(&[OutgoingSegment]) -> String| {
        let mapping = mapping(name);
        let written = mapping.write(&order, &partner.context());
        let set = sets(wire(&written.segments).as_bytes()).remove(0);
        partner.read(&mapping, &set).document
    };
    let lost =
        |wire: &str| -> Vec<&str> { LOST.iter().filter(|(of, ..)| *of == wire).map(|(_, path, _)| *path).collect() };
    let paths = |found: &[String]| -> Vec<String> {
        found.iter().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
    };
    let x12 = through("templates/x12/004010/order", &x12);
    assert_eq!(paths(&differences(&order, &x12)), lost("x12"));
    for directory in DIRECTORIES {
        let name = format!("templates/edifact/{directory}/order");
        let own = mapping(&name);
        let edifact = through(&name, &|segments| interchange(&own, segments));
        assert_eq!(paths(&differences(&order, &edifact)), lost("edifact"), "{directory}");
        let both: Vec<&str> = lost("x12").into_iter().filter(|path| lost("edifact").contains(path)).collect();
        let (mut one, mut other) = (x12.clone(), edifact);
        LOST.iter().filter(|(_, path, _)| !both.contains(path)).for_each(|(_, path, _)| {
            let path = path.replace("[0]", "[*]");
            without(&mut one, &path);
            without(&mut other, &path);
        });
        assert_eq!(differences(&one, &other), Vec::<String>::new(), "{directory}");
    }
}
