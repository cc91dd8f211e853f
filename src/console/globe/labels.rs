//! Which labels are shown: by importance, without overlaps, and without flicker while moving.

use std::collections::HashSet;

use egui::{Rect, Vec2, pos2, vec2};

use super::build::BuiltLabel;
use super::scene::PickId;
use super::sight::Sight;

/// How much more important a newcomer must be to push a label away that is already shown.
const LOYALTY: f64 = 1.3;
/// Space around a name beside a mark, and around one that stands alone, points: crowded names make
/// a map grey.
const BESIDE_ROOM: Vec2 = vec2(5.0, 5.0);
const ALONE_ROOM: Vec2 = vec2(14.0, 9.0);
/// Part of it that is enough for one that is shown already.
const SHOWN_PART: f32 = 0.55;

/// Width of a letter against its height, on the small side: what is culled must collide for sure.
const LETTER: f32 = 0.38;
/// A label that so many more important ones cover has no chance.
const COVERS: usize = 6;
/// Most labels that are laid out for one picture.
const MOST: usize = 400;

/// The labels that may be shown, of any number of them: in the view, on the side that faces the
/// eye, not behind a mountain, and not surely covered by a much more important one. Only these are
/// worth laying out their text, which costs a thousand times more. Most important first.
pub(crate) fn worth_laying_out<'l>(
    labels: impl Iterator<Item = &'l BuiltLabel>,
    sight: &Sight<'_>,
    selected: Option<&PickId>,
) -> Vec<&'l BuiltLabel> {
    let eye = sight.look.eye;
    let is_flat = sight.look.map.is_flat();
    let mut near: Vec<(f64, Rect, &BuiltLabel)> = labels
        .filter(|l| is_flat || (eye - l.position).dot(l.position) > 0.0)
        .filter_map(|l| {
            let at = sight.projected(l.position).filter(|at| sight.rect.contains(*at))?;
            let size = vec2(l.text.chars().count() as f32 * LETTER * l.size, 0.8 * l.size);
            let area = if l.beside > 0.0 {
                // To the left or to the right of its mark: only the height is known.
                Rect::from_min_size(pos2(at.x, at.y - size.y / 2.0 - 6.0), vec2(1.0, size.y))
            } else {
                Rect::from_center_size(at, size)
            };
            let importance = if selected == Some(&l.pick) { f64::INFINITY } else { l.importance };
            Some((importance, area, l))
        })
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut kept: Vec<(f64, Rect, &BuiltLabel)> = Vec::new();
    for (importance, area, label) in near {
        // Twice the loyalty: whichever of the two was shown before, the greater one wins. Some of
        // those that cover it may give way to others themselves.
        let covers = kept
            .iter()
            .take_while(|k| k.0 > importance * LOYALTY * LOYALTY)
            .filter(|k| k.1.intersects(area));
        if covers.take(COVERS).count() < COVERS && sight.sees(label.position) {
            kept.push((importance, area, label));
        }
        if kept.len() >= MOST {
            break;
        }
    }
    kept.into_iter().map(|k| k.2).collect()
}

/// A label that would like to be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Candidate {
    /// The same label has the same key in every frame.
    pub key: u64,
    /// What it would cover.
    pub rect: Rect,
    /// The greater one stays.
    pub importance: f64,
    /// Whether it names a mark beside it.
    pub is_beside: bool,
}

impl Candidate {
    /// Space that it needs around it as a newcomer.
    fn room(&self) -> Vec2 {
        if self.is_beside { BESIDE_ROOM } else { ALONE_ROOM }
    }
}

/// Remembers what was shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Placer {
    shown: HashSet<u64>,
}

impl Placer {
    /// Indices of the candidates to show. Those shown before go first unless a newcomer is
    /// clearly more important, and they may touch where a newcomer must keep a distance: so
    /// small motions never make two labels take turns. Nothing is shown over `reserved` areas.
    pub(crate) fn place(&mut self, candidates: &[Candidate], reserved: &[Rect]) -> Vec<usize> {
        let weight =
            |c: &Candidate| c.importance * if self.shown.contains(&c.key) { LOYALTY } else { 1.0 };
        let mut order: Vec<usize> = (0..candidates.len()).collect();
        order.sort_by(|a, b| {
            let (Some(a), Some(b)) = (candidates.get(*a), candidates.get(*b)) else {
                return a.cmp(b);
            };
            weight(b).total_cmp(&weight(a)).then(a.key.cmp(&b.key))
        });
        let mut taken: Vec<Rect> = reserved.to_vec();
        let mut kept = Vec::new();
        for index in order {
            let Some(c) = candidates.get(index) else { continue };
            let part = if self.shown.contains(&c.key) { SHOWN_PART } else { 1.0 };
            let wanted = c.rect.expand2(c.room() * part);
            if taken.iter().all(|t| !t.intersects(wanted)) {
                taken.push(c.rect);
                kept.push(index);
            }
        }
        self.shown = kept.iter().filter_map(|i| candidates.get(*i)).map(|c| c.key).collect();
        kept
    }
}

