//! Random route tables.

use super::{HostPlan, Maker, VpcPlan};
use crate::world::Feature;
use crate::world::rows;
use serde_json::{Value, json};

impl Maker {
    /// Routes for the main table, and tables of their own for most subnets.
    pub(super) fn tables(&mut self, vpc: usize) {
        let plan = self.vpcs[vpc].clone();
        let main = format!("rtb-{}", plan.id);
        for route in self.routes(&plan, None) {
            self.world.route(&main, route);
        }
        for subnet in &plan.subnets {
            if plan.nat_subnets.contains(&subnet.id) || self.chance(60) {
                let routes = self.routes(&plan, Some(&subnet.id));
                self.world.table(&format!("rtb-{}", subnet.id), &plan.id, &subnet.id, routes);
            }
        }
    }

    /// One VPC whose main table has many routes, more than one of them to the same block.
    pub(super) fn table_of_many(&mut self) {
        self.vpc(0);
        self.prefix_lists();
        let plan = self.vpcs[0].clone();
        let targets = ["igw-0", "nat-0", "pcx-01", "tgw-0", "eni-x", "vgw-0"];
        let mut taken: Vec<String> = plan.blocks.clone();
        for _ in 0..self.rng.usize(0..=8) {
            let block = self.block();
            let is_inside = !self.may_be_routed(&plan, &block);
            if taken.contains(&block) || is_inside && !self.allowed.contains(&Feature::MoreSpecificThanLocal) {
                continue;
            }
            let target = self.pick(&targets);
            let row = if self.chance(20) { rows::blackhole(&block, target) } else { rows::route(&block, target) };
            self.world.route("rtb-vpc-0", row);
            if !block.contains(':')
                && self.chance(30)
                && (!is_inside || self.allowed.contains(&Feature::PropagatedInside))
            {
                self.world.route("rtb-vpc-0", rows::propagated(&block, "vgw-1"));
            }
            taken.push(block);
        }
        let mut known: Vec<String> = Vec::new();
        for (list, blocks) in self.lists.clone() {
            let is_ambiguous = blocks.iter().any(|block| known.contains(block));
            let is_inside = blocks.iter().any(|block| !self.may_be_routed(&plan, block));
            if !is_inside && (!is_ambiguous || self.allowed.contains(&Feature::AmbiguousPrefixLists)) {
                known.extend(blocks);
                let target = self.pick(&targets);
                self.world.route("rtb-vpc-0", rows::route(&list, target));
            }
        }
        self.rng.shuffle(self.world.row("RouteTables", "rtb-vpc-0")["Routes"].as_array_mut().unwrap());
    }

    /// The routes of a table beside the local ones, each destination once.
    fn routes(&mut self, plan: &VpcPlan, subnet: Option<&String>) -> Vec<Value> {
        let is_of_nat = subnet.is_some_and(|subnet| plan.nat_subnets.contains(subnet));
        let mut routes = Vec::new();
        let mut taken: Vec<String> = plan.blocks.clone();
        let mut destinations: Vec<String> = Vec::new();
        for default in ["0.0.0.0/0", "::/0"] {
            if self.chance(90) {
                destinations.push(default.into());
            }
        }
        for other in self.vpcs.clone().iter().filter(|other| other.id != plan.id) {
            destinations.extend(other.blocks.iter().filter(|_| self.rng.u8(0..100) < 70).cloned());
        }
        if !is_of_nat || self.uses(Feature::NatNarrowRoutes, 80) {
            destinations.extend((0..self.rng.usize(0..=2)).map(|_| self.block()));
        }
        for destination in destinations {
            if taken.contains(&destination) || !self.may_be_routed(plan, &destination) {
                continue;
            }
            if let Some(target) = self.target(plan, &destination, is_of_nat) {
                routes.push(self.live_or_dead(&destination, &target));
                taken.push(destination);
            }
        }
        if !is_of_nat || self.allowed.contains(&Feature::NatNarrowRoutes) {
            self.unusual_routes(plan, &mut routes, is_of_nat);
        }
        if let Some(subnet) = subnet {
            self.appliance_routes(plan, &mut routes, &taken, subnet);
            self.nat_inside(plan, &mut routes);
        }
        self.rng.shuffle(&mut routes);
        routes
    }

    /// Whether AWS would take a route: nothing narrower than the VPC's own blocks.
    fn may_be_routed(&self, plan: &VpcPlan, destination: &str) -> bool {
        let base = destination.split_once('/').unwrap().0.parse().unwrap();
        !plan.blocks.iter().any(|block| crate::evaluator::block::covers(block, base))
    }

