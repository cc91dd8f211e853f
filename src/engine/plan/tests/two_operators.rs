//! Two operators edit one plan: joined, it is what a simple model of the two says.
//!
//! The model knows nothing of merging activities as a whole: it holds what each side says of each
//! field as text, and takes the side that changed it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// What a plan says of an activity, by field; empty where it is not there.
type Said = BTreeMap<String, String>;

fn said(plan: &Plan, id: ActivityId, renamed: &BTreeMap<ActivityId, ActivityId>) -> Option<Said> {
    let a = plan.activities.get(&id)?;
    let anchor = a.anchor.map(|mut anchor| {
        anchor.to = renamed.get(&anchor.to).copied().unwrap_or(anchor.to);
        format!("{anchor:?}")
    });
    let mut fields: Said = [
        ("type".to_owned(), a.kind.clone()),
        ("start".to_owned(), a.start.unix_ns().to_string()),
        ("duration".to_owned(), format!("{:?}", a.duration_ns)),
        ("notes".to_owned(), a.notes.clone()),
        ("tags".to_owned(), a.tags.join(";")),
        ("anchor".to_owned(), anchor.unwrap_or_default()),
    ]
    .into();
    fields.extend(a.arguments.iter().map(|(n, v)| (format!("argument {n}"), v.to_string())));
    Some(fields)
}

