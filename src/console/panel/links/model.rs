//! What the Links panel prints, and the form of a link as typed.

use marsdeck_engine::link::{Framing, LinkConfig, Source};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::LinkView;
use marsdeck_engine::time::Instant;

use crate::clock::utc_clock;
use crate::widget::{age_text, count_text};

/// Command that starts a simulated spacecraft to try the console with.
pub(super) const SIMULATE: &str =
    "marsdeck simulate --mission insight --live tcp-listen:127.0.0.1:10010";

/// Kinds of framing to choose from, with their names.
pub(super) const FRAMINGS: [(Framing, &str); 3] =
    [(Framing::Packets, "Space packets"), (Framing::Tm, "TM frames"), (Framing::Aos, "AOS frames")];

/// `12:34:56` and the age, or a dash for a link that brought nothing yet.
pub(super) fn last_text(link: &LinkView, now: Option<Instant>) -> (String, String) {
    let Some(last) = link.status.last_data else { return ("–".to_owned(), "no data yet".into()) };
    let age = now.map(|now| format!("{} ago", age_text(now.max(last), last)));
    (utc_clock(last, 0), age.unwrap_or_default())
}

/// A count of losses: heading, explanation, how bad it is when it is not zero, count.
pub(super) type Loss = (&'static str, &'static str, Severity, u64);

/// The counts of losses, in the order of the table: all of them, or the two that matter most and
/// the sum of the others.
pub(super) fn losses(link: &LinkView, all: bool) -> Vec<Loss> {
    let c = &link.counts;
    let missing = c.missing_frames + c.missing;
    let (known, bad, lost) = (Severity::Normal, Severity::Watch, Severity::Distress);
    let mut losses = vec![
        ("Damaged", "Frames that were damaged and dropped", bad, c.bad_frames),
        ("Missing", "Frames and packets missing by their counts", bad, missing),
    ];
    let dropped = link.status.dropped;
    let others = [
        ("Unknown", "Packets that the dictionary does not describe", known, c.unknown),
        ("Duplicates", "Packets that came twice in a row", known, c.duplicates),
        ("Dropped", "Datagrams dropped because the engine did not keep up", lost, dropped),
        ("Lost", "What could not be stored and was given up", lost, c.lost()),
    ];
    if all {
        losses.extend(others);
        return losses;
    }
    let counted = others.iter().filter(|(.., n)| *n > 0);
    let worst = counted.map(|(_, _, severity, _)| *severity).max().unwrap_or(known);
    let sum = others.iter().map(|(.., n)| n).sum();
    losses.push(("Others", "Unknown and duplicate packets, what was dropped or lost", worst, sum));
    losses
}

/// Everything that was counted, for the details: heading and count, without what is zero.
pub(super) fn totals(link: &LinkView) -> Vec<(&'static str, String)> {
    let c = &link.counts;
    let all = [
        ("frames", c.frames),
        ("damaged frames", c.bad_frames),
        ("missing frames", c.missing_frames),
        ("skipped bytes", c.skipped_bytes),
        ("packets", c.packets),
        ("missing packets", c.missing),
        ("duplicates", c.duplicates),
        ("unknown packets", c.unknown),
        ("values stored", c.values),
        ("values known before", c.known_values),
        ("values lost", c.lost_values),
        ("records", c.records),
        ("pieces of records lost", c.lost_records),
        ("event messages", c.messages),
        ("event messages lost", c.lost_messages),
        ("packets not kept", c.lost_packets),
        ("files", c.files),
        ("connections", link.status.connects),
        ("deliveries dropped", link.status.dropped),
    ];
    all.into_iter().filter(|(_, n)| *n > 0).map(|(name, n)| (name, count_text(n))).collect()
}

/// `TM frames of 1115 bytes, randomised`.
pub(super) fn framing_text(config: &LinkConfig) -> String {
    match config.source {
        Source::Folder(_) => return "files of any known format".to_owned(),
        Source::SeedLink { .. } => return "miniSEED records".to_owned(),
        _ => {}
    }
    let name = FRAMINGS.iter().find(|(framing, _)| *framing == config.framing);
    let mut text = name.map_or("", |(_, name)| name).to_owned();
    if config.framing != Framing::Packets {
        text = format!("{text} of {} bytes", config.frame_bytes);
        if config.randomised {
            text.push_str(", randomised");
        }
    }
    text
}

