/**
 * `mjpegrtsp serve`: serves the files in a directory until Ctrl-C.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import denoConfig from "../../deno.json" with { type: "json" };
import { SNAPSHOT_FPS } from "../../client/limits.ts";
import { urlOf } from "../../client/session/target.ts";
import { hostAndPort } from "../../net/addresses.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import { LAB_FRAGMENT_MIN_BYTES, LAB_FRAGMENT_STYLES, LAB_PAYLOAD_MAX_BYTES } from "../../rtp/lab/lab_packetizer.ts";
import { DEFAULT_MTU_BYTES, MAX_ENGINES, PUBLISH_WAIT_MS } from "../../server/limits.ts";
import { sendLive } from "../../server/source/live_pipe.ts";
import { ThreadedServer } from "../../server/engines/threaded_server.ts";
import type { Command } from "../command.ts";
import { CaptureFile } from "../capture_file.ts";
import { explainListenError } from "../listen_error.ts";
import { openRoot } from "../open_root.ts";
import { CAPTURE_OPTIONS, captureOf } from "../options/capture_options.ts";
import { describeEmulation, EMULATION_OPTIONS, emulationOf } from "../options/emulation_options.ts";
import { EXIT, UsageError } from "../options/errors.ts";
import { LIMIT_OPTIONS, limitsOf } from "../options/limit_options.ts";
import { MULTICAST_OPTIONS, multicastGroupOf } from "../options/multicast_options.ts";
import { checkPullNames, pulls } from "../options/pull_option.ts";
import { origins } from "../options/origins_option.ts";
import { choice, flag, inGroup, number, type OptionValues, repeated, text, toggle } from "../options/option.ts";
import { parseCommand } from "../options/parse_command.ts";
import { Relays } from "../relay/relays.ts";
import { openStdin, STDIN_NAME, type StdinSource } from "../stdin_source.ts";
import { isLoopback } from "../web/access.ts";
import { Web, type WebOptions } from "../web/web.ts";
import { interruptSignal } from "../terminal/interrupts.ts";
import { standardError } from "../terminal/line_output.ts";
import { configureLogging, LOGGING_OPTIONS } from "../terminal/logging.ts";

const log = getLogger(["mjpegrtsp", "serve"]);

/** Time from the end of standard input to that of the server, in milliseconds. */
const STDIN_END_MS = 2000;

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
  fps: number("N", "Frames a second of files that have no rate of their own", { min: 0.1, max: 1000, fallback: 20 }),
  loop: flag("Start files again when they end"),
  follow: flag("Play on at the end of files and folders that another program is writing"),
  threads: text("N", "Threads that serve, 1 to 32; auto: one for each core on Linux, else 1", {
    fallback: "auto",
  }),
  mtu: number("BYTES", "Largest RTP packet for RTSP/1.0 players", {
    min: 200,
    max: 65_507,
    integer: true,
    fallback: DEFAULT_MTU_BYTES,
  }),
  decode: toggle("Decode videos of other codecs as they are watched", {
    defaultText: "if FFmpeg is in this program",
  }),
  sound: toggle("Send the sound beside the pictures to players that set it up", { defaultText: "yes" }),
  reencode: flag(
    "Re-encode grey, RGB, 4:4:4 and interlaced JPEGs and the like, instead of refusing them",
  ),
  adapt: flag("Send fewer and coarser frames to RTSP/1.0 players whose network is too slow, until it clears"),
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
  ...inGroup("Over HTTP", {
    http: number("PORT", "Show everything on a page; answer /NAME/stream.mjpeg, /NAME/snapshot.jpg", {
      min: 1,
      max: 65_535,
      integer: true,
      defaultText: "off",
    }),
    "http-host": text("ADDRESS", "Address to answer at; 0.0.0.0 is every IPv4 address", {
      fallback: "127.0.0.1",
    }),
    "http-allow-origin": origins("URL", "Let web pages of this origin show streams"),
  }),
  ...inGroup("Streams that others publish", {
    publish: repeated(text("NAME", "Let others publish a stream of this name; in live* or cams/*, * is any letters")),
    "publish-wait": number("SECONDS", "How long such a stream waits for its publisher to come back", {
      min: 0,
      max: 86_400,
      fallback: PUBLISH_WAIT_MS / 1000,
    }),
  }),
  ...inGroup("Streams of other servers", {
    pull: pulls("NAME=URL", "Relay a stream under this name"),
    "snapshot-fps": number("N", "How often to ask a camera for its snapshot, a second", {
      min: 0.01,
      max: 60,
      fallback: SNAPSHOT_FPS,
    }),
    "pull-always": flag("Play them even while nobody watches: viewers wait for less"),
  }),
  ...MULTICAST_OPTIONS,
  ...LIMIT_OPTIONS,
  ...EMULATION_OPTIONS,
  ...CAPTURE_OPTIONS,
  ...LOGGING_OPTIONS,
};

