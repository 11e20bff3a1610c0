//! Who takes part in the business: parties, their identifiers, addresses, contacts and tax registrations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A party to the business: buyer, supplier, ship-to and so on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Party {
    /// Our own stable id, after cross-reference with the partner's `[parties]` table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name as sent.
    #[schemars(extend("x-ubl" = "PartyName/Name", "x-x12" = "N102", "x-edifact" = "NAD C080 3036"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Identifiers as sent.
    #[schemars(extend("x-ubl" = "PartyIdentification/ID", "x-x12" = "N103, N104", "x-edifact" = "NAD C082"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    /// Postal address.
    #[schemars(extend("x-ubl" = "PostalAddress", "x-x12" = "N3, N4", "x-edifact" = "NAD C059, 3164, C819, 3251, 3207"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Where at the address the goods are unloaded: a dock, a gate.
    #[schemars(extend("x-x12" = "REF02 (REF01=DK)", "x-edifact" = "LOC+11"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unloading_point: Option<String>,
    /// People or offices to talk to.
    #[schemars(extend("x-ubl" = "Contact", "x-x12" = "PER", "x-edifact" = "CTA, COM"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// Tax registrations.
    #[schemars(extend("x-ubl" = "PartyTaxScheme", "x-x12" = "REF02 (REF01=TJ, VX)", "x-edifact" = "RFF+VA"))]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme_code: Option<String>,
    /// The identifier.
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub street: Vec<String>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// State, province or county.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country, ISO 3166-1; a code outside that list is the wire's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// A person or office to talk to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the contact is for, as the wire's code.
    #[schemars(extend("x-x12" = "PER01", "x-edifact" = "CTA 3139"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Telephone number as sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Fax number as sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fax: Option<String>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// A tax registration of a party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaxId {
    /// Kind of tax or register, as the wire's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// The number.
    pub value: String,
}
