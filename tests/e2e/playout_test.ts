/** Frames over a network that jitters, as a reader of the page's stream sees them: with a playout delay and without one. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const FPS = 20;
const ADAPTING_FRAMES = 60;
const MEASURED_FRAMES = 100;
const MAX_ERROR_MS = 15;

/** Plays `url` with this latency, and returns the share of intervals between its frames that are off, and the last statistics. */
async function unevenness(url: string, latency: string): Promise<{ share: number; playoutDelayMs: number }> {
  const port = reservePort();
  await using player = startOurs(["play", url, "--preview-port", String(port), "--latency", latency]);
  await player.waitForLine(/watch it at/);
  const response = await fetch(`http://127.0.0.1:${port}/stream.mjpeg`);
  const times: number[] = [];
  const decoder = new TextDecoder("latin1");
  let rest = "";
  for await (const chunk of response.body!) {
    rest += decoder.decode(chunk);
    // A part ends with the delimiter of the next.
    const parts = rest.split("--mjpegrtsp-frame\r\n");
    rest = parts.pop()!;
    for (const _ of parts) times.push(performance.now());
    if (times.length > ADAPTING_FRAMES + MEASURED_FRAMES) break;
  }
  const { playoutDelayMs } = await (await fetch(`http://127.0.0.1:${port}/stats.json`)).json();
  const intervals = times.slice(1).map((time, index) => time - times[index]).slice(ADAPTING_FRAMES);
  const off = intervals.filter((interval) => Math.abs(interval - 1000 / FPS) > MAX_ERROR_MS);
  return { share: off.length / intervals.length, playoutDelayMs };
}

Deno.test("play shows frames evenly that come unevenly, and with --latency 0 as they come", async () => {
  await using movie = await makeLabMovie({ frameCount: 50 });
  const args = ["--fps", String(FPS), "--loop", "--delay", "50ms", "--jitter", "50ms", "--seed", "7"];
  await using server = await startOurServer({ root: movie.root, args });
  const url = `rtsp://127.0.0.1:${server.port}/${movie.file}`;
  // At the same time, so that both have the same machine.
  const [even, raw] = await Promise.all([unevenness(url, "auto"), unevenness(url, "0")]);
  const seen = `auto ${JSON.stringify(even)}, 0 ${JSON.stringify(raw)}`;
  assert(raw.share > 0.25, `the network makes frames uneven: ${seen}`);
  assert(even.share < raw.share / 2, `the delay makes them even: ${seen}`);
  assert(raw.playoutDelayMs === 0 && even.playoutDelayMs > 20, seen);
});

Deno.test("play --json-lines prints statistics while it records every frame at once, and the summary last", async () => {
  await using movie = await makeLabMovie({ frameCount: 40 });
  await using out = await temporaryDirectory();
  await using server = await startOurServer({ root: movie.root });
  await using player = startOurs([
    ...["play", `rtsp://127.0.0.1:${server.port}/${movie.file}`, "--preview-port", String(reservePort())],
    // Frames wait longer to be shown than the player runs.
    ...["--latency", "10000", "--json-lines", "--frames", "30", "--out", join(out.path, "frames")],
  ], { write: true });
  const { code, stdout, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
  const lines = stdout.filter((line) => line !== "").map((line) => JSON.parse(line));
  assert(lines.length >= 2, "a line a second, and the summary");
  assertEquals([lines[0].state, lines[0].dialect, lines[0].transport], ["PLAYING", "rtsp", "udp"]);
  assert(lines[0].storedFrames !== null && lines[0].currentFps > 0 && lines[0].playoutDelayMs > 9000);
  const summary = lines.at(-1);
  assertEquals([summary.frames, summary.droppedFrames, summary.state], [30, 0, "INIT"]);
  assertEquals([...Deno.readDirSync(join(out.path, "frames"))].length, 30);
});
