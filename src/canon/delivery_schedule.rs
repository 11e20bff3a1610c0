//! `delivery-schedule@1`: forecasts and calls. X12 830 and 862, EDIFACT DELFOR and DELJIT.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::item::{Item, Price};
use super::meta::Meta;
use super::party::{Parties, Party};
use super::reference::{Note, OrderReference, Period, Purpose, References};
use super::terms::DeliveryTerms;
use super::text::{Date, Decimal, Instant};
use super::totals::LineTotals;
use super::transport::{Packaging, Transport};

/// What a buyer will want and when: a forecast, firm calls, or calls to the hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-ubl" = "Forecast", "x-x12" = "830, 862", "x-edifact" = "DELFOR, DELJIT"))]
pub struct DeliverySchedule {
    /// What the gateway knows about this document. Always there in what it publishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    /// The buyer's number for the schedule.
    #[schemars(extend("x-ubl" = "ID", "x-x12" = "BFR02, BSS02", "x-edifact" = "BGM 1004"))]
    pub schedule_number: String,
    /// Number of the release that the schedule makes.
    #[schemars(extend("x-x12" = "BFR03, BSS07", "x-edifact" = "RFF+RE"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_number: Option<String>,
    /// The day the schedule was issued.
    #[schemars(extend("x-ubl" = "IssueDate", "x-x12" = "BFR08, BSS03", "x-edifact" = "DTM+137"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_date: Option<Date>,
    /// What this message does to the schedule.
    #[schemars(extend("x-x12" = "BFR01, BSS01", "x-edifact" = "BGM 1225"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The wire's code of a purpose that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose_code: Option<String>,
    /// How firm the schedule is as a whole.
    #[schemars(extend("x-ubl" = "ForecastPurposeCode", "x-x12" = "BFR12", "x-edifact" = "BGM 1001"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_type: Option<ScheduleType>,
    /// The wire's code of a schedule type that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_type_code: Option<String>,
    /// What the dates of the schedule mean.
    #[schemars(extend("x-x12" = "BFR04, BSS04", "x-edifact" = "DTM 2005"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_basis: Option<DateBasis>,
    /// The wire's code of a date basis that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_basis_code: Option<String>,
    /// What the quantities of the schedule mean.
    #[schemars(extend("x-x12" = "BFR05, BSS11", "x-edifact" = "QTY 6063"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity_basis: Option<QuantityBasis>,
    /// The wire's code of a quantity basis that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity_basis_code: Option<String>,
    /// The days the schedule covers.
    #[schemars(extend("x-ubl" = "ForecastPeriod", "x-x12" = "BFR06, BFR07", "x-edifact" = "DTM+158, DTM+159"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizon: Option<Period>,
    /// Number of the schedule that this one replaces.
    #[schemars(extend("x-edifact" = "RFF+ACW"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// The order that is called off.
    #[schemars(extend("x-ubl" = "OrderReference", "x-x12" = "BFR11, BSS10", "x-edifact" = "RFF+ON"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_reference: Option<OrderReference>,
    /// Number of the contract.
    #[schemars(extend("x-ubl" = "ContractDocumentReference", "x-x12" = "BFR10, BSS09", "x-edifact" = "RFF+CT"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_number: Option<String>,
    /// Currency of all amounts, ISO 4217.
    #[schemars(extend("x-x12" = "CUR02", "x-edifact" = "CUX 6345"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Who takes part.
    #[serde(flatten)]
    pub parties: Parties,
    /// Who bears cost and risk, and from where.
    #[schemars(extend("x-ubl" = "DeliveryTerms", "x-x12" = "FOB", "x-edifact" = "TOD"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_terms: Option<DeliveryTerms>,
    /// How the goods are to travel.
    #[schemars(extend("x-ubl" = "Shipment", "x-x12" = "TD5, TD3", "x-edifact" = "TDT"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<Transport>,
    /// Other papers that belong to the schedule.
    #[schemars(extend("x-ubl" = "AdditionalDocumentReference", "x-x12" = "REF", "x-edifact" = "RFF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// What is wanted, one line for each item and place.
    #[schemars(extend("x-ubl" = "ForecastLine", "x-x12" = "LIN", "x-edifact" = "LIN"))]
    pub lines: Vec<Line>,
    /// Sums over the lines.
    #[schemars(extend("x-x12" = "CTT", "x-edifact" = "CNT"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<LineTotals>,
    /// Notes on the whole schedule.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "MSG01, NTE02", "x-edifact" = "FTX"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// How firm a schedule is as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ScheduleType {
    /// To plan by.
    Forecast,
    /// To deliver by.
    Firm,
    /// To deliver by, to the hour or in sequence.
    Jit,
    /// Something else; `scheduleTypeCode` has the wire's code.
    Other,
}

