//! The source of Apex classes and triggers. There is no compiler: what would not compile is stored as well.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Api;
use super::ids::new_id;
use super::quota::spend_request;
use super::refusal::{bad_request, not_found};
use super::search::is_like;
use super::state::Salesforce;
use crate::service::ApiError;

/// What a piece of Apex defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ApexKind {
    Class,
    Trigger,
}

/// A class or a trigger.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ApexText {
    /// Eighteen characters.
    pub id: String,
    /// The name; letters in whatever case are the same name.
    pub name: String,
    /// The object of a trigger.
    pub object: Option<String>,
    /// The source.
    pub body: String,
    /// The version of the API that it is written for.
    pub api_version: f64,
    /// When it was last changed.
    pub modified: Timestamp,
}

impl ApexText {
    /// Characters of the source outside comments.
    #[must_use]
    pub fn length_without_comments(&self) -> usize {
        let mut rest = self.body.as_str();
        let mut length = 0;
        while let Some(start) = rest.find("/*").into_iter().chain(rest.find("//")).min() {
            let (code, comment) = rest.split_at(start);
            length += code.chars().count();
            rest = match comment.strip_prefix("/*") {
                Some(block) => block.split_once("*/").map_or("", |(_, rest)| rest),
                None => comment.find('\n').map_or("", |end| &comment[end..]),
            };
        }
        length + rest.chars().count()
    }
}

impl Salesforce {
    /// The class or the trigger of this name, in whatever case.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn find_apex(
        &self,
        api: &mut Api<'_>,
        kind: ApexKind,
        name: &str,
    ) -> Result<Option<&ApexText>, ApiError> {
        spend_request(api)?;
        Ok(self.apex(kind, name))
    }

    fn apex(&self, kind: ApexKind, name: &str) -> Option<&ApexText> {
        self.all_apex(kind).iter().find(|known| known.name.eq_ignore_ascii_case(name))
    }

    /// The classes or the triggers whose names are like a pattern of `LIKE`, in the order of their names.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn list_apex(
        &self,
        api: &mut Api<'_>,
        kind: ApexKind,
        pattern: &str,
    ) -> Result<Vec<&ApexText>, ApiError> {
        spend_request(api)?;
        let pattern = pattern.to_lowercase().replace('%', "*").replace('_', "?");
        let fits = |text: &&ApexText| is_like(&text.name.to_lowercase(), &pattern);
        let mut found: Vec<_> = self.all_apex(kind).iter().filter(fits).collect();
        found.sort_by_key(|text| text.name.to_lowercase());
        Ok(found)
    }

    /// Stores a new class, or a new trigger when it has an object.
    ///
    /// # Errors
    /// `DUPLICATE_VALUE` when the name is taken; `INVALID_TYPE` when the object of a trigger is unknown.
    pub fn add_apex(&mut self, api: &mut Api<'_>, new: ApexText) -> Result<&ApexText, ApiError> {
        spend_request(api)?;
        let (kind, prefix) = match new.object {
            None => (ApexKind::Class, "01p"),
            Some(_) => (ApexKind::Trigger, "01q"),
        };
        if self.apex(kind, &new.name).is_some() {
            let message = format!("duplicate value found: Name {}", new.name);
            return Err(bad_request("DUPLICATE_VALUE", message));
        }
        if let Some(object) = new.object.as_deref().filter(|name| self.object(name).is_err()) {
            let message = format!("sObject type '{object}' is not supported.");
            return Err(bad_request("INVALID_TYPE", message));
        }
        let (id, modified) = (new_id(api.ids, prefix), api.clock.now());
        let all = self.all_apex_mut(kind);
        let place = all.len();
        all.push(ApexText { id, modified, ..new });
        Ok(&all[place])
    }

    /// Replaces the source of the class or trigger with this id.
    ///
    /// # Errors
    /// `NOT_FOUND` when it is not there.
    pub fn change_apex(
        &mut self,
        api: &mut Api<'_>,
        id: &str,
        body: &str,
    ) -> Result<&ApexText, ApiError> {
        spend_request(api)?;
        let mut all = self.apex_classes.iter_mut().chain(&mut self.apex_triggers);
        let text = all.find(|known| known.id == id).ok_or_else(not_found)?;
        body.clone_into(&mut text.body);
        text.modified = api.clock.now();
        Ok(text)
    }

    fn all_apex(&self, kind: ApexKind) -> &[ApexText] {
        match kind {
            ApexKind::Class => &self.apex_classes,
            ApexKind::Trigger => &self.apex_triggers,
        }
    }

    fn all_apex_mut(&mut self, kind: ApexKind) -> &mut Vec<ApexText> {
        match kind {
            ApexKind::Class => &mut self.apex_classes,
            ApexKind::Trigger => &mut self.apex_triggers,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn length(body: &str) -> usize {
        ApexText { body: body.to_owned(), ..ApexText::default() }.length_without_comments()
    }

    #[test]
    fn comments_do_not_count() {
        assert_eq!(length("a/* b */c// d\ne"), 4);
        assert_eq!(length("a/* b"), 1);
        assert_eq!(length("a// b /* c\nd */"), 6);
    }

    proptest! {
        #[test]
        fn any_text_has_a_length(body in "[a*/ \né]{0,20}") {
            prop_assert!(length(&body) <= body.chars().count());
        }
    }
}
