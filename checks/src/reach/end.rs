//! From what a user names to the ends of a path, as the facts have them.

use super::atlas::{Atlas, Row};
use super::connect_endpoint;
use super::fault::{Fault, not_attached, not_running};
use super::function;
use super::host;
use super::problem::{Problem, found};
use super::subject::Subject;
use crate::evidence::Component;
use crate::net::{AddressSet, Family, Interface, Point};
use crate::snapshot::Gap;
use crate::snapshot::ec2::{Instance, is};
use std::borrow::Cow;
use std::net::IpAddr;

/// An end of a path.
#[derive(Debug, Clone, PartialEq)]
pub struct End<'a> {
    /// What it is: `ec2-instance`, `network-interface`, `lambda-function`, `instance-connect-endpoint`, `address`, `host` or `internet`.
    pub component: Component,
    /// Its `Name` tag, when it has one.
    pub name: Option<String>,
    /// Where packets start or arrive: one place for most, one for each subnet of a function and each address of a host.
    pub spots: Vec<Spot<'a>>,
    /// What keeps it from sending and answering at all.
    pub faults: Vec<Fault>,
    /// What is not known of it.
    pub gaps: Vec<Gap>,
}

/// A place where packets start or arrive.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot<'a> {
    /// What tells it from the other places of its end: an interface, a subnet, an address.
    pub label: String,
    /// The place.
    pub place: Place<'a>,
}

/// What kind of place it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Place<'a> {
    /// An interface with its addresses of both families.
    Interface(Box<Interface<'a>>),
    /// An address; whose it is follows from the way that leads there.
    Address(IpAddr),
    /// An address outside, whoever has it here.
    Outside(IpAddr),
    /// Addresses outside every VPC, each of which is meant.
    Far(AddressSet),
    /// Any address on the internet.
    Internet,
    /// An EC2 Instance Connect Endpoint, where connections only start.
    ConnectEndpoint {
        /// Its interface.
        interface: Box<Interface<'a>>,
        /// Whether packets have the address of the client.
        preserves_client_ip: bool,
    },
    /// Lambda's own network, which reaches the internet and no VPC.
    ServiceNetwork,
}

impl<'a> Place<'a> {
    /// The point that the engine walks from or to; `None` when there is no address of the family.
    pub(super) fn point(&self, family: Family) -> Option<Point<'_, 'a>> {
        match self {
            Self::Interface(own) if own.addresses(family).is_empty() => None,
            Self::Interface(own) => Some(Point::from(own.as_ref())),
            Self::ConnectEndpoint { interface, .. } if interface.addresses(family).is_empty() => None,
            Self::ConnectEndpoint { interface, preserves_client_ip } => Some(Point::ConnectEndpoint {
                interface: Cow::Borrowed(interface.as_ref()),
                preserves_client_ip: *preserves_client_ip,
            }),
            Self::Address(address) => (Family::of(*address) == family).then_some(Point::Address(*address)),
            Self::Outside(address) => (Family::of(*address) == family).then_some(Point::Outside(*address)),
            Self::Far(addresses) if addresses.of_family(family).is_empty() => None,
            Self::Far(addresses) => Some(Point::Far(addresses.of_family(family))),
            Self::Internet | Self::ServiceNetwork => Some(Point::Internet(family)),
        }
    }
}

impl Place<'_> {
    /// Whether it has an address inside its VPC.
    fn has(&self, address: IpAddr) -> bool {
        match self {
            Self::Interface(own) => own.ipv4.contains(address) || own.ipv6.contains(address),
            Self::Address(own) | Self::Outside(own) => *own == address,
            Self::Far(addresses) => addresses.contains(address),
            Self::Internet | Self::ServiceNetwork | Self::ConnectEndpoint { .. } => false,
        }
    }
}

impl<'a> End<'a> {
    pub(super) fn new(kind: &'static str, id: impl Into<String>) -> Self {
        let component = Component::new(kind, id);
        Self { component, name: None, spots: Vec::new(), faults: Vec::new(), gaps: Vec::new() }
    }

    pub(super) fn at(mut self, label: impl Into<String>, place: Place<'a>) -> Self {
        self.spots.push(Spot { label: label.into(), place });
        self
    }

    pub(super) fn missing(mut self, gap: Gap) -> Self {
        self.gaps.push(gap);
        self
    }

    /// Whether some place of it can take part in traffic of a family.
    pub(super) fn has(&self, family: Family) -> bool {
        self.spots.iter().any(|spot| spot.place.point(family).is_some())
    }

