//! Paints the bands one by one: titles, violations, lanes of activities with what really happened.

use egui::{
    Align2, Color32, CornerRadius, FontId, Mesh, Painter, Rect, Response, Role, Sense, Shape,
    Stroke, StrokeKind, Ui, WidgetInfo, pos2,
};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::plan::ActivityId;
use marsdeck_engine::time::iso;

use super::super::super::model::actual::Course;
use super::super::super::model::picture::Group;
use super::super::super::model::rows::{Bar, Mark, Piece};
use super::bands::{Band, Title, What, title_name};
use super::paint::{self, severity};
use super::{Frame, Timeline};
use crate::theme::{SMALL, Theme, mix, severity_shape};
use crate::widget::{duration_text, paint_severity};

/// Most activities of a frame that can be reached by themselves with a screen reader.
const REACHED: usize = 150;
/// Narrowest bar with a text, points.
const TEXT_FROM: f32 = 30.0;

/// What was clicked in the lanes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clicked {
    /// The activity, and whether it was the other button.
    pub activity: Option<(ActivityId, bool)>,
    /// A violation by its position.
    pub violation: Option<usize>,
}

impl Timeline {
    /// Paints the bands that are on screen.
    pub(super) fn rows(
        &mut self,
        ui: &mut Ui,
        frame: &Frame<'_, '_>,
        placed: &[(Band, Rect)],
        base: &Response,
    ) -> Clicked {
        let mut clicked = Clicked::default();
        let mut left = REACHED;
        let clip = ui.clip_rect();
        for (band, rect) in placed.iter().filter(|(_, rect)| rect.intersects(clip)) {
            paint::name(ui, frame, *rect, band.what);
            let painter =
                ui.painter_at(Rect::from_x_y_ranges(frame.field.x_range(), rect.y_range()));
            let picture = &frame.desk.picture;
            match band.what {
                What::Sun => self.sun(&painter, frame, *rect),
                What::Marks => clicked.violation = marks(ui, frame, *rect, base),
                What::Title(title) => self.title(ui, frame, *rect, title),
                What::Window(at) => {
                    if let Some(of) = picture.windows.get(at) {
                        paint::window(&painter, frame, *rect, of);
                    }
                }
                What::State(at) => {
                    if let Some(of) = picture.states.get(at) {
                        paint::state(&painter, frame, *rect, of);
                    }
                }
                What::Resource(at) => {
                    if let Some(of) = picture.resources.get(at) {
                        paint::resource(&painter, frame, *rect, of);
                    }
                }
                What::Lane(group, row) => {
                    let lane = Lane { frame, rect: *rect, group, row, base };
                    let found = self.lane(ui, &painter, &lane, &mut left);
                    clicked.activity = clicked.activity.or(found);
                }
            }
        }
        self.anchors(ui, frame, placed);
        clicked
    }

    fn title(&mut self, ui: &mut Ui, frame: &Frame<'_, '_>, rect: Rect, title: Title) {
        let theme = frame.cx.theme;
        let name = title_name(title, frame.desk);
        let is_folded = self.folded.contains(&name);
        let bar = Rect::from_x_y_ranges(rect.left()..=frame.field.right(), rect.y_range());
        ui.painter().rect_filled(bar, 0.0, theme.raised);
        let response = ui.interact(
            Rect::from_x_y_ranges(rect.left()..=frame.field.left(), rect.y_range()),
            ui.scope_id().with(("fold", &name)),
            Sense::click(),
        );
        let shown = match title {
            Title::Group(at) => shown_name(frame, frame.desk.picture.groups.get(at), &name),
            _ => name.clone(),
        };
        let word = if is_folded { "Unfold" } else { "Fold" };
        response.widget_info(|| {
            WidgetInfo::selected(Role::Button, true, !is_folded, format!("{word} {shown}"))
        });
        let colour = if response.hovered() { theme.text } else { theme.text_weak };
        let at = pos2(rect.left() + 10.0, rect.center().y);
        let corner = |x: f32, y: f32| at + egui::vec2(x, y);
        let points = if is_folded {
            vec![corner(-3.0, -5.0), corner(4.0, 0.0), corner(-3.0, 5.0)]
        } else {
            vec![corner(-5.0, -3.0), corner(5.0, -3.0), corner(0.0, 4.0)]
        };
        ui.painter().add(Shape::convex_polygon(points, colour, Stroke::NONE));
        let font = FontId::proportional(SMALL);
        let text = pos2(rect.left() + 20.0, rect.center().y);
        ui.painter().text(text, Align2::LEFT_CENTER, &shown, font, theme.text);
        if let (Title::Group(at), true) = (title, is_folded)
            && let Some(group) = frame.desk.picture.groups.get(at)
        {
            let painter = ui.painter_at(bar.intersect(frame.field));
            overview(&painter, frame, rect, group, at);
        }
        if response.clicked() {
            if is_folded {
                self.folded.remove(&name)
            } else {
                self.folded.insert(name)
            };
        }
    }

