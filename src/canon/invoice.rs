//! `invoice@1`: an invoice, credit note or debit note. X12 810, EDIFACT INVOIC.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::item::{Component, Item, Lot, Price, Quantity};
use super::meta::Meta;
use super::party::{Parties, Party};
use super::reference::{InvoiceReference, Note, OrderReference, Period, Purpose, References, ShipmentReference};
use super::terms::{AllowanceCharge, DeliveryTerms, PaymentTerm, Tax};
use super::text::{Date, Decimal, Instant};
use super::transport::{Packaging, Transport, Weight};

/// An invoice, credit note or debit note: what was delivered, what it costs, and how to pay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-ubl" = "Invoice", "x-x12" = "810", "x-edifact" = "INVOIC"))]
pub struct Invoice {
    /// What the gateway knows about this document. Always there in what it publishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    /// The supplier's number for the invoice.
    #[schemars(extend("x-ubl" = "ID (BT-1)", "x-x12" = "BIG02", "x-edifact" = "BGM 1004"))]
    pub invoice_number: String,
    /// The day the invoice was issued.
    #[schemars(extend("x-ubl" = "IssueDate (BT-2)", "x-x12" = "BIG01", "x-edifact" = "DTM+137, DTM+3"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_date: Option<Date>,
    /// Invoice, credit note and so on.
    #[schemars(extend("x-ubl" = "InvoiceTypeCode (BT-3)", "x-x12" = "BIG07", "x-edifact" = "BGM 1001"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_type: Option<InvoiceType>,
    /// The wire's code of an invoice type that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_type_code: Option<String>,
    /// What this message does to the invoice.
    #[schemars(extend("x-x12" = "BIG08", "x-edifact" = "BGM 1225"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The wire's code of a purpose that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose_code: Option<String>,
    /// Currency of all amounts, ISO 4217.
    #[schemars(extend("x-ubl" = "DocumentCurrencyCode (BT-5)", "x-x12" = "CUR02", "x-edifact" = "CUX 6345"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Currency the tax is accounted in, if another.
    #[schemars(extend("x-ubl" = "TaxCurrencyCode (BT-6)", "x-edifact" = "CUX 6345 (6347=3)"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_currency: Option<String>,
    /// Rate from the invoice's currency to the tax's.
    #[schemars(extend("x-ubl" = "TaxExchangeRate/CalculationRate", "x-x12" = "CUR03", "x-edifact" = "CUX 5402"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange_rate: Option<Decimal>,
    /// The day the tax becomes due.
    #[schemars(extend("x-ubl" = "TaxPointDate (BT-7)", "x-edifact" = "DTM+131"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_point_date: Option<Date>,
    /// The days that are invoiced.
    #[schemars(extend("x-ubl" = "InvoicePeriod (BG-14)", "x-x12" = "DTM02 (DTM01=186, 187)", "x-edifact" = "DTM+263"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// The invoice that this one corrects or credits.
    #[schemars(extend("x-ubl" = "BillingReference (BG-3)", "x-x12" = "REF02 (REF01=OI)", "x-edifact" = "RFF+IV"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preceding_invoice: Option<InvoiceReference>,
    /// The order.
    #[schemars(extend("x-ubl" = "OrderReference (BT-13)", "x-x12" = "BIG04, BIG03, BIG05", "x-edifact" = "RFF+ON"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_reference: Option<OrderReference>,
    /// Number of the contract the order is placed under.
    #[schemars(extend("x-ubl" = "ContractDocumentReference (BT-12)", "x-x12" = "REF02 (REF01=CT)", "x-edifact" = "RFF+CT"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_number: Option<String>,
    /// The shipment.
    #[schemars(extend("x-ubl" = "DespatchDocumentReference (BT-16)", "x-x12" = "REF02 (REF01=SI, BM)", "x-edifact" = "RFF+AAK, DQ"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipment_reference: Option<ShipmentReference>,
    /// Other papers that belong to the invoice.
    #[schemars(extend("x-ubl" = "AdditionalDocumentReference (BG-24)", "x-x12" = "REF", "x-edifact" = "RFF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// When the goods left.
    #[schemars(extend("x-ubl" = "ActualDespatchDate", "x-x12" = "DTM02 (DTM01=011)", "x-edifact" = "DTM+11"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipped_at: Option<Instant>,
    /// The day they were delivered.
    #[schemars(extend("x-ubl" = "ActualDeliveryDate (BT-72)", "x-x12" = "DTM02 (DTM01=035)", "x-edifact" = "DTM+35"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_date: Option<Date>,
    /// Who takes part.
    #[serde(flatten)]
    pub parties: Parties,
    /// Who bears cost and risk, and from where.
    #[schemars(extend("x-ubl" = "DeliveryTerms", "x-x12" = "FOB", "x-edifact" = "TOD"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_terms: Option<DeliveryTerms>,
    /// How the goods travelled.
    #[schemars(extend("x-ubl" = "Delivery/Shipment", "x-x12" = "CAD, TD5", "x-edifact" = "TDT"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<Transport>,
    /// How and when to pay.
    #[schemars(extend("x-ubl" = "PaymentTerms (BT-20), PaymentDueDate (BT-9)", "x-x12" = "ITD", "x-edifact" = "PAT"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payment_terms: Vec<PaymentTerm>,
    /// What the payment should name.
    #[schemars(extend("x-ubl" = "PaymentMeans/PaymentID (BT-83)", "x-edifact" = "RFF+PQ"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_reference: Option<String>,
    /// What is invoiced.
    #[schemars(extend("x-ubl" = "InvoiceLine (BG-25)", "x-x12" = "IT1", "x-edifact" = "LIN"))]
    pub lines: Vec<Line>,
    /// Allowances and charges on the whole invoice.
    #[schemars(extend("x-ubl" = "AllowanceCharge (BG-20, BG-21)", "x-x12" = "SAC", "x-edifact" = "ALC"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowances_charges: Vec<AllowanceCharge>,
    /// Taxes on the whole invoice, one for each kind and rate.
    #[schemars(extend("x-ubl" = "TaxSubtotal (BG-23)", "x-x12" = "TXI", "x-edifact" = "TAX+7"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tax_summary: Vec<Tax>,
    /// Sums, as sent or derived.
    #[schemars(extend("x-ubl" = "LegalMonetaryTotal (BG-22)", "x-x12" = "TDS, AMT", "x-edifact" = "MOA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
    /// Notes on the whole invoice.
    #[schemars(extend("x-ubl" = "Note (BT-22)", "x-x12" = "NTE02, MSG01", "x-edifact" = "FTX"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// What kind of paper an invoice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum InvoiceType {
    /// It asks for money.
    Invoice,
    /// It gives money back.
    CreditNote,
    /// It asks for more money.
    DebitNote,
    /// It stands in for an earlier one.
    Corrected,
    /// The buyer wrote it for the supplier.
    SelfBilled,
    /// It asks for money before the delivery.
    Prepayment,
    /// It asks for nothing: for customs, or to show.
    ProForma,
    /// Something else; `invoiceTypeCode` has the wire's code.
    Other,
}

