/**
 * `mjpegrtsp serve`: serves the movies below a directory until Ctrl-C.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import denoConfig from "../deno.json" with { type: "json" };
import { LAB_FRAGMENT_MIN_BYTES, LAB_PAYLOAD_MAX_BYTES } from "../rtp/lab/lab_packetizer.ts";
import { hostAndPort } from "../net/addresses.ts";
import { DEFAULT_MTU_BYTES } from "../server/limits.ts";
import type { MulticastGroup } from "../server/session/multicast.ts";
import type { Impairments } from "../server/emulation/network_emulator.ts";
import { RtspServer } from "../server/server.ts";
import { ServedRoot } from "../server/source/served_root.ts";
import type { Command } from "./command.ts";
import { interruptSignal } from "./terminal/interrupts.ts";
import { configureLogging, LOGGING_OPTIONS } from "./terminal/logging.ts";
import { flag, number, type OptionValues, parseCommand, quantity, text } from "./terminal/options.ts";
import { explainListenError } from "./ports.ts";
import { systemClock } from "../net/system_clock.ts";
import { EXIT, FailedError, UsageError } from "./terminal/usage.ts";

const log = getLogger(["mjpegrtsp", "serve"]);

const PERCENT = { factors: { "%": 0.01, "": 1 }, max: 1, fallback: 0 };
const DURATION = { factors: { ms: 1, s: 1000 }, max: 10_000, fallback: 0 };
const RATE = { factors: { bit: 1, kbit: 1000, mbit: 1e6, gbit: 1e9 }, max: 1e12, fallback: 0 };

const OPTIONS = {
  port: number("PORT", "TCP port for RTSP; 0 takes any free one", {
    min: 0,
    max: 65_535,
    integer: true,
    fallback: 1025,
  }),
  host: text("ADDRESS", "Address to listen on; :: is IPv6 and IPv4", "0.0.0.0"),
  fps: number("N", "Frames a second of files", { min: 0.1, max: 1000, fallback: 20 }),
  loop: flag("Begin again at the end of a movie"),
  fragment: number("BYTES", "Cut frames into packets of so many bytes, for the lab's fragmented clients", {
    min: LAB_FRAGMENT_MIN_BYTES,
    max: LAB_PAYLOAD_MAX_BYTES,
    integer: true,
  }),
  mtu: number("BYTES", "Largest RTP packet for players of the standards", {
    min: 200,
    max: 65_507,
    integer: true,
    fallback: DEFAULT_MTU_BYTES,
  }),
  multicast: text("GROUP:PORT", "Send testsrc to this group for players that ask for multicast: 239.1.2.3:5004"),
  ttl: number("HOPS", "Hops that multicast may make; 0 stays on this machine", {
    min: 0,
    max: 255,
    integer: true,
    fallback: 1,
  }),
  reencode: flag("Encode pictures anew that RTP/JPEG cannot carry (grey, 4:4:4, …), instead of refusing them"),
  loss: quantity("5%", "Emulated network: share of packets lost", PERCENT),
  duplicate: quantity("1%", "Emulated network: share of packets that arrive twice", PERCENT),
  reorder: quantity("1%", "Emulated network: share of packets overtaken by the next", PERCENT),
  delay: quantity("40ms", "Emulated network: delay of every packet", DURATION),
  jitter: quantity("20ms", "Emulated network: the delay varies by up to this", DURATION),
  rate: quantity("2mbit", "Emulated network: bits a second of each session's link", RATE),
  seed: number("N", "Emulated network: the same number gives the same losses", {
    min: 0,
    max: 2 ** 32 - 1,
    integer: true,
    fallback: 1,
  }),
  ...LOGGING_OPTIONS,
};

/** The subcommand. */
export const command: Command = {
  usage: "serve [ROOT] [OPTIONS]",
  description:
    `Serves the Motion-JPEG files below ROOT (a directory, or one file; by default the current directory) over
RTSP and RTP: to the networking lab's clients, to ffmpeg, GStreamer and other players of the standards, and to
"mjpegrtsp play". Files may be in the lab's format (five digits before each JPEG) or concatenated JPEG
(ffmpeg -f mjpeg). "testsrc" is always there: a test pattern.`,
  options: OPTIONS,
  examples: [
    "serve --port 1025",
    "serve movies --loop --fps 25",
    "serve --loss 5% --delay 40ms --jitter 20ms --seed 7",
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
  try {
    const server = new RtspServer({
      root,
      hostname,
      port,
      frameRate: options.fps,
      loop: options.loop,
      fragmentBytes: options.fragment,
      mtuBytes: options.mtu,
      reencode: options.reencode,
      group: parseGroup(options),
      tool: `mjpegrtsp/${denoConfig.version}`,
      emulation,
      clock: systemClock,
      random: Math.random,
    });
    const host = isWildcard(hostname) ? "127.0.0.1" : hostname;
    const { port: actualPort } = server.address;
    const address = hostAndPort({ hostname: host, port: actualPort });
    log.info("serving {root} at rtsp://{address}", { root: rootPath, address });
    log.info("watch the test source with: mjpegrtsp play {host} {port} 5008 testsrc", { host, port: actualPort });
    if (emulation !== undefined) describeEmulation(emulation);
    return server;
  } catch (error) {
    throw explainListenError(error, { hostname, port });
  }
}

/** The group of `--multicast`; throws a `UsageError` for what is none. */
function parseGroup({ multicast, ttl }: OptionValues<typeof OPTIONS>): MulticastGroup | undefined {
  if (multicast === undefined) return undefined;
  const match = /^((?:22[4-9]|23\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}):(\d{1,5})$/.exec(multicast);
  const port = Number(match?.[2]);
  if (match === null || port % 2 !== 0 || port < 2 || port > 65_534) {
    throw new UsageError(
      `--multicast needs an IPv4 group and an even port, such as 239.1.2.3:5004, got ${JSON.stringify(multicast)}`,
    );
  }
  return { hostname: match[1], port, ttl };
}

async function openRoot(path: string): Promise<ServedRoot> {
  try {
    return await ServedRoot.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new FailedError(`There is no directory or file ${JSON.stringify(path)} to serve`);
    }
    throw error;
  }
}

function emulationOf(
  options: OptionValues<typeof OPTIONS>,
): { impairments: Impairments; seed: number } | undefined {
  const { loss, duplicate, reorder, delay, jitter, rate, seed } = options;
  if ([loss, duplicate, reorder, delay, jitter, rate].every((value) => value === 0)) return undefined;
  const impairments = {
    loss,
    duplicate,
    reorder,
    delayMs: delay,
    jitterMs: jitter,
    rate: rate === 0 ? undefined : rate,
  };
  return { impairments, seed };
}

function describeEmulation({ impairments, seed }: { impairments: Impairments; seed: number }): void {
  const { loss, duplicate, reorder, delayMs, jitterMs, rate } = impairments;
  log.info(
    "an emulated network impairs every session's UDP packets: loss {loss}, duplicate {duplicate}, reorder {reorder}, " +
      "delay {delayMs} ms, jitter {jitterMs} ms, rate {rate}, seed {seed}",
    {
      loss: percent(loss),
      duplicate: percent(duplicate),
      reorder: percent(reorder),
      delayMs,
      jitterMs,
      rate: rate === undefined ? "unlimited" : `${rate / 1e6} Mbit/s`,
      seed,
    },
  );
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}

function isWildcard(hostname: string): boolean {
  return hostname === "0.0.0.0" || hostname === "::";
}
