//! The life cycle of one alarm as a table (ISA-18.2-2016, clause 6: alarm state transition diagram).

use serde::{Deserialize, Serialize};

/// Where an alarm stands.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum AlarmState {
    /// Inside its limits, nothing to do.
    #[default]
    Normal,
    /// Outside, and nobody has said that they saw it.
    Unacknowledged,
    /// Outside, and somebody knows.
    Acknowledged,
    /// Inside again, but nobody has said that they saw it.
    Returned,
    /// Inside again and seen, but it stays until it is reset.
    Latched,
    /// Put aside by an operator for a time.
    Shelved,
    /// Put aside by the design of the plant, for as long as a condition holds.
    Suppressed,
    /// Put aside by an operator until it is put back.
    OutOfService,
}

impl AlarmState {
    /// All, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Normal,
        Self::Unacknowledged,
        Self::Acknowledged,
        Self::Returned,
        Self::Latched,
        Self::Shelved,
        Self::Suppressed,
        Self::OutOfService,
    ];

    /// In words, for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Normal => "Normal",
            Self::Unacknowledged => "Unacknowledged",
            Self::Acknowledged => "Acknowledged",
            Self::Returned => "Returned, unacknowledged",
            Self::Latched => "Latched",
            Self::Shelved => "Shelved",
            Self::Suppressed => "Suppressed by design",
            Self::OutOfService => "Out of service",
        }
    }

    /// Whether an operator should look at it: it stands and was not put aside.
    pub fn is_standing(self) -> bool {
        matches!(self, Self::Unacknowledged | Self::Acknowledged | Self::Returned | Self::Latched)
    }

    /// Whether it waits for an operator to say that they saw it.
    pub fn wants_acknowledgement(self) -> bool {
        matches!(self, Self::Unacknowledged | Self::Returned | Self::Latched)
    }

    /// Whether it was put aside.
    pub fn is_aside(self) -> bool {
        matches!(self, Self::Shelved | Self::Suppressed | Self::OutOfService)
    }
}

/// What may happen to an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AlarmEvent {
    /// The value left its limits, or got worse.
    Raise,
    /// The value got better and is still outside.
    Ease,
    /// The value is inside again.
    Clear,
    /// An operator saw it; resets a latched one.
    Acknowledge,
    /// An operator puts it aside for a time.
    Shelve,
    /// An operator takes it back.
    Unshelve,
    /// The time on the shelf is over.
    ShelfEnds,
    /// A condition of the design puts it aside.
    Suppress,
    /// That condition is over.
    Release,
    /// An operator takes it out of service.
    Remove,
    /// An operator puts it back in service.
    Restore,
    /// An operator writes a note.
    Comment,
}

impl AlarmEvent {
    /// All, in the order of the table.
    pub const ALL: [Self; 12] = [
        Self::Raise,
        Self::Ease,
        Self::Clear,
        Self::Acknowledge,
        Self::Shelve,
        Self::Unshelve,
        Self::ShelfEnds,
        Self::Suppress,
        Self::Release,
        Self::Remove,
        Self::Restore,
        Self::Comment,
    ];
}

/// What a cell of the table may look at besides state and event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Whether the value is outside of its limits after the event.
    pub active: bool,
    /// Whether the alarm stays after its return until it is reset.
    pub latches: bool,
}

/// The state after an event. What is not listed changes nothing.
#[expect(clippy::match_same_arms, reason = "each line is one rule, and their order counts")]
pub fn next(state: AlarmState, event: AlarmEvent, condition: Condition) -> AlarmState {
    use AlarmEvent as E;
    use AlarmState as S;
    let seen = if condition.latches { S::Latched } else { S::Normal };
    let back = |state| if condition.active { state } else { S::Normal };
    match (state, event) {
        // Out of service: only the operator who puts it back changes that.
        (S::OutOfService, E::Restore) => back(S::Unacknowledged),
        (S::OutOfService, _) => S::OutOfService,
        (_, E::Remove) => S::OutOfService,
        (S::Suppressed, E::Release) => back(S::Unacknowledged),
        (S::Suppressed, _) => S::Suppressed,
        (_, E::Suppress) => S::Suppressed,
        // A manual unshelve says that the operator knows; the end of the time does not.
        (S::Shelved, E::Unshelve) => back(S::Acknowledged),
        (S::Shelved, E::ShelfEnds) => back(S::Unacknowledged),
        (S::Shelved, _) => S::Shelved,
        (_, E::Shelve) => S::Shelved,
        (_, E::Raise) => S::Unacknowledged,
        (S::Unacknowledged, E::Clear) => S::Returned,
        (S::Unacknowledged, E::Acknowledge) => S::Acknowledged,
        (S::Acknowledged, E::Clear) | (S::Returned, E::Acknowledge) => seen,
        (S::Latched, E::Acknowledge) => S::Normal,
        (same, _) => same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: states, columns: events, both in the order of `ALL`. N normal, U unacknowledged,
    /// A acknowledged, R returned, L latched, S shelved, D suppressed by design, O out of service.
    /// Two letters: with the value outside, inside; `x/y`: not latching, latching.
    const TABLE: [&str; 8] = [
        //  Raise Ease Clear Ack  Shelve Unsh Ends Supp Rel  Rem Rest Comm
        "N: U     N    N     N    S      N    N    D    N    O   N    N",
        "U: U     U    R     A    S      U    U    D    U    O   U    U",
        "A: U     A    N/L   A    S      A    A    D    A    O   A    A",
        "R: U     R    R     N/L  S      R    R    D    R    O   R    R",
        "L: U     L    L     N    S      L    L    D    L    O   L    L",
        "S: S     S    S     S    S      AN   UN   D    S    O   S    S",
        "D: D     D    D     D    D      D    D    D    UN   O   D    D",
        "O: O     O    O     O    O      O    O    O    O    O   UN   O",
    ];

    fn letter(state: AlarmState) -> char {
        let at = AlarmState::ALL.iter().position(|s| *s == state).unwrap();
        "NUARLSDO".chars().nth(at).unwrap()
    }

    #[test]
    fn every_cell_is_as_the_table_says() {
        let mut cells = 0;
        for (state, row) in AlarmState::ALL.into_iter().zip(TABLE) {
            let (name, row) = row.split_once(": ").unwrap();
            assert_eq!(name, letter(state).to_string());
            let row: Vec<&str> = row.split_whitespace().collect();
            assert_eq!(row.len(), AlarmEvent::ALL.len());
            for (event, cell) in AlarmEvent::ALL.into_iter().zip(row) {
                for (active, latches) in
                    [(false, false), (false, true), (true, false), (true, true)]
                {
                    let letters: Vec<char> = cell.chars().collect();
                    let expected = match letters.as_slice() {
                        [plain, '/', latching] => {
                            if latches {
                                *latching
                            } else {
                                *plain
                            }
                        }
                        [outside, inside] => {
                            if active {
                                *outside
                            } else {
                                *inside
                            }
                        }
                        other => other[0],
                    };
                    let got = letter(next(state, event, Condition { active, latches }));
                    assert_eq!(got, expected, "{state:?} {event:?} {active} {latches}");
                    cells += 1;
                }
            }
        }
        assert_eq!(cells, 8 * 12 * 4);
    }
}
