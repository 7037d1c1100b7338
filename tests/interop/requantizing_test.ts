/** Frames that are requantized for slow networks, as libjpeg and ffmpeg see them. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { COARSEST_LEVEL, requantizeJpeg } from "../../mjpeg/conditioning/requantizing.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { run } from "./pixels.ts";

/** So much worse than re-encoding a picture may be, in dB. */
const TOLERANCE_DB = 1;

/** Where each value of a table in zig-zag order stands line by line (T.81, figure A.6). */
const NATURAL = [
  ...[
    0,
    1,
    8,
    16,
    9,
    2,
    3,
    10,
    17,
    24,
    32,
    25,
    18,
    11,
    4,
    5,
    12,
    19,
    26,
    33,
    40,
    48,
    41,
    34,
    27,
    20,
    13,
    6,
    7,
    14,
    21,
    28,
  ],
  ...[
    35,
    42,
    49,
    56,
    57,
    50,
    43,
    36,
    29,
    22,
    15,
    23,
    30,
    37,
    44,
    51,
    58,
    59,
    52,
    45,
    38,
    31,
    39,
    46,
    53,
    60,
    61,
    54,
    47,
    55,
  ],
  ...[62, 63],
];

/** Tables as `cjpeg -qtables` reads them. */
function tableFile(tables: readonly Uint8Array[]): string {
  return tables.map((table) => {
    const values: number[] = [];
    for (const [index, value] of table.entries()) values[NATURAL[index]] = value;
    return values.join(" ");
  }).join("\n");
}

/** The peak signal-to-noise ratio of two decoded pictures (binary PPM of one size), in dB. */
function psnr(one: Uint8Array, other: Uint8Array): number {
  assertEquals(one.length, other.length);
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] - other[at]) ** 2;
  return 10 * Math.log10(255 ** 2 * one.length / sum);
}

const PICTURES = ["mandelbrot=s=640x360,noise=alls=6", "testsrc2=s=333x217"];

for (const picture of PICTURES) {
  peerTest(
    `requantized frames look as good as frames re-encoded with the same tables: ${picture}`,
    ["ffmpeg", "djpeg", "cjpeg"],
    async () => {
      await using directory = await temporaryDirectory();
      const path = (name: string) => join(directory.path, name);
      const quiet = ["-nostdin", "-y", "-loglevel", "error"];
      await run("ffmpeg", [
        ...[...quiet, "-f", "lavfi", "-i", picture, "-frames:v", "1", "-pix_fmt", "yuvj420p", "-q:v", "3"],
        ...["-f", "mjpeg", path("before.jpg")],
      ]);
      /** Decoded by libjpeg. */
      const decode = async (name: string) => {
        await run("djpeg", ["-ppm", "-outfile", path(`${name}.ppm`), path(name)]);
        return await Deno.readFile(path(`${name}.ppm`));
      };
      const before = await decode("before.jpg");
      const jpeg = await Deno.readFile(path("before.jpg"));
      let lastBytes = conditionJpeg(jpeg).scan.length;
      for (let level = 1; level <= COARSEST_LEVEL; level++) {
        const requantized = requantizeJpeg(jpeg, level);
        await Deno.writeFile(path("ours.jpg"), rebuildJpeg(requantized));
        await Deno.writeTextFile(path("tables"), tableFile(requantized.quantTables));
        await run("cjpeg", [
          ...["-qtables", path("tables"), "-qslots", "0,1,1", "-sample", "2x2", "-baseline"],
          ...["-outfile", path("theirs.jpg"), path("before.jpg.ppm")],
        ]);
        const [ours, theirs] = [psnr(before, await decode("ours.jpg")), psnr(before, await decode("theirs.jpg"))];
        assert(ours > theirs - TOLERANCE_DB, `level ${level}: ${ours} dB, re-encoded ${theirs} dB`);
        assert(requantized.scan.length < lastBytes, `level ${level}: ${requantized.scan.length} of ${lastBytes} bytes`);
        lastBytes = requantized.scan.length;
        assertEquals(await run("ffmpeg", [...quiet, "-xerror", "-i", path("ours.jpg"), "-f", "null", "-"]), "");
      }
    },
  );
}