    fn lane(
        &self,
        ui: &mut Ui,
        painter: &Painter,
        lane: &Lane<'_, '_, '_>,
        left: &mut usize,
    ) -> Option<(ActivityId, bool)> {
        let frame = lane.frame;
        let theme = frame.cx.theme;
        let Some(row) = frame.desk.picture.row(lane.group, lane.row) else { return None };
        let colour = theme.curve(lane.group);
        let (top, bottom) = (lane.rect.top() + 2.0, self.bar_bottom(lane.rect));
        let mut mesh = Mesh::default();
        let mut bars: Vec<(Bar, Rect)> = Vec::new();
        row.pieces(frame.view, frame.ns(2.0), &mut |piece| match piece {
            Piece::One(bar) => {
                let (start, end) = self.moved(&bar);
                let (x0, x1) = (frame.x(start), frame.x(end).max(frame.x(start) + 2.0));
                let area = Rect::from_min_max(pos2(x0, top), pos2(x1, bottom));
                if x1 - x0 >= 5.0 || bar.mark > Mark::Waived {
                    bars.push((bar, area));
                } else {
                    let chosen = frame.desk.selection.contains(&ActivityId(bar.tag));
                    mesh.add_colored_rect(area, if chosen { theme.accent } else { colour });
                }
            }
            Piece::Many(block) => {
                let (x0, x1) = (frame.x(block.start), frame.x(block.end));
                let area = Rect::from_min_max(pos2(x0, top), pos2(x1.max(x0 + 1.5), bottom));
                let share = 0.35 + 0.5 * block.filled;
                mesh.add_colored_rect(area, mix(theme.plot_ground(), colour, share));
                if let Some(severity) = severity(block.mark).filter(|_| block.mark > Mark::Waived) {
                    let line =
                        Rect::from_min_max(area.left_bottom() - egui::vec2(0.0, 3.0), area.max);
                    mesh.add_colored_rect(line, theme.severity(severity));
                }
            }
        });
        painter.add(Shape::mesh(mesh));
        let mut found = None;
        let mut last_mark = f32::NEG_INFINITY;
        for (bar, area) in bars {
            one(painter, frame, &bar, area, colour, &mut last_mark);
            if *left > 0 && area.width() >= 6.0 && area.intersects(lane.frame.field) {
                *left -= 1;
                found = found.or(reach(ui, lane, &bar, area));
            }
        }
        self.actual_bars(painter, lane);
        found
    }

    /// Where the planned bar ends above what really happened.
    fn bar_bottom(&self, rect: Rect) -> f32 {
        if self.actual.is_empty() { rect.bottom() - 2.0 } else { rect.bottom() - 9.0 }
    }

    fn actual_bars(&self, painter: &Painter, lane: &Lane<'_, '_, '_>) {
        let (frame, theme) = (lane.frame, lane.frame.cx.theme);
        for actual in &self.actual {
            if frame.desk.picture.place(actual.activity) != Some((lane.group, lane.row)) {
                continue;
            }
            let (x0, x1) = (frame.x(actual.start.unix_ns()), frame.x(actual.end.unix_ns()));
            let area = Rect::from_min_max(
                pos2(x0, lane.rect.bottom() - 8.0),
                pos2(x1.max(x0 + 3.0), lane.rect.bottom() - 3.0),
            );
            let severity = match actual.course {
                Course::Running => Severity::Standby,
                Course::Done => Severity::Normal,
                Course::Failed => Severity::Critical,
            };
            let colour = theme.severity(severity);
            painter.rect_filled(area, 1.0, colour);
            if actual.course == Course::Failed {
                let at = pos2(area.right() + 5.0, area.center().y);
                paint_severity(painter, at, 4.0, severity_shape(severity), colour);
            }
        }
    }