/// A link as typed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Typed {
    /// Name of the link that is edited; none for a new one.
    pub(super) edits: Option<String>,
    pub(super) name: String,
    pub(super) source: String,
    pub(super) framing: Framing,
    pub(super) frame_bytes: String,
    pub(super) randomised: bool,
    pub(super) mission: String,
    pub(super) product: String,
    pub(super) silent_after_s: String,
    pub(super) poll_s: String,
    pub(super) enabled: bool,
}

impl Typed {
    /// A new link with everything as it usually is.
    pub(super) fn new() -> Self {
        let usual = LinkConfig::new("", Source::Udp(String::new()));
        Self { edits: None, source: String::new(), ..Self::of(&usual) }
    }

    /// The link to the simulated spacecraft.
    pub(super) fn simulated() -> Self {
        Self {
            name: "simulator".to_owned(),
            source: "tcp:127.0.0.1:10010".to_owned(),
            framing: Framing::Tm,
            mission: "insight".to_owned(),
            product: "simulated".to_owned(),
            ..Self::new()
        }
    }

    /// A link as it is set up.
    pub(super) fn of(config: &LinkConfig) -> Self {
        Self {
            edits: Some(config.name.clone()),
            name: config.name.clone(),
            source: config.source.to_string(),
            framing: config.framing,
            frame_bytes: config.frame_bytes.to_string(),
            randomised: config.randomised,
            mission: config.mission.clone(),
            product: config.product.clone(),
            silent_after_s: config.silent_after_s.to_string(),
            poll_s: config.poll_s.to_string(),
            enabled: config.enabled,
        }
    }

    /// What is wrong with the source; none where it can be used.
    pub(super) fn source_problem(&self) -> Option<String> {
        if self.source.trim().is_empty() {
            return Some("Write where the bytes come from, such as tcp:HOST:PORT.".to_owned());
        }
        self.source.parse::<Source>().err().map(sentence)
    }

    /// What is wrong with the name; none where it can be used.
    pub(super) fn name_problem(&self, links: &[LinkView]) -> Option<&'static str> {
        let name = self.name.trim();
        if name.is_empty() {
            return Some("Give the link a name.");
        }
        let taken = self.edits.is_none() && links.iter().any(|link| link.config.name == name);
        taken.then_some("There is a link of this name already.")
    }

    /// The link, or the first thing to mend.
    pub(super) fn link(&self, links: &[LinkView]) -> Result<LinkConfig, String> {
        if let Some(problem) = self.name_problem(links) {
            return Err(problem.to_owned());
        }
        if let Some(problem) = self.source_problem() {
            return Err(problem);
        }
        let source = self.source.parse::<Source>().map_err(sentence)?;
        let frame_bytes = self.frame_bytes.trim().parse::<usize>().ok();
        // CCSDS 132.0-B-3, section 4.1.1.1: a frame has at most 2048 bytes; AOS sets no limit.
        let frame_bytes = frame_bytes.filter(|n| (7..=65_536).contains(n)).ok_or_else(|| {
            "The length of a frame is a number of bytes from 7 to 65536, without its marker."
                .to_owned()
        })?;
        let seconds = |text: &str| text.trim().parse::<f64>().ok().filter(|s| s.is_finite());
        let silent_after_s = seconds(&self.silent_after_s).filter(|s| *s >= 0.0);
        let poll_s = seconds(&self.poll_s).filter(|s| *s >= 0.1);
        Ok(LinkConfig {
            name: self.name.trim().to_owned(),
            source,
            framing: self.framing,
            frame_bytes,
            randomised: self.randomised,
            mission: self.mission.clone(),
            product: self.product.trim().to_owned(),
            enabled: self.enabled,
            silent_after_s: silent_after_s
                .ok_or("Silent after: write seconds, or 0 for never.".to_owned())?,
            poll_s: poll_s.ok_or("Look every: write seconds, at least 0.1.".to_owned())?,
        })
    }

    /// Whether the link looks for data again and again.
    pub(super) fn polls(&self) -> bool {
        matches!(self.source.parse(), Ok(Source::Folder(_) | Source::Http(_)))
    }

    /// Whether frames can come over it.
    pub(super) fn may_have_frames(&self) -> bool {
        !matches!(self.source.parse(), Ok(Source::Folder(_) | Source::SeedLink { .. }))
    }
}

