/**
 * Sound that we serve, heard by other people's players: the tone of the file, from its start on.
 *
 * @module
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { lampsOf } from "../../mjpeg/testsrc/test_pattern.ts";
import { DEFAULT_TEST_PATTERN } from "../../mjpeg/testsrc/test_pattern_options.ts";
import { ChildProgram } from "../support/child_program.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { beginnings, frequencyOf } from "../support/tones.ts";
import { ENCODINGS, makeMovie } from "./movies.ts";
import { run, runGstLaunch } from "./pixels.ts";

/** The movie has 50 frames, 25 a second. */
const SECONDS = 2;
const TONE_HZ = 440;
/** How often a lamp is looked at in a recording. */
const LEVELS_PER_SECOND = 200;
/** Silence in front of the tone, in seconds: where it begins tells whether sound is in step. */
const SILENT_SECONDS = 0.5;

/** A folder with a movie, and its sound in a file beside it. */
async function makeMovieWithSound(codec: string, options: readonly string[]) {
  const directory = await temporaryDirectory();
  await makeMovie(directory.path, ENCODINGS["4:2:0, standard tables"]);
  const tone = `sine=frequency=${TONE_HZ}:duration=${SECONDS - SILENT_SECONDS},adelay=${SILENT_SECONDS * 1000}:all=1`;
  const input = ["-f", "lavfi", "-i", tone];
  const path = join(directory.path, "movie.wav");
  await run("ffmpeg", ["-nostdin", "-v", "error", ...input, "-c:a", codec, ...options, path]);
  return directory;
}

/** The samples of the first channel of what ffmpeg decodes, at 8000 a second. */
async function samplesByFfmpeg(directory: string, input: readonly string[]): Promise<number[]> {
  const path = join(directory, "samples");
  await run("ffmpeg", [
    "-nostdin",
    "-v",
    "error",
    ...input,
    "-map",
    "0:a",
    "-ac",
    "1",
    "-ar",
    "8000",
    "-f",
    "s16le",
    path,
  ]);
  return [...new Int16Array((await Deno.readFile(path)).buffer)];
}

/** The tone is that of the movie, where it is in the movie. */
function assertTone(samples: readonly number[], { withinSeconds = 0.05 } = {}): void {
  const [begin] = beginnings(samples, 8000);
  assertAlmostEquals(begin, SILENT_SECONDS, withinSeconds, `the tone begins at ${begin} s`);
  assertAlmostEquals(frequencyOf(samples.slice(Math.ceil(begin * 8000)), 8000), TONE_HZ, 10);
  const seconds = samples.length / 8000;
  assert(seconds > SECONDS - 0.2 && seconds < SECONDS + 0.2, `${seconds} s`);
}

const SOUNDS: readonly [codec: string, options: readonly string[], heard: string][] = [
  ["pcm_s16le", ["-ar", "44100", "-ac", "2"], "pcm_s16be,44100,2"],
  ["pcm_s16le", ["-ar", "16000"], "pcm_s16be,16000,1"],
  ["pcm_mulaw", ["-ar", "8000"], "pcm_mulaw,8000,1"],
  ["pcm_alaw", ["-ar", "8000"], "pcm_alaw,8000,1"],
];

for (const [codec, options, heard] of SOUNDS) {
  for (const transport of ["udp", "tcp"]) {
    peerTest(`ffmpeg hears what we serve over ${transport}: ${codec} ${options.join(" ")}`, [
      "ffmpeg",
      "ffprobe",
    ], async () => {
      await using movie = await makeMovieWithSound(codec, options);
      await using server = await startOurServer({ root: movie.path, args: ["--fps", "25"] });
      const input = ["-rtsp_transport", transport, "-i", `rtsp://127.0.0.1:${server.port}/movie.mjpeg`];
      const probe = await run("ffprobe", [
        ...["-v", "error", "-select_streams", "a", "-show_entries", "stream=codec_name,sample_rate,channels"],
        ...["-of", "csv=p=0", ...input],
      ]);
      assertEquals(probe.trim(), heard);
      assertTone(await samplesByFfmpeg(movie.path, input));
    });
  }
}

peerTest("ffmpeg hears what we serve in a QuickTime movie", ["ffmpeg"], async () => {
  await using movie = await makeMovieWithSound("pcm_s16le", ["-ar", "16000"]);
  const [path, mov] = ["movie.mjpeg", "both.mov"].map((name) => join(movie.path, name));
  const inputs = ["-f", "mjpeg", "-framerate", "25", "-i", path, "-i", join(movie.path, "movie.wav")];
  await run("ffmpeg", ["-nostdin", "-v", "error", ...inputs, "-c", "copy", mov]);
  await using server = await startOurServer({ root: mov });
  const samples = await samplesByFfmpeg(movie.path, ["-i", `rtsp://127.0.0.1:${server.port}/both.mov`]);
  assertTone(samples);
});

