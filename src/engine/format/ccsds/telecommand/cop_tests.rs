//! FARM-1 and FOP-1: rows of their tables (232.1-B-2), and both together over a bad channel.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;
use crate::time::Instant;

const T1: i64 = 1_000;

fn frame(service: Service, number: u8, data: Vec<u8>) -> TcFrame {
    TcFrame { service, spacecraft: 189, channel: 0, number, data }
}

fn data(number: u8) -> TcFrame {
    frame(Service::Sequenced, number, vec![number])
}

fn control(control: Control) -> TcFrame {
    frame(Service::Control, 0, control.to_bytes())
}

fn fop(window: u8, limit: u32) -> Fop {
    Fop::new(FopConfig { spacecraft: 189, channel: 0, window, timer_ns: T1, limit })
}

fn at(ns: i64) -> Instant {
    Instant::from_unix_ns(ns)
}

/// N(S) of the frames that are to be sent, and whether they are repeated.
fn numbers(fop: &mut Fop) -> Vec<(u8, bool)> {
    let read = |t: &Transmission| (TcFrame::parse(&t.frame).unwrap().number, t.is_again);
    fop.take_transmissions().iter().map(read).collect()
}

/// An active one with frames 0 to `count` sent.
fn active(count: u8, window: u8, limit: u32) -> Fop {
    let mut fop = fop(window, limit);
    fop.initiate(at(0), Directive::WithoutCheck);
    for tag in 0..count {
        fop.send(at(0), tag.into(), vec![tag]).unwrap();
    }
    fop.take_events();
    fop.take_transmissions();
    fop
}

fn report(report: u8) -> Clcw {
    Clcw { report, ..Clcw::default() }
}

fn alert(fop: &mut Fop) -> Option<Alert> {
    fop.take_events().iter().find_map(|event| match event {
        FopEvent::Alert { reason, .. } => Some(*reason),
        _ => None,
    })
}

#[test]
fn the_spacecraft_takes_frames_by_their_number() {
    let mut farm = Farm::new(0, 20);
    assert_eq!(farm.take(&data(0), true), Verdict::Accepted);
    assert_eq!(farm.take(&data(0), true), Verdict::Repeated);
    assert_eq!(farm.clcw(), report(1));
    assert_eq!(farm.take(&data(3), true), Verdict::Missing);
    assert!(farm.clcw().retransmit);
    assert_eq!(farm.take(&data(1), true), Verdict::Accepted);
    assert_eq!(farm.clcw(), report(2));
    // The edges of the window of 20 around 2: 2 to 11 and 248 to 1.
    assert_eq!(farm.clone().take(&data(11), true), Verdict::Missing);
    assert_eq!(farm.clone().take(&data(248), true), Verdict::Repeated);
    assert_eq!(farm.clone().take(&data(247), true), Verdict::LockedOut);
    assert_eq!(farm.take(&data(12), true), Verdict::LockedOut);
    assert_eq!(farm.clcw(), Clcw { lockout: true, ..report(2) });
    assert_eq!(farm.take(&data(2), true), Verdict::LockedOut);
    // Express frames go through; Set V(R) is counted and ignored; Unlock helps.
    assert_eq!(farm.take(&frame(Service::Express, 0, vec![1]), true), Verdict::Accepted);
    assert_eq!(farm.take(&control(Control::SetVr(99)), true), Verdict::Control);
    assert_eq!(farm.clcw(), Clcw { lockout: true, farm_b: 2, ..report(2) });
    assert_eq!(farm.take(&control(Control::Unlock), true), Verdict::Control);
    assert_eq!(farm.clcw(), Clcw { farm_b: 3, ..report(2) });
    assert_eq!(farm.take(&control(Control::SetVr(255)), true), Verdict::Control);
    assert_eq!(farm.clcw(), report(255));
    assert_eq!(farm.take(&data(255), true), Verdict::Accepted);
    assert_eq!(farm.clcw(), report(0));
    assert_eq!(farm.take(&frame(Service::Control, 0, vec![7]), true), Verdict::Invalid);
}

#[test]
fn the_spacecraft_waits_for_room() {
    let mut farm = Farm::new(0, 20);
    assert_eq!(farm.take(&data(0), false), Verdict::NoRoom);
    assert_eq!(farm.clcw(), Clcw { wait: true, retransmit: true, ..report(0) });
    assert_eq!(farm.take(&data(0), true), Verdict::NoRoom);
    farm.release();
    assert_eq!(farm.clcw(), Clcw { retransmit: true, ..report(0) });
    assert_eq!(farm.take(&data(0), true), Verdict::Accepted);
    assert_eq!(farm.clcw(), report(1));
}

