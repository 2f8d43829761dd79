//! What never enters a snapshot: secrets, and texts that may hold them.

use base64::{Engine, prelude::BASE64_STANDARD};
use checks::os::{console, environment, user_data};
use checks::snapshot::{Outcome, Recorded};
use flate2::read::MultiGzDecoder;
use serde_json::Value;
use std::io::Read;

/// Members that can hold secrets, wherever they stand in an answer.
const SECRETS: &[&str] = &[
    "UserData",
    "Environment",
    "PreSharedKey",
    "PreSharedKeyArn",
    "CustomerGatewayConfiguration",
    "SecretString",
    "PasswordData",
];

/// A read without secrets; a console text keeps only the lines that verdicts rest on.
pub(crate) fn recorded(mut read: Recorded) -> Recorded {
    if let Outcome::Output(output) = &mut read.outcome {
        if read.operation == "DescribeInstanceAttribute" {
            user_data_as_signs(output);
        }
        if read.operation == "GetFunctionConfiguration" {
            environment_as_signs(output);
        }
        drop_secrets(output);
        if read.operation == "GetDocument" {
            without_commands(output);
        }
        if read.operation == "GetConsoleOutput"
            && let Some(text) = output.get_mut("Output")
            && let Some(console) = text.as_str()
        {
            *text = Value::String(console::kept(console));
        }
    }
    read
}

/// Bytes of unpacked user data that are looked at.
const LONGEST_USER_DATA: u64 = 1 << 20;

/// In place of user data stands what it tells ECS's agent.
fn user_data_as_signs(output: &mut Value) {
    let Some(members) = output.as_object_mut() else { return };
    let Some(value) = members.remove("UserData") else { return };
    let encoded = value.get("Value").and_then(Value::as_str).or(value.as_str()).unwrap_or_default();
    // What is no base64 was decoded by whoever saved it.
    let bytes =
        BASE64_STANDARD.decode(encoded.split_whitespace().collect::<String>()).unwrap_or_else(|_| encoded.into());
    let mut unpacked = Vec::new();
    let is_compressed = bytes.starts_with(&[0x1f, 0x8b]);
    if is_compressed {
        // What cannot be unpacked to its end is told as far as it goes.
        let _ = MultiGzDecoder::new(bytes.as_slice()).take(LONGEST_USER_DATA).read_to_end(&mut unpacked);
    } else {
        unpacked = bytes;
    }
    let signs = user_data::UserDataSigns { is_compressed, ..user_data::signs(&unpacked) };
    members.insert("UserDataSigns".to_owned(), serde_json::to_value(signs).unwrap_or_default());
}

/// In place of the environment variables of a function stands what they tell of its connections.
fn environment_as_signs(output: &mut Value) {
    let Some(members) = output.as_object_mut() else { return };
    let Some(value) = members.remove("Environment") else { return };
    let variables = value.get("Variables").and_then(Value::as_object);
    let pairs =
        variables.into_iter().flatten().map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()));
    let is_hidden = variables.is_none() && value.get("Error").is_some();
    let signs = environment::EnvironmentSigns { is_hidden, ..environment::signs(pairs) };
    members.insert("EnvironmentSigns".to_owned(), serde_json::to_value(signs).unwrap_or_default());
}

/// A console text from the wire, where it is base64, as the AWS CLI prints it.
#[cfg(any(feature = "aws", test))]
pub(crate) fn decoded_console(output: &mut Value) {
    let Some(text) = output.get_mut("Output") else { return };
    let Some(encoded) = text.as_str() else { return };
    if let Ok(bytes) = BASE64_STANDARD.decode(encoded.split_whitespace().collect::<String>()) {
        *text = Value::String(String::from_utf8_lossy(&bytes).into_owned());
    }
}

/// Of a document of Session Manager, the commands that start a session are reduced to whether there are any.
fn without_commands(output: &mut Value) {
    let Some(content) = output.get_mut("Content") else { return };
    let parsed = content.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let Some(mut document) = parsed else {
        *content = Value::String(String::new());
        return;
    };
    let profile = document.pointer_mut("/inputs/shellProfile").and_then(Value::as_object_mut);
    for commands in profile.into_iter().flat_map(|profile| profile.values_mut()) {
        if commands.as_str().is_some_and(|text| !text.is_empty()) {
            *commands = Value::String("(left out)".to_owned());
        }
    }
    *content = Value::String(document.to_string());
}

