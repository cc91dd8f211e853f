//! Messages that programs read: what is written reads back.

use proptest::prelude::*;

use super::reports::{Report, StepOutcome, table_file, table_parts};

#[test]
fn the_texts_are_those_that_the_ground_reads() {
    let step = |outcome| Report::Step {
        id: "night1".to_owned(),
        step: 2,
        of: 7,
        stem: "SEIS_HEATER".to_owned(),
        outcome,
    };
    for (text, report) in [
        ("Sequence night1 step 2 of 7 SEIS_HEATER started", step(StepOutcome::Started)),
        (
            "Sequence night1 step 2 of 7 SEIS_HEATER failed: SEIS is in mode OFF",
            step(StepOutcome::Failed("SEIS is in mode OFF".to_owned())),
        ),
        (
            "Sequence night1 loaded, 7 steps",
            Report::SequenceLoaded { id: "night1".into(), steps: 7 },
        ),
        ("Request S1 sent", Report::RequestSent { id: "S1".into() }),
    ] {
        assert_eq!(report.to_string(), text);
        assert_eq!(Report::parse(text), Some(report));
    }
    for other in ["", "Sequence", "Sequence a step 3 of 2 X started", "Request a b sent"] {
        assert_eq!(Report::parse(other), None, "{other}");
    }
}

fn id() -> impl Strategy<Value = String> {
    "[A-Za-z0-9_./-]{1,12}"
}

fn report() -> impl Strategy<Value = Report> {
    let outcome = prop_oneof![
        Just(StepOutcome::Started),
        Just(StepOutcome::Completed),
        "[a-z :]{0,20}".prop_map(StepOutcome::Failed),
    ];
    prop_oneof![
        (id(), 0_usize..999).prop_map(|(id, steps)| Report::SequenceLoaded { id, steps }),
        id().prop_map(|id| Report::SequenceActivated { id }),
        (id(), 1_usize..9, 9_usize..20, id(), outcome)
            .prop_map(|(id, step, of, stem, outcome)| Report::Step { id, step, of, stem, outcome }),
        id().prop_map(|id| Report::SequenceEnded { id }),
        (id(), "[a-z ]{0,9}").prop_map(|(id, reason)| Report::SequenceStopped { id, reason }),
        (id(), id(), 0_usize..99).prop_map(|(id, instrument, rows)| Report::TableLoaded {
            id,
            instrument,
            rows
        }),
        (id(), 0_usize..999).prop_map(|(id, records)| Report::RequestExtracted { id, records }),
        id().prop_map(|id| Report::RequestSent { id }),
        (id(), "[a-z ]{0,9}").prop_map(|(id, reason)| Report::RequestFailed { id, reason }),
    ]
}

proptest! {
    #[test]
    fn reports_read_back(report in report()) {
        prop_assert_eq!(Report::parse(&report.to_string()), Some(report));
    }

    #[test]
    fn other_texts_are_no_reports(text in "(Sequence|Dump|Table|Request) [ a-z0-9]{0,30}") {
        if let Some(report) = Report::parse(&text) {
            prop_assert_eq!(report.to_string(), text);
        }
    }

    #[test]
    fn tables_come_back_in_any_order(
        file in prop::collection::vec(any::<u8>(), 1..2000),
        older in prop::collection::vec(any::<u8>(), 1..900),
    ) {
        let mut all = table_parts(2, "seis", &file);
        all.extend(table_parts(1, "seis", &older));
        all.extend(table_parts(9, "apss", &older));
        all.reverse();
        let read: Vec<Report> =
            all.iter().filter_map(|part| Report::parse(&part.to_string())).collect();
        prop_assert_eq!(&read, &all);
        prop_assert_eq!(table_file(read.iter(), "seis"), Some(file.clone()));
        // Without a part of the newer one the older one counts.
        let cut = read.iter().filter(|part| {
            !matches!(part, Report::TablePart { dump: 2, part: 1, .. })
        });
        prop_assert_eq!(table_file(cut, "seis"), Some(older));
    }
}
