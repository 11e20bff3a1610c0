//! `remittance-advice@1`: what a payment pays. X12 820, EDIFACT REMADV.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::meta::Meta;
use super::party::Party;
use super::reference::{Note, OrderReference, Purpose, References, ShipmentReference};
use super::text::{Date, Decimal};

/// What a payment pays: invoice by invoice, and what was taken off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-ubl" = "RemittanceAdvice", "x-x12" = "820", "x-edifact" = "REMADV"))]
pub struct RemittanceAdvice {
    /// What the gateway knows about this document. Always there in what it publishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    /// The payer's number for the payment.
    #[schemars(extend("x-ubl" = "ID", "x-x12" = "TRN02", "x-edifact" = "BGM 1004"))]
    pub payment_number: String,
    /// The day the advice was issued.
    #[schemars(extend("x-ubl" = "IssueDate", "x-x12" = "DTM02 (DTM01=097)", "x-edifact" = "DTM+137"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice_date: Option<Date>,
    /// The day the money is there.
    #[schemars(extend("x-ubl" = "PaymentMeans/PaymentDueDate", "x-x12" = "BPR16", "x-edifact" = "DTM+138, 203, 209"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_date: Option<Date>,
    /// What this message does to the advice.
    #[schemars(extend("x-edifact" = "BGM 1225"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The wire's code of a purpose that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose_code: Option<String>,
    /// How the money goes.
    #[schemars(extend("x-ubl" = "PaymentMeansCode", "x-x12" = "BPR04", "x-edifact" = "PAI 4461"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<PaymentMethod>,
    /// The wire's code of a method that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method_code: Option<String>,
    /// How much is paid in all.
    #[schemars(extend("x-ubl" = "TotalPaymentAmount", "x-x12" = "BPR02", "x-edifact" = "MOA+12"))]
    pub amount: Decimal,
    /// Currency of all amounts, ISO 4217.
    #[schemars(extend("x-ubl" = "DocumentCurrencyCode", "x-x12" = "CUR02", "x-edifact" = "CUX 6345"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What the bank statement will say.
    #[schemars(extend("x-ubl" = "PaymentID", "x-x12" = "TRN04, REF02", "x-edifact" = "RFF+PQ"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_reference: Option<String>,
    /// Who pays.
    #[schemars(extend("x-ubl" = "AccountingCustomerParty", "x-x12" = "N1*PR", "x-edifact" = "NAD+PR, BY"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<Party>,
    /// Who is paid.
    #[schemars(extend("x-ubl" = "PayeeParty", "x-x12" = "N1*PE, RM", "x-edifact" = "NAD+PE, SU"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payee: Option<Party>,
    /// Other papers that belong to the payment.
    #[schemars(extend("x-ubl" = "AdditionalDocumentReference", "x-x12" = "REF", "x-edifact" = "RFF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// What is paid.
    #[schemars(extend("x-ubl" = "RemittanceAdviceLine", "x-x12" = "RMR", "x-edifact" = "DOC"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<PaidItem>,
    /// What is taken off or put on without an invoice.
    #[schemars(extend("x-x12" = "ADX", "x-edifact" = "AJT, MOA"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
    /// Notes on the whole payment.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "NTE02", "x-edifact" = "FTX"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// How money goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PaymentMethod {
    /// Automated clearing house.
    Ach,
    /// Wire or bank transfer.
    Wire,
    /// Cheque.
    Check,
    /// The payee takes it.
    DirectDebit,
    /// Card.
    Card,
    /// Against what the payee owes.
    Offset,
    /// None is paid.
    None,
    /// Something else; `methodCode` has the wire's code.
    Other,
}

/// One invoice or other paper that is paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaidItem {
    /// What the number is the number of.
    #[schemars(extend("x-ubl" = "BillingReference", "x-x12" = "RMR01", "x-edifact" = "DOC 1001"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_type: Option<DocumentType>,
    /// The wire's code of a document type that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_type_code: Option<String>,
    /// The payee's number for it.
    #[schemars(extend("x-ubl" = "InvoiceDocumentReference/ID", "x-x12" = "RMR02", "x-edifact" = "DOC 1004"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_number: Option<String>,
    /// The day it was issued.
    #[schemars(extend("x-ubl" = "InvoiceDocumentReference/IssueDate", "x-x12" = "DTM02 (DTM01=003)", "x-edifact" = "DTM+137, 171 in DOC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_date: Option<Date>,
    /// The order.
    #[schemars(extend("x-ubl" = "OrderReference", "x-x12" = "REF02 (REF01=PO)", "x-edifact" = "RFF+ON"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_reference: Option<OrderReference>,
    /// The shipment.
    #[schemars(extend("x-ubl" = "DespatchDocumentReference", "x-x12" = "REF02 (REF01=SI, BM, PK)", "x-edifact" = "RFF+AAK, DQ"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipment_reference: Option<ShipmentReference>,
    /// What it asked for.
    #[schemars(extend("x-ubl" = "DebitLineAmount", "x-x12" = "RMR05", "x-edifact" = "MOA+9, 77"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gross_amount: Option<Decimal>,
    /// What was taken off for paying early.
    #[schemars(extend("x-ubl" = "SettlementDiscountAmount", "x-x12" = "RMR06", "x-edifact" = "MOA+52"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount_amount: Option<Decimal>,
    /// What else was taken off or put on.
    #[schemars(extend("x-x12" = "RMR07, RMR08, ADX", "x-edifact" = "AJT, MOA"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
    /// What is paid.
    #[schemars(extend("x-ubl" = "PaidAmount", "x-x12" = "RMR04", "x-edifact" = "MOA+12"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_amount: Option<Decimal>,
    /// Other papers that belong to it.
    #[schemars(extend("x-x12" = "REF in RMR", "x-edifact" = "RFF in DOC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// Notes on it.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "NTE02 in RMR", "x-edifact" = "FTX in DOC"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// What kind of paper is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DocumentType {
    /// An invoice.
    Invoice,
    /// A credit note.
    CreditNote,
    /// A debit note.
    DebitNote,
    /// An order, without an invoice.
    Order,
    /// Something else; `documentTypeCode` has the wire's code.
    Other,
}

/// Money taken off or put on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Adjustment {
    /// Why, as the wire's code.
    #[schemars(extend("x-ubl" = "ReasonCode", "x-x12" = "ADX02, RMR07", "x-edifact" = "AJT 4465"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How much; negative where it lessens the payment.
    #[schemars(extend("x-ubl" = "Amount", "x-x12" = "ADX01, RMR08", "x-edifact" = "MOA+165, 52"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Decimal>,
    /// Why, in words.
    #[schemars(extend("x-ubl" = "Reason", "x-x12" = "NTE02 in ADX", "x-edifact" = "FTX in AJT"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Number of the paper it is about.
    #[schemars(extend("x-x12" = "ADX04", "x-edifact" = "RFF in AJT"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}
