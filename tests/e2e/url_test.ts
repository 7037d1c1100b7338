/** `play rtsp://…` at our own server: transports, falling back, ends, and what a person is told. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { until } from "../support/until.ts";

/** Plays to the end; the summary and what was said. */
async function play(url: string, args: readonly string[] = []) {
  await using player = startOurs(["play", url, "--no-preview", "--json", ...args]);
  const { code, stdout, stderr } = await player.exit();
  return { code, summary: stdout.length > 0 ? JSON.parse(stdout[0]) : undefined, log: stderr.join("\n") };
}

for (const transport of ["udp", "tcp"]) {
  Deno.test(`play rtsp:// over ${transport} receives every frame and ends with the stream`, async () => {
    await using movie = await makeLabMovie({ frameCount: 30 });
    await using server = await startOurServer({ root: movie.root });
    const url = `rtsp://127.0.0.1:${server.port}/${movie.file}`;
    const { code, summary, log } = await play(url, ["--transport", transport]);
    assertEquals(code, 0, log);
    assertEquals(
      [summary.frames, summary.lostPackets, summary.damagedFrames, summary.dialect, summary.transport],
      [30, 0, 0, "rtsp", transport],
    );
    assertMatch(log, /The stream has ended/);
    await server.program.waitForLine(/ended, torn down: 30 frames/);
  });
}

Deno.test("play rtsp:// falls back to TCP where nothing comes over UDP, and says why", async () => {
  await using movie = await makeLabMovie({ frameCount: 30 });
  // The emulated network is on the way of datagrams only.
  await using server = await startOurServer({ root: movie.root, args: ["--loss", "100%"] });
  const { code, summary, log } = await play(`rtsp://127.0.0.1:${server.port}/${movie.file}`, ["--frames", "30"]);
  assertEquals(code, 0, log);
  assertEquals([summary.frames, summary.transport], [30, "tcp"]);
  assertMatch(log, /No packet of the video has come over UDP for 3 s: falling back to TCP/);
});

Deno.test("play rtsp:// --transport udp does not, and says what to try", async () => {
  await using movie = await makeLabMovie({ frameCount: 30 });
  await using server = await startOurServer({ root: movie.root, args: ["--loss", "100%", "--loop"] });
  const { code, log } = await play(`rtsp://127.0.0.1:${server.port}/${movie.file}`, ["--transport", "udp"]);
  assertEquals(code, 1);
  assertMatch(log, /No packet has come for 5 s: check the server, or try --transport tcp/);
});

Deno.test("play rtsp:// over a network that loses packets shows no damaged frame, and counts them", async () => {
  await using movie = await makeLabMovie({ frameCount: 60 });
  await using server = await startOurServer({ root: movie.root, args: ["--loss", "3%", "--mtu", "500"] });
  const args = ["--transport", "udp", "--no-repair"];
  const { code, summary } = await play(`rtsp://127.0.0.1:${server.port}/${movie.file}`, args);
  assertEquals(code, 0);
  assert(summary.lostPackets > 0 && summary.damagedFrames > 0, JSON.stringify(summary));
  // A lost packet costs one frame, a lost last packet of a frame none but its own.
  assert(summary.frames + summary.damagedFrames <= 60 && summary.frames > 10, JSON.stringify(summary));
});

/** Plays the test source, storing frames, until some are stored. */
async function playLive(args: readonly string[]) {
  const directory = await temporaryDirectory();
  const out = `${directory.path}/frames`;
  const server = await startOurServer({ root: "." });
  const url = `rtsp://127.0.0.1:${server.port}/testsrc`;
  const player = startOurs(["play", url, "--no-preview", "--json", "--out", out, ...args], { write: true });
  await player.waitForLine(/set up testsrc/);
  // The folder is made when the first frame is there.
  const stored = () =>
    Array.fromAsync(Deno.readDir(out)).then(
      (files) => files.filter(({ name }) => name.endsWith(".jpg")).length,
      () => 0,
    );
  await until(async () => await stored() >= 3);
  return {
    server,
    player,
    stored,
    async [Symbol.asyncDispose]() {
      await player[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

Deno.test("play rtsp:// goes on with a live stream when its server is back, across --frames and --out", async () => {
  await using live = await playLive(["--frames", "60"]);
  const { server, player } = live;
  await server.program.stop("SIGINT");
  await player.waitForLine(/The server is gone: .*; trying again in 1 s/);
  await using again = startOurs(["serve", "--host", "127.0.0.1", "--port", String(server.port)]);
  await again.waitForLine(/rtsp:\/\//);
  await player.waitForLine(/The server is back/);
  const { code, stdout } = await player.exit();
  assertEquals([code, JSON.parse(stdout[0]).frames, await live.stored()], [0, 60, 60]);
});

Deno.test("play rtsp:// --no-reconnect ends with its server", async () => {
  await using live = await playLive(["--no-reconnect"]);
  await live.server.program.stop("SIGKILL");
  const { code, stderr } = await live.player.exit();
  assertEquals(code, 1);
  assertMatch(stderr.join("\n"), /The server is gone: /);
});

Deno.test("play rtsp:// stops waiting for its server when it is told to", async () => {
  await using live = await playLive([]);
  await live.server.program.stop("SIGINT");
  await live.player.waitForLine(/The server is gone: .*; trying again in 1 s/);
  assertEquals((await live.player.stop("SIGINT")).code, 0);
});

const WRONG: readonly [url: string, args: string[], code: number, message: RegExp][] = [
  ["rtsp://127.0.0.1:PORT/nothing.mjpeg", [], 1, /refused DESCRIBE .*nothing\.mjpeg: 404 Not Found/],
  ["rtsp://127.0.0.1:0/x", [], 2, /The URL is not of the form rtsp:\/\/\[USER:PASSWORD@\]HOST\[:PORT\]\/PATH/],
  [
    "rtsp://127.0.0.1:PORT/a#1.mjpeg",
    [],
    1,
    /"#1\.mjpeg" is not sent: write %23 for the #[^]*refused DESCRIBE .*\/a: 404/,
  ],
  ["ftp://127.0.0.1/x", [], 2, /The URL is not of the form rtsp:/],
  [
    "rtsp://127.0.0.1:PORT/x",
    ["--dialect", "lab"],
    2,
    /--dialect lab does not go with a URL; use the form play 127\.0\.0\.1/,
  ],
  [`rtsp://127.0.0.1:${reservePort()}/x`, [], 1, /nobody listens there/],
];

for (const [url, args, code, message] of WRONG) {
  Deno.test(`play ${url.replace(/:\d{4,}/, "")} ${args.join(" ")} exits ${code} with a sentence`, async () => {
    await using server = await startOurServer({ root: "." });
    const played = await play(url.replace("PORT", String(server.port)), args);
    assertEquals(played.code, code, played.log);
    assertMatch(played.log, message);
  });
}

Deno.test("play rtsp:// --transport multicast joins the group of serve --multicast, two players at once", async () => {
  await using movie = await makeLabMovie({ frameCount: 1 });
  const group = `239.255.77.3:${reservePort()}`;
  await using server = await startOurServer({ root: movie.root, args: ["--multicast", group, "--ttl", "0"] });
  const url = `rtsp://127.0.0.1:${server.port}/testsrc`;
  const watch = () => play(url, ["--transport", "multicast", "--frames", "30"]);
  for (const { code, summary, log } of await Promise.all([watch(), watch()])) {
    assertEquals(code, 0, log);
    assertEquals([summary.frames, summary.lostPackets, summary.transport], [30, 0, "multicast"]);
  }
  await server.program.waitForLine(/multicast session .* ended, nobody watches any more/);
});
