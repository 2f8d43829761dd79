//! Real TCP connections between the namespaces of a bed.

use crate::bed::{Bed, Role};
use crate::topology::{Attempt, End, Flow, INTERNET, SERVICES, Topology};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SocketFlags, SocketType, bind, connect, connect_unspec, listen, socket_with, sockopt,
};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// How long a connection may take. What is dropped inside one kernel never comes, what is not takes far less than a millisecond.
const PATIENCE: Duration = Duration::from_millis(200);

/// How long one may take that should have worked: long enough for the kernel to send again, twice.
pub(crate) const MORE_PATIENCE: Duration = Duration::from_millis(3500);

/// One connection to make.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Try {
    /// Position of the flow and of the attempt in it.
    pub(crate) of: (usize, usize),
    role: Role,
    from: SocketAddrV4,
    to: SocketAddrV4,
}

/// Every attempt of every flow.
pub(crate) fn tries(topology: &Topology) -> Vec<Try> {
    let flows = topology.flows.iter().enumerate();
    let tries = flows.flat_map(|(flow, row)| {
        let attempts = row.attempts.iter().enumerate();
        attempts.map(move |(attempt, own)| a_try(topology, row, (flow, attempt), *own))
    });
    tries.collect()
}

fn a_try(topology: &Topology, flow: &Flow, of: (usize, usize), attempt: Attempt) -> Try {
    let (role, source) = match flow.from {
        End::Host(host) => (Role::Host(host), topology.hosts[host].address),
        End::Address(address) => (Role::Internet, address),
    };
    let from = SocketAddrV4::new(source, attempt.client);
    Try { of, role, from, to: SocketAddrV4::new(topology.destination(flow), flow.port) }
}

/// The services of a bed, which listen as long as this lives. The kernel answers for them, nobody has to accept.
pub(crate) struct Listeners(#[expect(dead_code, reason = "they are open as long as they are kept")] Vec<OwnedFd>);

impl Listeners {
    /// Every host listens on every port that is tried anywhere.
    pub(crate) fn of(topology: &Topology, bed: &Bed) -> Self {
        let hosts = topology.hosts.iter().enumerate().map(|(host, row)| (Role::Host(host), vec![row.address]));
        let all = hosts.chain([(Role::Internet, INTERNET.to_vec())]).flat_map(|(role, addresses)| {
            let on = |address: Ipv4Addr| SERVICES.map(|port| listener(SocketAddrV4::new(address, port)));
            bed.inside(role, || addresses.into_iter().flat_map(on).collect::<Vec<_>>())
        });
        Self(all.collect())
    }
}

fn listener(address: SocketAddrV4) -> OwnedFd {
    let listening = socket().and_then(|socket| {
        bind(&socket, &address)?;
        listen(&socket, 1024)?;
        Ok(socket)
    });
    listening.unwrap_or_else(|error| panic!("no listener on {address}: {error}"))
}

fn socket() -> rustix::io::Result<OwnedFd> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    Ok(socket)
}

/// Makes all connections at the same time and tells of each whether it came about.
pub(crate) fn connect_all(bed: &Bed, tries: &[Try], patience: Option<Duration>) -> Vec<bool> {
    let mut by_role: BTreeMap<Role, Vec<usize>> = BTreeMap::new();
    for (position, own) in tries.iter().enumerate() {
        by_role.entry(own.role).or_default().push(position);
    }
    let mut open: Vec<(usize, OwnedFd)> = Vec::new();
    for (role, positions) in by_role {
        let started = bed.inside(role, || positions.iter().map(|own| start(&tries[*own])).collect::<Vec<_>>());
        open.extend(positions.into_iter().zip(started).filter_map(|(position, socket)| Some((position, socket?))));
    }
    let mut works = vec![false; tries.len()];
    let end = Instant::now() + patience.unwrap_or(PATIENCE);
    while !open.is_empty() {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        let ready = wait(&open, left);
        let mut ready = ready.into_iter();
        open.retain(|(position, socket)| {
            let is_ready = ready.next().expect("one answer for each");
            if is_ready {
                works[*position] = has_come_about(socket, &tries[*position]);
            }
            !is_ready
        });
    }
    for (_, socket) in &open {
        // To close is not enough: a process that another thread is just starting has the socket as well.
        let _ = connect_unspec(socket);
    }
    works
}

/// Starts to connect; `None` when the kernel knows at once that it leads nowhere.
fn start(own: &Try) -> Option<OwnedFd> {
    let socket = socket().unwrap_or_else(|error| panic!("no socket: {error}"));
    // Closed by a reset, so that the port is free at once.
    sockopt::set_socket_linger(&socket, Some(Duration::ZERO)).unwrap_or_else(|error| panic!("linger: {error}"));
    bind(&socket, &own.from).unwrap_or_else(|error| panic!("{} cannot be bound: {error}", own.from));
    match connect(&socket, &own.to) {
        Ok(()) | Err(Errno::INPROGRESS) => Some(socket),
        Err(Errno::NETUNREACH | Errno::HOSTUNREACH | Errno::PERM | Errno::ACCESS) => None,
        Err(error) => panic!("{} to {}: {error}", own.from, own.to),
    }
}

/// Which of the sockets have an answer.
fn wait(open: &[(usize, OwnedFd)], left: Duration) -> Vec<bool> {
    let mut polled: Vec<PollFd<'_>> = open.iter().map(|(_, socket)| PollFd::new(socket, PollFlags::OUT)).collect();
    let left = Timespec::try_from(left).expect("a short time");
    match poll(&mut polled, Some(&left)) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => panic!("poll: {error}"),
    }
    polled.iter().map(|socket| !socket.revents().is_empty()).collect()
}

fn has_come_about(socket: &OwnedFd, own: &Try) -> bool {
    match sockopt::socket_error(socket) {
        Ok(Ok(())) => true,
        // Every port that is tried has a listener, and nothing in AWS answers for a host.
        Ok(Err(Errno::CONNREFUSED)) => panic!("{} to {}: refused, which no part of the bed does", own.from, own.to),
        Ok(Err(_)) => false,
        Err(error) => panic!("{} to {}: {error}", own.from, own.to),
    }
}
