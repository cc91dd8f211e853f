//! Opens one file of the user's: reads it and what lies beside it, in the thread it is called in.

use std::fs::{self, File};
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use marsdeck_engine::format::raster::{self, Options, Samples, Want};
use marsdeck_engine::problem::Problem;

use super::{FileRole, FileSetting, Ground, Opened, PatchElevation, PatchImagery};

/// Largest file that is read, bytes: the largest HiRISE terrain models have 2 GB.
const MOST_BYTES: u64 = 4 << 30;
/// Beginning of a file that tells what lies beside it.
const HEAD_BYTES: usize = 64 << 10;
/// Problems that are told of a file.
const MOST_TOLD: usize = 3;

/// Reads a file and makes ground of it, or says why that cannot be.
pub(super) fn open(setting: &FileSetting) -> Opened {
    // Decoders of other people's making meet bytes from anywhere.
    catch_unwind(AssertUnwindSafe(|| opened(setting))).unwrap_or_else(|_| {
        Err("the decoder failed on it; convert it with gdal_translate and add it again".to_owned())
    })
}

fn opened(setting: &FileSetting) -> Opened {
    let bytes = bytes(&setting.path)?;
    let beside = beside(&setting.path, &bytes);
    let want = match setting.role {
        FileRole::Picture => Want::Picture,
        FileRole::Heights => Want::Heights,
        FileRole::Auto => Want::Auto,
    };
    let options = Options { want, first_lon: setting.first_lon };
    let (raster, problems) = raster::read(&bytes, beside.as_deref(), &options);
    drop((bytes, beside));
    let Some(raster) = raster else { return Err(words(&problems)) };
    let ground: Option<Ground> = match &raster.samples {
        Samples::Rgba(_) => PatchImagery::new(raster).map(|p| Ground::Picture(Arc::new(p))),
        Samples::Heights(_) => PatchElevation::new(raster, setting.datum.map(Into::into))
            .map(|p| Ground::Heights(Arc::new(p))),
    };
    let ground = ground.ok_or("it holds no pixels; export it again")?;
    Ok((ground, words(&problems)))
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let refused = |error: std::io::Error| format!("{error}; check that it is there and readable");
    let file = File::open(path).map_err(refused)?;
    let about = file.metadata().map_err(refused)?;
    if !about.is_file() || about.len() > MOST_BYTES {
        let reason = "it is no plain file of less than 4 GiB; cut out the part you need";
        return Err(reason.to_owned());
    }
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(refused)?;
    Ok(bytes)
}

/// The file that belongs to a file, from its own folder.
fn beside(path: &Path, bytes: &[u8]) -> Option<Vec<u8>> {
    let name = path.file_name()?.to_str()?;
    let head = bytes.get(..bytes.len().min(HEAD_BYTES)).unwrap_or_default();
    let folder = path.parent()?;
    // A label may name any path: only the name counts.
    let names = raster::beside(name, head).into_iter();
    let mut paths = names.filter_map(|n| Some(folder.join(Path::new(&n).file_name()?)));
    paths.find_map(|p| self::bytes(&p).or_else(|_| self::bytes(&other_case(&p))).ok())
}

/// The same file with its name in the other case, as volumes copied from CD have it.
fn other_case(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let lower = path.with_file_name(name.to_lowercase());
    let is_there = fs::exists(&lower).unwrap_or(false);
    if is_there { lower } else { path.with_file_name(name.to_uppercase()) }
}

fn words(problems: &[Problem]) -> String {
    let mut words: Vec<String> =
        problems.iter().take(MOST_TOLD).map(|p| format!("{}: {}", p.field, p.reason)).collect();
    if problems.len() > MOST_TOLD {
        words.push(format!("and {} more", problems.len() - MOST_TOLD));
    }
    words.join("; ")
}
