/**
 * `mjpegrtsp doctor`: says what will and will not work here.
 *
 * @module
 */

import { REPLY_TIMEOUT_MS } from "../../client/limits.ts";
import { printable } from "../../net/printable.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import { describeFinding, type Finding } from "../checkup/finding.ts";
import { checkMovie } from "../checkup/movie_checkup.ts";
import { checkDatagrams, checkPage, checkPort } from "../checkup/network_checkup.ts";
import { checkReceiveBuffer } from "../checkup/receive_buffer_checkup.ts";
import { checkStream } from "../checkup/stream_checkup.ts";
import { checkVlc } from "../checkup/vlc_checkup.ts";
import type { Command } from "../command.ts";
import { EXIT, UsageError } from "../options/errors.ts";
import { isUrl } from "../options/is_url.ts";
import { flag, number, text } from "../options/option.ts";
import { parseCommand } from "../options/parse_command.ts";
import { parseUrl } from "../options/play_target.ts";
import { interruptSignal } from "../terminal/interrupts.ts";

const OPTIONS = {
  port: number("PORT", "TCP port that a server is to have", { min: 0, max: 65_535, integer: true, fallback: 1025 }),
  host: text("ADDRESS", "Address that it is to listen on", { fallback: "0.0.0.0" }),
  json: flag("Print the findings as JSON"),
};

/** How a stream is watched: as `play` does, for a moment. */
const WATCHING = { transport: "auto", maxSeconds: 10, replyTimeoutMs: REPLY_TIMEOUT_MS } as const;

/** The command. */
export const command: Command = {
  usage: ["doctor [FILE|URL] [OPTIONS]"],
  description:
    `Says what will and will not work on this machine, one line a finding, with what to do: whether the server's port is
free, whether UDP arrives, how much sockets hold, whether VLC plays rtsp://, what lab clients, VLC, ffmpeg and browsers
can take of FILE, a movie or a folder of JPEGs, and whether the stream of a URL arrives whole, and over UDP.

A firewall between two machines cannot be seen from one of them: what works here and not there is stopped by it. The
exit code is 1 where something will not work.`,
  options: OPTIONS,
  examples: ["doctor", "doctor movie.mjpeg --port 8554", "doctor rtsp://camera/stream"],

  async run(args) {
    const { options, positionals } = parseCommand(args, OPTIONS);
    if (positionals.length > 1) {
      throw new UsageError(`doctor takes one FILE or URL, got ${withoutSecrets(positionals.join(" "))}`);
    }
    const [patient] = positionals;
    const target = patient !== undefined && isUrl(patient) ? { url: parseUrl(patient) } : undefined;
    const datagrams = await checkDatagrams();
    const hasUdp = datagrams.every(({ level }) => level !== "problem");
    const findings: Finding[] = [
      checkPort({ hostname: options.host, port: options.port }),
      ...datagrams,
      ...(hasUdp ? [await checkReceiveBuffer()] : []),
      await checkPage(),
      ...await checkVlc(),
      ...(target === undefined ? [] : await checkStream(target, { ...WATCHING, interrupt: interruptSignal() })),
      ...(patient === undefined || target !== undefined ? [] : await checkMovie(patient)),
    ];
    const isWell = findings.every(({ level }) => level !== "problem");
    const lines = options.json ? [JSON.stringify({ works: isWell, findings })] : findings.map(describeFinding);
    for (const line of lines) console.log(printable(line));
    return isWell ? EXIT.done : EXIT.failed;
  },
};
