//! Facts of one kind, and for which questions they are the whole answer.

use super::observed::{Gap, Observed};
use super::read::{Operation, Outcome, Recorded, is_not_found};
use super::shape::{self, ShapeError};
use foldhash::{HashMap, HashMapExt};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Input members that leave the rows of interest whole: page sizes, dry runs, and the switches with which the attached policies or the
/// instances in every state are asked for; the cluster of ECS things that ARNs name, and what else of them is asked for.
const NOT_NARROWING: &[&str] = &[
    "DryRun",
    "IncludeAllInstances",
    "IncludePublicKey",
    "MaxItems",
    "MaxRecords",
    "MaxResults",
    "OnlyAttached",
    "PageSize",
    "PolicyUsageFilter",
    "Scope",
    "SortBy",
    "SortOrder",
    "cluster",
    "include",
];

/// A kind of resource that a describe or list call returns by the row.
pub trait Resource: DeserializeOwned {
    /// The call that lists them.
    const OPERATION: Operation;
    /// Member of the answer that holds the rows.
    const MEMBER: &'static str;
    /// Member of the input that selects by id.
    const IDS: &'static str;
    /// The filter that does the same.
    const FILTER: &'static str;
    /// Id of a row.
    fn id(&self) -> &str;
    /// Whether another row with the same id is the same thing, told anew.
    fn is_same_as(&self, _other: &Self) -> bool {
        true
    }
    /// The rows of an answer, or what was expected instead.
    fn rows(output: &Value) -> Result<Vec<Value>, String> {
        shape::list(output, Self::MEMBER)
    }
    /// Where each of the rows stands in the answer.
    fn places(output: &Value) -> Vec<Place> {
        let rows = output.get(Self::MEMBER).and_then(Value::as_array).map_or(0, Vec::len);
        (0..rows).map(|outer| Place { outer, inner: None }).collect()
    }
    /// A row as the answer shows it.
    fn at(output: &Value, place: Place) -> Option<&Value> {
        output.get(Self::MEMBER)?.get(place.outer)
    }
}

/// A kind of resource that snapshots keep.
pub trait Kept: Resource {
    /// The table of this kind.
    fn table(facts: &super::Facts) -> &Table<Self>;
}

/// Where a row stands in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Position in the list.
    pub outer: usize,
    /// Position in the list of that, where rows stand in pairs of lists.
    pub inner: Option<usize>,
}

/// Rows of one kind with the selections they came from.
///
/// A row that is missing is *absent* only if some read that must have returned it succeeded.
#[derive(Debug, Clone)]
pub struct Table<T> {
    rows: Vec<T>,
    /// The read that each row came from, by its position, and where it stands there.
    origins: Vec<(usize, Place)>,
    index: HashMap<String, usize>,
    scopes: Vec<Scope>,
}

#[derive(Debug, Clone)]
struct Scope {
    selection: Selection,
    gap: Option<Gap>,
}

#[derive(Debug, Clone, PartialEq)]
enum Selection {
    All,
    Ids(Vec<String>),
    /// One filter, or one input member that selects as a filter does; with more than one the answer is whole for none of them.
    Filter(String, Vec<String>),
    Narrow,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), origins: Vec::new(), index: HashMap::new(), scopes: Vec::new() }
    }
}

impl<T: Resource> Table<T> {
    /// Takes over a read of this kind.
    ///
    /// # Errors
    /// The answer does not have the shape of the operation; the table is then unchanged.
    pub(crate) fn ingest(&mut self, read: &Recorded, position: usize) -> Result<(), ShapeError> {
        let rows = match &read.outcome {
            Outcome::Output(output) => parsed(output)?,
            Outcome::Error { .. } => Vec::new(),
        };
        self.scopes.extend(Scope::of(read, T::OPERATION, T::IDS));
        let places = match &read.outcome {
            Outcome::Output(output) => T::places(output),
            Outcome::Error { .. } => Vec::new(),
        };
        for (row, place) in rows.into_iter().zip(places) {
            self.put(row, (position, place));
        }
        Ok(())
    }

    /// Adds a row; one with the same id as an earlier one takes its place.
    fn put(&mut self, row: T, origin: (usize, Place)) {
        let is_same = |known: &T| known.id() == row.id() && known.is_same_as(&row);
        let first = self.index.get(row.id()).copied();
        let known = match first.and_then(|at| self.rows.get(at)) {
            None => None,
            Some(known) if is_same(known) => first,
            Some(_) => self.rows.iter().position(is_same),
        };
        let (place, at) = match known {
            Some(at) => (self.rows.get_mut(at), at),
            None => (None, self.rows.len()),
        };
        match (place, self.origins.get_mut(at)) {
            (Some(place), Some(known)) => (*place, *known) = (row, origin),
            _ => {
                self.index.entry(row.id().to_owned()).or_insert(at);
                self.rows.push(row);
                self.origins.push(origin);
            }
        }
    }

