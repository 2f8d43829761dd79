//! Instance types.

use super::*;

shapes! {
    /// `DescribeInstanceTypes`.
    InstanceType {
        /// Such as `t3.micro`.
        instance_type: String,
        /// Its processor.
        processor_info: ProcessorInfo,
        /// Its memory.
        memory_info: MemoryInfo,
        /// Its GPUs; absent for a type without.
        gpu_info: Option<GpuInfo>,
        /// Its network adapters.
        network_info: NetworkInfo,
    }
    /// The network adapters of a type.
    NetworkInfo {
        /// The Elastic Network Adapter: `unsupported`, `supported` or `required`.
        ena_support: String,
    }
    /// The processor of a type.
    ProcessorInfo {
        /// Such as `x86_64` or `arm64`.
        supported_architectures: Vec<String>,
    }
    /// The memory of a type.
    MemoryInfo {
        /// In MiB.
        #[serde(rename = "SizeInMiB")]
        size_in_mib: i64,
    }
    /// The GPUs of a type.
    GpuInfo {
        /// Each kind of them.
        gpus: Vec<GpuDeviceInfo>,
    }
    /// A kind of GPU.
    GpuDeviceInfo {
        /// Such as `T4`.
        name: String,
        /// Such as `NVIDIA`.
        manufacturer: String,
    }
}
