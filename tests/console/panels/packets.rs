//! The Packets panel: kinds, bytes and fields of a packet, holding still while packets pour in.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use marsdeck::intent::UiIntent;
use marsdeck::theme::Theme;
use marsdeck_engine::archive::{Archive, NewPacket, PacketSource, StoredPacket};
use marsdeck_engine::ingest::live::KeptPackets;
use marsdeck_engine::ingest::{IngestOptions, ingest_bytes};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::query::{QueryError, Request, answer};
use marsdeck_engine::runtime::{
    PacketField, PacketKey, PacketPicture, PacketRow, PacketSeen, Snapshot,
};
use marsdeck_engine::time::Instant;

use super::{Stage, harness, links, picture, themes};
use crate::telemetry;

const NOW_S: f64 = 1.5642e9;

fn packet(number: u64) -> PacketSeen {
    let (channel, apid, container) = match number % 4 {
        0 => (0, 105, "SEIS_HK"),
        1 => (0, 310, "APSS_PRESSURE"),
        2 => (1, 105, "SEIS_HK"),
        _ => (0, 2047, ""),
    };
    let received = Instant::from_unix_s(NOW_S - 20.0 + number as f64 * 0.02);
    let size = if apid == 310 { 65_536 } else { 96 };
    let mut bytes: Vec<u8> = (0..size).map(|i| (i * 7 + number as usize) as u8).collect();
    bytes[6..12].copy_from_slice(b"SEISHK");
    PacketSeen {
        number,
        key: PacketKey { channel: Some(channel), apid },
        received,
        generated: (apid != 2047).then(|| received.plus_s(-8.25)),
        sequence: number as u16,
        container: container.to_owned(),
        bytes: bytes.into(),
        problem: if container.is_empty() {
            "No container of the dictionary has this APID".to_owned()
        } else {
            String::new()
        },
    }
}

fn fields() -> Vec<PacketField> {
    let field = |name: &str, raw: &str, engineering: &str, unit: &str, severity| PacketField {
        name: format!("/INSIGHT/SEIS/{name}"),
        raw: raw.to_owned(),
        engineering: engineering.to_owned(),
        unit: unit.to_owned(),
        severity,
    };
    let mut fields = vec![
        field("mode", "3", "SCIENCE", "", Severity::Normal),
        field("supply.voltage", "2047", "28.31", "V", Severity::Normal),
        field("supply.current", "512", "1.92", "A", Severity::Warning),
    ];
    for i in 0..60 {
        let severity = if i == 7 { Severity::Critical } else { Severity::Normal };
        fields.push(field(&format!("temperature[{i}]"), "1200", "-47.25", "°C", severity));
    }
    fields
}

fn picture_of(count: u64) -> PacketPicture {
    let all: Vec<PacketSeen> = (0..count).map(packet).collect();
    let mut rows = BTreeMap::new();
    for packet in &all {
        let row = PacketRow {
            container: packet.container.clone(),
            packets: count / 4 * 1000,
            bytes: count * 100,
            missing: if packet.key.apid == 105 { 14 } else { 0 },
            gaps: if packet.key.apid == 105 { 2 } else { 0 },
            duplicates: u64::from(packet.key.channel == Some(1)) * 3,
            per_s: 12.5,
            last: packet.clone(),
            fields: if packet.container.is_empty() { Vec::new() } else { fields() },
        };
        rows.insert(packet.key, row);
    }
    PacketPicture { dictionary: "insight simulator 1".into(), rows, recent: all }
}

/// A snapshot with links in every state and so many packets on the first one.
pub fn with_packets(count: u64) -> Snapshot {
    let packets = BTreeMap::from([("lander".to_owned(), Arc::new(picture_of(count)))]);
    Snapshot { packets: Arc::new(packets), ..links::snapshot() }
}

fn stage(theme: Theme) -> Stage {
    let mut stage = Stage::new("Packets", with_packets(400), theme, Box::new(|_| None));
    stage.time.go_live(Some(Instant::from_unix_s(NOW_S)));
    stage
}

fn pour(harness: &mut Harness<'static, Stage>, count: u64) {
    harness.state_mut().set_snapshot(with_packets(count));
    harness.run_steps(3);
}

#[test]
fn kinds_stand_apart_and_a_chosen_packet_shows_its_bytes() {
    let mut harness = harness(stage(Theme::dark()), [1264.0, 700.0], false);
    harness.get_by_label("VC 0, real time");
    harness.get_by_label("VC 1, stored");
    // The newest of the first kind is number 396: its first byte is 396 modulo 256.
    harness.get_by_label_contains("0000  8c 93 9a a1 a8 af 53 45  49 53 48 4b");
    harness.get_by_label("63 of 63 fields");
    harness.get_by_label("▼ INSIGHT/SEIS (63)");
    // The last packet of all is of no known kind.
    harness.get_all_by_label("399").next().expect("its sequence count").click();
    harness.run_steps(3);
    harness.get_by_label_contains("0000  8f 96 9d");
    harness.get_by_label("Unknown packet");
    harness.get_by_label("Copy hex").click();
    harness.run_steps(1);
    let copied = harness.output().platform_output.commands.iter().any(|command| {
        matches!(command, egui::OutputCommand::CopyText(text) if text.starts_with("0000  8f 96"))
    });
    assert!(copied, "{:?}", harness.output().platform_output.commands);
}

