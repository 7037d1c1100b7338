/** `serve --follow`: files and folders that are being written, by others and by our own recorder, are played on as they grow. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { encodeHex } from "@std/encoding/hex";
import { join } from "@std/path";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { ChildProgram } from "../support/child_program.ts";
import { memoryFile } from "../support/memory_file.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { until } from "../support/until.ts";

const FPS = 10;
/** Frames that are written, and that viewers wait for: more than there are when they come. */
const WRITTEN = 60;
const WATCHED = 40;

/** Starts a program that writes a file or a folder for some seconds. */
type Write = (path: string) => ChildProgram;

/** ffmpeg at its source's pace; `output` are its arguments for the format. */
function byFfmpeg(...output: readonly string[]): Write {
  return (path) => {
    const source = ["-f", "lavfi", "-i", `testsrc2=size=160x120:rate=${FPS}`, "-frames:v", String(WRITTEN)];
    const video = ["-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-huffman", "default", "-q:v", "4"];
    const args = ["-nostdin", "-loglevel", "error", "-re", ...source, ...video, "-flush_packets", "1", ...output];
    return new ChildProgram("ffmpeg", { args: args.map((arg) => arg === "OUT" ? path : arg) });
  };
}

const WRITERS: readonly (readonly [name: string, file: string, write: Write])[] = [
  ["concatenated JPEGs", "movie.mjpg", byFfmpeg("-f", "mjpeg", "OUT")],
  ["a multipart stream", "movie", byFfmpeg("-f", "mpjpeg", "OUT")],
  ["an AVI file of ffmpeg", "movie.avi", byFfmpeg("-f", "avi", "OUT")],
  ["a folder", "frames", (path) => {
    Deno.mkdirSync(path);
    return byFfmpeg("-f", "image2", join(path, "%d.jpg"))(path);
  }],
];

/** The frames of a file or a folder, whole. */
async function read(path: string): Promise<Uint8Array[]> {
  if ((await Deno.stat(path)).isDirectory) {
    const names = [...Deno.readDirSync(path)].map(({ name }) => name);
    const numberOf = (name: string) => Number(/\d+/.exec(name)![0]);
    const inOrder = names.sort((one, other) => numberOf(one) - numberOf(other));
    return inOrder.map((name) => Deno.readFileSync(join(path, name)));
  }
  const bytes = await Deno.readFile(path);
  const { count, locate } = await indexFile(memoryFile(bytes));
  return Array.from({ length: count }, (_, at) => {
    const { offset, lengthBytes } = locate(at);
    return bytes.slice(offset, offset + lengthBytes);
  });
}

/** How many whole frames there are by now. */
async function count(path: string): Promise<number> {
  try {
    return (await read(path)).length;
  } catch {
    // There is no file, or no frame in it.
    return 0;
  }
}

/** Watches until so many frames have come; the numbers of those in the file. */
async function watch(target: readonly string[], out: string, frames: () => Promise<Uint8Array[]>): Promise<number[]> {
  const args = ["play", ...target, "--no-preview", "--no-reconnect", "--frames", String(WATCHED), "--out", out];
  await using player = startOurs(args, { write: true });
  const { code, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
  const numbers = new Map((await frames()).flatMap((frame, at) => [
    [encodeHex(frame), at] as const,
    [encodeHex(rebuildJpeg(conditionJpeg(frame))), at] as const,
  ]));
  return (await read(out)).map((frame) => numbers.get(encodeHex(frame)) ?? -1);
}

const ALL = Array.from({ length: WATCHED }, (_, at) => at);

for (const [name, file, write] of WRITERS) {
  peerTest(`serve --follow: ${name} that is being written is played on as it grows`, ["ffmpeg"], async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, file);
    await using writer = write(path);
    await until(async () => await count(path) >= 3);
    await using server = await startOurServer({ root: directory.path, args: ["--follow", "--fps", String(FPS)] });
    assert(await count(path) < WATCHED, "the viewers are to come to the end of what there is");
    const url = `rtsp://127.0.0.1:${server.port}/${file}`;
    const whole = async () => {
      await writer.exit();
      return await read(path);
    };
    const [overTcp, lab] = await Promise.all([
      watch([url, "--transport", "tcp"], join(directory.path, "tcp/"), whole),
      watch(["127.0.0.1", String(server.port), String(reservePort()), file], join(directory.path, "lab/"), whole),
    ]);
    assertEquals([overTcp, lab], [ALL, ALL]);
  });
}

for (const file of ["recording.avi", "recording.mjpeg"]) {
  Deno.test(`serve --follow: ${file} of our own recorder is played on while it is recorded`, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, file);
    await using server = await startOurServer({ root: directory.path, args: ["--follow"] });
    const recorded = ["play", `rtsp://127.0.0.1:${server.port}/testsrc`, "--transport", "tcp"];
    await using recorder = startOurs([...recorded, "--no-preview", "--out", path, "--frames", "150"], { write: true });
    await until(async () => await count(path) >= 3);
    const url = `rtsp://127.0.0.1:${server.port}/${file}`;
    const frames = async () => {
      await recorder.exit();
      return await read(path);
    };
    assertEquals(await watch([url, "--transport", "tcp"], join(directory.path, "out/"), frames), ALL);
  });
}

Deno.test("serve: without --follow, a file that is being written ends where it ended when it was asked for", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "recording.mjpeg");
  await using server = await startOurServer({ root: directory.path });
  const recorded = ["play", `rtsp://127.0.0.1:${server.port}/testsrc`, "--transport", "tcp"];
  await using recorder = startOurs([...recorded, "--no-preview", "--out", path, "--frames", "150"], { write: true });
  await until(async () => await count(path) >= 3);
  const url = `rtsp://127.0.0.1:${server.port}/recording.mjpeg`;
  await using player = startOurs(["play", url, "--transport", "tcp", "--no-preview", "--json"]);
  const { code, stdout } = await player.exit();
  assertEquals(code, 0);
  assert(JSON.parse(stdout[0]).frames < (await recorder.exit(), await count(path)));
});

Deno.test("serve: --follow does not go with --loop", async () => {
  await using program = startOurs(["serve", "--follow", "--loop"]);
  const { code, stderr } = await program.exit();
  assertEquals(code, 2);
  assertMatch(stderr.join("\n"), /--follow and --loop exclude each other/);
});
