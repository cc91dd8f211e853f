//! `marsdeck simulate --live`: a simulated spacecraft on a link, in real time or faster.
//!
//! There is no acknowledgement, as with a relay that only stores: what is sent while nobody
//! listens is lost, also what had been stored on board before.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::thread::sleep;
use std::time::{Duration, Instant as Moment};

use anyhow::{Context, anyhow, bail, ensure};
use marsdeck_engine::format::ccsds::Header;
use marsdeck_engine::link::Source;
use marsdeck_engine::mission::Mission;
use marsdeck_engine::sequence::spacecraft_number;
use marsdeck_engine::simulator::live::{CADU_BYTES, Delay, Fault, Options, Passes, Spacecraft};
use marsdeck_engine::time::iso;

use super::station::Station;
use super::{Outcome, output, place};

/// How often bytes are sent.
const PACE: Duration = Duration::from_millis(100);
/// A listener that takes nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long after a failure a connection is tried again.
const RETRY: Duration = Duration::from_secs(2);
/// Most bytes of commands that wait to become whole.
const MOST_WAITING: usize = 1 << 17;

/// Arguments of a live spacecraft.
#[derive(Debug, clap::Args)]
pub struct LiveArguments {
    /// Send frames live: tcp-listen:HOST:PORT serves whoever connects, tcp:HOST:PORT connects,
    /// udp:HOST:PORT sends a frame a datagram
    #[arg(long, value_name = "ADDRESS")]
    live: Option<Source>,
    /// Simulated seconds in a second
    #[arg(long, value_name = "X", default_value_t = 1.0, requires = "live")]
    rate: f64,
    /// Relay passes: real (2 to 4 a sol), or every:MINUTES:LENGTH, the first at once
    #[arg(long, default_value = "every:5:2", value_parser = passes, requires = "live")]
    passes: Passes,
    /// Faults: KIND[:DETAIL][@SECONDSs][+SECONDSs], by commas; KIND is stuck, overtemp, safe,
    /// lost, bits, duplicate, jump or silence; seconds are simulated ones
    #[arg(long, value_name = "FAULTS", value_delimiter = ',', requires = "live")]
    fault: Vec<String>,
    /// Let everything take the light time between Mars and Earth, both ways
    #[arg(long, requires = "live")]
    light_time: bool,
    /// A station that takes telecommands as CLTUs: tcp-listen:HOST:PORT
    #[arg(long, value_name = "ADDRESS", requires = "live")]
    uplink: Option<Source>,
    /// Commands are heard in relay passes only; what comes at other times is lost
    #[arg(long, requires = "live")]
    hears_in_passes: bool,
    /// Instant at which it begins; without it now
    #[arg(long, value_name = "TIME", requires = "live")]
    from: Option<String>,
    /// End after so many seconds; without it on Ctrl-C
    #[arg(long, value_name = "SECONDS", requires = "live")]
    duration: Option<f64>,
}

/// `real` or `every:5:2`.
fn passes(text: &str) -> Result<Passes, String> {
    if text == "real" {
        return Ok(Passes::Real);
    }
    let number = |part: &str| part.parse::<f64>().ok().filter(|x| (0.01..=1e6).contains(x));
    let found = text.strip_prefix("every:").and_then(|rest| rest.split_once(':'));
    let found = found.and_then(|(minutes, length)| Some((number(minutes)?, number(length)?)));
    match found {
        Some((minutes, length)) if length <= minutes => Ok(Passes::Every { minutes, length }),
        _ => Err("write real, or every:MINUTES:LENGTH such as every:5:2, the length not above \
                  the minutes"
            .to_owned()),
    }
}

/// The other side.
enum Peer {
    Server { listener: TcpListener, stream: Option<TcpStream> },
    Client { address: String, stream: Option<TcpStream>, again: Moment },
    Datagrams { socket: UdpSocket },
}

