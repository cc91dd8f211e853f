//! Figures worked by hand, texts of messages, and the way into plans and commands.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::make::*;
use crate::event_request::*;
use crate::plan::{ActivityId, Checker, Edit, Plan, Windows, expand};
use crate::time::TimeRange;

#[test]
fn volumes_are_those_worked_by_hand() {
    // FACTS 2.2: three VBB axes at 100 sps for 30 min at 12 bits are about 6.5 Mbit:
    // 3 × 100 × 1800 × 12 = 6 480 000.
    let window = TimeRange::new(hours(-1.0), hours(-0.5));
    let mut request = EventRequest::new("insight", window);
    assert_eq!(request.volume_bits(), 6_480_000.0);
    // With pressure at 20 sps and 16 bits: 20 × 1800 × 16 = 576 000 more.
    request.wishes.push(Wish { sensor: Sensor::Pressure, channels: 1, rate_hz: 20 });
    assert_eq!(request.volume_bits(), 7_056_000.0);
    assert_eq!(request.part_bits(Part::Apss), 576_000.0);
    assert_eq!(request.deadline(), hours(49.0));
    assert_eq!(pass_mbit(&MODEL), Some(70.0));
}

#[test]
fn series_are_named_as_network_xb_names_them() {
    let names = |sensor, channels, rate_hz| -> Vec<String> {
        let mut request = wanted();
        request.wishes = vec![Wish { sensor, channels, rate_hz }];
        request.expected().into_iter().map(|expected| expected.name).collect()
    };
    // FACTS 2.3: 00.HHU is the VBB at 100 sps, 65.EHU the SP at 100 sps, 02.BDO pressure at 20.
    let vbb = ["XB.ELYSE.00.HHU", "XB.ELYSE.00.HHV", "XB.ELYSE.00.HHW"];
    assert_eq!(names(Sensor::Vbb, 3, 100), vbb);
    assert_eq!(names(Sensor::Vbb, 1, 50), ["XB.ELYSE.00.BHU"]);
    assert_eq!(names(Sensor::Sp, 2, 100), ["XB.ELYSE.65.EHU", "XB.ELYSE.65.EHV"]);
    assert_eq!(names(Sensor::Pressure, 1, 20), ["XB.ELYSE.02.BDO"]);
    assert_eq!(names(Sensor::Pressure, 1, 10), ["XB.ELYSE.03.BDO"]);
}

#[test]
fn activities_keep_the_rules_and_become_the_commands() {
    let mut request = wanted();
    request.wishes.push(Wish { sensor: Sensor::Sp, channels: 2, rate_hz: 100 });
    request.wishes.push(Wish { sensor: Sensor::Pressure, channels: 1, rate_hz: 10 });
    let start = hours(3.0);
    let range = TimeRange::new(T0, hours(24.0));
    let mut plan = Plan::new("p", "p", "insight", range);
    let made = activities("S0235b-1", &request, start, ActivityId(7));
    assert_eq!(made.iter().map(|a| a.id.0).collect::<Vec<_>>(), [7, 8]);
    let edits: Vec<Edit> = made.into_iter().map(Edit::add).collect();
    plan.apply(&edits).unwrap();
    let checker = Checker::new(Arc::clone(&MODEL), Arc::new(Windows::default()), &plan);
    let by_arguments = ["argument", "type", "FR-SEIS-004", "FR-SEIS-005"];
    let broken: Vec<String> = checker
        .violations(&plan)
        .into_iter()
        .filter(|violation| by_arguments.contains(&violation.rule.as_str()))
        .map(|violation| violation.reason)
        .collect();
    assert_eq!(broken, Vec::<String>::new());
    let expanded: Vec<_> =
        expand(&checker).into_iter().map(|command| (command.name, command.arguments)).collect();
    assert_eq!(expanded, commands("S0235b-1", &request, &request.parts()));
    let (name, arguments) = &expanded[0];
    assert_eq!(name, "SEIS_EVENT_EXTRACT");
    let text: Vec<String> =
        arguments.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        text.join(" "),
        "request=S0235b-1 start=2020-09-13T11:06:40.000Z window_s=1200 rate_hz=100 channels=5"
    );
    let only = commands("S0235b-1", &request, &BTreeSet::from([Part::Apss]));
    assert_eq!(only.len(), 1);
    assert_eq!(only[0].1[0].1, "S0235b-1p");
}

#[test]
fn identifiers_are_fit_for_the_spacecraft_and_unique() {
    let mut room = Room::new();
    let mut request = wanted();
    request.name = "T 0173a (B) %".to_owned();
    let anne = room.anne.clone();
    for expected in ["T0173aB-1", "T0173aB-2"] {
        room.act(&anne, RequestOrder::Draft(Box::new(request.clone()))).unwrap();
        assert!(room.requests.get(expected).is_some());
    }
    request.name.clear();
    assert_eq!(room.requests.next_id(&request), "evnt-1");
}

proptest! {
    #[test]
    fn contents_survive_the_journal(s in 10.0..14_400.0_f64, priority in 1..10_u8, why in ".{0,40}") {
        let window = TimeRange::new(T0, T0.plus_s(s));
        let content = EventRequest { priority, justification: why, ..EventRequest::new("insight", window) };
        let event = RequestEvent::Drafted { id: "a-1".to_owned(), request: Box::new(content) };
        let text = serde_json::to_string(&event).unwrap();
        prop_assert_eq!(serde_json::from_str::<RequestEvent>(&text).unwrap(), event);
    }
}
