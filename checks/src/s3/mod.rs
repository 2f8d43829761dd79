//! The symptom "an S3 event does not reach its destination": its case, its reads, its diagnosis.

pub mod bridge;
mod bucket;
mod case;
pub mod destination;
pub mod document;
mod each;
pub mod entry;
pub mod event;
pub mod filter;
mod function;
pub(crate) mod inside;
pub mod metrics;
pub mod pattern;
pub mod permission;
mod reads;
mod role;
pub(crate) mod side;
pub mod trail;

pub use bucket::bucket_name;
pub use case::{Called, Case, Question, S3};
pub use function::FunctionName;
pub use inside::Settled;
pub use reads::{READS, reads};

use crate::diagnosis::{SubjectGap, Works};
use crate::snapshot::{Gap, Snapshot};

/// The case of a bucket.
///
/// # Errors
/// It does not exist, or nobody knows. A bucket that may not be looked into leaves the function that is asked about to be judged.
pub fn find<'a>(snapshot: &'a Snapshot, question: &'a Question) -> Result<Case<'a>, SubjectGap> {
    let case = Case::new(snapshot, question);
    match &case.configuration {
        _ if case.special_kind().is_some() => Ok(case),
        Ok(Some(_)) => Ok(case),
        Err(Gap::Denied { .. }) if case.asked.is_some() => Ok(case),
        Ok(None) => Err(SubjectGap::NotFound),
        Err(gap) => Err(SubjectGap::NotReadable(gap.clone())),
    }
}

/// The plainest evidence: whether the bucket works at this moment. No API tells of a single event.
pub fn works(_case: &Case<'_>) -> Works {
    Works::Untold("nothing that can be read keeps events of the bucket from their destination")
}
