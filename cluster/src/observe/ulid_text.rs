//! Message ids as texts in recordings, as they are written everywhere.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

use super::MessageId;

/// Writes an id as a ULID.
pub(super) fn serialize<S: Serializer>(id: &MessageId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

/// Reads a ULID.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<MessageId, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// The same for lists of ids.
pub(super) mod list {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::MessageId;

    /// Writes ids as ULIDs.
    pub(in crate::observe) fn serialize<S: Serializer>(
        ids: &[MessageId],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(ids.iter().map(ToString::to_string))
    }

    /// Reads ULIDs.
    pub(in crate::observe) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<MessageId>, D::Error> {
        let texts: Vec<String> = Vec::deserialize(deserializer)?;
        texts.iter().map(|text| text.parse().map_err(serde::de::Error::custom)).collect()
    }
}

/// The same for ids that may be absent.
pub(super) mod option {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::MessageId;

    /// Writes an id as a ULID, or nothing.
    #[expect(clippy::ref_option, reason = "the signature that serde calls")]
    pub(in crate::observe) fn serialize<S: Serializer>(
        id: &Option<MessageId>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match id {
            Some(id) => serializer.collect_str(id),
            None => serializer.serialize_none(),
        }
    }

    /// Reads a ULID, or nothing.
    pub(in crate::observe) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<MessageId>, D::Error> {
        let text: Option<String> = Option::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
    }
}
