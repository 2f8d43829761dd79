//! What the paths in question touch, as far as it is known.

use crate::net::{AddressSet, Family, Interface};
use crate::reach::atlas::{Atlas, Row};
use crate::reach::case::Case;
use crate::reach::end::{End, Place};
use crate::reach::subject::Subject;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// The ends of every path in question.
#[derive(Default)]
pub(super) struct Scope<'a> {
    /// VPCs of the ends.
    pub(super) vpcs: BTreeSet<String>,
    /// Subnets of the ends, with their VPCs.
    pub(super) subnets: BTreeSet<(String, String)>,
    /// Groups on the ends.
    pub(super) groups: BTreeSet<String>,
    /// Ids of interfaces of EC2 Instance Connect Endpoints.
    pub(super) interfaces: BTreeSet<String>,
    /// Interfaces of the ends.
    pub(super) rows: Vec<Row<'a>>,
    /// Whether some path leaves its VPC, or may do so.
    pub(super) leaves: bool,
    /// Addresses outside of every known interface that paths lead to or come from.
    pub(super) outside: AddressSet,
    /// One address of each interface at an end.
    pub(super) inside: BTreeSet<IpAddr>,
    seen: BTreeSet<String>,
}

impl<'a> Scope<'a> {
    pub(super) fn of(atlas: &Atlas<'a>, cases: &[Case]) -> Self {
        let mut scope = Self::default();
        let mut asked: BTreeSet<(&Subject, &Subject)> = BTreeSet::new();
        for case in cases.iter().filter(|case| asked.insert((&case.from, &case.to))) {
            let early = [scope.function(atlas, &case.from), scope.connect_endpoint(atlas, &case.from)];
            for from in atlas.sources(&case.from).unwrap_or_default() {
                let mut vpcs = scope.end(atlas, &from);
                vpcs.extend(early.iter().flatten().map(|vpc| (*vpc).to_owned()));
                for to in atlas.targets(&case.to, &from).unwrap_or_default() {
                    vpcs.extend(scope.end(atlas, &to));
                }
                scope.leaves |= vpcs.len() > 1 || vpcs.contains("");
            }
        }
        scope
    }

    /// Adds an end; gives the VPCs of its places, and an empty text for a place in none.
    fn end(&mut self, atlas: &Atlas<'a>, end: &End<'_>) -> BTreeSet<String> {
        let mut vpcs = BTreeSet::new();
        for spot in &end.spots {
            match &spot.place {
                Place::Interface(own) => {
                    vpcs.insert(own.vpc_id.to_owned());
                    self.interface(atlas, own);
                    self.row(atlas.interface(&spot.label));
                }
                Place::ConnectEndpoint { interface, .. } => {
                    vpcs.insert(interface.vpc_id.to_owned());
                    self.interface(atlas, interface);
                }
                Place::Outside(address) => {
                    vpcs.insert(String::new());
                    self.outside = self.outside.union(&AddressSet::one(*address));
                }
                Place::Address(address) => {
                    vpcs.insert(String::new());
                    self.address(atlas, *address);
                }
                Place::Far(addresses) => {
                    vpcs.insert(String::new());
                    self.outside = self.outside.union(addresses);
                }
                Place::Internet | Place::ServiceNetwork => {
                    vpcs.insert(String::new());
                    let all = [Family::Ipv4, Family::Ipv6].map(AddressSet::internet);
                    self.outside = all.iter().fold(self.outside.clone(), |set, all| set.union(all));
                }
            }
        }
        vpcs
    }

    fn interface(&mut self, atlas: &Atlas<'a>, own: &Interface<'_>) {
        self.inside.extend([&own.ipv4, &own.ipv6].into_iter().filter_map(AddressSet::single));
        let groups = own.groups.iter().map(|group| atlas.network.group_id(*group));
        self.spot(own.vpc_id, atlas.network.subnet_id(own.subnet()), groups);
    }

    fn spot<'g>(&mut self, vpc: &str, subnet: &str, groups: impl Iterator<Item = &'g str>) {
        if !vpc.is_empty() {
            self.vpcs.insert(vpc.to_owned());
            self.subnets.insert((subnet.to_owned(), vpc.to_owned()));
        }
        self.groups.extend(groups.map(str::to_owned));
    }

    fn row(&mut self, row: Option<Row<'a>>) {
        if let Some(row) = row
            && self.seen.insert(row.id().to_owned())
        {
            self.rows.push(row);
        }
    }

    fn address(&mut self, atlas: &Atlas<'a>, address: IpAddr) {
        let holders = atlas.holders(address);
        if holders.is_empty() {
            self.outside = self.outside.union(&AddressSet::one(address));
        }
        for row in holders {
            if let Some(own) = atlas.network.interface(row.id()) {
                self.interface(atlas, own);
            }
            self.row(Some(row));
        }
    }

    /// The VPC of a function, whose subnets are not known before the second round.
    fn function(&mut self, atlas: &Atlas<'a>, subject: &Subject) -> Option<&'a str> {
        let Subject::Function(name) = subject else { return None };
        let config = atlas.snapshot.functions.get(name).ok()??.vpc_config.as_ref()?;
        for subnet in &config.subnet_ids {
            self.spot(&config.vpc_id, subnet, config.security_group_ids.iter().map(String::as_str));
        }
        Some(config.vpc_id.as_str()).filter(|vpc| !vpc.is_empty())
    }

    /// The VPC of an EC2 Instance Connect Endpoint, whose interface is not known before the second round.
    fn connect_endpoint(&mut self, atlas: &Atlas<'a>, subject: &Subject) -> Option<&'a str> {
        let Subject::ConnectEndpoint(id) = subject else { return None };
        let endpoint = atlas.snapshot.instance_connect_endpoints.get(id).ok()??;
        self.spot(&endpoint.vpc_id, &endpoint.subnet_id, endpoint.security_group_ids.iter().map(String::as_str));
        self.interfaces.extend(endpoint.network_interface_ids.iter().cloned());
        Some(&endpoint.vpc_id)
    }
}
