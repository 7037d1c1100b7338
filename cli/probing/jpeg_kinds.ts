/**
 * The kinds of JPEGs in a stream, and how they are told to people.
 *
 * @module
 */

import { LAB_FRAME_MAX_BYTES } from "../../mjpeg/containers/streams/lab_header.ts";
import { withEoi } from "../../mjpeg/jpeg/whole_jpeg.ts";
import { fileReason } from "../../net/file_reason.ts";
import { type JpegReport, reportJpeg } from "../../rtp/jpeg/jpeg_report.ts";
import { LAB_CLIENT_PAYLOAD_BYTES } from "../../rtp/lab/lab_packetizer.ts";

/** Kinds of JPEGs that are shown to people: each frame may have tables of its own. */
const MAX_SHOWN_KINDS = 5;

/** JPEGs of one kind, and how many there are. */
export type JpegKind = JpegReport & { readonly frames: number };

/** What was found in frames that were looked into. */
export interface FoundKinds {
  /** Each kind once, the most frequent first. */
  readonly jpegs: readonly JpegKind[];
  /** Frames that cannot be read, of those that were looked into, and why the first one cannot. */
  readonly damagedFrames: number;
  readonly damage: string | null;
}

/** A line for people: what it is about, and what there is to say. */
export type Line = readonly [what: string, value: string];

/** Sorts JPEGs by their kinds. */
export class JpegKinds {
  readonly #kinds = new Map<string, { readonly report: JpegReport; frames: number }>();
  #damagedFrames = 0;
  #damage: string | null = null;

  /** Looks into the frame of that number, from 1, as soon as it has been read. */
  async add(number: number, read: () => Uint8Array | Promise<Uint8Array>): Promise<void> {
    try {
      const report = reportJpeg(withEoi(await read()));
      const key = JSON.stringify(report);
      const kind = this.#kinds.get(key);
      if (kind === undefined) this.#kinds.set(key, { report, frames: 1 });
      else kind.frames++;
    } catch (error) {
      this.#damagedFrames++;
      this.#damage ??= `frame ${number}: ${fileReason(error)}`;
    }
  }

  /** All that was found. */
  get found(): FoundKinds {
    const kinds = [...this.#kinds.values()].toSorted((one, other) => other.frames - one.frames);
    return {
      jpegs: kinds.map(({ report, frames }) => ({ ...report, frames })),
      damagedFrames: this.#damagedFrames,
      damage: this.#damage,
    };
  }
}

/** The lines that tell of the kinds. */
export function describeKinds({ jpegs, damagedFrames }: FoundKinds): Line[] {
  const looked = jpegs.reduce((sum, { frames }) => sum + frames, damagedFrames);
  const isAlone = jpegs.length === 1 && damagedFrames === 0;
  const others = jpegs.length - MAX_SHOWN_KINDS;
  return [
    ...jpegs.slice(0, MAX_SHOWN_KINDS).map((jpeg): Line => [
      "JPEG",
      `${describeJpeg(jpeg)}${isAlone ? "" : ` (${jpeg.frames} of ${looked} frames)`}`,
    ]),
    ...(others > 0 ? [["", `and ${others} other kinds (--json)`] as const] : []),
  ];
}

/** The line that tells of frames that cannot be read, if there are any. */
export function describeDamage({ jpegs, damagedFrames, damage }: FoundKinds): Line[] {
  const looked = jpegs.reduce((sum, { frames }) => sum + frames, damagedFrames);
  return damage === null ? [] : [["damaged", `${damagedFrames} of ${looked} frames; ${damage}`]];
}

/** What RTP/JPEG makes of the kinds. */
export function describeRtp(jpegs: readonly JpegKind[]): string {
  const parts = jpegs.map(({ rtp, reason }) => {
    if (rtp === "as it is") return "as it is";
    if (rtp === "transcoded") return "transcoded without loss";
    return rtp === "re-encoded" ? `with serve --reencode, since ${reason}` : `no: ${reason}`;
  });
  return [...new Set(parts)].join("; ") || "no: none of its frames can be read";
}

/** What plain lab clients make of frames of up to so many bytes. */
export function describeLab(largestFrameBytes: number): string {
  if (largestFrameBytes <= LAB_CLIENT_PAYLOAD_BYTES) return "yes";
  const advice = "make it smaller: ffmpeg -i IN -q:v 12 -s 640x360 -pix_fmt yuvj420p -f mjpeg OUT";
  const format = largestFrameBytes > LAB_FRAME_MAX_BYTES
    ? `; a file in the lab's format has no room for more than ${LAB_FRAME_MAX_BYTES}`
    : "";
  return `no: they read ${LAB_CLIENT_PAYLOAD_BYTES} bytes a frame${format} (${advice})`;
}

/** Lines under a title, as they are printed. */
export function layOut(title: string, lines: readonly Line[]): string[] {
  return [title, ...lines.map(([what, value]) => `  ${what.padEnd(18)}${value}`)];
}

function describeJpeg({ width, height, coding, sampling, q, huffman, restartInterval }: JpegReport): string {
  const tables = q === undefined ? "quantization tables of its own" : `Q ${q}`;
  const restarts = restartInterval === 0 ? "" : `, a restart marker every ${restartInterval} MCUs`;
  return `${width}x${height}, ${coding}, ${sampling}, ${tables}, ${huffman} Huffman tables${restarts}`;
}