/** The command. */
export const command: Command = {
  usage: ["serve [ROOT] [OPTIONS]", "serve - [OPTIONS]"],
  description:
    `Serves the Motion-JPEG files in the directory ROOT and below (by default the current directory), or the one
file ROOT. Clients may be those of the networking lab, "mjpegrtsp play", or players such as ffmpeg, VLC and GStreamer.

Files are in the lab's format (five digits before each JPEG), concatenated JPEGs (ffmpeg -f mjpeg), saved
multipart streams (curl http://camera/stream), or AVI, MP4, MOV or Matroska files with Motion-JPEG; frames are shown at
their own times. A folder of JPEGs is a movie as well. Videos of other codecs (H.264, VP9 and more) are decoded while
they are watched, if FFmpeg is in this program.
Sound of AVI, MP4, MOV and Matroska files, or in movie.wav beside movie.mjpeg, in shots/sound.wav or shots.wav of a
folder, is a second track for RTSP/1.0 players: PCM of 8 or 16 bits, mu-law or A-law. Files that are followed have none.
The name "testsrc" is always there: a test pattern with a frame number and a clock, which beeps once a second. With -
for ROOT, standard input is served as "stdin": JPEGs that another program writes, or the multipart stream of a camera.
Whoever comes late starts at the next one. With --pull a stream of another server, such as a camera that bears one
viewer, is passed on to many: it is played from there once somebody watches it here, over one connection, and tried
again for as long as somebody waits for it. With --publish other programs may send streams to it (ANNOUNCE, RECORD),
such as ffmpeg -f rtsp.
With --http there is a page that shows everything and plays it, and programs get the same as multipart streams and
snapshots: for this machine, with --http-host for others.

With --pcap all dialogues, RTP and RTCP are written to a file for Wireshark, at their times, as far as a slow disk does
not lag behind: nothing waits for it. IP, UDP and TCP headers are made up, names and passwords are asterisks.

With --adapt a player whose receiver reports tell of loss (UDP), or which takes frames too slowly (TCP), gets fewer
frames, then coarser ones, until its network clears: they are requantized without decoding them, once for all players
at that level. Clients of the lab report nothing, and a group (multicast) has many networks: both get all frames as they
are.

It runs in threads that may use the network and read below ROOT, and nothing else, one for each core on Linux. One is
enough for a few clients on a small machine (--threads 1).

If a lab client stays black, it may be a fork that waits for the marker (--marker) or for fragments (--fragment). Each
--fragment-style is that of some forks: a sequence number for each fragment; the same, and the frame's number as their
timestamp; the frame's number for all its fragments; the same behind offset and total (4+4 bytes), behind index, count
and size (2+2+2), or behind index and count (2+2).`,
  options: OPTIONS,
  examples: [
    "serve --port 1025",
    "serve movies --loop --fps 25",
    "serve - --port 1025",
    "serve recordings --follow",
    "serve movies --adapt --rate 2mbit",
    "serve --lab-knobs",
    "serve movies --loss 5% --delay 40ms --jitter 20ms --seed 7",
    "serve movies --pcap session.pcapng",
    "serve --multicast 239.1.2.3:5004 --ttl 1",
    "serve --publish 'live*'",
    "serve movies --http 8080",
    "serve --pull cam=rtsp://USER:PASSWORD@192.168.1.20/stream1",
  ],

  async run(args) {
    const { options, positionals } = parseCommand(args, OPTIONS);
    if (positionals.length > 1) {
      throw new UsageError(`serve takes one ROOT, got ${withoutSecrets(positionals.join(" "))}`);
    }
    const interrupt = interruptSignal();
    configureLogging(options);
    const capture = captureOf(options);
    const captureFile = capture === undefined ? undefined : await CaptureFile.open(capture.name, capture);
    const opening = openServer(positionals[0] ?? ".", { options, captureFile });
    const { server, stdin, relays, web } = await opening.catch(async (error) => {
      await captureFile?.discard();
      throw error;
    });
    // The server's threads have their own rights.
    for (const name of ["net", "read", "write"] as const) Deno.permissions.revokeSync({ name });
    const stop = () => void Promise.resolve(web?.close()).then(() => server.close());
    interrupt.addEventListener("abort", stop);
    if (interrupt.aborted) stop();
    // Whoever watches hears of the end before the connection ends.
    stdin?.run().then(() => setTimeout(stop, STDIN_END_MS));
    try {
      await server.run();
    } finally {
      await Promise.all([server.close(), relays?.close(), web?.close()]);
      await captureFile?.close();
    }
    log.info("stopped");
    return EXIT.done;
  },
};

/** A server that listens, and what feeds it where it serves more than files. */
interface Opened {
  readonly server: ThreadedServer;
  readonly stdin: StdinSource | undefined;
  readonly relays: Relays | undefined;
  readonly web: Web | undefined;
}

