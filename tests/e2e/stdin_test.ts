/** Standard input as a live source: what another program writes, for viewers in every dialect. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { encodeHex } from "@std/encoding/hex";
import { join } from "@std/path";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { MultipartSplitter } from "../../mjpeg/multipart/multipart_splitter.ts";
import { run } from "../interop/pixels.ts";
import { ChildProgram } from "../support/child_program.ts";
import { startOurs } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const SECONDS = 12;

/** `serve -`, whose standard input is what a shell command writes. */
async function serveOutputOf(command: string, args: readonly string[] = []) {
  const through = ["bash", "-c", `exec "$@" < <(${command})`, "bash"];
  const program = startOurs(["serve", "-", "--port", "0", "--host", "127.0.0.1", ...args], { through });
  const [, port] = await program.waitForLine(/rtsp:\/\/127\.0\.0\.1:(\d+)\/stdin/);
  return { program, port: Number(port), [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

peerTest("serve -: what ffmpeg writes reaches viewers of the lab, over UDP and over TCP, frame by frame", [
  "ffmpeg",
  "bash",
], async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "movie.mjpeg");
  const input = ["-f", "lavfi", "-i", `testsrc2=size=160x120:rate=10:duration=${SECONDS}`, "-pix_fmt", "yuvj420p"];
  await run("ffmpeg", ["-nostdin", "-loglevel", "error", ...input, "-huffman", "default", "-f", "mjpeg", path]);
  const frames = new MultipartSplitter({ maxBytes: 1_000_000 }).push(await Deno.readFile(path)).map(({ data }) => data);
  assertEquals(frames.length, 10 * SECONDS);
  const copy = `ffmpeg -nostdin -loglevel error -re -r 10 -f mjpeg -i '${path}' -c copy -f mjpeg -`;
  await using server = await serveOutputOf(copy);
  const { port } = server;
  const url = `rtsp://127.0.0.1:${port}/stdin`;
  const targets = [
    ["lab", ["127.0.0.1", String(port), String(reservePort()), "stdin", "--dialect", "lab"]],
    ["udp", [url, "--transport", "udp"]],
    ["tcp", [url, "--transport", "tcp"]],
  ] as const;
  const sent = new Map([
    ...frames.map((frame, index) => [encodeHex(frame), index] as const),
    ...frames.map((frame, index) => [encodeHex(rebuildJpeg(conditionJpeg(frame))), index] as const),
  ]);
  await Promise.all(targets.map(async ([name, target]) => {
    const out = join(directory.path, name);
    const args = ["play", ...target, "--no-preview", "--no-reconnect", "--frames", "15", "--out", out];
    await using player = startOurs(args, { write: true });
    const { code, stderr } = await player.exit();
    assertEquals(code, 0, stderr.join("\n"));
    const names = [...Deno.readDirSync(out)].map(({ name }) => name).sort();
    const shown = names.map((name) => sent.get(encodeHex(Deno.readFileSync(join(out, name)))) ?? -1);
    // Each frame is one that was sent, behind the one before. On a busy machine one may be overtaken by the next.
    const steps = shown.slice(1).map((index, at) => index - shown[at]);
    assert(shown[0] >= 0 && shown.length === 15 && Math.min(...steps) > 0, `${name}: ${shown}`);
    assert(shown.at(-1)! - shown[0] < 30, `${name}: ${shown}`);
  }));
  const { code, stderr } = await server.program.exit();
  assertEquals(code, 0);
  assertMatch(stderr.join("\n"), new RegExp(`standard input has ended: ${10 * SECONDS} frames, 0 damaged`));
});

const MULTIPART = {
  "ffmpeg -f mpjpeg":
    "ffmpeg -nostdin -loglevel error -re -f lavfi -i testsrc2=size=160x120:rate=20:duration=8 -c:v mjpeg -f mpjpeg -",
  "GStreamer's multipartmux":
    "gst-launch-1.0 -q videotestsrc is-live=true num-buffers=160 ! video/x-raw,format=I420,framerate=20/1 ! jpegenc ! multipartmux ! fdsink",
};

for (const [name, command] of Object.entries(MULTIPART)) {
  peerTest(
    `serve -: the multipart stream of ${name} reaches a viewer`,
    ["ffmpeg", "gst-launch-1.0", "bash"],
    async () => {
      await using server = await serveOutputOf(command);
      const args = ["play", `rtsp://127.0.0.1:${server.port}/stdin`, "--no-preview", "--no-reconnect", "--frames", "5"];
      await using player = startOurs(args);
      const played = await player.exit();
      assertEquals(played.code, 0, played.stderr.join("\n"));
      const { stderr } = await server.program.exit();
      assertMatch(stderr.join("\n"), /standard input has ended: 160 frames, 0 damaged/);
    },
  );
}

peerTest("serve -: input without a JPEG is told of, and ends", ["bash"], async () => {
  await using server = await serveOutputOf("sleep 1; echo no JPEG");
  const { code, stderr } = await server.program.exit();
  assertEquals(code, 0);
  assertMatch(stderr.join("\n"), /0 frames[^]*there was no JPEG in it; ffmpeg writes them with -f mjpeg -/);
});

peerTest("serve -: a terminal as input is refused with what to do", ["script"], async () => {
  const command = `${Deno.execPath()} run --no-prompt --allow-net --allow-read ${
    new URL("../../main.ts", import.meta.url).pathname
  } serve - --port 0`;
  await using program = new ChildProgram("script", { args: ["-qec", command, "/dev/null"] });
  const { code, stdout } = await program.exit();
  assertEquals(code, 1);
  assertMatch(stdout.join("\n"), /Standard input is a terminal: pipe JPEGs into it/);
});
