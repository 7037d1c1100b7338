/**
 * Sound of other people's servers, recorded beside the pictures: other people's programs hear the tone that was sent.
 *
 * @module
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { A_LAW, MU_LAW } from "../../rtp/audio/g711.ts";
import { startGstServer } from "../support/gst_server.ts";
import { startOurs } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { frequencyOf } from "../support/tones.ts";
import { run } from "./pixels.ts";

const PROGRAMS = ["ffmpeg", "ffprobe", "gst-launch-1.0"];
/** What gst-rtsp-server's tone has. */
const TONE_HZ = 440;

/** The samples of the first channel of what ffmpeg decodes to a file in `directory`. */
async function samplesByFfmpeg(directory: string, input: readonly string[], channels = 1): Promise<number[]> {
  const path = join(directory, "samples");
  await run("ffmpeg", ["-nostdin", "-v", "error", ...input, "-f", "s16le", path]);
  const bytes = await Deno.readFile(path);
  return [...new Int16Array(bytes.buffer)].filter((_, index) => index % channels === 0);
}

const TABLES = [["mulaw", MU_LAW], ["alaw", A_LAW]] as const;

for (const [format, table] of TABLES) {
  peerTest(`every byte of ${format} is the sample that ffmpeg has for it`, ["ffmpeg"], async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "bytes");
    await Deno.writeFile(path, Uint8Array.from({ length: 256 }, (_, byte) => byte));
    const input = ["-f", format, "-ar", "8000", "-ac", "1", "-i", path];
    assertEquals(await samplesByFfmpeg(directory.path, input), [...table]);
  });
}

const ENCODINGS = [["PCMU", 8000, 1], ["PCMA", 8000, 1], ["L16", 16_000, 2]] as const;

for (const [encoding, sampleRate, channels] of ENCODINGS) {
  for (const [out, heard] of [["cam.avi", "cam.avi"], ["cam.mjpeg", "cam.wav"]]) {
    peerTest(`play --out ${out}: a tone that comes as ${encoding} is heard in ${heard}`, PROGRAMS, async () => {
      await using directory = await temporaryDirectory();
      const movie = join(directory.path, "movie.avi");
      await run("gst-launch-1.0", [
        ...[
          "-q",
          "videotestsrc",
          "num-buffers=50",
          "!",
          "video/x-raw,format=I420,width=320,height=240,framerate=25/1",
          "!",
        ],
        ...["jpegenc", "!", "avimux", "!", "filesink", `location=${movie}`],
      ]);
      await using server = await startGstServer(movie, { args: ["--sound", encoding] });
      const source = [`rtsp://127.0.0.1:${server.port}/stream`, "--no-preview", "--out", join(directory.path, out)];
      await using player = startOurs(["play", ...source], { write: true });
      const { code, stderr } = await player.exit();
      assertEquals(code, 0, stderr.join("\n"));
      const path = join(directory.path, heard);
      const probe = await run("ffprobe", [
        ...["-v", "error", "-select_streams", "a", "-show_entries", "stream=codec_name,sample_rate,channels"],
        ...["-of", "csv=p=0", path],
      ]);
      assertEquals(probe.trim(), `pcm_s16le,${sampleRate},${channels}`);
      const samples = await samplesByFfmpeg(directory.path, ["-i", path], channels);
      // Video and sound begin together; the movie has two seconds.
      const begins = samples.findIndex((sample) => Math.abs(sample) > 1000) / sampleRate;
      assert(begins >= 0 && begins < 0.1, `the tone begins at ${begins} s`);
      // The sound is 0.3 s longer than the movie, with which the player ends.
      const seconds = samples.length / sampleRate;
      assert(seconds > 1.7 && seconds < 2.5, `${seconds} s`);
      assertAlmostEquals(frequencyOf(samples.slice(Math.ceil(begins * sampleRate)), sampleRate), TONE_HZ, 10);
    });
  }
}
