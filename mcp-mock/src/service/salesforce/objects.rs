//! Objects: which fields they have and what their prefix is.

use super::fields::{Field, FieldKind};
use super::refusal::not_found;
use super::state::Salesforce;
use crate::service::ApiError;

/// A standard object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectRule {
    /// The API name.
    pub name: &'static str,
    /// The first three characters of its ids.
    pub prefix: &'static str,
    fields: &'static [Field<'static>],
}

impl ObjectRule {
    /// Every object.
    #[must_use]
    pub fn all() -> &'static [Self] {
        OBJECTS
    }

    /// The object with this name, in whatever case.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        OBJECTS.iter().find(|object| object.name.eq_ignore_ascii_case(name))
    }
}

impl Salesforce {
    /// The rules of an object.
    ///
    /// # Errors
    /// `NOT_FOUND` when the org has no such object.
    pub fn object(&self, name: &str) -> Result<&'static ObjectRule, ApiError> {
        ObjectRule::named(name).ok_or_else(not_found)
    }

    /// The fields of an object: those of every object, its own, and those that the org added.
    #[must_use]
    pub fn fields(&self, object: &ObjectRule) -> Vec<Field<'_>> {
        let custom = self.custom_fields.get(object.name).into_iter().flatten();
        let custom = custom.map(|(name, kind)| Field::new(name.as_str(), *kind));
        COMMON.iter().chain(object.fields).copied().chain(custom).collect()
    }

    /// The field of an object with this name, in whatever case.
    #[must_use]
    pub fn field(&self, object: &ObjectRule, name: &str) -> Option<Field<'_>> {
        self.fields(object).into_iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

