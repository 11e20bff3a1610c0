//! `order@1`: a purchase order. X12 850, EDIFACT ORDERS.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::item::{Component, Item, Price, Quantity};
use super::meta::Meta;
use super::party::{Parties, Party};
use super::reference::{Note, Period, Purpose, References};
use super::terms::{AllowanceCharge, DeliveryTerms, PaymentTerm, Tax};
use super::text::{Date, Decimal, Instant};
use super::totals::OrderTotals;
use super::transport::{Packaging, Transport};

/// A purchase order: what a buyer wants from a supplier, for which price, where and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-ubl" = "Order", "x-x12" = "850", "x-edifact" = "ORDERS"))]
pub struct Order {
    /// What the gateway knows about this document. Always there in what it publishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    /// The buyer's number for the order.
    #[schemars(extend("x-ubl" = "ID", "x-x12" = "BEG03", "x-edifact" = "BGM 1004"))]
    pub order_number: String,
    /// The day the order was issued.
    #[schemars(extend("x-ubl" = "IssueDate", "x-x12" = "BEG05", "x-edifact" = "DTM+137"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_date: Option<Date>,
    /// What this message does to the order.
    #[schemars(extend("x-x12" = "BEG01", "x-edifact" = "BGM 1225"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The wire's code of a purpose that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose_code: Option<String>,
    /// Kind of order.
    #[schemars(extend("x-ubl" = "OrderTypeCode", "x-x12" = "BEG02", "x-edifact" = "BGM 1001"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_type: Option<OrderType>,
    /// The wire's code of an order type that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_type_code: Option<String>,
    /// Number of the release against a blanket order.
    #[schemars(extend("x-x12" = "BEG04", "x-edifact" = "RFF+RE"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_number: Option<String>,
    /// Number of the blanket order.
    #[schemars(extend("x-ubl" = "OriginatorDocumentReference", "x-x12" = "REF02 (REF01=PO)", "x-edifact" = "RFF+BO"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blanket_order_number: Option<String>,
    /// Currency of all amounts, ISO 4217.
    #[schemars(extend("x-ubl" = "DocumentCurrencyCode", "x-x12" = "CUR02", "x-edifact" = "CUX 6345"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Number of the contract the order is placed under.
    #[schemars(extend("x-ubl" = "Contract/ID", "x-x12" = "BEG06, REF02 (REF01=CT)", "x-edifact" = "RFF+CT"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_number: Option<String>,
    /// Whether the buyer wants an order response.
    #[schemars(extend("x-x12" = "BEG07", "x-edifact" = "BGM 4343"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledgement_required: Option<bool>,
    /// When the order response is due.
    #[schemars(extend("x-x12" = "DTM02 (DTM01=ACK)"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledgement_due: Option<Instant>,
    /// The day the goods are wanted at their destination, for all lines.
    #[schemars(extend("x-ubl" = "RequestedDeliveryPeriod", "x-x12" = "DTM02 (DTM01=002)", "x-edifact" = "DTM+2"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_delivery_date: Option<Date>,
    /// The day the goods are wanted to leave, for all lines.
    #[schemars(extend("x-x12" = "DTM02 (DTM01=010)", "x-edifact" = "DTM+10"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_ship_date: Option<Date>,
    /// No delivery before this day.
    #[schemars(extend("x-x12" = "DTM02 (DTM01=064)", "x-edifact" = "DTM+64"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before_date: Option<Date>,
    /// No delivery after this day.
    #[schemars(extend("x-x12" = "DTM02 (DTM01=063)", "x-edifact" = "DTM+63"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after_date: Option<Date>,
    /// No shipment before this day.
    #[schemars(extend("x-x12" = "DTM02 (DTM01=037)", "x-edifact" = "DTM+37"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_not_before_date: Option<Date>,
    /// No shipment after this day.
    #[schemars(extend("x-x12" = "DTM02 (DTM01=038)", "x-edifact" = "DTM+38"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_not_after_date: Option<Date>,
    /// What is not delivered by this day is cancelled.
    #[schemars(extend("x-x12" = "DTM02 (DTM01=001)", "x-edifact" = "DTM+61"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_after_date: Option<Date>,
    /// From when until when the order is good, such as a blanket order.
    #[schemars(extend("x-ubl" = "ValidityPeriod", "x-x12" = "DTM02 (DTM01=007)", "x-edifact" = "DTM+157, DTM+273"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validity: Option<Period>,
    /// Who takes part.
    #[serde(flatten)]
    pub parties: Parties,
    /// Who bears cost and risk, and from where.
    #[schemars(extend("x-ubl" = "DeliveryTerms", "x-x12" = "FOB", "x-edifact" = "TOD"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_terms: Option<DeliveryTerms>,
    /// How the goods are to travel.
    #[schemars(extend("x-ubl" = "Delivery/Shipment", "x-x12" = "TD5, TD3", "x-edifact" = "TDT"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<Transport>,
    /// How and when to pay.
    #[schemars(extend("x-ubl" = "PaymentTerms", "x-x12" = "ITD", "x-edifact" = "PAT"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payment_terms: Vec<PaymentTerm>,
    /// Allowances and charges on the whole order.
    #[schemars(extend("x-ubl" = "AllowanceCharge", "x-x12" = "SAC", "x-edifact" = "ALC"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowances_charges: Vec<AllowanceCharge>,
    /// Other papers that belong to the order.
    #[schemars(extend("x-ubl" = "AdditionalDocumentReference", "x-x12" = "REF", "x-edifact" = "RFF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// What is ordered.
    #[schemars(extend("x-ubl" = "OrderLine", "x-x12" = "PO1", "x-edifact" = "LIN"))]
    pub lines: Vec<Line>,
    /// Sums over the lines.
    #[schemars(extend("x-ubl" = "AnticipatedMonetaryTotal", "x-x12" = "CTT, AMT", "x-edifact" = "CNT, MOA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<OrderTotals>,
    /// Notes on the whole order.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "N9, MSG", "x-edifact" = "FTX"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// Kind of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OrderType {
    /// Complete by itself.
    Standalone,
    /// A frame for later releases.
    Blanket,
    /// A call against a blanket order.
    Release,
    /// Urgent.
    Rush,
    /// Goods stay the supplier's until used.
    Consignment,
    /// The supplier delivers to the buyer's customer.
    Dropship,
    /// Something else; `orderTypeCode` has the wire's code.
    Other,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The buyer's number of the line, as sent.
    #[schemars(extend("x-ubl" = "LineItem/ID", "x-x12" = "PO101", "x-edifact" = "LIN 1082"))]
    pub line_number: String,
    /// What is ordered.
    #[schemars(extend("x-ubl" = "Item", "x-x12" = "PO106 to PO125", "x-edifact" = "LIN, PIA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// How much.
    #[schemars(extend("x-ubl" = "Quantity", "x-x12" = "PO102, PO103", "x-edifact" = "QTY+21"))]
    pub quantity: Quantity,
    /// For which price.
    #[schemars(extend("x-ubl" = "Price", "x-x12" = "PO104, PO105", "x-edifact" = "PRI+AAA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Further prices, such as a list or retail price.
    #[schemars(extend("x-ubl" = "AlternativeConditionPrice", "x-x12" = "CTP", "x-edifact" = "PRI"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_prices: Vec<Price>,
    /// Quantity times price.
    #[schemars(extend("x-ubl" = "LineExtensionAmount", "x-x12" = "AMT02 (AMT01=1)", "x-edifact" = "MOA+203"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_amount: Option<Decimal>,
    /// When, in parts that sum up to the quantity. There is always at least one.
    #[schemars(length(min = 1), extend("x-ubl" = "Delivery", "x-x12" = "SCH", "x-edifact" = "SCC, QTY, DTM"))]
    pub schedules: Vec<Schedule>,
    /// Where this line goes, if elsewhere than the order.
    #[schemars(extend("x-ubl" = "Delivery", "x-x12" = "N1 in PO1", "x-edifact" = "NAD in LIN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_to: Option<Party>,
    /// How it is to be packed.
    #[schemars(extend("x-ubl" = "Item/PackSizeNumeric", "x-x12" = "PO4, PKG", "x-edifact" = "PAC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packaging: Option<Packaging>,
    /// What a kit or set consists of.
    #[schemars(extend("x-ubl" = "SubLineItem", "x-x12" = "SLN", "x-edifact" = "LIN C829"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
    /// Allowances and charges on this line.
    #[schemars(extend("x-ubl" = "AllowanceCharge", "x-x12" = "SAC in PO1", "x-edifact" = "ALC in LIN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowances_charges: Vec<AllowanceCharge>,
    /// Taxes on this line.
    #[schemars(extend("x-ubl" = "LineItem/TaxTotal", "x-x12" = "TXI in PO1", "x-edifact" = "TAX in LIN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<Tax>,
    /// Other papers that belong to this line.
    #[schemars(extend("x-ubl" = "DocumentReference", "x-x12" = "REF in PO1", "x-edifact" = "RFF in LIN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// Notes on this line.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "N9, MSG in PO1", "x-edifact" = "FTX in LIN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// One delivery of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// Number within the line.
    #[schemars(extend("x-ubl" = "Delivery/ID"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_number: Option<String>,
    /// How much, in the line's unit.
    #[schemars(extend("x-ubl" = "Delivery/Quantity", "x-x12" = "SCH01", "x-edifact" = "QTY+21 in SCC"))]
    pub quantity: Decimal,
    /// The day it is wanted at its destination.
    #[schemars(extend("x-ubl" = "RequestedDeliveryPeriod", "x-x12" = "SCH06 (SCH05=002)", "x-edifact" = "DTM+2 in SCC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_delivery_date: Option<Date>,
    /// The day it is wanted to leave.
    #[schemars(extend("x-x12" = "SCH06 (SCH05=010)", "x-edifact" = "DTM+10 in SCC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_ship_date: Option<Date>,
    /// Where this delivery goes, if elsewhere than the line.
    #[schemars(extend("x-ubl" = "DeliveryLocation", "x-x12" = "SCH03, SCH04; SDQ", "x-edifact" = "LOC, NAD in LIN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_to: Option<Party>,
}
