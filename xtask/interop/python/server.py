"""A server made with the package `mcp`, both generations, or with `fastmcp`.

`mcp|fastmcp stdio|http MARK`: serves until its standard input ends; over HTTP it first writes one
line, `{"url": …}`.
"""

import asyncio
import json
import socket
import sys
from typing import Annotated

import uvicorn
from pydantic import BaseModel

[_, package, face, *_] = sys.argv
is_generation_2 = False
if package == "fastmcp":
    from fastmcp import Context, FastMCP as Server
else:
    try:  # mcp 2
        from mcp.server.mcpserver import Context, Elicit, ElicitationResult, MCPServer as Server, Resolve

        is_generation_2 = True
    except ImportError:  # mcp 1
        from mcp.server.fastmcp import Context, FastMCP as Server

server = Server("interop")


class Sum(BaseModel):
    sum: int


class Name(BaseModel):
    name: str


@server.tool()
def add(a: int, b: int) -> Sum:
    """Adds two numbers."""
    return Sum(sum=a + b)


@server.tool()
def echo(text: str) -> str:
    """Gives back what it gets."""
    return text


@server.tool()
def fail() -> str:
    """Fails every time."""
    raise ValueError("this tool always fails")


@server.tool()
async def slow(seconds: int, context: Context) -> str:
    """Takes its time and says every quarter of a second how far it is."""
    steps = seconds * 4
    for step in range(steps):
        await asyncio.sleep(0.25)
        await context.report_progress(step + 1, steps)
    return f"{steps} steps"


def name_of(answer) -> str:
    return answer.data.name if answer.action == "accept" else "nobody"


if is_generation_2:

    def question() -> Elicit[Name]:
        return Elicit("What is your name?", Name)

    @server.tool()
    def ask(answer: Annotated[ElicitationResult[Name], Resolve(question)]) -> str:
        """Asks the person for a name."""
        return name_of(answer)

else:

    @server.tool()
    async def ask(context: Context) -> str:
        """Asks the person for a name."""
        return name_of(await context.elicit("What is your name?", Name))


@server.resource("interop://greeting")
def greeting() -> str:
    """A greeting."""
    return "hello"


@server.prompt()
def greet() -> str:
    """Asks for a greeting."""
    return "Greet somebody."


async def end_of_input() -> None:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    await reader.read()


async def http() -> None:
    app = server.http_app() if package == "fastmcp" else server.streamable_http_app()
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    web = uvicorn.Server(config)
    print(json.dumps({"url": f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"}), flush=True)
    serving = asyncio.create_task(web.serve(sockets=[listener]))
    ended = asyncio.create_task(end_of_input())
    await asyncio.wait([serving, ended], return_when=asyncio.FIRST_COMPLETED)
    web.should_exit = True
    await serving


if face == "http":
    asyncio.run(http())
else:
    server.run("stdio")
