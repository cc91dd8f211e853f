//! Reads what a report holds from an archive.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::html::html;
use super::model::{Coverage, Figures, Life, Open, Report};
use crate::alarm::{
    AlarmAction, AlarmView, Board, Journal, Record, What, alarm_title, edited, series_of,
    value_words, views,
};
use crate::archive::{
    Archive, ArchiveError, EvrLevel, Levels, LimitEdit, LogQuery, MessageQuery, QueryError,
    SeriesKey, SeriesSummary,
};
use crate::mission::{Database, Instrument, Limit, Mission, Parameter, Severity};
use crate::time::{Convention, Instant, SolClock, TimeError, TimeRange};

/// Most event messages on the page.
const MOST_MESSAGES: u32 = 500;
/// Most log entries on the page.
const MOST_NOTES: u32 = 2000;
/// Most gaps named for a series.
const MOST_GAPS: usize = 5;

/// Which report is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportOrder {
    /// Mission identifier.
    pub mission: String,
    /// The sol, by the mission's kernel.
    pub sol: i32,
    /// Who makes it.
    pub who: String,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The mission database does not have the mission.
    #[error("there is no mission {0}; marsdeck mdb list shows which there are")]
    Mission(String),
    /// The mission has no sol clock.
    #[error(transparent)]
    Clock(#[from] TimeError),
    /// The catalogue could not be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Samples could not be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The page could not be written.
    #[error("{path} could not be written: {source}; check the folder, its permissions and space")]
    Write {
        /// Where to.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Gathers the report of a sol; `made` is the present.
pub fn gather(
    archive: &Archive,
    missions: &Database,
    order: &ReportOrder,
    made: Instant,
    cancel: &AtomicBool,
) -> Result<Report, ReportError> {
    let unknown = || ReportError::Mission(order.mission.clone());
    let edits = archive.limit_edits()?;
    let missions = &edited(missions, &edits);
    let mission = missions.mission(&order.mission).ok_or_else(unknown)?;
    let clock = SolClock::of(&mission.id)?;
    let range = clock.sol_range(order.sol, Convention::Kernel);
    let at = if range.contains(made) { made } else { range.end };
    let (rows, _) = archive.alarms()?;
    let (journal, _) = Journal::of(&rows);
    let board = Board::at(journal.records(), at);
    let here = |view: &AlarmView| view.mission == mission.id;
    let (open, aside): (Vec<_>, Vec<_>) = views(&board, missions)
        .iter()
        .filter(|view| here(view))
        .map(|view| opened(view, missions))
        .partition(|open| open.state.is_standing());
    let of_mission = |id: &str| id.is_empty() || id == mission.id;
    let mut events = archive.events(range)?;
    events.retain(|event| of_mission(&event.mission));
    let levels = Levels::from(EvrLevel::WarningLo);
    let text = String::new();
    let query = MessageQuery { range, levels, text, limit: MOST_MESSAGES, newest: false };
    let (mut messages, more_messages) = archive.messages(&query, cancel)?;
    messages.retain(|message| of_mission(&message.mission));
    let (text, all) = (String::new(), String::new());
    let (mut notes, _) =
        archive.notes(&LogQuery { range, mission: all, text, limit: MOST_NOTES })?;
    notes.retain(|note| of_mission(&note.mission));
    let of_sol = |e: &LimitEdit| range.contains(e.written) || range.contains(e.from);
    let of_edit = |e: LimitEdit| {
        let (known, _, parameter) = missions.parameter(&e.name)?;
        let title = parameter.title.clone();
        (known.id == mission.id && of_sol(&e)).then(|| (title, parameter.unit.clone(), e))
    };
    let limit_edits = edits.into_iter().filter_map(of_edit).collect();
    let series = archive.series();
    let simulated = series.iter().any(|s| s.key.is_simulated() && s.span.overlaps(&range));
    let mut report = Report {
        mission: mission.name.clone(),
        clock,
        sol: order.sol,
        range,
        at,
        made,
        who: order.who.clone(),
        lives: lives(journal.records(), range, missions, &mission.id),
        open,
        aside,
        events,
        messages,
        more_messages,
        notes,
        limit_edits,
        coverage: Vec::new(),
        figures: Vec::new(),
        simulated,
    };
    measure(archive, mission, &series, &mut report, cancel)?;
    Ok(report)
}

/// Writes the page beside its place and renames it, so that there is never half a page.
pub fn write(path: &Path, report: &Report) -> Result<(), ReportError> {
    let beside = path.with_extension("part");
    let written =
        std::fs::write(&beside, html(report)).and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|source| {
        // What is left of it is of no use.
        drop(std::fs::remove_file(&beside));
        ReportError::Write { path: path.to_owned(), source }
    })
}

/// Coverage and figures of every instrument.
fn measure(
    archive: &Archive,
    mission: &Mission,
    series: &[SeriesSummary],
    report: &mut Report,
    cancel: &AtomicBool,
) -> Result<(), ReportError> {
    let elapsed = TimeRange::new(report.range.start, report.at);
    for instrument in &mission.instruments {
        for parameter in &instrument.parameters {
            let stored = series.iter().filter(|s| s.key.name == parameter.name);
            for summary in stored.filter(|s| s.span.overlaps(&report.range)) {
                if cancel.load(Ordering::Relaxed) {
                    return Err(QueryError::Cancelled.into());
                }
                report.coverage.extend(covered(
                    archive,
                    instrument,
                    (parameter, summary),
                    elapsed,
                    cancel,
                )?);
                if instrument.key_parameters.contains(&parameter.name) {
                    let key = &summary.key;
                    let part = figures(archive, instrument, parameter, key, report.range, cancel)?;
                    report.figures.extend(part);
                }
            }
        }
    }
    Ok(())
}

/// How much of a series is there; none of one without a nominal rate.
fn covered(
    archive: &Archive,
    instrument: &Instrument,
    (parameter, summary): (&Parameter, &SeriesSummary),
    range: TimeRange,
    cancel: &AtomicBool,
) -> Result<Option<Coverage>, QueryError> {
    let rate_hz = if parameter.rate_hz > 0.0 { parameter.rate_hz } else { summary.rate_hz };
    if rate_hz <= 0.0 || range.is_empty() {
        return Ok(None);
    }
    let (buckets, _) = archive.min_max(&summary.key, range, 1, cancel)?;
    let mut gaps = Vec::new();
    let mut end = range.start;
    for part in archive.segments(&summary.key, range)? {
        gaps.push(TimeRange::new(end, part.start.max(end)));
        end = part.end.max(end);
    }
    gaps.push(TimeRange::new(end, range.end.max(end)));
    gaps.retain(|gap| gap.duration_s() > 3.0 / rate_hz);
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.duration_ns()));
    gaps.truncate(MOST_GAPS);
    Ok(Some(Coverage {
        instrument: instrument.name.clone(),
        key: summary.key.clone(),
        samples: buckets.iter().map(|b| b.count).sum(),
        expected: (range.duration_s() * rate_hz).round() as u64,
        gaps,
    }))
}

