//! Keeps the ground of a globe: which squares are there, which are being made, which are let go.
//!
//! Squares are made by a few threads of the store's own from a list of wishes that is replaced
//! with every frame, so that nobody works for what is out of sight. The list's front is what is
//! wanted most. A finished square wakes the window. Memory stays within a budget: what has not been
//! drawn for longest goes first; what is drawn, and what is above it, stays.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::super::map::MapMode;
use super::compose::Picture;
use super::produce::{Recipe, Terrain};
use super::select::{Known, Selection, View, select};
use super::source::Given;
use super::tile::TileId;

/// A square with parts still to come is asked for again after so many seconds at the earliest.
const AGAIN_S: f64 = 0.4;
/// Most wishes in the list: more would be stale before their turn.
const MOST_WISHES: usize = 256;
/// Rounds of a patient update: each reaches one level deeper.
const MOST_ROUNDS: usize = 64;

/// Called, from any thread, when there is more ground to draw.
pub(crate) type Wake = Arc<dyn Fn() + Send + Sync>;

/// A square to draw.
#[derive(Clone)]
pub(crate) struct DrawTile {
    pub id: TileId,
    pub terrain: Arc<Terrain>,
    pub picture: Option<Arc<Picture>>,
    /// Differs from all other contents that a square ever had.
    pub stamp: u64,
}

/// One order to the threads.
struct Wish {
    id: TileId,
    recipe: Arc<Recipe>,
    serial: u64,
    versions: [u64; 2],
    /// The shape that stays; none: it is made too.
    terrain: Option<Arc<Terrain>>,
}

/// What came of it.
struct Made {
    id: TileId,
    map: MapMode,
    serial: u64,
    versions: [u64; 2],
    terrain: Arc<Terrain>,
    picture: Option<Arc<Picture>>,
    painted: Given,
}

#[derive(Default)]
struct Desk {
    /// Most wanted last.
    wishes: Vec<Wish>,
    /// Squares that a thread is making.
    making: Vec<TileId>,
    made: Vec<Made>,
    is_closed: bool,
}

struct Shared {
    desk: Mutex<Desk>,
    /// There are wishes.
    wanted: Condvar,
    /// Something was made.
    done: Condvar,
    wake: Wake,
}

struct Entry {
    terrain: Arc<Terrain>,
    picture: Option<Arc<Picture>>,
    painted: Given,
    serial: u64,
    /// Of elevation and imagery when it was made.
    versions: [u64; 2],
    stamp: u64,
    /// Update in which it was last needed.
    used: u64,
    /// When it was last made or asked for, seconds.
    asked: f64,
}

impl Entry {
    fn bytes(&self) -> usize {
        self.terrain.bytes() + self.picture.as_ref().map_or(0, |p| p.bytes())
    }
}

/// What an update leads to.
#[derive(Default)]
pub(crate) struct Ground {
    /// Nearest first.
    pub tiles: Vec<DrawTile>,
    /// Whether all that is wanted is there, in full.
    pub is_complete: bool,
}

/// The ground of one globe.
pub(crate) struct Store {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    recipe: Arc<Recipe>,
    serial: u64,
    entries: HashMap<TileId, Entry>,
    updates: u64,
    stamps: u64,
    /// Bytes of all entries.
    bytes: usize,
}

