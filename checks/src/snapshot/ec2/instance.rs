//! Instances, their interfaces and images.

use super::*;

shapes! {
    /// A tag of any resource.
    Tag {
        /// Its key.
        key: String,
        /// Its value.
        value: String,
    }
    /// `DescribeInstances`: an instance, with the account that owns its reservation.
    Instance {
        /// Such as `i-0abc`.
        instance_id: String,
        /// Account of the reservation, 12 digits; empty in hand-made facts.
        owner_id: String,
        /// The image it was launched from.
        image_id: String,
        /// The key pair that it was launched with; empty for none.
        key_name: String,
        /// Such as `t3.micro`.
        instance_type: String,
        /// `windows`, or empty for everything else.
        platform: String,
        /// Such as `Linux/UNIX` or `Windows with SQL Server Standard`.
        platform_details: String,
        /// RFC 3339.
        #[serde(deserialize_with = "crate::snapshot::text::time")]
        launch_time: String,
        /// Where it stands in its life.
        state: InstanceState,
        /// Why it changed state last.
        state_reason: StateReason,
        /// Text with the time of the last transition, such as `User initiated (2026-11-20 08:00:00 GMT)`.
        state_transition_reason: String,
        /// The VPC; empty once terminated.
        vpc_id: String,
        /// The subnet of the primary interface; empty once terminated.
        subnet_id: String,
        /// Primary private IPv4 address.
        private_ip_address: String,
        /// Public IPv4 address, empty when there is none.
        public_ip_address: String,
        /// The name that leads to the private address, such as `ip-10-0-1-10.eu-west-1.compute.internal`.
        private_dns_name: String,
        /// The name of the public address; inside the VPC it leads to the private one.
        public_dns_name: String,
        /// The instance profile, when one is attached.
        iam_instance_profile: Option<IamInstanceProfile>,
        /// How the metadata service is set.
        metadata_options: Option<MetadataOptions>,
        /// Every network interface with its groups and addresses.
        network_interfaces: Vec<InstanceNetworkInterface>,
        /// Where it runs.
        placement: Placement,
        /// `ebs` or `instance-store`.
        root_device_type: String,
        /// The groups of the primary interface.
        security_groups: Vec<GroupIdentifier>,
        /// Whether forwarding is refused on the primary interface.
        source_dest_check: Option<bool>,
        /// Whether enhanced networking with the Elastic Network Adapter is enabled.
        ena_support: Option<bool>,
        /// Tags, `Name` among them.
        tags: Vec<Tag>,
    }
    /// Life cycle of an instance.
    InstanceState {
        /// `pending`, `running`, `shutting-down`, `terminated`, `stopping` or `stopped`.
        name: String,
    }
    /// Why an instance changed state.
    StateReason {
        /// Such as `Client.UserInitiatedShutdown`.
        code: String,
        /// In words.
        message: String,
    }
    /// The instance profile as the instance shows it.
    IamInstanceProfile {
        /// ARN of the profile.
        arn: String,
        /// `AIPA…` id of the profile that was attached.
        id: String,
    }
    /// Instance metadata service settings.
    MetadataOptions {
        /// `enabled` or `disabled`.
        http_endpoint: String,
        /// `required` (version 2 only) or `optional`.
        http_tokens: String,
        /// `pending` or `applied`.
        state: String,
        /// 1 to 64.
        http_put_response_hop_limit: Option<i64>,
    }
    /// Availability Zone and tenancy.
    Placement {
        /// Such as `eu-west-1a`.
        availability_zone: String,
        /// `default`, `dedicated` or `host`.
        tenancy: String,
    }
    /// A security group as an interface names it.
    GroupIdentifier {
        /// Such as `sg-0abc`.
        group_id: String,
        /// Its name.
        group_name: String,
    }
    /// A network interface as `DescribeInstances` shows it.
    InstanceNetworkInterface {
        /// Such as `eni-0abc`.
        network_interface_id: String,
        /// Subnet of the interface.
        subnet_id: String,
        /// VPC of the interface.
        vpc_id: String,
        /// Groups on this interface.
        groups: Vec<GroupIdentifier>,
        /// IPv6 addresses.
        ipv6_addresses: Vec<Ipv6Address>,
        /// IPv4 blocks that were delegated to it.
        ipv4_prefixes: Vec<Ipv4Prefix>,
        /// IPv6 blocks that were delegated to it.
        ipv6_prefixes: Vec<Ipv6Prefix>,
        /// Primary private IPv4 address.
        private_ip_address: String,
        /// Every private IPv4 address with its public one.
        private_ip_addresses: Vec<PrivateIpAddress>,
        /// Whether traffic that is not its own is dropped.
        source_dest_check: Option<bool>,
        /// `in-use` and others.
        status: String,
        /// Where it is attached.
        attachment: Option<NetworkInterfaceAttachment>,
        /// The primary address's public side.
        association: Option<AddressAssociation>,
        /// `interface`, `efa`, …
        interface_type: String,
    }
    /// How an interface is attached.
    NetworkInterfaceAttachment {
        /// 0 is the primary interface.
        device_index: i64,
        /// `attached` and others.
        status: String,
        /// The instance, in `DescribeNetworkInterfaces`.
        instance_id: String,
    }
    /// One IPv6 address.
    Ipv6Address {
        /// The address.
        ipv6_address: String,
    }
    /// A block that was delegated to an interface.
    Ipv4Prefix {
        /// A `/28`.
        ipv4_prefix: String,
    }
    /// A block that was delegated to an interface.
    Ipv6Prefix {
        /// A `/80`.
        ipv6_prefix: String,
    }
    /// One private IPv4 address of an interface.
    PrivateIpAddress {
        /// The address.
        private_ip_address: String,
        /// Whether it is the interface's first.
        primary: bool,
        /// The public address that the internet gateway pairs with it.
        association: Option<AddressAssociation>,
    }
    /// A public address paired with a private one.
    AddressAssociation {
        /// Public or Elastic address.
        public_ip: String,
        /// `amazon` for an auto-assigned one, else the account of the Elastic address.
        ip_owner_id: String,
        /// Id of an Elastic address's association.
        association_id: String,
    }
    /// `DescribeNetworkInterfaces`.
    NetworkInterface {
        /// Such as `eni-0abc`.
        network_interface_id: String,
        /// Subnet of the interface.
        subnet_id: String,
        /// VPC of the interface.
        vpc_id: String,
        /// Zone of the interface.
        availability_zone: String,
        /// Free text; Lambda and load balancers write who they are.
        description: String,
        /// Groups on it.
        groups: Vec<GroupIdentifier>,
        /// `interface`, `nat_gateway`, `vpc_endpoint`, `lambda`, … any text.
        interface_type: String,
        /// IPv6 addresses.
        ipv6_addresses: Vec<Ipv6Address>,
        /// IPv4 blocks that were delegated to it.
        ipv4_prefixes: Vec<Ipv4Prefix>,
        /// IPv6 blocks that were delegated to it.
        ipv6_prefixes: Vec<Ipv6Prefix>,
        /// Owner account.
        owner_id: String,
        /// Primary private IPv4 address.
        private_ip_address: String,
        /// Every private IPv4 address.
        private_ip_addresses: Vec<PrivateIpAddress>,
        /// Whether a service made it.
        requester_managed: bool,
        /// Whether traffic that is not its own is dropped.
        source_dest_check: Option<bool>,
        /// `available`, `in-use`, …
        status: String,
        /// Where it is attached.
        attachment: Option<NetworkInterfaceAttachment>,
        /// The primary address's public side.
        association: Option<AddressAssociation>,
        /// IPv6 from the internet refused and no Elastic IP possible.
        deny_all_igw_traffic: bool,
    }
    /// `DescribeInstanceStatus`.
    InstanceStatus {
        /// The instance.
        instance_id: String,
        /// Life cycle.
        instance_state: InstanceState,
        /// What the operating system answers.
        instance_status: StatusSummary,
        /// What the host answers.
        system_status: StatusSummary,
        /// What the attached volumes answer; absent on older answers.
        attached_ebs_status: Option<StatusSummary>,
        /// Scheduled events.
        events: Vec<InstanceStatusEvent>,
    }
    /// A status check.
    StatusSummary {
        /// `ok`, `impaired`, `insufficient-data`, `not-applicable`, `initializing`.
        status: String,
        /// Parts of it.
        details: Vec<StatusDetail>,
    }
    /// Part of a status check.
    StatusDetail {
        /// `reachability`.
        name: String,
        /// `passed`, `failed`, …
        status: String,
        /// RFC 3339, when it failed.
        #[serde(deserialize_with = "crate::snapshot::text::time")]
        impaired_since: String,
    }
    /// A scheduled event.
    InstanceStatusEvent {
        /// `instance-reboot`, `system-reboot`, `system-maintenance`, `instance-retirement`, `instance-stop`.
        code: String,
        /// In words; begins with `[Completed]` or `[Canceled]` when over.
        description: String,
        /// Id of the event.
        instance_event_id: String,
        /// RFC 3339.
        #[serde(deserialize_with = "crate::snapshot::text::time")]
        not_before: String,
    }
    /// `DescribeImages`.
    Image {
        /// Such as `ami-0abc`.
        image_id: String,
        /// Its name.
        name: String,
        /// What its owner wrote.
        description: String,
        /// Owner account.
        owner_id: String,
        /// `amazon`, `aws-marketplace`, …
        image_owner_alias: String,
        /// `windows` or empty.
        platform: String,
        /// As on the instance.
        platform_details: String,
        /// RFC 3339.
        #[serde(deserialize_with = "crate::snapshot::text::time")]
        creation_date: String,
    }
    /// `DescribeKeyPairs`: the public half of a key pair.
    KeyPair {
        /// Such as `key-0abc`.
        key_pair_id: String,
        /// Its name, which an instance carries from its launch on.
        key_name: String,
        /// `rsa` or `ed25519`.
        key_type: String,
        /// SHA-1, MD5 or SHA-256 of the key, by its type and origin.
        key_fingerprint: String,
        /// The public key as OpenSSH writes it, where it was asked for.
        public_key: String,
    }
    /// `DescribeIamInstanceProfileAssociations`.
    IamInstanceProfileAssociation {
        /// Id of the association.
        association_id: String,
        /// The instance.
        instance_id: String,
        /// The profile that was attached.
        iam_instance_profile: IamInstanceProfile,
        /// `associating`, `associated`, …
        state: String,
    }
}

impl Instance {
    /// The `Name` tag, when there is one.
    pub fn name(&self) -> Option<&str> {
        self.tags.iter().find(|tag| tag.key == "Name").map(|tag| tag.value.as_str())
    }

    /// The interface with device index 0, or the first one where no index is shown.
    pub fn primary_interface(&self) -> Option<&InstanceNetworkInterface> {
        self.network_interfaces
            .iter()
            .find(|eni| eni.attachment.as_ref().is_some_and(|attachment| attachment.device_index == 0))
            .or_else(|| self.network_interfaces.first())
    }

    /// Whether the platform is Windows.
    pub fn is_windows(&self) -> bool {
        is(&self.platform, "windows")
    }
}
