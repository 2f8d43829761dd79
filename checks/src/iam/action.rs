//! The `Action` and `NotAction` elements.

use super::glob::{Case, Glob};

/// One entry of `Action` or `NotAction`. Service prefix and name ignore case; `*` and `?` may stand anywhere
/// (IAM user guide, Action).
#[derive(Clone, Debug)]
pub(crate) struct ActionPattern {
    text: Box<str>,
    service: Glob,
    name: Glob,
}

impl ActionPattern {
    /// Reads `service:name` or `*`; `None` for a name without a service prefix, which AWS refuses.
    pub(crate) fn compile(text: &str) -> Option<Self> {
        let (service, name) = match text.split_once(':') {
            Some((service, name)) if !service.is_empty() && !name.is_empty() => {
                (Glob::wildcard(service), Glob::wildcard(name))
            }
            None if text == "*" => (Glob::Any, Glob::Any),
            _ => return None,
        };
        Some(Self { text: text.into(), service, name })
    }

    pub(crate) fn matches(&self, action: Action<'_>) -> bool {
        self.service.matches(action.service, Case::Insensitive) && self.name.matches(action.name, Case::Insensitive)
    }

    /// Whether the entry speaks of the service at all.
    pub(crate) fn is_of_service(&self, action: Action<'_>) -> bool {
        self.service.matches(action.service, Case::Insensitive)
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// The action of a request, split at its colon.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Action<'a> {
    pub(crate) service: &'a str,
    pub(crate) name: &'a str,
}

impl<'a> Action<'a> {
    pub(crate) fn split(text: &'a str) -> Self {
        let (service, name) = text.split_once(':').unwrap_or((text, ""));
        Self { service, name }
    }

    pub(crate) fn is(&self, service: &str, name: &str) -> bool {
        self.service.eq_ignore_ascii_case(service) && self.name.eq_ignore_ascii_case(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, action: &str) -> bool {
        ActionPattern::compile(pattern).unwrap().matches(Action::split(action))
    }

    #[test]
    fn prefix_and_name_ignore_case() {
        assert!(fits("SSM:updateinstanceinformation", "ssm:UpdateInstanceInformation"));
        assert!(fits("ssm:*ions", "ssm:ListInstanceAssociations"));
        assert!(fits("sts:As?umeRole", "sts:AssumeRole"));
        assert!(fits("*", "ec2:RunInstances"));
        assert!(!fits("s3:*", "s3express:CreateSession"));
        assert!(!fits("ssm:*", "ssmmessages:CreateControlChannel"));
    }

    #[test]
    fn a_name_needs_a_service_prefix() {
        assert!(ActionPattern::compile("GetObject").is_none());
        assert!(ActionPattern::compile(":GetObject").is_none());
        assert!(ActionPattern::compile("s3:").is_none());
    }
}
