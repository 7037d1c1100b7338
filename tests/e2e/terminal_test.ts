/** What reaches a terminal, and what does not; and a server whose standard error takes nothing. */
import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { join } from "@std/path";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { findProgram, peerTest, rootTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { type Answers, ScriptedCamera, sdp } from "../support/scripted_camera.ts";
import { TcpClient } from "../support/tcp_client.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { soon, until } from "../support/until.ts";

/** Title, bell, clear, colour by CSI of 8 bits, delete, and an override of the direction. */
const EVIL = "\x1b]0;x\x07\x1b[2J\x9b31m\b\x7f\u202e\u2066";
// deno-lint-ignore no-control-regex
const OBEYED = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

const HOSTILE: readonly [title: string, answers: Answers][] = [
  ["a reason phrase", { DESCRIBE: { status: `404 ${EVIL}`, lines: [`X-${EVIL}: ${EVIL}`] } }],
  ["a Location", { DESCRIBE: { status: "302 Moved", lines: [`Location: file:///${EVIL}`] } }],
  ["the URL of a Location", { DESCRIBE: { status: "302 Moved", lines: [`Location: rtsp://127.0.0.1:1/${EVIL}`] } }],
  ["an encoding", { DESCRIBE: { body: "" } }],
  ["a status line", { OPTIONS: { text: `RTSP/1.0 ${EVIL}\r\n\r\n` } }],
  ["no RTSP at all", { OPTIONS: { text: `HTTP/1.0 ${EVIL}\r\n\r\n` } }],
];

for (const [title, answers] of HOSTILE) {
  for (const args of [["--log-level", "debug"], ["--log-level", "debug", "--log-format", "json"], []]) {
    Deno.test(`play: escapes in ${title} are shown, not obeyed: ${args.join(" ")}`, async () => {
      await using camera = new ScriptedCamera({
        ...answers,
        ...(title === "an encoding"
          ? { DESCRIBE: { text: describe(sdp(`m=video${EVIL} 0 RTP/AVP 96`, `a=rtpmap:96 X${EVIL}/90000`)) } }
          : {}),
      });
      await using player = startOurs(["play", `rtsp://127.0.0.1:${camera.port}/x`, "--no-preview", ...args]);
      const { code, stderr } = await player.exit();
      assertEquals(code, 1);
      assertNotMatch(stderr.join("\n"), OBEYED);
    });
  }
}

/** An answer to DESCRIBE whose length is counted in bytes. */
function describe(body: string): string {
  const length = new TextEncoder().encode(body).length;
  return `RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

for (const format of ["text", "json"]) {
  Deno.test(`serve: escapes in requests are shown as ${format}, not obeyed, and forge no line`, async () => {
    await using server = await startOurServer({
      root: ".",
      args: ["--log-level", "debug", "--log-format", format],
    });
    const requests = [
      `DESCRIBE rtsp://a/${EVIL} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: ${EVIL}\r\n\r\n`,
      "DESCRIBE rtsp://a/a%0a12:00:00.000%20error%20forged%1b%5b2J%c2%9b31m%e2%80%ae RTSP/1.0\r\nCSeq: 1\r\n\r\n",
      `PLAY rtsp://a/x RTSP/1.0\r\nCSeq: 1\r\nSession: ${EVIL}\r\n\r\n`,
      `SETUP rtsp://a/testsrc RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVQ;${EVIL}\r\n\r\n`,
      `DANCE${EVIL} x RTSP/1.0\nCSeq: 1\nSession: 123456\n\n`,
    ];
    for (const request of requests) {
      using client = await TcpClient.connect(server.port);
      await client.send(request);
      await client.receive(/RTSP\/1\.0 4\d\d /);
    }
    const { stderr } = await server.program.stop("SIGINT");
    assertNotMatch(stderr.join("\n"), OBEYED);
    for (const line of stderr) {
      if (format === "json") JSON.parse(line);
      else assertMatch(line, /^\d\d:\d\d:\d\d\.\d{3} (?:debug|info|warning|error) /);
    }
  });
}

Deno.test("serve: the log says how to watch what is served: the one file, or the test source", async () => {
  await using movie = await makeLabMovie({ frameCount: 1 });
  for (const [root, name] of [[join(movie.root, movie.file), movie.file], [movie.root, "testsrc"]]) {
    await using server = await startOurServer({ root });
    await server.program.waitForLine(new RegExp(`watch .* with: mjpegrtsp play 127\\.0\\.0\\.1 \\d+ 5008 ${name}$`));
  }
});

