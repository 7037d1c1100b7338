import { assertEquals } from "@std/assert";
import { jsonOf } from "./json.js";

Deno.test("jsonOf() has the counters, and an object for each time without what was not measured", () => {
  const columns = [{ name: "fps", values: [20, undefined] }, { name: "lossRate", values: [0, 0.05] }];
  const stream = { title: "movie.mjpeg", server: "127.0.0.1:1025", counters: { frames: 3 } };
  assertEquals(JSON.parse(jsonOf(stream, [0, 500], columns)), {
    ...stream,
    measured: [
      { time: "1970-01-01T00:00:00.000Z", fps: 20, lossRate: 0 },
      { time: "1970-01-01T00:00:00.500Z", lossRate: 0.05 },
    ],
  });
});
