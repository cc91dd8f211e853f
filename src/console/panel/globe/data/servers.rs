//! Tile servers: which there are, and the store of each while somebody looks at it.

use std::path::PathBuf;
use std::sync::Arc;

use marsdeck_engine::remote::tiles::{
    Area, Download, Estimate, Progress, Role, TileLimits, TileService, TileStore, trek,
};
use marsdeck_engine::time::{Clock, SystemClock};

use super::wake::Windows;
use crate::globe::ground::source::{Datum, Elevation, Given, Imagery};
use crate::globe::ground::tile;
use crate::globe::{ElevationLayer, GlobeSettings, GroundLayers, ImageryLayer};
use crate::panel::globe::sources::{RemoteElevation, RemoteImagery};

/// A store that nobody has looked at for so long is closed, seconds.
const IDLE_S: f64 = 60.0;
/// Memory of a store: the globe keeps what it made of the tiles by itself.
const MEMORY_BYTES: usize = 64 << 20;
/// Bytes of a gigabyte, as disks count.
const GB: f64 = 1e9;

/// A server for the list.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::panel::globe) struct ServerEntry {
    pub service: TileService,
    /// Whether the user added it.
    pub is_own: bool,
    /// What is wrong; empty where all is well or nobody has asked it anything.
    pub trouble: String,
    /// Tiles and bytes on this computer, once somebody looked.
    pub kept: Option<(u64, u64)>,
    /// The area that is being taken offline.
    pub download: Option<(Estimate, Progress)>,
}

/// The store of a server, and what the globe asks.
struct Open {
    store: Arc<TileStore>,
    imagery: Arc<dyn Imagery>,
    elevation: Arc<dyn Elevation>,
}

enum State {
    Closed,
    Open(Open),
    Failed(String),
}

struct Server {
    service: TileService,
    is_own: bool,
    state: State,
    /// When a globe last showed it, seconds of the user interface's clock.
    shown_s: f64,
    download: Option<Download>,
}

/// All servers. A store is opened when a globe shows its layer, and closed a minute after the last
/// look, so that hidden layers cost nothing.
pub(super) struct Servers {
    list: Vec<Server>,
    folder: Option<PathBuf>,
    windows: Windows,
    pub offline: bool,
    pub disk_gb: f64,
}

/// Where nothing lies: the layer of a server that nobody shows.
struct Nowhere;

impl Imagery for Nowhere {
    fn paint(&self, _: tile::Area, _: &mut [[u8; 4]]) -> Given {
        Given::Nothing
    }

    fn finest_deg(&self, _: tile::Area) -> f64 {
        f64::INFINITY
    }

    fn version(&self) -> u64 {
        0
    }
}

impl Elevation for Nowhere {
    fn heights(&self, _: tile::Area, _: usize, _: &mut [[f32; 2]]) -> Given {
        Given::Nothing
    }

    fn datum(&self) -> Datum {
        Datum::Areoid
    }

    fn finest_deg(&self, _: tile::Area) -> f64 {
        f64::INFINITY
    }

    fn version(&self) -> u64 {
        0
    }
}

impl Servers {
    /// The built-in ones; tiles are kept in the folder.
    pub(super) fn new(folder: Option<PathBuf>, windows: Windows) -> Self {
        let mut servers =
            Self { list: Vec::new(), folder, windows, offline: false, disk_gb: super::DISK_GB };
        servers.list.extend(trek().into_iter().map(|s| Server::new(s, false)));
        servers
    }

    /// Adds one of the user's, above the others.
    pub(super) fn add(&mut self, service: TileService) -> Result<(), String> {
        service.check()?;
        if self.list.iter().any(|s| s.service.id == service.id) {
            return Err(format!("there is one with the short name {} already", service.id));
        }
        self.list.push(Server::new(service, true));
        Ok(())
    }

    /// Takes one of the user's away. Its tiles stay on the disk.
    pub(super) fn remove(&mut self, id: &str) {
        self.list.retain(|s| !s.is_own || s.service.id != id);
    }

    /// Those that the user added.
    pub(super) fn own(&self) -> Vec<TileService> {
        self.list.iter().filter(|s| s.is_own).map(|s| s.service.clone()).collect()
    }

    pub(super) fn entries(&self) -> Vec<ServerEntry> {
        self.list.iter().map(Server::entry).collect()
    }

    /// Whether a tile that a globe wants is under way.
    pub(super) fn is_busy(&self) -> bool {
        let busy = |s: &Server| matches!(&s.state, State::Open(open) if open.store.is_busy());
        self.list.iter().any(busy)
    }

    /// Asks servers nothing from now on, or does again.
    pub(super) fn set_offline(&mut self, offline: bool) {
        self.offline = offline;
        for server in &self.list {
            if let State::Open(open) = &server.state {
                open.store.set_offline(offline);
            }
        }
    }

    /// How much each server may keep on disk.
    pub(super) fn set_disk_gb(&mut self, gigabytes: f64) {
        self.disk_gb = gigabytes;
        for server in &self.list {
            if let State::Open(open) = &server.state {
                open.store.set_disk_limit((gigabytes * GB) as u64);
            }
        }
    }

    /// Tries again what failed.
    pub(super) fn retry(&mut self) {
        for server in &mut self.list {
            match &server.state {
                State::Open(open) => open.store.retry(),
                State::Failed(_) => server.state = State::Closed,
                State::Closed => {}
            }
        }
    }