    /// The read that the row with this id came from, by its position among the reads of the snapshot, and where it stands in the answer.
    pub(crate) fn origin(&self, id: &str) -> Option<(usize, Place)> {
        self.origins.get(*self.index.get(id)?).copied()
    }

    /// The row with this id.
    ///
    /// # Errors
    /// Why it is not known whether there is one.
    pub fn get(&self, id: &str) -> Observed<&T> {
        if let Some(row) = self.index.get(id).and_then(|at| self.rows.get(*at)) {
            return Ok(Some(row));
        }
        self.answered(|selection| match selection {
            Selection::All => true,
            Selection::Ids(ids) => ids.iter().any(|known| known == id),
            // Some services take ids as one more filter.
            Selection::Filter(name, values) => {
                (name == T::IDS || name == T::FILTER) && values.iter().any(|known| known == id)
            }
            Selection::Narrow => false,
        })?;
        Ok(None)
    }

    /// Every row for which `matches` holds, where `filter` = `value` is the same question in the API's words.
    ///
    /// # Errors
    /// Why it is not known whether these are all.
    pub fn select(&self, filter: &str, value: &str, matches: impl Fn(&T) -> bool) -> Result<Vec<&T>, Gap> {
        self.covers(filter, value)?;
        Ok(self.rows.iter().filter(|row| matches(row)).collect())
    }

    /// Whether every row was asked for of which `filter` = `value` holds, in the API's words.
    ///
    /// # Errors
    /// Why not.
    pub fn covers(&self, filter: &str, value: &str) -> Result<(), Gap> {
        self.answered(|selection| match selection {
            Selection::All => true,
            Selection::Filter(name, values) => name == filter && values.iter().any(|known| known == value),
            Selection::Ids(_) | Selection::Narrow => false,
        })
    }

    /// Every row, when all were asked for.
    ///
    /// # Errors
    /// Why it is not known whether these are all.
    pub fn all(&self) -> Result<&[T], Gap> {
        self.answered(|selection| *selection == Selection::All)?;
        Ok(&self.rows)
    }

    /// The rows that happen to be known, for look-ups where missing rows do no harm.
    pub fn known(&self) -> &[T] {
        &self.rows
    }

    /// `Ok` when a read that covers the question succeeded; else the best reason why not.
    fn answered(&self, covers: impl Fn(&Selection) -> bool) -> Result<(), Gap> {
        if self.scopes.iter().any(|scope| scope.gap.is_none() && covers(&scope.selection)) {
            return Ok(());
        }
        let covering = self.scopes.iter().filter(|scope| covers(&scope.selection)).find_map(|scope| scope.gap.as_ref());
        let refused = || {
            let gaps = self.scopes.iter().filter_map(|scope| scope.gap.as_ref());
            gaps.into_iter().find(|gap| matches!(gap, Gap::Denied { .. }))
        };
        Err(covering
            .or_else(refused)
            .cloned()
            .unwrap_or_else(|| Gap::NotAsked { action: T::OPERATION.action.to_owned() }))
    }
}

/// Every row of an answer, or none when one of them has the wrong shape.
fn parsed<T: Resource>(output: &Value) -> Result<Vec<T>, ShapeError> {
    let rows = T::rows(output).map_err(|expected| ShapeError::top(T::OPERATION, expected))?;
    let row =
        |(position, row)| shape::row(row).map_err(|error| ShapeError::row(T::OPERATION, T::MEMBER, position, &error));
    rows.into_iter().enumerate().map(row).collect()
}

impl Scope {
    /// For which questions a read is the whole answer, and for which it only tells why there is none.
    fn of(read: &Recorded, operation: Operation, ids: &str) -> Vec<Self> {
        let selection = Selection::of(&read.parameters, ids);
        match &read.outcome {
            Outcome::Error { code, message } if is_not_found(code) => {
                Self::not_found(selection, ids, message, read.failure(operation))
            }
            _ => vec![Self { selection, gap: read.gap(operation).or_else(|| read.cut(operation)) }],
        }
    }

    /// One id that is not found is absent. One of several fails the read for all of them: then only those that the message names are
    /// absent ("The security group 'sg-1' does not exist"), and only if it does not name all that were asked for.
    fn not_found(selection: Selection, ids: &str, message: &str, gap: Option<Gap>) -> Vec<Self> {
        let mut asked = match selection {
            Selection::Ids(asked) => asked,
            Selection::Filter(name, asked) if name == ids => asked,
            other => return vec![Self { selection: other, gap }],
        };
        asked.sort();
        asked.dedup();
        if asked.len() == 1 {
            return vec![Self { selection: Selection::Ids(asked), gap: None }];
        }
        let is_named = |id: &String| {
            message.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').any(|word| word == id)
        };
        let (mut absent, mut open): (Vec<String>, Vec<String>) = asked.into_iter().partition(is_named);
        if open.is_empty() {
            std::mem::swap(&mut absent, &mut open);
        }
        vec![Self { selection: Selection::Ids(absent), gap: None }, Self { selection: Selection::Ids(open), gap }]
    }
}

