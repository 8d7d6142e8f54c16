// One `mcp-mock` for the whole run.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { TestProject } from "vitest/node";

const program = process.env.MCP_MOCK ?? "mcp-mock";
const serve = ["serve", "github", "slack", "--http", "127.0.0.1:0"];

declare module "vitest" {
  interface ProvidedContext {
    worlds: string;
  }
}

/** Starts the program. It ends with its standard input, even if this process is killed. */
export default async function setup(project: TestProject) {
  const mock = spawn(program, serve, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(mock, "exit");
  const [ready] = await once(createInterface(mock.stdout), "line");
  project.provide("worlds", `${JSON.parse(ready).control}/worlds`);
  return async () => {
    mock.stdin.end();
    await ended;
  };
}
