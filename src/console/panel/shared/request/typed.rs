//! The form's fields as typed, and times in words. Pure.

use marsdeck_engine::event_request::{EventRequest, Sensor, Wish};
use marsdeck_engine::time::{Instant, TimeRange, iso, parse};

/// What stands in the fields.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Typed {
    /// What has no field.
    base: EventRequest,
    pub(super) start: String,
    pub(super) end: String,
    /// Axes; 0: none.
    pub(super) vbb: u8,
    pub(super) sp: u8,
    /// Rate of both seismometers.
    pub(super) rate_hz: u16,
    pub(super) pressure: bool,
    pub(super) pressure_hz: u16,
    pub(super) priority: u8,
    pub(super) why: String,
}

/// `2019-07-26 12:16:15.000`, without a fraction where there is none.
fn time_field(t: Instant) -> String {
    let text = iso(t, 3).replace('T', " ");
    let text = text.trim_end_matches('Z');
    text.strip_suffix(".000").unwrap_or(text).to_owned()
}

impl Typed {
    pub(super) fn of(request: &EventRequest) -> Self {
        let wish = |sensor| request.wish(sensor).copied();
        let (vbb, sp) = (wish(Sensor::Vbb), wish(Sensor::Sp));
        let pressure = wish(Sensor::Pressure);
        Self {
            start: time_field(request.window.start),
            end: time_field(request.window.end),
            vbb: vbb.map_or(0, |wish| wish.channels),
            sp: sp.map_or(0, |wish| wish.channels),
            rate_hz: vbb.or(sp).map_or(100, |wish| wish.rate_hz),
            pressure: pressure.is_some(),
            pressure_hz: pressure.map_or(20, |wish| wish.rate_hz),
            priority: request.priority,
            why: request.justification.clone(),
            base: request.clone(),
        }
    }

    /// Name of the event, or a dash.
    pub(super) fn event(&self) -> &str {
        if self.base.name.is_empty() { "–" } else { &self.base.name }
    }

    pub(super) fn mission(&self) -> &str {
        &self.base.mission
    }

    /// The request; a sentence where a field cannot be read.
    pub(super) fn request(&self) -> Result<EventRequest, String> {
        let read = |text: &str, which: &str| {
            let found = parse(text.trim(), Some(&self.base.mission));
            found.map_err(|_| format!("The {which} is no time: write 2019-07-26 12:16:00."))
        };
        let (start, end) = (read(&self.start, "start")?, read(&self.end, "end")?);
        if end <= start {
            return Err("The end does not lie behind the start.".to_owned());
        }
        let mut wishes = Vec::new();
        let rate_hz = self.rate_hz;
        for (sensor, channels, rate_hz) in [
            (Sensor::Vbb, self.vbb, rate_hz),
            (Sensor::Sp, self.sp, rate_hz),
            (Sensor::Pressure, u8::from(self.pressure), self.pressure_hz),
        ] {
            if channels > 0 {
                wishes.push(Wish { sensor, channels, rate_hz });
            }
        }
        Ok(EventRequest {
            window: TimeRange::new(start, end),
            wishes,
            priority: self.priority,
            justification: self.why.trim().to_owned(),
            ..self.base.clone()
        })
    }
}

/// How long the memory still keeps something: `46 h 12 min left`, `overwritten for 3 h 05 min`.
pub fn left_text(deadline: Instant, now: Instant) -> String {
    let seconds = deadline.s_since(now);
    let minutes = (seconds.abs() / 60.0).floor();
    let (hours, minutes) = ((minutes / 60.0).floor(), minutes % 60.0);
    let days = (hours / 24.0).floor();
    let text = if days >= 10.0 {
        format!("{days:.0} days")
    } else {
        format!("{hours:.0} h {minutes:02.0} min")
    };
    if seconds > 0.0 { format!("{text} left") } else { format!("overwritten for {text}") }
}

/// `2019-07-26 12:16:15 to 12:36:15 UTC`.
pub fn window_text(window: TimeRange) -> String {
    let [start, end] = [window.start, window.end].map(|t| iso(t, 0).replace('T', " "));
    let end = end.trim_end_matches('Z');
    let day = start.split(' ').next().unwrap_or_default();
    let end = end.strip_prefix(day).unwrap_or(end).trim_start();
    format!("{} to {end} UTC", start.trim_end_matches('Z'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: f64) -> Instant {
        Instant::from_unix_s(1.5642e9 + s)
    }

    #[test]
    fn fields_give_back_the_request() {
        let mut request = EventRequest::new("insight", TimeRange::new(at(0.0), at(1200.5)));
        request.wishes.push(Wish { sensor: Sensor::Sp, channels: 2, rate_hz: 100 });
        request.wishes.push(Wish { sensor: Sensor::Pressure, channels: 1, rate_hz: 10 });
        request.justification = "loud".to_owned();
        let typed = Typed::of(&request);
        assert_eq!(typed.request(), Ok(request));
        let wrong = Typed { end: typed.start.clone(), ..typed.clone() };
        assert_eq!(wrong.request(), Err("The end does not lie behind the start.".to_owned()));
        let wrong = Typed { start: "noon".to_owned(), ..typed };
        assert!(wrong.request().is_err_and(|why| why.starts_with("The start is no time")));
    }

    #[test]
    fn times_are_told_in_words() {
        assert_eq!(left_text(at(166_320.0), at(0.0)), "46 h 12 min left");
        assert_eq!(left_text(at(0.0), at(11_100.0)), "overwritten for 3 h 05 min");
        assert_eq!(left_text(at(0.0), at(86_400.0 * 400.0)), "overwritten for 400 days");
        let text = window_text(TimeRange::new(at(0.0), at(1200.0)));
        assert_eq!(text, "2019-07-27 04:00:00 to 04:20:00 UTC");
        let text = window_text(TimeRange::new(at(0.0), at(86_400.0)));
        assert_eq!(text, "2019-07-27 04:00:00 to 2019-07-28 04:00:00 UTC");
    }
}
