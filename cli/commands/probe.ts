/**
 * `mjpegrtsp probe`: tells what a movie or a stream is, and who can be served with it.
 *
 * @module
 */

import { REPLY_TIMEOUT_MS } from "../../client/limits.ts";
import type { UrlTarget } from "../../client/session/target.ts";
import { printable } from "../../net/printable.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import type { Command } from "../command.ts";
import { EXIT, UsageError } from "../options/errors.ts";
import { isUrl } from "../options/is_url.ts";
import { choice, flag, inGroup, number, type OptionValues } from "../options/option.ts";
import { parseCommand } from "../options/parse_command.ts";
import { parseUrl } from "../options/play_target.ts";
import { describeMovie, MAX_PROBED_FRAMES, probeMovie } from "../probing/movie_probe.ts";
import { describeStream, probeStream, WATCHED_FRAMES } from "../probing/stream_probe.ts";
import { interruptSignal } from "../terminal/interrupts.ts";

const OPTIONS = {
  json: flag("Print it as JSON, with the names of the units"),
  ...inGroup("Streams", {
    transport: choice("HOW", "What packets come over", {
      words: ["auto", "udp", "tcp", "multicast"],
      note: "auto tries UDP, then TCP",
    }),
    seconds: number("N", "Watch for up to N seconds", { min: 0.1, max: 3600, fallback: 10 }),
    timeout: number("SECONDS", "How long to wait for an answer of the server", {
      min: 0.1,
      max: 3600,
      fallback: REPLY_TIMEOUT_MS / 1000,
    }),
  }),
};

/** The command. */
export const command: Command = {
  usage: ["probe FILE [OPTIONS]", "probe URL [OPTIONS]"],
  description:
    `Tells what a Motion-JPEG movie is, and who can be served with it: format, frames, rate, sizes, and how its JPEGs
are coded. FILE is a file in the lab's format, of concatenated JPEGs, a saved multipart stream, AVI, MP4, MOV or
Matroska, or a folder of JPEGs. Up to ${MAX_PROBED_FRAMES} frames are looked into, evenly over the movie.

Of a stream at rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH, or http:// of a camera, it tells what the server says, and what
up to ${WATCHED_FRAMES} frames show: rate and regularity, sizes, how they are coded, what was lost.`,
  options: OPTIONS,
  examples: ["probe movie.mjpeg", "probe holiday.avi --json", "probe rtsp://camera/stream --transport tcp"],

  async run(args) {
    const { options, positionals } = parseCommand(args, OPTIONS);
    if (positionals.length !== 1) {
      const got = withoutSecrets(positionals.join(" ")) || "none";
      throw new UsageError(`probe takes one FILE or URL, got ${got}`);
    }
    const [what] = positionals;
    const lines = isUrl(what) ? await tellStream({ url: parseUrl(what) }, options) : await tellMovie(what, options);
    for (const line of lines) console.log(printable(line));
    return EXIT.done;
  },
};

async function tellMovie(path: string, { json }: OptionValues<typeof OPTIONS>): Promise<string[]> {
  const probe = await probeMovie(path);
  return json ? [JSON.stringify(probe)] : describeMovie(path, probe);
}

async function tellStream(target: UrlTarget, options: OptionValues<typeof OPTIONS>): Promise<string[]> {
  const probe = await probeStream(target, {
    transport: options.transport,
    maxSeconds: options.seconds,
    replyTimeoutMs: options.timeout * 1000,
    interrupt: interruptSignal(),
  });
  return options.json ? [JSON.stringify(probe)] : describeStream(probe);
}