/// A problem as a sentence of its own.
fn sentence(text: String) -> String {
    let text = text.trim_end_matches('.');
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use marsdeck_engine::link::{LinkState, LinkStatus};
    use marsdeck_engine::runtime::LinkCounts;

    fn link() -> LinkView {
        let status = LinkStatus { state: LinkState::Ok, ..LinkStatus::default() };
        let counts =
            LinkCounts { missing_frames: 2, missing: 3, packets: 12_345, ..Default::default() };
        LinkView {
            config: LinkConfig::new("lander", Source::Tcp("h:1".into())),
            status,
            counts,
            bytes_per_s: 0.0,
            packets_per_s: 0.0,
            silent: false,
            newest: None,
            latency_s: None,
            problems: Vec::new(),
        }
    }

    #[test]
    fn a_link_is_made_of_what_was_typed() {
        let typed = Typed::simulated();
        let made = typed.link(&[]).expect("a link");
        assert_eq!(made.source, Source::Tcp("127.0.0.1:10010".into()));
        assert_eq!((made.framing, made.frame_bytes, made.enabled), (Framing::Tm, 1115, true));
        assert_eq!(made.product, "simulated");
        assert_eq!(Typed::of(&made), Typed { edits: Some("simulator".into()), ..typed });
        assert_eq!(framing_text(&made), "TM frames of 1115 bytes");
    }

    #[test]
    fn what_cannot_be_used_is_said_in_a_sentence() {
        let good = Typed::simulated();
        let wrong = |change: &dyn Fn(&mut Typed)| {
            let mut typed = good.clone();
            change(&mut typed);
            typed.link(&[link()]).expect_err("a problem")
        };
        assert!(wrong(&|t| t.source = "tcp:localhost".into()).contains("HOST:PORT"));
        assert!(wrong(&|t| t.source.clear()).starts_with("Write where"));
        assert_eq!(wrong(&|t| t.name = " ".into()), "Give the link a name.");
        assert_eq!(wrong(&|t| t.name = "lander".into()), "There is a link of this name already.");
        for bytes in ["", "0", "6", "-3", "1e9", "99999999"] {
            assert!(wrong(&|t| t.frame_bytes = bytes.into()).contains("length of a frame"));
        }
        for seconds in ["", "-1", "NaN", "inf", "soon"] {
            assert!(wrong(&|t| t.silent_after_s = seconds.into()).starts_with("Silent"));
            assert!(wrong(&|t| t.poll_s = seconds.into()).starts_with("Look every"));
        }
        let edit = Typed { edits: Some("lander".into()), name: "lander".into(), ..good };
        assert!(edit.link(&[link()]).is_ok(), "an edited link keeps its name");
    }

    #[test]
    fn losses_add_frames_and_packets() {
        let link = link();
        let missing = losses(&link, true).into_iter().find(|(name, ..)| *name == "Missing");
        assert_eq!(missing.map(|(.., n)| n), Some(5));
        let dropped = LinkStatus { dropped: 4, ..link.status.clone() };
        let few = losses(&LinkView { status: dropped, ..link.clone() }, false);
        assert_eq!(few.len(), 3);
        assert!(matches!(few[2], ("Others", _, Severity::Distress, 4)), "{few:?}");
        let totals = totals(&link);
        assert!(totals.contains(&("packets", "12 345".to_owned())), "{totals:?}");
        assert!(!totals.iter().any(|(name, _)| *name == "files"));
        assert_eq!(last_text(&link, None).0, "–");
    }
}
