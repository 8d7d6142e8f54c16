//! Queries inside of a query: the children of each row, and the ids that a condition speaks of.

use mcp_core::schema::nearest_name;

use super::SoqlError;
use super::check::{Checker, Operand, Plan, type_word};
use super::path::{Found, find, value_at};
use super::syntax::{Column, Name, Query, Select};

/// A query for children that was checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ChildPlan {
    /// The name of the relation, which is the name of the children in a row.
    pub(super) relation: String,
    /// The field of a child that refers to the row.
    pub(super) field: String,
    pub(super) plan: Plan,
}

impl Checker<'_> {
    /// Checks what is asked for of each row.
    pub(super) fn children(&self, queries: Vec<Query>) -> Result<Vec<ChildPlan>, SoqlError> {
        let mut plans: Vec<ChildPlan> = Vec::new();
        for query in queries {
            let name = query.object.clone();
            let plan = self.child(query)?;
            if plans.iter().any(|known| known.relation == plan.relation) {
                let message = format!("duplicate field selected: {}", plan.relation);
                return Err(SoqlError::new(name.place, "INVALID_FIELD", message));
            }
            plans.push(plan);
        }
        Ok(plans)
    }

    fn child(&self, query: Query) -> Result<ChildPlan, SoqlError> {
        let name = query.object.clone();
        let known = self.salesforce.children_of(self.object);
        let found = known.iter().find(|known| known.name.eq_ignore_ascii_case(&name.text));
        let Some(found) = found else {
            let near = nearest_name(&name.text, known.iter().map(|known| known.name));
            return Err(no_relation(&name, self.object.name, near));
        };
        let plan = Plan::of(self.salesforce, found.object, query, self.now)?;
        if plan.select.is_none() || plan.groups.is_some() {
            let message = "a query for children gives their fields, neither counts nor groups";
            return Err(SoqlError::new(name.place, "MALFORMED_QUERY", message));
        }
        let (relation, field) = (found.name.to_owned(), found.field.to_owned());
        Ok(ChildPlan { relation, field, plan })
    }

    /// The ids that a query in a condition finds.
    pub(super) fn found(
        &self,
        name: &Name,
        field: &Found,
        query: Query,
    ) -> Result<Vec<Operand>, SoqlError> {
        let refused = |place, message: String| SoqlError::new(place, "MALFORMED_QUERY", message);
        if type_word(field.kind) != "ID" {
            let message = format!("semi join sub-selects are for ids; `{}` is none", field.key);
            return Err(refused(name.place, message));
        }
        let (columns, place) = match &query.select {
            Select::Fields(columns) => (columns.clone(), query.object.place),
            Select::Count => (Vec::new(), query.object.place),
        };
        let plan = Plan::new(self.salesforce, query, self.now)?;
        let ([Column { name: selected, .. }], Some([key]), []) =
            (columns.as_slice(), plan.select.as_deref(), plan.children.as_slice())
        else {
            let message = "a semi join sub-select gives exactly one field, an id";
            return Err(refused(place, message.to_owned()));
        };
        if !self.targets(&plan.object, selected)?.iter().any(|one| field.targets.contains(one)) {
            let message = format!(
                "The selected field '{key}' in the subquery and the left operand field in the where \
                 expression in the outer query '{}' should point to the same object type",
                field.key
            );
            return Err(refused(selected.place, message));
        }
        let rows = plan.rows(self.salesforce);
        let ids = rows.iter().filter_map(|row| {
            let value = value_at(self.salesforce, row, key);
            value.as_str().map(|id| Operand::Id(id.to_owned()))
        });
        Ok(ids.collect())
    }

    /// The objects that the values of a name are ids of; none when they are no ids.
    fn targets(&self, object: &str, name: &Name) -> Result<Vec<String>, SoqlError> {
        match self.salesforce.find_object(object) {
            Some(object) => Ok(find(self.salesforce, object, name)?.targets),
            None => Ok(Vec::new()),
        }
    }
}

