//! Small words of a partner file: whether a partner takes part, for what, and who is who in its documents.

use crate::base::table::Table;
use crate::mapping::PartyEntry;

/// Whether a partner takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Status {
    /// Messages flow.
    #[default]
    Active,
    /// What arrives is answered 503, what would leave is held.
    Suspended,
}

/// Reads `[parties]` in the order of the file.
pub(super) fn parties(mut table: Table<'_>) -> Vec<PartyEntry> {
    table.entries().into_iter().filter_map(|(id, value)| party(id.value, &value.table()?)).collect()
}

fn party(id: String, table: &Table<'_>) -> Option<PartyEntry> {
    table.require("scheme", "the identifier's scheme, such as \"DUNS\" or \"BUYER_ASSIGNED\"");
    table.require("value", "the identifier as it stands on the wire");
    let text = |key| table.string(key).map(|text| text.value);
    let (scheme, value, name, role) = (text("scheme"), text("value"), text("name"), text("role"));
    Some(PartyEntry { id, scheme: scheme?, value: value?, name, role })
}
