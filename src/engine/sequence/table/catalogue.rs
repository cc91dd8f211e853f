//! What the tables of an instrument can hold, its rules and its standard tables, out of TOML.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::problem::Problem;

use super::model::{Row, Table};
use super::rate::{Bands, Rate};

/// What the tables of an instrument can hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    /// Identifier, e.g. `seis`.
    pub instrument: String,
    /// Name for people.
    pub title: String,
    /// SEED network and station of the channels.
    pub network: String,
    /// Station.
    pub station: String,
    /// Bits of memory on board that data stay in until they are overwritten.
    pub memory_bits: u64,
    /// Bits of a sample in memory.
    pub raw_bits: u32,
    /// Bits of a sample of continuous data after compression, on average.
    pub packed_bits: f64,
    /// Bits that continuous data may take in a sol.
    pub allocation_bits_per_sol: u64,
    /// Filters.
    pub filters: Vec<Filter>,
    /// Channels.
    pub channels: Vec<Channel>,
    /// Gains and modes.
    pub gains: Vec<Gain>,
    /// Rules that tables keep.
    pub rules: Vec<Rule>,
    /// Standard tables.
    pub tables: Vec<Table>,
    /// SHA-256 of the text that all this was read from: the version of the catalogue.
    pub sha256: [u8; 32],
}

/// A filter.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Identifier in tables.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Number on board.
    pub number: u8,
    /// Rates that it gives.
    pub rates: Vec<Rate>,
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Identifier in tables.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Number on board.
    pub number: u16,
    /// Which letters its rates have.
    pub bands: Bands,
    /// Last letter of its SEED code.
    pub orientation: char,
    /// Rates that it can have.
    pub rates: Vec<Rate>,
    /// Gains that it can have.
    pub gains: Vec<String>,
}

/// A gain, with the mode that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gain {
    /// Identifier in tables.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Number on board.
    pub number: u8,
    /// Channel part of the SEED location code.
    pub location: u8,
    /// Instrument letter of the SEED code.
    pub letter: char,
}

/// A rule that tables keep.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Rule {
    /// Identifier.
    pub id: String,
    /// What it asks for, without a final stop.
    pub sentence: String,
    /// What breaking it means.
    pub severity: Severity,
    /// What is looked at.
    #[serde(flatten)]
    pub check: Check,
}

/// What breaking a rule means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Somebody should look.
    Warning,
    /// The table must not go up.
    Violation,
}

/// What a rule looks at.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Check {
    /// These channels have the same rate or gain in a stream.
    Same {
        /// Of what.
        what: Part,
        /// The channels.
        channels: Vec<String>,
    },
    /// A stream has all of these channels or none.
    Together {
        /// The channels.
        channels: Vec<String>,
    },
    /// A channel is there only with others, at a rate or faster, in any stream.
    Needs {
        /// The channel.
        channel: String,
        /// The others.
        needs: Vec<String>,
        /// The slowest rate of the others.
        least_rate: Rate,
    },
    /// Two channels are not there together.
    Excludes {
        /// The channels.
        channels: Vec<String>,
    },
    /// Continuous data fit the allocation of a sol.
    MostVolume,
    /// Memory holds so many hours.
    LeastMemory {
        /// Hours.
        hours: f64,
    },
    /// All channels together have so many samples a second at most.
    MostRate {
        /// Samples.
        samples_per_s: f64,
    },
}

/// A part of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Its rate.
    Rate,
    /// Its gain.
    Gain,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    instrument: String,
    title: String,
    network: String,
    station: String,
    memory_bits: u64,
    raw_bits: u32,
    packed_bits: f64,
    allocation_bits_per_sol: u64,
    filter: Vec<Filter>,
    channel: Vec<Channel>,
    gain: Vec<Gain>,
    #[serde(default)]
    rule: Vec<Rule>,
    #[serde(default)]
    table: Vec<FileTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTable {
    id: String,
    rows: Vec<String>,
}

