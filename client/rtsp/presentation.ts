/**
 * What a server described in answer to DESCRIBE, and the URLs under which its parts are asked for.
 *
 * @module
 */

import type { RtspResponse } from "../../rtsp/message.ts";
import { decodePresentation, type PresentationDescription } from "../../rtsp/sdp.ts";

/** A description and its base. */
export class Presentation {
  /** What there is. */
  readonly description: PresentationDescription;
  readonly #baseUrl: string;

  /** Of the answer to a DESCRIBE of `href`. Throws a `SyntaxError` where it describes nothing. */
  constructor({ headers, body }: RtspResponse, href: string) {
    this.description = decodePresentation(body);
    const base = headers.get("Content-Base") || headers.get("Content-Location") || href;
    // Some servers leave it empty, or tell a path only: what was asked for is the base then.
    this.#baseUrl = isAbsolute(base) ? base : href;
  }

  /** The URL of the whole. */
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
