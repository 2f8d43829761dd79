//! How to mend a fault: what would change, the commands, and the way back.

use serde_json::Value;

/// What a fix costs and risks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FixClass {
    /// One reversible control-plane call, no interruption.
    A,
    /// Creates something that costs money.
    B,
    /// Restarts a service or reboots.
    C,
    /// Needs stop and start, or work on the root volume.
    D,
    /// Belongs to a person or another team: commands only.
    M,
    /// Nothing to mend: wait, or nothing is wrong yet.
    None,
}

impl FixClass {
    /// The letter of the outside contract.
    pub fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::M => "M",
            Self::None => "-",
        }
    }
}

/// A way to mend a fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// What it costs and risks.
    pub class: FixClass,
    /// What changes, in one sentence.
    pub summary: String,
    /// Commands, ready to paste into one POSIX shell.
    pub commands: Vec<String>,
    /// Commands that take it back, in the order to run them, in the same shell.
    pub rollback: Vec<String>,
}

impl Fix {
    /// A fix without commands yet.
    pub fn new(class: FixClass, summary: impl Into<String>) -> Self {
        Self { class, summary: summary.into(), commands: Vec::new(), rollback: Vec::new() }
    }

    /// With a command to run.
    #[must_use]
    pub fn run(mut self, command: impl Into<String>) -> Self {
        self.commands.push(command.into());
        self
    }

    /// With a command that takes it back.
    #[must_use]
    pub fn undo(mut self, command: impl Into<String>) -> Self {
        self.rollback.push(command.into());
        self
    }
}

/// An AWS CLI command under construction; every value is quoted for a POSIX shell.
#[derive(Debug, Clone)]
pub struct Aws {
    text: String,
}

impl Aws {
    /// `aws SERVICE COMMAND`, in the given Region when one is known.
    pub fn new(service: &str, command: &str, region: &str) -> Self {
        let text = ["aws ", service, " ", command].concat();
        let command = Self { text };
        if region.is_empty() || service == "iam" { command } else { command.arg("region", region) }
    }

    /// `--NAME VALUE`.
    #[must_use]
    pub fn arg(self, name: &str, value: impl AsRef<str>) -> Self {
        self.args(name, [value])
    }

    /// `--NAME VALUE VALUE…`.
    #[must_use]
    pub fn args<S: AsRef<str>>(self, name: &str, values: impl IntoIterator<Item = S>) -> Self {
        let mut command = self.flag(name);
        for value in values {
            command.text.push(' ');
            push_quoted(&mut command.text, value.as_ref());
        }
        command
    }

    /// `--NAME JSON`.
    #[must_use]
    pub fn json(self, name: &str, value: &Value) -> Self {
        self.arg(name, value.to_string())
    }

    /// `--NAME "$VARIABLE"`: what an earlier command of the same fix made.
    #[must_use]
    pub fn made(self, name: &str, variable: &str) -> Self {
        self.word(name, format!("\"${variable}\""))
    }

    /// `--NAME "$(aws … --query QUERY --output text)"`: what another command finds.
    #[must_use]
    pub fn found(self, name: &str, finder: Self, query: &str) -> Self {
        let finder = String::from(finder.answering(query));
        self.word(name, format!("\"$({finder})\""))
    }

    /// `--NAME $(aws … --query QUERY --output text)`: every id that another command finds, a word each.
    #[must_use]
    pub fn found_all(self, name: &str, finder: Self, query: &str) -> Self {
        let finder = String::from(finder.answering(query));
        self.word(name, format!("$({finder})"))
    }

    /// `VARIABLE=$(aws … --query QUERY --output text)`: keeps what the command made, for later commands of the fix and its rollback.
    pub fn keep(self, variable: &str, query: &str) -> String {
        format!("{variable}=$({})", String::from(self.answering(query)))
    }

    fn answering(self, query: &str) -> Self {
        self.arg("query", query).arg("output", "text")
    }

    fn word(self, name: &str, word: String) -> Self {
        let mut command = self.flag(name);
        command.text.push(' ');
        command.text.push_str(&word);
        command
    }

    /// `--NAME`.
    #[must_use]
    pub fn flag(mut self, name: &str) -> Self {
        self.text.push_str(" --");
        self.text.push_str(name);
        self
    }
}

impl From<Aws> for String {
    fn from(command: Aws) -> Self {
        command.text
    }
}

impl From<Aws> for std::borrow::Cow<'static, str> {
    fn from(command: Aws) -> Self {
        String::from(command).into()
    }
}

/// A value as one word of a POSIX shell.
pub fn quoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len().saturating_add(2));
    push_quoted(&mut text, value);
    text
}

fn push_quoted(text: &mut String, value: &str) {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=@,+%".contains(&byte);
    if !value.is_empty() && value.bytes().all(is_plain) {
        text.push_str(value);
    } else {
        text.push('\'');
        text.push_str(&value.replace('\'', r"'\''"));
        text.push('\'');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_command_makes_is_kept_for_the_next() {
        let kept = Aws::new("ec2", "allocate-address", "eu-west-1").keep("address", "AllocationId");
        assert_eq!(kept, "address=$(aws ec2 allocate-address --region eu-west-1 --query AllocationId --output text)");
        let used = Aws::new("ec2", "release-address", "eu-west-1").made("allocation-id", "address");
        assert_eq!(String::from(used), "aws ec2 release-address --region eu-west-1 --allocation-id \"$address\"");
        let finder = Aws::new("ec2", "describe-addresses", "eu-west-1").arg("filters", "Name=domain,Values=vpc");
        let found =
            Aws::new("ec2", "release-address", "eu-west-1").found("allocation-id", finder, "Addresses[0].AllocationId");
        assert!(String::from(found).ends_with("--query 'Addresses[0].AllocationId' --output text)\""));
    }

    #[test]
    fn values_cannot_leave_their_word() {
        let command: String = Aws::new("ec2", "create-tags", "eu-west-1")
            .arg("resources", "i-1; rm -rf / $(id) 'x'")
            .json("tags", &json!([{ "Key": "a b" }]))
            .into();
        assert_eq!(
            command,
            r#"aws ec2 create-tags --region eu-west-1 --resources 'i-1; rm -rf / $(id) '\''x'\''' --tags '[{"Key":"a b"}]'"#
        );
        assert_eq!(quoted(""), "''");
    }
}
