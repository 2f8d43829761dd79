//! The network of a snapshot, read once: who has which address, which table and ACL a subnet has, what the rules of a group are.
//!
//! Building it takes one look at every row; what few paths need (rules, tables, ACLs) is read when the first path asks for it.

use super::addresses::{self, AddressSet};
use super::block_public_access::{self, State};
use super::dns::{self, VpcDns};
use super::filter::Direction;
use super::interface::Interface;
use super::network_acl::Entries;
use super::route::Table;
use super::security_group::Rules;
use super::shared::Ways;
use super::transit_table::TransitTable;
use super::{network_acl, route};
use crate::snapshot::ec2::{self, is};
use crate::snapshot::{Gap, Observed, Snapshot};
use foldhash::{HashMap, HashMapExt};
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::OnceLock;

macro_rules! numbers {
    ($($(#[$meta:meta])* $vis:vis $name:ident;)*) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            $vis struct $name(u32);
        )*
    };
}

numbers! {
    /// A security group of a [`Network`].
    pub GroupIx;
    /// A subnet of a [`Network`].
    pub SubnetIx;
    /// A VPC of a [`Network`].
    pub(super) VpcIx;
}

/// The network that a snapshot shows. Make it once, ask it for many paths.
#[derive(Debug)]
pub struct Network<'s> {
    /// The facts.
    pub snapshot: &'s Snapshot,
    interfaces: Vec<Interface<'s>>,
    by_id: HashMap<&'s str, usize>,
    by_address: HashMap<(VpcIx, IpAddr), usize>,
    by_public: HashMap<IpAddr, usize>,
    vpcs: Names<'s, Vpc<'s>>,
    subnets: Names<'s, Subnet<'s>>,
    groups: Names<'s, Group<'s>>,
    tables: Vec<Tabled<'s>>,
    table_by_id: HashMap<&'s str, usize>,
    acls: Vec<Guarded<'s>>,
    nats: HashMap<&'s str, Nat<'s>>,
    transit_tables: HashMap<&'s str, OnceLock<Result<TransitTable<'s>, Gap>>>,
}

/// The gap of a number that is none of this network's.
static NOTHING: Gap = Gap::NotAsked { action: String::new() };

/// Things by name, each with a number.
#[derive(Debug)]
struct Names<'s, T> {
    numbers: HashMap<&'s str, u32>,
    rows: Vec<T>,
}

impl<T> Default for Names<'_, T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), rows: Vec::new() }
    }
}

impl<'s, T> Names<'s, T> {
    /// The number of a name, which `make` gives a row when it is new.
    fn number(&mut self, name: &'s str, make: impl FnOnce() -> T) -> u32 {
        let next = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(name).or_insert_with(|| {
            self.rows.push(make());
            next
        })
    }

    fn get(&self, number: u32) -> Option<&T> {
        self.rows.get(usize::try_from(number).ok()?)
    }

    fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.rows.get_mut(usize::try_from(number).ok()?)
    }
}

/// A NAT gateway.
#[derive(Debug)]
pub(super) struct Nat<'s> {
    pub(super) row: &'s ec2::NatGateway,
    pub(super) vpc: VpcIx,
    /// `None` for a regional one.
    pub(super) subnet: Option<SubnetIx>,
    pub(super) private: AddressSet,
    pub(super) public: AddressSet,
}

/// A VPC.
#[derive(Debug)]
pub(super) struct Vpc<'s> {
    pub(super) id: &'s str,
    pub(super) row: Option<&'s ec2::Vpc>,
    main: Option<usize>,
    blocks: OnceLock<AddressSet>,
    dns: OnceLock<VpcDns>,
    served: OnceLock<AddressSet>,
}

/// A subnet.
#[derive(Debug)]
pub(super) struct Subnet<'s> {
    pub(super) id: &'s str,
    pub(super) vpc: VpcIx,
    pub(super) row: Option<&'s ec2::Subnet>,
    own_table: Option<usize>,
    own_acl: Option<usize>,
    table: OnceLock<Result<usize, Gap>>,
    acl: OnceLock<Result<usize, Gap>>,
    edge: OnceLock<Result<State, Gap>>,
    blocks: OnceLock<AddressSet>,
    ways: Ways<'s>,
}

