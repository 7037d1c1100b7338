/**
 * The matrix of RFC 2435: JPEGs of cjpeg, cut into packets here in every way that the RFC allows, come out of our end with the
 * pixels that an independent decoder finds in the source.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { Size } from "../../rtp/jpeg/jpeg_payload.ts";
import { depacketize, packetsOf } from "../support/jpeg_packets.ts";
import { extensionData, splitJpeg } from "../support/jpeg_segments.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { pixelsByFfmpeg, run } from "./pixels.ts";

const FRAGMENT_BYTES = 700;

/** How a picture is made, and how it travels. */
interface Cell {
  readonly title: string;
  /** Default 320x240. */
  readonly size?: string;
  /** For cjpeg. */
  readonly options: readonly string[];
  readonly type: number;
  readonly q: number;
  /** Bytes of quantization tables: 128 by default; 0 where the Q stands for them. */
  readonly tables?: 0 | 64 | 128 | 192 | 256;
  readonly typeSpecific?: number;
  /** Leaves EOI on the data. */
  readonly keepsEnd?: boolean;
  /** Cuts at restart markers, and says so (RFC 2435, 3.1.7). */
  readonly cutsAtRestarts?: boolean;
  /** Where a size of 0 comes from. */
  readonly sizeFrom?: "sdp" | "onvif";
}

const CELLS: readonly Cell[] = [
  { title: "Q 255, 4:2:0", options: ["-sample", "2x2"], type: 1, q: 255 },
  { title: "Q 255, 4:2:2", options: ["-sample", "2x1"], type: 0, q: 255 },
  { title: "Q 128", options: ["-sample", "2x2", "-quality", "30"], type: 1, q: 128 },
  { title: "Q 254", options: ["-sample", "2x1", "-quality", "95"], type: 0, q: 254 },
  { title: "64 bytes of tables", options: ["-qslots", "0", "-quality", "60"], type: 1, q: 255, tables: 64 },
  { title: "192 bytes of tables", options: ["-quality", "60"], type: 1, q: 255, tables: 192 },
  { title: "tables of 16 bits", options: ["-quality", "60"], type: 1, q: 255, tables: 256 },
  { title: "restart markers, 4:2:0", options: ["-sample", "2x2", "-restart", "3B"], type: 65, q: 255 },
  { title: "restart markers, 4:2:2", options: ["-sample", "2x1", "-restart", "1"], type: 64, q: 255 },
  {
    title: "packets cut at restart markers",
    options: ["-sample", "2x2", "-restart", "2B"],
    type: 65,
    q: 255,
    cutsAtRestarts: true,
  },
  { title: "EOI left on", options: ["-sample", "2x2"], type: 1, q: 255, keepsEnd: true },
  ...["37x19", "333x217", "1x1", "17x8"].flatMap((size) => [
    { title: `odd sizes, 4:2:0, ${size}`, size, options: ["-sample", "2x2"], type: 1, q: 255 },
    { title: `odd sizes, 4:2:2, ${size}`, size, options: ["-sample", "2x1"], type: 0, q: 255 },
  ]),
  { title: "2040 pixels across", size: "2040x16", options: ["-sample", "2x2"], type: 1, q: 255 },
  ...(["sdp", "onvif"] as const).map((sizeFrom) => (
    { title: `3000x2050, from ${sizeFrom}`, size: "3000x2050", options: ["-sample", "2x2"], type: 1, q: 255, sizeFrom }
  )),
  ...[1, 2, 3].map((typeSpecific) => (
    { title: `a field, type-specific ${typeSpecific}`, options: ["-sample", "2x2"], type: 1, q: 255, typeSpecific }
  )),
];

/** The path of a picture with edges, gradients and noise. */
async function drawPicture(directory: string, size: string): Promise<string> {
  const picture = join(directory, "in.ppm");
  await run("ffmpeg", [
    ...["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", `testsrc=size=${size},noise=alls=20:all_seed=1`],
    ...["-frames:v", "1", picture],
  ]);
  return picture;
}

/** A picture as JPEG, and its bytes. */
async function encodePicture(picture: string, path: string, options: readonly string[]): Promise<Uint8Array> {
  await run("cjpeg", [...options, "-outfile", path, picture]);
  return await Deno.readFile(path);
}