    /// Thin lines from what activities hang on to their start.
    fn anchors(&self, ui: &Ui, frame: &Frame<'_, '_>, placed: &[(Band, Rect)]) {
        let desk = frame.desk;
        // With more the lines would hide the bars; those of the selected are always drawn.
        let few = desk.plan().activities.len() <= 2000;
        let shown = desk.plan().activities.values().take(if few { 2000 } else { 0 });
        let chosen = desk.selection.iter().filter_map(|id| desk.plan().activities.get(id));
        let painter = ui.painter_at(frame.field);
        for activity in shown.chain(chosen.take(200)) {
            let Some(anchor) = activity.anchor else { continue };
            let ends = [(anchor.to, anchor.from_end), (activity.id, false)];
            let place = |(id, at_end): (ActivityId, bool)| {
                let bar = desk.picture.bar(id)?;
                let (start, end) = self.moved(&bar);
                let place = desk.picture.place(id);
                let rect = placed.iter().find(|(band, _)| band.lane() == place)?.1;
                let x = frame.x(if at_end { end } else { start });
                Some(pos2(x, rect.center().y))
            };
            if let [Some(from), Some(to)] = ends.map(place) {
                let colour = frame.cx.theme.text_weak;
                let bend = pos2(from.x, to.y);
                painter.line(vec![from, bend, to], Stroke::new(1.0, colour));
                painter.circle_filled(from, 2.5, colour);
            }
        }
    }

    /// Start and end of a bar as it lies while it is dragged.
    pub(super) fn moved(&self, bar: &Bar) -> (i64, i64) {
        match self.preview.as_ref().filter(|p| p.ids.contains(&ActivityId(bar.tag))) {
            Some(p) => {
                let start = bar.start.saturating_add(p.shift_ns);
                let end = bar.end.saturating_add(p.shift_ns).saturating_add(p.longer_ns);
                (start, end.max(start))
            }
            None => (bar.start, bar.end),
        }
    }
}

/// A lane with where it is.
struct Lane<'a, 'b, 'c> {
    frame: &'a Frame<'b, 'c>,
    rect: Rect,
    group: usize,
    row: usize,
    base: &'a Response,
}

/// The name of a group as the mission says it.
fn shown_name(frame: &Frame<'_, '_>, group: Option<&Group>, name: &str) -> String {
    let missions = &frame.cx.snapshot.missions.missions;
    let mission = missions.iter().find(|m| m.id == frame.desk.plan().mission);
    let instrument = mission.and_then(|m| m.instruments.iter().find(|i| i.id == name));
    let mut shown = match (instrument, name) {
        (Some(of), _) => of.name.clone(),
        (None, "lander") => "Lander and wakes".to_owned(),
        (None, "rover") => "Rover".to_owned(),
        (None, other) => other.to_uppercase(),
    };
    let count = group.map_or(0, |group| group.count);
    if count > 0 {
        shown = format!("{shown} ({})", crate::widget::count_text(count as u64));
    }
    shown
}

/// A folded group: all its lanes in one line.
fn overview(painter: &Painter, frame: &Frame<'_, '_>, rect: Rect, group: &Group, at: usize) {
    let mut mesh = Mesh::default();
    let colour = frame.cx.theme.curve(at);
    for row in &group.rows {
        row.pieces(frame.view, frame.ns(3.0), &mut |piece| {
            let (start, end) = match piece {
                Piece::One(bar) => (bar.start, bar.end),
                Piece::Many(block) => (block.start, block.end),
            };
            let (x0, x1) = (frame.x(start), frame.x(end));
            let area = Rect::from_min_max(
                pos2(x0, rect.center().y - 3.0),
                pos2(x1.max(x0 + 2.0), rect.center().y + 3.0),
            );
            mesh.add_colored_rect(area, colour);
        });
    }
    painter.add(Shape::mesh(mesh));
}

/// Paints one activity.
fn one(
    painter: &Painter,
    frame: &Frame<'_, '_>,
    bar: &Bar,
    area: Rect,
    colour: Color32,
    last_mark: &mut f32,
) {
    let theme: &Theme = frame.cx.theme;
    let chosen = frame.desk.selection.contains(&ActivityId(bar.tag));
    let fill = mix(theme.plot_ground(), colour, if chosen { 0.6 } else { 0.32 });
    painter.rect_filled(area, CornerRadius::same(2), fill);
    let mark = severity(bar.mark);
    let edge = match mark {
        _ if chosen => Stroke::new(2.0, theme.text),
        Some(severity) => Stroke::new(1.5, theme.severity(severity)),
        None => Stroke::new(1.0, colour),
    };
    painter.rect_stroke(area, CornerRadius::same(2), edge, StrokeKind::Inside);
    let mut left = area.left().max(frame.field.left()) + 4.0;
    // Shapes of narrow bars would lie over each other.
    if let Some(severity) = mark.filter(|_| area.width() >= 14.0 || left - *last_mark > 12.0) {
        let at = pos2(left + 5.0, area.center().y);
        paint_severity(painter, at, 5.0, severity_shape(severity), theme.severity(severity));
        *last_mark = left;
        left += 14.0;
    }
    if area.right() - left > TEXT_FROM {
        let clip = painter.with_clip_rect(area.shrink(1.0).intersect(painter.clip_rect()));
        let kind = frame.desk.picture.kind(bar);
        let name = frame.desk.model.types.get(kind).map_or(kind, |of| of.name.as_str());
        let at = pos2(left, area.center().y);
        clip.text(at, Align2::LEFT_CENTER, name, FontId::proportional(SMALL), theme.text);
    }
}

