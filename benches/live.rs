//! Sustained live load in the shape of Yamcs' published test: 200 packets of 1 476 bytes every
//! 100 ms over loopback, each with 366 calibrated and limit-checked parameters, every value
//! archived. The sender is a process of its own, so that the share of the processor is that of
//! the engine. Then the same as fast as the link takes it.
//!
//! `cargo bench --bench live [-- SECONDS]`

use std::fmt::Write as _;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use marsdeck_engine::archive::{Access, Archive};
use marsdeck_engine::format::ccsds::{Header, PacketKind, Segment, write_packet};
use marsdeck_engine::ingest::{IngestOptions, ingest_bytes};
use marsdeck_engine::link::{LinkConfig, Source};
use marsdeck_engine::mission::Database;
use marsdeck_engine::runtime::{Engine, EngineConfig, EngineHandle, Snapshot, set_links};
use marsdeck_engine::time::{Clock, SystemClock};

/// Values in a packet: 1 476 bytes less the primary header and a CUC time of six bytes.
const VALUES: usize = 366;
const PACKETS: u32 = 200;
const PERIOD: Duration = Duration::from_millis(100);

fn dictionary() -> String {
    let mut text = String::from(
        r#"<SpaceSystem name="load" xmlns="http://www.omg.org/spec/XTCE/20180204"><TelemetryMetaData>
<ParameterTypeSet>
<IntegerParameterType name="head" signed="false"><IntegerDataEncoding sizeInBits="48"/></IntegerParameterType>
<AbsoluteTimeParameterType name="time"><Encoding units="seconds" scale="0.0000152587890625"><IntegerDataEncoding sizeInBits="48"/></Encoding><ReferenceTime><Epoch>1970-01-01T00:00:00Z</Epoch></ReferenceTime></AbsoluteTimeParameterType>
<FloatParameterType name="value"><IntegerDataEncoding sizeInBits="32"><DefaultCalibrator><PolynomialCalibrator>
<Term exponent="0" coefficient="-40"/><Term exponent="1" coefficient="0.01"/></PolynomialCalibrator></DefaultCalibrator></IntegerDataEncoding>
<DefaultAlarm><StaticAlarmRanges><WarningRange minInclusive="-50" maxInclusive="50"/></StaticAlarmRanges></DefaultAlarm></FloatParameterType>
</ParameterTypeSet><ParameterSet><Parameter name="head" parameterTypeRef="head"/><Parameter name="time" parameterTypeRef="time"/>"#,
    );
    for i in 0..VALUES {
        let _ = write!(text, "<Parameter name=\"p{i}\" parameterTypeRef=\"value\"/>");
    }
    text += "</ParameterSet><ContainerSet><SequenceContainer name=\"packet\"><EntryList>";
    text += "<ParameterRefEntry parameterRef=\"head\"/><ParameterRefEntry parameterRef=\"time\"/>";
    for i in 0..VALUES {
        let _ = write!(text, "<ParameterRefEntry parameterRef=\"p{i}\"/>");
    }
    text + "</EntryList></SequenceContainer></ContainerSet></TelemetryMetaData></SpaceSystem>"
}

