//! On what terms: delivery, payment, allowances, charges and taxes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::item::Quantity;
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
    /// Who pays for the transport.
    #[schemars(extend("x-x12" = "FOB01", "x-edifact" = "TOD 4215"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freight_payment: Option<FreightPayment>,
    /// The wire's code of a freight payment that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freight_payment_code: Option<String>,
    /// The terms in words.
    #[schemars(extend("x-ubl" = "DeliveryTerms/SpecialTerms", "x-x12" = "FOB03", "x-edifact" = "TOD C100 4052"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Who pays for the transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum FreightPayment {
    /// The supplier.
    Prepaid,
    /// The supplier, who charges it to the buyer.
    PrepaidAndCharged,
    /// The buyer.
    Collect,
    /// The buyer, who collects the goods.
    Pickup,
    /// As buyer and supplier agreed otherwise.
    Agreed,
    /// Something else; `freightPaymentCode` has the wire's code.
    Other,
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
    /// What the per cent are taken of.
    #[schemars(extend("x-ubl" = "BaseAmount", "x-edifact" = "MOA+25"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis_amount: Option<Decimal>,
    /// Amount for one unit of the quantity.
    #[schemars(extend("x-ubl" = "PerUnitAmount", "x-x12" = "SAC08", "x-edifact" = "RTE"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Decimal>,
    /// How many units the rate is for.
    #[schemars(extend("x-x12" = "SAC09, SAC10", "x-edifact" = "QTY in ALC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// How it is settled, as the wire's code.
    #[schemars(extend("x-x12" = "SAC12", "x-edifact" = "ALC 4471"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settlement: Option<String>,
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

/// A tax: its rate, and what it comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tax {
    /// Kind of tax.
    #[schemars(extend("x-ubl" = "TaxScheme/ID", "x-x12" = "TXI01", "x-edifact" = "TAX C241 5153"))]
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<TaxType>,
    /// The wire's code of a type that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_code: Option<String>,
    /// Category, UNCL 5305; a code outside that list is the wire's own.
    #[schemars(extend("x-ubl" = "TaxCategory/ID", "x-x12" = "TXI06", "x-edifact" = "TAX 5305"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Rate in per cent.
    #[schemars(extend("x-ubl" = "TaxCategory/Percent", "x-x12" = "TXI03", "x-edifact" = "TAX C243 5278"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<Decimal>,
    /// What the tax is taken of.
    #[schemars(extend("x-ubl" = "TaxSubtotal/TaxableAmount", "x-x12" = "TXI08", "x-edifact" = "MOA+125"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxable_amount: Option<Decimal>,
    /// What it comes to.
    #[schemars(extend("x-ubl" = "TaxSubtotal/TaxAmount", "x-x12" = "TXI02", "x-edifact" = "MOA+124"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_amount: Option<Decimal>,
    /// Whose tax it is, as the wire's code.
    #[schemars(extend("x-ubl" = "TaxScheme/JurisdictionRegionAddress", "x-x12" = "TXI05", "x-edifact" = "TAX C533 5289"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<String>,
    /// Why nothing is due, in words.
    #[schemars(extend("x-ubl" = "TaxExemptionReason", "x-edifact" = "FTX"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exemption_reason: Option<String>,
}

/// Kind of a tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum TaxType {
    /// Value added tax.
    Vat,
    /// Goods and services tax.
    Gst,
    /// Sales tax of a state, county or city.
    Sales,
    /// Excise duty.
    Excise,
    /// Customs duty.
    Customs,
    /// All taxes together.
    Total,
    /// Something else; `typeCode` has the wire's code.
    Other,
}