Deno.test("serve: the log has no passwords, whatever it shows", async () => {
  await using server = await startOurServer({ root: ".", args: ["--log-level", "debug"] });
  using client = await TcpClient.connect(server.port);
  const credentials = 'Authorization: Basic aGVyOnNlY3JldA==\r\nProxy-Authorization: Digest response="secret"';
  for (const [method, status] of [["DESCRIBE", 404], ["DANCE", 501]]) {
    const url = "rtsp://her:secret@a/none";
    await client.send(`${method} ${url} RTSP/1.0\r\nCSeq: 1\r\n${credentials}\r\n\r\n`);
    await client.receive(new RegExp(`RTSP/1\\.0 ${status} [^]*\r\n\r\n`));
  }
  const { stderr } = await server.program.stop();
  assertMatch(stderr.join("\n"), /rtsp:\/\/…@a\/none/);
  assertNotMatch(stderr.join("\n"), /secret|aGVyOnNlY3JldA/);
});

Deno.test("serve: the log has no session identifiers", async () => {
  await using server = await startOurServer({ root: "." });
  const identifiers: string[] = [];
  for (
    const request of [
      "SETUP rtsp://a/testsrc RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n",
      `SETUP testsrc RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= ${reservePort()}\n`,
    ]
  ) {
    using client = await TcpClient.connect(server.port);
    await client.send(request);
    const [, id] = /Session: (\w+)/.exec(await client.receive(/Session: \w{6,}/))!;
    identifiers.push(id);
    await client.send(`PLAY rtsp://a/testsrc RTSP/1.0\r\nCSeq: 2\r\nSession: ${id}0\r\n\r\n`);
    await client.receive(/ 454 /);
  }
  const { stderr } = await server.program.stop("SIGINT");
  const log = stderr.join("\n");
  assertMatch(log, /set up testsrc: session 1, /);
  for (const id of identifiers) assert(!log.includes(id), log);
});

/** Our server with a standard error of its own; its port is known before. */
function startServer(root: string, stderr: string, ...prefix: string[]) {
  const port = reservePort();
  const args = ["serve", root, "--host", "127.0.0.1", "--port", String(port), "--loop"];
  const program = startOurs(args, { through: ["sh", "-c", `${prefix.join(" ")} exec "$@" ${stderr}`, "sh"] });
  return { port, program, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

/** Waits until it answers: while a server looks whether its port is free, a connection may be reset. */
async function connect(port: number): Promise<TcpClient> {
  let client: TcpClient | undefined;
  await until(async () => {
    try {
      client = await TcpClient.connect(port);
      await client.send("OPTIONS * RTSP/1.0\r\nCSeq: 9999\r\n\r\n");
      await client.receive(/CSeq: 9999\r\n[^]*?\r\n\r\n/);
      return true;
    } catch {
      client?.[Symbol.dispose]();
      return false;
    }
  });
  return client!;
}

/** Asks for a file that there is not, which is logged; the answers have come. */
async function askForNothing(client: TcpClient, times: number): Promise<void> {
  for (let count = 0; count < times; count++) {
    await client.send(`DESCRIBE rtsp://a/nothing-${"x".repeat(80)} RTSP/1.0\r\nCSeq: ${count}\r\n\r\n`);
    await client.receive(new RegExp(`404 Not Found\r\nCSeq: ${count}\r\n[^]*?\r\n\r\n`));
  }
}

peerTest("serve: a log that nobody reads stops nothing, and what it lacks is told", ["mkfifo"], async () => {
  await using directory = await temporaryDirectory();
  const fifo = join(directory.path, "stderr");
  await new Deno.Command(findProgram("mkfifo")!, { args: [fifo] }).output();
  // Opened for both, so that neither end waits for the other.
  using log = await Deno.open(fifo, { read: true, write: true });
  await using movie = await makeLabMovie({ frameCount: 3 });
  await using server = startServer(movie.root, `2>${fifo}`);
  using client = await connect(server.port);
  await askForNothing(client, 3000);
  const bytes = new Uint8Array(65_536);
  const decoder = new TextDecoder();
  let text = "";
  await until(async () => {
    text += decoder.decode(bytes.subarray(0, (await log.read(bytes))!), { stream: true });
    return /\d+ messages are missing here/.test(text);
  });
  const [, missing] = /(\d+) messages are missing here/.exec(text)!;
  const written = text.match(/cannot have nothing/g)!.length;
  assertEquals(Number(missing) + written, 3000);
  assertEquals((await soon(server.program.stop("SIGTERM"))).code, 0);
});

for (const [title, stderr] of [["on a full disk", "2>/dev/full"], ["closed", "2>&-"]]) {
  Deno.test({
    name: `serve: a log that is ${title} stops nothing`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      await using movie = await makeLabMovie({ frameCount: 3 });
      await using server = startServer(movie.root, stderr);
      using client = await connect(server.port);
      await askForNothing(client, 10);
      assertEquals((await soon(server.program.stop("SIGTERM"))).code, 0);
    },
  });
}

Deno.test({
  name: "serve: SIGHUP that nohup has ignored stays ignored",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using movie = await makeLabMovie({ frameCount: 3 });
    await using server = startServer(movie.root, "", "trap '' HUP;");
    using client = await connect(server.port);
    Deno.kill(server.program.pid, "SIGHUP");
    await askForNothing(client, 10);
    assertEquals((await soon(server.program.stop("SIGTERM"))).code, 0);
  },
});

