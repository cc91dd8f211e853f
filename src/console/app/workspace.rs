//! The workspaces that come with the console, as trees of panel titles.

use egui_tiles::{Container, Linear, LinearDir, Tabs, TileId, Tiles, Tree};

use super::dock::Pane;
use super::trees::{layout_of, tree_of};
use crate::state::Settings;

/// Names of the workspaces that come with the console, in the order of the strip.
pub const WORKSPACES: [&str; 10] = [
    "Watch",
    "Seismic",
    "Atmosphere",
    "ChemCam",
    "SAM",
    "Archive",
    "Globe",
    "Links",
    "Plan",
    "Uplink",
];

/// A layout as data.
enum Spec {
    /// Panels in tabs; the first one is in front.
    Tabs(&'static [&'static str]),
    /// Side by side, with shares of the width.
    Row(Vec<(f32, Spec)>),
    /// One above the other, with shares of the height.
    Column(Vec<(f32, Spec)>),
}

/// The layout that a workspace comes with; an unknown name gives an empty one with the Watch panel.
fn default_tree(name: &str) -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let root = build(&mut tiles, spec(name));
    Tree::new(tree_id(name), root, tiles)
}

/// The id of the tree of a workspace.
pub(super) fn tree_id(name: &str) -> egui::Id {
    egui::Id::unique(("workspace", name))
}

/// The layout that the operator left, or the one that the workspace comes with.
pub(super) fn stored_tree(settings: &Settings, name: &str) -> Tree<Pane> {
    settings
        .layouts
        .get(name)
        .and_then(|value| serde_json::from_value::<Tree<Pane>>(value.clone()).ok())
        // Built anew, since a file may claim a tree that runs in circles.
        .and_then(|tree| layout_of(&tree))
        .map_or_else(|| default_tree(name), |layout| tree_of(tree_id(name), &layout))
}

/// A tree of one panel, for showing it alone.
pub(super) fn single_tree(title: &str) -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let pane = tiles.insert_pane(Pane(title.to_owned()));
    let root = tiles.insert_tab_tile(vec![pane]);
    Tree::new(tree_id(title), root, tiles)
}

fn build(tiles: &mut Tiles<Pane>, spec: Spec) -> TileId {
    match spec {
        Spec::Tabs(titles) => {
            let panes: Vec<TileId> =
                titles.iter().map(|title| tiles.insert_pane(Pane((*title).to_owned()))).collect();
            let mut tabs = Tabs::new(panes.clone());
            if let Some(first) = panes.first() {
                tabs.set_active(*first);
            }
            tiles.insert_container(Container::Tabs(tabs))
        }
        Spec::Row(parts) => linear(tiles, LinearDir::Horizontal, parts),
        Spec::Column(parts) => linear(tiles, LinearDir::Vertical, parts),
    }
}

fn linear(tiles: &mut Tiles<Pane>, dir: LinearDir, parts: Vec<(f32, Spec)>) -> TileId {
    let mut children = Vec::new();
    let mut shares = Vec::new();
    for (share, part) in parts {
        children.push(build(tiles, part));
        shares.push(share);
    }
    let mut linear = Linear::new(dir, children.clone());
    for (child, share) in children.into_iter().zip(shares) {
        linear.shares.set_share(child, share);
    }
    tiles.insert_container(Container::Linear(linear))
}

fn spec(name: &str) -> Spec {
    use Spec::{Column, Row, Tabs};
    match name {
        "Seismic" => Column(vec![
            (0.58, Tabs(&["Seismogram", "Plots"])),
            (0.42, Row(vec![(0.62, Tabs(&["Catalogue"])), (0.38, Tabs(&["Globe", "Instrument"]))])),
        ]),
        "Atmosphere" => Row(vec![
            (0.66, Tabs(&["Plots"])),
            (0.34, Column(vec![(0.5, Tabs(&["Parameters"])), (0.5, Tabs(&["Instrument"]))])),
        ]),
        "ChemCam" => Row(vec![
            (0.66, Tabs(&["Spectra", "Plots"])),
            (0.34, Column(vec![(0.5, Tabs(&["Products"])), (0.5, Tabs(&["Instrument"]))])),
        ]),
        "SAM" => Row(vec![
            (0.62, Tabs(&["Plots"])),
            (0.38, Column(vec![(0.5, Tabs(&["Instrument"])), (0.5, Tabs(&["Parameters"]))])),
        ]),
        "Archive" => Row(vec![
            (0.62, Column(vec![(0.56, Tabs(&["Products"])), (0.44, Tabs(&["Events"]))])),
            (0.38, Column(vec![(0.5, Tabs(&["Parameters", "Catalogue"])), (0.5, Tabs(&["Log"]))])),
        ]),
        "Globe" => Row(vec![
            (0.74, Tabs(&["Globe"])),
            (0.26, Column(vec![(0.5, Tabs(&["Catalogue"])), (0.5, Tabs(&["Clocks"]))])),
        ]),
        "Plan" => {
            Tabs(&["Plan", "Sequence", "Instrument tables", "Event requests", "Passes", "Log"])
        }
        "Links" => {
            Column(vec![(0.42, Tabs(&["Links"])), (0.58, Tabs(&["Packets", "Passes", "Health"]))])
        }
        "Uplink" => Row(vec![
            (0.7, Tabs(&["Commands", "Exchange"])),
            (0.3, Column(vec![(0.5, Tabs(&["Accounts"])), (0.5, Tabs(&["Audit trail", "Log"]))])),
        ]),
        _ => Row(vec![
            (0.7, Tabs(&["Watch", "Alarms", "Links"])),
            (
                0.3,
                Column(vec![
                    (0.55, Tabs(&["Globe"])),
                    (0.45, Tabs(&["Clocks", "Log book", "Log"])),
                ]),
            ),
        ]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_survive_json() {
        for name in WORKSPACES {
            let tree = default_tree(name);
            let json = serde_json::to_value(&tree).expect("a value");
            let back: Tree<Pane> = serde_json::from_value(json).expect("a tree");
            assert_eq!(tree, back, "{name}");
        }
    }
}
