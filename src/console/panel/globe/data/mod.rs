//! What the user laid on the globes, and the servers that they get pictures from: one list for
//! all globes of the program. Which of it shows is the choice of each globe.

mod kept;
mod servers;
mod wake;

use std::cell::{RefCell, RefMut};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use egui::Context;
use marsdeck_engine::remote::tiles::TileService;

use super::sources::{FileEntry, FileRole, FileSetting, FileState, Sources, Wake};
use crate::globe::ground::tile::Area;
use crate::globe::{GlobeSettings, GroundLayers};
use kept::{Choices, Kept};
use servers::Servers;
pub(super) use servers::{ServerEntry, layer_id};
use wake::Windows;

/// What each server may keep on disk until the user decides, gigabytes.
const DISK_GB: f64 = 2.0;

/// Endings of files of marks and lines, and of pictures and heights.
const MARKS: [&str; 4] = ["geojson", "kml", "kmz", "shp"];
const RASTERS: [&str; 5] = ["tif", "tiff", "jpg", "jpeg", "png"];

/// Where the lists and the tiles are kept; without folders they last as long as the program.
#[derive(Clone, Debug, Default)]
pub struct DataFolders {
    /// Folder of the settings.
    pub settings: Option<PathBuf>,
    /// Folder of the tiles that servers gave.
    pub tiles: Option<PathBuf>,
    /// Whether changes of the lists are written to the settings.
    pub is_kept: bool,
}

/// The data of all globes. Clones are the same data.
#[derive(Clone)]
pub struct GlobeData(Rc<RefCell<Inner>>);

struct Inner {
    sources: Sources,
    marks: Vec<PathBuf>,
    servers: Servers,
    windows: Windows,
    folder: Option<PathBuf>,
    /// The newest text that was written, by number, and what went wrong.
    written: Arc<Mutex<(u64, String)>>,
    writer: Option<JoinHandle<()>>,
    changes: u64,
    trouble: String,
}

impl Default for GlobeData {
    fn default() -> Self {
        Self::new(DataFolders::default())
    }
}

impl GlobeData {
    /// What was kept in the folders.
    pub fn new(folders: DataFolders) -> Self {
        let windows = Windows::default();
        let wake: Wake = {
            let windows = windows.clone();
            Arc::new(move || windows.wake())
        };
        let Kept { choices, sources, services, trouble } =
            kept::load(folders.settings.as_deref(), wake);
        let mut servers = Servers::new(folders.tiles, windows.clone());
        servers.offline = choices.offline;
        servers.disk_gb = choices.disk_gb;
        for service in services {
            // One with the name of a built-in one of a newer version gives way to that.
            let _: Result<(), String> = servers.add(service);
        }
        Self(Rc::new(RefCell::new(Inner {
            sources,
            marks: choices.marks,
            servers,
            windows,
            folder: folders.settings.filter(|_| folders.is_kept),
            written: Arc::default(),
            writer: None,
            changes: 0,
            trouble,
        })))
    }

    /// Takes a file that was dropped onto a window, where its ending says that it is for a map.
    pub fn takes(&self, path: &Path) -> bool {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if MARKS.contains(&ending.as_str()) {
            self.add_marks(path.to_owned());
        } else if RASTERS.contains(&ending.as_str()) {
            self.add_file(FileSetting::new(path, FileRole::Auto));
        } else {
            return false;
        }
        true
    }