    fn target(&mut self, plan: &VpcPlan, destination: &str, is_of_nat: bool) -> Option<String> {
        let mut targets = if destination.contains(':') { plan.targets6.clone() } else { plan.targets4.clone() };
        if is_of_nat && plan.nat_subnets.len() > 1 && !self.uses(Feature::NatChains, 90) {
            targets.retain(|id| !id.starts_with("nat-"));
        }
        if self.is_sane && destination.ends_with("/0") {
            return self.usual_target(&targets, is_of_nat);
        }
        // A default route of a gateway's own subnet mostly leads out; now and then to the gateway itself, the classic mistake.
        let igw = targets.iter().find(|id| id.starts_with("igw-"));
        if let Some(igw) = igw.filter(|_| is_of_nat && destination == "0.0.0.0/0" && self.rng.u8(0..100) < 80) {
            return Some(igw.clone());
        }
        let other = self.vpcs.iter().find(|vpc| vpc.blocks.iter().any(|block| block == destination));
        if let Some(other) = other.map(|vpc| vpc.number)
            && self.chance(85)
        {
            let (first, last) = (plan.number.min(other), plan.number.max(other));
            let joins = |id: &&String| **id == format!("pcx-{first}{last}") || id.starts_with("tgw-");
            let joining: Vec<String> = targets.iter().filter(joins).cloned().collect();
            if !joining.is_empty() {
                return Some(self.pick(&joining));
            }
        }
        (!targets.is_empty()).then(|| self.pick(&targets))
    }

    /// An internet gateway or, from a subnet without one, a NAT gateway; an egress-only gateway for IPv6.
    fn usual_target(&mut self, targets: &[String], is_of_nat: bool) -> Option<String> {
        let order = if is_of_nat || self.rng.bool() { ["igw-", "igw-"] } else { ["nat-", "eigw-"] };
        let usual = |id: &&String| order.iter().any(|kind| id.starts_with(kind));
        targets.iter().find(usual).or(targets.first()).cloned()
    }

    /// A route is dead when its target is; a few are dead because another target was deleted.
    fn live_or_dead(&mut self, destination: &str, target: &str) -> Value {
        let connections = self.world.rows("VpcPeeringConnections");
        let row = connections.iter().find(|row| row["VpcPeeringConnectionId"] == target);
        let is_dead = row.is_some_and(|row| row["Status"]["Code"] != "active");
        if is_dead {
            return rows::blackhole(destination, target);
        }
        if !self.is_sane && self.chance(4) {
            return rows::blackhole(destination, "nat-gone");
        }
        rows::route(destination, target)
    }

    fn unusual_routes(&mut self, plan: &VpcPlan, routes: &mut Vec<Value>, is_of_nat: bool) {
        let mut known: Vec<String> = Vec::new();
        for (list, blocks) in self.lists.clone() {
            if blocks.iter().any(|block| known.contains(block)) && !self.uses(Feature::AmbiguousPrefixLists, 90) {
                continue;
            }
            known.extend(blocks.clone());
            let is_v6 = blocks.first().is_some_and(|block| block.contains(':'));
            let targets = if is_v6 { &plan.targets6 } else { &plan.targets4 };
            let is_chain = is_of_nat && plan.nat_subnets.len() > 1;
            let may_be = !is_chain && blocks.iter().all(|block| self.may_be_routed(plan, block));
            if may_be && !targets.is_empty() && self.chance(40) {
                let target = self.pick(targets);
                routes.push(self.live_or_dead(&list, &target));
            }
        }
        if plan.targets4.iter().any(|id| id.starts_with("vgw-")) {
            let vgw = format!("vgw-{}", plan.number);
            for destination in ["192.168.0.0/16".to_owned(), plan.subnets[0].v4.clone(), self.block()] {
                let is_inside = !self.may_be_routed(plan, &destination);
                if destination.contains(':') || is_inside && !self.uses(Feature::PropagatedInside, 60) {
                    continue;
                }
                if self.chance(40) {
                    routes.push(rows::propagated(&destination, &vgw));
                }
            }
        }
    }

