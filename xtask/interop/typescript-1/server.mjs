// A server made with the TypeScript SDK 1.x.
//
// `stdio|http MARK`: serves until its standard input ends; over HTTP it first writes one line,
// `{"url": …}`. HTTP keeps sessions, as this generation does.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";

const text = (text) => ({ content: [{ type: "text", text }] });

function interop() {
  const server = new McpServer({ name: "interop", version: "1.0.0" });
  server.registerTool(
    "add",
    {
      description: "Adds two numbers",
      inputSchema: { a: z.number(), b: z.number() },
      outputSchema: { sum: z.number() },
    },
    ({ a, b }) => {
      const sum = { sum: a + b };
      return { ...text(JSON.stringify(sum)), structuredContent: sum };
    },
  );
  server.registerTool(
    "echo",
    { description: "Gives back what it gets", inputSchema: { text: z.string() } },
    (args) => text(args.text),
  );
  server.registerTool("fail", { description: "Fails every time" }, () => {
    throw new Error("this tool always fails");
  });
  server.registerTool(
    "slow",
    {
      description: "Takes its time and says every quarter of a second how far it is",
      inputSchema: { seconds: z.number() },
    },
    async ({ seconds }, { _meta, sendNotification }) => {
      const total = seconds * 4;
      const progressToken = _meta?.progressToken;
      for (let progress = 1; progress <= total; progress += 1) {
        await sleep(250);
        if (progressToken !== undefined) {
          const params = { progressToken, progress, total };
          await sendNotification({ method: "notifications/progress", params });
        }
      }
      return text(`${total} steps`);
    },
  );
  server.registerTool("ask", { description: "Asks the person for a name" }, async () => {
    const answer = await server.server.elicitInput({
      message: "What is your name?",
      requestedSchema: {
        type: "object",
        properties: { name: { type: "string" } },
        required: ["name"],
      },
    });
    return text(answer.content?.name ?? "nobody");
  });
  server.registerResource("greeting", "interop://greeting", {}, (uri) => ({
    contents: [{ uri: uri.href, text: "hello" }],
  }));
  server.registerPrompt("greet", { description: "Asks for a greeting" }, () => ({
    messages: [{ role: "user", content: { type: "text", text: "Greet somebody." } }],
  }));
  return server;
}

const sessions = new Map();

async function transportOf(request) {
  const known = sessions.get(request.headers["mcp-session-id"]);
  if (known) {
    return known;
  }
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => sessions.set(id, transport),
    onsessionclosed: (id) => sessions.delete(id),
  });
  await interop().connect(transport);
  return transport;
}

if (process.argv[2] === "http") {
  const http = createServer(async (request, response) => {
    const transport = await transportOf(request);
    await transport.handleRequest(request, response);
  });
  http.listen(0, "127.0.0.1", () => {
    console.log(JSON.stringify({ url: `http://127.0.0.1:${http.address().port}/mcp` }));
  });
} else {
  await interop().connect(new StdioServerTransport());
}
process.stdin.on("end", () => process.exit()).resume();
