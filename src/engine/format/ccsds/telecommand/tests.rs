//! Telecommands against hand-worked bytes, and the protocol over a bad channel.

use proptest::prelude::*;

use super::*;
use crate::time::Instant;

const NOW: Instant = Instant::from_unix_ns(1_600_000_000_000_000_000);

fn frame(kind: FrameType, data: &[u8]) -> TcFrame {
    TcFrame { spacecraft: 189, channel: 1, kind, data: data.to_vec() }
}

/// 232.0-B-4, 4.1: version 00, bypass 0, control 0, spare 00, spacecraft 0x0BD; channel 000001,
/// length 9 - 1; number 5; two bytes; CRC of the nine minus two.
#[test]
fn a_frame_is_as_worked_by_hand() {
    let bytes = frame(FrameType::Sequenced(5), &[0xAB, 0xCD]).write().expect("a frame");
    assert_eq!(bytes[..7], [0x00, 0xBD, 0x04, 0x08, 0x05, 0xAB, 0xCD]);
    assert_eq!(bytes.len(), 9);
    let set = frame(FrameType::Control(Control::SetNext(7)), &[]).write().expect("a frame");
    assert_eq!(set[..8], [0x30, 0xBD, 0x04, 0x09, 0x00, 0x82, 0x00, 0x07]);
    for kind in [
        FrameType::Sequenced(255),
        FrameType::Expedited,
        FrameType::Control(Control::Unlock),
        FrameType::Control(Control::SetNext(9)),
    ] {
        let data: &[u8] = if matches!(kind, FrameType::Control(_)) { &[] } else { &[1, 2, 3] };
        let written = frame(kind, data);
        let mut bytes = written.write().expect("a frame");
        bytes.extend([0x55; 6]);
        assert_eq!(TcFrame::read(&bytes), Ok(written));
        bytes[6] ^= 1;
        assert!(TcFrame::read(&bytes).is_err());
    }
    assert!(frame(FrameType::Expedited, &[0; MOST_DATA + 1]).write().is_err());
    assert!(frame(FrameType::Expedited, &[]).write().is_err());
}

/// x⁷ mod g(x) = x⁶ + x² + 1: the block whose last information bit alone is set has the parity
/// 1000101, complemented 0111010, and the filler bit 0. Of zeros the parity is 0, complemented
/// 1111111.
#[test]
fn code_blocks_are_as_worked_by_hand() {
    let unit = write_cltu(&[0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9]);
    assert_eq!(unit[..2], [0xEB, 0x90]);
    assert_eq!(unit[2..10], [0, 0, 0, 0, 0, 0, 1, 0x74]);
    assert_eq!(unit[10..18], [0, 0, 0, 0, 0, 0, 0, 0xFE]);
    assert_eq!(unit[18..25], [9, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55]);
    assert_eq!(unit[26..], [0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0x79]);
}

/// 232.0-B-4, figure 4-6: type 0, version 00, status 000, COP 01, channel 000010, spare 00; no RF
/// 0, no bit lock 0, lockout 1, wait 0, retransmit 1, FARM-B 11, spare 0; report value 0x2A.
#[test]
fn a_control_word_is_as_worked_by_hand() {
    let word = Clcw {
        channel: 2,
        lockout: true,
        retransmit: true,
        expedited: 3,
        next: 0x2A,
        ..Clcw::default()
    };
    assert_eq!(word.to_bytes(), [0x01, 0x08, 0x2E, 0x2A]);
    assert_eq!(Clcw::read(word.to_bytes()), Ok(word));
    assert!(Clcw::read([0x81, 8, 0, 0]).is_err());
    assert!(Clcw::read([0x00, 8, 0, 0]).is_err());
}

#[test]
fn the_acceptance_follows_its_table() {
    let mut farm = Farm::new(1);
    assert_eq!(farm.take(&frame(FrameType::Sequenced(0), &[1])), Taken::Accepted);
    assert_eq!(farm.take(&frame(FrameType::Sequenced(0), &[1])), Taken::Again);
    assert_eq!(farm.take(&frame(FrameType::Sequenced(63), &[1])), Taken::Missing);
    assert!(farm.clcw().retransmit && farm.clcw().next == 1);
    assert_eq!(farm.take(&frame(FrameType::Sequenced(1), &[1])), Taken::Accepted);
    assert!(!farm.clcw().retransmit);
    // 2 + 64 is neither before nor behind.
    assert_eq!(farm.take(&frame(FrameType::Sequenced(66), &[1])), Taken::Locked);
    assert!(farm.clcw().lockout);
    assert_eq!(farm.take(&frame(FrameType::Sequenced(2), &[1])), Taken::Locked);
    let set = FrameType::Control(Control::SetNext(9));
    assert_eq!(farm.take(&frame(set, &[])), Taken::Locked);
    assert_eq!(farm.take(&frame(FrameType::Expedited, &[1])), Taken::Accepted);
    let unlock = FrameType::Control(Control::Unlock);
    assert_eq!(farm.take(&frame(unlock, &[])), Taken::Controlled);
    assert_eq!(farm.take(&frame(set, &[])), Taken::Controlled);
    assert_eq!((farm.clcw().next, farm.clcw().expedited), (9, 0));
}

