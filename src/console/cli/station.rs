//! The station of `marsdeck simulate --uplink`: takes CLTUs from whoever connects over TCP.
//!
//! One connection at a time; a new one takes the place of the one before, which may be dead
//! without having said so.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use anyhow::{Context, bail};
use marsdeck_engine::link::{Answer, Source};
use marsdeck_engine::simulator::live::{CommandReceiver, Station, spacecraft_id};
use marsdeck_engine::time::Instant;

use super::output;

/// An uplink that takes no answers for so long is given up.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most reads of one look.
const MOST_READS: usize = 64;

/// A listener, the connection, and the station behind it.
pub(super) struct Antenna {
    listener: TcpListener,
    stream: Option<TcpStream>,
    station: Station,
}

impl Antenna {
    /// Listens for uplinks to the spacecraft of a mission.
    pub(super) fn open(source: &Source, mission: &str, is_far: bool) -> anyhow::Result<Self> {
        let Source::TcpListen(address) = source else {
            bail!("{source} takes no telecommands; write tcp-listen:HOST:PORT")
        };
        let listener = TcpListener::bind(address).with_context(|| {
            format!("{address} cannot be listened at; choose another address or port")
        })?;
        listener.set_nonblocking(true)?;
        let id = spacecraft_id(mission);
        let at = listener.local_addr()?;
        output::line(&format!("uplink to spacecraft {id} at {at}"));
        let station = Station::new(CommandReceiver::new(id), is_far);
        Ok(Self { listener, stream: None, station })
    }

    /// Takes what has come, sends what has come back; gives the packets that are on board now.
    pub(super) fn poll(&mut self, now: Instant) -> Vec<Vec<u8>> {
        self.meet();
        let radiated = self.read(now);
        let arrived = self.station.advance(now);
        for note in self.station.take_notes() {
            output::line(&format!("uplink: {note}"));
        }
        self.write(radiated.into_iter().chain(arrived.answers));
        arrived.packets
    }

    fn meet(&mut self) {
        while let Ok((new, from)) = self.listener.accept() {
            let is_ready = new
                .set_nonblocking(false)
                .and_then(|()| new.set_read_timeout(Some(Duration::from_millis(1))))
                .and_then(|()| new.set_write_timeout(Some(PATIENCE)))
                .and_then(|()| new.set_nodelay(true));
            if is_ready.is_ok() {
                output::line(&format!("uplink: {from} is connected"));
                self.stream = Some(new);
                self.station.connect();
            }
        }
    }

    /// Radiates what has come; how many CLTUs were radiated, where some were among it.
    fn read(&mut self, now: Instant) -> Option<Answer> {
        let mut radiated = None;
        let mut piece = [0; 16 * 1024];
        for _ in 0..MOST_READS {
            let Some(stream) = &mut self.stream else { break };
            if !self.station.has_room() {
                break;
            }
            match stream.read(&mut piece) {
                Ok(0) => self.end(),
                Ok(length) => {
                    let bytes = piece.get(..length).unwrap_or_default();
                    radiated = self.station.take(now, bytes).or(radiated);
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => break,
                    ErrorKind::Interrupted => {}
                    _ => self.end(),
                },
            }
        }
        radiated
    }

    fn write(&mut self, answers: impl Iterator<Item = Answer>) {
        let bytes: Vec<u8> = answers.flat_map(Answer::to_bytes).collect();
        let Some(stream) = &mut self.stream else { return };
        if !bytes.is_empty() && stream.write_all(&bytes).is_err() {
            self.end();
        }
    }

    fn end(&mut self) {
        output::line("uplink: the connection has ended");
        self.stream = None;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use marsdeck_engine::link::{Uplink, UplinkConfig, UplinkEvent};
    use marsdeck_engine::simulator::live::Command;
    use marsdeck_engine::time::{Instant, SystemClock};

    use super::Antenna;

    #[test]
    fn only_a_listener_takes_telecommands() {
        let error = Antenna::open(&"udp:127.0.0.1:1".parse().unwrap(), "insight", false);
        assert!(error.err().unwrap().to_string().contains("tcp-listen:HOST:PORT"));
    }

    #[test]
    fn an_uplink_commands_through_the_station() {
        let listen = "tcp-listen:127.0.0.1:0".parse().unwrap();
        let mut antenna = Antenna::open(&listen, "msl", false).unwrap();
        let address = format!("tcp:{}", antenna.listener.local_addr().unwrap());
        let config = UplinkConfig::new("msl", address.parse().unwrap(), 76);
        let uplink = Uplink::start(config, Arc::new(SystemClock)).unwrap();
        let packet = Command::NoOp.packet(3).unwrap();
        let (mut is_given, mut found) = (false, Vec::new());
        for _ in 0..20_000 {
            found.extend(antenna.poll(Instant::from_unix_ns(0)));
            is_given = is_given || uplink.send(8, packet.clone()).is_ok();
            let acknowledged = |event| event == UplinkEvent::Acknowledged { id: 8 };
            if uplink.events().try_iter().any(acknowledged) {
                assert_eq!(found, [packet]);
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        panic!("never acknowledged: {:?}", uplink.status());
    }
}
