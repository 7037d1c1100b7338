import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { TestPlayback } from "../../tests/support/test_playback.ts";
import { until } from "../../tests/support/until.ts";
import { MAX_THUMBNAILS_BYTES, THUMBNAIL_PATIENCE_MS } from "../limits.ts";
import { parseRtspUrl } from "../rtsp/rtsp_url.ts";
import { titleOf } from "../session/target.ts";
import { Thumbnails } from "./thumbnails.ts";

/** Thumbnails of three streams, of which the last cannot be played, and the players that are open, by name. */
function open() {
  const clock = new FakeClock();
  const players = new Map<string, TestPlayback>();
  const asked: string[] = [];
  const told: (number | undefined)[] = [];
  const thumbnails = new Thumbnails({
    targets: ["0", "1", "2"].map((name) => ({ url: parseRtspUrl(`rtsp://camera/${name}`) })),
    open(target) {
      const title = titleOf(target);
      const playback = new TestPlayback();
      playback.become({ durationSeconds: 20, allowed: title === "2" ? [] : ["SETUP", "PLAY"] });
      players.set(title, playback);
      asked.push(title);
      return {
        playback,
        playedSeconds: 0,
        close() {
          players.delete(title);
          return Promise.resolve();
        },
      };
    },
    onStatus: (index, { durationSeconds }) => void (told[index] = durationSeconds),
    clock,
  });
  return {
    ...{ thumbnails, players, clock, asked, told },
    async show(name: string, jpeg: Uint8Array): Promise<void> {
      await until(() => players.get(name)?.commands.includes("PLAY") === true);
      players.get(name)!.show(jpeg);
    },
  };
}

Deno.test("Thumbnails.get() gives the first frame, one stream after the other, and asks for each once", async () => {
  const { thumbnails, players, asked, told, show } = open();
  const wanted = [0, 1, 0].map((index) => thumbnails.get(index));
  await show("0", Uint8Array.of(1));
  assertEquals([asked, [...players.keys()]], [["0"], ["0"]]);
  await show("1", Uint8Array.of(2));
  assertEquals(await Promise.all(wanted), [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(1)]);
  assertEquals(await thumbnails.get(1), Uint8Array.of(2));
  assertEquals([asked, players.size, told], [["0", "1"], 0, [20, 20]]);
});

Deno.test("Thumbnails.get() waits for a frame only so long, and then looks at the next stream", async () => {
  const { thumbnails, players, clock, show } = open();
  const [one, other] = [thumbnails.get(0), thumbnails.get(1)];
  await until(() => players.get("0")?.commands.includes("PLAY") === true);
  clock.advance(THUMBNAIL_PATIENCE_MS - 1);
  assertEquals([...players.keys()], ["0"]);
  clock.advance(1);
  await show("1", Uint8Array.of(2));
  assertEquals([await one, await other, await thumbnails.get(0)], [undefined, Uint8Array.of(2), undefined]);
});

Deno.test("Thumbnails.get() has none of a stream that is not there, or that is refused", async () => {
  const { thumbnails, players, asked } = open();
  assertEquals([await thumbnails.get(3), await thumbnails.get(-1)], [undefined, undefined]);
  for (let count = 0; count < 2; count++) assertEquals(await thumbnails.get(2), undefined);
  assertEquals([asked, players.size], [["2"], 0]);
});

Deno.test("Thumbnails.offer() spares a session, and gives way to newer ones", async () => {
  const { thumbnails, asked, show } = open();
  const half = MAX_THUMBNAILS_BYTES / 2;
  thumbnails.offer(0, new Uint8Array(half));
  thumbnails.offer(1, new Uint8Array(half));
  assertEquals([(await thumbnails.get(0))?.length, asked], [half, []]);
  thumbnails.offer(2, new Uint8Array(1));
  assertEquals([(await thumbnails.get(1))?.length, (await thumbnails.get(2))?.length], [half, 1]);
  const again = thumbnails.get(0);
  await show("0", Uint8Array.of(7));
  assertEquals([await again, asked], [Uint8Array.of(7), ["0"]]);
});

Deno.test("Thumbnails.close() ends the look that is under way, and those that wait", async () => {
  const { thumbnails, players, asked, clock } = open();
  const wanted = [0, 1].map((index) => thumbnails.get(index));
  await until(() => players.has("0"));
  await thumbnails.close();
  assertEquals([await Promise.all(wanted), asked, players.size], [[undefined, undefined], ["0"], 0]);
  assertEquals([await thumbnails.get(2), clock.pendingTimers], [undefined, 0]);
});
