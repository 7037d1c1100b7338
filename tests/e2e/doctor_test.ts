/** `doctor` as a user meets it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { makeJpeg } from "../support/jpegs.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

async function consult(...args: readonly string[]) {
  await using program = startOurs(["doctor", "--host", "127.0.0.1", ...args]);
  const { code, stdout, stderr } = await program.exit();
  return { code, lines: stdout, log: stderr.join("\n") };
}

/** The lines on a topic. */
function on(topic: string, lines: readonly string[]): string {
  return lines.filter((line) => line.slice(6).startsWith(topic)).join("\n");
}

Deno.test("doctor finds that UDP, the port and the page work here", async () => {
  const { code, lines } = await consult("--port", String(reservePort()));
  for (const topic of ["TCP port", "UDP at 127.0.0.1", "page"]) assertMatch(on(topic, lines), /^ok /, topic);
  assertMatch(on("UDP at 127.0.0.1", lines), /1400 bytes arrive[^]*20480 bytes arrive/);
  assertMatch(on("receive buffer", lines), /Sockets hold (?:at least )?\d+ packets of 1400 bytes/);
  assertEquals(code, lines.some((line) => line.startsWith("FAIL")) ? 1 : 0);
});

Deno.test("doctor names the next port where one is in use, and ends with 1", async () => {
  using listener = Deno.listen({ transport: "tcp", hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const { code, lines } = await consult("--port", String(port));
  assertEquals(code, 1);
  assertMatch(on("TCP port", lines), new RegExp(`^FAIL .*Port ${port} is in use .*--port \\d+`));
});

const MOVIES: readonly [title: string, make: () => Promise<Uint8Array>, found: Record<string, RegExp>][] = [
  ["small and plain", async () => concat([await makeJpeg(), await makeJpeg()]), {
    movie: /^ok +movie +2 frames, concatenated$/,
    "lab clients": /^ok /,
    "VLC, ffmpeg": /^ok .*(?:as it is|transcoded)/,
    browsers: /^ok /,
  }],
  ["large and grey", () => makeJpeg({ width: 800, height: 600, quality: 100, grey: true }), {
    "lab clients": /^FAIL .*they read 20468 bytes/,
    "VLC, ffmpeg": /^FAIL .*serve --reencode, since it is grey/,
    browsers: /^FAIL .*grey/,
  }],
  ["no movie", () => Promise.resolve(new TextEncoder().encode("notes")), {
    movie: /^FAIL .*Cannot probe .*The file is not a JPEG/,
  }],
];

for (const [title, make, found] of MOVIES) {
  Deno.test(`doctor says who can be served with a movie that is ${title}`, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "movie");
    await Deno.writeFile(path, await make());
    const { code, lines } = await consult(path, "--port", String(reservePort()));
    for (const [topic, pattern] of Object.entries(found)) assertMatch(on(topic, lines), pattern);
    if (Object.values(found).some(({ source }) => source.startsWith("^FAIL"))) assertEquals(code, 1);
  });
}

Deno.test("doctor --json prints the findings", async () => {
  const { code, lines } = await consult("--json", "--port", String(reservePort()));
  const { works, findings } = JSON.parse(lines[0]);
  assertEquals(works, code === 0);
  assert(findings.length > 5);
  for (const { topic, level, text } of findings) {
    assert(["ok", "note", "problem"].includes(level) && topic.length > 0 && text.length > 0);
  }
});

Deno.test("doctor says whether a stream arrives, and over what", async () => {
  await using server = await startOurServer({ root: "." });
  const { lines } = await consult(`rtsp://127.0.0.1:${server.port}/testsrc`, "--port", String(reservePort()));
  assertMatch(on("stream", lines), /^ok +stream +50 frames came over UDP, 20\.\d a second/);
  const { code, lines: others } = await consult(`rtsp://127.0.0.1:${reservePort()}/testsrc`);
  assertEquals(code, 1);
  assertMatch(on("stream", others), /^FAIL .*nobody listens there/);
});

Deno.test("doctor takes one file", async () => {
  const { code, log } = await consult("one", "two");
  assertEquals(code, 2);
  assertMatch(log, /doctor takes one FILE or URL, got one two/);
});
