import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { MAX_RECENT_DIALOGUE_BYTES, MAX_RECENT_MEDIA_BYTES, RECENT_PATIENCE_MS } from "../limits.ts";
import { CaptureRing } from "./capture_ring.ts";

const MEDIA = { isMedia: true };
const DIALOGUE = { isMedia: false };
const START = Uint8Array.of(0);

Deno.test("CaptureRing keeps dialogues always, and media while somebody looks", () => {
  const clock = new FakeClock();
  const ring = new CaptureRing(clock);
  ring.add(Uint8Array.of(1), MEDIA);
  ring.add(Uint8Array.of(2), DIALOGUE);
  ring.look();
  ring.add(Uint8Array.of(3), MEDIA);
  ring.add(Uint8Array.of(4), DIALOGUE);
  clock.advance(RECENT_PATIENCE_MS);
  ring.add(Uint8Array.of(5), MEDIA);
  assertEquals([...ring.fileWith(START)], [0, 2, 3, 4, 5]);
  clock.advance(1);
  ring.add(Uint8Array.of(6), MEDIA);
  ring.look();
  ring.add(Uint8Array.of(7), MEDIA);
  assertEquals([...ring.fileWith(START)], [0, 2, 4, 7]);
});

Deno.test("CaptureRing holds its limits, and lets the oldest go", () => {
  const ring = new CaptureRing(new FakeClock());
  ring.look();
  for (const [limit, kind] of [[MAX_RECENT_MEDIA_BYTES, MEDIA], [MAX_RECENT_DIALOGUE_BYTES, DIALOGUE]] as const) {
    ring.add(new Uint8Array(limit - 1), kind);
    ring.add(Uint8Array.of(1), kind);
  }
  assertEquals(ring.fileWith(START).length, 1 + MAX_RECENT_MEDIA_BYTES + MAX_RECENT_DIALOGUE_BYTES);
  ring.add(Uint8Array.of(2), MEDIA);
  ring.add(Uint8Array.of(3), DIALOGUE);
  assertEquals([...ring.fileWith(START)], [0, 1, 1, 2, 3]);
});
