//! Windows that the command line gives: passes, conjunction, restricted sols.

use std::collections::BTreeMap;

use anyhow::{bail, ensure};
use marsdeck_engine::plan::{Model, Windows};
use marsdeck_engine::time::TimeRange;

use super::place;

/// Windows that nothing computes.
#[derive(Debug, clap::Args)]
pub(super) struct WindowArguments {
    /// Times of a window that is not computed, as `pass=FROM..TO` or `restricted="Sol 710/Sol 711"`
    /// (the end not included); may be given more than once
    #[arg(long, value_name = "ID=FROM..TO")]
    window: Vec<String>,
}

impl WindowArguments {
    /// Windows that are computed over a range, and those of the command line.
    pub(super) fn over(&self, model: &Model, range: TimeRange) -> anyhow::Result<Windows> {
        let mission = &model.mission;
        let mut windows = Windows::of(model, range);
        let mut own: BTreeMap<&str, Vec<TimeRange>> = BTreeMap::new();
        for text in &self.window {
            let Some((id, from, to)) = parts(text) else {
                bail!(
                    "{text:?} is no window; write it as \
                     pass=2019-07-26T12:00:00..2019-07-26T12:15:00"
                )
            };
            if !model.windows.contains_key(id) {
                let known: Vec<&str> = model.windows.keys().map(String::as_str).collect();
                bail!("the mission {mission} has no window {id:?}; it has {}", known.join(", "));
            }
            let (from, to) = (place::instant(from, mission)?, place::instant(to, mission)?);
            ensure!(from < to, "{text:?} ends before it starts; exchange its times");
            own.entry(id).or_default().push(TimeRange::new(from, to));
        }
        for (id, intervals) in own {
            windows.set(id, intervals);
        }
        Ok(windows)
    }
}

/// Identifier, start and end, with two points or a slash between the times.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let (id, times) = text.split_once('=')?;
    let (from, to) = times.split_once("..").or_else(|| times.split_once('/'))?;
    Some((id, from, to))
}
