//! Valid messages of 3 to 4 KB, made here and the same in every run: a hundred to an interchange.

use std::fmt::Write as _;

/// Documents to an interchange.
pub(crate) const SETS: usize = 100;

/// Numbers that differ from one another and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

const WORDS: [&str; 8] =
    ["bearing", "deep groove", "shaft seal", "nitrile", "flange", "coupling", "M12 bolt", "gasket"];

fn x12(number: usize, group: &str, sets: impl Fn(usize, &mut Numbers) -> Vec<String>, id: &str) -> String {
    let mut numbers = Numbers(number as u64);
    let mut out = format!(
        "ISA*00*          *00*          *01*123456789      *ZZ*ACMEBRG        *261102*0815*U*00401*{number:09}*0*P*>~\
         GS*{group}*NORTHWIND*ACME*20261102*0815*{number}*X*004010~"
    );
    for set in 1..=SETS {
        let segments = sets(set, &mut numbers);
        write!(out, "ST*{id}*{set:04}~{}~SE*{}*{set:04}~", segments.join("~"), segments.len() + 2).unwrap();
    }
    write!(out, "GE*{SETS}*{number}~IEA*1*{number:09}~").unwrap();
    out
}

pub(crate) fn orders_850(number: usize) -> String {
    let order = |set: usize, numbers: &mut Numbers| {
        let mut segments = vec![
            format!("BEG*00*SA*45{:08}**20261102", numbers.next(100_000_000)),
            "CUR*BY*USD".to_owned(),
            format!("REF*CT*CTR-{:05}", numbers.next(100_000)),
            "ITD*08*3*2**10**30".to_owned(),
            "DTM*002*20261116".to_owned(),
            "N1*BY*Northwind Pumps Inc*1*123456789".to_owned(),
            "N1*SU*Acme Bearings*92*ACMEBRG".to_owned(),
            "N1*ST*Northwind Plant 0100*92*0100".to_owned(),
            "N3*1 Foundry Rd".to_owned(),
            "N4*Toledo*OH*43604*US".to_owned(),
        ];
        let lines = 26 + set % 8;
        for line in 1..=lines {
            let (part, word) = (numbers.next(9000) + 1000, WORDS[numbers.next(8) as usize]);
            let quantity = numbers.next(900) + 1;
            segments.push(format!(
                "PO1*{}*{quantity}*EA*{}.45*PE*BP*BRG-{part}*VP*{part}-2RS-C3",
                line * 10,
                part % 90
            ));
            segments.push(format!("PID*F****{word} {part}"));
            segments.push(format!("SCH*{quantity}*EA***002*20261{:03}", 101 + part % 30));
        }
        segments.push(format!("CTT*{lines}"));
        segments
    };
    x12(number, "PO", order, "850")
}

pub(crate) fn ship_notices_856(number: usize) -> String {
    let notice = |set: usize, numbers: &mut Numbers| {
        let mut segments = vec![
            format!("BSN*00*SH{:08}*20261112*1430", numbers.next(100_000_000)),
            "HL*1**S".to_owned(),
            "TD1*PLT94*4****G*1834.5*KG".to_owned(),
            "TD5**2*UPSN*M*UPS FREIGHT".to_owned(),
            format!("REF*BM*{:010}", numbers.next(1_000_000_000)),
            "DTM*011*20261112".to_owned(),
            "N1*SF*Acme Bearings*92*ACMEBRG".to_owned(),
            "N1*ST*Northwind Plant 0100*92*0100".to_owned(),
            "HL*2*1*O".to_owned(),
            format!("PRF*45{:08}***20261102", numbers.next(100_000_000)),
        ];
        let lines = 28 + set % 8;
        for line in 1..=lines {
            let (part, word) = (numbers.next(9000) + 1000, WORDS[numbers.next(8) as usize]);
            segments.push(format!("HL*{}*2*I", line + 2));
            segments.push(format!("LIN*{}*BP*BRG-{part}*VP*{part}-2RS-C3", line * 10));
            segments.push(format!("SN1**{}*EA", numbers.next(900) + 1));
            segments.push(format!("PID*F****{word} {part}"));
        }
        segments.push(format!("CTT*{}", lines + 2));
        segments
    };
    x12(number, "SH", notice, "856")
}

pub(crate) fn orders_edifact(number: usize) -> String {
    let mut numbers = Numbers(number as u64);
    let mut out = format!("UNB+UNOC:3+4012345000016:14+4098765000010:14+261102:0815+{number}'");
    for set in 1..=SETS {
        let mut segments = vec![
            format!("BGM+220+45{:08}+9", numbers.next(100_000_000)),
            "DTM+137:20261102:102".to_owned(),
            "DTM+2:20261116:102".to_owned(),
            "NAD+BY+4012345000016::9".to_owned(),
            "NAD+SU+4098765000010::9".to_owned(),
            "NAD+DP+4012345000023::9++Northwind Plant 0100+1 Foundry Rd+Toledo++43604+US".to_owned(),
            "CUX+2:EUR:9".to_owned(),
        ];
        for line in 1..=24 + set % 8 {
            let (part, word) = (numbers.next(9000) + 1000, WORDS[numbers.next(8) as usize]);
            let mark = if part % 20 == 0 { "?'" } else { "" };
            segments.push(format!("LIN+{line}++400{part:010}:EN"));
            segments.push(format!("PIA+1+BRG-{part}:BP+{part}-2RS-C3:SA"));
            segments.push(format!("IMD+F++:::{word} {part}{mark}"));
            segments.push(format!("QTY+21:{}:PCE", numbers.next(900) + 1));
            segments.push(format!("PRI+AAA:{}.45", part % 90));
        }
        segments.push("UNS+S".to_owned());
        segments.push(format!("CNT+2:{}", 24 + set % 8));
        let count = segments.len() + 2;
        write!(out, "UNH+{set}+ORDERS:D:96A:UN:EAN008'{}'UNT+{count}+{set}'", segments.join("'")).unwrap();
    }
    write!(out, "UNZ+{SETS}+{number}'").unwrap();
    out
}
