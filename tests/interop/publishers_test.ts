/**
 * Other people's publishers at our server, with viewers in every dialect at once.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { encodeHex } from "@std/encoding/hex";
import { join } from "@std/path";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { MultipartSplitter } from "../../mjpeg/multipart/multipart_splitter.ts";
import { openPage, startBrowser } from "../support/browser.ts";
import { ChildProgram } from "../support/child_program.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { startPlayer } from "../support/player_page.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { ENCODINGS, makeMovie } from "./movies.ts";
import { run, runGstLaunch } from "./pixels.ts";

/** Frames that each viewer takes. */
const FRAMES = 25;

/** The same movie, as publishers want it: concatenated JPEGs, an AVI file, a folder. */
interface Movie {
  readonly mjpg: string;
  readonly avi: string;
  readonly folder: string;
}

/** Starts what publishes a movie at a URL, for some time. */
type Publish = (movie: Movie, url: string) => ChildProgram;

const PUBLISHERS: readonly [what: string, programs: readonly string[], publish: Publish][] = [
  ...["udp", "tcp"].map((transport): [string, string[], Publish] => [
    `ffmpeg over ${transport}`,
    ["ffmpeg"],
    ({ mjpg }, url) =>
      new ChildProgram("ffmpeg", {
        args: [
          ...["-nostdin", "-loglevel", "error", "-re", "-stream_loop", "-1", "-r", "25", "-f", "mjpeg", "-i", mjpg],
          ...["-c", "copy", "-rtsp_transport", transport, "-f", "rtsp", url],
        ],
      }),
  ]),
  ["ffmpeg with sound beside the video", ["ffmpeg"], ({ mjpg }, url) =>
    new ChildProgram("ffmpeg", {
      args: [
        ...["-nostdin", "-loglevel", "error", "-re", "-stream_loop", "-1", "-r", "25", "-f", "mjpeg", "-i", mjpg],
        ...["-re", "-f", "lavfi", "-i", "sine=frequency=440", "-c:v", "copy", "-c:a", "pcm_mulaw", "-ar", "8000"],
        ...["-f", "rtsp", url],
      ],
    })],
  ...["udp", "tcp"].map((transport): [string, string[], Publish] => [
    `GStreamer's rtspclientsink over ${transport}`,
    ["ffmpeg", "gst-launch-1.0"],
    ({ avi }, url) =>
      new ChildProgram("gst-launch-1.0", {
        args: [
          ...["-q", "filesrc", `location=${avi}`, "!", "avidemux", "!", "jpegparse", "!"],
          ...["rtspclientsink", `location=${url}`, `protocols=${transport}`, "latency=0"],
        ],
      }),
  ]),
  ...["udp", "tcp"].map((transport): [string, string[], Publish] => [
    `gortsplib over ${transport}`,
    ["ffmpeg", "gortsplib-publisher"],
    ({ folder }, url) => new ChildProgram("gortsplib-publisher", { args: [folder, url, transport, "25"] }),
  ]),
];

/** Makes a movie in all forms; gives its frames as well. */
async function makeForms(
  directory: string,
): Promise<{ readonly movie: Movie; readonly frames: readonly Uint8Array[] }> {
  const mjpg = await makeMovie(directory, ENCODINGS["4:2:0, standard tables"]);
  const found = new MultipartSplitter({ maxBytes: 1_000_000 }).push(await Deno.readFile(mjpg));
  const frames = found.map(({ data }) => data);
  const [avi, folder] = ["movie.avi", "folder"].map((name) => join(directory, name));
  const looped = ["-nostdin", "-loglevel", "error", "-stream_loop", "9", "-r", "25", "-f", "mjpeg", "-i", mjpg];
  await run("ffmpeg", [...looped, "-c", "copy", avi]);
  await Deno.mkdir(folder);
  for (const [index, frame] of frames.entries()) {
    await Deno.writeFile(join(folder, `${String(index).padStart(5, "0")}.jpg`), frame);
  }
  return { movie: { mjpg, avi, folder }, frames };
}

