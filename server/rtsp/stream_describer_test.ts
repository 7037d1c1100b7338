import { assertEquals, assertMatch } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { readJpegHeader } from "../../mjpeg/jpeg/jpeg_header.ts";
import { decodeFrames } from "../../tests/support/jpeg_packets.ts";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { framesOf, rtpOf, serve, TCP } from "../../tests/support/rtsp_test_server.ts";
import { temporaryDirectory } from "../../tests/support/temporary_directory.ts";
import { MAX_DESCRIBED_FRAMES } from "../limits.ts";
import { openServed } from "../source/served/open_served.ts";

/** A server of one movie. */
async function serveMovie(frames: readonly Uint8Array[]) {
  const directory = await temporaryDirectory();
  await Deno.writeFile(join(directory.path, "movie.mjpeg"), concat([...frames]));
  const server = await serve({ root: await openServed(directory.path) });
  return {
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

Deno.test("StreamDescriber tells the size that players get, which RTP/JPEG rounds up to eights", async () => {
  await using served = await serveMovie(Array(8).fill(await makeJpeg({ width: 37, height: 19 })));
  const client = await served.server.connect();
  assertMatch((await client.ask("DESCRIBE", "movie.mjpeg")).body, /a=framesize:26 40-24\r\n/);
  const { session } = await client.ask("SETUP", "movie.mjpeg", TCP);
  await client.ask("PLAY", "movie.mjpeg", { Session: session! });
  await served.server.advanceUntil(() => framesOf(rtpOf(client)) >= 1);
  const { width, height } = readJpegHeader(decodeFrames(rtpOf(client))[0]).frame;
  assertEquals([width, height], [40, 24]);
});

Deno.test("StreamDescriber tells sizes that RTP/JPEG has no place for as they are", async () => {
  await using served = await serveMovie([await makeJpeg({ width: 2043, height: 19 })]);
  const client = await served.server.connect();
  const { body } = await client.ask("DESCRIBE", "movie.mjpeg");
  assertMatch(body, /a=framesize:26 2043-19\r\na=x-dimensions:2043,19\r\n/);
});

Deno.test(`StreamDescriber passes over up to ${MAX_DESCRIBED_FRAMES - 1} frames that cannot be shown`, async () => {
  const [good, bad] = [await makeJpeg(), await makeJpeg({ grey: true })];
  for (const [count, status] of [[MAX_DESCRIBED_FRAMES - 1, 200], [MAX_DESCRIBED_FRAMES, 415]]) {
    await using served = await serveMovie([...Array(count).fill(bad), good]);
    const client = await served.server.connect();
    for (let turn = 0; turn < 2; turn++) assertEquals((await client.ask("DESCRIBE", "movie.mjpeg")).status, status);
  }
});