impl Store {
    /// Without ground yet; `wake` is called when there is some.
    pub(crate) fn new(recipe: Recipe, wake: Wake) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let shared = Arc::new(Shared {
            desk: Mutex::default(),
            wanted: Condvar::new(),
            done: Condvar::new(),
            wake,
        });
        let threads = (0..cores.saturating_sub(1).clamp(1, 4)).filter_map(|n| {
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new().name(format!("ground {n}"));
            let thread = thread.spawn(move || work(&shared));
            thread.inspect_err(|error| tracing::warn!(%error, "no thread to make ground")).ok()
        });
        Self {
            threads: threads.collect(),
            shared,
            recipe: Arc::new(recipe),
            serial: 0,
            entries: HashMap::new(),
            updates: 0,
            stamps: 0,
            bytes: 0,
        }
    }

    /// From now on another recipe: what is there is drawn until it is made anew, unless it lies
    /// elsewhere on another map.
    pub(crate) fn set_recipe(&mut self, recipe: Recipe) {
        if recipe.map != self.recipe.map {
            self.entries.clear();
            self.bytes = 0;
        }
        self.recipe = Arc::new(recipe);
        self.serial += 1;
    }

    /// Bytes that the ground takes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes in what was made, and says what to draw. `now` in seconds; `patient` waits until
    /// everything that can be had at once is there, for pictures that are taken only once.
    pub(crate) fn update(&mut self, view: &View, budget: usize, now: f64, patient: bool) -> Ground {
        self.updates += 1;
        let versions = self.versions();
        let mut selection = self.choose(view);
        for _ in 0..MOST_ROUNDS {
            let busy = self.order(&selection, versions, now);
            if !patient || !busy {
                break;
            }
            self.wait();
            selection = self.choose(view);
        }
        for id in &selection.kept {
            if let Some(entry) = self.entries.get_mut(id) {
                entry.used = self.updates;
            }
        }
        self.evict(budget);
        let stale = |id: &TileId| {
            self.entries.get(id).is_none_or(|e| {
                e.serial != self.serial
                    || e.painted == Given::Part
                    || e.terrain.given == Given::Part
                    || e.versions != versions
            })
        };
        let is_complete = selection.wishes.is_empty() && !selection.draw.iter().any(stale);
        let tiles = selection.draw.iter().filter_map(|id| {
            let entry = self.entries.get(id)?;
            Some(DrawTile {
                id: *id,
                terrain: Arc::clone(&entry.terrain),
                picture: entry.picture.clone(),
                stamp: entry.stamp,
            })
        });
        Ground { tiles: tiles.collect(), is_complete }
    }

    fn versions(&self) -> [u64; 2] {
        let sum = |all: &mut dyn Iterator<Item = u64>| all.fold(0u64, u64::wrapping_add);
        [
            sum(&mut self.recipe.elevation.iter().map(|e| e.version())),
            sum(&mut self.recipe.imagery.iter().map(|(i, _)| i.version())),
        ]
    }

    fn choose(&mut self, view: &View) -> Selection {
        self.take();
        let known = |id: TileId| {
            let entry = self.entries.get(&id);
            Known {
                is_ready: entry.is_some(),
                range_m: entry.map(|e| e.terrain.range_m(view.exaggeration)),
            }
        };
        select(view, &known)
    }

    /// Takes in what the threads made.
    fn take(&mut self) {
        let made = {
            let mut desk = self.shared.desk.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut desk.made)
        };
        for made in made {
            // Made for layers that are no more: still better than what is older, on the same map.
            let old = self.entries.get(&made.id);
            if made.map != self.recipe.map || old.is_some_and(|o| o.serial > made.serial) {
                continue;
            }
            self.stamps += 1;
            let entry = Entry {
                stamp: self.stamps,
                used: self.updates,
                asked: old.map_or(0.0, |o| o.asked),
                terrain: made.terrain,
                picture: made.picture,
                painted: made.painted,
                serial: made.serial,
                versions: made.versions,
            };
            self.bytes += entry.bytes();
            if let Some(old) = self.entries.insert(made.id, entry) {
                self.bytes -= old.bytes();
            }
        }
    }

    /// Hands the wishes of a selection to the threads; says whether any is open.
    fn order(&mut self, selection: &Selection, versions: [u64; 2], now: f64) -> bool {
        let mut wishes: Vec<Wish> = Vec::new();
        let wish = |id: TileId, terrain| Wish {
            id,
            recipe: Arc::clone(&self.recipe),
            serial: self.serial,
            versions,
            terrain,
        };
        for id in &selection.wishes {
            wishes.push(wish(*id, None));
        }
        for id in &selection.draw {
            let Some(entry) = self.entries.get_mut(id) else { continue };
            let is_old = entry.serial != self.serial;
            let changed = [0, 1].map(|k| entry.versions[k] != versions[k]);
            let shape = is_old || (changed[0] && entry.terrain.given != Given::Whole);
            let paint = changed[1] && entry.painted != Given::Whole;
            if !shape && !paint {
                // What is whole does not change when other squares do.
                entry.versions = versions;
            } else if is_old || now - entry.asked >= AGAIN_S {
                entry.asked = now;
                let kept = (!shape).then(|| Arc::clone(&entry.terrain));
                wishes.push(wish(*id, kept));
            }
        }
        wishes.truncate(MOST_WISHES);
        wishes.reverse();
        let mut desk = self.shared.desk.lock().unwrap_or_else(PoisonError::into_inner);
        wishes.retain(|wish| !desk.making.contains(&wish.id));
        desk.wishes = wishes;
        let busy = !desk.wishes.is_empty() || !desk.making.is_empty() || !desk.made.is_empty();
        drop(desk);
        self.shared.wanted.notify_all();
        busy && !self.threads.is_empty()
    }

    /// Waits until the threads have nothing more to do.
    fn wait(&self) {
        let mut desk = self.shared.desk.lock().unwrap_or_else(PoisonError::into_inner);
        while !desk.wishes.is_empty() || !desk.making.is_empty() {
            desk = self.shared.done.wait(desk).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets go what was not needed for longest until the rest fits.
    fn evict(&mut self, budget: usize) {
        if self.bytes <= budget {
            return;
        }
        let mut idle: Vec<(u64, TileId)> = self
            .entries
            .iter()
            .filter(|(id, entry)| entry.used < self.updates && id.level > 0)
            .map(|(id, entry)| (entry.used, *id))
            .collect();
        idle.sort_unstable();
        for (_, id) in idle {
            if self.bytes <= budget {
                break;
            }
            if let Some(entry) = self.entries.remove(&id) {
                self.bytes -= entry.bytes();
            }
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let mut desk = self.shared.desk.lock().unwrap_or_else(PoisonError::into_inner);
        desk.is_closed = true;
        desk.wishes.clear();
        drop(desk);
        self.shared.wanted.notify_all();
        for thread in self.threads.drain(..) {
            // A thread that panicked said so already.
            let _: Result<(), _> = thread.join();
        }
    }
}

/// What a thread of the store does until the store goes.
fn work(shared: &Shared) {
    let mut desk = shared.desk.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if desk.is_closed {
            return;
        }
        let Some(wish) = desk.wishes.pop() else {
            desk = shared.wanted.wait(desk).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        desk.making.push(wish.id);
        drop(desk);
        let id = wish.id;
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| make(wish)));
        desk = shared.desk.lock().unwrap_or_else(PoisonError::into_inner);
        desk.making.retain(|other| *other != id);
        // A source that panics leaves its square out; the others go on.
        desk.made.extend(made.ok());
        shared.done.notify_all();
        drop(desk);
        (shared.wake)();
        desk = shared.desk.lock().unwrap_or_else(PoisonError::into_inner);
    }
}

fn make(wish: Wish) -> Made {
    let Wish { id, recipe, serial, versions, terrain } = wish;
    let terrain = terrain.unwrap_or_else(|| Arc::new(recipe.terrain(id)));
    let (picture, painted) = recipe.picture(id);
    Made { id, map: recipe.map, serial, versions, terrain, picture: picture.map(Arc::new), painted }
}
