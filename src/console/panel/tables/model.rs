//! A table while it is edited: rows come and go, and what it leads to in words.

use marsdeck_engine::sequence::table::{
    Budget, Catalogue, Channel, Row, SOL_S, Severity, Stream, Table, TableChange, Violation,
    budget, check,
};

/// Both catalogues, SEIS first.
pub(super) fn catalogues() -> Vec<Catalogue> {
    [Catalogue::seis(), Catalogue::apss()].into_iter().flatten().collect()
}

/// A table with all that follows from it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Worked {
    pub table: Table,
    pub budget: Budget,
    pub violations: Vec<Violation>,
}

impl Worked {
    /// Works out what a table leads to.
    pub(super) fn of(catalogue: &Catalogue, table: &Table) -> Self {
        let (budget, violations) = (budget(catalogue, table), check(catalogue, table));
        Self { table: table.clone(), budget, violations }
    }

    /// What is wrong with a row, the worst first.
    pub(super) fn at(&self, row: usize) -> Vec<&Violation> {
        let mut found: Vec<&Violation> =
            self.violations.iter().filter(|one| one.rows.contains(&row)).collect();
        found.sort_by_key(|one| std::cmp::Reverse(one.severity));
        found
    }

    /// How many rules keep it from going up.
    pub(super) fn broken(&self) -> usize {
        self.violations.iter().filter(|one| one.severity == Severity::Violation).count()
    }
}

/// The row that somebody most likely wants next: the first channel that is in neither stream, else
/// in one of them.
pub(super) fn next_row(catalogue: &Catalogue, table: &Table) -> Option<Row> {
    let has = |channel: &Channel, stream: Stream| {
        table.rows.iter().any(|row| row.channel == channel.id && row.stream == stream)
    };
    let both = [Stream::Continuous, Stream::Event];
    let free = |channel: &&Channel| both.iter().all(|stream| !has(channel, *stream));
    let channels = &catalogue.channels;
    let (channel, stream) = match channels.iter().find(free) {
        Some(channel) => (channel, Stream::Continuous),
        None => both.iter().find_map(|stream| {
            let found = channels.iter().find(|channel| !has(channel, *stream));
            Some((found?, *stream))
        })?,
    };
    let rate = *channel.rates.last()?;
    let filter = catalogue.filters.iter().find(|filter| filter.rates.contains(&rate));
    Some(Row {
        channel: channel.id.clone(),
        stream,
        rate,
        filter: filter.or(catalogue.filters.first())?.id.clone(),
        gain: channel.gains.first()?.clone(),
    })
}

/// Gives a row another rate, with the filter that belongs to it where the present one does not give
/// it.
pub(super) fn set_rate(
    catalogue: &Catalogue,
    row: &mut Row,
    rate: marsdeck_engine::sequence::table::Rate,
) {
    row.rate = rate;
    let gives = |id: &str| catalogue.filter(id).is_some_and(|of| of.rates.contains(&rate));
    if !gives(&row.filter)
        && let Some(filter) = catalogue.filters.iter().find(|filter| filter.rates.contains(&rate))
    {
        row.filter.clone_from(&filter.id);
    }
}

/// Gives a row another channel; rate and gain stay where the channel can have them.
pub(super) fn set_channel(catalogue: &Catalogue, row: &mut Row, id: &str) {
    let Some(channel) = catalogue.channel(id) else { return };
    channel.id.clone_into(&mut row.channel);
    if !channel.rates.contains(&row.rate)
        && let Some(rate) = channel.rates.last()
    {
        set_rate(catalogue, row, *rate);
    }
    if !channel.gains.contains(&row.gain)
        && let Some(gain) = channel.gains.first()
    {
        row.gain.clone_from(gain);
    }
}

/// Bits a second: `1.44 kbit/s`.
pub(super) fn rate_text(bits_per_s: f64) -> String {
    if bits_per_s >= 1000.0 {
        format!("{:.2} kbit/s", bits_per_s / 1000.0)
    } else {
        format!("{bits_per_s:.1} bit/s")
    }
}

