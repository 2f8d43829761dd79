//! Topologies from a seed: mostly open networks with some things closed, so that every answer comes up.

mod filters;
mod flows;

use crate::topology::{
    ANYWHERE, Appliance, Destination, Foot, Host, INTERNET, INTERNET_CLIENTS, Nat, NatState, Peering, Route, Subnet,
    Table, Target, Topology, Vpc, block,
};
use fastrand::Rng;
use ipnetwork::Ipv4Network;
use std::net::Ipv4Addr;

/// Blocks of VPCs; no two overlap.
const VPC_BLOCKS: [&str; 5] = ["10.0.0.0/16", "10.1.0.0/16", "172.31.0.0/16", "192.168.0.0/16", "100.64.0.0/16"];

/// Where routes to parts of the internet lead.
const INTERNET_BLOCKS: [&str; 5] =
    ["198.51.100.0/24", "198.51.100.0/25", "198.51.100.10/32", "192.0.2.0/24", "198.0.0.0/8"];

/// The prefix list that routes lead to.
const INTERNET_LIST: usize = 2;

/// Lengths of the prefixes of subnets.
const LENGTHS: [u8; 3] = [24, 26, 28];

/// The topology of a seed.
pub(crate) fn topology(seed: u64) -> Topology {
    let mut rng = Rng::with_seed(seed);
    let mut maker = Maker { rng: &mut rng, topology: Topology::default() };
    maker.vpcs();
    maker.nats();
    maker.appliances();
    maker.hosts();
    maker.lists();
    maker.tables();
    maker.acls();
    maker.groups();
    maker.flows();
    maker.topology
}

/// The answer that is kept back in a second round for a seed: without it the engine may say less, but nothing else.
pub(crate) fn withheld(seed: u64) -> &'static str {
    let members = [
        "Vpcs",
        "Subnets",
        "NetworkInterfaces",
        "SecurityGroups",
        "NetworkAcls",
        "RouteTables",
        "InternetGateways",
        "NatGateways",
        "PrefixLists",
        "VpcPeeringConnections",
    ];
    Rng::with_seed(!seed).choice(members).expect("members")
}

struct Maker<'a> {
    rng: &'a mut Rng,
    topology: Topology,
}

