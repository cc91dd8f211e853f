//! A connection to a server that sends a stream; made anew whenever it is cut.

use std::net::TcpStream;

use super::model::{Delivery, LinkState};
use super::net::{self, Got, READ_BYTES, because};
use super::port::{Flow, Pauses, Port};

/// Connects, hands over what comes, and connects again, until it is stopped.
pub(super) fn run(port: &Port, address: &str) -> Flow {
    let mut pauses = Pauses::new(port);
    port.say(LinkState::Unavailable, format!("connecting to {address}"));
    loop {
        match net::connect(port, address)? {
            Err(error) => {
                pauses.wait(&format!("cannot connect to {address}: {}", because(&error)))?;
            }
            Ok(mut stream) => {
                port.connected(net::peer(&stream), format!("connected to {address}"));
                let (got_any, why) = pass_on(port, &mut stream)?;
                if got_any {
                    // Only data shows that it works: some servers accept and hang up at once.
                    pauses.reset();
                    port.hand_over(Delivery::Break)?;
                }
                pauses.wait(&format!("{address}: {why}"))?;
            }
        }
    }
}

/// Hands over a stream until it is cut: whether anything came, and why it was cut. The sender
/// waits while there is no room, because nothing is read meanwhile.
fn pass_on(port: &Port, stream: &mut TcpStream) -> Flow<(bool, String)> {
    let mut buffer = vec![0; READ_BYTES];
    let mut got_any = false;
    loop {
        port.check()?;
        match net::read(stream, &mut buffer) {
            Got::Bytes(n) => {
                got_any = true;
                port.received(n);
                let bytes = buffer.get(..n).unwrap_or_default().to_vec();
                port.hand_over(Delivery::Stream(bytes))?;
            }
            Got::Quiet => {}
            Got::End(why) => return Ok((got_any, why)),
        }
    }
}
