//! Files: attached to messages, and on the disk of the world.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::base64::{decoded, encoded_text};

/// A file. In seeds and snapshots it is written with its content as `text` or as `base64`; a name alone is
/// a file of which nothing else is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(into = "Written")]
pub struct File {
    /// Its name; on the disk of the world its path.
    pub name: String,
    /// Its media type, such as `application/pdf`.
    pub media_type: String,
    content: Vec<u8>,
    /// As many as there are bytes, unless nothing is known of them.
    size: u64,
}

impl File {
    /// A file with this content, of the media type that its name tells.
    #[must_use]
    pub fn new(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        let (name, content) = (name.into(), content.into());
        let (media_type, size) = (media_type_of(&name).to_owned(), content.len() as u64);
        Self { name, media_type, content, size }
    }

    /// The same file under another name.
    #[must_use]
    pub fn named(&self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self.clone() }
    }

    /// Its bytes; empty when nothing is known of them.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// How many bytes it has, or is said to have when nothing is known of them.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl From<&str> for File {
    fn from(name: &str) -> Self {
        Self::new(name, Vec::new())
    }
}

impl<'de> Deserialize<'de> for File {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrMembers)
    }
}

/// A file as people write it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
}

impl Written {
    fn read(self) -> Result<File, String> {
        let name = self.name;
        let content = match (self.text, self.base64) {
            (Some(_), Some(_)) => return Err(format!("file `{name}` has `text` and `base64`")),
            (Some(text), None) => text.into_bytes(),
            (None, Some(encoded)) => {
                decoded(&encoded).ok_or_else(|| format!("`base64` of file `{name}` is none"))?
            }
            (None, None) => Vec::new(),
        };
        let mut file = File::new(name, content);
        if let Some(size) = self.size {
            if !file.content.is_empty() && size != file.size {
                let File { name, size: actual, .. } = file;
                return Err(format!("file `{name}` has {actual} bytes, and `size` says {size}"));
            }
            file.size = size;
        }
        file.media_type = self.media_type.unwrap_or(file.media_type);
        Ok(file)
    }
}

impl From<File> for Written {
    fn from(file: File) -> Self {
        let File { name, media_type, content, size } = file;
        let (text, base64) = match String::from_utf8(content) {
            Ok(text) => (Some(text).filter(|text| !text.is_empty()), None),
            Err(error) => (None, Some(encoded_text(error.as_bytes()))),
        };
        Self { name, media_type: Some(media_type), text, base64, size: Some(size) }
    }
}

struct NameOrMembers;

impl<'de> Visitor<'de> for NameOrMembers {
    type Value = File;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a file, or an object with `name` and its content")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<File, E> {
        Ok(name.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<File, A::Error> {
        let written = Written::deserialize(MapAccessDeserializer::new(members))?;
        written.read().map_err(A::Error::custom)
    }
}

/// What mail programs take the ending of a name for.
fn media_type_of(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending.to_ascii_lowercase().as_str() {
        "csv" => "text/csv",
        "html" => "text/html",
        "jpeg" | "jpg" => "image/jpeg",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "txt" => "text/plain",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(written: Value) -> Result<File, serde_json::Error> {
        serde_json::from_value(written)
    }

    #[test]
    fn file_is_written_as_a_name_a_text_or_base64() {
        let name = read(json!("notes")).unwrap();
        let text = read(json!({ "name": "a.csv", "text": "a,b\n" })).unwrap();
        let bytes = json!({ "name": "b.png", "media_type": "image/x-b", "base64": "iVBO/w==" });
        let bytes = read(bytes).unwrap();
        let unknown = read(json!({ "name": "c.zip", "size": 5_000_000 })).unwrap();

        assert_eq!((name.size, name.media_type.as_str()), (0, "application/octet-stream"));
        assert_eq!((&*text.content, text.media_type.as_str()), (&b"a,b\n"[..], "text/csv"));
        assert_eq!((&*bytes.content, bytes.size), (&b"\x89PN\xff"[..], 4));
        assert_eq!(bytes.media_type, "image/x-b");
        assert_eq!((unknown.content.len(), unknown.size), (0, 5_000_000));
        for file in [name, text, bytes, unknown] {
            assert_eq!(read(serde_json::to_value(&file).unwrap()).unwrap(), file);
        }
    }

    #[test]
    fn file_that_contradicts_itself_is_refused() {
        let cases = [
            (json!({ "name": "a", "text": "x", "base64": "eA==" }), "`text` and `base64`"),
            (json!({ "name": "a", "base64": "%" }), "`base64` of file `a` is none"),
            (json!({ "name": "a", "text": "xy", "size": 3 }), "has 2 bytes, and `size` says 3"),
            (json!({ "name": "a", "contents": "x" }), "unknown field `contents`"),
            (json!(7), "the name of a file"),
        ];

        for (written, expected) in cases {
            let error = read(written).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
