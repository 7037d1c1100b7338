/** Saved multipart streams of other programs: their frames and times, and how they are served. */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { ChildProgram } from "../support/child_program.ts";
import { memoryFile } from "../support/memory_file.ts";
import { startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { pixelsByFfmpeg, run } from "./pixels.ts";

const FFMPEG = ["-nostdin", "-loglevel", "error", "-y"];
const SOURCE = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=2"];
const ENCODING = ["-pix_fmt", "yuvj420p", "-q:v", "4"];
const GST_SOURCE = ["videotestsrc", "num-buffers=50", "!", "video/x-raw,format=I420,width=160,height=120"];

const WRITERS: readonly (readonly [name: string, write: (path: string) => Promise<unknown>])[] = [
  ["ffmpeg -f mpjpeg", (path) => run("ffmpeg", [...FFMPEG, ...SOURCE, ...ENCODING, "-f", "mpjpeg", path])],
  [
    "GStreamer's multipartmux",
    (path) =>
      run("gst-launch-1.0", [
        "-q",
        ...GST_SOURCE,
        "!",
        "jpegenc",
        "!",
        "multipartmux",
        "!",
        "filesink",
        `location=${path}`,
      ]),
  ],
];

/** The frames that are found in a file, and their times. */
async function read(path: string) {
  const bytes = await Deno.readFile(path);
  const { count, locate, format, problem, times } = await indexFile(memoryFile(bytes));
  const all = Array.from({ length: count }, (_, at) => at);
  return {
    format,
    problem,
    frames: all.map((at) => bytes.slice(locate(at).offset, locate(at).offset + locate(at).lengthBytes)),
    timesUs: times && all.map((at) => times.timesUs.at(at)),
  };
}

for (const [name, write] of WRITERS) {
  peerTest(`what ${name} writes: each frame, byte for byte, and pixel for pixel when it is served`, [
    "ffmpeg",
    "gst-launch-1.0",
  ], async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "saved");
    const theirs = join(directory.path, "theirs");
    await write(path);
    await Deno.mkdir(theirs);
    const copy = ["-c:v", "copy", "-f", "image2", "-fps_mode", "passthrough", join(theirs, "%04d.jpg")];
    await run("ffmpeg", [...FFMPEG, "-f", "mpjpeg", "-i", path, ...copy]);
    const names = [...Deno.readDirSync(theirs)].map(({ name }) => name).sort();
    const frames = names.map((name) => Deno.readFileSync(join(theirs, name)));
    assertEquals(await read(path), { format: "multipart", problem: undefined, frames, timesUs: undefined });
    assertEquals(frames.length, 50);
    await using server = await startOurServer({ root: directory.path, args: ["--fps", "25"] });
    const all = ["-fps_mode", "passthrough"];
    const url = `rtsp://127.0.0.1:${server.port}/saved`;
    const played = await pixelsByFfmpeg(["-rtsp_transport", "tcp", "-i", url, ...all]);
    assertEquals(played, await pixelsByFfmpeg(["-f", "mpjpeg", "-i", path, ...all]));
  });
}

/** The response of a camera program to `GET /stream`, until it has so many parts. */
async function saveStream(port: number, parts: number): Promise<Uint8Array> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode("GET /stream HTTP/1.0\r\n\r\n"));
  const chunks: Uint8Array[] = [];
  let text = "";
  const decoder = new TextDecoder("latin1");
  for await (const chunk of conn.readable) {
    chunks.push(chunk.slice());
    text += decoder.decode(chunk);
    if (text.split("X-Timestamp").length > parts) break;
  }
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

peerTest("what ustreamer sends: frames at the times that it tells", ["ustreamer"], async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "saved");
  const port = reservePort();
  // Without a camera it sends a picture that says so.
  await using ustreamer = new ChildProgram("ustreamer", {
    args: ["--device", "/dev/nonexistent", "--host", "127.0.0.1", "--port", String(port)],
  });
  await ustreamer.waitForLine(/Starting HTTP eventloop/);
  const bytes = await saveStream(port, 4);
  await Deno.writeFile(path, bytes);
  const { format, frames, timesUs } = await read(path);
  const stamps = [...new TextDecoder("latin1").decode(bytes).matchAll(/X-Timestamp: ([\d.]+)/g)]
    .map(([, seconds]) => Math.round(Number(seconds) * 1e6));
  assertEquals(timesUs, stamps.slice(0, frames.length).map((stamp) => stamp - stamps[0]));
  assertEquals([format, frames.length >= 3], ["multipart", true]);
});
