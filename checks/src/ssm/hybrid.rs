//! The hybrid node that an instance may be managed as in place of itself.

use super::Case;
use crate::snapshot::ec2::is;
use crate::snapshot::ssm::InstanceInformation;

impl<'a> Case<'a> {
    /// A hybrid node with the address and a name of the instance: private addresses alone are the same in many networks.
    pub fn hybrid_twin(&self) -> Option<&'a InstanceInformation> {
        self.hybrid_nodes().iter().copied().find(|node| self.is_named(&node.computer_name))
    }

    /// Whether a host name is one that EC2 gives the instance (of its address or its id), or its `Name` tag.
    ///
    /// Source: EC2 user guide, "EC2 instance hostnames and domains".
    fn is_named(&self, computer: &str) -> bool {
        let instance = self.instance;
        let of_address = format!("ip-{}", instance.private_ip_address.replace('.', "-"));
        let label = computer.split('.').next().unwrap_or_default();
        let of_ec2 = [of_address.as_str(), instance.instance_id.as_str()];
        let is_tagged = |name: &str| !name.is_empty() && (is(name, computer) || is(name, label));
        of_ec2.into_iter().any(|name| is(label, name))
            || instance.tags.iter().any(|tag| tag.key == "Name" && is_tagged(&tag.value))
    }
}
