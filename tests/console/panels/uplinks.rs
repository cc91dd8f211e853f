//! The uplinks in the Commands panel: how they fare, and the form that sets them up.

use std::sync::Arc;

use egui_kittest::kittest::Queryable;
use marsdeck::state::Mode;
use marsdeck::theme::Theme;
use marsdeck_engine::command::Role;
use marsdeck_engine::link::{LinkState, Tracks};
use marsdeck_engine::runtime::{CommandingPicture, Order, Reply, UplinkView};

use super::desk::{
    account, answer, is_disabled, last_order, live, logged_in, press, shown, uplink, write,
};
use super::{harness, picture, themes};

const SIZE: [f32; 2] = [1000.0, 760.0];

fn with(uplinks: Vec<UplinkView>) -> CommandingPicture {
    CommandingPicture { uplinks: Arc::new(uplinks), ..shown("bob") }
}

#[test]
fn an_uplink_is_set_up_changed_and_removed() {
    let mut harness = harness(live("Commands", with(Vec::new()), Theme::dark()), SIZE, false);
    press(&mut harness, "Queue 1");
    harness.get_by_label("It has no way to leave: set up its uplink under Uplinks.");
    assert!(harness.query_by_label_contains("ready for release").is_none());
    press(&mut harness, "Uplinks");
    assert_eq!(harness.query_all_by_label_contains("not set up").count(), 2);
    press(&mut harness, "Set up the uplink of InSight");
    assert!(is_disabled(&harness, "Set up the uplink of InSight so"));
    write(&mut harness, "Station", "station:10011");
    write(&mut harness, "Sent at most", "many");
    harness.get_by_label("Sent at most: “many” is no number.");
    write(&mut harness, "Sent at most", "5");
    harness.get_by_label("Tracks").focus();
    harness.run_steps(1);
    harness.get_by_label("Tracks").type_text("2020-09-14T10:00/2020-09-14T12:00");
    harness.run_steps(3);
    press(&mut harness, "Set up the uplink of InSight so");
    let Order::SetUplink { mission, config: Some(config) } = last_order(&harness) else {
        panic!("no uplink")
    };
    assert_eq!((mission.as_str(), config.address.as_str()), ("insight", "station:10011"));
    assert_eq!((config.transmissions, config.spacecraft, config.light_time), (5, 189, true));
    assert_eq!(config.tracks.texts(), ["2020-09-14T10:00:00Z/2020-09-14T12:00:00Z"]);

    let mut view = UplinkView { config: *config, ..uplink() };
    view.status.is_ready = false;
    let done = Reply::Done("The uplink of insight was set up: station:10011".into());
    answer(&mut harness, with(vec![view]), done);
    harness.get_by_label("The uplink of insight was set up: station:10011");
    harness.get_by_label_contains("not ready");
    harness.get_by_label_contains("next track from");
    press(&mut harness, "Queue 1");
    harness.get_by_label("The uplink is not ready: frames are taken.");
    press(&mut harness, "Uplinks");
    press(&mut harness, "Change the uplink of InSight");
    press(&mut harness, "Remove the uplink of InSight");
    press(&mut harness, "Remove the uplink of InSight now");
    assert!(matches!(last_order(&harness), Order::SetUplink { config: None, .. }));
}

#[test]
fn who_may_not_release_and_who_looks_at_the_past_change_nothing() {
    let mut stage = live("Commands", shown("bob"), Theme::dark());
    stage.time.mode = Mode::Paused;
    let mut past = harness(stage, SIZE, false);
    press(&mut past, "Uplinks");
    assert!(is_disabled(&past, "Change the uplink of InSight"));
    let mut observer = CommandingPicture { uplinks: shown("").uplinks, ..logged_in("olga") };
    let olga = account("olga", "Olga Observer", "insight", &[Role::Observer]);
    Arc::make_mut(&mut observer.accounts).push(olga);
    let mut looks = harness(live("Commands", observer, Theme::dark()), SIZE, false);
    press(&mut looks, "Uplinks");
    looks.get_by_label_contains("ready");
    assert!(is_disabled(&looks, "Change the uplink of InSight"));
}

#[test]
fn it_renders_in_both_themes() {
    for theme in themes() {
        let name = theme.name;
        let mut of = uplink();
        of.config.tracks = Tracks::parse(["2020-01-01/2030-01-01"]).expect("a track");
        let mut lost = uplink();
        lost.config.mission = "msl".to_owned();
        lost.status.state = LinkState::Unavailable;
        lost.status.detail = "station:10011 refuses (connection refused)".to_owned();
        let mut harness = harness(live("Commands", with(vec![of, lost]), theme), SIZE, true);
        press(&mut harness, "Uplinks");
        picture(&mut harness, &format!("uplinks_{name}"));
        press(&mut harness, "Change the uplink of InSight");
        picture(&mut harness, &format!("uplinks_form_{name}"));
    }
}
