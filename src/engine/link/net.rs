//! Sockets as links use them: time limits, keep-alive, and what to do about an error.

use std::io::{self, ErrorKind, Read};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

use super::model::LinkState;
use super::port::{Flow, Port};

/// Bytes of one read of a stream.
pub(super) const READ_BYTES: usize = 64 * 1024;
/// Most addresses of one name that are tried.
const MAX_ADDRESSES: usize = 8;
/// What is asked of the system for datagrams that wait; it may give less.
const DATAGRAM_BUFFER: usize = 8 << 20;

/// Connects to the first address of a name that answers.
pub(super) fn connect(port: &Port, address: &str) -> Flow<io::Result<TcpStream>> {
    let (address, tempo) = (address.to_owned(), port.tempo);
    port.patiently(move || {
        let mut refused = io::Error::new(ErrorKind::NotFound, "the name has no address");
        for at in address.to_socket_addrs()?.take(MAX_ADDRESSES) {
            match TcpStream::connect_timeout(&at, tempo.connect) {
                Ok(stream) => {
                    prepare(&stream, tempo.tick)?;
                    return Ok(stream);
                }
                Err(error) => refused = error,
            }
        }
        Err(refused)
    })
}

/// Sets a connection up: short waits, and a dead other side is noticed within half a minute even
/// where nothing is sent (a half-open connection).
pub(super) fn prepare(stream: &TcpStream, tick: Duration) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(tick))?;
    stream.set_write_timeout(Some(tick * 5))?;
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(10))
        .with_interval(Duration::from_secs(5));
    #[cfg(not(windows))]
    let keepalive = keepalive.with_retries(4);
    SockRef::from(stream).set_tcp_keepalive(&keepalive)
}

/// A listener that does not block.
pub(super) fn listen(port: &Port, address: &str) -> Flow<io::Result<TcpListener>> {
    let address = address.to_owned();
    port.patiently(move || {
        let listener = TcpListener::bind(address.as_str())?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    })
}

/// A socket for datagrams, and the bytes that it can hold while nobody reads.
pub(super) fn datagrams(port: &Port, address: &str) -> Flow<io::Result<(UdpSocket, usize)>> {
    let (address, tick) = (address.to_owned(), port.tempo.tick);
    port.patiently(move || {
        let mut refused = io::Error::new(ErrorKind::NotFound, "the name has no address");
        for at in address.to_socket_addrs()?.take(MAX_ADDRESSES) {
            match bind_datagrams(at, tick) {
                Ok(bound) => return Ok(bound),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    })
}

fn bind_datagrams(at: SocketAddr, tick: Duration) -> io::Result<(UdpSocket, usize)> {
    let socket = Socket::new(Domain::for_address(at), Type::DGRAM, Some(Protocol::UDP))?;
    // The system gives as much of it as its settings allow, and some refuse instead.
    let _ = socket.set_recv_buffer_size(DATAGRAM_BUFFER);
    socket.bind(&at.into())?;
    socket.set_read_timeout(Some(tick))?;
    let room = socket.recv_buffer_size()?;
    Ok((socket.into(), room))
}

/// What a read of a connection gave.
pub(super) enum Got {
    /// So many bytes.
    Bytes(usize),
    /// Nothing within a tick.
    Quiet,
    /// The connection is over, with the reason.
    End(String),
}

/// Reads what there is, and waits a tick for it.
pub(super) fn read(stream: &mut TcpStream, buffer: &mut [u8]) -> Got {
    match stream.read(buffer) {
        Ok(0) => Got::End("the other side closed the connection".to_owned()),
        Ok(n) => Got::Bytes(n),
        Err(error) => match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => Got::Quiet,
            _ => Got::End(format!("the connection was cut ({})", because(&error))),
        },
    }
}

/// The address of the other side.
pub(super) fn peer(stream: &TcpStream) -> String {
    stream.peer_addr().map_or_else(|_| "unknown".to_owned(), |at| at.to_string())
}

/// An error in a few words, with what to look at.
pub(super) fn because(error: &io::Error) -> String {
    let words = match error.kind() {
        ErrorKind::ConnectionRefused => "nothing listens there: is the server up, the port right?",
        ErrorKind::TimedOut | ErrorKind::WouldBlock => {
            "no answer: is the host up, does a firewall let it through?"
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            "there is no way to it: check the network of this machine"
        }
        _ => return error.to_string(),
    };
    words.to_owned()
}

/// Where a link stands that could not take an address of this machine, and what to do.
pub(super) fn bind_trouble(address: &str, error: &io::Error) -> (LinkState, String) {
    let (state, words) = match error.kind() {
        ErrorKind::AddrInUse => (
            LinkState::Unavailable,
            "the port is in use: end the other program or choose another port".to_owned(),
        ),
        ErrorKind::AddrNotAvailable => (
            LinkState::Unavailable,
            "this machine does not have the address now: check the network or use 0.0.0.0"
                .to_owned(),
        ),
        ErrorKind::PermissionDenied => (
            LinkState::Failed,
            "this user may not: choose a port above 1023, then switch the link off and on"
                .to_owned(),
        ),
        _ => (LinkState::Unavailable, format!("{error}: check the address")),
    };
    (state, format!("cannot listen at {address}: {words}"))
}
