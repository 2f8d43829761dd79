//! How the NAT gateways on the ways were doing in the last hour.

use super::Case;
use super::paths::not_in_vpc;
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::snapshot::{Gap, operations as op};

/// What a metric of a NAT gateway summed up to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading<'a> {
    /// The gateway.
    pub gateway: &'a str,
    /// The sum over the last hour.
    pub total: f64,
}

/// What a metric of a NAT gateway summed up to in the last hour.
///
/// # Errors
/// Why it is not known.
pub fn total(case: &Case<'_>, metric: &str, gateway: &str) -> Result<f64, Gap> {
    let known = case.snapshot.metrics.get(&format!("{metric}/{gateway}"))?;
    Ok(known.map_or(0.0, |metric| metric.total()))
}

/// NAT gateways of the function's VPC on its ways: how those of a hub are doing is for its owner, and is not asked for.
pub fn measured<'a>(case: &Case<'a>) -> Vec<&'a str> {
    let vpc = |id: &str| case.snapshot.nat_gateways.get(id).ok().flatten().map(|gateway| gateway.vpc_id.as_str());
    let mut ids = case.nat_gateways();
    ids.retain(|id| vpc(id) == Some(case.vpc_id()));
    ids
}

/// Judges a metric of every NAT gateway on the ways; `describe` makes the finding of one that is above zero, if it is a fault.
///
/// # Errors
/// A metric is not known, and no other shows the fault.
pub fn judge(
    case: &Case<'_>,
    metric: &str,
    pass: &'static str,
    describe: &dyn Fn(&Reading<'_>) -> Option<Finding>,
) -> Result<Judgement, Gap> {
    if case.vpc().is_none() {
        return Ok(not_in_vpc());
    }
    let gateways = measured(case);
    if gateways.is_empty() {
        return Ok(Judgement::not_applicable("the way leads through no NAT gateway of the VPC"));
    }
    let (mut findings, mut gap) = (Vec::new(), None);
    for gateway in gateways {
        match total(case, metric, gateway) {
            Ok(total) if total > 0.0 => findings.extend(describe(&Reading { gateway, total })),
            Ok(_) => {}
            Err(unknown) => gap = gap.or(Some(unknown)),
        }
    }
    match gap {
        Some(gap) if findings.is_empty() => Err(gap),
        _ => Ok(Judgement::of(findings, pass)),
    }
}

/// A finding about a metric of a gateway.
pub fn finding(reading: &Reading<'_>, metric: &str, detail: String) -> Finding {
    let proof = Evidence::new(op::GET_METRIC_STATISTICS, reading.gateway, format!("{metric} Sum"), reading.total);
    Finding::new(detail).about("nat-gateway", reading.gateway).proof(proof)
}

/// One more address for a gateway.
pub fn more_addresses(case: &Case<'_>, gateway: &str) -> Fix {
    let site = case.site("");
    let command = |name: &str| site.command(name).arg("nat-gateway-id", gateway);
    let summary = format!(
        "give `{gateway}` one more Elastic IP address (it costs money by the hour), which adds 55,000 connections to each destination; \
         tell partners that let in known addresses only"
    );
    Fix::new(FixClass::B, summary)
        .run(site.command("allocate-address").arg("domain", "vpc").keep("address", "AllocationId"))
        .run(
            command("associate-nat-gateway-address")
                .made("allocation-ids", "address")
                .keep("association", "NatGatewayAddresses[-1].AssociationId"),
        )
        .undo(command("disassociate-nat-gateway-address").made("association-ids", "association"))
        .undo(site.command("release-address").made("allocation-id", "address"))
}
