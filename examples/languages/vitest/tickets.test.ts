import { announce, openTicket } from "./tickets";
import { test } from "./world";

test("a ticket is an issue and nothing else", async ({ world, expect }) => {
  const github = await world.client("github");

  const ticket = await openTicket(github, "Printer on fire");

  expect(ticket.number).toBe(3);
  expect(await world.changes()).toEqual(["added github.repos[company/support].issues[3]"]);
});

test("a failure of GitHub is tried again", async ({ world, expect }) => {
  await world.script({ on: { tool: "create_issue" }, times: 1, fault: "tool-error" });
  const github = await world.client("github");

  await openTicket(github, "Printer on fire");

  const outcomes = (await world.calls("create_issue")).map((call) => call.outcome);
  expect(outcomes).toEqual(["faulted", "answered"]);
  expect(await world.changes()).toHaveLength(1);
});

test("Slack is told of the ticket", async ({ world, expect }) => {
  const [github, slack] = [await world.client("github"), await world.client("slack")];

  await announce(slack, await openTicket(github, "Printer on fire"));

  const [issue, message] = await world.changes();
  expect([issue, message]).toEqual([
    expect.stringMatching(/^added github\./),
    expect.stringMatching(/^added slack\./),
  ]);
  const [posted] = await world.calls("post_message");
  expect(posted.arguments.text).toContain("company/support/issues/3");
});
