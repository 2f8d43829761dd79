//! Evidence taken from the recorded answers themselves, so that what is shown is what AWS said.

use crate::evidence::Evidence;
use crate::snapshot::{Kept, Outcome, Snapshot};
use serde_json::Value;

/// Evidence for a member of the row with this id: `Entries[2]`, `Routes[1].State`; `null` where the row or the member is absent.
pub(in crate::net) fn of<T: Kept>(snapshot: &Snapshot, id: &str, field: &str) -> Evidence {
    let value = row::<T>(snapshot, id).and_then(|row| member(row, field)).cloned().unwrap_or(Value::Null);
    Evidence::new(T::OPERATION, id, field, value)
}

/// The row with this id, as it was recorded.
fn row<'a, T: Kept>(snapshot: &'a Snapshot, id: &str) -> Option<&'a Value> {
    let (read, place) = T::table(snapshot).origin(id)?;
    match &snapshot.reads().get(read)?.outcome {
        Outcome::Output(output) => T::at(output, place),
        Outcome::Error { .. } => None,
    }
}

/// The value at a path of member names with positions.
fn member<'a>(row: &'a Value, field: &str) -> Option<&'a Value> {
    field.split(['.', '[']).filter(|step| !step.is_empty()).try_fold(row, |value, step| match step.strip_suffix(']') {
        Some(position) => value.get(position.parse::<usize>().ok()?),
        None => value.get(step),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::testing::world;
    use crate::snapshot::ec2::{Instance, RouteTable};
    use serde_json::json;

    #[test]
    fn members_are_found_by_name_and_position() {
        let snapshot = world(json!({
            "RouteTables": [{"RouteTableId": "rtb-1", "Routes": [{"State": "active"}, {"State": "blackhole"}]}],
            "Reservations": [{"Instances": [{"InstanceId": "i-1", "SourceDestCheck": true}]}],
        }));
        let evidence = of::<RouteTable>(&snapshot, "rtb-1", "Routes[1].State");
        assert_eq!((evidence.source, &evidence.value), ("ec2:DescribeRouteTables", &json!("blackhole")));
        assert_eq!(of::<RouteTable>(&snapshot, "rtb-1", "Routes[7].State").value, Value::Null);
        assert_eq!(of::<Instance>(&snapshot, "i-1", "SourceDestCheck").value, json!(true));
    }
}