#[derive(Debug)]
struct Group<'s> {
    id: &'s str,
    ingress: OnceLock<Result<Rules<'s>, Gap>>,
    egress: OnceLock<Result<Rules<'s>, Gap>>,
    carriers: OnceLock<AddressSet>,
    listed: OnceLock<Result<(), Gap>>,
}

#[derive(Debug)]
struct Tabled<'s> {
    row: &'s ec2::RouteTable,
    table: OnceLock<Table<'s>>,
}

#[derive(Debug)]
struct Guarded<'s> {
    row: &'s ec2::NetworkAcl,
    ingress: OnceLock<Entries>,
    egress: OnceLock<Entries>,
}

impl<'s> Network<'s> {
    /// Reads the network of a snapshot.
    pub fn new(snapshot: &'s Snapshot) -> Self {
        let mut network = Self {
            snapshot,
            interfaces: Vec::new(),
            by_id: HashMap::new(),
            by_address: HashMap::new(),
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
        network.read_tables();
        network.read_nats();
        network
    }

    fn read_places(&mut self) {
        for row in self.snapshot.vpcs.known() {
            let number = self.vpc_of(&row.vpc_id);
            if let Some(vpc) = self.vpcs.get_mut(number.0) {
                vpc.row = Some(row);
            }
        }
        for row in self.snapshot.instance_connect_endpoints.known() {
            self.subnet_of(&row.subnet_id, &row.vpc_id);
        }
        for row in self.snapshot.subnets.known() {
            let number = self.subnet_of(&row.subnet_id, &row.vpc_id);
            if let Some(subnet) = self.subnets.get_mut(number.0) {
                subnet.row = Some(row);
            }
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

    fn add(&mut self, interface: Interface<'s>) {
        let at = self.interfaces.len();
        for address in interface.all_addresses() {
            self.by_address.entry((interface.vpc, address)).or_insert(at);
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

    /// A NAT gateway.
    ///
    /// # Errors
    /// Why it is not known whether there is one.
    pub(super) fn nat(&self, id: &str) -> Observed<&Nat<'s>> {
        match self.nats.get(id) {
            Some(nat) => Ok(Some(nat)),
            None => self.snapshot.nat_gateways.get(id).map(|_| None),
        }
    }

    /// The number of a VPC by id.
    pub(super) fn vpc_of(&mut self, id: &'s str) -> VpcIx {
        let make = || Vpc {
            id,
            row: None,
            main: None,
            blocks: OnceLock::new(),
            dns: OnceLock::new(),
            served: OnceLock::new(),
        };
        VpcIx(self.vpcs.number(id, make))
    }

    /// The number of a subnet by id.
    pub(super) fn subnet_of(&mut self, id: &'s str, vpc: &'s str) -> SubnetIx {
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
            blocks: OnceLock::new(),
            ways: Ways::default(),
        };
        SubnetIx(self.subnets.number(id, make))
    }

    /// The number of a group by id.
    pub(super) fn group_of(&mut self, id: &'s str) -> GroupIx {
        let make = || Group {
            id,
            ingress: OnceLock::new(),
            egress: OnceLock::new(),
            carriers: OnceLock::new(),
            listed: OnceLock::new(),
        };
        GroupIx(self.groups.number(id, make))
    }

    /// The number of a group that some row names.
    pub fn group(&self, id: &str) -> Option<GroupIx> {
        self.groups.numbers.get(id).copied().map(GroupIx)
    }

    /// The number of a subnet that some row names.
    pub fn subnet(&self, id: &str) -> Option<SubnetIx> {
        self.subnets.numbers.get(id).copied().map(SubnetIx)
    }

    /// The number of a VPC that some row names.
    pub(super) fn vpc(&self, id: &str) -> Option<VpcIx> {
        self.vpcs.numbers.get(id).copied().map(VpcIx)
    }

    /// Id of a group.
    pub fn group_id(&self, group: GroupIx) -> &'s str {
        self.groups.get(group.0).map_or("", |group| group.id)
    }

    /// Id of a subnet.
    pub fn subnet_id(&self, subnet: SubnetIx) -> &'s str {
        self.subnets.get(subnet.0).map_or("", |subnet| subnet.id)
    }

    /// Id of a VPC.
    pub(super) fn vpc_id(&self, vpc: VpcIx) -> &'s str {
        self.vpcs.get(vpc.0).map_or("", |vpc| vpc.id)
    }

