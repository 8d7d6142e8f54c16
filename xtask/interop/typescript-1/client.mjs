// A client made with the TypeScript SDK 1.x, which knows the older handshake only.
//
// `PLAN`: carries out a plan in JSON and writes one line with what it saw.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpError } from "@modelcontextprotocol/sdk/types.js";

const plan = JSON.parse(process.argv[2]);
const client = new Client({ name: "interop", version: "1.0.0" });
let revision;
const [command, ...args] = plan.command ?? [];
const transport = plan.url
  ? new StreamableHTTPClientTransport(new URL(plan.url))
  : new StdioClientTransport({ command, args });
const inform = transport.setProtocolVersion?.bind(transport);
transport.setProtocolVersion = (version) => {
  revision = version;
  inform?.(version);
};

async function answer({ tool, arguments: args }) {
  try {
    const result = await client.callTool({ name: tool, arguments: args });
    return {
      failed: result.isError === true,
      structured: result.structuredContent ?? null,
      text: result.content?.[0]?.text ?? null,
    };
  } catch (error) {
    if (error instanceof McpError) {
      return { code: error.code, text: error.message };
    }
    throw error;
  }
}

await client.connect(transport);
const { tools } = await client.listTools();
const answers = [];
for (const call of plan.calls) {
  answers.push(await answer(call));
}
await transport.terminateSession?.();
await client.close();
console.log(JSON.stringify({ revision, tools: tools.map((it) => it.name).sort(), answers }));
