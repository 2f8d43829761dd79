//! What the name of a machine image tells of the operating system and of SSM Agent in it.

/// Whether AWS offers SSM Agent for an operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// It is in the list of supported operating systems.
    Supported,
    /// AWS no longer supports it; an old agent may still run there.
    Ended,
    /// AWS offers no agent for it, but others build one.
    Community,
    /// No agent runs there.
    None,
}

/// Whether SSM Agent is part of an image as its publisher gives it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agent {
    /// It is.
    Preinstalled,
    /// It is not.
    Absent,
    /// It depends on the date or edition of the image.
    Varies,
}

/// A family of machine images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// Its name, as people know it.
    pub name: &'static str,
    /// Whether AWS offers the agent for it.
    pub support: Support,
    /// Whether the agent is in the image.
    pub agent: Agent,
}

/// Words that a lower-case image name or platform name holds, all of them, and the family that it then belongs to; the first that fits.
///
/// Sources: Systems Manager user guide, "Supported operating systems for Systems Manager" and "Find AMIs with the SSM Agent
/// preinstalled"; names as the publishers give them to their public images.
const FAMILIES: &[(&[&str], &str, Support, Agent)] = &[
    (&["al2023-ami-minimal"], "Amazon Linux 2023 minimal", Support::Supported, Agent::Absent),
    (&["al2023-ami"], "Amazon Linux 2023", Support::Supported, Agent::Preinstalled),
    (&["amzn2-ami-minimal"], "Amazon Linux 2 minimal", Support::Supported, Agent::Absent),
    (&["amzn2-ami"], "Amazon Linux 2", Support::Supported, Agent::Preinstalled),
    (&["amzn-ami-minimal"], "Amazon Linux 1 minimal", Support::Supported, Agent::Absent),
    (&["amzn-ami"], "Amazon Linux 1", Support::Supported, Agent::Varies),
    (&["amazon linux"], "Amazon Linux", Support::Supported, Agent::Varies),
    (&["bottlerocket"], "Bottlerocket", Support::Supported, Agent::Preinstalled),
    (&["amzn-ec2-macos"], "macOS", Support::Supported, Agent::Preinstalled),
    (&["windows", "2003"], "Windows Server 2003", Support::Ended, Agent::Varies),
    (&["windows", "2008"], "Windows Server 2008", Support::Ended, Agent::Varies),
    (&["windows"], "Windows Server", Support::Supported, Agent::Preinstalled),
    (&["ubuntu", "minimal"], "Ubuntu minimal", Support::Supported, Agent::Varies),
    (&["ubuntu", "trusty"], "Ubuntu 14.04", Support::Supported, Agent::Absent),
    (&["ubuntu", "precise"], "Ubuntu 12.04", Support::Supported, Agent::Absent),
    (&["ubuntu"], "Ubuntu", Support::Supported, Agent::Preinstalled),
    (&["opensuse"], "openSUSE", Support::Community, Agent::Varies),
    (&["suse"], "SUSE Linux Enterprise Server", Support::Supported, Agent::Preinstalled),
    // Their kernel, 2.6.18, is too old for any program that the agent's compiler makes.
    (&["rhel-5."], "Red Hat Enterprise Linux 5", Support::None, Agent::Absent),
    (&["red hat enterprise linux", " 5."], "Red Hat Enterprise Linux 5", Support::None, Agent::Absent),
    (&["centos-5"], "CentOS 5", Support::None, Agent::Absent),
    (&["centos 5"], "CentOS 5", Support::None, Agent::Absent),
    (&["centos linux 5"], "CentOS 5", Support::None, Agent::Absent),
    (&["rhel-"], "Red Hat Enterprise Linux", Support::Supported, Agent::Absent),
    (&["red hat enterprise linux"], "Red Hat Enterprise Linux", Support::Supported, Agent::Absent),
    (&["centos"], "CentOS", Support::Supported, Agent::Absent),
    (&["rocky"], "Rocky Linux", Support::Supported, Agent::Absent),
    (&["almalinux"], "AlmaLinux", Support::Supported, Agent::Absent),
    (&["oracle linux"], "Oracle Linux", Support::Supported, Agent::Absent),
    (&["debian"], "Debian", Support::Supported, Agent::Absent),
    (&["freebsd"], "FreeBSD", Support::Community, Agent::Absent),
    (&["alpine-"], "Alpine Linux", Support::Community, Agent::Absent),
    (&["nixos"], "NixOS", Support::Community, Agent::Varies),
    (&["fedora"], "Fedora", Support::Community, Agent::Absent),
    (&["gentoo"], "Gentoo", Support::Community, Agent::Absent),
    (&["arch-linux"], "Arch Linux", Support::Community, Agent::Absent),
    (&["openbsd"], "OpenBSD", Support::None, Agent::Absent),
    (&["netbsd"], "NetBSD", Support::None, Agent::Absent),
];

/// The family of an image by its name, or of an operating system by its name and version; absent for names that people made up.
pub fn family(name: &str) -> Option<Family> {
    let lower = name.to_lowercase();
    FAMILIES
        .iter()
        .find(|(words, ..)| words.iter().all(|word| lower.contains(word)))
        .map(|(_, name, support, agent)| Family { name, support: *support, agent: *agent })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_public_images_are_known() {
        let told = |name| family(name).map(|family| (family.name, family.support, family.agent));
        let known = |name, support, agent| Some((name, support, agent));
        use Agent::*;
        use Support::{Community, Ended, Supported};
        assert_eq!(
            told("al2023-ami-2023.9.20261101.0-kernel-6.12-x86_64"),
            known("Amazon Linux 2023", Supported, Preinstalled)
        );
        assert_eq!(
            told("al2023-ami-minimal-2023.9-kernel-6.12-arm64"),
            known("Amazon Linux 2023 minimal", Supported, Absent)
        );
        assert_eq!(
            told("ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20231207"),
            known("Ubuntu", Supported, Preinstalled)
        );
        assert_eq!(told("Windows_Server-2008-R2_SP1-English-64Bit-Base"), known("Windows Server 2008", Ended, Varies));
        assert_eq!(
            told("Windows_Server-2022-English-Full-Base-2026.01"),
            known("Windows Server", Supported, Preinstalled)
        );
        assert_eq!(
            told("RHEL-9.4.0_HVM-20240605-x86_64-82-Hourly2-GP3"),
            known("Red Hat Enterprise Linux", Supported, Absent)
        );
        assert_eq!(told("RHEL-5.11_HVM_GA-20150209"), known("Red Hat Enterprise Linux 5", Support::None, Absent));
        assert_eq!(told("FreeBSD 14.1-RELEASE-amd64 UEFI-PREFERRED"), known("FreeBSD", Community, Absent));
        assert_eq!(told("golden-image-42"), Option::None);
    }
}
