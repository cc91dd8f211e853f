//! Tables with a column of UTC times become parameters.

use std::collections::BTreeSet;

use super::names::{Origin, parameter_name};
use crate::archive::ParameterBatch;
use crate::format::table::{Column, Table};
use crate::problem::Problem;
use crate::time::Instant;

/// Clocks that stand beside the time column: no measurements.
const CLOCKS: [&str; 8] = ["AOBT", "SCLK", "LOBT", "ET", "TIME", "SOL", "LMST", "LTST"];

fn is_value(column: &Column) -> bool {
    let name = column.name.to_ascii_uppercase();
    column.data.is_numeric() && column.items == 1 && !CLOCKS.contains(&name.as_str())
}

/// The rows of a table that have a time, as one batch; none where the table has no UTC times or
/// no numbers.
pub(super) fn batch_of(
    table: &Table,
    origin: &Origin,
    product: &str,
    file: &str,
    problems: &mut Vec<Problem>,
) -> Option<ParameterBatch> {
    let clock = table.utc()?;
    let instants = clock.instants()?;
    let rows: Vec<usize> = (0..instants.len()).filter(|i| instants[*i].is_some()).collect();
    if rows.len() < instants.len() {
        let left = instants.len() - rows.len();
        let reason = format!("{left} rows without a readable time were left out of the parameters");
        problems.push(Problem::of(clock.name.clone(), reason));
    }
    let mut batch = ParameterBatch {
        product: product.to_owned(),
        times: rows.iter().filter_map(|i| instants.get(*i).copied().flatten()).collect(),
        ..ParameterBatch::default()
    };
    let mut taken = BTreeSet::new();
    for column in table.columns.iter().filter(|c| is_value(c)) {
        let Some(values) = column.data.to_f64() else { continue };
        let plain = parameter_name(origin, file, &column.name);
        let mut name = plain.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{plain}_{number}");
            number += 1;
        }
        batch.names.push(name);
        batch.units.push(column.unit.clone());
        batch
            .columns
            .push(rows.iter().map(|i| values.get(*i).copied().unwrap_or(f64::NAN)).collect());
    }
    (!batch.names.is_empty() && !batch.times.is_empty()).then_some(batch)
}

/// Hull of the UTC times of tables, to just after the last.
pub(super) fn span_of<'a>(
    tables: impl Iterator<Item = &'a Table>,
) -> Option<crate::time::TimeRange> {
    let times: Vec<Instant> = tables
        .filter_map(|t| t.utc()?.instants())
        .flat_map(|times| times.into_iter().flatten())
        .collect();
    let (first, last) = (times.iter().min()?, times.iter().max()?);
    Some(crate::time::TimeRange::new(*first, last.plus_ns(1)))
}
