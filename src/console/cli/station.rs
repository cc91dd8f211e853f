//! The simulated station: takes CLTUs over TCP, radiates them, and says what it and the spacecraft
//! have of them.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use anyhow::{Context, bail};
use marsdeck_engine::format::ccsds::telecommand::CltuScanner;
use marsdeck_engine::link::{Confirmation, Source};
use marsdeck_engine::simulator::live::{Delay, Receiver};
use marsdeck_engine::time::Instant;

use super::output;

/// A ground that takes nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(5);

/// A station and the way to and from the spacecraft.
pub(super) struct Station {
    listener: TcpListener,
    ground: Option<Ground>,
    receiver: Receiver,
    up: Delay,
    down: Delay,
}

/// A ground that is connected.
struct Ground {
    stream: TcpStream,
    scanner: CltuScanner,
    radiated: u32,
}

impl Station {
    /// Listens for a ground; `is_far` puts the distance of Mars between station and spacecraft.
    pub(super) fn open(source: &Source, spacecraft: u16, is_far: bool) -> anyhow::Result<Self> {
        let Source::TcpListen(address) = source else {
            bail!("{source} cannot be a station; name tcp-listen:HOST:PORT");
        };
        let listener = TcpListener::bind(address).with_context(|| {
            format!("{address} cannot be listened at; choose another address or port")
        })?;
        listener.set_nonblocking(true)?;
        output::line(&format!("station for commands at {}", listener.local_addr()?));
        Ok(Self {
            listener,
            ground: None,
            receiver: Receiver::new(spacecraft, 0),
            up: Delay::new(is_far),
            down: Delay::new(is_far),
        })
    }

    /// Goes on until an instant of the spacecraft's time; packets that arrived on board whole.
    pub(super) fn advance(&mut self, now: Instant) -> Vec<Vec<u8>> {
        self.meet();
        self.radiate(now);
        let mut packets = Vec::new();
        while let Some((at, content)) = self.up.arrived(now) {
            packets.extend(self.receiver.take(&content));
            self.down.send(at, self.receiver.word().to_bytes().to_vec());
        }
        let words: Vec<u8> = std::iter::from_fn(|| self.down.arrived(now))
            .flat_map(|(_, word)| [vec![1], word].concat())
            .collect();
        self.tell(&words);
        packets
    }

    fn meet(&mut self) {
        if self.ground.is_some() {
            return;
        }
        let Ok((stream, from)) = self.listener.accept() else { return };
        let is_set = stream
            .set_nonblocking(false)
            .and_then(|()| stream.set_read_timeout(Some(Duration::from_millis(1))))
            .and_then(|()| stream.set_write_timeout(Some(PATIENCE)))
            .and_then(|()| stream.set_nodelay(true));
        if is_set.is_ok() {
            output::line(&format!("{from} commands through the station"));
            self.ground = Some(Ground { stream, scanner: CltuScanner::default(), radiated: 0 });
        }
    }

    fn radiate(&mut self, now: Instant) {
        let Some(ground) = &mut self.ground else { return };
        let mut piece = [0; 16_384];
        let count = match ground.stream.read(&mut piece) {
            Ok(0) => return self.hang_up(),
            Ok(count) => count,
            Err(error) => {
                let kinds = [ErrorKind::WouldBlock, ErrorKind::TimedOut, ErrorKind::Interrupted];
                if !kinds.contains(&error.kind()) {
                    self.hang_up();
                }
                return;
            }
        };
        let contents = ground.scanner.push(piece.get(..count).unwrap_or_default());
        ground.radiated = ground.radiated.wrapping_add(contents.len() as u32);
        let radiated = Confirmation::Radiated(ground.radiated);
        let is_any = !contents.is_empty();
        for content in contents {
            self.up.send(now, content);
        }
        if is_any {
            self.tell(&radiated.to_bytes());
        }
    }

    fn tell(&mut self, bytes: &[u8]) {
        let Some(ground) = &mut self.ground else { return };
        if !bytes.is_empty() && ground.stream.write_all(bytes).is_err() {
            self.hang_up();
        }
    }

    fn hang_up(&mut self) {
        if self.ground.take().is_some() {
            output::line("the ground has left the station");
        }
    }
}