/** Plays some frames, and stores them; the bytes of each. */
async function play(target: readonly string[], out: string): Promise<string[]> {
  const args = ["play", ...target, "--no-preview", "--no-reconnect", "--frames", String(FRAMES), "--out", out];
  await using player = startOurs(args, { write: true });
  const { code, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
  return [...Deno.readDirSync(out)].map(({ name }) => encodeHex(Deno.readFileSync(join(out, name))));
}

const NOWHERE = ["-f", "null", "-"];

/** Looks at our player's page, until it has drawn some frames. */
async function watchPage(serverPort: number, url: string): Promise<void> {
  await using player = await startPlayer(serverPort, { source: [url] });
  await using browser = await startBrowser();
  const page = await openPage(browser, player.url);
  await page.waitForFrameAfter(await page.waitForFrameAfter(0) + FRAMES);
  assertEquals(page.errors, []);
}

for (const [what, programs, publish] of PUBLISHERS) {
  const all = [...new Set([...programs, "gst-launch-1.0", "chromium"])];
  peerTest(`serve --publish: ${what}, to viewers in every dialect, ffmpeg, GStreamer and the page`, all, async () => {
    await using directory = await temporaryDirectory();
    const { movie, frames } = await makeForms(directory.path);
    const sent = new Set(frames.map((frame) => encodeHex(rebuildJpeg(conditionJpeg(frame)))));
    await using server = await startOurServer({ root: "docs", args: ["--publish", "live"] });
    const { port } = server;
    const url = `rtsp://127.0.0.1:${port}/live`;
    await using publisher = publish(movie, url);
    await server.program.waitForLine(/ publishes live/);
    const targets = [
      ["lab", ["127.0.0.1", String(port), String(reservePort()), "live", "--dialect", "lab"]],
      ["udp", [url, "--transport", "udp"]],
      ["tcp", [url, "--transport", "tcp"]],
    ] as const;
    const watching = targets.map(async ([name, target]) => {
      const shown = await play(target, join(directory.path, name));
      assertEquals(shown.length, FRAMES);
      assert(shown.every((frame) => sent.has(frame)), `${name}: a frame is not what was published`);
    });
    const others = [
      run("ffmpeg", [
        "-nostdin",
        "-loglevel",
        "error",
        "-rtsp_transport",
        "tcp",
        "-i",
        url,
        "-frames:v",
        "20",
        ...NOWHERE,
      ]),
      runGstLaunch([
        ...[
          "-q",
          "rtspsrc",
          `location=${url}`,
          "protocols=udp",
          "latency=100",
          "!",
          "rtpjpegdepay",
          "!",
          "jpegdec",
          "!",
        ],
        ...["identity", "eos-after=20", "!", "fakesink"],
      ]),
      watchPage(port, url),
    ];
    await Promise.all([...watching, ...others]);
    await publisher.stop("SIGINT");
    // What it sends when it is stopped may be the beginning of a frame; over UDP a busy machine loses packets.
    const end = what.includes("tcp") ? /: \d+ frames, [01] damaged, 0 packets lost/ : /: \d+ frames, /;
    await server.program.waitForLine(new RegExp(` publishes live no more, .*${end.source}`));
  });
}

peerTest("serve --publish: a publisher that is killed comes back to those who watch", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  const { movie } = await makeForms(directory.path);
  await using server = await startOurServer({ root: "docs", args: ["--publish", "live"] });
  const url = `rtsp://127.0.0.1:${server.port}/live`;
  const [, , publish] = PUBLISHERS[1];
  const first = publish(movie, url);
  await server.program.waitForLine(/ publishes live$/);
  const out = join(directory.path, "frames");
  const args = ["--no-preview", "--no-reconnect", "--transport", "tcp", "--frames", "75", "--out", out, "--json"];
  await using watching = startOurs(["play", url, ...args], { write: true });
  await server.program.waitForLine(/ plays session 1 /);
  await first.stop("SIGKILL");
  await server.program.waitForLine(/ publishes live no more, /);
  await using _second = publish(movie, url);
  const { code, stdout, stderr } = await watching.exit();
  assertEquals(code, 0, stderr.join("\n"));
  assertEquals(JSON.parse(stdout[0]).frames, 75);
});
