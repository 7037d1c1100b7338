/**
 * `mjpegrtsp play`: plays a stream on the local page, to disk, or both.
 *
 * @module
 */

import denoConfig from "../deno.json" with { type: "json" };
import { Player } from "../client/player.ts";
import type { Target } from "../client/session/target.ts";
import { Recorder } from "../client/record/recorder.ts";
import { parseRtspUrl, type RtspUrl, withoutSecrets } from "../client/rtsp/rtsp_url.ts";
import type { Command } from "./command.ts";
import { interruptSignal } from "./terminal/interrupts.ts";
import { configureLogging, LOGGING_OPTIONS } from "./terminal/logging.ts";
import {
  choice,
  flag,
  number,
  type OptionValues,
  parseCommand,
  parseNumber,
  text,
  toggle,
} from "./terminal/options.ts";
import { summaryLine, summaryOf } from "./terminal/summary.ts";
import { systemClock } from "../net/system_clock.ts";
import { EXIT, FailedError, UsageError } from "./terminal/usage.ts";
import { watch } from "./watch.ts";

const PORT_RANGE = { min: 1, max: 65_535, integer: true };
const MAX_FLOWS = 16;

const OPTIONS = {
  out: text(
    "OUT",
    "Store the frames: a folder (frame-000001.jpg …), a file.mjpeg in the lab's format, or - for a pipe",
  ),
  frames: number("N", "End after N whole frames", { min: 1, max: Number.MAX_SAFE_INTEGER, integer: true }),
  seconds: number("N", "End after N seconds of playing", { min: 0.01, max: 1e9 }),
  json: flag("Print the summary as one JSON object on standard output"),
  paused: flag("SETUP only; wait for Play from the page or the space bar"),
  dialect: choice(["auto", "lab", "lab-b", "rtsp"], "The server's dialect; auto finds it out"),
  transport: choice(
    ["auto", "udp", "tcp", "multicast"],
    "How packets travel; auto tries UDP first, and TCP where nothing comes",
  ),
  reconnect: toggle("Try a server that goes away again and again (by default for live streams that have a URL)"),
  "rtp-port": number("PORT", "UDP port to receive on, with a URL (by default any free pair)", {
    min: 1,
    max: 65_534,
    integer: true,
  }),
  flows: number("N", "Ask the server to send from N sockets (the lab's multi-flow fork)", {
    min: 1,
    max: MAX_FLOWS,
    integer: true,
  }),
  "preview-port": number("PORT", "TCP port of the page (by default 8025 or the next free one)", PORT_RANGE),
  "no-preview": flag("Show no page"),
  ...LOGGING_OPTIONS,
};

/** The subcommand. */
export const command: Command = {
  usage: "play URL [OPTIONS]\n       mjpegrtsp play HOST PORT RTP_PORT FILE [OPTIONS]",
  description:
    `Plays a Motion-JPEG stream and shows it on a local page: rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH of a camera
or server, or, as in the networking lab, FILE of the server at HOST:PORT, received on UDP port RTP_PORT.`,
  options: OPTIONS,
  examples: [
    "play rtsp://127.0.0.1:1025/movie.mjpeg",
    "play 127.0.0.1 1025 5008 movie.mjpeg",
    "play 127.0.0.1 1025 5008 movie.mjpeg --no-preview --out frames/ --frames 100 --json",
    "play 127.0.0.1 1025 5008 movie.mjpeg --no-preview --out - | ffplay -f mjpeg -",
  ],

  async run(args) {
    const { options, positionals } = parseCommand(args, OPTIONS);
    const target = parseTarget(positionals, options);
    const { out } = options;
    if (out === "-" && options.json) {
      throw new UsageError("--out - and --json both write to standard output; store to a file instead");
    }
    if (out === "") throw new UsageError("--out needs a folder, a file or -");
    const interrupt = interruptSignal();
    configureLogging(options);
    const maxFrames = options.frames ?? Infinity;
    const recorder = out === undefined ? undefined : await openRecorder(out, maxFrames);
    const player = new Player({
      target,
      transport: options.transport,
      reconnect: options.reconnect,
      userAgent: `mjpegrtsp/${denoConfig.version}`,
      clock: systemClock,
    });
    try {
      await watch({
        player,
        recorder,
        preview: options["no-preview"] ? false : { port: options["preview-port"] },
        paused: options.paused,
        maxFrames,
        maxSeconds: options.seconds ?? Infinity,
        interrupt,
      });
    } finally {
      const summary = summaryOf(player, recorder);
      if (options.json) console.log(JSON.stringify(summary));
      console.error(summaryLine(summary, { out, stored: recorder?.stored, dropped: recorder?.dropped }));
    }
    return EXIT.done;
  },
};

function parseTarget(
  positionals: readonly string[],
  options: OptionValues<typeof OPTIONS>,
): Target {
  const { dialect, flows, transport } = options;
  if (positionals.length === 1 && /^[a-z]+:\/\//i.test(positionals[0])) {
    if (dialect === "lab" || dialect === "lab-b") {
      throw new UsageError(`--dialect ${dialect} needs the lab's form: play 127.0.0.1 1025 5008 movie.mjpeg`);
    }
    if (flows !== undefined) throw new UsageError("--flows needs the lab's form: play 127.0.0.1 1025 5008 movie.mjpeg");
    return { url: parseUrl(positionals[0]), rtpPort: options["rtp-port"] };
  }
  if (positionals.length !== 4) {
    throw new UsageError(
      `play takes a URL, or HOST PORT RTP_PORT FILE, for instance: play 127.0.0.1 1025 5008 movie.mjpeg; ` +
        `got ${positionals.length === 0 ? "nothing" : withoutSecrets(positionals.join(" "))}`,
    );
  }
  if (transport === "multicast") throw new UsageError("--transport multicast needs a URL: play rtsp://HOST/PATH");
  if (options["rtp-port"] !== undefined) throw new UsageError("--rtp-port needs a URL; RTP_PORT says it here");
  const [hostname, port, rtpPort, file] = positionals;
  if (/[\r\n]/.test(file)) throw new UsageError("FILE has a line end in it, which would end the request");
  return {
    hostname,
    port: parsePort("PORT", port),
    rtpPort: parsePort("RTP_PORT", rtpPort),
    file,
    dialect,
    flowCount: flows,
  };
}

function parseUrl(text: string): RtspUrl {
  try {
    return parseRtspUrl(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(error.message);
    throw error;
  }
}

function parsePort(name: string, given: string): number {
  try {
    return parseNumber(given, PORT_RANGE);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${name} ${error.message}`);
    throw error;
  }
}

async function openRecorder(out: string, maxFrames: number): Promise<Recorder> {
  try {
    return await Recorder.open(out, { maxFrames, clock: systemClock });
  } catch (error) {
    throw new FailedError(error instanceof Error ? error.message : String(error));
  }
}
