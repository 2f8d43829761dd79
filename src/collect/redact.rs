//! What never enters a snapshot: secrets, and texts that may hold them.

#[cfg(any(feature = "aws", test))]
use base64::{Engine, prelude::BASE64_STANDARD};
use checks::os::console;
use checks::snapshot::{Outcome, Recorded};
use serde_json::Value;

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
