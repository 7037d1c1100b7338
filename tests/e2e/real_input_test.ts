/** The main job on real input: movies made by ffmpeg, served, and played to disk and to the page. */
import { assert, assertEquals } from "@std/assert";
import { equals } from "@std/bytes";
import { join } from "@std/path";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { encodeLabHeader } from "../../mjpeg/containers/streams/lab_header.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { openPage, startBrowser } from "../support/browser.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";

/** Makes `name.mjpeg` of 40 frames with ffmpeg, and `name.lab` of the same frames in the lab's format. */
async function makeMovies(folder: string, { name, source }: { name: string; source: string }): Promise<Uint8Array[]> {
  const path = join(folder, `${name}.mjpeg`);
  const { success, stderr } = await new Deno.Command("ffmpeg", {
    args: [
      ...["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", source, "-frames:v", "40"],
      ...["-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "12", "-f", "mjpeg", path],
    ],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const bytes = await Deno.readFile(path);
  const index = await indexFile({
    lengthBytes: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  });
  const frames = Array.from({ length: index.count }, (_, number) => {
    const { offset, lengthBytes } = index.locate(number);
    return bytes.subarray(offset, offset + lengthBytes);
  });
  assertEquals(frames.length, 40);
  assertEquals(frames.reduce((sum, frame) => sum + frame.length, 0), bytes.length, "the frames are the whole file");
  using lab = await Deno.open(join(folder, `${name}.lab`), { write: true, create: true });
  for (const frame of frames) {
    lab.writeSync(encodeLabHeader(frame.length));
    lab.writeSync(frame);
  }
  return frames;
}

for (
  const { name, source } of [
    { name: "testsrc2", source: "testsrc2=size=352x288:rate=20" },
    { name: "mandelbrot", source: "mandelbrot=size=320x240:rate=20" },
  ]
) {
  peerTest(`ffmpeg's ${name}, concatenated and in the lab's format, is stored frame by frame`, ["ffmpeg"], async () => {
    const folder = await Deno.makeTempDir({ prefix: "mjpegrtsp-real-" });
    try {
      const frames = await makeMovies(folder, { name, source });
      await using server = await startOurServer({ root: folder, args: ["--fps", "40"] });
      for (const file of [`${name}.mjpeg`, `${name}.lab`]) {
        const out = join(folder, `out-${file}.mjpeg`);
        await using player = startOurs([
          ...["play", "127.0.0.1", String(server.port), String(reservePort()), file],
          ...["--no-preview", "--out", out, "--frames", "40"],
        ], { write: true });
        assertEquals((await player.exit()).code, 0);
        const expected = await Deno.readFile(join(folder, `${name}.lab`));
        assert(
          equals(await Deno.readFile(out), expected),
          `${file} comes out as the lab file of its ${frames.length} frames`,
        );
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  peerTest(`ffmpeg's ${name} moves on the page`, ["ffmpeg", "chromium"], async () => {
    const folder = await Deno.makeTempDir({ prefix: "mjpegrtsp-real-" });
    try {
      await makeMovies(folder, { name, source });
      await using server = await startOurServer({ root: folder, args: ["--loop"] });
      await using player = startOurs([
        ...["play", "127.0.0.1", String(server.port), String(reservePort()), `${name}.lab`],
        ...["--preview-port", String(reservePort())],
      ]);
      const [url] = await player.waitForLine(/http:\/\/127\.0\.0\.1:\d+\//);
      await using browser = await startBrowser();
      const tab = await openPage(browser, url);
      const first = await tab.waitForFrameAfter(0);
      const before = await tab.page.screenshot();
      await tab.waitForFrameAfter(first + 10);
      assert(!equals(before, await tab.page.screenshot()), "the picture has changed");
      assertEquals(tab.errors, []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
