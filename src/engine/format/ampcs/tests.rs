//! The printed lists of the AMPCS tools, made here and real.

use std::path::{Path, PathBuf};

use super::*;
use crate::time::parse;

/// A file of the sample data; says so where they are not there.
fn real(name: &str) -> Option<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/E_ccsds_xtce_cmd");
    let path: PathBuf = Path::new(root).join(name);
    if !path.exists() {
        eprintln!("skipped: {name} not present");
        return None;
    }
    Some(std::fs::read(path).unwrap())
}

const EVRS: &str = "recordType,sessionId,sessionHost,name,module,level,eventId,vcid,dssId,\
    fromSse,realtime,sclk,scet,lst,ert,rct,message\r\n\
    \"Evr\",\"7\",\"ops\",\"EVR_A\",\"cmd\",\"COMMAND\",\"17\",\"0\",\"14\",\"false\",\"true\",\
    \"1.5\",\"2019-207T12:00:00.250\",\"\",\"2019-07-26T12:15:00Z\",\"\",\"did \"\"X\"\", ok\"\r\n\
    Evr,7,ops,EVR_B,pwr,SHRUG,18,0,14,maybe,true,2.5,2019-207T12:00:01,,,,low\r\n\
    Evr,7,ops,EVR_C,pwr,FATAL,18,0,14,true,true,,,,,,no time\r\n";

#[test]
fn event_records_come_with_level_and_times() {
    assert!(sniff_evrs(EVRS.as_bytes()) && !sniff_channels(EVRS.as_bytes()));
    let (evrs, problems) = read_evrs(EVRS.as_bytes());
    assert_eq!(evrs.len(), 2);
    let first = Evr {
        session: "7".into(),
        host: "ops".into(),
        name: "EVR_A".into(),
        id: Some(17),
        level: EvrLevel::Command,
        message: "did \"X\", ok".into(),
        module: "cmd".into(),
        from_sse: false,
        realtime: true,
        dss: Some(14),
        vcid: Some(0),
        ert: parse("2019-07-26T12:15:00Z", None).ok(),
        scet: parse("2019-07-26T12:00:00.25Z", None).ok(),
        sclk: "1.5".into(),
        lst: String::new(),
    };
    assert_eq!(evrs[0], first);
    assert_eq!(evrs[1].level, EvrLevel::EvrUnknown);
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3, "{told:#?}");
    assert!(told[0].contains("line 3: level") && told[0].contains("SHRUG"), "{told:#?}");
    assert!(told[1].contains("line 3: fromsse"), "{told:#?}");
    assert!(told[2].contains("line 4") && told[2].contains("no time"), "{told:#?}");
    let offset = EVRS.find("Evr,7,ops,EVR_B").unwrap() as u64;
    assert_eq!(problems[0].offset, Some(offset));
}

#[test]
fn levels_have_the_words_and_colours_of_the_clients() {
    for (at, level) in EvrLevel::ALL.into_iter().enumerate() {
        assert_eq!(EvrLevel::parse(&level.word().to_lowercase()), Some(level));
        assert_eq!((usize::from(level.code()), EvrLevel::of_code(at as u8)), (at, Some(level)));
    }
    assert_eq!(EvrLevel::parse("severe"), None);
    assert_eq!(EvrLevel::Fatal.colour(), Some([255, 0, 0]));
    assert!(EvrLevel::Fatal > EvrLevel::WarningHi && EvrLevel::WarningLo > EvrLevel::Command);
}

#[test]
fn channel_values_keep_number_status_and_alarm() {
    let text = "channel_id,dn,eu,status,dn_alarm_state,eu_alarm_state,ert,scet,realtime\n\
        A-1,18,2.5,ON,YELLOW,RED,2019-322T21:37:15.133,2010-001T00:03:27.032,true\n\
        A-2,true,,,PURPLE,,2019-322T21:37:15.133,,false\n\
        ,1,,,,,2019-322T21:37:15.133,,\n\
        A-3,text,x,,,,2019-322T21:37:15.133,notime,,surplus\n";
    assert!(sniff_channels(text.as_bytes()) && !sniff_evrs(text.as_bytes()));
    let (values, problems) = read_channels(text.as_bytes());
    assert_eq!(values.len(), 3);
    assert_eq!((values[0].dn_number(), values[0].eu), (Some(18.0), Some(2.5)));
    assert_eq!((values[0].dn_alarm, values[0].eu_alarm), (AlarmState::Yellow, AlarmState::Red));
    assert!(values[0].realtime && values[0].status == "ON");
    assert_eq!(values[1].dn_number(), Some(1.0));
    assert_eq!(values[1].time(), values[1].ert);
    assert_eq!(values[2].dn_number(), None);
    // An alarm state, a row without a channel, a surplus cell, a number and a time.
    assert_eq!(problems.len(), 5, "{problems:#?}");
}

#[test]
fn broken_input_is_told() {
    let whole = EVRS.as_bytes();
    for cut in 0..whole.len() {
        let piece = &whole[..cut];
        let _ = (sniff_evrs(piece), sniff_packets(piece));
        let (evrs, _) = read_evrs(piece);
        assert!(evrs.len() <= 2);
        assert!(read_packets(piece).0.is_empty());
    }
    assert!(!read_channels(b"").1.is_empty());
    assert!(!read_evrs(b"a,b\n1,2\n").1.is_empty());
    assert!(!sniff_channels(b"\0channelId,dn,scet\n") && !sniff_channels(b""));
}

#[test]
fn real_lists_of_the_timekeeping_tool() {
    let Some(bytes) = real("mmtc_ampcs/chill_get_chanvals-m-K11--timeTypeERT--channelIds.out")
    else {
        return;
    };
    assert!(sniff_channels(&bytes));
    let (values, problems) = read_channels(&bytes);
    assert_eq!((values.len(), problems.len()), (7, 0), "{problems:?}");
    let encoding = values.iter().find(|v| v.channel_id == "TK-0005").unwrap();
    assert_eq!((encoding.dn.as_str(), encoding.kind.as_str()), ("18", "STATUS"));
    assert_eq!(encoding.status, "ENC_MODE_TURBO_12_SHORT_RND");
    assert_eq!(encoding.scet, parse("2010-001T00:03:27.032", None).ok());
    for name in ["oscillator_temperature", "GNC_parms"] {
        let Some(bytes) = real(&format!("mmtc_ampcs/chill_get_chanvals-{name}.out")) else {
            return;
        };
        let (values, problems) = read_channels(&bytes);
        assert!(!values.is_empty() && problems.is_empty(), "{name} {problems:?}");
        assert!(values.iter().all(|v| v.dn_number().is_some()), "{name}");
    }
    let Some(bytes) = real("mmtc_ampcs/chill_get_packets-K11--packetApid123.out") else { return };
    assert!(sniff_packets(&bytes));
    let (packets, problems) = read_packets(&bytes);
    let lines = String::from_utf8_lossy(&bytes).lines().count();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(packets.len(), lines - 1, "all lines but the header");
    assert!(packets.iter().all(|p| p.apid == 123 && p.apid_name == "TIMEKEEPING"));
    assert!(packets.iter().enumerate().all(|(i, p)| p.spsc == Some(i as u32)));
    // Only the version line of a tool.
    let Some(bytes) = real("mmtc_ampcs/chill_get_packets-v.out") else { return };
    assert!(!sniff_packets(&bytes) && !read_packets(&bytes).1.is_empty());
}
