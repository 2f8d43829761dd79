//! What rules where: the rules of a group, the table and ACL of a subnet, Block Public Access, name resolution; read when it is first asked
//! for.

use super::{GroupIx, NOTHING, Network, SubnetIx, VpcIx};
use crate::net::addresses::{self, AddressSet};
use crate::net::block_public_access::{self, State};
use crate::net::dns::{self, VpcDns};
use crate::net::filter::Direction;
use crate::net::interface::Interface;
use crate::net::leaving::Stay;
use crate::net::network_acl::{self, Entries};
use crate::net::route::{self, Table, Target};
use crate::net::security_group::Rules;
use crate::net::transit_table::TransitTable;
use crate::snapshot::ec2::{self, VpcEncryptionControlExclusion, VpcEncryptionControlExclusions, is};
use crate::snapshot::{Gap, Observed, Snapshot};
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::OnceLock;

impl<'s> Network<'s> {
    /// Rules of a group for one direction.
    pub(in crate::net) fn rules(&self, group: GroupIx, direction: Direction) -> Result<&Rules<'s>, &Gap> {
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

    /// Whether a group is known to have no outbound rule at all.
    pub(in crate::net) fn lets_nothing_out(&self, group: GroupIx) -> bool {
        self.rules(group, Direction::Egress).is_ok_and(Rules::is_empty)
    }

    /// Private addresses of the interfaces that are known to carry a group.
    pub(in crate::net) fn carriers(&self, group: GroupIx) -> &AddressSet {
        static NOBODY: OnceLock<AddressSet> = OnceLock::new();
        let Some(row) = self.groups.get(group.0) else { return NOBODY.get_or_init(AddressSet::none) };
        row.carriers.get_or_init(|| {
            let carrying = self.interfaces.iter().filter(|own| own.groups.contains(&group));
            let places = carrying.clone().flat_map(Interface::all_addresses).map(addresses::place);
            let blocks = carrying.filter_map(|own| own.prefixes.as_deref()).flat_map(AddressSet::ranges).copied();
            AddressSet::of_ranges(places.map(|place| (place, place)).chain(blocks))
        })
    }

    /// Why there may be carriers of a group that are not known: only a list of all its interfaces tells. `account` is whose it is, as a rule
    /// that names it says.
    pub(in crate::net) fn unlisted_carriers(&self, group: GroupIx, account: &str) -> Option<&Gap> {
        let row = self.groups.get(group.0)?;
        // A group of another account, or of a VPC that one shares, may be on interfaces that nobody here sees.
        let own = self.snapshot.security_groups.get(row.id).ok().flatten();
        let list = || {
            self.snapshot.network_interfaces.covers("group-id", row.id)?;
            own.map_or(Ok(()), |own| self.sees_all_of(&own.vpc_id))
        };
        let foreign = || Gap::opaque(format!("which interfaces carry security group `{}`", row.id));
        let unlisted = row.listed.get_or_init(list).as_ref().err();
        let may_be_foreign = own.is_none() && self.may_be_of_another(account);
        unlisted.or_else(|| may_be_foreign.then(|| row.unseen.get_or_init(foreign)))
    }

    /// Whether a route may lead from a subnet to somebody in it, where its ACL is not asked.
    pub(in crate::net) fn may_lead_inside(&self, subnet: SubnetIx) -> bool {
        let Some(row) = self.subnets.get(subnet.0) else { return true };
        *row.leads_inside.get_or_init(|| match self.table_of(subnet) {
            Ok(table) => {
                let stay = |route| self.stay(subnet, route, &Target::of(route));
                table.row.routes.iter().any(|route| stay(route) != Stay::Leaves)
            }
            Err(_) => true,
        })
    }

    /// The table of a subnet: its own, else the main table of its VPC.
    ///
    /// # Errors
    /// Why it is not known. Tables of a shared subnet belong to its owner, so that a list without one is no answer.
    pub(in crate::net) fn table_of(&self, subnet: SubnetIx) -> Result<&Table<'s>, &Gap> {
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
    pub(in crate::net) fn table(&self, id: &str) -> Option<&Table<'s>> {
        self.table_at(*self.table_by_id.get(id)?)
    }

    /// The table that rules what comes in through a gateway.
    pub(in crate::net) fn table_of_gateway(&self, gateway: &str) -> Option<&Table<'s>> {
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
    pub(in crate::net) fn transit_table(&self, id: &str) -> Result<&TransitTable<'s>, Gap> {
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
    pub(in crate::net) fn acl_of(
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
    pub(in crate::net) fn edge_of(&self, subnet: SubnetIx) -> Result<&State, &Gap> {
        let Some(row) = self.subnets.get(subnet.0) else { return Err(&NOTHING) };
        let read = || block_public_access::of_subnet(self.snapshot, row.id, self.vpc_id(row.vpc));
        row.edge.get_or_init(read).as_ref()
    }

    /// Why it is not known whether packets leave a VPC by a target: encryption control is enforced, and the kind is not left out of it.
    ///
    /// Source: VPC user guide, "Enforce VPC encryption in transit".
    pub(in crate::net) fn encryption(&self, vpc: VpcIx, target: impl FnOnce() -> route::Target) -> Option<Gap> {
        let control = self.vpcs.get(vpc.0)?.row?.encryption_control.as_ref()?;
        if !is(&control.mode, "enforce") || is(&control.state, "deleted") {
            return None;
        }
        let excludes = |kind: fn(&VpcEncryptionControlExclusions) -> &VpcEncryptionControlExclusion| {
            control.resource_exclusions.as_ref().is_some_and(|kinds| is(&kind(kinds).state, "enabled"))
        };
        let target = target();
        let is_left_out = match &target {
            route::Target::InternetGateway(_) => excludes(|kinds| &kinds.internet_gateway),
            route::Target::EgressOnlyInternetGateway(_) => excludes(|kinds| &kinds.egress_only_internet_gateway),
            route::Target::NatGateway(_) => excludes(|kinds| &kinds.nat_gateway),
            route::Target::VirtualPrivateGateway(_) => excludes(|kinds| &kinds.virtual_private_gateway),
            route::Target::Peering(_) => excludes(|kinds| &kinds.vpc_peering),
            _ => true,
        };
        let (vpc, target) = (self.vpc_id(vpc), target.component());
        (!is_left_out).then(|| Gap::opaque(format!("what encryption control of `{vpc}` does at `{}`", target.id)))
    }

    /// What is known of name resolution in a VPC.
    pub(in crate::net) fn dns_of(&self, vpc: VpcIx) -> &VpcDns {
        static NOWHERE: OnceLock<VpcDns> = OnceLock::new();
        match self.vpcs.get(vpc.0) {
            Some(vpc) => vpc.dns.get_or_init(|| dns::of_vpc(self.snapshot, vpc.id)),
            None => NOWHERE.get_or_init(|| dns::of_vpc(&Snapshot::default(), "")),
        }
    }

    /// What a VPC itself answers, beside every group, ACL and route: metadata, time, and its resolver.
    ///
    /// Source: VPC user guide, "Control subnet traffic with network access control lists" and "Security groups".
    pub(in crate::net) fn served_by(&self, vpc: VpcIx) -> &AddressSet {
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
    pub(in crate::net) fn blocks_of(&self, vpc: VpcIx) -> Option<&AddressSet> {
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
