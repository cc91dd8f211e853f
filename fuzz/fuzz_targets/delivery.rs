//! Packages, approvals and receipts of another center: any bytes are judged, none trusted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::delivery::{Approvals, MANIFEST, Manifest, Receipt, check};
use parsers::problems_are_sound;

fuzz_target!(|data: &[u8]| {
    let found = check(data);
    problems_are_sound(&found.problems, data.len());
    // A checksum of an archive is not found by chance: the bytes become a manifest that is packed.
    if let Ok(bytes) = parsers::format::zip::write(&[(MANIFEST, data)]) {
        let found = check(&bytes);
        problems_are_sound(&found.problems, bytes.len());
        assert_eq!(found.manifest, Manifest::read(data).ok());
        assert!(found.manifest.is_none_or(|of| of.files.is_empty() || !found.problems.is_empty()));
    }
    if let Ok(of) = Approvals::read(data) {
        assert_eq!(Approvals::read(of.to_json().as_bytes()), Ok(of.clone()));
        assert!(!of.check(data).is_empty());
    }
    if let Ok(of) = Receipt::read(data) {
        assert_eq!(Receipt::read(of.to_json().as_bytes()), Ok(of));
    }
});
