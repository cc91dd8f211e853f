//! Plans, estimates and the check of bodies, without misbehaviour.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use super::super::check::{Fault, check};
use super::super::http::http_date;
use super::server::{Server, ok, status};
use super::*;

#[test]
fn estimates() {
    let server = Server::start(|target, _| {
        assert!(target.starts_with("/fdsnws/availability/1/query?network=XB"), "{target}");
        ok(b"#Network Station Location Channel Quality SampleRate Earliest Latest\n\
             XB ELYSE 02 BHU D 20.0 2019-07-25T00:00:00Z 2019-07-26T01:00:00Z\n\
             XB ELYSE -- BHV D 10.0 2019-07-26T23:59:00Z 2019-08-01T00:00:00Z\n\
             nonsense\n"
            .to_vec())
    });
    let (fetcher, _) = fetcher(&server.base, limits());
    let cancel = AtomicBool::new(false);
    let estimate = fetcher.estimate(&one_day(), &cancel).unwrap();
    assert_eq!(estimate.basis, EstimateBasis::Availability);
    assert_eq!((estimate.bytes, estimate.parts), ((20 * 3600 + 10 * 60) * 3 / 2, 1));
    let without = Server::start(|_, _| status(404));
    let (fetcher, _) = super::fetcher(&without.base, limits());
    let estimate = fetcher.estimate(&one_day(), &cancel).unwrap();
    assert_eq!(estimate.basis, EstimateBasis::ChannelCodes);
    assert_eq!(estimate.bytes, 3 * 20 * 86_400 * 3 / 2);
    let nothing = Server::start(|_, _| status(204));
    let (fetcher, _) = super::fetcher(&nothing.base, limits());
    assert_eq!(fetcher.estimate(&one_day(), &cancel).unwrap().bytes, 0);
}

#[test]
fn availability_text() {
    let (spans, problems) = text::read_availability(
        "#Network|Station|Location|Channel|SampleRate|Earliest|Latest\n\
         XB|ELYSE||BHU|20.0|2019-07-25T00:00:00.000000Z|2019-07-26T00:00:00.000000Z\n\nbad|line\n",
    );
    assert_eq!((spans[0].channel.as_str(), spans[0].rate_hz), ("XB.ELYSE..BHU", 20.0));
    assert_eq!(spans[0].range, range("2019-07-25", "2019-07-26"));
    assert_eq!((problems.len(), problems[0].offset), (1, Some(137)));
}

#[test]
fn sources_and_plans() {
    assert_eq!(FdsnSource::parse("ipgp").unwrap().base, "https://ws.ipgp.fr");
    assert_eq!(FdsnSource::parse("http://h:8/fdsnws/").unwrap().base, "http://h:8");
    for bad in ["", "iris", "ftp://x", "http://"] {
        assert!(FdsnSource::parse(bad).unwrap_err().to_string().contains("ipgp"), "{bad}");
    }
    let blank = ChannelPattern::parse("XB.ELYSE..BHU").unwrap();
    assert_eq!(blank.to_string(), "XB.ELYSE.--.BHU");
    for bad in ["", "XB", "XB.ELYSE.02", "XB.EL&SE.02.BHU", "XB..02.BHU", "a.b.c.d.e"] {
        assert!(ChannelPattern::parse(bad).is_err(), "{bad}");
    }
    let parts = one_day().parts().unwrap();
    assert_eq!(parts.len(), 1);
    let sentence = |plan: FetchPlan| plan.parts().unwrap_err().to_string();
    assert!(sentence(waveforms("2019-07-26", "2019-07-26")).contains("empty"));
    assert!(sentence(FetchPlan { range: TimeRange::ALL, ..one_day() }).contains("too long"));
    assert!(sentence(FetchPlan { channels: vec![], ..one_day() }).contains("No channel"));
    assert!(sentence(FetchPlan { waveforms: false, ..one_day() }).contains("Nothing"));
    assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
}

#[test]
fn real_miniseed_is_whole_and_its_cuts_are_not() {
    let base = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    for path in [
        "A_insight_seis/marsquakes_3c_deglitched/S0173a_VBB_corrected_ISAE_v4.mseed",
        "B_miniseed_tests/fdsn_mseed3_reference/reference-sinusoid-steim2.mseed3",
    ] {
        let Ok(bytes) = std::fs::read(base.join(path)) else {
            println!("skipped: {path} not present");
            continue;
        };
        assert_eq!(check(PartFormat::MiniSeed, &bytes), Ok(()), "{path}");
        for cut in [bytes.len() - 1, bytes.len() - 100] {
            let result = check(PartFormat::MiniSeed, &bytes[..cut]);
            assert_eq!(result, Err(Fault::CutOff), "{path} {cut}");
        }
    }
    let mut plain = records(2);
    for at in [0, 512] {
        plain[at + 46..at + 48].fill(0);
    }
    assert_eq!(check(PartFormat::MiniSeed, &plain), Ok(()));
}

proptest! {
    #[test]
    fn any_cut_of_records_is_seen(n in 1_u32..6, cut in 1_usize..3000) {
        let bytes = records(n);
        let cut = cut.min(bytes.len());
        let whole = cut % 512 == 0;
        prop_assert_eq!(check(PartFormat::MiniSeed, &bytes[..cut]).is_ok(), whole);
    }

    #[test]
    fn garbage_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for format in [PartFormat::MiniSeed, PartFormat::StationXml, PartFormat::QuakeMl] {
            let _ = check(format, &bytes);
        }
        let text = String::from_utf8_lossy(&bytes);
        let _ = text::read_availability(&text);
        let _ = http_date(&text);
        let _ = ChannelPattern::parse(&text);
        let _ = FdsnSource::parse(&text);
    }
}