for (
  const [encoding, codec, options] of [["PCMU", "pcm_mulaw", ["-ar", "8000"]], ["L16", "pcm_s16le", [
    "-ar",
    "44100",
  ]]] as const
) {
  for (const transport of ["udp", "tcp"]) {
    peerTest(`GStreamer hears what we serve over ${transport}: ${encoding}`, ["ffmpeg", "gst-launch-1.0"], async () => {
      await using movie = await makeMovieWithSound(codec, options);
      await using server = await startOurServer({ root: movie.path, args: ["--fps", "25"] });
      const path = join(movie.path, "heard.wav");
      const decoder = encoding === "PCMU" ? ["rtppcmudepay", "!", "mulawdec"] : ["rtpL16depay"];
      await runGstLaunch([
        ...["-q", "rtspsrc", `location=rtsp://127.0.0.1:${server.port}/movie.mjpeg`, `protocols=${transport}`, "!"],
        ...[`application/x-rtp,media=audio`, "!", ...decoder, "!", "audioconvert", "!", "wavenc", "!"],
        ...["filesink", `location=${path}`],
      ]);
      assertTone(await samplesByFfmpeg(movie.path, ["-i", path]));
    });
  }
}

for (const transport of ["udp", "tcp"]) {
  peerTest(`VLC hears what we serve over ${transport}`, ["ffmpeg", "vlc"], async () => {
    await using movie = await makeMovieWithSound("pcm_s16le", ["-ar", "44100", "-ac", "2"]);
    await using server = await startOurServer({ root: movie.path, args: ["--fps", "25"] });
    await using received = await temporaryDirectory();
    const path = join(received.path, "heard.wav");
    const isRoot = Deno.uid() === 0;
    if (isRoot) await Deno.chmod(received.path, 0o777);
    await using program = new ChildProgram("vlc", {
      args: [
        ...["-I", "dummy", ...transport === "tcp" ? ["--rtsp-tcp"] : [], "--no-sout-video"],
        ...["--sout", `#transcode{acodec=s16l}:std{access=file,mux=wav,dst=${path}}`],
        ...[`rtsp://127.0.0.1:${server.port}/movie.mjpeg`, "vlc://quit"],
      ],
      env: { HOME: received.path },
      asNobody: isRoot,
    });
    const { code, stderr } = await program.exit();
    assertEquals(code, 0, stderr.join("\n"));
    const samples = await samplesByFfmpeg(received.path, ["-i", path]);
    const [begin] = beginnings(samples, 8000);
    assertAlmostEquals(frequencyOf(samples.slice(Math.ceil(begin * 8000)), 8000), TONE_HZ, 10);
    assertAlmostEquals(samples.length / 8000, SECONDS, 0.3);
  });
}

for (const [out, heard] of [["copy.avi", "copy.avi"], ["copy.mjpeg", "copy.wav"]]) {
  peerTest(`play --out ${out} records what we serve in step`, ["ffmpeg"], async () => {
    await using movie = await makeMovieWithSound("pcm_s16le", ["-ar", "16000"]);
    await using server = await startOurServer({ root: movie.path, args: ["--fps", "25"] });
    const source = [`rtsp://127.0.0.1:${server.port}/movie.mjpeg`, "--no-preview", "--out", join(movie.path, out)];
    await using player = startOurs(["play", ...source], { write: true });
    const { code, stderr } = await player.exit();
    assertEquals(code, 0, stderr.join("\n"));
    assertTone(await samplesByFfmpeg(movie.path, ["-i", join(movie.path, heard)]), { withinSeconds: 0.02 });
  });
}

peerTest("play --out records the beeps of our test source with its lamps", ["ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  await using server = await startOurServer({ root: directory.path });
  const path = join(directory.path, "copy.avi");
  const source = [`rtsp://127.0.0.1:${server.port}/testsrc`, "--no-preview", "--out", path, "--seconds", "4.5"];
  await using player = startOurs(["play", ...source], { write: true });
  const { code, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
  const beeps = beginnings(await samplesByFfmpeg(directory.path, ["-i", path]), 8000);
  const [{ x, y }] = lampsOf(DEFAULT_TEST_PATTERN);
  const levels = join(directory.path, "levels");
  const filter = `fps=${LEVELS_PER_SECOND},crop=2:2:${x}:${y},scale=1:1,format=gray`;
  await run("ffmpeg", ["-nostdin", "-v", "error", "-i", path, "-vf", filter, "-f", "rawvideo", levels]);
  const bytes = [...await Deno.readFile(levels)];
  const flashes = bytes.flatMap((level, index) =>
    level > 128 && (index === 0 || bytes[index - 1] <= 128) ? [index / LEVELS_PER_SECOND] : []
  );
  assert(beeps.length >= 4, `beeps at ${beeps}, flashes at ${flashes}`);
  // The player begins with the sound once a report has told its time, which is in the middle of the first beep.
  for (const beep of beeps.slice(1)) {
    const nearest = Math.min(...flashes.map((flash) => Math.abs(flash - beep)));
    assert(nearest <= 0.03, `beeps at ${beeps}, flashes at ${flashes}`);
  }
});