/// Bits a sol: `15.09 Mbit/sol`.
pub(super) fn volume_text(bits: f64) -> String {
    format!("{:.2} Mbit/sol", bits / 1e6)
}

/// How long memory holds what is recorded: `50.6 h (2.05 sols)`.
pub(super) fn life_text(seconds: f64) -> String {
    if seconds.is_finite() {
        format!("{:.1} h ({:.2} sols)", seconds / 3600.0, seconds / SOL_S)
    } else {
        "for ever: nothing is recorded".to_owned()
    }
}

/// A difference with its sign and words; the first table is the one that is edited.
pub(super) fn change_text(change: &TableChange, catalogue: &Catalogue) -> (char, String) {
    let name =
        |row: &Row| catalogue.channel(&row.channel).map_or(row.channel.clone(), |c| c.name.clone());
    let values = |row: &Row| format!("{} sps, {}, {}", row.rate, row.filter, row.gain);
    match change {
        TableChange::OnlyFirst(row) => {
            ('+', format!("{} {}: {}", name(row), row.stream.word(), values(row)))
        }
        TableChange::OnlySecond(row) => {
            ('−', format!("{} {}: {}", name(row), row.stream.word(), values(row)))
        }
        TableChange::Changed { first, second } => (
            '~',
            format!(
                "{} {}: {} here, {} there",
                name(first),
                first.stream.word(),
                values(first),
                values(second)
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use marsdeck_engine::sequence::table::{Rate, compare};

    use super::*;

    fn seis() -> Catalogue {
        catalogues().remove(0)
    }

    #[test]
    fn rows_are_added_until_every_channel_is_there_twice() {
        for catalogue in catalogues() {
            let mut table = Table::default();
            while let Some(row) = next_row(&catalogue, &table) {
                table.rows.push(row);
                assert!(table.rows.len() <= 2 * catalogue.channels.len());
            }
            assert_eq!(table.rows.len(), 2 * catalogue.channels.len());
            let wrong = check(&catalogue, &table);
            assert!(wrong.iter().all(|one| one.rule != "table"), "{wrong:#?}");
        }
    }

    #[test]
    fn a_row_stays_sound_while_it_is_changed() {
        let catalogue = seis();
        let mut row = Row::parse("VBB_U continuous 20 FIR20 SCI_HIGH").expect("a row");
        set_rate(&catalogue, &mut row, Rate::parse("2").expect("a rate"));
        assert_eq!(row.to_string(), "VBB_U continuous 2 FIR2 SCI_HIGH");
        set_channel(&catalogue, &mut row, "SP_U");
        assert_eq!((row.channel.as_str(), row.gain.as_str()), ("SP_U", "SP_HIGH"));
        let table = Table { id: String::new(), rows: vec![row] };
        let worked = Worked::of(&catalogue, &table);
        assert!(worked.violations.iter().all(|one| one.rule != "table"));
        set_channel(&catalogue, &mut table.clone().rows[0], "nothing");
    }

    #[test]
    fn amounts_have_units() {
        assert_eq!(rate_text(48.0), "48.0 bit/s");
        assert_eq!(rate_text(1440.0), "1.44 kbit/s");
        assert_eq!(volume_text(15_094_000.0), "15.09 Mbit/sol");
        assert_eq!(life_text(182_340.0), "50.6 h (2.05 sols)");
        assert!(life_text(f64::INFINITY).starts_with("for ever"));
    }

    #[test]
    fn worked_tables_tell_rows_and_differences() {
        let catalogue = seis();
        let nominal = catalogue.tables[0].clone();
        let mut other = nominal.clone();
        set_rate(&catalogue, &mut other.rows[0], Rate::parse("20").expect("a rate"));
        let worked = Worked::of(&catalogue, &other);
        assert!(worked.broken() > 0 && !worked.at(0).is_empty());
        let told: Vec<(char, String)> =
            compare(&other, &nominal).iter().map(|c| change_text(c, &catalogue)).collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].0 == '~' && told[0].1.contains("here"), "{told:?}");
        let empty = compare(&Table::default(), &nominal);
        assert!(empty.iter().all(|c| change_text(c, &catalogue).0 == '−'));
    }
}
