//! Bars of one lane in order of their start, with a tree over them: of 250 000 bars a frame meets
//! only those that can be told apart on screen.

/// Bars or blocks in a block of the level above.
const FAN: usize = 8;

/// What stands against a bar; the worst counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::panel::plan) enum Mark {
    /// Nothing.
    #[default]
    None,
    /// Something that somebody waived.
    Waived,
    /// Worth knowing.
    Note,
    /// To be looked at.
    Warning,
    /// Not to be approved.
    Error,
}

/// A bar; times in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::panel::plan) struct Bar {
    pub start: i64,
    pub end: i64,
    /// What it stands for: an activity, a value, a violation.
    pub tag: u64,
    /// Which look: the position of its type or value.
    pub look: u16,
    pub mark: Mark,
}

/// Bars that are too near each other to be told apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::panel::plan) struct Block {
    pub start: i64,
    pub end: i64,
    pub count: u32,
    /// Share of the time that bars take, 0 to 1.
    pub filled: f32,
    pub look: u16,
    pub mark: Mark,
    /// Start of the last bar.
    last: i64,
    /// Nanoseconds of the bars together.
    taken: i64,
}

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::panel::plan) enum Piece {
    One(Bar),
    Many(Block),
}

/// A lane.
#[derive(Clone, Debug, Default)]
pub(in crate::panel::plan) struct Row {
    bars: Vec<Bar>,
    /// Blocks of bars, then blocks of blocks, up to a few.
    levels: Vec<Vec<Block>>,
}

impl Block {
    fn of_bar(bar: &Bar) -> Self {
        let Bar { start, end, look, mark, .. } = *bar;
        let taken = end.saturating_sub(start);
        Self { start, end, count: 1, filled: 1.0, look, mark, last: start, taken }
    }

    fn join(blocks: impl Iterator<Item = Self>) -> Option<Self> {
        let mut joined = blocks.reduce(|a, b| Self {
            end: a.end.max(b.end),
            count: a.count + b.count,
            mark: a.mark.max(b.mark),
            last: b.last,
            taken: a.taken.saturating_add(b.taken),
            ..a
        })?;
        let whole = joined.end.saturating_sub(joined.start).max(1);
        joined.filled = (joined.taken as f32 / whole as f32).min(1.0);
        Some(joined)
    }
}

impl Row {
    /// A lane of bars in any order.
    pub fn new(mut bars: Vec<Bar>) -> Self {
        bars.sort_unstable_by_key(|bar| (bar.start, bar.end, bar.tag));
        let mut levels: Vec<Vec<Block>> = Vec::new();
        let first: Vec<Block> = bars
            .chunks(FAN)
            .filter_map(|part| Block::join(part.iter().map(Block::of_bar)))
            .collect();
        let mut level = first;
        while level.len() > FAN {
            let above: Vec<Block> =
                level.chunks(FAN).filter_map(|part| Block::join(part.iter().copied())).collect();
            levels.push(std::mem::replace(&mut level, above));
        }
        levels.push(level);
        Self { bars, levels }
    }

    /// All bars, by start.
    pub fn bars(&self) -> &[Bar] {
        &self.bars
    }

    /// What to draw of a view: bars whose starts lie further apart than `apart` nanoseconds, blocks
    /// of the others.
    pub fn pieces(&self, view: (i64, i64), apart: i64, visit: &mut impl FnMut(Piece)) {
        let top = self.levels.len().saturating_sub(1);
        let count = self.levels.last().map_or(0, Vec::len);
        self.descend(top, 0..count, view, apart, visit);
    }

    fn descend(
        &self,
        level: usize,
        range: std::ops::Range<usize>,
        view: (i64, i64),
        apart: i64,
        visit: &mut impl FnMut(Piece),
    ) {
        let first = range.start;
        let blocks = self.levels.get(level).and_then(|all| all.get(range)).unwrap_or_default();
        for (i, block) in blocks.iter().enumerate() {
            if block.end < view.0 || block.start > view.1 {
                continue;
            }
            if block.count > 1 && block.last.saturating_sub(block.start) <= apart {
                visit(Piece::Many(*block));
                continue;
            }
            let from = (first + i) * FAN;
            if level > 0 {
                let below = self.levels.get(level - 1).map_or(0, Vec::len);
                self.descend(level - 1, from..(from + FAN).min(below), view, apart, visit);
                continue;
            }
            let to = (from + FAN).min(self.bars.len());
            for bar in self.bars.get(from..to).unwrap_or_default() {
                if bar.end >= view.0 && bar.start <= view.1 {
                    visit(Piece::One(*bar));
                }
            }
        }
    }

    /// The bar at an instant, or the nearest within `reach` nanoseconds.
    pub fn at(&self, t: i64, reach: i64) -> Option<Bar> {
        let (from, to) = (t.saturating_sub(reach), t.saturating_add(reach));
        let far = |bar: &Bar| (bar.start - t).max(t - bar.end).max(0);
        let mut best: Option<Bar> = None;
        self.pieces((from, to), -1, &mut |piece| {
            if let Piece::One(bar) = piece
                && best.is_none_or(|b| far(&bar) <= far(&b))
            {
                best = Some(bar);
            }
        });
        best
    }

