//! What a plot is made of.

use std::collections::HashMap;

use egui::{Color32, Id, Pos2, Rect};
use marsdeck_engine::archive::Bucket;
use marsdeck_engine::time::{Instant, TimeRange};

use super::scale::YScale;
use super::stats::Stats;
use crate::clock::TickLabels;
use crate::theme::Theme;
use crate::view::CurveParts;

/// The data of a curve, already aggregated for about the width of the plot.
#[derive(Clone, Copy, Debug)]
pub enum CurveData<'a> {
    /// Nothing has come yet, or there is nothing.
    None,
    /// Equal slices of a range (which may be another one than the plot shows: it is drawn where
    /// it belongs).
    Buckets {
        /// The range that the slices divide.
        range: TimeRange,
        /// The slices, earliest first.
        buckets: &'a [Bucket],
        /// Nominal time between samples in nanoseconds, 0 unknown: an empty slice is a gap only
        /// where slices are wider than this.
        period_ns: f64,
    },
    /// Single samples, ascending in time.
    Points {
        /// Sample times.
        times: &'a [Instant],
        /// Sample values, as many.
        values: &'a [f64],
        /// Nominal time between samples in nanoseconds, 0 unknown: a longer step is a gap.
        period_ns: f64,
    },
}

impl<'a> From<CurveParts<'a>> for CurveData<'a> {
    fn from(parts: CurveParts<'a>) -> Self {
        match parts {
            CurveParts::None => Self::None,
            CurveParts::Buckets(range, buckets, period_ns) => {
                Self::Buckets { range, buckets, period_ns }
            }
            CurveParts::Points(times, values, period_ns) => {
                Self::Points { times, values, period_ns }
            }
        }
    }
}

/// A curve.
#[derive(Clone, Copy, Debug)]
pub struct Curve<'a> {
    /// What it is, as in the legend; empty: not in the legend.
    pub label: &'a str,
    /// Unit; empty where there is none.
    pub unit: &'a str,
    /// Colour.
    pub colour: Color32,
    /// The data.
    pub data: CurveData<'a>,
    /// Added to its times before they are drawn, in nanoseconds: for laying sols over each other.
    pub shift_ns: i64,
    /// Statistics of the selection, where the caller has exact ones.
    pub stats: Option<Stats>,
    /// Whether a newer answer is under way.
    pub loading: bool,
    /// Whether the simulator made it.
    pub simulated: bool,
}

impl<'a> Curve<'a> {
    /// A curve with nothing special.
    pub fn new(label: &'a str, unit: &'a str, colour: Color32, data: CurveData<'a>) -> Self {
        Self {
            label,
            unit,
            colour,
            data,
            shift_ns: 0,
            stats: None,
            loading: false,
            simulated: false,
        }
    }
}

/// A horizontal line at a limit.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitLine {
    /// Where.
    pub value: f64,
    /// For data of which times it holds.
    pub holds: TimeRange,
    /// Colour, that of its severity.
    pub colour: Color32,
    /// What it says, e.g. `critical high`.
    pub label: String,
}

/// A moment with a label: an event, a pick.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// When.
    pub time: Instant,
    /// What it says.
    pub label: String,
    /// Colour.
    pub colour: Color32,
    /// Drawn stronger; its label is never left out for another one.
    pub strong: bool,
}

/// A stretch of time with a colour: an event window.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeSpan {
    /// When.
    pub range: TimeRange,
    /// Colour of its edges; its ground is the same, thin.
    pub colour: Color32,
    /// What it says.
    pub label: String,
}

/// One axis of a plot with its curves.
#[derive(Clone, Debug, Default)]
pub struct Row<'a> {
    /// Name, unique in the plot; keeps its locked axis.
    pub name: String,
    /// Curves.
    pub curves: Vec<Curve<'a>>,
    /// Limit lines.
    pub limits: Vec<LimitLine>,
    /// Marks of this row alone.
    pub marks: Vec<Mark>,
    /// Share of the height, 1 is normal; 0 counts as 1.
    pub weight: f32,
    /// Vertical axis while it is not locked; none: around the visible data.
    pub scale: Option<YScale>,
    /// Whether its vertical axis is logarithmic where there are values above 0.
    pub log: bool,
}

/// State of a plot between frames.
#[derive(Clone, Debug, Default)]
pub struct PlotState {
    /// Rows with a locked axis.
    pub locked: HashMap<String, YScale>,
    /// The selection whose statistics are shown.
    pub selection: Option<TimeRange>,
    /// What the mouse is doing.
    pub(super) drag: Drag,
}

/// What the mouse is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Drag {
    /// Nothing.
    #[default]
    None,
    /// Moves the range.
    Pan,
    /// Moves the cursor.
    Cursor,
    /// Selects from an instant.
    Select(Instant),
    /// Draws a zoom box from a place.
    Box(Pos2),
}

/// What the operator did in this frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlotOutput {
    /// Show this range.
    pub range: Option<TimeRange>,
    /// Move the cursor there.
    pub cursor: Option<Instant>,
    /// Show everything.
    pub fit: bool,
    /// Where the pointer is, where it is over a row.
    pub hovered: Option<Instant>,
    /// Where the rows were painted, top to bottom.
    pub rows: Vec<Rect>,
}

impl PlotOutput {
    /// Sends what was done as intents.
    pub fn send(&self, intents: &crate::intent::IntentQueue) {
        use crate::intent::UiIntent;
        if let Some(range) = self.range {
            intents.send(UiIntent::SetRange(range));
        }
        if let Some(cursor) = self.cursor {
            intents.send(UiIntent::SetCursor(cursor));
        }
        if self.fit {
            intents.send(UiIntent::FitAll);
        }
    }
}

/// A plot of stacked rows with one time axis.
pub struct PlotView<'a> {
    /// Colours.
    pub theme: &'a Theme,
    /// Name for those who do not see it.
    pub label: &'a str,
    /// Distinguishes it from others.
    pub id: Id,
    /// The range shown.
    pub range: TimeRange,
    /// The time cursor.
    pub cursor: Option<Instant>,
    /// Labels of the time axis.
    pub ticks: TickLabels<'a>,
    /// Nights, to shade.
    pub nights: &'a [TimeRange],
    /// Marks through all rows.
    pub marks: &'a [Mark],
    /// Event windows through all rows.
    pub spans: &'a [TimeSpan],
    /// The rows, top to bottom.
    pub rows: &'a [Row<'a>],
    /// Height in points; none: all that is free.
    pub height: Option<f32>,
    /// Whether statistics of the selection are printed in the rows.
    pub says_stats: bool,
}

impl<'a> PlotView<'a> {
    /// A plot with rows only.
    pub fn new(
        id: Id,
        theme: &'a Theme,
        range: TimeRange,
        ticks: TickLabels<'a>,
        rows: &'a [Row<'a>],
    ) -> Self {
        Self {
            theme,
            label: "Plot",
            id,
            range,
            cursor: None,
            ticks,
            nights: &[],
            marks: &[],
            spans: &[],
            rows,
            height: None,
            says_stats: true,
        }
    }
}
