//! The status checks of an instance.
//!
//! Source: EC2 user guide, "Status checks for Amazon EC2 instances".

use super::Host;
use crate::evidence::Evidence;
use crate::finding::Judgement;
use crate::snapshot::ec2::{InstanceStatus, StatusSummary, is};
use crate::snapshot::{Gap, operations as op};

/// One of the status checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusCheck {
    /// Of the host.
    System,
    /// Of the operating system.
    Instance,
    /// Of the attached volumes.
    AttachedEbs,
}

/// A status check that fails.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Impaired<'a> {
    check: StatusCheck,
    summary: &'a StatusSummary,
}

impl StatusCheck {
    fn member(self) -> &'static str {
        match self {
            Self::System => "SystemStatus",
            Self::Instance => "InstanceStatus",
            Self::AttachedEbs => "AttachedEbsStatus",
        }
    }

    /// Its name in the user guide.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::System => "system status check",
            Self::Instance => "instance status check",
            Self::AttachedEbs => "attached EBS status check",
        }
    }

    fn of(self, status: &InstanceStatus) -> Option<&StatusSummary> {
        match self {
            Self::System => Some(&status.system_status),
            Self::Instance => Some(&status.instance_status),
            Self::AttachedEbs => status.attached_ebs_status.as_ref(),
        }
    }
}

impl Impaired<'_> {
    /// ` since TIME`, or nothing when the answer does not tell.
    pub(crate) fn since(&self) -> String {
        let since = self.summary.details.iter().map(|detail| detail.impaired_since.as_str());
        since.filter(|since| !since.is_empty()).min().map(|since| format!(" since {since}")).unwrap_or_default()
    }

    /// The fields that prove it.
    pub(crate) fn evidence(&self, id: &str) -> Vec<Evidence> {
        let member = self.check.member();
        let field = |name: String, value: &str| Evidence::new(op::DESCRIBE_INSTANCE_STATUS, id, name, value);
        let mut fields = vec![field(format!("{member}.Status"), &self.summary.status)];
        for (at, detail) in self.summary.details.iter().enumerate().filter(|(_, detail)| is(&detail.status, "failed")) {
            fields.push(field(format!("{member}.Details[{at}].Status"), &detail.status));
            if !detail.impaired_since.is_empty() {
                fields.push(field(format!("{member}.Details[{at}].ImpairedSince"), &detail.impaired_since));
            }
        }
        fields
    }
}

impl<'a> Host<'a> {
    /// The check when it fails, else what to say of it.
    ///
    /// # Errors
    /// Why its result is not known.
    pub(crate) fn impaired(&self, check: StatusCheck) -> Result<Result<Impaired<'a>, Judgement>, Gap> {
        if self.is_asleep() {
            return Ok(Err(self.follows_from_its_state()));
        }
        let words = check.words();
        let Some(summary) = self.status()?.and_then(|status| check.of(status)) else {
            return Ok(Err(Judgement::not_applicable(format!("EC2 gives no {words} for this instance"))));
        };
        let status = summary.status.as_str();
        if is(status, "impaired") {
            return Ok(Ok(Impaired { check, summary }));
        }
        Ok(Err(if is(status, "ok") {
            Judgement::pass(format!("the {words} is passed"))
        } else if is(status, "not-applicable") {
            Judgement::not_applicable(format!("EC2 says that the {words} is not applicable"))
        } else if is(status, "initializing") {
            // Whether that matters is the question of the rule about young instances.
            Judgement::not_applicable(format!("the {words} is still `initializing`, so the boot is not over"))
        } else if status.is_empty() {
            Gap::NotAsked { action: op::DESCRIBE_INSTANCE_STATUS.action.to_owned() }.into()
        } else {
            Judgement::cannot_tell(
                format!("the {words} is `{status}`"),
                vec![Gap::opaque(format!("the result of the {words}"))],
            )
        }))
    }
}
