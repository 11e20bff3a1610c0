//! `inventory-report@1`: what is in store. X12 846, EDIFACT INVRPT.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::item::{Component, Item, Lot, Price, Quantity};
use super::meta::Meta;
use super::party::{Parties, Party};
use super::reference::{Note, OrderReference, Period, Purpose, References};
use super::text::{Date, Instant};
use super::totals::LineTotals;
use super::transport::Weight;

/// What is in store: by item, by place, and by what may be done with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-ubl" = "InventoryReport", "x-x12" = "846", "x-edifact" = "INVRPT"))]
pub struct InventoryReport {
    /// What the gateway knows about this document. Always there in what it publishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    /// The sender's number for the report.
    #[schemars(extend("x-ubl" = "ID", "x-x12" = "BIA03", "x-edifact" = "BGM 1004"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_number: Option<String>,
    /// The day the report speaks of.
    #[schemars(extend("x-ubl" = "InventoryDate", "x-x12" = "BIA04", "x-edifact" = "DTM+137, 366"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_date: Option<Date>,
    /// The same with its time of day, where the wire says one.
    #[schemars(extend("x-ubl" = "IssueDate, IssueTime", "x-x12" = "BIA04, BIA05", "x-edifact" = "DTM+137"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported_at: Option<Instant>,
    /// What this message does to the report.
    #[schemars(extend("x-x12" = "BIA01", "x-edifact" = "BGM 1225"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The wire's code of a purpose that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose_code: Option<String>,
    /// Whose stock it is.
    #[schemars(extend("x-ubl" = "InventoryReportTypeCode", "x-x12" = "BIA02", "x-edifact" = "BGM 1001"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_type: Option<ReportType>,
    /// The wire's code of a report type that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_type_code: Option<String>,
    /// The days the report covers.
    #[schemars(extend("x-ubl" = "InventoryPeriod", "x-x12" = "DTM02 (DTM01=007)", "x-edifact" = "DTM+194, 206"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// Currency of all amounts, ISO 4217.
    #[schemars(extend("x-ubl" = "DocumentCurrencyCode", "x-x12" = "CUR02", "x-edifact" = "CUX 6345"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The order the stock is held for.
    #[schemars(extend("x-x12" = "REF02 (REF01=PO)", "x-edifact" = "RFF+ON"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_reference: Option<OrderReference>,
    /// Who takes part.
    #[serde(flatten)]
    pub parties: Parties,
    /// Where the stock is, if all of it is at one place.
    #[schemars(extend("x-ubl" = "InventoryLocation", "x-x12" = "N1*WH", "x-edifact" = "NAD+WH, GM"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Party>,
    /// Other papers that belong to the report.
    #[schemars(extend("x-ubl" = "AdditionalDocumentReference", "x-x12" = "REF", "x-edifact" = "RFF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// What is in store.
    #[schemars(extend("x-ubl" = "InventoryReportLine", "x-x12" = "LIN", "x-edifact" = "LIN"))]
    pub lines: Vec<Line>,
    /// Sums over the lines.
    #[schemars(extend("x-x12" = "CTT", "x-edifact" = "CNT"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<LineTotals>,
    /// Notes on the whole report.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "NTE02", "x-edifact" = "FTX"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// Whose stock a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ReportType {
    /// The supplier's.
    Supplier,
    /// The distributor's.
    Distributor,
    /// The manufacturer's.
    Manufacturer,
    /// The supplier's, at the buyer's.
    Consignment,
    /// Somebody else's; `reportTypeCode` has the wire's code.
    Other,
}

/// What is in store of one item at one place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The sender's number of the line.
    #[schemars(extend("x-ubl" = "ID", "x-x12" = "LIN01", "x-edifact" = "LIN 1082"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_number: Option<String>,
    /// What is in store.
    #[schemars(extend("x-ubl" = "Item", "x-x12" = "LIN", "x-edifact" = "LIN, PIA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// Where.
    #[schemars(extend("x-ubl" = "InventoryLocation", "x-x12" = "N1*WH in LIN", "x-edifact" = "LOC+14, NAD"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Party>,
    /// How much, by what may be done with it.
    #[schemars(extend("x-ubl" = "Quantity", "x-x12" = "QTY", "x-edifact" = "QTY, INV"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantities: Vec<StockQuantity>,
    /// For which price.
    #[schemars(extend("x-ubl" = "InventoryValueAmount", "x-x12" = "CTP03", "x-edifact" = "PRI"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// The lots it is from.
    #[schemars(extend("x-ubl" = "LotIdentification", "x-x12" = "LIN (235=LT)", "x-edifact" = "GIN+BX"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<Lot>,
    /// Serial numbers.
    #[schemars(extend("x-ubl" = "ItemInstance/SerialID", "x-x12" = "LIN (235=SN)", "x-edifact" = "GIN+BN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serial_numbers: Vec<String>,
    /// What a kit or set consists of.
    #[schemars(extend("x-x12" = "SLN", "x-edifact" = "LIN C829"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
    /// What it weighs.
    #[schemars(extend("x-x12" = "MEA03", "x-edifact" = "MEA in LIN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// Other papers that belong to this line.
    #[schemars(extend("x-x12" = "REF in LIN", "x-edifact" = "RFF in LIN"))]
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

/// A quantity and what may be done with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockQuantity {
    /// What may be done with it.
    #[schemars(extend("x-ubl" = "AvailabilityStatusCode", "x-x12" = "QTY01", "x-edifact" = "QTY 6063, INV 7491"))]
    pub kind: StockKind,
    /// The wire's code of a kind that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind_code: Option<String>,
    /// How much.
    #[schemars(extend("x-ubl" = "Quantity", "x-x12" = "QTY02, QTY03", "x-edifact" = "QTY 6060, 6411"))]
    pub quantity: Quantity,
    /// When it is, was or will be so.
    #[schemars(extend("x-ubl" = "AvailabilityDate", "x-x12" = "DTM02", "x-edifact" = "DTM in QTY"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
}

/// What may be done with a quantity in store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum StockKind {
    /// It is there.
    OnHand,
    /// It may be promised.
    Available,
    /// It is on its way.
    InTransit,
    /// It is ordered.
    OnOrder,
    /// It is promised.
    Reserved,
    /// It must not be used.
    Blocked,
    /// The least that should be there.
    Minimum,
    /// The most that should be there.
    Maximum,
    /// It was used or sold.
    Consumed,
    /// It came in.
    Received,
    /// It is owed.
    Backordered,
    /// Something else; `kindCode` has the wire's code.
    Other,
}
