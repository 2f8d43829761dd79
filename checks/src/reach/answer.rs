//! The answer to a question: every way between the two ends, what stands in the way, and what follows.

use super::atlas::Atlas;
use super::case::Case;
use super::end::{End, Place, Spot};
use super::fault::Fault;
use super::problem::Problem;
use super::rules::{self, Direction};
use crate::evidence::{Component, Evidence};
use crate::net::{
    AddressSet, Cause, Effect, Family, Flow, Network, Obstacle, Path, Point, Traffic, Verdict, verdict_of,
};
use crate::snapshot::Gap;

/// How many pairs one question may have.
pub const MOST_PAIRS: usize = 50;

/// Judges questions about one snapshot, which is indexed once for all of them.
pub struct Judge<'a> {
    atlas: Atlas<'a>,
}

/// Two ends, the first of which opens connections.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair<'a> {
    /// Where they start.
    pub from: End<'a>,
    /// Where they lead.
    pub to: End<'a>,
}

/// One way between two ends, as it was walked.
#[derive(Debug, Clone, PartialEq)]
pub struct Walked {
    /// The place where it starts.
    pub from: String,
    /// The place where it ends.
    pub to: String,
    /// What the engine found.
    pub path: Path,
}

/// What stands in the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Blocker {
    /// Rule id.
    pub rule: &'static str,
    /// The fault in a few words.
    pub title: &'static str,
    /// How much it stops, of all ways together.
    pub effect: Effect,
    /// On which way of a connection it stands.
    pub direction: Direction,
    /// The resource that is at fault.
    pub component: Component,
    /// Code of Reachability Analyzer, where it has one.
    pub code: Option<&'static str>,
    /// The line that decides, in words.
    pub by: Option<String>,
    /// The packets that met it.
    pub header: Option<Traffic>,
    /// What passes all the same.
    pub passes: Option<String>,
    /// The members that say so.
    pub evidence: Vec<Evidence>,
    /// Position of the way that it stands on.
    pub way: usize,
}

/// The answer about a pair of ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What follows.
    pub verdict: Verdict,
    /// Every way, one for each pair of places.
    pub ways: Vec<Walked>,
    /// Everything that stands in the way, in walking order.
    pub blockers: Vec<Blocker>,
    /// What is missing and could change the verdict.
    pub gaps: Vec<Gap>,
}

impl<'a> Judge<'a> {
    /// Indexes the snapshot of a network.
    pub fn new(network: &'a Network<'a>) -> Self {
        Self { atlas: Atlas::new(network) }
    }

    /// The pairs of ends that a question is about: more than one where a name fits several instances.
    ///
    /// # Errors
    /// An end does not exist, is not known, or the pairs are too many.
    pub fn pairs(&self, case: &Case) -> Result<Vec<Pair<'a>>, Problem> {
        let mut pairs = Vec::new();
        for from in self.atlas.sources(&case.from)? {
            for to in self.atlas.targets(&case.to, &from)? {
                if !is_same(&from, &to) {
                    pairs.push(Pair { from: from.clone(), to });
                }
                if pairs.len() > MOST_PAIRS {
                    let text = format!(
                        "`{}` and `{}` mean more than {MOST_PAIRS} pairs: name fewer instances",
                        case.from, case.to
                    );
                    return Err(Problem::Ambiguous(text));
                }
            }
        }
        if pairs.is_empty() {
            return Err(Problem::Ambiguous(format!("`{}` and `{}` are the same interface", case.from, case.to)));
        }
        Ok(pairs)
    }

    /// Answers a question about one pair.
    pub fn answer(&self, pair: &Pair<'a>, case: &Case) -> Answer {
        let family = case.family.unwrap_or_else(|| common_family(&pair.from, &pair.to));
        let flow = case.packets.flow(family);
        let mut ways = Vec::new();
        for (from, to) in combinations(&pair.from, &pair.to, family) {
            let path = self.way(from, to, family, &flow);
            ways.push(Walked { from: from.label.clone(), to: to.label.clone(), path });
        }
        combined(pair, ways)
    }

    fn way(&self, from: &Spot<'a>, to: &Spot<'a>, family: Family, flow: &Flow) -> Path {
        let (source, target) = match (from.place.point(family), to.place.point(family)) {
            (Some(source), Some(target)) => (source, target),
            (None, _) => return without_address(from, family),
            (_, None) => return without_address(to, family),
        };
        if from.place == Place::ServiceNetwork && self.is_outside(&target) {
            // Lambda's own network reaches the internet, and nothing of it can be seen or set.
            return path(family, &to.label, Vec::new());
        }
        // The one place that asks the engine.
        self.atlas.network.path_over(family, &source, &target, flow)
    }

    /// Whether no interface here has the address.
    fn is_outside(&self, point: &Point<'_, 'a>) -> bool {
        match point {
            Point::Internet(_) | Point::Outside(_) => true,
            Point::Address(address) => {
                AddressSet::internet(Family::of(*address)).contains(*address) && self.atlas.holders(*address).is_empty()
            }
            Point::Interface(_) | Point::Gateway(_) | Point::Far(_) | Point::ConnectEndpoint { .. } => false,
        }
    }
}

