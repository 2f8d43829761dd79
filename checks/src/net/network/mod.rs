//! The network of a snapshot, read once: who has which address, which table and ACL a subnet has, what the rules of a group are.
//!
//! Building it takes one look at every row; what few paths need (rules, tables, ACLs) is read when the first path asks for it.

mod build;
pub(in crate::net) mod interface;
pub mod prefix_list;
pub(in crate::net) mod proof;
pub mod route;
mod rulings;
pub(in crate::net) mod transit_table;

use crate::net::addresses::{self, AddressSet};
use crate::net::block_public_access::State;
use crate::net::dns::VpcDns;
use crate::net::interface::Interface;
use crate::net::network_acl::Entries;
use crate::net::route::Table;
use crate::net::security_group::Rules;
use crate::net::shared::Ways;
use crate::net::transit_table::TransitTable;
use crate::snapshot::ec2;
use crate::snapshot::{Gap, Observed, Snapshot};
use foldhash::{HashMap, HashMapExt};
use std::collections::BTreeMap;
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
    pub(in crate::net) VpcIx;
}

/// The network that a snapshot shows. Make it once, ask it for many paths.
#[derive(Debug)]
pub struct Network<'s> {
    /// The facts.
    pub snapshot: &'s Snapshot,
    /// The account that read them, 12 digits; empty when not known.
    reader: &'s str,
    interfaces: Vec<Interface<'s>>,
    by_id: HashMap<&'s str, usize>,
    by_address: HashMap<(VpcIx, IpAddr), usize>,
    /// By the first place of delegated blocks, with their last.
    by_prefix: BTreeMap<(VpcIx, u128), (u128, usize)>,
    by_public: HashMap<IpAddr, usize>,
    vpcs: Names<'s, Vpc<'s>>,
    subnets: Names<'s, Subnet<'s>>,
    groups: Names<'s, Group<'s>>,
    tables: Vec<Tabled<'s>>,
    table_by_id: HashMap<&'s str, usize>,
    acls: Vec<Guarded<'s>>,
    pub(in crate::net) nats: HashMap<&'s str, Nat<'s>>,
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
pub(in crate::net) struct Nat<'s> {
    pub(in crate::net) row: &'s ec2::NatGateway,
    pub(in crate::net) vpc: VpcIx,
    /// `None` for a regional one.
    pub(in crate::net) subnet: Option<SubnetIx>,
    pub(in crate::net) private: AddressSet,
    pub(in crate::net) public: AddressSet,
}

/// A VPC.
#[derive(Debug)]
pub(in crate::net) struct Vpc<'s> {
    pub(in crate::net) id: &'s str,
    pub(in crate::net) row: Option<&'s ec2::Vpc>,
    /// Whose it is, by its row or that of a subnet.
    owner: Owner<'s>,
    main: Option<usize>,
    blocks: OnceLock<AddressSet>,
    dns: OnceLock<VpcDns>,
    served: OnceLock<AddressSet>,
}

/// Whose something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner<'s> {
    /// No row that would tell was read.
    NotRead,
    /// The rows do not say.
    NotTold,
    /// This account's.
    Account(&'s str),
}

impl<'s> Owner<'s> {
    /// With what one more row says.
    fn with(self, told: &'s str) -> Self {
        match self {
            Self::NotRead | Self::NotTold if told.is_empty() => Self::NotTold,
            Self::NotRead | Self::NotTold => Self::Account(told),
            Self::Account(_) => self,
        }
    }
}

/// A subnet.
#[derive(Debug)]
pub(in crate::net) struct Subnet<'s> {
    pub(in crate::net) id: &'s str,
    pub(in crate::net) vpc: VpcIx,
    pub(in crate::net) row: Option<&'s ec2::Subnet>,
    own_table: Option<usize>,
    own_acl: Option<usize>,
    table: OnceLock<Result<usize, Gap>>,
    acl: OnceLock<Result<usize, Gap>>,
    edge: OnceLock<Result<State, Gap>>,
    /// Whether a route may lead to somebody in the subnet itself.
    leads_inside: OnceLock<bool>,
    blocks: OnceLock<AddressSet>,
    ways: Ways<'s>,
    /// Whether an attachment of a transit gateway is known to have an interface there.
    has_transit_interface: bool,
    /// Whether an interface is known there that may hand on what is not its own.
    has_forwarder: bool,
}

