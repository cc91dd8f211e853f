//! Labels on one line that do not collide: each takes the first free lane, or is left out.

/// Where a label wants to be: left edge and width in points; strong ones go first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wanted {
    pub x: f32,
    pub width: f32,
    pub strong: bool,
}

/// The lane of each label, in the order given; none where it found no room.
pub(super) fn lanes(wanted: &[Wanted], count: usize) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    let key = |i: &usize| wanted.get(*i).map_or((true, 0.0), |w| (!w.strong, w.x));
    order.sort_by(|a, b| key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal));
    let mut taken: Vec<Vec<(f32, f32)>> = vec![Vec::new(); count];
    let mut lanes = vec![None; wanted.len()];
    for i in order {
        let Some(label) = wanted.get(i) else { continue };
        let (a, b) = (label.x - 3.0, label.x + label.width + 3.0);
        let free =
            taken.iter().position(|lane| lane.iter().all(|(from, to)| b <= *from || a >= *to));
        if let (Some(lane), Some(slot)) = (free, lanes.get_mut(i)) {
            *slot = Some(lane);
            if let Some(lane) = taken.get_mut(lane) {
                lane.push((a, b));
            }
        }
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_never_overlap_and_strong_ones_stay() {
        let of = |x: f32, strong| Wanted { x, width: 30.0, strong };
        let wanted =
            [of(0.0, false), of(10.0, false), of(20.0, false), of(25.0, true), of(90.0, false)];
        let lanes = lanes(&wanted, 2);
        assert_eq!(lanes, [Some(1), None, None, Some(0), Some(0)]);
        assert_eq!(super::lanes(&wanted, 0), [None; 5]);
    }
}
