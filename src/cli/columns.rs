//! Lines in columns.

/// Cells of a column that numbers stand in, flush right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Text,
    Number,
}

/// The widest a column of text gets; what is longer is cut.
const WIDTH: usize = 60;

/// Rows as lines, their cells under one another.
pub(crate) fn lines(columns: &[Column], rows: &[Vec<String>]) -> Vec<String> {
    let cell = |row: &Vec<String>, index: usize| cut(row.get(index).map_or("", String::as_str));
    let width = |index: usize| rows.iter().map(|row| cell(row, index).chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = columns.iter().zip(&widths).enumerate().map(|(index, (column, width))| match column {
            Column::Text => format!("{:<width$}", cell(row, index)),
            Column::Number => format!("{:>width$}", cell(row, index)),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn cut(text: &str) -> String {
    let text = text.replace(['\n', '\r', '\t'], " ");
    if text.chars().count() <= WIDTH { text } else { text.chars().take(WIDTH - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_under_one_another_and_long_ones_are_cut() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["member", "n", "text"]), row(["a.b", "100", "x\ny"]), row(["c", "7", &"ä".repeat(61)])];
        let found = lines(&[Column::Text, Column::Number, Column::Text], &rows);
        let long = format!("c         7  {}…", "ä".repeat(59));
        assert_eq!(found, ["member    n  text", "a.b     100  x y", &long]);
    }
}
