//! SeedLink: any bytes, whole and in pieces, as packets and as lines.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::seedlink::{
    Decoder, Item, LARGEST_PAYLOAD, LONGEST_LINE, Protocol, glob, hello, reply, select, split_line,
    station, write_v3, write_v4,
};
use parsers::problems_are_sound;

/// What came of a stream, each item as text; whether packets are written back as they were is
/// asserted on the way.
fn take(decoder: &mut Decoder, input: usize, seen: &mut Vec<String>) {
    while let Some(item) = decoder.next() {
        if let Ok(Item::Packet(packet)) = &item {
            assert!(packet.payload.len() <= LARGEST_PAYLOAD.min(input));
            // A station that is no text reads as a longer one, which may not fit any more.
            if let Some(again) = write_v4(packet) {
                let mut other = Decoder::new();
                other.push(&again);
                assert_eq!(other.next(), Some(Ok(Item::Packet(packet.clone()))));
            }
            if let Some(again) = write_v3(packet.sequence, packet.payload) {
                assert_eq!(again.len(), 520);
            }
        }
        if let Err(problem) = &item {
            problems_are_sound(std::slice::from_ref(problem), input);
        }
        seen.push(format!("{item:?}"));
    }
    assert!(decoder.next().is_none());
}

fuzz_target!(|data: &[u8]| {
    let Some((&step, bytes)) = data.split_first() else { return };
    let (mut whole, mut pieces) = (Vec::new(), Vec::new());
    let mut decoder = Decoder::new();
    decoder.push(bytes);
    take(&mut decoder, bytes.len(), &mut whole);
    let mut decoder = Decoder::new();
    for piece in bytes.chunks(usize::from(step).max(1)) {
        decoder.push(piece);
        take(&mut decoder, bytes.len(), &mut pieces);
    }
    assert_eq!(whole, pieces);
    assert!(whole.len() <= bytes.len());

    match split_line(bytes) {
        Ok(Some((line, length))) => {
            assert!(length <= bytes.len().min(LONGEST_LINE));
            let told = hello(&line, &line);
            let _ = (told.is_seedlink(), told.offers_v4(), reply(&line));
            for protocol in [Protocol::V3, Protocol::V4] {
                assert!(select(protocol, &line).starts_with("SELECT "));
                assert!(station(protocol, &line).starts_with("STATION "));
            }
            assert!(glob(&line, &line) || line.contains(['*', '?']));
            assert!(glob("*", &line));
        }
        Ok(None) => assert!(bytes.len() < LONGEST_LINE),
        Err(problem) => problems_are_sound(&[problem], bytes.len()),
    }
});
