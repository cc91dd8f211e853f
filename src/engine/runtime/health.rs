//! How the process and its machine fare, as far as the system says it.

use std::path::Path;

use super::live::Health;
use crate::time::Instant;

/// Looks at the process (`/proc/self`, Linux) and at the disk of the archive. What the system
/// does not say is none.
pub(super) fn look(archive: &Path, started: Instant, now: Instant) -> Health {
    let disk = rustix::fs::statvfs(archive).ok();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    Health {
        time: Some(now),
        started: Some(started),
        memory: number(&status, "VmRSS:").map(|kb| kb * 1024),
        threads: number(&status, "Threads:"),
        handles: std::fs::read_dir("/proc/self/fd").ok().map(|list| list.count() as u64),
        cpu_s: cpu_s(),
        disk_free: disk.as_ref().map(|disk| disk.f_bavail * disk.f_frsize),
        disk_size: disk.as_ref().map(|disk| disk.f_blocks * disk.f_frsize),
        ..Health::default()
    }
}

/// The number behind a name in the text of `/proc/self/status`.
fn number(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Processor time of the process in seconds (`/proc/self/schedstat` has only one thread, so the
/// two fields of `/proc/self/stat` behind the name, in ticks of 10 ms; see proc_pid_stat(5)).
fn cpu_s() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, behind) = text.rsplit_once(')')?;
    let mut fields = behind.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / 100.0)
}
