//! What a simulated instrument hands over: evenly sampled records and tables.

use super::sol::Sol;
use crate::time::Instant;

/// A channel of XB.ELYSE during a sol.
pub(super) struct Waveform {
    pub(super) location: String,
    pub(super) channel: String,
    pub(super) rate_hz: f64,
    pub(super) start: Instant,
    pub(super) samples: Vec<i32>,
}

/// One column of a table.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) values: Vec<f64>,
}

/// Values that share their times: one packet type of an instrument.
pub(super) struct Table {
    pub(super) times: Vec<Instant>,
    pub(super) columns: Vec<Column>,
}

impl Table {
    /// Calls `row` with the seconds since the start of the sol, `rate_hz` times a second.
    pub(super) fn sampled(
        sol: &Sol,
        rate_hz: f64,
        names: &[(&str, &str)],
        row: impl FnMut(f64) -> Vec<f64>,
    ) -> Self {
        Self::sampled_during(sol, 0.0, sol.range.duration_s(), rate_hz, names, row)
    }

    /// The same during a part of the sol, given in seconds since its start.
    pub(super) fn sampled_during(
        sol: &Sol,
        from_s: f64,
        to_s: f64,
        rate_hz: f64,
        names: &[(&str, &str)],
        mut row: impl FnMut(f64) -> Vec<f64>,
    ) -> Self {
        let mut times = Vec::new();
        let mut columns: Vec<Column> = names
            .iter()
            .map(|(name, unit)| Column {
                name: (*name).to_owned(),
                unit: (*unit).to_owned(),
                values: Vec::new(),
            })
            .collect();
        for i in 0..((to_s - from_s) * rate_hz) as usize {
            let t = from_s + i as f64 / rate_hz;
            times.push(sol.range.start.plus_s(t));
            for (column, value) in columns.iter_mut().zip(row(t)) {
                column.values.push(value);
            }
        }
        Self { times, columns }
    }
}