/// What one side does.
#[derive(Clone, Debug)]
enum Act {
    Remove(u64),
    Add(i64),
    Start(u64, i64),
    Kind(u64, bool),
    Notes(u64, u8),
    Duration(u64, Option<i64>),
    Tags(u64, u8),
    Argument(u64, u8, Option<i64>),
    Anchor(u64, Option<u64>),
    Waive(u64, u8),
    Unwaive,
    Name(u8),
    Range(i64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let id = || 1..8_u64;
    let one = prop_oneof![
        id().prop_map(Act::Remove),
        (0..3_i64).prop_map(Act::Add),
        (id(), 0..3_i64).prop_map(|(id, m)| Act::Start(id, m)),
        (id(), any::<bool>()).prop_map(|(id, is)| Act::Kind(id, is)),
        (id(), 0..3_u8).prop_map(|(id, n)| Act::Notes(id, n)),
        (id(), prop::option::of(0..3_i64)).prop_map(|(id, ns)| Act::Duration(id, ns)),
        (id(), 0..3_u8).prop_map(|(id, n)| Act::Tags(id, n)),
        (id(), 0..2_u8, prop::option::of(0..3_i64)).prop_map(|(id, n, x)| Act::Argument(id, n, x)),
        (id(), prop::option::of(id())).prop_map(|(id, to)| Act::Anchor(id, to)),
        (id(), 0..3_u8).prop_map(|(id, n)| Act::Waive(id, n)),
        Just(Act::Unwaive),
        (0..3_u8).prop_map(Act::Name),
        (0..3_i64).prop_map(Act::Range),
    ];
    prop::collection::vec(one, 0..14)
}

fn change(plan: &mut Plan, id: u64, how: impl FnOnce(&mut Activity)) {
    let Some(before) = plan.activities.get(&ActivityId(id)).cloned() else { return };
    let mut after = before.clone();
    how(&mut after);
    plan.apply(&[Edit::replace(before, after)]).unwrap();
}

fn make(plan: &mut Plan, what: Act) {
    match what {
        Act::Remove(id) => {
            let there = plan.activities.get(&ActivityId(id)).cloned();
            let edits: Vec<Edit> = there.into_iter().map(Edit::remove).collect();
            plan.apply(&edits).unwrap();
        }
        Act::Add(m) => plan.apply(&[Edit::add(act(plan.next_id().0.max(7), "Send", m))]).unwrap(),
        Act::Start(id, m) => change(plan, id, |a| a.start = min(100 + m)),
        Act::Kind(id, is) => change(plan, id, |a| a.kind = if is { "On" } else { "Off" }.into()),
        Act::Notes(id, n) => change(plan, id, |a| a.notes = format!("note {n}")),
        Act::Duration(id, ns) => change(plan, id, |a| a.duration_ns = ns),
        Act::Tags(id, n) => change(plan, id, |a| a.tags = vec![format!("t{n}")]),
        Act::Argument(id, n, x) => change(plan, id, |a| {
            let name = format!("x{n}");
            match x {
                Some(x) => drop(a.arguments.insert(name, number(x as f64))),
                None => drop(a.arguments.remove(&name)),
            }
        }),
        Act::Anchor(id, to) => change(plan, id, |a| {
            a.anchor = to.map(|to| Anchor { to: ActivityId(to), from_end: true, offset_ns: 1 });
        }),
        Act::Waive(id, n) => {
            let edit = plan.waive("R-GAP", &[ActivityId(id)], ("her", &format!("why {n}")), min(0));
            plan.apply(&[edit]).unwrap();
        }
        Act::Unwaive => {
            let first = plan.waivers.first().cloned().map(Box::new);
            let edit = first.map(|w| Edit::Waiver { before: Some(w), after: None });
            plan.apply(&edit.into_iter().collect::<Vec<_>>()).unwrap();
        }
        Act::Name(n) => {
            let (before, after) = (plan.name.clone(), format!("name {n}"));
            plan.apply(&[Edit::Name { before, after }]).unwrap();
        }
        Act::Range(m) => {
            let (before, after) = (plan.range(), minutes(m, 2880 + m));
            plan.apply(&[Edit::Range { before, after }]).unwrap();
        }
    }
}

/// One activity that the base has: what it has to be, and the fields in conflict.
fn expected([was, our, their]: [&Option<Said>; 3]) -> (Option<Said>, BTreeSet<String>) {
    let mut conflicts = BTreeSet::new();
    let merged = match (our, their) {
        (None, None) => None,
        (Some(left), None) | (None, Some(left)) if Some(left) == was.as_ref() => None,
        (Some(left), None) | (None, Some(left)) => {
            conflicts.insert("presence".to_owned());
            Some(left.clone())
        }
        (Some(our), Some(their)) => {
            let was = was.clone().unwrap_or_default();
            let names: BTreeSet<&String> =
                was.keys().chain(our.keys()).chain(their.keys()).collect();
            let mut all = Said::new();
            for name in names {
                let [was, our, their] = [&was, our, their].map(|of| of.get(name));
                if our != was && their != was && our != their {
                    conflicts.insert(name.clone());
                }
                let value = if our == was { their } else { our };
                all.extend(value.map(|value| (name.clone(), value.clone())));
            }
            Some(all)
        }
    };
    (merged, conflicts)
}

/// What a change of one side says of a field: before and after.
fn words(base: &Plan, side: &Plan, id: ActivityId, field: &str) -> Option<(String, String)> {
    let changes = difference(base, side);
    let change = changes.iter().find(|d| d.edit.touched() == Some(id))?;
    let field = change.fields.iter().find(|f| f.field == field)?;
    Some((field.before.clone(), field.after.clone()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn the_joined_plan_is_what_the_model_says(left in acts(), right in acts()) {
        let mut base = plan_of((1..=6).map(|id| act(id, "Move", id as i64)).collect());
        make(&mut base, Act::Waive(1, 7));
        make(&mut base, Act::Waive(2, 8));
        let (mut ours, mut theirs) = (base.clone(), base.clone());
        for what in left {
            make(&mut ours, what);
        }
        for what in right {
            make(&mut theirs, what);
        }
        let joined = merge(&base, &ours, &theirs);
        let (plan, renamed, none) = (&joined.plan, &joined.renamed, BTreeMap::new());
        let in_conflict = |id: Option<ActivityId>| -> BTreeSet<String> {
            joined.conflicts.iter().filter(|c| c.activity == id).map(|c| c.field.clone()).collect()
        };

        for id in base.activities.keys().copied() {
            let [was, our] = [&base, &ours].map(|p| said(p, id, &none));
            let their = said(&theirs, id, renamed);
            let (merged, conflicts) = expected([&was, &our, &their]);
            prop_assert_eq!(said(plan, id, &none), merged, "{}", id);
            prop_assert_eq!(in_conflict(Some(id)), conflicts, "{}", id);
        }
        // What a side added is there, whole, and nothing else is.
        let is_new = |id: &&ActivityId| !base.activities.contains_key(id);
        let mut added = BTreeSet::new();
        for id in ours.activities.keys().filter(is_new) {
            prop_assert_eq!(said(plan, *id, &none), said(&ours, *id, &none));
            added.insert(*id);
        }
        for id in theirs.activities.keys().filter(is_new) {
            let now = renamed.get(id).copied().unwrap_or(*id);
            prop_assert_eq!(said(plan, now, &none), said(&theirs, *id, renamed));
            added.insert(now);
        }
        let found: BTreeSet<ActivityId> = plan.activities.keys().filter(is_new).copied().collect();
        prop_assert_eq!(found, added);

        // A conflict names what was, what is kept and what the other side has.
        for conflict in &joined.conflicts {
            prop_assert!(conflict.ours != conflict.theirs, "{conflict:?}");
            prop_assert!(conflict.reason.contains("both") || conflict.field == "presence");
            let Some(id) = conflict.activity.filter(|_| conflict.field != "presence") else {
                continue;
            };
            let (was, our) = words(&base, &ours, id, &conflict.field).unwrap();
            prop_assert_eq!((&conflict.base, &conflict.ours), (&was, &our));
            // An anchor may lead to an activity that has another identifier now.
            if conflict.field != "anchor" {
                let (was, their) = words(&base, &theirs, id, &conflict.field).unwrap();
                prop_assert_eq!((&conflict.base, &conflict.theirs), (&was, &their));
            }
        }
        whole(&base, &ours, &theirs, &joined)?;
    }
}

/// Name, range and waivers.
fn whole(base: &Plan, ours: &Plan, theirs: &Plan, joined: &Merge) -> Result<(), TestCaseError> {
    let plan = &joined.plan;
    let of =
        |field: &str| joined.conflicts.iter().find(|c| c.field == field && c.activity.is_none());
    let name = if ours.name == base.name { &theirs.name } else { &ours.name };
    prop_assert_eq!(&plan.name, name);
    let differ = ours.name != base.name && theirs.name != base.name && ours.name != theirs.name;
    let named = of("name").map(|c| (&c.ours, &c.theirs));
    prop_assert_eq!(named, differ.then_some((&ours.name, &theirs.name)));
    let range = if ours.range() == base.range() { theirs.range() } else { ours.range() };
    prop_assert_eq!(plan.range(), range);
    let [was, our, their] = [base, ours, theirs].map(Plan::range);
    prop_assert_eq!(of("range").is_some(), our != was && their != was && our != their);

    let texts = |p: &Plan| p.waivers.iter().map(|w| format!("{w:?}")).collect::<BTreeSet<_>>();
    let [was, our] = [base, ours].map(texts);
    // Waivers of what has another identifier now are void: they are bound to what it was.
    let mut own = theirs.clone();
    own.waivers.retain(|w| !w.activities.iter().any(|id| joined.renamed.contains_key(id)));
    let their = texts(&own);
    let wanted =
        our.union(&their).filter(|w| !was.contains(*w) || our.contains(*w) && their.contains(*w));
    prop_assert_eq!(texts(plan), wanted.cloned().collect::<BTreeSet<_>>());
    Ok(())
}
