//! Made-up documents of 005010, one of each set, in the segments that partners use: id, functional group, and segments
//! in the customary notation.

/// A document.
pub(crate) struct Document {
    pub(crate) id: &'static str,
    pub(crate) group: &'static str,
    /// ST03 and the rest of GS08, where there is one.
    pub(crate) implementation: &'static str,
    pub(crate) segments: &'static [&'static str],
}

const fn document(id: &'static str, group: &'static str, segments: &'static [&'static str]) -> Document {
    Document { id, group, implementation: "", segments }
}

pub(crate) const DOCUMENTS: &[Document] = &[
    document("850", "PO", ORDER),
    document("855", "PR", RESPONSE),
    document("856", "SH", SHIP_NOTICE),
    document("810", "IN", INVOICE),
    document("860", "PC", ORDER_CHANGE),
    document("865", "CA", CHANGE_RESPONSE),
    document("830", "PS", PLANNING_SCHEDULE),
    document("862", "SS", SHIPPING_SCHEDULE),
    document("846", "IB", INVENTORY),
    document("861", "RC", RECEIVING_ADVICE),
    document("820", "RA", REMITTANCE),
    document("824", "AG", APPLICATION_ADVICE),
    document("864", "TX", TEXT),
    document("997", "FA", FUNCTIONAL_ACKNOWLEDGEMENT),
    Document { id: "999", group: "FA", implementation: "005010X231A1", segments: IMPLEMENTATION_ACKNOWLEDGEMENT },
];

const ORDER: &[&str] = &[
    "BEG*00*SA*4500012345**20261102*CTR-2026-07*AD",
    "CUR*BY*USD",
    "REF*DP*0042*purchasing",
    "PER*BD*Jo Walden*TE*+1 419 555 0100*EM*jo.walden@northwind.example",
    "FOB*DF***01*FCA*OR*Dayton OH",
    "SAC*C*D240***1250*******02***freight",
    "ITD*08*3*2**10**30",
    "DTM*002*20261116",
    "TD5**2*UPSN*M*UPS FREIGHT",
    "N9*L1*NOTE",
    "MTX**dock 4 is closed on Fridays",
    "N1*BY*Northwind Pumps Inc*1*123456789",
    "N1*SU*Acme Bearings*92*ACMEBRG",
    "N1*ST*Northwind Plant 0100*92*0100",
    "N2*receiving",
    "N3*1 Foundry Rd*gate B",
    "N4*Toledo*OH*43604*US",
    "PER*RE*dock office*TE*+1 419 555 0104",
    "PO1*10*500*EA*2.45*PE*BP*BRG-6205-2RS*VP*6205-2RS-C3*UK*00012345678905*EC*C",
    "CTP**CON*2.45*500*EA",
    "PID*F****deep groove ball bearing 6205-2RS C3",
    "REF*CT*CTR-2026-07",
    "SAC*A*C310***612*3*1.5*****02***volume",
    "SCH*300*EA***002*20261116",
    "SCH*200*EA***002*20261123",
    "PO1*20*1000*EA*.82*PE*BP*SEAL-40-62*VP*CS40X62X7",
    "PID*F****shaft seal 40x62x7",
    "SCH*1000*EA***002*20261116",
    "CTT*2*1500",
    "AMT*TT*2045",
];

const RESPONSE: &[&str] = &[
    "BAK*00*AC*4500012345*20261102****SO-88123*20261103",
    "REF*VN*SO-88123",
    "DTM*002*20261116",
    "N1*BY*Northwind Pumps Inc*1*123456789",
    "N1*SU*Acme Bearings*92*ACMEBRG",
    "PO1*10*500*EA*2.45*PE*BP*BRG-6205-2RS*VP*6205-2RS-C3",
    "PID*F****deep groove ball bearing 6205-2RS C3",
    "ACK*IA*300*EA*068*20261116**VP*6205-2RS-C3",
    "ACK*IB*200*EA*068*20261130**VP*6205-2RS-C3",
    "PO1*20*1000*EA*.82*PE*BP*SEAL-40-62*VP*CS40X62X7",
    "ACK*IA*1000*EA*068*20261116",
    "CTT*2",
];

