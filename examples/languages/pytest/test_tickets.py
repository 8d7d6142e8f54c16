import pytest
from mcp import Client

from tickets import announce, open_ticket

pytestmark = pytest.mark.anyio


async def test_a_ticket_is_an_issue_and_nothing_else(world):
    async with Client(world.urls["github"]) as github:
        ticket = await open_ticket(github, "Printer on fire")

    assert ticket["number"] == 3
    assert world.changes() == ["added github.repos[company/support].issues[3]"]


async def test_a_failure_of_github_is_tried_again(world):
    world.script({"on": {"tool": "create_issue"}, "times": 1, "fault": "tool-error"})

    async with Client(world.urls["github"]) as github:
        await open_ticket(github, "Printer on fire")

    outcomes = [call["outcome"] for call in world.calls("create_issue")]
    assert outcomes == ["faulted", "answered"]
    assert len(world.changes()) == 1


async def test_slack_is_told_of_the_ticket(world):
    async with Client(world.urls["github"]) as github, Client(world.urls["slack"]) as slack:
        await announce(slack, await open_ticket(github, "Printer on fire"))

    [issue, message] = world.changes()
    assert issue.startswith("added github.") and message.startswith("added slack.")
    [posted] = world.calls("post_message")
    assert "company/support/issues/3" in posted["arguments"]["text"]
