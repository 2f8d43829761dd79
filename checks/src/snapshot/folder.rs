//! Facts from files of plain AWS CLI output: which operation a file answers, by its name or its members.
//!
//! Understood names: `describe-instances.json`, `get-role.web.json` (the name of the thing behind the dot), `ec2-describe-instances.json`,
//! `get-role-policy.web.inline.json` (role and policy), `get-policy-version.AmazonSSMManagedInstanceCore.json` (the policy by its name),
//! `get-metric-statistics.CPUCreditBalance.i-0123456789abcdef0.json` (metric and instance), the names that Batfish uses
//! (`Reservations.json`, `RouteTables.json`, …) and recordings such as `ec2.DescribeInstances_1.json`.

use super::document::DocumentError;
use super::kinds::{LISTS, SINGLES};
use super::operations;
use super::read::{Operation, Outcome, Recorded};
use super::shape::ShapeError;
use super::{Header, Snapshot};
use serde_json::{Map, Value, json};

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileFacts {
    /// Reads that the file stands for; none for a file about something else.
    pub reads: Vec<Recorded>,
}

/// The facts of one file, by its name and text.
///
/// # Errors
/// The text is no JSON, or the name promises an operation whose shape the text does not have.
pub fn facts_of_file(name: &str, text: &str) -> Result<FileFacts, DocumentError> {
    let value: Value = serde_json::from_str(text).map_err(|error| DocumentError::syntax(&error))?;
    let stem = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = stem.strip_suffix(".json").unwrap_or(stem);
    let named = Named::of(stem);
    let reads = match &named {
        _ if value.get("recorded-content").is_some() || is_recording(&value) => recordings(&value),
        Some(named) => named.reads(&value),
        None if value.get("collector_version").is_some() => collector_dump(&value),
        None => by_members(&value),
    };
    if reads.is_empty() && named.as_ref().is_some_and(|named| named.is_exact) {
        let expected = named.map(|named| named.expected()).unwrap_or_default();
        return Err(DocumentError::at(text, &[], format!("expected {expected}")));
    }
    // A recording of anything at all may be cut or projected; only a plain output promises its shape.
    let is_exact = named.as_ref().is_some_and(|named| named.is_exact);
    let mut facts = FileFacts::default();
    for read in reads {
        match Snapshot::new(Header::default()).record(read.clone()) {
            Ok(()) => facts.reads.push(read),
            Err(error) if is_exact || named.is_none() => return Err(shape_error(text, &error)),
            Err(_) => {}
        }
    }
    Ok(facts)
}

fn shape_error(text: &str, error: &ShapeError) -> DocumentError {
    DocumentError::at(text, &error.path, error.to_string())
}

/// What the name of a file says.
struct Named {
    operation: Operation,
    /// The name of the thing, from `get-role.web`.
    suffix: Option<String>,
    /// Whether the name is that of a plain output, and not that of somebody's recording.
    is_exact: bool,
}

impl Named {
    fn of(stem: &str) -> Option<Self> {
        let (command, suffix) = match stem.split_once('.') {
            Some((command, suffix)) => (command, Some(suffix.to_owned())),
            None => (stem, None),
        };
        if let Some(operation) = by_command(command).or_else(|| by_member(command)) {
            return Some(Self { operation, suffix, is_exact: true });
        }
        // `ec2-describe-instances`; `redshift-describe-clusters` is of another service.
        if let Some((service, command)) = command.split_once('-')
            && let Some(operation) = known().find(|own| own.service == service && command_of(*own) == command)
        {
            return Some(Self { operation, suffix, is_exact: true });
        }
        // `ec2.describe-instances.1`, `ec2.DescribeInstances_1`
        let recorded = suffix?;
        let recorded = recorded.split(['.', '_']).next().unwrap_or_default().to_owned();
        let operation = by_command(&recorded).or_else(|| known().find(|operation| operation.name == recorded))?;
        Some(Self { operation, suffix: None, is_exact: false })
    }

    fn expected(&self) -> String {
        match LISTS.iter().find(|(operation, _)| *operation == self.operation) {
            Some((_, member)) => format!(
                "an object with the list `{member}`, as `aws {} {}` prints it",
                self.operation.service,
                command_of(self.operation)
            ),
            None => format!("an object as `aws {} {}` prints it", self.operation.service, command_of(self.operation)),
        }
    }

