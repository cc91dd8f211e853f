//! Opening, repair after a crash, and taking in what another process wrote.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use super::channel::{Channel, Tail};
use super::error::WaveformError;
use super::file::{make_dir, read_at};
use super::index::Index;
use super::leaf::Leaf;
use super::path::{INDEX_DIR, file_stem, parse_day_file, parse_stem, unescape};
use super::records::Files;
use super::survey::{Found, decode, survey};
use super::{WaveformStore, read, write};
use crate::archive::{QueryError, SeriesKey};
use crate::format::mseed::SourceId;

/// Day files of one channel: day and length.
type Days = BTreeMap<i32, u64>;

impl WaveformStore {
    /// Opens the folder `dir` (the `waveform` of an archive); makes it where it is missing and
    /// `writable`. Returns what was repaired, as sentences.
    ///
    /// One process may open it for writing at a time: the lock goes with the store. Opening for
    /// writing cuts writes that a crash tore, takes records in that are in a day file but not in
    /// the index, and makes a damaged index again from the records. Opening for reading changes
    /// nothing; a channel whose index is damaged then answers with an error.
    pub fn open(dir: &Path, writable: bool) -> Result<(Self, Vec<String>), WaveformError> {
        let lock = if writable { Some(lock(dir)?) } else { None };
        let store = Self {
            dir: dir.to_owned(),
            writable,
            channels: RwLock::default(),
            appending: Mutex::default(),
            files: Files::default(),
            lock,
        };
        let mut said = Vec::new();
        for (product, root) in products(dir)? {
            for (source, days) in sources(&root, writable)? {
                let mut channel = Channel::new(&product, source, &root);
                if writable {
                    channel.mend(&days, &mut said)?;
                } else if let Err(error) = channel.load(false) {
                    channel.broken = Some(error.to_string());
                }
                let key = channel.key.clone();
                write(&store.channels).insert(key, Arc::new(RwLock::new(channel)));
            }
        }
        Ok((store, said))
    }

    /// Takes in what another process has written since. Tells whether anything is new.
    ///
    /// For stores opened for reading; one opened for writing knows all, and says no.
    pub fn refresh(&self) -> Result<bool, WaveformError> {
        if self.writable {
            return Ok(false);
        }
        let mut news = false;
        for (product, root) in products(&self.dir)? {
            for (source, _) in sources(&root, false)? {
                let channel = self.channel_for(&product, &source);
                news |= write(&channel).catch_up();
            }
        }
        Ok(news)
    }

    /// Makes the index of a series again from its records, whatever it is like.
    pub fn rebuild(&self, key: &SeriesKey) -> Result<String, WaveformError> {
        if !self.writable {
            return Err(WaveformError::ReadOnly(self.dir.clone()));
        }
        let channel = read(&self.channels).get(key).map(Arc::clone);
        let Some(channel) = channel else {
            let reason = QueryError::Unknown(key.to_string()).to_string();
            return Err(WaveformError::damaged(&self.dir, reason));
        };
        let mut channel = write(&channel);
        let days = sources(&channel.root, true)?.remove(&channel.source).unwrap_or_default();
        channel.rebuild(&days)
    }
}

