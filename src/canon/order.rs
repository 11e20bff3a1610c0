//! `order@1`: a purchase order. X12 850 and 860, EDIFACT ORDERS.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::item::{Item, Price, Quantity};
use super::meta::Meta;
use super::party::Party;
use super::reference::Note;
use super::terms::{AllowanceCharge, DeliveryTerms, PaymentTerm};
use super::text::{Date, Decimal, Instant};

/// A purchase order: what a buyer wants from a supplier, for which price, where and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
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
    #[schemars(extend("x-ubl" = "OriginatorDocumentReference", "x-x12" = "REF02 (REF01=BO)", "x-edifact" = "RFF+BO"))]
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
    /// What is not delivered by this day is cancelled.
    #[schemars(extend("x-x12" = "DTM02 (DTM01=001)", "x-edifact" = "DTM+61"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_after_date: Option<Date>,
    /// Who buys.
    #[schemars(extend("x-ubl" = "BuyerCustomerParty", "x-x12" = "N1*BY", "x-edifact" = "NAD+BY"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer: Option<Party>,
    /// Who sells.
    #[schemars(extend("x-ubl" = "SellerSupplierParty", "x-x12" = "N1*SU, SE, VN", "x-edifact" = "NAD+SU"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier: Option<Party>,
    /// Where the goods go.
    #[schemars(extend("x-ubl" = "Delivery/DeliveryLocation", "x-x12" = "N1*ST", "x-edifact" = "NAD+DP"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_to: Option<Party>,
    /// Where the goods come from.
    #[schemars(extend("x-ubl" = "DespatchParty", "x-x12" = "N1*SF", "x-edifact" = "NAD+SF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_from: Option<Party>,
    /// Who gets the invoice.
    #[schemars(extend("x-ubl" = "AccountingCustomerParty", "x-x12" = "N1*BT", "x-edifact" = "NAD+IV"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill_to: Option<Party>,
    /// Who gets the money.
    #[schemars(extend("x-ubl" = "PayeeParty", "x-x12" = "N1*RI", "x-edifact" = "NAD+PE"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay_to: Option<Party>,
    /// Who carries the goods.
    #[schemars(extend("x-ubl" = "CarrierParty", "x-x12" = "N1*CA", "x-edifact" = "NAD+CA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Party>,
    /// Who uses the goods in the end.
    #[schemars(extend("x-ubl" = "OriginatorCustomerParty", "x-x12" = "N1*EN, UC", "x-edifact" = "NAD+UC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_customer: Option<Party>,
    /// Who bears cost and risk, and from where.
    #[schemars(extend("x-ubl" = "DeliveryTerms", "x-x12" = "FOB", "x-edifact" = "TOD"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_terms: Option<DeliveryTerms>,
    /// How and when to pay.
    #[schemars(extend("x-ubl" = "PaymentTerms", "x-x12" = "ITD", "x-edifact" = "PAT"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payment_terms: Vec<PaymentTerm>,
    /// Allowances and charges on the whole order.
    #[schemars(extend("x-ubl" = "AllowanceCharge", "x-x12" = "SAC", "x-edifact" = "ALC"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowances_charges: Vec<AllowanceCharge>,
    /// What is ordered.
    #[schemars(extend("x-ubl" = "OrderLine", "x-x12" = "PO1", "x-edifact" = "LIN"))]
    pub lines: Vec<Line>,
    /// Sums over the lines.
    #[schemars(extend("x-ubl" = "AnticipatedMonetaryTotal", "x-x12" = "CTT, AMT", "x-edifact" = "CNT, MOA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
    /// Notes on the whole order.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "N9, MSG", "x-edifact" = "FTX"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::schema::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// What a message does to the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Purpose {
    /// Places it.
    Original,
    /// Cancels it.
    Cancel,
    /// Changes it.
    Change,
    /// Replaces an earlier one as a whole.
    Replace,
    /// Confirms what was agreed otherwise.
    Confirm,
    /// Repeats it.
    Duplicate,
    /// Something else; `purposeCode` has the wire's code.
    Other,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// How much.
    pub quantity: Quantity,
    /// For which price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
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
    /// Allowances and charges on this line.
    #[schemars(extend("x-ubl" = "AllowanceCharge", "x-x12" = "SAC in PO1", "x-edifact" = "ALC in LIN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowances_charges: Vec<AllowanceCharge>,
    /// Notes on this line.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "N9, MSG in PO1", "x-edifact" = "FTX in LIN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::schema::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// One delivery of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// Number within the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_number: Option<String>,
    /// How much, in the line's unit.
    #[schemars(extend("x-x12" = "SCH01", "x-edifact" = "QTY+21 in SCC"))]
    pub quantity: Decimal,
    /// The day it is wanted at its destination.
    #[schemars(extend("x-x12" = "SCH06 (SCH05=002)", "x-edifact" = "DTM+2 in SCC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_delivery_date: Option<Date>,
    /// The day it is wanted to leave.
    #[schemars(extend("x-x12" = "SCH06 (SCH05=010)", "x-edifact" = "DTM+10 in SCC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_ship_date: Option<Date>,
}

/// Sums over the lines of an order, as sent or derived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Number of lines.
    #[schemars(range(min = 0), extend("x-x12" = "CTT01", "x-edifact" = "CNT+2"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_count: Option<i64>,
    /// Sum of all lines' quantities whatever their unit: a check, not a quantity.
    #[schemars(extend("x-x12" = "CTT02", "x-edifact" = "CNT+1"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity_hash: Option<Decimal>,
    /// Sum of the line amounts.
    #[schemars(extend("x-ubl" = "LineExtensionAmount", "x-x12" = "AMT02 (AMT01=TT)", "x-edifact" = "MOA+79, 86"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_amount: Option<Decimal>,
}
