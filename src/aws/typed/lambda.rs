//! The operations that go through `aws-sdk-lambda`.

super::operations! {
    aws_sdk_lambda::Client;
    GetFunctionConfiguration => get_function_configuration {
        set_function_name FunctionName, set_qualifier Qualifier,
    }
    GetAlias => get_alias {
        set_function_name FunctionName, set_name Name,
    }
    GetPolicy => get_policy {
        set_function_name FunctionName, set_qualifier Qualifier,
    }
    GetFunctionConcurrency => get_function_concurrency {
        set_function_name FunctionName,
    }
    GetFunctionEventInvokeConfig => get_function_event_invoke_config {
        set_function_name FunctionName, set_qualifier Qualifier,
    }
    GetFunctionRecursionConfig => get_function_recursion_config {
        set_function_name FunctionName,
    }
    ListEventSourceMappings => list_event_source_mappings {
        set_event_source_arn EventSourceArn, set_function_name FunctionName, set_marker Marker,
        set_max_items MaxItems,
    }
    GetAccountSettings => get_account_settings {}
}
