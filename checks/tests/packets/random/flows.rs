//! Which connections are tried in a random topology.

use super::Maker;
use crate::topology::{End, INTERNET, INTERNET_CLIENTS, NatState, SERVICES};
use std::net::Ipv4Addr;

/// Flows of a topology.
const COUNT: usize = 12;

impl Maker<'_> {
    pub(super) fn flows(&mut self) {
        for _ in 0..COUNT * 3 {
            if self.topology.flows.len() == COUNT {
                return;
            }
            let Some((from, to)) = self.ends() else { continue };
            let port = if self.odds(60) { self.one_of(&SERVICES[..3]) } else { self.one_of(&SERVICES) };
            let is_known = self.topology.flows.iter().any(|flow| (flow.from, flow.to, flow.port) == (from, to, port));
            // Two clients of a NAT gateway would want the same ports of it for the same service.
            let is_shared = matches!(to, End::Address(_))
                && self.topology.flows.iter().any(|flow| (flow.to, flow.port) == (to, port));
            if !is_known && !is_shared && from != to {
                self.topology.add_flow(from, to, port);
            }
        }
    }

    fn ends(&mut self) -> Option<(End, End)> {
        let host = self.rng.usize(0..self.topology.hosts.len());
        let internet = End::Address(self.one_of(&INTERNET));
        let client = End::Address(self.one_of(&INTERNET_CLIENTS));
        Some(match self.rng.u8(0..100) {
            0..=29 => (End::Host(host), End::Host(self.neighbour(host, true)?)),
            30..=54 => (End::Host(host), internet),
            55..=71 => (client, End::Host(self.public_host(host))),
            72..=86 => (End::Host(host), End::Host(self.neighbour(host, false)?)),
            87..=93 => (End::Host(host), End::Address(self.public_address(host)?)),
            94..=95 => (End::Host(host), End::Address(self.nobody(host))),
            96..=97 => (End::Host(host), End::Address(self.nat(|nat| Some(nat.address))?)),
            _ => (client, End::Address(self.nat(|nat| nat.public)?)),
        })
    }

    /// Another host of the same VPC, or one of the other VPC.
    fn neighbour(&mut self, host: usize, is_inside: bool) -> Option<usize> {
        let vpc = self.topology.vpc_of(host);
        let others = (0..self.topology.hosts.len()).filter(|other| *other != host);
        let others: Vec<usize> = others.filter(|other| (self.topology.vpc_of(*other) == vpc) == is_inside).collect();
        (!others.is_empty()).then(|| self.one_of(&others))
    }

    /// Most often one that has a public address.
    fn public_host(&mut self, host: usize) -> usize {
        let public: Vec<usize> =
            (0..self.topology.hosts.len()).filter(|other| self.topology.hosts[*other].public.is_some()).collect();
        if public.is_empty() || self.odds(15) { host } else { self.one_of(&public) }
    }

    /// The public address of another host, by which it is reached through the internet gateways of both.
    fn public_address(&mut self, host: usize) -> Option<Ipv4Addr> {
        let other = self.public_host(host);
        if other == host { None } else { self.topology.hosts[other].public }
    }

    /// An address of a subnet that no interface has.
    fn nobody(&mut self, host: usize) -> Ipv4Addr {
        let vpc = self.topology.vpc_of(host);
        let subnets = self.subnets_of(vpc);
        let subnet = self.one_of(&subnets);
        self.address(subnet, 12)
    }

    fn nat(&mut self, address: impl Fn(&crate::topology::Nat) -> Option<Ipv4Addr>) -> Option<Ipv4Addr> {
        let living = self.topology.nats.iter().filter(|nat| nat.state == NatState::Available);
        let addresses: Vec<Ipv4Addr> = living.filter_map(address).collect();
        (!addresses.is_empty()).then(|| self.one_of(&addresses))
    }
}
