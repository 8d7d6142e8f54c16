//! The JSON Schema of seeds, derived from the types.
//!
//! Each type is deserialized from a source that answers every request and records it, so that the schema always
//! agrees with the types. It has names, types and choices of members; their meaning is in the docs of the seeds.
//! A member that takes several forms has no schema.

use serde::de::value::Error;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::{Value, json};

use super::Seed;

/// A string that is a valid time too.
const SAMPLE: &str = "2026-01-05T09:00:00Z";

/// A member that is a string or an object, which no single answer can be.
const LIMITS: &str = "limits";

/// What may be written in a seed, as `mcp-mock schema seed` prints it.
pub(super) fn seed_schema() -> Value {
    let mut schema = json!({});
    let question = Question { schema: &mut schema, place: "#".to_owned(), around: Vec::new() };
    Seed::deserialize(question).expect("a test asks the same");
    schema["properties"][LIMITS] = json!({ "type": ["string", "object"] });
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("Seeds of mcp-mock");
    schema["description"] = json!("What is in a world at its beginning.");
    schema
}

/// A source that answers whatever a type reads, and records it.
struct Question<'a> {
    schema: &'a mut Value,
    /// Where the schema stands, as a reference.
    place: String,
    /// The types around this one and where their schemas stand, since a type may be a part of itself.
    around: Vec<(&'static str, String)>,
}

impl Question<'_> {
    /// The same question about a part, whose schema stands under these names.
    fn part(&mut self, names: &[&str]) -> Question<'_> {
        let (place, around) = (format!("{}/{}", self.place, names.join("/")), self.around.clone());
        let schema = names.iter().fold(&mut *self.schema, |schema, name| &mut schema[*name]);
        *schema = json!({});
        Question { schema, place, around }
    }
}

impl<'de> Deserializer<'de> for Question<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(SAMPLE)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.schema = json!({ "type": "boolean" });
        visitor.visit_bool(false)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.schema = json!({ "type": "integer", "minimum": 0 });
        visitor.visit_u64(0)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.schema = json!({ "type": "string" });
        visitor.visit_str(SAMPLE)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        *self.schema = json!({ "type": "array" });
        visitor.visit_seq(Entry(Some(self.part(&["items"]))))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.schema = json!({ "type": "object" });
        visitor.visit_map(Members { question: self, names: &[SAMPLE], under: None })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Some((_, place)) = self.around.iter().find(|(known, _)| *known == name) {
            *self.schema = json!({ "$ref": place });
            return visitor.visit_map(Members { question: self, names: &[], under: None });
        }
        *self.schema = json!({ "type": "object", "additionalProperties": false });
        self.around.push((name, self.place.clone()));
        visitor.visit_map(Members { question: self, names: fields, under: Some("properties") })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        *self.schema = json!({ "enum": variants });
        visitor.visit_enum(variants.first().copied().unwrap_or_default().into_deserializer())
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u128 f32 f64 char bytes byte_buf unit unit_struct newtype_struct
        tuple tuple_struct identifier ignored_any
    }
}

/// A list with one entry.
struct Entry<'a>(Option<Question<'a>>);

impl<'de> SeqAccess<'de> for Entry<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.0.take().map(|question| seed.deserialize(question)).transpose()
    }
}

/// Members of these names, whose schemas stand under a name; without one, each may have any name.
struct Members<'a> {
    question: Question<'a>,
    names: &'static [&'static str],
    under: Option<&'static str>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        if let Some((&LIMITS, rest)) = self.names.split_first() {
            self.names = rest;
        }
        self.names.first().map(|name| seed.deserialize((*name).into_deserializer())).transpose()
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let names = self.names;
        let (name, rest) = names.split_first().expect("a key was asked for before");
        self.names = rest;
        match self.under {
            Some(under) => seed.deserialize(self.question.part(&[under, name])),
            None => seed.deserialize(self.question.part(&["additionalProperties"])),
        }
    }
}

#[cfg(test)]
mod tests {
    use mcp_core::schema::violations;

    use super::*;

    fn violations_of(seed: &str) -> Vec<String> {
        let seed = serde_json::from_str(seed).unwrap();
        violations(&seed_schema(), &seed).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn schema_says_names_kinds_and_choices() {
        let schema = seed_schema();
        let at = |place: &str| schema.pointer(place).unwrap_or(&Value::Null);
        let repo = "/properties/github/properties/repos/items/properties";

        assert_eq!(at("/properties/now"), &json!({ "type": "string" }));
        assert_eq!(at(&format!("{repo}/private")), &json!({ "type": "boolean" }));
        assert_eq!(
            at(&format!("{repo}/files")),
            &json!({ "type": "object", "additionalProperties": { "type": "string" } })
        );
        assert_eq!(
            at(&format!("{repo}/issues/items/properties/state")),
            &json!({ "enum": ["open", "closed"] })
        );
    }

    #[test]
    fn part_of_itself_is_a_reference() {
        let schema = seed_schema();
        let message = "/properties/slack/properties/channels/items/properties/messages/items";

        let replies = schema.pointer(&format!("{message}/properties/replies/items"));

        assert_eq!(replies, Some(&json!({ "$ref": format!("#{message}") })));
    }

    #[test]
    fn demo_seeds_fit_the_schema_and_mistakes_do_not() {
        let demo = [
            ("github", include_str!("../../seeds/demo/github.json")),
            ("gmail", include_str!("../../seeds/demo/gmail.json")),
            ("notion", include_str!("../../seeds/demo/notion.json")),
            ("salesforce", include_str!("../../seeds/demo/salesforce.json")),
            ("slack", include_str!("../../seeds/demo/slack.json")),
        ];

        for (service, seed) in demo {
            let found = violations_of(&format!("{{\"{service}\": {seed}}}"));
            assert!(found.is_empty(), "{service}: {found:?}");
        }
        assert!(violations_of(r#"{ "limits": "vendor", "search_lag_seconds": 5 }"#).is_empty());
        assert!(violations_of(r#"{ "limits": { "github": {} } }"#).is_empty());
        assert_eq!(violations_of(r#"{ "limits": 5 }"#).len(), 1);
        assert_eq!(violations_of(r#"{ "gmail": { "mesages": [] }, "slack": [] }"#).len(), 2);
        assert_eq!(violations_of(r#"{ "slack": { "users": [{ "deleted": "yes" }] } }"#).len(), 1);
    }
}