#[test]
fn packets_come_out_of_their_segments() {
    let packet: Vec<u8> = (0..5_000_u32).map(|at| at as u8).collect();
    let parts = segments(&packet, 3, 1_000);
    assert_eq!(parts.len(), 5);
    assert_eq!(
        parts.iter().map(|part| part[0]).collect::<Vec<_>>(),
        [0x43, 0x03, 0x03, 0x03, 0x83]
    );
    let mut joiner = Joiner::new(70_000);
    let joined: Vec<_> = parts.iter().filter_map(|part| joiner.push(part)).collect();
    assert_eq!(joined, [packet]);
    assert_eq!(segments(&[1, 2], 0, 1_000), [vec![0xC0, 1, 2]]);
    // A part that is missing at the front costs the packet, and nothing more.
    assert_eq!(joiner.push(&parts[1]), None);
    assert_eq!(joiner.push(&[0xC0, 7]), Some(vec![7]));
    let mut small = Joiner::new(100);
    assert!(parts.iter().all(|part| small.push(part).is_none()));
}

/// The ground, a bad channel and the spacecraft; what arrived there.
fn play(units: usize, noise: &[u8]) -> (Vec<u64>, Vec<FopEvent>) {
    let options = FopOptions {
        spacecraft: 189,
        channel: 1,
        timer_s: 4.0,
        transmissions: 40,
        window: 5,
        sequenced: true,
    };
    let (mut fop, mut farm, mut scanner) =
        (Fop::new(options), Farm::new(1), CltuScanner::default());
    fop.initiate(200);
    for unit in 0..units as u64 {
        let frames = vec![vec![unit as u8, 1], vec![unit as u8, 2]];
        assert!(fop.push(unit, frames));
    }
    let (mut arrived, mut events) = (Vec::new(), Vec::new());
    let mut luck = noise.iter().copied().cycle();
    for second in 0..400 {
        let now = NOW.plus_s(f64::from(second));
        fop.tick(now);
        let mut heard = Vec::new();
        for frame in fop.send(now).expect("frames") {
            let mut unit = write_cltu(&frame.frame);
            let copies = match luck.next().unwrap_or(9) % 8 {
                0 => 0,
                1 => 2,
                2 => {
                    // Two bits in one block: the frame is lost.
                    unit[4] ^= 0x11;
                    1
                }
                3 => {
                    // One bit: it is corrected.
                    unit[5] ^= 0x20;
                    1
                }
                _ => 1,
            };
            for _ in 0..copies {
                for content in scanner.push(&unit) {
                    let Ok(frame) = TcFrame::read(&content) else { continue };
                    if farm.take(&frame) == Taken::Accepted {
                        arrived.push(u64::from(frame.data[0]) << 8 | u64::from(frame.data[1]));
                    }
                }
            }
            heard.push(farm.clcw());
        }
        for word in heard {
            // Words are lost too.
            if luck.next().unwrap_or(9) % 5 > 0 {
                fop.hear(&Clcw::read(word.to_bytes()).expect("a word"), now);
            }
        }
        events.extend(fop.take_events());
    }
    (arrived, events)
}

proptest! {
    #[test]
    fn every_frame_arrives_once_and_in_order(
        units in 1_usize..40,
        noise in proptest::collection::vec(any::<u8>(), 7..60),
    ) {
        let (arrived, events) = play(units, &noise);
        let wanted: Vec<u64> = (0..units as u64).flat_map(|u| [u << 8 | 1, u << 8 | 2]).collect();
        let is_given_up = events.iter().any(|of| matches!(of, FopEvent::Alert { .. }));
        prop_assert!(wanted.starts_with(&arrived), "{arrived:?}");
        if !is_given_up {
            let acknowledged: Vec<u64> = events.iter().filter_map(|of| match of {
                FopEvent::Acknowledged(unit) => Some(*unit),
                FopEvent::Alert { .. } => None,
            }).collect();
            // What is told to have arrived did, whole.
            prop_assert!(acknowledged.len() * 2 <= arrived.len());
            let whole: Vec<u64> = (0..units as u64).take(arrived.len() / 2).collect();
            prop_assert_eq!(acknowledged, whole);
        }
    }

    #[test]
    fn hostile_bytes_are_borne(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let mut scanner = CltuScanner::default();
        for part in bytes.chunks(7) {
            for content in scanner.push(part) {
                let _ = TcFrame::read(&content);
            }
            prop_assert!(scanner.held() < 4_096);
        }
        let _ = TcFrame::read(&bytes);
        let mut joiner = Joiner::new(1_000);
        for part in bytes.chunks(5) {
            joiner.push(part);
        }
    }
}

#[test]
fn a_spacecraft_that_says_nothing_is_told() {
    let options = FopOptions {
        spacecraft: 189,
        channel: 1,
        timer_s: 2.0,
        transmissions: 3,
        window: 5,
        sequenced: true,
    };
    let mut fop = Fop::new(options);
    fop.initiate(0);
    assert!(fop.push(7, vec![vec![1]]));
    let mut frames = 0;
    for second in 0..20 {
        let now = NOW.plus_s(f64::from(second));
        fop.tick(now);
        frames += fop.send(now).expect("frames").len();
    }
    assert_eq!(frames, 3, "Set V(R), three times");
    let reason = "the spacecraft does not answer".to_owned();
    assert_eq!(fop.take_events(), [FopEvent::Alert { reason, out: vec![], unsent: vec![7] }]);
}
