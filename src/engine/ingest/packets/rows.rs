//! Decoded packets as columns: rows of one kind of packet share their times.

use std::collections::HashMap;

use super::Decoder;
use crate::archive::ParameterBatch;
use crate::mission::telemetry::ContainerId;
use crate::parameter::{Derived, RawKind, ValueId, Values};
use crate::problem::Problem;
use crate::time::Instant;

/// Most series of one kind of packet: lists of dynamic length must not make any number of them.
const MOST_SERIES: usize = 4_096;

/// Rows of one kind of packet that wait to be stored.
#[derive(Debug, Default)]
struct Kind {
    times: Vec<Instant>,
    names: Vec<String>,
    units: Vec<String>,
    columns: Vec<Vec<f64>>,
    place: HashMap<ValueId, usize>,
    /// The values of the last packet and the column of each; none for what is no series. Most
    /// packets of a kind hold the same ones.
    last: Vec<ValueId>,
    into: Vec<Option<usize>>,
    /// The column of each derived parameter, by its position.
    derived: HashMap<usize, usize>,
    /// Whether series beyond the bound were told.
    told: bool,
}

/// Rows that wait to be stored, by kind of packet.
#[derive(Debug, Default)]
pub(in crate::ingest) struct Rows {
    kinds: HashMap<ContainerId, Kind>,
    /// With the newest values of its inputs, whatever packet brought them; none before the first
    /// packet.
    derived: Option<Derived>,
    computed: Vec<(usize, f64)>,
    /// Values that wait.
    values: u64,
}

impl Rows {
    /// Adds a packet; returns how many rows of its kind wait now.
    pub(in crate::ingest) fn add(
        &mut self,
        container: ContainerId,
        time: Instant,
        values: &Values,
        decoder: &Decoder,
        problems: &mut Vec<Problem>,
    ) -> usize {
        let derived = self.derived.get_or_insert_with(|| decoder.derived.clone());
        derived.update(values, &mut self.computed);
        let kind = self.kinds.entry(container).or_default();
        let row = kind.times.len();
        kind.times.push(time);
        if kind.last != values.ids() {
            kind.last.clear();
            kind.last.extend_from_slice(values.ids());
            kind.into.clear();
            for id in values.ids() {
                let column = kind.column(*id, decoder, problems);
                kind.into.push(column);
            }
        }
        for (into, value) in kind.into.iter().zip(values.engineering()) {
            if let Some(column) = into.and_then(|at| kind.columns.get_mut(at)) {
                put(column, row, *value);
                self.values += 1;
            }
        }
        for (which, value) in &self.computed {
            if let Some(at) = kind.derived_column(*which, derived)
                && let Some(column) = kind.columns.get_mut(at)
            {
                put(column, row, *value);
                self.values += 1;
            }
        }
        row + 1
    }

    /// Values that wait.
    pub(in crate::ingest) fn waiting(&self) -> u64 {
        self.values
    }

    /// Takes the rows of one kind.
    pub(in crate::ingest) fn take(
        &mut self,
        container: ContainerId,
        product: &str,
    ) -> Option<ParameterBatch> {
        let kind = self.kinds.get_mut(&container)?;
        let batch = kind.take(product)?;
        let values: usize = batch.columns.iter().map(Vec::len).sum();
        self.values = self.values.saturating_sub(values as u64);
        Some(batch)
    }

    /// Takes all rows, in the order of the dictionary.
    pub(in crate::ingest) fn take_all(&mut self, product: &str) -> Vec<ParameterBatch> {
        self.values = 0;
        let mut kinds: Vec<_> = self.kinds.iter_mut().collect();
        kinds.sort_by_key(|(container, _)| **container);
        kinds.into_iter().filter_map(|(_, kind)| kind.take(product)).collect()
    }
}

/// Sets the value of a row; of one that stands twice in a packet, the later one counts.
fn put(column: &mut Vec<f64>, row: usize, value: f64) {
    if column.len() != row {
        column.resize(row, f64::NAN);
    }
    column.push(value);
}

impl Kind {
    /// The column of a derived parameter, made where it is new; none beyond the bound.
    fn derived_column(&mut self, which: usize, derived: &Derived) -> Option<usize> {
        if let Some(at) = self.derived.get(&which) {
            return Some(*at);
        }
        let (name, unit) = (derived.names().get(which)?, derived.units().get(which)?);
        if self.columns.len() >= MOST_SERIES {
            return None;
        }
        let at = self.columns.len();
        self.derived.insert(which, at);
        self.names.push(name.clone());
        self.units.push(unit.clone());
        self.columns.push(Vec::new());
        Some(at)
    }

    /// Its rows as a batch; the columns stay known. None where there are no rows.
    fn take(&mut self, product: &str) -> Option<ParameterBatch> {
        let rows = self.times.len();
        if rows == 0 {
            return None;
        }
        let columns = self.columns.iter_mut().map(|column| {
            column.resize(rows, f64::NAN);
            std::mem::take(column)
        });
        Some(ParameterBatch {
            product: product.to_owned(),
            columns: columns.collect(),
            names: self.names.clone(),
            units: self.units.clone(),
            times: std::mem::take(&mut self.times),
        })
    }

    /// The column of a value, made where it is new; none for text, bytes, packaging and beyond the bound.
    fn column(
        &mut self,
        id: ValueId,
        decoder: &Decoder,
        problems: &mut Vec<Problem>,
    ) -> Option<usize> {
        if let Some(at) = self.place.get(&id) {
            return Some(*at);
        }
        let leaf = decoder.plan.leaf(id.leaf)?;
        if matches!(leaf.raw, RawKind::None | RawKind::Text | RawKind::Bytes)
            || decoder.is_packaging(&leaf.name)
        {
            return None;
        }
        if self.columns.len() >= MOST_SERIES {
            if !std::mem::replace(&mut self.told, true) {
                let reason = format!("more than {MOST_SERIES} series; the rest is not stored");
                problems.push(Problem::of(leaf.name.clone(), reason));
            }
            return None;
        }
        let at = self.columns.len();
        self.place.insert(id, at);
        let unit = decoder.dictionary.types.get(leaf.type_id).map(|of| of.unit.clone());
        self.names.push(decoder.plan.name(id));
        self.units.push(unit.unwrap_or_default());
        self.columns.push(Vec::new());
        Some(at)
    }
}
