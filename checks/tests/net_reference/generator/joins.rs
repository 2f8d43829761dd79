//! Random gateways, peering connections, transit gateways, and Block Public Access.

use super::Maker;
use crate::world::gateways::{Attachment, transit_blackhole, transit_route};
use crate::world::rows::REGION;
use crate::world::{Feature, World};
use serde_json::{Value, json};

impl Maker {
    pub(super) fn gateways(&mut self) {
        for at in 0..self.vpcs.len() {
            let plan = self.vpcs[at].clone();
            let has_v6 = plan.blocks.iter().any(|block| block.contains(':'));
            if self.uses(Feature::Internet, 85) {
                let id = format!("igw-{at}");
                self.world.internet_gateway(&id, &plan.id);
                self.vpcs[at].targets4.extend([id.clone(), id.clone()]);
                self.vpcs[at].targets6.extend([id.clone(), id]);
            }
            if has_v6 && self.uses(Feature::EgressOnly, 50) {
                let id = format!("eigw-{at}");
                self.world.egress_only_gateway(&id, &plan.id);
                self.vpcs[at].targets6.push(id);
            }
            if self.uses(Feature::Nat, 60) {
                self.nat_gateway(at, true);
            }
            let percent = if self.allowed.contains(&Feature::NatChains) { 40 } else { 10 };
            if self.uses(Feature::PrivateNat, percent) {
                self.nat_gateway(at, false);
            }
            if self.uses(Feature::VirtualPrivateGateway, 15) {
                self.vpcs[at].targets4.push(format!("vgw-{at}"));
            }
        }
    }

    fn nat_gateway(&mut self, vpc: usize, is_public: bool) {
        let subnet = self.pick(&self.vpcs[vpc].subnets.clone());
        let base = subnet.v4.rsplit_once('.').unwrap();
        let first: usize = base.1.split_once('/').unwrap().0.parse().unwrap();
        let (id, last) = if is_public { (format!("nat-{vpc}"), 12) } else { (format!("nat-private{vpc}"), 13) };
        let public = format!("203.0.113.{}", 128 + vpc);
        let private = format!("{}.{}", base.0, first + last);
        self.world.nat_gateway(&id, &subnet.id, &private, is_public.then_some(public.as_str()));
        if self.chance(7) {
            self.world.row("NatGateways", &id)["State"] = json!(self.pick(&["pending", "failed", "deleting"]));
        }
        if self.chance(5) {
            self.world.row("NatGateways", &id)["NatGatewayAddresses"][0]["Status"] = json!("failed");
        }
        self.vpcs[vpc].targets4.extend([id.clone(), id]);
        self.vpcs[vpc].nat_subnets.push(subnet.id);
    }

    pub(super) fn joins(&mut self) {
        for one in 0..self.vpcs.len() {
            for other in one + 1..self.vpcs.len() {
                if self.uses(Feature::Peering, 60) {
                    self.peering(one, other);
                }
            }
        }
        if self.vpcs.len() > 1 && self.uses(Feature::TransitGateway, 70) {
            self.transit_gateway();
        }
    }

    fn peering(&mut self, one: usize, other: usize) {
        let id = format!("pcx-{one}{other}");
        let (status, region) = match self.rng.u8(0..10) {
            0 => ("pending-acceptance", REGION),
            1 => ("deleted", REGION),
            2 => ("active", "eu-central-1"),
            _ => ("active", REGION),
        };
        let blocks = |world: &[super::VpcPlan], at: usize| world[at].blocks.clone();
        let (mine, theirs) = (blocks(&self.vpcs, one), blocks(&self.vpcs, other));
        let mine: Vec<&str> = mine.iter().map(String::as_str).collect();
        let theirs: Vec<&str> = theirs.iter().map(String::as_str).collect();
        let (vpc, peer) = (self.vpcs[one].id.clone(), self.vpcs[other].id.clone());
        self.world.peering(&id, (&vpc, &mine), (&peer, &theirs), region, status);
        let is_for_v6 = self.uses(Feature::PeeringOverIpv6, 80);
        for at in [one, other] {
            self.vpcs[at].targets4.push(id.clone());
            if is_for_v6 {
                self.vpcs[at].targets6.push(id.clone());
            }
        }
    }

    fn transit_gateway(&mut self) {
        let passes_groups = self.chance(60);
        self.world.transit_gateway("tgw-0", passes_groups);
        let tables = if self.chance(50) { vec!["tgw-rtb-0"] } else { vec!["tgw-rtb-0", "tgw-rtb-1"] };
        for at in 0..self.vpcs.len() {
            self.vpcs[at].targets4.extend(["tgw-0".to_owned(), "tgw-0".to_owned()]);
            self.vpcs[at].targets6.push("tgw-0".to_owned());
            self.attachment(at, &tables);
        }
        for table in tables {
            self.transit_table(table);
        }
    }

