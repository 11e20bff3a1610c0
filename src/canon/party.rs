//! Who takes part in the business: parties, their identifiers, addresses, contacts, tax registrations and accounts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parties of a document by role. What is not there was neither sent nor known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Parties {
    /// Who buys.
    #[schemars(extend("x-ubl" = "BuyerCustomerParty; in an invoice AccountingCustomerParty", "x-x12" = "N1*BY", "x-edifact" = "NAD+BY"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer: Option<Party>,
    /// Who sells.
    #[schemars(extend("x-ubl" = "SellerSupplierParty; in an invoice AccountingSupplierParty", "x-x12" = "N1*SU, SE, VN", "x-edifact" = "NAD+SU"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier: Option<Party>,
    /// Where the goods go.
    #[schemars(extend("x-ubl" = "Delivery/DeliveryLocation", "x-x12" = "N1*ST", "x-edifact" = "NAD+DP"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_to: Option<Party>,
    /// Where the goods come from.
    #[schemars(extend("x-ubl" = "DespatchParty", "x-x12" = "N1*SF", "x-edifact" = "NAD+SF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ship_from: Option<Party>,
    /// Who gets the invoice.
    #[schemars(extend("x-ubl" = "AccountingCustomerParty", "x-x12" = "N1*BT", "x-edifact" = "NAD+IV"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill_to: Option<Party>,
    /// Who gets the money.
    #[schemars(extend("x-ubl" = "PayeeParty", "x-x12" = "N1*RI, RE", "x-edifact" = "NAD+PE"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay_to: Option<Party>,
    /// Who carries the goods, as a party; the carrier's code stands in `transport`.
    #[schemars(extend("x-ubl" = "CarrierParty", "x-x12" = "N1*CA", "x-edifact" = "NAD+CA"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Party>,
    /// Who uses the goods in the end.
    #[schemars(extend("x-ubl" = "OriginatorCustomerParty", "x-x12" = "N1*EN, UC", "x-edifact" = "NAD+UC"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_customer: Option<Party>,
}

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
    /// More of the name, line by line.
    #[schemars(extend("x-x12" = "N2", "x-edifact" = "NAD C080 3036, C058 3124"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub additional_names: Vec<String>,
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
    /// Where money goes.
    #[schemars(extend("x-ubl" = "PaymentMeans/PayeeFinancialAccount", "x-x12" = "BPR06 to BPR15", "x-edifact" = "FII"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
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
    /// Standard Carrier Alpha Code.
    Scac,
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

/// A bank account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Account number as IBAN.
    #[schemars(extend("x-ubl" = "PayeeFinancialAccount/ID", "x-x12" = "BPR09, BPR15", "x-edifact" = "FII C078 3194"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iban: Option<String>,
    /// Account number in a form of its own.
    #[schemars(extend("x-ubl" = "PayeeFinancialAccount/ID", "x-x12" = "BPR09, BPR15", "x-edifact" = "FII C078 3194"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_number: Option<String>,
    /// Whose account it is.
    #[schemars(extend("x-ubl" = "PayeeFinancialAccount/Name", "x-edifact" = "FII C078 3192"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// The bank's number: BIC, routing number or national sort code.
    #[schemars(extend("x-ubl" = "FinancialInstitutionBranch/ID", "x-x12" = "BPR07, BPR13", "x-edifact" = "FII C088 3433"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_id: Option<String>,
    /// The bank's name.
    #[schemars(extend("x-ubl" = "FinancialInstitutionBranch/Name", "x-edifact" = "FII C088 3432"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_name: Option<String>,
}
