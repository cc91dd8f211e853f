//! What lies on the ground of the globe besides the built-in terrain: files of the user's
//! ([`Sources`]) and tiles of servers ([`RemoteImagery`], [`RemoteElevation`]).

mod apron;
mod file;
mod patch;
mod pyramid;
mod remote;
#[cfg(test)]
mod tests;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde::{Deserialize, Serialize};

use crate::globe::ground::source::Datum;
use crate::globe::ground::tile::Area;
use crate::globe::{ElevationLayer, GroundLayers, ImageryLayer};

pub use patch::{PatchElevation, PatchImagery};
pub use remote::{RemoteElevation, RemoteImagery, Tiles};

/// What a file shall be on the globe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileRole {
    /// A picture.
    Picture,
    /// Heights.
    Heights,
    /// A picture where its samples are bytes, else heights.
    #[default]
    Auto,
}

/// What the heights of a file are counted from, where the user knows better than the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileDatum {
    /// The areoid.
    Areoid,
    /// The IAU 2000 ellipsoid.
    Ellipsoid,
    /// A sphere of 3396.19 km.
    Sphere,
}

impl From<FileDatum> for Datum {
    fn from(datum: FileDatum) -> Self {
        match datum {
            FileDatum::Areoid => Self::Areoid,
            FileDatum::Ellipsoid => Self::Ellipsoid,
            FileDatum::Sphere => Self::Sphere,
        }
    }
}

/// A file as it is kept in settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileSetting {
    /// Where it lies.
    pub path: PathBuf,
    /// What it shall be.
    #[serde(default)]
    pub role: FileRole,
    /// What its heights are counted from; by its own words where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datum: Option<FileDatum>,
    /// Western edge of a picture of the whole planet that says nothing of it, degrees.
    #[serde(default = "first_lon", skip_serializing_if = "is_first_lon")]
    pub first_lon: f64,
}

fn first_lon() -> f64 {
    -180.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_first_lon(lon: &f64) -> bool {
    *lon == first_lon()
}

impl FileSetting {
    /// A file with nothing more said of it.
    pub fn new(path: impl Into<PathBuf>, role: FileRole) -> Self {
        Self { path: path.into(), role, datum: None, first_lon: first_lon() }
    }
}

/// How a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// It is being read.
    Opening,
    /// It lies on the globe; words about what of it could not be read, empty where all could.
    Open(String),
    /// Why it does not, and what to do.
    Failed(String),
}

/// A file in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct FileEntry {
    /// Identifier of its layer; stays the same as long as its path does.
    pub id: String,
    /// Name of the file.
    pub name: String,
    /// As it is kept.
    pub setting: FileSetting,
    /// How it is.
    pub state: FileState,
    /// Where it lies, once it is open.
    pub area: Option<Area>,
}

/// What a file became.
#[derive(Clone)]
enum Ground {
    Picture(Arc<PatchImagery>),
    Heights(Arc<PatchElevation>),
}

impl Ground {
    fn area(&self) -> Area {
        match self {
            Self::Picture(picture) => picture.area(),
            Self::Heights(heights) => heights.area(),
        }
    }
}

/// Ground, with words about what of it could not be read.
type Opened = Result<(Ground, String), String>;

struct UserFile {
    id: String,
    name: String,
    setting: FileSetting,
    /// None until it is read.
    opened: Arc<Mutex<Option<Opened>>>,
}

/// Called, in any thread, when a file has been read.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Files that the user laid on the globe, lowest first. Each is read in a thread of its own.
pub struct Sources {
    files: Vec<UserFile>,
    wake: Wake,
}

/// The form in which the list is kept.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    #[serde(default, rename = "file")]
    files: Vec<FileSetting>,
}

impl Sources {
    /// None yet; `wake` is called when one has been read.
    pub fn new(wake: Wake) -> Self {
        Self { files: Vec::new(), wake }
    }

