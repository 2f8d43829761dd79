//! Functions as people and configurations name them.

use std::fmt;

/// A function by name or ARN, with a version or alias where one is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionName {
    /// Partition; empty where the name does not tell.
    pub partition: String,
    /// Region; empty where the name does not tell.
    pub region: String,
    /// Account; empty where the name does not tell.
    pub account: String,
    /// Its name.
    pub name: String,
    /// Version or alias; `$LATEST` counts as none.
    pub qualifier: Option<String>,
}

impl FunctionName {
    /// Reads a name, a partial ARN (`123456789012:function:name`) or a whole one.
    ///
    /// Source: Lambda API reference, `FunctionName`.
    pub fn parse(text: &str) -> Self {
        let (head, rest) = match text.split_once("function:") {
            Some((head, rest)) if head.is_empty() || head.ends_with(':') => (head.trim_end_matches(':'), rest),
            _ => ("", text),
        };
        let (name, qualifier) = rest.split_once(':').map_or((rest, None), |(name, of)| (name, Some(of)));
        let mut parts = head.rsplit(':');
        let account = parts.next().unwrap_or_default();
        let region = parts.next().unwrap_or_default();
        let partition = parts.nth(1).unwrap_or_default();
        Self {
            partition: partition.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            name: name.to_owned(),
            qualifier: qualifier.filter(|of| *of != "$LATEST").map(str::to_owned),
        }
    }

    /// Whether this name means that function: what it does not tell fits any, a version or alias among them.
    pub fn means(&self, other: &Self) -> bool {
        self.is_same_function(other) && (self.qualifier.is_none() || self.qualifier == other.qualifier)
    }

    /// Whether both are the same function, whatever version or alias.
    pub fn is_same_function(&self, other: &Self) -> bool {
        let fits = |own: &str, others: &str| own.is_empty() || others.is_empty() || own == others;
        self.name == other.name
            && fits(&self.partition, &other.partition)
            && fits(&self.region, &other.region)
            && fits(&self.account, &other.account)
    }

    /// With what it does not tell taken from where it is looked for.
    #[must_use]
    pub fn at(mut self, partition: &str, region: &str, account: &str) -> Self {
        let fill = |own: &mut String, with: &str| {
            if own.is_empty() {
                with.clone_into(own);
            }
        };
        fill(&mut self.partition, partition);
        fill(&mut self.region, region);
        fill(&mut self.account, account);
        self
    }

    /// The ARN without version or alias.
    pub fn bare_arn(&self) -> String {
        format!("arn:{}:lambda:{}:{}:function:{}", self.partition, self.region, self.account, self.name)
    }
}

/// The ARN, with version or alias where one is meant.
impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.bare_arn())?;
        self.qualifier.as_ref().map_or(Ok(()), |qualifier| write!(f, ":{qualifier}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:thumbs:live";

    #[test]
    fn names_of_every_form_mean_the_same_function() {
        let configured = FunctionName::parse(ARN);
        assert_eq!(configured.to_string(), ARN);
        for name in ["thumbs", "thumbs:live", "function:thumbs", "123456789012:function:thumbs:live", ARN] {
            assert!(FunctionName::parse(name).means(&configured), "{name}");
        }
        for name in ["thumb", "thumbs:dev", "210987654321:function:thumbs", &ARN.replace("eu-west-1", "eu-west-2")] {
            assert!(!FunctionName::parse(name).means(&configured), "{name}");
        }
        assert_eq!(FunctionName::parse("thumbs:$LATEST").qualifier, None);
    }

    #[test]
    fn what_a_name_lacks_comes_from_where_it_is_looked_for() {
        let known = FunctionName::parse("thumbs:live").at("aws", "eu-west-1", "123456789012");
        assert_eq!(known.to_string(), ARN);
        assert_eq!(known.bare_arn(), ARN.trim_end_matches(":live"));
    }
}
