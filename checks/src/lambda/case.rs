//! One function under diagnosis: its facts, and what several rules need of them, worked out once.

use super::paths::{self, SubnetWay};
use super::target::Target;
use crate::diagnosis::SubjectGap;
use crate::net::{Family, Interface, Network};
use crate::rule::Symptom;
use crate::snapshot::Snapshot;
use crate::snapshot::lambda::{FunctionConfiguration, FunctionVpcConfig};

/// The symptom "a Lambda function in a VPC has no internet, or does not reach an AWS API".
pub enum Lambda {}

impl Symptom for Lambda {
    type Case<'a> = Case<'a>;
}

/// What is asked: a function, and where it connects to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Name, partial or whole ARN, with a version or alias behind a colon where one is meant.
    pub function: String,
    /// An address or a host name; any address on the internet where none is given.
    pub to: Option<String>,
    /// The port that it connects to.
    pub port: u16,
}

/// What was found of it, with everything its rules look at.
pub struct Case<'a> {
    /// All facts.
    pub snapshot: &'a Snapshot,
    /// The network that they show.
    pub network: &'a Network<'a>,
    /// What is asked.
    pub question: &'a Question,
    /// The function, as the version or alias that is asked about has it.
    pub function: &'a FunctionConfiguration,
    /// Where it connects to.
    pub target: Target,
    /// The way from each of its subnets, for each family of addresses that counts; none for a function in no VPC.
    pub ways: Vec<SubnetWay>,
    /// Its interfaces, one in each subnet that is known.
    pub interfaces: Vec<Interface<'a>>,
}

/// The function that a question is about.
///
/// # Errors
/// It does not exist, or nobody knows.
pub fn find<'a>(snapshot: &'a Snapshot, name: &str) -> Result<&'a FunctionConfiguration, SubjectGap> {
    snapshot.functions.get(name).map_err(SubjectGap::NotReadable)?.ok_or(SubjectGap::NotFound)
}

impl<'a> Case<'a> {
    /// Prepares the case of a function.
    pub fn new(network: &'a Network<'a>, question: &'a Question, function: &'a FunctionConfiguration) -> Self {
        let snapshot = network.snapshot;
        let target = Target::parse(question.to.as_deref(), &snapshot.header.region).unwrap_or(Target::Internet);
        let mut case = Self { snapshot, network, question, function, target, ways: Vec::new(), interfaces: Vec::new() };
        (case.ways, case.interfaces) = paths::of_case(&case);
        case
    }

    /// Region of the function; empty when the facts do not tell.
    pub fn region(&self) -> &'a str {
        &self.snapshot.header.region
    }

    /// Account of the function; empty when the facts do not tell.
    pub fn account(&self) -> &'a str {
        self.function.function_arn.split(':').nth(4).unwrap_or(&self.snapshot.header.account)
    }

    /// Name of the function.
    pub fn name(&self) -> &'a str {
        let name = self.function.function_name.as_str();
        if name.is_empty() { &self.question.function } else { name }
    }

    /// The version or alias that is asked about.
    pub fn qualifier(&self) -> Option<&'a str> {
        let asked = self.question.function.as_str();
        let rest = asked.rsplit_once("function:").map_or(asked, |(_, rest)| rest);
        rest.split_once(':').map(|(_, qualifier)| qualifier)
    }

    /// ARN of the function, with the version or alias that was asked about.
    pub fn arn(&self) -> &'a str {
        &self.function.function_arn
    }

    /// Where the function is attached to a VPC, if it is.
    pub fn vpc(&self) -> Option<&'a FunctionVpcConfig> {
        self.function.vpc_config.as_ref().filter(|config| !config.subnet_ids.is_empty())
    }

    /// Id of the VPC; empty for a function in none.
    pub fn vpc_id(&self) -> &'a str {
        self.vpc().map_or("", |config| &config.vpc_id)
    }

    /// The ways of one family of addresses.
    pub fn over(&self, family: Family) -> impl Iterator<Item = &SubnetWay> {
        self.ways.iter().filter(move |way| way.family == family)
    }

    /// Whether names have to be resolved to reach the target.
    pub fn needs_names(&self) -> bool {
        !matches!(self.target, Target::Address(_))
    }
}