/// Figures of a measured parameter; none of one that is a state or has no data.
fn figures(
    archive: &Archive,
    instrument: &Instrument,
    parameter: &Parameter,
    key: &SeriesKey,
    range: TimeRange,
    cancel: &AtomicBool,
) -> Result<Option<Figures>, QueryError> {
    if !parameter.states.is_empty() {
        return Ok(None);
    }
    let (buckets, _) = archive.min_max(key, range, 1, cancel)?;
    let Some((bucket, mean)) = buckets.first().and_then(|b| Some((b, b.mean()?))) else {
        return Ok(None);
    };
    // By the limits at the end of the sol, which the next shift works with.
    let last = range.end.plus_ns(-1);
    let limits: Vec<&Limit> = parameter.limits_at(last).collect();
    Ok(Some(Figures {
        instrument: instrument.name.clone(),
        key: key.clone(),
        title: parameter.title.clone(),
        unit: parameter.unit.clone(),
        decimals: usize::from(parameter.decimals),
        values: [bucket.min, mean, bucket.max],
        samples: bucket.count,
        limits: limits.iter().map(|limit| limit_text(limit)).collect::<Vec<_>>().join("; "),
        severity: parameter.severity(last, bucket.min).max(parameter.severity(last, bucket.max)),
    }))
}

