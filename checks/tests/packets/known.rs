//! Topologies whose answers are known without kernel or engine, so that a bed that lets everything pass, or nothing, is noticed.

mod acls;
mod appliances;
mod groups;
mod peering;
mod plain;
mod routes;

use crate::topology::{Attempt, End, Ports, Topology};
use crate::{can_run, compare, in_parallel, say, written};

/// Which attempts work.
#[derive(Debug, Clone, Copy)]
enum Works {
    All,
    No,
    /// Those from these client ports.
    From(Ports),
    /// Those to which a NAT gateway gives these ports.
    Translated(Ports),
}

impl Works {
    fn takes(self, attempt: Attempt) -> bool {
        let within = |(first, last): Ports, port: u16| (first..=last).contains(&port);
        match self {
            Self::All => true,
            Self::No => false,
            Self::From(ports) => within(ports, attempt.client),
            Self::Translated(ports) => within(ports, attempt.translated),
        }
    }
}

/// A change to the plain topology, and what then becomes of flows.
struct Case {
    name: &'static str,
    change: fn(&mut Topology),
    flows: Vec<(End, End, u16, Works)>,
}

fn case(name: &'static str, change: fn(&mut Topology), flows: &[(End, End, u16, Works)]) -> Case {
    Case { name, change, flows: flows.to_vec() }
}

impl Case {
    fn topology(&self) -> Topology {
        let mut topology = plain::topology();
        (self.change)(&mut topology);
        for (from, to, port, _) in &self.flows {
            topology.add_flow(*from, *to, *port);
        }
        topology
    }

    /// What is wrong with the kernel's answers, and with the engine's.
    fn judge(&self) -> Vec<String> {
        let topology = self.topology();
        let comparison = compare::topology(&topology, None);
        let mut wrong = Vec::new();
        for ((flow, works), (.., known)) in topology.flows.iter().zip(&comparison.kernel).zip(&self.flows) {
            let should: Vec<bool> = flow.attempts.iter().map(|attempt| known.takes(*attempt)).collect();
            let is_partial = should.contains(&true) && should.contains(&false);
            let is_meant = is_partial == matches!(known, Works::From(_) | Works::Translated(_));
            if should != *works || !is_meant {
                let shown = compare::shown(&topology, flow);
                wrong.push(format!("{}: {shown}: the kernel has {works:?} where {known:?} is known", self.name));
            }
        }
        wrong.extend(comparison.disagreements.iter().map(|own| format!("{}: {own}", self.name)));
        if !wrong.is_empty() {
            wrong.push(format!("facts in {}", written(&self.name.replace(' ', "-"), &topology).display()));
        }
        wrong
    }
}

#[test]
fn kernel_and_engine_do_what_is_known() {
    if !can_run("kernel_and_engine_do_what_is_known") {
        return;
    }
    let all = [plain::cases, groups::cases, acls::cases, routes::cases, appliances::cases, peering::cases];
    let cases: Vec<Case> = all.into_iter().flat_map(|cases| cases()).collect();
    let wrong: Vec<String> = in_parallel(&cases, Case::judge).into_iter().flatten().collect();
    let flows: usize = cases.iter().map(|case| case.flows.len()).sum();
    say!("{} topologies with {flows} flows whose answers are known", cases.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
