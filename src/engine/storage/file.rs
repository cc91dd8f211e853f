//! Files whose content counts only once it is synced.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::StorageError;

/// A file that only grows, by pieces that are durable when `append` returns.
///
/// A piece that could not be written whole is cut off again, so the file never holds half of one
/// between two good ones. After a failed sync nobody knows what the disk holds: the file then
/// refuses to grow until it is opened again.
#[derive(Debug)]
pub struct AppendFile {
    path: PathBuf,
    file: File,
    len: u64,
    refuses: bool,
}

impl AppendFile {
    /// Opens or creates the file and cuts it to `len` bytes. The folder is synced when the file
    /// is new.
    pub fn open(path: &Path, len: u64) -> Result<Self, StorageError> {
        let is_new = !path.exists();
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(StorageError::of("write", path))?;
        let now = file.metadata().map_err(StorageError::of("read", path))?.len();
        if now > len {
            file.set_len(len).map_err(StorageError::of("cut", path))?;
            file.sync_all().map_err(StorageError::of("sync", path))?;
        }
        if is_new && let Some(folder) = path.parent() {
            sync_folder(folder)?;
        }
        Ok(Self { path: path.to_owned(), file, len: now.min(len), refuses: false })
    }

    /// Bytes that are durable.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether it takes nothing more: go on in another file.
    pub fn refuses(&self) -> bool {
        self.refuses
    }

    /// As after a sync that failed.
    #[cfg(test)]
    pub(crate) fn fail(&mut self) {
        self.refuses = true;
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a piece; it is on the disk when this returns its offset.
    pub fn append(&mut self, bytes: &[u8]) -> Result<u64, StorageError> {
        if self.refuses {
            let why = io::Error::other("an earlier sync failed; close the archive and open it");
            return Err(StorageError::of("write", &self.path)(why));
        }
        let at = self.len;
        if let Err(error) = write_all_at(&self.file, bytes, at) {
            self.cut(at);
            return Err(StorageError::of("write", &self.path)(error));
        }
        if let Err(error) = self.file.sync_data() {
            self.cut(at);
            self.refuses = true;
            return Err(StorageError::of("sync", &self.path)(error));
        }
        self.len = at + bytes.len() as u64;
        Ok(at)
    }

    /// Takes back everything after `len`, for a piece that lost its meaning.
    pub fn cut(&mut self, len: u64) {
        if self.file.set_len(len).is_err() {
            self.refuses = true;
        }
        self.len = self.len.min(len);
    }
}

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
fn write_all_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let n = std::os::windows::fs::FileExt::seek_write(file, bytes, at)?;
        if n == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[n..];
        at += n as u64;
    }
    Ok(())
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let n = std::os::windows::fs::FileExt::seek_read(file, bytes, at)?;
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[n..];
        at += n as u64;
    }
    Ok(())
}

/// `len` bytes at an offset, without moving any position: any number of threads may ask.
pub fn read_at(file: &File, at: u64, len: usize) -> io::Result<Vec<u8>> {
    let end = file.metadata()?.len();
    if at.saturating_add(len as u64) > end {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut bytes = vec![0; len];
    read_exact_at(file, &mut bytes, at)?;
    Ok(bytes)
}

/// Opens a file for reading.
pub fn open_read(path: &Path) -> Result<File, StorageError> {
    File::open(path).map_err(StorageError::of("read", path))
}

/// The whole content of a file.
pub fn read_whole(path: &Path) -> Result<Vec<u8>, StorageError> {
    fs::read(path).map_err(StorageError::of("read", path))
}

/// Makes a folder and its parents.
pub fn create_folder(path: &Path) -> Result<(), StorageError> {
    fs::create_dir_all(path).map_err(StorageError::of("create the folder", path))
}

/// Removes a file and makes its absence durable.
pub fn remove(path: &Path) -> Result<(), StorageError> {
    fs::remove_file(path).map_err(StorageError::of("remove", path))?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes new, renamed and removed names of a folder durable. Windows does that by itself.
pub fn sync_folder(path: &Path) -> Result<(), StorageError> {
    if cfg!(unix) {
        let folder = File::open(path).map_err(StorageError::of("open", path))?;
        folder.sync_all().map_err(StorageError::of("sync", path))?;
    }
    Ok(())
}

/// Writes a file whole or not at all: beside it, synced, renamed.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let beside = folder.join(name);
    let written = fs::write(&beside, bytes)
        .and_then(|()| OpenOptions::new().write(true).open(&beside)?.sync_all())
        .and_then(|()| fs::rename(&beside, path));
    if let Err(error) = written {
        // The part file is worthless; if it cannot be removed either, the first error says why.
        let _ = fs::remove_file(&beside);
        return Err(StorageError::of("write", path)(error));
    }
    sync_folder(folder)
}

/// As [`write_whole`], for what nobody but the owner of the file may read.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let beside = path.with_file_name(name);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // What an interrupted write left may have other permissions.
    let _ = fs::remove_file(&beside);
    let written = options
        .open(&beside)
        .and_then(|mut file| {
            io::Write::write_all(&mut file, bytes)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&beside, path));
    if let Err(error) = written {
        let _ = fs::remove_file(&beside);
        return Err(StorageError::of("write", path)(error));
    }
    path.parent().map_or(Ok(()), sync_folder)
}

/// A few bytes that are replaced in place and not synced: a kill of the process keeps them, a
/// power cut may bring older ones back.
#[derive(Debug)]
pub struct Slot {
    path: PathBuf,
    file: File,
}

impl Slot {
    /// Opens the file, or makes it, synced, with these bytes.
    pub fn open(path: &Path, first: &[u8]) -> Result<Self, StorageError> {
        if !path.exists() {
            write_whole(path, first)?;
        }
        let file = OpenOptions::new().read(true).write(true).open(path);
        Ok(Self { path: path.to_owned(), file: file.map_err(StorageError::of("write", path))? })
    }

    /// Replaces the bytes; always as many as the first.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        write_all_at(&self.file, bytes, 0).map_err(StorageError::of("write", &self.path))
    }
}

/// Takes the exclusive lock of a file, which lasts as long as the returned handle; none where
/// another process has it.
pub fn hold_lock(path: &Path) -> Result<Option<File>, StorageError> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(StorageError::of("write", path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(StorageError::of("lock", path)(error)),
    }
}