/// The verdict over several ways or pairs: what some of them let pass and others stop works in part; what only some of them tell is
/// not known.
pub fn verdict_over(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let verdicts: Vec<Verdict> = verdicts.into_iter().collect();
    let has = |wanted: Verdict| verdicts.contains(&wanted);
    match verdicts.first() {
        None => Verdict::Unknown,
        Some(first) if verdicts.iter().all(|verdict| verdict == first) => *first,
        Some(_) if has(Verdict::Unknown) => Verdict::Unknown,
        Some(_) => Verdict::Degraded,
    }
}

fn combined(pair: &Pair<'_>, ways: Vec<Walked>) -> Answer {
    let ends = [&pair.from, &pair.to];
    let faults: Vec<&Fault> = ends.iter().flat_map(|end| &end.faults).collect();
    let mut gaps: Vec<Gap> = ends.iter().flat_map(|end| end.gaps.iter().cloned()).collect();
    let unseen = (!gaps.is_empty()).then_some(Verdict::Unknown);
    let of_ways = ways.iter().map(|way| way.path.verdict).chain(unseen);
    let verdict = if faults.is_empty() { verdict_over(of_ways) } else { Verdict::Blocked };
    let mut blockers: Vec<Blocker> = pair.from.faults.iter().map(of_fault).collect();
    for (position, way) in ways.iter().enumerate() {
        for obstacle in &way.path.obstacles {
            let mut blocker = of_obstacle(obstacle, position);
            if blocker.effect == Effect::Blocked && verdict != Verdict::Blocked {
                blocker.effect = Effect::Degraded;
            }
            if !blockers.iter().any(|known| known.is_same_as(&blocker)) {
                blockers.push(blocker);
            }
        }
        gaps.extend(way.path.gaps.iter().cloned());
    }
    blockers.extend(pair.to.faults.iter().map(of_fault));
    let mut seen = Vec::new();
    gaps.retain(|gap| {
        verdict != Verdict::Blocked && !seen.contains(gap) && {
            seen.push(gap.clone());
            true
        }
    });
    Answer { verdict, ways, blockers, gaps }
}

impl Blocker {
    fn is_same_as(&self, other: &Self) -> bool {
        (self.rule, &self.component, &self.by, self.direction)
            == (other.rule, &other.component, &other.by, other.direction)
    }
}

fn of_fault(fault: &Fault) -> Blocker {
    Blocker {
        rule: fault.rule,
        title: fault.title,
        effect: Effect::Blocked,
        direction: Direction::Forward,
        component: fault.component.clone(),
        code: Some("BAD_STATE"),
        by: Some(fault.by.clone()),
        header: None,
        passes: None,
        evidence: vec![fault.evidence.clone()],
        way: 0,
    }
}

fn of_obstacle(obstacle: &Obstacle, way: usize) -> Blocker {
    let about = rules::of(obstacle.cause);
    let direction = if obstacle.is_on_return { Direction::Return } else { Direction::Forward };
    Blocker {
        rule: about.rule,
        title: about.title,
        effect: obstacle.effect,
        direction,
        component: obstacle.component.clone(),
        code: obstacle.code,
        by: obstacle.by.clone(),
        header: obstacle.header.clone(),
        passes: obstacle.passes.clone(),
        evidence: obstacle.evidence.clone(),
        way,
    }
}

