//! Tables in CSV, as spreadsheets write them: what separates, and on which line a row stands.

/// The text of a table.
#[derive(Clone, Copy, Debug)]
pub struct Table<'t> {
    text: &'t [u8],
    lines_above: u64,
}

impl<'t> Table<'t> {
    /// A first line `sep=;`, Excel's own way to say what separates, is none of its rows.
    pub fn of(text: &'t [u8]) -> Self {
        match text.strip_prefix(b"sep=") {
            Some(rest) => {
                let text = rest.splitn(2, |&byte| byte == b'\n').nth(1).unwrap_or_default();
                Self { text, lines_above: 1 }
            }
            None => Self { text, lines_above: 0 },
        }
    }

    /// Its rows. Spreadsheets with Polish settings separate by semicolons.
    pub fn reader(&self) -> csv::Reader<&'t [u8]> {
        let first = self.text.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let delimiter = [b';', b'\t'].into_iter().find(|delimiter| first.contains(delimiter)).unwrap_or(b',');
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(csv::Trim::All).from_reader(self.text)
    }

    /// The line on which a row stands, from 1.
    ///
    /// The reader says where it looked for the row: of lines that end as Windows ends them, that is before the end of the line
    /// above, and empty lines come before the row too.
    pub fn line_of(&self, position: Option<&csv::Position>) -> u64 {
        let Some(position) = position else { return 0 };
        let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
        let rest = self.text.get(start..).unwrap_or_default();
        let ends = rest.iter().take_while(|&&byte| byte == b'\r' || byte == b'\n').filter(|&&byte| byte == b'\n');
        self.lines_above + position.line() + ends.count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_where_an_editor_shows_them() {
        for (text, expected) in [
            ("a;b\n1;2\n3;4\n", vec![2, 3]),
            ("a;b\r\n1;2\r\n3;4\r\n", vec![2, 3]),
            ("sep=;\r\na;b\r\n1;2\r\n", vec![3]),
            ("a;b\r\n\r\n1;2\r\n\r\n\r\n3;4", vec![3, 6]),
            ("a;b\n\n1;2\n3;4", vec![3, 4]),
            ("a,b\r\n\"1\r\nx\",2\r\n3,4\r\n", vec![2, 4]),
            ("\u{FEFF}a;b\r\n1;2\r\n", vec![2]),
        ] {
            let table = Table::of(text.as_bytes());
            let lines: Vec<u64> = table.reader().records().map(|row| table.line_of(row.unwrap().position())).collect();
            assert_eq!(lines, expected, "{text:?}");
        }
    }
}
