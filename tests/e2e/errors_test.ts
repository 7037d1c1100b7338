/** What a person meets when something is wrong: a sentence that says what to do, the right exit code, nothing lost. */
import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { MAX_LINE_BYTES } from "../../rtsp/limits.ts";
import type { ChildExit } from "../support/child_program.ts";
import { makeJpeg } from "../support/jpegs.ts";
import { enlarge, labFile, labFrames, makeLabMovie } from "../support/lab_movie.ts";
import { ScriptedCamera, sdp } from "../support/scripted_camera.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { memoryFile } from "../support/memory_file.ts";
import { peerTest, rootTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { openSilentPort } from "../support/silent_port.ts";
import { TcpClient } from "../support/tcp_client.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** Runs a subcommand to its end. */
async function run(args: readonly string[], options: { write?: boolean } = {}): Promise<ChildExit> {
  await using program = startOurs(args, options);
  return await program.exit();
}

/** Arguments of `play` without a page. */
function play(port: number, file: string, rtpPort = reservePort()): string[] {
  return ["play", "127.0.0.1", String(port), String(rtpPort), file, "--no-preview"];
}

/** It ended with `code`, said something like `message`, and showed no stack. */
function assertSaid({ code, stderr }: ChildExit, expected: { code: number; message: RegExp }): void {
  const text = stderr.join("\n");
  assertMatch(text, expected.message);
  assertNotMatch(text, /^\s+at .*:\d+:\d+\)?$/m, "a stack trace for a person");
  assertEquals(code, expected.code, text);
}

Deno.test("serve: a port in use is named, and the next free one", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  assertSaid(await run(["serve", "--host", "127.0.0.1", "--port", String(port)]), {
    code: 1,
    message: new RegExp(
      `^mjpegrtsp: Port ${port} is in use by another program; the next free one is (\\d+): --port \\1$`,
      "m",
    ),
  });
});

rootTest("serve: a port under 1024 needs a right that the user lacks", ["setpriv"], async () => {
  await using server = startOurs(["serve", "--host", "127.0.0.1", "--port", "554"], {
    through: ["setpriv", "--bounding-set=-net_bind_service"],
  });
  assertSaid(await server.exit(), { code: 1, message: /Port 554 is not allowed: ports under 1024 .* use --port 1025/ });
});

for (
  const [args, code, message] of [
    [
      ["serve", "http://user:secret@cam/s"],
      1,
      /"http:\/\/…@cam\/s" is a URL, .* serve --pull NAME=URL relays a stream/,
    ],
    [["serve", "a", "rtsp://user:secret@cam/s"], 2, /serve takes one ROOT, got a rtsp:\/\/…@cam\/s/],
    [["serve", "--pul=c=rtsp://user:secret@cam/s"], 2, /no option --pul=c=rtsp:\/\/…@cam\/s; did you mean --pull\?/],
    [["convert", "rtsp://user:secret@cam/s", "out.avi"], 1, /play URL --out FILE stores a stream/],
    [["convert", "rtsp://user:secret@cam/s"], 2, /convert takes IN and OUT, got rtsp:\/\/…@cam\/s/],
  ] as const
) {
  Deno.test(`a password in a URL that is in the wrong place is not shown: ${args.join(" ")}`, async () => {
    const exit = await run(args, { write: args[0] === "convert" });
    assertSaid(exit, { code, message });
    assertNotMatch(exit.stderr.join("\n"), /secret/);
  });
}

for (
  const [args, code] of [
    [["play", "http://127.0.0.1:1/s?user=me&pwd=secret", "--no-preview"], 1],
    [["push", "testsrc", "rtsp://127.0.0.1:1/s?user=me&pwd=secret"], 1],
  ] as const
) {
  Deno.test(`a password in the query of a URL is not shown: ${args[0]}`, async () => {
    const exit = await run(args);
    assertSaid(exit, { code, message: /127\.0\.0\.1:1\b/ });
    assertNotMatch(exit.stderr.join("\n"), /secret/);
  });
}

Deno.test("serve: a root that does not exist is named", async () => {
  assertSaid(await run(["serve", "/no/such/place", "--port", "0"]), {
    code: 1,
    message: /There is no directory or file "\/no\/such\/place" to serve/,
  });
});

