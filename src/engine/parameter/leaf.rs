//! Parameters taken apart into leaves: the members of aggregates, the elements of arrays.

use std::collections::HashMap;

use super::plan::{Leaf, LeafId, RawKind};
use super::scalar::Scalar;
use crate::mission::telemetry::{Dictionary, Kind, ParameterId, Size, TypeId};
use crate::problem::Problem;

/// Most leaves that a dictionary may have, and a single parameter.
const MOST_LEAVES: usize = 1 << 20;
const MOST_OF_PARAMETER: usize = 1 << 16;
/// Deepest nesting of arrays and aggregates.
const DEEPEST: usize = 32;

/// A parameter taken apart, in packet order.
#[derive(Debug)]
pub(super) enum Tree {
    Leaf(LeafId, TypeId),
    Members(Vec<Tree>),
    /// An array whose size a packet tells.
    Dynamic(Size, Box<Tree>),
}

/// The leaves found so far.
pub(super) struct Leaves<'a> {
    pub dictionary: &'a Dictionary,
    pub types: &'a [Scalar],
    pub leaves: Vec<Leaf>,
    pub by_name: HashMap<String, LeafId>,
    /// Nodes of all trees, refused ones too.
    pub nodes: usize,
}

impl Leaves<'_> {
    /// Takes a parameter apart; what is absurd is refused with a sentence.
    pub fn parameter(&mut self, id: ParameterId) -> Result<Tree, Problem> {
        let Some(parameter) = self.dictionary.parameters.get(id) else {
            return Err(Problem::of(format!("parameter {id}"), "is not in the dictionary"));
        };
        let before = self.leaves.len();
        let tree = self.tree(&parameter.name, id, parameter.type_id, before, 0);
        if tree.is_err() {
            self.leaves.truncate(before);
            self.by_name.retain(|_, leaf| (*leaf as usize) < before);
        }
        tree.map_err(|reason| Problem::of(&parameter.name, reason))
    }

    fn tree(
        &mut self,
        name: &str,
        parameter: ParameterId,
        type_id: TypeId,
        first: usize,
        depth: usize,
    ) -> Result<Tree, String> {
        let dictionary = self.dictionary;
        let Some(kind) = dictionary.types.get(type_id).map(|t| &t.kind) else {
            return Err(format!("its type {type_id} is not in the dictionary"));
        };
        // Not the same as leaves: an aggregate may be empty, and elements of an array are, too.
        self.nodes += 1;
        if self.nodes > 4 * MOST_LEAVES {
            return Err(format!("the dictionary has more than {MOST_LEAVES} values"));
        }
        if depth > DEEPEST {
            return Err(format!("types inside types go deeper than {DEEPEST}, or in a circle"));
        }
        match kind {
            Kind::Aggregate { members } => {
                let mut trees = Vec::new();
                for (member, type_id) in members {
                    let name = format!("{name}.{member}");
                    trees.push(self.tree(&name, parameter, *type_id, first, depth + 1)?);
                }
                Ok(Tree::Members(trees))
            }
            Kind::Array { element, dimensions } => {
                self.array(name, parameter, (*element, dimensions), first, depth + 1)
            }
            _ => self.leaf(name, parameter, type_id, first),
        }
    }

    fn array(
        &mut self,
        name: &str,
        parameter: ParameterId,
        (element, dimensions): (TypeId, &[Size]),
        first: usize,
        depth: usize,
    ) -> Result<Tree, String> {
        let Some((size, inner)) = dimensions.split_first() else {
            return self.tree(name, parameter, element, first, depth);
        };
        if depth > DEEPEST {
            return Err(format!("arrays inside arrays go deeper than {DEEPEST}"));
        }
        let Size::Fixed(count) = size else {
            let name = format!("{name}[*]");
            let body = self.array(&name, parameter, (element, inner), first, depth + 1)?;
            return Ok(Tree::Dynamic(size.clone(), Box::new(body)));
        };
        if !(0..=MOST_OF_PARAMETER as i64).contains(count) {
            return Err(format!("an array of {count} elements is absurd, at most 65536 are taken"));
        }
        let mut trees = Vec::new();
        for i in 0..*count {
            let name = format!("{name}[{i}]");
            trees.push(self.array(&name, parameter, (element, inner), first, depth + 1)?);
        }
        Ok(Tree::Members(trees))
    }

    fn leaf(
        &mut self,
        name: &str,
        parameter: ParameterId,
        type_id: TypeId,
        first: usize,
    ) -> Result<Tree, String> {
        if self.leaves.len() - first >= MOST_OF_PARAMETER {
            return Err(format!("it has more than {MOST_OF_PARAMETER} elements and members"));
        }
        if self.leaves.len() >= MOST_LEAVES {
            return Err(format!("the dictionary has more than {MOST_LEAVES} values"));
        }
        let id = self.leaves.len() as LeafId;
        let raw = self.types.get(type_id).map_or(RawKind::None, Scalar::raw_kind);
        self.leaves.push(Leaf { name: name.to_owned(), parameter, type_id, raw });
        if self.by_name.contains_key(name) {
            return Err("the name stands twice in the dictionary".to_owned());
        }
        self.by_name.insert(name.to_owned(), id);
        Ok(Tree::Leaf(id, type_id))
    }
}
