//! What the name and owner of a machine image tell of ECS's agent in it.

use super::image::family;
use crate::snapshot::ec2::Image;

/// Whether ECS's agent is part of an image as its publisher gives it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EcsImage {
    /// ECS-optimized Amazon Linux: cloud-init runs the user data, the agent's unit waits for cloud-init.
    AmazonLinux {
        /// Whether it brings drivers for NVIDIA GPUs.
        has_gpu_driver: bool,
    },
    /// Bottlerocket for ECS, which takes settings as user data.
    Bottlerocket {
        /// Whether it brings drivers for NVIDIA GPUs.
        has_gpu_driver: bool,
    },
    /// ECS-optimized Windows Server, whose agent is started by `Initialize-ECSAgent`.
    Windows,
    /// An image of an operating system without the agent; its name, as people know it.
    Without(&'static str),
    /// Anybody's image: what is in it does not show.
    Unknown,
}

/// Accounts that publish images of operating systems and nothing else: Canonical, Red Hat, Debian, SUSE.
const PUBLISHERS: &[&str] = &["099720109477", "309956199498", "136693071363", "013907871322"];

impl EcsImage {
    /// What an image is, by its name; only the names that publishers give count.
    ///
    /// Sources: names of the releases of `aws/amazon-ecs-ami` and of Bottlerocket; ECS developer guide, "Amazon ECS-optimized Windows AMIs".
    pub fn of(image: &Image) -> Self {
        let is_amazon = image.image_owner_alias.eq_ignore_ascii_case("amazon");
        if !is_amazon && !PUBLISHERS.contains(&image.owner_id.as_str()) {
            return Self::Unknown;
        }
        let name = image.name.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().all(|word| name.contains(word));
        if has(&["bottlerocket-aws-ecs"]) {
            Self::Bottlerocket { has_gpu_driver: name.contains("nvidia") }
        } else if has(&["bottlerocket"]) {
            Self::Without("Bottlerocket for Kubernetes")
        } else if has(&["-ami-ecs-"]) || has(&["amazon-ecs-optimized"]) {
            Self::AmazonLinux { has_gpu_driver: name.contains("-gpu-") }
        } else if has(&["windows", "ecs_optimized"]) {
            Self::Windows
        } else if has(&["amazon-eks"]) || has(&["eks_optimized"]) {
            Self::Without("Amazon EKS node")
        } else {
            family(&name).map_or(Self::Unknown, |family| Self::Without(family.name))
        }
    }

    /// Whether the agent is in it.
    pub fn has_agent(self) -> bool {
        matches!(self, Self::AmazonLinux { .. } | Self::Bottlerocket { .. } | Self::Windows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_public_images_are_known() {
        let of = |name: &str, alias: &str| {
            EcsImage::of(&Image { name: name.to_owned(), image_owner_alias: alias.to_owned(), ..Image::default() })
        };
        let linux = |has_gpu_driver| EcsImage::AmazonLinux { has_gpu_driver };
        for (name, image) in [
            ("al2023-ami-ecs-hvm-2023.0.20261113-kernel-6.1-x86_64", linux(false)),
            ("al2023-ami-ecs-gpu-hvm-2023.0.20261113-kernel-6.1-x86_64-ebs", linux(true)),
            ("amzn2-ami-ecs-kernel-5.10-hvm-2.0.20240611-x86_64-ebs", linux(false)),
            ("amzn-ami-2018.03.20220831-amazon-ecs-optimized", linux(false)),
            ("bottlerocket-aws-ecs-2-nvidia-x86_64-v1.20.0-fcf71a47", EcsImage::Bottlerocket { has_gpu_driver: true }),
            ("bottlerocket-aws-k8s-1.30-x86_64-v1.20.0", EcsImage::Without("Bottlerocket for Kubernetes")),
            ("Windows_Server-2022-English-Full-ECS_Optimized-2026.01.15", EcsImage::Windows),
            ("Windows_Server-2022-English-Full-Base-2026.01.15", EcsImage::Without("Windows Server")),
            ("al2023-ami-2023.9.20261101.0-kernel-6.12-x86_64", EcsImage::Without("Amazon Linux 2023")),
            ("amazon-eks-node-al2023-x86_64-standard-1.30-v20240625", EcsImage::Without("Amazon EKS node")),
            ("golden-42", EcsImage::Unknown),
        ] {
            assert_eq!(of(name, "amazon"), image, "{name}");
            assert_eq!(of(name, "self"), EcsImage::Unknown, "{name} of somebody else");
        }
    }
}
