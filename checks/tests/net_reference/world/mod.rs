//! A small world: a folder of outputs of `aws ec2 describe-*` that becomes a snapshot.

mod features;
pub(crate) mod gateways;
pub(crate) mod rows;

pub(crate) use features::{Feature, all, is_walked};

use checks::snapshot::{Header, Snapshot, facts_of_file};
use rows::{ACCOUNT, Address, REGION};
use serde_json::{Value, json};

/// Files by name, each with the whole answer to its call.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) files: Vec<(String, Value)>,
    /// What it has in it.
    pub(crate) features: Vec<Feature>,
}

/// The lists of every world, each by its file and member; those without rows are answered as empty.
const LISTS: &[(&str, &str)] = &[
    ("describe-instances", "Reservations"),
    ("describe-network-interfaces", "NetworkInterfaces"),
    ("describe-vpcs", "Vpcs"),
    ("describe-subnets", "Subnets"),
    ("describe-route-tables", "RouteTables"),
    ("describe-network-acls", "NetworkAcls"),
    ("describe-security-groups", "SecurityGroups"),
    ("describe-vpc-endpoints", "VpcEndpoints"),
    ("describe-nat-gateways", "NatGateways"),
    ("describe-internet-gateways", "InternetGateways"),
    ("describe-egress-only-internet-gateways", "EgressOnlyInternetGateways"),
    ("describe-vpc-peering-connections", "VpcPeeringConnections"),
    ("describe-prefix-lists", "PrefixLists"),
    ("describe-vpc-block-public-access-exclusions", "VpcBlockPublicAccessExclusions"),
    ("describe-transit-gateways", "TransitGateways"),
    ("describe-transit-gateway-attachments", "TransitGatewayAttachments"),
    ("describe-transit-gateway-vpc-attachments", "TransitGatewayVpcAttachments"),
];

impl World {
    pub(crate) fn new() -> Self {
        let files = LISTS.iter().map(|(file, member)| ((*file).to_owned(), json!({ *member: [] }))).collect();
        Self { files, features: Vec::new() }
    }

    pub(crate) fn has(&mut self, feature: Feature) {
        if !self.features.contains(&feature) {
            self.features.push(feature);
        }
    }

    /// The rows of a list.
    pub(crate) fn rows(&mut self, member: &str) -> &mut Vec<Value> {
        let file = self.files.iter_mut().find(|(_, answer)| answer.get(member).is_some());
        file.unwrap_or_else(|| panic!("no list {member}")).1[member].as_array_mut().unwrap()
    }

    /// The row with an id.
    pub(crate) fn row(&mut self, member: &str, id: &str) -> &mut Value {
        let is_it = |row: &&mut Value| row.as_object().unwrap().values().any(|value| value == id);
        self.rows(member).iter_mut().find(is_it).unwrap_or_else(|| panic!("no {id} in {member}"))
    }

    /// An answer about one thing, `search-transit-gateway-routes.tgw-rtb-1`.
    pub(crate) fn answer(&mut self, file: &str, answer: Value) {
        self.files.retain(|(name, _)| name != file);
        self.files.push((file.to_owned(), answer));
    }

