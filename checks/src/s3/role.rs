//! What the role of a function may do.

use super::case::{Called, Case};
use crate::can::{self, Answer};
use crate::iam::{Principal, base_name};
use crate::snapshot::Gap;
use std::collections::BTreeMap;

impl<'a> Case<'a> {
    /// Name of a function's role, where it is known.
    pub fn role_name(&self, called: &Called<'_>) -> Option<&'a str> {
        let configuration = self.function(called).ok().flatten()?;
        Some(base_name(&configuration.role)).filter(|name| !name.is_empty())
    }

    /// What the policies say of a call with the credentials of a function's role.
    ///
    /// # Errors
    /// The role is not known, or not to be found.
    pub fn role_decides(&self, called: &Called<'_>, action: &str, resource: &str) -> Result<Answer<'a>, Gap> {
        let configuration = self.function(called)?;
        let role = configuration.map(|own| own.role.as_str()).unwrap_or_default();
        let unknown = || Gap::opaque(format!("which role function `{}` has", called.label()));
        let principal = Principal::parse(role).map_err(|_| unknown())?;
        let context =
            BTreeMap::from([("aws:resourceaccount".to_owned(), vec![self.resource_owner(resource).to_owned()])]);
        let question = can::Question { principal, action: action.to_owned(), resource: resource.to_owned(), context };
        can::decide(self.snapshot, &question).map_err(Gap::opaque)
    }

    fn resource_owner<'r>(&'r self, resource: &'r str) -> &'r str {
        let told = resource.split(':').nth(4).unwrap_or_default();
        if told.is_empty() { self.owner().unwrap_or_default() } else { told }
    }
}
