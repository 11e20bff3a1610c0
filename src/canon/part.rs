//! What several documents share: parties, items, quantities, prices, terms, allowances and charges.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{Date, Decimal};

/// A party to the business: buyer, supplier, ship-to and so on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Party {
    /// Our own stable id, after cross-reference with the partner's `[parties]` table.
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name as sent.
    #[schemars(length(min = 1), extend("x-ubl" = "PartyName/Name", "x-x12" = "N102", "x-edifact" = "NAD C080 3036"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Identifiers as sent.
    #[schemars(length(min = 1), extend("x-ubl" = "PartyIdentification/ID", "x-x12" = "N103, N104", "x-edifact" = "NAD C082"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    /// Postal address.
    #[schemars(extend("x-ubl" = "PostalAddress", "x-x12" = "N3, N4", "x-edifact" = "NAD C059, 3164, C819, 3251, 3207"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Where at the address the goods are unloaded: a dock, a gate.
    #[schemars(length(min = 1), extend("x-x12" = "REF02 (REF01=DK)", "x-edifact" = "LOC+11"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unloading_point: Option<String>,
    /// People or offices to talk to.
    #[schemars(length(min = 1), extend("x-ubl" = "Contact", "x-x12" = "PER", "x-edifact" = "CTA, COM"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// Tax registrations.
    #[schemars(length(min = 1), extend("x-ubl" = "PartyTaxScheme", "x-x12" = "REF02 (REF01=TJ, VX)", "x-edifact" = "RFF+VA"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tax_ids: Vec<TaxId>,
}

/// One identifier of a party, and who gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Identifier {
    /// Who gave the identifier.
    #[schemars(extend("x-ubl" = "schemeID", "x-x12" = "N103", "x-edifact" = "3055"))]
    pub scheme: IdentifierScheme,
    /// The wire's code of a scheme that is OTHER.
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme_code: Option<String>,
    /// The identifier.
    #[schemars(length(min = 1))]
    pub value: String,
}

/// Who gave an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IdentifierScheme {
    /// Dun & Bradstreet, with or without a suffix.
    Duns,
    /// GS1 Global Location Number.
    Gln,
    /// The buyer's own numbering.
    BuyerAssigned,
    /// The supplier's own numbering.
    SupplierAssigned,
    /// A tax authority.
    Tax,
    /// Someone else; `schemeCode` has the wire's code.
    Other,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Lines above the city, from the top.
    #[schemars(length(min = 1), inner(length(min = 1)))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub street: Vec<String>,
    /// City.
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// State, province or county.
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code.
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country, ISO 3166-1; a code outside that list is the wire's own.
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// A person or office to talk to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Name.
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the contact is for, as the wire's code.
    #[schemars(length(min = 1), extend("x-x12" = "PER01", "x-edifact" = "CTA 3139"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Telephone number as sent.
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Fax number as sent.
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fax: Option<String>,
    /// E-mail address.
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// A tax registration of a party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaxId {
    /// Kind of tax or register, as the wire's code.
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// The number.
    #[schemars(length(min = 1))]
    pub value: String,
}

/// What is bought: the names each side has for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// The buyer's part number.
    #[schemars(length(min = 1), extend("x-ubl" = "BuyersItemIdentification", "x-x12" = "235=BP, IN", "x-edifact" = "7143=BP, IN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer_part_number: Option<String>,
    /// The supplier's part number.
    #[schemars(length(min = 1), extend("x-ubl" = "SellersItemIdentification", "x-x12" = "235=VP, VN", "x-edifact" = "7143=SA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier_part_number: Option<String>,
    /// The manufacturer's part number.
    #[schemars(length(min = 1), extend("x-ubl" = "ManufacturersItemIdentification", "x-x12" = "235=MG", "x-edifact" = "7143=MF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer_part_number: Option<String>,
    /// GS1 Global Trade Item Number of 8, 12, 13 or 14 digits, as sent.
    #[schemars(length(min = 1), extend("x-ubl" = "StandardItemIdentification", "x-x12" = "235=UP, EN, UK", "x-edifact" = "7143=EN, UP"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gtin: Option<String>,
    /// Engineering revision.
    #[schemars(length(min = 1), extend("x-x12" = "235=EC", "x-edifact" = "7143=EC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Drawing number.
    #[schemars(length(min = 1), extend("x-x12" = "235=DR, DV", "x-edifact" = "7143=DR"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawing_number: Option<String>,
    /// Description in words.
    #[schemars(length(min = 1), extend("x-ubl" = "Item/Description", "x-x12" = "PID05", "x-edifact" = "IMD 7008"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// How much of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Quantity {
    /// The amount.
    #[schemars(extend("x-ubl" = "Quantity", "x-x12" = "PO102", "x-edifact" = "QTY 6060"))]
    pub value: Decimal,
    /// Unit, UN/ECE Recommendation 20; a code outside the mapping's list is the wire's own.
    #[schemars(length(min = 1), extend("x-ubl" = "unitCode", "x-x12" = "355", "x-edifact" = "6411"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// A price for `per` units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Price {
    /// Amount in the document's currency.
    #[schemars(extend("x-ubl" = "Price/PriceAmount", "x-x12" = "PO104", "x-edifact" = "PRI 5118"))]
    pub amount: Decimal,
    /// How many units the amount pays for.
    #[schemars(extend("x-ubl" = "BaseQuantity", "x-x12" = "PO105", "x-edifact" = "PRI 5284"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<Decimal>,
    /// Unit the price speaks of.
    #[schemars(length(min = 1), extend("x-ubl" = "BaseQuantity@unitCode", "x-x12" = "PO103", "x-edifact" = "PRI 6411"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What the price includes.
    #[schemars(extend("x-x12" = "PO105", "x-edifact" = "PRI 5387"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<PriceBasis>,
    /// The wire's code of a basis that is `other`.
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis_code: Option<String>,
}

/// What a price includes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PriceBasis {
    /// After allowances and charges, before tax.
    Net,
    /// Before allowances and charges.
    Gross,
    /// From a catalogue or price list.
    List,
    /// Something else; `basisCode` has the wire's code.
    Other,
}

/// Who bears cost and risk, and from where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryTerms {
    /// Incoterms rule.
    #[schemars(length(min = 1), extend("x-ubl" = "DeliveryTerms/ID", "x-x12" = "FOB05 (FOB04=01)", "x-edifact" = "TOD 4053"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incoterm: Option<String>,
    /// The named place.
    #[schemars(length(min = 1), extend("x-ubl" = "DeliveryTerms/DeliveryLocation", "x-x12" = "FOB07", "x-edifact" = "LOC"))]
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
    #[schemars(length(min = 1))]
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
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis_code: Option<String>,
    /// The terms in words.
    #[schemars(length(min = 1), extend("x-ubl" = "PaymentTerms/Note", "x-x12" = "ITD12"))]
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
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind_code: Option<String>,
    /// What for: UNCL 5189 for allowances, UNCL 7161 for charges; a code outside the mapping's list is the wire's own.
    #[schemars(length(min = 1), extend("x-ubl" = "AllowanceChargeReasonCode", "x-x12" = "SAC02", "x-edifact" = "ALC 7161"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What for, in words.
    #[schemars(length(min = 1), extend("x-ubl" = "AllowanceChargeReason", "x-x12" = "SAC15", "x-edifact" = "ALC 7160"))]
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

/// A note in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// The words.
    #[schemars(length(min = 1), extend("x-ubl" = "Note", "x-x12" = "MSG01", "x-edifact" = "FTX 4440"))]
    pub text: String,
}