    /// What the engine gets to see.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let header = Header { account: ACCOUNT.into(), region: REGION.into(), partition: "aws".into(), ..Header::default() };
        let mut snapshot = Snapshot::new(header);
        for (name, answer) in &self.files {
            let facts = facts_of_file(&format!("{name}.json"), &answer.to_string());
            for read in facts.unwrap_or_else(|error| panic!("{name}: {error}")).reads {
                snapshot.record(read).unwrap();
            }
        }
        snapshot
    }

    /// A VPC with its main route table, which knows the local routes only, and its default ACL, which allows everything.
    pub(crate) fn vpc(&mut self, id: &str, blocks: &[&str]) {
        self.rows("Vpcs").push(rows::vpc(id, blocks));
        let local: Vec<Value> = blocks.iter().map(|block| rows::route(block, "local")).collect();
        let main = json!([{ "Main": true, "RouteTableAssociationId": format!("rtbassoc-{id}"), "AssociationState": { "State": "associated" } }]);
        self.rows("RouteTables").push(json!({
            "RouteTableId": format!("rtb-{id}"), "VpcId": id, "OwnerId": ACCOUNT, "Routes": local, "Associations": main,
        }));
        let mut entries = Vec::new();
        for egress in [true, false] {
            entries.push(rows::entry(100, egress, "allow", "-1", "0.0.0.0/0", None));
            entries.push(rows::entry(101, egress, "allow", "-1", "::/0", None));
            entries.extend(denies(egress));
        }
        self.rows("NetworkAcls").push(json!({
            "NetworkAclId": format!("acl-{id}"), "VpcId": id, "IsDefault": true, "Associations": [], "Entries": entries,
        }));
    }

    pub(crate) fn subnet(&mut self, id: &str, vpc: &str, zone: &str, blocks: &[&str]) {
        self.rows("Subnets").push(rows::subnet(id, vpc, zone, blocks));
        self.guard(id, &format!("acl-{vpc}"));
    }

    fn guard(&mut self, subnet: &str, acl: &str) {
        for row in self.rows("NetworkAcls") {
            row["Associations"].as_array_mut().unwrap().retain(|of| of["SubnetId"] != subnet);
        }
        let association = json!({ "NetworkAclAssociationId": format!("aclassoc-{subnet}"), "NetworkAclId": acl, "SubnetId": subnet });
        self.row("NetworkAcls", acl)["Associations"].as_array_mut().unwrap().push(association);
    }

    /// A network ACL of its own for a subnet, with the implicit denies behind its entries.
    pub(crate) fn acl(&mut self, id: &str, vpc: &str, subnet: &str, mut entries: Vec<Value>) {
        entries.extend(denies(true).into_iter().chain(denies(false)));
        self.rows("NetworkAcls").push(json!({
            "NetworkAclId": id, "VpcId": vpc, "IsDefault": false, "Associations": [], "Entries": entries,
        }));
        self.guard(subnet, id);
    }

    /// A route table of its own for a subnet, with the local routes of the VPC before its own.
    pub(crate) fn table(&mut self, id: &str, vpc: &str, subnet: &str, routes: Vec<Value>) {
        let mut all = self.row("RouteTables", &format!("rtb-{vpc}"))["Routes"].as_array().unwrap().clone();
        all.retain(|route| route["GatewayId"] == "local");
        all.extend(routes);
        let own = json!([{
            "Main": false, "RouteTableAssociationId": format!("rtbassoc-{subnet}"), "SubnetId": subnet,
            "AssociationState": { "State": "associated" },
        }]);
        self.rows("RouteTables").push(json!({
            "RouteTableId": id, "VpcId": vpc, "OwnerId": ACCOUNT, "Routes": all, "Associations": own,
        }));
    }

    /// Adds a route to the table with this id.
    pub(crate) fn route(&mut self, table: &str, route: Value) {
        self.row("RouteTables", table)["Routes"].as_array_mut().unwrap().push(route);
    }

    pub(crate) fn group(&mut self, id: &str, vpc: &str, ingress: &[Value], egress: &[Value]) {
        self.rows("SecurityGroups").push(rows::group(id, vpc, ingress, egress));
    }

    /// An instance with one interface.
    pub(crate) fn host(&mut self, id: &str, subnet: &str, addresses: &[Address], groups: &[&str], platform: &str) {
        let vpc = self.row("Subnets", subnet)["VpcId"].as_str().unwrap().to_owned();
        let interface = rows::interface(id, &vpc, subnet, addresses, groups);
        self.rows("Reservations").push(rows::reservation(&interface, platform));
        self.rows("NetworkInterfaces").push(interface);
    }

    /// The answers that hold anything, for messages.
    pub(crate) fn text(&self) -> String {
        let holds_rows = |answer: &Value| {
            answer.as_object().unwrap().values().any(|rows| rows.as_array().is_none_or(|rows| !rows.is_empty()))
        };
        let lines = self.files.iter().filter(|(_, answer)| holds_rows(answer));
        lines.map(|(name, answer)| format!("{name}: {answer}\n")).collect()
    }

    pub(crate) fn prefix_list(&mut self, id: &str, blocks: &[&str]) {
        self.has(Feature::PrefixLists);
        let entries: Vec<Value> = blocks.iter().map(|block| json!({ "Cidr": block })).collect();
        self.answer(&format!("get-managed-prefix-list-entries.{id}"), json!({ "Entries": entries }));
    }
}

/// The denies at the end of every network ACL.
fn denies(egress: bool) -> Vec<Value> {
    vec![
        rows::entry(32767, egress, "deny", "-1", "0.0.0.0/0", None),
        rows::entry(32768, egress, "deny", "-1", "::/0", None),
    ]
}
