//! Telecommands: any bytes as a frame, a stream of CLTUs in pieces, a report, segments; and both
//! sides of COP-1 fed with them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::ccsds::LARGEST_PACKET;
use parsers::format::ccsds::telecommand::{
    Clcw, CltuScanner, Farm, Fop, FopEvent, FopOptions, Joiner, MOST_DATA, MOST_SEGMENT, TcFrame,
    segments, write_cltu,
};
use parsers::problems_are_sound;
use parsers::time::Instant;

fn scan(bytes: &[u8], piece: usize) -> Vec<Vec<u8>> {
    let (mut scanner, mut found) = (CltuScanner::default(), Vec::new());
    for piece in bytes.chunks(piece) {
        found.extend(scanner.push(piece));
        assert!(scanner.held() <= 4096);
    }
    assert_eq!(found, CltuScanner::default().push(bytes), "pieces of {piece} make a difference");
    let content: usize = found.iter().map(Vec::len).sum();
    assert!(content <= bytes.len(), "{content} bytes of frames");
    found
}

fn board(frames: &[Vec<u8>]) {
    let (mut farm, mut joiner) = (Farm::new(0), Joiner::new(LARGEST_PACKET));
    for bytes in frames {
        match TcFrame::read(bytes) {
            Ok(frame) => {
                let again = frame.write().expect("what was read can be written");
                assert_eq!(TcFrame::read(&again), Ok(frame.clone()));
                let unit = scan(&write_cltu(&again), 9);
                assert_eq!(unit[0].get(..again.len()), Some(&again[..]));
                farm.take(&frame);
                assert_eq!(Clcw::read(farm.clcw().to_bytes()), Ok(farm.clcw()));
            }
            Err(problem) => problems_are_sound(&[problem], bytes.len()),
        }
        if let Some(packet) = joiner.push(bytes) {
            assert!(packet.len() <= LARGEST_PACKET);
        }
    }
}

/// Each unit ends once, whatever the spacecraft says.
fn ground(bytes: &[u8]) {
    let options = FopOptions {
        spacecraft: 189,
        channel: 0,
        timer_s: 0.5,
        transmissions: 3,
        window: bytes.len() as u8,
        sequenced: true,
    };
    let mut fop = Fop::new(options);
    fop.initiate(bytes.len() as u8);
    let (mut given, mut ended) = (0, Vec::new());
    for (step, word) in bytes.chunks_exact(4).enumerate() {
        let now = Instant::from_unix_s(step as f64 * 0.1);
        match word[0] % 8 {
            0 => {
                fop.abandon("begun anew");
                fop.initiate(word[1]);
            }
            1..4 => given += u64::from(fop.push(given, vec![word.to_vec(); 2])),
            4 => fop.tick(now),
            // Mostly flags and numbers, seldom a wrong head.
            _ => {
                if let Ok(word) = Clcw::read([word[0] >> 7 | 1, 0, word[2], word[3]]) {
                    fop.hear(&word, now);
                }
            }
        }
        let sent = fop.send(now).expect("frames of this size can be written");
        assert!(sent.iter().all(|sending| sending.frame.len() <= MOST_DATA + 7));
        for event in fop.take_events() {
            match event {
                FopEvent::Acknowledged(unit) => ended.push(unit),
                FopEvent::Alert { out, unsent, .. } => ended.extend(out.into_iter().chain(unsent)),
            }
        }
    }
    fop.abandon("the end");
    for event in fop.take_events() {
        if let FopEvent::Alert { out, unsent, .. } = event {
            ended.extend(out.into_iter().chain(unsent));
        }
    }
    assert_eq!(ended, (0..given).collect::<Vec<_>>(), "a unit is forgotten or told twice");
}

fuzz_target!(|data: &[u8]| {
    let Some((&head, bytes)) = data.split_first() else { return };
    let mut frames = scan(bytes, usize::from(head) + 1);
    frames.extend(bytes.chunks(usize::from(head) + 1).map(<[u8]>::to_vec));
    board(&frames);
    let parts = segments(bytes, head & 0x3F, usize::from(head));
    assert!(parts.iter().all(|part| part.len() <= MOST_SEGMENT + 1));
    assert_eq!(parts.iter().map(|part| part.len() - 1).sum::<usize>(), bytes.len());
    ground(bytes);
});
