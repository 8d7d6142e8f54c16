//! The checks of a scenario, which the suite leaves in a file `checks.json`.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::subject::Side;

const FILE: &str = "checks.json";

/// The form of the time at the end of a folder's name.
const TIME_FORM: &str = "-0000-00-00T00-00-00-000Z";

/// One check of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Check {
    pub(super) id: String,
    pub(super) status: Status,
    description: String,
    error: Option<String>,
    details: Option<Value>,
}

/// How a check ended. Only failures count against a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Failure,
    Info,
    Skipped,
    Success,
    Warning,
}

impl Check {
    /// The expectation and the error.
    pub(super) fn reason(&self) -> String {
        let error = self.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
        format!("{}{error}", self.description)
    }

    /// All members, over several lines.
    pub(super) fn full(&self) -> String {
        let mut text = format!("{:7} {}: {}", self.status.to_string(), self.id, self.description);
        let details = self.details.as_ref().map(ToString::to_string);
        let lines = self.error.iter().chain(&details).flat_map(|more| more.lines());
        for line in lines {
            text.push_str("\n        ");
            text.push_str(line);
        }
        text
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failure => "failure",
            Self::Info => "info",
            Self::Skipped => "skipped",
            Self::Success => "success",
            Self::Warning => "warning",
        })
    }
}

/// The checks of all scenarios in a folder that the suite has written, by the names of the scenarios.
pub(super) fn read_all(folder: &Path, side: Side) -> Result<BTreeMap<String, Vec<Check>>> {
    let mut checks = BTreeMap::new();
    gather(folder, "", &mut |path, text| {
        checks.insert(scenario_of(path, side).to_owned(), parse(text)?);
        Ok(())
    })?;
    Ok(checks)
}

/// Reads one file.
pub(super) fn parse(text: &str) -> Result<Vec<Check>> {
    let checks: Vec<Value> = serde_json::from_str(text).context("not a JSON array")?;
    checks.iter().map(check).collect()
}

fn check(value: &Value) -> Result<Check> {
    let text = |member: &str| value.get(member).and_then(Value::as_str).map(str::to_owned);
    let wanted = |member| text(member).with_context(|| format!("a check without `{member}`"));
    let status = match wanted("status")?.as_str() {
        "FAILURE" => Status::Failure,
        "INFO" => Status::Info,
        "SKIPPED" => Status::Skipped,
        "SUCCESS" => Status::Success,
        "WARNING" => Status::Warning,
        other => bail!("unknown status `{other}`"),
    };
    Ok(Check {
        id: wanted("id")?,
        status,
        description: wanted("description")?,
        error: text("errorMessage"),
        details: value.get("details").cloned(),
    })
}

/// Calls `found` with every folder that holds checks, as a path below `folder`, and with the JSON of the checks.
fn gather(
    folder: &Path,
    prefix: &str,
    found: &mut dyn FnMut(&str, &str) -> Result<()>,
) -> Result<()> {
    let list = || format!("cannot list `{}`", folder.display());
    for entry in fs::read_dir(folder).with_context(list)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            continue;
        }
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let file = entry.path().join(FILE);
        if file.is_file() {
            let text = fs::read_to_string(&file);
            let read = text.map_err(Into::into).and_then(|text| found(&path, &text));
            read.with_context(|| format!("cannot read `{}`", file.display()))?;
        } else {
            gather(&entry.path(), &format!("{path}/"), found)?;
        }
    }
    Ok(())
}

/// The scenario that a folder belongs to: `server-NAME-TIME` or `NAME-TIME`, and the name may hold `/`.
fn scenario_of(path: &str, side: Side) -> &str {
    let without_time = path.len().checked_sub(TIME_FORM.len()).and_then(|end| path.get(..end));
    let name = without_time.unwrap_or(path);
    match side {
        Side::Client => name,
        Side::Server => name.strip_prefix("server-").unwrap_or(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = include_str!("samples/checks.json");

    #[test]
    fn checks_are_read() {
        let checks = parse(SAMPLE).unwrap();

        let ends: Vec<_> = checks.iter().map(|it| (it.id.as_str(), it.status)).collect();
        let wanted = [
            ("tools-call-image", Status::Failure),
            ("server-info", Status::Info),
            ("wire-schema-valid", Status::Success),
        ];
        assert_eq!(ends, wanted);
        assert_eq!(checks[0].reason(), "Tool returns image content: Failed: no");
        assert_eq!(
            checks[1].full(),
            "info    server-info: Test server info returned to client\n        \
             {\"serverName\":\"test-server\"}"
        );
    }

    #[test]
    fn changed_checks_are_refused() {
        for (text, wanted) in [
            ("{}", "not a JSON array"),
            (r#"[{"id":"a","description":"b"}]"#, "a check without `status`"),
            (r#"[{"id":"a","description":"b","status":"MAYBE"}]"#, "unknown status `MAYBE`"),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), wanted);
        }
    }

    #[test]
    fn folders_tell_their_scenarios() {
        for (path, side, wanted) in [
            (
                "server-server-initialize-2026-11-22T20-08-54-169Z",
                Side::Server,
                "server-initialize",
            ),
            ("server-tools-list-2026-11-22T20-08-54-169Z", Side::Server, "tools-list"),
            ("auth/basic-cimd-2026-11-22T20-08-56-122Z", Side::Client, "auth/basic-cimd"),
            ("short", Side::Client, "short"),
        ] {
            assert_eq!(scenario_of(path, side), wanted);
        }
    }

    #[test]
    fn folders_are_searched_to_the_end() {
        let root = std::env::temp_dir().join(format!("xtask-checks-{}", std::process::id()));
        for name in ["tools_call", "auth/dpop"] {
            let folder = root.join(format!("{name}-2026-11-22T20-08-56-122Z"));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(FILE), SAMPLE).unwrap();
        }
        fs::write(root.join("stdout"), "").unwrap();

        let checks = read_all(&root, Side::Client).unwrap();

        assert_eq!(checks.keys().collect::<Vec<_>>(), ["auth/dpop", "tools_call"]);
        fs::remove_dir_all(&root).unwrap();
    }
}
