import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { SHRUNK_FOR_MS } from "../limits.ts";
import { LocalPlaces } from "./places.ts";

/** Places for guests that are idle since a time, or never. */
function open(max: number) {
  const clock = new FakeClock();
  const dismissed: string[] = [];
  const places = new LocalPlaces<{ readonly name: string; readonly sinceMs?: number }>({
    clock,
    max,
    addressShare: 1,
    idleness: ({ sinceMs }) => sinceMs === undefined ? undefined : { rank: 0, sinceMs, patienceMs: 1000 },
    dismiss: ({ name }) => dismissed.push(name),
  });
  return { clock, dismissed, places };
}

Deno.test("LocalPlaces gives each place once, and again when it is left, however often that is said", async () => {
  const { places } = open(1);
  const place = await places.take("10.0.0.1");
  assertEquals([await places.hasRoom("10.0.0.2"), await places.take("10.0.0.2"), places.taken], [false, undefined, 1]);
  place!.leave();
  place!.leave();
  assertEquals([await places.hasRoom("10.0.0.2"), places.taken], [true, 0]);
});

Deno.test("LocalPlaces lets an idle occupant give way, and nobody for whom a place is only reserved", async () => {
  const { clock, dismissed, places } = open(2);
  const [reserved, idle] = [await places.take("10.0.0.1"), await places.take("10.0.0.2")];
  idle!.occupant = { name: "idle", sinceMs: 0 };
  assertEquals([await places.hasRoom("10.0.0.3"), dismissed], [false, []]);
  clock.advance(1000);
  assertEquals([await places.hasRoom("10.0.0.3"), dismissed], [true, []]);
  assertEquals([await places.take("10.0.0.3") !== undefined, dismissed, places.taken], [true, ["idle"], 2]);
  idle!.leave();
  assertEquals([reserved!.occupant, places.taken], [undefined, 2]);
});

Deno.test("LocalPlaces.shrink() leaves fewer places for a while, and has the idle give way", async () => {
  const { clock, dismissed, places } = open(5);
  for (const name of ["one", "two", "three", "four"]) {
    (await places.take("10.0.0.1"))!.occupant = name === "two" ? { name, sinceMs: 0 } : { name };
  }
  assertEquals(await places.shrink(), { max: 3, isDone: true, isFirst: true });
  assertEquals([dismissed, places.taken], [["two"], 3]);
  assertEquals(await places.shrink(), { max: 3, isDone: false, isFirst: false });
  clock.advance(SHRUNK_FOR_MS - 1);
  assertEquals(await places.hasRoom("10.0.0.1"), false);
  clock.advance(1);
  assertEquals([await places.hasRoom("10.0.0.1"), (await places.shrink()).isFirst], [true, true]);
});
