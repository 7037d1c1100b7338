/**
 * `mjpegrtsp play`: plays a stream on the local page, stores its frames, or both.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import denoConfig from "../../deno.json" with { type: "json" };
import { MAX_LATENCY_MS, REPLY_TIMEOUT_MS, SNAPSHOT_FPS } from "../../client/limits.ts";
import { Player } from "../../client/player.ts";
import { localFileOf, type Target } from "../../client/session/target.ts";
import { Capture } from "../../net/capture/capture.ts";
import { CaptureRing } from "../../net/capture/capture_ring.ts";
import { printable } from "../../net/printable.ts";
import { systemClock } from "../../net/system_clock.ts";
import { createBlanker } from "../../rtsp/fields/secrets.ts";
import { CaptureFile } from "../capture_file.ts";
import type { Command } from "../command.ts";
import { EXIT } from "../options/errors.ts";
import { howToPlayFiles, type LocalServer } from "../local/local_server.ts";
import { openLocal } from "../local/open_local.ts";
import { choice, flag, inGroup, number, type OptionValues, text, toggle } from "../options/option.ts";
import { origins } from "../options/origins_option.ts";
import { parseCommand } from "../options/parse_command.ts";
import { assertGrid, assertPlayable } from "../options/play_checks.ts";
import { parseTargets } from "../options/play_target.ts";
import { latency } from "../options/latency_option.ts";
import { SEGMENT_OPTIONS, STORING_OPTIONS, storingOf } from "../options/storing_options.ts";
import { withCatalogs } from "../playlist/catalogs.ts";
import { openRecorder, playOne } from "../playlist/play_one.ts";
import { playSeveral } from "../playlist/play_several.ts";
import { interruptSignal } from "../terminal/interrupts.ts";
import { configureLogging, LOGGING_OPTIONS } from "../terminal/logging.ts";

const log = getLogger(["mjpegrtsp", "play"]);

const USER_AGENT = `mjpegrtsp/${denoConfig.version}`;
const MAX_FLOWS = 16;

const OPTIONS = {
  ...STORING_OPTIONS,
  frames: number("N", "Stop after N whole frames", { min: 1, integer: true }),
  seconds: number("N", "Stop after N seconds of playing", { min: 0.01 }),
  pcap: text("FILE", "Write what goes over the wire to a .pcapng file for Wireshark, or (with -) to standard output"),
  json: flag("Print the summary as JSON on standard output"),
  "json-lines": flag("Print the statistics as JSON once a second, and the summary as the last line"),
  paused: flag("Set up the session and wait; Play on the page or the space bar starts it"),
  ...SEGMENT_OPTIONS,
  ...inGroup("Page", {
    "preview-port": number("PORT", "TCP port of the page", {
      min: 1,
      max: 65_535,
      integer: true,
      defaultText: "8025, or the next free port",
    }),
    "allow-origin": origins("ORIGIN", "Let web pages of this origin show the video"),
    "no-preview": flag("Show no page"),
    grid: flag("Begin with all streams of a playlist at once"),
    latency: latency(
      "auto|MS",
      `How long frames wait to be shown evenly, up to ${MAX_LATENCY_MS} ms; 0: as they come`,
      {
        maxMs: MAX_LATENCY_MS,
      },
    ),
  }),
  ...inGroup("Files", {
    fps: number("N", "Frames a second of files that have no rate of their own", { min: 0.1, max: 1000, fallback: 20 }),
  }),
  ...inGroup("Connection", {
    "snapshot-fps": number("N", "How often to ask a camera for its snapshot, a second", {
      min: 0.01,
      max: 60,
      fallback: SNAPSHOT_FPS,
    }),
    dialect: choice("DIALECT", "Dialect of the server", {
      words: ["auto", "lab", "lab-b", "rtsp"],
      note: "auto finds out",
    }),
    transport: choice("TRANSPORT", "How packets travel", {
      words: ["auto", "udp", "tcp", "multicast"],
      note: "auto tries UDP, then TCP",
    }),
    repair: toggle("Ask for packets again that are lost over UDP", { defaultText: "yes, where the server sends them" }),
    timeout: number("SECONDS", "How long to wait for an answer of the server", {
      min: 0.1,
      max: 3600,
      fallback: REPLY_TIMEOUT_MS / 1000,
    }),
    reconnect: toggle("Reconnect when the server goes away", { defaultText: "only for live streams with a URL" }),
    "rtp-port": number("PORT", "UDP port to receive on, for a URL", {
      min: 1,
      max: 65_534,
      integer: true,
      defaultText: "any free port",
    }),
    flows: number("N", "Ask a lab server to send from N sockets (multi-flow)", {
      min: 1,
      max: MAX_FLOWS,
      integer: true,
    }),
  }),
  ...LOGGING_OPTIONS,
};

/** The command. */
export const command: Command = {
  usage: ["play URL|FILE... [OPTIONS]", "play HOST PORT RTP_PORT FILE [OPTIONS]"],
  description:
    `Plays a Motion-JPEG stream or file and shows it on a page in your browser. Several are a playlist: one follows the
other, and the page has the list. A server of ours without a name, rtsp://HOST:PORT/, plays all that it has.

URL is rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH of a camera or server, or http:// of a camera's stream of JPEGs or its
snapshot. FILE is a movie as serve takes it, a folder of JPEGs, or a folder with movies in it and below: a server of its
own plays it, over RTSP on this machine, which may read these files and nothing else.

The other form is that of the networking lab: ask the server at HOST, TCP port PORT, for FILE, and receive it on UDP
port RTP_PORT.`,
  options: OPTIONS,
  notes:
    `--out movie.mjpeg writes a file in the lab's format, whose frames have up to 99999 bytes: larger ones are dropped,
or re-encoded with --fit. --out movie.avi writes an AVI file with the frames' times, which plays up to its last frame
however the program ends. --out movie.mjpg writes the JPEGs one after the other, and so does --out -. --out frames/, or
a name without an ending, makes a folder with frame-000001.jpg and so on. --out shot.jpg --frames 1 writes one JPEG.
Nothing is made before the first frame has come, and nothing is overwritten without --force. --append goes on in a file
in the lab's format or of concatenated JPEGs, or in a folder. Sound is stored in the AVI file, or in a WAV file beside
the pictures.

With --segment or --max-size, --out cam.avi becomes cam-2026-11-27T10-20-00.avi and so on, by the local time of each
file's first frame; --out cam/ makes a folder in cam/ for each. --max-files N keeps the newest N. Nothing that another
run has stored is overwritten or removed.

--pcap has the RTSP dialogue, RTP and RTCP in it, at their times. IP, UDP and TCP headers are made up, since a program
does not see them. Names and passwords in URLs and Authorization fields are written as asterisks. Where RTSP is not on
port 554, tshark and Wireshark need to be told: tshark -r FILE -d tcp.port==1025,rtsp -Y "rtsp or rtp".`,
  examples: [
    "play rtsp://127.0.0.1:1025/movie.mjpeg",
    "play 127.0.0.1 1025 5008 movie.mjpeg",
    "play holiday.avi other.mp4 folder/",
    "play rtsp://127.0.0.1:1025/one.mjpeg rtsp://127.0.0.1:1025/two.mjpeg http://camera/mjpeg",
    "play rtsp://127.0.0.1:1025/ --grid",
    "play 127.0.0.1 1025 5008 movie.mjpeg --no-preview --out frames/ --frames 100 --json",
    "play 127.0.0.1 1025 5008 movie.mjpeg --no-preview --out - | ffplay -f mjpeg -",
    "play rtsp://127.0.0.1:1025/movie.mjpeg --pcap session.pcapng",
    "play rtsp://127.0.0.1:1025/movie.mjpeg --pcap - | wireshark -k -i -",
    "play rtsp://camera/stream --no-preview --out cam.avi --segment 10m --max-files 144",
  ],

  async run(args) {
    const { options, positionals } = parseCommand(args, OPTIONS);
    const asked = parseTargets(positionals, options);
    assertPlayable(asked, options);
    const storing = storingOf(options);
    const interrupt = interruptSignal();
    configureLogging(options);
    const { targets, server: local } = await openLocal(asked, {
      positionals,
      frameRate: options.fps,
      rtpPort: options["rtp-port"],
      logLevel: options["log-level"],
    });
    try {
      await playTargets(targets, { options, storing, local, interrupt });
    } catch (error) {
      throw await local?.explain(error, targets[0]) ?? error;
    } finally {
      await local?.close();
    }
    return EXIT.done;
  },
};

