//! Telecommands: any bytes as a frame, a stream of CLTUs in pieces, a report, segments; and both
//! sides of COP-1 fed with them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::ccsds::LARGEST_PACKET;
use parsers::format::ccsds::telecommand::{
    Clcw, CltuScanner, Directive, FRAME_OVERHEAD, Farm, Fop, FopConfig, FopEvent, LARGEST_FRAME,
    Reassembly, TcFrame, segments, write_cltu,
};
use parsers::problems_are_sound;
use parsers::time::Instant;

fn scan(bytes: &[u8], piece: usize) -> Vec<Vec<u8>> {
    let (mut scanner, mut found) = (CltuScanner::default(), Vec::new());
    for piece in bytes.chunks(piece) {
        scanner.push(piece, &mut found);
        assert!(scanner.held() <= LARGEST_FRAME + 300);
    }
    let mut at_once = Vec::new();
    CltuScanner::default().push(bytes, &mut at_once);
    assert_eq!(found, at_once, "pieces of {piece} bytes make a difference");
    let data: usize = found.iter().map(|cltu| cltu.data.len()).sum();
    assert!(data <= bytes.len(), "{data} bytes of frames");
    found.into_iter().map(|cltu| cltu.data).collect()
}

fn ground(bytes: &[u8]) {
    let config =
        FopConfig { spacecraft: 189, channel: 0, window: bytes.len() as u8, timer_ns: 50, limit: 3 };
    let mut fop = Fop::new(config);
    let (mut given, mut back) = (0, 0);
    for (step, word) in bytes.chunks_exact(4).enumerate() {
        let now = Instant::from_unix_ns(step as i64 * 10);
        match word[0] % 8 {
            0 => fop.initiate(now, Directive::SetVr(word[1])),
            1 => fop.initiate(now, Directive::Unlock),
            2 | 3 => given += u64::from(fop.send(now, given, word.to_vec()).is_ok()),
            4 => fop.tick(now),
            _ => {
                // Mostly flags and numbers, seldom a wrong head.
                let word = [word[0] >> 7 | 1, 0, word[2], word[3]];
                if let Ok(clcw) = Clcw::parse(word) {
                    assert_eq!(clcw.to_bytes()[3], word[3]);
                    fop.report(now, &clcw);
                }
            }
        }
        for event in fop.take_events() {
            back += match event {
                FopEvent::Ready => 0,
                FopEvent::Acknowledged(_) => 1,
                FopEvent::Alert { sent, unsent, .. } => (sent.len() + unsent.len()) as u64,
            };
        }
        assert_eq!(given, back + fop.backlog() as u64, "a frame is forgotten or told twice");
        fop.take_transmissions();
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&head, bytes)) = data.split_first() else { return };
    let mut frames = scan(bytes, usize::from(head) + 1);
    frames.extend(bytes.chunks(usize::from(head) + 1).map(<[u8]>::to_vec));
    let (mut farm, mut reassembly) = (Farm::new(0, head), Reassembly::new(2 * LARGEST_PACKET));
    for bytes in &frames {
        match TcFrame::parse(bytes) {
            Ok(frame) => {
                let again = frame.to_bytes().expect("what was read can be written");
                assert_eq!(Some(&again[..]), bytes.get(..again.len()));
                let mut cltu = Vec::new();
                write_cltu(&again, &mut cltu);
                assert_eq!(scan(&cltu, 9)[0].get(..again.len()), Some(&again[..]));
                farm.take(&frame, head & 1 == 0);
                assert_eq!(Clcw::parse(farm.clcw().to_bytes()), Ok(farm.clcw()));
            }
            Err(problem) => problems_are_sound(&[problem], bytes.len()),
        }
        reassembly.push(bytes);
        assert!(reassembly.held() <= 2 * LARGEST_PACKET);
    }
    problems_are_sound(&reassembly.take_problems(), 2 * data.len());
    let room = LARGEST_FRAME - FRAME_OVERHEAD;
    let parts: usize = segments(bytes, head, room).iter().map(|part| part.len() - 1).sum();
    assert_eq!(parts, bytes.len());
    ground(bytes);
});
