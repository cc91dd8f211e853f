//! `marsdeck sequence` as a sequence engineer runs it.

use super::Home;

/// A sequence after the examples of the public schema (SeqJSON 1.0.20): absolute, relative and
/// command-complete times.
const SEQ: &str = r#"{
  "id": "seq0001",
  "metadata": {},
  "steps": [
    { "type": "command", "stem": "VM_LOAD", "args": [],
      "time": { "type": "ABSOLUTE", "tag": "2019-207T12:00:00" } },
    { "type": "command", "stem": "SEIS_ON",
      "args": [{ "type": "string", "name": "side", "value": "A" }],
      "time": { "type": "COMMAND_RELATIVE", "tag": "00:00:10" } },
    { "type": "command", "stem": "SEIS_GAIN",
      "args": [{ "type": "number", "name": "gain", "value": 3 }],
      "time": { "type": "COMMAND_COMPLETE" } }
  ]
}"#;

#[test]
fn a_sequence_goes_through_every_form_and_comes_back() {
    let home = Home::new();
    home.write("a.json", SEQ);
    let checked = home.say("sequence check a.json --json");
    assert_eq!(checked.code, 0, "{}", checked.err);
    assert_eq!(checked.json()["steps"], 3);
    for form in ["b.seq", "b.satf", "b.sasf"] {
        let ran = home.say(&format!("sequence convert a.json --out {form}"));
        assert!(ran.code == 0 || ran.code == 3, "{form}: {}", ran.err);
    }
    assert_eq!(home.say("sequence convert b.seq --out c.json").code, 0);
    let same = home.say("sequence diff a.json c.json");
    assert_eq!((same.code, same.lines().len()), (0, 1), "{}", same.text());
    home.write("d.json", SEQ.replace("00:00:10", "00:00:20"));
    let later = home.say("sequence diff a.json d.json");
    assert!(later.lines()[1].starts_with("changed,2,2,time,"), "{}", later.text());
}

#[test]
fn faults_are_told_with_their_place() {
    let home = Home::new();
    home.write("bad.json", SEQ.replace("\"COMMAND_RELATIVE\"", "\"SOMETIMES\""));
    let bad = home.say("sequence check bad.json");
    assert_eq!(bad.code, 3);
    assert!(bad.text().contains("/steps/1/time"), "{}", bad.text());
    home.write("a.json", SEQ);
    let odd = home.say("sequence convert a.json --out a.pdf");
    assert!(odd.code == 1 && odd.err.contains("end the name"), "{}", odd.err);
    let none = home.say("sequence check nothing.json");
    assert!(none.code == 1 && none.err.contains("cannot be read"), "{}", none.err);
}
