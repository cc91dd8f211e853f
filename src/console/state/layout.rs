//! Layouts as data: what a workspace or a window shows, as a tree of panel titles that people can
//! read. Files of strangers are read too: whatever they hold gives a layout within the limits
//! below or a sentence, never a panic or a tree that runs in circles.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Most panels and groups of one layout.
pub const MOST_PARTS: usize = 400;
/// Most groups inside each other.
pub const DEEPEST: usize = 24;
/// Longest title of a panel and name of a workspace, characters.
pub const LONGEST_NAME: usize = 60;
/// Shares of a row or column are kept in this range; only their ratio counts.
const SHARES: std::ops::RangeInclusive<f32> = 1e-3..=1e3;

/// What is shown where. Written as JSON: a panel is its title, a group an object with `tabs`,
/// `row`, `column` or `grid`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Layout {
    /// A panel by its title.
    Panel(String),
    /// Parts behind each other, and which of them is in front.
    Tabs(Vec<Self>, usize),
    /// Parts side by side with their shares of the width.
    Row(Vec<(f32, Self)>),
    /// Parts one above the other with their shares of the height.
    Column(Vec<(f32, Self)>),
    /// Parts in rows and columns.
    Grid(Vec<Self>),
}

/// Why a layout cannot be read; a sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutError(pub String);

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn wrong<T>(sentence: impl Into<String>) -> Result<T, LayoutError> {
    Err(LayoutError(sentence.into()))
}

impl Layout {
    /// One panel in a tab.
    pub fn single(title: &str) -> Self {
        Self::Tabs(vec![Self::Panel(title.to_owned())], 0)
    }

    /// The titles of its panels, from left to right and top to bottom.
    pub fn panels(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.visit(&mut |title| found.push(title));
        found
    }

    /// The titles of the panels in front.
    pub fn in_front(&self) -> Vec<&str> {
        match self {
            Self::Panel(title) => vec![title],
            Self::Tabs(parts, front) => parts.get(*front).map(Self::in_front).unwrap_or_default(),
            Self::Row(parts) | Self::Column(parts) => {
                parts.iter().flat_map(|(_, part)| part.in_front()).collect()
            }
            Self::Grid(parts) => parts.iter().flat_map(Self::in_front).collect(),
        }
    }

    fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a str)) {
        match self {
            Self::Panel(title) => see(title),
            Self::Tabs(parts, _) | Self::Grid(parts) => {
                for part in parts {
                    part.visit(see);
                }
            }
            Self::Row(parts) | Self::Column(parts) => {
                for (_, part) in parts {
                    part.visit(see);
                }
            }
        }
    }

    /// Without the panels that a test refuses; none where nothing is left.
    #[must_use]
    pub fn retain(self, keep: &dyn Fn(&str) -> bool) -> Option<Self> {
        let all = |parts: Vec<Self>| -> Vec<Self> {
            parts.into_iter().filter_map(|part| part.retain(keep)).collect()
        };
        let shared = |parts: Vec<(f32, Self)>| -> Vec<(f32, Self)> {
            let kept = parts.into_iter();
            kept.filter_map(|(share, part)| Some((share, part.retain(keep)?))).collect()
        };
        let kept = match self {
            Self::Panel(title) => return keep(&title).then_some(Self::Panel(title)),
            Self::Tabs(parts, front) => {
                let before = parts.iter().take(front).cloned().collect();
                let front = all(before).len();
                let parts = all(parts);
                let front = front.min(parts.len().saturating_sub(1));
                Self::Tabs(parts, front)
            }
            Self::Row(parts) => Self::Row(shared(parts)),
            Self::Column(parts) => Self::Column(shared(parts)),
            Self::Grid(parts) => Self::Grid(all(parts)),
        };
        (!kept.is_hollow()).then_some(kept)
    }

    fn is_hollow(&self) -> bool {
        match self {
            Self::Panel(_) => false,
            Self::Tabs(parts, _) | Self::Grid(parts) => parts.is_empty(),
            Self::Row(parts) | Self::Column(parts) => parts.is_empty(),
        }
    }

    fn read(value: &Value, depth: usize, left: &mut usize) -> Result<Self, LayoutError> {
        if depth > DEEPEST {
            return wrong(format!("more than {DEEPEST} groups stand inside each other"));
        }
        *left = match left.checked_sub(1) {
            Some(left) => left,
            None => return wrong(format!("a layout has more than {MOST_PARTS} parts")),
        };
        let group = match value {
            Value::String(title) => return Ok(Self::Panel(name(title)?)),
            Value::Object(group) => group,
            _ => return wrong("a part of a layout is neither a panel's title nor a group"),
        };
        let mut parts = |key: &str| -> Result<Option<Vec<Self>>, LayoutError> {
            let Some(value) = group.get(key) else { return Ok(None) };
            match value.as_array() {
                Some(parts) if !parts.is_empty() => {
                    let parts = parts.iter().map(|part| Self::read(part, depth + 1, left));
                    Ok(Some(parts.collect::<Result<_, _>>()?))
                }
                _ => wrong(format!("the “{key}” of a layout is no list of parts")),
            }
        };
        if let Some(parts) = parts("tabs")? {
            let front = group.get("front").and_then(Value::as_u64).unwrap_or(0);
            let last = parts.len() as u64 - 1;
            return Ok(Self::Tabs(parts, front.min(last) as usize));
        }
        if let Some(parts) = parts("row")? {
            return Ok(Self::Row(with_shares(group, parts)?));
        }
        if let Some(parts) = parts("column")? {
            return Ok(Self::Column(with_shares(group, parts)?));
        }
        match parts("grid")? {
            Some(parts) => Ok(Self::Grid(parts)),
            None => wrong("a group of a layout has no “tabs”, “row”, “column” or “grid”"),
        }
    }

    fn value(&self) -> Value {
        let all = |parts: &[Self]| parts.iter().map(Self::value).collect::<Vec<Value>>();
        let linear = |key: &str, parts: &[(f32, Self)]| {
            let shares: Vec<f64> = parts.iter().map(|(share, _)| rounded(*share)).collect();
            let parts: Vec<Value> = parts.iter().map(|(_, part)| part.value()).collect();
            json!({ key: parts, "shares": shares })
        };
        match self {
            Self::Panel(title) => json!(title),
            Self::Tabs(parts, front) => json!({ "tabs": all(parts), "front": front }),
            Self::Row(parts) => linear("row", parts),
            Self::Column(parts) => linear("column", parts),
            Self::Grid(parts) => json!({ "grid": all(parts) }),
        }
    }
}

/// A share as it is written: few digits, never nothing.
fn rounded(share: f32) -> f64 {
    let share = if share.is_finite() { share.clamp(*SHARES.start(), *SHARES.end()) } else { 1.0 };
    (f64::from(share) * 1e4).round() / 1e4
}

/// A title or name that can be shown on a line.
pub(super) fn name(text: &str) -> Result<String, LayoutError> {
    let short = text.chars().count() <= LONGEST_NAME;
    if text.trim().is_empty() || !short || text.chars().any(char::is_control) {
        return wrong(format!("a name is empty or longer than {LONGEST_NAME} characters"));
    }
    Ok(text.to_owned())
}

fn with_shares(
    group: &Map<String, Value>,
    parts: Vec<Layout>,
) -> Result<Vec<(f32, Layout)>, LayoutError> {
    let shares: Vec<f32> = match group.get("shares") {
        None => vec![1.0; parts.len()],
        Some(Value::Array(shares)) => {
            let read = |share: &Value| share.as_f64().map_or(f32::NAN, |share| share as f32);
            shares.iter().map(read).collect()
        }
        Some(_) => Vec::new(),
    };
    if shares.len() != parts.len() || !shares.iter().all(|share| SHARES.contains(share)) {
        return wrong("the “shares” of a row or column are not one number above 0 for each part");
    }
    Ok(shares.into_iter().zip(parts).collect())
}

