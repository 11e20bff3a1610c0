//! On what terms: delivery, payment, allowances and charges.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{Date, Decimal};

/// Who bears cost and risk, and from where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryTerms {
    /// Incoterms rule.
    #[schemars(extend("x-ubl" = "DeliveryTerms/ID", "x-x12" = "FOB05 (FOB04=01)", "x-edifact" = "TOD 4053"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incoterm: Option<String>,
    /// The named place.
    #[schemars(extend("x-ubl" = "DeliveryTerms/DeliveryLocation", "x-x12" = "FOB07", "x-edifact" = "LOC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

/// One way or date to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentTerm {
    /// Kind of term.
    #[serde(rename = "type")]
    #[schemars(extend("x-x12" = "ITD01", "x-edifact" = "PAT 4279"))]
    pub kind: PaymentTermType,
    /// The wire's code of a type that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_code: Option<String>,
    /// Discount in per cent.
    #[schemars(extend("x-ubl" = "SettlementDiscountPercent", "x-x12" = "ITD03", "x-edifact" = "PCD+12"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<Decimal>,
    /// Discount as an amount.
    #[schemars(extend("x-ubl" = "SettlementDiscountAmount", "x-x12" = "ITD08", "x-edifact" = "MOA+21"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Decimal>,
    /// The day it is due.
    #[schemars(extend("x-ubl" = "PaymentDueDate", "x-x12" = "ITD04, ITD06", "x-edifact" = "DTM+13"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Date>,
    /// Days from the basis.
    #[schemars(range(min = 0), extend("x-x12" = "ITD05, ITD07", "x-edifact" = "PAT C112 2152"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<i64>,
    /// What the days count from.
    #[schemars(extend("x-x12" = "ITD02", "x-edifact" = "PAT C112 2475"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<TermsBasis>,
    /// The wire's code of a basis that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis_code: Option<String>,
    /// The terms in words.
    #[schemars(extend("x-ubl" = "PaymentTerms/Note", "x-x12" = "ITD12"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Kind of a payment term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PaymentTermType {
    /// Less money if paid early.
    Discount,
    /// The whole amount.
    Net,
    /// Something else; `typeCode` has the wire's code.
    Other,
}

/// What payment days count from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum TermsBasis {
    /// The invoice's date.
    InvoiceDate,
    /// The day of shipment.
    ShipDate,
    /// The day of delivery.
    DeliveryDate,
    /// The order's date.
    OrderDate,
    /// The day the invoice was received.
    InvoiceReceiptDate,
    /// Something else; `basisCode` has the wire's code.
    Other,
}

/// Money taken off or put on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AllowanceCharge {
    /// Taken off or put on.
    #[schemars(extend("x-ubl" = "ChargeIndicator", "x-x12" = "SAC01", "x-edifact" = "ALC 5463"))]
    pub kind: AllowanceOrCharge,
    /// The wire's code of a kind that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind_code: Option<String>,
    /// What for: UNCL 5189 for allowances, UNCL 7161 for charges; a code outside the mapping's list is the wire's own.
    #[schemars(extend("x-ubl" = "AllowanceChargeReasonCode", "x-x12" = "SAC02", "x-edifact" = "ALC 7161"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What for, in words.
    #[schemars(extend("x-ubl" = "AllowanceChargeReason", "x-x12" = "SAC15", "x-edifact" = "ALC 7160"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Amount in the document's currency, always positive; `kind` gives the sign.
    #[schemars(extend("x-ubl" = "Amount", "x-x12" = "SAC05", "x-edifact" = "MOA+8, 23, 204"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Decimal>,
    /// Per cent of the basis.
    #[schemars(extend("x-ubl" = "MultiplierFactorNumeric", "x-x12" = "SAC07", "x-edifact" = "PCD"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<Decimal>,
}

/// Whether money is taken off or put on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum AllowanceOrCharge {
    /// Taken off.
    Allowance,
    /// Put on.
    Charge,
    /// Neither; `kindCode` has the wire's code.
    Other,
}
