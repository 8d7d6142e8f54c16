"""A small server over stdio, for both generations of the Python package `mcp`."""

import asyncio

try:  # mcp 2
    from mcp.server.mcpserver import Context, MCPServer as Server
except ImportError:  # mcp 1
    from mcp.server.fastmcp import Context, FastMCP as Server

server = Server("interop")


@server.tool()
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@server.tool()
def echo(text: str) -> str:
    """Gives back what it gets."""
    return text


@server.tool()
def fail() -> str:
    """Fails every time."""
    raise ValueError("this tool always fails")


@server.tool()
async def count(seconds: int, context: Context) -> int:
    """Takes its time and says every quarter of a second how far it is."""
    steps = seconds * 4
    for step in range(steps):
        await asyncio.sleep(0.25)
        await context.report_progress(step + 1, steps)
    return steps


if __name__ == "__main__":
    server.run("stdio")
