//! Binary sequences and tables: any bytes are read or refused; what is read writes the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::sequence::BinarySequence;
use parsers::sequence::table::{Catalogue, TableFile};

fuzz_target!(|data: &[u8]| {
    if let Ok((of, _)) = BinarySequence::inspect(data) {
        assert_eq!(of.to_bytes(), data);
    }
    // A hash at the end is not found by chance; it is put there.
    if let Ok((of, _)) = BinarySequence::inspect(&BinarySequence::sealed(data)) {
        assert_eq!(of.to_bytes(), BinarySequence::sealed(data));
    }
    if let Ok(catalogue) = Catalogue::seis() {
        let _ = TableFile::from_bytes(data, 189, &catalogue);
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Catalogue::parse(text);
    }
});
