//! Datagrams that arrive at an address of this machine.
//!
//! Nothing makes their sender wait, so none is waited for here: where the queue is full a
//! datagram is dropped and counted. What the system itself drops, because its buffer was full
//! before this thread read it, is counted too where the system tells (Linux, once a second);
//! elsewhere nobody sees it. So the buffer is as large as the system allows.

use std::io::ErrorKind;
use std::net::UdpSocket;
use std::time::Duration;

use crossbeam_channel::after;

use super::model::{Delivery, LinkState};
use super::net;
use super::port::{Flow, Pauses, Port};

/// Longest datagram of IPv4 and IPv6, in bytes.
const LARGEST_DATAGRAM: usize = 65_536;
/// A buffer below this is worth a word to the operator.
const SMALL_BUFFER: usize = 1 << 20;
/// How often the system is asked what it dropped.
const ASK: Duration = Duration::from_secs(1);

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
    let mut ask = after(ASK);
    let mut lost = 0;
    loop {
        port.check()?;
        if ask.try_recv().is_ok() {
            ask = after(ASK);
            let now = lost_by_system(socket).unwrap_or(lost);
            port.lost(now.saturating_sub(lost));
            lost = now;
        }
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

/// How many datagrams for this socket the system has dropped; none where it does not tell.
#[cfg(target_os = "linux")]
pub(super) fn lost_by_system(socket: &UdpSocket) -> Option<u64> {
    use std::os::fd::AsRawFd;

    let handle = std::fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd())).ok()?;
    let inode = handle.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
    // Columns of proc_net_udp: the tenth is the inode, the last the drops.
    ["/proc/self/net/udp", "/proc/self/net/udp6"].iter().find_map(|table| {
        let table = std::fs::read_to_string(table).ok()?;
        let mut lines = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        lines.find(|words| words.get(9) == Some(&inode))?.last()?.parse().ok()
    })
}

/// How many datagrams for this socket the system has dropped; it does not tell.
#[cfg(not(target_os = "linux"))]
pub(super) fn lost_by_system(_socket: &UdpSocket) -> Option<u64> {
    None
}
