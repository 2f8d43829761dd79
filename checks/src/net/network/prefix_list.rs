//! Prefix lists: the blocks behind an id.

use crate::net::addresses::AddressSet;
use crate::snapshot::{Gap, Snapshot};
use ipnetwork::IpNetwork;

/// The addresses of a prefix list.
///
/// # Errors
/// Why they are not known.
pub fn addresses(snapshot: &Snapshot, id: &str) -> Result<AddressSet, Gap> {
    let blocks = blocks(snapshot, id)?.into_iter().map(AddressSet::block).collect::<Vec<_>>();
    Ok(AddressSet::joined(&blocks))
}

/// The blocks of a prefix list, from `GetManagedPrefixListEntries` or, for a list of a service, from `DescribePrefixLists`.
///
/// # Errors
/// Why they are not known.
pub fn blocks(snapshot: &Snapshot, id: &str) -> Result<Vec<IpNetwork>, Gap> {
    let managed = snapshot.prefix_list_entries.get(id);
    if let Ok(Some(answer)) = &managed {
        return read(id, answer.entries.iter().map(|entry| entry.cidr.as_str()));
    }
    let service = snapshot.prefix_lists.get(id);
    // `DescribeManagedPrefixLists` answers with the same member, and without blocks.
    if let Ok(Some(list)) = &service
        && !list.cidrs.is_empty()
    {
        return read(id, list.cidrs.iter().map(String::as_str));
    }
    match (managed, service) {
        (Err(gap @ Gap::Denied { .. }), _) | (_, Err(gap @ Gap::Denied { .. })) | (Err(gap), _) | (_, Err(gap)) => {
            Err(gap)
        }
        (Ok(_), Ok(_)) => Err(Gap::opaque(format!("what prefix list `{id}` holds"))),
    }
}

fn read<'a>(id: &str, blocks: impl Iterator<Item = &'a str>) -> Result<Vec<IpNetwork>, Gap> {
    let parsed: Option<Vec<IpNetwork>> = blocks.map(|block| block.parse().ok()).collect();
    parsed.ok_or_else(|| Gap::opaque(format!("a block of prefix list `{id}`")))
}

/// Addresses that AWS publishes as those of other services than `service`: known service prefix lists, whose names end in the
/// service (`com.amazonaws.eu-west-1.s3`).
pub fn of_other_services(snapshot: &Snapshot, service: &str) -> AddressSet {
    let lists = snapshot.prefix_lists.known().iter();
    lists
        .filter(|list| {
            let name = &list.prefix_list_name;
            name.contains("com.amazonaws.") && name.rsplit('.').next() != Some(service)
        })
        .filter_map(|list| addresses(snapshot, &list.prefix_list_id).ok())
        .fold(AddressSet::none(), |set, list| set.union(&list))
}

/// Whether a prefix list is known to be that of another service than `service`.
pub fn is_of_other_service(snapshot: &Snapshot, id: &str, service: &str) -> bool {
    snapshot.prefix_lists.known().iter().any(|list| {
        list.prefix_list_id == id
            && list.prefix_list_name.contains("com.amazonaws.")
            && list.prefix_list_name.rsplit('.').next() != Some(service)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::testing::{deny, world};
    use crate::snapshot::operations;
    use serde_json::json;

    #[test]
    fn a_service_list_a_denied_list_and_an_unasked_one() {
        let mut snapshot = world(json!({"PrefixLists": [
            {"PrefixListId": "pl-s3", "PrefixListName": "com.amazonaws.eu-west-1.s3", "Cidrs": ["52.218.0.0/17"]}]}));
        assert_eq!(addresses(&snapshot, "pl-s3").unwrap().to_string(), "52.218.0.0/17");
        assert_eq!(of_other_services(&snapshot, "ssm").to_string(), "52.218.0.0/17");
        assert!(of_other_services(&snapshot, "s3").is_empty());
        let gap = addresses(&snapshot, "pl-own").unwrap_err();
        assert_eq!(gap.action(), Some("ec2:GetManagedPrefixListEntries"));
        deny(&mut snapshot, operations::GET_MANAGED_PREFIX_LIST_ENTRIES, json!({"PrefixListId": "pl-own"}));
        assert!(matches!(addresses(&snapshot, "pl-own").unwrap_err(), Gap::Denied { .. }));
    }
}
