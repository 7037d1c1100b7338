/**
 * Requests and responses as values, whichever grammar they came in. The server and the client speak in these; the
 * grammars turn them into bytes and back.
 *
 * @module
 */

import type { HeaderField, RtspHeaders } from "./headers.ts";
import type { StatusCode } from "./status.ts";

/**
 * A grammar of RTSP on the wire: `lab`, the networking lab's assignment; `lab-b`, a widespread fork of it; `rtsp`,
 * RFC 2326.
 */
export type Dialect = "lab" | "lab-b" | "rtsp";

/** Methods that begin a request here; whatever else looks like one is answered as not implemented. */
export const METHODS = [
  "OPTIONS",
  "DESCRIBE",
  "SETUP",
  "PLAY",
  "PAUSE",
  "TEARDOWN",
  "GET_PARAMETER",
  "SET_PARAMETER",
  "ANNOUNCE",
  "RECORD",
  "REDIRECT",
] as const;

/** Where a lab client wants its packets. */
export interface LabTransport {
  /** UDP port of the client, 1 to 65535. */
  readonly clientPort: number;
  /** How many sockets the server is to send from, in the multi-flow fork; `undefined` for plain clients. */
  readonly flowCount: number | undefined;
}

/**
 * How a peer ends its lines. It is answered in kind: the lab's Python programs neither send nor expect an end of the last
 * line, its Java edition reads by lines and waits for one.
 */
export interface LineStyle {
  /** What stands between two lines. */
  readonly lineEnd: "\n" | "\r\n";
  /** Whether the last line is ended, too. */
  readonly endsLastLine: boolean;
}

/** A request as the server sees it. */
export interface RtspRequest {
  /** The grammar it was written in, and in which it is to be answered. */
  readonly dialect: Dialect;
  /** RTSP version, for instance `1.0`. */
  readonly version: string;
  /** In capitals. */
  readonly method: string;
  /** The lab's bare file name, or a URL; empty in dialect B after SETUP. */
  readonly uri: string;
  /** `undefined` where the peer sent none that is a number. */
  readonly cseq: number | undefined;
  /** The session identifier as sent, without parameters. */
  readonly session: string | undefined;
  /** What SETUP asks for, in the lab's dialects; `undefined` where it names no usable port. */
  readonly transport: LabTransport | undefined;
  /** How its lines ended. */
  readonly lineStyle: LineStyle;
  /** All header fields; those of dialect B have no names. */
  readonly headers: RtspHeaders;
  /** What followed the blank line; empty in the lab's dialects. */
  readonly body: string;
}

/** A response as the server makes it. */
export interface RtspReply {
  /** 200, or why not. */
  readonly status: StatusCode;
  /** `undefined` becomes 0 on the wire. */
  readonly cseq: number | undefined;
  /** `undefined` where there is no session: 0 on the lab's wire, whose clients need the line. */
  readonly session: string | undefined;
  /** Further header fields, for clients of the standards. */
  readonly headers?: readonly HeaderField[];
  /** What follows the blank line. */
  readonly body?: string;
}

/** A response as the client sees it. */
export interface RtspResponse {
  /** Three digits; any that the peer chose. */
  readonly status: number;
  /** The reason phrase; may be empty. */
  readonly reason: string;
  /** `undefined` where it is no number: a dialect B server answers a dialect A request with `CSeq: CSeq:`. */
  readonly cseq: number | undefined;
  /** The session identifier, without parameters. */
  readonly session: string | undefined;
  /** All header fields. */
  readonly headers: RtspHeaders;
  /** What followed the blank line. */
  readonly body: string;
}