#[test]
fn fields_are_searched_and_branches_close() {
    let mut harness = harness(stage(Theme::dark()), [1264.0, 700.0], false);
    harness.get_by_label("▼ supply (2)").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("voltage").is_none());
    harness.get_by_label("▶ supply (2)");
    harness.get_by_label("Fields").focus();
    harness.run_steps(2);
    harness.get_by_label("Fields").type_text("volt");
    harness.run_steps(3);
    harness.get_by_label("1 of 63 fields");
    harness.get_by_label("voltage");
}

#[test]
fn pause_holds_still_while_packets_pour_in() {
    let mut harness = harness(stage(Theme::dark()), [1264.0, 700.0], false);
    harness.get_by_label("Pause").click();
    harness.run_steps(3);
    harness.get_by_label("HELD");
    pour(&mut harness, 404);
    harness.get_by_label_contains("0000  8c 93 9a");
    harness.get_by_label("Go on").click();
    harness.run_steps(3);
    // Number 400 now.
    harness.get_by_label_contains("0000  90 97 9e");
    assert!(harness.query_by_label("HELD").is_none());
}

#[test]
fn in_replay_the_packets_up_to_the_cursor_are_shown_as_they_were_received() {
    let midnight = telemetry::midnight();
    let packet = |count: u32| NewPacket {
        received: midnight.plus_s(60.0 + f64::from(count)),
        generated: Some(midnight.plus_s(f64::from(count))),
        channel: None,
        bytes: telemetry::packet(count).into(),
    };
    let dir = tempfile::tempdir().expect("a folder");
    let archive = Archive::create(dir.path(), midnight).expect("an archive");
    let options = IngestOptions::default();
    ingest_bytes(
        &archive,
        "t.xml",
        telemetry::DICTIONARY.as_bytes(),
        &|_| None,
        &options,
        midnight,
    );
    let source = PacketSource { link: "lander".into(), ..PacketSource::default() };
    let packets: Vec<NewPacket> = (0..50).map(packet).collect();
    archive.append_packets(&source, &packets).expect("stored");
    let kept = KeptPackets::new(Arc::default());
    let answers = move |request: &Request| {
        let _keep = &dir;
        let decode = |packets: &[StoredPacket]| {
            let picture = kept.picture(&archive, packets);
            picture.map_err(|error| QueryError::Failed(error.to_string()))
        };
        Some(answer(&archive, request, &decode, &AtomicBool::new(false)))
    };
    let mut stage = Stage::new("Packets", links::snapshot(), Theme::dark(), Box::new(answers));
    stage.time.set_cursor(midnight.plus_s(20.5));
    let mut harness = harness(stage, [1264.0, 700.0], false);
    harness.get_by_label("The last ones made up to the cursor, as received");
    harness.get_by_label("Dictionary t.xml");
    // Packet 20 is the last one by then; 600 Pa.
    harness.get_by_label_contains("0000  08 2a c0 14");
    harness.get_by_label_contains("600");
    harness.get_by_label_contains("60 s late");
    harness.state_mut().time.set_cursor(midnight.plus_s(-1.0));
    harness.run_steps(12);
    harness.get_by_label("No packets so early");
}

#[test]
fn a_low_panel_shows_one_table_at_a_time() {
    let mut harness = harness(stage(Theme::dark()), [1264.0, 330.0], false);
    harness.get_by_label("VC 0, real time");
    harness.get_by_label("63 of 63 fields");
    harness.get_by_label("Bytes").click();
    harness.run_steps(3);
    harness.get_by_label_contains("0000  8c 93 9a");
    assert!(harness.query_by_label("63 of 63 fields").is_none());
    harness.get_by_label("Last packets (400)").click();
    harness.run_steps(3);
    harness.get_all_by_label("399").next().expect("its sequence count").click();
    harness.run_steps(3);
    harness.get_by_label_contains("0000  8f 96 9d");
}

#[test]
fn empty_states_say_what_to_do() {
    let none = Snapshot { writable: true, ..Snapshot::default() };
    let none = Stage::new("Packets", none, Theme::dark(), Box::new(|_| None));
    let mut empty = harness(none, [800.0, 500.0], false);
    empty.get_by_label("Open Links").click();
    empty.run_steps(2);
    assert_eq!(empty.state().wishes, [UiIntent::OpenPanel("Links".into())]);
    let mut quiet = Stage::new("Packets", links::snapshot(), Theme::dark(), Box::new(|_| None));
    quiet.time.go_live(Some(Instant::from_unix_s(NOW_S)));
    harness(quiet, [800.0, 500.0], false).get_by_label("No packets yet");
}

#[test]
fn pictures_in_both_themes() {
    for theme in themes() {
        let name = theme.name;
        let mut harness = harness(stage(theme), [1264.0, 360.0], true);
        picture(&mut harness, &format!("packets-{name}"));
    }
    let mut narrow = harness(stage(Theme::dark()), [864.0, 520.0], true);
    picture(&mut narrow, "packets-narrow");
    let mut wide = harness(stage(Theme::dark()), [2544.0, 760.0], true);
    picture(&mut wide, "packets-wide");
}
