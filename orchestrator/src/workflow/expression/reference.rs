//! What the paths in expressions lead to.

use crate::workflow::name::StepId;

/// What a dotted path in an expression leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reference {
    /// `inputs.title`, or a part of it.
    Input(String),
    /// `inputs` as a whole.
    Inputs,
    /// The item of a list, `output` in a compensation, or a name that does not exist.
    Name(String),
    /// `run` or one of its members, such as `run.date`.
    Run(Option<String>),
    /// `steps.issue`, with the member behind it, such as `output`.
    Step(StepId, Option<String>),
    /// `steps` as a whole, which does not say which step.
    Steps,
}

impl Reference {
    fn parse(path: &str) -> Self {
        let mut parts = path.split('.').map(str::to_owned);
        let root = parts.next().unwrap_or_default();
        match (root.as_str(), parts.next()) {
            ("inputs", Some(name)) => Self::Input(name),
            ("inputs", None) => Self::Inputs,
            ("run", member) => Self::Run(member),
            ("steps", Some(id)) => Self::Step(StepId::new(id), parts.next()),
            ("steps", None) => Self::Steps,
            _ => Self::Name(root),
        }
    }
}

/// One path that an expression reads, with all places where it reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Use {
    /// What the path leads to.
    pub(crate) reference: Reference,
    /// The path, such as `steps.issue.output.number`.
    pub(crate) path: String,
    /// Whether every place copes with the absence of a value.
    pub(crate) is_guarded: bool,
    /// The byte of the source where the path begins, when it is certain: at the first place, or at the
    /// first that is not guarded.
    pub(crate) start: Option<usize>,
}

impl Use {
    pub(super) fn new(path: String, is_guarded: bool, start: Option<usize>) -> Self {
        Self { reference: Reference::parse(&path), path, is_guarded, start }
    }

    /// The bytes of the path that name the step.
    pub(crate) fn step_length(&self) -> usize {
        self.step().map_or(0, |id| "steps.".len() + id.as_str().len())
    }

    /// The step that is read.
    pub(crate) fn step(&self) -> Option<&StepId> {
        match &self.reference {
            Reference::Step(id, _) => Some(id),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_leads_to_what_its_first_names_say() {
        let id = || StepId::new("issue");
        for (path, expected) in [
            ("inputs", Reference::Inputs),
            ("inputs.title.x", Reference::Input("title".to_owned())),
            ("run.date", Reference::Run(Some("date".to_owned()))),
            ("steps", Reference::Steps),
            ("steps.issue", Reference::Step(id(), None)),
            ("steps.issue.output.url", Reference::Step(id(), Some("output".to_owned()))),
            ("lead.email", Reference::Name("lead".to_owned())),
        ] {
            assert_eq!(Reference::parse(path), expected, "{path}");
        }
    }
}
