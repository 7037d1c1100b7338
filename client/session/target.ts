/**
 * What to play: a file at a server of the networking lab, or a URL.
 *
 * @module
 */

import { hostAndPort } from "../../net/addresses.ts";
import type { Dialect } from "../../rtsp/message.ts";
import { decodePercents, encodeSegment } from "../../rtsp/fields/uri.ts";
import { parseRtspUrl, type RtspUrl } from "../rtsp/rtsp_url.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";

/** A stream named as in the networking lab. */
export interface LabTarget {
  /** Host name or IP address of the server. */
  readonly hostname: string;
  /** TCP port of the server. */
  readonly port: number;
  /** UDP port to receive on. */
  readonly rtpPort: number;
  /** Name of the file to ask for. */
  readonly file: string;
  /** The dialect to speak; `auto` finds out which one the server speaks. */
  readonly dialect: "auto" | Dialect;
  /** Sockets that the server is to send from (multi-flow fork); `undefined` for a plain session. */
  readonly flowCount?: number;
}

/** A stream named by its URL, at an RTSP/1.0 server, or at a camera that speaks HTTP. */
export interface UrlTarget {
  readonly url: RtspUrl;
  /** UDP port to receive video on, the next one being for RTCP; `undefined` for any pair. */
  readonly rtpPort?: number;
}

/** One of the two ways to name a stream. */
export type Target = LabTarget | UrlTarget;

/** What people call the stream: `movie.mjpeg`. */
export function titleOf(target: Target): string {
  if (!("url" in target)) return target.file;
  return decodePercents(withoutSecrets(target.url.path)).replace(/^\//, "") || target.url.hostname;
}

/** The name of the file that is played, where its server runs on this machine; `undefined` elsewhere. */
export function localFileOf(target: Target): string | undefined {
  const { hostname } = "url" in target ? target.url : target;
  const isLocal = /^(?:localhost|127\.[\d.]+|\[?::1\]?)$/i.test(hostname);
  if (!isLocal) return undefined;
  // Servers take no notice of a query, and of slashes at the end.
  const path = "url" in target ? decodePercents(target.url.path.replace(/\?.*$/s, "")) : target.file;
  return path.split("/").filter((part) => part !== "").at(-1);
}

/** Host and port of the server: `127.0.0.1:1025`. */
export function serverOf(target: Target): string {
  return hostAndPort("url" in target ? target.url : target);
}

/** The URL that names the same stream at an RTSP/1.0 server. */
export function urlOf(target: Target): RtspUrl {
  if ("url" in target) return target.url;
  const { hostname, port, file } = target;
  return parseRtspUrl(`rtsp://${hostAndPort({ hostname, port })}/${file.split("/").map(encodeSegment).join("/")}`);
}
