//! Cross-reference tables: a CSV file beside the mapping, of which two columns are a list of pairs.

use crate::base::Sha256;

/// Rows of a table. Part numbers of a partner are tens of thousands; whoever has more has a database.
const MAX_ROWS: usize = 1_000_000;

/// Two columns of a table.
#[derive(Debug)]
pub(super) struct LookupTable {
    pub name: String,
    /// Of the whole file.
    pub sha256: Sha256,
    /// What the wire says and what the document says, ordered by the first.
    by_wire: Vec<(String, String)>,
    /// The same, ordered by what the document says.
    by_canonical: Vec<(String, String)>,
}

/// Why a table cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TableFault {
    pub code: &'static str,
    pub message: String,
    pub expected: Option<String>,
}

fn fault(code: &'static str, message: String, expected: Option<String>) -> TableFault {
    TableFault { code, message, expected }
}

impl LookupTable {
    /// Reads a CSV file (RFC 4180) whose first row names the columns.
    pub(super) fn read(name: &str, text: &str, wire: &str, canonical: &str) -> Result<Self, TableFault> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let columns: Vec<String> = match reader.headers() {
            Ok(headers) => headers.iter().map(str::to_owned).collect(),
            Err(error) => return Err(fault("table-syntax", error.to_string(), None)),
        };
        let column = |wanted: &str| {
            columns.iter().position(|known| known == wanted).ok_or_else(|| {
                let message = format!("{name} has no column '{wanted}'");
                fault("unknown-column", message, Some(format!("one of {}", columns.join(", "))))
            })
        };
        let (wire, canonical) = (column(wire)?, column(canonical)?);
        let mut rows = Vec::new();
        for row in reader.records() {
            let row = row.map_err(|error| fault("table-syntax", error.to_string(), None))?;
            if let (Some(wire), Some(canonical)) = (row.get(wire), row.get(canonical)) {
                rows.push((wire.to_owned(), canonical.to_owned()));
            }
            if rows.len() > MAX_ROWS {
                return Err(fault("table-too-long", format!("{name} has more than {MAX_ROWS} rows"), None));
            }
        }
        rows.sort();
        rows.dedup();
        let twice = |rows: &[(String, String)]| {
            rows.windows(2).find_map(|pair| match pair {
                [one, other] if one.0 == other.0 => Some(one.0.clone()),
                _ => None,
            })
        };
        let mut turned: Vec<(String, String)> = rows.iter().map(|(wire, own)| (own.clone(), wire.clone())).collect();
        turned.sort();
        for (rows, what) in [(&rows, "read"), (&turned, "written")] {
            if let Some(value) = twice(rows) {
                let message = format!("'{value}' stands in several rows of {name}: it cannot be {what}");
                return Err(fault("ambiguous-table", message, Some("each value once in its column".to_owned())));
            }
        }
        let sha256 = Sha256::of(text.as_bytes());
        Ok(Self { name: name.to_owned(), sha256, by_wire: rows, by_canonical: turned })
    }

    /// What the document says for a value of the wire.
    pub(super) fn canonical(&self, wire: &str) -> Option<&str> {
        find(&self.by_wire, wire)
    }

    /// What the wire says for a value of the document.
    pub(super) fn wire(&self, canonical: &str) -> Option<&str> {
        find(&self.by_canonical, canonical)
    }
}

fn find<'r>(rows: &'r [(String, String)], key: &str) -> Option<&'r str> {
    let index = rows.binary_search_by(|(known, _)| known.as_str().cmp(key)).ok()?;
    rows.get(index).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: &str = "partner,ours,note\nA-1,100,first\n\"B,2\",200,\n A-3 ,300,x\n";

    #[test]
    fn a_table_is_looked_up_both_ways() {
        let table = LookupTable::read("parts.csv", PARTS, "partner", "ours").unwrap();
        assert_eq!((table.canonical("B,2"), table.wire("300")), (Some("200"), Some("A-3")));
        assert_eq!((table.canonical("100"), table.wire("A-1")), (None, None));
    }

    #[test]
    fn a_table_that_cannot_go_both_ways_is_refused() {
        let check = |text: &str, wire: &str, code: &str| {
            assert_eq!(LookupTable::read("t.csv", text, wire, "b").unwrap_err().code, code, "{text}");
        };
        check("a,b\n1,x\n2,x\n", "a", "ambiguous-table");
        check("a,b\n1,x\n1,y\n", "a", "ambiguous-table");
        check("a,b\n1,x\n", "c", "unknown-column");
        check("a,b\n1,x,y\n", "a", "table-syntax");
        assert!(LookupTable::read("t.csv", "a,b\n1,x\n1,x\n", "a", "b").is_ok());
    }
}
