//! Adds packets: to the log, and from there in compressed blocks to the sealed files.

use std::path::{Path, PathBuf};
use std::sync::MutexGuard;

use super::files::{BlockRef, LogFile, log_path, sealed_path};
use super::model::{NewPacket, PacketSource, StoredPacket};
use super::{PacketStore, State, block, shared};
use crate::archive::ArchiveError;
use crate::archive::error::lock_writer;
use crate::storage::{AppendFile, FRAME_HEAD, frame, read_whole, remove, write_whole};

/// A log of this many bytes is sealed and replaced.
pub(super) const ROTATE_BYTES: u64 = 4 << 20;
/// A sealed file that has grown beyond this is followed by a new one.
const FILE_BYTES: u64 = 64 << 20;
/// Longest packet: the length field of CCSDS 133.0-B-2 (4.1.3.5) allows 65 542 bytes.
const LONGEST: usize = 1 << 20;

/// What only the writer has.
pub(super) struct Writer {
    file: AppendFile,
    number: u32,
    log: AppendFile,
    log_number: u64,
    /// Logs whose packets are sealed or in the newest one's care, to be removed.
    old: Vec<PathBuf>,
}

impl Writer {
    /// Opens the files where whole blocks and frames end; says what was cut off.
    pub(super) fn open(
        folder: &Path,
        state: &State,
        (number, end): (u32, u64),
        logs: &[LogFile],
    ) -> Result<(Self, Option<String>), ArchiveError> {
        let path = sealed_path(folder, number);
        let have = std::fs::metadata(&path).map_or(0, |meta| meta.len());
        let mut said = None;
        if have > end {
            let torn = read_whole(&path)?;
            write_whole(&path.with_extension("torn"), torn.get(end as usize..).unwrap_or(&[]))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            said = Some(format!(
                "packet/{name} ended with {} bytes that are no whole block: they were cut off and \
                 kept beside it as .torn",
                have - end
            ));
        }
        let file = AppendFile::open(&path, end)?;
        let (log_number, log) = match logs.last() {
            Some(log) => (log.number, AppendFile::open(&log.path, log.end())?),
            None => (1, AppendFile::open(&log_path(folder, 1), 0)?),
        };
        let mut old: Vec<PathBuf> = logs.iter().rev().skip(1).map(|l| l.path.clone()).collect();
        if state.tail.is_empty() {
            for path in old.drain(..) {
                remove(&path)?;
            }
        }
        Ok((Self { file, number, log, log_number, old }, said))
    }
}

impl PacketStore {
    fn writer(&self) -> Result<MutexGuard<'_, Writer>, ArchiveError> {
        lock_writer(self.writer.as_ref(), self.folder.parent())
    }

    /// As after a sync that failed: neither log nor sealed file takes anything more.
    #[cfg(test)]
    pub(super) fn fail_files(&self) {
        if let Ok(mut writer) = self.writer() {
            writer.log.fail();
            writer.file.fail();
        }
    }

    /// Stores packets of one source in this order; they are on the disk when this returns.
    pub(in crate::archive) fn append(
        &self,
        source: &PacketSource,
        packets: &[NewPacket],
    ) -> Result<(), ArchiveError> {
        let mut writer = self.writer()?;
        if let Some(long) = packets.iter().find(|packet| packet.bytes.len() > LONGEST) {
            let why = format!("a packet of {} bytes is longer than any can be", long.bytes.len());
            return Err(ArchiveError::Input(why));
        }
        if packets.is_empty() {
            return Ok(());
        }
        let (first, source) = {
            let state = self.state();
            (state.next(), shared(source, state.tail.last().map(|packet| &packet.source)))
        };
        let numbered = (first..).zip(packets).map(|(number, packet)| StoredPacket {
            number,
            source: source.clone(),
            received: packet.received,
            generated: packet.generated,
            channel: packet.channel,
            bytes: packet.bytes.clone(),
        });
        let new: Vec<StoredPacket> = numbered.collect();
        if writer.log.refuses() {
            self.next_log(&mut writer)?;
        }
        writer.log.append(&framed(&new, false).0)?;
        self.state_mut().tail.extend(new);
        if writer.log.len() > ROTATE_BYTES {
            // The packets are durable already; what cannot be sealed now (a full disk) is sealed
            // after a later append.
            let _ = self.seal(&mut writer);
        }
        Ok(())
    }

    /// Seals all packets of the log and begins a new one.
    fn seal(&self, writer: &mut Writer) -> Result<(), ArchiveError> {
        if writer.file.len() > FILE_BYTES || writer.file.refuses() {
            let number = writer.number + 1;
            writer.file = AppendFile::open(&sealed_path(&self.folder, number), 0)?;
            writer.number = number;
        }
        let (bytes, lengths) = framed(&self.state().tail, true);
        let mut off = writer.file.append(&bytes)?;
        {
            let mut state = self.state_mut();
            let mut at = 0usize;
            for len in lengths {
                let payload = bytes.get(at + FRAME_HEAD..at + len).unwrap_or_default();
                if let Some(head) = block::head(payload) {
                    state.blocks.push(BlockRef { file: writer.number, off, len, head });
                }
                at += len;
                off += len as u64;
            }
            state.tail = Vec::new();
        }
        self.next_log(writer)?;
        for path in std::mem::take(&mut writer.old) {
            remove(&path)?;
        }
        Ok(())
    }

    /// Goes on in a new log; the present one is an old one from now on.
    fn next_log(&self, writer: &mut Writer) -> Result<(), ArchiveError> {
        let number = writer.log_number + 1;
        let log = AppendFile::open(&log_path(&self.folder, number), 0)?;
        writer.old.push(writer.log.path().to_owned());
        (writer.log, writer.log_number) = (log, number);
        Ok(())
    }
}

/// Packets as frames of blocks, and the length of each.
fn framed(mut packets: &[StoredPacket], packed: bool) -> (Vec<u8>, Vec<usize>) {
    let mark = if packed { block::SEALED } else { block::LOGGED };
    let (mut bytes, mut lengths) = (Vec::new(), Vec::new());
    while !packets.is_empty() {
        let (now, later) = packets.split_at(block::fits(packets));
        let framed = frame(mark, &block::encode(now, packed));
        lengths.push(framed.len());
        bytes.extend(framed);
        packets = later;
    }
    (bytes, lengths)
}
