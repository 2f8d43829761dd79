//! The key pair of the launch is gone.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether EC2 still has the key pair that the instance was launched with.
    ///
    /// ## Why it matters
    ///
    /// A running instance keeps its keys: deleting the pair takes nobody's access away. But nothing shows any more which private key
    /// belongs to it, and launch templates that name the pair fail with `InvalidKeyPair.NotFound`.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-key-pairs --filters Name=key-name,Values=NAME` gives an empty list.
    ///
    /// ## False positives
    ///
    /// None: a pair of the same name that was made anew is another pair, and is found here. Compare its fingerprint then.
    ///
    /// ## Fix
    ///
    /// Nothing to mend for this instance. To see the pair again, import its public key under the same name.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Delete your key pair"
    "ssh/key-pair-deleted", Advice, fix None,
    "The key pair of the launch no longer exists",
    needs [DESCRIBE_KEY_PAIRS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let (id, name) = (case.instance.instance_id.as_str(), case.instance.key_name.as_str());
    if name.is_empty() {
        return Ok(Judgement::not_applicable("it was launched without a key pair"));
    }
    if case.key_pair()?.is_some() {
        return Ok(Judgement::pass(format!("key pair `{name}` is there")));
    }
    let detail = format!(
        "key pair `{name}` of instance `{id}` is deleted: its private key still opens what was launched with it"
    );
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("ec2-instance", id)
            .about("key-pair", name)
            .proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "KeyName", name))
            .proof(Evidence::new(op::DESCRIBE_KEY_PAIRS, name, "KeyPairs", json!([]))),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{client, client_question, judge};
    use crate::testkit::{findings, missing};

    #[test]
    fn fires_on_an_empty_list() {
        let mut world = client();
        world.patch(op::DESCRIBE_KEY_PAIRS, "/KeyPairs", json!([]));
        assert!(findings(judge(&world, &client_question(), &RULE))[0].detail.contains("`web`"));
    }

    #[test]
    fn silent_while_the_pair_is_there() {
        assert!(matches!(judge(&client(), &client_question(), &RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_pairs_are_denied() {
        let mut world = client();
        world.deny(op::DESCRIBE_KEY_PAIRS);
        assert_eq!(missing(judge(&world, &client_question(), &RULE)), ["ec2:DescribeKeyPairs"]);
    }
}
