//! The `Resource` and `NotResource` elements.

use super::arn::{Arn, HeadFit, head_fits, split_text};
use super::context::Context;
use super::glob::{Case, Glob};
use super::notes::Notes;
use super::pattern::{Filled, Pattern, Reading};
use super::services::has_typed_arns;
use super::truth::Truth;
use super::unsettled::Unsettled;

/// The resource of a request, split once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'a> {
    /// `*`: the action has no resource types. `true` for `s3:ListAllMyBuckets`.
    None { lists_buckets: bool },
    /// An ARN.
    Arn(Arn<'a>),
    /// Other text; only `*` covers it.
    Other,
}

/// One entry of `Resource` or `NotResource`.
#[derive(Clone, Debug)]
pub(crate) struct ResourcePattern {
    text: Box<str>,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    /// `*`
    Everything,
    /// The segments before the fifth colon, and what follows it. A pattern without the fifth colon is padded with `*`.
    Segments { head: Box<[Glob]>, rest: Option<Rest> },
}

#[derive(Clone, Debug)]
struct Rest {
    pattern: Pattern,
    /// A wildcard stands before the first `/` or `:`, and the pattern is not a lone `*`.
    wild_type: bool,
    /// It stands for the whole type, as the EC2 user guide has it: `*/*` (EC2 user guide, "Grant permission to tag … during creation").
    any_type: bool,
}

/// How an entry fits a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Yes,
    No,
    /// A policy variable has no value: a `Resource` entry then matches nothing.
    NoValue,
    /// Not decided; the notes say why.
    Unknown,
}

impl ResourcePattern {
    /// Reads an entry. Policy variables work after the fifth colon only (IAM user guide, policy variables).
    pub(crate) fn compile(text: &str, variables: bool) -> Self {
        let form = if Glob::wildcard(text) == Glob::Any {
            Form::Everything
        } else {
            let (head, rest) = split_text(text);
            let rest = rest.map(|rest| Rest {
                pattern: Pattern::compile(rest, Reading { wildcards: true, variables }),
                any_type: rest.starts_with("*/"),
                wild_type: rest != "*"
                    && rest.find(['*', '?']).is_some_and(|wild| rest.find(['/', ':']).is_none_or(|mark| wild < mark)),
            });
            Form::Segments { head, rest }
        };
        Self { text: text.into(), form }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is `*`.
    pub(crate) fn is_everything(&self) -> bool {
        matches!(self.form, Form::Everything)
    }

    pub(crate) fn fit(&self, target: Target<'_>, context: &Context, notes: &mut Notes) -> Fit {
        let Form::Segments { head, rest } = &self.form else { return Fit::Yes };
        match target {
            Target::None { lists_buckets } => {
                if lists_buckets && covers_all_buckets(head, rest.as_ref()) {
                    notes.unsettled(Unsettled::AllBucketsArn);
                    return Fit::Unknown;
                }
                Fit::No
            }
            Target::Other => Fit::No,
            Target::Arn(arn) => self.fit_arn(&arn, head, rest.as_ref(), context, notes),
        }
    }

    fn fit_arn(&self, arn: &Arn<'_>, head: &[Glob], rest: Option<&Rest>, context: &Context, notes: &mut Notes) -> Fit {
        let head = head_fits(head, arn);
        if head == HeadFit::No {
            return Fit::No;
        }
        let mut wild_type = false;
        if let Some(rest) = rest {
            // Whatever a variable that is not known stands for, what does not fit the text around it is not meant.
            if rest.pattern.misses_anyway(arn.resource, context) {
                return Fit::No;
            }
            match rest.pattern.fill(context, notes) {
                Filled::Value(glob) if glob.matches(arn.resource, Case::Sensitive) => {
                    let is_settled = rest.any_type && arn.service == "ec2";
                    wild_type = rest.wild_type
                        && !is_settled
                        && has_typed_arns(arn.service, arn.region)
                        && arn.resource.contains(['/', ':']);
                }
                Filled::Value(_) => return Fit::No,
                Filled::NoValue => return Fit::NoValue,
                Filled::Unknown => return Fit::Unknown,
            }
        }
        if head == HeadFit::CaseOnly {
            notes.unsettled(Unsettled::SegmentCase { pattern: self.text.to_string() });
            return Fit::Unknown;
        }
        if wild_type {
            notes.unsettled(Unsettled::ResourceTypeWildcard { pattern: self.text.to_string() });
            return Fit::Unknown;
        }
        Fit::Yes
    }
}

fn covers_all_buckets(head: &[Glob], rest: Option<&Rest>) -> bool {
    let everything = rest.is_none_or(|rest| matches!(rest.pattern, Pattern::Fixed(Glob::Any)));
    let fits = |(glob, text): (&Glob, &str)| glob.matches(text, Case::Sensitive);
    everything && head.iter().zip(["arn", "aws", "s3", "", ""]).all(fits)
}

/// `Resource` or `NotResource`.
#[derive(Clone, Debug)]
pub(crate) struct ResourceElement {
    pub(crate) entries: Box<[ResourcePattern]>,
    pub(crate) negated: bool,
}

impl ResourceElement {
    pub(crate) fn matches(&self, target: Target<'_>, context: &Context, notes: &mut Notes) -> Truth {
        if self.negated && self.entries.is_empty() {
            notes.unsettled(Unsettled::EmptyElement { element: "NotResource".to_owned() });
            return Truth::Unknown;
        }
        let mut any = Truth::False;
        let mut without_value = false;
        for entry in &self.entries {
            match entry.fit(target, context, notes) {
                Fit::Yes => return Truth::from(!self.negated),
                Fit::No => {}
                Fit::NoValue => without_value = true,
                Fit::Unknown => any = Truth::Unknown,
            }
        }
        if !self.negated {
            return any;
        }
        if without_value {
            notes.unsettled(Unsettled::NotResourceVariableWithoutValue);
            any = Truth::Unknown;
        }
        !any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, resource: &str) -> Fit {
        let target = Arn::parse(resource).map_or(Target::None { lists_buckets: false }, Target::Arn);
        ResourcePattern::compile(pattern, true).fit(target, &Context::complete(), &mut Notes::default())
    }