/** The payloads, cut by the letter of the RFC and by nothing of the product. */
function cut(jpeg: Uint8Array, cell: Cell, { width, height }: Size): Uint8Array[] {
  const { segments, scan: bare } = splitJpeg(jpeg);
  const scan = cell.keepsEnd ? Uint8Array.of(...bare, 0xff, 0xd9) : bare;
  const tables = segments.filter(({ marker }) => marker === 0xdb).map(({ bytes }) => [...bytes.subarray(5)]);
  const chosen: Record<number, number[]> = {
    0: [],
    64: tables[0],
    128: [...tables[0], ...tables.at(-1)!],
    192: [...tables[0], ...tables.at(-1)!, ...tables.at(-1)!],
    256: [...tables[0], ...tables.at(-1)!].flatMap((value) => [0, value]),
  };
  const quantTables = chosen[cell.tables ?? 128];
  const interval = segments.find(({ marker }) => marker === 0xdd)?.bytes.subarray(4) ?? [];
  const eights = cell.sizeFrom === undefined ? [Math.ceil(width / 8), Math.ceil(height / 8)] : [0, 0];
  return placesOf(scan, cell.cutsAtRestarts ?? false).map(({ start, end, intervals }) =>
    Uint8Array.from([
      ...[cell.typeSpecific ?? 0, start >> 16, start >> 8 & 255, start & 255, cell.type, cell.q, ...eights],
      ...(interval.length === 0 ? [] : [...interval, intervals >> 8, intervals & 255]),
      ...(start > 0 || cell.q < 128 ? [] : [
        ...[0, cell.tables === 256 ? 0b11 : 0, quantTables.length >> 8, quantTables.length & 255],
        ...quantTables,
      ]),
      ...scan.subarray(start, end),
    ])
  );
}

/** Where packets begin and end, and their F, L and Restart Count. */
function placesOf(scan: Uint8Array, atRestarts: boolean): { start: number; end: number; intervals: number }[] {
  const starts = Array.from({ length: Math.ceil(scan.length / FRAGMENT_BYTES) }, (_, index) => index * FRAGMENT_BYTES);
  if (!atRestarts) {
    return starts.map((start) => ({ start, end: Math.min(start + FRAGMENT_BYTES, scan.length), intervals: 0xffff }));
  }
  // An interval ends behind its RST; each is cut in two: the first half has F, the second L.
  const ends = [...scan.keys()].filter((at) => scan[at - 2] === 0xff && scan[at - 1] >= 0xd0 && scan[at - 1] <= 0xd7);
  return [...ends, scan.length].flatMap((end, index) => {
    const start = index === 0 ? 0 : ends[index - 1];
    const middle = start + ((end - start) >> 1);
    return [{ start, end: middle, intervals: 0x8000 | index }, { start: middle, end, intervals: 0x4000 | index }];
  });
}

/** The luma of what is within the picture's size: senders round sizes up to eights, and nobody crops. */
function lumaWithin({ width, height }: Size): string[] {
  return ["-vf", `extractplanes=y,crop=${width}:${height}:0:0`];
}

for (const cell of CELLS) {
  peerTest(`RTP/JPEG keeps every pixel: ${cell.title}`, ["ffmpeg", "cjpeg"], async () => {
    await using directory = await temporaryDirectory();
    const { size = "320x240", options } = cell;
    const [width, height] = size.split("x").map(Number);
    const path = join(directory.path, "in.jpg");
    const jpeg = await encodePicture(await drawPicture(directory.path, size), path, options);
    const sent = packetsOf([cut(jpeg, cell, { width, height })]).map((packet, index) => ({
      ...packet,
      extension: cell.sizeFrom === "onvif" && index === 0
        ? { profile: 0xffd8, data: extensionData(jpeg, [0xc0]) }
        : undefined,
    }));
    const [frame, ...rest] = depacketize(sent, {
      maxFrameBytes: 16_000_000,
      dimensions: cell.sizeFrom === "sdp" ? { width, height } : undefined,
    });
    assertEquals([typeof frame, rest], ["object", []]);
    const received = join(directory.path, "out.jpg");
    await Deno.writeFile(received, frame as Uint8Array);
    const isRounded = width % 8 !== 0 || height % 8 !== 0;
    const filter = isRounded && cell.sizeFrom === undefined ? lumaWithin({ width, height }) : [];
    assertEquals(await pixelsByFfmpeg(["-i", received, ...filter]), await pixelsByFfmpeg(["-i", path, ...filter]));
  });
}

peerTest(
  "RTP/JPEG keeps every pixel with the computed tables of each Q from 1 to 99",
  ["ffmpeg", "cjpeg"],
  async () => {
    await using directory = await temporaryDirectory();
    const picture = await drawPicture(directory.path, "64x48");
    for (let q = 1; q <= 99; q++) {
      const options = ["-sample", q % 2 === 0 ? "2x1" : "2x2", "-quality", String(q), "-baseline"];
      // cjpeg scales Annex K's tables by the formula of RFC 2435, appendix A.
      const number = String(q).padStart(2, "0");
      const jpeg = await encodePicture(picture, join(directory.path, `sent-${number}.jpg`), options);
      const cell = { title: "", options, type: q % 2 === 0 ? 0 : 1, q };
      const [frame] = depacketize(packetsOf([cut(jpeg, cell, { width: 64, height: 48 })]));
      await Deno.writeFile(join(directory.path, `received-${number}.jpg`), frame as Uint8Array);
    }
    const pixels = (name: string) =>
      pixelsByFfmpeg(["-f", "image2", "-start_number", "1", "-i", join(directory.path, `${name}-%02d.jpg`)]);
    const received = await pixels("received");
    assertEquals([received.length, received], [99, await pixels("sent")]);
  },
);
