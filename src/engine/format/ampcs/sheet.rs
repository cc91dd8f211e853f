//! A delimited text whose first row names the columns, read one row at a time.

use std::borrow::Cow;

use crate::format::xmltree::Problems;
use crate::problem::Problem;
use crate::time::Instant;

/// Longest first line that is looked at for names of columns.
const HEADER_BYTES: usize = 16 << 10;

/// Letters and digits in lower case: `channelId` and `channel_id` are the same column.
fn plain(name: &[u8]) -> String {
    name.iter()
        .filter(|b| b.is_ascii_alphanumeric())
        .map(|b| b.to_ascii_lowercase() as char)
        .collect()
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Whether the first line names all of these columns, and one of each further list.
pub(super) fn names_columns(bytes: &[u8], all: &[&str], one_of: &[&[&str]]) -> bool {
    let bytes = without_mark(bytes);
    let head = bytes.get(..bytes.len().min(HEADER_BYTES)).unwrap_or_default();
    let Some(line) = head.split(|b| *b == b'\n').next().filter(|l| !l.contains(&0)) else {
        return false;
    };
    let names: Vec<String> = line.split(|b| *b == b',').map(plain).collect();
    let has = |name: &&str| names.iter().any(|n| n == name);
    all.iter().all(has) && one_of.iter().all(|list| list.iter().any(has))
}

/// A column by its place; absent columns give empty cells.
#[derive(Clone, Copy)]
pub(super) struct Col(Option<usize>, &'static str);

/// The rows of a text.
pub(super) struct Sheet<'b> {
    reader: ::csv::Reader<&'b [u8]>,
    body: &'b [u8],
    names: Vec<String>,
    row: ::csv::ByteRecord,
    /// Bytes of a byte order mark in front.
    skipped: u64,
    at: u64,
    line: u64,
    problems: Problems,
}

impl<'b> Sheet<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        let body = without_mark(bytes);
        let reader =
            ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(body);
        let mut sheet = Self {
            reader,
            body,
            names: Vec::new(),
            row: ::csv::ByteRecord::new(),
            skipped: (bytes.len() - body.len()) as u64,
            at: 0,
            line: 1,
            problems: Problems::default(),
        };
        if sheet.advance() {
            sheet.names = sheet.row.iter().map(plain).collect();
        } else {
            sheet.problems.push(Problem::of("header", "there is no row that names the columns"));
        }
        sheet
    }

    /// The column of the first of these names that the header has; `needed` ones that are absent
    /// are told.
    pub(super) fn column(&mut self, names: &[&'static str], needed: bool) -> Col {
        let place = names.iter().find_map(|name| self.names.iter().position(|n| n == name));
        let first = names.first().copied().unwrap_or("column");
        if place.is_none() && needed {
            let reason = format!("no column is named {first}; its values are left empty");
            self.problems.push(Problem::at(0, "header", reason));
        }
        Col(place, first)
    }

    /// Goes to the next row that holds anything; false at the end.
    pub(super) fn advance(&mut self) -> bool {
        loop {
            self.at = self.skipped + self.reader.position().byte();
            match self.reader.read_byte_record(&mut self.row) {
                Ok(true) => self.locate(),
                Ok(false) => return false,
                Err(error) => {
                    self.tell("row", format!("cannot be read: {error}"));
                    return false;
                }
            }
            if self.row.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                if !self.names.is_empty() && self.row.len() != self.names.len() {
                    let reason = format!(
                        "the row has {} cells, the header {}; missing ones are empty, surplus \
                         ones left out",
                        self.row.len(),
                        self.names.len()
                    );
                    self.tell("row", reason);
                }
                return true;
            }
        }
    }

    /// Where the row begins. The reader may still stand at the line ends of the row before.
    fn locate(&mut self) {
        let Some(place) = self.row.position() else { return };
        let start = usize::try_from(place.byte()).unwrap_or(usize::MAX);
        let rest = self.body.get(start..).unwrap_or_default();
        let ends = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n'));
        let (mut skipped, mut lines) = (0, 0);
        for byte in ends {
            skipped += 1;
            lines += u64::from(*byte == b'\n');
        }
        self.at = self.skipped + place.byte() + skipped;
        self.line = place.line() + lines;
    }

    /// A cell without blanks around it.
    pub(super) fn text(&self, column: Col) -> Cow<'_, str> {
        let cell = column.0.and_then(|place| self.row.get(place)).unwrap_or_default();
        String::from_utf8_lossy(cell.trim_ascii())
    }

    pub(super) fn string(&self, column: Col) -> String {
        self.text(column).into_owned()
    }

    /// Notes a problem of the present row.
    pub(super) fn tell(&mut self, field: &str, reason: impl Into<String>) {
        let field = format!("line {}: {field}", self.line);
        self.problems.push(Problem::at(self.at, field, reason));
    }

    /// A UTC time, calendar or day of year; none where the cell is empty; told where it is none.
    pub(super) fn time(&mut self, column: Col) -> Option<Instant> {
        let text = self.string(column);
        if text.is_empty() {
            return None;
        }
        let time = crate::time::parse(&text, None).ok();
        if time.is_none() {
            self.refuse(column, &text, "a UTC time");
        }
        time
    }

    /// A whole number; none where the cell is empty; told where it is none.
    pub(super) fn whole<T: std::str::FromStr>(&mut self, column: Col) -> Option<T> {
        let text = self.string(column);
        let number = text.parse().ok();
        if number.is_none() && !text.is_empty() {
            self.refuse(column, &text, "a whole number in its range");
        }
        number
    }

    /// A finite number; none where the cell is empty; told where it is none.
    pub(super) fn real(&mut self, column: Col) -> Option<f64> {
        let text = self.string(column);
        let number = text.parse::<f64>().ok().filter(|x| x.is_finite());
        if number.is_none() && !text.is_empty() {
            self.refuse(column, &text, "a number");
        }
        number
    }

    /// `true` or `false`; an empty cell is false.
    pub(super) fn flag(&mut self, column: Col) -> bool {
        let text = self.string(column);
        if !(text.is_empty() || ["true", "false"].iter().any(|w| text.eq_ignore_ascii_case(w))) {
            self.refuse(column, &text, "true or false");
        }
        text.eq_ignore_ascii_case("true")
    }

    fn refuse(&mut self, column: Col, text: &str, wanted: &str) {
        let shown: String = text.chars().take(40).collect();
        self.tell(column.1, format!("\"{shown}\" is not {wanted}; it was left out"));
    }

    pub(super) fn finish(self) -> Vec<Problem> {
        self.problems.finish()
    }
}
