//! What the timeline and the tables show of a judged plan: made anew after edits, off the screen's
//! thread, and then only read.

use std::collections::{BTreeMap, HashMap};

use marsdeck_engine::plan::{
    ActivityId, Checker, Model, Plan, ResourceKind, RuleKind, Severity, Violation, WindowKind,
    expand,
};
use marsdeck_engine::time::{Instant, TimeRange};

use super::line::Line;
use super::rows::{Bar, Mark, Row, pack};

/// Most lanes of one instrument; what has no room lies in the last one.
const LANES: usize = 12;

/// Lanes of one instrument.
#[derive(Clone, Debug)]
pub(in crate::panel::plan) struct Group {
    pub instrument: String,
    pub rows: Vec<Row>,
    pub count: usize,
}

/// Intervals of a window.
#[derive(Clone, Debug)]
pub(in crate::panel::plan) struct WindowBand {
    pub id: String,
    pub name: String,
    pub is_given: bool,
    pub row: Row,
}

/// A state over time; the look of a bar is the position of its value.
#[derive(Clone, Debug)]
pub(in crate::panel::plan) struct StateBand {
    pub name: String,
    pub values: Vec<String>,
    pub row: Row,
}

/// A numeric resource over time.
#[derive(Clone, Debug)]
pub(in crate::panel::plan) struct ResourceBand {
    pub id: String,
    pub name: String,
    pub unit: String,
    pub line: Line,
    /// Bounds that rules hold it to.
    pub bounds: Vec<f64>,
    /// When a bound is broken.
    pub broken: Vec<(TimeRange, Mark)>,
}

/// How many violations there are of each sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::panel::plan) struct Counts {
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    pub waived: usize,
}

impl Counts {
    /// `2 errors, 1 warning`.
    pub fn words(self) -> String {
        let parts = [
            (self.errors, "error", "errors"),
            (self.warnings, "warning", "warnings"),
            (self.notes, "note", "notes"),
            (self.waived, "waived", "waived"),
        ];
        let said: Vec<String> = parts
            .iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }))
            .collect();
        if said.is_empty() { "No rule is broken".to_owned() } else { said.join(", ") }
    }
}

/// Everything.
#[derive(Clone, Debug, Default)]
pub(in crate::panel::plan) struct Picture {
    /// The last edit that is in it.
    pub seq: u64,
    /// Types, by the look of a bar.
    pub kinds: Vec<String>,
    pub groups: Vec<Group>,
    pub windows: Vec<WindowBand>,
    pub states: Vec<StateBand>,
    pub resources: Vec<ResourceBand>,
    /// By time and rule.
    pub violations: Vec<Violation>,
    /// The violations as bars; the tag is the position in `violations`.
    pub marks: Row,
    pub counts: Counts,
    /// Steps of the sequence that the plan becomes: activity, time and stem.
    pub steps: Vec<(ActivityId, Instant, String)>,
    /// Group, lane and bar of each activity.
    places: HashMap<u64, (u16, u16, u32)>,
}

/// The mark of a violation.
pub(in crate::panel::plan) fn mark_of(violation: &Violation) -> Mark {
    match (violation.waived_by.is_some(), violation.severity) {
        (true, _) => Mark::Waived,
        (_, Severity::Note) => Mark::Note,
        (_, Severity::Warning) => Mark::Warning,
        (_, Severity::Error) => Mark::Error,
    }
}

impl Picture {
    /// Of a plan and its judgement.
    pub fn new(seq: u64, plan: &Plan, checker: &Checker) -> Self {
        let model = checker.model();
        let violations = checker.violations(plan);
        let mut worst: HashMap<u64, Mark> = HashMap::new();
        let mut counts = Counts::default();
        for violation in &violations {
            let mark = mark_of(violation);
            *match mark {
                Mark::Error => &mut counts.errors,
                Mark::Warning => &mut counts.warnings,
                Mark::Note | Mark::None => &mut counts.notes,
                Mark::Waived => &mut counts.waived,
            } += 1;
            for id in &violation.activities {
                let known = worst.entry(id.0).or_default();
                *known = (*known).max(mark);
            }
        }
        let (kinds, groups) = groups(model, checker, &worst);
        let mut places = HashMap::with_capacity(plan.activities.len());
        for (g, group) in groups.iter().enumerate() {
            for (r, row) in group.rows.iter().enumerate() {
                for (b, bar) in row.bars().iter().enumerate() {
                    places.insert(bar.tag, (g as u16, r as u16, b as u32));
                }
            }
        }
        let mark_bars = violations
            .iter()
            .zip(0..)
            .map(|(v, tag)| Bar { mark: mark_of(v), ..bar_of(v.range, tag, 0) });
        let marks = Row::new(mark_bars.collect());
        let steps = expand(checker).into_iter().map(|c| (c.activity, c.time, c.name)).collect();
        Self {
            seq,
            windows: windows(model, checker),
            states: states(model, checker),
            resources: resources(model, checker, &violations),
            kinds,
            groups,
            violations,
            marks,
            counts,
            steps,
            places,
        }
    }

