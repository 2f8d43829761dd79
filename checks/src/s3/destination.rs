//! Queues and topics: whether they are there, and let S3 in.

use super::case::Case;
use super::entry::{Entry, Kind};
use crate::can::{Answer, queue_url};
use crate::iam::Verdict;
use crate::snapshot::resource_policies::PolicyAttribute;
use crate::snapshot::{Gap, Observed};

/// What keeps S3 from a queue or topic.
#[derive(Debug)]
pub enum Trouble<'a> {
    /// It does not exist.
    Gone,
    /// It is first-in-first-out, which S3 does not send to.
    Fifo,
    /// Its own policy refuses S3.
    Policy(Box<Answer<'a>>),
    /// A key that AWS manages encrypts it, and nobody can let S3 use that.
    ManagedKey(String),
    /// Its key is not usable: ARN and state.
    KeyState(String, String),
    /// The policy of its key refuses S3: the key, the action, the answer.
    KeyPolicy(String, &'static str, Box<Answer<'a>>),
}

/// What S3 does with the key of a destination.
///
/// Source: S3 user guide, "Granting permissions to publish event notification messages to a destination", key policy.
pub const KEY_ACTIONS: [&str; 2] = ["kms:GenerateDataKey", "kms:Decrypt"];

impl<'a> Case<'a> {
    /// The attributes of a queue or topic.
    ///
    /// # Errors
    /// Why they are not known.
    pub fn attributes(&self, entry: &Entry<'_>) -> Observed<&'a PolicyAttribute> {
        let account = entry.arn.split(':').nth(4).unwrap_or_default();
        if self.is_foreign(account) {
            let what = format!("what {} of account `{account}` lets S3 do", entry.whither());
            return Err(Gap::opaque(what));
        }
        match entry.kind {
            Kind::Function => Ok(None),
            Kind::Queue => {
                let url = queue_url(entry.arn).unwrap_or_default();
                let known = self.snapshot.queue_attributes.get(&url).map(|own| own.map(|own| &own.attributes));
                match known {
                    // Files go by the name of the queue.
                    Err(Gap::NotAsked { .. }) => {
                        let known = self.snapshot.queue_attributes.get(entry.destination());
                        known.map(|own| own.map(|own| &own.attributes))
                    }
                    known => known,
                }
            }
            Kind::Topic => self.snapshot.topic_attributes.get(entry.arn).map(|own| own.map(|own| &own.attributes)),
        }
    }

    /// Everything that keeps S3 from a queue or topic, and what of it is not known.
    pub fn troubles(&self, entry: &Entry<'_>) -> (Vec<Trouble<'a>>, Vec<Gap>) {
        let (mut troubles, mut open) = (Vec::new(), Vec::new());
        let attributes = match self.attributes(entry) {
            Ok(Some(attributes)) => attributes,
            Ok(None) => return (vec![Trouble::Gone], open),
            Err(gap) => return (troubles, vec![gap]),
        };
        let (action, is_fifo) = match entry.kind {
            Kind::Topic => ("sns:Publish", &attributes.fifo_topic),
            _ => ("sqs:SendMessage", &attributes.fifo_queue),
        };
        if is_fifo == "true" || entry.arn.ends_with(".fifo") {
            troubles.push(Trouble::Fifo);
        }
        let bucket = self.bucket_arn();
        match self.decide(action, entry.arn, self.behalf(&bucket)) {
            Ok(answer) if answer.decision.is_denied() => troubles.push(Trouble::Policy(Box::new(answer))),
            Ok(answer) if answer.decision.verdict == Verdict::Unknown => open.extend(self.open(&answer.decision, None)),
            Ok(_) => {}
            Err(gap) => open.push(gap),
        }
        if !attributes.kms_master_key_id.is_empty() {
            self.key_troubles(&attributes.kms_master_key_id, (&mut troubles, &mut open));
        }
        (troubles, open)
    }

    fn key_troubles(&self, key: &str, (troubles, open): (&mut Vec<Trouble<'a>>, &mut Vec<Gap>)) {
        if key.contains("alias/aws/") {
            troubles.push(Trouble::ManagedKey(key.to_owned()));
            return;
        }
        let metadata = match self.snapshot.keys.get(key) {
            Ok(Some(metadata)) => metadata,
            Ok(None) => {
                troubles.push(Trouble::KeyState(key.to_owned(), "NotFound".to_owned()));
                return;
            }
            Err(gap) => {
                open.push(gap);
                return;
            }
        };
        if metadata.key_manager == "AWS" {
            troubles.push(Trouble::ManagedKey(metadata.arn.clone()));
            return;
        }
        if !metadata.key_state.is_empty() && metadata.key_state != "Enabled" {
            troubles.push(Trouble::KeyState(metadata.arn.clone(), metadata.key_state.clone()));
        }
        let bucket = self.bucket_arn();
        for action in KEY_ACTIONS {
            match self.decide(action, &metadata.arn, self.behalf(&bucket)) {
                Ok(answer) if answer.decision.is_denied() => {
                    troubles.push(Trouble::KeyPolicy(metadata.arn.clone(), action, Box::new(answer)));
                }
                Ok(answer) if answer.decision.verdict == Verdict::Unknown => {
                    let read = self.snapshot.key_policies.get(&metadata.arn).err();
                    open.extend(self.open(&answer.decision, read));
                }
                Ok(_) => {}
                Err(gap) => open.push(gap),
            }
        }
    }
}
