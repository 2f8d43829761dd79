//! The inside of an instance: what its console shows of it, and how to ask for the rest.

use super::case::Case;
use crate::finding::{Judgement, Place};
use crate::os::console::{SignKind, signs};
use crate::snapshot::ssm::ConsoleOutput;
use crate::snapshot::{Observed, time};
use std::borrow::Cow;

/// The question does not arise because of another rule's fault.
pub(crate) fn follows_from(rule: &str) -> Judgement {
    Judgement::not_applicable(format!("follows from `{rule}`"))
}

impl<'a> Case<'a> {
    /// Whether the facts say that nothing runs on the instance: it is in another state than `running`.
    pub(crate) fn is_asleep(&self) -> bool {
        !self.instance.state.name.is_empty() && !self.is_running()
    }

    /// A question that only a shell on the instance answers, with the command of its operating system.
    pub(crate) fn inside(
        &self,
        linux: impl Into<Cow<'static, str>>,
        windows: impl Into<Cow<'static, str>>,
        look_for: impl Into<Cow<'static, str>>,
    ) -> Judgement {
        if self.is_asleep() {
            return follows_from("ssm/instance-not-running");
        }
        let command = if self.instance.is_windows() { windows.into() } else { linux.into() };
        Judgement::Elsewhere { place: Place::Instance, command, look_for: look_for.into() }
    }

    /// Whether a console text was taken before the instance was last started, so that it tells of an earlier life.
    ///
    /// `LaunchTime` is the time of the last start, not of a reboot (EC2 API reference, `Instance`); a text without a time counts as new.
    pub(crate) fn is_outdated(&self, console: &ConsoleOutput) -> bool {
        matches!((time(&console.timestamp), self.launched()), (Some(taken), Some(launched)) if taken < launched)
    }

    /// The console text of the present start, while the node does not answer; a node that answers is not asked for it.
    ///
    /// # Errors
    /// Why it is not known.
    pub(crate) fn present_console(&self) -> Observed<&'a ConsoleOutput> {
        if self.heartbeat.is_online() || self.is_asleep() {
            return Ok(None);
        }
        Ok(self.console()?.filter(|console| !self.is_outdated(console)))
    }

    /// The last line of a kind in the console text of the present start, unless a line of a kind in `undone_by` follows it.
    ///
    /// # Errors
    /// Why the text is not known.
    pub(crate) fn console_line(&self, kind: SignKind, undone_by: &[SignKind]) -> Observed<&'a str> {
        let Some(console) = self.present_console()? else { return Ok(None) };
        let mut found = None;
        for sign in signs(&console.output) {
            if sign.kind == kind {
                found = Some(sign.line);
            } else if undone_by.contains(&sign.kind) {
                found = None;
            }
        }
        Ok(found)
    }
}
