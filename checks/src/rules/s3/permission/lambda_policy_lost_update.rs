//! Two tools added statements at the same moment, and one of them was lost.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Nothing that the facts could show afterwards: whether a template or script added several permissions to one function at
    /// the same time.
    ///
    /// ## Why it matters
    ///
    /// Each `AddPermission` reads the policy, adds a statement and writes it back. Two at the same time can both succeed while
    /// only one statement stays. The tool believes that its statement is there, and the policy lacks it.
    ///
    /// ## How to confirm
    ///
    /// Compare the statements that the template or state file lists with `aws lambda get-policy --function-name FUNCTION`.
    ///
    /// ## False positives
    ///
    /// A statement that somebody removed by hand looks the same. Whether one is missing at all, the rule
    /// `s3/lambda-permission-missing` tells.
    ///
    /// ## Fix
    ///
    /// Let the tool make one permission after the other (`DependsOn`, `depends_on`), and add the lost one again (class A). To
    /// undo, remove it by its `StatementId`.
    ///
    /// ## References
    ///
    /// - Lambda API reference, `AddPermission`, `RevisionId` and `PreconditionFailedException`
    "s3/lambda-policy-lost-update", Blocker, fix A,
    "Statements were lost when several were added at once",
    settled by Nothing,
    on Client run "aws lambda get-policy --function-name FUNCTION --query Policy --output text",
    look for "fewer statements for this function than the template or state file has made"
}
