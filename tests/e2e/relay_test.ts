/** Streams of other servers, passed on to many viewers over one connection. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { encodeHex } from "@std/encoding/hex";
import { join } from "@std/path";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { MultipartSplitter } from "../../mjpeg/multipart/multipart_splitter.ts";
import { ENCODINGS, makeMovie } from "../interop/movies.ts";
import { startGstServer } from "../support/gst_server.ts";
import { type OurServer, startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { Client } from "../support/rtsp_test_server.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { until } from "../support/until.ts";

/** Plays some frames, and stores them; the bytes of each. */
async function play(target: readonly string[], { frames, out }: { readonly frames: number; readonly out: string }) {
  const args = ["play", ...target, "--no-preview", "--no-reconnect", "--frames", String(frames), "--out", out];
  await using player = startOurs(args, { write: true });
  const { code, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
  const names = [...Deno.readDirSync(out)].map(({ name }) => name).sort();
  return names.map((name) => encodeHex(Deno.readFileSync(join(out, name))));
}

/** How often the log has a line. */
function countOf({ program }: OurServer, pattern: RegExp): number {
  return program.stderr.filter((line) => pattern.test(line)).length;
}

/** A server that relays `cam` from `/movie.mjpeg` of another one, or from what is told. */
function relayOf(port: number, args: readonly string[] = [], path = "movie.mjpeg"): Promise<OurServer> {
  return startOurServer({ root: "docs", args: ["--pull", `cam=rtsp://127.0.0.1:${port}/${path}`, ...args] });
}

peerTest("serve --pull: viewers of the lab, over UDP and over TCP share one connection, three hops away", [
  "ffmpeg",
], async () => {
  await using directory = await temporaryDirectory();
  const path = await makeMovie(directory.path, ENCODINGS["4:2:0, standard tables"]);
  const sent = new Set(
    new MultipartSplitter({ maxBytes: 1_000_000 }).push(await Deno.readFile(path))
      .map(({ data }) => encodeHex(rebuildJpeg(conditionJpeg(data)))),
  );
  await using upstream = await startOurServer({ root: directory.path, args: ["--loop"] });
  await using first = await relayOf(upstream.port);
  await using second = await relayOf(first.port, [], "cam");
  await using third = await relayOf(second.port, [], "cam");
  const { port } = third;
  const url = `rtsp://127.0.0.1:${port}/cam`;
  const targets = [
    ["lab", ["127.0.0.1", String(port), String(reservePort()), "cam", "--dialect", "lab"]],
    ["udp", [url, "--transport", "udp"]],
    ["tcp", [url, "--transport", "tcp"]],
  ] as const;
  await Promise.all(targets.map(async ([name, target]) => {
    const frames = await play(target, { frames: 20, out: join(directory.path, name) });
    assertEquals(frames.length, 20);
    assert(frames.every((frame) => sent.has(frame)), `${name}: a frame is not what was sent`);
  }));
  assertEquals(countOf(upstream, / plays session /), 1);
});

Deno.test("serve --pull: a server that goes away and comes back is shown again to those who watch", async () => {
  const port = reservePort();
  const start = () => startOurServer({ root: "docs", port });
  const upstream = await start();
  await using relay = await relayOf(port, [], "testsrc");
  await using directory = await temporaryDirectory();
  const out = join(directory.path, "frames");
  const url = `rtsp://127.0.0.1:${relay.port}/cam`;
  const args = ["--no-preview", "--transport", "tcp", "--frames", "60", "--json", "--out", out];
  await using watching = startOurs(["play", url, ...args], { write: true });
  await until(() => Deno.stat(join(out, "frame-000001.jpg")).then(() => true, () => false));
  await upstream[Symbol.asyncDispose]();
  await relay.program.waitForLine(/The server is gone: .*; trying again in \d+ s/);
  // Whoever comes meanwhile is told why there is nothing.
  using newcomer = new Client(await Deno.connect({ hostname: "127.0.0.1", port: relay.port }));
  assertEquals((await newcomer.ask("DESCRIBE", "cam")).status, 503);
  await relay.program.waitForLine(/cannot have cam now: No frame of cam has come yet: ./);
  await using _again = await start();
  const { code, stdout, stderr } = await watching.exit();
  assertEquals(code, 0, stderr.join("\n"));
  const summary = JSON.parse(stdout[0]);
  assertEquals([summary.frames, summary.damagedFrames, summary.lostPackets], [60, 0, 0]);
  assert(!stderr.join("\n").includes("trying again"), "the viewer's own session was lost");
});

Deno.test("serve --pull: a server that cannot be had is tried for as long as somebody waits", async () => {
  const port = reservePort();
  await using relay = await relayOf(port, [], "testsrc");
  const ask = async () => {
    using client = new Client(await Deno.connect({ hostname: "127.0.0.1", port: relay.port }));
    return (await client.ask("DESCRIBE", "cam")).status;
  };
  assertEquals(countOf(relay, /cam is opened/), 0);
  assertEquals(await ask(), 503);
  assertMatch((await relay.program.waitForLine(/ cam: .*trying again in 1 s/))[0], /nobody listens there/);
  await using _upstream = await startOurServer({ root: "docs", port });
  assertEquals(await ask(), 200);
  await relay.program.waitForLine(/cam is closed: nobody watches it/);
});

Deno.test("serve --pull-always: it is played before anybody watches, and torn down at the end", async () => {
  await using upstream = await startOurServer({ root: "docs" });
  const relay = await relayOf(upstream.port, ["--pull-always"], "testsrc");
  await upstream.program.waitForLine(/ plays session 1 /);
  await relay.program.stop("SIGINT");
  await upstream.program.waitForLine(/session 1 ended, torn down/);
});

for (const only of ["tcp", "udp"]) {
  peerTest(`serve --pull: gst-rtsp-server that sends over ${only} alone, whose frames pass as they are`, [
    "ffmpeg",
    "gst-launch-1.0",
  ], () => relayGst([`--${only}-only`]));
}

async function relayGst(args: readonly string[]): Promise<void> {
  await using directory = await temporaryDirectory();
  const path = await makeMovie(directory.path, ENCODINGS["4:2:0, standard tables"]);
  const avi = join(directory.path, "movie.avi");
  const copy = ["-nostdin", "-loglevel", "error", "-r", "25", "-f", "mjpeg", "-i", path, "-c", "copy", avi];
  await new Deno.Command("ffmpeg", { args: copy }).output();
  await using upstream = await startGstServer(avi, { args });
  await using relay = await relayOf(upstream.port, [], "stream");
  const [direct, relayed] = [upstream, relay].map(({ port }, index) =>
    `rtsp://127.0.0.1:${port}/${["stream", "cam"][index]}`
  );
  const frames = await play([relayed], { frames: 10, out: join(directory.path, "relayed") });
  const own = await play([direct], { frames: 45, out: join(directory.path, "direct") });
  assert(frames.every((frame) => own.includes(frame)), "a frame is not what the server sends");
}
