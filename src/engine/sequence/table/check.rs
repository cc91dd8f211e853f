//! What a table leads to (SEED codes, bit rates, memory, volume) and which rules it breaks.

use super::catalogue::{Catalogue, Check, Part, Severity};
use super::model::{Row, Stream, Table};

/// Seconds of a sol (Allison and McEwen 2000: 88 775.244).
pub const SOL_S: f64 = 88_775.244;

/// What a table leads to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Budget {
    /// One for each row.
    pub rows: Vec<RowBudget>,
    /// Bits a second that go to memory, of both streams.
    pub memory_bits_per_s: f64,
    /// Seconds until memory is overwritten; infinite where nothing is recorded.
    pub memory_life_s: f64,
    /// Bits of continuous data a sol, after compression.
    pub volume_bits_per_sol: f64,
}

/// What a row leads to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowBudget {
    /// SEED codes as `XB.ELYSE.02.BHU`; none where the row is not sound.
    pub seed: Option<String>,
    /// Bits a second that go to memory.
    pub memory_bits_per_s: f64,
    /// Bits of continuous data a sol, after compression; zero for events.
    pub volume_bits_per_sol: f64,
}

/// A rule that a table breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Identifier of the rule; `table` for what no table may have.
    pub rule: String,
    /// What it means.
    pub severity: Severity,
    /// What is wrong, as a sentence without a final stop.
    pub reason: String,
    /// Rows that it is about, from 0.
    pub rows: Vec<usize>,
}

/// The SEED codes of a row, `network.station.location.channel`.
pub fn seed_code(of: &Catalogue, row: &Row) -> Option<String> {
    let channel = of.channel(&row.channel)?;
    let gain = of.gain(&row.gain)?;
    let (band, index) = row.rate.seed(channel.bands)?;
    let location = gain.location.checked_add(index)?;
    let (network, station) = (&of.network, &of.station);
    let (letter, orientation) = (gain.letter, channel.orientation);
    Some(format!("{network}.{station}.{location:02}.{band}{letter}{orientation}"))
}

/// What a table leads to.
pub fn budget(of: &Catalogue, table: &Table) -> Budget {
    let mut rows = Vec::new();
    for row in &table.rows {
        let sent = usize::from(row.stream == Stream::Continuous);
        rows.push(RowBudget {
            seed: seed_code(of, row),
            memory_bits_per_s: row.rate.sps() * f64::from(of.raw_bits),
            volume_bits_per_sol: volume_bits(sent, row.rate.sps(), SOL_S, of.packed_bits),
        });
    }
    let memory_bits_per_s: f64 = rows.iter().map(|row| row.memory_bits_per_s).sum();
    let volume_bits_per_sol = rows.iter().map(|row| row.volume_bits_per_sol).sum();
    let memory_life_s = of.memory_bits as f64 / memory_bits_per_s;
    Budget { rows, memory_bits_per_s, memory_life_s, volume_bits_per_sol }
}

/// Bits of channels over a time at a rate (samples per second) and bits per sample.
pub fn volume_bits(channels: usize, sps: f64, seconds: f64, bits_per_sample: f64) -> f64 {
    channels as f64 * sps * seconds * bits_per_sample
}

/// The rules that a table breaks, those of the table itself first.
pub fn check(of: &Catalogue, table: &Table) -> Vec<Violation> {
    let mut found = Vec::new();
    for (at, row) in table.rows.iter().enumerate() {
        let wrong = row_faults(of, table, at, row);
        let severity = Severity::Violation;
        found.extend(wrong.into_iter().map(|reason| Violation {
            rule: "table".to_owned(),
            severity,
            reason: format!("{row}: {reason}"),
            rows: vec![at],
        }));
    }
    for rule in &of.rules {
        let broken = broken(of, table, &rule.check);
        found.extend(broken.into_iter().map(|(detail, rows)| Violation {
            rule: rule.id.clone(),
            severity: rule.severity,
            reason: format!("{}: {detail}", rule.sentence),
            rows,
        }));
    }
    found
}

fn row_faults(of: &Catalogue, table: &Table, at: usize, row: &Row) -> Vec<String> {
    let list = |all: Vec<String>| all.join(", ");
    let Some(channel) = of.channel(&row.channel) else {
        let all = of.channels.iter().map(|channel| channel.id.clone()).collect();
        return vec![format!("there is no such channel; there are {}", list(all))];
    };
    let mut found = Vec::new();
    if !channel.rates.contains(&row.rate) {
        let all = channel.rates.iter().map(ToString::to_string).collect();
        found.push(format!("{} can have {} sps", channel.name, list(all)));
    }
    if !channel.gains.contains(&row.gain) {
        found.push(format!("{} can have {}", channel.name, list(channel.gains.clone())));
    }
    match of.filter(&row.filter) {
        None => {
            let all = of.filters.iter().map(|filter| filter.id.clone()).collect();
            found.push(format!("there is no such filter; there are {}", list(all)));
        }
        Some(filter) if !filter.rates.contains(&row.rate) => {
            let all = filter.rates.iter().map(ToString::to_string).collect();
            found.push(format!("{} gives {} sps", filter.name, list(all)));
        }
        Some(_) => (),
    }
    let same = |other: &Row| other.channel == row.channel && other.stream == row.stream;
    if table.rows.iter().take(at).any(same) {
        found.push("the channel is in this stream twice; keep one row".to_owned());
    }
    found
}