/// Lets a spacecraft of the mission live until the duration is over.
pub(super) fn run(
    mission: &Mission,
    seed: u64,
    arguments: &LiveArguments,
) -> anyhow::Result<Outcome> {
    let Some(source) = &arguments.live else { bail!("name an address with --live") };
    ensure!((0.001..=100_000.0).contains(&arguments.rate), "--rate takes 0.001 to 100000");
    let start = match &arguments.from {
        Some(text) => place::instant(text, &mission.id)?,
        None => place::now(),
    };
    let faults = arguments.fault.iter().map(|text| Fault::parse(text, start));
    let faults = faults.collect::<Result<Vec<_>, _>>().map_err(|reason| anyhow!(reason))?;
    let options = Options {
        passes: arguments.passes,
        faults,
        hears_in_passes_only: arguments.hears_in_passes,
        ..Options::new(seed, start)
    };
    let mut craft = Spacecraft::new(mission, options)?;
    let mut peer = Peer::open(source)?;
    let mut station = station(mission, arguments)?;
    output::line(&format!(
        "{} from {} on, {}× real time, {source}",
        mission.name,
        iso(start, 0),
        arguments.rate
    ));
    let (begun, mut waiting, mut is_unheard) = (Moment::now(), Vec::new(), false);
    let [mut down, mut up] = [arguments.light_time; 2].map(Delay::new);
    loop {
        let elapsed = begun.elapsed().as_secs_f64();
        let limit = arguments.duration.unwrap_or(f64::INFINITY);
        let now = start.plus_s(elapsed.min(limit) * arguments.rate);
        down.send(now, craft.advance(now));
        tell(&mut craft);
        let arrived = std::iter::from_fn(|| down.arrived(now));
        let bytes: Vec<u8> = arrived.flat_map(|(_, bytes)| bytes).collect();
        peer.meet();
        let is_heard = peer.send(&bytes);
        if !bytes.is_empty() && is_heard == is_unheard {
            is_unheard = !is_heard;
            output::line(if is_heard {
                "somebody listens"
            } else {
                "nobody listens: what is sent now is lost"
            });
        }
        peer.read(&mut waiting);
        while let Some(packet) = next_packet(&mut waiting) {
            up.send(now, packet);
        }
        while let Some((_, packet)) = up.arrived(now) {
            // A refusal stands among the notes and in the telemetry.
            drop(craft.execute(&packet));
        }
        for packet in station.iter_mut().flat_map(|station| station.advance(now)) {
            drop(craft.execute(&packet));
        }
        if elapsed >= limit {
            break;
        }
        sleep(PACE);
    }
    tell(&mut craft);
    sum_up(&craft);
    Ok(Outcome::Done)
}

/// The station for commands, where one is asked for.
fn station(mission: &Mission, arguments: &LiveArguments) -> anyhow::Result<Option<Station>> {
    let Some(at) = &arguments.uplink else { return Ok(None) };
    let spacecraft = spacecraft_number(&mission.id).unwrap_or_default() as u16;
    Station::open(at, spacecraft, arguments.light_time).map(Some)
}

/// What became of the packets.
fn sum_up(craft: &Spacecraft) {
    let c = craft.counters();
    output::line(&format!(
        "{} packets made: {} sent, {} lost on the link, {} overwritten on board, {} on board; \
         {} repeated; {} frames",
        c.made, c.sent, c.lost, c.overwritten, c.held, c.repeated, c.frames
    ));
}

fn tell(craft: &mut Spacecraft) {
    for note in craft.take_notes() {
        output::line(&format!("{}  {}", iso(note.time, 0), note.text));
    }
}

/// Takes the first whole packet of what has arrived; bytes that are none are dropped.
fn next_packet(waiting: &mut Vec<u8>) -> Option<Vec<u8>> {
    if waiting.len() < 6 {
        return None;
    }
    match Header::parse(waiting) {
        Ok(header) if waiting.len() >= header.length() => {
            Some(waiting.drain(..header.length()).collect())
        }
        Ok(_) => None,
        Err(problem) => {
            output::message(&format!("what arrived is no command packet: {problem}"));
            waiting.clear();
            None
        }
    }
}

/// A connection on which reads return at once and writes after a while.
fn ready(stream: TcpStream) -> Option<TcpStream> {
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(Duration::from_millis(1))).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    stream.set_nodelay(true).ok()?;
    Some(stream)
}