/// What the dates of a schedule mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DateBasis {
    /// When goods are to be at their destination.
    Delivery,
    /// When goods are to leave.
    Shipment,
    /// When goods are used up.
    Production,
    /// Something else; `dateBasisCode` has the wire's code.
    Other,
}

/// What the quantities of a schedule mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum QuantityBasis {
    /// How much for each period.
    Discrete,
    /// How much since the count began.
    Cumulative,
    /// Something else; `quantityBasisCode` has the wire's code.
    Other,
}

/// What is wanted of one item at one place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The buyer's number of the line, as sent.
    #[schemars(extend("x-ubl" = "ID", "x-x12" = "LIN01", "x-edifact" = "LIN 1082"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_number: Option<String>,
    /// The order and line that are called off.
    #[schemars(extend("x-ubl" = "OrderLineReference", "x-x12" = "LIN (235=PO)", "x-edifact" = "RFF+ON"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_reference: Option<OrderReference>,
    /// What is wanted.
    #[schemars(extend("x-ubl" = "Item", "x-x12" = "LIN", "x-edifact" = "LIN, PIA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// Unit of all quantities of the line, UN/ECE Recommendation 20; a code outside the mapping's list is the wire's
    /// own.
    #[schemars(extend("x-ubl" = "unitCode", "x-x12" = "UIT01", "x-edifact" = "QTY 6411"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// For which price.
    #[schemars(extend("x-ubl" = "Price", "x-x12" = "UIT02, CTP03", "x-edifact" = "PRI"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Where it goes.
    #[schemars(extend("x-ubl" = "Delivery", "x-x12" = "N1*ST in LIN", "x-edifact" = "NAD+CN, ST"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_to: Option<Party>,
    /// Where there it is unloaded: a dock, a gate.
    #[schemars(extend("x-x12" = "REF02 (REF01=DK)", "x-edifact" = "LOC+11"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unloading_point: Option<String>,
    /// Where it goes from there: a line, a shelf.
    #[schemars(extend("x-x12" = "REF02 (REF01=LF)", "x-edifact" = "LOC+159"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internal_destination: Option<String>,
    /// What both sides have counted so far.
    #[schemars(extend("x-x12" = "SHP, ATH", "x-edifact" = "QTY+3, 70, 78"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cumulative: Option<Cumulative>,
    /// The last delivery that the buyer has received.
    #[schemars(extend("x-x12" = "SHP (SHP01=01)", "x-edifact" = "RFF+SI, QTY+48"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_receipt: Option<Receipt>,
    /// Up to where the supplier may produce or buy material at the buyer's risk.
    #[schemars(extend("x-x12" = "ATH (ATH01=FI, MT)", "x-edifact" = "QTY, DTM in SCC"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorizations: Vec<Authorization>,
    /// When, and how much.
    #[schemars(extend("x-ubl" = "ForecastLine/ForecastPeriod", "x-x12" = "FST, JIT", "x-edifact" = "SCC, QTY, DTM"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Schedule>,
    /// How it is to be packed.
    #[schemars(extend("x-x12" = "PO4, PKG", "x-edifact" = "PAC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packaging: Option<Packaging>,
    /// Other papers that belong to this line.
    #[schemars(extend("x-ubl" = "DocumentReference", "x-x12" = "REF in LIN", "x-edifact" = "RFF in LIN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// Notes on this line.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "NTE02", "x-edifact" = "FTX in LIN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// Quantities counted since a day both sides know. They are told, never computed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cumulative {
    /// How much was wanted.
    #[schemars(extend("x-x12" = "ATH03 (ATH01=PQ)", "x-edifact" = "QTY+78"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<Decimal>,
    /// How much was shipped, as far as the buyer knows.
    #[schemars(extend("x-edifact" = "QTY+3"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipped: Option<Decimal>,
    /// How much was received.
    #[schemars(extend("x-x12" = "SHP02 (SHP01=02)", "x-edifact" = "QTY+70"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<Decimal>,
    /// The day the count began.
    #[schemars(extend("x-x12" = "SHP04 (SHP03=051)", "x-edifact" = "DTM+51"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Date>,
    /// The day up to which it goes.
    #[schemars(extend("x-x12" = "SHP06 (SHP03=051)", "x-edifact" = "DTM+52"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Date>,
}