fn no_relation(name: &Name, object: &str, near: Option<&str>) -> SoqlError {
    let hint = near.map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"));
    let message = format!(
        "Didn't understand relationship '{}' in FROM part of query call. If you are attempting to use \
         a custom relationship, be sure to append the '__r' after the custom relationship name. Please \
         reference your WSDL or the describe call for the appropriate names. `{object}` has no such \
         children{hint}",
        name.text
    );
    SoqlError::new(name.place, "INVALID_TYPE", message)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::service::ApiError;
    use crate::service::salesforce::{Salesforce, seeded};
    use crate::world::ServiceState;

    fn query(soql: &str) -> Result<Vec<Value>, ApiError> {
        let mut state = seeded(json!({
            "accounts": [{ "Name": "Acme" }, { "Name": "Zen" }, { "Name": "Void" }],
            "contacts": [
                { "LastName": "Ash", "AccountId": "@Acme" },
                { "LastName": "Bo", "AccountId": "@Acme" },
                { "LastName": "Cox", "AccountId": "@Zen" },
                { "LastName": "Dee" },
            ],
            "cases": [{ "Subject": "Broken", "AccountId": "@Zen" }],
        }));
        let (salesforce, mut api) = Salesforce::open(&mut state);
        Ok(salesforce.query(&mut api, soql, 0)?.records)
    }

    fn names(soql: &str, field: &str) -> String {
        let rows = query(soql).unwrap();
        let names: Vec<_> = rows.iter().map(|row| row[field].as_str().unwrap()).collect();
        names.join(" ")
    }

    #[track_caller]
    fn refused(soql: &str) -> String {
        let error = query(soql).unwrap_err();
        assert!(error.message.contains("ERROR at Row:1:Column:"), "{}", error.message);
        format!("{} {}", error.code, error.message)
    }

    #[test]
    fn children_come_as_a_result_of_their_own_and_none_as_null() {
        let found = query(
            "SELECT Name, (SELECT LastName FROM contacts ORDER BY LastName DESC) FROM Account",
        )
        .unwrap();

        let acme = &found[0]["Contacts"];
        assert_eq!((&acme["totalSize"], &acme["done"]), (&json!(2), &json!(true)));
        let names = |row: &Value| row["LastName"].as_str().unwrap().to_owned();
        let records = acme["records"].as_array().unwrap();
        assert_eq!(records.iter().map(names).collect::<Vec<_>>(), ["Bo", "Ash"]);
        assert_eq!(records[0]["attributes"]["type"], "Contact");
        assert_eq!(found[2]["Contacts"], Value::Null);
    }

    #[test]
    fn conditions_limits_and_parents_of_children_count_for_each_row() {
        let found = query(
            "SELECT (SELECT LastName, Account.Name FROM Contacts WHERE LastName != 'Ash' LIMIT 1), \
             (SELECT Subject FROM Cases) FROM Account ORDER BY Name",
        )
        .unwrap();

        assert_eq!(found[0]["Contacts"]["records"][0]["LastName"], "Bo");
        assert_eq!(found[0]["Cases"], Value::Null);
        assert_eq!(found[2]["Contacts"]["records"][0]["Account"]["Name"], "Zen");
        assert_eq!(found[2]["Cases"]["totalSize"], 1);
    }

    #[test]
    fn an_unknown_relation_is_refused_with_the_nearest_one() {
        let contact = refused("SELECT (SELECT Id FROM Contact) FROM Account");
        let custom = refused("SELECT (SELECT Id FROM Bills__r) FROM Account");

        assert!(contact.starts_with("INVALID_TYPE"), "{contact}");
        assert!(contact.contains("Didn't understand relationship 'Contact' in FROM part"));
        assert!(contact.ends_with("(did you mean `Contacts`?)"), "{contact}");
        assert!(custom.ends_with("`Account` has no such children"), "{custom}");
    }

    #[test]
    fn queries_nest_once() {
        let nested = "SELECT (SELECT (SELECT Id FROM Cases) FROM Contacts) FROM Account";
        let semi = "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE Id IN \
                    (SELECT ContactId FROM Case))";

        assert!(refused(nested).contains("has no children of its own"));
        assert!(refused(semi).contains("Nesting of semi join sub-selects is not supported"));
    }

    #[test]
    fn what_is_no_list_of_children_is_refused() {
        for (soql, hint) in [
            ("SELECT (SELECT COUNT() FROM Contacts) FROM Account", "neither counts nor groups"),
            ("SELECT (SELECT MAX(Name) FROM Contacts) FROM Account", "neither counts nor groups"),
            ("SELECT COUNT(Id), (SELECT Id FROM Contacts) FROM Account", "gives no children"),
            ("SELECT COUNT(), (SELECT Id FROM Contacts) FROM Account", "gives no children"),
            (
                "SELECT (SELECT Id FROM Contacts), (SELECT Name FROM contacts) FROM Account",
                "duplicate field selected: Contacts",
            ),
            ("SELECT (SELECT Nope FROM Contacts) FROM Account", "No such column 'Nope'"),
            ("SELECT (SELECT Id FROM Contacts FROM Account", "unexpected token: 'FROM'"),
        ] {
            assert!(refused(soql).contains(hint), "{soql}: {}", refused(soql));
        }
    }

    #[test]
    fn ids_may_be_those_that_another_query_finds() {
        let with = "SELECT Name FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE \
                    LastName LIKE 'a%')";
        let without = "SELECT Name FROM Account WHERE Id NOT IN (SELECT AccountId FROM Contact)";
        let parents = "SELECT LastName FROM Contact WHERE AccountId IN (SELECT Id FROM Account \
                       WHERE Name = 'Zen') OR LastName = 'Dee'";

        assert_eq!(names(with, "Name"), "Acme");
        assert_eq!(names(without, "Name"), "Void");
        assert_eq!(names(parents, "LastName"), "Cox Dee");
    }

    #[test]
    fn a_condition_takes_one_column_of_ids() {
        for (inner, hint) in [
            ("Id IN (SELECT LastName FROM Contact)", "should point to the same object type"),
            ("Id IN (SELECT ContactId FROM Case)", "should point to the same object type"),
            ("Id IN (SELECT Id, AccountId FROM Contact)", "gives exactly one field"),
            ("Id IN (SELECT COUNT() FROM Contact)", "gives exactly one field"),
            ("Name IN (SELECT Id FROM Contact)", "`Name` is none"),
            ("Id IN (SELECT Id FROM Wizard)", "sObject type 'Wizard' is not supported."),
        ] {
            let soql = format!("SELECT Id FROM Account WHERE {inner}");
            assert!(refused(&soql).contains(hint), "{inner}: {}", refused(&soql));
        }
    }
}
