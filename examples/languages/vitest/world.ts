// One world for each test.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { inject, test as base } from "vitest";

type Call = { tool: string; arguments: Record<string, unknown>; outcome: string };
type Change = { kind: string; path: string };
type Made = { id: string; services: Record<string, { url: string }> };

/** Fake services that no other test sees. */
export class World {
  private constructor(
    private readonly control: string,
    private readonly services: Made["services"],
  ) {}

  static async make(worlds: string): Promise<World> {
    const { id, services } = await ask<Made>("POST", worlds);
    return new World(`${worlds}/${id}`, services);
  }

  async client(service: string): Promise<Client> {
    const client = new Client({ name: "test", version: "1.0.0" });
    await client.connect(new StreamableHTTPClientTransport(new URL(this.services[service].url)));
    return client;
  }

  async script(...rules: object[]): Promise<void> {
    await ask("POST", `${this.control}/rules`, { rules });
  }

  async calls(tool: string): Promise<Call[]> {
    const { calls } = await ask<{ calls: Call[] }>("GET", `${this.control}/calls`);
    return calls.filter((call) => call.tool === tool);
  }

  /** What is different from the beginning, such as `added slack.channels[C02].messages[…]`. */
  async changes(): Promise<string[]> {
    const { changes } = await ask<{ changes: Change[] }>("GET", `${this.control}/diff`);
    return changes.map(({ kind, path }) => `${kind} ${path}`);
  }

  async remove(): Promise<void> {
    await ask("DELETE", this.control);
  }
}

export const test = base.extend<{ world: World }>({
  world: async ({}, use) => {
    const world = await World.make(inject("worlds"));
    await use(world);
    await world.remove();
  },
});

async function ask<T>(method: string, url: string, body?: object): Promise<T> {
  const answer = await fetch(url, { method, body: body && JSON.stringify(body) });
  if (!answer.ok) {
    throw new Error(`${method} ${url}: ${await answer.text()}`);
  }
  return (await answer.json()) as T;
}