    fn attachment(&mut self, vpc: usize, tables: &[&str]) {
        let plan = self.vpcs[vpc].clone();
        let mut subnets: Vec<&str> = Vec::new();
        let mut zones: Vec<&str> = Vec::new();
        for subnet in plan.subnets.iter().filter(|_| self.rng.u8(0..100) < 85) {
            if !zones.contains(&subnet.zone) {
                zones.push(subnet.zone);
                subnets.push(&subnet.id);
            }
        }
        if subnets.is_empty() {
            subnets.push(&plan.subnets[0].id);
        }
        let table = self.pick(tables);
        let id = format!("tgw-attach-{vpc}");
        let mut row = Attachment::new(&id, "tgw-0", &plan.id, &subnets, table);
        row.takes_ipv6 = self.chance(80);
        row.passes_groups = self.chance(80);
        row.is_appliance = self.chance(15);
        if self.chance(5) {
            row.state = self.pick(&["pending", "deleted", "modifying"][..2]);
        }
        if self.chance(6) {
            row.table = None;
        }
        self.world.attachment(&row);
    }

    /// A table to which most attachments propagate, with a few static routes.
    fn transit_table(&mut self, table: &str) {
        let mut routes: Vec<Value> = Vec::new();
        let ids: Vec<(String, String)> =
            self.vpcs.iter().map(|vpc| (format!("tgw-attach-{}", vpc.number), vpc.id.clone())).collect();
        let mut propagating = Vec::new();
        for (at, (id, vpc)) in ids.iter().enumerate() {
            if self.chance(85) {
                propagating.push((id.as_str(), vpc.as_str()));
                let blocks = self.vpcs[at].blocks.clone();
                routes.extend(blocks.iter().map(|block| transit_route(block, "propagated", id, ("vpc", vpc))));
            }
        }
        let mut taken: Vec<String> = Vec::new();
        for _ in 0..self.rng.usize(0..=2) {
            let block = self.block();
            if taken.contains(&block) {
                continue;
            }
            let (id, vpc) = self.pick(&ids);
            routes.push(match self.rng.u8(0..10) {
                0..=2 => transit_blackhole(&block),
                3 => transit_route(&block, "static", "tgw-attach-vpn", ("vpn", "vpn-0")),
                _ => transit_route(&block, "static", &id, ("vpc", &vpc)),
            });
            taken.push(block);
        }
        self.rng.shuffle(&mut routes);
        self.world.transit_routes(table, routes, &propagating);
    }

    /// Block Public Access, told by the Region with exclusions, or by every subnet as well.
    pub(super) fn public_access(&mut self) {
        let has_appliances = self.world.features.contains(&Feature::Appliances);
        if has_appliances && !self.allowed.contains(&Feature::AppliancesUnderPublicAccess)
            || !self.uses(Feature::PublicAccess, 20)
        {
            return;
        }
        let mode = self.pick(&["off", "block-ingress", "block-ingress", "block-bidirectional", "block-bidirectional"]);
        self.world.answer(
            "describe-vpc-block-public-access-options",
            json!({ "VpcBlockPublicAccessOptions": { "InternetGatewayBlockMode": mode, "State": "update-complete", "ManagedBy": "account" } }),
        );
        let mut exclusions: Vec<(String, &str)> = Vec::new();
        for vpc in self.vpcs.clone() {
            // Which of two exclusions counts, that of a VPC or that of a subnet in it, is not written anywhere.
            for id in [vpc.id.clone()].into_iter().chain(vpc.subnets.iter().map(|subnet| subnet.id.clone())) {
                let is_free = exclusions.iter().all(|(known, _)| *known != vpc.id);
                if is_free && self.chance(25) {
                    exclusions.push((id, self.pick(&["allow-bidirectional", "allow-egress"])));
                }
            }
        }
        if self.chance(50) {
            show_modes(&mut self.world, mode, &exclusions);
        }
        for (at, (id, exclusion)) in exclusions.iter().enumerate() {
            let kind = if id.starts_with("vpc-") { "vpc" } else { "subnet" };
            self.world.rows("VpcBlockPublicAccessExclusions").push(json!({
                "ExclusionId": format!("vpcbpa-exclude-{at}"), "InternetGatewayExclusionMode": exclusion, "State": "create-complete",
                "ResourceArn": format!("arn:aws:ec2:{REGION}:123456789012:{kind}/{id}"),
            }));
        }
    }
}

/// What every subnet and VPC shows of its own.
fn show_modes(world: &mut World, mode: &str, exclusions: &[(String, &str)]) {
    let shown = |ids: &[&str]| {
        let own = exclusions.iter().filter(|(id, _)| ids.contains(&id.as_str()));
        let own: Vec<&str> = own.map(|(_, exclusion)| *exclusion).collect();
        let mode = match mode {
            _ if own.contains(&"allow-bidirectional") => "off",
            "block-bidirectional" if own.contains(&"allow-egress") => "block-ingress",
            other => other,
        };
        json!({ "InternetGatewayBlockMode": mode })
    };
    for row in world.rows("Subnets") {
        row["BlockPublicAccessStates"] = shown(&[row["SubnetId"].as_str().unwrap(), row["VpcId"].as_str().unwrap()]);
    }
    for row in world.rows("Vpcs") {
        row["BlockPublicAccessStates"] = shown(&[row["VpcId"].as_str().unwrap()]);
    }
}
