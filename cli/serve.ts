/**
 * `mjpegrtsp serve`: serves the files in a directory until Ctrl-C.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import denoConfig from "../deno.json" with { type: "json" };
import { hostAndPort } from "../net/addresses.ts";
import { systemClock } from "../net/system_clock.ts";
import { LAB_FRAGMENT_MIN_BYTES, LAB_FRAGMENT_STYLES, LAB_PAYLOAD_MAX_BYTES } from "../rtp/lab/lab_packetizer.ts";
import { DEFAULT_MTU_BYTES } from "../server/limits.ts";
import { RtspServer } from "../server/server.ts";
import type { Command } from "./command.ts";
import { explainListenError } from "./listen_error.ts";
import { openRoot } from "./open_root.ts";
import { describeEmulation, EMULATION_OPTIONS, emulationOf } from "./options/emulation_options.ts";
import { EXIT, UsageError } from "./options/errors.ts";
import { LIMIT_OPTIONS, limitsOf } from "./options/limit_options.ts";
import { MULTICAST_OPTIONS, multicastGroupOf } from "./options/multicast_options.ts";
import { choice, flag, inGroup, number, type OptionValues, text } from "./options/option.ts";
import { parseCommand } from "./options/parse_command.ts";
import { interruptSignal } from "./terminal/interrupts.ts";
import { configureLogging, LOGGING_OPTIONS } from "./terminal/logging.ts";

const log = getLogger(["mjpegrtsp", "serve"]);

const OPTIONS = {
  port: number("PORT", "TCP port of the server; 0 picks a free one", {
    min: 0,
    max: 65_535,
    integer: true,
    fallback: 1025,
  }),
  host: text("ADDRESS", "Address to listen on; 0.0.0.0 is every IPv4 address, :: every address", {
    fallback: "0.0.0.0",
  }),
  fps: number("N", "Frames a second of files", { min: 0.1, max: 1000, fallback: 20 }),
  loop: flag("Start files again when they end"),
  mtu: number("BYTES", "Largest RTP packet for RTSP/1.0 players", {
    min: 200,
    max: 65_507,
    integer: true,
    fallback: DEFAULT_MTU_BYTES,
  }),
  reencode: flag("Re-encode grey and RGB JPEGs, 4:4:4 and other chroma subsampling, instead of refusing them"),
  "keep-restart-markers": flag(
    "Leave restart markers in frames for RTSP/1.0 players; gortsplib and MediaMTX refuse them",
  ),
  ...inGroup("Clients of the networking lab", {
    marker: flag("Set the marker on whole frames, too, for lab clients that stay black without it"),
    fragment: number("BYTES", "Send frames in fragments of up to this size, for lab clients that expect fragments", {
      min: LAB_FRAGMENT_MIN_BYTES,
      max: LAB_PAYLOAD_MAX_BYTES,
      integer: true,
    }),
    "fragment-style": choice("STYLE", "Numbering", { words: LAB_FRAGMENT_STYLES }),
    "setup-line": text("LINE", "Fourth line of replies to SETUP, such as 'Total: {frames}' or 'Total: {seconds}'"),
  }),
  ...MULTICAST_OPTIONS,
  ...LIMIT_OPTIONS,
  ...EMULATION_OPTIONS,
  ...LOGGING_OPTIONS,
};

/** The command. */
export const command: Command = {
  usage: ["serve [ROOT] [OPTIONS]"],
  description:
    `Serves the Motion-JPEG files in the directory ROOT and below (by default the current directory), or the one
file ROOT. Clients may be those of the networking lab, "mjpegrtsp play", or players such as ffmpeg, VLC and GStreamer.

Files are in the lab's format (five digits before each JPEG) or concatenated JPEGs (ffmpeg -f mjpeg).
The name "testsrc" is always there: a test pattern with a frame number and a clock.

If a lab client stays black, it may be a fork that waits for the marker (--marker) or for fragments (--fragment). Each
--fragment-style is that of some forks: a sequence number for each fragment; the same, and the frame's number as their
timestamp; the frame's number for all its fragments; the same behind offset and total (4+4 bytes), behind index, count
and size (2+2+2), or behind index and count (2+2).`,
  options: OPTIONS,
  examples: [
    "serve --port 1025",
    "serve movies --loop --fps 25",
    "serve movies --loss 5% --delay 40ms --jitter 20ms --seed 7",
    "serve --multicast 239.1.2.3:5004 --ttl 1",
  ],

  async run(args) {
    const { options, positionals } = parseCommand(args, OPTIONS);
    if (positionals.length > 1) throw new UsageError(`serve takes one ROOT, got ${positionals.join(" ")}`);
    const interrupt = interruptSignal();
    configureLogging(options);
    const server = await openServer(positionals[0] ?? ".", options);
    const stop = () => void server.close();
    interrupt.addEventListener("abort", stop);
    if (interrupt.aborted) stop();
    server.warmUp();
    await server.run();
    await server.close();
    log.info("stopped");
    return EXIT.done;
  },
};

async function openServer(rootPath: string, options: OptionValues<typeof OPTIONS>): Promise<RtspServer> {
  const root = await openRoot(rootPath);
  const { port, host: hostname } = options;
  const emulation = emulationOf(options);
  const group = multicastGroupOf(options);
  try {
    const { marker: marksWholeFrames, fragment: fragmentBytes, "fragment-style": fragmentStyle } = options;
    const setupLine = options["setup-line"];
    if (fragmentBytes === undefined && fragmentStyle !== "sequence") {
      throw new UsageError(`--fragment-style ${fragmentStyle} needs --fragment BYTES`);
    }
    const server = new RtspServer({
      root,
      hostname,
      port,
      frameRate: options.fps,
      loop: options.loop,
      marksWholeFrames,
      fragmentBytes,
      fragmentStyle,
      setupLine,
      mtuBytes: options.mtu,
      reencode: options.reencode,
      keepRestartMarkers: options["keep-restart-markers"],
      group,
      ...limitsOf(options),
      tool: `mjpegrtsp/${denoConfig.version}`,
      emulation,
      clock: systemClock,
      random: Math.random,
    });
    const host = isWildcard(hostname) ? "127.0.0.1" : hostname;
    const { port: actualPort } = server.address;
    const address = hostAndPort({ hostname: host, port: actualPort });
    log.info("serving {root} at rtsp://{address}", { root: rootPath, address });
    log.info("watch {what} with: mjpegrtsp play {host} {port} 5008 {name}", {
      what: root.onlyName === undefined ? "the test source" : "it",
      name: root.onlyName ?? "testsrc",
      host,
      port: actualPort,
    });
    if (emulation !== undefined) {
      log.info("emulating a network for UDP packets: {network}", { network: describeEmulation(emulation) });
    }
    return server;
  } catch (error) {
    throw explainListenError(error, { hostname, port });
  }
}

function isWildcard(hostname: string): boolean {
  return hostname === "0.0.0.0" || hostname === "::";
}
