//! Reading the network of a snapshot: one look at every row.

use super::{Group, GroupIx, Guarded, Names, Nat, Network, Owner, Subnet, SubnetIx, Tabled, Vpc, VpcIx};
use crate::net::addresses::AddressSet;
use crate::net::interface::Interface;
use crate::net::route;
use crate::net::shared::Ways;
use crate::snapshot::Snapshot;
use crate::snapshot::ec2::is;
use foldhash::{HashMap, HashMapExt, HashSet};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The account that read a snapshot: that of its header, else the one whose instances it shows, since nobody is shown those of others.
fn reader(snapshot: &Snapshot) -> &str {
    let owners = snapshot.instances.known().iter().map(|instance| instance.owner_id.as_str());
    let told = std::iter::once(snapshot.header.account.as_str()).chain(owners);
    told.into_iter().find(|account| !account.is_empty()).unwrap_or_default()
}

impl<'s> Network<'s> {
    /// Reads the network of a snapshot.
    pub fn new(snapshot: &'s Snapshot) -> Self {
        let mut network = Self {
            snapshot,
            reader: reader(snapshot),
            interfaces: Vec::new(),
            by_id: HashMap::new(),
            by_address: HashMap::new(),
            by_prefix: BTreeMap::new(),
            by_public: HashMap::new(),
            vpcs: Names::default(),
            subnets: Names::default(),
            groups: Names::default(),
            tables: Vec::new(),
            table_by_id: HashMap::new(),
            acls: Vec::new(),
            nats: HashMap::new(),
            transit_tables: snapshot.transit_gateway_routes.keys().map(|id| (id, OnceLock::new())).collect(),
        };
        network.read_places();
        network.read_groups();
        network.read_interfaces();
        network.note_forwarders();
        network.read_tables();
        network.read_nats();
        network
    }

    fn read_places(&mut self) {
        for row in self.snapshot.vpcs.known() {
            let number = self.vpc_of(&row.vpc_id);
            if let Some(vpc) = self.vpcs.get_mut(number.0) {
                vpc.row = Some(row);
                vpc.owner = vpc.owner.with(&row.owner_id);
            }
        }
        for row in self.snapshot.subnets.known() {
            let number = self.subnet_of(&row.subnet_id, &row.vpc_id);
            if let Some(subnet) = self.subnets.get_mut(number.0) {
                subnet.row = Some(row);
                if let Some(vpc) = self.vpcs.get_mut(subnet.vpc.0) {
                    vpc.owner = vpc.owner.with(&row.owner_id);
                }
            }
        }
        // Their own rows come first: they tell the VPC best.
        for row in self.snapshot.instance_connect_endpoints.known() {
            self.subnet_of(&row.subnet_id, &row.vpc_id);
        }
        for row in self.snapshot.transit_gateway_vpc_attachments.known() {
            for subnet in &row.subnet_ids {
                self.enter_by_transit(subnet, &row.vpc_id);
            }
        }
        for eni in
            self.snapshot.network_interfaces.known().iter().filter(|eni| is(&eni.interface_type, "transit_gateway"))
        {
            self.enter_by_transit(&eni.subnet_id, &eni.vpc_id);
        }
    }

    fn enter_by_transit(&mut self, subnet: &'s str, vpc: &'s str) {
        let number = self.subnet_of(subnet, vpc);
        if let Some(subnet) = self.subnets.get_mut(number.0) {
            subnet.has_transit_interface = true;
        }
    }

    /// Groups that have rules here, or that a rule, an interface or an endpoint names.
    fn read_groups(&mut self) {
        let snapshot = self.snapshot;
        for row in snapshot.security_groups.known() {
            self.group_of(&row.group_id);
            for permission in row.ip_permissions.iter().chain(&row.ip_permissions_egress) {
                for pair in &permission.user_id_group_pairs {
                    self.group_of(&pair.group_id);
                }
            }
        }
        for group in snapshot.vpc_endpoints.known().iter().flat_map(|endpoint| &endpoint.groups) {
            self.group_of(&group.group_id);
        }
        for group in snapshot.instance_connect_endpoints.known().iter().flat_map(|own| &own.security_group_ids) {
            self.group_of(group);
        }
        for config in snapshot.functions.values().filter_map(|function| function.vpc_config.as_ref()) {
            for group in &config.security_group_ids {
                self.group_of(group);
            }
        }
    }

    fn read_interfaces(&mut self) {
        let snapshot = self.snapshot;
        for instance in snapshot.instances.known() {
            for eni in &instance.network_interfaces {
                let interface = Interface::of_instance(self, instance, eni);
                self.add(interface);
            }
        }
        for eni in snapshot.network_interfaces.known() {
            match self.by_id.get(eni.network_interface_id.as_str()).and_then(|at| self.interfaces.get_mut(*at)) {
                Some(known) => known.add_row(eni),
                None => {
                    let interface = Interface::of_row(self, eni);
                    self.add(interface);
                }
            }
        }
    }