#[cfg(test)]
mod tests {
    use egui::{pos2, vec2};
    use proptest::prelude::*;

    use super::super::build::Built;
    use super::super::camera::Camera;
    use super::super::geodesy::{LatLon, position};
    use super::super::layers;
    use super::super::scene::GlobeScene;
    use super::super::settings::GlobeSettings;
    use super::*;

    fn candidate(key: u64, x: f32, importance: f64) -> Candidate {
        let rect = Rect::from_min_size(pos2(x, 0.0), vec2(50.0, 10.0));
        Candidate { key, rect, importance, is_beside: true }
    }

    /// All names of Mars in a view: what is laid out is a small part of them, and nothing that
    /// would be shown is missing.
    #[test]
    fn thousands_of_names_cost_little() {
        let names = layers::known_features();
        let layer = layers::features(&names, crate::theme::Theme::dark().text);
        let mut built = Built::default();
        let scene = GlobeScene::new([layer]);
        let settings = GlobeSettings::default();
        built.renew(
            &scene,
            &settings,
            crate::theme::Theme::dark().text,
            &|p| position(p, 0.0),
            None,
        );
        for (range_m, most) in [(1.1e7, 400), (2e6, 400), (2e5, 100)] {
            let camera = Camera { target: LatLon::new(5.0, 140.0), range_m, ..Camera::default() };
            let look = camera.look(1600.0, 900.0);
            let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(1600.0, 900.0));
            let sight = Sight { look, rect, ground: None, exaggeration: 1.0 };
            let start = std::time::Instant::now();
            let kept = worth_laying_out(built.labels.iter(), &sight, None);
            println!("{} of {} in {:?}", kept.len(), built.labels.len(), start.elapsed());
            assert!(kept.len() <= most, "{}", kept.len());
            // With the true sizes of the words, at least as large as taken here, the same ones
            // but for a few are shown as when all are laid out.
            let shown = |labels: &[&BuiltLabel]| {
                let candidates: Vec<Candidate> = labels
                    .iter()
                    .enumerate()
                    .filter_map(|(i, l)| {
                        let at = sight.on_screen(l.position).filter(|at| rect.contains(*at))?;
                        let width = l.text.chars().count() as f32 * 0.5 * l.size;
                        let area = Rect::from_center_size(at, vec2(width, 1.2 * l.size));
                        let (key, importance) = (i as u64, l.importance);
                        Some(Candidate { key, rect: area, importance, is_beside: l.beside > 0.0 })
                    })
                    .collect();
                let kept = Placer::default().place(&candidates, &[]);
                let named = |i: usize| labels[candidates[i].key as usize].text.clone();
                kept.into_iter().map(named).collect::<std::collections::BTreeSet<_>>()
            };
            let all: Vec<&BuiltLabel> = built.labels.iter().collect();
            let (some, whole) = (shown(&kept), shown(&all));
            let other = some.symmetric_difference(&whole).count();
            println!("{} shown, {other} others than with all", whole.len());
            if kept.len() < MOST {
                assert!(other * 20 <= whole.len(), "{other} of {}", whole.len());
            }
        }
    }

    #[test]
    fn the_more_important_of_two_stays() {
        let mut placer = Placer::default();
        assert_eq!(placer.place(&[candidate(1, 0.0, 1.0), candidate(2, 30.0, 2.0)], &[]), [1]);
    }

    #[test]
    fn small_motions_do_not_make_labels_take_turns() {
        let mut placer = Placer::default();
        let mut shown = Vec::new();
        for step in 0..40 {
            // The second slides back and forth over the edge of the first.
            let x = 50.0 + if step % 2 == 0 { 0.5 } else { -0.5 };
            let kept = placer.place(&[candidate(1, 0.0, 1.0), candidate(2, x, 0.9)], &[]);
            shown.push(kept.contains(&1));
        }
        assert!(shown.iter().all(|s| *s == shown[0]), "{shown:?}");
        // A slightly more important newcomer waits; a much more important one comes in.
        assert_eq!(placer.place(&[candidate(1, 0.0, 1.0), candidate(3, 20.0, 1.1)], &[]), [0]);
        assert_eq!(placer.place(&[candidate(1, 0.0, 1.0), candidate(4, 20.0, 2.0)], &[]), [1]);
    }

    proptest! {
        #[test]
        fn shown_labels_never_overlap(
            xs in prop::collection::vec((0.0..500.0f32, 0.0..9.0f64), 0..60),
        ) {
            let all: Vec<_> = xs.iter().enumerate()
                .map(|(i, (x, importance))| candidate(i as u64, *x, *importance)).collect();
            let mut placer = Placer::default();
            for _ in 0..3 {
                let kept = placer.place(&all, &[]);
                for (n, a) in kept.iter().enumerate() {
                    for b in &kept[n + 1..] {
                        let (a, b) = (all[*a].rect.shrink(0.01), all[*b].rect.shrink(0.01));
                        prop_assert!(!a.intersects(b));
                    }
                }
            }
        }
    }
}
