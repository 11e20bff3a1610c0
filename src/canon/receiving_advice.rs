//! `receiving-advice@1`: what was received. X12 861, EDIFACT RECADV.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::item::{Item, Lot, Quantity};
use super::meta::Meta;
use super::party::{Parties, Party};
use super::reference::{Note, OrderReference, Purpose, References, ShipmentReference};
use super::text::{Decimal, Instant};
use super::totals::LineTotals;
use super::transport::{Transport, Weight};

/// What a buyer has received, what of it is good, and what is wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-ubl" = "ReceiptAdvice", "x-x12" = "861", "x-edifact" = "RECADV"))]
pub struct ReceivingAdvice {
    /// What the gateway knows about this document. Always there in what it publishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    /// The buyer's number for the receipt.
    #[schemars(extend("x-ubl" = "ID", "x-x12" = "BRA01", "x-edifact" = "BGM 1004"))]
    pub receipt_number: String,
    /// When the advice was issued.
    #[schemars(extend("x-ubl" = "IssueDate, IssueTime", "x-x12" = "BRA02, BRA05", "x-edifact" = "DTM+137"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<Instant>,
    /// What this message does to the advice.
    #[schemars(extend("x-x12" = "BRA03", "x-edifact" = "BGM 1225"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The wire's code of a purpose that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose_code: Option<String>,
    /// When the goods came.
    #[schemars(extend("x-ubl" = "ActualDeliveryDate", "x-x12" = "DTM02, DTM03 (DTM01=050)", "x-edifact" = "DTM+50"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Instant>,
    /// The order.
    #[schemars(extend("x-ubl" = "OrderReference", "x-x12" = "PRF", "x-edifact" = "RFF+ON"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_reference: Option<OrderReference>,
    /// The shipment.
    #[schemars(extend("x-ubl" = "DespatchDocumentReference", "x-x12" = "REF02 (REF01=SI, BM, PK)", "x-edifact" = "RFF+AAK, DQ"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipment_reference: Option<ShipmentReference>,
    /// Currency of all amounts, ISO 4217.
    #[schemars(extend("x-x12" = "CUR02", "x-edifact" = "CUX 6345"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Other papers that belong to the receipt.
    #[schemars(extend("x-ubl" = "AdditionalDocumentReference", "x-x12" = "REF", "x-edifact" = "RFF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// Who takes part.
    #[serde(flatten)]
    pub parties: Parties,
    /// How the goods came.
    #[schemars(extend("x-ubl" = "Shipment", "x-x12" = "TD5, TD3", "x-edifact" = "TDT"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<Transport>,
    /// Weight of all.
    #[schemars(extend("x-ubl" = "Shipment/GrossWeightMeasure", "x-x12" = "TD107, TD108", "x-edifact" = "MEA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// How many units came.
    #[schemars(range(min = 0), extend("x-ubl" = "TotalTransportHandlingUnitQuantity", "x-x12" = "TD102", "x-edifact" = "PAC 7224, CNT+11"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling_unit_count: Option<i64>,
    /// What came.
    #[schemars(extend("x-ubl" = "ReceiptLine", "x-x12" = "RCD", "x-edifact" = "LIN"))]
    pub lines: Vec<Line>,
    /// Sums over the lines.
    #[schemars(extend("x-x12" = "CTT", "x-edifact" = "CNT"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<LineTotals>,
    /// Notes on the whole receipt.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "NTE02", "x-edifact" = "FTX"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// What came of one line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The buyer's number of the line of the receipt.
    #[schemars(extend("x-ubl" = "ID", "x-x12" = "RCD01", "x-edifact" = "LIN 1082"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_number: Option<String>,
    /// The order and its line.
    #[schemars(extend("x-ubl" = "OrderLineReference", "x-x12" = "PRF, LIN01", "x-edifact" = "RFF+ON 1156"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_reference: Option<OrderReference>,
    /// The shipment and its line.
    #[schemars(extend("x-ubl" = "DespatchLineReference", "x-x12" = "REF02 (REF01=SI, BM, PK)", "x-edifact" = "RFF+AAK, DQ"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipment_reference: Option<ShipmentReference>,
    /// What came.
    #[schemars(extend("x-ubl" = "Item", "x-x12" = "LIN", "x-edifact" = "LIN, PIA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// How much was ordered.
    #[schemars(extend("x-edifact" = "QTY+21"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordered_quantity: Option<Quantity>,
    /// How much was shipped, as the supplier said.
    #[schemars(extend("x-x12" = "SN102, SN103", "x-edifact" = "QTY+12"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipped_quantity: Option<Quantity>,
    /// How much came.
    #[schemars(extend("x-ubl" = "ReceivedQuantity", "x-x12" = "RCD02, RCD03", "x-edifact" = "QTY+48"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_quantity: Option<Quantity>,
    /// How much of it is kept.
    #[schemars(extend("x-edifact" = "QTY+194"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_quantity: Option<Quantity>,
    /// How much of it goes back or is destroyed.
    #[schemars(extend("x-ubl" = "RejectedQuantity", "x-x12" = "RCD04, RCD05", "x-edifact" = "QTY+195, 196"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected_quantity: Option<Quantity>,
    /// What is wrong.
    #[schemars(extend("x-ubl" = "ShortQuantity, OversupplyQuantity", "x-x12" = "RCD06 to RCD20", "x-edifact" = "QVR, QTY"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discrepancies: Vec<Discrepancy>,
    /// The lots it is from.
    #[schemars(extend("x-ubl" = "LotIdentification", "x-x12" = "LIN (235=LT)", "x-edifact" = "GIN+BX"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<Lot>,
    /// Serial numbers.
    #[schemars(extend("x-ubl" = "ItemInstance/SerialID", "x-x12" = "LIN (235=SN)", "x-edifact" = "GIN+BN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serial_numbers: Vec<String>,
    /// When it came, if it is said for the line.
    #[schemars(extend("x-ubl" = "ReceivedDate", "x-x12" = "DTM02 (DTM01=050)", "x-edifact" = "DTM+50"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Instant>,
    /// Where it came to, if elsewhere than the receipt.
    #[schemars(extend("x-x12" = "N1 in RCD", "x-edifact" = "NAD in LIN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_to: Option<Party>,
    /// Other papers that belong to this line.
    #[schemars(extend("x-ubl" = "DocumentReference", "x-x12" = "REF in RCD", "x-edifact" = "RFF in LIN"))]
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

/// Something that is wrong with a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Discrepancy {
    /// What is wrong.
    #[schemars(extend("x-ubl" = "RejectReasonCode", "x-x12" = "RCD08", "x-edifact" = "QVR 4221, QTY 6063"))]
    pub kind: DiscrepancyKind,
    /// The wire's code of a kind that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind_code: Option<String>,
    /// How much is concerned, in the received quantity's unit.
    #[schemars(extend("x-ubl" = "ShortQuantity, RejectedQuantity", "x-x12" = "RCD06", "x-edifact" = "QVR 6064, QTY"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// Why, as the wire's code.
    #[schemars(extend("x-ubl" = "RejectReasonCode", "x-x12" = "RCD08", "x-edifact" = "QVR 4295"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What is wrong, in words.
    #[schemars(extend("x-ubl" = "RejectReason", "x-x12" = "NTE02", "x-edifact" = "FTX 4440"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What is wrong with a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DiscrepancyKind {
    /// Less came than was shipped.
    Short,
    /// More came than was shipped.
    Over,
    /// It is damaged.
    Damaged,
    /// It is something else.
    WrongItem,
    /// It is not as specified.
    Quality,
    /// It is late.
    Late,
    /// It is early.
    Early,
    /// A paper is wrong or missing.
    Paperwork,
    /// Something else; `kindCode` has the wire's code.
    Other,
}
