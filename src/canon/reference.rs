//! What a document refers to, what it is for, and what it says in words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::Date;

/// The order, or the line of an order, that is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderReference {
    /// The buyer's number for the order.
    #[schemars(extend("x-ubl" = "OrderReference/ID", "x-x12" = "BAK03, BIG04, PRF01, REF02 (REF01=PO)", "x-edifact" = "RFF+ON"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_number: Option<String>,
    /// The day the order was issued.
    #[schemars(extend("x-ubl" = "OrderReference/IssueDate", "x-x12" = "BAK04, BIG03, PRF04", "x-edifact" = "DTM+171 in RFF+ON"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_date: Option<Date>,
    /// Number of the release against a blanket order.
    #[schemars(extend("x-x12" = "BAK05, BIG05, PRF02", "x-edifact" = "RFF+RE"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_number: Option<String>,
    /// The buyer's number of the line, as sent.
    #[schemars(extend("x-ubl" = "OrderLineReference/LineID", "x-x12" = "PO101, LIN01, IT101", "x-edifact" = "RFF+ON 1156"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_number: Option<String>,
    /// The supplier's number for the order.
    #[schemars(extend("x-ubl" = "OrderReference/SalesOrderID", "x-x12" = "BAK08, REF02 (REF01=VN)", "x-edifact" = "RFF+VN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier_order_number: Option<String>,
}

/// The shipment that is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShipmentReference {
    /// The supplier's number for the shipment.
    #[schemars(extend("x-ubl" = "DespatchDocumentReference/ID", "x-x12" = "REF02 (REF01=SI)", "x-edifact" = "RFF+AAK"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipment_number: Option<String>,
    /// The day of the shipment notice or the delivery note.
    #[schemars(extend("x-ubl" = "DespatchDocumentReference/IssueDate", "x-edifact" = "DTM+171 in RFF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipment_date: Option<Date>,
    /// Number of the delivery note.
    #[schemars(extend("x-x12" = "REF02 (REF01=PK)", "x-edifact" = "RFF+DQ"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_note: Option<String>,
    /// Number of the bill of lading.
    #[schemars(extend("x-x12" = "REF02 (REF01=BM)", "x-edifact" = "RFF+BM"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill_of_lading: Option<String>,
    /// The line of the shipment notice.
    #[schemars(extend("x-ubl" = "DespatchLineReference/LineID"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_id: Option<String>,
}

/// The invoice that is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceReference {
    /// The supplier's number for the invoice.
    #[schemars(extend("x-ubl" = "InvoiceDocumentReference/ID", "x-x12" = "REF02 (REF01=OI, IV)", "x-edifact" = "RFF+IV, OI"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_number: Option<String>,
    /// The day the invoice was issued.
    #[schemars(extend("x-ubl" = "InvoiceDocumentReference/IssueDate", "x-edifact" = "DTM+171 in RFF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_date: Option<Date>,
    /// The line of the invoice.
    #[schemars(extend("x-edifact" = "RFF 1156"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_number: Option<String>,
}

/// Numbers of other papers that belong to the business.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct References {
    /// Bill of lading.
    #[schemars(extend("x-ubl" = "DespatchDocumentReference", "x-x12" = "REF02 (REF01=BM)", "x-edifact" = "RFF+BM"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill_of_lading: Option<String>,
    /// Bill of lading that covers several.
    #[schemars(extend("x-x12" = "REF02 (REF01=MB)", "x-edifact" = "RFF+MB"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_bill_of_lading: Option<String>,
    /// Delivery note or packing list.
    #[schemars(extend("x-ubl" = "DespatchDocumentReference", "x-x12" = "REF02 (REF01=PK)", "x-edifact" = "RFF+DQ"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_note: Option<String>,
    /// The carrier's number for the shipment.
    #[schemars(extend("x-ubl" = "Consignment/CarrierAssignedID", "x-x12" = "REF02 (REF01=CN)", "x-edifact" = "RFF+CN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier_reference: Option<String>,
    /// Invoice.
    #[schemars(extend("x-ubl" = "InvoiceDocumentReference", "x-x12" = "REF02 (REF01=IV)", "x-edifact" = "RFF+IV"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice: Option<String>,
    /// The supplier's quotation.
    #[schemars(extend("x-ubl" = "QuotationDocumentReference", "x-x12" = "REF02 (REF01=Q1)", "x-edifact" = "RFF+PR"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quotation: Option<String>,
    /// The buyer's requisition.
    #[schemars(extend("x-x12" = "REF02 (REF01=RQ)", "x-edifact" = "RFF+AGI"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requisition: Option<String>,
    /// The end customer's order.
    #[schemars(extend("x-ubl" = "OrderReference/CustomerReference", "x-x12" = "REF02 (REF01=CO)", "x-edifact" = "RFF+UO"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_order: Option<String>,
    /// Promotion or deal.
    #[schemars(extend("x-x12" = "REF02 (REF01=PD)", "x-edifact" = "RFF+PD"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotion: Option<String>,
    /// Price list.
    #[schemars(extend("x-ubl" = "PricingReference", "x-edifact" = "RFF+PL"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_list: Option<String>,
    /// The buyer's department.
    #[schemars(extend("x-ubl" = "AccountingCost", "x-x12" = "REF02 (REF01=DP)"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// References that have no name of their own here.
    #[schemars(extend("x-ubl" = "AdditionalDocumentReference", "x-x12" = "REF", "x-edifact" = "RFF"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OtherReference>,
}

/// A reference that has no name of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OtherReference {
    /// What it refers to: UNCL 1153; a code outside the mapping's list is the wire's own.
    #[schemars(extend("x-ubl" = "DocumentTypeCode", "x-x12" = "REF01", "x-edifact" = "RFF 1153"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The number.
    #[schemars(extend("x-ubl" = "ID", "x-x12" = "REF02", "x-edifact" = "RFF 1154"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// A line of it.
    #[schemars(extend("x-edifact" = "RFF 1156"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_number: Option<String>,
    /// Its date.
    #[schemars(extend("x-ubl" = "IssueDate", "x-edifact" = "DTM+171 in RFF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// What it is, in words.
    #[schemars(extend("x-ubl" = "DocumentDescription", "x-x12" = "REF03"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A span of days, both included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Period {
    /// The first day.
    #[schemars(extend("x-ubl" = "StartDate"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day.
    #[schemars(extend("x-ubl" = "EndDate"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
}

/// What a message does to the document it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Purpose {
    /// Issues it.
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

/// A note in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// The words.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "MSG01", "x-edifact" = "FTX 4440"))]
    pub text: String,
    /// What they are about, as the wire's code.
    #[schemars(extend("x-x12" = "N901, NTE01", "x-edifact" = "FTX 4451"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}
