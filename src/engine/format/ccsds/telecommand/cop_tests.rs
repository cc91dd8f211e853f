//! Code blocks of other implementations, units behind damage, and COP-1 over a channel that loses,
//! doubles and delays.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;
use crate::time::Instant;

const TAIL: [u8; 8] = [0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0x79];

fn at(ms: i64) -> Instant {
    Instant::from_unix_ns(ms * 1_000_000)
}

#[test]
fn code_blocks_have_the_parity_of_other_implementations() {
    // Blocks of the test frames of SpacePyLibrary (UnitTest/testData.py), which the tests of Yamcs
    // (BchCltuGeneratorTest) share; the last is filled by 0x55.
    let cases = [
        ([0x22, 0xF6, 0x00, 0xFF, 0x00, 0x42, 0x1A], 0x12),
        ([0x8C, 0xC0, 0x0E, 0x01, 0x0D, 0x19, 0x06], 0x5A),
        ([0x30, 0x1B, 0x00, 0x09, 0x00, 0x82, 0x00], 0x54),
        ([0x10, 0xE4, 0xC1, 0x55, 0x55, 0x55, 0x55], 0x3E),
    ];
    for (data, parity) in cases {
        assert_eq!(write_cltu(&data), [&[0xEB, 0x90][..], &data, &[parity], &TAIL].concat());
    }
    assert_eq!(write_cltu(&[0x10, 0xE4, 0xC1])[9], 0x3E);
}

#[test]
fn one_wrong_bit_of_a_block_is_corrected_and_two_end_the_unit() {
    let frame = [7, 6, 5, 4, 3, 2, 1, 0x8C, 0xC0, 0x0E, 0x01, 0x0D, 0x19, 6];
    let good = write_cltu(&frame);
    let scan = |bits: &[usize]| {
        let mut bytes = good.clone();
        for bit in bits {
            bytes[bit / 8] ^= 0x80 >> (bit % 8);
        }
        // Another unit follows at once.
        CltuScanner::default().push(&[bytes, write_cltu(&[9; 7])].concat())
    };
    for bit in 80..143 {
        assert_eq!(scan(&[bit]), [&frame[..], &[9; 7]], "bit {bit}");
        for other in bit + 1..143 {
            assert_eq!(scan(&[bit, other])[0], frame[..7], "bits {bit} and {other}");
        }
    }
    // A tail with a wrong bit is still the tail.
    for bit in 144..208 {
        assert_eq!(scan(&[bit]), [&frame[..], &[9; 7]], "bit {bit}");
    }
}

#[test]
fn a_unit_behind_one_that_was_cut_off_is_found() {
    // The start sequence and what follows it make a block that cannot be corrected.
    let (one, two) = (write_cltu(&[1; 14]), write_cltu(&[3; 7]));
    let lost_tail = [&one[..18], &two].concat();
    assert!(CltuScanner::default().push(&[&[0xEB, 0x90][..], &two[..8]].concat()).is_empty());
    assert_eq!(CltuScanner::default().push(&lost_tail), [vec![1; 14], vec![3; 7]]);
}

/// One direction: what is under way with the time of its arrival, in ms, in that order.
struct Way<T> {
    under_way: VecDeque<(i64, T)>,
    fates: std::vec::IntoIter<u8>,
}

impl<T: Clone> Way<T> {
    fn new(fates: Vec<u8>) -> Self {
        Self { under_way: VecDeque::new(), fates: fates.into_iter() }
    }

    /// Loses, doubles or delays; once the fates are used up all is well. A copy may come much
    /// later where the sender allows it.
    fn send(&mut self, now: i64, item: T, may_overtake: bool) {
        let fate = self.fates.next().unwrap_or(4);
        let last = self.under_way.back().map_or(0, |(time, _)| *time);
        let time = (now + 20 + i64::from(fate) % 7 * 10).max(last);
        if fate.is_multiple_of(4) && fate != 4 {
            return;
        }
        self.under_way.push_back((time, item.clone()));
        if fate.is_multiple_of(5) {
            let later = if may_overtake { time + i64::from(fate) * 3 } else { time };
            let place = self.under_way.partition_point(|(time, _)| *time <= later);
            self.under_way.insert(place, (later, item));
        }
    }

    fn arrived(&mut self, now: i64) -> Option<T> {
        self.under_way.pop_front_if(|(time, _)| *time <= now).map(|(_, item)| item)
    }
}

