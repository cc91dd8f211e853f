//! A bounded history of the engine's figures, and how bad they are.

use std::collections::VecDeque;

use marsdeck_engine::archive::Bucket;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::{Health, QueueLoad};
use marsdeck_engine::time::Instant;

/// Most looks that are remembered: an hour at one a second.
const MOST: usize = 3600;
/// Slices of a sparkline.
const SLICES: usize = 120;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Sample {
    time: Instant,
    memory: Option<u64>,
    cpu_s: Option<f64>,
    values_per_s: f64,
}

/// What the engine's figures were, as long as this console runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct History {
    samples: VecDeque<Sample>,
}

impl History {
    /// Takes in one look; the same look counts once, and a clock that was set back starts anew.
    pub(super) fn observe(&mut self, health: &Health) {
        let Some(time) = health.time else { return };
        let last = self.samples.back().map(|sample| sample.time);
        if last == Some(time) {
            return;
        }
        if last.is_some_and(|last| time < last) {
            self.samples.clear();
        }
        if self.samples.len() >= MOST {
            self.samples.pop_front();
        }
        let (memory, cpu_s, values_per_s) = (health.memory, health.cpu_s, health.values_per_s);
        self.samples.push_back(Sample { time, memory, cpu_s, values_per_s });
    }

    /// Processor time over the time of day since the look before, 1 is one core; none where it is
    /// not known.
    pub(super) fn cpu_share(&self) -> Option<f64> {
        let last = self.samples.back()?;
        // Over some seconds, so that one busy moment does not show as a load.
        let before = self.samples.iter().rev().skip(1);
        let before = before.take_while(|s| last.time.s_since(s.time) <= 10.0);
        let first = before.last()?;
        let elapsed = last.time.s_since(first.time);
        let used = last.cpu_s? - first.cpu_s?;
        (elapsed > 0.0 && used >= 0.0).then(|| used / elapsed)
    }

    /// Seconds that the history covers.
    pub(super) fn length_s(&self) -> f64 {
        let ends = self.samples.front().zip(self.samples.back());
        ends.map_or(0.0, |(first, last)| last.time.s_since(first.time))
    }

    /// Resident memory in MB over time.
    pub(super) fn memory(&self) -> Vec<Bucket> {
        self.slices(|sample| sample.memory.map(|bytes| bytes as f64 / 1e6))
    }

    /// Values a second over time.
    pub(super) fn values(&self) -> Vec<Bucket> {
        self.slices(|sample| Some(sample.values_per_s))
    }

    fn slices(&self, value: impl Fn(&Sample) -> Option<f64>) -> Vec<Bucket> {
        let (Some(first), length) = (self.samples.front(), self.length_s()) else {
            return Vec::new();
        };
        // Never finer than the looks themselves, which would leave holes.
        let count = self.samples.len().clamp(1, SLICES);
        let mut slices = vec![Bucket::EMPTY; count];
        for sample in &self.samples {
            let share = if length > 0.0 { sample.time.s_since(first.time) / length } else { 0.0 };
            let at = ((share * count as f64) as usize).min(count - 1);
            if let (Some(slice), Some(value)) = (slices.get_mut(at), value(sample)) {
                slice.add(value);
            }
        }
        slices
    }
}

/// How bad the free space of a disk is: caution below a tenth or 10 GB, critical below a fiftieth or
/// 2 GB, whichever is less.
pub(super) fn disk_severity(free: u64, size: u64) -> Severity {
    if free < (size / 50).min(2_000_000_000) {
        Severity::Critical
    } else if free < (size / 10).min(10_000_000_000) {
        Severity::Warning
    } else {
        Severity::Normal
    }
}

/// How full a queue is, 0 to 1.
pub(super) fn queue_share(queue: &QueueLoad) -> f32 {
    (queue.length as f32 / queue.limit.max(1) as f32).clamp(0.0, 1.0)
}

/// How bad that is: a full queue holds others up or drops what comes.
pub(super) fn queue_severity(queue: &QueueLoad) -> Severity {
    match queue_share(queue) {
        share if share >= 1.0 => Severity::Distress,
        share if share >= 0.8 => Severity::Warning,
        _ => Severity::Normal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(s: f64, memory: u64, cpu_s: f64) -> Health {
        Health {
            time: Some(Instant::from_unix_s(1.5e9 + s)),
            memory: Some(memory),
            cpu_s: Some(cpu_s),
            values_per_s: s,
            ..Health::default()
        }
    }

    #[test]
    fn history_is_bounded_and_counts_a_look_once() {
        let mut history = History::default();
        history.observe(&Health::default());
        assert_eq!((history.samples.len(), history.cpu_share()), (0, None));
        assert!(history.memory().is_empty());
        for i in 0..5000_u32 {
            let look = look(f64::from(i), u64::from(i) * 1_000_000, f64::from(i) * 0.25);
            history.observe(&look);
            history.observe(&look);
        }
        assert_eq!(history.samples.len(), MOST);
        assert_eq!(history.cpu_share(), Some(0.25));
        let memory = history.memory();
        assert_eq!(memory.len(), SLICES);
        assert!(memory.iter().all(|slice| slice.count == 30));
        assert_eq!((memory[0].min, memory[SLICES - 1].max), (1400.0, 4999.0));
        // The clock was set back.
        history.observe(&look(10.0, 1, 1.0));
        assert_eq!((history.samples.len(), history.length_s()), (1, 0.0));
        assert_eq!(history.values().len(), 1);
    }

    #[test]
    fn little_space_is_told_in_steps() {
        let gb = 1_000_000_000;
        assert_eq!(disk_severity(500 * gb, 4000 * gb), Severity::Normal);
        assert_eq!(disk_severity(9 * gb, 4000 * gb), Severity::Warning);
        assert_eq!(disk_severity(gb, 4000 * gb), Severity::Critical);
        assert_eq!(disk_severity(3 * gb, 20 * gb), Severity::Normal);
        assert_eq!(disk_severity(gb, 20 * gb), Severity::Warning);
        let queue = |length| QueueLoad { name: "q".into(), length, limit: 10 };
        assert_eq!(queue_severity(&queue(7)), Severity::Normal);
        assert_eq!(queue_severity(&queue(8)), Severity::Warning);
        assert_eq!(queue_severity(&queue(10)), Severity::Distress);
        assert_eq!(queue_share(&QueueLoad { name: String::new(), length: 3, limit: 0 }), 1.0);
    }
}