/// Makes an activity something that can be reached, pointed at and clicked.
fn reach(
    ui: &mut Ui,
    lane: &Lane<'_, '_, '_>,
    bar: &Bar,
    area: Rect,
) -> Option<(ActivityId, bool)> {
    let (frame, id) = (lane.frame, ActivityId(bar.tag));
    let kind = frame.desk.picture.kind(bar);
    let seen = area.intersect(ui.clip_rect()).intersect(frame.field);
    let response = ui.interact(seen, lane.base.id.with(bar.tag), Sense::click());
    let chosen = frame.desk.selection.contains(&id);
    let range = super::super::super::model::picture::range_of(bar);
    let wrong = match bar.mark {
        Mark::Error => ", breaks a rule",
        Mark::Warning => ", with a warning",
        Mark::Note => ", with a note",
        Mark::Waived => ", waived",
        Mark::None => "",
    };
    let said = || format!("{kind} {id} at {}{wrong}", iso(range.start, 0));
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, said()));
    let response = response.on_hover_ui(|ui| hover(ui, frame, bar));
    if response.secondary_clicked() {
        return Some((id, true));
    }
    response.clicked().then_some((id, false))
}

fn hover(ui: &mut Ui, frame: &Frame<'_, '_>, bar: &Bar) {
    let (cx, desk) = (frame.cx, frame.desk);
    let range = super::super::super::model::picture::range_of(bar);
    let kind = desk.picture.kind(bar);
    let name = desk.model.types.get(kind).map_or(kind, |of| of.name.as_str());
    ui.strong(format!("{name} #{}", bar.tag));
    ui.label(format!("{} for {}", cx.time_text(range.start), duration_text(range.duration_s())));
    if let Some(at) = cx.clocks.lmst(&desk.plan().mission, range.start) {
        ui.label(format!("Sol {} {} LMST", at.sol, at.clock()));
    }
    if let Some(of) = desk.plan().activities.get(&ActivityId(bar.tag)) {
        for (name, value) in of.arguments.iter().take(8) {
            ui.label(format!("{name}: {value}"));
        }
        if !of.notes.is_empty() {
            ui.label(&of.notes);
        }
    }
    if bar.mark > Mark::None {
        for (_, violation) in desk.picture.violations_of(ActivityId(bar.tag)).take(4) {
            ui.label(format!("{}: {}", violation.rule, violation.reason));
        }
    }
}

/// The band of violations; the position of the one that was clicked.
fn marks(ui: &mut Ui, frame: &Frame<'_, '_>, rect: Rect, base: &Response) -> Option<usize> {
    let theme = frame.cx.theme;
    let painter = ui.painter_at(Rect::from_x_y_ranges(frame.field.x_range(), rect.y_range()));
    let mut last = f32::NEG_INFINITY;
    let mut shown: Vec<(f32, u64, Mark)> = Vec::new();
    frame.desk.picture.marks.pieces(frame.view, frame.ns(2.0), &mut |piece| {
        let (start, tag, mark) = match piece {
            Piece::One(bar) => (bar.start, bar.tag, bar.mark),
            Piece::Many(block) => (block.start, u64::MAX, block.mark),
        };
        let x = frame.x(start).max(frame.field.left() + 6.0);
        match shown.last_mut() {
            Some(before) if x - last < 9.0 => before.2 = before.2.max(mark),
            _ => {
                last = x;
                shown.push((x, tag, mark));
            }
        }
    });
    for (x, _, mark) in &shown {
        if let Some(severity) = severity(*mark) {
            let at = pos2(*x, rect.center().y);
            paint_severity(&painter, at, 5.5, severity_shape(severity), theme.severity(severity));
        }
    }
    let at = base.hover_pos().filter(|at| rect.contains(*at))?;
    let near = |x: f32| (x - at.x).abs() < 8.0;
    let (_, tag, _) = shown.into_iter().find(|(x, ..)| near(*x))?;
    let violation = frame.desk.picture.violations.get(tag as usize)?;
    let text = format!("{}: {}", violation.rule, violation.reason);
    base.clone().on_hover_text_at_pointer(text);
    base.clicked().then_some(tag as usize)
}