Deno.test("serve: an address of another machine is named", async () => {
  assertSaid(await run(["serve", "--host", "192.0.2.1", "--port", "0"]), {
    code: 1,
    message: /This machine has no address 192\.0\.2\.1; use --host 0\.0\.0\.0/,
  });
});

Deno.test("play: no server there", async () => {
  const port = reservePort();
  assertSaid(await run(play(port, "movie.mjpeg")), {
    code: 1,
    message: new RegExp(`Cannot connect to 127\\.0\\.0\\.1:${port}: nobody listens there; start the server first`),
  });
});

Deno.test("play: a port of the page that is taken is named", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const args = ["127.0.0.1", "1025", String(reservePort()), "movie.mjpeg", "--preview-port", String(port)];
  assertSaid(await run(["play", ...args]), {
    code: 1,
    message: new RegExp(`Port ${port} for the page is in use by another program; leave --preview-port out`),
  });
});

Deno.test({
  name: "play: Ctrl-C does not wait for a server that says nothing",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using silent = await openSilentPort();
    const source = `rtsp://127.0.0.1:${silent.port}/x`;
    await using player = startOurs(["play", source, "--no-preview", "--log-level", "debug"]);
    await player.waitForLine(/connecting to 127\.0\.0\.1:/);
    // Were it to wait, connecting would have its time out first, and the exit code would be another.
    assertEquals((await player.stop("SIGINT")).code, 0);
  },
});

Deno.test("play: a time in which nothing came is a failure", async () => {
  await using camera = new ScriptedCamera({
    DESCRIBE: { lines: ["Content-Type: application/sdp"], body: sdp("m=video 0 RTP/AVP 26") },
    SETUP: { lines: ["Session: 1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"] },
    PLAY: { lines: ["Session: 1"] },
  });
  const args = ["--transport", "tcp", "--no-preview", "--seconds", "0.1"];
  assertSaid(await run(["play", `rtsp://127.0.0.1:${camera.port}/x`, ...args]), {
    code: 1,
    message: /mjpegrtsp: No picture: no packet has come$/,
  });
});

Deno.test("play: an unknown host", async () => {
  assertSaid(await run(["play", "no-such-host.invalid", "1025", "5008", "movie.mjpeg", "--no-preview"]), {
    code: 1,
    message: /the host name "no-such-host\.invalid" is unknown; check its spelling or use an IP address/,
  });
});

Deno.test("play: the RTP port is taken", async () => {
  await using server = await startOurServer({ root: "." });
  const taken = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 });
  try {
    const { port } = taken.addr as Deno.NetAddr;
    assertSaid(await run(play(server.port, "testsrc", port)), {
      code: 1,
      message: new RegExp(`RTP port ${port} is taken by another program: choose another, for instance \\d+`),
    });
  } finally {
    taken.close();
  }
  await server.program.waitForLine(/ left: /);
});

Deno.test("play: an unknown file is 404, and the server's log has names near to it", async () => {
  await using movie = await makeLabMovie({ frameCount: 2 });
  for (const name of ["moving", "remove", "cinema", "other", "last", "least"]) {
    await Deno.writeFile(join(movie.root, `${name}.mjpeg`), new Uint8Array(1));
  }
  await using server = await startOurServer({ root: movie.root });
  assertSaid(await run(play(server.port, "movi.Mjpeg")), {
    code: 1,
    message:
      /The server refused SETUP movi\.Mjpeg: 404 Not Found; it has nothing of that name: check "movi\.Mjpeg", its log lists similar names/,
  });
  const [, names] = await server.program.waitForLine(/There is no file "movi\.Mjpeg"; near names: (.*)/);
  assertEquals([names.split(", ").length, names.split(", ")[0]], [5, "movie.Mjpeg"]);
});

const UNUSABLE: readonly [title: string, file: string, content: Uint8Array | string, message: RegExp][] = [
  ["no JPEG", "text.txt", "Hello, I am no movie", /The file is not a JPEG: it starts with 48 65 6c 6c 6f/],
  ["an empty file", "empty.mjpeg", "", /The file is empty/],
  [
    "a JPEG without a scan",
    "odd.mjpeg",
    new Uint8Array([...new TextEncoder().encode("12x45"), 0xff, 0xd8, 0xff, 0xd9]),
    /Frame 1 at byte 5 is dropped: it ends in its header/,
  ],
  [
    "a length header longer than the file",
    "long.mjpeg",
    new Uint8Array([...new TextEncoder().encode("00099"), 0xff, 0xd8, 0xff, 0xd9]),
    /Frame 1 at byte 0 announces 99 bytes, but only 4 are left in the file/,
  ],
];

