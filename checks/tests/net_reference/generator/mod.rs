//! Random small worlds: few addresses, few ports, few rules, so that they meet often.

mod filters;
mod joins;
mod questions;
mod tables;

use crate::evaluator::block::covers;
use crate::question::Question;
use crate::world::{Feature, World};
use fastrand::Rng;
use serde_json::Value;

/// A world with questions about it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) world: World,
    pub(crate) questions: Vec<Question>,
}

/// The world of a seed, with no other features than those allowed.
pub(crate) fn case(seed: u64, allowed: &[Feature]) -> Case {
    let mut maker = Maker::new(seed, allowed);
    maker.build();
    let questions = (0..4).map(|_| maker.question()).collect();
    Case { world: maker.world, questions }
}

/// A rule or entry that allows something, for a world of the same seed.
pub(crate) struct Allowance {
    member: &'static str,
    id: String,
    list: &'static str,
    row: Value,
}

impl Allowance {
    pub(crate) fn added_to(&self, world: &World) -> World {
        let mut world = world.clone();
        let row = world.row(self.member, &self.id);
        row[self.list].as_array_mut().unwrap().push(self.row.clone());
        world
    }
}

/// A rule of a group, or an entry of an ACL before all others, for the world of a seed.
pub(crate) fn allowance(seed: u64, allowed: &[Feature]) -> Allowance {
    let mut maker = Maker::new(seed, allowed);
    maker.build();
    maker.allowance()
}

/// A world with one route table of many routes.
pub(crate) fn table(seed: u64, allowed: &[Feature]) -> World {
    let mut maker = Maker::new(seed, allowed);
    maker.table_of_many();
    maker.world
}

#[derive(Debug, Clone, Default)]
struct SubnetPlan {
    id: String,
    zone: &'static str,
    v4: String,
    v6: Option<String>,
}

#[derive(Debug, Clone, Default)]
struct VpcPlan {
    number: usize,
    id: String,
    blocks: Vec<String>,
    subnets: Vec<SubnetPlan>,
    groups: Vec<String>,
    /// Ids of what routes may lead to: by family, as far as a family matters.
    targets4: Vec<String>,
    targets6: Vec<String>,
    /// Where NAT gateways stand; their routes are made otherwise.
    nat_subnets: Vec<String>,
}

#[derive(Debug, Clone)]
struct HostPlan {
    id: String,
    vpc: usize,
    subnet: String,
    v4: Vec<(String, Option<String>)>,
    v6: Vec<String>,
}

struct Maker {
    rng: Rng,
    allowed: Vec<Feature>,
    world: World,
    vpcs: Vec<VpcPlan>,
    hosts: Vec<HostPlan>,
    /// Prefix lists that can be read with their blocks, and one that cannot.
    lists: Vec<(String, Vec<String>)>,
    /// In how many of a hundred places something is left wide open.
    openness: u8,
    /// Whether routes lead where they mostly should, so that details decide.
    is_sane: bool,
}

impl Maker {
    fn new(seed: u64, allowed: &[Feature]) -> Self {
        let mut rng = Rng::with_seed(seed);
        let is_sane = rng.u8(0..100) < 60;
        let openness = if is_sane { 85 } else { [40, 60, 75, 90][rng.usize(0..4)] };
        Self {
            rng,
            allowed: allowed.to_vec(),
            world: World::new(),
            vpcs: Vec::new(),
            hosts: Vec::new(),
            lists: Vec::new(),
            openness,
            is_sane,
        }
    }

    fn build(&mut self) {
        let may_join = [Feature::Peering, Feature::TransitGateway].iter().any(|feature| self.allowed.contains(feature));
        let count = if may_join { self.rng.usize(1..=3) } else { self.rng.usize(1..=2) };
        (0..count).for_each(|number| self.vpc(number));
        self.prefix_lists();
        self.gateways();
        self.joins();
        self.groups();
        for at in 0..self.vpcs.len() {
            self.acls(at);
        }
        for at in 0..self.vpcs.len() {
            self.tables(at);
        }
        self.public_access();
    }

    /// Whether to use a feature here, which happens in so many of a hundred places.
    fn uses(&mut self, feature: Feature, percent: u8) -> bool {
        let uses = self.allowed.contains(&feature) && self.chance(percent);
        if uses {
            self.world.has(feature);
        }
        uses
    }

    fn chance(&mut self, percent: u8) -> bool {
        self.rng.u8(0..100) < percent
    }

