//! The text form of sequences: any text gives a sequence, whose own text reads back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::sequence::text;

fuzz_target!(|data: &[u8]| {
    let source = String::from_utf8_lossy(data);
    let parsed = text::parse(&source);
    assert_eq!(parsed.places.len(), parsed.sequence.steps.len());
    assert!(parsed.faults.iter().all(|fault| fault.span.line >= 1 && fault.span.start >= 1));
    let own = text::print(&parsed.sequence);
    let again = text::parse(&own);
    assert!(again.faults.is_empty(), "{:?}\n{own}", again.faults);
    assert_eq!(again.sequence, parsed.sequence, "{own}");
});