for (const [title, file, content, message] of UNUSABLE) {
  Deno.test(`play: ${title} is 415, and the server's log says what is wrong`, async () => {
    await using directory = await temporaryDirectory();
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(join(directory.path, file), bytes);
    await using server = await startOurServer({ root: directory.path });
    assertSaid(await run(play(server.port, file)), {
      code: 1,
      message: new RegExp(
        `refused SETUP ${file.replace(".", "\\.")}: 415 Unsupported Media Type; its log says`,
      ),
    });
    await server.program.waitForLine(message);
  });
}

Deno.test("serve: a file cut off in the middle is played as far as it is whole, and the log says so", async () => {
  await using directory = await temporaryDirectory();
  const frames = await labFrames(4);
  const whole = labFile(frames);
  await Deno.writeFile(join(directory.path, "cut.mjpeg"), whole.subarray(0, whole.length - 100));
  await using server = await startOurServer({ root: directory.path });
  const out = join(directory.path, "out.mjpeg");
  const { code } = await run([...play(server.port, "cut.mjpeg"), "--out", out, "--frames", "3"], { write: true });
  assertEquals(code, 0);
  assertEquals(await Deno.readFile(out), labFile(frames.slice(0, 3)));
  await server.program.waitForLine(/cut\.mjpeg has 3 whole frames and is served: Frame 4 at byte \d+ announces/);
});

Deno.test("serve: a frame that no datagram holds goes out in fragments, and the log says so once", async () => {
  await using directory = await temporaryDirectory();
  const frames = (await labFrames(3)).map((frame) => enlarge(frame, 90_000));
  await Deno.writeFile(join(directory.path, "large.mjpeg"), labFile(frames));
  await using server = await startOurServer({ root: directory.path });
  for (let turn = 0; turn < 2; turn++) {
    const out = join(directory.path, `out${turn}.mjpeg`);
    const { code } = await run([...play(server.port, "large.mjpeg"), "--out", out, "--frames", "3"], { write: true });
    assertEquals(code, 0);
    assertEquals(await Deno.readFile(out), labFile(frames));
  }
  const hints = server.program.stderr.filter((line) => line.includes("plain lab clients"));
  assertEquals(hints.length, 1, hints.join("\n"));
  assertMatch(hints[0], /large\.mjpeg has a frame of 90000 bytes; plain lab clients read 20468 bytes a frame/);
});

Deno.test("serve: garbage, a 10 MB line and half a request disturb nobody", async () => {
  await using movie = await makeLabMovie({ frameCount: 60 });
  await using server = await startOurServer({ root: movie.root });
  const out = join(movie.root, "out.mjpeg");
  const playing = run([...play(server.port, movie.file), "--out", out, "--frames", "60", "--json"], { write: true });
  await server.program.waitForLine(/plays session/);

  using half = await TcpClient.connect(server.port);
  await half.send("SETUP movie");
  using garbage = await TcpClient.connect(server.port);
  await garbage.send(crypto.getRandomValues(new Uint8Array(60_000)));
  assertMatch(await garbage.receiveAll(), /^(RTSP\/1\.0 400 Bad Request\nCSeq: 0\nSession: 0\n?)*$/);
  using endless = await TcpClient.connect(server.port);
  const megabyte = new Uint8Array(1_000_000).fill(0x41);
  try {
    for (let count = 0; count < 10; count++) await endless.send(megabyte);
  } catch (error) {
    // The server hung up before all of it was written.
    assert(error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset, String(error));
  }
  await server.program.waitForLine(new RegExp(`A line exceeds ${MAX_LINE_BYTES} bytes`));

  const { code, stdout, stderr } = await playing;
  assertEquals(code, 0, stderr.join("\n"));
  const { frames, lostPackets, damagedFrames } = JSON.parse(stdout[0]);
  assertEquals([frames, lostPackets, damagedFrames], [60, 0, 0]);
  assertEquals(await Deno.readFile(out), labFile(movie.frames));
  await server.program.waitForLine(/sent half a request and nothing more for 10 s: closed/);
  assertMatch(await half.receiveAll(), /^RTSP\/1\.0 400 Bad Request/);
});