/// Every pair of places that traffic of a family can use. Addresses of the other family are passed over, since whoever opens the
/// connection takes those that fit; an interface without an address of the family is a fault, and stays.
fn combinations<'e, 'a>(from: &'e End<'a>, to: &'e End<'a>, family: Family) -> Vec<(&'e Spot<'a>, &'e Spot<'a>)> {
    let usable = |end: &'e End<'a>| {
        let all = end.spots.iter();
        let fits =
            move |spot: &&Spot<'a>| !matches!(spot.place, Place::Address(_)) || spot.place.point(family).is_some();
        let fitting: Vec<&Spot<'a>> = all.clone().filter(fits).collect();
        if fitting.is_empty() { all.take(1).collect() } else { fitting }
    };
    let targets: Vec<&Spot<'a>> = usable(to);
    usable(from).into_iter().flat_map(|source| targets.iter().map(move |target| (source, *target))).collect()
}

/// IPv4, unless only IPv6 is there at both ends.
fn common_family(from: &End<'_>, to: &End<'_>) -> Family {
    let both = |family: Family| from.has(family) && to.has(family);
    if !both(Family::Ipv4) && both(Family::Ipv6) { Family::Ipv6 } else { Family::Ipv4 }
}

/// Whether two ends are one and the same interface under the same addresses.
fn is_same(from: &End<'_>, to: &End<'_>) -> bool {
    let only = |end: &End<'_>| match end.spots.as_slice() {
        [Spot { label, place: Place::Interface(_) }] => Some(label.clone()),
        _ => None,
    };
    only(from).is_some_and(|label| only(to) == Some(label))
}

fn without_address(spot: &Spot<'_>, family: Family) -> Path {
    let component = match &spot.place {
        Place::Interface(own) | Place::ConnectEndpoint { interface: own, .. } => own.component(),
        _ => Component::new("address", &spot.label),
    };
    let by = format!("`{}` has no {family} address", spot.label);
    path(family, &spot.label, vec![Obstacle::new(Cause::NoAddress, component, Vec::new()).by(by)])
}

/// A path that was not walked.
fn path(family: Family, to: &str, obstacles: Vec<Obstacle>) -> Path {
    let verdict = verdict_of(&obstacles, &[]);
    let (hops, reply_hops, gaps) = (Vec::new(), Vec::new(), Vec::new());
    Path { family, to: to.to_owned(), hops, reply_hops, verdict, obstacles, gaps }
}

#[cfg(test)]
mod tests {
    use super::super::case::Written;
    use super::super::testing::{DB, ENI, WEB, add, function, small};
    use super::*;
    use crate::snapshot::Snapshot;
    use serde_json::{Value, json};

    fn case(value: Value) -> Case {
        serde_json::from_value::<Written>(value).unwrap().checked().unwrap()
    }

    fn answer(snapshot: &Snapshot, value: Value) -> Answer {
        let network = Network::new(snapshot);
        let (judge, case) = (Judge::new(&network), case(value));
        let pairs = judge.pairs(&case).unwrap();
        assert_eq!(pairs.len(), 1, "{pairs:?}");
        judge.answer(&pairs[0], &case)
    }

    fn rules(answer: &Answer) -> Vec<(&'static str, Direction)> {
        answer.blockers.iter().map(|blocker| (blocker.rule, blocker.direction)).collect()
    }

    #[test]
    fn an_open_port_is_reachable_and_every_port_is_not() {
        let snapshot = small();
        let open = answer(&snapshot, json!({ "from": WEB, "to": DB, "port": 5432 }));
        assert_eq!((open.verdict, rules(&open)), (Verdict::Reachable, vec![]));
        assert_eq!(open.ways[0].path.hops.first().unwrap().component.id, ENI);
        let every = answer(&snapshot, json!({ "from": WEB, "to": DB }));
        assert_eq!((every.verdict, every.blockers[0].passes.as_deref()), (Verdict::Degraded, Some("ports 5432")));
        let back = answer(&snapshot, json!({ "from": DB, "to": WEB, "port": 80 }));
        assert_eq!(back.verdict, Verdict::Blocked);
        assert_eq!(
            rules(&back),
            [("net/security-group-egress", Direction::Forward), ("net/security-group-ingress", Direction::Forward)]
        );
        assert_eq!(back.blockers[0].code, Some("SG_HAS_NO_RULES"));
    }

    #[test]
    fn the_family_is_the_one_that_both_have() {
        let snapshot = small();
        let ipv6 = answer(&snapshot, json!({ "from": WEB, "to": DB, "port": 5432, "ipv6": true }));
        assert_eq!((ipv6.verdict, ipv6.blockers[0].rule), (Verdict::Blocked, "net/no-address"));
        assert_eq!(ipv6.blockers[0].by.as_deref(), Some("`eni-0bbbbbbb` has no IPv6 address"));
        let out = answer(&snapshot, json!({ "from": WEB, "to": "2a05:d018:1::1", "protocol": "icmp" }));
        assert_eq!(out.ways[0].path.family, Family::Ipv6);
    }

