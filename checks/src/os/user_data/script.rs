//! What a shell script tells the agent, starts and stops.

use super::programs::{HARMLESS, READERS, SAFE, bare, echoed, printed, tee_files};
use super::shell::{Command, EXPANSION, commands};
use super::{ClusterSign, UserDataSigns, config};

/// Scripts in scripts that are followed.
const DEEPEST: usize = 3;

/// Whether the agent reads its configuration from a file.
///
/// Source: the agent's `ecs-init/config/common.go`, `AgentConfigFile` and `InstanceConfigFile`.
pub(super) fn is_config(path: &str) -> bool {
    matches!(path, "/etc/ecs/ecs.config" | "/var/lib/ecs/ecs.config")
}

/// Takes over what a script does; its first line may name the shell.
pub(super) fn take(text: &str, signs: &mut UserDataSigns) {
    let first = text.trim_start().lines().next().filter(|line| line.starts_with("#!"));
    let flags = first.into_iter().flat_map(str::split_whitespace).skip(1).filter(|word| word.starts_with('-'));
    let mut script = Script { stops_at_errors: flags.into_iter().any(is_errexit), ..Script::new(signs) };
    script.run(text, 0);
}

fn is_errexit(flags: &str) -> bool {
    flags.strip_prefix('-').is_some_and(|flags| !flags.starts_with('-') && flags.contains('e'))
}

struct Script<'s> {
    signs: &'s mut UserDataSigns,
    folder: String,
    stops_at_errors: bool,
    can_fail: bool,
    has_exited: bool,
}

impl<'s> Script<'s> {
    fn new(signs: &'s mut UserDataSigns) -> Self {
        Self { signs, folder: "/".to_owned(), stops_at_errors: false, can_fail: false, has_exited: false }
    }

    fn run(&mut self, text: &str, depth: usize) {
        let commands = commands(text);
        for (at, command) in commands.iter().enumerate() {
            if self.has_exited {
                break;
            }
            let next = commands.get(at.saturating_add(1)).filter(|_| command.is_piped);
            self.command(command, next, depth);
        }
        if depth == 0 && self.signs.cluster.is_none() {
            self.signs.can_stop_before |= self.stops_at_errors && self.can_fail;
            self.signs.exits_before |= self.has_exited && text.contains("ECS_CLUSTER");
        }
    }

    fn command(&mut self, command: &Command, next: Option<&Command>, depth: usize) {
        let words = bare(&command.words);
        let Some((name, arguments)) = words.split_first() else {
            self.assignments(&command.words, command.is_conditional);
            return;
        };
        let name = name.rsplit('/').next().unwrap_or_default();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match name {
            "sh" | "bash"
                if depth < DEEPEST
                    && arguments.first().is_some_and(|flag| flag.starts_with('-') && flag.ends_with('c')) =>
            {
                self.run(arguments.get(1).copied().unwrap_or_default(), depth.saturating_add(1));
                return;
            }
            "echo" => self.output(&echoed(&arguments), command, next),
            "printf" => self.output(&printed(&arguments), command, next),
            "cat" => self.output(command.input.as_deref().unwrap_or_default(), command, next),
            "tee" => {
                if let Some(text) = &command.input {
                    self.files(text, &tee_files(&arguments), command.is_conditional);
                }
            }
            "cd" => self.folder = arguments.first().map_or_else(|| "/root".to_owned(), |path| (*path).to_owned()),
            "set" => self.set(&arguments),
            "exit" if !command.is_conditional && !command.is_background => self.has_exited = true,
            "export" | "declare" | "readonly" | "local" => {
                let words: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
                self.assignments(&words, command.is_conditional);
            }
            "systemctl" | "service" | "initctl" => self.service(name, &arguments, command),
            _ => {}
        }
        self.other(name, &arguments, command);
    }

    /// Variables of the shell, which no agent sees.
    fn assignments(&mut self, words: &[String], is_conditional: bool) {
        for word in words {
            if let Some(value) = word.strip_prefix("ECS_CLUSTER=")
                && self.signs.cluster.is_none()
            {
                self.signs.cluster = Some(config::cluster(value, "environment", is_conditional));
            }
        }
    }

    /// Text that a command puts out.
    fn output(&mut self, text: &str, command: &Command, next: Option<&Command>) {
        let paths: Vec<&str> = command.outputs.iter().map(|output| output.path.as_str()).collect();
        if !paths.is_empty() {
            self.files(text, &paths, command.is_conditional);
        } else if let Some(next) = next {
            let words = bare(&next.words);
            match words.split_first() {
                Some((tee, arguments)) if tee == "tee" => {
                    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                    self.files(text, &tee_files(&arguments), command.is_conditional);
                }
                // What a filter makes of it is not known.
                _ => {
                    let outputs = next.outputs.iter().map(|output| output.path.as_str());
                    self.signs.runs_others |= outputs.into_iter().any(|path| is_config(&self.absolute(path)));
                }
            }
        }
    }

    fn absolute(&self, path: &str) -> String {
        if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", self.folder.trim_end_matches('/')) }
    }