/// Takes the lock of the writing process.
fn lock(dir: &Path) -> Result<File, WaveformError> {
    make_dir(dir).map_err(WaveformError::io("make", dir))?;
    let path = dir.join("LOCK");
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(WaveformError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(WaveformError::Busy(dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(WaveformError::io("lock", &path)(error)),
    }
}

/// Entries of a folder, sorted; none where it is missing.
pub(super) fn entries(dir: &Path) -> Result<Vec<PathBuf>, WaveformError> {
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let list = || -> std::io::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(dir)? {
            paths.push(entry?.path());
        }
        paths.sort();
        Ok(paths)
    };
    list().map_err(WaveformError::io("list", dir))
}

/// Product identities and their folders.
pub(super) fn products(dir: &Path) -> Result<Vec<(String, PathBuf)>, WaveformError> {
    let mut out = Vec::new();
    for path in entries(dir)?.into_iter().filter(|path| path.is_dir()) {
        let name = path.file_name().and_then(|name| name.to_str()).and_then(unescape);
        out.extend(name.map(|name| (name, path)));
    }
    Ok(out)
}

/// Sources of a product: those with an index and, where `walk`, those with day files.
pub(super) fn sources(root: &Path, walk: bool) -> Result<BTreeMap<SourceId, Days>, WaveformError> {
    let mut out: BTreeMap<SourceId, Days> = BTreeMap::new();
    for path in entries(&root.join(INDEX_DIR))? {
        if path.extension().is_some_and(|extension| extension == "idx")
            && let Some(source) = path.file_stem().and_then(|s| s.to_str()).and_then(parse_stem)
        {
            out.entry(source).or_default();
        }
    }
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop().filter(|_| walk) {
        for path in entries(&folder)? {
            // Year, network, station, channel: day files lie four folders deep.
            let hidden = path.file_name().is_some_and(|name| name == INDEX_DIR);
            if depth < 4 && !hidden && path.is_dir() {
                folders.push((path, depth + 1));
            } else if depth == 4
                && let Some((source, day)) = parse_day_file(&path)
            {
                let length = path.metadata().map_err(WaveformError::io("read", &path))?.len();
                out.entry(source).or_default().insert(day, length);
            }
        }
    }
    Ok(out)
}

impl Channel {
    /// Loads and repairs; says what was done.
    fn mend(&mut self, days: &Days, said: &mut Vec<String>) -> Result<(), WaveformError> {
        match self.load(true) {
            Ok((unusable, tail)) => {
                if unusable {
                    said.push(format!(
                        "the summary file of {} was damaged or out of date; it was made again \
                         from the index",
                        self.key
                    ));
                }
                self.cut(&tail, said)?;
            }
            Err(WaveformError::Damaged { reason, .. }) => {
                let done = self.rebuild(days)?;
                said.push(format!("the index of {} was damaged ({reason}); {done}", self.key));
                return Ok(());
            }
            Err(other) => return Err(other),
        }
        if self.index.is_none() && days.values().any(|&length| length > 0) {
            let done = self.rebuild(days)?;
            said.push(format!("{} had records but no index; {done}", self.key));
            return Ok(());
        }
        for (&day, &length) in days {
            let known = self.table.days.get(&day).copied().unwrap_or_default();
            if length > known {
                said.push(self.take_in(day, known, length)?);
            }
        }
        for (&day, &known) in &self.table.days {
            let length = days.get(&day).copied().unwrap_or_default();
            if length < known {
                said.push(format!(
                    "{} has lost {} bytes that were stored; bring them back from a backup, \
                     until then questions that need them fail",
                    self.day_path(day).display(),
                    known - length
                ));
            }
        }
        Ok(())
    }

    /// Cuts the torn end of an index.
    fn cut(&self, tail: &Tail, said: &mut Vec<String>) -> Result<(), WaveformError> {
        if let (Tail::Torn { at, bytes }, Some(index)) = (tail, &self.index) {
            index.cut(*at)?;
            said.push(format!(
                "the index of {} ended in a write that was cut off; {bytes} bytes were removed",
                self.key
            ));
        }
        Ok(())
    }

    /// Takes the records in that a day file has beyond what the index knows, and cuts what is
    /// none. Says what was done.
    fn take_in(&mut self, day: i32, from: u64, to: u64) -> Result<String, WaveformError> {
        let path = self.day_path(day);
        let (leaves, end) = self.survey_day(day, from, to, true)?;
        let records = leaves.iter().filter(|leaf| leaf.first == 0).count();
        if end < to {
            let file = OpenOptions::new().write(true).open(&path);
            file.and_then(|file| {
                file.set_len(end)?;
                file.sync_data()
            })
            .map_err(WaveformError::io("cut", &path))?;
        }
        if !leaves.is_empty() && !self.write(&leaves)? {
            self.create(&leaves)?;
        }
        self.apply(&leaves)?;
        Ok(format!(
            "{} had {} bytes that the index did not know: {records} records were taken in, {} \
             bytes of a record that was cut off were removed",
            path.display(),
            to - from,
            to - end
        ))
    }

    /// Leaves of the records between two offsets of a day file, and where the last one ends.
    /// `contiguous` stops at the first byte that belongs to no record of this channel.
    fn survey_day(
        &self,
        day: i32,
        from: u64,
        to: u64,
        contiguous: bool,
    ) -> Result<(Vec<Leaf>, u64), WaveformError> {
        let path = self.day_path(day);
        let file = File::open(&path).map_err(WaveformError::io("open", &path))?;
        let mut bytes = vec![0; (to - from) as usize];
        read_at(&file, &mut bytes, from).map_err(WaveformError::io("read", &path))?;
        let survey = survey(&bytes);
        let (mut fitting, mut end) = (Vec::new(), from);
        for record in &survey.records {
            let offset = from + record.offset as u64;
            let ours = survey.sources.get(record.source) == Some(&self.source);
            let fits = ours && record.leaf.day() == day;
            if contiguous && (offset != end || !fits) {
                break;
            }
            if let (true, Ok(offset)) = (fits, u32::try_from(offset)) {
                fitting.push(Found { leaf: Leaf { offset, ..record.leaf }, ..*record });
                end = u64::from(offset) + record.length as u64;
            }
        }
        // What cannot be decoded was told when the record was stored.
        let (leaves, _) = decode(&bytes, &fitting);
        Ok((leaves, end))
    }

    /// Makes the index again from the day files. Says what was done.
    pub(super) fn rebuild(&mut self, days: &Days) -> Result<String, WaveformError> {
        let mut all = Vec::new();
        for (&day, &length) in days {
            let (leaves, _) = self.survey_day(day, 0, length, false)?;
            all.extend(leaves);
        }
        let generation = self.generation().max(read_generation(self)) + 1;
        let folder = self.root.join(INDEX_DIR);
        make_dir(&folder).map_err(WaveformError::io("make", &folder))?;
        self.index = Some(Index::create(&self.index_path(), generation, &all)?);
        self.table = super::table::Table::default();
        (self.saved, self.broken) = (0, None);
        self.apply(&all)?;
        self.save(true);
        Ok(format!(
            "it was made again from {} records in {} day files",
            self.table.records,
            days.len()
        ))
    }

    /// Takes in what the writing process has added. Tells whether anything is new.
    fn catch_up(&mut self) -> bool {
        let before = (self.table.leaves, self.generation(), self.broken.is_some());
        let current = match Index::open(&self.index_path(), false) {
            Ok(Some(index)) => index.generation,
            // A damaged header: what is known stays good.
            Ok(None) | Err(_) => self.generation(),
        };
        let shrunk = self
            .index
            .as_ref()
            .is_some_and(|index| index.leaves().is_ok_and(|(count, _)| count < self.table.leaves));
        let stale = self.index.is_none() || current != self.generation() || shrunk;
        let outcome = if stale || self.broken.is_some() {
            self.load(false).map(|_| ())
        } else {
            self.advance().map(|_| ())
        };
        self.broken = outcome.err().map(|error| error.to_string());
        before != (self.table.leaves, self.generation(), self.broken.is_some())
    }
}

/// Generation of the summary or index on disk, where the index could not be opened: a new one
/// must differ. Names that were never used give 0.
fn read_generation(channel: &Channel) -> u64 {
    let path = channel.index_path();
    let length = fs::metadata(&path).map_or(0, |about| about.len());
    // The old header is unreadable: its length makes a number that earlier ones did not have.
    if channel.index.is_none() && length > 0 {
        1_000_000 + length + file_stem(&channel.source).len() as u64
    } else {
        0
    }
}
