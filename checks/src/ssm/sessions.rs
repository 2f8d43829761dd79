//! The Region's Session Manager preferences: the inputs of document `SSM-SessionManagerRunShell`.

use crate::snapshot::{Gap, Snapshot, ssm::SESSION_PREFERENCES};
use serde::Deserialize;

/// The preferences; an empty text means that the feature is off.
///
/// Source: Systems Manager user guide, "Session document schema".
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Preferences {
    /// Bucket for session logs.
    pub s3_bucket_name: String,
    /// Whether the bucket must be encrypted.
    pub s3_encryption_enabled: Option<bool>,
    /// Log group for session logs.
    pub cloud_watch_log_group_name: String,
    /// Whether the log group must be encrypted.
    pub cloud_watch_encryption_enabled: Option<bool>,
    /// Key that encrypts session data.
    pub kms_key_id: String,
    /// Whether sessions run as a named user.
    pub run_as_enabled: Option<bool>,
    /// That user; empty means the user in the caller's `SSMSessionRunAs` tag.
    pub run_as_default_user: String,
    /// Minutes without input after which a session ends, as text; 20 by default.
    pub idle_session_timeout: String,
    /// Minutes after which a session ends, as text.
    pub max_session_duration: String,
    /// Commands that start a session.
    pub shell_profile: ShellProfile,
}

/// Commands that start a session.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ShellProfile {
    /// On Linux and macOS.
    pub linux: String,
    /// On Windows.
    pub windows: String,
}

#[derive(Deserialize)]
struct SessionDocument {
    #[serde(default)]
    inputs: Preferences,
}

impl Preferences {
    /// What the snapshot holds of them: the defaults when the document does not exist.
    ///
    /// # Errors
    /// Why they are not known.
    pub fn of(snapshot: &Snapshot) -> Result<Self, Gap> {
        let Some(document) = snapshot.documents.get(SESSION_PREFERENCES)? else { return Ok(Self::default()) };
        serde_json::from_str::<SessionDocument>(&document.content).map(|document| document.inputs).map_err(|error| {
            Gap::Failed {
                action: "ssm:GetDocument".to_owned(),
                code: "MalformedDocument".to_owned(),
                message: format!("`{SESSION_PREFERENCES}` is no session document: {error}"),
            }
        })
    }
}
