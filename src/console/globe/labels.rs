//! Which labels are shown: by importance, without overlaps, and without flicker while moving.

use std::collections::HashSet;

use egui::Rect;

/// How much more important a newcomer must be to push a label away that is already shown.
const LOYALTY: f64 = 1.3;
/// Space that a newcomer needs around it, points; one that is shown needs none.
const NEWCOMER_MARGIN: f32 = 5.0;

/// A label that would like to be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Candidate {
    /// The same label has the same key in every frame.
    pub key: u64,
    /// What it would cover.
    pub rect: Rect,
    /// The greater one stays.
    pub importance: f64,
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
            let margin = if self.shown.contains(&c.key) { 0.0 } else { NEWCOMER_MARGIN };
            let wanted = c.rect.expand(margin);
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

    use super::*;

    fn candidate(key: u64, x: f32, importance: f64) -> Candidate {
        let rect = Rect::from_min_size(pos2(x, 0.0), vec2(50.0, 10.0));
        Candidate { key, rect, importance }
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
