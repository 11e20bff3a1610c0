//! Small words of a partner file: whether a partner takes part, for what, and who is who in its documents.

use crate::base::table::Table;

/// Whether a partner takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Status {
    /// Messages flow.
    #[default]
    Active,
    /// What arrives is answered 503, what would leave is held.
    Suspended,
}

/// What documents are for. Test never goes where production goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Usage {
    /// They are meant.
    #[default]
    Production,
    /// They are tried.
    Test,
}

/// One line of `[parties]`: an id of ours and what the wire says for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Our id: `plant-0100`.
    pub id: String,
    /// The scheme of the identifier on the wire: `DUNS`, `BUYER_ASSIGNED`.
    pub scheme: String,
    /// The identifier on the wire.
    pub value: String,
    /// The party's name, for messages that need one.
    pub name: Option<String>,
    /// The role in which it stands for itself: `buyer`.
    pub role: Option<String>,
}

impl Party {
    /// Reads `[parties]` in the order of the file.
    pub(super) fn read_all(mut table: Table<'_>) -> Vec<Self> {
        let read = |(id, value): (crate::base::table::Located<String>, crate::base::table::Value<'_>)| {
            let party = value.table()?;
            party.require("scheme", "the identifier's scheme, such as \"DUNS\" or \"BUYER_ASSIGNED\"");
            party.require("value", "the identifier as it stands on the wire");
            let (scheme, identifier) = (party.string("scheme"), party.string("value"));
            let (name, role) = (party.string("name"), party.string("role"));
            Some(Self {
                id: id.value,
                scheme: scheme?.value,
                value: identifier?.value,
                name: name.map(|name| name.value),
                role: role.map(|role| role.value),
            })
        };
        table.entries().into_iter().filter_map(read).collect()
    }
}
