//! A configuration table: which channels are recorded how.

use std::fmt;

use super::rate::Rate;

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Identifier.
    pub id: String,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A channel in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Identifier of the channel.
    pub channel: String,
    /// Where it goes.
    pub stream: Stream,
    /// Its rate.
    pub rate: Rate,
    /// Identifier of the filter.
    pub filter: String,
    /// Identifier of the gain.
    pub gain: String,
}

/// Where the samples of a row go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// They are sent with every pass.
    Continuous,
    /// They stay in memory, and windows of them are sent on request (ERP).
    Event,
}

impl Stream {
    /// Its word in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Continuous => "continuous",
            Self::Event => "event",
        }
    }
}

impl Row {
    /// Reads `VBB_U continuous 2 FIR2 SCI_HIGH`, as [`fmt::Display`] prints it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let shown: String = text.chars().take(80).collect();
        let parts: Vec<&str> = text.split_whitespace().collect();
        let [channel, stream, rate, filter, gain] = parts.as_slice() else {
            return Err(format!("{shown:?} has to be channel, stream, rate, filter and gain"));
        };
        let stream = match *stream {
            "continuous" => Stream::Continuous,
            "event" => Stream::Event,
            _ => return Err(format!("{shown:?}: the stream has to be continuous or event")),
        };
        let rate = Rate::parse(rate).ok_or(format!("{shown:?}: no rate such as 20 or 1/10"))?;
        let [channel, filter, gain] = [channel, filter, gain].map(|text| (*text).to_owned());
        Ok(Self { channel, stream, rate, filter, gain })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stream = self.stream.word();
        write!(f, "{} {stream} {} {} {}", self.channel, self.rate, self.filter, self.gain)
    }
}

/// What is not the same in two tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableChange {
    /// Only in the first.
    OnlyFirst(Row),
    /// Only in the second.
    OnlySecond(Row),
    /// The channel is in the same stream of both, with other values.
    Changed {
        /// In the first.
        first: Row,
        /// In the second.
        second: Row,
    },
}

/// Compares two tables, such as that of the ground and that on board; the order of rows says
/// nothing. Empty: they are the same.
pub fn compare(first: &Table, second: &Table) -> Vec<TableChange> {
    let mut left: Vec<&Row> = second.rows.iter().collect();
    let mut found = Vec::new();
    for row in &first.rows {
        let same = |other: &&&Row| other.channel == row.channel && other.stream == row.stream;
        // A row that stands twice is paired with its equal first.
        let at = left.iter().position(|other| *other == row);
        let at = at.or_else(|| left.iter().position(|other| same(&other)));
        match at.map(|at| left.remove(at)) {
            Some(other) if other == row => (),
            Some(other) => {
                found.push(TableChange::Changed { first: row.clone(), second: other.clone() });
            }
            None => found.push(TableChange::OnlyFirst(row.clone())),
        }
    }
    found.extend(left.into_iter().map(|row| TableChange::OnlySecond(row.clone())));
    found
}