    /// The VPC of its first interface.
    pub(super) fn vpc(&self) -> Option<&str> {
        self.spots.iter().find_map(|spot| match &spot.place {
            Place::Interface(own) | Place::ConnectEndpoint { interface: own, .. } => Some(own.vpc_id),
            _ => None,
        })
    }
}

impl<'a> Atlas<'a> {
    /// Where connections of a subject start.
    ///
    /// # Errors
    /// There is no such thing, or its own facts are not known.
    pub fn sources(&self, subject: &Subject) -> Result<Vec<End<'a>>, Problem> {
        match subject {
            Subject::Address(address) => self.holder(*address).map(|end| vec![end]),
            Subject::Function(name) => function::end(self, name).map(|end| vec![end]),
            Subject::Host(name) => Ok(vec![host::end(self, name, None)]),
            _ => self.ends(subject),
        }
    }

    /// Where connections from `from` to a subject arrive.
    ///
    /// # Errors
    /// There is no such thing, or its own facts are not known.
    pub fn targets(&self, subject: &Subject, from: &End<'_>) -> Result<Vec<End<'a>>, Problem> {
        match subject {
            Subject::Address(address) => Ok(vec![self.destination(*address, from)]),
            Subject::Host(name) => Ok(vec![host::end(self, name, from.vpc())]),
            Subject::At(id, address) => {
                let end = self.at(id, *address)?;
                let is_private = end.spots.iter().any(|spot| spot.place.has(*address));
                // From outside of every VPC an address is all that can be named.
                let is_named = is_private && from.vpc().is_some();
                Ok(vec![if is_named { end } else { End { spots: outside(*address).spots, ..end } }])
            }
            _ => self.ends(subject),
        }
    }

    fn ends(&self, subject: &Subject) -> Result<Vec<End<'a>>, Problem> {
        let end = match subject {
            Subject::Instance(id) => {
                self.of_instance(found(self.snapshot.instances.get(id), &format!("instance `{id}`"))?)
            }
            Subject::Interface(id) => self.of_interface(self.row(id)?),
            Subject::At(id, address) => self.at(id, *address)?,
            Subject::Outside(address) => {
                let text = address.to_string();
                End::new("address", &text).at(text, Place::Outside(*address))
            }
            Subject::Address(address) => outside(*address),
            Subject::Far(block) => {
                let text = block.to_string();
                End::new("address", &text).at(text, Place::Far(AddressSet::block(*block)))
            }
            Subject::Internet => End::new("internet", "internet").at("internet", Place::Internet),
            Subject::Named(prefix) => return self.of_name(prefix),
            Subject::Function(name) => function::end(self, name)?,
            Subject::ConnectEndpoint(id) => connect_endpoint::end(self, id)?,
            Subject::Host(name) => host::end(self, name, None),
        };
        Ok(vec![end])
    }

    fn row(&self, id: &str) -> Result<Row<'a>, Problem> {
        match self.interface(id) {
            Some(row) => Ok(row),
            None => {
                let what = format!("interface `{id}`");
                found(self.snapshot.network_interfaces.get(id), &what).map(Row::Listed)
            }
        }
    }

    /// An instance under the first address of its primary interface.
    pub(super) fn of_instance(&self, instance: &'a Instance) -> End<'a> {
        let mut end = End::new("ec2-instance", &instance.instance_id);
        end.name = instance.name().map(str::to_owned);
        end.faults.extend(not_running(instance));
        match instance.primary_interface() {
            Some(eni) => self.with_interface(end, &eni.network_interface_id),
            None if end.faults.is_empty() => {
                end.missing(Gap::opaque(format!("the interfaces of instance `{}`", instance.instance_id)))
            }
            None => end,
        }
    }

    fn of_interface(&self, row: Row<'a>) -> End<'a> {
        let end = self.with_faults(End::new("network-interface", row.id()), row);
        self.with_interface(end, row.id())
    }

    /// An end with the place of an interface.
    pub(super) fn with_interface(&self, end: End<'a>, id: &str) -> End<'a> {
        match self.network.interface(id) {
            Some(own) => end.at(id, place(own.clone())),
            None => end.missing(Gap::opaque(format!("interface `{id}`"))),
        }
    }

    fn with_faults(&self, mut end: End<'a>, row: Row<'a>) -> End<'a> {
        end.faults.extend(row.instance().and_then(not_running).or_else(|| not_attached(row)));
        end
    }

    /// One address of an instance or interface. A public one is an address to send to, and the interface when it sends.
    fn at(&self, id: &str, address: IpAddr) -> Result<End<'a>, Problem> {
        let kind = if id.starts_with("i-") { "ec2-instance" } else { "network-interface" };
        let candidates: Vec<Row<'a>> = if kind == "ec2-instance" {
            let instance = found(self.snapshot.instances.get(id), &format!("instance `{id}`"))?;
            instance.network_interfaces.iter().filter_map(|eni| self.interface(&eni.network_interface_id)).collect()
        } else {
            vec![self.row(id)?]
        };
        let (row, origin) = candidates
            .into_iter()
            .find_map(|row| row.interface_at(self.network, address).map(|origin| (row, origin)))
            .ok_or_else(|| Problem::NotFound(format!("address {address} of `{id}`")))?;
        let mut end = self.with_faults(End::new(kind, format!("{id}@{address}")), row);
        end.name = row.instance().and_then(Instance::name).map(str::to_owned);
        Ok(end.at(row.id(), place(origin)))
    }

    /// Instances by the beginning of their `Name` tag. Those that are gone keep their name for a while, and are not meant.
    fn of_name(&self, prefix: &str) -> Result<Vec<End<'a>>, Problem> {
        let what = || format!("an instance whose `Name` tag begins with `{prefix}`");
        let is_meant = |instance: &Instance| {
            let is_gone = is(&instance.state.name, "terminated") || is(&instance.state.name, "shutting-down");
            !is_gone && instance.name().is_some_and(|name| name.starts_with(prefix))
        };
        let filter = name_filter(prefix);
        let instances = self.snapshot.instances.select("tag:Name", &filter, is_meant);
        let instances = instances.map_err(|gap| Problem::NotReadable(what(), gap))?;
        if instances.is_empty() {
            return Err(Problem::NotFound(what()));
        }
        Ok(instances.into_iter().map(|instance| self.of_instance(instance)).collect())
    }

    /// An address to send to: whose it is depends on the way that leads there. Where only one interface can be meant, its faults count.
    fn destination(&self, address: IpAddr, from: &End<'_>) -> End<'a> {
        let end = outside(address);
        let is_public = AddressSet::internet(Family::of(address)).contains(address);
        let near = |row: &Row<'_>| is_public || from.vpc() == Some(row.vpc());
        match self.holders(address).as_slice() {
            [only] if near(only) => self.with_faults(end, *only),
            _ => end,
        }
    }

    /// The interface that has an address; an address that no interface here has is one outside.
    fn holder(&self, address: IpAddr) -> Result<End<'a>, Problem> {
        let holders = self.holders(address);
        if let [_, _, ..] = holders.as_slice() {
            let ids: Vec<String> = holders.iter().map(|row| format!("`{}@{address}`", row.id())).collect();
            return Err(Problem::Ambiguous(format!(
                "several interfaces have {address}: say which is meant, {}",
                ids.join(" or ")
            )));
        }
        let end = End::new("address", address.to_string());
        let held = holders.first().and_then(|row| row.interface_at(self.network, address).map(|origin| (*row, origin)));
        Ok(match held {
            Some((row, origin)) => self.with_faults(end, row).at(row.id(), place(origin)),
            None => outside(address),
        })
    }
}