#[test]
fn frames_go_as_far_as_the_window_and_leave_when_acknowledged() {
    let mut fop = active(0, 2, 3);
    for tag in 0..4 {
        fop.send(at(0), tag, vec![1]).unwrap();
    }
    assert_eq!(numbers(&mut fop), [(0, false), (1, false)]);
    fop.report(at(1), &report(0)); // E5
    assert!(numbers(&mut fop).is_empty() && fop.take_events().is_empty());
    fop.report(at(1), &report(1)); // E6
    assert_eq!(fop.take_events(), [FopEvent::Acknowledged(0)]);
    assert_eq!(numbers(&mut fop), [(2, false)]);
    fop.report(at(2), &report(3)); // E2, and the last frame goes
    assert_eq!(fop.take_events(), [FopEvent::Acknowledged(1), FopEvent::Acknowledged(2)]);
    assert_eq!(numbers(&mut fop), [(3, false)]);
    fop.report(at(3), &report(4));
    assert_eq!((fop.backlog(), fop.deadline()), (0, None));
    fop.report(at(4), &report(4)); // E1
    assert_eq!(fop.state(), FopState::Active);
}

#[test]
fn what_is_missing_is_sent_again_once_for_each_report_of_it() {
    let mut fop = active(4, 10, 3);
    let missing = Clcw { retransmit: true, ..report(1) };
    fop.report(at(1), &missing); // E8
    assert_eq!(fop.state(), FopState::Retransmitting);
    assert_eq!(numbers(&mut fop), [(1, true), (2, true), (3, true)]);
    fop.report(at(2), &missing); // E10 in S2
    assert!(numbers(&mut fop).is_empty());
    fop.report(at(3), &Clcw { wait: true, ..missing }); // E11
    assert_eq!(fop.state(), FopState::Waiting);
    fop.send(at(3), 4, vec![4]).unwrap();
    assert!(numbers(&mut fop).is_empty());
    fop.report(at(4), &missing); // E10 in S3
    assert_eq!(numbers(&mut fop), [(1, true), (2, true), (3, true), (4, false)]);
    fop.report(at(5), &missing); // E12: the limit is reached, the timer decides
    assert_eq!(fop.state(), FopState::Retransmitting);
    let mut late = fop.clone();
    fop.report(at(6), &report(5)); // E2
    assert_eq!((fop.state(), fop.backlog()), (FopState::Active, 0));
    late.tick(at(5000));
    assert_eq!(alert(&mut late), Some(Alert::Limit));
}

#[test]
fn the_timer_repeats_up_to_the_limit() {
    let mut fop = active(2, 10, 3);
    fop.tick(at(T1 - 1));
    assert!(numbers(&mut fop).is_empty());
    for round in 1..3 {
        fop.tick(at(T1 * round));
        assert_eq!(numbers(&mut fop), [(0, true), (1, true)]);
    }
    fop.tick(at(T1 * 3));
    let lost = FopEvent::Alert { reason: Alert::Limit, sent: vec![0, 1], unsent: Vec::new() };
    assert_eq!(fop.take_events(), [lost]);
    assert_eq!(fop.state(), FopState::Initial);
    assert!(fop.send(at(T1 * 3), 9, vec![1]).is_err());
    // Also where the spacecraft has no room for ever.
    let mut fop = active(1, 10, 2);
    fop.report(at(1), &Clcw { wait: true, retransmit: true, ..report(0) });
    fop.tick(at(T1));
    assert_eq!(numbers(&mut fop), [(0, true)]);
    fop.tick(at(T1 * 2));
    assert_eq!(alert(&mut fop), Some(Alert::Limit));
}

