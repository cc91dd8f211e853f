//! Files into dictionaries: which file includes which, which stand side by side, and what a file
//! needs of others.

use std::collections::{BTreeSet, HashMap};

use crate::format::xmltree::{Node, Problems, Tree, decode, root_name};
use crate::mission::telemetry::Dictionary;
use crate::problem::Problem;

use super::graph::{Edge, judge};
use super::names::{Names, is_include};
use super::notes::{Lines, Notes, Place, shown};
use super::read::Reader;

/// Longest chain of files that include each other.
const MAX_DEPTH: usize = 16;
/// Most other roots that a file is looked through for.
const MAX_ROOTS: usize = 64;

/// A file of a dictionary.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'b> {
    /// Its name, with a path where several folders are read; includes are looked for beside it.
    pub name: &'b str,
    /// Its bytes.
    pub bytes: &'b [u8],
}

/// What a file of a dictionary defines and what it wants from others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Name of its outermost system.
    pub root: String,
    /// Other outermost systems that it names.
    pub roots: BTreeSet<String>,
    /// Files that it includes, as it names them.
    pub includes: Vec<String>,
}

/// Whether the bytes look like an XTCE file.
#[must_use]
pub fn sniff(bytes: &[u8]) -> bool {
    root_name(bytes).is_some_and(|name| name == "SpaceSystem")
}

/// Reads an XTCE file. There is no dictionary where its outermost element is no `SpaceSystem`.
#[must_use]
pub fn read(bytes: &[u8]) -> (Option<Dictionary>, Vec<Problem>) {
    read_all(&[SourceFile { name: "", bytes }])
}

/// Reads the files of one dictionary: each is an outermost system, a part of one that another
/// file has a part of too, or included by another. There is no dictionary where none of them is
/// an XTCE file.
#[must_use]
pub fn read_all(files: &[SourceFile<'_>]) -> (Option<Dictionary>, Vec<Problem>) {
    let (mut trees, mut places, mut length) = (Vec::new(), Vec::new(), 0_u64);
    let mut gathered = Problems::default();
    for file in files {
        let mut own = Problems::default();
        let mut tree = Tree::read(file.bytes, &mut own);
        tree.set_origin(length);
        for mut problem in own.finish() {
            file.name.clone_into(&mut problem.place);
            gathered.push(problem);
        }
        let text = decode(file.bytes, &mut Problems::default());
        let lines = Lines::of(&text);
        places.push(Place { origin: length, name: file.name.to_owned(), lines });
        // One more, so that an empty file has a place of its own.
        length += text.len() as u64 + 1;
        trees.push(tree);
    }
    let mut notes = Notes::new(gathered, places);
    let mut set = Set { roots: Vec::new(), included: HashMap::new() };
    for tree in &trees {
        let root = tree.root().filter(|root| {
            let good = root.name() == "SpaceSystem" || trees.len() > 1;
            if !good {
                let reason = "this is no XTCE file: its outermost element has to be SpaceSystem";
                notes.at(*root, reason);
            }
            good
        });
        set.roots.push(root);
    }
    let roots = set.arrange(files, &mut notes);
    if roots.is_empty() {
        return (None, notes.finish());
    }
    let names = Names::collect(&roots, set.included, &mut notes);
    let mut reader = Reader::new(names, notes, length);
    let dictionary = reader.dictionary(&roots);
    (Some(dictionary), reader.notes.finish())
}

/// What a file defines and wants; none where it is no XTCE file.
#[must_use]
pub fn needs(bytes: &[u8]) -> Option<Needs> {
    let tree = Tree::read(bytes, &mut Problems::default());
    let root = tree.root().filter(|root| root.name() == "SpaceSystem")?;
    let name = root.attribute("name").unwrap_or_default().trim().to_owned();
    let mut needs = Needs { root: name, ..Needs::default() };
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        if is_include(node) {
            needs.includes.extend(node.attribute("href").map(|href| href.trim().to_owned()));
        }
        for key in REFERENCES {
            let absolute = node.attribute(key).and_then(|text| text.trim().strip_prefix('/'));
            let first = absolute.and_then(|rest| rest.split('/').next());
            if let Some(first) = first.filter(|first| !first.is_empty() && *first != needs.root)
                && needs.roots.len() < MAX_ROOTS
            {
                needs.roots.insert(first.to_owned());
            }
        }
        open.extend(node.children());
    }
    Some(needs)
}

