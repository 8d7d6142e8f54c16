//! Objects: which fields they have and what their prefix is.

use super::Api;
use super::custom::CustomObject;
use super::fields::{Field, FieldKind, Values};
use super::quota::spend_request;
use super::refusal::not_found;
use super::state::Salesforce;
use crate::service::ApiError;

/// An object: a standard one, or one that the org added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectRule<'a> {
    /// The API name.
    pub name: &'a str,
    /// The first three characters of its ids.
    pub prefix: &'a str,
    /// What the org said about an object of its own.
    pub custom: Option<&'a CustomObject>,
    fields: &'a [Field<'a>],
}

/// A field by which records hang on those of another object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Children<'a> {
    /// The name that the other object has for them, such as `Contacts`.
    pub name: &'a str,
    /// The object of the records.
    pub object: ObjectRule<'a>,
    /// The reference among their fields.
    pub field: &'a str,
}

impl<'a> ObjectRule<'a> {
    /// What people read.
    #[must_use]
    pub fn label(&self) -> &'a str {
        self.custom.map_or(self.name, |custom| custom.label.as_str())
    }

    fn added((name, custom): (&'a String, &'a CustomObject)) -> Self {
        Self { name, prefix: &custom.prefix, custom: Some(custom), fields: &[] }
    }
}

impl Salesforce {
    /// Every object: the standard ones, then those that the org added.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn describe_global(&self, api: &mut Api<'_>) -> Result<Vec<ObjectRule<'_>>, ApiError> {
        spend_request(api)?;
        Ok(self.objects())
    }

    /// The rules of an object, whose name may be in whatever case.
    ///
    /// # Errors
    /// `NOT_FOUND` when the org has no such object.
    pub fn describe(&self, api: &mut Api<'_>, name: &str) -> Result<ObjectRule<'_>, ApiError> {
        spend_request(api)?;
        self.object(name)
    }

    pub(super) fn objects(&self) -> Vec<ObjectRule<'_>> {
        OBJECTS.iter().copied().chain(self.custom_objects.iter().map(ObjectRule::added)).collect()
    }

    pub(super) fn object(&self, name: &str) -> Result<ObjectRule<'_>, ApiError> {
        self.find_object(name).ok_or_else(not_found)
    }

    pub(super) fn find_object(&self, name: &str) -> Option<ObjectRule<'_>> {
        self.objects().into_iter().find(|object| object.name.eq_ignore_ascii_case(name))
    }

    /// The fields of an object: those of every object, its own, and those that the org added. Left out
    /// is what the account may not see. Free, as a part of the description.
    #[must_use]
    pub fn fields<'a>(&'a self, object: ObjectRule<'a>) -> Vec<Field<'a>> {
        let all = self.every_field(object).into_iter();
        all.filter_map(|field| self.permitted(object.name, field)).collect()
    }

    /// The fields of an object, also those that the account may not see.
    pub(super) fn every_field<'a>(&'a self, object: ObjectRule<'a>) -> Vec<Field<'a>> {
        let added = self.custom_fields.get(object.name).into_iter().flatten();
        let added = added.map(|(name, field)| field.rule(name));
        let own_name = object.custom.map(CustomObject::name_field);
        let all = COMMON.iter().copied().chain(own_name).chain(object.fields.iter().copied());
        all.chain(added).collect()
    }

    /// The field of an object with this name, in whatever case.
    pub(super) fn field<'a>(&'a self, object: ObjectRule<'a>, name: &str) -> Option<Field<'a>> {
        self.fields(object).into_iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// What hangs on the records of an object.
    pub(super) fn children_of<'a>(&'a self, parent: ObjectRule<'a>) -> Vec<Children<'a>> {
        let children = |object: ObjectRule<'a>| {
            let fields = self.fields(object).into_iter();
            let fields = fields.filter(|field| field.values.names().contains(&parent.name));
            let named = fields.filter_map(|field| Some((field.children?, field.name)));
            named.map(|(name, field)| Children { name, object, field }).collect::<Vec<_>>()
        };
        self.objects().into_iter().flat_map(children).collect()
    }
}

const fn of(name: &'static str, kind: FieldKind) -> Field<'static> {
    Field::new(name, kind)
}

const fn text(name: &'static str, chars_max: usize) -> Field<'static> {
    Field { chars_max, ..of(name, FieldKind::String) }
}

const fn picklist(name: &'static str, values: &'static [&'static str]) -> Field<'static> {
    Field { values: Values::Standard(values), ..of(name, FieldKind::Picklist) }
}

/// A reference, and the name by which those objects have the records that refer to them.
const fn to(
    name: &'static str,
    values: &'static [&'static str],
    children: &'static str,
) -> Field<'static> {
    let values = Values::Standard(values);
    Field { values, children: Some(children), ..of(name, FieldKind::Reference) }
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

const OBJECTS: &[ObjectRule<'static>] = &[
    ObjectRule {
        name: "Account",
        prefix: "001",
        custom: None,
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
        custom: None,
        fields: &[
            read_only(text("CaseNumber", 30)),
            text("Subject", 255),
            of("Description", FieldKind::TextArea),
            default("New", picklist("Status", &["New", "Working", "Escalated", "Closed"])),
            default("Medium", picklist("Priority", &["High", "Medium", "Low"])),
            picklist("Origin", &["Phone", "Email", "Web"]),
            picklist("Type", &["Problem", "Question", "Other"]),
            picklist("Reason", &["Installation", "Performance", "Breakdown", "Other"]),
            to("AccountId", &["Account"], "Cases"),
            to("ContactId", &["Contact"], "Cases"),
            of("SuppliedEmail", FieldKind::Email),
            text("SuppliedName", 80),
            read_only(of("IsClosed", FieldKind::Boolean)),
            read_only(of("ClosedDate", FieldKind::DateTime)),
        ],
    },
    ObjectRule {
        name: "Contact",
        prefix: "003",
        custom: None,
        fields: &[
            required(text("LastName", 80)),
            text("FirstName", 40),
            read_only(text("Name", 121)),
            to("AccountId", &["Account"], "Contacts"),
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
        custom: None,
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
            Field { external_id: true, ..of("Score__c", FieldKind::Double) },
            read_only(of("IsConverted", FieldKind::Boolean)),
        ],
    },
    ObjectRule {
        name: "Opportunity",
        prefix: "006",
        custom: None,
        fields: &[
            required(text("Name", 120)),
            required(picklist("StageName", STAGES)),
            required(of("CloseDate", FieldKind::Date)),
            of("Amount", FieldKind::Currency),
            of("Probability", FieldKind::Percent),
            to("AccountId", &["Account"], "Opportunities"),
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
        custom: None,
        fields: &[
            text("Subject", 255),
            default(
                "Not Started",
                picklist("Status", &["Not Started", "In Progress", "Completed", "Deferred"]),
            ),
            default("Normal", picklist("Priority", &["High", "Normal", "Low"])),
            of("ActivityDate", FieldKind::Date),
            to("WhoId", &["Contact", "Lead"], "Tasks"),
            to("WhatId", &["Account", "Case", "Opportunity"], "Tasks"),
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
                let org = Salesforce::default();
                assert!(field.values.names().iter().all(|object| org.object(object).is_ok()));
            }
        }
    }
}