impl Peer {
    fn open(source: &Source) -> anyhow::Result<Self> {
        Ok(match source {
            Source::TcpListen(address) => {
                let listener = TcpListener::bind(address).with_context(|| {
                    format!("{address} cannot be listened at; choose another address or port")
                })?;
                listener.set_nonblocking(true)?;
                // The port, where the system chose it.
                output::line(&format!("listening at {}", listener.local_addr()?));
                Self::Server { listener, stream: None }
            }
            Source::Tcp(address) => {
                Self::Client { address: address.clone(), stream: None, again: Moment::now() }
            }
            Source::Udp(address) => {
                let target = address.to_socket_addrs().ok().and_then(|mut all| all.next());
                let target = target
                    .with_context(|| format!("{address} is not known; check its name and port"))?;
                let local = if target.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                let socket = UdpSocket::bind(local)?;
                socket.connect(target)?;
                socket.set_nonblocking(true)?;
                Self::Datagrams { socket }
            }
            other => bail!("{other} cannot be sent to; name tcp-listen:, tcp: or udp:HOST:PORT"),
        })
    }

    /// Lets the next listener in, or tries to connect.
    fn meet(&mut self) {
        match self {
            Self::Server { listener, stream } if stream.is_none() => {
                if let Ok((new, from)) = listener.accept() {
                    output::line(&format!("{from} is connected"));
                    *stream = ready(new);
                }
            }
            Self::Client { address, stream, again }
                if stream.is_none() && Moment::now() >= *again =>
            {
                *again = Moment::now() + RETRY;
                let target = address.to_socket_addrs().ok().and_then(|mut all| all.next());
                let new = target.and_then(|to| TcpStream::connect_timeout(&to, RETRY).ok());
                if let Some(new) = new {
                    output::line(&format!("connected to {address}"));
                    *stream = ready(new);
                }
            }
            _ => {}
        }
    }

    /// Sends frames; false where nobody takes them.
    fn send(&mut self, bytes: &[u8]) -> bool {
        match self {
            Self::Server { stream, .. } | Self::Client { stream, .. } => {
                let Some(open) = stream else { return false };
                if bytes.is_empty() || open.write_all(bytes).is_ok() {
                    return true;
                }
                output::line("the connection has ended");
                *stream = None;
                false
            }
            Self::Datagrams { socket } => {
                // Refused: the receiver's machine says of an earlier datagram that nobody is there.
                let refused = bytes.chunks(CADU_BYTES).filter(|cadu| {
                    let sent = socket.send(cadu);
                    sent.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
                });
                refused.count() == 0
            }
        }
    }

    /// Appends what has arrived.
    fn read(&mut self, waiting: &mut Vec<u8>) {
        let mut piece = [0; 4096];
        let result = match self {
            Self::Server { stream: Some(open), .. } | Self::Client { stream: Some(open), .. } => {
                open.read(&mut piece)
            }
            Self::Datagrams { socket } => socket.recv(&mut piece),
            Self::Server { .. } | Self::Client { .. } => return,
        };
        let is_over = match result {
            Ok(0) => !matches!(self, Self::Datagrams { .. }),
            Ok(length) => {
                waiting.extend(piece.iter().take(length));
                waiting.len() > MOST_WAITING
            }
            Err(error) => {
                let kinds = [ErrorKind::WouldBlock, ErrorKind::TimedOut, ErrorKind::Interrupted];
                !kinds.contains(&error.kind())
            }
        };
        if let (true, Self::Server { stream, .. } | Self::Client { stream, .. }) = (is_over, self) {
            output::line("the connection has ended");
            *stream = None;
            waiting.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Passes, next_packet, passes};
    use marsdeck_engine::simulator::live::Command;

    #[test]
    fn passes_are_real_or_regular() {
        assert_eq!(passes("real"), Ok(Passes::Real));
        assert_eq!(passes("every:5:2"), Ok(Passes::Every { minutes: 5.0, length: 2.0 }));
        for wrong in ["", "every", "every:5", "every:2:5", "every:x:y", "every:0:0"] {
            assert!(passes(wrong).unwrap_err().contains("every:5:2"), "{wrong}");
        }
    }

    #[test]
    fn commands_are_taken_from_a_stream_one_by_one() {
        let packet = Command::NoOp.packet(1).unwrap();
        let mut waiting = [packet.clone(), packet.clone()].concat();
        let rest = waiting.split_off(packet.len() + 3);
        assert_eq!(next_packet(&mut waiting), Some(packet.clone()));
        assert_eq!(next_packet(&mut waiting), None);
        waiting.extend(rest);
        assert_eq!(next_packet(&mut waiting), Some(packet));
        waiting.extend([0xFF; 20]);
        assert_eq!(next_packet(&mut waiting), None);
        assert!(waiting.is_empty());
    }
}
