//! Members that are text in one recording and something else in another.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A time: RFC 3339 text, seconds since 1970 as older versions of the AWS CLI print it, or the object that Placebo records.
pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let value = Value::deserialize(deserializer)?;
    match &value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(seconds) => Ok(seconds.to_string()),
        other => recorded(other).ok_or_else(|| {
            serde::de::Error::custom(format!("expected a time as text or as seconds since 1970, found `{other}`"))
        }),
    }
}

/// `{"__class__": "datetime", "year": 2019, …}`, in UTC.
fn recorded(value: &Value) -> Option<String> {
    if value.get("__class__").and_then(Value::as_str) != Some("datetime") {
        return None;
    }
    let part = |name: &str| value.get(name).and_then(Value::as_u64).unwrap_or_default();
    let (year, month, day) = (part("year"), part("month"), part("day"));
    let (hour, minute, second) = (part("hour"), part("minute"), part("second"));
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// A JSON document as text, or as the value that the text stands for.
pub(super) fn document<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        value => value.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::ec2::{Instance, VpcEndpoint};
    use super::super::time;
    use serde_json::json;

    #[test]
    fn times_in_three_shapes_are_the_same_time() {
        let recorded = json!({"__class__": "datetime", "year": 2019, "month": 1, "day": 30, "hour": 8, "minute": 4, "second": 5,
            "microsecond": 0});
        let at = |value| {
            let instance: Instance = serde_json::from_value(json!({ "LaunchTime": value })).unwrap();
            time(&instance.launch_time).unwrap()
        };
        assert_eq!(at(recorded), at(json!("2019-01-30T08:04:05+00:00")));
        assert_eq!(at(json!(1_548_835_445)), at(json!("2019-01-30 08:04:05Z")));
        assert!(serde_json::from_value::<Instance>(json!({"LaunchTime": [1]})).is_err());
    }

    #[test]
    fn a_policy_is_text_or_a_document() {
        for policy in [json!("{\"Statement\":[]}"), json!({"Statement": []})] {
            let endpoint: VpcEndpoint = serde_json::from_value(json!({ "PolicyDocument": policy })).unwrap();
            assert_eq!(endpoint.policy_document, "{\"Statement\":[]}");
        }
    }
}
