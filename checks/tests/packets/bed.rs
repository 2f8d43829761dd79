//! A topology as namespaces of the kernel, for as long as a [`Bed`] lives.

mod filters;
mod wires;

use crate::topology::Topology;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Where `ip` keeps named namespaces.
const NAMESPACES: &str = "/run/netns";

/// What a namespace stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// A host.
    Host(usize),
    /// A NAT gateway.
    Nat(usize),
    /// An instance that forwards.
    Appliance(usize),
    /// The router of a VPC.
    Router(usize),
    /// The internet gateways.
    Edge,
    /// The host that stands in for the internet.
    Internet,
}

impl Role {
    fn word(self) -> String {
        match self {
            Self::Host(host) => format!("host{host}"),
            Self::Nat(nat) => format!("nat{nat}"),
            Self::Appliance(number) => format!("appliance{number}"),
            Self::Router(vpc) => format!("vpc{vpc}"),
            Self::Edge => "edge".to_owned(),
            Self::Internet => "internet".to_owned(),
        }
    }

    fn forwards(self) -> bool {
        !matches!(self, Self::Host(_) | Self::Internet)
    }
}

/// The namespaces of one topology. Their names go as soon as they are set up, so that nothing is left of them when this process ends, in
/// whatever way.
pub(crate) struct Bed(BTreeMap<Role, File>);

/// The names of namespaces while they are set up; they go when it is dropped, after a panic too.
struct Names {
    prefix: String,
    roles: BTreeSet<Role>,
}

/// The names of this process begin with it.
fn own_prefix() -> String {
    format!("packets-{}-", std::process::id())
}

impl Bed {
    /// Lays the cables and sets addresses, routes and filters.
    pub(crate) fn of(topology: &Topology) -> Self {
        let cables = wires::cables(topology);
        let names = Names::of(cables.iter().flatten().map(|(role, _)| *role).collect());
        let added = names.roles.iter().map(|role| format!("netns add {}\n", names.of_role(*role)));
        let cables = cables.iter().enumerate().map(|(number, [(one, first), (other, second)])| {
            let (one, other) = (names.of_role(*one), names.of_role(*other));
            // An end with the number of its far end is taken for no cable, and is ready up to a second later.
            let (here, there) = (100 + 2 * number, 101 + 2 * number);
            format!(
                "link add name {first} index {here} netns {one} type veth peer name {second} index {there} netns {other}\n"
            )
        });
        run("ip", &["-batch", "-"], &added.chain(cables).collect::<String>());
        let bed = Self(names.roles.iter().map(|role| (*role, names.open(*role))).collect());
        for role in &names.roles {
            let (wires, filters) = configuration(topology, *role);
            bed.inside(*role, || {
                prepare(role.forwards());
                run("ip", &["-batch", "-"], &wires);
                run("nft", &["-f", "-"], &filters);
            });
        }
        for role in &names.roles {
            bed.inside(*role, wait_for_links);
        }
        bed
    }

