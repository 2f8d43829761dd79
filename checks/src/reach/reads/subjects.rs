//! First round: the ends of the paths.

use super::{ByFilter, Plan};
use crate::net::Family;
use crate::reach::atlas::{Atlas, Row};
use crate::reach::case::Case;
use crate::reach::end::name_filter;
use crate::reach::host;
use crate::reach::reads::scope::Scope;
use crate::reach::subject::Subject;
use crate::snapshot::operations as op;
use serde_json::json;
use std::collections::BTreeSet;
use std::net::IpAddr;

impl Plan<'_> {
    pub(super) fn subjects(&mut self, atlas: &Atlas<'_>, cases: &[Case]) {
        let subjects: BTreeSet<&Subject> = cases.iter().flat_map(|case| [&case.from, &case.to]).collect();
        let (mut instances, mut interfaces, mut endpoints) = (ByFilter::new(), ByFilter::new(), BTreeSet::new());
        let mut connect_endpoints = BTreeSet::new();
        for subject in subjects {
            match subject {
                Subject::Instance(id) => put(&mut instances, "instance-id", id),
                Subject::At(id, _) if id.starts_with("i-") => put(&mut instances, "instance-id", id),
                Subject::Interface(id) | Subject::At(id, _) => put(&mut interfaces, "network-interface-id", id),
                Subject::Address(address) => put(&mut interfaces, address_filter(*address), &address.to_string()),
                Subject::Named(prefix) => put(&mut instances, "tag:Name", &name_filter(prefix)),
                Subject::Function(name) => {
                    self.round.ask(op::GET_FUNCTION_CONFIGURATION, json!({ "FunctionName": name }));
                }
                Subject::Host(name) => {
                    self.host(atlas, name, &mut instances);
                    endpoints.extend(host::endpoint_id(name));
                }
                Subject::ConnectEndpoint(id) => {
                    connect_endpoints.insert(id.as_str());
                }
                Subject::Outside(_) | Subject::Far(_) | Subject::Internet => {}
            }
        }
        let snapshot = self.snapshot;
        self.about(&snapshot.instance_connect_endpoints, connect_endpoints);
        for (filter, values) in &instances {
            self.select(&snapshot.instances, filter, values.iter().map(String::as_str));
        }
        for (filter, values) in &interfaces {
            self.select(&snapshot.network_interfaces, filter, values.iter().map(String::as_str));
        }
        self.about(&snapshot.vpc_endpoints, endpoints.iter().map(String::as_str));
    }

    /// A name that EC2 gives out is looked for among the instances first; any other is looked up.
    fn host(&mut self, atlas: &Atlas<'_>, name: &str, instances: &mut ByFilter) {
        let filter = host::instance_filter(name);
        if let Some(filter) = filter {
            put(instances, filter, name);
        }
        let is_asked = filter.is_none_or(|filter| self.snapshot.instances.select(filter, name, |_| false).is_ok());
        if is_asked && atlas.named(name).is_none() {
            self.round.ask(op::RESOLVE, json!({ "Name": name }));
        }
    }

    /// The instances that interfaces in question are attached to: they tell whether they run, and their system.
    pub(super) fn instances(&mut self, scope: &Scope<'_>) {
        self.about(&self.snapshot.network_interfaces, scope.interfaces.iter().map(String::as_str));
        let attached = scope.rows.iter().filter_map(|row| match row {
            Row::Listed(eni) => eni.attachment.as_ref().map(|attachment| attachment.instance_id.as_str()),
            Row::Attached(..) => None,
        });
        self.about(&self.snapshot.instances, attached);
    }
}

fn put(values: &mut ByFilter, filter: &'static str, value: &str) {
    values.entry(filter).or_default().insert(value.to_owned());
}

/// The filter that finds the interface with an address.
fn address_filter(address: IpAddr) -> &'static str {
    let is_public = crate::net::AddressSet::internet(Family::of(address)).contains(address);
    match address {
        IpAddr::V6(_) => "ipv6-addresses.ipv6-address",
        IpAddr::V4(_) if is_public => "association.public-ip",
        IpAddr::V4(_) => "addresses.private-ip-address",
    }
}
