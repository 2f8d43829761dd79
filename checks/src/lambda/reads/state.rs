//! What tells of the function itself: its versions, and its role.

use super::{Plan, is_attached};
use crate::iam::base_name;
use crate::iam_facts;
use crate::lambda::versions::{is_version, split};
use crate::snapshot::lambda::FunctionConfiguration;
use crate::snapshot::operations as op;
use serde_json::json;

impl Plan<'_> {
    pub(super) fn state(&mut self, function: &FunctionConfiguration) {
        self.versions();
        if is_attached(function) && !function.role.is_empty() {
            let snapshot = self.snapshot;
            let role = base_name(&function.role).to_owned();
            iam_facts::of_role(snapshot, &role, &mut |operation, parameters| self.round.ask(operation, parameters));
        }
    }

    /// The newest state of the function beside the version that is asked about, and the versions that an alias leads to.
    fn versions(&mut self) {
        let (name, Some(qualifier)) = split(&self.question.function) else { return };
        self.round.ask(op::GET_FUNCTION_CONFIGURATION, json!({ "FunctionName": name }));
        if is_version(qualifier) {
            return;
        }
        self.round.ask(op::GET_ALIAS, json!({ "FunctionName": name, "Name": qualifier }));
        let alias = self.snapshot.function_aliases.get(&format!("{name}/{qualifier}")).ok().flatten();
        let routing = alias.and_then(|alias| alias.routing_config.as_ref());
        for version in routing.into_iter().flat_map(|routing| routing.additional_version_weights.keys()) {
            self.round.ask(op::GET_FUNCTION_CONFIGURATION, json!({ "FunctionName": format!("{name}:{version}") }));
        }
    }
}
