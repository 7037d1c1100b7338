/** `probe` as a user meets it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { concat } from "@std/bytes";
import { join } from "@std/path";
import { aviFile } from "../support/avi_files.ts";
import { ChildProgram } from "../support/child_program.ts";
import { run } from "../interop/pixels.ts";
import { startGstServer } from "../support/gst_server.ts";
import { makeJpeg, withRestartMarkers } from "../support/jpegs.ts";
import { startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

async function probe(...args: readonly string[]) {
  await using program = new ChildProgram(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net", "--allow-read", "--allow-write", MAIN, "probe", ...args],
  });
  const { code, stdout, stderr } = await program.exit();
  return { code, text: stdout.join("\n"), log: stderr.join("\n") };
}

/** What probe tells of a file with these bytes. */
async function tell(bytes: Uint8Array) {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "movie");
  await Deno.writeFile(path, bytes);
  const [{ text }, json] = await Promise.all([probe(path), probe(path, "--json")]);
  return { text, json: JSON.parse(json.text) };
}

Deno.test("probe tells the format, the rate and the kinds of JPEGs of a movie", async () => {
  const plain = await makeJpeg({ width: 64, height: 48 });
  const { text, json } = await tell(aviFile({ frames: [plain, plain, plain], scale: 1001, rate: 30_000 }));
  assertMatch(text, /format +AVI\n +frames +3, 0\.10 s, 29\.97 a second\n/);
  assertMatch(text, /JPEG +64x48, baseline, 4:2:0, Q \d+, standard Huffman tables\n +RTSP\/1\.0 players +as it is\n/);
  assertEquals([json.frames, json.frameRate, json.largestFrameBytes], [3, 30_000 / 1001, plain.length]);
  assertEquals(json.jpegs.length, 1);
});

const KINDS: readonly [name: string, make: () => Promise<Uint8Array>, text: RegExp][] = [
  [
    "optimized tables",
    () => makeJpeg({ optimized: true }),
    /optimized Huffman tables[^]*players +transcoded without loss/,
  ],
  ["progressive", () => makeJpeg({ progressive: true }), /progressive[^]*players +transcoded without loss/],
  ["grey", () => makeJpeg({ grey: true }), /, grey, [^]*players +with serve --reencode, since it is grey/],
  [
    "restart markers",
    async () => withRestartMarkers(await makeJpeg({ height: 64 })),
    /a restart marker every \d+ MCUs/,
  ],
  [
    "large",
    () => makeJpeg({ width: 800, height: 600, quality: 100 }),
    /lab clients +no: they read 20468 bytes a frame; a file/,
  ],
  [
    "two kinds",
    async () => concat([await makeJpeg(), await makeJpeg({ grey: true })]),
    /\(1 of 2 frames\)[^]*\(1 of 2 frames\)/,
  ],
];

for (const [name, make, text] of KINDS) {
  Deno.test(`probe tells of ${name}`, async () => assertMatch((await tell(await make())).text, text));
}

Deno.test("probe tells what is damaged, and where frames are not evenly spaced", async () => {
  const [one, two] = [await makeJpeg(), await makeJpeg({ seed: 1 })];
  const broken = one.slice(0, 40);
  const cut = await tell(concat([one, two, broken]));
  assertMatch(cut.text, /problem +Frame 3 at byte \d+ is dropped/);
  const gaps = await tell(aviFile({ frames: [one, new Uint8Array(0), two, one] }));
  assertMatch(gaps.text, /3, 0\.16 s, 40 to 80 ms apart/);
  assertEquals(gaps.json.intervalsMs, [40, 80]);
});

Deno.test("probe tells of a folder, and says what is wrong with anything else", async () => {
  await using directory = await temporaryDirectory();
  assertMatch((await probe(directory.path)).log, /the folder has no JPEG/);
  await Deno.writeFile(join(directory.path, "1.jpg"), await makeJpeg());
  await Deno.writeTextFile(join(directory.path, "2.jpg"), "no JPEG");
  const { text } = await probe(directory.path);
  assertMatch(text, /format +folder of JPEGs[^]*damaged +1 of 2 frames; frame 2: /);
  await Deno.writeTextFile(join(directory.path, "notes.txt"), "no movie");
  for (
    const [args, message] of [[["notes.txt"], /The file is not a JPEG/], [["nothing"], /Cannot probe/], [
      [],
      /probe takes one FILE or URL/,
    ]] as const
  ) {
    const { code, log } = await probe(...args.map((name) => join(directory.path, name)));
    assert(code > 0);
    assertMatch(log, message);
  }
});