/// One line of an invoice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The supplier's number of the line; its place where it has none of its own.
    #[schemars(extend("x-ubl" = "ID (BT-126)", "x-edifact" = "LIN 1082"))]
    pub line_number: String,
    /// The order and its line.
    #[schemars(extend("x-ubl" = "OrderLineReference (BT-132)", "x-x12" = "IT101, REF02 (REF01=PO)", "x-edifact" = "RFF+ON"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_reference: Option<OrderReference>,
    /// The shipment.
    #[schemars(extend("x-ubl" = "DespatchLineReference", "x-x12" = "REF02 (REF01=SI, PK)", "x-edifact" = "RFF+AAK, DQ"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipment_reference: Option<ShipmentReference>,
    /// What is invoiced.
    #[schemars(extend("x-ubl" = "Item (BG-31)", "x-x12" = "IT106 to IT125", "x-edifact" = "LIN, PIA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// How much is invoiced.
    #[schemars(extend("x-ubl" = "InvoicedQuantity (BT-129)", "x-x12" = "IT102, IT103", "x-edifact" = "QTY+47"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoiced_quantity: Option<Quantity>,
    /// How much was ordered.
    #[schemars(extend("x-x12" = "QTY02 (QTY01=38)", "x-edifact" = "QTY+21"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordered_quantity: Option<Quantity>,
    /// How much was shipped.
    #[schemars(extend("x-ubl" = "DeliveredQuantity", "x-x12" = "IT301, IT302", "x-edifact" = "QTY+12"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipped_quantity: Option<Quantity>,
    /// For which price.
    #[schemars(extend("x-ubl" = "Price (BT-146, BT-149)", "x-x12" = "IT104, IT105", "x-edifact" = "PRI+AAA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Further prices, such as a list or retail price.
    #[schemars(extend("x-ubl" = "AlternativeConditionPrice", "x-x12" = "CTP", "x-edifact" = "PRI+AAB"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_prices: Vec<Price>,
    /// Quantity times price, with the line's allowances and charges.
    #[schemars(extend("x-ubl" = "LineExtensionAmount (BT-131)", "x-x12" = "AMT02 (AMT01=1)", "x-edifact" = "MOA+203"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_amount: Option<Decimal>,
    /// When it left, if it is said for the line.
    #[schemars(extend("x-ubl" = "ActualDespatchDate", "x-x12" = "DTM02 in IT1 (DTM01=011)", "x-edifact" = "DTM+11 in LIN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipped_at: Option<Instant>,
    /// The day it was delivered, if it is said for the line.
    #[schemars(extend("x-ubl" = "ActualDeliveryDate", "x-x12" = "DTM02 in IT1 (DTM01=035)", "x-edifact" = "DTM+35 in LIN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_date: Option<Date>,
    /// Where it went, if elsewhere than the invoice's goods.
    #[schemars(extend("x-ubl" = "Delivery", "x-x12" = "N1 in IT1", "x-edifact" = "NAD in LIN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_to: Option<Party>,
    /// Where it went, in parts, if to several places.
    #[schemars(extend("x-ubl" = "Delivery", "x-x12" = "SDQ in IT1", "x-edifact" = "LOC, QTY in LIN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<Delivery>,
    /// The lots it is from.
    #[schemars(extend("x-ubl" = "LotIdentification", "x-x12" = "IT1 (235=LT), REF02 (REF01=LT)", "x-edifact" = "GIN+BX"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<Lot>,
    /// Serial numbers.
    #[schemars(extend("x-ubl" = "ItemInstance/SerialID", "x-x12" = "REF02 (REF01=SE)", "x-edifact" = "GIN+BN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serial_numbers: Vec<String>,
    /// How it is packed.
    #[schemars(extend("x-ubl" = "Item/PackSizeNumeric", "x-x12" = "PO4", "x-edifact" = "PAC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packaging: Option<Packaging>,
    /// What a kit or set consists of.
    #[schemars(extend("x-ubl" = "SubInvoiceLine", "x-x12" = "SLN", "x-edifact" = "LIN C829"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
    /// Allowances and charges on this line.
    #[schemars(extend("x-ubl" = "AllowanceCharge (BG-27, BG-28)", "x-x12" = "SAC in IT1", "x-edifact" = "ALC in LIN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowances_charges: Vec<AllowanceCharge>,
    /// Taxes on this line.
    #[schemars(extend("x-ubl" = "ClassifiedTaxCategory (BG-30)", "x-x12" = "TXI in IT1", "x-edifact" = "TAX in LIN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<Tax>,
    /// Other papers that belong to this line.
    #[schemars(extend("x-ubl" = "DocumentReference (BT-128)", "x-x12" = "REF in IT1", "x-edifact" = "RFF in LIN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// Notes on this line.
    #[schemars(extend("x-ubl" = "Note (BT-127)", "x-x12" = "MSG01", "x-edifact" = "FTX in LIN"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// The part of an invoiced line that went to one of several places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// How much, in the invoiced quantity's unit.
    #[schemars(extend("x-ubl" = "Delivery/Quantity", "x-x12" = "SDQ04", "x-edifact" = "QTY+12 in LIN"))]
    pub quantity: Decimal,
    /// Where to.
    #[schemars(extend("x-ubl" = "Delivery/DeliveryLocation", "x-x12" = "SDQ02, SDQ03", "x-edifact" = "LOC+7"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_to: Option<Party>,
}