/// What breaks a rule: details and rows.
fn broken(of: &Catalogue, table: &Table, check: &Check) -> Vec<(String, Vec<usize>)> {
    let all_rows = || (0..table.rows.len()).collect::<Vec<_>>();
    let one = |broken: bool, detail: String, rows: Vec<usize>| {
        if broken { vec![(detail, rows)] } else { Vec::new() }
    };
    match check {
        Check::Same { what, channels } => STREAMS
            .iter()
            .filter_map(|stream| not_the_same(table, *stream, *what, channels))
            .collect(),
        Check::Together { channels } => {
            STREAMS.iter().filter_map(|stream| not_together(table, *stream, channels)).collect()
        }
        Check::Needs { channel, needs, least_rate } => {
            let there = rows_of(table, |row| row.channel == *channel);
            let fast = |id: &&str| {
                let fits = |row: &Row| row.channel == *id && row.rate.sps() >= least_rate.sps();
                table.rows.iter().any(fits)
            };
            let missing: Vec<&str> =
                needs.iter().map(String::as_str).filter(|id| !fast(id)).collect();
            let detail = format!("{} is not recorded at {least_rate} sps", missing.join(", "));
            one(!there.is_empty() && !missing.is_empty(), detail, there)
        }
        Check::Excludes { channels } => {
            let there = rows_of(table, |row| channels.contains(&row.channel));
            let names: Vec<&str> = there.iter().map(|at| name(table, *at)).collect();
            let two = names.iter().any(|name| Some(name) != names.first());
            one(two, format!("{} are there together", names.join(", ")), there)
        }
        Check::MostVolume => {
            let volume = budget(of, table).volume_bits_per_sol;
            let most = of.allocation_bits_per_sol as f64;
            let detail = format!("{:.1} Mbit a sol of {:.1}", volume / 1e6, most / 1e6);
            let there = rows_of(table, |row| row.stream == Stream::Continuous);
            one(volume > most, detail, there)
        }
        Check::LeastMemory { hours } => {
            let life = budget(of, table).memory_life_s / 3600.0;
            one(life < *hours, format!("memory holds {life:.1} h"), all_rows())
        }
        Check::MostRate { samples_per_s } => {
            let sum: f64 = table.rows.iter().map(|row| row.rate.sps()).sum();
            one(sum > *samples_per_s, format!("the table has {sum:.1}"), all_rows())
        }
    }
}

const STREAMS: [Stream; 2] = [Stream::Continuous, Stream::Event];

fn rows_of(table: &Table, keep: impl Fn(&Row) -> bool) -> Vec<usize> {
    let rows = table.rows.iter().enumerate();
    rows.filter(|(_, row)| keep(row)).map(|(at, _)| at).collect()
}

fn name(table: &Table, at: usize) -> &str {
    table.rows.get(at).map_or("", |row| row.channel.as_str())
}

fn of_stream(table: &Table, stream: Stream, channels: &[String]) -> Vec<usize> {
    rows_of(table, |row| row.stream == stream && channels.contains(&row.channel))
}

fn not_the_same(
    table: &Table,
    stream: Stream,
    what: Part,
    channels: &[String],
) -> Option<(String, Vec<usize>)> {
    let part = |at: &usize| match (table.rows.get(*at), what) {
        (Some(row), Part::Rate) => format!("{} sps", row.rate),
        (Some(row), Part::Gain) => row.gain.clone(),
        (None, _) => String::new(),
    };
    let there = of_stream(table, stream, channels);
    let first = there.first().map(part);
    if there.iter().all(|at| Some(part(at)) == first) {
        return None;
    }
    let all = there.iter().map(|at| format!("{} has {}", name(table, *at), part(at)));
    let all: Vec<String> = all.collect();
    Some((format!("{}, {}", stream.word(), all.join(", ")), there))
}

fn not_together(
    table: &Table,
    stream: Stream,
    channels: &[String],
) -> Option<(String, Vec<usize>)> {
    let there = of_stream(table, stream, channels);
    let is_there = |id: &&String| there.iter().any(|at| name(table, *at) == id.as_str());
    let missing = channels.iter().filter(|id| !is_there(id));
    let missing: Vec<&str> = missing.map(String::as_str).collect();
    let broken = !there.is_empty() && !missing.is_empty();
    broken.then(|| (format!("{} is without {}", stream.word(), missing.join(", ")), there))
}