Deno.test("play: Ctrl-C tears down, sums up and exits 0", async () => {
  await using server = await startOurServer({ root: "." });
  await using player = startOurs([...play(server.port, "testsrc"), "--json"]);
  await server.program.waitForLine(/plays session/);
  const { code, stdout, stderr } = await player.stop("SIGINT");
  assertEquals(code, 0, stderr.join("\n"));
  assertEquals(JSON.parse(stdout[0]).dialect, "lab");
  await server.program.waitForLine(/ended, torn down/);
});

Deno.test("serve: Ctrl-C ends all sessions and exits 0", async () => {
  await using server = await startOurServer({ root: "." });
  await using player = startOurs(play(server.port, "testsrc"));
  await server.program.waitForLine(/plays session/);
  const { code, stderr } = await server.program.stop("SIGINT");
  assertEquals(code, 0, stderr.join("\n"));
  await server.program.waitForLine(/ended, the server stopped: \d+ frames, \d+ packets, \d+ bytes, [\d.]+ s/);
  // Its frames so far are good, but the movie did not end.
  assertSaid(await player.exit(), { code: 1, message: /The server is gone/ });
});

rootTest("play: a full disk ends with an error and TEARDOWN, whole frames kept", ["unshare", "mount"], async () => {
  await using disk = await temporaryDirectory();
  await using saved = await temporaryDirectory();
  await using server = await startOurServer({ root: "." });
  const out = join(disk.path, "movie.mjpeg");
  const script = `mount -t tmpfs -o size=64k none ${disk.path}; "$@"; code=$?; cp ${out} ${saved.path}; exit $code`;
  await using player = startOurs([...play(server.port, "testsrc"), "--out", out], {
    write: true,
    through: ["unshare", "-m", "sh", "-c", script, "sh"],
  });
  const exit = await player.exit();
  assertSaid(exit, {
    code: 1,
    message: /Cannot store frame (\d): the disk is full; make room or name another; \d whole frames are kept/,
  });
  await server.program.waitForLine(/ended, torn down/);
  const index = await indexFile(memoryFile(await Deno.readFile(join(saved.path, "movie.mjpeg"))));
  assertEquals([index.format, index.problem], ["lab", undefined], "nothing but whole frames");
  assert(exit.stderr.some((line) => line.includes(`${index.count} whole frames are kept`)), exit.stderr.join("\n"));
});

rootTest("play: a place where nobody may write is refused before anything begins", ["unshare", "mount"], async () => {
  await using disk = await temporaryDirectory();
  for (const name of ["movie.mjpeg", "frames"]) {
    await using player = startOurs([...play(reservePort(), "testsrc"), "--out", join(disk.path, name)], {
      write: true,
      through: ["unshare", "-m", "sh", "-c", `mount -t tmpfs -o ro none ${disk.path}; exec "$@"`, "sh"],
    });
    assertSaid(await player.exit(), { code: 1, message: /you have no right to write there; name another place/ });
  }
});

peerTest("play: a pipe that nobody reads any more ends it", ["sh", "head"], async () => {
  await using server = await startOurServer({ root: "." });
  // head reads one byte and goes.
  await using player = startOurs([...play(server.port, "testsrc"), "--out", "-"], {
    through: ["sh", "-c", '"$@" | head -c 1 > /dev/null', "sh"],
  });
  const { stderr } = await player.exit();
  assertMatch(stderr.join("\n"), /the program that reads the pipe has ended/);
  await server.program.waitForLine(/ended, torn down/);
});

Deno.test("play: a pipe that nobody reads holds nothing up: that it took nothing is told, also by the exit code", async () => {
  await using directory = await temporaryDirectory();
  // A pipe takes 64 KiB, less than one of these frames.
  const frame = await makeJpeg({ width: 640, height: 480, quality: 98 });
  assert(frame.length > 65_536, `${frame.length} bytes`);
  await Deno.writeFile(join(directory.path, "movie.mjpeg"), concat(Array.from({ length: 20 }, () => frame)));
  await using server = await startOurServer({ root: directory.path });
  const url = `rtsp://127.0.0.1:${server.port}/movie.mjpeg`;
  await using player = startOurs(["play", url, "--transport", "tcp", "--no-preview", "--out", "-"], { isUnread: true });
  const { code, stderr } = await player.exit();
  assertMatch(stderr.at(-2) ?? "", /^0 frames in .*, 20 dropped because writing was too slow/);
  assertMatch(stderr.at(-1) ?? "", /Nothing is stored: nothing was written for 2 s; is the pipe read\?$/);
  assertEquals(code, 1);
  await server.program.waitForLine(/ended, torn down/);
});

