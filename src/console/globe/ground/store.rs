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
    /// Differs from all other shapes and pictures that there ever were.
    pub stamp: u64,
    pub picture: Option<DrawPicture>,
}

impl DrawTile {
    /// 0 without a picture, 1 with one that has gaps, 2 with one that hides the ground.
    pub(crate) fn cover(&self) -> u8 {
        self.picture.as_ref().map_or(0, |p| 1 + u8::from(p.picture.is_opaque))
    }
}

/// The picture on a square: its own, or the part of one above that lies on it.
#[derive(Clone)]
pub(crate) struct DrawPicture {
    pub id: TileId,
    pub picture: Arc<Picture>,
    pub stamp: u64,
    /// Where the square lies in the picture: offset from the west and the north, and size.
    pub part: [f32; 3],
}

/// What squares have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Part {
    Shape,
    Picture,
}

#[derive(Clone)]
enum Content {
    Shape(Arc<Terrain>),
    /// None where no picture lies.
    Picture(Option<Arc<Picture>>),
}

impl Content {
    fn bytes(&self) -> usize {
        match self {
            Self::Shape(terrain) => terrain.bytes(),
            Self::Picture(picture) => picture.as_ref().map_or(0, |p| p.bytes()),
        }
    }
}

type Key = (Part, TileId);

/// One order to the threads.
struct Wish {
    key: Key,
    recipe: Arc<Recipe>,
    serial: u64,
    version: u64,
}

/// What came of it.
struct Made {
    key: Key,
    map: MapMode,
    serial: u64,
    version: u64,
    content: Content,
    given: Given,
}