impl Catalogue {
    /// The catalogue of the SEIS E-box.
    pub fn seis() -> Result<Self, Vec<Problem>> {
        Self::parse(include_str!("seis.toml"))
    }

    /// The catalogue of the APSS PAE.
    pub fn apss() -> Result<Self, Vec<Problem>> {
        Self::parse(include_str!("apss.toml"))
    }

    /// Reads a catalogue; all of it has to be sound.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let file: File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            vec![Problem::at(at as u64, "catalogue", error.message())]
        })?;
        let mut problems = Vec::new();
        let mut tables = Vec::new();
        for table in file.table {
            let mut rows = Vec::new();
            for row in &table.rows {
                match Row::parse(row) {
                    Ok(row) => rows.push(row),
                    Err(reason) => {
                        problems.push(Problem::of(format!("table {}", table.id), reason));
                    }
                }
            }
            tables.push(Table { id: table.id, rows });
        }
        let of = Self {
            instrument: file.instrument,
            title: file.title,
            network: file.network,
            station: file.station,
            memory_bits: file.memory_bits,
            raw_bits: file.raw_bits,
            packed_bits: file.packed_bits,
            allocation_bits_per_sol: file.allocation_bits_per_sol,
            filters: file.filter,
            channels: file.channel,
            gains: file.gain,
            rules: file.rule,
            tables,
            sha256: Sha256::digest(text.as_bytes()).into(),
        };
        problems.extend(of.unsound());
        if problems.is_empty() { Ok(of) } else { Err(problems) }
    }

    /// The channel with an identifier.
    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    /// The filter with an identifier.
    pub fn filter(&self, id: &str) -> Option<&Filter> {
        self.filters.iter().find(|filter| filter.id == id)
    }

    /// The gain with an identifier.
    pub fn gain(&self, id: &str) -> Option<&Gain> {
        self.gains.iter().find(|gain| gain.id == id)
    }

    /// References to nothing and identifiers or numbers that stand twice.
    fn unsound(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut twice = |what: &str, ids: Vec<String>| {
            for (at, id) in ids.iter().enumerate() {
                if ids.iter().take(at).any(|other| other == id) {
                    found.push(Problem::of(what, format!("{id} stands twice")));
                }
            }
        };
        let numbered = |id: &String, number: u32| [id.clone(), format!("number {number}")];
        twice(
            "channel",
            self.channels.iter().flat_map(|c| numbered(&c.id, c.number.into())).collect(),
        );
        twice(
            "filter",
            self.filters.iter().flat_map(|f| numbered(&f.id, f.number.into())).collect(),
        );
        twice("gain", self.gains.iter().flat_map(|g| numbered(&g.id, g.number.into())).collect());
        twice("rule", self.rules.iter().map(|rule| rule.id.clone()).collect());
        for channel in &self.channels {
            for gain in channel.gains.iter().filter(|gain| self.gain(gain).is_none()) {
                found.push(Problem::of(&channel.id, format!("there is no gain {gain}")));
            }
            for rate in channel.rates.iter().filter(|rate| rate.seed(channel.bands).is_none()) {
                found.push(Problem::of(&channel.id, format!("SEED has no code for {rate} sps")));
            }
        }
        for rule in &self.rules {
            let named: Vec<&String> = match &rule.check {
                Check::Same { channels, .. }
                | Check::Together { channels }
                | Check::Excludes { channels } => channels.iter().collect(),
                Check::Needs { channel, needs, .. } => [channel].into_iter().chain(needs).collect(),
                Check::MostVolume | Check::LeastMemory { .. } | Check::MostRate { .. } => {
                    Vec::new()
                }
            };
            for channel in named.into_iter().filter(|channel| self.channel(channel).is_none()) {
                found.push(Problem::of(&rule.id, format!("there is no channel {channel}")));
            }
        }
        if self.packed_bits <= 0.0 || !self.packed_bits.is_finite() || self.raw_bits == 0 {
            found.push(Problem::of("packed_bits", "bits of a sample have to be above zero"));
        }
        found
    }
}
