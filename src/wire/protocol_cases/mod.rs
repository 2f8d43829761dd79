//! The protocol compliance cases that botocore uses, through the encoder and the decoder. Every case passes or stands in
//! [`EXCEPTIONS`] with a reason; an exception that passes fails the test, so the list stays honest.

mod compare;
mod input;
mod output;

use std::path::Path;

use serde_json::{Map, Value, json};

use super::Service;
use super::model::ShapeRef;
use super::view::View;

/// Cases that do not pass, by direction and id, and why that is right.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "input",
        "MediaTypeHeaderInputBase64",
        "the case holds the text of the header; values here are the JSON inside it, as in the AWS CLI",
    ),
    ("output", "MediaTypeHeaderOutputBase64", "the same for an answer"),
    (
        "output",
        "RestJsonDeserializesDenseSetMapAndSkipsNull",
        "the model does not tell sparse maps from dense ones, so nulls are kept",
    ),
    ("input", "HttpPayloadWithXmlName", MEMBER_NAME),
    ("input", "HttpPayloadWithXmlNamespace", MEMBER_NAME),
    ("input", "HttpPayloadWithXmlNamespaceAndPrefix", MEMBER_NAME),
    ("input", "RestXmlHttpPayloadWithUnion", MEMBER_NAME),
    ("input", "XmlAttributesOnPayload", MEMBER_NAME),
];

/// All of these stand on botocore's own list of cases it leaves out.
const MEMBER_NAME: &str = "the case's model names the root element after the member, and real models mean that: `Retention` of \
    S3's PutObjectRetention has the shape `ObjectLockRetention`";

const PROTOCOLS: [&str; 6] = ["ec2", "json", "json_1_0", "query", "rest-json", "rest-xml"];

/// One case with the service it is a case of.
struct Case {
    service: Service,
    operation: String,
    suite: String,
    data: Value,
}

impl Case {
    fn id(&self) -> &str {
        self.data["id"].as_str().unwrap()
    }

    fn view<'a>(&'a self, reference: Option<&'a ShapeRef>) -> Option<View<'a>> {
        reference.and_then(|r| View::new(&self.service, r))
    }
}

fn cases(direction: &str, protocol: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/aws-protocols");
    let text = std::fs::read(folder.join(direction).join(format!("{protocol}.json"))).unwrap();
    let suites: Vec<Value> = serde_json::from_slice(&text).unwrap();
    let mut all = Vec::new();
    for suite in suites {
        for case in suite["cases"].as_array().unwrap() {
            let name = case["given"]["name"].as_str().unwrap();
            let mut given = case["given"].clone();
            if protocol == "query" && given["output"].is_object() {
                // The cases leave out what every model of that protocol says.
                given["output"]["resultWrapper"] = format!("{name}Result").into();
            }
            let model = json!({
                "metadata": suite["metadata"],
                "shapes": suite["shapes"],
                "operations": Map::from_iter([(name.to_owned(), given)]),
            });
            all.push(Case {
                service: Service::from_json(protocol, model.to_string().as_bytes()).unwrap(),
                operation: name.to_owned(),
                suite: suite["description"].as_str().unwrap_or_default().to_owned(),
                data: case.clone(),
            });
        }
    }
    all
}

/// Runs `check` over all cases of a direction and holds the result against the exceptions.
fn run(direction: &str, check: fn(&Case) -> Result<(), String>) {
    let mut wrong = Vec::new();
    let excused = |case: &Case| EXCEPTIONS.iter().find(|(of, id, _)| *of == direction && *id == case.id());
    let mut used = 0;
    for protocol in PROTOCOLS {
        let all = cases(direction, protocol);
        let mut passed = 0;
        for case in &all {
            match (check(case), excused(case)) {
                (Ok(()), None) => passed += 1,
                (Err(_), Some((_, id, reason))) => {
                    used += 1;
                    println!("{direction} {protocol}: {id} is left out: {reason}");
                }
                (Ok(()), Some(_)) => {
                    wrong.push(format!("{} passes: take it off the list", case.id()));
                }
                (Err(why), None) => {
                    wrong.push(format!("{direction} {protocol} {} ({}): {why}", case.id(), case.suite));
                }
            }
        }
        println!("{direction} {protocol}: {passed} of {} pass", all.len());
        assert!(!all.is_empty());
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
    let listed = EXCEPTIONS.iter().filter(|(of, _, _)| *of == direction).count();
    assert_eq!(used, listed, "an exception for a case that does not exist");
}