/** A server of this movie, and what probe tells of its stream. */
async function tellStream(frames: readonly Uint8Array[], args: readonly string[], options: readonly string[] = []) {
  await using directory = await temporaryDirectory();
  await Deno.writeFile(join(directory.path, "movie.mjpg"), concat([...frames]));
  await using server = await startOurServer({ root: directory.path, args: options });
  return await probe(`rtsp://user:secret@127.0.0.1:${server.port}/movie.mjpg`, ...args);
}

for (const transport of ["udp", "tcp"]) {
  Deno.test(`probe tells what a server says of a stream, and what its frames show, over ${transport}`, async () => {
    const frames = await Promise.all(
      Array.from({ length: 60 }, (_, seed) => makeJpeg({ seed, width: 64, height: 48 })),
    );
    const { code, text, log } = await tellStream(frames, ["--transport", transport], ["--fps", "25"]);
    assertEquals(code, 0, log);
    assert(!text.includes("secret"), text);
    for (
      const line of [
        new RegExp(`server +RTSP/1\\.0, packets over ${transport.toUpperCase()}\n`),
        /description +"movie\.mjpg", 2\.40 s, 25 a second, 64x48\n/,
        /tracks +video JPEG\n/,
        /frames +50 in 1\.9\d s, 25\.\d\d a second, /,
        /regularity +40\.0 to 40\.0 ms apart by their timestamps, [\d.]+ to [\d.]+ ms as they came; jitter /,
        /JPEG +64x48, baseline, 4:2:0, .*, standard Huffman tables\n/,
        /packets +\d+, 0 lost; 0 frames incomplete\n/,
        /plain lab clients +yes/,
      ]
    ) assertMatch(text, line);
  });
}

Deno.test("probe tells of a stream that is shorter than what it watches, as JSON", async () => {
  const frames = await Promise.all([1, 2, 3].map((seed) => makeJpeg({ seed })));
  const { code, text } = await tellStream(frames, ["--json"], ["--fps", "10"]);
  const told = JSON.parse(text);
  assertEquals(code, 0);
  assertEquals([told.dialect, told.frames, told.frameRate, told.intervalsMs], ["rtsp", 3, 10, [100, 100]]);
  assertEquals([told.durationSeconds, told.tracks, told.isLive, told.jpegs[0].width], [
    0.3,
    [{ type: "video", encodings: ["JPEG"] }],
    false,
    48,
  ]);
});

Deno.test("probe counts what is lost on the way", async () => {
  const frames = await Promise.all(
    Array.from({ length: 60 }, (_, seed) => makeJpeg({ seed, width: 320, height: 240 })),
  );
  const { text } = await tellStream(frames, ["--json", "--transport", "udp"], ["--loss", "10%", "--seed", "3"]);
  const { lostPackets, repairedPackets } = JSON.parse(text);
  assert(lostPackets + repairedPackets > 0, text);
});

Deno.test("probe says why there is no stream", async () => {
  await using server = await startOurServer({ root: "." });
  for (
    const [url, message, exitCode] of [
      [`rtsp://127.0.0.1:${server.port}/nothing`, /404 Not Found/, 1],
      [`rtsp://127.0.0.1:${reservePort()}/movie`, /nobody listens there/, 1],
      ["ftp://127.0.0.1/movie", /begins with ftp:\/\//, 2],
    ] as const
  ) {
    const { code, log } = await probe(url);
    assertEquals(code, exitCode);
    assertMatch(log, message);
  }
});

peerTest("probe tells of a stream of gst-rtsp-server", ["ffmpeg", "/usr/bin/python3"], async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "movie.avi");
  const source = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=6", "-pix_fmt", "yuvj420p"];
  await run("ffmpeg", ["-nostdin", "-loglevel", "error", ...source, "-c:v", "mjpeg", "-huffman", "default", path]);
  await using server = await startGstServer(path);
  const { code, text, log } = await probe(`rtsp://127.0.0.1:${server.port}/stream`);
  assertEquals(code, 0, log);
  assertMatch(
    text,
    /tracks +video JPEG\n +frames +50 in [\d.]+ s, 25\.\d\d a second[^]*JPEG +320x240, baseline, 4:2:0/,
  );
});

peerTest("probe tells of a camera that speaks HTTP", ["ustreamer"], async () => {
  const port = reservePort();
  // Without a camera it sends a picture that says so, once a second.
  await using ustreamer = new ChildProgram("ustreamer", {
    args: ["--device", "/dev/nonexistent", "--host", "127.0.0.1", "--port", String(port)],
  });
  await ustreamer.waitForLine(/Starting HTTP eventloop/);
  const { code, text, log } = await probe(`http://127.0.0.1:${port}/stream`, "--seconds", "3");
  assertEquals(code, 0, log);
  assertMatch(text, /server +HTTP\n +frames +\d+ in [^]*JPEG +640x480, baseline, [^]*RTSP\/1\.0 players +/);
});