const fn of(name: &'static str, kind: FieldKind) -> Field<'static> {
    Field::new(name, kind)
}

const fn text(name: &'static str, chars_max: usize) -> Field<'static> {
    Field { chars_max, ..of(name, FieldKind::String) }
}

const fn picklist(name: &'static str, values: &'static [&'static str]) -> Field<'static> {
    Field { values, ..of(name, FieldKind::Picklist) }
}

const fn to(name: &'static str, values: &'static [&'static str]) -> Field<'static> {
    Field { values, ..of(name, FieldKind::Reference) }
}

const fn required(field: Field<'static>) -> Field<'static> {
    Field { required: true, ..field }
}

const fn read_only(field: Field<'static>) -> Field<'static> {
    Field { read_only: true, ..field }
}

const fn default(value: &'static str, field: Field<'static>) -> Field<'static> {
    Field { default: Some(value), ..field }
}

const COMMON: &[Field<'static>] = &[
    read_only(of("Id", FieldKind::Id)),
    read_only(of("IsDeleted", FieldKind::Boolean)),
    read_only(of("CreatedDate", FieldKind::DateTime)),
    read_only(of("LastModifiedDate", FieldKind::DateTime)),
];

const SOURCES: &[&str] = &["Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"];
const RATINGS: &[&str] = &["Hot", "Warm", "Cold"];
const LEAD_STATUS: &[&str] = &[
    "Open - Not Contacted",
    "Working - Contacted",
    "Closed - Converted",
    "Closed - Not Converted",
];
/// The stages of an opportunity; how likely each is stands in `records.rs`.
const STAGES: &[&str] = &[
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Value Proposition",
    "Id. Decision Makers",
    "Perception Analysis",
    "Proposal/Price Quote",
    "Negotiation/Review",
    "Closed Won",
    "Closed Lost",
];

const OBJECTS: &[ObjectRule] = &[
    ObjectRule {
        name: "Account",
        prefix: "001",
        fields: &[
            required(text("Name", 255)),
            picklist("Type", &["Prospect", "Customer - Direct", "Partner", "Other"]),
            picklist("Industry", &["Technology", "Finance", "Healthcare", "Retail", "Other"]),
            picklist("Rating", RATINGS),
            of("AnnualRevenue", FieldKind::Currency),
            of("NumberOfEmployees", FieldKind::Int),
            of("Phone", FieldKind::Phone),
            of("Website", FieldKind::Url),
            text("BillingCity", 40),
            text("BillingCountry", 80),
            of("Description", FieldKind::TextArea),
        ],
    },
    ObjectRule {
        name: "Case",
        prefix: "500",
        fields: &[
            read_only(text("CaseNumber", 30)),
            text("Subject", 255),
            of("Description", FieldKind::TextArea),
            default("New", picklist("Status", &["New", "Working", "Escalated", "Closed"])),
            default("Medium", picklist("Priority", &["High", "Medium", "Low"])),
            picklist("Origin", &["Phone", "Email", "Web"]),
            picklist("Type", &["Problem", "Question", "Other"]),
            picklist("Reason", &["Installation", "Performance", "Breakdown", "Other"]),
            to("AccountId", &["Account"]),
            to("ContactId", &["Contact"]),
            of("SuppliedEmail", FieldKind::Email),
            text("SuppliedName", 80),
            read_only(of("IsClosed", FieldKind::Boolean)),
            read_only(of("ClosedDate", FieldKind::DateTime)),
        ],
    },
    ObjectRule {
        name: "Contact",
        prefix: "003",
        fields: &[
            required(text("LastName", 80)),
            text("FirstName", 40),
            read_only(text("Name", 121)),
            to("AccountId", &["Account"]),
            of("Email", FieldKind::Email),
            of("Phone", FieldKind::Phone),
            text("Title", 128),
            text("Department", 80),
            picklist("LeadSource", SOURCES),
            of("Description", FieldKind::TextArea),
        ],
    },
    ObjectRule {
        name: "Lead",
        prefix: "00Q",
        fields: &[
            required(text("LastName", 80)),
            text("FirstName", 40),
            read_only(text("Name", 121)),
            required(text("Company", 255)),
            of("Email", FieldKind::Email),
            of("Phone", FieldKind::Phone),
            text("Title", 128),
            of("Website", FieldKind::Url),
            default("Open - Not Contacted", picklist("Status", LEAD_STATUS)),
            picklist("Rating", RATINGS),
            picklist("LeadSource", SOURCES),
            picklist("Industry", &["Technology", "Finance", "Healthcare", "Retail", "Other"]),
            of("AnnualRevenue", FieldKind::Currency),
            of("NumberOfEmployees", FieldKind::Int),
            text("City", 40),
            text("Country", 80),
            of("Description", FieldKind::TextArea),
            // The one custom field that every org of the fake has, for lead scoring.
            of("Score__c", FieldKind::Double),
            read_only(of("IsConverted", FieldKind::Boolean)),
        ],
    },
    ObjectRule {
        name: "Opportunity",
        prefix: "006",
        fields: &[
            required(text("Name", 120)),
            required(picklist("StageName", STAGES)),
            required(of("CloseDate", FieldKind::Date)),
            of("Amount", FieldKind::Currency),
            of("Probability", FieldKind::Percent),
            to("AccountId", &["Account"]),
            picklist("Type", &["New Customer", "Existing Customer - Upgrade"]),
            picklist("LeadSource", SOURCES),
            text("NextStep", 255),
            of("Description", FieldKind::TextArea),
            read_only(of("IsClosed", FieldKind::Boolean)),
            read_only(of("IsWon", FieldKind::Boolean)),
        ],
    },
    ObjectRule {
        name: "Task",
        prefix: "00T",
        fields: &[
            text("Subject", 255),
            default(
                "Not Started",
                picklist("Status", &["Not Started", "In Progress", "Completed", "Deferred"]),
            ),
            default("Normal", picklist("Priority", &["High", "Normal", "Low"])),
            of("ActivityDate", FieldKind::Date),
            to("WhoId", &["Contact", "Lead"]),
            to("WhatId", &["Account", "Case", "Opportunity"]),
            of("Description", FieldKind::TextArea),
            read_only(of("IsClosed", FieldKind::Boolean)),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_and_fields_are_found_in_whatever_case() {
        let salesforce = Salesforce::default();

        let lead = salesforce.object("lead").unwrap();

        assert_eq!((lead.name, lead.prefix), ("Lead", "00Q"));
        assert_eq!(salesforce.field(lead, "lastname").unwrap().name, "LastName");
    }

    #[test]
    fn every_object_has_its_prefix() {
        let prefixes: Vec<_> = OBJECTS.iter().map(|object| (object.name, object.prefix)).collect();

        let expected = [
            ("Account", "001"),
            ("Case", "500"),
            ("Contact", "003"),
            ("Lead", "00Q"),
            ("Opportunity", "006"),
            ("Task", "00T"),
        ];
        assert_eq!(prefixes, expected);
    }

    #[test]
    fn references_point_to_objects_that_exist() {
        for field in OBJECTS.iter().flat_map(|object| object.fields) {
            if field.kind == FieldKind::Reference {
                assert!(field.values.iter().all(|object| ObjectRule::named(object).is_some()));
            }
        }
    }
}
