//! PDS3: a label, attached or with files that are stretches of the input.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::pds3;
use parsers::{array_is_sound, problems_are_sound, table_is_sound};

fuzz_target!(|data: &[u8]| {
    let _ = pds3::sniff(data);
    let (_, problems) = pds3::read_label(data);
    problems_are_sound(&problems, data.len());
    // A file begins after the label where there is one, so that tables hold what looks like data.
    let body = data.windows(4).rposition(|w| w == b"\nEND").map_or(0, |at| at + 4);
    let resolve = |name: &str| {
        let from = if name.to_ascii_uppercase().ends_with("FMT") { 0 } else { body };
        (!name.contains("missing")).then(|| data.get(from..).unwrap_or_default().to_vec())
    };
    let (product, problems) = pds3::read(data, &resolve);
    problems_are_sound(&problems, data.len());
    product.tables.iter().for_each(|t| table_is_sound(t, data.len()));
    product.arrays.iter().for_each(|a| array_is_sound(a, data.len()));
});
