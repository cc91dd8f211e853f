//! Ranges and alarms.

use crate::format::xmltree::Node;
use crate::mission::Severity;
use crate::mission::telemetry::{Alarm, Condition, Range};

use super::notes::shown;
use super::read::Reader;

/// Elements of `StaticAlarmRanges` and their severities, ascending.
pub(super) const RANGES: [(&str, Severity); 5] = [
    ("WatchRange", Severity::Watch),
    ("WarningRange", Severity::Warning),
    ("DistressRange", Severity::Distress),
    ("CriticalRange", Severity::Critical),
    ("SevereRange", Severity::Severe),
];

/// Severities as `ConcernLevelsType` names them.
pub(super) const LEVELS: [(&str, Severity); 6] = [
    ("normal", Severity::Normal),
    ("watch", Severity::Watch),
    ("warning", Severity::Warning),
    ("distress", Severity::Distress),
    ("critical", Severity::Critical),
    ("severe", Severity::Severe),
];

impl<'t> Reader<'t> {
    /// A range in the four attributes of `FloatRangeType`.
    pub(super) fn range(&mut self, node: Node<'t>) -> Range {
        let low = self.number(node, "minInclusive");
        let above = self.number(node, "minExclusive");
        let high = self.number(node, "maxInclusive");
        let below = self.number(node, "maxExclusive");
        if low.is_some() && above.is_some() || high.is_some() && below.is_some() {
            self.notes.at(node, "the same end is stated twice; the inclusive one counts");
        }
        let range = Range {
            low: low.or(above),
            high: high.or(below),
            low_exclusive: low.is_none() && above.is_some(),
            high_exclusive: high.is_none() && below.is_some(),
        };
        if let (Some(low), Some(high)) = (range.low, range.high)
            && low > high
        {
            self.notes.at(node, "its lower end is above its upper end; no value is inside");
        }
        range
    }

    /// The alarms of a `ContextAlarmList`.
    pub(super) fn context_alarms(
        &mut self,
        list: Node<'t>,
        system: usize,
    ) -> Vec<(Condition, Alarm)> {
        let mut alarms = Vec::new();
        for node in list.all("ContextAlarm") {
            let Some(when) = node.child("ContextMatch") else {
                self.notes.at(node, "it states no ContextMatch; it was left out");
                continue;
            };
            let condition = self.condition(when, system);
            let alarm = self.alarm(node);
            alarms.extend(condition.map(|condition| (condition, alarm)));
        }
        alarms
    }

    /// An alarm.
    pub(super) fn alarm(&mut self, node: Node<'t>) -> Alarm {
        const KNOWN: [&str; 4] =
            ["StaticAlarmRanges", "AlarmMultiRanges", "EnumerationAlarmList", "ContextMatch"];
        self.notes.others(node, &KNOWN, &["AncillaryDataSet"]);
        if node.attribute("minConformance").is_some() {
            self.notes.at(node, "not supported: minConformance; the alarm ends at once");
        }
        let mut alarm = Alarm { minimum_violations: 1, ..Alarm::default() };
        if let Some(count) = self.whole(node, "minViolations") {
            match u32::try_from(count) {
                Ok(count) if count > 0 => alarm.minimum_violations = count,
                _ => self.notes.at(node, "minViolations has to be 1 or more; taken as 1"),
            }
        }
        for ranges in node.all("StaticAlarmRanges") {
            let known: Vec<&str> = RANGES.iter().map(|(name, _)| *name).collect();
            self.notes.others(ranges, &known, &["AncillaryDataSet"]);
            let inside = self.inside(ranges);
            for child in ranges.children() {
                let Some((_, severity)) = RANGES.iter().find(|(n, _)| *n == child.name()) else {
                    continue;
                };
                let range = self.range(child);
                let list = if inside { &mut alarm.inside } else { &mut alarm.outside };
                list.push((*severity, range));
            }
        }
        for child in node.all("AlarmMultiRanges").flat_map(|list| list.all("Range")) {
            let inside = self.inside(child);
            let Some(severity) = self.level(child, "level") else { continue };
            let range = self.range(child);
            let list = if inside { &mut alarm.inside } else { &mut alarm.outside };
            list.push((severity, range));
        }
        for child in node.all("EnumerationAlarmList").flat_map(|list| list.all("EnumerationAlarm"))
        {
            let Some(severity) = self.level(child, "alarmLevel") else { continue };
            let label = child.attribute("enumerationLabel");
            let Some(label) = label.or_else(|| child.attribute("enumerationValue")) else {
                self.notes.at(child, "it names no label; it was left out");
                continue;
            };
            alarm.labels.push((severity, label.to_owned()));
        }
        if node.attribute("defaultAlarmLevel").is_some() {
            let other = self.level(node, "defaultAlarmLevel");
            alarm.other_labels = other.filter(|severity| *severity != Severity::Normal);
        }
        alarm
    }

    /// `rangeForm`: whether a value inside of a range is the alarm.
    fn inside(&mut self, node: Node<'t>) -> bool {
        match node.attribute("rangeForm").map_or("outside", str::trim) {
            "outside" => false,
            "inside" => true,
            other => {
                let reason =
                    format!("rangeForm \"{}\" is neither outside nor inside", shown(other));
                self.notes.at(node, format!("{reason}; taken as outside"));
                false
            }
        }
    }

    fn level(&mut self, node: Node<'t>, key: &str) -> Option<Severity> {
        let text = node.attribute(key).unwrap_or_default().trim();
        let found = LEVELS.iter().find(|(name, _)| *name == text);
        if found.is_none() {
            let reason = format!("{key} \"{}\" is no level of XTCE; left out", shown(text));
            self.notes.at(node, reason);
        }
        found.map(|(_, severity)| *severity)
    }
}
