/** Photos as cameras write them, one after the other, alone and in folders: each is one frame, whatever pictures it has inside. */
import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { fromFileUrl, join } from "@std/path";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { memoryFile } from "../support/memory_file.ts";
import { startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { pixelsByFfmpeg, run } from "./pixels.ts";

/** Debian's Python has Pillow. */
const PYTHON = "/usr/bin/python3";
const PHOTOS = 12;
const ALL = ["-fps_mode", "passthrough"];

async function makePhotos(folder: string): Promise<void> {
  await run(PYTHON, [fromFileUrl(import.meta.resolve("./photos.py")), folder]);
}

/** The pixels of single photos, as ffmpeg sees their first picture. */
async function pixelsOf(paths: readonly string[]): Promise<string[]> {
  const pixels = await Promise.all(paths.map((path) => pixelsByFfmpeg(["-i", path, "-frames:v", "1"])));
  return pixels.flat();
}

peerTest(
  "photos one after the other are as many frames: no thumbnail and no other picture is one",
  [PYTHON],
  async () => {
    await using directory = await temporaryDirectory();
    await makePhotos(directory.path);
    for (const kind of ["exif", "mpo", "both"]) {
      const read = (number: number) => Deno.readFileSync(join(directory.path, `${kind}-${number}.jpg`));
      const photos = Array.from({ length: PHOTOS }, (_, number) => read(number));
      for (const some of [photos.slice(0, 1), photos]) {
        const { count, locate, problem } = await indexFile(memoryFile(concat(some)));
        const starts = some.map((_, at) => some.slice(0, at).reduce((sum, { length }) => sum + length, 0));
        assertEquals([count, problem], [some.length, undefined], kind);
        assertEquals(some.map((_, at) => locate(at).offset), starts, kind);
      }
    }
  },
);

peerTest(
  "serve: a folder of photos with gaps between their numbers is played in order",
  [PYTHON, "ffmpeg"],
  async () => {
    await using directory = await temporaryDirectory();
    const folder = join(directory.path, "photos");
    await Deno.mkdir(folder);
    await makePhotos(directory.path);
    // In the order of their names as texts, 10 stands in front of 2.
    const chosen = ["exif-0", "exif-2", "mpo-3", "both-7", "exif-9", "mpo-10", "both-11"];
    for (const name of chosen) {
      const [, number] = name.split("-");
      await Deno.copyFile(join(directory.path, `${name}.jpg`), join(folder, `DSC_${number}.JPG`));
    }
    const expected = await pixelsOf(chosen.map((name) => join(directory.path, `${name}.jpg`)));
    await using server = await startOurServer({ root: directory.path });
    const url = `rtsp://127.0.0.1:${server.port}/photos`;
    assertEquals(await pixelsByFfmpeg(["-rtsp_transport", "tcp", "-i", url, ...ALL]), expected);
  },
);

peerTest(
  "serve: one photo is a still, which is shown for as long as somebody watches",
  ["convert", "ffmpeg"],
  async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "photo.jpg");
    await run("convert", ["-size", "160x120", "plasma:red-blue", "-sampling-factor", "4:2:0", path]);
    const [pixels] = await pixelsOf([path]);
    await using server = await startOurServer({ root: directory.path });
    const url = `rtsp://127.0.0.1:${server.port}/photo.jpg`;
    const three = ["-frames:v", "3", ...ALL];
    assertEquals(await pixelsByFfmpeg(["-rtsp_transport", "tcp", "-i", url, ...three]), [pixels, pixels, pixels]);
  },
);
