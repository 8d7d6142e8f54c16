//! What the dialects list.

use mcp_mock::ServiceName;
use mcp_mock_dialects::{all, named, names};

#[test]
fn every_name_of_a_dialect_leads_to_it() {
    for service in ServiceName::ALL {
        for name in names(service) {
            let dialect = named(service, name).unwrap();
            assert_eq!((dialect.service(), dialect.name()), (service, name));
        }
        assert!(named(service, "npm").is_none());
    }
}

#[test]
fn tools_are_listed_as_their_servers_do_and_backed_unless_named_here() {
    let mut lines = Vec::new();
    for dialect in ServiceName::ALL.into_iter().flat_map(all) {
        let tools = dialect.tools();
        let annotated = tools.iter().filter(|tool| tool.annotations.is_some()).count();
        let unbacked: Vec<_> = tools
            .iter()
            .map(|tool| tool.name.as_str())
            .filter(|tool| !dialect.is_backed(tool))
            .collect();
        let (service, name, count) = (dialect.service(), dialect.name(), tools.len());
        let revision = *dialect.versions().last().unwrap();
        lines.push(format!("{service} {name}: {count} tools, {annotated} annotated, {revision}"));
        lines.extend(unbacked.iter().map(|tool| format!("  not backed: {tool}")));
    }

    insta::assert_snapshot!(lines.join("\n"), @r"
    github simple: 15 tools, 15 annotated, 2026-07-28
    github npm-2025.4.8: 26 tools, 0 annotated, 2024-11-05
    github official: 43 tools, 43 annotated, 2026-07-28
      not backed: delete_repository
    gmail simple: 10 tools, 10 annotated, 2026-07-28
    gmail npm-1.1.11: 19 tools, 0 annotated, 2024-11-05
    notion simple: 9 tools, 9 annotated, 2026-07-28
    notion npm-2.5.2: 24 tools, 24 annotated, 2025-06-18
    salesforce simple: 10 tools, 10 annotated, 2026-07-28
    salesforce tsmztech-0.0.6: 15 tools, 0 annotated, 2025-06-18
      not backed: salesforce_execute_anonymous
    slack simple: 8 tools, 8 annotated, 2026-07-28
    slack npm-2025.4.25: 8 tools, 0 annotated, 2024-11-05
    slack zencoder-0.0.1: 8 tools, 0 annotated, 2025-06-18
    ");
}
