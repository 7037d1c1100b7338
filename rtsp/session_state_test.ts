import { assertEquals } from "@std/assert";
import { isSessionMethod, nextState, SESSION_METHODS, type SessionState, validMethods } from "./session_state.ts";

/** RFC 2326, A.1, and the lab's INIT / READY / PLAYING; a dash is 455. */
const TABLE: Readonly<Record<SessionState, string[]>> = {
  //        SETUP    PLAY       PAUSE    TEARDOWN
  INIT: ["READY", "-", "-", "-"],
  READY: ["-", "PLAYING", "-", "INIT"],
  PLAYING: ["-", "-", "READY", "INIT"],
};

for (const [state, row] of Object.entries(TABLE) as [SessionState, string[]][]) {
  Deno.test(`nextState() and validMethods() follow the table from ${state}`, () => {
    assertEquals(SESSION_METHODS.map((method) => nextState(state, method) ?? "-"), row);
    assertEquals(validMethods(state), SESSION_METHODS.filter((_, index) => row[index] !== "-"));
  });
}

Deno.test("isSessionMethod() knows the table's methods, in capitals", () => {
  assertEquals(["SETUP", "setup", "DESCRIBE", "", "toString"].filter(isSessionMethod), ["SETUP"]);
});