    /// Notes the subnets in which somebody may hand on packets: what one interface of an instance takes, each of them may send on under its
    /// own address.
    fn note_forwarders(&mut self) {
        let forwarding = self.interfaces.iter().filter(|own| own.may_forward());
        let instances: HashSet<&str> = forwarding.filter_map(|own| own.instance_id).collect();
        for own in &self.interfaces {
            if (own.may_forward() || own.instance_id.is_some_and(|id| instances.contains(id)))
                && let Some(subnet) = self.subnets.get_mut(own.subnet.0)
            {
                subnet.has_forwarder = true;
            }
        }
    }

    fn add(&mut self, interface: Interface<'s>) {
        let at = self.interfaces.len();
        for address in interface.all_addresses() {
            self.by_address.entry((interface.vpc, address)).or_insert(at);
        }
        for (first, last) in interface.prefixes.as_deref().map_or(&[][..], AddressSet::ranges) {
            self.by_prefix.entry((interface.vpc, *first)).or_insert((*last, at));
        }
        for (_, public) in &interface.pairs {
            self.by_public.entry(*public).or_insert(at);
        }
        self.by_id.entry(interface.id).or_insert(at);
        self.interfaces.push(interface);
    }

    fn read_tables(&mut self) {
        let snapshot = self.snapshot;
        for (at, row) in snapshot.route_tables.known().iter().enumerate() {
            self.table_by_id.entry(&row.route_table_id).or_insert(at);
            for own in row.associations.iter().filter(|own| route::is_in_force(own)) {
                if own.main {
                    let vpc = self.vpc_of(&row.vpc_id);
                    if let Some(vpc) = self.vpcs.get_mut(vpc.0) {
                        vpc.main.get_or_insert(at);
                    }
                }
                if !own.subnet_id.is_empty() {
                    let subnet = self.subnet_of(&own.subnet_id, &row.vpc_id);
                    if let Some(subnet) = self.subnets.get_mut(subnet.0) {
                        subnet.own_table.get_or_insert(at);
                    }
                }
            }
            self.tables.push(Tabled { row, table: OnceLock::new() });
        }
        for (at, row) in snapshot.network_acls.known().iter().enumerate() {
            for own in &row.associations {
                let subnet = self.subnet_of(&own.subnet_id, &row.vpc_id);
                if let Some(subnet) = self.subnets.get_mut(subnet.0) {
                    subnet.own_acl.get_or_insert(at);
                }
            }
            self.acls.push(Guarded { row, ingress: OnceLock::new(), egress: OnceLock::new() });
        }
    }

    fn read_nats(&mut self) {
        for row in self.snapshot.nat_gateways.known() {
            let subnet = (!row.subnet_id.is_empty()).then(|| self.subnet_of(&row.subnet_id, &row.vpc_id));
            let private = row.nat_gateway_addresses.iter().map(|own| own.private_ip.as_str());
            let public = row.nat_gateway_addresses.iter().map(|own| own.public_ip.as_str());
            let (private, public) = (AddressSet::of(private), AddressSet::of(public));
            let vpc = self.vpc_of(&row.vpc_id);
            self.nats.insert(&row.nat_gateway_id, Nat { row, vpc, subnet, private, public });
        }
    }

    /// The number of a VPC by id.
    pub(in crate::net) fn vpc_of(&mut self, id: &'s str) -> VpcIx {
        let make = || Vpc {
            id,
            row: None,
            owner: Owner::NotRead,
            main: None,
            blocks: OnceLock::new(),
            dns: OnceLock::new(),
            served: OnceLock::new(),
        };
        VpcIx(self.vpcs.number(id, make))
    }

    /// The number of a subnet by id.
    pub(in crate::net) fn subnet_of(&mut self, id: &'s str, vpc: &'s str) -> SubnetIx {
        let vpc = self.vpc_of(vpc);
        let make = || Subnet {
            id,
            vpc,
            row: None,
            own_table: None,
            own_acl: None,
            table: OnceLock::new(),
            acl: OnceLock::new(),
            edge: OnceLock::new(),
            leads_inside: OnceLock::new(),
            blocks: OnceLock::new(),
            ways: Ways::default(),
            has_transit_interface: false,
            has_forwarder: false,
        };
        SubnetIx(self.subnets.number(id, make))
    }

    /// The number of a group by id.
    pub(in crate::net) fn group_of(&mut self, id: &'s str) -> GroupIx {
        let make = || Group {
            id,
            ingress: OnceLock::new(),
            egress: OnceLock::new(),
            carriers: OnceLock::new(),
            listed: OnceLock::new(),
            unseen: OnceLock::new(),
        };
        GroupIx(self.groups.number(id, make))
    }
}
