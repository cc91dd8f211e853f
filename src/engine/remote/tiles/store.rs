//! The tiles of one service as a caller asks for them: at once, with what is known, while four
//! threads bring the rest. The newest request goes first and old ones fall out.

use std::collections::{HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::area::{Area, Cover, Estimate};
use super::backoff::Backoff;
use super::cache::Cache;
use super::download::{Download, Run};
use super::grid::TileKey;
use super::http::Http;
use super::memory::{Known, Memory};
use super::picture::TilePicture;
use super::service::{TileFormat, TileService};
use super::worker;
use crate::time::Instant;

/// Tells the time (UTC).
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;
/// Called from a thread of the store when an answer may have changed.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Threads of a store.
pub(super) const THREADS: usize = 4;
/// Bytes of a usual 256-pixel tile, where none is known yet: JPEG and PNG.
const USUAL_BYTES: (u64, u64) = (15_000, 50_000);
/// Longest pause in seconds; a longer one comes from a clock that was set back.
pub(super) const LONGEST_WAIT_S: f64 = 3600.0;

/// Bounds of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileLimits {
    /// Longest time to connect.
    pub connect: Duration,
    /// Longest time of one request.
    pub total: Duration,
    /// Bytes of pictures in memory.
    pub memory_bytes: usize,
    /// Bytes of tiles on disk.
    pub disk_bytes: u64,
    /// Requests that wait; older ones fall out.
    pub queue: usize,
    /// How long it is believed that a tile does not exist; an hour at most.
    pub absent: Duration,
}

impl Default for TileLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(30),
            memory_bytes: 256 << 20,
            disk_bytes: 2 << 30,
            queue: 256,
            absent: Duration::from_mins(10),
        }
    }
}

/// What a store knows of a tile.
#[derive(Clone, Debug)]
pub enum TileAnswer {
    /// Here it is.
    Ready(Arc<TilePicture>),
    /// It is being brought; ask again after a wake.
    Pending,
    /// There is none.
    Absent,
    /// It cannot be had now; [`TileStore::status`] says why, and asking again later tries again.
    Failed,
}

/// What the threads and the caller share.
pub(super) struct Shared {
    pub service: TileService,
    pub limits: TileLimits,
    pub clock: Clock,
    pub wake: Wake,
    pub http: Http,
    pub cache_dir: Option<PathBuf>,
    pub disk_bytes: AtomicU64,
    pub version: AtomicU64,
    /// Held only for moments.
    pub state: Mutex<State>,
    /// Held while a file is read or written; never by the caller's thread. None until a thread
    /// opened it.
    pub cache: Mutex<Option<Cache>>,
    pub work: Condvar,
}

/// What changes.
pub(super) struct State {
    pub memory: Memory,
    /// Waiting requests, newest last.
    pub queue: VecDeque<TileKey>,
    /// Requests that a thread works on.
    pub active: HashSet<TileKey>,
    pub backoff: Backoff,
    /// Answers in a row whose bytes were at fault, and what was wrong with the last one.
    pub faults: u32,
    pub last_fault: String,
    pub offline: bool,
    pub stop: bool,
    pub clear: bool,
    /// When the caller should ask again for what failed.
    pub wake_at: Option<Instant>,
    pub runs: Vec<Arc<Run>>,
    /// Tiles that are being fetched for downloads.
    pub downloading: usize,
    /// Tiles and bytes on disk, and what is wrong there.
    pub kept: (u64, u64),
    pub trouble: Option<String>,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Instant {
        (self.clock)()
    }

    /// Tells the caller that a tile arrived.
    pub(super) fn arrived(&self) {
        self.version.fetch_add(1, Ordering::Release);
        (self.wake)();
    }
}

/// Whether a time is yet to come; one too far off comes from a clock that was set back.
pub(super) fn is_ahead(time: Instant, now: Instant) -> bool {
    let left = time.s_since(now);
    left > 0.0 && left <= LONGEST_WAIT_S
}

/// The tiles of one service. Its threads end when it is dropped.
pub struct TileStore {
    shared: Arc<Shared>,
}

impl TileStore {
    /// A store with the usual limits. Without `cache_dir` nothing is kept on disk; in it, each
    /// service has the folder of its id.
    pub fn new(
        service: TileService,
        cache_dir: Option<PathBuf>,
        clock: Clock,
        wake: Wake,
    ) -> Result<Self, String> {
        Self::with_limits(service, cache_dir, clock, wake, TileLimits::default())
    }

    /// A store with limits of its own.
    pub fn with_limits(
        service: TileService,
        cache_dir: Option<PathBuf>,
        clock: Clock,
        wake: Wake,
        limits: TileLimits,
    ) -> Result<Self, String> {
        service.check().map_err(|why| format!("{}: {why}.", service.name))?;
        let http = Http::new(limits.connect, limits.total)?;
        let state = State {
            memory: Memory::new(limits.memory_bytes),
            queue: VecDeque::new(),
            active: HashSet::new(),
            backoff: Backoff::default(),
            faults: 0,
            last_fault: String::new(),
            offline: false,
            stop: false,
            clear: false,
            wake_at: None,
            runs: Vec::new(),
            downloading: 0,
            kept: (0, 0),
            trouble: None,
        };
        let shared = Arc::new(Shared {
            service,
            clock,
            wake,
            http,
            cache_dir,
            disk_bytes: AtomicU64::new(limits.disk_bytes),
            version: AtomicU64::new(0),
            state: Mutex::new(state),
            cache: Mutex::new(None),
            work: Condvar::new(),
            limits,
        });
        // Made before its threads, so that those that did start end if one does not.
        let store = Self { shared };
        for number in 0..THREADS {
            let shared = Arc::clone(&store.shared);
            std::thread::Builder::new()
                .name(format!("tiles-{number}"))
                .spawn(move || worker::run(&shared))
                .map_err(|error| format!("No thread to fetch tiles can be started: {error}."))?;
        }
        Ok(store)
    }

