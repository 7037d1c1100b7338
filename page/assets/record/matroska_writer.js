/*
 * Writes Matroska files (RFC 9559) with Motion-JPEG as it comes, each frame at its own time, and with sound beside it. Nothing is
 * written twice but the head, once the end is known: a file without that plays all the same.
 *
 *     EBML, Segment ( SeekHead, Info, Tracks, Cluster ( Timestamp, SimpleBlock, SimpleBlock, … ), Cluster ( … ), …, Cues )
 *
 * In the head of a file that is not finished there is room where SeekHead and the duration will stand.
 */

// @ts-check

import { ascii, element, elementHeader, float64, joined, openHeader, room, uint, uint64 } from "./ebml.js";

/** A number of a track. @typedef {1 | 2} Track */
/**
 * What is in the file: the size of the first frame in pixels, and the sound, whose samples have 16 bits.
 *
 * @typedef {{ width: number, height: number, sound?: { sampleRate: number, channels: number } }} Content
 */

/** @type {Track} */
export const VIDEO = 1;
/** @type {Track} */
export const SOUND = 2;

/** A cluster is written after so long, in milliseconds, or with so many bytes: what is not written is lost with the page. */
const CLUSTER_MS = 1000;
const CLUSTER_BYTES = 4 * 1024 * 1024;
/** How far from its cluster a block may be, in milliseconds: its time has 16 bits. */
const MAX_OFFSET_MS = 30_000;
/** A unit of time is a millisecond, in nanoseconds. */
const TIMESTAMP_SCALE_NS = 1_000_000;
const KEYFRAME = 0x80;
/** How long the last frame lasts where it is the only one, in milliseconds. */
const USUAL_FRAME_MS = 40;

const SEEK_HEAD = 0x114d9b74;
const INFO = 0x1549a966;
const TRACKS = 0x1654ae6b;
const CUES = 0x1c53bb6b;
const DURATION_BYTES = 11;

/** A file that grows. Whoever writes it takes the bytes in the order in which they are given. */
export class MatroskaWriter {
  #content;
  /** Bytes that were given, and where the segment begins. */
  #bytes = 0;
  #segmentAt = 0;
  /** @type {{ startMs: number, lengthBytes: number, blocks: Uint8Array[] } | undefined} */
  #cluster;
  /** @type {{ timeMs: number, offset: number }[]} */
  #clusters = [];
  #lastMs = 0;
  #frameMs = USUAL_FRAME_MS;

  /** @param {Content} content */
  constructor(content) {
    this.#content = content;
  }

  /** The head of the file. @returns {Uint8Array[]} */
  begin() {
    const head = this.#head();
    this.#bytes = head.length;
    return [head];
  }

  /**
   * The next frame, or samples. Returns what is to be written now.
   *
   * @param {Track} track
   * @param {{ timeMs: number, data: Uint8Array }} block From 0 on; frames in the order of their times.
   * @returns {Uint8Array[]}
   */
  add(track, { timeMs, data }) {
    const time = Math.round(timeMs);
    const written = this.#isFull(track, time) ? this.#endCluster() : [];
    const cluster = this.#cluster ??= { startMs: time, lengthBytes: 0, blocks: [] };
    const head = new Uint8Array(4);
    head[0] = 0x80 | track;
    new DataView(head.buffer).setInt16(1, time - cluster.startMs);
    head[3] = KEYFRAME;
    const blocks = [elementHeader(0xa3, head.length + data.length), head, data];
    cluster.blocks.push(...blocks);
    cluster.lengthBytes += lengthOf(blocks);
    if (track === VIDEO) {
      this.#frameMs = time > this.#lastMs ? time - this.#lastMs : this.#frameMs;
      this.#lastMs = time;
    }
    return written;
  }

