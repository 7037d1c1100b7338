/**
 * A server's answer to DESCRIBE: what there is, and the URLs to ask for it.
 *
 * @module
 */

import type { RtspResponse } from "../../rtsp/message.ts";
import { decodePresentation, type PresentationDescription } from "../../rtsp/sdp.ts";

/** A description and its base. */
export class Presentation {
  readonly description: PresentationDescription;
  readonly #baseUrl: string;

  /** Takes the answer to a DESCRIBE of `href`. Throws a `SyntaxError` where it is no description. */
  constructor({ headers, body }: RtspResponse, href: string) {
    this.description = decodePresentation(body);
    const base = headers.get("Content-Base") || headers.get("Content-Location") || href;
    // Some servers leave it empty, or give a path only. The URL that was asked for is the base then.
    this.#baseUrl = isAbsolute(base) ? base : href;
  }

  /** The URL of the whole stream. */
  get url(): string {
    return this.urlOf(this.description.control);
  }

  /** The URL of a control attribute (RFC 2326, C.1.1): absolute, relative to the base, or the base itself. */
  urlOf(control: string | undefined): string {
    if (control === undefined || control === "*" || control === "") return this.#baseUrl;
    return isAbsolute(control) ? control : `${this.#baseUrl.replace(/\/$/, "")}/${control.replace(/^\//, "")}`;
  }
}

function isAbsolute(url: string): boolean {
  return /^rtsps?:\/\//i.test(url);
}
