//! A SeedLink server of version 3 or 4: connect, agree, take records, go on after a break.
//!
//! The last packet of each station is asked for again, and dropped when it comes: servers differ
//! in whether `DATA n` begins with `n` (the standard) or behind it, and this way neither loses or
//! repeats a record. On the very first connection a server sends what comes from then on; older
//! data are a matter of FDSN requests.

mod memory;
mod session;
mod wire;

use super::model::LinkState;
use super::net::{self, because};
use super::port::{Flow, Pauses, Port};
use memory::{Memory, Wanted};
use session::Session;

/// Takes records until it is stopped. `streams` are `NET_STA` or `NET_STA:SELECTOR`; none is all.
pub(super) fn run(port: &Port, address: &str, streams: &[String], position: &str) -> Flow {
    let wanted = match Wanted::list(streams) {
        Ok(wanted) => wanted,
        Err(why) => {
            port.say(LinkState::Failed, why);
            return Ok(());
        }
    };
    let mut memory = Memory::read(position);
    let mut pauses = Pauses::new(port);
    let mut left_out = 0;
    port.say(LinkState::Unavailable, format!("connecting to {address}"));
    loop {
        let stream = match net::connect(port, address)? {
            Ok(stream) => stream,
            Err(error) => {
                pauses.wait(&format!("cannot connect to {address}: {}", because(&error)))?;
                continue;
            }
        };
        let peer = net::peer(&stream);
        let mut session = Session::new(port, stream, &mut memory, &mut left_out);
        let why = match session.agree(&wanted)? {
            Ok(agreed) => {
                port.connected(peer, agreed);
                let (got_any, why) = session.take()?;
                if got_any {
                    pauses.reset();
                }
                why
            }
            Err(why) => why,
        };
        pauses.wait(&format!("{address}: {why}"))?;
    }
}