  /** The end of the file, and what its head becomes, in as many bytes. @returns {{ tail: Uint8Array[], head: Uint8Array }} */
  end() {
    const tail = this.#endCluster();
    const cuesAt = this.#bytes - this.#segmentAt;
    const cues = element(CUES, this.#clusters.map(cuePoint));
    this.#bytes += cues.length;
    const head = this.#head({ cuesAt, durationMs: this.#lastMs + this.#frameMs });
    return { tail: [...tail, cues], head };
  }

  /** @param {Track} track @param {number} timeMs */
  #isFull(track, timeMs) {
    if (this.#cluster === undefined) return false;
    const { startMs, lengthBytes } = this.#cluster;
    const offsetMs = timeMs - startMs;
    if (Math.abs(offsetMs) > MAX_OFFSET_MS) return true;
    return track === VIDEO && (offsetMs >= CLUSTER_MS || lengthBytes > CLUSTER_BYTES);
  }

  /** @returns {Uint8Array[]} */
  #endCluster() {
    if (this.#cluster === undefined) return [];
    const { startMs, lengthBytes, blocks } = this.#cluster;
    this.#cluster = undefined;
    const timestamp = element(0xe7, [uint(startMs)]);
    const parts = [elementHeader(0x1f43b675, timestamp.length + lengthBytes), timestamp, ...blocks];
    this.#clusters.push({ timeMs: startMs, offset: this.#bytes - this.#segmentAt });
    this.#bytes += lengthOf(parts);
    return parts;
  }

  /** @param {{ cuesAt: number, durationMs: number }} [end] Once it is known. */
  #head(end) {
    const ebml = element(0x1a45dfa3, [
      element(0x4286, [uint(1)]),
      element(0x42f7, [uint(1)]),
      element(0x42f2, [uint(4)]),
      element(0x42f3, [uint(8)]),
      element(0x4282, [ascii("matroska")]),
      element(0x4287, [uint(4)]),
      element(0x4285, [uint(2)]),
    ]);
    const info = element(INFO, [
      element(0x2ad7b1, [uint(TIMESTAMP_SCALE_NS)]),
      end === undefined ? room(DURATION_BYTES) : element(0x4489, [float64(end.durationMs)]),
      element(0x4d80, [ascii("mjpegrtsp")]),
      element(0x5741, [ascii("mjpegrtsp")]),
    ]);
    const tracks = element(TRACKS, tracksOf(this.#content));
    const lengthOfSeekHead = seekHead({ infoAt: 0, tracksAt: 0, cuesAt: 0 }).length;
    const [infoAt, tracksAt] = [lengthOfSeekHead, lengthOfSeekHead + info.length];
    const index = end === undefined ? room(lengthOfSeekHead) : seekHead({ infoAt, tracksAt, cuesAt: end.cuesAt });
    this.#segmentAt = ebml.length + openHeader(0x18538067).length;
    const segment = openHeader(0x18538067, end === undefined ? undefined : this.#bytes - this.#segmentAt);
    return joined([ebml, segment, index, info, tracks]);
  }
}

/** @param {{ infoAt: number, tracksAt: number, cuesAt: number }} places From the beginning of the segment. */
function seekHead({ infoAt, tracksAt, cuesAt }) {
  const entries = [[INFO, infoAt], [TRACKS, tracksAt], [CUES, cuesAt]];
  return element(
    SEEK_HEAD,
    entries.map(([id, at]) => element(0x4dbb, [element(0x53ab, [uint(id)]), element(0x53ac, [uint64(at)])])),
  );
}

/** @param {{ timeMs: number, offset: number }} cluster */
function cuePoint({ timeMs, offset }) {
  const positions = element(0xb7, [element(0xf7, [uint(VIDEO)]), element(0xf1, [uint(offset)])]);
  return element(0xbb, [element(0xb3, [uint(timeMs)]), positions]);
}

/** @param {Content} content */
function tracksOf({ width, height, sound }) {
  const video = element(0xe0, [element(0xb0, [uint(width)]), element(0xba, [uint(height)])]);
  const tracks = [trackOf({ number: VIDEO, kind: 1, codec: "V_MJPEG", details: video })];
  if (sound === undefined) return tracks;
  const audio = element(0xe1, [
    element(0xb5, [float64(sound.sampleRate)]),
    element(0x9f, [uint(sound.channels)]),
    element(0x6264, [uint(16)]),
  ]);
  return [...tracks, trackOf({ number: SOUND, kind: 2, codec: "A_PCM/INT/LIT", details: audio })];
}

/** @param {{ number: number, kind: number, codec: string, details: Uint8Array }} track */
function trackOf({ number, kind, codec, details }) {
  return element(0xae, [
    element(0xd7, [uint(number)]),
    element(0x73c5, [uint(number)]),
    element(0x83, [uint(kind)]),
    element(0x9c, [uint(0)]),
    element(0x86, [ascii(codec)]),
    details,
  ]);
}

/** @param {readonly Uint8Array[]} parts */
function lengthOf(parts) {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
