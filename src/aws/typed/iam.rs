//! The operations that go through `aws-sdk-iam`.

super::operations! {
    aws_sdk_iam::Client;
    GetInstanceProfile => get_instance_profile { set_instance_profile_name InstanceProfileName }
    GetRole => get_role { set_role_name RoleName }
    ListAttachedRolePolicies => list_attached_role_policies {
        set_role_name RoleName, set_path_prefix PathPrefix, set_marker Marker,
        set_max_items MaxItems,
    }
    ListRolePolicies => list_role_policies {
        set_role_name RoleName, set_marker Marker, set_max_items MaxItems,
    }
    GetRolePolicy => get_role_policy { set_role_name RoleName, set_policy_name PolicyName }
    ListPolicies => list_policies {
        set_scope Scope, set_only_attached OnlyAttached, set_path_prefix PathPrefix,
        set_policy_usage_filter PolicyUsageFilter, set_marker Marker, set_max_items MaxItems,
    }
    GetPolicy => get_policy { set_policy_arn PolicyArn }
    GetPolicyVersion => get_policy_version {
        set_policy_arn PolicyArn, set_version_id VersionId,
    }
    SimulatePrincipalPolicy => simulate_principal_policy {
        set_policy_source_arn PolicySourceArn, set_policy_input_list PolicyInputList,
        set_permissions_boundary_policy_input_list PermissionsBoundaryPolicyInputList,
        set_action_names ActionNames, set_resource_arns ResourceArns,
        set_resource_policy ResourcePolicy, set_resource_owner ResourceOwner,
        set_caller_arn CallerArn, set_context_entries ContextEntries,
        set_resource_handling_option ResourceHandlingOption, set_max_items MaxItems,
        set_marker Marker,
    }
}