    /// The blocks of a subnet, when its row is known.
    pub(super) fn block_of(&self, subnet: SubnetIx) -> Option<&AddressSet> {
        let subnet = self.subnets.get(subnet.0)?;
        let row = subnet.row?;
        Some(subnet.blocks.get_or_init(|| {
            let v6 = row.ipv6_cidr_block_association_set.iter().map(|own| own.ipv6_cidr_block.as_str());
            AddressSet::of(v6.chain([row.cidr_block.as_str()]))
        }))
    }

    /// The ways to services that are known of everybody in a subnet.
    pub(super) fn ways_of(&self, subnet: SubnetIx) -> Option<&Ways<'s>> {
        self.subnets.get(subnet.0).map(|subnet| &subnet.ways)
    }

    /// Id of the VPC of a subnet.
    pub(super) fn vpc_id_of(&self, subnet: SubnetIx) -> &'s str {
        self.subnets.get(subnet.0).map_or("", |subnet| self.vpc_id(subnet.vpc))
    }

    /// The row of a subnet, when it is known.
    pub(super) fn subnet_row(&self, subnet: SubnetIx) -> Option<&'s ec2::Subnet> {
        self.subnets.get(subnet.0)?.row
    }

    /// Every interface that is known.
    pub fn interfaces(&self) -> &[Interface<'s>] {
        &self.interfaces
    }

    /// An interface by its id.
    pub fn interface(&self, id: &str) -> Option<&Interface<'s>> {
        self.interfaces.get(*self.by_id.get(id)?)
    }

    /// An interface that stands for others in a subnet, such as those of a function; `None` where subnet or groups are not known.
    pub fn stand_in(&self, subnet: &str, groups: &[String], name: (&'static str, &'s str)) -> Option<Interface<'s>> {
        let number = self.subnet(subnet)?;
        let row = self.subnets.get(number.0)?;
        let groups = groups.iter().map(|id| self.group(id)).collect::<Option<_>>()?;
        let (kind, id) = name;
        Some(Interface { kind, groups, vpc_id: self.vpc_id(row.vpc), ..Interface::at(number, row.vpc, id) })
    }

    /// An interface in a subnet under an address that no interface has: no groups, nothing known of its system.
    pub fn unused(&self, subnet: &str, address: IpAddr) -> Option<Interface<'s>> {
        let number = self.subnet(subnet)?;
        let row = self.subnets.get(number.0)?;
        let set = AddressSet::one(address);
        let (ipv4, ipv6) = if address.is_ipv4() { (set, AddressSet::none()) } else { (AddressSet::none(), set) };
        let vpc_id = self.vpc_id(row.vpc);
        Some(Interface { kind: "subnet", vpc_id, ipv4, ipv6, ..Interface::at(number, row.vpc, row.id) })
    }

    /// The interface that has a private or IPv6 address in a VPC.
    pub(super) fn owner(&self, vpc: VpcIx, address: IpAddr) -> Option<&Interface<'s>> {
        self.interfaces.get(*self.by_address.get(&(vpc, address))?)
    }

    /// The interface that has an address on the internet: a public IPv4 one that is paired with a private one, or an IPv6 one.
    pub(super) fn owner_outside(&self, address: IpAddr) -> Option<&Interface<'s>> {
        if let Some(at) = self.by_public.get(&address) {
            return self.interfaces.get(*at);
        }
        if address.is_ipv6() { self.owners(address).next() } else { None }
    }

    /// The interfaces that have a private or IPv6 address, in whatever VPC.
    pub(super) fn owners(&self, address: IpAddr) -> impl Iterator<Item = &Interface<'s>> {
        let vpcs = (0..self.vpcs.rows.len()).filter_map(|number| u32::try_from(number).ok()).map(VpcIx);
        vpcs.filter_map(move |vpc| self.owner(vpc, address))
    }

    /// Rules of a group for one direction.
    pub(super) fn rules(&self, group: GroupIx, direction: Direction) -> Result<&Rules<'s>, &Gap> {
        let Some(group) = self.groups.get(group.0) else { return Err(&NOTHING) };
        let rules = match direction {
            Direction::Ingress => &group.ingress,
            Direction::Egress => &group.egress,
        };
        let read = || match self.snapshot.security_groups.get(group.id) {
            Ok(Some(row)) => Ok(Rules::read(self, row, direction)),
            Ok(None) => Err(Gap::opaque(format!("the rules of security group `{}`", group.id))),
            Err(gap) => Err(gap),
        };
        rules.get_or_init(read).as_ref()
    }

    /// Private addresses of the interfaces that are known to carry a group.
    pub(super) fn carriers(&self, group: GroupIx) -> &AddressSet {
        static NOBODY: OnceLock<AddressSet> = OnceLock::new();
        let Some(row) = self.groups.get(group.0) else { return NOBODY.get_or_init(AddressSet::none) };
        row.carriers.get_or_init(|| {
            let carrying = self.interfaces.iter().filter(|own| own.groups.contains(&group));
            let places = carrying.flat_map(Interface::all_addresses).map(addresses::place);
            AddressSet::of_ranges(places.map(|place| (place, place)))
        })
    }

    /// Why there may be carriers of a group that are not known: only a list of all its interfaces tells.
    pub(super) fn unlisted_carriers(&self, group: GroupIx) -> Option<&Gap> {
        let row = self.groups.get(group.0)?;
        let list = || self.snapshot.network_interfaces.covers("group-id", row.id);
        row.listed.get_or_init(list).as_ref().err()
    }

    /// The table of a subnet: its own, else the main table of its VPC.
    ///
    /// # Errors
    /// Why it is not known. Tables of a shared subnet belong to its owner, so that a list without one is no answer.
    pub(super) fn table_of(&self, subnet: SubnetIx) -> Result<&Table<'s>, &Gap> {
        let Some(row) = self.subnets.get(subnet.0) else { return Err(&NOTHING) };
        let find = || {
            if let Some(at) = row.own_table {
                return Ok(at);
            }
            let vpc = self.vpcs.get(row.vpc.0);
            let vpc_id = vpc.map_or("", |vpc| vpc.id);
            route::lists_every_table(self.snapshot, row.id, vpc_id)?;
            if let Some(main) = vpc.and_then(|vpc| vpc.main) {
                return Ok(main);
            }
            self.snapshot.route_tables.covers("vpc-id", vpc_id)?;
            Err(Gap::opaque(format!("the main route table of VPC `{vpc_id}`")))
        };
        let at = row.table.get_or_init(find).as_ref()?;
        self.table_at(*at).ok_or(&NOTHING)
    }

    /// The route table of a subnet, as AWS shows it.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn route_table(&self, subnet: &str) -> Result<&'s ec2::RouteTable, Gap> {
        let Some(number) = self.subnet(subnet) else {
            let gap = self.snapshot.route_tables.covers("association.subnet-id", subnet).err();
            return Err(gap.unwrap_or_else(|| Gap::opaque(format!("the route table of subnet `{subnet}`"))));
        };
        self.table_of(number).map(|table| table.row).map_err(Gap::clone)
    }

    /// What a route table leads an address to, and whether that is gone; `None` when no route takes the address.
    ///
    /// # Errors
    /// The table is not known, or one of its routes is not.
    pub fn target(&self, table: &str, address: IpAddr) -> Observed<(&route::Target, bool)> {
        let Some(table) = self.table(table) else { return Err(Gap::opaque(format!("route table `{table}`"))) };
        if let Some((_, gap)) = table.unknown.first() {
            return Err(gap.clone());
        }
        let legs = table.divide(&AddressSet::one(address));
        Ok(legs.into_iter().find_map(|leg| leg.choice).map(|choice| (choice.target, choice.is_blackhole)))
    }

    /// A table by its id.
    pub(super) fn table(&self, id: &str) -> Option<&Table<'s>> {
        self.table_at(*self.table_by_id.get(id)?)
    }

    /// The table that rules what comes in through a gateway.
    pub(super) fn table_of_gateway(&self, gateway: &str) -> Option<&Table<'s>> {
        let serves = |own: &ec2::RouteTableAssociation| own.gateway_id == gateway && route::is_in_force(own);
        let at = self.tables.iter().position(|table| table.row.associations.iter().any(serves))?;
        self.table_at(at)
    }

    fn table_at(&self, at: usize) -> Option<&Table<'s>> {
        let tabled = self.tables.get(at)?;
        Some(tabled.table.get_or_init(|| Table::read(self.snapshot, tabled.row)))
    }

    /// A route table of a transit gateway.
    ///
    /// # Errors
    /// Why its routes are not known.
    pub(super) fn transit_table(&self, id: &str) -> Result<&TransitTable<'s>, Gap> {
        let Some((name, table)) = self.transit_tables.get_key_value(id) else {
            return match self.snapshot.transit_gateway_routes.get(id) {
                Err(gap) => Err(gap),
                Ok(_) => Err(Gap::opaque(format!("the routes of `{id}`"))),
            };
        };
        table.get_or_init(|| TransitTable::read(self, name)).as_ref().map_err(Gap::clone)
    }

    /// The ACL that guards a subnet, with its entries for one direction.
    ///
    /// # Errors
    /// Why it is not known; each subnet has one, so that a list without it is no answer (the ACLs of a shared subnet belong to its owner).
    pub(super) fn acl_of(
        &self,
        subnet: SubnetIx,
        direction: Direction,
    ) -> Result<(&'s ec2::NetworkAcl, &Entries), &Gap> {
        let Some(row) = self.subnets.get(subnet.0) else { return Err(&NOTHING) };
        let find = || {
            row.own_acl.ok_or_else(|| {
                let vpc = self.vpc_id(row.vpc);
                let gap = network_acl::lists_every_acl(self.snapshot, row.id, vpc).err();
                gap.unwrap_or_else(|| Gap::opaque(format!("the network ACL of subnet `{}`", row.id)))
            })
        };
        let at = row.acl.get_or_init(find).as_ref()?;
        let guarded = self.acls.get(*at).ok_or(&NOTHING)?;
        let entries = match direction {
            Direction::Ingress => &guarded.ingress,
            Direction::Egress => &guarded.egress,
        };
        Ok((guarded.row, entries.get_or_init(|| Entries::read(guarded.row, direction))))
    }

    /// How Block Public Access stands for a subnet.
    pub(super) fn edge_of(&self, subnet: SubnetIx) -> Result<&State, &Gap> {
        let Some(row) = self.subnets.get(subnet.0) else { return Err(&NOTHING) };
        let read = || block_public_access::of_subnet(self.snapshot, row.id, self.vpc_id(row.vpc));
        row.edge.get_or_init(read).as_ref()
    }

    /// What is known of name resolution in a VPC.
    pub(super) fn dns_of(&self, vpc: VpcIx) -> &VpcDns {
        static NOWHERE: OnceLock<VpcDns> = OnceLock::new();
        match self.vpcs.get(vpc.0) {
            Some(vpc) => vpc.dns.get_or_init(|| dns::of_vpc(self.snapshot, vpc.id)),
            None => NOWHERE.get_or_init(|| dns::of_vpc(&Snapshot::default(), "")),
        }
    }

    /// What a VPC itself answers, beside every group, ACL and route: metadata, time, and its resolver.
    ///
    /// Source: VPC user guide, "Control subnet traffic with network access control lists" and "Security groups".
    pub(super) fn served_by(&self, vpc: VpcIx) -> &AddressSet {
        static NOWHERE: OnceLock<AddressSet> = OnceLock::new();
        let link_local = || AddressSet::of(["169.254.0.0/16", "fd00:ec2::/32"]);
        let Some(vpc) = self.vpcs.get(vpc.0) else { return NOWHERE.get_or_init(link_local) };
        vpc.served.get_or_init(|| {
            let resolver = vpc.row.map(dns::resolver_addresses).unwrap_or_default();
            link_local().union(&resolver)
        })
    }

    /// What is known of name resolution in the VPC with this id.
    pub fn dns(&self, vpc: &str) -> Cow<'_, VpcDns> {
        let known = self.vpc(vpc).map(|known| Cow::Borrowed(self.dns_of(known)));
        known.unwrap_or_else(|| Cow::Owned(dns::of_vpc(self.snapshot, vpc)))
    }

    /// The blocks of a VPC, as far as its row tells.
    pub(super) fn blocks_of(&self, vpc: VpcIx) -> Option<&AddressSet> {
        let vpc = self.vpcs.get(vpc.0)?;
        let row = vpc.row?;
        let in_force = |state: &str| state.is_empty() || is(state, "associated");
        Some(vpc.blocks.get_or_init(|| {
            let v4 = row.cidr_block_association_set.iter().filter(|own| in_force(&own.cidr_block_state.state));
            let v6 =
                row.ipv6_cidr_block_association_set.iter().filter(|own| in_force(&own.ipv6_cidr_block_state.state));
            let v4 = v4.map(|own| own.cidr_block.as_str()).chain([row.cidr_block.as_str()]);
            AddressSet::of(v4.chain(v6.map(|own| own.ipv6_cidr_block.as_str())))
        }))
    }
}
