//! A file of packets or frames, handed over once from beginning to end.
//!
//! The position is the number of bytes handed over. After a restart the link goes back by
//! [`OVERLAP`] bytes from there: a packet that was cut in two by the stop is read whole, and what
//! comes twice is recognised further on.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use super::model::{Delivery, LinkState};
use super::net::READ_BYTES;
use super::port::{Flow, Pauses, Port};

/// Bytes that are read again after a restart: more than the longest packet.
pub(super) const OVERLAP: u64 = 128 * 1024;

/// Reads the file to its end; where it cannot be read now, tries again from where it was.
pub(super) fn run(port: &Port, path: &Path, position: &str) -> Flow {
    let mut pauses = Pauses::new(port);
    let mut done = position.parse().unwrap_or(0);
    let mut rewind = OVERLAP;
    port.say(LinkState::Unavailable, format!("opening {}", path.display()));
    loop {
        let begun = match open(path, done, rewind) {
            Ok(None) => {
                let detail = format!("{0} is a folder: write folder:{0}", path.display());
                port.say(LinkState::Failed, detail);
                return Ok(());
            }
            Ok(Some((file, at))) => {
                // Only what another start handed over may have been cut in two.
                (done, rewind) = (at, 0);
                port.connected(path.display().to_string(), format!("reading {}", path.display()));
                pass_on(port, file, &mut done)?
            }
            Err(error) => Err(error),
        };
        match begun {
            Ok(()) => {
                port.say(LinkState::Ok, format!("{} was read to its end", path.display()));
                return Ok(());
            }
            Err(error) => {
                let why = match error.kind() {
                    ErrorKind::NotFound => "there is no such file: check the path".to_owned(),
                    ErrorKind::PermissionDenied => "this user may not read it".to_owned(),
                    _ => error.to_string(),
                };
                pauses.wait(&format!("cannot read {}: {why}", path.display()))?;
            }
        }
    }
}

/// The file, from where it goes on; none where it is a folder.
fn open(path: &Path, done: u64, rewind: u64) -> io::Result<Option<(File, u64)>> {
    let mut file = File::open(path)?;
    let about = file.metadata()?;
    if about.is_dir() {
        return Ok(None);
    }
    let length = about.len();
    // A file that is shorter than what was read of it is another one.
    let at = match done.cmp(&length) {
        std::cmp::Ordering::Equal => done,
        std::cmp::Ordering::Less => done.saturating_sub(rewind),
        std::cmp::Ordering::Greater => 0,
    };
    file.seek(SeekFrom::Start(at))?;
    Ok(Some((file, at)))
}

fn pass_on(port: &Port, mut file: File, done: &mut u64) -> Flow<io::Result<()>> {
    let mut buffer = vec![0; READ_BYTES];
    loop {
        port.check()?;
        let n = match file.read(&mut buffer) {
            Ok(0) => {
                port.position(done.to_string());
                return Ok(Ok(()));
            }
            Ok(n) => n,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Ok(Err(error)),
        };
        port.received(n);
        port.hand_over(Delivery::Stream(buffer.get(..n).unwrap_or_default().to_vec()))?;
        *done += n as u64;
        port.position(done.to_string());
    }
}