#[test]
fn reports_that_contradict_end_the_service() {
    let flags = |lockout, wait, retransmit| Clcw { lockout, wait, retransmit, ..report(1) };
    let cases = [
        (flags(true, false, false), Alert::Lockout),
        (flags(false, true, false), Alert::Report),
        (Clcw { report: 4, ..flags(false, false, false) }, Alert::Number),
        (Clcw { report: 255, ..flags(false, false, true) }, Alert::Number),
        (Clcw { report: 3, ..flags(false, false, true) }, Alert::Synch),
    ];
    for (clcw, reason) in cases {
        let mut fop = active(3, 10, 3);
        fop.report(at(1), &clcw);
        assert_eq!(alert(&mut fop), Some(reason), "{clcw:?}");
    }
    // The flag goes without a frame having been accepted.
    let mut fop = active(3, 10, 3);
    fop.report(at(1), &Clcw { retransmit: true, ..report(1) });
    fop.report(at(2), &report(1));
    assert_eq!(alert(&mut fop), Some(Alert::Synch));
    // Only one transmission is allowed.
    let mut fop = active(3, 10, 1);
    fop.report(at(1), &Clcw { retransmit: true, ..report(1) });
    let events = fop.take_events();
    let lost = FopEvent::Alert { reason: Alert::Limit, sent: vec![1, 2], unsent: Vec::new() };
    assert_eq!(events, [FopEvent::Acknowledged(0), lost]);
    // Reports of others are none of its business.
    let mut fop = active(3, 10, 3);
    fop.report(at(1), &Clcw { channel: 1, lockout: true, ..report(0) });
    assert_eq!(fop.state(), FopState::Active);
}

#[test]
fn the_service_begins_in_four_ways() {
    let mut fop = fop(10, 2);
    fop.report(at(0), &report(77));
    assert_eq!(fop.state(), FopState::Initial);
    fop.initiate(at(0), Directive::SetVr(77));
    let sent = fop.take_transmissions();
    assert_eq!(TcFrame::parse(&sent[0].frame).unwrap(), control(Control::SetVr(77)));
    for other in [report(3), Clcw { lockout: true, ..report(77) }] {
        fop.report(at(1), &other);
        assert_eq!(fop.state(), FopState::Initialising);
    }
    assert!(fop.send(at(1), 0, vec![1]).is_err());
    fop.tick(at(T1));
    assert!(fop.take_transmissions()[0].is_again);
    fop.report(at(T1 + 1), &report(77));
    assert_eq!(fop.take_events(), [FopEvent::Ready]);
    fop.send(at(T1 + 1), 0, vec![1]).unwrap();
    assert_eq!(numbers(&mut fop), [(77, false)]);

    fop.initiate(at(5000), Directive::Unlock);
    assert_eq!(alert(&mut fop), Some(Alert::Terminated));
    fop.report(at(5001), &Clcw { lockout: true, ..report(9) });
    fop.report(at(5002), &report(9));
    assert_eq!((fop.state(), fop.next_number()), (FopState::Active, 9));

    fop.initiate(at(6000), Directive::WithCheck);
    fop.take_events();
    fop.report(at(6001), &report(9));
    assert_eq!(fop.take_events(), [FopEvent::Ready]);
    fop.initiate(at(7000), Directive::WithCheck);
    fop.take_events();
    fop.tick(at(7000 + T1));
    assert_eq!(alert(&mut fop), Some(Alert::Limit));

    fop.initiate(at(9000), Directive::SetVr(1));
    fop.tick(at(9000 + T1));
    fop.tick(at(9000 + 2 * T1));
    assert_eq!(alert(&mut fop), Some(Alert::Limit));
    fop.express(4, vec![1]).unwrap();
    let sent = fop.take_transmissions().pop().unwrap();
    assert_eq!(TcFrame::parse(&sent.frame).unwrap(), frame(Service::Express, 0, vec![1]));
}

/// One direction: bytes with the time of their arrival, in the order of arrival.
struct Way<T> {
    under_way: VecDeque<(i64, T)>,
    fates: std::vec::IntoIter<u8>,
}

impl<T: Clone> Way<T> {
    fn new(fates: Vec<u8>) -> Self {
        Self { under_way: VecDeque::new(), fates: fates.into_iter() }
    }