/// Which of some files, the newest first, are one dictionary: those that name the roots of each
/// other or include each other. Of several files of one root the newest counts for others; each
/// older one is a dictionary with the newest of what it names. A file of no other is one alone.
#[must_use]
pub fn sets(files: &[SourceFile<'_>]) -> Vec<Vec<usize>> {
    let wants: Vec<Needs> =
        files.iter().map(|file| needs(file.bytes).unwrap_or_default()).collect();
    let mut newest: HashMap<&str, usize> = HashMap::new();
    for (at, needs) in wants.iter().enumerate() {
        newest.entry(needs.root.as_str()).or_insert(at);
    }
    let base = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let named = |href: &String| files.iter().position(|file| base(file.name) == base(href));
    let edges: Vec<Vec<usize>> = wants
        .iter()
        .map(|needs| {
            let roots = needs.roots.iter().filter_map(|root| newest.get(root.as_str()).copied());
            roots.chain(needs.includes.iter().filter_map(named)).collect()
        })
        .collect();
    let is_old = |at: usize| newest.get(wants[at].root.as_str()).is_some_and(|first| *first != at);
    // Both ways between files in use, one way from those that are not.
    let mut both = edges.clone();
    for (from, list) in edges.iter().enumerate().filter(|(from, _)| !is_old(*from)) {
        for &to in list {
            both[to].push(from);
        }
    }
    let mut taken = vec![false; files.len()];
    let mut sets = Vec::new();
    for start in 0..files.len() {
        let old = is_old(start);
        if taken[start] && !old {
            continue;
        }
        let links = if old { &edges } else { &both };
        let (mut set, mut open) = (BTreeSet::new(), vec![start]);
        while let Some(at) = open.pop() {
            if set.insert(at) {
                taken[at] |= !old;
                open.extend(&links[at]);
            }
        }
        let mut set: Vec<usize> = set.into_iter().collect();
        // The one that it was found by comes first.
        set.sort_by_key(|at| *at != start);
        sets.push(set);
    }
    sets
}

/// Attributes that name something of a dictionary.
const REFERENCES: [&str; 9] = [
    "parameterRef",
    "parameterTypeRef",
    "argumentTypeRef",
    "containerRef",
    "metaCommandRef",
    "typeRef",
    "arrayTypeRef",
    "baseType",
    "outputParameterRef",
];

/// Files while it is found out how they hang together.
struct Set<'t> {
    /// Outermost element of each file.
    roots: Vec<Option<Node<'t>>>,
    included: HashMap<u64, Node<'t>>,
}

impl<'t> Set<'t> {
    /// Resolves includes; the roots of files that no other includes.
    fn arrange(&mut self, files: &[SourceFile<'_>], notes: &mut Notes) -> Vec<Node<'t>> {
        let mut wanted: Vec<Vec<(Node<'t>, usize)>> = Vec::new();
        for (at, root) in self.roots.iter().enumerate() {
            let mut found = Vec::new();
            for node in root.map(includes).unwrap_or_default() {
                if let Some(to) = target(node, at, files, notes) {
                    found.push((node, to));
                }
            }
            wanted.push(found);
        }
        let edges: Vec<Vec<usize>> =
            wanted.iter().map(|list| list.iter().map(|(_, to)| *to).collect()).collect();
        let (verdicts, _) = judge(&edges, MAX_DEPTH);
        let mut inner = vec![false; files.len()];
        for (list, verdicts) in wanted.iter().zip(&verdicts) {
            for ((node, to), verdict) in list.iter().zip(verdicts) {
                let root = self.roots.get(*to).copied().flatten();
                match (verdict, root) {
                    (Edge::Circle, _) => {
                        let reason = "it includes the file that it stands in, itself or by others";
                        notes.at(*node, format!("{reason}; left out, take it out of the circle"));
                    }
                    (Edge::Deep, _) => {
                        let reason = format!("files include each other more than {MAX_DEPTH} deep");
                        notes.at(*node, format!("{reason}; left out"));
                    }
                    (Edge::Good, None) => {
                        notes.at(*node, "the file that it includes holds no XML; left out");
                    }
                    (Edge::Good, Some(_)) if inner[*to] => {
                        notes.at(*node, "the file is included twice; the first include counts");
                    }
                    (Edge::Good, Some(root)) => {
                        inner[*to] = true;
                        self.included.insert(node.offset(), root);
                    }
                }
            }
        }
        let outer = self.roots.iter().zip(inner).filter(|(_, inner)| !inner);
        let mut roots: Vec<Node<'t>> = Vec::new();
        for root in outer.filter_map(|(root, _)| *root) {
            if root.name() == "SpaceSystem" {
                roots.push(root);
            } else {
                let reason = "this is no XTCE file: its outermost element has to be SpaceSystem";
                notes.at(root, reason);
            }
        }
        roots
    }
}

/// Includes that stand where systems and their parts do.
fn includes(root: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        for child in node.children() {
            if is_include(child) {
                found.push(child);
            } else if child.name() == "SpaceSystem" {
                open.push(child);
            }
        }
    }
    found
}

/// Position of the file that an include names.
fn target(
    node: Node<'_>,
    from: usize,
    files: &[SourceFile<'_>],
    notes: &mut Notes,
) -> Option<usize> {
    let href = node.attribute("href").unwrap_or_default().trim();
    if node.attribute("parse").is_some_and(|p| p.trim() != "xml")
        || node.attribute("xpointer").is_some()
    {
        notes.unsupported(node, "an include of text or of a part of a file; it was left out");
        return None;
    }
    let own = files.get(from).map_or("", |file| file.name);
    let path = beside(own, href);
    let found = files.iter().position(|file| beside("", file.name) == path);
    if found.is_none() {
        let reason = format!("the file \"{}\" that it includes was not given", shown(href));
        notes.at(node, format!("{reason}; left out, read it together with this one"));
    }
    found
}

/// The path of a file that another names relative to itself.
pub(super) fn beside(own: &str, href: &str) -> String {
    let href = href.strip_prefix("file:").unwrap_or(href);
    let folder = own.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    let start = if href.starts_with('/') { "" } else { folder };
    for part in start.split('/').chain(href.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
