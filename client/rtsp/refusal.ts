/**
 * Replies with another status than 200, as errors that say what to do.
 *
 * @module
 */

import type { RtspResponse } from "../../rtsp/message.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";

/** A reply with another status than 200. */
export class RefusedError extends Error {
  override name = "RefusedError";
  readonly status: number;

  /** `message` names the method, what it was for, and the status. */
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }

  /** Whether asking again would only repeat the refusal, or lock an account. */
  get isFinal(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/** An error that tells what was asked for, how the server refused it, and what to do with such a server. */
export function refusal(
  label: string,
  { status, reason, headers }: Pick<RtspResponse, "status" | "reason" | "headers">,
  { name, isLab = false }: { readonly name: string; readonly isLab?: boolean },
): RefusedError {
  // A lab server that refuses at all is ours, or one that prints why.
  const hasLog = isLab || /^mjpegrtsp\b/.test(headers.get("Server") ?? "");
  const advice = refusalAdvice(status, { name, hasLog });
  return new RefusedError(
    withoutSecrets(`The server refused ${label}: ${status} ${reason}`.trimEnd() + advice),
    status,
  );
}

function refusalAdvice(status: number, { name, hasLog }: { name: string; hasLog: boolean }): string {
  if (name === "/" && (status === 400 || status === 404)) {
    return "; it plays nothing without a name, and has no list of names: put one behind the /";
  }
  switch (status) {
    case 401:
    case 403:
      return "; check user name and password: rtsp://USER:PASSWORD@HOST/PATH";
    case 404:
      return `; it has nothing of that name: check ${JSON.stringify(name)}, ` +
        (hasLog ? "its log lists similar names" : "which must be as the server's manual or settings have it");
    case 415:
      return hasLog ? "; its log says what is wrong with the file" : "; it cannot send that as asked for";
    case 461:
      return "; try another --transport";
    case 501:
      return "; it does not know that method, or speaks another dialect";
    default:
      return "";
  }
}
