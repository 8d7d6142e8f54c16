"""One `mcp-mock` for the whole session, one world for each test."""

import json
import os
import subprocess
import urllib.request

import pytest

PROGRAM = os.environ.get("MCP_MOCK", "mcp-mock")
SERVE = ["serve", "github", "slack", "--http", "127.0.0.1:0"]


class World:
    """Fake services that no other test sees."""

    def __init__(self, worlds: str) -> None:
        made = ask("POST", worlds)
        self.control = f"{worlds}/{made['id']}"
        self.urls = {name: service["url"] for name, service in made["services"].items()}

    def script(self, *rules: dict) -> None:
        ask("POST", f"{self.control}/rules", {"rules": rules})

    def calls(self, tool: str) -> list[dict]:
        calls = ask("GET", f"{self.control}/calls")["calls"]
        return [call for call in calls if call["tool"] == tool]

    def changes(self) -> list[str]:
        """What is different from the beginning, such as `added slack.channels[C02].messages[…]`."""
        changes = ask("GET", f"{self.control}/diff")["changes"]
        return [f"{change['kind']} {change['path']}" for change in changes]


@pytest.fixture(scope="session")
def worlds():
    """Starts the program. It ends with its standard input, even if this process is killed."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([PROGRAM, *SERVE], **pipes) as process:
        yield json.loads(process.stdout.readline())["control"] + "/worlds"


@pytest.fixture
def world(worlds):
    world = World(worlds)
    yield world
    ask("DELETE", world.control)


@pytest.fixture
def anyio_backend():
    return "asyncio"


def ask(method: str, url: str, body=None):
    data = json.dumps(body).encode() if body else None
    with urllib.request.urlopen(urllib.request.Request(url, data, method=method)) as answer:
        return json.load(answer)
