//! The operations that go through `aws-sdk-lambda`.

super::operations! {
    aws_sdk_lambda::Client;
    GetFunctionConfiguration => get_function_configuration {
        set_function_name FunctionName, set_qualifier Qualifier,
    }
}
