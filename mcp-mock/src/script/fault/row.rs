//! What a row of the table of faults says, and the reference that is made of the rows.

use std::fmt::Write;

use super::value::{FaultValue, Form};
use super::{FAULTS, Fault};

/// One fault.
#[derive(Debug)]
pub(crate) struct FaultRow {
    pub(crate) name: &'static str,
    /// `None` when the fault takes no value.
    pub(super) value: Option<FaultValue>,
    /// Whether the call takes effect.
    pub(crate) is_carried_out: bool,
    pub(crate) scope: Scope,
    over_stdio: &'static str,
    over_http: &'static str,
}

/// The requests that a fault fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Any,
    Calls,
    /// The requests that open a conversation.
    Openings,
    ToolLists,
}

/// One kind of a fault that comes in many.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
}

/// A fault that takes no value, does the same over HTTP and keeps the call from being carried out.
pub(super) const fn row(name: &'static str, over_stdio: &'static str) -> FaultRow {
    FaultRow {
        name,
        value: None,
        is_carried_out: false,
        scope: Scope::Any,
        over_stdio,
        over_http: "the same",
    }
}

impl FaultRow {
    pub(super) const fn over_http(self, over_http: &'static str) -> Self {
        Self { over_http, ..self }
    }

    pub(super) const fn takes(self, form: Form, usual: &'static str) -> Self {
        Self { value: Some(FaultValue { form, usual, member: None, others: &[] }), ..self }
    }

    pub(super) const fn in_member(self, member: &'static str) -> Self {
        match self.value {
            Some(value) => {
                Self { value: Some(FaultValue { member: Some(member), ..value }), ..self }
            }
            None => self,
        }
    }

    pub(super) const fn beside(self, others: &'static [(&'static str, Form)]) -> Self {
        match self.value {
            Some(value) => Self { value: Some(FaultValue { others, ..value }), ..self },
            None => self,
        }
    }

    pub(super) const fn only_for(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    pub(super) const fn carried_out(self) -> Self {
        Self { is_carried_out: true, ..self }
    }

    /// What may be written for the value; `None` when the fault takes none.
    pub(crate) fn value_schema(&self) -> Option<serde_json::Value> {
        self.value.map(|value| value.schema())
    }

    /// The fault as the command line takes it, with its usual value.
    pub(crate) fn form(&self) -> String {
        match self.value {
            Some(value) => format!("{}={}", self.name, value.usual),
            None => self.name.to_owned(),
        }
    }
}

/// A row of a table of kinds.
pub(super) const fn kind(name: &'static str, meaning: &'static str) -> Kind {
    Kind { name, meaning }
}

impl Fault {
    /// All faults as the command line takes them, with their usual values.
    #[must_use]
    pub fn forms() -> Vec<String> {
        FAULTS.iter().map(FaultRow::form).collect()
    }

    /// The reference of all faults, as tables in Markdown.
    #[must_use]
    pub fn reference() -> String {
        reference()
    }
}

/// The reference as tables in Markdown.
fn reference() -> String {
    let mut table = "\
| fault | carried out | over standard input and output | over HTTP |\n\
|---|---|---|---|\n"
        .to_owned();
    let mut kinds = "\n| kind | what that is |\n|---|---|\n".to_owned();
    for fault in FAULTS {
        let (form, carried_out) = (fault.form(), if fault.is_carried_out { "yes" } else { "no" });
        let (stdio, http) = (fault.over_stdio, fault.over_http);
        writeln!(table, "| `{form}` | {carried_out} | {stdio} | {http} |")
            .expect("a string takes all that is written to it");
        let Some(FaultValue { form: Form::Kind(all), .. }) = fault.value else { continue };
        for Kind { name, meaning } in all {
            writeln!(kinds, "| `{}={name}` | {meaning} |", fault.name)
                .expect("a string takes all that is written to it");
        }
    }
    table + &kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_and_kinds_are_in_the_order_of_their_names() {
        assert!(FAULTS.is_sorted_by_key(|fault| fault.name));
        for fault in FAULTS {
            let Some(FaultValue { form: Form::Kind(kinds), .. }) = fault.value else { continue };
            assert!(kinds.is_sorted_by_key(|kind| kind.name), "{}", fault.name);
        }
    }

    /// The documents show what `mcp-mock faults` prints.
    #[test]
    fn documented_table_is_the_reference() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/mocks.md");
        let document = std::fs::read_to_string(path).unwrap_or_default();
        let Some((_, rest)) = document.split_once("<!-- faults -->") else { return };

        let (table, _) = rest.split_once("<!-- /faults -->").expect("the end is marked too");

        assert_eq!(table.trim(), reference().trim());
    }
}
