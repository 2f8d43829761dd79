//! A whole diagnosis, from facts and the id of a subject: the one place that brings a symptom's case and its rules together.

use crate::diagnosis::{Diagnosis, Subject, SubjectGap, diagnose};
use crate::ecs;
use crate::instance::find;
use crate::lambda;
use crate::net::Network;
use crate::rules;
use crate::s3;
use crate::snapshot::Snapshot;
use crate::ssh;
use crate::ssm::{self, Case, Estate};

/// Why an EC2 instance is not managed by Systems Manager, or sessions to it fail.
///
/// # Errors
/// It does not exist, or its own facts are not known.
pub fn ssm<'a>(estate: &'a Estate<'a>, id: &str) -> Result<Diagnosis, SubjectGap> {
    let instance = find(estate.snapshot, id)?;
    let case = Case::new(estate, instance);
    let subject =
        Subject { kind: "ec2-instance", id: id.to_owned(), arn: case.arn(), name: instance.name().map(str::to_owned) };
    Ok(diagnose(rules::SSM, &case, subject, &ssm::works(&case)))
}

/// Why SSH to an EC2 instance fails.
///
/// # Errors
/// It does not exist, or its own facts are not known.
pub fn ssh(snapshot: &Snapshot, question: &ssh::Question) -> Result<Diagnosis, SubjectGap> {
    let instance = find(snapshot, &question.instance)?;
    let network = Network::new(snapshot);
    let case = ssh::Case::new(&network, question, instance);
    let (id, name) = (question.instance.clone(), instance.name().map(str::to_owned));
    let subject = Subject { kind: "ec2-instance", id, arn: case.arn(), name };
    Ok(diagnose(rules::SSH, &case, subject, &ssh::works(&case)))
}

/// Why a Lambda function in a VPC has no internet, or does not reach an AWS API.
///
/// # Errors
/// It does not exist, or its own facts are not known.
pub fn lambda(snapshot: &Snapshot, question: &lambda::Question) -> Result<Diagnosis, SubjectGap> {
    let function = lambda::find(snapshot, &question.function)?;
    let network = Network::new(snapshot);
    let case = lambda::Case::new(&network, question, function);
    let subject =
        Subject { kind: "lambda-function", id: case.name().to_owned(), arn: case.arn().to_owned(), name: None };
    Ok(diagnose(rules::LAMBDA, &case, subject, &lambda::works(&case)))
}

/// Why an S3 event does not reach its destination.
///
/// # Errors
/// The bucket does not exist, or its own facts are not known.
pub fn s3(snapshot: &Snapshot, question: &s3::Question) -> Result<Diagnosis, SubjectGap> {
    let case = s3::find(snapshot, question)?;
    let subject = Subject { kind: "s3-bucket", id: question.bucket.clone(), arn: case.bucket_arn(), name: None };
    Ok(diagnose(rules::S3, &case, subject, &s3::works(&case)))
}

/// Why an EC2 instance does not register as a container instance, or is disconnected.
///
/// # Errors
/// The instance does not exist, or its own facts are not known.
pub fn ecs(snapshot: &Snapshot, question: &ecs::Question) -> Result<Diagnosis, SubjectGap> {
    let instance = find(snapshot, &question.instance)?;
    let network = Network::new(snapshot);
    let case = ecs::Case::new(&network, question, instance);
    let (id, name) = (question.instance.clone(), instance.name().map(str::to_owned));
    let subject = Subject { kind: "ec2-instance", id, arn: case.arn(), name };
    Ok(diagnose(rules::ECS, &case, subject, &ecs::works(&case)))
}