    /// The bar of an activity.
    pub fn bar(&self, id: ActivityId) -> Option<Bar> {
        let (group, row, bar) = self.places.get(&id.0)?;
        self.row(*group as usize, *row as usize)?.bars().get(*bar as usize).copied()
    }

    /// Group and lane of an activity.
    pub fn place(&self, id: ActivityId) -> Option<(usize, usize)> {
        self.places.get(&id.0).map(|(group, row, _)| (*group as usize, *row as usize))
    }

    /// When an activity takes place.
    pub fn range(&self, id: ActivityId) -> Option<TimeRange> {
        self.bar(id).map(|bar| range_of(&bar))
    }

    /// A lane.
    pub fn row(&self, group: usize, row: usize) -> Option<&Row> {
        self.groups.get(group)?.rows.get(row)
    }

    /// Type of a bar.
    pub fn kind(&self, bar: &Bar) -> &str {
        self.kinds.get(bar.look as usize).map_or("", String::as_str)
    }

    /// Violations that name an activity.
    pub fn violations_of(&self, id: ActivityId) -> impl Iterator<Item = (usize, &Violation)> {
        self.violations.iter().enumerate().filter(move |(_, v)| v.activities.contains(&id))
    }
}

/// The time of a bar.
pub(in crate::panel::plan) fn range_of(bar: &Bar) -> TimeRange {
    TimeRange::new(Instant::from_unix_ns(bar.start), Instant::from_unix_ns(bar.end))
}

fn bar_of(range: TimeRange, tag: u64, look: u16) -> Bar {
    Bar { start: range.start.unix_ns(), end: range.end.unix_ns(), tag, look, mark: Mark::None }
}

/// Lanes by instrument: the spacecraft first, then the instruments by name, then what is unknown.
fn groups(
    model: &Model,
    checker: &Checker,
    worst: &HashMap<u64, Mark>,
) -> (Vec<String>, Vec<Group>) {
    let mut kinds: Vec<String> = Vec::new();
    let mut looks: BTreeMap<String, u16> = BTreeMap::new();
    let mut bars: BTreeMap<(u8, String), Vec<Bar>> = BTreeMap::new();
    for kind in model.types.values() {
        bars.entry(key(&kind.instrument)).or_default();
    }
    for span in checker.spans() {
        let look = *looks.entry(span.kind.clone()).or_insert_with(|| {
            kinds.push(span.kind.clone());
            (kinds.len() - 1).min(usize::from(u16::MAX)) as u16
        });
        let instrument = model.types.get(&span.kind).map_or("", |t| t.instrument.as_str());
        let mark = worst.get(&span.id.0).copied().unwrap_or_default();
        let bar = Bar { mark, ..bar_of(span.range, span.id.0, look) };
        bars.entry(key(instrument)).or_default().push(bar);
    }
    let group = |((_, instrument), bars): ((u8, String), Vec<Bar>)| {
        let count = bars.len();
        Group { instrument, count, rows: pack(bars, LANES) }
    };
    (kinds, bars.into_iter().map(group).collect())
}

fn key(instrument: &str) -> (u8, String) {
    let rank = match instrument {
        "lander" | "rover" => 0,
        "" => 2,
        _ => 1,
    };
    (rank, instrument.to_owned())
}

