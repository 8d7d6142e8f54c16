//! Content blocks of results.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::open::{Extra, Name};

/// One block of a result: a flat object of which the kind says what is filled.
///
/// Kinds that this crate does not know are kept with all their members.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Content {
    /// What the block is.
    #[serde(rename = "type")]
    pub kind: ContentKind,
    /// The text of a text block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Everything else: `data`, `mimeType`, `uri`, `resource`, `annotations`, `_meta` and the unknown.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The kinds of content that the specification names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContentKind {
    /// Sound, as base64 in `data`.
    Audio,
    /// A picture, as base64 in `data`.
    Image,
    /// A resource in full.
    Resource,
    /// A reference to a resource.
    ResourceLink,
    /// A text.
    Text,
    /// A kind that this crate does not know.
    #[serde(untagged)]
    Unknown(String),
}

impl Content {
    /// A text block.
    pub fn text(text: impl Into<String>) -> Self {
        Self { kind: ContentKind::Text, text: Some(text.into()), extra: Extra::default() }
    }

    /// The text, when this is a text block.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        self.text.as_deref().filter(|_| self.kind == ContentKind::Text)
    }
}

impl<'de> Deserialize<'de> for ContentKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Name(name) = Name::deserialize(deserializer)?;
        Ok(match &*name {
            "audio" => Self::Audio,
            "image" => Self::Image,
            "resource" => Self::Resource,
            "resource_link" => Self::ResourceLink,
            "text" => Self::Text,
            _ => Self::Unknown(name.into_owned()),
        })
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ContentVisitor)
    }
}

/// Reads a block in one pass: this is on the path of every call.
struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a content block")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Content, A::Error> {
        let (mut kind, mut text, mut extra) = (None, None, Extra::default());
        while let Some(Name(name)) = map.next_key()? {
            match &*name {
                "type" => kind = Some(map.next_value()?),
                "text" => text = map.next_value()?,
                _ => extra.insert(name, map.next_value::<Box<RawValue>>()?),
            }
        }
        let kind = kind.ok_or_else(|| serde::de::Error::missing_field("type"))?;
        Ok(Content { kind, text, extra })
    }
}
