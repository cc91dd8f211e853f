//! Passes out of successive looks at the links and out of the packets that the archive keeps, and
//! shares of sols that data cover.

use std::collections::{BTreeMap, VecDeque};

use marsdeck_engine::archive::PacketPass;
use marsdeck_engine::runtime::LinkView;
use marsdeck_engine::time::{Instant, TimeRange};

/// Most passes that are remembered per link.
const MOST_PASSES: usize = 100;
/// Most links whose passes are remembered.
const MOST_LINKS: usize = 64;
/// Most latencies that are kept per pass.
const MOST_LATENCIES: usize = 512;
/// A pass ends after so many seconds without data, where the link does not say when it is silent.
const GAP_S: f64 = 60.0;

/// A sample of latencies in seconds, thinned out evenly when there are many.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Latencies {
    kept: Vec<f64>,
    /// Of how many one is kept, as a power of two.
    thinned: u32,
    seen: u64,
}

impl Latencies {
    /// Takes one in.
    pub(super) fn add(&mut self, latency_s: f64) {
        if !latency_s.is_finite() {
            return;
        }
        if self.seen.is_multiple_of(1 << self.thinned) {
            if self.kept.len() == MOST_LATENCIES {
                let mut n = 0;
                self.kept.retain(|_| {
                    n += 1;
                    n % 2 == 1
                });
                self.thinned += 1;
            }
            if self.seen.is_multiple_of(1 << self.thinned) {
                self.kept.push(latency_s);
            }
        }
        self.seen += 1;
    }

    /// Least, middle and greatest; none without any.
    pub(super) fn spread(&self) -> Option<[f64; 3]> {
        let mut sorted = self.kept.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = *sorted.get(sorted.len() / 2)?;
        Some([*sorted.first()?, middle, *sorted.last()?])
    }
}

/// A stretch of reception.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pass {
    /// When its first data came.
    pub(super) start: Instant,
    /// When its last data came, so far.
    pub(super) end: Instant,
    /// Whether it goes on.
    pub(super) open: bool,
    pub(super) bytes: u64,
    pub(super) packets: u64,
    /// Frames and packets missing by their counts.
    pub(super) missing: u64,
    /// Frames that were damaged; not known of what only the archive tells.
    pub(super) damaged: Option<u64>,
    pub(super) latencies: Latencies,
}

impl Pass {
    /// As the packets of the archive tell it.
    pub(super) fn kept(of: &PacketPass) -> Self {
        let mut latencies = Latencies::default();
        of.latencies.iter().for_each(|latency| latencies.add(*latency));
        Self {
            start: of.start,
            end: of.end,
            open: false,
            bytes: of.bytes,
            packets: of.packets,
            missing: of.missing,
            damaged: None,
            latencies,
        }
    }
}

/// What a link had counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counted {
    bytes: u64,
    packets: u64,
    missing: u64,
    damaged: u64,
    last_data: Option<Instant>,
}

impl Counted {
    fn of(link: &LinkView) -> Self {
        let c = &link.counts;
        Self {
            bytes: link.status.bytes,
            packets: c.packets,
            missing: c.missing + c.missing_frames,
            damaged: c.bad_frames,
            last_data: link.status.last_data,
        }
    }

