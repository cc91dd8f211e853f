//! "Take this area offline": keeps all tiles of an area on disk, after the visible ones.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::area::{Cover, Estimate};
use super::grid::TileKey;
use super::store::Shared;

/// How often a tile is tried.
const TRIES: u32 = 5;
/// Most tiles that wait to be tried again.
const MAX_AGAIN: usize = 10_000;
const NO_ROOM: &str = "The download stopped: the tiles take more room than the cache may. Allow \
    it more, or choose a smaller area or fewer levels.";
const NO_FOLDER: &str = "There is no folder to keep tiles in. Choose one in the settings.";

/// How far a download is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Tiles of the area.
    pub total: u64,
    /// Tiles that are kept now, or that the server does not have.
    pub done: u64,
    /// Tiles that could not be had.
    pub failed: u64,
    /// Bytes that came from the server.
    pub bytes: u64,
    /// Whether it was started and has neither ended nor been cancelled.
    pub running: bool,
    /// Why it ended early; empty otherwise.
    pub stopped: String,
}

/// A tile to keep, and how often it was tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    tries: u32,
    pub key: TileKey,
}

#[derive(Debug, Default)]
struct Course {
    next: u64,
    again: VecDeque<Task>,
    progress: Progress,
}

/// A download as the threads see it.
#[derive(Debug)]
pub(super) struct Run {
    cover: Cover,
    course: Mutex<Course>,
}

/// How a tile of a download went.
pub(super) enum Outcome {
    /// Kept, with the bytes that came for it.
    Done(u64),
    /// To be tried again.
    Again,
    /// The disk does not take it; the whole download ends.
    Stop(String),
}

impl Run {
    fn lock(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next tile; none where all are under way or it ended.
    pub(super) fn next(&self) -> Option<Task> {
        let mut course = self.lock();
        if !course.progress.running {
            return None;
        }
        if let Some(key) = self.cover.key(course.next) {
            let task = Task { tries: 0, key };
            course.next += 1;
            return Some(task);
        }
        course.again.pop_front()
    }

    /// Notes how a tile went. `limit` is what the disk cache may hold: beyond it the download
    /// would push out its own tiles.
    pub(super) fn note(&self, task: Task, outcome: Outcome, limit: u64) {
        let mut course = self.lock();
        match outcome {
            Outcome::Done(bytes) => {
                course.progress.done += 1;
                course.progress.bytes += bytes;
            }
            Outcome::Again if task.tries + 1 < TRIES && course.again.len() < MAX_AGAIN => {
                course.again.push_back(Task { tries: task.tries + 1, ..task });
            }
            Outcome::Again => course.progress.failed += 1,
            Outcome::Stop(why) => {
                course.again.push_back(task);
                course.progress.stopped = why;
                course.progress.running = false;
            }
        }
        if course.progress.bytes > limit / 10 * 9 && course.progress.running {
            NO_ROOM.clone_into(&mut course.progress.stopped);
            course.progress.running = false;
        }
        if course.progress.done + course.progress.failed >= course.progress.total {
            course.progress.running = false;
        }
    }

    pub(super) fn is_running(&self) -> bool {
        self.lock().progress.running
    }
}

/// An area to be kept. Dropping it cancels it; what was kept stays.
pub struct Download {
    shared: Arc<Shared>,
    run: Arc<Run>,
    estimate: Estimate,
}

impl Download {
    pub(super) fn new(shared: Arc<Shared>, cover: Cover, estimate: Estimate) -> Self {
        let progress = Progress { total: estimate.tiles, ..Progress::default() };
        let course = Mutex::new(Course { progress, ..Course::default() });
        Self { shared, run: Arc::new(Run { cover, course }), estimate }
    }

    /// How much it will be.
    pub fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// Begins, or goes on after a cancel. While the store is offline or the server is left alone
    /// it waits.
    pub fn start(&self) {
        let mut course = self.run.lock();
        if self.shared.cache_dir.is_none() {
            NO_FOLDER.clone_into(&mut course.progress.stopped);
            return;
        }
        if course.progress.running
            || course.progress.done + course.progress.failed >= course.progress.total
        {
            return;
        }
        course.progress.running = true;
        course.progress.stopped.clear();
        drop(course);
        let mut state = self.shared.lock();
        if !state.runs.iter().any(|run| Arc::ptr_eq(run, &self.run)) {
            state.runs.push(Arc::clone(&self.run));
        }
        drop(state);
        self.shared.work.notify_all();
    }

    /// Ends it; what was kept stays.
    pub fn cancel(&self) {
        self.run.lock().progress.running = false;
        self.shared.lock().runs.retain(|run| !Arc::ptr_eq(run, &self.run));
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.run.lock().progress.clone()
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        self.cancel();
    }
}
