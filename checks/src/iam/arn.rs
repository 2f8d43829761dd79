//! ARNs, taken apart.

use super::glob::{Case, Glob, Token};

/// The six segments of an ARN; the sixth is the rest and may hold `:` and `/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    /// Partition, for example `aws`.
    pub(crate) partition: &'a str,
    /// Service, for example `s3`.
    pub(crate) service: &'a str,
    /// Region, empty where the service has none.
    pub(crate) region: &'a str,
    /// Account, empty where the service has none.
    pub(crate) account: &'a str,
    /// Everything after the fifth colon.
    pub(crate) resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits an ARN; `None` when the text is none.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }

    fn head(&self) -> [&'a str; 5] {
        ["arn", self.partition, self.service, self.region, self.account]
    }
}

/// How the first five segments of a pattern fit an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeadFit {
    Yes,
    No,
    /// Only the letter case of region or account differs, which the documentation does not settle.
    CaseOnly,
}

/// Compares the segments before the fifth colon one by one. Segments that the pattern lacks count as `*`.
pub(crate) fn head_fits(head: &[Glob], arn: &Arn<'_>) -> HeadFit {
    let mut fit = HeadFit::Yes;
    for (at, (pattern, segment)) in head.iter().zip(arn.head()).enumerate() {
        if pattern.matches(segment, Case::Sensitive) {
            continue;
        }
        if at >= 3 && pattern.matches(segment, Case::Insensitive) {
            fit = HeadFit::CaseOnly;
        } else {
            return HeadFit::No;
        }
    }
    fit
}

/// Cuts a token sequence at its first five colons.
pub(crate) fn split_tokens(tokens: &[Token]) -> (Box<[Glob]>, Option<Glob>) {
    let mut head = Vec::new();
    let mut parts = tokens.splitn(6, |token| *token == Token::Byte(b':'));
    for part in parts.by_ref().take(5) {
        head.push(Glob::from_tokens(part));
    }
    (head.into(), parts.next().map(Glob::from_tokens))
}

/// Cuts a text at its first five colons, not inside `${…}`: the head as globs, the rest as text.
pub(crate) fn split_text(text: &str) -> (Box<[Glob]>, Option<&str>) {
    let mut head = Vec::new();
    let mut rest = text;
    while head.len() < 5 {
        let Some(at) = colon_outside_variable(rest) else {
            head.push(segment(rest));
            return (head.into(), None);
        };
        head.push(segment(rest.get(..at).unwrap_or_default()));
        rest = rest.get(at.saturating_add(1)..).unwrap_or_default();
    }
    (head.into(), Some(rest))
}

/// A segment before the fifth colon, where policy variables are not supported and stay text.
fn segment(text: &str) -> Glob {
    if text.contains("${") { Glob::literal(text) } else { Glob::wildcard(text) }
}

fn colon_outside_variable(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut dollar = false;
    for (at, character) in text.char_indices() {
        match character {
            '{' if dollar => depth = depth.saturating_add(1),
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => return Some(at),
            _ => {}
        }
        dollar = character == '$';
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_has_six_segments() {
        let arn = Arn::parse("arn:aws:lambda:eu-west-1:111122223333:function:f:live").unwrap();
        assert_eq!(arn.service, "lambda");
        assert_eq!(arn.account, "111122223333");
        assert_eq!(arn.resource, "function:f:live");
        assert_eq!(Arn::parse("arn:aws:s3:::b/k").unwrap().resource, "b/k");
        assert_eq!(Arn::parse("*"), None);
        assert_eq!(Arn::parse("arn:aws:ssm:*"), None);
    }

    #[test]
    fn segments_are_compared_one_by_one() {
        let arn = Arn::parse("arn:aws:ec2:us-east-2:111122223333:instance/i-0abc").unwrap();
        let fits = |text: &str| head_fits(&split_text(text).0, &arn);
        assert_eq!(fits("arn:aws:ec2:*"), HeadFit::Yes);
        assert_eq!(fits("arn:*:instance/i-0abc"), HeadFit::No);
        assert_eq!(fits("arn:aws:ec2:US-EAST-2:111122223333:x"), HeadFit::CaseOnly);
        assert_eq!(fits("arn:aws:EC2:us-east-2:111122223333:x"), HeadFit::No);
    }

    #[test]
    fn colons_inside_variables_do_not_split() {
        let (head, rest) = split_text("arn:aws:sqs:*:${aws:PrincipalAccount}:q-${aws:username}");
        assert_eq!(head.last(), Some(&Glob::literal("${aws:PrincipalAccount}")));
        assert_eq!(rest, Some("q-${aws:username}"));
    }
}