/// What an invoice comes to, as sent or derived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Sum of the line amounts.
    #[schemars(extend("x-ubl" = "LineExtensionAmount (BT-106)", "x-x12" = "AMT02 (AMT01=N)", "x-edifact" = "MOA+79"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_amount: Option<Decimal>,
    /// Sum of the allowances on the whole invoice.
    #[schemars(extend("x-ubl" = "AllowanceTotalAmount (BT-107)", "x-edifact" = "MOA+260"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowance_amount: Option<Decimal>,
    /// Sum of the charges on the whole invoice.
    #[schemars(extend("x-ubl" = "ChargeTotalAmount (BT-108)", "x-edifact" = "MOA+259"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charge_amount: Option<Decimal>,
    /// Everything without tax.
    #[schemars(extend("x-ubl" = "TaxExclusiveAmount (BT-109)", "x-edifact" = "MOA+125"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_exclusive_amount: Option<Decimal>,
    /// Tax.
    #[schemars(extend("x-ubl" = "TaxAmount (BT-110)", "x-x12" = "TXI02", "x-edifact" = "MOA+124, 176"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_amount: Option<Decimal>,
    /// Everything with tax.
    #[schemars(extend("x-ubl" = "TaxInclusiveAmount (BT-112)", "x-x12" = "TDS01", "x-edifact" = "MOA+77"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_inclusive_amount: Option<Decimal>,
    /// What has been paid already.
    #[schemars(extend("x-ubl" = "PrepaidAmount (BT-113)", "x-edifact" = "MOA+113"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepaid_amount: Option<Decimal>,
    /// What rounding adds.
    #[schemars(extend("x-ubl" = "PayableRoundingAmount (BT-114)"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding_amount: Option<Decimal>,
    /// What is to be paid.
    #[schemars(extend("x-ubl" = "PayableAmount (BT-115)", "x-x12" = "TDS01", "x-edifact" = "MOA+9, 77"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payable_amount: Option<Decimal>,
    /// The part that the terms' discount is taken of.
    #[schemars(extend("x-x12" = "TDS02", "x-edifact" = "MOA+129"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount_basis_amount: Option<Decimal>,
    /// What is to be paid after the terms' discount.
    #[schemars(extend("x-x12" = "TDS03"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discounted_amount: Option<Decimal>,
    /// What the terms' discount comes to.
    #[schemars(extend("x-x12" = "TDS04", "x-edifact" = "MOA+52"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount_amount: Option<Decimal>,
    /// How much was shipped in all.
    #[schemars(extend("x-x12" = "ISS01, ISS02", "x-edifact" = "CNT+1"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// Weight of all.
    #[schemars(extend("x-x12" = "ISS03, ISS04", "x-edifact" = "CNT+7"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
}
