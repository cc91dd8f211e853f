//! Datagrams that arrive at an address of this machine.
//!
//! Nothing makes their sender wait, so none is waited for here: where the queue is full a
//! datagram is dropped and counted. What the system itself drops, because its buffer was full
//! before this thread read it, is seen by nobody; so the buffer is as large as the system allows.

use std::io::ErrorKind;
use std::net::UdpSocket;

use super::model::{Delivery, LinkState};
use super::net;
use super::port::{Flow, Pauses, Port};

/// Longest datagram of IPv4 and IPv6, in bytes.
const LARGEST_DATAGRAM: usize = 65_536;
/// A buffer below this is worth a word to the operator.
const SMALL_BUFFER: usize = 1 << 20;

/// Listens until it is stopped.
pub(super) fn run(port: &Port, address: &str) -> Flow {
    let mut pauses = Pauses::new(port);
    loop {
        let why = match net::datagrams(port, address)? {
            Ok((socket, room)) => {
                pauses.reset();
                listening(port, &socket, room);
                receive(port, &socket)?
            }
            Err(error) => {
                let (state, detail) = net::bind_trouble(address, &error);
                if state == LinkState::Failed {
                    port.say(state, detail);
                    return Ok(());
                }
                detail
            }
        };
        pauses.wait(&why)?;
    }
}

/// Says where it listens, with the port that the system chose.
fn listening(port: &Port, socket: &UdpSocket, room: usize) {
    let at = socket.local_addr().map_or_else(|_| String::new(), |at| at.to_string());
    let small = if room < SMALL_BUFFER {
        format!("; the system buffers only {} KiB: raise net.core.rmem_max", room / 1024)
    } else {
        String::new()
    };
    port.say(LinkState::Ok, format!("listening at {at}{small}"));
}

/// Takes datagrams until the socket fails, with the reason.
fn receive(port: &Port, socket: &UdpSocket) -> Flow<String> {
    let mut buffer = vec![0; LARGEST_DATAGRAM];
    let mut last = None;
    loop {
        port.check()?;
        match socket.recv_from(&mut buffer) {
            Ok((n, from)) => {
                if last != Some(from) {
                    last = Some(from);
                    port.peer(from.to_string());
                }
                port.received(n);
                let bytes = buffer.get(..n).unwrap_or_default().to_vec();
                port.offer(Delivery::Datagram(bytes))?;
            }
            Err(error) => match error.kind() {
                // The last two answer what others sent from this address.
                ErrorKind::WouldBlock
                | ErrorKind::TimedOut
                | ErrorKind::Interrupted
                | ErrorKind::ConnectionRefused
                | ErrorKind::ConnectionReset => {}
                _ => return Ok(format!("cannot receive: {error}")),
            },
        }
    }
}
