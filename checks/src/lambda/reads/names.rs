//! Who answers the names that the function asks for.

use super::Plan;
use crate::lambda::target::Target;
use crate::snapshot::lambda::FunctionConfiguration;
use crate::snapshot::operations as op;
use serde_json::json;

impl Plan<'_> {
    pub(super) fn names(&mut self, function: &FunctionConfiguration) {
        let vpc = function.vpc_config.as_ref().map_or("", |config| config.vpc_id.as_str());
        if vpc.is_empty() || matches!(self.target, Target::Address(_)) {
            return;
        }
        self.ask(op::DESCRIBE_VPC_ATTRIBUTE, json!({ "VpcId": vpc, "Attribute": "enableDnsSupport" }));
        if let Ok(Some(known)) = self.snapshot.vpcs.get(vpc)
            && !matches!(known.dhcp_options_id.as_str(), "" | "default")
        {
            let filters = json!([{ "Name": "dhcp-options-id", "Values": [known.dhcp_options_id] }]);
            self.ask(op::DESCRIBE_DHCP_OPTIONS, json!({ "Filters": filters }));
        }
    }
}
