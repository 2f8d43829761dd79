//! How to give a VPC an endpoint, and how to make one work.

use super::Site;
use crate::fix::{Fix, FixClass};

/// Where endpoints are made, and who uses them.
#[derive(Debug, Clone)]
pub struct EndpointPlace<'a> {
    /// The network.
    pub site: Site<'a>,
    /// Subnets to put them in; one in a zone.
    pub subnets: Vec<&'a str>,
    /// Groups of those who connect to them.
    pub groups: Vec<&'a str>,
    /// The name of a new group for them, and what it is for.
    pub named: (&'static str, &'static str),
}

/// Creates interface endpoints with these groups; without any, with a new group that lets those who connect in on 443.
pub fn create(place: &EndpointPlace<'_>, fix: Fix, service_names: &[&str], groups: &[&str]) -> Fix {
    let site = &place.site;
    let command = |verb: &str| site.command(verb);
    let mut fix = fix;
    if groups.is_empty() {
        let (name, purpose) = place.named;
        let group = command("create-security-group")
            .arg("group-name", name)
            .arg("description", purpose)
            .arg("vpc-id", site.vpc);
        fix = fix.run(group.keep("group", "GroupId"));
        for group in &place.groups {
            let allow = command("authorize-security-group-ingress").made("group-id", "group").arg("protocol", "tcp");
            fix = fix.run(allow.arg("port", "443").arg("source-group", group));
        }
    }
    for name in service_names {
        let variable: String = name
            .rsplit('.')
            .next()
            .unwrap_or(name)
            .chars()
            .map(|letter| if letter == '-' { '_' } else { letter })
            .collect();
        let create = command("create-vpc-endpoint")
            .arg("vpc-id", site.vpc)
            .arg("vpc-endpoint-type", "Interface")
            .arg("service-name", name)
            .args("subnet-ids", &place.subnets);
        let create = if groups.is_empty() {
            create.made("security-group-ids", "group")
        } else {
            create.args("security-group-ids", groups)
        };
        let create = create.flag("private-dns-enabled");
        fix = fix.run(create.keep(&variable, "VpcEndpoint.VpcEndpointId"));
        fix = fix.undo(command("delete-vpc-endpoints").made("vpc-endpoint-ids", &variable));
    }
    if groups.is_empty() {
        // It can go when the interfaces of the endpoints are gone, which takes minutes.
        fix = fix.undo(command("delete-security-group").made("group-id", "group"));
    }
    fix
}

/// Switches private DNS of an endpoint on, or off.
pub fn private_dns(site: &Site<'_>, id: &str, is_on: bool) -> Fix {
    let modify = |on: bool| {
        let flag = if on { "private-dns-enabled" } else { "no-private-dns-enabled" };
        site.command("modify-vpc-endpoint").arg("vpc-endpoint-id", id).flag(flag)
    };
    let word = if is_on { "on" } else { "off" };
    Fix::new(FixClass::A, format!("switch private DNS of `{id}` {word}; the name changes for the whole VPC"))
        .run(modify(is_on))
        .undo(modify(!is_on))
}

/// Adds route tables to a gateway endpoint.
pub fn add_tables(site: &Site<'_>, id: &str, tables: &[&str]) -> Fix {
    let modify = |option: &str| site.command("modify-vpc-endpoint").arg("vpc-endpoint-id", id).args(option, tables);
    let summary = format!(
        "let gateway endpoint `{id}` serve the route table; open connections of the subnet to the service may be cut"
    );
    Fix::new(FixClass::A, summary).run(modify("add-route-table-ids")).undo(modify("remove-route-table-ids"))
}