    /// What came since an earlier look; counters that went back were started anew.
    fn since(&self, earlier: &Self) -> Self {
        if self.bytes < earlier.bytes {
            return *self;
        }
        Self {
            bytes: self.bytes - earlier.bytes,
            packets: self.packets.saturating_sub(earlier.packets),
            missing: self.missing.saturating_sub(earlier.missing),
            damaged: self.damaged.saturating_sub(earlier.damaged),
            last_data: self.last_data,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct LinkLog {
    counted: Counted,
    /// Ascending in time.
    passes: VecDeque<Pass>,
}

/// The passes of all links since the console was started.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct PassLog {
    links: BTreeMap<String, LinkLog>,
}

impl PassLog {
    /// Takes in how the links stand at an instant.
    pub(super) fn observe(&mut self, links: &[LinkView], now: Option<Instant>) {
        for link in links {
            let name = &link.config.name;
            let counted = Counted::of(link);
            let Some(log) = self.links.get_mut(name) else {
                if self.links.len() < MOST_LINKS {
                    let log = LinkLog { counted, passes: VecDeque::new() };
                    self.links.insert(name.clone(), log);
                }
                continue;
            };
            let limit = link.config.silent_after_s;
            log.observe(link, counted, now, if limit > 0.0 { limit } else { GAP_S });
        }
    }

    /// All passes with the names of their links, the newest first.
    pub(super) fn passes(&self) -> Vec<(&str, &Pass)> {
        let all = self
            .links
            .iter()
            .flat_map(|(name, log)| log.passes.iter().map(move |pass| (name.as_str(), pass)));
        let mut all: Vec<_> = all.collect();
        all.sort_by_key(|(_, pass)| std::cmp::Reverse((pass.open, pass.start)));
        all
    }
}

impl LinkLog {
    fn observe(&mut self, link: &LinkView, counted: Counted, now: Option<Instant>, gap_s: f64) {
        let new = counted.since(&self.counted);
        let before = self.counted.last_data;
        self.counted = counted;
        if let (Some(last), true) = (new.last_data, new.bytes > 0) {
            let goes_on =
                self.passes.back().is_some_and(|pass| pass.open && last.s_since(pass.end) <= gap_s);
            if !goes_on {
                self.close();
                // Where data were running already, it began no later than then.
                let start = before.filter(|t| (0.0..=gap_s).contains(&last.s_since(*t)));
                let start = start.unwrap_or(last);
                if self.passes.len() >= MOST_PASSES {
                    self.passes.pop_front();
                }
                self.passes.push_back(Pass {
                    start,
                    end: last,
                    open: true,
                    bytes: 0,
                    packets: 0,
                    missing: 0,
                    damaged: Some(0),
                    latencies: Latencies::default(),
                });
            }
            if let Some(pass) = self.passes.back_mut() {
                pass.end = last.max(pass.end);
                pass.bytes += new.bytes;
                pass.packets += new.packets;
                pass.missing += new.missing;
                pass.damaged = pass.damaged.map(|before| before + new.damaged);
                if let (true, Some(latency)) = (new.packets > 0, link.latency_s) {
                    pass.latencies.add(latency);
                }
            }
        }
        let is_over =
            self.passes.back().zip(now).is_some_and(|(pass, now)| now.s_since(pass.end) > gap_s);
        if is_over {
            self.close();
        }
    }

    fn close(&mut self) {
        if let Some(pass) = self.passes.back_mut() {
            pass.open = false;
        }
    }
}

/// Share of a range that segments cover, 0 to 1; they are ascending and do not overlap. None of an
/// empty range.
pub(super) fn covered(segments: &[TimeRange], range: TimeRange) -> Option<f64> {
    let length = range.duration_s();
    if length <= 0.0 {
        return None;
    }
    let from = segments.partition_point(|segment| segment.end <= range.start);
    let inside = segments.get(from..).unwrap_or_default().iter();
    let inside = inside
        .take_while(|segment| segment.start < range.end)
        .map(|segment| segment.end.min(range.end).s_since(segment.start.max(range.start)).max(0.0));
    Some((inside.sum::<f64>() / length).clamp(0.0, 1.0))
}

/// `98.2 %`; never rounded up to all, nor down to nothing.
pub(super) fn share_text(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        p if p >= 100.0 => "100 %".to_owned(),
        p if p >= 99.9 => "99.9 %".to_owned(),
        p if p <= 0.0 => "0 %".to_owned(),
        p if p < 0.1 => "< 0.1 %".to_owned(),
        p => format!("{p:.1} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use marsdeck_engine::link::{LinkConfig, LinkState, LinkStatus, Source};
    use marsdeck_engine::runtime::LinkCounts;

    fn at(s: f64) -> Instant {
        Instant::from_unix_s(1.5e9 + s)
    }

    /// A link that has brought so many bytes in packets of 100 until an instant.
    fn link(bytes: u64, last: f64, latency: f64) -> LinkView {
        let last_data = (bytes > 0).then(|| at(last));
        LinkView {
            config: LinkConfig::new("relay", Source::Udp("h:1".into())),
            status: LinkStatus { state: LinkState::Ok, bytes, last_data, ..LinkStatus::default() },
            counts: LinkCounts { packets: bytes / 100, ..LinkCounts::default() },
            bytes_per_s: 0.0,
            packets_per_s: 0.0,
            silent: false,
            newest: None,
            latency_s: (bytes > 0).then_some(latency),
            problems: Vec::new(),
        }
    }

    #[test]
    fn a_pause_longer_than_the_limit_parts_two_passes() {
        let mut log = PassLog::default();
        let mut see = |bytes, last, latency, now| {
            log.observe(&[link(bytes, last, latency)], Some(at(now)));
        };
        see(0, 0.0, 0.0, 0.0);
        see(1000, 10.0, 5.0, 10.0);
        see(3000, 40.0, 7.0, 40.0);
        see(3000, 40.0, 7.0, 90.0);
        see(4000, 95.0, 9.0, 95.0);
        // Sixty seconds without data end it.
        see(4000, 95.0, 9.0, 160.0);
        see(4500, 400.0, 1.0, 400.0);
        let passes = log.passes();
        assert_eq!(passes.len(), 2);
        let (name, newest) = passes[0];
        assert_eq!(
            (name, newest.open, newest.start, newest.bytes),
            ("relay", true, at(400.0), 500)
        );
        let old = passes[1].1;
        assert_eq!((old.start, old.end, old.open), (at(10.0), at(95.0), false));
        assert_eq!((old.bytes, old.packets), (4000, 40));
        assert_eq!(old.latencies.spread(), Some([5.0, 7.0, 9.0]));
    }

    #[test]
    fn data_that_ran_before_the_console_are_not_counted() {
        let mut log = PassLog::default();
        log.observe(&[link(9000, 5.0, 1.0)], Some(at(5.0)));
        assert!(log.passes().is_empty());
        log.observe(&[link(9100, 6.0, 1.0)], Some(at(6.0)));
        let pass = log.passes()[0].1.clone();
        assert_eq!((pass.start, pass.bytes, pass.packets), (at(5.0), 100, 1));
        // The link was started anew: its counters are what came since.
        log.observe(&[link(300, 8.0, 1.0)], Some(at(8.0)));
        assert_eq!(log.passes()[0].1.bytes, 400);
    }

    #[test]
    fn memory_is_bounded() {
        let mut log = PassLog::default();
        for i in 0..1000_u64 {
            let s = i as f64 * 1000.0;
            log.observe(&[link(i * 100, s, 1.0)], Some(at(s)));
        }
        assert_eq!(log.passes().len(), MOST_PASSES);
        let mut latencies = Latencies::default();
        for i in 0..100_000 {
            latencies.add(f64::from(i));
        }
        assert!(latencies.kept.len() <= MOST_LATENCIES);
        let [least, middle, greatest] = latencies.spread().expect("some");
        assert_eq!(least, 0.0);
        assert!((middle - 50_000.0).abs() < 1_000.0, "{middle}");
        assert!(greatest > 99_000.0, "{greatest}");
        latencies.add(f64::NAN);
        assert_eq!(Latencies::default().spread(), None);
    }

    #[test]
    fn shares_are_cut_to_the_range() {
        let range = TimeRange::new(at(0.0), at(100.0));
        let part = |a: f64, b: f64| TimeRange::new(at(a), at(b));
        assert_eq!(covered(&[], range), Some(0.0));
        assert_eq!(
            covered(&[part(-50.0, 25.0), part(50.0, 75.0), part(90.0, 400.0)], range),
            Some(0.6)
        );
        assert_eq!(covered(&[part(-9.0, 900.0)], range), Some(1.0));
        assert_eq!(covered(&[part(0.0, 1.0)], part(5.0, 5.0)), None);
        assert_eq!(share_text(0.9999), "99.9 %");
        assert_eq!(share_text(0.0001), "< 0.1 %");
        assert_eq!(share_text(0.982), "98.2 %");
        assert_eq!((share_text(1.0), share_text(0.0)), ("100 %".into(), "0 %".into()));
    }
}
