//! A small bounded XML tree for the seismological formats: bytes in, elements out.
//!
//! Unlike a document parser it keeps what stands before a fault: a file cut off in the middle
//! gives its complete elements and one problem with the offset of the cut. Nothing is expanded
//! but character references and the five predefined entities, so no input can grow; depth,
//! number of elements and input size are bounded.

mod decode;
mod time;
mod tree;

#[cfg(test)]
mod tests;

use crate::problem::Problem;

pub(crate) use decode::{decode, root_name};
pub(crate) use time::{parse_time, print_time};
pub(crate) use tree::{Node, Tree};

/// Most problems that one file reports one by one.
const MAX_PROBLEMS: usize = 200;

/// A list of problems that a hostile file cannot make long.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    list: Vec<Problem>,
    more: usize,
}

impl Problems {
    /// Notes a problem at an element.
    pub(crate) fn at(&mut self, node: Node<'_>, field: &str, reason: impl Into<String>) {
        self.push(Problem::at(node.offset(), field, reason));
    }

    /// Notes a problem; beyond the limit it is only counted.
    pub(crate) fn push(&mut self, problem: Problem) {
        if self.list.len() < MAX_PROBLEMS {
            self.list.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// The list, with a last line that says how many were left out.
    pub(crate) fn finish(mut self) -> Vec<Problem> {
        if self.more > 0 {
            let reason = format!("{} more problems of this file are not listed", self.more);
            self.list.push(Problem::of("file", reason));
        }
        self.list
    }

    /// The number in a child element; none where it is absent; a problem where it is no number.
    pub(crate) fn number(&mut self, node: Node<'_>, name: &str) -> Option<f64> {
        let child = node.child(name)?;
        self.own_number(child)
    }

    /// The number that is the text of an element.
    pub(crate) fn own_number(&mut self, node: Node<'_>) -> Option<f64> {
        let text = node.text();
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Some(value),
            _ => {
                let shown: String = text.chars().take(40).collect();
                self.at(node, node.name(), format!("\"{shown}\" is not a number; it was left out"));
                None
            }
        }
    }
}