    fn files(&mut self, text: &str, paths: &[&str], is_conditional: bool) {
        for path in paths {
            let is_unknown = path.contains(EXPANSION);
            let target = if is_config(&self.absolute(path)) { "config" } else { "other-file" };
            // The name of a file that is a variable may be the agent's.
            self.signs.runs_others |= is_unknown && text.contains("ECS_");
            let had = self.signs.cluster.as_ref().is_some_and(ClusterSign::reaches_agent);
            if target == "config" || !had {
                let before = self.signs.cluster.take();
                config::take(text, target, is_conditional, self.signs);
                let is_set = self.signs.cluster.is_some();
                if is_set && !had {
                    self.signs.can_stop_before |= self.stops_at_errors && self.can_fail;
                }
                if !is_set {
                    self.signs.cluster = before;
                } else if is_conditional
                    && before.as_ref().is_some_and(|before| Some(before) != self.signs.cluster.as_ref())
                {
                    // Either of the two may be there.
                    if let Some(cluster) = &mut self.signs.cluster {
                        *cluster = ClusterSign { name: String::new(), fault: "unknown".to_owned(), ..cluster.clone() };
                    }
                }
            }
        }
    }

    fn set(&mut self, arguments: &[&str]) {
        let named = arguments.windows(2).find_map(|pair| match pair {
            [flag, "errexit"] => Some(flag.starts_with('-')),
            _ => None,
        });
        if named == Some(false) || arguments.iter().any(|flags| flags.starts_with('+') && flags.contains('e')) {
            self.stops_at_errors = false;
        } else if named == Some(true) || arguments.iter().any(|flags| is_errexit(flags)) {
            self.stops_at_errors = true;
        }
    }

    /// What becomes of a service.
    fn service(&mut self, program: &str, arguments: &[&str], command: &Command) {
        let (flags, words): (Vec<&str>, Vec<&str>) = arguments.iter().partition(|word| word.starts_with('-'));
        let (verb, units) = match (program, words.as_slice()) {
            ("service", [unit, verb, ..]) => (*verb, vec![*unit]),
            (_, [verb, units @ ..]) => (*verb, units.to_vec()),
            _ => return,
        };
        let now = flags.contains(&"--now");
        let starts = matches!(verb, "start" | "restart" | "reload-or-restart") || (verb == "enable" && now);
        // Without `--now`, what waits to be started is started all the same.
        let stops = verb == "stop" || (matches!(verb, "disable" | "mask") && now);
        for unit in units.iter().map(|unit| unit.strip_suffix(".service").unwrap_or(unit)) {
            if unit == "ecs" && (starts || stops || verb == "enable") && !command.is_conditional {
                self.signs.disables_agent = stops;
            }
            let waits = starts && !flags.contains(&"--no-block") && !command.is_background && !command.is_conditional;
            let is_known = matches!(unit, "ecs" | "docker") && program != "initctl";
            if is_known && waits && !self.signs.waits_for.iter().any(|own| own == unit) {
                self.signs.waits_for.push(unit.to_owned());
            }
        }
    }

    /// What a program may do beyond its output.
    fn other(&mut self, name: &str, arguments: &[&str], command: &Command) {
        let names_config = arguments.iter().any(|word| word.contains("ecs.config") || word.contains("/etc/ecs"));
        let changes = name == "sed" && arguments.iter().any(|flag| flag.starts_with("-i") || *flag == "--in-place");
        let fetches = name == "aws" && arguments.first() == Some(&"s3");
        let writes_unseen = command.outputs.iter().any(|output| is_config(&self.absolute(&output.path)))
            && !matches!(name, "echo" | "printf" | "cat" | "tee");
        let runs_agent = name == "docker"
            && arguments.first() == Some(&"run")
            && arguments.iter().any(|word| word.contains("ecs-agent"));
        let shows_unseen =
            name == "cat" && command.input.is_none() && !arguments.is_empty() && !command.outputs.is_empty();
        self.signs.reads_from_s3 |= fetches || arguments.iter().any(|word| word.contains("s3://"));
        let is_tee_of_config = name == "tee";
        if changes && names_config
            || writes_unseen
            || runs_agent
            || fetches
            || shows_unseen && command.outputs.iter().any(|output| is_config(&self.absolute(&output.path)))
            || !HARMLESS.contains(&name)
            || names_config
                && !READERS.contains(&name)
                && !is_tee_of_config
                && !matches!(name, "echo" | "printf" | "mkdir" | "cd" | "sed")
        {
            self.signs.runs_others = true;
        }
        for word in arguments {
            if let Some((_, value)) = word.split_once("ECS_CLUSTER=")
                && !matches!(name, "echo" | "printf" | "export" | "declare" | "readonly" | "local" | "sed" | "grep")
                && self.signs.cluster.is_none()
            {
                self.signs.cluster = Some(config::cluster(value, "command", command.is_conditional));
            }
        }
        let can_fail =
            !SAFE.contains(&name) && !command.is_forgiven && !command.is_conditional && !command.is_background;
        self.can_fail |= can_fail;
        self.signs.can_fail_after |= !SAFE.contains(&name) && self.signs.cluster.is_some();
    }
}
