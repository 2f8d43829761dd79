//! Under which user the publisher of a machine image lets people in.

/// Users that an image has by default, its own first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Login {
    /// The family of images, as people know it.
    pub family: &'static str,
    /// Users that take the key pair of the launch.
    pub users: &'static [&'static str],
}

/// Words that a lower-case image name or description holds, all of them, and the users of that family; the first that fits.
///
/// Source: EC2 user guide, "Manage system users on your Amazon EC2 Linux instance", default usernames; for the others their publishers:
/// Rocky Linux (`rocky`), Alpine (`alpine`), Arch Linux (`arch`), Flatcar and Fedora CoreOS (`core`), NixOS (`root`), VyOS (`vyos`),
/// Kali (`kali`), OpenBSD and NetBSD images of cloud-init's kind (`ec2-user`).
const USERS: &[(&[&str], &str, &[&str])] = &[
    (&["deep learning", "ubuntu"], "Ubuntu", &["ubuntu"]),
    (&["bitnami"], "Bitnami", &["bitnami"]),
    (&["ubuntu"], "Ubuntu", &["ubuntu"]),
    (&["al2023-ami"], "Amazon Linux", &["ec2-user"]),
    (&["amzn2-ami"], "Amazon Linux", &["ec2-user"]),
    (&["amzn-ami"], "Amazon Linux", &["ec2-user"]),
    (&["amazon-eks-node"], "Amazon Linux", &["ec2-user"]),
    (&["amazon linux"], "Amazon Linux", &["ec2-user"]),
    (&["amzn-ec2-macos"], "macOS", &["ec2-user"]),
    (&["rocky"], "Rocky Linux", &["rocky"]),
    (&["almalinux"], "AlmaLinux", &["ec2-user"]),
    (&["centos"], "CentOS", &["centos", "ec2-user"]),
    (&["fedora-coreos"], "Fedora CoreOS", &["core"]),
    (&["fedora"], "Fedora", &["fedora", "ec2-user"]),
    (&["rhel"], "Red Hat Enterprise Linux", &["ec2-user", "root"]),
    (&["red hat enterprise linux"], "Red Hat Enterprise Linux", &["ec2-user", "root"]),
    (&["suse"], "SUSE Linux", &["ec2-user", "root"]),
    (&["oracle linux"], "Oracle Linux", &["ec2-user"]),
    (&["ol8"], "Oracle Linux", &["ec2-user"]),
    (&["ol9"], "Oracle Linux", &["ec2-user"]),
    (&["debian"], "Debian", &["admin"]),
    (&["kali"], "Kali Linux", &["kali"]),
    (&["freebsd"], "FreeBSD", &["ec2-user"]),
    (&["alpine"], "Alpine Linux", &["alpine"]),
    (&["arch-linux"], "Arch Linux", &["arch"]),
    (&["flatcar"], "Flatcar", &["core"]),
    (&["nixos"], "NixOS", &["root"]),
    (&["vyos"], "VyOS", &["vyos"]),
];

/// Accounts of publishers whose images carry no alias in every Region: Canonical, Debian, Red Hat, SUSE, Rocky, AlmaLinux, Fedora and
/// CentOS, FreeBSD, Oracle, Alpine, NixOS, Flatcar, as each of them names its account.
const PUBLISHERS: &[&str] = &[
    "099720109477",
    "136693071363",
    "309956199498",
    "013907871322",
    "792107900819",
    "764336703387",
    "125523088429",
    "782442783595",
    "131827586825",
    "538276064493",
    "427812963091",
    "075585003325",
];

/// The users of an image by its name and what its owner wrote of it; absent for names that people made up.
pub fn login(name: &str, description: &str) -> Option<Login> {
    let of = |text: &str| {
        let lower = text.to_lowercase();
        USERS
            .iter()
            .find(|(words, ..)| words.iter().all(|word| lower.contains(word)))
            .map(|(_, family, users)| Login { family, users })
    };
    of(name).or_else(|| of(description))
}

/// Whether an image comes from a publisher as it is, so that its name tells what is in it.
pub fn is_as_published(owner_alias: &str, owner: &str) -> bool {
    matches!(owner_alias, "amazon" | "aws-marketplace") || PUBLISHERS.contains(&owner)
}

/// Whether a user is the default one of some family: who types it means no user of his own making.
pub fn is_some_default(user: &str) -> bool {
    USERS.iter().any(|(.., users)| users.contains(&user))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_have_their_users() {
        let users = |name| login(name, "").map(|login| login.users);
        assert_eq!(users("al2023-ami-ecs-hvm-2023.0.20261101-kernel-6.1-x86_64"), Some(&["ec2-user"][..]));
        assert_eq!(users("ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20231207"), Some(&["ubuntu"][..]));
        assert_eq!(users("debian-12-amd64-20260101-1234"), Some(&["admin"][..]));
        assert_eq!(users("RHEL-9.4.0_HVM-20240605-x86_64-82-Hourly2-GP3"), Some(&["ec2-user", "root"][..]));
        assert_eq!(users("bitnami-wordpress-6-debian-12-x86_64"), Some(&["bitnami"][..]));
        assert_eq!(users("golden-image-42"), None);
        assert_eq!(login("golden-42", "built from Rocky Linux 9").map(|login| login.family), Some("Rocky Linux"));
    }

    #[test]
    fn only_publishers_images_are_what_their_names_say() {
        assert!(is_as_published("amazon", "137112412989") && is_as_published("", "136693071363"));
        assert!(!is_as_published("self", "111122223333") && !is_as_published("", ""));
        assert!(is_some_default("root") && is_some_default("ec2-user") && !is_some_default("alice"));
    }
}
