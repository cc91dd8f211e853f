//! What every answer of a server means, and what to do next.

use std::time::Duration;

use super::check::Fault;
use super::http::{Answer, Failure};
use super::{FdsnSource, Part};

/// What to do about an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The body is good.
    Good,
    /// The server has nothing for this part.
    NoData,
    /// Ask for the halves.
    Split(String),
    /// Try again, after so long where the server says so.
    Again(String, Option<Duration>),
    /// Leave this part, go on with the next.
    Leave(String),
    /// Stop: the next part would fare the same.
    Stop(String),
}

/// Judges an answer with a status. `fault` is what a check of the body found.
pub(super) fn judge(
    source: &FdsnSource,
    part: &Part,
    answer: &Answer,
    fault: Option<Fault>,
) -> Verdict {
    let name = &source.name;
    let status = answer.status;
    let said = said(answer);
    match status {
        200 => of_body(source, part, answer, fault),
        204 | 404 => Verdict::NoData,
        300..=399 => Verdict::Stop(format!(
            "{name} sends the request on to {}, which was not followed. If you trust that \
             address, give it as the base address.",
            answer.location.as_deref().unwrap_or("nowhere")
        )),
        400 => Verdict::Stop(format!(
            "{name} does not understand the request (400){said}. Check the channel names and the \
             time range."
        )),
        401 | 403 => Verdict::Stop(format!(
            "{name} does not give these data to everyone ({status}){said}. Ask for another \
             channel or time, or ask the data centre for access."
        )),
        413 => Verdict::Split(format!(
            "{name} finds even a short request too large (413). Ask for fewer channels at once."
        )),
        414 => Verdict::Stop(format!(
            "{name} finds the request too long (414). Name fewer channels, or use a wildcard."
        )),
        408 | 425 => Verdict::Again(
            format!("{name} gave up waiting ({status}). Try again later."),
            answer.retry_after,
        ),
        429 => Verdict::Again(
            format!(
                "{name} asks for fewer requests (429){said}. Start the fetch again later; it goes \
                 on where it was."
            ),
            answer.retry_after,
        ),
        501 => Verdict::Leave(format!(
            "{name} does not offer {} (501). Fetch them from another server.",
            part.format.title()
        )),
        500 | 502 | 503 | 504 => Verdict::Again(
            format!(
                "{name} has a fault of its own ({status}){said}. Try again later; the fetch goes \
                 on where it was."
            ),
            answer.retry_after,
        ),
        500..=599 => Verdict::Again(
            format!("{name} answers with an unknown fault ({status}){said}. Try again later."),
            answer.retry_after,
        ),
        _ => Verdict::Stop(format!(
            "{name} answers with a status that FDSN services do not use ({status}){said}. Check \
             the base address {}.",
            source.base
        )),
    }
}

/// Judges the body of an answer 200.
fn of_body(source: &FdsnSource, part: &Part, answer: &Answer, fault: Option<Fault>) -> Verdict {
    let (name, kind) = (&source.name, part.format.title());
    if answer.too_large {
        return Verdict::Split(format!(
            "{name} sends more for one part than is accepted at once. Ask for fewer channels."
        ));
    }
    let fault = match fault {
        Some(_) if answer.body.is_empty() && answer.marked => return Verdict::NoData,
        Some(_) if answer.body.is_empty() => Some(Fault::CutOff),
        fault => fault,
    };
    match fault {
        None => Verdict::Good,
        Some(Fault::CutOff) => Verdict::Again(
            format!(
                "The {kind} from {name} ends too early. Try again later; nothing of this part \
                 was kept."
            ),
            None,
        ),
        Some(Fault::Other) => {
            let head = String::from_utf8_lossy(answer.body.get(..256).unwrap_or(&answer.body))
                .to_ascii_lowercase();
            let is_page = head.contains("<html") || head.contains("<!doctype html");
            let what = if is_page { "a web page" } else { "something else" };
            Verdict::Leave(format!(
                "{name} sent {what} instead of {kind}; it was not kept. Check the base address \
                 {}, or whether a proxy or login page stands between.",
                source.base
            ))
        }
    }
}

/// Judges a request that got no whole answer.
pub(super) fn judge_failure(source: &FdsnSource, failure: &Failure) -> Verdict {
    let (name, base) = (&source.name, &source.base);
    match failure {
        Failure::Tls(why) => Verdict::Stop(format!(
            "No secure connection to {name} ({why}). Check the date of this computer, its \
             certificates (package ca-certificates) and the base address {base}."
        )),
        Failure::Connect(why) => Verdict::Again(
            format!(
                "Cannot reach {name} at {base} ({why}). Check the network and the address, then \
                 start the fetch again."
            ),
            None,
        ),
        Failure::Slow => Verdict::Again(
            format!(
                "{name} stopped sending. Start the fetch again later; it goes on where it was."
            ),
            None,
        ),
        Failure::CutOff(why) => Verdict::Again(
            format!(
                "The connection to {name} broke in the middle ({why}). Check the network and \
                 start the fetch again; nothing of this part was kept."
            ),
            None,
        ),
        Failure::Request(why) => Verdict::Stop(format!(
            "The request to {name} cannot be made ({why}). Check the base address {base}."
        )),
    }
}

/// First line of what the server said about a refusal, in brackets.
fn said(answer: &Answer) -> String {
    let text = String::from_utf8_lossy(answer.body.get(..2000).unwrap_or(&answer.body));
    if text.contains('<') {
        return String::new();
    }
    let line = text.lines().map(str::trim).find(|l| l.len() > 3 && !l.starts_with("Error "));
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    line.map_or_else(String::new, |l| {
        format!(": {}", l.chars().take(160).map(clean).collect::<String>())
    })
}