    /// What it serves.
    pub fn service(&self) -> &TileService {
        &self.shared.service
    }

    /// A tile, or what is known of it; rows from the north. Never waits for disk or network.
    pub fn tile(&self, level: u32, x: u32, y: u32) -> TileAnswer {
        let key = TileKey { level, x, y };
        if !self.shared.service.has(key) {
            return TileAnswer::Absent;
        }
        let now = self.shared.now();
        let mut state = self.shared.lock();
        let offline = state.offline;
        match state.memory.get(key) {
            Some(Known::Ready(picture)) => return TileAnswer::Ready(Arc::clone(picture)),
            Some(Known::Absent { until }) if is_ahead(*until, now) => return TileAnswer::Absent,
            Some(Known::Failed { retry, .. }) if offline || is_ahead(*retry, now) => {
                let retry = *retry;
                // Somebody wants it, so somebody is to be told when it may be had.
                if !offline && state.wake_at.is_none_or(|at| retry < at) {
                    state.wake_at = Some(retry);
                    drop(state);
                    self.shared.work.notify_one();
                }
                return TileAnswer::Failed;
            }
            _ => {}
        }
        if state.active.contains(&key) {
            return TileAnswer::Pending;
        }
        let waiting = state.queue.iter().position(|k| *k == key);
        if let Some(at) = waiting {
            state.queue.remove(at);
        }
        state.queue.push_back(key);
        if state.queue.len() > self.shared.limits.queue.max(1) {
            state.queue.pop_front();
        }
        drop(state);
        if waiting.is_none() {
            self.shared.work.notify_one();
        }
        TileAnswer::Pending
    }

    /// A number that grows with every tile that arrives, and whenever failed ones may be asked
    /// for again.
    pub fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Acquire)
    }

    /// What is wrong, as a sentence without a final stop; empty when all is well.
    pub fn status(&self) -> String {
        let now = self.shared.now();
        let state = self.shared.lock();
        let mut parts = Vec::new();
        if state.offline {
            parts.push("offline: only tiles kept on this computer are shown".to_owned());
        } else {
            let server = state.backoff.status(now);
            let broken = state.memory.broken();
            if !server.is_empty() {
                parts.push(server);
            } else if broken > 0 {
                let tiles =
                    if broken == 1 { "1 tile".to_owned() } else { format!("{broken} tiles") };
                parts.push(format!("{tiles} cannot be shown: {}", state.last_fault));
            }
        }
        parts.extend(state.trouble.clone());
        parts.join("; ")
    }

    /// Whether tiles that were asked for are still to come, from the disk or the server.
    pub fn is_busy(&self) -> bool {
        let state = self.shared.lock();
        !state.queue.is_empty() || !state.active.is_empty()
    }

    /// Whether nothing is asked of the server.
    pub fn is_offline(&self) -> bool {
        self.shared.lock().offline
    }

    /// Asks nothing of the server from now on, or does again. A request under way ends by itself.
    pub fn set_offline(&self, offline: bool) {
        let mut state = self.shared.lock();
        if state.offline == offline {
            return;
        }
        state.offline = offline;
        if !offline {
            state.memory.forgive();
            state.backoff.succeed();
        }
        drop(state);
        self.shared.work.notify_all();
        self.shared.version.fetch_add(1, Ordering::Release);
    }

    /// Forgets failures, so that they are tried again at once.
    pub fn retry(&self) {
        let mut state = self.shared.lock();
        state.memory.forgive();
        state.backoff.succeed();
        drop(state);
        self.shared.work.notify_all();
        self.shared.version.fetch_add(1, Ordering::Release);
    }

    /// Changes how much may be kept on disk; a smaller limit takes hold at the next tile.
    pub fn set_disk_limit(&self, bytes: u64) {
        self.shared.disk_bytes.store(bytes, Ordering::Relaxed);
    }

    /// Tiles and bytes that are kept on disk, as far as counted.
    pub fn kept(&self) -> (u64, u64) {
        self.shared.lock().kept
    }

    /// Bytes of pictures in memory.
    pub fn memory_bytes(&self) -> usize {
        self.shared.lock().memory.bytes()
    }

    /// Removes all kept tiles from the disk, in the background.
    pub fn clear_cache(&self) {
        self.shared.lock().clear = true;
        self.shared.work.notify_one();
    }

    /// Prepares to keep an area on this computer, from the first to the last level. Nothing is
    /// asked for before [`Download::start`].
    pub fn download(&self, area: Area, levels: (u32, u32)) -> Download {
        let cover = Cover::of(&self.shared.service, area, levels);
        let tiles = cover.len();
        let (known, bytes) = self.kept();
        let usual = match self.shared.service.format {
            TileFormat::Jpeg => USUAL_BYTES.0,
            TileFormat::Png => USUAL_BYTES.1,
        };
        let side = f64::from(self.shared.service.tile_px) / 256.0;
        let mean = match known {
            0 => usual as f64 * side * side,
            _ => bytes as f64 / known as f64,
        };
        let wanted = (mean * tiles as f64) as u64;
        let limit = self.shared.disk_bytes.load(Ordering::Relaxed);
        let fits = self.shared.cache_dir.is_some() && bytes.saturating_add(wanted) <= limit;
        let estimate = Estimate { tiles, bytes: wanted, known, fits };
        Download::new(Arc::clone(&self.shared), cover, estimate)
    }
}

impl Drop for TileStore {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.stop = true;
        state.queue.clear();
        state.runs.clear();
        drop(state);
        self.shared.work.notify_all();
    }
}
