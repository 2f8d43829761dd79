//! Forms: the query protocol, and EC2's dialect of it.

use serde_json::{Map, Value};

use super::super::model::{Kind, Protocol, TimestampFormat};
use super::super::request::{self, HttpRequest};
use super::super::view::View;
use super::{Call, scalar};

impl Call<'_> {
    pub(super) fn query(&self) -> HttpRequest {
        let mut form = Form { ec2: self.service.protocol == Protocol::Ec2, pairs: Vec::new() };
        form.add("Action", self.operation.name.clone());
        form.add("Version", self.service.metadata.api_version.clone());
        if let Some(view) = self.view {
            form.structure(view, self.input, "");
        }
        let mut request = HttpRequest { method: "POST".to_owned(), path: "/".to_owned(), ..HttpRequest::default() };
        request.header("Content-Type", "application/x-www-form-urlencoded");
        request.body = request::form(&form.pairs, false).into_bytes();
        request
    }
}

struct Form {
    ec2: bool,
    pairs: Vec<(String, String)>,
}

impl Form {
    fn add(&mut self, name: &str, value: String) {
        self.pairs.push((name.to_owned(), value));
    }

    fn structure(&mut self, view: View<'_>, input: &Map<String, Value>, prefix: &str) {
        for (name, value) in input.iter().filter(|(_, value)| !value.is_null()) {
            let Some(member) = view.member(name) else {
                continue;
            };
            let own = self.member_name(member, name);
            let path = if prefix.is_empty() { own } else { format!("{prefix}.{own}") };
            self.any(member, value, &path);
        }
    }

    fn any(&mut self, view: View<'_>, value: &Value, path: &str) {
        match (view.kind(), value) {
            (Kind::Structure, Value::Object(input)) => self.structure(view, input, path),
            (Kind::List, Value::Array(items)) => self.list(view, items, path),
            (Kind::Map, Value::Object(entries)) => self.map(view, entries, path),
            _ => self.add(path, scalar::text(view, value, TimestampFormat::Iso8601)),
        }
    }

    /// EC2 capitalises names on input, unless a name for queries is given.
    fn member_name(&self, view: View<'_>, name: &str) -> String {
        match (self.ec2, view.query_name(), view.location_name()) {
            (true, Some(query), _) => query.to_owned(),
            (true, None, wire) => capitalised(wire.unwrap_or(name)),
            (false, _, wire) => wire.unwrap_or(name).to_owned(),
        }
    }

    fn list(&mut self, view: View<'_>, items: &[Value], path: &str) {
        let Some(element) = view.element() else {
            return;
        };
        if items.is_empty() {
            // Query writes an empty list as an empty value; EC2 has no empty lists.
            if !self.ec2 {
                self.add(path, String::new());
            }
            return;
        }
        let base = if self.ec2 || view.flattened() {
            path.to_owned()
        } else {
            format!("{path}.{}", element.location_name().unwrap_or("member"))
        };
        for (i, item) in items.iter().enumerate() {
            self.any(element, item, &format!("{base}.{}", i + 1));
        }
    }

    fn map(&mut self, view: View<'_>, entries: &Map<String, Value>, path: &str) {
        let Some((key_view, value_view)) = view.entry() else {
            return;
        };
        let base = if view.flattened() { path.to_owned() } else { format!("{path}.entry") };
        let key_name = key_view.location_name().unwrap_or("key");
        let value_name = value_view.location_name().unwrap_or("value");
        for (i, (key, value)) in entries.iter().enumerate() {
            self.add(&format!("{base}.{}.{key_name}", i + 1), key.clone());
            self.any(value_view, value, &format!("{base}.{}.{value_name}", i + 1));
        }
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
