/**
 * What `play` plays: URLs and files, or the four arguments of the lab's client.
 *
 * @module
 */

import { isHttp, parseHttpUrl } from "../../client/http/http_url.ts";
import { parseRtspUrl, type RtspUrl } from "../../client/rtsp/rtsp_url.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import type { LabTarget, UrlTarget } from "../../client/session/target.ts";
import type { Dialect } from "../../rtsp/message.ts";
import { asUsage, UsageError } from "./errors.ts";
import { isUrl } from "./is_url.ts";
import { parseNumber } from "./option.ts";
import { parseValue } from "./parse_command.ts";

const URL_EXAMPLE = "rtsp://127.0.0.1:1025/movie.mjpeg";
const FILE_EXAMPLE = "play movie.avi";
const LAB_EXAMPLE = "play 127.0.0.1 1025 5008 movie.mjpeg";

/** A file of this machine, or a folder. */
export interface FilePath {
  readonly path: string;
}

/** The options of `play` that belong to the target. */
export interface TargetOptions {
  readonly dialect: "auto" | Dialect;
  readonly transport: string;
  readonly flows: number | undefined;
  readonly "rtp-port": number | undefined;
}

/**
 * Parses the arguments of `play`: at least one stream or file. Throws a {@linkcode UsageError}, also for options that do not fit what is
 * played.
 */
export function parseTargets(
  positionals: readonly string[],
  options: TargetOptions,
): readonly [LabTarget | UrlTarget | FilePath, ...(UrlTarget | FilePath)[]] {
  if (isLabForm(positionals)) return [parseLabTarget(positionals, options)];
  const [first, ...others] = positionals;
  if (first === undefined) throw wrongForm(positionals);
  const parse = (argument: string) =>
    isUrl(argument) ? parseUrlTarget(argument, options) : parseFilePath(argument, options);
  return [parse(first), ...others.map(parse)];
}

/** The error for arguments that are none of the forms of `play`. */
export function wrongForm(positionals: readonly string[]): UsageError {
  const got = positionals.length === 0 ? "nothing" : withoutSecrets(positionals.join(" "));
  return new UsageError(
    `play needs URLs (play ${URL_EXAMPLE}), files (${FILE_EXAMPLE}) or HOST PORT RTP_PORT FILE (${LAB_EXAMPLE}); got ${got}`,
  );
}

/** Whether an argument is a port of the lab's form, and hardly a file. */
export function isPortLike(argument: string): boolean {
  return /^\d{1,5}$/.test(argument);
}

/** Whether four arguments are those of the lab's client, mistyped ones as well: ports have no dots and slashes in them. */
function isLabForm(positionals: readonly string[]): boolean {
  if (positionals.length !== 4 || positionals.some(isUrl)) return false;
  const ports = positionals.slice(1, 3);
  return ports.some(isPortLike) || ports.every((port) => !/[./\\]/.test(port));
}

function parseUrlTarget(url: string, { dialect, flows, "rtp-port": rtpPort }: TargetOptions): UrlTarget {
  if (dialect === "lab" || dialect === "lab-b") {
    throw new UsageError(`--dialect ${dialect} does not go with a URL; use the form ${LAB_EXAMPLE}`);
  }
  if (flows !== undefined) throw new UsageError(`--flows does not go with a URL; use the form ${LAB_EXAMPLE}`);
  return { url: parseUrl(url), rtpPort };
}

function parseFilePath(path: string, { dialect, transport, flows }: TargetOptions): FilePath {
  if (dialect === "lab" || dialect === "lab-b") {
    throw new UsageError(
      `--dialect ${dialect} does not go with a file: mjpegrtsp serve ${path}, and play it in the form ${LAB_EXAMPLE}`,
    );
  }
  if (flows !== undefined) throw new UsageError(`--flows does not go with a file; use the form ${LAB_EXAMPLE}`);
  if (transport === "multicast") throw new UsageError("--transport multicast does not go with a file: leave it out");
  if (path === "") throw new UsageError("A file to play has a name, and this one is empty");
  return { path };
}

function parseLabTarget(
  [hostname, port, rtpPort, file]: readonly string[],
  { dialect, transport, flows, "rtp-port": rtpPortOption }: TargetOptions,
): LabTarget {
  if (transport === "multicast") throw new UsageError(`--transport multicast needs a URL: play ${URL_EXAMPLE}`);
  if (rtpPortOption !== undefined) throw new UsageError("--rtp-port needs a URL; here RTP_PORT is the third argument");
  // A line end would end the request line, and the rest of the name would become a header.
  if (/[\r\n]/.test(file)) throw new UsageError("FILE must not contain a line end");
  return {
    // An IPv6 address may be written as in a URL.
    hostname: hostname.replace(/^\[([^[\]]+)\]$/, "$1"),
    port: parsePort("PORT", port),
    rtpPort: parsePort("RTP_PORT", rtpPort),
    file,
    dialect,
    flowCount: flows,
  };
}

/** Parses the URL of a stream. Throws a {@linkcode UsageError}. */
export function parseUrl(text: string): RtspUrl {
  return asUsage(() => isHttp(text) ? parseHttpUrl(text) : parseRtspUrl(text));
}

function parsePort(name: string, given: string): number {
  return parseValue(name, () => parseNumber(given, { min: 1, max: 65_535, integer: true }));
}