/// `warning 10 to 20`, `critical above 36`.
fn limit_text(limit: &Limit) -> String {
    let word = severity_word(limit.severity);
    let rate = limit.rate_per_s.map_or_else(String::new, |r| format!(", faster than {r} a second"));
    match (limit.low, limit.high) {
        (Some(low), Some(high)) => format!("{word} outside {low} to {high}{rate}"),
        (Some(low), None) => format!("{word} below {low}{rate}"),
        (None, Some(high)) => format!("{word} above {high}{rate}"),
        (None, None) => format!("{word}{rate}"),
    }
}

/// A severity as the console calls it.
pub(super) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Off => "off",
        Severity::Standby => "standby",
        Severity::Normal => "normal",
        Severity::Watch | Severity::Warning => "caution",
        Severity::Distress => "serious",
        Severity::Critical | Severity::Severe => "critical",
    }
}

/// A value with unit and the limit that it violates.
fn opened(view: &AlarmView, missions: &Database) -> Open {
    let alarm = &view.alarm;
    Open {
        key: alarm.key.clone(),
        title: view.title.clone(),
        instrument: view.instrument_name.clone(),
        severity: alarm.severity,
        state: alarm.state,
        value: value_words(missions, &alarm.key, alarm.value, &alarm.limit),
        since: alarm.since,
        who: alarm.handled.as_ref().map(|(_, who)| who.clone()).unwrap_or_default(),
        until: alarm.shelved_until,
        reason: alarm.reason.clone(),
        guidance: view.guidance.clone(),
    }
}

/// The occurrences that began in a range, by time, with what became of them until the end of the
/// journal.
pub fn lives(
    records: &[Record],
    range: TimeRange,
    missions: &Database,
    mission: &str,
) -> Vec<Life> {
    let mut all: Vec<Life> = Vec::new();
    let mut current: HashMap<&SeriesKey, usize> = HashMap::new();
    let mut board = Board::default();
    for record in records.iter().filter(|r| r.suppresses().is_none()) {
        let before = board.get(&record.key).map(|a| (a.active, a.state));
        board.apply(record);
        let was_active = before.is_some_and(|(active, _)| active);
        if let What::Found(found) = &record.what
            && found.severity > Severity::Normal
            && !was_active
        {
            current.remove(&record.key);
            let place = missions.parameter(&series_of(&record.key).name);
            let Some((_, instrument, parameter)) = place.filter(|(m, _, _)| m.id == mission) else {
                continue;
            };
            if range.contains(record.time) {
                current.insert(&record.key, all.len());
                all.push(Life {
                    key: record.key.clone(),
                    title: alarm_title(&record.key, &parameter.title),
                    instrument: instrument.name.clone(),
                    severity: found.severity,
                    value: value_words(missions, &record.key, found.value, &found.limit),
                    raised: record.time,
                    acknowledged: None,
                    cleared: None,
                    latches: found.latch,
                    done: Vec::new(),
                });
            }
            continue;
        }
        let Some(life) = current.get(&record.key).and_then(|i| all.get_mut(*i)) else { continue };
        match &record.what {
            What::Found(found) if found.severity > Severity::Normal => {
                if found.severity > life.severity {
                    life.severity = found.severity;
                    life.value = value_words(missions, &record.key, found.value, &found.limit);
                }
            }
            What::Found(_) => life.cleared = Some(record.time),
            What::Done(done) if done.action == AlarmAction::Acknowledge => {
                let after = board.get(&record.key).map(|a| a.state);
                if life.acknowledged.is_none() && after != before.map(|(_, state)| state) {
                    life.acknowledged = Some((record.time, done.who.clone()));
                }
            }
            What::Done(done) => {
                let what = match &done.action {
                    AlarmAction::Comment { text } => text.clone(),
                    AlarmAction::Shelve { reason, .. } | AlarmAction::Remove { reason } => {
                        format!("{}: {reason}", done.action.done())
                    }
                    action => action.done().to_owned(),
                };
                life.done.push((record.time, done.who.clone(), what));
            }
        }
    }
    all
}