/** How to play. */
interface PlayOptions {
  readonly options: OptionValues<typeof OPTIONS>;
  readonly storing: ReturnType<typeof storingOf>;
  /** The server of files; `undefined` where none are played. */
  readonly local: LocalServer | undefined;
  readonly interrupt: AbortSignal;
}

/** Plays one stream, or several. */
async function playTargets(
  targets: readonly Target[],
  { options, storing, local, interrupt }: PlayOptions,
): Promise<void> {
  const { out, pcap, latency, grid, paused } = options;
  targets.forEach(warnOfFragment);
  const asking = { userAgent: USER_AGENT, replyTimeoutMs: options.timeout * 1000, clock: systemClock };
  const sources = await withCatalogs(targets, { ...asking, signal: interrupt });
  if (sources.length > 1) assertPlayable(sources.map(({ target }) => target), options);
  assertGrid(sources.length, options);
  const [{ target }] = sources;
  const maxFrames = options.frames ?? Infinity;
  const played = { playedName: localFileOf(target), readPath: local?.pathOf(target) };
  const recorder = out === undefined
    ? undefined
    : await openRecorder(out, { ...storing, ...played, maxFrames, clock: systemClock });
  const captureFile = pcap === undefined ? undefined : await CaptureFile.open(pcap, { force: options.force });
  const capture = captureFile?.capture ?? (options["no-preview"] ? undefined : new Capture({
    createBlank: createBlanker,
    clock: systemClock,
  }));
  if (!options["no-preview"]) capture?.keepRecent(new CaptureRing(systemClock));
  // All of the program is loaded, and what stores frames or serves files has rights of its own.
  for (const name of ["read", "write"] as const) Deno.permissions.revokeSync({ name });
  const createPlayer = (target: Target) =>
    new Player({
      target,
      transport: options.transport,
      repairs: options.repair,
      snapshotFps: options["snapshot-fps"],
      reconnect: options.reconnect,
      capture,
      ...asking,
      ...local?.pathOf(target) === undefined ? {} : howToPlayFiles(options),
    });
  const preview = !options["no-preview"] &&
    { port: options["preview-port"], allowedOrigins: options["allow-origin"] };
  const maxSeconds = options.seconds ?? Infinity;
  const common = { preview, paused, latency, maxSeconds, clock: systemClock, interrupt };
  if (sources.length > 1) {
    const print = options.json ? printJson : undefined;
    return await playSeveral({ ...common, sources, createPlayer, grid, printJson: print });
  }
  await playOne({
    ...common,
    player: createPlayer(target),
    recorder,
    maxFrames,
    storesIn: out === undefined || storing.segments === undefined ? out : `segments of ${out}`,
    onEnd: async () => await captureFile?.close(),
    printLine: options["json-lines"] ? printJson : undefined,
    printSummary: options.json || options["json-lines"] ? printJson : undefined,
  });
}

function warnOfFragment(target: Target): void {
  if (!("url" in target) || target.url.fragment === undefined) return;
  log.warn("{fragment} is not sent: write %23 for the # if it belongs to the name", {
    fragment: JSON.stringify(`#${target.url.fragment}`),
  });
}

function printJson(value: unknown): void {
  console.log(printable(JSON.stringify(value)));
}
