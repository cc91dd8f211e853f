//! Where a window of its own comes up: where it was, as long as a monitor is there.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

/// So much of the upper edge has to be on a monitor for a window to be caught hold of, points.
const GRIP: Vec2 = vec2(120.0, 28.0);
/// Windows without their monitor come up so far from the corner and from each other, points.
const STEP: f32 = 48.0;

/// Position and size for a window that was at `position`; the `nth` one whose monitor is gone is
/// put beside the others. Monitors are rectangles on the desktop in points. Where none is known,
/// and for a window that never had a place, the system decides.
pub(in crate::app) fn visible_place(
    position: Option<(f32, f32)>,
    size: (f32, f32),
    nth: usize,
    monitors: &[Rect],
) -> (Option<Pos2>, Vec2) {
    let size = vec2(size.0, size.1);
    let wanted = position.map(|(x, y)| pos2(x, y));
    let (Some(first), Some(at)) = (monitors.first(), wanted) else { return (wanted, size) };
    let held = |at: &Pos2| {
        let grip = Rect::from_min_size(*at, vec2(size.x.max(GRIP.x), GRIP.y));
        monitors.iter().find(|monitor| {
            let seen = monitor.intersect(grip);
            seen.width() >= GRIP.x && seen.height() >= GRIP.y
        })
    };
    if let Some(monitor) = held(&at) {
        return (Some(at), size.min(monitor.size()));
    }
    let size = size.min(first.size() - vec2(2.0 * STEP, 2.0 * STEP)).max(vec2(200.0, 200.0));
    let offset = STEP * (1.0 + (nth % 6) as f32);
    let room = (first.size() - size).max(Vec2::ZERO);
    (Some(first.min + vec2(offset, offset).min(room)), size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monitors() -> [Rect; 2] {
        let left = Rect::from_min_size(pos2(0.0, 0.0), vec2(1920.0, 1080.0));
        [left, Rect::from_min_size(pos2(1920.0, 0.0), vec2(2560.0, 1440.0))]
    }

    #[test]
    fn a_window_comes_back_where_it_was() {
        let both = monitors();
        for at in [(0.0, 0.0), (1800.0, 900.0), (2000.0, 1300.0), (-700.0, 40.0)] {
            let (position, size) = visible_place(Some(at), (860.0, 600.0), 0, &both);
            assert_eq!(position, Some(pos2(at.0, at.1)));
            assert_eq!(size, vec2(860.0, 600.0));
        }
    }

    #[test]
    fn without_its_monitor_it_comes_up_on_another() {
        let [left, _] = monitors();
        for at in [(2000.0, 300.0), (-2350.0, 0.0), (100.0, -500.0), (100.0, 1075.0)] {
            let (position, size) = visible_place(Some(at), (2400.0, 1400.0), 3, &[left]);
            let rect = Rect::from_min_size(position.expect("a place"), size);
            assert!(left.contains_rect(rect), "{at:?}: {rect:?}");
        }
    }

    #[test]
    fn displaced_windows_do_not_hide_each_other() {
        let all = monitors();
        let lost = Some((9000.0, 0.0));
        let at = |nth| visible_place(lost, (860.0, 600.0), nth, &all).0;
        assert_ne!(at(0), at(1));
        assert!(at(0).is_some_and(|at| at.x > 0.0));
        assert_eq!(visible_place(lost, (860.0, 600.0), 0, &[]).0, Some(pos2(9000.0, 0.0)));
        assert_eq!(visible_place(None, (860.0, 600.0), 0, &all).0, None);
    }
}
