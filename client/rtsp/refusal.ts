/**
 * Replies with another status than 200, as errors that say what to do.
 *
 * @module
 */

import { withoutSecrets } from "./rtsp_url.ts";

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

/** An error that tells what was asked for, how the server refused it, and what to do. */
export function refusal(
  label: string,
  { status, reason }: { readonly status: number; readonly reason: string },
  name: string,
): RefusedError {
  return new RefusedError(
    withoutSecrets(`The server refused ${label}: ${status} ${reason}`.trimEnd() + refusalAdvice(status, name)),
    status,
  );
}

function refusalAdvice(status: number, name: string): string {
  switch (status) {
    case 401:
    case 403:
      return "; check user name and password: rtsp://USER:PASSWORD@HOST/PATH";
    case 404:
      return `; the server has no file of that name: check ${JSON.stringify(name)}, its log lists similar names`;
    case 415:
      return "; the server's log says what is wrong with the file";
    case 461:
      return "; try another --transport";
    case 501:
      return "; it does not know that method, or speaks another dialect";
    default:
      return "";
  }
}
