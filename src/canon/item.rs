//! What is bought, how much of it, for which price, of which lot and with which components.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{Date, Decimal};

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
    /// Numbers of other kinds.
    #[schemars(extend("x-ubl" = "AdditionalItemIdentification", "x-x12" = "235, 234", "x-edifact" = "PIA C212"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_numbers: Vec<ItemIdentifier>,
    /// Engineering revision.
    #[schemars(extend("x-x12" = "235=EC", "x-edifact" = "7143=EC, DR"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Drawing number.
    #[schemars(extend("x-x12" = "235=DR, DV", "x-edifact" = "7143=DW"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawing_number: Option<String>,
    /// Description in words.
    #[schemars(extend("x-ubl" = "Item/Description", "x-x12" = "PID05", "x-edifact" = "IMD 7008"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Properties in words.
    #[schemars(extend("x-ubl" = "AdditionalItemProperty", "x-x12" = "PID", "x-edifact" = "IMD"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub characteristics: Vec<Characteristic>,
    /// Commodity code for customs or statistics.
    #[schemars(extend("x-ubl" = "CommodityClassification", "x-edifact" = "7143=HS, CV, CC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commodity_code: Option<String>,
    /// Where it is made, ISO 3166-1.
    #[schemars(extend("x-ubl" = "OriginCountry", "x-x12" = "235=CH", "x-edifact" = "ALI 3239"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_of_origin: Option<String>,
}

/// How much of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Quantity {
    /// The amount.
    #[schemars(extend("x-ubl" = "Quantity", "x-x12" = "380", "x-edifact" = "QTY 6060"))]
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
    #[schemars(extend("x-ubl" = "Price/PriceAmount", "x-x12" = "212", "x-edifact" = "PRI 5118"))]
    pub amount: Decimal,
    /// How many units the amount pays for.
    #[schemars(extend("x-ubl" = "BaseQuantity", "x-x12" = "639", "x-edifact" = "PRI 5284"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<Decimal>,
    /// Unit the price speaks of.
    #[schemars(extend("x-ubl" = "BaseQuantity@unitCode", "x-x12" = "355", "x-edifact" = "PRI 6411"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What the price includes.
    #[schemars(extend("x-x12" = "639", "x-edifact" = "PRI 5387"))]
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

/// One more number of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemIdentifier {
    /// Who gave it and what it numbers, as the wire's code.
    #[schemars(extend("x-ubl" = "AdditionalItemIdentification/ID@schemeID", "x-x12" = "235", "x-edifact" = "7143"))]
    pub scheme: String,
    /// The number.
    #[schemars(extend("x-ubl" = "AdditionalItemIdentification/ID", "x-x12" = "234", "x-edifact" = "7140"))]
    pub value: String,
}

/// A property of an item in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Characteristic {
    /// Which property, as the wire's code.
    #[schemars(extend("x-ubl" = "AdditionalItemProperty/Name", "x-x12" = "PID02", "x-edifact" = "IMD 7081"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The property.
    #[schemars(extend("x-ubl" = "AdditionalItemProperty/Value", "x-x12" = "PID05", "x-edifact" = "IMD C273 7008"))]
    pub text: String,
}

/// Part of a quantity that was made together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lot {
    /// The supplier's number of the lot.
    #[schemars(extend("x-ubl" = "LotIdentification/LotNumberID", "x-x12" = "LIN (235=LT), REF02 (REF01=LT)", "x-edifact" = "GIN+BX"))]
    pub lot_number: String,
    /// How much of it, in the line's unit.
    #[schemars(extend("x-ubl" = "Quantity", "x-x12" = "SN102", "x-edifact" = "QTY+12"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// The day it was made.
    #[schemars(extend("x-ubl" = "ManufactureDate", "x-x12" = "DTM02 (DTM01=094)", "x-edifact" = "DTM+94"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufactured_date: Option<Date>,
    /// The day after which it must not be used.
    #[schemars(extend("x-ubl" = "LotIdentification/ExpiryDate", "x-x12" = "DTM02 (DTM01=036)", "x-edifact" = "DTM+36, 361"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiry_date: Option<Date>,
    /// Where it was made, ISO 3166-1.
    #[schemars(extend("x-ubl" = "OriginCountry", "x-x12" = "LIN (235=CH)", "x-edifact" = "ALI 3239"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_of_origin: Option<String>,
}

/// A part of a line: of a kit, a set or an assortment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Component {
    /// Number within the line.
    #[schemars(extend("x-ubl" = "SubLineItem/ID", "x-x12" = "SLN01", "x-edifact" = "LIN C829 1082"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_number: Option<String>,
    /// What it has to do with the line.
    #[schemars(extend("x-x12" = "SLN03", "x-edifact" = "LIN 1229"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// The wire's code of a relation that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation_code: Option<String>,
    /// What it is.
    #[schemars(extend("x-ubl" = "Item", "x-x12" = "SLN09", "x-edifact" = "LIN, PIA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// How much of it.
    #[schemars(extend("x-ubl" = "Quantity", "x-x12" = "SLN04, SLN05", "x-edifact" = "QTY"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// For which price.
    #[schemars(extend("x-ubl" = "Price", "x-x12" = "SLN06, SLN07", "x-edifact" = "PRI"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
}

/// What a component has to do with its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Relation {
    /// It is in the line's price.
    Included,
    /// It comes on top.
    Added,
    /// It is left out.
    Deleted,
    /// It replaces another.
    Substituted,
    /// It is told for information.
    Information,
    /// Something else; `relationCode` has the wire's code.
    Other,
}
