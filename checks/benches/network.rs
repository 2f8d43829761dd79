//! How many paths the network engine judges in a second, in worlds of every size and at AWS's quotas:
//! `cargo bench -p checks --features testkit --bench network`.

#![expect(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "small numbers of the bench's own")]

use checks::net::{Flow, Network, Point, Verdict};
use checks::snapshot::Snapshot;
use checks::ssm::Estate;
use checks::testkit::fleet::{Lists, fleet, instance_id, interface_id};
use checks::triage;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use std::sync::{LazyLock, Mutex, PoisonError};

fn main() {
    divan::main();
}

/// Instances in a world, and how crowded its lists are.
const WORLDS: &[(usize, Lists)] = &[
    (10, Lists::Usual),
    (1_000, Lists::Usual),
    (100_000, Lists::Usual),
    (10, Lists::AtQuota),
    (1_000, Lists::AtQuota),
];

/// Worlds by what they were made of.
type Made = Mutex<Vec<((usize, bool), &'static Snapshot)>>;

/// Worlds are made once and kept.
fn world((instances, lists): (usize, Lists)) -> &'static Snapshot {
    static MADE: LazyLock<Made> = LazyLock::new(Mutex::default);
    let key = (instances, lists == Lists::AtQuota);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, snapshot)) = made.iter().find(|(known, _)| *known == key) {
        return snapshot;
    }
    let snapshot: &'static Snapshot = Box::leak(Box::new(fleet(instances, lists)));
    made.push((key, snapshot));
    snapshot
}

/// Pairs of interfaces of one VPC, in different subnets where the VPC is full.
struct Pairs<'n, 's> {
    pairs: Vec<(Point<'n, 's>, Point<'n, 's>)>,
}

impl<'n, 's> Pairs<'n, 's> {
    fn of(network: &'n Network<'s>, instances: usize) -> Self {
        let step = (instances / 512).max(1);
        let point = |number: usize| network.interface(&interface_id(number)).map(Point::from);
        // Half the VPC further on is the other subnet; what has no group that lets it out is no pair.
        let other = |number: usize| {
            if instances > 400 { number / 400 * 400 + (number + 200) % 400 } else { (number + 1) % instances }
        };
        let is_open = |number: usize| number % 20 != 19;
        let numbers = (0..instances).step_by(step).filter(|number| is_open(*number) && is_open(other(*number)));
        Self { pairs: numbers.filter_map(|number| Some((point(number)?, point(other(number))?))).collect() }
    }

    fn get(&self, at: usize) -> &(Point<'n, 's>, Point<'n, 's>) {
        &self.pairs[at % self.pairs.len()]
    }
}

/// A verdict on TCP 443 between two interfaces.
#[divan::bench(args = WORLDS)]
fn verdict(bencher: Bencher<'_, '_>, which: (usize, Lists)) {
    let network = Network::new(world(which));
    let pairs = Pairs::of(&network, which.0);
    let flow = Flow::tcp(443);
    let mut at = 0_usize;
    bencher.counter(ItemsCount::new(1_000_usize)).bench_local(|| {
        let mut reachable = 0_usize;
        for _ in 0..1_000 {
            at = at.wrapping_add(1);
            let (from, to) = pairs.get(at);
            reachable += usize::from(network.verdict(black_box(from), to, &flow) == Verdict::Reachable);
        }
        assert_eq!(reachable, 1_000);
    });
}

/// A verdict on TCP 443 from an interface over the NAT gateway to one address on the internet.
#[divan::bench(args = WORLDS)]
fn verdict_over_nat(bencher: Bencher<'_, '_>, which: (usize, Lists)) {
    let network = Network::new(world(which));
    let pairs = Pairs::of(&network, which.0);
    let (flow, far) = (Flow::tcp(443), Point::Address([52, 94, 0, 1].into()));
    let mut at = 0_usize;
    bencher.counter(ItemsCount::new(1_000_usize)).bench_local(|| {
        let mut reachable = 0_usize;
        for _ in 0..1_000 {
            at = at.wrapping_add(1);
            let (from, _) = pairs.get(at);
            reachable += usize::from(network.verdict(black_box(from), &far, &flow) == Verdict::Reachable);
        }
        assert_eq!(reachable, 1_000);
    });
}

/// The same with every hop and obstacle.
#[divan::bench(args = WORLDS)]
fn explained(bencher: Bencher<'_, '_>, which: (usize, Lists)) {
    let network = Network::new(world(which));
    let pairs = Pairs::of(&network, which.0);
    let flow = Flow::tcp(443);
    let mut at = 0_usize;
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        at = at.wrapping_add(1);
        let (from, to) = pairs.get(at);
        network.path(black_box(from), to, &flow)
    });
}

/// Reading the network of a snapshot.
#[divan::bench(args = WORLDS, sample_count = 10)]
fn index(bencher: Bencher<'_, '_>, which: (usize, Lists)) {
    let snapshot = world(which);
    bencher.counter(ItemsCount::new(which.0)).bench(|| Network::new(black_box(snapshot)).interfaces().len());
}

/// The whole diagnosis of every instance of a world for Systems Manager, on two threads.
#[divan::bench(args = [1_000_usize, 100_000], sample_count = 3, sample_size = 1)]
fn fleet_for_ssm(bencher: Bencher<'_, '_>, instances: usize) {
    let snapshot = world((instances, Lists::Usual));
    bencher.counter(ItemsCount::new(instances)).bench(|| {
        let estate = Estate::new(black_box(snapshot));
        let judge = |from: usize| {
            let ids = (from..instances).step_by(2).map(instance_id);
            ids.filter_map(|id| triage::ssm(&estate, &id).ok()).filter(|own| !own.findings.is_empty()).count()
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(|| judge(1));
            judge(0) + other.join().unwrap_or_default()
        })
    });
}
