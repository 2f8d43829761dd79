//! The inside of an instance: what its console shows of it, and how to ask for the rest.

use super::case::Case;
use crate::finding::{Judgement, Place};
use crate::instance::last_sign;
use crate::os::console::SignKind;
use crate::snapshot::Observed;
use crate::snapshot::ssm::ConsoleOutput;
use std::borrow::Cow;

impl<'a> Case<'a> {
    /// A question that only a shell on the instance answers, with the command of its operating system.
    pub(crate) fn inside(
        &self,
        linux: impl Into<Cow<'static, str>>,
        windows: impl Into<Cow<'static, str>>,
        look_for: impl Into<Cow<'static, str>>,
    ) -> Judgement {
        if self.is_asleep() {
            return self.follows_from_its_state();
        }
        let command = if self.instance.is_windows() { windows.into() } else { linux.into() };
        Judgement::Elsewhere { place: Place::Instance, command, look_for: look_for.into() }
    }

    /// The console text of the present start, while the node does not answer; a node that answers is not asked for it.
    ///
    /// # Errors
    /// Why it is not known.
    pub(crate) fn present_console(&self) -> Observed<&'a ConsoleOutput> {
        if self.heartbeat.is_online() { Ok(None) } else { self.console_since_start() }
    }

    /// The last line of a kind in the console text of the present start, unless a line of a kind in `undone_by` follows it.
    ///
    /// # Errors
    /// Why the text is not known.
    pub(crate) fn console_line(&self, kind: SignKind, undone_by: &[SignKind]) -> Observed<&'a str> {
        Ok(self.present_console()?.and_then(|console| last_sign(console, kind, undone_by)))
    }
}
