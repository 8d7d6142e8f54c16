// What is tested: a support desk that opens tickets on GitHub and tells Slack.
import type { Client } from "@modelcontextprotocol/client";

const attempts = 3;

export type Ticket = { number: number; html_url: string };

/** Opens an issue, and tries again while GitHub is out of order. */
export async function openTicket(github: Client, title: string): Promise<Ticket> {
  const issue = { owner: "company", repo: "support", title };
  for (let attempt = 0; attempt < attempts; attempt++) {
    const answer = await github.callTool({ name: "create_issue", arguments: issue });
    if (!answer.isError) {
      return answer.structuredContent as Ticket;
    }
  }
  throw new Error(`no ticket after ${attempts} attempts`);
}

export async function announce(slack: Client, ticket: Ticket): Promise<void> {
  const text = `New ticket: ${ticket.html_url}`;
  await slack.callTool({ name: "post_message", arguments: { channel: "#support", text } });
}
