//! Which bands the timeline has, from top to bottom.

use super::super::super::model::desk::Desk;
use super::Timeline;

/// What a band shows; numbers are positions in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Violations.
    Marks,
    /// Elevation of the Sun.
    Sun,
    /// A line above a group.
    Title(Title),
    Window(usize),
    /// Group and lane.
    Lane(usize, usize),
    State(usize),
    Resource(usize),
}

/// Whose title it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Title {
    Windows,
    Group(usize),
    States,
    Resources,
}

/// A band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Band {
    pub what: What,
    pub height: f32,
}

impl Band {
    /// Group and lane of activities.
    pub fn lane(&self) -> Option<(usize, usize)> {
        match self.what {
            What::Lane(group, row) => Some((group, row)),
            _ => None,
        }
    }
}

/// The name by which a group is folded.
pub(super) fn title_name(title: Title, desk: &Desk) -> String {
    match title {
        Title::Windows => "Passes and windows".to_owned(),
        Title::States => "States".to_owned(),
        Title::Resources => "Resources".to_owned(),
        Title::Group(at) => {
            let name = desk.picture.groups.get(at).map_or("", |g| g.instrument.as_str());
            if name.is_empty() { "Unknown types".to_owned() } else { name.to_owned() }
        }
    }
}

/// All bands.
pub(super) fn bands(timeline: &Timeline, desk: &Desk) -> Vec<Band> {
    let picture = &desk.picture;
    let mut list = Vec::new();
    let mut put = |what, height| list.push(Band { what, height });
    let is_open = |title| !timeline.folded.contains(&title_name(title, desk));
    put(What::Marks, 22.0);
    put(What::Sun, 40.0);
    put(What::Title(Title::Windows), 20.0);
    if is_open(Title::Windows) {
        (0..picture.windows.len()).for_each(|at| put(What::Window(at), 15.0));
    }
    // What really happened needs room below.
    let lane = if timeline.actual.is_empty() { 24.0 } else { 32.0 };
    for (at, group) in picture.groups.iter().enumerate() {
        put(What::Title(Title::Group(at)), 20.0);
        if is_open(Title::Group(at)) {
            (0..group.rows.len()).for_each(|row| put(What::Lane(at, row), lane));
        }
    }
    put(What::Title(Title::States), 20.0);
    if is_open(Title::States) {
        (0..picture.states.len()).for_each(|at| put(What::State(at), 19.0));
    }
    put(What::Title(Title::Resources), 20.0);
    if is_open(Title::Resources) {
        (0..picture.resources.len()).for_each(|at| put(What::Resource(at), 62.0));
    }
    list
}
