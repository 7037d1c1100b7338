/**
 * Other people's players of RTSP, each started as a user would start it, and the pixels of what it received.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { concat, indexOfNeedle } from "@std/bytes";
import { fromFileUrl, join } from "@std/path";
import { CHILD_TIMEOUT_MS, ChildProgram } from "../support/child_program.ts";
import { PYTHON_WITH_PLAYERS } from "../support/peers.ts";
import { pixelsByFfmpeg, run, runGstLaunch } from "./pixels.ts";

/** What a player is to watch. */
export interface Watched {
  readonly url: string;
  readonly transport: "udp" | "tcp" | "multicast";
  /** An empty folder for what the player stores. */
  readonly directory: string;
  /** Of a stream that has no end, at least so many frames are wanted. */
  readonly frames?: number;
  /** The frames of a movie, for players that leave its end to their users. */
  readonly length?: number;
}

/** A program that plays RTSP. */
export interface Player {
  /** The programs that it needs. */
  readonly programs: readonly string[];
  /** How it can be asked to receive. */
  readonly transports: readonly Watched["transport"][];
  /** Frames at the end of a movie that it receives and does not give away. */
  readonly withheld: number;
  /** Plays a stream; a hash of the pixels of each frame, in the order in which they came. */
  watch(watched: Watched): Promise<string[]>;
  /** The same hashes of the frames of a file, where its pictures are not those of {@linkcode pixelsByFfmpeg}. */
  pixelsOf?(path: string): Promise<string[]>;
}

const ALL_TRANSPORTS: readonly Watched["transport"][] = ["udp", "tcp", "multicast"];

/** What FFmpeg's library calls the transports, in the programs that hand its options through. */
const LIBRARY_TRANSPORTS = { udp: "udp", tcp: "tcp", multicast: "udp_multicast" } as const;

const FFMPEG: Player = {
  programs: ["ffmpeg"],
  transports: ALL_TRANSPORTS,
  withheld: 0,
  async watch({ url, transport, frames }) {
    const limit = frames === undefined ? [] : ["-frames:v", String(frames)];
    return await pixelsByFfmpeg(["-rtsp_transport", LIBRARY_TRANSPORTS[transport], "-i", url, ...limit]);
  },
};

/**
 * How late GStreamer lets packets be. It ends a stream when the time in `Range` has passed on its own clock, however late the
 * server is: with its default, a server that a busy machine holds up for a moment loses its last frames.
 */
const PATIENCE_MS = 60_000;

const GSTREAMER: Player = {
  programs: ["ffmpeg", "gst-launch-1.0"],
  transports: ALL_TRANSPORTS,
  withheld: 0,
  async watch({ url, transport, directory, frames }) {
    const protocol = transport === "multicast" ? "udp-mcast" : transport;
    const limit = frames === undefined ? [] : ["identity", `eos-after=${frames + 1}`, "!"];
    await runGstLaunch([
      ...["-q", "rtspsrc", `location=${url}`, `protocols=${protocol}`, `latency=${PATIENCE_MS}`, "!"],
      ...["rtpjpegdepay", "!"],
      ...[...limit, "multifilesink", `location=${join(directory, "%05d.jpg")}`],
    ]);
    return await pixelsByFfmpeg(["-f", "image2", "-i", join(directory, "%05d.jpg")]);
  },
};

/** Its packetizer keeps a frame until the next one tells how long it lasts, so that the last one of a movie stays there. */
const VLC: Player = {
  programs: ["ffmpeg", "vlc"],
  transports: ALL_TRANSPORTS,
  withheld: 1,
  async watch({ url, transport, directory, frames }) {
    const flags = { udp: [], tcp: ["--rtsp-tcp"], multicast: ["--rtsp-mcast"] }[transport];
    const path = join(directory, "received.mjpeg");
    // It refuses to run as root, and who runs it instead has to be let in.
    const isRoot = Deno.uid() === 0;
    if (isRoot) await Deno.chmod(directory, 0o777);
    await using program = new ChildProgram("vlc", {
      args: ["-I", "dummy", ...flags, "--sout", `#std{access=file,mux=dummy,dst=${path}}`, url, "vlc://quit"],
      env: { HOME: directory },
      asNobody: isRoot,
    });
    // Its --run-time ends at once where the first sender report sets its clock.
    if (frames !== undefined) await stored(path, frames);
    const { code, stderr } = await (frames === undefined ? program.exit() : program.stop());
    assertEquals(code, 0, stderr.join("\n"));
    return await pixelsByFfmpeg(["-f", "mjpeg", "-i", path]);
  },
};