impl Selection {
    fn of(parameters: &Map<String, Value>, ids: &str) -> Self {
        let is_empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        let mut narrowing = parameters.iter().filter(|(name, value)| {
            !NOT_NARROWING.contains(&name.as_str()) && (name.as_str() == ids || !is_empty(value))
        });
        let Some((name, value)) = narrowing.next() else { return Self::All };
        if narrowing.next().is_some() {
            return Self::Narrow;
        }
        match value {
            Value::Array(values) if name == ids => Self::Ids(texts(values)),
            // `DescribeNatGateways` spells it in the singular.
            Value::Array(filters) if matches!(name.as_str(), "Filters" | "Filter") => Self::of_filters(filters),
            Value::String(text) => Self::Filter(name.clone(), vec![text.clone()]),
            Value::Number(_) | Value::Bool(_) => Self::Filter(name.clone(), vec![value.to_string()]),
            _ => Self::Narrow,
        }
    }

    fn of_filters(filters: &[Value]) -> Self {
        let [filter] = filters else { return Self::Narrow };
        let name = ["Name", "Key"].iter().find_map(|key| filter.get(key)).and_then(Value::as_str);
        let values = filter.get("Values").and_then(Value::as_array);
        match (name, values) {
            (Some(name), Some(values)) => Self::Filter(name.to_owned(), texts(values)),
            _ => Self::Narrow,
        }
    }
}

