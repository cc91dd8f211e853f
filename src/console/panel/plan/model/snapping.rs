//! Where a dragged edge comes to rest. The engine's `plan::snap` looks at every activity; this one
//! asks the tree of the lanes, since a drag asks in every frame.

use std::collections::BTreeSet;

use marsdeck_engine::plan::ActivityId;
use marsdeck_engine::time::{Convention, Instant, SolClock};

use super::picture::Picture;

/// What an edge snapped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::panel::plan) enum Stop {
    /// An activity that stands still.
    Activity,
    /// A window.
    Window,
    /// Midnight of a sol.
    Sol,
}

impl Stop {
    /// What it is called.
    pub fn word(self) -> &'static str {
        match self {
            Self::Activity => "next to an activity",
            Self::Window => "at the edge of a window",
            Self::Sol => "at the start of a sol",
        }
    }
}

/// The nearest edge of another activity, of a window or of a sol within `reach_ns` of an instant.
pub(in crate::panel::plan) fn stop(
    picture: &Picture,
    mission: &str,
    t: Instant,
    moving: &BTreeSet<ActivityId>,
    reach_ns: i64,
) -> Option<(Instant, Stop)> {
    let ns = t.unix_ns();
    let moves = |tag: u64| moving.contains(&ActivityId(tag));
    let lanes = picture.groups.iter().flat_map(|group| &group.rows);
    let activities =
        lanes.filter_map(|row| row.edge(ns, reach_ns, moves)).map(|at| (at, Stop::Activity));
    let windows = picture.windows.iter();
    let windows = windows.filter_map(|band| band.row.edge(ns, reach_ns, |_| false));
    let windows = windows.map(|at| (at, Stop::Window));
    let sols = SolClock::of(mission).ok().into_iter().flat_map(|clock| {
        let sol = clock.at(t, Convention::Kernel).sol;
        [sol, sol.saturating_add(1)].map(|sol| clock.instant(sol, 0.0, Convention::Kernel))
    });
    let sols = sols.map(|at| (at.unix_ns(), Stop::Sol));
    let near = activities.chain(windows).chain(sols);
    let near = near.filter(|(at, _)| (at - ns).abs() <= reach_ns);
    let best = near.min_by_key(|(at, what)| ((at - ns).abs(), *what));
    best.map(|(at, what)| (Instant::from_unix_ns(at), what))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use marsdeck_engine::plan::{Checker, Model, Windows, snap};

    use super::*;
    use crate::panel::plan::model::examples::example;

    #[test]
    fn it_finds_what_the_engine_finds() {
        let plan = example("insight", 0, 200).expect("an example");
        let model = Arc::new(Model::builtin("insight"));
        let windows = Arc::new(Windows::of(&model, plan.range()));
        let checker = Checker::new(model, windows, &plan);
        let picture = Picture::new(0, &plan, &checker);
        let reach = 300_000_000_000;
        let moving = [ActivityId(3)];
        for step in 0..200 {
            let t = plan.start.plus_s(f64::from(step) * 400.0);
            let theirs = snap(&checker, t, &moving, reach, (t, 0)).map(|(at, _)| at);
            let ours = stop(&picture, "insight", t, &moving.into(), reach);
            let far = |at: Option<Instant>| at.map(|at| at.ns_since(t).abs());
            match ours {
                Some((_, Stop::Sol)) => {}
                _ => assert_eq!(far(ours.map(|(at, _)| at)), far(theirs), "{step}"),
            }
        }
    }
}
