//! Tables in files: the copy of what is on board, and the binary form; read and written on a thread.

use std::path::PathBuf;

use crossbeam_channel::{Receiver, bounded};
use egui::Context;
use marsdeck_engine::sequence::table::{Catalogue, Table, TableFile, text};

/// Largest file that is read.
const MOST_BYTES: u64 = 4 << 20;

/// What is to be done.
pub(super) enum Job {
    /// Read a table, binary or text, of an instrument for a spacecraft.
    Read(PathBuf, Box<Catalogue>, u32),
    /// Write bytes.
    Write(PathBuf, Vec<u8>),
}

/// What came of it: a table where one was read, and a sentence.
pub(super) struct Outcome {
    pub table: Option<Table>,
    pub said: String,
    pub is_good: bool,
}

/// Does it on a thread of its own.
pub(super) fn start(job: Job, ctx: &Context) -> Receiver<Outcome> {
    let (sender, receiver) = bounded(1);
    let wake = ctx.clone();
    std::thread::spawn(move || {
        let outcome =
            done(&job).unwrap_or_else(|said| Outcome { table: None, said, is_good: false });
        // Nobody listens any more when the panel is gone.
        drop(sender.send(outcome));
        wake.request_repaint();
    });
    receiver
}

fn done(job: &Job) -> Result<Outcome, String> {
    match job {
        Job::Write(path, bytes) => {
            let name = path.display();
            std::fs::write(path, bytes).map_err(|error| {
                format!("{name} was not written ({error}). Check folder, permissions and space.")
            })?;
            let said = format!("{name} written, {} bytes.", bytes.len());
            Ok(Outcome { table: None, said, is_good: true })
        }
        Job::Read(path, catalogue, spacecraft) => {
            let name = path.display();
            let wrong =
                |error: std::io::Error| format!("{name} cannot be read ({error}). Check its name.");
            let about = std::fs::metadata(path).map_err(wrong)?;
            if !about.is_file() || about.len() > MOST_BYTES {
                return Err(format!("{name} is no file of a table. Give the name of one."));
            }
            let table = read(&std::fs::read(path).map_err(wrong)?, catalogue, *spacecraft)?;
            let said = format!("{name}: {} rows are compared.", table.rows.len());
            Ok(Outcome { table: Some(table), said, is_good: true })
        }
    }
}

/// A table out of its binary or text form.
fn read(bytes: &[u8], catalogue: &Catalogue, spacecraft: u32) -> Result<Table, String> {
    if bytes.starts_with(b"MDTB") {
        let read = TableFile::from_bytes(bytes, spacecraft, catalogue);
        return read.map(|(of, _)| of.table).map_err(|refusal| format!("Refused: {refusal}."));
    }
    let (instrument, table) = text::parse(&String::from_utf8_lossy(bytes)).map_err(|problems| {
        let first = problems.first().map_or_else(String::new, ToString::to_string);
        format!("It is neither a binary nor a text table: {first}.")
    })?;
    if instrument != catalogue.instrument {
        let own = &catalogue.instrument;
        return Err(format!(
            "The table is for {instrument}, and {own} is shown; change that first."
        ));
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use marsdeck_engine::time::Instant;

    use super::*;

    #[test]
    fn both_forms_are_read_and_others_refused() {
        let catalogue = Catalogue::apss().expect("a catalogue");
        let table = catalogue.tables[0].clone();
        let created = Instant::from_unix_ns(0);
        let file = TableFile { spacecraft: 189, created, table: table.clone() };
        let bytes = file.to_bytes(&catalogue).expect("sound");
        assert_eq!(read(&bytes, &catalogue, 189), Ok(table.clone()));
        assert!(read(&bytes, &catalogue, 76).expect_err("refused").starts_with("Refused: "));
        let text = text::print("apss", &table);
        assert_eq!(read(text.as_bytes(), &catalogue, 189), Ok(table));
        let other = read(b"instrument seis\ntable x\n", &catalogue, 189);
        assert!(other.expect_err("refused").contains("for seis"));
        assert!(read(&[0xff, 1], &catalogue, 189).is_err());
        let lost = done(&Job::Read("/no/such/file".into(), Box::new(catalogue), 189));
        assert!(lost.err().is_some_and(|said| said.contains("Check its name")));
    }
}
