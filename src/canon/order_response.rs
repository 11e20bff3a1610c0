//! `order-response@1`: the answer to an order. X12 855 and 865, EDIFACT ORDRSP.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::item::{Component, Item, Price, Quantity};
use super::meta::Meta;
use super::order::Schedule;
use super::party::{Parties, Party};
use super::reference::{Note, OrderReference, Purpose, References};
use super::terms::{AllowanceCharge, DeliveryTerms, PaymentTerm, Tax};
use super::text::{Date, Decimal};
use super::totals::OrderTotals;
use super::transport::{Packaging, Transport};

/// A supplier's answer to an order: what it will deliver, when, and what it changes or refuses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-ubl" = "OrderResponse", "x-x12" = "855, 865", "x-edifact" = "ORDRSP"))]
pub struct OrderResponse {
    /// What the gateway knows about this document. Always there in what it publishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    /// The supplier's number for the response.
    #[schemars(extend("x-ubl" = "ID", "x-x12" = "BAK08, REF02 (REF01=VN)", "x-edifact" = "BGM 1004"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_number: Option<String>,
    /// The day the response was issued.
    #[schemars(extend("x-ubl" = "IssueDate", "x-x12" = "BAK09", "x-edifact" = "DTM+137"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_date: Option<Date>,
    /// What this message does to the response.
    #[schemars(extend("x-x12" = "BAK01", "x-edifact" = "BGM 1225"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The wire's code of a purpose that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose_code: Option<String>,
    /// The answer to the order as a whole.
    #[schemars(extend("x-ubl" = "OrderResponseCode", "x-x12" = "BAK02", "x-edifact" = "BGM 4343, 1225"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Response>,
    /// The wire's code of a response that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_code: Option<String>,
    /// The order that is answered.
    #[schemars(extend("x-ubl" = "OrderReference", "x-x12" = "BAK03, BAK04, BAK05", "x-edifact" = "RFF+ON", "required" = ["orderNumber"]))]
    pub order_reference: OrderReference,
    /// Currency of all amounts, ISO 4217.
    #[schemars(extend("x-ubl" = "DocumentCurrencyCode", "x-x12" = "CUR02", "x-edifact" = "CUX 6345"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Number of the contract the order is placed under.
    #[schemars(extend("x-ubl" = "Contract/ID", "x-x12" = "BAK07, REF02 (REF01=CT)", "x-edifact" = "RFF+CT"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_number: Option<String>,
    /// The day the goods will be at their destination, for all lines.
    #[schemars(extend("x-ubl" = "PromisedDeliveryPeriod", "x-x12" = "DTM02 (DTM01=067, 069)", "x-edifact" = "DTM+67, 69"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised_delivery_date: Option<Date>,
    /// The day the goods will leave, for all lines.
    #[schemars(extend("x-x12" = "DTM02 (DTM01=068)", "x-edifact" = "DTM+10, 79"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised_ship_date: Option<Date>,
    /// Who takes part.
    #[serde(flatten)]
    pub parties: Parties,
    /// Who bears cost and risk, and from where.
    #[schemars(extend("x-ubl" = "DeliveryTerms", "x-x12" = "FOB", "x-edifact" = "TOD"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_terms: Option<DeliveryTerms>,
    /// How the goods will travel.
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
    /// Other papers that belong to the response.
    #[schemars(extend("x-ubl" = "AdditionalDocumentReference", "x-x12" = "REF", "x-edifact" = "RFF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// Why the order is refused or changed, in words.
    #[schemars(extend("x-ubl" = "RejectionNote", "x-x12" = "MSG01", "x-edifact" = "FTX 4440"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The answer to each line. An order accepted or refused as a whole may have none.
    #[schemars(extend("x-ubl" = "OrderLine", "x-x12" = "PO1", "x-edifact" = "LIN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
    /// Sums over the lines.
    #[schemars(extend("x-ubl" = "AnticipatedMonetaryTotal", "x-x12" = "CTT, AMT", "x-edifact" = "CNT, MOA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<OrderTotals>,
    /// Notes on the whole response.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "N9, MSG", "x-edifact" = "FTX"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// The answer to an order as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Response {
    /// It has come; the answer follows.
    Acknowledged,
    /// As ordered.
    Accepted,
    /// With the changes that the lines tell.
    AcceptedWithChanges,
    /// Not at all.
    Rejected,
    /// Something else; `responseCode` has the wire's code.
    Other,
}