    #[test]
    fn case_matters_in_the_resource() {
        assert_eq!(fits("arn:aws:s3:::b/Config.json", "arn:aws:s3:::b/config.json"), Fit::No);
        assert_eq!(fits("arn:aws:s3:::b/config.json", "arn:aws:s3:::b/config.json"), Fit::Yes);
    }

    #[test]
    fn short_arns_are_padded() {
        assert_eq!(fits("arn:aws:ssm:*", "arn:aws:ssm:eu-west-1:111122223333:parameter/x"), Fit::Yes);
        assert_eq!(fits("arn:aws:ssm:*", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"), Fit::No);
    }

    #[test]
    fn a_bucket_is_not_its_objects() {
        assert_eq!(fits("arn:aws:s3:::b", "arn:aws:s3:::b/k"), Fit::No);
        assert_eq!(fits("arn:aws:s3:::b/*", "arn:aws:s3:::b"), Fit::No);
        assert_eq!(fits("arn:aws:s3:::b*", "arn:aws:s3:::b"), Fit::Yes);
        assert_eq!(fits("arn:aws:s3:::b*", "arn:aws:s3:::b/k/l"), Fit::Yes);
        assert_eq!(fits("arn:aws:s3:::b*", "arn:aws:s3:::bb"), Fit::Yes);
    }

    #[test]
    fn a_function_is_not_its_qualifiers() {
        let bare = "arn:aws:lambda:eu-west-1:111122223333:function:f";
        let alias = "arn:aws:lambda:eu-west-1:111122223333:function:f:live";
        assert_eq!(fits(bare, alias), Fit::No);
        assert_eq!(fits(&format!("{bare}:*"), bare), Fit::No);
        assert_eq!(fits(&format!("{bare}:*"), alias), Fit::Yes);
        assert_eq!(fits(&format!("{bare}*"), alias), Fit::Yes);
        assert_eq!(fits(&format!("{bare}*"), bare), Fit::Yes);
    }

    #[test]
    fn actions_without_resource_types_need_the_star() {
        assert_eq!(fits("*", "*"), Fit::Yes);
        assert_eq!(fits("arn:aws:ec2:*", "*"), Fit::No);
    }

    #[test]
    fn a_lone_star_after_the_fifth_colon_is_no_type_wildcard() {
        let instance = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1";
        assert_eq!(fits("arn:aws:ec2:*:*:*", instance), Fit::Yes);
        assert_eq!(fits("arn:aws:ec2:*:*:inst*/i-1", instance), Fit::Unknown);
        assert_eq!(fits("arn:aws:sqs:*:*:q-*", "arn:aws:sqs:eu-west-1:111122223333:q-1"), Fit::Yes);
    }
}