Deno.test("play --pcap that has captured nothing can be tried again", async () => {
  await using directory = await temporaryDirectory();
  const pcap = join(directory.path, "session.pcapng");
  for (let attempt = 0; attempt < 2; attempt++) {
    const exit = await run([...play(reservePort(), "movie.mjpeg"), "--pcap", pcap], { write: true });
    assertSaid(exit, { code: 1, message: /nobody listens there/ });
  }
  await Deno.writeTextFile(pcap, "precious");
  const exit = await run([...play(reservePort(), "movie.mjpeg"), "--pcap", pcap], { write: true });
  assertSaid(exit, { code: 1, message: /session\.pcapng exists: choose another name for --pcap/ });
  assertEquals(await Deno.readTextFile(pcap), "precious");
});

const WRONG_USAGE: readonly [args: string, message: RegExp][] = [
  ["", /Name a command: serve, play, push, demo, convert, probe, doctor, testsrc, licenses\nSee: mjpegrtsp --help/],
  ["sreve", /There is no command "sreve"; did you mean serve\?/],
  ["serve --prot 1", /There is no option --prot; did you mean --port\?\nSee: mjpegrtsp serve --help/],
  ["serve a b", /serve takes one ROOT, got a b/],
  ["serve --port 70000", /--port needs a whole number, 0 to 65535, got "70000"/],
  ["serve --fragment-style offset8", /--fragment-style offset8 needs --fragment BYTES/],
  [
    "serve --fragment 1400 --fragment-style 8",
    /--fragment-style needs sequence, timestamp, frame-number, offset8, index6 or index4, got "8"/,
  ],
  ["serve --loss 200%", /--loss needs a number with %, 0% to 100%/],
  ["play", /play needs URLs .* or HOST PORT RTP_PORT FILE .*got nothing/],
  ["play 127.0.0.1 1025 x movie.mjpeg", /RTP_PORT needs a whole number, 1 to 65535, got "x"/],
  ["play 127.0.0.1 1025 5008 m --out - --json", /--out - and --json both write to standard output/],
  [
    "play 127.0.0.1 1025 5008 m --out - --json-lines",
    /--json-lines and --out - both write to standard output; store to/,
  ],
  ["play 127.0.0.1 1025 5008 m --json --json-lines", /--json-lines and --json both write to standard output; its last/],
  ["play 127.0.0.1 1025 5008 m --latency 80ms", /--latency needs auto or milliseconds, 0 to 10000, got "80ms"/],
  ["play 127.0.0.1 1025 5008 m --out a --out b", /--out is given twice; it takes one value/],
  ["play 127.0.0.1 1025 5008 m --rtp-port 5000", /--rtp-port needs a URL; here RTP_PORT is the third argument/],
  ["play 127.0.0.1 1025 5008 m --transport multicast", /--transport multicast needs a URL/],
  ["play rtsp://127.0.0.1/m --no-preview --paused", /--paused with --no-preview needs a terminal/],
  ["play rtsp://127.0.0.1/m --flows 2", /--flows does not go with a URL/],
  ["testsrc", /testsrc needs OUT: a folder, a file or -/],
  ["testsrc ", /testsrc needs OUT: a folder, a file or -/],
  ["testsrc a b", /testsrc takes one OUT, got a b/],
  ["testsrc out.mjpeg --size 100x100", /multiples of 8/],
];

for (const [args, message] of WRONG_USAGE) {
  Deno.test(`usage: ${JSON.stringify(args)} exits 2 and says what is wanted`, async () => {
    assertSaid(await run(args === "" ? [] : args.split(" ")), { code: 2, message });
  });
}

for (const args of ["--help", "help", "serve --help", "play -h", "demo --help", "testsrc --help", "--version"]) {
  Deno.test(`usage: ${args} prints on standard output and exits 0`, async () => {
    const { code, stdout, stderr } = await run(args.split(" "));
    assertEquals([code, stderr], [0, []]);
    assertMatch(stdout.join("\n"), args === "--version" ? /^mjpegrtsp \d+\.\d+\.\d+$/ : /Usage: mjpegrtsp /);
  });
}