impl Maker<'_> {
    fn odds(&mut self, percent: u8) -> bool {
        self.rng.u8(0..100) < percent
    }

    fn one_of<T: Clone>(&mut self, things: &[T]) -> T {
        things[self.rng.usize(0..things.len())].clone()
    }

    fn vpcs(&mut self) {
        let mut blocks = VPC_BLOCKS;
        self.rng.shuffle(&mut blocks);
        if self.odds(70) {
            let is_active = self.odds(90);
            self.topology.peering = Some(if is_active { Peering::Active } else { Peering::Deleted });
        }
        for (vpc, text) in blocks.iter().take(2).enumerate() {
            let whole = block(text);
            let has_gateway = self.odds(94);
            self.topology.vpcs.push(Vpc { block: whole, has_gateway });
            let length = self.one_of(&LENGTHS);
            let start = u32::from(whole.network()) + 256;
            for subnet in 0..2 {
                let address = Ipv4Addr::from(start + subnet * (1 << (32 - u32::from(length))));
                let block = Ipv4Network::new(address, length).expect("a short prefix");
                self.topology.subnets.push(Subnet { vpc, block, acl: 0, table: None });
            }
        }
    }

    /// The subnets of a VPC.
    fn subnets_of(&self, vpc: usize) -> Vec<usize> {
        (0..self.topology.subnets.len()).filter(|subnet| self.topology.subnets[*subnet].vpc == vpc).collect()
    }

    fn address(&self, subnet: usize, offset: u32) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.topology.subnets[subnet].block.network()) + offset)
    }

    /// A NAT gateway for most VPCs, in the first subnet, which most often is the public one.
    fn nats(&mut self) {
        for vpc in 0..self.topology.vpcs.len() {
            if !self.odds(75) {
                continue;
            }
            let subnets = self.subnets_of(vpc);
            let subnet = if self.odds(90) { subnets[0] } else { subnets[1] };
            let is_public = self.topology.vpcs[vpc].has_gateway && self.odds(93);
            let number = u8::try_from(self.topology.nats.len()).expect("few NAT gateways");
            let state = match self.rng.u8(0..100) {
                0..=91 => NatState::Available,
                92..=95 => NatState::Pending,
                _ => NatState::Deleted,
            };
            let public = is_public.then(|| Ipv4Addr::new(203, 0, 113, 100 + number));
            let address = self.address(subnet, 9);
            self.topology.nats.push(Nat { subnet, address, public, state });
        }
    }

    /// An appliance for some VPCs, with one interface or two.
    fn appliances(&mut self) {
        for vpc in 0..self.topology.vpcs.len() {
            if !self.odds(60) {
                continue;
            }
            let number = u8::try_from(self.topology.appliances.len()).expect("few appliances");
            let count = if self.odds(50) { 2 } else { 1 };
            let interfaces = (0..count).map(|position| {
                let subnets = self.subnets_of(vpc);
                // The way out mostly is in the public subnet.
                let is_last = position + 1 == count;
                let subnet = if is_last && self.odds(80) { subnets[0] } else { self.one_of(&subnets) };
                let has_public = self.topology.vpcs[vpc].has_gateway && self.odds(70);
                let public = has_public.then(|| Ipv4Addr::new(203, 0, 113, 120 + number * 4 + position));
                Foot { subnet, address: self.address(subnet, 10 + u32::from(position)), public, groups: Vec::new() }
            });
            let interfaces: Vec<Foot> = interfaces.collect();
            let (is_checked, translates) = (self.odds(8), self.odds(75));
            self.topology.appliances.push(Appliance { interfaces, is_checked, translates });
        }
    }

    /// The appliance of a VPC.
    fn appliance(&self, vpc: usize) -> Option<usize> {
        let is_here = |own: &Appliance| self.topology.subnets[own.interfaces[0].subnet].vpc == vpc;
        self.topology.appliances.iter().position(is_here)
    }

    fn hosts(&mut self) {
        for subnet in 0..self.topology.subnets.len() {
            for number in 0..self.rng.u32(1..=2) {
                let vpc = self.topology.subnets[subnet].vpc;
                let has_public = self.topology.vpcs[vpc].has_gateway && self.odds(60);
                let host = u8::try_from(self.topology.hosts.len()).expect("few hosts");
                let public = has_public.then(|| Ipv4Addr::new(203, 0, 113, 10 + host));
                let (address, is_windows) = (self.address(subnet, 5 + number), self.odds(15));
                self.topology.hosts.push(Host { subnet, address, public, groups: Vec::new(), is_windows });
            }
        }
    }

    /// Prefix lists of a few blocks that have something to do with the network.
    fn lists(&mut self) {
        let blocks = self.blocks();
        for _ in 0..2 {
            let mut own: Vec<Ipv4Network> = (0..self.rng.usize(1..=3)).map(|_| self.one_of(&blocks)).collect();
            own.sort();
            own.dedup();
            self.topology.lists.push(own);
        }
        let internet = ["198.51.100.0/24", "192.0.2.0/25", "198.51.100.200/32"].map(block);
        self.topology.lists.push(internet.to_vec());
    }

    /// A main table for each VPC and tables of its subnets' own.
    fn tables(&mut self) {
        for vpc in 0..self.topology.vpcs.len() {
            self.table(vpc, true, false);
            for (position, subnet) in self.subnets_of(vpc).into_iter().enumerate() {
                if self.odds(70) {
                    self.topology.subnets[subnet].table = Some(self.topology.tables.len());
                    let is_first = position == 0;
                    self.table(vpc, false, is_first);
                }
            }
        }
    }

    fn table(&mut self, vpc: usize, is_main: bool, is_public: bool) {
        let mut routes: Vec<Route> = Vec::new();
        if self.odds(90) {
            let target = self.outward(vpc, is_public);
            routes.push(Route { to: Destination::Block(block(ANYWHERE)), target });
        }
        while self.odds(30) {
            let targets =
                [Target::InternetGateway, Target::Gone("GatewayId", "igw-gone"), self.outward(vpc, is_public)];
            let target = self.one_of(&targets);
            let to = self.one_of(&INTERNET_BLOCKS);
            let to = if self.odds(25) { Destination::List(INTERNET_LIST) } else { Destination::Block(block(to)) };
            routes.push(Route { to, target });
        }
        if self.odds(12) {
            // More specific than the local route, for a whole subnet, to an appliance, which may be gone.
            let subnets = self.subnets_of(vpc);
            let subnet = self.one_of(&subnets);
            let to = self.topology.subnets[subnet].block;
            let gone = Target::Gone("NetworkInterfaceId", "eni-gone");
            let target = self.appliance(vpc).filter(|_| self.rng.bool()).map_or(gone, Target::Appliance);
            routes.push(Route { to: Destination::Block(to), target });
        }
        self.peering_routes(vpc, &mut routes);
        let mut distinct: Vec<Route> = Vec::new();
        self.rng.shuffle(&mut routes);
        for route in routes {
            if distinct.iter().all(|known| known.to != route.to) {
                distinct.push(route);
            }
        }
        self.topology.tables.push(Table { vpc, is_main, routes: distinct });
    }

    /// Where a table sends what goes to the internet.
    fn outward(&mut self, vpc: usize, is_public: bool) -> Target {
        let nats = 0..self.topology.nats.len();
        let nat = nats.into_iter().find(|nat| self.topology.subnets[self.topology.nats[*nat].subnet].vpc == vpc);
        if let Some(appliance) = self.appliance(vpc).filter(|_| !is_public && self.rng.u8(0..100) < 50) {
            return Target::Appliance(appliance);
        }
        match (self.rng.u8(0..100), nat) {
            (0..=4, _) => Target::Gone("NatGatewayId", "nat-gone"),
            (5..=89, Some(nat)) if !is_public => Target::Nat(nat),
            (95.., Some(nat)) => Target::Nat(nat),
            _ => Target::InternetGateway,
        }
    }

    fn peering_routes(&mut self, vpc: usize, routes: &mut Vec<Route>) {
        if self.topology.peering.is_none() {
            return;
        }
        let other = self.topology.vpcs[1 - vpc].block;
        if self.odds(80) {
            routes.push(Route { to: Destination::Block(other), target: Target::Peering });
        }
        if self.odds(25) {
            let subnets = self.subnets_of(1 - vpc);
            let subnet = self.one_of(&subnets);
            let to = self.topology.subnets[subnet].block;
            let target = self.one_of(&[Target::Peering, Target::Gone("VpcPeeringConnectionId", "pcx-gone")]);
            routes.push(Route { to: Destination::Block(to), target });
        }
    }

    /// Addresses that rules speak of.
    fn blocks(&self) -> Vec<Ipv4Network> {
        let topology = &self.topology;
        let single = |address: Ipv4Addr| Ipv4Network::from(address);
        let hosts = topology.hosts.iter().flat_map(|host| [Some(host.address), host.public]).flatten();
        let nats = topology.nats.iter().flat_map(|nat| [Some(nat.address), nat.public]).flatten();
        let feet = topology.feet().map(|(_, foot)| foot.address);
        let singles = hosts.chain(nats).chain(feet).chain(INTERNET).chain(INTERNET_CLIENTS).map(single);
        let wholes =
            topology.vpcs.iter().map(|vpc| vpc.block).chain(topology.subnets.iter().map(|subnet| subnet.block));
        let internet =
            ["198.51.100.0/24", "198.51.100.128/25", "192.0.2.0/24", "203.0.113.0/24", "0.0.0.0/1", "128.0.0.0/1"];
        singles.chain(wholes).chain(internet.map(block)).collect()
    }

    fn any_block(&mut self) -> Ipv4Network {
        if self.odds(40) {
            return block("0.0.0.0/0");
        }
        let blocks = self.blocks();
        self.one_of(&blocks)
    }
}
