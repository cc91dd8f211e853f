//! What differs between two plans, as lines to read.

use marsdeck_engine::plan::{Activity, Difference, Edit, Plan, Waiver, difference};
use marsdeck_engine::time::{TimeRange, iso};

/// What a line says happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::panel::plan) enum Sign {
    Added,
    Removed,
    Changed,
}

impl Sign {
    /// The sign before a line.
    pub fn text(self) -> &'static str {
        match self {
            Self::Added => "+",
            Self::Removed => "−",
            Self::Changed => "~",
        }
    }
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::panel::plan) struct Change {
    pub sign: Sign,
    pub text: String,
}

/// Most lines that are made.
const MOST: usize = 5_000;

/// The lines that lead from one plan to another; a last one says how many more there are.
pub(in crate::panel::plan) fn changes(from: &Plan, to: &Plan) -> Vec<Change> {
    let found = difference(from, to);
    let mut lines: Vec<Change> = found.iter().take(MOST).map(line).collect();
    if found.len() > MOST {
        let text = format!("{} more differences", found.len() - MOST);
        lines.push(Change { sign: Sign::Changed, text });
    }
    lines
}

/// The lines of edits, as of a step of the history.
pub(in crate::panel::plan) fn edit_lines(edits: &[Edit]) -> Vec<Change> {
    edits.iter().map(|edit| line(&Difference { edit: edit.clone(), fields: Vec::new() })).collect()
}

fn line(of: &Difference) -> Change {
    let (sign, text) = match &of.edit {
        Edit::Activity { before: None, after: Some(after) } => (Sign::Added, activity(after)),
        Edit::Activity { before: Some(before), after: None } => (Sign::Removed, activity(before)),
        Edit::Activity { before: Some(before), .. } => {
            let field = |f: &marsdeck_engine::plan::FieldChange| {
                let or_none = |text: &str| {
                    if text.is_empty() { "nothing".to_owned() } else { text.to_owned() }
                };
                format!("{} {} → {}", f.field, or_none(&f.before), or_none(&f.after))
            };
            let fields: Vec<String> = of.fields.iter().map(field).collect();
            let what = if fields.is_empty() { activity(before) } else { fields.join(", ") };
            (Sign::Changed, format!("{} {}: {what}", before.kind, before.id))
        }
        Edit::Activity { .. } => (Sign::Changed, String::new()),
        Edit::Waiver { after: Some(waiver), .. } => (Sign::Added, waived(waiver)),
        Edit::Waiver { before, .. } => {
            (Sign::Removed, before.as_deref().map(waived).unwrap_or_default())
        }
        Edit::Name { before, after } => (Sign::Changed, format!("name {before} → {after}")),
        Edit::Range { before, after } => {
            (Sign::Changed, format!("range {} → {}", range(*before), range(*after)))
        }
    };
    Change { sign, text }
}

fn activity(of: &Activity) -> String {
    format!("{} {} at {}", of.kind, of.id, iso(of.start, 0))
}

fn waived(of: &Waiver) -> String {
    format!("waiver of {} by {}: {}", of.rule, of.who, of.why)
}

fn range(of: TimeRange) -> String {
    format!("{} to {}", iso(of.start, 0), iso(of.end, 0))
}

#[cfg(test)]
mod tests {
    use marsdeck_engine::plan::ActivityId;
    use marsdeck_engine::time::Instant;

    use super::*;

    #[test]
    fn lines_say_what_came_went_and_changed() {
        let start = Instant::from_unix_s(1.5642e9);
        let range = TimeRange::new(start, start.plus_s(1000.0));
        let wake = |id, s| Activity::new(ActivityId(id), "Wake", start.plus_s(s));
        let mut from = Plan::new("p", "p", "insight", range);
        from.apply(&[Edit::add(wake(1, 0.0)), Edit::add(wake(2, 10.0))]).expect("edits");
        let mut to = from.clone();
        let edits = [
            Edit::remove(wake(1, 0.0)),
            Edit::replace(wake(2, 10.0), wake(2, 20.0)),
            Edit::add(wake(3, 30.0)),
        ];
        to.apply(&edits).expect("edits");
        let lines = changes(&from, &to);
        let signs: Vec<&str> = lines.iter().map(|line| line.sign.text()).collect();
        assert_eq!(signs, ["−", "~", "+"]);
        assert!(lines[0].text.starts_with("Wake #1 at 2019"), "{}", lines[0].text);
        assert!(lines[1].text.starts_with("Wake #2: start 2019"), "{}", lines[1].text);
        assert_eq!(edit_lines(&edits).len(), 3);
    }
}
