//! IAM does not let the caller open a tunnel through the endpoint.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether IAM lets the caller use the EC2 Instance Connect Endpoint: `ec2-instance-connect:OpenTunnel`, with conditions on the
    /// private address and port of the instance and on the duration of the tunnel.
    ///
    /// ## Why it matters
    ///
    /// The endpoint and every group can be right, and the tunnel is refused at the door.
    ///
    /// ## How to confirm
    ///
    /// The command above prints the error of AWS.
    ///
    /// ## False positives
    ///
    /// The tunnel alone is no login: `SendSSHPublicKey` is an action of its own, needed only by `aws ec2-instance-connect ssh`. A
    /// connection straight to the instance needs none of them.
    ///
    /// ## Fix
    ///
    /// A statement that allows the action on the endpoint, with the conditions that are wanted (class M). To undo, take it out.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Grant permissions to use EC2 Instance Connect Endpoint"
    /// - Service authorization reference, "Actions, resources, and condition keys for Amazon EC2 Instance Connect"
    "ssh/eice-iam-denied", Blocker, fix M,
    "The caller may not open a tunnel",
    settled by Nothing,
    on Client run "aws ec2-instance-connect open-tunnel --instance-id INSTANCE --remote-port 22 --local-port 2222",
    look for "`AccessDeniedException` with `ec2-instance-connect:OpenTunnel`"
}