/// The value of the filter `tag:Name` that selects names which begin so.
pub(super) fn name_filter(prefix: &str) -> String {
    let mut filter = String::new();
    for letter in prefix.chars() {
        if matches!(letter, '*' | '?' | '\\') {
            filter.push('\\');
        }
        filter.push(letter);
    }
    filter.push('*');
    filter
}

pub(super) fn place(interface: Interface<'_>) -> Place<'_> {
    Place::Interface(Box::new(interface))
}

fn outside<'a>(address: IpAddr) -> End<'a> {
    let text = address.to_string();
    End::new("address", &text).at(text, Place::Address(address))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{DB, DB_ENI, ENI, WEB, add, small};
    use super::*;
    use serde_json::json;

    fn subject(text: &str) -> Subject {
        Subject::parse(text).unwrap()
    }

    fn spot<'e>(end: &'e End<'_>) -> (&'e str, &'e Place<'e>) {
        (end.spots[0].label.as_str(), &end.spots[0].place)
    }

    #[test]
    fn ids_names_and_addresses_lead_to_interfaces() {
        let snapshot = small();
        let network = crate::net::Network::new(&snapshot);
        let atlas = Atlas::new(&network);
        for text in [WEB, ENI, "web-1", "10.0.1.11", "18.0.0.10", &format!("{WEB}@10.0.1.11")] {
            let ends = atlas.sources(&subject(text)).unwrap();
            assert_eq!(ends.len(), 1, "{text}");
            assert!(matches!(spot(&ends[0]), (ENI, Place::Interface(_))), "{text}: {ends:?}");
        }
        let both = atlas.sources(&subject("web")).unwrap();
        assert_eq!(both.iter().map(|end| end.name.as_deref().unwrap()).collect::<Vec<_>>(), ["web-1", "web-db"]);
        let address = atlas.targets(&subject("10.0.1.11"), &both[0]).unwrap();
        assert!(matches!(address[0].spots[0].place, Place::Address(_)), "the way settles whose it is");
    }

    #[test]
    fn an_address_of_an_interface_is_its_own_inside_and_any_other_outside() {
        let snapshot = small();
        let network = crate::net::Network::new(&snapshot);
        let atlas = Atlas::new(&network);
        let inside = &atlas.sources(&subject(DB)).unwrap()[0];
        let outside = &atlas.sources(&subject("internet")).unwrap()[0];
        let place = |from: &End<'_>, address: &str| {
            let target = atlas.targets(&subject(&format!("{WEB}@{address}")), from).unwrap().remove(0);
            matches!(target.spots[0].place, Place::Interface(_))
        };
        assert!(place(inside, "10.0.1.11") && !place(inside, "18.0.0.10") && !place(outside, "10.0.1.11"));
    }

    #[test]
    fn what_is_not_there_is_told_from_what_nobody_asked_for() {
        let snapshot = small();
        let network = crate::net::Network::new(&snapshot);
        let atlas = Atlas::new(&network);
        for text in ["i-0123456789abcdef0", "nothing", &format!("{WEB}@10.0.9.9")] {
            assert!(matches!(atlas.sources(&subject(text)), Err(Problem::NotFound(_))), "{text}");
        }
        let unknown = atlas.sources(&subject("eni-0123456789abcdef0"));
        assert!(matches!(unknown, Err(Problem::NotReadable(_, Gap::NotAsked { .. }))), "{unknown:?}");
        let empty = crate::snapshot::Snapshot::default();
        let network = crate::net::Network::new(&empty);
        let error = Atlas::new(&network).sources(&subject("web")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the facts of an instance whose `Name` tag begins with `web` could not be read: the facts hold no answer to `ec2:DescribeInstances`"
        );
    }

    #[test]
    fn an_address_that_two_vpcs_have_is_ambiguous() {
        let mut snapshot = small();
        add(
            &mut snapshot,
            json!({ "NetworkInterfaces": [{ "NetworkInterfaceId": "eni-0ddddddd", "VpcId": "vpc-9",
            "PrivateIpAddress": "10.0.1.10", "Status": "in-use" }] }),
        );
        let network = crate::net::Network::new(&snapshot);
        let error = Atlas::new(&network).sources(&subject("10.0.1.10")).unwrap_err();
        assert!(matches!(&error, Problem::Ambiguous(text) if text.contains("`eni-0ddddddd@10.0.1.10`")), "{error:?}");
    }

    #[test]
    fn ends_that_are_switched_off_are_faults() {
        let mut snapshot = small();
        add(
            &mut snapshot,
            json!({ "NetworkInterfaces": [{ "NetworkInterfaceId": "eni-0ddddddd", "VpcId": "vpc-1",
            "PrivateIpAddress": "10.0.1.99", "Status": "available" }] }),
        );
        let network = crate::net::Network::new(&snapshot);
        let atlas = Atlas::new(&network);
        let end = &atlas.sources(&subject("eni-0ddddddd")).unwrap()[0];
        assert_eq!(end.faults[0].rule, "net/interface-not-attached");
        let end = &atlas.sources(&subject(DB)).unwrap()[0];
        assert!(end.faults.is_empty() && spot(end).0 == DB_ENI);
        let named = &atlas.targets(&subject("10.0.1.99"), end).unwrap()[0];
        assert_eq!(named.faults[0].rule, "net/interface-not-attached", "the only one with the address in the VPC");
        let internet = &atlas.sources(&subject("internet")).unwrap()[0];
        assert!(atlas.targets(&subject("10.0.1.99"), internet).unwrap()[0].faults.is_empty(), "it may be anybody's");
    }

    #[test]
    fn wildcards_in_a_name_mean_themselves() {
        assert_eq!(name_filter("a*b"), r"a\*b*");
    }
}