    /// Removes the tiles of a server from the disk.
    pub(super) fn empty(&mut self, id: &str, now_s: f64) {
        if let Some(store) = self.store(id, now_s) {
            store.clear_cache();
        }
    }

    /// Prepares to keep an area; what it takes is in the entry then.
    pub(super) fn prepare(&mut self, id: &str, area: tile::Area, levels: (u32, u32), now_s: f64) {
        let tile::Area { west, east, south, north } = area;
        let area = Area { west, south, east, north };
        let Some(store) = self.store(id, now_s) else { return };
        let download = store.download(area, levels);
        if let Some(server) = self.list.iter_mut().find(|s| s.service.id == id) {
            server.download = Some(download);
        }
    }

    pub(super) fn start(&mut self, id: &str) {
        if let Some(download) = self.download(id) {
            download.start();
        }
    }

    /// Stops a download; what was kept stays.
    pub(super) fn cancel(&mut self, id: &str) {
        if let Some(download) = self.download(id) {
            download.cancel();
        }
    }

    fn download(&self, id: &str) -> Option<&Download> {
        self.list.iter().find(|s| s.service.id == id)?.download.as_ref()
    }

    /// The store of a server, opened where it is not.
    fn store(&mut self, id: &str, now_s: f64) -> Option<Arc<TileStore>> {
        let at = self.list.iter().position(|s| s.service.id == id)?;
        self.open(at, now_s);
        match &self.list.get(at)?.state {
            State::Open(open) => Some(Arc::clone(&open.store)),
            State::Closed | State::Failed(_) => None,
        }
    }

    fn open(&mut self, at: usize, now_s: f64) {
        let Some(server) = self.list.get_mut(at) else { return };
        server.shown_s = now_s;
        if !matches!(server.state, State::Closed) {
            return;
        }
        let (windows, service) = (self.windows.clone(), server.service.clone());
        let limits = TileLimits {
            memory_bytes: MEMORY_BYTES,
            disk_bytes: (self.disk_gb * GB) as u64,
            ..TileLimits::default()
        };
        let clock = Arc::new(|| SystemClock.now());
        let wake = Arc::new(move || windows.wake());
        let role = service.role;
        server.state =
            match TileStore::with_limits(service, self.folder.clone(), clock, wake, limits) {
                Err(error) => State::Failed(error),
                Ok(store) => {
                    store.set_offline(self.offline);
                    State::Open(Open::new(Arc::new(store), role))
                }
            };
    }

    /// Layers of all servers: `settings` says which are looked at.
    pub(super) fn layers(
        &mut self,
        settings: &GlobeSettings,
        now_s: f64,
        layers: &mut GroundLayers,
    ) {
        for at in 0..self.list.len() {
            let Some(server) = self.list.get_mut(at) else { continue };
            let id = layer_id(&server.service.id);
            if settings.layers.get(&id).is_some_and(|l| l.visible) {
                self.open(at, now_s);
            } else {
                server.close_when_idle(now_s);
            }
            let Some(server) = self.list.get(at) else { continue };
            server.layer(id, layers);
        }
    }
}

/// Settings of the layer of a server are kept under this.
pub(in crate::panel::globe) fn layer_id(service: &str) -> String {
    format!("server:{service}")
}

impl Open {
    fn new(store: Arc<TileStore>, role: Role) -> Self {
        let elevation: Arc<dyn Elevation> = match role {
            Role::Elevation { encoding } => {
                Arc::new(RemoteElevation::new(Arc::clone(&store) as _, encoding, Datum::Areoid))
            }
            Role::Imagery => Arc::new(Nowhere),
        };
        let imagery = Arc::new(RemoteImagery::new(Arc::clone(&store) as _));
        Self { store, imagery, elevation }
    }
}

impl Server {
    fn new(service: TileService, is_own: bool) -> Self {
        Self { service, is_own, state: State::Closed, shown_s: f64::NEG_INFINITY, download: None }
    }

    fn trouble(&self) -> String {
        match &self.state {
            State::Closed => String::new(),
            State::Open(open) => open.store.status(),
            State::Failed(why) => why.clone(),
        }
    }

    fn entry(&self) -> ServerEntry {
        ServerEntry {
            service: self.service.clone(),
            is_own: self.is_own,
            trouble: self.trouble(),
            kept: match &self.state {
                State::Open(open) => Some(open.store.kept()),
                State::Closed | State::Failed(_) => None,
            },
            download: self.download.as_ref().map(|d| (d.estimate(), d.progress())),
        }
    }

    fn close_when_idle(&mut self, now_s: f64) {
        let is_busy = self.download.as_ref().is_some_and(|d| d.progress().running);
        if now_s - self.shown_s > IDLE_S && !is_busy && self.download.is_none() {
            self.state = State::Closed;
        }
    }

    fn layer(&self, id: String, layers: &mut GroundLayers) {
        let (name, trouble) = (self.service.name.clone(), self.trouble());
        let open = match &self.state {
            State::Open(open) => Some(open),
            State::Closed | State::Failed(_) => None,
        };
        match self.service.role {
            Role::Imagery => layers.imagery.push(ImageryLayer {
                id,
                name,
                visible: false,
                credit: self.service.credit.clone(),
                trouble,
                source: open.map_or_else(|| Arc::new(Nowhere) as _, |o| Arc::clone(&o.imagery)),
            }),
            Role::Elevation { .. } => layers.elevation.push(ElevationLayer {
                id,
                name,
                visible: false,
                trouble,
                source: open.map_or_else(|| Arc::new(Nowhere) as _, |o| Arc::clone(&o.elevation)),
            }),
        }
    }
}