    fn inner(&self) -> RefMut<'_, Inner> {
        self.0.borrow_mut()
    }

    /// Layers of the ground for a globe with some settings, which this window shows.
    pub(super) fn ground(&self, ctx: &Context, settings: &GlobeSettings) -> GroundLayers {
        let now_s = ctx.input(|i| i.time);
        let inner = &mut *self.inner();
        inner.windows.note(ctx);
        let mut layers = GroundLayers::default();
        inner.servers.layers(settings, now_s, &mut layers);
        let files = inner.sources.layers();
        layers.imagery.extend(files.imagery);
        layers.elevation.extend(files.elevation);
        layers
    }

    /// Files of marks and lines, lowest first.
    pub(super) fn marks(&self) -> Vec<PathBuf> {
        self.inner().marks.clone()
    }

    /// Pictures and heights, lowest first.
    pub(super) fn files(&self) -> Vec<FileEntry> {
        self.inner().sources.list()
    }

    /// All servers, lowest first.
    pub(super) fn servers(&self) -> Vec<ServerEntry> {
        self.inner().servers.entries()
    }

    /// Whether servers are asked nothing.
    pub(super) fn is_offline(&self) -> bool {
        self.inner().servers.offline
    }

    /// How much each server may keep on disk, gigabytes.
    pub(super) fn disk_gb(&self) -> f64 {
        self.inner().servers.disk_gb
    }

    /// What is wrong with the lists themselves; empty where nothing is.
    pub(super) fn trouble(&self) -> String {
        let inner = self.inner();
        let written = inner.written.lock().unwrap_or_else(PoisonError::into_inner).1.clone();
        if written.is_empty() { inner.trouble.clone() } else { written }
    }

    /// Whether a file is being read or a tile is under way.
    pub fn is_waiting(&self) -> bool {
        let inner = self.inner();
        let reads = inner.sources.list().iter().any(|f| f.state == FileState::Opening);
        reads || inner.servers.is_busy()
    }

    /// The layer of a file or server of this name or identifier.
    pub(super) fn layer_of(&self, name: &str) -> Option<String> {
        let inner = self.inner();
        let is_it = |text: &str| text.eq_ignore_ascii_case(name);
        let servers = inner.servers.entries();
        let server = servers.iter().find(|s| is_it(&s.service.name) || is_it(&s.service.id));
        let files = inner.sources.list();
        let file = || files.iter().find(|f| is_it(&f.name)).map(|f| f.id.clone());
        server.map(|s| layer_id(&s.service.id)).or_else(file)
    }

    /// Whether a download runs.
    pub(super) fn is_downloading(&self) -> bool {
        let runs = |s: &ServerEntry| s.download.as_ref().is_some_and(|d| d.1.running);
        self.inner().servers.entries().iter().any(runs)
    }

    pub(super) fn add_file(&self, setting: FileSetting) {
        self.inner().sources.add(setting);
        self.changed();
    }

    pub(super) fn remove_file(&self, id: &str) {
        self.inner().sources.remove(id);
        self.changed();
    }

    pub(super) fn add_marks(&self, path: PathBuf) {
        let mut inner = self.inner();
        inner.marks.retain(|known| *known != path);
        inner.marks.push(path);
        drop(inner);
        self.changed();
    }

    pub(super) fn remove_marks(&self, path: &Path) {
        self.inner().marks.retain(|known| known != path);
        self.changed();
    }

    pub(super) fn add_server(&self, service: TileService) -> Result<(), String> {
        self.inner().servers.add(service)?;
        self.changed();
        Ok(())
    }

    pub(super) fn remove_server(&self, id: &str) {
        self.inner().servers.remove(id);
        self.changed();
    }

    pub(super) fn set_offline(&self, offline: bool) {
        self.inner().servers.set_offline(offline);
        self.changed();
    }

    pub(super) fn set_disk_gb(&self, gigabytes: f64) {
        self.inner().servers.set_disk_gb(gigabytes);
        self.changed();
    }

    /// Asks servers again that failed.
    pub(super) fn retry(&self) {
        self.inner().servers.retry();
    }

    /// Removes the tiles of a server from the disk.
    pub(super) fn empty(&self, id: &str, ctx: &Context) {
        self.inner().servers.empty(id, ctx.input(|i| i.time));
    }

    /// Prepares to keep an area of a server, so that its entry says what it takes.
    pub(super) fn prepare(&self, id: &str, area: Area, levels: (u32, u32), ctx: &Context) {
        self.inner().servers.prepare(id, area, levels, ctx.input(|i| i.time));
    }

    pub(super) fn start_download(&self, id: &str) {
        self.inner().servers.start(id);
    }

    pub(super) fn cancel_download(&self, id: &str) {
        self.inner().servers.cancel(id);
    }

    /// Writes the lists in the background; the newest text wins.
    fn changed(&self) {
        let inner = &mut *self.inner();
        let Some(folder) = inner.folder.clone() else { return };
        let choices = Choices {
            offline: inner.servers.offline,
            disk_gb: inner.servers.disk_gb,
            marks: inner.marks.clone(),
        };
        let text = kept::print(&choices, &inner.sources, &inner.servers.own());
        inner.changes += 1;
        let (number, written) = (inner.changes, Arc::clone(&inner.written));
        let write = move || {
            let mut newest = written.lock().unwrap_or_else(PoisonError::into_inner);
            if newest.0 > number {
                return;
            }
            newest.0 = number;
            newest.1 = kept::save(&folder, &text).err().map_or_else(String::new, |error| {
                format!(
                    "The list of map data cannot be written to {} ({error}). Check its \
                     permissions and space.",
                    folder.display()
                )
            });
        };
        match thread::Builder::new().name("globe data".to_owned()).spawn(write) {
            // An older one ends by itself; the newest is waited for at the end.
            Ok(writer) => inner.writer = Some(writer),
            Err(error) => inner.trouble = format!("The list of map data was not kept: {error}."),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            // Its panic has nothing to say that matters at the end.
            let _ = writer.join();
        }
    }
}