    #[test]
    fn a_machine_that_does_not_run_is_a_blocker_of_its_own() {
        let mut snapshot = small();
        let mut row = snapshot.reads()[0].outcome.clone();
        if let crate::snapshot::Outcome::Output(output) = &mut row {
            output["Reservations"][0]["Instances"][1]["State"]["Name"] = json!("stopped");
            add(&mut snapshot, output.clone());
        }
        let stopped = answer(&snapshot, json!({ "from": WEB, "to": DB, "port": 80 }));
        assert_eq!(stopped.verdict, Verdict::Blocked);
        let found: Vec<&str> = stopped.blockers.iter().map(|blocker| blocker.rule).collect();
        assert_eq!(found, ["net/security-group-ingress", "net/instance-not-running"], "in walking order");
    }

    #[test]
    fn a_function_works_in_part_when_one_of_its_subnets_does_not() {
        let mut snapshot = small();
        add(&mut snapshot, json!({ "NatGateways": [] }));
        let config =
            |subnets: Value| json!({ "VpcId": "vpc-1", "SubnetIds": subnets, "SecurityGroupIds": ["sg-0aaaaaaa"] });
        function(&mut snapshot, "web", &config(json!(["subnet-1"])));
        let out =
            |snapshot: &Snapshot, to: &str| answer(snapshot, json!({ "from": "function:web", "to": to, "port": 5432 }));
        let public = out(&snapshot, "internet");
        assert_eq!((public.verdict, public.blockers[0].rule), (Verdict::Blocked, "net/no-public-address"));
        function(&mut snapshot, "web", &config(json!(["subnet-1", "subnet-2"])));
        assert_eq!(out(&snapshot, DB).verdict, Verdict::Reachable);
        let both = out(&snapshot, "internet");
        assert_eq!(both.verdict, Verdict::Blocked);
        let found: Vec<(&str, usize)> = both.blockers.iter().map(|blocker| (blocker.rule, blocker.way)).collect();
        assert_eq!(found, [("net/no-public-address", 0), ("net/no-route", 1)]);
        function(&mut snapshot, "web", &json!({ "SubnetIds": [] }));
        assert_eq!(out(&snapshot, "internet").verdict, Verdict::Reachable);
        assert_eq!(out(&snapshot, DB).verdict, Verdict::Blocked);
    }

    #[test]
    fn verdicts_of_several_ways() {
        use Verdict::{Blocked, Degraded, Reachable, Unknown};
        assert_eq!(verdict_over([Blocked, Blocked]), Blocked);
        assert_eq!(verdict_over([Reachable, Blocked]), Degraded);
        assert_eq!(verdict_over([Reachable, Degraded]), Degraded);
        assert_eq!(verdict_over([Blocked, Unknown, Reachable]), Unknown);
        assert_eq!(verdict_over([Reachable]), Reachable);
        assert_eq!(verdict_over([]), Unknown);
    }

    #[test]
    fn a_subject_has_no_path_to_itself_and_not_too_many_to_others() {
        let snapshot = small();
        let network = Network::new(&snapshot);
        let judge = Judge::new(&network);
        let of = |from: &str, to: &str| judge.pairs(&case(json!({ "from": from, "to": to })));
        assert!(matches!(of(WEB, ENI), Err(Problem::Ambiguous(text)) if text.contains("same interface")));
        assert_eq!(of("web", "web").unwrap().len(), 2);
        let mut many = small();
        let rows: Vec<Value> = (0..60)
            .map(|at| json!({ "InstanceId": format!("i-0000{at:04}"), "Tags": [{ "Key": "Name", "Value": "many" }] }))
            .collect();
        add(&mut many, json!({ "Reservations": [{ "Instances": rows }] }));
        let network = Network::new(&many);
        let error = Judge::new(&network).pairs(&case(json!({ "from": WEB, "to": "many" }))).unwrap_err();
        assert!(matches!(error, Problem::Ambiguous(text) if text.contains("more than 50 pairs")));
    }

    #[test]
    fn a_name_without_address_leaves_the_verdict_open() {
        let snapshot = small();
        let open = answer(&snapshot, json!({ "from": WEB, "to": "db.example.com", "port": 443 }));
        assert_eq!((open.verdict, open.gaps.len()), (Verdict::Unknown, 1));
    }
}