async function openServer(
  rootPath: string,
  { options, captureFile }: { options: OptionValues<typeof OPTIONS>; captureFile: CaptureFile | undefined },
): Promise<Opened> {
  checkPullNames(options.pull);
  const stdin = rootPath === "-" ? openStdin() : undefined;
  const root = stdin === undefined ? await openRoot(rootPath) : undefined;
  const { port, host: hostname } = options;
  const emulation = emulationOf(options);
  const group = multicastGroupOf(options);
  try {
    const { marker: marksWholeFrames, fragment: fragmentBytes, "fragment-style": fragmentStyle } = options;
    const { "setup-line": setupLine, "lab-knobs": hasKnobs } = options;
    if (options.follow && options.loop) throw new UsageError("--follow and --loop exclude each other");
    if (fragmentBytes === undefined && fragmentStyle !== "sequence") {
      throw new UsageError(`--fragment-style ${fragmentStyle} needs --fragment BYTES`);
    }
    const logging = {
      logLevel: options["log-level"],
      onLogDropped: (count: number) => standardError.onDropped(count),
    };
    const relays = options.pull.length === 0 ? undefined : await Relays.open({
      pulls: options.pull,
      isAlwaysOn: options["pull-always"],
      snapshotFps: options["snapshot-fps"],
      ...logging,
    });
    const server = await ThreadedServer.start({
      threads: threadsOf(options.threads),
      ...logging,
      onCaptured: captureFile && ((batch) => captureFile.take(batch)),
      root,
      live: [...stdin === undefined ? [] : [sendLive(stdin.feed).pipe], ...relays?.pipes ?? []],
      hostname,
      port,
      frameRate: options.fps,
      loop: options.loop,
      follow: options.follow,
      marksWholeFrames,
      fragmentBytes,
      fragmentStyle,
      setupLine,
      publish: options.publish,
      publishWaitMs: options["publish-wait"] * 1000,
      mtuBytes: options.mtu,
      reencode: options.reencode,
      sound: options.sound,
      decodes: options.decode,
      adapts: options.adapt,
      keepRestartMarkers: options["keep-restart-markers"],
      group,
      ...limitsOf(options),
      tool: `mjpegrtsp/${denoConfig.version}`,
      emulation,
      hasKnobs,
    });
    const host = isWildcard(hostname) ? "127.0.0.1" : hostname;
    const { port: actualPort } = server.address;
    const address = hostAndPort({ hostname: host, port: actualPort });
    const only = stdin === undefined ? root?.onlyName : STDIN_NAME;
    const rtsp = { hostname: host, port: actualPort, isEverywhere: isWildcard(hostname) };
    const { "http-host": httpHost, "http-allow-origin": allowedOrigins } = options;
    const web = await openWeb(options.http, { hostname: httpHost, allowedOrigins, rtsp, server, ...logging }).catch(
      async (error) => {
        await Promise.all([server.close(), relays?.close()]);
        throw error;
      },
    );
    log.info("serving {root} at rtsp://{address}", {
      root: stdin === undefined ? rootPath : "standard input",
      address: stdin === undefined ? address : `${address}/${STDIN_NAME}`,
    });
    log.info("watch {what} with: mjpegrtsp play {host} {port} 5008 {name}", {
      what: only === undefined ? "the test source" : "it",
      name: only ?? "testsrc",
      host,
      port: actualPort,
    });
    for (const { name, target } of options.pull) {
      const source = withoutSecrets(urlOf(target).href);
      log.info("relaying {source} at rtsp://{address}/{name}", { source, address, name });
    }
    if (emulation !== undefined) {
      log.info(`emulating a network for UDP packets: {network}${hasKnobs ? "; players may change theirs" : ""}`, {
        network: describeEmulation(emulation),
      });
    }
    return { server, stdin, relays, web };
  } catch (error) {
    throw explainListenError(error, { hostname, port });
  }
}

/** Answers HTTP where a port is named for it. */
async function openWeb(port: number | undefined, options: Omit<WebOptions, "port">): Promise<Web | undefined> {
  if (port === undefined) return undefined;
  const { hostname } = options;
  const web = await Web.open({ ...options, port });
  const address = hostAndPort({ hostname: isWildcard(hostname) ? "127.0.0.1" : hostname, port });
  log.info("all of it is shown at http://{address}/", { address });
  if (!isLoopback(hostname)) {
    log.warn("HTTP has no password: whoever reaches port {port} may watch (--http-host {hostname})", {
      port,
      hostname,
    });
  }
  return web;
}

/** Only Linux spreads the connections to a port over all who listen there. */
function threadsOf(option: string): number {
  const isSpread = Deno.build.os === "linux";
  if (option === "auto") return isSpread ? Math.min(navigator.hardwareConcurrency, MAX_ENGINES) : 1;
  const threads = Number(option);
  if (!/^\d+$/.test(option) || threads < 1 || threads > MAX_ENGINES) {
    throw new UsageError(`--threads takes auto or a number of 1 to ${MAX_ENGINES}, not ${option}`);
  }
  if (threads > 1 && !isSpread) {
    throw new UsageError("--threads above 1 need Linux, which spreads connections over them");
  }
  return threads;
}

function isWildcard(hostname: string): boolean {
  return hostname === "0.0.0.0" || hostname === "::";
}