    fn reads(&self, value: &Value) -> Vec<Recorded> {
        let (output, failed) = unwrapped(value);
        if let Some(outcome) = failed {
            return vec![self.recorded(outcome)];
        }
        match LISTS.iter().find(|(operation, _)| *operation == self.operation) {
            Some((_, member)) if output.get(member).is_some() => vec![self.recorded(Outcome::Output(output.clone()))],
            Some(_) => Vec::new(),
            None if output.is_object() => vec![self.recorded(Outcome::Output(output.clone()))],
            None => Vec::new(),
        }
    }

    fn recorded(&self, outcome: Outcome) -> Recorded {
        let keys = SINGLES.iter().find(|(operation, _)| *operation == self.operation).map_or(&[][..], |(_, keys)| keys);
        let mut parameters = Map::new();
        if let Some(suffix) = &self.suffix
            && self.operation == operations::GET_METRIC_STATISTICS
        {
            parameters = metric_of(suffix);
        } else if let Some(suffix) = &self.suffix {
            // `get-role-policy.web.inline`: as many parts as the call has names.
            for (key, part) in keys.iter().zip(suffix.splitn(keys.len().max(1), '.')) {
                parameters.insert((*key).to_owned(), json!(part));
            }
        }
        recorded(self.operation, parameters, outcome)
    }
}

/// `CPUCreditBalance.i-0abc`: a metric and the instance that it is about.
fn metric_of(suffix: &str) -> Map<String, Value> {
    let (name, instance) = suffix.split_once('.').map_or((suffix, None), |(name, id)| (name, Some(id)));
    let mut parameters = Map::new();
    parameters.insert("MetricName".to_owned(), json!(name));
    if let Some(id) = instance {
        parameters.insert("Dimensions".to_owned(), json!([{ "Name": "InstanceId", "Value": id }]));
    }
    parameters
}

