//! Whose address it is that the user connects to.

use super::case::Case;
use super::local::target;
use super::path::address_filter;
use crate::snapshot::Gap;
use crate::snapshot::ec2::{NetworkInterface, is};
use crate::snapshot::local::SshProbe;
use std::net::{IpAddr, SocketAddr};

/// Whose the address is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Holder<'a> {
    /// The question names no address.
    Unnamed,
    /// The instance itself.
    Own,
    /// No interface in this Region and account.
    Nobody(IpAddr),
    /// An interface that is attached to nothing.
    Unattached(IpAddr, &'a NetworkInterface),
    /// Another instance.
    Other(IpAddr, &'a NetworkInterface),
    /// A load balancer, a NAT gateway or another service.
    Service(IpAddr, &'a NetworkInterface),
}

/// What answered at the name or address that is connected to, when that is no address of the instance.
pub(crate) fn answered_elsewhere<'a>(case: &Case<'a>) -> Option<&'a SshProbe> {
    let host = case.question.probe.as_deref()?;
    let probe = case.host.snapshot.ssh_probes.get(&target(host, case.question.port)).ok().flatten()?;
    let address: SocketAddr = probe.address.parse().ok()?;
    (!case.own_addresses().contains(&address.ip())).then_some(probe)
}

/// Whether what answers at an address that is none of the instance's is the instance all the same: by the host keys that it wrote to its
/// console in this start. `None` where they do not tell.
pub(crate) fn is_instance_by_key(case: &Case<'_>) -> Option<bool> {
    let shown = answered_elsewhere(case)?.host_key.as_ref()?;
    let printed = case.printed(shown).ok().filter(|printed| !printed.is_empty())?;
    Some(printed.iter().any(|key| key.fingerprint == shown.fingerprint))
}

/// Whose the address is that is connected to; that of a name when it was looked up.
///
/// # Errors
/// The name has no known address, or the interfaces are not known.
pub(crate) fn holder<'a>(case: &Case<'a>) -> Result<Holder<'a>, Gap> {
    if case.question.probe.is_none() {
        return Ok(Holder::Unnamed);
    }
    let own = case.own_addresses();
    let meant = case.meant()?;
    let Some(address) = meant.first().copied() else { return Ok(Holder::Unnamed) };
    if meant.iter().any(|address| own.contains(address)) {
        return Ok(Holder::Own);
    }
    // What another address passes on is the instance all the same.
    if is_instance_by_key(case) == Some(true) {
        return Ok(Holder::Own);
    }
    let text = address.to_string();
    let has = |eni: &NetworkInterface| {
        let private = eni.private_ip_addresses.iter();
        let public = eni.association.iter().chain(private.clone().filter_map(|own| own.association.as_ref()));
        eni.private_ip_address == text
            || private.map(|own| &own.private_ip_address).any(|own| *own == text)
            || public.map(|own| &own.public_ip).any(|own| *own == text)
            || eni.ipv6_addresses.iter().any(|own| own.ipv6_address.parse() == Ok(address))
    };
    let found = case.host.snapshot.network_interfaces.select(address_filter(address), &text, has)?;
    // A private address may be that of somebody in another VPC as well: the one beside the instance is meant.
    let here = found.iter().find(|eni| eni.vpc_id == case.host.instance.vpc_id).or_else(|| found.first());
    let Some(eni) = here.copied() else { return Ok(Holder::Nobody(address)) };
    let instance = eni.attachment.as_ref().map_or("", |own| own.instance_id.as_str());
    let is_plain = eni.interface_type.is_empty() || is(&eni.interface_type, "interface");
    Ok(match () {
        () if !instance.is_empty() => Holder::Other(address, eni),
        () if is(&eni.status, "available") => Holder::Unattached(address, eni),
        () if is_plain && !eni.requester_managed && !eni.description.starts_with("ELB ") => Holder::Other(address, eni),
        () => Holder::Service(address, eni),
    })
}