/** Waits until a growing file has so many whole JPEGs and the begin of another one. */
async function stored(path: string, frames: number): Promise<void> {
  const startOfImage = Uint8Array.of(0xff, 0xd8, 0xff);
  const deadline = performance.now() + CHILD_TIMEOUT_MS;
  for (let found = 0; found <= frames;) {
    if (performance.now() > deadline) throw new Error(`${path} has ${found} frames after ${CHILD_TIMEOUT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const bytes = await readIfThere(path);
    found = 0;
    for (let at = indexOfNeedle(bytes, startOfImage); at >= 0; at = indexOfNeedle(bytes, startOfImage, at + 1)) found++;
  }
}

async function readIfThere(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    throw error;
  }
}

/** It takes multicast only where the description names a group. */
const OPEN_RTSP: Player = {
  programs: ["ffmpeg", "openRTSP"],
  transports: ["udp", "tcp"],
  withheld: 0,
  async watch({ url, transport, directory }) {
    const flags = transport === "tcp" ? ["-t"] : [];
    await run("openRTSP", [...flags, "-m", "-F", join(directory, "received"), url]);
    // Each is named by the time of the frame.
    const names = [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) =>
      name.startsWith("received")
    );
    const frames = await Promise.all(names.sort().map((name) => Deno.readFile(join(directory, name))));
    await Deno.writeFile(join(directory, "all.mjpeg"), concat(frames));
    return await pixelsByFfmpeg(["-f", "mjpeg", "-i", join(directory, "all.mjpeg")]);
  },
};

/** The lines that a script of this folder prints, run by the Python that has the players. */
async function runPython(script: string, args: readonly string[], env?: Record<string, string>): Promise<string[]> {
  const path = fromFileUrl(new URL(script, import.meta.url));
  const text = await run(PYTHON_WITH_PLAYERS, [path, ...args], env);
  return text.split("\n");
}

/** It shows red, green and blue, so that its pictures are compared with those that it reads from the file. */
const OPENCV: Player = {
  programs: ["ffmpeg", PYTHON_WITH_PLAYERS],
  transports: ALL_TRANSPORTS,
  withheld: 0,
  async watch({ url, transport, frames }) {
    const limit = frames === undefined ? [] : [String(frames)];
    const options = `rtsp_transport;${LIBRARY_TRANSPORTS[transport]}`;
    return await runPython("opencv_player.py", [url, ...limit], { OPENCV_FFMPEG_CAPTURE_OPTIONS: options });
  },
  async pixelsOf(path) {
    return await runPython("opencv_player.py", [path]);
  },
};

const PYAV: Player = {
  programs: ["ffmpeg", PYTHON_WITH_PLAYERS],
  transports: ALL_TRANSPORTS,
  withheld: 0,
  async watch({ url, transport, frames }) {
    const limit = frames === undefined ? [] : [String(frames)];
    return await runPython("pyav_player.py", [url, LIBRARY_TRANSPORTS[transport], ...limit]);
  },
};

/** A player on a library, which stores each frame as a file: `PROGRAM URL TRANSPORT DIRECTORY FRAMES`. */
function playerOn(program: string, transports: readonly Watched["transport"][]): Player {
  return {
    programs: ["ffmpeg", program],
    transports,
    withheld: 0,
    async watch({ url, transport, directory, length, frames = length }) {
      await run(program, [url, transport, directory, String(frames)]);
      return await pixelsByFfmpeg(["-f", "image2", "-i", join(directory, "%05d.jpg")]);
    },
  };
}

/** By their names. */
export const PLAYERS: Readonly<Record<string, Player>> = {
  ffmpeg: FFMPEG,
  GStreamer: GSTREAMER,
  VLC,
  "live555's openRTSP": OPEN_RTSP,
  OpenCV: OPENCV,
  PyAV: PYAV,
  gortsplib: playerOn("gortsplib-player", ALL_TRANSPORTS),
  retina: playerOn("retina-player", ["udp", "tcp"]),
};
