//! How goods travel: carrier, mode, equipment, packages, weights and sizes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::item::Quantity;
use super::text::Decimal;

/// How the goods travel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Transport {
    /// By which means.
    #[schemars(extend("x-ubl" = "TransportModeCode", "x-x12" = "TD504", "x-edifact" = "TDT 8067"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<TransportMode>,
    /// The wire's code of a mode that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode_code: Option<String>,
    /// Who carries them.
    #[schemars(extend("x-ubl" = "CarrierParty", "x-x12" = "TD502, TD503", "x-edifact" = "TDT C040"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Carrier>,
    /// The route in words.
    #[schemars(extend("x-x12" = "TD505", "x-edifact" = "FTX+TRA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routing: Option<String>,
    /// How fast, as the wire's code.
    #[schemars(extend("x-ubl" = "ShippingPriorityLevelCode", "x-x12" = "TD512", "x-edifact" = "TSR C233 7273"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_level: Option<String>,
    /// Vessel, flight or vehicle.
    #[schemars(extend("x-ubl" = "TransportMeans/ID", "x-x12" = "V102", "x-edifact" = "TDT C222 8212"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conveyance: Option<String>,
    /// Voyage, flight or trip number.
    #[schemars(extend("x-ubl" = "JourneyID", "x-x12" = "V104", "x-edifact" = "TDT 8028"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journey: Option<String>,
    /// Trailers, containers and the like.
    #[schemars(extend("x-ubl" = "TransportEquipment", "x-x12" = "TD3", "x-edifact" = "EQD"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equipment: Vec<Equipment>,
}

/// By which means goods travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum TransportMode {
    /// Road.
    Road,
    /// Rail.
    Rail,
    /// Air.
    Air,
    /// Sea.
    Sea,
    /// Inland waterway.
    InlandWaterway,
    /// A parcel service or the post.
    Parcel,
    /// Several, one after the other.
    Multimodal,
    /// The buyer's own: the goods are collected.
    Pickup,
    /// Something else; `modeCode` has the wire's code.
    Other,
}

/// Who carries goods, by code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Carrier {
    /// Standard Carrier Alpha Code.
    #[schemars(extend("x-x12" = "TD503 (TD502=2)", "x-edifact" = "TDT C040 3127 (3055=182)"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scac: Option<String>,
    /// Another code of the carrier.
    #[schemars(extend("x-ubl" = "PartyIdentification/ID", "x-x12" = "TD503", "x-edifact" = "TDT C040 3127"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name.
    #[schemars(extend("x-ubl" = "PartyName/Name", "x-x12" = "TD505", "x-edifact" = "TDT C040 3128"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A trailer, container or the like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Equipment {
    /// What it is.
    #[schemars(extend("x-ubl" = "TransportEquipmentTypeCode", "x-x12" = "TD301", "x-edifact" = "EQD 8053"))]
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<EquipmentType>,
    /// The wire's code of a type that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_code: Option<String>,
    /// The owner's prefix of the number.
    #[schemars(extend("x-x12" = "TD302"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_prefix: Option<String>,
    /// Its number or plate.
    #[schemars(extend("x-ubl" = "TransportEquipment/ID", "x-x12" = "TD303", "x-edifact" = "EQD C237 8260"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Numbers of its seals.
    #[schemars(extend("x-ubl" = "TransportEquipmentSeal/ID", "x-x12" = "TD309", "x-edifact" = "SEL 9308"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seals: Vec<String>,
}

/// What a piece of equipment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum EquipmentType {
    /// Trailer.
    Trailer,
    /// Container.
    Container,
    /// Truck.
    Truck,
    /// Railway wagon.
    Railcar,
    /// Swap body.
    SwapBody,
    /// Something else; `typeCode` has the wire's code.
    Other,
}

/// What something weighs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Weight {
    /// With packaging.
    #[schemars(extend("x-ubl" = "GrossWeightMeasure", "x-x12" = "TD107 (TD106=G), PO406", "x-edifact" = "MEA 6314 (6313=G, AAB, AAD)"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gross: Option<Decimal>,
    /// Without packaging.
    #[schemars(extend("x-ubl" = "NetWeightMeasure", "x-x12" = "TD107 (TD106=N)", "x-edifact" = "MEA 6314 (6313=N, AAA, AAC)"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net: Option<Decimal>,
    /// Unit, UN/ECE Recommendation 20; a code outside the mapping's list is the wire's own.
    #[schemars(extend("x-ubl" = "unitCode", "x-x12" = "355", "x-edifact" = "6411"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// How large something is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dimensions {
    /// Length.
    #[schemars(extend("x-x12" = "PO410", "x-edifact" = "MEA 6314 (6313=LN)"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<Decimal>,
    /// Width.
    #[schemars(extend("x-x12" = "PO411", "x-edifact" = "MEA 6314 (6313=WD)"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<Decimal>,
    /// Height.
    #[schemars(extend("x-x12" = "PO412", "x-edifact" = "MEA 6314 (6313=HT)"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<Decimal>,
    /// Unit of all three, UN/ECE Recommendation 20; a code outside the mapping's list is the wire's own.
    #[schemars(extend("x-ubl" = "unitCode", "x-x12" = "355", "x-edifact" = "6411"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// How an item is packed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Packaging {
    /// What the packages are.
    #[schemars(extend("x-ubl" = "PackagingTypeCode", "x-x12" = "PO404", "x-edifact" = "PAC C202 7065"))]
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<PackageType>,
    /// The wire's code of a type that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_code: Option<String>,
    /// How many of the line's units are in a package.
    #[schemars(extend("x-ubl" = "PackQuantity", "x-x12" = "PO401", "x-edifact" = "QTY+59"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units_per_package: Option<Decimal>,
    /// How many packages are in the outer one.
    #[schemars(extend("x-x12" = "PO414"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inner_packages: Option<Decimal>,
    /// Size of what is in one unit, such as 250 g.
    #[schemars(extend("x-ubl" = "PackSizeNumeric", "x-x12" = "PO402, PO403"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_size: Option<Quantity>,
    /// Weight of a package.
    #[schemars(extend("x-x12" = "PO406, PO407", "x-edifact" = "MEA in PAC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// Volume of a package.
    #[schemars(extend("x-x12" = "PO408, PO409", "x-edifact" = "MEA in PAC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<Quantity>,
    /// Size of a package.
    #[schemars(extend("x-x12" = "PO410, PO411, PO412, PO413", "x-edifact" = "MEA in PAC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<Dimensions>,
    /// Instructions in words.
    #[schemars(extend("x-ubl" = "PackingMaterial", "x-x12" = "PKG05", "x-edifact" = "PAC C202 7064"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What a package or handling unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PackageType {
    /// Pallet.
    Pallet,
    /// Carton.
    Carton,
    /// Box.
    Box,
    /// Crate or case of slats.
    Crate,
    /// Case.
    Case,
    /// Drum or barrel.
    Drum,
    /// Bag or sack.
    Bag,
    /// Bundle.
    Bundle,
    /// Reel or roll.
    Reel,
    /// Coil.
    Coil,
    /// Rack.
    Rack,
    /// Small load carrier, tote or bin.
    Bin,
    /// Container.
    Container,
    /// Package of any kind.
    Package,
    /// Something else; `typeCode` has the wire's code.
    Other,
}
