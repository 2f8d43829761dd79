//! A whole diagnosis, from facts and the id of a subject: the one place that brings a symptom's case and its rules together.

use crate::diagnosis::{Diagnosis, Subject, diagnose};
use crate::rules;
use crate::ssm::{self, Case, Estate, SubjectGap};

/// Why an EC2 instance is not managed by Systems Manager, or sessions to it fail.
///
/// # Errors
/// It does not exist, or its own facts are not known.
pub fn ssm<'a>(estate: &'a Estate<'a>, id: &str) -> Result<Diagnosis, SubjectGap> {
    let instance = ssm::find(estate.snapshot, id)?;
    let case = Case::new(estate, instance);
    let subject =
        Subject { kind: "ec2-instance", id: id.to_owned(), arn: case.arn(), name: instance.name().map(str::to_owned) };
    Ok(diagnose(rules::SSM, &case, subject, &ssm::works(&case)))
}
