"""A client made with the package `mcp`, both generations, or with `fastmcp`.

`mcp|fastmcp PLAN`: carries out a plan in JSON and writes one line with what it saw.
"""

import asyncio
import json
import sys

[_, package, plan] = sys.argv
plan = json.loads(plan)
command, *args = plan.get("command") or [None]

try:  # mcp 2
    from mcp import MCPError as McpError
except ImportError:  # mcp 1
    from mcp import McpError


async def carry_out(call_tool, tools, revision) -> None:
    answers = [await answer(call_tool, call) for call in plan["calls"]]
    names = sorted(tool.name for tool in tools)
    print(json.dumps({"revision": revision, "tools": names, "answers": answers}))


async def answer(call_tool, call) -> dict:
    try:
        result = await call_tool(call["tool"], call["arguments"])
    except McpError as error:
        return {"code": error.error.code, "text": error.error.message}
    result = result.model_dump(by_alias=True, mode="json")
    first = (result["content"] or [{}])[0]
    return {
        "failed": result.get("isError") is True,
        "structured": result.get("structuredContent"),
        "text": first.get("text"),
    }


async def fastmcp() -> None:
    from fastmcp import Client
    from fastmcp.client.transports import StdioTransport

    transport = plan.get("url") or StdioTransport(command, args, keep_alive=False)
    knows_eras = hasattr(Client, "protocol_version")
    mode = {"mode": "auto" if plan["era"] == "modern" else "legacy"} if knows_eras else {}
    async with Client(transport, **mode) as client:
        revision = client.protocol_version if knows_eras else client.initialize_result.protocolVersion
        await carry_out(client.call_tool_mcp, await client.list_tools(), revision)


async def generation_2() -> None:
    from mcp import Client, StdioServerParameters

    server = plan.get("url") or StdioServerParameters(command=command, args=args)
    mode = "auto" if plan["era"] == "modern" else "legacy"
    async with Client(server, mode=mode) as client:
        tools = (await client.list_tools()).tools
        await carry_out(client.call_tool, tools, client.protocol_version)


async def generation_1() -> None:
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client
    from mcp.client.streamable_http import streamable_http_client

    url = plan.get("url")
    transport = streamable_http_client(url) if url else stdio_client(StdioServerParameters(command=command, args=args))
    async with transport as (read, write, *_), ClientSession(read, write) as session:
        revision = (await session.initialize()).protocolVersion
        tools = (await session.list_tools()).tools
        await carry_out(session.call_tool, tools, revision)


def connection():
    if package == "fastmcp":
        return fastmcp()
    import mcp

    return generation_2() if hasattr(mcp, "Client") else generation_1()


asyncio.run(connection())
