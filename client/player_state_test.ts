import { assertEquals } from "@std/assert";
import { isEnding, nextPlayerState, type PlayerEvent, type PlayerState, sessionStateOf } from "./player_state.ts";

const EVENTS: readonly PlayerEvent[] = [
  ...["ready", "played", "session-over", "server-lost", "stream-ended", "packet", "close", "closed"] as const,
];

/** Every state, and where each of the events leads from it, in the order of {@linkcode EVENTS}; `-` stays. */
const TABLE: Readonly<Record<PlayerState, string>> = {
  "idle": "ready playing - - - - closing -",
  "ready": "ready playing idle lost - - leaving -",
  "playing": "ready playing idle lost at-end - leaving -",
  "at-end": "ready playing idle lost - playing leaving -",
  "lost": "ready playing idle - - - closing -",
  "leaving": "- - closing - - - - ended",
  "closing": "leaving leaving - - - - - ended",
  "ended": "- - - - - - - -",
};

for (const [state, row] of Object.entries(TABLE) as [PlayerState, string][]) {
  Deno.test(`nextPlayerState() from ${state}`, () => {
    const expected = row.split(" ").map((next) => next === "-" ? state : next);
    assertEquals(EVENTS.map((event) => nextPlayerState(state, event)), expected);
  });
}

Deno.test("sessionStateOf() and isEnding() follow from the state", () => {
  const states = Object.keys(TABLE) as PlayerState[];
  assertEquals(states.map(sessionStateOf), [
    ...["INIT", "READY", "PLAYING", "PLAYING", "INIT", "READY", "INIT", "INIT"] as const,
  ]);
  assertEquals(states.filter(isEnding), ["leaving", "closing", "ended"]);
});
