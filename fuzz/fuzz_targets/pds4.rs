//! PDS4: a label with files that are stretches of the input.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::pds4;
use parsers::{array_is_sound, problems_are_sound, table_is_sound};

fuzz_target!(|data: &[u8]| {
    let _ = pds4::sniff(data);
    // What stands behind a zero byte is the file, what stands before it the label.
    let cut = data.iter().position(|&b| b == 0).unwrap_or(data.len());
    let (label, file) = data.split_at(cut);
    let (_, _, problems) = pds4::read_label(label);
    problems_are_sound(&problems, 3 * label.len());
    let resolve = |name: &str| (!name.contains("missing")).then(|| file.to_vec());
    let (product, problems) = pds4::read(label, &resolve);
    problems_are_sound(&problems, 3 * data.len());
    product.tables.iter().for_each(|t| table_is_sound(t, data.len()));
    product.arrays.iter().for_each(|a| array_is_sound(a, data.len()));
});
