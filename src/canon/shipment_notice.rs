//! `shipment-notice@1`: what was shipped, and how it is packed. X12 856, EDIFACT DESADV.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::item::{Component, Item, Lot, Price, Quantity};
use super::meta::Meta;
use super::party::{Parties, Party};
use super::reference::{Note, OrderReference, Purpose, References};
use super::terms::DeliveryTerms;
use super::text::{Date, Decimal, Instant};
use super::totals::LineTotals;
use super::transport::{Dimensions, PackageType, Packaging, Transport, Weight};

/// What a supplier has shipped: the lines for the ERP, and for the warehouse how they are packed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-ubl" = "DespatchAdvice", "x-x12" = "856", "x-edifact" = "DESADV"))]
pub struct ShipmentNotice {
    /// What the gateway knows about this document. Always there in what it publishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    /// The supplier's number for the shipment.
    #[schemars(extend("x-ubl" = "ID", "x-x12" = "BSN02", "x-edifact" = "BGM 1004"))]
    pub shipment_number: String,
    /// When the notice was issued.
    #[schemars(extend("x-ubl" = "IssueDate, IssueTime", "x-x12" = "BSN03, BSN04", "x-edifact" = "DTM+137"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<Instant>,
    /// What this message does to the notice.
    #[schemars(extend("x-x12" = "BSN01", "x-edifact" = "BGM 1225"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The wire's code of a purpose that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose_code: Option<String>,
    /// When the goods left.
    #[schemars(extend("x-ubl" = "ActualDespatchDate", "x-x12" = "DTM02, DTM03 (DTM01=011)", "x-edifact" = "DTM+11"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipped_at: Option<Instant>,
    /// The day they should be at their destination.
    #[schemars(extend("x-ubl" = "EstimatedDeliveryPeriod", "x-x12" = "DTM02 (DTM01=017)", "x-edifact" = "DTM+17, 132"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_delivery_date: Option<Date>,
    /// The same with its time of day, where the wire says one.
    #[schemars(extend("x-ubl" = "EstimatedDeliveryPeriod", "x-x12" = "DTM02, DTM03 (DTM01=017)", "x-edifact" = "DTM+17, 132"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_delivery_at: Option<Instant>,
    /// The order, where one is named for the whole shipment.
    #[schemars(extend("x-ubl" = "OrderReference", "x-x12" = "PRF", "x-edifact" = "RFF+ON"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_reference: Option<OrderReference>,
    /// Other papers that belong to the shipment.
    #[schemars(extend("x-ubl" = "DespatchDocumentReference", "x-x12" = "REF", "x-edifact" = "RFF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// Who takes part.
    #[serde(flatten)]
    pub parties: Parties,
    /// Who bears cost and risk, and from where.
    #[schemars(extend("x-ubl" = "DeliveryTerms", "x-x12" = "FOB", "x-edifact" = "TOD"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_terms: Option<DeliveryTerms>,
    /// How the goods travel.
    #[schemars(extend("x-ubl" = "Shipment/ShipmentStage", "x-x12" = "TD5, TD3", "x-edifact" = "TDT, EQD"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<Transport>,
    /// Weight of all.
    #[schemars(extend("x-ubl" = "Shipment/GrossWeightMeasure", "x-x12" = "TD107, TD108", "x-edifact" = "MEA in CPS"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// Volume of all.
    #[schemars(extend("x-ubl" = "Shipment/GrossVolumeMeasure", "x-x12" = "TD109, TD110", "x-edifact" = "MEA in CPS"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<Quantity>,
    /// How many units were handed to the carrier.
    #[schemars(range(min = 0), extend("x-ubl" = "TotalTransportHandlingUnitQuantity", "x-x12" = "TD102", "x-edifact" = "PAC 7224, CNT+11"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling_unit_count: Option<i64>,
    /// What those are.
    #[schemars(extend("x-ubl" = "TransportHandlingUnitTypeCode", "x-x12" = "TD101", "x-edifact" = "PAC C202 7065"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling_unit_type: Option<PackageType>,
    /// The wire's code of a handling unit type that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling_unit_type_code: Option<String>,
    /// What was shipped. The authority: handling units refer to it.
    #[schemars(extend("x-ubl" = "DespatchLine", "x-x12" = "HL (HL03=I)", "x-edifact" = "LIN"))]
    pub lines: Vec<Line>,
    /// How it is packed: each pallet, carton and so on, the outer before the inner.
    #[schemars(extend("x-ubl" = "TransportHandlingUnit", "x-x12" = "HL (HL03=T, P)", "x-edifact" = "CPS"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handling_units: Vec<HandlingUnit>,
    /// Sums over the lines.
    #[schemars(extend("x-x12" = "CTT", "x-edifact" = "CNT"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<LineTotals>,
    /// Notes on the whole shipment.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "MSG01, NTE02", "x-edifact" = "FTX"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// One line of a shipment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Number within this document, from 1; `contents` refer to it.
    #[schemars(extend("x-ubl" = "DespatchLine/ID"))]
    pub line_id: String,
    /// The supplier's number of the line, where it has one of its own.
    #[schemars(extend("x-edifact" = "LIN 1082"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_number: Option<String>,
    /// The order and its line.
    #[schemars(extend("x-ubl" = "OrderLineReference", "x-x12" = "PRF01, LIN01", "x-edifact" = "RFF+ON"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_reference: Option<OrderReference>,
    /// What was shipped.
    #[schemars(extend("x-ubl" = "Item", "x-x12" = "LIN", "x-edifact" = "LIN, PIA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// How much was shipped.
    #[schemars(extend("x-ubl" = "DeliveredQuantity", "x-x12" = "SN102, SN103", "x-edifact" = "QTY+12"))]
    pub shipped_quantity: Quantity,
    /// How much was ordered.
    #[schemars(extend("x-x12" = "SN105, SN106", "x-edifact" = "QTY+21"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordered_quantity: Option<Quantity>,
    /// How much was shipped since the count began, this included; in the shipped quantity's unit.
    #[schemars(extend("x-x12" = "SN104", "x-edifact" = "QTY+3"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cumulative_quantity: Option<Decimal>,
    /// How much is still to come, in the shipped quantity's unit.
    #[schemars(extend("x-ubl" = "OutstandingQuantity", "x-edifact" = "QTY+83"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backordered_quantity: Option<Decimal>,
    /// Why less was shipped, in words.
    #[schemars(extend("x-ubl" = "OutstandingReason", "x-x12" = "MSG01", "x-edifact" = "QVR C960 4294"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_reason: Option<String>,
    /// Why, as the wire's code.
    #[schemars(extend("x-x12" = "SN108", "x-edifact" = "QVR 4221"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_reason_code: Option<String>,
    /// For which price.
    #[schemars(extend("x-ubl" = "Price", "x-x12" = "CTP03", "x-edifact" = "PRI"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// The lots it is from.
    #[schemars(extend("x-ubl" = "LotIdentification", "x-x12" = "LIN (235=LT), REF (REF01=LT)", "x-edifact" = "GIN+BX"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<Lot>,
    /// Serial numbers.
    #[schemars(extend("x-ubl" = "ItemInstance/SerialID", "x-x12" = "REF02 (REF01=SE), LIN (235=SN)", "x-edifact" = "GIN+BN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serial_numbers: Vec<String>,
    /// How it is packed.
    #[schemars(extend("x-ubl" = "Item/PackSizeNumeric", "x-x12" = "PO4", "x-edifact" = "PAC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packaging: Option<Packaging>,
    /// What a kit or set consists of.
    #[schemars(extend("x-x12" = "SLN", "x-edifact" = "LIN C829"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
    /// Where this line goes, if elsewhere than the shipment.
    #[schemars(extend("x-ubl" = "DeliveryCustomerParty", "x-x12" = "N1", "x-edifact" = "NAD, LOC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_to: Option<Party>,
    /// Weight of the line.
    #[schemars(extend("x-ubl" = "Item/MeasurementDimension", "x-x12" = "MEA03, PO406", "x-edifact" = "MEA in LIN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// Other papers that belong to this line.
    #[schemars(extend("x-ubl" = "DocumentReference", "x-x12" = "REF", "x-edifact" = "RFF in LIN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// Notes on this line.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "MSG01", "x-edifact" = "FTX in LIN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// A pallet, carton or the like, with what is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HandlingUnit {
    /// Name within this document: the first letter of the type and a counter.
    #[schemars(extend("x-ubl" = "TransportHandlingUnit/ID", "x-x12" = "HL01", "x-edifact" = "CPS 7164"))]
    pub id: String,
    /// The unit that this one stands in or on.
    #[schemars(extend("x-ubl" = "ParentTransportHandlingUnit", "x-x12" = "HL02", "x-edifact" = "CPS 7166"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// What it is.
    #[schemars(extend("x-ubl" = "TransportHandlingUnitTypeCode", "x-x12" = "HL03, TD101", "x-edifact" = "PAC C202 7065"))]
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<PackageType>,
    /// The wire's code of a type that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_code: Option<String>,
    /// Serial Shipping Container Code, 18 digits.
    #[schemars(extend("x-ubl" = "ID@schemeID", "x-x12" = "MAN02 (MAN01=GM, AA)", "x-edifact" = "GIN+BJ, AW"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sscc: Option<String>,
    /// Number on its label, where that is no SSCC.
    #[schemars(extend("x-ubl" = "ShippingMarks", "x-x12" = "MAN02 (MAN01=CA, SM)", "x-edifact" = "GIN+ML"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_number: Option<String>,
    /// The carrier's number for it.
    #[schemars(extend("x-ubl" = "TraceID", "x-x12" = "MAN02 (MAN01=CP)", "x-edifact" = "RFF+CN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// How many units like this there are, where they are not told one by one.
    #[schemars(range(min = 0), extend("x-x12" = "TD102", "x-edifact" = "PAC 7224"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_count: Option<i64>,
    /// The packaging itself, such as a returnable container.
    #[schemars(extend("x-ubl" = "Package", "x-x12" = "LIN, REF", "x-edifact" = "PAC C202, PIA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packaging_item: Option<Item>,
    /// Its weight.
    #[schemars(extend("x-ubl" = "GrossWeightMeasure", "x-x12" = "TD107, PO406", "x-edifact" = "MEA in CPS"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// Its volume.
    #[schemars(extend("x-ubl" = "GrossVolumeMeasure", "x-x12" = "TD109, PO408", "x-edifact" = "MEA in CPS"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<Quantity>,
    /// Its size.
    #[schemars(extend("x-ubl" = "MeasurementDimension", "x-x12" = "PO410, PO411, PO412", "x-edifact" = "MEA in CPS"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<Dimensions>,
    /// What is directly in it.
    #[schemars(extend("x-ubl" = "ActualPackage/DeliveredItem", "x-x12" = "HL (HL03=I)", "x-edifact" = "LIN in CPS"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contents: Vec<Content>,
    /// Other numbers of it.
    #[schemars(extend("x-x12" = "REF", "x-edifact" = "RFF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// Goods in a handling unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// The line they belong to.
    #[schemars(extend("x-ubl" = "DespatchLineReference/LineID"))]
    pub line_id: String,
    /// How much of it, in the line's unit.
    #[schemars(extend("x-ubl" = "Quantity", "x-x12" = "SN102", "x-edifact" = "QTY+12"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// The lot they are from.
    #[schemars(extend("x-ubl" = "LotNumberID", "x-x12" = "LIN (235=LT)", "x-edifact" = "GIN+BX"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot_number: Option<String>,
    /// Their serial numbers.
    #[schemars(extend("x-ubl" = "SerialID", "x-x12" = "REF02 (REF01=SE)", "x-edifact" = "GIN+BN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serial_numbers: Vec<String>,
}