    /// Lays a file on the globe, above all others, and starts to read it. One that is there
    /// already is read again.
    pub fn add_file(&mut self, path: &Path, role: FileRole) {
        self.add(FileSetting::new(path, role));
    }

    /// The same with all that can be said of a file.
    pub fn add(&mut self, setting: FileSetting) {
        // Settings of layers may go to other people, paths may not.
        let mut hasher = DefaultHasher::new();
        setting.path.hash(&mut hasher);
        let id = format!("file:{:016x}", hasher.finish());
        let name = setting.path.file_name().unwrap_or(setting.path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        let opened = Arc::new(Mutex::new(None));
        let (slot, wake, job) = (opened.clone(), self.wake.clone(), setting.clone());
        let work = move || {
            let outcome = file::open(&job);
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            wake();
        };
        if let Err(error) = thread::Builder::new().name("globe patch".to_owned()).spawn(work) {
            let reason = format!("no thread to read it: {error}; close other programs");
            *opened.lock().unwrap_or_else(PoisonError::into_inner) = Some(Err(reason));
        }
        let file = UserFile { id, name, setting, opened };
        match self.files.iter_mut().find(|f| f.id == file.id) {
            Some(known) => *known = file,
            None => self.files.push(file),
        }
    }

    /// Takes a file off the globe.
    pub fn remove(&mut self, id: &str) {
        self.files.retain(|f| f.id != id);
    }

    /// All files and how they are, lowest first.
    pub fn list(&self) -> Vec<FileEntry> {
        let entry = |file: &UserFile| {
            let (state, area) = match &*file.opened.lock().unwrap_or_else(PoisonError::into_inner) {
                None => (FileState::Opening, None),
                Some(Ok((ground, words))) => (FileState::Open(words.clone()), Some(ground.area())),
                Some(Err(reason)) => (FileState::Failed(reason.clone()), None),
            };
            let (id, name) = (file.id.clone(), file.name.clone());
            FileEntry { id, name, setting: file.setting.clone(), state, area }
        };
        self.files.iter().map(entry).collect()
    }

    /// The files that are open, as layers of the ground.
    pub fn layers(&self) -> GroundLayers {
        let mut layers = GroundLayers::default();
        for file in &self.files {
            let (id, name) = (file.id.clone(), file.name.clone());
            match &*file.opened.lock().unwrap_or_else(PoisonError::into_inner) {
                Some(Ok((Ground::Picture(source), trouble))) => layers.imagery.push(ImageryLayer {
                    id,
                    name,
                    visible: true,
                    credit: String::new(),
                    trouble: trouble.clone(),
                    source: source.clone(),
                }),
                Some(Ok((Ground::Heights(source), trouble))) => {
                    layers.elevation.push(ElevationLayer {
                        id,
                        name,
                        visible: true,
                        trouble: trouble.clone(),
                        source: source.clone(),
                    });
                }
                Some(Err(_)) | None => {}
            }
        }
        layers
    }

    /// The list as text that can be kept.
    pub fn to_toml(&self) -> String {
        let files = self.files.iter().map(|f| f.setting.clone()).collect();
        // A path that is no text has no form in TOML: the list is then kept without it.
        toml::to_string(&Kept { files }).unwrap_or_else(|_| {
            let is_text = |s: &FileSetting| s.path.to_str().is_some();
            let files = self.files.iter().map(|f| f.setting.clone()).filter(is_text).collect();
            toml::to_string(&Kept { files }).unwrap_or_default()
        })
    }

    /// A list that was kept, its files being read anew; or why the text is none.
    pub fn from_toml(text: &str, wake: Wake) -> Result<Self, String> {
        let kept: Kept = toml::from_str(text).map_err(|error| {
            format!("the list of files on the globe cannot be read ({error}): add them again")
        })?;
        let mut sources = Self::new(wake);
        for setting in kept.files {
            sources.add(setting);
        }
        Ok(sources)
    }
}