    /// Routes to interfaces, and routes for whole subnets that take packets from the local route. Mostly no appliance stands in the subnet
    /// that sends to it, nor in the one whose packets it gets.
    fn appliance_routes(&mut self, plan: &VpcPlan, routes: &mut Vec<Value>, taken: &[String], own: &str) {
        if !plan.nat_subnets.is_empty() && !self.allowed.contains(&Feature::AppliancesBesideNat) {
            return;
        }
        let all = self.hosts.clone();
        let not_in = |subnets: &[&str]| -> Vec<HostPlan> {
            let fits = |host: &&HostPlan| host.vpc == plan.number && !subnets.contains(&host.subnet.as_str());
            all.iter().filter(fits).cloned().collect()
        };
        let destination = "198.51.100.0/26".to_owned();
        let is_far = !self.uses(Feature::AppliancesNearby, 40);
        let mut hosts = if is_far { not_in(&[own]) } else { not_in(&[]) };
        let has_public = |host: &HostPlan| host.subnet == own && host.v4.iter().any(|(_, public)| public.is_some());
        if all.iter().any(has_public) && !self.uses(Feature::TransparentAppliances, 90) {
            hosts.clear();
        }
        if !hosts.is_empty() && !taken.contains(&destination) && self.uses(Feature::Appliances, 30) {
            routes.push(rows::route(&destination, &self.appliance(&hosts)));
        }
        let subnet = self.pick(&plan.subnets);
        let hosts = if is_far { not_in(&[own, &subnet.id]) } else { not_in(&[]) };
        if !hosts.is_empty() && self.uses(Feature::MoreSpecificThanLocal, 70) {
            routes.push(rows::route(&subnet.v4, &self.appliance(&hosts)));
        }
    }

    /// A route for a whole subnet that takes packets from the local route to a NAT gateway.
    fn nat_inside(&mut self, plan: &VpcPlan, routes: &mut Vec<Value>) {
        let nats: Vec<String> = plan.targets4.iter().filter(|id| id.starts_with("nat-")).cloned().collect();
        let subnet = self.pick(&plan.subnets);
        let is_taken = routes.iter().any(|route| route["DestinationCidrBlock"] == subnet.v4.as_str());
        if !nats.is_empty() && !is_taken && self.uses(Feature::NatInside, 15) {
            routes.push(rows::route(&subnet.v4, &self.pick(&nats)));
        }
    }

    /// One of these hosts, mostly without the check that keeps it from forwarding.
    fn appliance(&mut self, hosts: &[HostPlan]) -> String {
        let id = self.pick(hosts).id;
        if self.chance(60) {
            self.world.row("NetworkInterfaces", &id)["SourceDestCheck"] = json!(false);
            self.no_check_on_instance(&id);
        }
        if self.uses(Feature::AppliancesOfTwo, 60) {
            self.second_interface(&id);
        }
        id
    }

    /// A second interface for an instance, unless it has one.
    fn second_interface(&mut self, first: &str) {
        let id = format!("{first}b");
        if self.world.rows("NetworkInterfaces").iter().any(|row| row["NetworkInterfaceId"] == id.as_str()) {
            return;
        }
        let number = self.hosts.iter().find(|host| host.id == first).map(|host| host.vpc).unwrap();
        let plan = self.vpcs[number].clone();
        let (subnet, group) = (self.pick(&plan.subnets), self.pick(&plan.groups));
        let (net, rest) = subnet.v4.rsplit_once('.').unwrap();
        let base: usize = rest.split_once('/').unwrap().0.parse().unwrap();
        let last = first.as_bytes()[first.len() - 1] - b'0';
        let address = format!("{net}.{}", base + [10, 11, 3][usize::from(last)]);
        let public =
            self.uses(Feature::Internet, 50).then(|| format!("203.0.113.{}", 100 + number * 16 + usize::from(last)));
        let mut row = rows::interface(&id, &plan.id, &subnet.id, &[(&address, public.as_deref())], &[&group]);
        row["Attachment"] = json!({ "DeviceIndex": 1, "Status": "attached", "InstanceId": format!("i-{first}") });
        row["SourceDestCheck"] = json!(self.chance(15));
        let mut instances = self.world.rows("Reservations").iter_mut().map(|row| &mut row["Instances"][0]);
        let instance = instances.find(|row| row["InstanceId"] == format!("i-{first}")).unwrap();
        instance["NetworkInterfaces"].as_array_mut().unwrap().push(row.clone());
        self.world.rows("NetworkInterfaces").push(row);
    }

    fn no_check_on_instance(&mut self, interface: &str) {
        let instance = self.world.rows("Reservations").iter_mut().map(|row| &mut row["Instances"][0]);
        let its = instance.into_iter().find(|row| row["NetworkInterfaces"][0]["NetworkInterfaceId"] == interface);
        let row = its.unwrap();
        row["SourceDestCheck"] = json!(false);
        row["NetworkInterfaces"][0]["SourceDestCheck"] = json!(false);
    }
}
