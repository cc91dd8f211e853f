//! The list of jobs and messages as the console shows them. Only the owner thread changes it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::handle::{JobState, JobView, Message, MessageLevel};
use crate::time::Instant;

/// Ended jobs that stay visible.
const ENDED_KEPT: usize = 20;
/// Messages that stay in the log.
const MESSAGES_KEPT: usize = 1000;

/// Jobs and messages.
#[derive(Default)]
pub(super) struct Ledger {
    next_id: u64,
    jobs: VecDeque<(JobView, Arc<AtomicBool>)>,
    messages: Arc<Vec<Message>>,
}

impl Ledger {
    /// Opens a job; the flag is set when somebody cancels it.
    pub(super) fn open(&mut self, title: String) -> (u64, Arc<AtomicBool>) {
        self.next_id += 1;
        let cancel = Arc::new(AtomicBool::new(false));
        let view = JobView {
            id: self.next_id,
            title,
            detail: "waiting for a free worker".into(),
            state: JobState::Running(None),
        };
        self.jobs.push_front((view, Arc::clone(&cancel)));
        (self.next_id, cancel)
    }

    pub(super) fn progress(&mut self, id: u64, fraction: Option<f32>, detail: String) {
        if let Some((view, _)) = self.jobs.iter_mut().find(|(view, _)| view.id == id) {
            view.state = JobState::Running(fraction);
            view.detail = detail;
        }
    }

    pub(super) fn end(&mut self, id: u64, state: JobState, detail: String, now: Instant) {
        let Some((view, _)) = self.jobs.iter_mut().find(|(view, _)| view.id == id) else { return };
        view.state = state.clone();
        view.detail.clone_from(&detail);
        let level = match state {
            JobState::Failed => MessageLevel::Error,
            JobState::DoneWithProblems => MessageLevel::Warning,
            _ => MessageLevel::Info,
        };
        let text = format!("{}: {detail}", view.title);
        self.say(now, level, text);
        let mut ended = 0;
        self.jobs.retain(|(view, _)| {
            let running = matches!(view.state, JobState::Running(_));
            ended += usize::from(!running);
            running || ended <= ENDED_KEPT
        });
    }

    pub(super) fn cancel(&self, id: u64) {
        if let Some((_, flag)) = self.jobs.iter().find(|(view, _)| view.id == id) {
            flag.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn cancel_all(&self) {
        for (_, flag) in &self.jobs {
            flag.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn say(&mut self, time: Instant, level: MessageLevel, text: String) {
        let messages = Arc::make_mut(&mut self.messages);
        if messages.len() >= MESSAGES_KEPT {
            messages.drain(..MESSAGES_KEPT / 10);
        }
        messages.push(Message { time, level, text });
    }

    pub(super) fn views(&self) -> Vec<JobView> {
        self.jobs.iter().map(|(view, _)| view.clone()).collect()
    }

    pub(super) fn messages(&self) -> Arc<Vec<Message>> {
        Arc::clone(&self.messages)
    }
}
