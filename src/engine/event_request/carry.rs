//! How a request goes up: as activities of a plan, or as commands of their own.

use std::collections::BTreeSet;

use super::model::{EventRequest, Part, Sensor};
use crate::plan::{Activity, ActivityId, Value};
use crate::time::{Instant, iso};

/// The activity type of a part in the planning dictionary.
pub(super) fn activity_type(part: Part) -> &'static str {
    match part {
        Part::Seis => "SeisEventRequest",
        Part::Apss => "APSSEventRequest",
    }
}

/// The command of a part in the mission's dictionary.
pub(super) fn command_name(part: Part) -> &'static str {
    match part {
        Part::Seis => "SEIS_EVENT_EXTRACT",
        Part::Apss => "APSS_EVENT_EXTRACT",
    }
}

/// Channels of all seismometers together, and their rate.
fn seismic(request: &EventRequest) -> (u8, u16) {
    let wishes = [Sensor::Vbb, Sensor::Sp].into_iter().filter_map(|of| request.wish(of));
    wishes.fold((0, 0), |(channels, _), wish| (channels + wish.channels, wish.rate_hz))
}

fn pressure_rate(request: &EventRequest) -> u16 {
    request.wish(Sensor::Pressure).map_or(0, |wish| wish.rate_hz)
}

/// One activity a part, starting at an instant, numbered from `first` on. Their arguments are
/// those of `planning_seis.toml` and `planning_apss.toml`.
pub fn activities(
    id: &str,
    request: &EventRequest,
    start: Instant,
    first: ActivityId,
) -> Vec<Activity> {
    let numbers = (first.0..).map(ActivityId);
    let made = request.parts().into_iter().zip(numbers).map(|(part, number)| {
        let text = |text: String| Value::Text(text);
        let window_s = request.window.duration_s();
        let activity = Activity::new(number, activity_type(part), start)
            .with("request", text(part.on_board_id(id)))
            .with("start", text(iso(request.window.start, 3)))
            .with("window", Value::Number(window_s));
        let mut activity = match part {
            Part::Seis => {
                let (channels, rate_hz) = seismic(request);
                let age_h = (start.s_since(request.window.end) / 3600.0).max(0.0);
                activity
                    .with("rate", Value::Number(f64::from(rate_hz)))
                    .with("channels", Value::Number(f64::from(channels)))
                    .with("bits", Value::Number(Sensor::Vbb.bits_per_sample()))
                    .with("age_h", Value::Number(age_h))
                    .with("priority", Value::Number(f64::from(request.priority)))
            }
            Part::Apss => {
                activity.with("pressureRate", Value::Number(f64::from(pressure_rate(request))))
            }
        };
        activity.notes.clone_from(&request.justification);
        activity.tags = vec!["event-request".to_owned()];
        activity
    });
    made.collect()
}

/// One command for each of these parts: its name, names and values of its arguments.
pub fn commands(
    id: &str,
    request: &EventRequest,
    parts: &BTreeSet<Part>,
) -> Vec<(String, Vec<(String, String)>)> {
    let made = request.parts().into_iter().filter(|part| parts.contains(part)).map(|part| {
        let (channels, rate_hz) = match part {
            Part::Seis => seismic(request),
            Part::Apss => (1, pressure_rate(request)),
        };
        let mut arguments = vec![
            ("request", part.on_board_id(id)),
            ("start", iso(request.window.start, 3)),
            ("window_s", format!("{}", request.window.duration_s())),
            ("rate_hz", rate_hz.to_string()),
        ];
        if part == Part::Seis {
            arguments.push(("channels", channels.to_string()));
        }
        let arguments = arguments.into_iter().map(|(name, value)| (name.to_owned(), value));
        (command_name(part).to_owned(), arguments.collect())
    });
    made.collect()
}
