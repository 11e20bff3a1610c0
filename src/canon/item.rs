//! What is bought, how much of it, and for which price.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::Decimal;

/// What is bought: the names each side has for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// The buyer's part number.
    #[schemars(extend("x-ubl" = "BuyersItemIdentification", "x-x12" = "235=BP, IN", "x-edifact" = "7143=BP, IN"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer_part_number: Option<String>,
    /// The supplier's part number.
    #[schemars(extend("x-ubl" = "SellersItemIdentification", "x-x12" = "235=VP, VN", "x-edifact" = "7143=SA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier_part_number: Option<String>,
    /// The manufacturer's part number.
    #[schemars(extend("x-ubl" = "ManufacturersItemIdentification", "x-x12" = "235=MG", "x-edifact" = "7143=MF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer_part_number: Option<String>,
    /// GS1 Global Trade Item Number of 8, 12, 13 or 14 digits, as sent.
    #[schemars(extend("x-ubl" = "StandardItemIdentification", "x-x12" = "235=UP, EN, UK", "x-edifact" = "7143=EN, UP"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gtin: Option<String>,
    /// Engineering revision.
    #[schemars(extend("x-x12" = "235=EC", "x-edifact" = "7143=EC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Drawing number.
    #[schemars(extend("x-x12" = "235=DR, DV", "x-edifact" = "7143=DR"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawing_number: Option<String>,
    /// Description in words.
    #[schemars(extend("x-ubl" = "Item/Description", "x-x12" = "PID05", "x-edifact" = "IMD 7008"))]
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
    #[schemars(extend("x-ubl" = "unitCode", "x-x12" = "355", "x-edifact" = "6411"))]
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
    #[schemars(extend("x-ubl" = "BaseQuantity@unitCode", "x-x12" = "PO103", "x-edifact" = "PRI 6411"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What the price includes.
    #[schemars(extend("x-x12" = "PO105", "x-edifact" = "PRI 5387"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<PriceBasis>,
    /// The wire's code of a basis that is `other`.
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
