//! What can stand at an end of a path, as a user writes it. Whether it exists is another question: see [`super::Atlas`].

use crate::net::{AddressSet, Family};
use ipnetwork::IpNetwork;
use std::fmt;
use std::net::IpAddr;

/// An end of a path, as it was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// `i-0123456789abcdef0`: the primary interface of an instance.
    Instance(String),
    /// `eni-0123456789abcdef0`.
    Interface(String),
    /// `i-…@10.0.0.7` or `eni-…@10.0.0.7`: one address of an instance or interface.
    At(String, IpAddr),
    /// `function:web`, or the ARN of a Lambda function: the name or ARN.
    Function(String),
    /// `eice-0123456789abcdef0`: an EC2 Instance Connect Endpoint.
    ConnectEndpoint(String),
    /// An address; whose it is follows from the facts.
    Address(IpAddr),
    /// `198.51.100.7@internet`: an address outside, whoever has it.
    Outside(IpAddr),
    /// Every address of a block outside every VPC, where connections start; no text stands for it.
    Far(IpNetwork),
    /// `internet`: any address outside.
    Internet,
    /// A host name, in lower case and without a final dot.
    Host(String),
    /// Instances whose `Name` tag begins with this.
    Named(String),
}

/// Prefixes of ids that are no end of a path, with what they are.
const NO_ENDS: &[(&str, &str)] = &[
    ("vpc-", "a VPC"),
    ("subnet-", "a subnet"),
    ("sg-", "a security group"),
    ("acl-", "a network ACL"),
    ("rtb-", "a route table"),
    ("igw-", "an internet gateway"),
    ("nat-", "a NAT gateway"),
    ("tgw-", "a transit gateway"),
    ("pcx-", "a peering connection"),
    ("vpce-", "a VPC endpoint"),
    ("vgw-", "a virtual private gateway"),
];

impl Subject {
    /// Reads a subject.
    ///
    /// # Errors
    /// What was expected, as a lower-case sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() || text.contains(char::is_control) || text != text.trim() {
            return Err("expected an instance, interface, function, address, host name or `internet`".to_owned());
        }
        if text.eq_ignore_ascii_case("internet") {
            return Ok(Self::Internet);
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        if let Some(name) = text.strip_prefix("name:").filter(|name| !name.is_empty()) {
            return Ok(Self::Named(name.to_owned()));
        }
        if let Some((left, right)) = text.rsplit_once('@') {
            return at(left, right);
        }
        if text.starts_with("arn:") {
            return of_arn(text);
        }
        if let Some(name) = text.strip_prefix("function:") {
            return function(name);
        }
        if let Some(id) = of_id(text)? {
            return Ok(id);
        }
        if let Some((_, what)) = NO_ENDS.iter().find(|(prefix, _)| has_digits(text, prefix)) {
            return Err(format!("`{text}` is {what}, where no connection begins or ends"));
        }
        if text.contains('/') {
            return Err(format!("`{text}` is no single address: give one of the block"));
        }
        if text.contains('.') { host(text) } else { Ok(Self::Named(text.to_owned())) }
    }

    /// The address family that the subject settles by itself.
    pub fn family(&self) -> Option<Family> {
        match self {
            Self::At(_, address) | Self::Address(address) | Self::Outside(address) => Some(Family::of(*address)),
            Self::Far(block) => Some(Family::of(block.ip())),
            _ => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance(text) | Self::Interface(text) | Self::ConnectEndpoint(text) | Self::Host(text) => {
                f.write_str(text)
            }
            Self::Named(text) if matches!(Self::parse(text), Ok(Self::Named(_))) => f.write_str(text),
            Self::Named(text) => write!(f, "name:{text}"),
            Self::At(id, address) => write!(f, "{id}@{address}"),
            Self::Function(text) if text.starts_with("arn:") => f.write_str(text),
            Self::Function(text) => write!(f, "function:{text}"),
            Self::Address(address) => write!(f, "{address}"),
            Self::Outside(address) => write!(f, "{address}@internet"),
            Self::Far(block) => write!(f, "{block}"),
            Self::Internet => f.write_str("internet"),
        }
    }
}

/// `IP@internet`, or an id with one of its addresses.
fn at(left: &str, right: &str) -> Result<Subject, String> {
    if right.eq_ignore_ascii_case("internet") {
        let address: IpAddr =
            left.parse().map_err(|_| format!("expected an address in front of `@internet`, found `{left}`"))?;
        if AddressSet::internet(Family::of(address)).contains(address) {
            return Ok(Subject::Outside(address));
        }
        return Err(format!("{address} is no address of the internet"));
    }
    let id = match of_id(left)? {
        Some(Subject::Instance(id) | Subject::Interface(id)) => id,
        _ => return Err(format!("expected the id of an instance or interface in front of `@`, found `{left}`")),
    };
    let address = right.parse().map_err(|_| format!("expected an address of `{left}` behind `@`, found `{right}`"))?;
    Ok(Subject::At(id, address))
}

/// An id of an instance, interface or EC2 Instance Connect Endpoint; `None` for a text that does not begin like one.
///
/// Source: EC2 user guide, "Resource IDs": 8 or 17 hexadecimal digits.
fn of_id(text: &str) -> Result<Option<Subject>, String> {
    if text.starts_with("mi-") {
        return Err("a hybrid node is no EC2 instance; give its address".to_owned());
    }
    for (prefix, what, make) in [
        ("i-", "an instance id", Subject::Instance as fn(String) -> Subject),
        ("eni-", "an interface id", Subject::Interface),
        ("eice-", "the id of an EC2 Instance Connect Endpoint", Subject::ConnectEndpoint),
    ] {
        if has_digits(text, prefix) {
            return Ok(Some(make(text.to_owned())));
        }
        if text.starts_with(prefix) {
            return Err(format!("{what} is `{prefix}` and 8 or 17 hexadecimal digits"));
        }
    }
    Ok(None)
}

