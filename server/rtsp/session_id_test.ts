import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { MAX_ENGINES } from "../limits.ts";
import { createSessionId, engineOfSession } from "./session_id.ts";

Deno.test("createSessionId() makes identifiers that name their thread", () => {
  for (let engine = 0; engine < MAX_ENGINES; engine++) {
    const id = createSessionId(engine);
    assertMatch(id, /^[0-9a-f]{16}$/);
    assertEquals(engineOfSession(id), engine);
    assertNotEquals(createSessionId(engine), id);
  }
});

Deno.test("engineOfSession() knows only what could be ours", () => {
  for (const id of ["", "123456", "0123456789ABCDEF", "0123456789abcdef0", "0123456789abcdeg"]) {
    assertEquals(engineOfSession(id), undefined);
  }
});
