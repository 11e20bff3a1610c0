//! The order that partners send: an 850 of 004010 in its envelope, with a number of its own.

#![allow(dead_code, reason = "each test binary that includes this uses a part of it")]

/// Where the numbers of the tests begin; each order of a test counts up from here.
const FIRST_CONTROL_NUMBER: u32 = 100_000_000;

/// The business number of order `index`, as it stands in BEG03.
pub fn number(index: u32) -> String {
    format!("45{index:08}")
}

/// One interchange holding one 850 for order `index`. Interchange control numbers never repeat within a test, so a second
/// copy is a duplicate of the message, not of the interchange.
pub fn interchange(index: u32) -> Vec<u8> {
    build(index, b"Acme Bearings", 1)
}

/// The same with another name for the supplier, in whatever bytes the partner's system writes.
pub fn with_supplier_name(index: u32, name: &[u8]) -> Vec<u8> {
    build(index, name, 1)
}

/// The same with this many lines; 37 of them make 5 KB.
pub fn with_lines(index: u32, lines: usize) -> Vec<u8> {
    build(index, b"Acme Bearings", lines)
}

fn build(index: u32, supplier: &[u8], lines: usize) -> Vec<u8> {
    let number = number(index);
    let control = FIRST_CONTROL_NUMBER + index;
    let head = format!(
        "ISA*00*          *00*          *ZZ*ACMEBRG        *01*123456789      *261102*0915*U*00401*{control:09}*0*P*>~\n\
         GS*PO*ACMEBRG*123456789*20261102*0915*{control}*X*004010~\n\
         ST*850*0001~\n\
         BEG*00*SA*{number}**20261102~\n\
         CUR*BY*USD~\n\
         N1*BY*Northwind Pumps Inc*1*123456789~\n\
         N1*SU*"
    );
    let mut tail = "*92*ACMEBRG~\n\
         N1*ST*Northwind Plant 0100*92*0100~\n\
         N3*1 Foundry Rd~\n\
         N4*Toledo*OH*43604*US~\n"
        .to_owned();
    for line in 1..=lines {
        tail.push_str(&format!(
            "PO1*{}*500*EA*2.45*PE*BP*BRG-6205-2RS*VP*6205-2RS-C3~\n\
             PID*F****Deep groove ball bearing 6205-2RS C3~\n\
             SCH*500*EA***002*20261116~\n",
            line * 10
        ));
    }
    tail.push_str(&format!(
        "CTT*{lines}*{}~\n\
         SE*{}*0001~\n\
         GE*1*{control}~\n\
         IEA*1*{control:09}~\n",
        lines * 500,
        10 + 3 * lines
    ));
    [head.as_bytes(), supplier, tail.as_bytes()].concat()
}
