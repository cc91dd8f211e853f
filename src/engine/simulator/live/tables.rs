//! Configuration tables on board: loaded whole or not at all, sent back on demand.

use super::spacecraft::Spacecraft;
use crate::mission::commands::reports::{Report, is_id, table_parts};
use crate::sequence::Refusal;
use crate::sequence::table::{Catalogue, Severity, TableFile, check};

/// What tables of an instrument can hold; none where it has none.
fn catalogue(instrument: &str) -> Option<Catalogue> {
    match instrument {
        "seis" => Catalogue::seis().ok(),
        "apss" => Catalogue::apss().ok(),
        _ => None,
    }
}

impl Spacecraft {
    /// Checks a table file and keeps it. One that is not sound, for another spacecraft or
    /// catalogue, or that breaks a rule, changes nothing.
    pub(super) fn load_table(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut refused: Option<Refusal> = None;
        for instrument in self.mission.instruments.iter().map(|of| of.id.clone()) {
            let Some(catalogue) = catalogue(&instrument) else { continue };
            match TableFile::from_bytes(bytes, self.board.spacecraft, &catalogue) {
                Ok((file, _)) => {
                    let broken = check(&catalogue, &file.table);
                    let worst = broken.iter().find(|of| of.severity == Severity::Violation);
                    if let Some(violation) = worst {
                        return Err(format!("{}: {}", violation.rule, violation.reason));
                    }
                    let (id, rows) = (file.table.id, file.table.rows.len());
                    if !is_id(&id) {
                        return Err("its identifier is not 1 to 64 characters".to_owned());
                    }
                    self.board.tables.insert(instrument.clone(), bytes.to_vec());
                    self.report(521, "TBL", &Report::TableLoaded { id, instrument, rows });
                    return Ok(());
                }
                // That of the catalogue that it is for says most.
                Err(refusal) => {
                    let is_other = matches!(refusal, Refusal::OtherDictionary { .. });
                    if refused.is_none() || !is_other {
                        refused = Some(refusal);
                    }
                }
            }
        }
        Err(refused.map_or_else(
            || "no instrument of this spacecraft has tables".to_owned(),
            |refusal| refusal.to_string(),
        ))
    }

    /// Sends the table of an instrument back: the one that was loaded, else its first standard
    /// one.
    pub(super) fn dump_table(&mut self, instrument: &str) -> Result<(), String> {
        let file = match self.board.tables.get(instrument) {
            Some(bytes) => bytes.clone(),
            None => self.standard_table(instrument)?,
        };
        self.board.dumps = self.board.dumps.wrapping_add(1);
        for part in table_parts(self.board.dumps, instrument, &file) {
            self.report(522, "TBL", &part);
        }
        Ok(())
    }

    fn standard_table(&self, instrument: &str) -> Result<Vec<u8>, String> {
        let none = || format!("{instrument} has no table");
        let catalogue = catalogue(instrument).ok_or_else(none)?;
        let table = catalogue.tables.first().cloned().ok_or_else(none)?;
        let (spacecraft, created) = (self.board.spacecraft, self.options.start);
        let file = TableFile { spacecraft, created, table };
        file.to_bytes(&catalogue).map_err(|_| none())
    }
}
