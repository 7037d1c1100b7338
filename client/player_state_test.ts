import { assertEquals } from "@std/assert";
import {
  allowedCommands,
  isConnecting,
  isEnding,
  isLost,
  nextPhase,
  PLAYER_EVENTS,
  PLAYER_PHASES,
  type PlayerEvent,
  type PlayerPhase,
} from "./player_state.ts";

/** All that may happen in each phase, and what it leads to; what is not here changes nothing. */
const CHANGES: readonly [PlayerPhase, PlayerEvent, PlayerPhase][] = [
  ["idle", "request", "requesting"],
  ["idle", "connect", "connecting"],
  ["idle", "lose", "waiting"],
  ["requesting", "settle", "idle"],
  ["requesting", "lose", "waiting"],
  ["connecting", "settle", "idle"],
  ["connecting", "lose", "waiting"],
  ["waiting", "retry", "reconnecting"],
  ["waiting", "forget", "idle"],
  ["reconnecting", "reconnected", "idle"],
  ["reconnecting", "lose", "waiting"],
  ["reconnecting", "refused", "idle"],
  ["reconnecting", "forget", "connecting"],
  ["closing", "end", "ended"],
  ...["idle", "requesting", "connecting", "waiting", "reconnecting"].map((phase) =>
    [phase, "close", "closing"] as [PlayerPhase, PlayerEvent, PlayerPhase]
  ),
];

for (const phase of PLAYER_PHASES) {
  for (const event of PLAYER_EVENTS) {
    const next = CHANGES.find(([from, what]) => from === phase && what === event)?.[2] ?? phase;
    Deno.test(`nextPhase() leads from ${phase} by ${event} to ${next}`, () => {
      assertEquals(nextPhase(phase, event), next);
    });
  }
}

Deno.test("nextPhase() leads to ended from everywhere, and from there to nothing else", () => {
  for (const phase of PLAYER_PHASES) assertEquals(nextPhase(nextPhase(phase, "close"), "end"), "ended");
  for (const event of PLAYER_EVENTS) assertEquals(nextPhase("ended", event), "ended");
});

Deno.test("allowedCommands() follows the session's table while the player is idle", () => {
  assertEquals(allowedCommands("idle", "INIT"), ["SETUP"]);
  assertEquals(allowedCommands("idle", "READY"), ["PLAY", "TEARDOWN"]);
  assertEquals(allowedCommands("idle", "PLAYING"), ["PAUSE", "TEARDOWN"]);
});

Deno.test("allowedCommands() allows PLAY again while nothing comes any more", () => {
  assertEquals(allowedCommands("idle", "PLAYING", { isSilent: true }), ["PLAY", "PAUSE", "TEARDOWN"]);
  assertEquals(allowedCommands("idle", "READY", { isSilent: true }), ["PLAY", "TEARDOWN"]);
  assertEquals(allowedCommands("requesting", "PLAYING", { isSilent: true }), []);
});

Deno.test("allowedCommands() allows to stop and to hurry a reconnection, and nothing where something is under way", () => {
  const others = PLAYER_PHASES.filter((phase) => phase !== "idle");
  assertEquals(Object.fromEntries(others.map((phase) => [phase, allowedCommands(phase, "INIT")])), {
    ...{ requesting: [], connecting: [], closing: [], ended: [] },
    waiting: ["SETUP", "TEARDOWN"],
    reconnecting: ["TEARDOWN"],
  });
});

Deno.test("isLost(), isConnecting() and isEnding() name the phases that they say", () => {
  assertEquals(PLAYER_PHASES.filter(isLost), ["waiting", "reconnecting"]);
  assertEquals(PLAYER_PHASES.filter(isConnecting), ["connecting", "reconnecting"]);
  assertEquals(PLAYER_PHASES.filter(isEnding), ["closing", "ended"]);
});
