//! Between layouts as data and the trees on screen.

use egui_tiles::{Container, Grid, Linear, LinearDir, Tabs, Tile, TileId, Tiles, Tree};

use super::dock::Pane;
use crate::state::{DEEPEST, Layout, MOST_PARTS};

/// A tree that shows a layout.
pub(super) fn tree_of(id: egui::Id, layout: &Layout) -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let root = insert(&mut tiles, layout);
    Tree::new(id, root, tiles)
}

fn insert(tiles: &mut Tiles<Pane>, layout: &Layout) -> TileId {
    let container = match layout {
        Layout::Panel(title) => return tiles.insert_pane(Pane(title.clone())),
        Layout::Tabs(parts, front) => {
            let children: Vec<TileId> = parts.iter().map(|part| insert(tiles, part)).collect();
            let front = children.get(*front).copied();
            let mut tabs = Tabs::new(children);
            if let Some(front) = front {
                tabs.set_active(front);
            }
            Container::Tabs(tabs)
        }
        Layout::Row(parts) => linear(tiles, LinearDir::Horizontal, parts),
        Layout::Column(parts) => linear(tiles, LinearDir::Vertical, parts),
        Layout::Grid(parts) => {
            Container::Grid(Grid::new(parts.iter().map(|part| insert(tiles, part)).collect()))
        }
    };
    tiles.insert_container(container)
}

fn linear(tiles: &mut Tiles<Pane>, dir: LinearDir, parts: &[(f32, Layout)]) -> Container {
    let children: Vec<TileId> = parts.iter().map(|(_, part)| insert(tiles, part)).collect();
    let mut linear = Linear::new(dir, children.clone());
    for (child, (share, _)) in children.into_iter().zip(parts) {
        linear.shares.set_share(child, *share);
    }
    Container::Linear(linear)
}

/// What a tree shows; none where it shows nothing, or where it is larger than a layout may be or
/// runs in circles, which a file may claim.
pub(super) fn layout_of(tree: &Tree<Pane>) -> Option<Layout> {
    part_of(tree, tree.root()?)
}

/// The same of a part of a tree.
pub(super) fn part_of(tree: &Tree<Pane>, tile: TileId) -> Option<Layout> {
    let mut left = MOST_PARTS;
    read(&tree.tiles, tile, 0, &mut left).ok().flatten()
}

/// Too large, too deep or a circle.
struct Boundless;

fn read(
    tiles: &Tiles<Pane>,
    tile: TileId,
    depth: usize,
    left: &mut usize,
) -> Result<Option<Layout>, Boundless> {
    *left = left.checked_sub(1).ok_or(Boundless)?;
    if depth > DEEPEST {
        return Err(Boundless);
    }
    let container = match tiles.get(tile) {
        None => return Ok(None),
        Some(Tile::Pane(pane)) => return Ok(Some(Layout::Panel(pane.0.clone()))),
        Some(Tile::Container(container)) => container,
    };
    let mut parts = Vec::new();
    for child in container.children() {
        if let Some(part) = read(tiles, *child, depth + 1, left)? {
            parts.push((*child, part));
        }
    }
    if parts.is_empty() {
        return Ok(None);
    }
    let plain = |parts: Vec<(TileId, Layout)>| parts.into_iter().map(|(_, part)| part).collect();
    Ok(Some(match container {
        Container::Tabs(tabs) => {
            let front = parts.iter().position(|(child, _)| tabs.active == Some(*child));
            Layout::Tabs(plain(parts), front.unwrap_or(0))
        }
        Container::Linear(linear) => {
            let share = |child: TileId| {
                let share = linear.shares.iter().find(|(id, _)| **id == child);
                share.map_or(1.0, |(_, share)| *share)
            };
            let shared = parts.into_iter().map(|(child, part)| (share(child), part)).collect();
            match linear.dir {
                LinearDir::Horizontal => Layout::Row(shared),
                LinearDir::Vertical => Layout::Column(shared),
            }
        }
        Container::Grid(_) => Layout::Grid(plain(parts)),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_and_layouts_are_the_same() {
        let panel = |title: &str| Layout::Panel(title.to_owned());
        let tabs = Layout::Tabs(vec![panel("Watch"), panel("Alarms")], 1);
        let grid = Layout::Grid(vec![panel("Log"), Layout::single("Globe")]);
        let column = Layout::Column(vec![(0.5, grid), (1.5, panel("Plots"))]);
        let layout = Layout::Row(vec![(0.7, tabs), (0.3, column)]);
        let tree = tree_of(egui::Id::unique("test"), &layout);
        assert_eq!(layout_of(&tree), Some(layout));
    }

    #[test]
    fn circles_are_no_layout() {
        let mut tree = tree_of(egui::Id::unique("test"), &Layout::single("Watch"));
        let root = tree.root().expect("a root");
        if let Some(Tile::Container(container)) = tree.tiles.get_mut(root) {
            container.add_child(root);
        }
        assert_eq!(layout_of(&tree), None);
        let empty: Tree<Pane> = Tree::empty(egui::Id::unique("empty"));
        assert_eq!(layout_of(&empty), None);
    }
}