const SHIP_NOTICE: &[&str] = &[
    "BSN*00*SHP-4412*20261114*1402*0001",
    "DTM*011*20261114*1400",
    "HL*1**S",
    "TD1*PLT94*2****G*412.5*KG",
    "TD5**2*UPSN*M*UPS FREIGHT",
    "TD3*TL*UPSN*448812",
    "REF*BM*BOL-778812",
    "DTM*017*20261116",
    "N1*SF*Acme Bearings*92*ACMEBRG",
    "N3*77 Race Ring Ave",
    "N4*Dayton*OH*45402*US",
    "N1*ST*Northwind Plant 0100*92*0100",
    "HL*2*1*O",
    "PRF*4500012345***20261102",
    "REF*VN*SO-88123",
    "HL*3*2*P",
    "MAN*GM*00000001234567890128",
    "HL*4*3*I",
    "LIN*10*BP*BRG-6205-2RS*VP*6205-2RS-C3",
    "SN1*10*300*EA**500*EA",
    "PID*F****deep groove ball bearing 6205-2RS C3",
    "HL*5*3*I",
    "LIN*20*BP*SEAL-40-62*VP*CS40X62X7",
    "SN1*20*1000*EA**1000*EA",
    "CTT*5",
];

const INVOICE: &[&str] = &[
    "BIG*20261117*INV-20261117-7*20261102*4500012345***DI",
    "CUR*SE*USD",
    "REF*BM*BOL-778812",
    "PER*AR*accounts*TE*+1 937 555 0181",
    "N1*RE*Acme Bearings*92*ACMEBRG",
    "N3*77 Race Ring Ave",
    "N4*Dayton*OH*45402*US",
    "N1*BT*Northwind AP*92*AP01",
    "ITD*08*3*2**10**30",
    "DTM*011*20261114",
    "IT1*10*300*EA*2.45*PE*BP*BRG-6205-2RS*VP*6205-2RS-C3",
    "TXI*ST*51.45*.07",
    "PID*F****deep groove ball bearing 6205-2RS C3",
    "REF*PO*4500012345",
    "IT1*20*1000*EA*.82*PE*BP*SEAL-40-62*VP*CS40X62X7",
    "PID*F****shaft seal 40x62x7",
    "TDS*156750",
    "TXI*ST*108.85*.07",
    "CAD*M***UPSN*UPS FREIGHT**BM*BOL-778812",
    "SAC*C*D240***1250*******02***freight",
    "CTT*2*1300",
];

const ORDER_CHANGE: &[&str] = &[
    "BCH*04*SA*4500012345**1*20261102*****20261105",
    "CUR*BY*USD",
    "REF*CT*CTR-2026-07",
    "DTM*002*20261120",
    "N1*BY*Northwind Pumps Inc*1*123456789",
    "N1*ST*Northwind Plant 0100*92*0100",
    "N3*1 Foundry Rd",
    "N4*Toledo*OH*43604*US",
    "POC*10*QD*400*100*EA*2.45*PE*BP*BRG-6205-2RS*VP*6205-2RS-C3",
    "PID*F****deep groove ball bearing 6205-2RS C3",
    "SCH*400*EA***002*20261120",
    "POC*20*DI*0*1000*EA*.82*PE*BP*SEAL-40-62",
    "CTT*2*400",
];

const CHANGE_RESPONSE: &[&str] = &[
    "BCA*04*AC*4500012345**1*20261102***SO-88123**20261106",
    "REF*VN*SO-88123",
    "DTM*002*20261120",
    "N1*BY*Northwind Pumps Inc*1*123456789",
    "POC*10*QD*400*100*EA*2.45*PE*BP*BRG-6205-2RS*VP*6205-2RS-C3",
    "PID*F****deep groove ball bearing 6205-2RS C3",
    "ACK*IA*400*EA*068*20261120",
    "CTT*1*400",
];

const PLANNING_SCHEDULE: &[&str] = &[
    "BFR*05**REL-117*DL*A*20261101*20270131*20261101***CTR-2026-07",
    "REF*CT*CTR-2026-07",
    "PER*SC*Jo Walden*TE*+1 419 555 0100",
    "N1*MI*Northwind Plant 0100*92*0100",
    "N1*SU*Acme Bearings*92*ACMEBRG",
    "LIN*10*BP*BRG-6205-2RS*VP*6205-2RS-C3*PO*4500012345",
    "UIT*EA*2.45*PE",
    "PID*F****deep groove ball bearing 6205-2RS C3",
    "REF*DK*4",
    "ATH*FI*20261130*12000**20260101",
    "FST*300*C*W*20261116",
    "FST*250*C*W*20261123",
    "FST*2000*D*F*20261201*20261231",
    "SHP*01*300*050*20261110",
    "REF*SI*SHP-4399",
    "SHP*02*11700*051*20260101**20261110",
    "CTT*1*2550",
];