    /// The bars that touch a range, by start.
    pub fn within(&self, range: (i64, i64)) -> Vec<Bar> {
        let mut found = Vec::new();
        // Blocks of bars that start together are opened, too: apart is less than nothing.
        self.pieces(range, -1, &mut |piece| {
            if let Piece::One(bar) = piece {
                found.push(bar);
            }
        });
        found
    }

    /// The edge nearest to an instant within reach, bars with a tag that `is_left_out` not counted.
    pub fn edge(&self, t: i64, reach: i64, is_left_out: impl Fn(u64) -> bool) -> Option<i64> {
        let view = (t.saturating_sub(reach), t.saturating_add(reach));
        let mut best: Option<i64> = None;
        self.pieces(view, -1, &mut |piece| {
            let Piece::One(bar) = piece else { return };
            if is_left_out(bar.tag) {
                return;
            }
            for edge in [bar.start, bar.end] {
                let far = (edge - t).abs();
                if far <= reach && best.is_none_or(|b| far < (b - t).abs()) {
                    best = Some(edge);
                }
            }
        });
        best
    }
}

/// Packs bars into as few lanes as they need without lying over each other, at most `most`; what
/// has no room goes into the last.
pub(in crate::panel::plan) fn pack(mut bars: Vec<Bar>, most: usize) -> Vec<Row> {
    bars.sort_unstable_by_key(|bar| (bar.start, bar.end, bar.tag));
    let mut lanes: Vec<(i64, Vec<Bar>)> = Vec::new();
    for bar in bars {
        let free = lanes.iter().position(|(end, _)| *end <= bar.start);
        let at = match free {
            Some(at) => at,
            None if lanes.len() < most.max(1) => {
                lanes.push((i64::MIN, Vec::new()));
                lanes.len() - 1
            }
            None => lanes.len() - 1,
        };
        if let Some((end, lane)) = lanes.get_mut(at) {
            // What has no length still takes a place of its own.
            *end = (*end).max(bar.end.max(bar.start.saturating_add(1)));
            lane.push(bar);
        }
    }
    lanes.into_iter().map(|(_, lane)| Row::new(lane)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bar(start: i64, end: i64, tag: u64) -> Bar {
        Bar { start, end, tag, look: 0, mark: Mark::None }
    }

    fn drawn(row: &Row, view: (i64, i64), apart: i64) -> (u32, usize) {
        let (mut bars, mut pieces) = (0, 0);
        row.pieces(view, apart, &mut |piece| {
            pieces += 1;
            bars += match piece {
                Piece::One(_) => 1,
                Piece::Many(block) => block.count,
            };
        });
        (bars, pieces)
    }

    #[test]
    fn a_quarter_of_a_million_bars_are_a_few_pieces() {
        let bars = (0..250_000).map(|i| bar(i * 10, i * 10 + 9, i as u64)).collect();
        let row = Row::new(bars);
        // The whole on 1 600 points of two: every bar counts, few are drawn.
        let (count, pieces) = drawn(&row, (0, 2_500_000), 2_500_000 / 800);
        assert_eq!(count, 250_000);
        assert!(pieces < 8_000, "{pieces}");
        // Close: bars as they are.
        let (count, pieces) = drawn(&row, (1_000_000, 1_000_100), 1);
        assert!(count == 11 && pieces == 11, "{count} {pieces}");
        assert_eq!(row.at(1_000_005, 0).map(|b| b.tag), Some(100_000));
        assert_eq!(row.within((1_000_000, 1_000_025)).len(), 3);
        assert_eq!(row.edge(1_000_008, 3, |_| false), Some(1_000_009));
        assert_eq!(row.edge(1_000_008, 3, |tag| tag == 100_000), Some(1_000_010));
    }

    #[test]
    fn what_overlaps_lies_in_lanes_of_its_own() {
        let rows = pack(vec![bar(0, 10, 1), bar(5, 15, 2), bar(10, 20, 3), bar(6, 7, 4)], 2);
        let tags: Vec<Vec<u64>> =
            rows.iter().map(|row| row.bars().iter().map(|b| b.tag).collect()).collect();
        assert_eq!(tags, [vec![1, 3], vec![2, 4]]);
        assert!(pack(Vec::new(), 3).is_empty());
    }

    proptest! {
        #[test]
        fn no_bar_of_a_view_is_lost(
            list in prop::collection::vec((0i64..1000, 0i64..200), 0..200),
            from in 0i64..1000, length in 0i64..400, apart in -1i64..300,
        ) {
            let bars: Vec<Bar> =
                list.iter().zip(0..).map(|((s, l), tag)| bar(*s, s + l, tag)).collect();
            let view = (from, from + length);
            let inside = |b: &&Bar| b.end >= view.0 && b.start <= view.1;
            let expected = bars.iter().filter(inside).count();
            let row = Row::new(bars.clone());
            prop_assert_eq!(row.within(view).len(), expected);
            let (count, _) = drawn(&row, view, apart);
            prop_assert!(count as usize >= expected);
            let packed = pack(bars.clone(), 4);
            prop_assert_eq!(packed.iter().map(|r| r.bars().len()).sum::<usize>(), bars.len());
        }
    }
}
