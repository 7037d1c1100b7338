import { assertEquals } from "@std/assert";
import { RefusedError } from "../../client/rtsp/refusal.ts";
import type { Distant } from "../../server/engines/rpc.ts";
import type { Overview, SessionReport, StreamDetails } from "../../server/observation/overview.ts";
import { NO_COUNTS } from "../../server/observation/overview.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { MAX_LOOKED_STREAMS, MAX_LOOKS_AT_ONCE, STREAM_DETAILS_KEPT_MS, STREAM_LIST_KEPT_MS } from "../limits.ts";
import { StreamList } from "./stream_list.ts";

const DETAILS: StreamDetails = {
  ...{ isLive: false, durationSeconds: 5, frames: 100, frameRate: 20, loops: false },
  ...{ size: { width: 320, height: 240 }, problem: undefined },
};

/** A list of what the test says that there is. */
function createList(names: string[], { sessions = [] as Partial<SessionReport>[], taking = "", refused = "" } = {}) {
  const clock = new FakeClock();
  const asked: string[] = [];
  let [now, most, lists] = [0, 0, 0];
  const overview: Distant<Overview> = {
    listStreams() {
      lists++;
      return Promise.resolve(names.map((name) => ({ name, isLive: false })));
    },
    async describeStream(name) {
      asked.push(name);
      most = Math.max(most, ++now);
      await Promise.resolve();
      now--;
      return DETAILS;
    },
    listSessions: () => Promise.resolve(sessions as SessionReport[]),
    counts: () => Promise.resolve(NO_COUNTS),
    endSession: () => Promise.resolve(false),
  };
  const thumbnails = {
    isTaking: (name: string) => name === taking,
    refusalOf: (name: string) => name === refused ? new RefusedError("The server refused it", 415) : undefined,
  };
  const list = new StreamList({ overview, clock, thumbnails });
  return { list, clock, asked, counts: () => ({ most, lists }) };
}

Deno.test("StreamList has names, paths and URLs, what is known of each, and who watches", async () => {
  const sessions = ["PLAYING", "PLAYING", "READY"].map((state) => ({ name: "a b/ü.avi", state }) as SessionReport);
  const { list } = createList(["a b/ü.avi"], { sessions });
  assertEquals(await list.list("cam.local:1025"), [{
    ...{ name: "a b/ü.avi", path: "/a%20b/%C3%BC.avi/", rtsp: "rtsp://cam.local:1025/a%20b/%C3%BC.avi", viewers: 2 },
    ...DETAILS,
  }]);
});

Deno.test("StreamList does not count the session that takes a thumbnail", async () => {
  const { list } = createList(["a", "b"], { sessions: [{ name: "a", state: "PLAYING" }], taking: "a" });
  assertEquals((await list.list("")).map(({ viewers }) => viewers), [0, 0]);
});

Deno.test("StreamList tells that the server refuses a stream, as its thumbnail has found", async () => {
  const { list } = createList(["a", "b"], { refused: "b" });
  assertEquals((await list.list("")).map(({ problem }) => problem), [undefined, "The server refused it"]);
});

Deno.test("StreamList looks at so many streams, few at once, and at others when somebody has seen them", async () => {
  const names = Array.from({ length: MAX_LOOKED_STREAMS + 2 }, (_, index) => `${index}.avi`);
  const { list, asked, counts } = createList(names);
  const first = await list.list("");
  assertEquals([first.length, asked.length, counts().most], [names.length, MAX_LOOKED_STREAMS, MAX_LOOKS_AT_ONCE]);
  assertEquals(first.at(-1)?.frames, undefined);
  list.want(names.at(-1)!);
  assertEquals((await list.list("")).at(-1)?.frames, 100);
  assertEquals(asked.length, MAX_LOOKED_STREAMS + 1);
});

Deno.test("StreamList asks again when what it knows is old", async () => {
  const { list, clock, asked, counts } = createList(["a"]);
  for (let count = 0; count < 3; count++) await list.list("");
  assertEquals([asked.length, counts().lists], [1, 1]);
  clock.advance(STREAM_LIST_KEPT_MS);
  await list.list("");
  assertEquals([asked.length, counts().lists], [1, 2]);
  clock.advance(STREAM_DETAILS_KEPT_MS);
  await list.list("");
  assertEquals([asked.length, counts().lists], [2, 3]);
});