/// Placebo recordings carry the answer in `data`, an error among them.
fn unwrapped(value: &Value) -> (&Value, Option<Outcome>) {
    let (Some(status), Some(data)) = (value.get("status_code").and_then(Value::as_u64), value.get("data")) else {
        return (value, None);
    };
    if status < 400 {
        return (data, None);
    }
    let text = |member: &str| data.pointer(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    (data, Some(Outcome::Error { code: text("/Error/Code"), message: text("/Error/Message") }))
}

fn known() -> impl Iterator<Item = Operation> {
    operations::ALL.iter().copied()
}

fn by_command(command: &str) -> Option<Operation> {
    known().find(|operation| command_of(*operation) == command)
}

fn by_member(member: &str) -> Option<Operation> {
    LISTS.iter().find(|(_, known)| *known == member).map(|(operation, _)| *operation)
}

/// The command of the AWS CLI: `DescribeVpcs` is `describe-vpcs`, `ListHostedZonesByVPC` is `list-hosted-zones-by-vpc`.
fn command_of(operation: Operation) -> String {
    let mut command = String::new();
    let mut previous = 'A';
    for letter in operation.name.chars() {
        if letter.is_ascii_uppercase() && previous.is_ascii_lowercase() {
            command.push('-');
        }
        command.push(letter.to_ascii_lowercase());
        previous = letter;
    }
    command
}

fn recorded(operation: Operation, parameters: Map<String, Value>, outcome: Outcome) -> Recorded {
    Recorded {
        service: operation.service.to_owned(),
        operation: operation.name.to_owned(),
        parameters,
        at: String::new(),
        outcome,
    }
}

/// Every list that the object itself holds, and Batfish's two lists of transit gateway tables.
fn by_members(value: &Value) -> Vec<Recorded> {
    let Some(members) = value.as_object() else { return Vec::new() };
    let mut reads: Vec<Recorded> = LISTS
        .iter()
        .filter(|(_, member)| members.get(*member).is_some_and(Value::is_array))
        .map(|(operation, member)| {
            let output = json!({ *member: members.get(*member) });
            recorded(*operation, Map::new(), Outcome::Output(output))
        })
        .collect();
    let tables = [
        ("TransitGatewayPropagations", operations::GET_TRANSIT_GATEWAY_ROUTE_TABLE_PROPAGATIONS),
        ("TransitGatewayStaticRoutes", operations::SEARCH_TRANSIT_GATEWAY_ROUTES),
    ];
    for (member, operation) in tables {
        for table in members.get(member).and_then(Value::as_array).into_iter().flatten() {
            let mut parameters = Map::new();
            if let Some(id) = table.get("TransitGatewayRouteTableId") {
                parameters.insert("TransitGatewayRouteTableId".to_owned(), id.clone());
            }
            if operation == operations::SEARCH_TRANSIT_GATEWAY_ROUTES {
                parameters.insert("Filters".to_owned(), json!([{ "Name": "type", "Values": ["static"] }]));
            }
            reads.push(recorded(operation, parameters, Outcome::Output(table.clone())));
        }
    }
    reads
}

/// The dump of a network configuration collector: `network_acls` and so on in one file.
fn collector_dump(value: &Value) -> Vec<Recorded> {
    let Some(members) = value.as_object() else { return Vec::new() };
    let mut output = Map::new();
    for (name, rows) in members.iter().filter(|(_, rows)| rows.is_array()) {
        if name == "instances" {
            output.insert("Reservations".to_owned(), json!([{ "Instances": rows }]));
        } else {
            let pascal = name.split('_').map(capitalised).collect();
            output.insert(pascal, rows.clone());
        }
    }
    by_members(&Value::Object(output))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// Whether every member is a recorded test with its content.
fn is_recording(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|tests| !tests.is_empty() && tests.values().all(|test| test.get("recorded-content").is_some()))
}

fn recordings(value: &Value) -> Vec<Recorded> {
    let tests = value.as_object().into_iter().flat_map(|tests| tests.values());
    tests
        .filter_map(|test| test.get("recorded-content")?.as_object())
        .flat_map(|content| content.values())
        .flat_map(by_members)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation_of(name: &str, text: &str) -> Vec<(String, Map<String, Value>)> {
        facts_of_file(name, text).unwrap().reads.into_iter().map(|read| (read.operation, read.parameters)).collect()
    }

    #[test]
    fn names_tell_the_operation() {
        let subnets = r#"{"Subnets": []}"#;
        for name in [
            "describe-subnets.json",
            "Subnets.json",
            "ec2-describe-subnets.json",
            "ec2.DescribeSubnets_1.json",
            "a/b/whatever.json",
        ] {
            assert_eq!(operation_of(name, subnets), [("DescribeSubnets".to_owned(), Map::new())], "{name}");
        }
        let role = operation_of("list-attached-role-policies.web.prod.json", r#"{"AttachedPolicies": []}"#);
        assert_eq!(role.first().unwrap().1["RoleName"], "web.prod");
        let inline = operation_of("get-role-policy.web.inline.json", r#"{"PolicyDocument": {}}"#);
        assert_eq!(inline.first().unwrap().1["PolicyName"], "inline");
        assert_eq!(operation_of("list-buckets.json", r#"{"Buckets": []}"#), []);
    }

    #[test]
    fn a_promised_shape_is_kept_or_refused() {
        let error = facts_of_file("describe-security-groups.json", "[]").unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 1: expected an object with the list `SecurityGroups`, as `aws ec2 describe-security-groups` prints it"
        );
        let error = facts_of_file("Subnets.json", "{\"Subnets\": [\n{\"SubnetId\": 3}]}").unwrap_err();
        assert_eq!(error.line, Some(2), "{error}");
        assert!(facts_of_file("describe-subnets.json", "{").is_err());
        assert_eq!(
            operation_of("ec2.describe-security-groups.1.json", "[]"),
            [],
            "a projection holds no facts and no promise"
        );
    }

    #[test]
    fn envelopes_are_opened() {
        let placebo = r#"{"status_code": 200, "data": {"Vpcs": [{"VpcId": "vpc-1"}], "ResponseMetadata": {}}}"#;
        assert_eq!(operation_of("ec2.DescribeVpcs_1.json", placebo).len(), 1);
        let refused = r#"{"status_code": 403, "data": {"Error": {"Code": "UnauthorizedOperation", "Message": "no"}}}"#;
        let facts = facts_of_file("ec2.DescribeVpcs_1.json", refused).unwrap();
        assert!(matches!(&facts.reads[0].outcome, Outcome::Error { code, .. } if code == "UnauthorizedOperation"));
        let dump = r#"{"collector_version": "1", "network_acls": [], "instances": [{"InstanceId": "i-1"}]}"#;
        assert_eq!(operation_of("dump.json", dump).len(), 2);
    }
}
