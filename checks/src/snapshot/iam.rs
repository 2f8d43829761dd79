//! IAM: instance profiles, roles and their policies.
//!
//! Shapes: IAM API reference. Policy documents are JSON objects, as the AWS CLI prints them, or their text.

use super::ec2::shapes;
use serde::Deserialize;
use serde_json::Value;

shapes! {
    /// `GetInstanceProfile`.
    InstanceProfile {
        /// Name without path.
        instance_profile_name: String,
        /// `AIPA…`; differs after the profile was deleted and made again.
        instance_profile_id: String,
        /// ARN with path.
        arn: String,
        /// No role, or one.
        roles: Vec<Role>,
    }
    /// `GetRole`; inside a profile without boundary and tags.
    Role {
        /// Name without path.
        role_name: String,
        /// `AROA…`.
        role_id: String,
        /// ARN with path.
        arn: String,
        /// Path, `/` by default.
        path: String,
        /// The trust policy.
        assume_role_policy_document: Value,
        /// The permissions boundary.
        permissions_boundary: Option<AttachedBoundary>,
        /// Tags.
        tags: Vec<super::ec2::Tag>,
    }
    /// `GetUser`.
    User {
        /// Name without path.
        user_name: String,
        /// `AIDA…`.
        user_id: String,
        /// ARN with path.
        arn: String,
        /// The permissions boundary.
        permissions_boundary: Option<AttachedBoundary>,
        /// Tags.
        tags: Vec<super::ec2::Tag>,
    }
    /// `ListGroupsForUser`.
    GroupsOfUser {
        /// The groups.
        groups: Vec<Group>,
    }
    /// A group of users.
    Group {
        /// Name without path.
        group_name: String,
    }
    /// A permissions boundary.
    AttachedBoundary {
        /// ARN of the policy that is the boundary.
        permissions_boundary_arn: String,
    }
    /// `ListAttachedRolePolicies`.
    AttachedPolicies {
        /// The managed policies of the role.
        attached_policies: Vec<AttachedPolicy>,
    }
    /// `ListAttachedUserPolicies`.
    AttachedUserPolicies {
        /// The managed policies of the user.
        attached_policies: Vec<AttachedPolicy>,
    }
    /// `ListAttachedGroupPolicies`.
    AttachedGroupPolicies {
        /// The managed policies of the group.
        attached_policies: Vec<AttachedPolicy>,
    }
    /// A managed policy of a role, user or group.
    AttachedPolicy {
        /// Name.
        policy_name: String,
        /// ARN.
        policy_arn: String,
    }
    /// `ListRolePolicies`.
    InlinePolicyNames {
        /// Names of the inline policies.
        policy_names: Vec<String>,
    }
    /// `GetRolePolicy`.
    InlinePolicy {
        /// Name of the role.
        role_name: String,
        /// Name of the policy.
        policy_name: String,
        /// The document.
        policy_document: Value,
    }
    /// `ListUserPolicies`.
    InlineUserPolicyNames {
        /// Names of the inline policies.
        policy_names: Vec<String>,
    }
    /// `GetUserPolicy`.
    InlineUserPolicy {
        /// The document.
        policy_document: Value,
    }
    /// `ListGroupPolicies`.
    InlineGroupPolicyNames {
        /// Names of the inline policies.
        policy_names: Vec<String>,
    }
    /// `GetGroupPolicy`.
    InlineGroupPolicy {
        /// The document.
        policy_document: Value,
    }
    /// A row of `ListPolicies`.
    ManagedPolicy {
        /// Name.
        policy_name: String,
        /// ARN.
        arn: String,
        /// The version in force.
        default_version_id: String,
    }
    /// `SimulatePrincipalPolicy`.
    Simulation {
        /// One for each action.
        evaluation_results: Vec<EvaluationResult>,
    }
    /// What the policies of a principal do to one action.
    EvaluationResult {
        /// The action.
        eval_action_name: String,
        /// `allowed`, `explicitDeny` or `implicitDeny`.
        eval_decision: String,
        /// The part of the organization; missing for an account that is in none.
        organizations_decision_detail: Option<OrganizationsDecisionDetail>,
        /// The part of the permissions boundary; missing for a principal that has none.
        permissions_boundary_decision_detail: Option<PermissionsBoundaryDecisionDetail>,
    }
    /// The part of the organization in a simulation.
    OrganizationsDecisionDetail {
        /// Whether the service control policies let the action pass.
        allowed_by_organizations: Option<bool>,
    }
    /// The part of the permissions boundary in a simulation.
    PermissionsBoundaryDecisionDetail {
        /// Whether the boundary lets the action pass.
        allowed_by_permissions_boundary: Option<bool>,
    }
    /// `GetPolicyVersion`.
    PolicyVersion {
        /// The document.
        document: Value,
        /// Such as `v2`.
        version_id: String,
        /// Whether it is the version in force.
        is_default_version: Option<bool>,
    }
}