#[derive(Debug)]
struct Group<'s> {
    id: &'s str,
    ingress: OnceLock<Result<Rules<'s>, Gap>>,
    egress: OnceLock<Result<Rules<'s>, Gap>>,
    carriers: OnceLock<AddressSet>,
    listed: OnceLock<Result<(), Gap>>,
    unseen: OnceLock<Gap>,
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
    /// The number of a group that some row names.
    pub fn group(&self, id: &str) -> Option<GroupIx> {
        self.groups.numbers.get(id).copied().map(GroupIx)
    }

    /// The number of a subnet that some row names.
    pub fn subnet(&self, id: &str) -> Option<SubnetIx> {
        self.subnets.numbers.get(id).copied().map(SubnetIx)
    }

    /// The number of a VPC that some row names.
    pub(in crate::net) fn vpc(&self, id: &str) -> Option<VpcIx> {
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
    pub(in crate::net) fn vpc_id(&self, vpc: VpcIx) -> &'s str {
        self.vpcs.get(vpc.0).map_or("", |vpc| vpc.id)
    }

    /// The blocks of a subnet, when its row is known.
    pub fn block_of(&self, subnet: SubnetIx) -> Option<&AddressSet> {
        let subnet = self.subnets.get(subnet.0)?;
        let row = subnet.row?;
        Some(subnet.blocks.get_or_init(|| {
            let v6 = row.ipv6_cidr_block_association_set.iter().map(|own| own.ipv6_cidr_block.as_str());
            AddressSet::of(v6.chain([row.cidr_block.as_str()]))
        }))
    }

    /// The ways to services that are known of everybody in a subnet.
    pub(in crate::net) fn ways_of(&self, subnet: SubnetIx) -> Option<&Ways<'s>> {
        self.subnets.get(subnet.0).map(|subnet| &subnet.ways)
    }

    /// Whether an attachment of a transit gateway is known to have an interface in a subnet.
    pub(in crate::net) fn has_transit_interface(&self, subnet: SubnetIx) -> bool {
        self.subnets.get(subnet.0).is_some_and(|subnet| subnet.has_transit_interface)
    }

    /// Whether an interface in a subnet is known that may hand on what is not its own.
    pub(in crate::net) fn has_forwarder(&self, subnet: SubnetIx) -> bool {
        self.subnets.get(subnet.0).is_some_and(|subnet| subnet.has_forwarder)
    }

    /// Id of the VPC of a subnet.
    pub(in crate::net) fn vpc_id_of(&self, subnet: SubnetIx) -> &'s str {
        self.subnets.get(subnet.0).map_or("", |subnet| self.vpc_id(subnet.vpc))
    }

    /// Whether every interface in a VPC is known.
    ///
    /// # Errors
    /// Why not: nobody asked for all, or another account shares the VPC, in which the reader sees only what is his own.
    ///
    /// Source: VPC user guide, "Share your VPC subnets with other accounts", "Responsibilities and permissions for owners and participants".
    pub(in crate::net) fn lists_interfaces(&self, vpc: &str) -> Result<(), Gap> {
        self.snapshot.network_interfaces.covers("vpc-id", vpc)?;
        self.sees_all_of(vpc)
    }

    /// Whether lists of what is in a VPC hold everything: for its owner they do.
    ///
    /// # Errors
    /// Another account owns it, or it is not known who does.
    pub(in crate::net) fn sees_all_of(&self, vpc: &str) -> Result<(), Gap> {
        let owner = self.vpc(vpc).and_then(|own| self.vpcs.get(own.0)).map_or(Owner::NotRead, |own| own.owner);
        match owner {
            // AWS tells owners; facts that somebody wrote by hand may do without.
            Owner::NotTold => Ok(()),
            Owner::Account(owner) if owner == self.reader => Ok(()),
            Owner::Account(_) if !self.reader.is_empty() => {
                Err(Gap::opaque(format!("what other accounts have in shared VPC `{vpc}`")))
            }
            Owner::NotRead | Owner::Account(_) => {
                Err(Gap::opaque(format!("whether the account that reads owns VPC `{vpc}`")))
            }
        }
    }

    /// Whether an account is another one than that which reads, or that is not known.
    pub(in crate::net) fn may_be_of_another(&self, account: &str) -> bool {
        account.is_empty() || self.reader.is_empty() || account != self.reader
    }

    /// The row of a subnet, when it is known.
    pub(in crate::net) fn subnet_row(&self, subnet: SubnetIx) -> Option<&'s ec2::Subnet> {
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
    pub(in crate::net) fn owner(&self, vpc: VpcIx, address: IpAddr) -> Option<&Interface<'s>> {
        let known = self.by_address.get(&(vpc, address)).copied();
        self.interfaces.get(known.or_else(|| self.delegate(vpc, address))?)
    }

    /// The interface to which the block of an address was delegated.
    fn delegate(&self, vpc: VpcIx, address: IpAddr) -> Option<usize> {
        if self.by_prefix.is_empty() {
            return None;
        }
        let place = addresses::place(address);
        let (_, (last, at)) = self.by_prefix.range((vpc, 0)..=(vpc, place)).next_back()?;
        (place <= *last).then_some(*at)
    }

    /// The interface that has an address on the internet: a public IPv4 one that is paired with a private one, or an IPv6 one.
    pub(in crate::net) fn owner_outside(&self, address: IpAddr) -> Option<&Interface<'s>> {
        if let Some(at) = self.by_public.get(&address) {
            return self.interfaces.get(*at);
        }
        if address.is_ipv6() { self.owners(address).next() } else { None }
    }

    /// The interfaces that have a private or IPv6 address, in whatever VPC.
    pub fn owners(&self, address: IpAddr) -> impl Iterator<Item = &Interface<'s>> {
        let vpcs = (0..self.vpcs.rows.len()).filter_map(|number| u32::try_from(number).ok()).map(VpcIx);
        vpcs.filter_map(move |vpc| self.owner(vpc, address))
    }

    /// A NAT gateway.
    ///
    /// # Errors
    /// Why it is not known whether there is one.
    pub(in crate::net) fn nat(&self, id: &str) -> Observed<&Nat<'s>> {
        match self.nats.get(id) {
            Some(nat) => Ok(Some(nat)),
            None => self.snapshot.nat_gateways.get(id).map(|_| None),
        }
    }
}