    /// Does something in a namespace. Sockets that are made there stay there.
    pub(crate) fn inside<T: Send>(&self, role: Role, work: impl FnOnce() -> T + Send) -> T {
        let namespace = self.0[&role].as_fd();
        // A thread of its own: the one that calls stays where it is, whatever happens.
        std::thread::scope(|scope| {
            let work = scope.spawn(move || {
                move_into_link_name_space(namespace, Some(LinkNameSpaceType::Network))
                    .unwrap_or_else(|error| panic!("the namespace cannot be entered: {error}"));
                work()
            });
            work.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }
}

impl Names {
    fn of(roles: BTreeSet<Role>) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        Self { prefix: format!("{}{}-", own_prefix(), COUNT.fetch_add(1, Ordering::Relaxed)), roles }
    }

    fn of_role(&self, role: Role) -> String {
        format!("{}{}", self.prefix, role.word())
    }

    fn open(&self, role: Role) -> File {
        let path = Path::new(NAMESPACES).join(self.of_role(role));
        File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        remove(self.roles.iter().map(|role| self.of_role(*role)));
    }
}

/// Removes namespaces that an earlier process with this one's id has left.
pub(crate) fn remove_leftovers() {
    let Ok(entries) = std::fs::read_dir(NAMESPACES) else { return };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    remove(names.filter(|name| name.starts_with(&own_prefix())));
}

/// Why no namespace can be made here, in a container without the right to for example.
pub(crate) fn refusal() -> Option<String> {
    let name = format!("{}try", own_prefix());
    let refused = feed("ip", &["netns", "add", &name], "").err();
    remove([name].into_iter());
    refused
}

fn remove(names: impl Iterator<Item = String>) {
    let batch: String = names.map(|name| format!("netns del {name}\n")).collect();
    // It may run during a panic, and a name may not have been made yet.
    let _ = feed("ip", &["-force", "-batch", "-"], &batch);
}

fn configuration(topology: &Topology, role: Role) -> (String, String) {
    match role {
        Role::Host(host) => {
            let row = &topology.hosts[host];
            (wires::member(topology, row.subnet, row.address), filters::host(topology, row))
        }
        Role::Nat(nat) => {
            let row = &topology.nats[nat];
            (wires::member(topology, row.subnet, row.address), filters::nat(topology, row))
        }
        Role::Appliance(number) => {
            let row = &topology.appliances[number];
            (wires::appliance(topology, row), filters::appliance(topology, row))
        }
        Role::Router(vpc) => (wires::router(topology, vpc), filters::router(topology, vpc)),
        Role::Edge => (wires::edge(topology), filters::edge(topology)),
        Role::Internet => (wires::internet(), String::new()),
    }
}

/// Settings of the kernel for the namespace that the calling thread is in.
fn prepare(forwards: bool) {
    let set = |name: &str, value: &str| {
        let path = Path::new("/proc/sys/net").join(name);
        std::fs::write(&path, value).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    };
    for which in ["all", "default"] {
        set(&format!("ipv4/conf/{which}/rp_filter"), "0");
        set(&format!("ipv4/conf/{which}/send_redirects"), "0");
        // Each interface answers for its own addresses, beside another one in the same subnet too.
        set(&format!("ipv4/conf/{which}/arp_ignore"), "1");
        set(&format!("ipv4/conf/{which}/arp_announce"), "2");
        if Path::new("/proc/sys/net/ipv6").exists() {
            set(&format!("ipv6/conf/{which}/disable_ipv6"), "1");
        }
    }
    if forwards {
        set("ipv4/ip_forward", "1");
    }
    // Neighbours in a subnet talk without the router's filters.
    if Path::new("/proc/sys/net/bridge/bridge-nf-call-iptables").exists() {
        set("bridge/bridge-nf-call-iptables", "0");
    }
}

/// Waits until every link of the namespace that the calling thread is in carries packets, which the kernel sees to later.
fn wait_for_links() {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let output = Command::new("ip").args(["-o", "link"]).output().unwrap_or_else(|error| panic!("ip: {error}"));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let carries = |line: &str| {
            line.contains("LOWER_UP") && ["state UP", "state UNKNOWN"].iter().any(|state| line.contains(state))
        };
        if text.lines().all(carries) {
            return;
        }
        assert!(Instant::now() < end, "links are not up:\n{text}");
    }
}

/// Runs a command with its orders on standard input; it has to succeed.
fn run(program: &str, arguments: &[&str], orders: &str) {
    if let Err(error) = feed(program, arguments, orders) {
        panic!("{program}: {error}\n{orders}");
    }
}

fn feed(program: &str, arguments: &[&str], orders: &str) -> Result<(), String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    // Both read everything before they complain, so that a full pipe cannot stop them.
    let written = child.stdin.take().map_or(Ok(()), |mut input| input.write_all(orders.as_bytes()));
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if output.status.success() {
        written.map_err(|error| error.to_string())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