fn drop_secrets(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !SECRETS.contains(&name.as_str()));
            members.values_mut().for_each(drop_secrets);
        }
        Value::Array(values) => values.iter_mut().for_each(drop_secrets),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, json};

    #[test]
    fn secrets_do_not_stay() {
        let read = Recorded {
            service: "ec2".into(),
            operation: "GetConsoleOutput".into(),
            parameters: Map::new(),
            at: String::new(),
            outcome: Outcome::Output(json!({
                "Output": "password hunter2\nKernel panic - not syncing\n",
                "Deep": [{ "UserData": "c2VjcmV0", "Environment": { "Variables": { "KEY": "secret" } }, "Kept": 1 }],
            })),
        };
        let Outcome::Output(output) = recorded(read).outcome else { panic!("an output stays an output") };
        assert_eq!(output, json!({ "Output": "Kernel panic - not syncing", "Deep": [{ "Kept": 1 }] }));
    }

    #[test]
    fn user_data_becomes_signs() {
        let script = "#!/bin/bash\nexport TOKEN=hunter2\necho ECS_CLUSTER=web >> /etc/ecs/ecs.config\n";
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut packed, script.as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        for (value, is_compressed) in [
            (json!({ "Value": BASE64_STANDARD.encode(script) }), false),
            (json!({ "Value": BASE64_STANDARD.encode(&packed) }), true),
            (json!(script), false),
        ] {
            let read = Recorded {
                service: "ec2".into(),
                operation: "DescribeInstanceAttribute".into(),
                parameters: Map::new(),
                at: String::new(),
                outcome: Outcome::Output(json!({ "InstanceId": "i-1", "UserData": value })),
            };
            let Outcome::Output(output) = recorded(read).outcome else { panic!("an output stays an output") };
            assert_eq!(output["UserDataSigns"]["Cluster"]["Name"], "web");
            assert_eq!(output["UserDataSigns"]["IsCompressed"], is_compressed);
            let text = output.to_string();
            assert!(output.get("UserData").is_none() && !text.contains("hunter2"), "{text}");
        }
        let mut none = json!({ "InstanceId": "i-1", "UserData": {} });
        user_data_as_signs(&mut none);
        assert_eq!(none["UserDataSigns"]["Kind"], "none");
        let mut broken = json!({ "UserData": { "Value": BASE64_STANDARD.encode(&packed[..packed.len() / 2]) } });
        user_data_as_signs(&mut broken);
        assert_eq!(broken["UserDataSigns"]["IsCompressed"], true);
    }

    #[test]
    fn variables_of_a_function_become_signs() {
        let read = |environment: Value| {
            let output = json!({ "FunctionName": "web", "Environment": environment, "Deep": { "Environment": { "KEY": "hunter2" } } });
            let read = Recorded {
                service: "lambda".into(),
                operation: "GetFunctionConfiguration".into(),
                parameters: Map::new(),
                at: String::new(),
                outcome: Outcome::Output(output),
            };
            let Outcome::Output(output) = recorded(read).outcome else { panic!("an output stays an output") };
            output
        };
        let output = read(json!({ "Variables": {
            "DATABASE_PASSWORD": "hunter2", "https_proxy": "http://user:hunter2@10.0.1.5:3128/hunter2", "TOKEN": 7,
        } }));
        let text = output.to_string();
        assert!(!text.contains("hunter2") && !text.contains("DATABASE") && !text.contains("TOKEN"), "{text}");
        assert_eq!(
            output["EnvironmentSigns"]["Proxies"],
            json!([{ "Name": "https_proxy", "Host": "10.0.1.5", "Port": 3128 }])
        );
        let mut names: Vec<&String> = output.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, ["Deep", "EnvironmentSigns", "FunctionName"], "and nothing of the variables beside");
        let hidden = read(json!({ "Error": { "ErrorCode": "AccessDeniedException", "Message": "hunter2" } }));
        assert_eq!(hidden["EnvironmentSigns"]["IsHidden"], true);
        assert!(!hidden.to_string().contains("hunter2"));
    }

    #[test]
    fn commands_of_sessions_are_left_out() {
        let content =
            json!({ "inputs": { "kmsKeyId": "k", "shellProfile": { "linux": "export TOKEN=secret", "windows": "" } } });
        let mut output = json!({ "Name": "SSM-SessionManagerRunShell", "Content": content.to_string() });
        without_commands(&mut output);
        let text = output["Content"].as_str().unwrap();
        assert!(!text.contains("secret") && text.contains("kmsKeyId") && text.contains("(left out)"), "{text}");
        assert!(text.contains("\"windows\":\"\""), "what is empty stays empty: {text}");
        let mut yaml = json!({ "Content": "inputs:\n  shellProfile: {linux: secret}" });
        without_commands(&mut yaml);
        assert_eq!(yaml["Content"], "");
    }

    #[test]
    fn console_text_is_decoded() {
        let mut output = json!({ "Output": BASE64_STANDARD.encode("Kernel\npanic") });
        decoded_console(&mut output);
        assert_eq!(output["Output"], "Kernel\npanic");
    }
}