#[derive(Default)]
struct Desk {
    /// Most wanted last.
    wishes: Vec<Wish>,
    /// What a thread is making.
    making: Vec<Key>,
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
    content: Content,
    given: Given,
    /// Of the recipe and of its sources when it was made.
    serial: u64,
    version: u64,
    stamp: u64,
    /// Update in which it was last needed.
    used: u64,
    /// When it was last asked for again, seconds.
    asked: f64,
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
    entries: HashMap<Key, Entry>,
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
            let busy = self.order(&selection, versions, (!patient).then_some(now));
            if !patient || !busy {
                break;
            }
            self.wait();
            selection = self.choose(view);
        }
        let tiles: Vec<DrawTile> =
            selection.draw.iter().filter_map(|id| self.draw_tile(*id)).collect();
        self.touch(&selection, &tiles);
        self.evict(budget);
        let is_fresh = |id: &TileId| {
            let fresh = |key: Key| {
                self.entries.get(&key).is_some_and(|e| {
                    e.serial == self.serial
                        && e.given != Given::Part
                        && e.version == versions[key.0 as usize]
                })
            };
            let picture = self.recipe.picture_square(*id);
            let is_painted = self.recipe.imagery.is_empty() || fresh((Part::Picture, picture));
            fresh((Part::Shape, *id)) && is_painted
        };
        let is_complete = selection.wishes.is_empty() && selection.draw.iter().all(is_fresh);
        Ground { tiles, is_complete }
    }

    /// Versions of the heights and of the pictures.
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
            let shape = self.shape(id);
            let range_m = shape.map(|(terrain, _)| terrain.range_m(view.exaggeration));
            Known { is_ready: shape.is_some(), range_m }
        };
        select(view, &known)
    }

    fn shape(&self, id: TileId) -> Option<(&Arc<Terrain>, u64)> {
        match self.entries.get(&(Part::Shape, id)) {
            Some(Entry { content: Content::Shape(terrain), stamp, .. }) => Some((terrain, *stamp)),
            _ => None,
        }
    }

    fn draw_tile(&self, id: TileId) -> Option<DrawTile> {
        let (terrain, stamp) = self.shape(id)?;
        Some(DrawTile { id, terrain: Arc::clone(terrain), stamp, picture: self.picture(id) })
    }

    /// The finest picture at hand for a square.
    fn picture(&self, id: TileId) -> Option<DrawPicture> {
        if self.recipe.imagery.is_empty() {
            return None;
        }
        let mut at = self.recipe.picture_square(id);
        loop {
            if let Some(entry) = self.entries.get(&(Part::Picture, at)) {
                let Content::Picture(Some(picture)) = &entry.content else { return None };
                let scale = 1.0 / f64::from(1u32 << (id.level - at.level).min(30));
                let offset = |own: u32, above: u32| f64::from(own) * scale - f64::from(above);
                let part = [offset(id.x, at.x), offset(id.y, at.y), scale].map(|v| v as f32);
                let picture = Arc::clone(picture);
                return Some(DrawPicture { id: at, picture, stamp: entry.stamp, part });
            }
            at = at.parent()?;
        }
    }

    /// Takes in what the threads made.
    fn take(&mut self) {
        let made = {
            let mut desk = self.shared.desk.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut desk.made)
        };
        for made in made {
            // Made for layers that are no more: still better than what is older, on the same map.
            let old = self.entries.get(&made.key);
            if made.map != self.recipe.map || old.is_some_and(|o| o.serial > made.serial) {
                continue;
            }
            self.stamps += 1;
            let entry = Entry {
                stamp: self.stamps,
                used: self.updates,
                asked: old.map_or(0.0, |o| o.asked),
                content: made.content,
                given: made.given,
                serial: made.serial,
                version: made.version,
            };
            self.bytes += entry.content.bytes();
            if let Some(old) = self.entries.insert(made.key, entry) {
                self.bytes -= old.content.bytes();
            }
        }
    }

    /// Hands the wishes of a selection to the threads; says whether any is open. Without `now`
    /// nothing waits until it may be made anew.
    fn order(&mut self, selection: &Selection, versions: [u64; 2], now: Option<f64>) -> bool {
        let mut keys: Vec<Key> = selection.wishes.iter().map(|id| (Part::Shape, *id)).collect();
        for id in &selection.draw {
            let shape = (Part::Shape, *id);
            if self.is_wanted(shape, versions, now) {
                keys.push(shape);
            }
            let picture = (Part::Picture, self.recipe.picture_square(*id));
            let has_imagery = !self.recipe.imagery.is_empty();
            if has_imagery && !keys.contains(&picture) && self.is_wanted(picture, versions, now) {
                keys.push(picture);
            }
        }
        keys.sort_by_key(|(_, id)| id.level);
        keys.truncate(MOST_WISHES);
        let mut desk = self.shared.desk.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|key| !desk.making.contains(key));
        let wish = |key: &Key| Wish {
            key: *key,
            recipe: Arc::clone(&self.recipe),
            serial: self.serial,
            version: versions[key.0 as usize],
        };
        desk.wishes = keys.iter().rev().map(wish).collect();
        let busy = !desk.wishes.is_empty() || !desk.making.is_empty() || !desk.made.is_empty();
        drop(desk);
        self.shared.wanted.notify_all();
        busy && !self.threads.is_empty()
    }

    /// Whether something is to be made, or made anew.
    fn is_wanted(&mut self, key: Key, versions: [u64; 2], now: Option<f64>) -> bool {
        let version = versions[key.0 as usize];
        let Some(entry) = self.entries.get_mut(&key) else { return true };
        let is_old = entry.serial != self.serial;
        let has_more = entry.version != version && entry.given != Given::Whole;
        if !is_old && !has_more {
            // What is whole does not change when other squares do.
            entry.version = version;
            return false;
        }
        let Some(now) = now else { return true };
        if !is_old && now - entry.asked < AGAIN_S {
            return false;
        }
        entry.asked = now;
        true
    }

    /// Waits until the threads have nothing more to do.
    fn wait(&self) {
        let mut desk = self.shared.desk.lock().unwrap_or_else(PoisonError::into_inner);
        while !desk.wishes.is_empty() || !desk.making.is_empty() {
            desk = self.shared.done.wait(desk).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Marks what was needed.
    fn touch(&mut self, selection: &Selection, tiles: &[DrawTile]) {
        let shapes = selection.kept.iter().map(|id| (Part::Shape, *id));
        let pictures = tiles.iter().filter_map(|t| Some((Part::Picture, t.picture.as_ref()?.id)));
        for key in shapes.chain(pictures) {
            if let Some(entry) = self.entries.get_mut(&key) {
                entry.used = self.updates;
            }
        }
    }

    /// Lets go what was not needed for longest until the rest fits.
    fn evict(&mut self, budget: usize) {
        if self.bytes <= budget {
            return;
        }
        let mut idle: Vec<(u64, Key)> = self
            .entries
            .iter()
            .filter(|((_, id), entry)| entry.used < self.updates && id.level > 0)
            .map(|(key, entry)| (entry.used, *key))
            .collect();
        idle.sort_unstable();
        for (_, key) in idle {
            if self.bytes <= budget {
                break;
            }
            if let Some(entry) = self.entries.remove(&key) {
                self.bytes -= entry.content.bytes();
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
        desk.making.push(wish.key);
        drop(desk);
        let key = wish.key;
        let made = make(wish);
        desk = shared.desk.lock().unwrap_or_else(PoisonError::into_inner);
        desk.making.retain(|other| *other != key);
        desk.made.push(made);
        shared.done.notify_all();
        drop(desk);
        (shared.wake)();
        desk = shared.desk.lock().unwrap_or_else(PoisonError::into_inner);
    }
}

fn make(wish: Wish) -> Made {
    let Wish { key, recipe, serial, version } = wish;
    let (content, given) = match key {
        (Part::Shape, id) => {
            let terrain = recipe.terrain(id);
            let given = terrain.given;
            (Content::Shape(Arc::new(terrain)), given)
        }
        (Part::Picture, id) => {
            let (picture, given) = recipe.picture(id);
            (Content::Picture(picture.map(Arc::new)), given)
        }
    };
    Made { key, map: recipe.map, serial, version, content, given }
}
