"""What is tested: a support desk that opens tickets on GitHub and tells Slack."""

from mcp import Client

ATTEMPTS = 3


async def open_ticket(github: Client, title: str) -> dict:
    """Opens an issue, and tries again while GitHub is out of order."""
    issue = {"owner": "company", "repo": "support", "title": title}
    for _ in range(ATTEMPTS):
        answer = await github.call_tool("create_issue", issue)
        if not answer.is_error:
            return answer.structured_content
    raise RuntimeError(answer.content[0].text)


async def announce(slack: Client, ticket: dict) -> None:
    text = f"New ticket: {ticket['html_url']}"
    await slack.call_tool("post_message", {"channel": "#support", "text": text})