/** Runs its arguments on a terminal of their own, closes that when they have said something, and prints their exit code. */
const TERMINAL = `import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
while b"rtsp://" not in os.read(terminal, 4096):
    pass
os.close(terminal)
print("exit code", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;

peerTest("serve: SIGHUP of a terminal that closes ends it as Ctrl-C does", ["python3"], async () => {
  await using movie = await makeLabMovie({ frameCount: 3 });
  await using server = startOurs(["serve", movie.root, "--host", "127.0.0.1", "--port", "0"], {
    through: ["python3", "-c", TERMINAL],
  });
  await server.waitForLine(/^exit code 0$/);
});

const ROOTS: readonly [title: string, root: (directory: string) => Promise<string>, reason: RegExp][] = [
  ["below a file", (directory) => Promise.resolve(join(directory, "file", "x")), /a part of its path is no directory/],
  ["a loop of links", (directory) => Promise.resolve(join(directory, "loop")), /its links lead in a circle/],
  ["too long a name", (directory) => Promise.resolve(join(directory, "x".repeat(300))), /its name is too long/],
  ["of the system's own", () => Promise.resolve("/dev/shm"), /\/dev, \/proc and \/sys are closed to this program/],
  ["a device", () => Promise.resolve("/dev/null"), /it is neither a directory nor a file|are closed to this program/],
  ["a pipe", (directory) => Promise.resolve(join(directory, "pipe")), /it is neither a directory nor a file/],
  ["empty", () => Promise.resolve(""), /Empty path/],
];

for (const [title, root, reason] of ROOTS) {
  Deno.test({
    name: `serve: a root that is ${title} is refused in a sentence`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      await using directory = await temporaryDirectory();
      await Deno.writeTextFile(join(directory.path, "file"), "");
      await Deno.symlink("loop", join(directory.path, "loop"));
      await new Deno.Command("mkfifo", { args: [join(directory.path, "pipe")] }).output();
      await using server = startOurs(["serve", await root(directory.path), "--port", "0"]);
      const { code, stderr } = await server.exit();
      assertEquals([code, stderr.length], [1, 1], stderr.join("\n"));
      assertMatch(stderr[0], /^mjpegrtsp: Cannot serve ".*": /);
      assertMatch(stderr[0], reason);
      assertNotMatch(stderr[0], /--allow/);
    },
  });
}

rootTest("serve: a root that the user may not read is refused in a sentence", ["setpriv"], async () => {
  await using directory = await temporaryDirectory();
  const root = join(directory.path, "locked");
  await Deno.mkdir(root, { mode: 0 });
  await using server = startOurs(["serve", root, "--port", "0"], {
    through: ["setpriv", "--bounding-set=-dac_override,-dac_read_search"],
  });
  const { code, stderr } = await server.exit();
  assertEquals([code, stderr], [1, [`mjpegrtsp: Cannot serve ${JSON.stringify(root)}: you have no right to use it`]]);
});