/// Sends packets at the rate of the test, or as fast as they are taken.
fn send(address: &str, seconds: f64, paced: bool) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let start = Moment::now();
    let (mut count, mut sent, mut bytes) = (0u16, 0u64, Vec::new());
    let from = SystemClock.now().unix_s();
    for burst in 0u32.. {
        if start.elapsed().as_secs_f64() >= seconds {
            break;
        }
        bytes.clear();
        for i in 0..PACKETS {
            let time = from + (f64::from(burst) + f64::from(i) / f64::from(PACKETS)) * 0.1;
            let mut data = ((time * 65_536.0) as u64).to_be_bytes()[2..].to_vec();
            for value in 0..VALUES as u32 {
                // Housekeeping: slow drifts with a little noise in the last digits.
                let noise = (sent as u32).wrapping_mul(2_654_435_761).wrapping_add(value) >> 28;
                data.extend((4_000 + value + (sent as u32 >> 9) + noise).to_be_bytes());
            }
            let header = Header {
                kind: PacketKind::Telemetry,
                secondary: true,
                apid: 100,
                segment: Segment::Unsegmented,
                count,
                data_length: data.len() as u32,
            };
            write_packet(&header, &data, &mut bytes).expect("a packet");
            count = (count + 1) % 16_384;
            sent += 1;
        }
        stream.write_all(&bytes)?;
        if paced {
            let due = PERIOD * (burst + 1);
            std::thread::sleep(due.saturating_sub(start.elapsed()));
        }
    }
    println!("{sent}");
    Ok(())
}

/// Processor time of this process in seconds.
fn cpu_s() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = behind.split_whitespace().skip(11).take(2);
    ticks.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn run(folder: &Path, seconds: f64, paced: bool) {
    let now = SystemClock.now();
    let archive = Archive::create(folder, now).expect("an archive");
    let options = IngestOptions::default();
    ingest_bytes(&archive, "load.xml", dictionary().as_bytes(), &|_| None, &options, now);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let address = format!("127.0.0.1:{port}");
    let link = LinkConfig::new("load", Source::TcpListen(address.clone()));
    set_links(&archive, &[link]).expect("links");
    drop(archive);
    let engine = Engine::start(EngineConfig {
        archive: folder.to_owned(),
        access: Access::Write,
        missions: Database::default(),
        notes: Vec::new(),
        clock: Arc::new(SystemClock),
        waker: Arc::new(|| {}),
        links: true,
        random: |_| true,
    })
    .expect("an engine");
    let counts = |snapshot: &Snapshot| snapshot.links.first().map(|link| link.counts);
    while engine.snapshot().links.first().is_none_or(|l| l.status.detail.is_empty()) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let (cpu, start) = (cpu_s(), Moment::now());
    let mode = if paced { "--send" } else { "--flood" };
    let sender = Command::new(std::env::current_exe().expect("this program"))
        .args([mode, &address, &seconds.to_string()])
        .output()
        .expect("a sender");
    let sent: u64 = String::from_utf8_lossy(&sender.stdout).trim().parse().expect("a count");
    // The header word, the time and the parameters of each packet.
    let wanted = sent * (VALUES as u64 + 2);
    let deadline = Moment::now() + Duration::from_mins(1);
    while counts(&engine.snapshot()).is_none_or(|c| c.values + c.known_values < wanted)
        && Moment::now() < deadline
    {
        std::thread::sleep(Duration::from_millis(50));
    }
    let wall = start.elapsed().as_secs_f64();
    let used = cpu_s() - cpu;
    let snapshot = engine.snapshot();
    let counts = counts(&snapshot).expect("a link");
    let memory = snapshot.health.memory.unwrap_or(0) as f64 / 1e6;
    println!(
        "{}: {sent} packets sent in {seconds} s, {} received, {} of {wanted} values archived, {} \
         missing; {:.0} values/s; engine {:.0} % of a core; {memory:.0} MB",
        if paced { "paced" } else { "flood" },
        counts.packets,
        counts.values + counts.known_values,
        counts.missing,
        wanted as f64 / wall,
        100.0 * used / wall,
    );
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    if let [mode, address, seconds] = arguments.as_slice()
        && let Ok(seconds) = seconds.parse()
    {
        let sent = send(address, seconds, mode == "--send");
        return if sent.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let seconds = arguments.first().and_then(|text| text.parse().ok()).unwrap_or(20.0);
    let folder = tempfile::tempdir().expect("a folder");
    run(&folder.path().join("paced"), seconds, true);
    run(&folder.path().join("flood"), seconds / 2.0, false);
    ExitCode::SUCCESS
}
