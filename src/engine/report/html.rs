//! The report as one HTML page: no script, nothing from outside, prints to A4.

use std::fmt::Write;

use super::gather::severity_word;
use super::model::{Coverage, Open, Report};
use crate::alarm::limit_words;
use crate::mission::Severity;
use crate::time::{Convention, Instant, TimeRange, iso};

/// Colours say the same as the words beside them; on paper the words are enough.
const STYLE: &str = "
@page { size: A4; margin: 14mm 12mm; }
:root { color-scheme: light; }
body { font: 10pt/1.35 system-ui, 'DejaVu Sans', sans-serif; color: #14181f; margin: 1.5em auto;
  max-width: 190mm; padding: 0 1em; }
h1 { font-size: 17pt; margin: 0 0 .2em; }
h2 { font-size: 12pt; margin: 1.4em 0 .3em; border-bottom: 1.5px solid #14181f; }
h1, h2 { break-after: avoid; }
table { border-collapse: collapse; width: 100%; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { text-align: left; vertical-align: top; padding: 2px 7px 2px 0;
  border-bottom: 1px solid #c9ced6; overflow-wrap: anywhere; }
th { font-weight: 600; font-size: 8.5pt; color: #48505c; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.t { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.text { white-space: pre-wrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 1px 12px; margin: .5em 0; }
dt { color: #48505c; } dd { margin: 0; }
.small { font-size: 8.5pt; color: #48505c; }
.none { color: #48505c; margin: .3em 0; }
.old { text-decoration: line-through; }
.sev { font-weight: 700; border-left: 5px solid #8a929e; padding-left: 5px; white-space: nowrap; }
.caution { border-color: #c9a400; } .serious { border-color: #d97b00; }
.critical { border-color: #c9162b; color: #a30d20; } .normal { border-color: #2f8f00; }
.sim { display: inline-block; border: 2px solid #6b3fa0; color: #6b3fa0; font-weight: 700;
  padding: 1px 8px; }
@media print { body { margin: 0; max-width: none; padding: 0; } }
";

/// A text as HTML; characters that cannot be shown become the replacement character.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            // Control characters, and those that turn the direction of what follows.
            c if c.is_control()
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
            {
                out.push('\u{fffd}');
            }
            c => out.push(c),
        }
    }
    out
}

/// `2019-07-26 12:16:15`.
fn utc(t: Instant) -> String {
    iso(t, 0).replace('T', " ").trim_end_matches('Z').to_owned()
}

/// A length of time: `45 s`, `12 min`, `3.5 h`.
fn length(seconds: f64) -> String {
    match seconds {
        s if s < 100.0 => format!("{s:.0} s"),
        s if s < 6000.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

/// A table under construction; cells are HTML already.
struct Table(String);

impl Table {
    fn new(titles: &[&str]) -> Self {
        let mut html = "<table><thead><tr>".to_owned();
        for title in titles {
            let (class, title) = match title.strip_prefix('#') {
                Some(number) => (" class=n", number),
                None => ("", *title),
            };
            // Writing to a string never fails.
            let _ = write!(html, "<th{class}>{}</th>", escape(title));
        }
        Self(html + "</tr></thead><tbody>\n")
    }

    fn row(&mut self, cells: &[(&str, String)]) {
        self.0.push_str("<tr>");
        for (class, cell) in cells {
            let _ = write!(self.0, "<td class=\"{class}\">{cell}</td>");
        }
        self.0.push_str("</tr>\n");
    }

    fn end(self) -> String {
        self.0 + "</tbody></table>\n"
    }
}

fn severity(severity: Severity) -> String {
    let word = severity_word(severity);
    format!("<span class=\"sev {word}\">{}</span>", word.to_uppercase())
}

fn none(text: &str) -> String {
    format!("<p class=none>{}</p>\n", escape(text))
}

/// The page.
pub fn html(report: &Report) -> String {
    let title = format!("Hand-over report: {}, sol {}", report.mission, report.sol);
    let title = escape(&title);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>\n<title>{title}</title>\n\
         <style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n"
    );
    if report.simulated {
        page.push_str("<p class=sim>Holds SIMULATED data</p>\n");
    }
    page.push_str(&head(report));
    let at = format!("{} UTC", utc(report.at));
    let mut section = |title: &str, body: String| {
        let _ = write!(page, "<h2>{}</h2>\n{body}", escape(title));
    };
    section(&format!("Alarms open at {at} ({})", report.open.len()), open(report, &report.open));
    section(&format!("Alarms put aside ({})", report.aside.len()), aside(report));
    section(&format!("Log entries ({})", report.notes.len()), notes(report));
    let count = report.limit_edits.len();
    section(&format!("Limits changed ({count})"), limit_edits(report));
    section(&format!("Alarms raised in this sol ({})", report.lives.len()), lives(report));
    section(&format!("Events ({})", report.events.len()), events(report));
    let more = if report.more_messages { " and more" } else { "" };
    let count = report.messages.len();
    section(&format!("Event messages, WARNING and worse ({count}{more})"), messages(report));
    section("Data completeness", coverage(report));
    section("Key parameters", figures(report));
    page.push_str("</body></html>\n");
    page
}

fn head(report: &Report) -> String {
    let label = report.clock.label(Convention::Kernel);
    let TimeRange { start, end } = report.range;
    let lines = [
        ("UTC", format!("{} to {}", utc(start), utc(end))),
        ("Sols and local times", label),
        ("Made", format!("{} UTC by {}", utc(report.made), report.who)),
    ];
    let mut html = "<dl>".to_owned();
    for (name, value) in lines {
        let _ = write!(html, "<dt>{name}</dt><dd>{}</dd>", escape(&value));
    }
    if report.at < end {
        let text = "The sol is not over: figures are of the time until the report was made.";
        let _ = write!(html, "<dt></dt><dd>{text}</dd>");
    }
    html + "</dl>\n"
}

/// UTC, and the local time in small letters below.
fn time(report: &Report, t: Instant) -> String {
    let local = report.clock.at(t, Convention::Kernel);
    format!("{}<br><span class=small>{}</span>", utc(t), escape(&local.to_string()))
}

/// The time of something in the sol: a date only where it is another one than expected.
fn when(t: Instant, who: &str) -> String {
    format!("{} UTC, {}", utc(t), escape(who))
}

fn named(title: &str, instrument: &str, key: &impl ToString) -> String {
    let place = format!("{instrument}, {}", key.to_string());
    format!("{}<br><span class=small>{}</span>", escape(title), escape(&place))
}

fn open(report: &Report, list: &[Open]) -> String {
    if list.is_empty() {
        return none("None.");
    }
    let mut table = Table::new(&["Severity", "Alarm", "Value, limit", "Since", "State", "To do"]);
    for alarm in list {
        let who = if alarm.who.is_empty() { String::new() } else { format!(" ({})", alarm.who) };
        table.row(&[
            ("", severity(alarm.severity)),
            ("", named(&alarm.title, &alarm.instrument, &alarm.key)),
            ("", escape(&alarm.value)),
            ("t", time(report, alarm.since)),
            ("", escape(&format!("{}{who}", alarm.state.word()))),
            ("text", escape(&alarm.guidance)),
        ]);
    }
    table.end()
}

fn aside(report: &Report) -> String {
    if report.aside.is_empty() {
        return none("None.");
    }
    let titles = ["Severity", "Alarm", "State", "Until", "Who", "Reason"];
    let mut table = Table::new(&titles);
    for alarm in &report.aside {
        let until = alarm.until.map_or_else(|| "\u{2013}".to_owned(), |t| time(report, t));
        table.row(&[
            ("", severity(alarm.severity)),
            ("", named(&alarm.title, &alarm.instrument, &alarm.key)),
            ("", escape(alarm.state.word())),
            ("t", until),
            ("", escape(&alarm.who)),
            ("text", escape(&alarm.reason)),
        ]);
    }
    table.end()
}

fn lives(report: &Report) -> String {
    if report.lives.is_empty() {
        return none("None.");
    }
    let titles =
        ["Severity", "Alarm", "Value and limit", "Raised", "Acknowledged", "Cleared", "Done"];
    let mut table = Table::new(&titles);
    for life in &report.lives {
        let seen = life.acknowledged.as_ref();
        let seen = seen.map_or_else(|| "by nobody".to_owned(), |(t, who)| when(*t, who));
        let latches = if life.latches { " (latches)" } else { "" };
        let cleared = match life.cleared {
            Some(t) => format!(
                "{} UTC, after {}{latches}",
                utc(t),
                escape(&length(t.s_since(life.raised)))
            ),
            None => format!("still outside{latches}"),
        };
        let done =
            life.done.iter().map(|(t, who, what)| format!("{}: {}", when(*t, who), escape(what)));
        table.row(&[
            ("", severity(life.severity)),
            ("", named(&life.title, &life.instrument, &life.key)),
            ("", escape(&life.value)),
            ("t", time(report, life.raised)),
            ("", seen),
            ("", cleared),
            ("text", done.collect::<Vec<_>>().join("\n")),
        ]);
    }
    table.end()
}

fn notes(report: &Report) -> String {
    if report.notes.is_empty() {
        return none("Nobody wrote into the log book about this sol.");
    }
    let mut table = Table::new(&["#No.", "About", "Who", "Entry"]);
    for note in &report.notes {
        let mut text = escape(&note.text);
        if note.corrected_by.is_some() {
            text = format!("<span class=old>{text}</span>");
        }
        for (id, word) in [(note.corrects, "Corrects"), (note.corrected_by, "Corrected by")] {
            if let Some(id) = id {
                let _ = write!(text, "\n<span class=small>{word} entry {id}.</span>");
            }
        }
        if let Some(key) = &note.series {
            let _ = write!(text, "\n<span class=small>{}</span>", escape(&key.to_string()));
        }
        table.row(&[
            ("n", note.id.to_string()),
            ("t", time(report, note.time)),
            ("", escape(&note.who)),
            ("text", text),
        ]);
    }
    table.end()
}

fn limit_edits(report: &Report) -> String {
    if report.limit_edits.is_empty() {
        return none("No limit was changed in this sol.");
    }
    let titles =
        ["#No.", "Written", "Who", "Parameter", "Before", "After", "For data from", "Reason"];
    let mut table = Table::new(&titles);
    for (title, unit, edit) in &report.limit_edits {
        let after = match &edit.after {
            Some(after) => limit_words(after, unit),
            None => "as in the mission database".to_owned(),
        };
        table.row(&[
            ("n", edit.id.to_string()),
            ("t", time(report, edit.written)),
            ("", escape(&edit.who)),
            ("", format!("{}<br><span class=small>{}</span>", escape(title), escape(&edit.name))),
            ("text", escape(&limit_words(&edit.before, unit))),
            ("text", escape(&after)),
            ("t", time(report, edit.from)),
            ("text", escape(&edit.reason)),
        ]);
    }
    table.end()
}

fn events(report: &Report) -> String {
    if report.events.is_empty() {
        return none("None in the catalogue.");
    }
    let mut table =
        Table::new(&["Time", "Event", "Type", "Quality", "#Magnitude", "#Distance, \u{b0}"]);
    for event in &report.events {
        let number =
            |value: Option<f64>| value.map_or_else(|| "\u{2013}".to_owned(), |v| format!("{v:.1}"));
        table.row(&[
            ("t", time(report, event.time)),
            ("", escape(&event.name)),
            ("", escape(&event.kind)),
            ("", escape(&event.quality)),
            ("n", format!("{} {}", escape(&event.magnitude_type), number(event.magnitude))),
            ("n", number(event.distance_deg)),
        ]);
    }
    table.end()
}

fn messages(report: &Report) -> String {
    if report.messages.is_empty() {
        return none("None.");
    }
    let mut table = Table::new(&["Time", "Level", "Module, name", "Message"]);
    for message in &report.messages {
        table.row(&[
            ("t", time(report, message.time)),
            ("", escape(message.level.word())),
            ("", escape(&format!("{} {}", message.module, message.name))),
            ("text", escape(&message.message)),
        ]);
    }
    table.end()
}

fn coverage(report: &Report) -> String {
    if report.coverage.is_empty() {
        return none("No periodic series has data in this sol.");
    }
    let mut table =
        Table::new(&["Instrument", "Series", "#Samples", "#Expected", "#There", "Longest gaps"]);
    for part in &report.coverage {
        table.row(&[
            ("", escape(&part.instrument)),
            ("", escape(&part.key.to_string())),
            ("n", part.samples.to_string()),
            ("n", part.expected.to_string()),
            ("n", percent(part)),
            ("", part.gaps.iter().map(gap).collect::<Vec<_>>().join("<br>")),
        ]);
    }
    table.end()
}

/// The share, cut and not rounded: what is not whole does not read as 100 %.
fn percent(part: &Coverage) -> String {
    format!("{:.1} %", (part.share() * 1000.0).floor() / 10.0)
}

fn gap(range: &TimeRange) -> String {
    format!("{} to {} ({})", utc(range.start), utc(range.end), length(range.duration_s()))
}

fn figures(report: &Report) -> String {
    if report.figures.is_empty() {
        return none("No key parameter has data in this sol.");
    }
    let titles =
        ["Instrument", "Parameter", "#Minimum", "#Mean", "#Maximum", "Unit", "Limits", "Worst"];
    let mut table = Table::new(&titles);
    for part in &report.figures {
        let number = |value: f64| format!("{value:.*}", part.decimals);
        let [min, mean, max] = part.values.map(number);
        table.row(&[
            ("", escape(&part.instrument)),
            ("", named(&part.title, &part.instrument, &part.key)),
            ("n", min),
            ("n", mean),
            ("n", max),
            ("", escape(&part.unit)),
            ("", escape(&part.limits)),
            ("", severity(part.severity)),
        ]);
    }
    table.end()
}