fn windows(model: &Model, checker: &Checker) -> Vec<WindowBand> {
    let mut bands: Vec<WindowBand> = model
        .windows
        .values()
        .map(|source| {
            let ranges = checker.windows().get(&source.id);
            let bars = ranges.iter().zip(0..).map(|(range, tag)| bar_of(*range, tag, 0)).collect();
            WindowBand {
                id: source.id.clone(),
                name: source.name.clone(),
                is_given: source.kind == WindowKind::Given,
                row: Row::new(bars),
            }
        })
        .collect();
    bands.sort_by_key(|band| (band.id != "pass", !band.is_given));
    bands
}

fn states(model: &Model, checker: &Checker) -> Vec<StateBand> {
    let band = |resource: &marsdeck_engine::plan::Resource| {
        let ResourceKind::State { values, .. } = &resource.kind else { return None };
        let mut values = values.clone();
        let pieces = checker.state(&resource.id)?;
        let mut bars: Vec<Bar> = Vec::with_capacity(pieces.len());
        for (piece, tag) in pieces.iter().zip(0..) {
            let look = values.iter().position(|v| *v == piece.value).unwrap_or_else(|| {
                values.push(piece.value.clone());
                values.len() - 1
            });
            bars.push(bar_of(piece.range, tag, look as u16));
        }
        Some(StateBand { name: resource.name.clone(), values, row: Row::new(bars) })
    };
    model.resources.values().filter_map(band).collect()
}

fn resources(model: &Model, checker: &Checker, violations: &[Violation]) -> Vec<ResourceBand> {
    let band = |resource: &marsdeck_engine::plan::Resource| {
        let profile = checker.profile(&resource.id)?;
        let mut bounds = Vec::new();
        let mut broken = Vec::new();
        for rule in &model.rules {
            let RuleKind::Bound { resource: of, min, max } = &rule.kind else { continue };
            if *of == resource.id {
                bounds.extend([*min, *max].into_iter().filter(|x| x.is_finite()));
                let own = violations.iter().filter(|v| v.rule == rule.id);
                broken.extend(own.map(|v| (v.range, mark_of(v))));
            }
        }
        Some(ResourceBand {
            id: resource.id.clone(),
            name: resource.name.clone(),
            unit: resource.unit.clone(),
            line: Line::new(&profile),
            bounds,
            broken,
        })
    };
    model.resources.values().filter_map(band).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use marsdeck_engine::plan::{Activity, Edit, Windows};

    use super::*;

    #[test]
    fn a_plan_becomes_lanes_strips_and_lines() {
        let model = Arc::new(Model::builtin("insight"));
        let start = Instant::from_unix_s(1.5642e9);
        let mut plan =
            Plan::new("p", "p", "insight", TimeRange::new(start, start.plus_s(88_775.0)));
        let wake = |id, s: f64| Edit::add(Activity::new(ActivityId(id), "Wake", start.plus_s(s)));
        let odd = Activity::new(ActivityId(9), "Nonsense", start.plus_s(50.0));
        plan.apply(&[wake(1, 100.0), wake(2, 200.0), Edit::add(odd)]).expect("edits");
        let windows = Arc::new(Windows::of(&model, plan.range()));
        let checker = Checker::new(model, windows, &plan);
        let picture = Picture::new(3, &plan, &checker);
        assert_eq!(picture.groups[0].instrument, "lander");
        assert_eq!((picture.groups[0].count, picture.groups[0].rows.len()), (2, 2));
        assert_eq!(picture.groups.last().map(|g| g.instrument.as_str()), Some(""));
        let bar = picture.bar(ActivityId(2)).expect("a bar");
        assert_eq!((picture.kind(&bar), bar.mark), ("Wake", Mark::Error));
        assert_eq!(picture.place(ActivityId(2)), Some((0, 1)));
        assert!(picture.counts.errors > 0 && picture.counts.warnings > 0);
        assert_eq!(picture.windows[0].id, "pass");
        let awake = picture.states.iter().find(|s| s.name == "Lander computer").expect("a state");
        assert_eq!(awake.values, ["SLEEP", "AWAKE"]);
        let energy = picture.resources.iter().find(|r| r.id == "energy").expect("a resource");
        assert!(energy.bounds.contains(&400.0) && energy.line.extent.1 > 400.0);
        assert!(!picture.steps.is_empty());
        assert_eq!(
            Counts { errors: 2, waived: 1, ..Counts::default() }.words(),
            "2 errors, 1 waived"
        );
    }
}
