// A client made with the TypeScript SDK 2.x.
//
// `PLAN`: carries out a plan in JSON and writes one line with what it saw.
import { Client, ProtocolError, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const plan = JSON.parse(process.argv[2]);
const mode = plan.era === "modern" ? { pin: "2026-07-28" } : "legacy";
const client = new Client({ name: "interop", version: "1.0.0" }, { versionNegotiation: { mode } });
const [command, ...args] = plan.command ?? [];
const transport = plan.url
  ? new StreamableHTTPClientTransport(new URL(plan.url))
  : new StdioClientTransport({ command, args });

async function answer({ tool, arguments: args }) {
  try {
    const result = await client.callTool({ name: tool, arguments: args });
    return {
      failed: result.isError === true,
      structured: result.structuredContent ?? null,
      text: result.content?.[0]?.text ?? null,
    };
  } catch (error) {
    if (error instanceof ProtocolError) {
      return { code: error.code, text: error.message };
    }
    throw error;
  }
}

await client.connect(transport);
const revision = client.getNegotiatedProtocolVersion();
const { tools } = await client.listTools();
const answers = [];
for (const call of plan.calls) {
  answers.push(await answer(call));
}
await transport.terminateSession?.();
await client.close();
console.log(JSON.stringify({ revision, tools: tools.map((it) => it.name).sort(), answers }));
