/**
 * What to tell of a server that cannot be connected to, does not answer, or goes away: why, and what the user can do.
 *
 * @module
 */

import { plainAddress } from "../../net/addresses.ts";
import { isUnreachable } from "../../net/socket_errors.ts";
import { CONNECT_TIMEOUT_MS } from "../limits.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";

/** What helps depends on the kind of server. */
export interface ServerAdvice {
  /** Where it does not answer. */
  readonly unanswered: string;
  /** Where it closes the connection in place of its first answer. */
  readonly closedAtOnce: string;
  /** Where it does so later; `undefined` where nothing helps. */
  readonly closed: string | undefined;
}

/** For servers of the networking lab. */
export const LAB_ADVICE: ServerAdvice = {
  unanswered:
    "check that it has that file (some lab servers do not answer when they do not); --timeout SECONDS waits longer",
  closedAtOnce: "its program may have failed: look at its terminal, and check file name and port",
  closed: "its program may have failed: look at its terminal",
};

/** For servers of RTSP/1.0. */
export const RTSP_ADVICE: ServerAdvice = {
  unanswered: "check that it is an RTSP server, and that the URL is right; --timeout SECONDS waits longer",
  closedAtOnce: "check that it is an RTSP server, and that the URL is right",
  closed: undefined,
};

/** No answer has come in time. */
export function noReply(label: string, { timeoutMs, advice }: { timeoutMs: number; advice: ServerAdvice }): string {
  return `The server did not answer ${withoutSecrets(label)} within ${timeoutMs / 1000} s; ${advice.unanswered}`;
}

/** An answer has not come yet. */
export function noReplyYet(label: string, { waitedMs, timeoutMs }: { waitedMs: number; timeoutMs: number }): string {
  return `The server has not answered ${withoutSecrets(label)} for ${waitedMs / 1000} s; waiting up to ${
    timeoutMs / 1000
  } s`;
}

/** Why a connection ended. */
export function endReason(error: unknown): string {
  if (error instanceof Deno.errors.ConnectionReset) return "the server reset the connection";
  if (error instanceof Deno.errors.BrokenPipe) return "the server closed the connection";
  return error instanceof Error ? error.message : String(error);
}

/** Why a connection could not be opened, and what to check. */
export function connectAdvice(
  error: unknown,
  { hostname, port, signal }: { readonly hostname: string; readonly port: number; readonly signal: AbortSignal },
): string {
  if (signal.aborted) return "given up";
  if (error instanceof Deno.errors.TimedOut) {
    return `no answer within ${CONNECT_TIMEOUT_MS / 1000} s; check the address, and that no firewall is in the way`;
  }
  // A server listens on all IPv4 addresses, and on IPv6 ones only where it is told to.
  const isIpv6 = plainAddress(hostname).includes(":");
  if (error instanceof Deno.errors.ConnectionRefused) {
    const host = isIpv6 ? "--host :: " : "";
    return `nobody listens there; start the server first, for instance: mjpegrtsp serve ${host}--port ${port}`;
  }
  if (isIpv6 && isUnreachable(error)) return "there is no way to this IPv6 address; check it, or use an IPv4 address";
  const text = error instanceof Error ? error.message : String(error);
  if (/lookup|resolve|not known|no such host/i.test(text)) {
    return `the host name ${JSON.stringify(hostname)} is unknown; check its spelling or use an IP address`;
  }
  return text;
}