/// The answer to one line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The supplier's number of the line, where it has one of its own.
    #[schemars(extend("x-ubl" = "LineItem/ID", "x-edifact" = "LIN 1082"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_number: Option<String>,
    /// The order's line.
    #[schemars(extend("x-ubl" = "OrderLineReference", "x-x12" = "PO101", "x-edifact" = "RFF+ON 1156"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_reference: Option<OrderReference>,
    /// What was ordered.
    #[schemars(extend("x-ubl" = "Item", "x-x12" = "PO106 to PO125", "x-edifact" = "LIN, PIA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// How much was ordered.
    #[schemars(extend("x-x12" = "PO102, PO103", "x-edifact" = "QTY+21"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordered_quantity: Option<Quantity>,
    /// What becomes of it, in parts that sum up to the quantity.
    #[schemars(extend("x-ubl" = "LineItem", "x-x12" = "ACK", "x-edifact" = "LIN 1229, QTY, DTM"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmations: Vec<Confirmation>,
    /// The price that the supplier accepts.
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
    /// Deliveries as they were asked for, where the supplier repeats them.
    #[schemars(extend("x-ubl" = "Delivery", "x-x12" = "SCH", "x-edifact" = "SCC, QTY, DTM"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Schedule>,
    /// Where this line goes, if elsewhere than the order.
    #[schemars(extend("x-ubl" = "Delivery", "x-x12" = "N1 in PO1", "x-edifact" = "NAD in LIN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_to: Option<Party>,
    /// How it will be packed.
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

/// What becomes of a line or of a part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Confirmation {
    /// Whether and how it will be delivered.
    #[schemars(extend("x-ubl" = "LineStatusCode", "x-x12" = "ACK01", "x-edifact" = "LIN 1229"))]
    pub status: Status,
    /// The wire's code of a status that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<String>,
    /// What differs from the order, in the order price, quantity, date, item, unspecified.
    #[schemars(extend("x-x12" = "ACK01", "x-edifact" = "LIN 1229"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<Change>,
    /// How much, in the ordered quantity's unit.
    #[schemars(extend("x-ubl" = "LineItem/Quantity", "x-x12" = "ACK02", "x-edifact" = "QTY+113, 83"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// The day it will be at its destination.
    #[schemars(extend("x-ubl" = "PromisedDeliveryPeriod", "x-x12" = "ACK05 (ACK04=067)", "x-edifact" = "DTM+67"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised_delivery_date: Option<Date>,
    /// The day it will leave.
    #[schemars(extend("x-x12" = "ACK05 (ACK04=068)", "x-edifact" = "DTM+10, 69"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised_ship_date: Option<Date>,
    /// The price of this part, if it differs from the line's.
    #[schemars(extend("x-ubl" = "Price", "x-edifact" = "PRI"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// What comes instead.
    #[schemars(extend("x-ubl" = "SellerSubstitutedLineItem", "x-x12" = "ACK08 to ACK26", "x-edifact" = "PIA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub substitute: Option<Item>,
    /// Why it is changed or refused, in words.
    #[schemars(extend("x-ubl" = "LineItem/Note", "x-x12" = "MSG01", "x-edifact" = "FTX 4440"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why, as the wire's code.
    #[schemars(extend("x-x12" = "ACK01", "x-edifact" = "AJT 4465"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
}

/// Whether and how an ordered part will be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// It will be; `changed` tells what differs.
    Accepted,
    /// Later, when there is some.
    Backordered,
    /// Something else comes instead: `substitute`.
    Substituted,
    /// Not decided yet.
    OnHold,
    /// It will be; the price follows.
    PricePending,
    /// It will be; the date follows.
    DatePending,
    /// It will not be.
    Rejected,
    /// It is taken out of the order.
    Cancelled,
    /// Something else; `statusCode` has the wire's code.
    Other,
}

/// What differs from the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// The price.
    Price,
    /// The quantity.
    Quantity,
    /// The date.
    Date,
    /// The item.
    Item,
    /// Something; the wire does not say what.
    Unspecified,
}