    /// Loses, doubles or delays what is sent; when the fates are used up all is well. A copy may
    /// come much later where the sender allows it.
    fn send(&mut self, now: i64, item: T, may_overtake: bool) {
        let fate = self.fates.next().unwrap_or(4);
        let last = self.under_way.back().map_or(0, |(time, _)| *time);
        let time = (now + 20 + i64::from(fate) % 7 * 10).max(last);
        if fate % 4 == 0 && fate != 4 {
            return;
        }
        self.under_way.push_back((time, item.clone()));
        if fate % 5 == 0 {
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
    alerts: Vec<(Alert, Vec<u64>, Vec<u64>)>,
}

/// Sends `total` frames over the channel until all are acknowledged or an alert comes.
fn transfer(
    (window, limit, first): (u8, u32, u8),
    farm: &mut Farm,
    total: u64,
    [up, down]: [Vec<u8>; 2],
) -> Outcome {
    let (mut fop, mut out) = (fop(window, limit), Outcome::default());
    let (mut up, mut down): (Way<Vec<u8>>, Way<Clcw>) = (Way::new(up), Way::new(down));
    fop.initiate(at(0), Directive::SetVr(first));
    let (mut given, mut now) = (0, 0);
    while (out.acknowledged.len() as u64) < total && out.alerts.is_empty() {
        now += 10;
        assert!(now < 1_000_000, "it never ends");
        while let Some(bytes) = up.arrived(now) {
            let frame = TcFrame::parse(&bytes).unwrap();
            if farm.take(&frame, true) == Verdict::Accepted {
                out.delivered.push(u64::from_be_bytes(frame.data.try_into().unwrap()));
            }
            down.send(now, farm.clcw(), false);
        }
        while let Some(clcw) = down.arrived(now) {
            fop.report(at(now), &clcw);
            // What an uplink does where it finds a lockout.
            if fop.state() == FopState::Initialising && clcw.lockout {
                fop.initiate(at(now), Directive::Unlock);
                fop.take_events();
            }
        }
        fop.tick(at(now));
        if given < total && fop.send(at(now), given, given.to_be_bytes().to_vec()).is_ok() {
            given += 1;
        }
        for sent in fop.take_transmissions() {
            up.send(now, sent.frame, sent.tag.is_some());
        }
        for event in fop.take_events() {
            match event {
                FopEvent::Ready => {}
                FopEvent::Acknowledged(tag) => {
                    assert!(out.delivered.contains(&tag), "{tag} was never delivered");
                    out.acknowledged.push(tag);
                }
                FopEvent::Alert { reason, sent, unsent } => out.alerts.push((reason, sent, unsent)),
            }
        }
    }
    // What is still under way arrives after all.
    while let Some(bytes) = up.arrived(i64::MAX) {
        let frame = TcFrame::parse(&bytes).unwrap();
        if farm.take(&frame, true) == Verdict::Accepted {
            out.delivered.push(u64::from_be_bytes(frame.data.try_into().unwrap()));
        }
    }
    out
}

proptest! {
    #[test]
    fn frames_arrive_once_and_in_order_or_an_alert_says_which_may_not(
        window in 1..30u8,
        limit in 1..6u32,
        first in any::<u8>(),
        expected in any::<u8>(),
        is_locked in any::<bool>(),
        total in 1..60u64,
        up in prop::collection::vec(any::<u8>(), 0..200),
        down in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut farm = Farm::new(0, window * 2);
        farm.take(&control(Control::SetVr(expected)), true);
        if is_locked {
            farm.take(&data(expected.wrapping_add(128)), true);
        }
        let out = transfer((window, limit, first), &mut farm, total, [up, down]);
        let in_order: Vec<u64> = (0..out.delivered.len() as u64).collect();
        prop_assert_eq!(&out.delivered, &in_order);
        prop_assert_eq!(&out.acknowledged[..], &in_order[..out.acknowledged.len()]);
        match out.alerts.first() {
            None => prop_assert_eq!(out.delivered.len() as u64, total),
            Some((_, sent, unsent)) => {
                let next = out.acknowledged.len() as u64;
                let named: Vec<u64> = sent.iter().chain(unsent).copied().collect();
                let all: Vec<u64> = (next..next + named.len() as u64).collect();
                prop_assert_eq!(named, all);
                prop_assert!(unsent.iter().all(|tag| !out.delivered.contains(tag)));
            }
        }
    }

    #[test]
    fn a_good_channel_needs_no_alert(
        window in 1..=127u8,
        first in any::<u8>(),
        total in 1..300u64,
    ) {
        let mut farm = Farm::new(0, window.saturating_mul(2).min(254));
        let out = transfer((window, 3, first), &mut farm, total, [Vec::new(), Vec::new()]);
        prop_assert_eq!(out.delivered.len() as u64, total);
        prop_assert!(out.alerts.is_empty());
    }
}
