//! Plain tables: columns as wide as what stands in them, two spaces apart, numbers to the right.

use unicode_width::UnicodeWidthStr;

/// A table in the making.
#[derive(Debug, Clone, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    #[must_use]
    pub fn new(headings: &[&str]) -> Self {
        Self { rows: vec![headings.iter().map(|heading| (*heading).to_owned()).collect()] }
    }

    /// Adds a row, with as many cells as there are headings.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The lines of the table.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let columns = self.rows.first().map_or(0, Vec::len);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
            })
            .collect();
        let is_number =
            |text: &String| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || ".-".contains(c));
        let right: Vec<bool> = (0..columns)
            .map(|column| self.rows.iter().skip(1).filter_map(|row| row.get(column)).all(is_number))
            .collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().enumerate().map(|(column, cell)| {
                let gap = " ".repeat(widths[column].saturating_sub(cell.width()));
                if right[column] { format!("{gap}{cell}") } else { format!("{cell}{gap}") }
            });
            cells.collect::<Vec<String>>().join("  ").trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_to_the_right_and_columns_under_each_other() {
        let mut table = Table::new(&["host", "copies"]);
        table.row(vec!["alpha".into(), "7".into()]);
        table.row(vec!["größe".into(), "1200".into()]);
        assert_eq!(table.lines(), ["host   copies", "alpha       7", "größe    1200"]);
    }
}
