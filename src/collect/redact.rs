//! What never enters a snapshot: secrets, and texts that may hold them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
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
#[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only answers from the wire are encoded"))]
pub(crate) fn decoded_console(output: &mut Value) {
    let Some(text) = output.get_mut("Output") else { return };
    let Some(encoded) = text.as_str() else { return };
    if let Ok(bytes) = BASE64_STANDARD.decode(encoded.split_whitespace().collect::<String>()) {
        *text = Value::String(String::from_utf8_lossy(&bytes).into_owned());
    }
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
    fn console_text_is_decoded() {
        let mut output = json!({ "Output": BASE64_STANDARD.encode("Kernel\npanic") });
        decoded_console(&mut output);
        assert_eq!(output["Output"], "Kernel\npanic");
    }
}