/// A delivery that the buyer has received.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The supplier's number for the shipment.
    #[schemars(extend("x-x12" = "REF02 (REF01=SI)", "x-edifact" = "RFF+SI, AAK"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipment_number: Option<String>,
    /// How much, in the line's unit.
    #[schemars(extend("x-x12" = "SHP02 (SHP01=01)", "x-edifact" = "QTY+48"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// The day it was received.
    #[schemars(extend("x-x12" = "SHP04 (SHP03=050)", "x-edifact" = "DTM+50"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
}

/// What a buyer answers for, if plans change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Authorization {
    /// What the supplier may do.
    #[schemars(extend("x-x12" = "ATH01", "x-edifact" = "SCC 4017"))]
    pub kind: AuthorizationKind,
    /// The wire's code of a kind that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind_code: Option<String>,
    /// How much, in the line's unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// How much since the count began.
    #[schemars(extend("x-x12" = "ATH03"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cumulative_quantity: Option<Decimal>,
    /// From when until when.
    #[schemars(extend("x-x12" = "ATH05, ATH02", "x-edifact" = "DTM+163, 164"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
}

/// What a supplier may do at the buyer's risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum AuthorizationKind {
    /// Finish goods.
    Finished,
    /// Work on them.
    Fabrication,
    /// Buy material.
    Material,
    /// Something else; `kindCode` has the wire's code.
    Other,
}

/// How much is wanted in one period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// How firm it is.
    #[schemars(extend("x-x12" = "FST02", "x-edifact" = "SCC 4017"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commitment: Option<Commitment>,
    /// The wire's code of a commitment that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commitment_code: Option<String>,
    /// When.
    #[schemars(extend("x-ubl" = "ForecastPeriod", "x-x12" = "FST03, FST04, FST05", "x-edifact" = "DTM+2, DTM+10; SCC C329 2013"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<SchedulePeriod>,
    /// The moment it is wanted at its destination, where it is to the hour.
    #[schemars(extend("x-x12" = "FST04, FST07; JIT02", "x-edifact" = "DTM+2"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_delivery_at: Option<Instant>,
    /// The moment it is wanted to leave, where it is to the hour.
    #[schemars(extend("x-x12" = "FST04, FST07; JIT02", "x-edifact" = "DTM+10"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_ship_at: Option<Instant>,
    /// How much, in the line's unit.
    #[schemars(extend("x-ubl" = "Quantity", "x-x12" = "FST01, JIT01", "x-edifact" = "QTY+113, 1"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// How much since the count began.
    #[schemars(extend("x-x12" = "FST01 (BFR05=C)", "x-edifact" = "QTY+3"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cumulative_quantity: Option<Decimal>,
    /// Number of the call: a release, a kanban card, a place in the sequence.
    #[schemars(extend("x-x12" = "FST09", "x-edifact" = "RFF, GIN+AL"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_number: Option<String>,
    /// Where it goes, if elsewhere than the line.
    #[schemars(extend("x-x12" = "SDQ", "x-edifact" = "NAD, LOC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_to: Option<Party>,
}

/// How firm a wanted quantity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Commitment {
    /// To be delivered.
    Firm,
    /// Material may be bought for it.
    Material,
    /// To plan by.
    Planned,
    /// It should have been delivered already.
    Backlog,
    /// At once.
    Immediate,
    /// Something else; `commitmentCode` has the wire's code.
    Other,
}

/// A day or a span of days of a schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SchedulePeriod {
    /// The day, or the first one.
    #[schemars(extend("x-x12" = "FST04", "x-edifact" = "DTM+2, DTM+64"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day.
    #[schemars(extend("x-x12" = "FST05", "x-edifact" = "DTM+63"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// How long it is.
    #[schemars(extend("x-x12" = "FST03", "x-edifact" = "SCC C329 2013"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granularity: Option<Granularity>,
    /// The wire's code of a granularity that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granularity_code: Option<String>,
}

/// How long a period of a schedule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Granularity {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// A quarter.
    Quarter,
    /// From the first day to the last.
    Flexible,
    /// Something else; `granularityCode` has the wire's code.
    Other,
}