const SHIPPING_SCHEDULE: &[&str] = &[
    "BSS*05*REL-117-3*20261112*DL*20261116*20261122*REL-117****A",
    "DTM*097*20261112*0600",
    "N1*ST*Northwind Plant 0100*92*0100",
    "N1*SU*Acme Bearings*92*ACMEBRG",
    "LIN*10*BP*BRG-6205-2RS*PO*4500012345",
    "UIT*EA",
    "REF*DK*4",
    "FST*150*C*D*20261116****DO*DO-1",
    "DTM*002*20261116*0700",
    "JIT*75*0700",
    "JIT*75*1300",
    "FST*150*C*D*20261118",
    "SHP*01*300*050*20261110",
    "REF*SI*SHP-4399",
    "CTT*1*300",
];

const INVENTORY: &[&str] = &[
    "BIA*00*SI*INV-20261115*20261115*0500",
    "DTM*097*20261115",
    "REF*IA*ACMEBRG",
    "N1*SU*Acme Bearings*92*ACMEBRG",
    "N1*WH*Toledo consignment store*92*W7",
    "LIN*1*BP*BRG-6205-2RS*VP*6205-2RS-C3",
    "PID*F****deep groove ball bearing 6205-2RS C3",
    "QTY*33*700*EA",
    "QTY*20*25*EA",
    "LIN*2*BP*SEAL-40-62",
    "QTY*33*4200*EA",
    "CTT*2",
];

const RECEIVING_ADVICE: &[&str] = &[
    "BRA*RA-5512*20261116*00*1*1530",
    "REF*SI*SHP-4412",
    "DTM*050*20261116*1510",
    "PRF*4500012345",
    "N1*ST*Northwind Plant 0100*92*0100",
    "N1*SU*Acme Bearings*92*ACMEBRG",
    "RCD*10*296*EA***4*EA*01",
    "LIN*10*BP*BRG-6205-2RS*VP*6205-2RS-C3",
    "REF*BM*BOL-778812",
    "RCD*20*1000*EA",
    "LIN*20*BP*SEAL-40-62",
    "CTT*2*1296",
];

const REMITTANCE: &[&str] = &[
    "BPR*C*1567.5*C*ACH*CTX*01*041000124*DA*7788990011*1234567890**01*041215032*DA*1122334455*20261217",
    "TRN*1*PAY-20261217-3*1234567890",
    "CUR*PR*USD",
    "REF*EF*PAY-20261217-3",
    "DTM*097*20261216",
    "N1*PR*Northwind Pumps Inc*1*123456789",
    "N3*1 Foundry Rd",
    "N4*Toledo*OH*43604*US",
    "N1*PE*Acme Bearings*92*ACMEBRG",
    "ENT*1",
    "RMR*IV*INV-20261117-7*PO*1560.2*1567.5*7.3",
    "REF*PO*4500012345",
    "DTM*003*20261117",
    "ADX*-7.3*04",
];

const APPLICATION_ADVICE: &[&str] = &[
    "BGN*11*ADV-20261117-1*20261117*1615",
    "N1*FR*Northwind Pumps Inc*1*123456789",
    "N1*TO*Acme Bearings*92*ACMEBRG",
    "OTI*TR*IV*INV-20261117-7*ACMEBRG*NORTHWIND*20261117*1505*91*0001*810*005010",
    "REF*PO*4500012345",
    "TED*003*quantity is more than received*IT1*11*2**300*296",
    "NTE*ADD*four were damaged",
];

const TEXT: &[&str] = &[
    "BMG*00*plant closed*04",
    "DTM*097*20261117*0900",
    "N1*FR*Northwind Pumps Inc*1*123456789",
    "N1*TO*Acme Bearings*92*ACMEBRG",
    "MIT*MSG-1*plant 0100 closed from 24 to 26 December",
    "MSG*no deliveries are taken at dock 4",
    "MSG*urgent goods go to plant 0200",
];

const FUNCTIONAL_ACKNOWLEDGEMENT: &[&str] = &[
    "AK1*PO*71*005010",
    "AK2*850*0001",
    "AK3*DTM*8**8",
    "AK4*2*373*8*20261316",
    "AK5*R*5",
    "AK2*850*0002",
    "AK5*A",
    "AK9*P*2*2*1",
];

const IMPLEMENTATION_ACKNOWLEDGEMENT: &[&str] = &[
    "AK1*PO*71*005010",
    "AK2*850*0001",
    "IK3*DTM*8**8",
    "IK4*2*373*8*20261316",
    "IK5*R*5",
    "AK2*850*0002",
    "IK5*A",
    "AK9*P*2*2*1",
];
