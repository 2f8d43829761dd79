//! Which services the agent talks to, by its version and Region.

use std::fmt;

/// A version of SSM Agent, such as 3.3.987.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AgentVersion(pub u32, pub u32, pub u32, pub u32);

impl AgentVersion {
    /// The first version that sends commands over `ssmmessages`, and needs no `ec2messages`.
    ///
    /// Source: Systems Manager user guide, "Reference: ec2messages, ssmmessages, and other API operations".
    pub const WITHOUT_EC2_MESSAGES: Self = Self(3, 3, 40, 0);
    /// The first version that can use Default Host Management Configuration.
    ///
    /// Source: Systems Manager user guide, "Managing EC2 instances automatically with Default Host Management Configuration".
    pub const DEFAULT_HOST_MANAGEMENT: Self = Self(3, 2, 582, 0);
    /// The first version that Session Manager supports.
    ///
    /// Source: Systems Manager user guide, "Session Manager prerequisites".
    pub const SESSIONS: Self = Self(2, 3, 68, 0);
    /// The first version with `ssm-cli get-diagnostics`.
    ///
    /// Source: Systems Manager user guide, "Troubleshooting managed node availability using ssm-cli".
    pub const DIAGNOSTICS: Self = Self(3, 1, 501, 0);

    /// Reads a version; missing parts count as zero, anything else is no version.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('.').map(str::parse);
        let version = Self(
            parts.next()?.ok()?,
            parts.next().transpose().ok()?.unwrap_or(0),
            parts.next().transpose().ok()?.unwrap_or(0),
            parts.next().transpose().ok()?.unwrap_or(0),
        );
        parts.next().is_none().then_some(version)
    }
}

impl fmt::Display for AgentVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.{}", self.0, self.1, self.2, self.3)
    }
}

/// Regions that were opened in 2024 or later, which have no `ec2messages` endpoint.
///
/// Source: Systems Manager user guide, "Reference: ec2messages, ssmmessages, and other API operations"; opening dates: AWS global
/// infrastructure announcements.
const WITHOUT_EC2_MESSAGES: &[&str] =
    &["ap-southeast-5", "ap-southeast-7", "mx-central-1", "ap-east-2", "ap-southeast-6", "eusc-de-east-1"];

/// The services that an agent must reach to be managed and to open sessions, by the short name in an endpoint's service name.
///
/// `ec2messages` is among them only for an agent that is known to be too old to do without it.
pub fn services(agent: Option<AgentVersion>, region: &str) -> Vec<&'static str> {
    let mut names = vec!["ssm", "ssmmessages"];
    let is_old = agent.is_some_and(|agent| agent < AgentVersion::WITHOUT_EC2_MESSAGES);
    if is_old && !WITHOUT_EC2_MESSAGES.contains(&region) {
        names.push("ec2messages");
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        let version = |text| AgentVersion::parse(text).unwrap();
        assert!(version("3.3.40.0") < version("3.3.987.0"));
        assert!(version("2.3.1000.0") < version("3.0.1"));
        assert_eq!(version("3.2").to_string(), "3.2.0.0");
        for text in ["", "latest", "3.x.1", "1.2.3.4.5"] {
            assert_eq!(AgentVersion::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_an_old_agent_needs_ec2messages() {
        let old = AgentVersion::parse("3.2.0.0");
        assert_eq!(services(old, "eu-west-1"), ["ssm", "ssmmessages", "ec2messages"]);
        assert_eq!(services(old, "mx-central-1"), ["ssm", "ssmmessages"]);
        assert_eq!(services(None, "eu-west-1"), ["ssm", "ssmmessages"]);
    }
}
