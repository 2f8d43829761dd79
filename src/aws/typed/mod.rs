//! The calls that go through the typed clients of the AWS SDK: the reads that rules judge. Inputs are set on the typed
//! builders; outputs are taken from the wire, so no field is copied by hand.

mod ec2;
mod iam;
mod input;
mod lambda;
mod s3;

use std::future::Future;
use std::pin::Pin;

use super::attempts::Watch;
use super::call::Call;
use super::error::Unanswered;
use super::session::Session;

/// A request that is ready to go. Boxed: the futures of the SDK are large, and there is one per operation.
type Ready = Pin<Box<dyn Future<Output = Result<(), Unanswered>> + Send>>;

/// The call on a typed client; `None` for an operation or an input that none of the lines below covers.
pub(super) fn prepare(session: &Session, call: &Call<'_>, watch: &Watch) -> Option<Ready> {
    let given = input::Given::new(call.input);
    match call.service.name.as_str() {
        "ec2" => ec2::prepare(session.ec2(), call.operation, &given, watch),
        "iam" => iam::prepare(session.iam(), call.operation, &given, watch),
        "lambda" => lambda::prepare(session.lambda(), call.operation, &given, watch),
        "s3" => s3::prepare(session.s3(), call.operation, &given, watch),
        _ => None,
    }
}

/// One line per operation: its name, the builder's method, and which setter takes which member.
macro_rules! operations {
    ($client:ty; $($name:ident => $method:ident { $($setter:ident $member:ident),* $(,)? })*) => {
        pub(super) fn prepare(
            client: &$client,
            operation: &str,
            given: &super::input::Given<'_>,
            watch: &super::Watch,
        ) -> Option<super::Ready> {
            match operation {
                $(stringify!($name) => {
                    let call = client.$method()$(.$setter(given.get(stringify!($member))))*;
                    if !given.all_taken() {
                        return None;
                    }
                    let call = call.customize().interceptor(watch.clone());
                    Some(Box::pin(async move {
                        call.send().await.map(drop).map_err(|error| super::Unanswered::of(&error))
                    }))
                })*
                _ => None,
            }
        }

        /// The operations above, for the tests.
        #[cfg(test)]
        pub(super) const OPERATIONS: &[&str] = &[$(stringify!($name)),*];
    };
}
use operations;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Service;

    #[test]
    fn every_line_names_an_operation_of_the_model() {
        let typed = [
            ("ec2", ec2::OPERATIONS),
            ("iam", iam::OPERATIONS),
            ("lambda", lambda::OPERATIONS),
            ("s3", s3::OPERATIONS),
        ];
        for (service, operations) in typed {
            let model = Service::load(service).unwrap();
            for operation in operations {
                assert!(model.operations.contains_key(*operation), "{service} {operation}");
            }
        }
    }
}
