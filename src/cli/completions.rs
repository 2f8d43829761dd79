//! `aws-triage completions` and `aws-triage man`.

use super::{Invocation, print};
use crate::error::Error;
use crate::exit::Exit;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs `completions`.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Invocation::command(), "aws-triage", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Healthy)
}

/// Runs `man`: the page of the program, then one for each command.
pub(super) fn man() -> Result<Exit, Error> {
    let mut page = Vec::new();
    let failed = |error: std::io::Error| Error::could_not_run(format!("cannot make the manual page: {error}"));
    let command = Invocation::command();
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(failed)?;
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        clap_mangen::Man::new(subcommand.clone()).render(&mut page).map_err(failed)?;
    }
    print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Healthy)
}