#[derive(Default)]
struct Outcome {
    delivered: Vec<u64>,
    acknowledged: Vec<u64>,
    alert: Option<(Vec<u64>, Vec<u64>)>,
}

impl Outcome {
    fn take(&mut self, farm: &mut Farm, frame: &[u8]) {
        let frame = TcFrame::read(frame).expect("a frame");
        if farm.take(&frame) == Taken::Accepted {
            self.delivered.push(u64::from_be_bytes(frame.data.try_into().expect("a number")));
        }
    }
}

/// Sends `total` units of a frame until all are acknowledged or an alert comes.
fn transfer(
    (window, transmissions, first): (u8, u32, u8),
    farm: &mut Farm,
    total: u64,
    [up, down]: [Vec<u8>; 2],
) -> Outcome {
    let (spacecraft, channel, timer_s, sequenced) = (189, 0, 0.3, true);
    let options = FopOptions { spacecraft, channel, timer_s, transmissions, window, sequenced };
    let (mut fop, mut out) = (Fop::new(options), Outcome::default());
    let mut up: Way<(Vec<u8>, bool)> = Way::new(up);
    let mut down: Way<Clcw> = Way::new(down);
    fop.initiate(first);
    for unit in 0..total {
        assert!(fop.push(unit, vec![unit.to_be_bytes().to_vec()]));
    }
    let mut now = 0;
    while (out.acknowledged.len() as u64) < total && out.alert.is_none() {
        now += 10;
        assert!(now < 10_000_000, "it never ends");
        while let Some((frame, _)) = up.arrived(now) {
            out.take(farm, &frame);
            down.send(now, farm.clcw(), false);
        }
        while let Some(word) = down.arrived(now) {
            fop.hear(&word, at(now));
        }
        fop.tick(at(now));
        for sent in fop.send(at(now)).expect("frames") {
            let is_data = fop.is_active();
            up.send(now, (sent.frame, is_data), is_data);
        }
        for event in fop.take_events() {
            match event {
                FopEvent::Acknowledged(unit) => {
                    assert!(out.delivered.contains(&unit), "{unit} was never delivered");
                    out.acknowledged.push(unit);
                }
                FopEvent::Alert { out: sent, unsent, .. } => out.alert = Some((sent, unsent)),
            }
        }
    }
    // What is still under way arrives after all.
    while let Some((frame, _)) = up.arrived(i64::MAX) {
        out.take(farm, &frame);
    }
    out
}

proptest! {
    #[test]
    fn frames_arrive_once_and_in_order_or_an_alert_says_which_may_not(
        window in 1..30u8,
        transmissions in 1..6u32,
        first in any::<u8>(),
        expected in any::<u8>(),
        is_locked in any::<bool>(),
        total in 1..60u64,
        up in prop::collection::vec(any::<u8>(), 0..200),
        down in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut farm = Farm::new(0);
        let frame = |kind| TcFrame { spacecraft: 189, channel: 0, kind, data: Vec::new() };
        farm.take(&frame(FrameType::Control(Control::SetNext(expected))));
        if is_locked {
            farm.take(&frame(FrameType::Sequenced(expected.wrapping_add(128))));
        }
        let out = transfer((window, transmissions, first), &mut farm, total, [up, down]);
        let in_order: Vec<u64> = (0..out.delivered.len() as u64).collect();
        prop_assert_eq!(&out.delivered, &in_order);
        prop_assert_eq!(&out.acknowledged[..], &in_order[..out.acknowledged.len()]);
        match out.alert {
            None => prop_assert_eq!(out.delivered.len() as u64, total),
            Some((sent, unsent)) => {
                let next = out.acknowledged.len() as u64;
                let named: Vec<u64> = sent.iter().chain(&unsent).copied().collect();
                prop_assert_eq!(named, (next..total).collect::<Vec<_>>());
                prop_assert!(unsent.iter().all(|unit| !out.delivered.contains(unit)));
            }
        }
    }

    #[test]
    fn a_good_channel_needs_no_alert(window in 1..=63u8, first in any::<u8>(), total in 1..300u64) {
        let out = transfer((window, 3, first), &mut Farm::new(0), total, [vec![], vec![]]);
        prop_assert_eq!(out.delivered.len() as u64, total);
        prop_assert!(out.alert.is_none());
    }
}
