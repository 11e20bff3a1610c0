//! Sums over lines, as checks of what was sent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::Decimal;

/// Sums over the lines of an order, as sent or derived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderTotals {
    /// Number of lines.
    #[schemars(range(min = 0), extend("x-x12" = "CTT01", "x-edifact" = "CNT+2"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_count: Option<i64>,
    /// Sum of all lines' quantities whatever their unit: a check, not a quantity.
    #[schemars(extend("x-x12" = "CTT02", "x-edifact" = "CNT+1"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity_hash: Option<Decimal>,
    /// Sum of the line amounts.
    #[schemars(extend("x-ubl" = "LineExtensionAmount", "x-x12" = "AMT02 (AMT01=TT)", "x-edifact" = "MOA+79, 86"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_amount: Option<Decimal>,
}

/// Sums over the lines, as sent or derived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineTotals {
    /// Number of lines.
    #[schemars(range(min = 0), extend("x-edifact" = "CNT+2"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_count: Option<i64>,
    /// Sum of all lines' quantities whatever their unit: a check, not a quantity.
    #[schemars(extend("x-x12" = "CTT02", "x-edifact" = "CNT+1"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity_hash: Option<Decimal>,
}