fn texts(values: &[Value]) -> Vec<String> {
    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Header, Read, Snapshot, operations as op};
    use super::*;
    use serde_json::json;

    fn read(operation: Operation, parameters: Value, outcome: Outcome) -> Recorded {
        Recorded::new(&Read::new(operation, parameters), "", outcome)
    }

    fn with(operation: Operation, parameters: Value, outcome: Outcome) -> Snapshot {
        let mut snapshot = Snapshot::new(Header::default());
        snapshot.record(read(operation, parameters, outcome)).unwrap();
        snapshot
    }

    fn error(code: &str, message: &str) -> Outcome {
        Outcome::Error { code: code.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn a_malformed_answer_is_no_answer() {
        let mut snapshot = Snapshot::new(Header::default());
        for output in [json!({ "Subnets": [{ "SubnetId": "subnet-1" }, { "SubnetId": 3 }] }), json!({ "Other": [] })] {
            assert!(snapshot.record(read(op::DESCRIBE_SUBNETS, json!({}), Outcome::Output(output))).is_err());
        }
        assert!(snapshot.subnets.known().is_empty());
        assert!(matches!(snapshot.subnets.get("subnet-2"), Err(Gap::NotAsked { .. })));
        let failed = error("UnexpectedAnswer", "expected a text");
        snapshot.record(read(op::DESCRIBE_SUBNETS, json!({}), failed)).unwrap();
        assert!(matches!(snapshot.subnets.all(), Err(Gap::Failed { code, .. }) if code == "UnexpectedAnswer"));
    }

    #[test]
    fn one_id_that_is_not_found_is_absent() {
        for code in ["NatGatewayNotFound", "InvalidNatGatewayID.NotFound"] {
            let one = json!({ "NatGatewayIds": ["nat-1"] });
            let snapshot = with(op::DESCRIBE_NAT_GATEWAYS, one, error(code, ""));
            assert_eq!(snapshot.nat_gateways.get("nat-1"), Ok(None), "{code}");
            assert!(snapshot.nat_gateways.get("nat-2").is_err() && snapshot.nat_gateways.all().is_err());
        }
        let all = with(op::DESCRIBE_NAT_GATEWAYS, json!({}), error("NatGatewayNotFound", ""));
        assert!(matches!(all.nat_gateways.get("nat-1"), Err(Gap::Failed { .. })));
    }

    #[test]
    fn an_id_that_a_filter_asks_for_and_does_not_bring_is_absent() {
        let asked = json!({ "Filter": [{ "Name": "nat-gateway-id", "Values": ["nat-1", "nat-2"] }] });
        let output = json!({ "NatGateways": [{ "NatGatewayId": "nat-2" }] });
        let snapshot = with(op::DESCRIBE_NAT_GATEWAYS, asked, Outcome::Output(output));
        assert_eq!(snapshot.nat_gateways.get("nat-1"), Ok(None));
        assert!(matches!(snapshot.nat_gateways.get("nat-2"), Ok(Some(_))));
        assert!(snapshot.nat_gateways.get("nat-3").is_err() && snapshot.nat_gateways.all().is_err());
    }

    #[test]
    fn a_stale_id_leaves_the_others_open() {
        let of = |message: &str| {
            let ids = json!({ "GroupIds": ["sg-1", "sg-12", "sg-3"] });
            with(op::DESCRIBE_SECURITY_GROUPS, ids, error("InvalidGroup.NotFound", message))
        };
        let is_open = |snapshot: &Snapshot, id: &str| matches!(snapshot.security_groups.get(id), Err(Gap::Failed { code, .. }) if code == "InvalidGroup.NotFound");
        let mut named = of("The security group 'sg-1' does not exist");
        assert_eq!(named.security_groups.get("sg-1"), Ok(None));
        assert!(is_open(&named, "sg-12") && is_open(&named, "sg-3"));
        for message in ["no such group", "one of sg-1, sg-12 and sg-3 does not exist"] {
            let unnamed = of(message);
            assert!(["sg-1", "sg-12", "sg-3"].iter().all(|id| is_open(&unnamed, id)), "{message}");
        }
        let alone = Outcome::Output(json!({ "SecurityGroups": [{ "GroupId": "sg-3" }] }));
        named.record(read(op::DESCRIBE_SECURITY_GROUPS, json!({ "GroupIds": ["sg-3"] }), alone)).unwrap();
        assert!(matches!(named.security_groups.get("sg-3"), Ok(Some(_))));
    }

    #[test]
    fn one_page_of_several_shows_rows_and_no_absence() {
        let is_open = |more: Value| {
            let mut output = json!({ "Subnets": [{ "SubnetId": "subnet-1" }] });
            output.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let snapshot = with(op::DESCRIBE_SUBNETS, json!({}), Outcome::Output(output));
            assert!(matches!(snapshot.subnets.get("subnet-1"), Ok(Some(_))));
            let gap = snapshot.subnets.get("subnet-2").err();
            assert_eq!(gap.is_some(), snapshot.subnets.all().is_err());
            gap.is_some_and(|gap| gap.to_string().contains("one page of several"))
        };
        for more in [
            json!({ "NextToken": "a" }),
            json!({ "nextToken": "a" }),
            json!({ "Marker": "a" }),
            json!({ "IsTruncated": true }),
        ] {
            assert!(is_open(more.clone()), "{more}");
        }
        for whole in
            [json!({}), json!({ "NextToken": "" }), json!({ "NextToken": null }), json!({ "IsTruncated": false })]
        {
            assert!(!is_open(whole.clone()), "{whole}");
        }
    }

    #[test]
    fn selections_are_told_from_the_input() {
        let of = |parameters: Value| Selection::of(parameters.as_object().unwrap(), "VpcIds");
        let filter = |name: &str, value: &str| Selection::Filter(name.to_owned(), vec![value.to_owned()]);
        let in_vpc = json!([{ "Name": "vpc-id", "Values": ["vpc-1"] }]);
        for all in [
            json!({}),
            json!({ "Filters": [], "MaxResults": 5, "DryRun": false }),
            json!({ "OnlyAttached": true, "Scope": "All", "PolicyUsageFilter": "PermissionsPolicy", "MaxItems": 9 }),
            json!({ "IncludeAllInstances": true, "PathPrefix": null }),
        ] {
            assert_eq!(of(all.clone()), Selection::All, "{all}");
        }
        assert_eq!(of(json!({ "VpcIds": ["vpc-1"], "MaxResults": 5 })), Selection::Ids(vec!["vpc-1".to_owned()]));
        assert_eq!(of(json!({ "Filters": in_vpc })), filter("vpc-id", "vpc-1"));
        assert_eq!(of(json!({ "Filter": in_vpc })), filter("vpc-id", "vpc-1"));
        assert_eq!(of(json!({ "VpcId": "vpc-1" })), filter("VpcId", "vpc-1"));
        assert_eq!(of(json!({ "Priority": 7 })), filter("Priority", "7"));
        for narrow in [
            json!({ "VpcId": "vpc-1", "Status": "COMPLETE" }),
            json!({ "VpcIds": ["vpc-1"], "Filters": in_vpc }),
            json!({ "Owners": ["self"] }),
        ] {
            assert_eq!(of(narrow.clone()), Selection::Narrow, "{narrow}");
        }
    }

    #[test]
    fn a_member_that_narrows_answers_for_its_value_only() {
        let parameters = json!({ "VpcId": "vpc-1" });
        let none = Outcome::Output(json!({ "FirewallRuleGroupAssociations": [] }));
        let snapshot = with(op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS, parameters, none);
        let associations = &snapshot.firewall_rule_group_associations;
        assert_eq!(associations.select("VpcId", "vpc-1", |_| true), Ok(Vec::new()));
        assert!(associations.select("VpcId", "vpc-2", |_| true).is_err() && associations.all().is_err());
    }
}
