// A server made with the TypeScript SDK 2.x.
//
// `stdio|http MARK`: serves until its standard input ends; over HTTP it first writes one line,
// `{"url": …}`.
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { toNodeHandler } from "@modelcontextprotocol/node";
import { acceptedContent, createMcpHandler, inputRequired, McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

const text = (text) => ({ content: [{ type: "text", text }] });

function interop() {
  const server = new McpServer({ name: "interop", version: "1.0.0" });
  server.registerTool(
    "add",
    {
      description: "Adds two numbers",
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      outputSchema: z.object({ sum: z.number() }),
    },
    ({ a, b }) => {
      const sum = { sum: a + b };
      return { ...text(JSON.stringify(sum)), structuredContent: sum };
    },
  );
  server.registerTool(
    "echo",
    { description: "Gives back what it gets", inputSchema: z.object({ text: z.string() }) },
    (args) => text(args.text),
  );
  server.registerTool("fail", { description: "Fails every time" }, () => {
    throw new Error("this tool always fails");
  });
  server.registerTool(
    "slow",
    {
      description: "Takes its time and says every quarter of a second how far it is",
      inputSchema: z.object({ seconds: z.number() }),
    },
    async ({ seconds }, { mcpReq }) => {
      const total = seconds * 4;
      const progressToken = mcpReq._meta?.progressToken;
      for (let progress = 1; progress <= total; progress += 1) {
        await sleep(250);
        if (progressToken !== undefined) {
          const params = { progressToken, progress, total };
          await mcpReq.notify({ method: "notifications/progress", params });
        }
      }
      return text(`${total} steps`);
    },
  );
  server.registerTool("ask", { description: "Asks the person for a name" }, ({ mcpReq }) => {
    if (mcpReq.inputResponses?.name) {
      return text(acceptedContent(mcpReq.inputResponses, "name")?.name ?? "nobody");
    }
    const requestedSchema = z.object({ name: z.string() });
    const message = "What is your name?";
    return inputRequired({
      inputRequests: { name: inputRequired.elicit({ message, requestedSchema }) },
    });
  });
  server.registerResource("greeting", "interop://greeting", {}, (uri) => ({
    contents: [{ uri: uri.href, text: "hello" }],
  }));
  server.registerPrompt("greet", { description: "Asks for a greeting" }, () => ({
    messages: [{ role: "user", content: { type: "text", text: "Greet somebody." } }],
  }));
  return server;
}

if (process.argv[2] === "http") {
  const http = createServer(toNodeHandler(createMcpHandler(interop)));
  http.listen(0, "127.0.0.1", () => {
    console.log(JSON.stringify({ url: `http://127.0.0.1:${http.address().port}/mcp` }));
  });
} else {
  serveStdio(interop);
}
process.stdin.on("end", () => process.exit()).resume();
