/** Frames that have to be transcoded are transcoded before they are due. */
import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { makeJpeg } from "../tests/support/jpegs.ts";
import { framesOf, rtpOf, serve, TCP } from "../tests/support/rtsp_test_server.ts";
import { temporaryDirectory } from "../tests/support/temporary_directory.ts";
import { until } from "../tests/support/until.ts";
import { PREPARED_FRAMES } from "./limits.ts";
import { Conditioner } from "./packetize/conditioner.ts";
import { openServed } from "./source/served/open_served.ts";

const FRAMES = 6;

/** Counts the different frames that all servers condition, until it is disposed of. */
function countConditioned() {
  const { condition } = Conditioner.prototype;
  const frames: Uint8Array[] = [];
  Conditioner.prototype.condition = function (jpeg) {
    frames.push(jpeg);
    return condition.call(this, jpeg);
  };
  return { frames, [Symbol.dispose]: () => void (Conditioner.prototype.condition = condition) };
}

for (
  const { title, optimized, ahead } of [
    { title: "with optimized tables are transcoded", optimized: true, ahead: PREPARED_FRAMES },
    { title: "with the standard tables are not conditioned", optimized: false, ahead: 0 },
  ]
) {
  Deno.test(`the next frames of a movie ${title} before they are due`, async () => {
    await using directory = await temporaryDirectory();
    const jpegs = await Promise.all(Array.from({ length: FRAMES }, (_, seed) => makeJpeg({ seed, optimized })));
    await Deno.writeFile(join(directory.path, "movie.mjpeg"), concat(jpegs));
    using counter = countConditioned();
    await using server = await serve({ root: await openServed(directory.path) });
    const client = await server.connect();
    const { session } = await client.ask("SETUP", "movie.mjpeg", TCP);
    await client.ask("PLAY", "movie.mjpeg", { Session: session! });
    // Nothing but the first frame is due.
    await server.advance(1, 1);
    await client.until(() => framesOf(rtpOf(client)) === 1);
    await until(() => counter.frames.length >= 1 + ahead);
    await server.advance(1, 1);
    assertEquals(counter.frames, jpegs.slice(0, 1 + ahead));
    await server.advanceUntil(() => framesOf(rtpOf(client)) === FRAMES);
    assertEquals(counter.frames, jpegs, "each frame once, in order");
  });
}