impl TryFrom<Value> for Layout {
    type Error = LayoutError;

    fn try_from(value: Value) -> Result<Self, LayoutError> {
        Self::read(&value, 0, &mut MOST_PARTS.clone())
    }
}

impl From<Layout> for Value {
    fn from(layout: Layout) -> Self {
        layout.value()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Any layout within the limits.
    pub(crate) fn any_layout() -> impl Strategy<Value = Layout> {
        let leaf = "[A-Za-z ]{0,8}[A-Za-z]".prop_map(Layout::Panel);
        leaf.prop_recursive(4, 40, 4, |inner| {
            let share = (1_u16..10_000).prop_map(|n| f32::from(n) / 1e4 + 1e-3);
            let shared = prop::collection::vec((share, inner.clone()), 1..4);
            let plain = prop::collection::vec(inner, 1..4);
            prop_oneof![
                (plain.clone(), 0_usize..4).prop_map(|(parts, front)| {
                    let front = front.min(parts.len() - 1);
                    Layout::Tabs(parts, front)
                }),
                shared.clone().prop_map(Layout::Row),
                shared.prop_map(Layout::Column),
                plain.prop_map(Layout::Grid),
            ]
        })
    }

    fn same(a: &Layout, b: &Layout) -> bool {
        // Shares lose digits when they are written.
        a.value() == b.value()
    }

    proptest! {
        #[test]
        fn layouts_survive_json(layout in any_layout()) {
            let text = serde_json::to_string(&layout).expect("text");
            let back: Layout = serde_json::from_str(&text).expect("a layout");
            prop_assert!(same(&layout, &back));
        }

        #[test]
        fn refused_panels_are_gone(layout in any_layout()) {
            let keep = |title: &str| title.len().is_multiple_of(2);
            let wanted: Vec<String> =
                layout.panels().into_iter().filter(|t| keep(t)).map(str::to_owned).collect();
            match layout.retain(&keep) {
                Some(kept) => {
                    prop_assert_eq!(kept.panels(), wanted);
                    prop_assert!(!kept.in_front().is_empty());
                }
                None => prop_assert!(wanted.is_empty()),
            }
        }
    }

    #[test]
    fn the_panel_in_front_stays_in_front() {
        let tabs = Layout::Tabs(vec!["A", "B", "C"].into_iter().map(panel).collect(), 1);
        let kept = tabs.retain(&|title| title != "A").expect("two");
        assert_eq!(kept.in_front(), ["B"]);
    }

    fn panel(title: &str) -> Layout {
        Layout::Panel(title.to_owned())
    }

    #[test]
    fn hostile_layouts_give_a_sentence() {
        let deep =
            (0..60).fold("\"Watch\"".to_owned(), |inner, _| format!("{{\"tabs\":[{inner}]}}"));
        let wide = format!("{{\"grid\":[{}\"A\"]}}", "\"A\",".repeat(MOST_PARTS));
        for text in [
            "null",
            "7",
            "[]",
            "{}",
            "\"\"",
            r#"{"tabs":[]}"#,
            r#"{"tabs":"Watch"}"#,
            r#"{"row":["A","B"],"shares":[1]}"#,
            r#"{"row":["A","B"],"shares":[1,null]}"#,
            r#"{"row":["A","B"],"shares":[1,-1]}"#,
            r#"{"row":["A","B"],"shares":[1,1e300]}"#,
            r#"{"column":["A","B"],"shares":"all"}"#,
            deep.as_str(),
            wide.as_str(),
        ] {
            let read: Result<Layout, _> = serde_json::from_str(text);
            let sentence = read.expect_err(&text[..text.len().min(60)]).to_string();
            assert!(sentence.len() > 20, "{sentence}");
        }
    }
}
