/**
 * `mjpegrtsp push`: publishes a movie or a stream at another server.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import denoConfig from "../../deno.json" with { type: "json" };
import { REPLY_TIMEOUT_MS, SNAPSHOT_FPS } from "../../client/limits.ts";
import { Player } from "../../client/player.ts";
import { parseRtspUrl } from "../../client/rtsp/rtsp_url.ts";
import { titleOf } from "../../client/session/target.ts";
import { systemClock } from "../../net/system_clock.ts";
import { DEFAULT_MTU_BYTES } from "../../server/limits.ts";
import { Conditioner } from "../../server/packetize/conditioner.ts";
import { FramePacketizer } from "../../server/packetize/frame_packetizer.ts";
import { Pacer } from "../../server/send/pacer.ts";
import type { Command } from "../command.ts";
import { asUsage, EXIT, FailedError, UsageError } from "../options/errors.ts";
import { isUrl } from "../options/is_url.ts";
import { choice, flag, number, type OptionValues, toggle } from "../options/option.ts";
import { parseCommand } from "../options/parse_command.ts";
import { parseUrl } from "../options/play_target.ts";
import { openInput, openMovie, openStream, openTestSource, type PushSource } from "../push/push_source.ts";
import { pushToAll } from "../push/pusher.ts";
import { interruptSignal } from "../terminal/interrupts.ts";
import { configureLogging, LOGGING_OPTIONS } from "../terminal/logging.ts";

const log = getLogger(["mjpegrtsp", "push"]);
/** A name that stands for it, also where there is a file of that name: `./testsrc` is the file. */
const TEST_SOURCE = "testsrc";
const TOOL = `mjpegrtsp/${denoConfig.version}`;

const OPTIONS = {
  transport: choice("TRANSPORT", "How packets travel", {
    words: ["auto", "tcp", "udp"],
    note: "auto is TCP, else UDP",
  }),
  loop: flag("Start a file again when it ends"),
  fps: number("N", "Frames a second of files that have no rate of their own", { min: 0.1, max: 1000, fallback: 20 }),
  reconnect: toggle("Try again when the server is gone, or not there yet", {
    defaultText: "if gone, for what has no end",
  }),
  timeout: number("SECONDS", "How long to wait for an answer of the server", {
    min: 0.1,
    max: 3600,
    fallback: REPLY_TIMEOUT_MS / 1000,
  }),
  mtu: number("BYTES", "Largest RTP packet", { min: 200, max: 65_507, integer: true, fallback: DEFAULT_MTU_BYTES }),
  reencode: flag("Re-encode grey, RGB, 4:4:4 and interlaced JPEGs and the like, instead of refusing them"),
  "keep-restart-markers": flag("Leave restart markers in frames; gortsplib and MediaMTX refuse them"),
  "snapshot-fps": number("N", "How often to ask a camera for its snapshot, a second", {
    min: 0.01,
    max: 60,
    fallback: SNAPSHOT_FPS,
  }),
  ...LOGGING_OPTIONS,
};

/** The command. */
export const command: Command = {
  usage: ["push SOURCE URL... [OPTIONS]"],
  description: `Publishes SOURCE at other servers (ANNOUNCE, RECORD), such as MediaMTX, gst-rtsp-server, or
"mjpegrtsp serve --publish". SOURCE is a movie as serve takes it, a folder of JPEGs, "testsrc", the URL of a stream or
a camera (rtsp://, http://), or - for JPEGs on standard input. URL is rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH.

A movie ends with its last frame. A stream goes on for as long as there is one; where a server goes away, it is tried
again. With more than one URL, what goes wrong at one server does not concern the others.`,
  options: OPTIONS,
  examples: [
    "push movie.avi rtsp://127.0.0.1:8554/movie --loop",
    "push http://192.168.1.30/stream rtsp://user:password@media.example:8554/cam",
    "push cam.avi rtsp://one:8554/cam rtsp://other:8554/cam --loop",
    "push - rtsp://127.0.0.1:8554/live --transport udp",
  ],

  async run(args) {
    const { options, positionals } = parseCommand(args, OPTIONS);
    if (positionals.length < 2) {
      throw new UsageError(`push takes SOURCE and a URL or more, got ${positionals.length} arguments`);
    }
    const [what, ...where] = positionals;
    const urls = where.map((url) => asUsage(() => parseRtspUrl(url)));
    const interrupt = interruptSignal();
    configureLogging(options);
    const opened = await openSource(what, options);
    const { source } = opened;
    const hasEnd = !source.isLive && !source.loops;
    const [clock, random] = [systemClock, Math.random];
    const pacer = new Pacer(
      clock,
      (lateMs) => log.warn("frames leave {lateMs} ms late", { lateMs: Math.round(lateMs) }),
    );
    const conditioner = new Conditioner({
      reencode: options.reencode,
      keepRestartMarkers: options["keep-restart-markers"],
    });
    try {
      await pushToAll(urls, {
        ...{ source, transport: options.transport, pacer, clock, random },
        packetizer: new FramePacketizer(conditioner, { maxPacketBytes: options.mtu }),
        replyTimeoutMs: options.timeout * 1000,
        tool: TOOL,
        reconnects: options.reconnect ? "always" : options.reconnect ?? !hasEnd,
      }, interrupt);
    } catch (error) {
      throw new FailedError(error instanceof Error ? error.message : String(error));
    } finally {
      conditioner.close();
      pacer.close();
      await opened.close();
    }
    return EXIT.done;
  },
};

async function openSource(what: string, options: OptionValues<typeof OPTIONS>): Promise<PushSource> {
  if (what === "-") return openInput();
  if (what === TEST_SOURCE) return openTestSource();
  if (!isUrl(what)) return await openMovie(what, { frameRate: options.fps, loop: options.loop });
  const target = { url: parseUrl(what) };
  return openStream(titleOf(target), (transport) =>
    new Player({
      target,
      transport,
      reconnect: true,
      replyTimeoutMs: options.timeout * 1000,
      snapshotFps: options["snapshot-fps"],
      userAgent: TOOL,
      clock: systemClock,
    }));
}
