/**
 * The sound of files that other programs write: we find the samples that ffmpeg decodes.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { findSound } from "../../mjpeg/containers/index_file.ts";
import { soundParts } from "../../mjpeg/containers/sound/stored_sound.ts";
import { SILENCE, storedBlockBytes } from "../../mjpeg/sound.ts";
import { A_LAW, MU_LAW } from "../../rtp/audio/g711.ts";
import { encodeSoundPayload } from "../../rtp/audio/sound_packetizer.ts";
import { memoryFile } from "../support/memory_file.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { run } from "./pixels.ts";

const SECONDS = 2;
const PICTURE = ["-f", "lavfi", "-i", `testsrc=size=96x72:rate=25:duration=${SECONDS}`];
const TONE = ["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=16000:duration=${SECONDS}`];
const VIDEO = ["-c:v", "mjpeg", "-huffman", "default", "-pix_fmt", "yuvj420p"];

/** The samples that we find in a file, most significant byte first. */
async function samplesOf(path: string): Promise<Uint8Array> {
  const bytes = await Deno.readFile(path);
  const sound = (await findSound(memoryFile(bytes), new AbortController().signal))!;
  const { encoding, sampleCount } = sound;
  const stored = new Uint8Array(sampleCount * storedBlockBytes(sound)).fill(SILENCE[encoding]);
  for (const { offset, lengthBytes, at } of soundParts(sound, 0, sampleCount)) {
    stored.set(bytes.subarray(offset, offset + lengthBytes), at);
  }
  if (encoding !== "mulaw" && encoding !== "alaw") return encodeSoundPayload(stored, encoding);
  const view = new DataView(new ArrayBuffer(2 * stored.length));
  const table = encoding === "mulaw" ? MU_LAW : A_LAW;
  stored.forEach((byte, index) => view.setInt16(2 * index, table[byte]));
  return new Uint8Array(view.buffer);
}

/** Those that ffmpeg decodes, as they are, and how many bytes of them there are in seconds of `sampleRate`. */
async function samplesByFfmpeg(directory: string, path: string): Promise<Uint8Array> {
  const target = join(directory, "samples");
  await run("ffmpeg", ["-nostdin", "-v", "error", "-y", "-i", path, "-map", "0:a:0", "-f", "s16be", target]);
  return await Deno.readFile(target);
}

const FILES: readonly [file: string, codec: string, ...options: string[]][] = [
  ...["pcm_s16le", "pcm_u8", "pcm_mulaw", "pcm_alaw"].map((codec) => ["movie.avi", codec] as [string, string]),
  ["movie.avi", "pcm_s16le", "-ac", "2"],
  ...["pcm_s16le", "pcm_s16be", "pcm_u8", "pcm_mulaw", "pcm_alaw"].map((codec) =>
    ["movie.mov", codec] as [string, string]
  ),
  ["movie.mov", "pcm_s16le", "-ac", "2", "-movflags", "faststart"],
  ["movie.mov", "pcm_s16be", "-movflags", "empty_moov+default_base_moof", "-frag_duration", "300000"],
  ...["pcm_s16le", "pcm_s16be", "pcm_u8", "pcm_mulaw", "pcm_alaw"].map((codec) =>
    ["movie.mkv", codec] as [string, string]
  ),
  ["movie.mkv", "pcm_s16le", "-ac", "2", "-cluster_time_limit", "100"],
  ["movie.wav", "pcm_s16le", "-ac", "2"],
  ["movie.wav", "pcm_mulaw"],
  // Without a length, and in the extensible format.
  ["movie.wav", "pcm_s16le", "-ac", "6"],
];

for (const [file, codec, ...options] of FILES) {
  peerTest(`the sound of ${[file, codec, ...options].join(" ")} has the samples that ffmpeg finds`, [
    "ffmpeg",
  ], async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, file);
    const video = file.endsWith(".wav") ? [] : VIDEO;
    const input = file.endsWith(".wav") ? TONE : [...PICTURE, ...TONE];
    await run("ffmpeg", ["-nostdin", "-v", "error", ...input, ...video, "-c:a", codec, ...options, path]);
    const samples = await samplesOf(path);
    assertEquals(samples.length > 0, true);
    assertEquals(samples, await samplesByFfmpeg(directory.path, path));
  });
}

for (const muxer of ["avimux", "qtmux", "matroskamux"]) {
  peerTest(`the sound of what GStreamer's ${muxer} writes has the samples that ffmpeg finds`, [
    ...["ffmpeg", "gst-launch-1.0"],
  ], async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "movie");
    await run("gst-launch-1.0", [
      ...["-q", muxer, "name=mux", "!", "filesink", `location=${path}`],
      ...["videotestsrc", "num-buffers=50", "!", "video/x-raw,width=96,height=72,framerate=25/1", "!"],
      ...["jpegenc", "!", "mux."],
      ...["audiotestsrc", "num-buffers=100", "samplesperbuffer=320", "!"],
      ...["audio/x-raw,format=S16LE,rate=16000,channels=1", "!", "mux."],
    ]);
    const samples = await samplesOf(path);
    assertEquals(samples, await samplesByFfmpeg(directory.path, path));
  });
}

peerTest("sound that is later than the pictures is found there", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  for (const file of ["movie.mov", "movie.mkv"]) {
    const path = join(directory.path, file);
    const late = ["-itsoffset", "0.5", ...TONE];
    await run("ffmpeg", ["-nostdin", "-v", "error", ...PICTURE, ...late, ...VIDEO, "-c:a", "pcm_s16le", path]);
    const samples = new DataView((await samplesOf(path)).slice().buffer);
    const first = Array.from({ length: 16_000 }, (_, index) => samples.getInt16(2 * index)).findIndex((one) =>
      one !== 0
    );
    assertEquals(Math.abs(first / 16_000 - 0.5) < 0.025, true, `${file} begins at ${first / 16_000} s`);
  }
});

peerTest("sound that cannot be sent is named", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  const cases = [["movie.mp4", "aac", 'its codec "mp4a"'], ["movie.mkv", "flac", 'its codec "A_FLAC"'], [
    ...["movie.avi", "mp2", "format 80 with"],
  ]];
  for (const [file, codec, message] of cases) {
    const path = join(directory.path, file);
    await run("ffmpeg", ["-nostdin", "-v", "error", ...PICTURE, ...TONE, ...VIDEO, "-c:a", codec, path]);
    await assertRejects(() => samplesOf(path), SyntaxError, message);
  }
});