    fn is_open(&mut self) -> bool {
        let openness = self.openness;
        self.chance(openness)
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.rng.usize(0..of.len())].clone()
    }

    fn vpc(&mut self, number: usize) {
        let mut plan = VpcPlan { number, id: format!("vpc-{number}"), ..VpcPlan::default() };
        plan.blocks.push(format!("10.{number}.0.0/24"));
        let has_second = self.chance(20);
        if has_second {
            plan.blocks.push(format!("10.{number}.1.0/24"));
        }
        let has_v6 = self.chance(60);
        if has_v6 {
            plan.blocks.push(format!("2001:db8:{}::/56", number + 1));
        }
        let blocks: Vec<&str> = plan.blocks.iter().map(String::as_str).collect();
        self.world.vpc(&plan.id, &blocks);
        for at in 0..self.rng.usize(1..=3) {
            let third = usize::from(has_second && self.chance(40));
            let subnet = SubnetPlan {
                id: format!("subnet-{number}{at}"),
                zone: self.pick(&["a", "b"]),
                v4: format!("10.{number}.{third}.{}/28", at * 16),
                v6: (has_v6 && self.chance(85)).then(|| format!("2001:db8:{}:{}::/64", number + 1, at + 1)),
            };
            let blocks: Vec<&str> = subnet.v6.iter().chain([&subnet.v4]).map(String::as_str).collect();
            self.world.subnet(&subnet.id, &plan.id, subnet.zone, &blocks);
            plan.subnets.push(subnet);
        }
        plan.groups = (0..self.rng.usize(1..=3)).map(|at| format!("sg-{number}{at}")).collect();
        self.vpcs.push(plan);
        for at in 0..self.rng.usize(1..=3) {
            self.host(number, at);
        }
    }

    fn host(&mut self, vpc: usize, at: usize) {
        let plan = self.vpcs[vpc].clone();
        let subnet = self.pick(&plan.subnets);
        let base = subnet.v4.rsplit_once('.').unwrap();
        let first: usize = base.1.split_once('/').unwrap().0.parse().unwrap();
        let mut host = HostPlan { id: format!("eni-{vpc}{at}"), vpc, subnet: subnet.id.clone(), v4: Vec::new(), v6: Vec::new() };
        let is_v6_only = subnet.v6.is_some() && self.chance(15);
        let count = if self.uses(Feature::SecondaryAddresses, 15) { 2 } else { 1 };
        for index in 0..count {
            if !is_v6_only {
                let public = self.uses(Feature::Internet, 50).then(|| format!("203.0.113.{}", vpc * 16 + at * 2 + index));
                host.v4.push((format!("{}.{}", base.0, first + 4 + at * 2 + index), public));
            }
            if let Some(v6) = subnet.v6.as_ref().filter(|_| is_v6_only || self.rng.u8(0..100) < 85) {
                host.v6.push(format!("{}{}", v6.strip_suffix("/64").unwrap(), 4 + at * 2 + index));
            }
        }
        let mut groups = vec![self.pick(&plan.groups)];
        let second = self.pick(&plan.groups);
        if self.chance(40) && !groups.contains(&second) {
            groups.push(second);
        }
        let v4 = host.v4.iter().map(|(private, public)| (private.as_str(), public.as_deref()));
        let addresses: Vec<_> = v4.chain(host.v6.iter().map(|v6| (v6.as_str(), None))).collect();
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        let platform = self.rng.u8(0..100);
        let platform = if platform < 60 { "Linux/UNIX" } else if platform < 80 { "Windows" } else { "" };
        self.world.host(&host.id, &subnet.id, &addresses, &groups, platform);
        self.hosts.push(host);
    }

    fn prefix_lists(&mut self) {
        if self.uses(Feature::PrefixLists, 40) {
            for number in 0..self.rng.usize(1..=2) {
                let id = format!("pl-{number}");
                let mut blocks: Vec<String> = (0..self.rng.usize(1..=3)).map(|_| self.block()).collect();
                // A prefix list is of one family.
                let is_v6 = blocks[0].contains(':');
                blocks.retain(|block| block.contains(':') == is_v6);
                if !self.uses(Feature::NestedPrefixListEntries, 80) {
                    blocks = without_nested(&blocks);
                }
                let texts: Vec<&str> = blocks.iter().map(String::as_str).collect();
                self.world.prefix_list(&id, &texts);
                self.lists.push((id, blocks));
            }
        }
        if self.uses(Feature::UnreadablePrefixLists, 7) {
            self.lists.push(("pl-hidden".into(), Vec::new()));
        }
    }
}

/// The blocks that lie in no other one.
fn without_nested(blocks: &[String]) -> Vec<String> {
    let lies_in = |inner: &str, outer: &str| {
        let length = |block: &str| block.split_once('/').unwrap().1.parse::<u32>().unwrap();
        let base = inner.split_once('/').unwrap().0.parse().unwrap();
        length(outer) < length(inner) && covers(outer, base)
    };
    let is_outer = |block: &&String| !blocks.iter().any(|other| lies_in(block, other));
    let mut outer: Vec<String> = blocks.iter().filter(is_outer).cloned().collect();
    outer.sort();
    outer.dedup();
    outer
}
