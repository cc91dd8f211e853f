//! The rules of the store on plain lists: slow, and plain to see.

use crate::archive::Bucket;
use crate::format::mseed::{self, Samples};
use crate::time::{Instant, TimeRange};

/// A record with what ranks it.
struct Record {
    rank: (u8, i64, usize),
    cover: (i64, i64),
    samples: Vec<(i64, f64)>,
    period: f64,
}

/// All records ever stored.
pub(super) struct Model {
    records: Vec<Record>,
    seen: std::collections::HashSet<Vec<u8>>,
    pub longest_ns: i64,
    pub shortest_leaf_ns: i64,
}

impl Default for Model {
    fn default() -> Self {
        let (longest_ns, shortest_leaf_ns) = (0, i64::MAX / 16);
        let (records, seen) = Default::default();
        Self { records, seen, longest_ns, shortest_leaf_ns }
    }
}

/// Samples of the shortest leaf of a record.
fn shortest_leaf(samples: usize) -> usize {
    let size = samples.div_ceil(samples.div_ceil(640).max(1));
    if samples.is_multiple_of(size) { size } else { samples % size }
}

impl Model {
    pub(super) fn append(&mut self, bytes: &[u8]) -> usize {
        let mut new = 0;
        for (offset, header) in mseed::scan(bytes) {
            let record = &bytes[offset..offset + header.length as usize];
            if !self.seen.insert(record.to_vec()) {
                continue;
            }
            new += 1;
            let mut samples = Samples::I32(Vec::new());
            assert_eq!(mseed::decode(record, &header, &mut samples), None);
            let values = samples.to_f64();
            let times = (0..values.len() as u64).map(|i| header.time_of(i).unix_ns());
            let period = header.period_ns();
            let start = header.start.unix_ns();
            let cover = (
                start + (-0.5 * period).round() as i64,
                start + ((values.len() as f64 - 0.5) * period).round() as i64,
            );
            self.longest_ns = self.longest_ns.max(cover.1 - cover.0);
            let leaf = shortest_leaf(values.len()) as f64 - 1.0;
            if leaf > 0.0 {
                self.shortest_leaf_ns = self.shortest_leaf_ns.min((leaf * period) as i64);
            }
            let class = (header.rate_hz.log2() * 64.0).round() as i64;
            self.records.push(Record {
                rank: (header.publication, class, self.records.len()),
                cover,
                samples: times.zip(values).collect(),
                period,
            });
        }
        new
    }

    /// Visible samples in order of time: those that no record of higher rank covers.
    pub(super) fn visible(&self) -> Vec<(i64, f64)> {
        let mut order: Vec<_> = self.records.iter().collect();
        order.sort_by_key(|record| record.cover.0);
        let longest = self.longest_ns;
        let mut out = Vec::new();
        for record in &self.records {
            let from = order.partition_point(|r| r.cover.0 < record.cover.0 - longest);
            let near = order[from..].iter().take_while(|r| r.cover.0 < record.cover.1);
            let above: Vec<_> = near.filter(|r| r.rank > record.rank).collect();
            out.extend(record.samples.iter().copied().filter(|&(t, value)| {
                !value.is_nan() && !above.iter().any(|r| r.cover.0 <= t && t < r.cover.1)
            }));
        }
        out.sort_by_key(|&(t, _)| t);
        out
    }

    pub(super) fn min_max(visible: &[(i64, f64)], range: TimeRange, width: u32) -> Vec<Bucket> {
        let mut out = vec![Bucket::EMPTY; width as usize];
        let duration = i128::from(range.end.unix_ns()) - i128::from(range.start.unix_ns());
        for &(t, value) in visible {
            if range.contains(Instant::from_unix_ns(t)) {
                let since = i128::from(t) - i128::from(range.start.unix_ns());
                out[(since * i128::from(width) / duration) as usize].add(value);
            }
        }
        out
    }

    /// Time of the first and after the last sample, and the shortest sample distance.
    pub(super) fn bounds(&self) -> (i64, i64, f64) {
        let all = || self.records.iter().flat_map(|r| &r.samples).map(|&(t, _)| t);
        let period = self.records.iter().map(|r| r.period).fold(f64::INFINITY, f64::min);
        (all().min().unwrap_or(0), all().max().unwrap_or(0) + 1, period)
    }
}
