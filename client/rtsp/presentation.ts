/**
 * A server's answer to DESCRIBE: what there is, and the URLs to ask for it.
 *
 * @module
 */

import type { RtspResponse } from "../../rtsp/message.ts";
import { decodePresentation, type PresentationDescription } from "../../rtsp/sdp.ts";
import { encodeUri, resolveUri } from "../../rtsp/fields/uri.ts";

/** A description and its base. */
export class Presentation {
  readonly description: PresentationDescription;
  readonly #baseUrl: string;

  /** Takes the answer to a DESCRIBE of `href`. Throws a `SyntaxError` where it is no description. */
  constructor({ headers, body }: RtspResponse, href: string) {
    this.description = decodePresentation(body);
    const base = headers.get("Content-Base") || headers.get("Content-Location") || "";
    // Some servers leave it empty, or give a host without a scheme. The URL that was asked for is the base then.
    this.#baseUrl = isAbsolute(base) ? base : base.startsWith("/") ? resolveUri(href, base) : href;
  }

  /** The URL of the whole stream. */
  get url(): string {
    return this.urlsOf(this.description.control)[0];
  }

  /**
   * The URLs that a control attribute (RFC 2326, C.1.1) may stand for, the likeliest first. By RFC 3986 a relative one replaces the
   * last segment of the base, and its query. Nearly all servers want it behind the base instead, query and all, as ffmpeg, GStreamer
   * and VLC send it: `rtsp://camera/live?channel=1/trackID=1`.
   */
  urlsOf(control: string | undefined): readonly string[] {
    return [...new Set(this.#meanings(control).map(encodeUri))];
  }

  #meanings(control: string | undefined): readonly string[] {
    const base = this.#baseUrl;
    if (control === undefined || control === "*" || control === "") return [base];
    if (isAbsolute(control)) return [control];
    const resolved = resolveUri(base, control);
    // A host, a query alone and a folder above can stand for nothing else.
    if (/^(?:\/\/|\?|\.\.?\/)/.test(control)) return [resolved];
    return [`${base.replace(/\/$/, "")}/${control.replace(/^\//, "")}`, resolved];
  }
}

function isAbsolute(url: string): boolean {
  return /^rtsps?:\/\//i.test(url);
}