fn has_digits(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|digits| {
        matches!(digits.len(), 8 | 17)
            && digits.bytes().all(|digit| digit.is_ascii_digit() || matches!(digit, b'a'..=b'f'))
    })
}

/// The ARN of a function, or of an instance or interface.
fn of_arn(text: &str) -> Result<Subject, String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        [_, _, "lambda", _, _, resource] if resource.starts_with("function:") => {
            function(resource.strip_prefix("function:").unwrap_or_default())?;
            Ok(Subject::Function(text.to_owned()))
        }
        [_, _, "ec2", _, _, resource] => {
            let kinds = ["instance/", "network-interface/", "instance-connect-endpoint/"];
            let id = kinds.iter().find_map(|kind| resource.strip_prefix(kind));
            let id = id.and_then(|id| of_id(id).ok().flatten());
            id.ok_or_else(|| format!("`{text}` is neither an instance nor an interface"))
        }
        _ => Err(format!("`{text}` is not the ARN of a Lambda function, an instance or an interface")),
    }
}

/// A function by name, with a version or alias behind a colon where one is meant.
///
/// Source: Lambda API reference, `GetFunctionConfiguration`, `FunctionName`.
fn function(name: &str) -> Result<Subject, String> {
    let is_word = |text: &str, more: &str| {
        !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || more.contains(letter))
    };
    let (plain, qualifier) = name.split_once(':').map_or((name, None), |(plain, qualifier)| (plain, Some(qualifier)));
    let is_good = is_word(plain, "-_") && plain.len() <= 140 && qualifier.is_none_or(|text| is_word(text, "-_$"));
    if is_good { Ok(Subject::Function(name.to_owned())) } else { Err(format!("`{name}` is no name of a function")) }
}

/// A host name: labels of letters, digits, hyphens and underscores.
fn host(text: &str) -> Result<Subject, String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
    };
    // An address with a part missing or too large looks like a name and is none.
    let is_numeric = name.rsplit('.').next().is_some_and(|last| last.chars().all(|letter| letter.is_ascii_digit()));
    if name.len() > 253 || is_numeric || !name.split('.').all(is_label) {
        return Err(format!("`{text}` is neither an address nor a host name; write `name:{text}` for a `Name` tag"));
    }
    Ok(Subject::Host(name.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn each_form_is_told_from_the_others() {
        let function = "arn:aws:lambda:eu-west-1:123456789012:function:web:prod";
        let cases = [
            ("i-0123456789abcdef0", Subject::Instance("i-0123456789abcdef0".into())),
            ("eni-0abc1234", Subject::Interface("eni-0abc1234".into())),
            ("i-0abc1234@10.0.0.7", Subject::At("i-0abc1234".into(), address("10.0.0.7"))),
            ("eni-0abc1234@2a05::7", Subject::At("eni-0abc1234".into(), address("2a05::7"))),
            ("10.0.0.7", Subject::Address(address("10.0.0.7"))),
            ("2a05:d018::7", Subject::Address(address("2a05:d018::7"))),
            ("198.51.100.7@internet", Subject::Outside(address("198.51.100.7"))),
            ("Internet", Subject::Internet),
            ("function:web", Subject::Function("web".into())),
            ("function:web:$LATEST", Subject::Function("web:$LATEST".into())),
            (function, Subject::Function(function.into())),
            ("arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc1234", Subject::Instance("i-0abc1234".into())),
            ("DB.example.com.", Subject::Host("db.example.com".into())),
            ("web", Subject::Named("web".into())),
            ("igw-like", Subject::Named("igw-like".into())),
            ("name:web.prod", Subject::Named("web.prod".into())),
        ];
        for (text, subject) in cases {
            assert_eq!(Subject::parse(text), Ok(subject.clone()), "{text}");
            assert_eq!(Subject::parse(&subject.to_string()), Ok(subject), "{text}");
        }
    }

    #[test]
    fn what_is_nothing_of_this_says_what_was_expected() {
        let cases = [
            ("", "expected an instance"),
            ("web\n", "expected an instance"),
            ("i-123", "8 or 17 hexadecimal digits"),
            ("eni-0123456789ABCDEF0", "8 or 17 hexadecimal digits"),
            ("mi-0123456789abcdef0", "hybrid"),
            ("web@10.0.0.7", "id of an instance or interface in front of `@`"),
            ("i-0abc1234@web", "expected an address of `i-0abc1234`"),
            ("10.0.0.7@internet", "no address of the internet"),
            ("web@internet", "expected an address in front of"),
            ("10.0.0.0/8", "no single address"),
            ("10.0.0.256", "neither an address nor a host name"),
            ("a..b", "neither an address nor a host name"),
            ("igw-0123456789abcdef0", "is an internet gateway"),
            ("arn:aws:s3:::bucket", "not the ARN of a Lambda function"),
            ("arn:aws:ec2:eu-west-1:1:vpc/vpc-1", "neither an instance nor an interface"),
            ("function:a/b", "no name of a function"),
        ];
        for (text, part) in cases {
            let error = Subject::parse(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn addresses_settle_the_family() {
        let family = |text: &str| Subject::parse(text).unwrap().family();
        assert_eq!(family("10.0.0.7"), Some(Family::Ipv4));
        assert_eq!(family("i-0abc1234@2a05::7"), Some(Family::Ipv6));
        assert_eq!(family("internet"), None);
    }
}
