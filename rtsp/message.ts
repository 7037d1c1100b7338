/**
 * Requests and responses as values, the same for all dialects. The grammars turn them into text and back.
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

/** Methods of RTSP/1.0 (RFC 2326, 10): these start a request, even without a line break before it. */
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

/** Methods that forks of the lab have beside those; docs/LAB.md lists whose they are. */
export const LAB_METHODS = [
  "BACKWARD",
  "BREAKDOWN",
  "CHANGE",
  "CONNECT",
  "FORWARD",
  "GETLIST",
  "LIST",
  "NORMAL",
  "PREVIOUS",
  "RESTART",
  "REVERSE",
  "SCRUB",
  "SETTIME",
  "SLOWDOWN",
  "SPEEDUP",
  "STOP",
  "SWITCH",
] as const;

/** One of {@linkcode LAB_METHODS}. */
export type LabMethod = typeof LAB_METHODS[number];

/** Where a lab client wants its packets. */
export interface LabTransport {
  /** UDP port of the client, 1 to 65535. */
  readonly clientPort: number;
  /** Sockets that the server sends from, in the multi-flow fork; `undefined` for plain clients. */
  readonly flowCount: number | undefined;
}

/**
 * How a peer ends its lines. Replies have the same style: the lab's Python programs neither send nor expect a line break after the
 * last line, its Java edition reads by lines and waits for one, others read up to a blank line.
 */
export interface LineStyle {
  readonly lineEnd: "\n" | "\r\n";
  /** Whether a line break follows the last line. */
  readonly endsLastLine: boolean;
  /** Whether a blank line follows; none by default. */
  readonly hasBlankLine?: boolean;
}

/** A decoded request. */
export interface RtspRequest {
  /** The grammar of the request and of its reply. */
  readonly dialect: Dialect;
  /** RTSP version, for instance `1.0`. */
  readonly version: string;
  /** In capitals. */
  readonly method: string;
  /** The lab's bare file name, or a URL; empty in dialect B after SETUP. */
  readonly uri: string;
  /** `undefined` if there is none, or it is not a number. */
  readonly cseq: number | undefined;
  /** The session identifier as sent, without parameters. */
  readonly session: string | undefined;
  /** Where SETUP wants the packets, in the lab's dialects; `undefined` if it names no usable port. */
  readonly transport: LabTransport | undefined;
  readonly lineStyle: LineStyle;
  /** All header fields; of dialect B's lines without a name only `Transport` is one. */
  readonly headers: RtspHeaders;
  /** Empty if there is none, as in the lab's dialects. */
  readonly body: string;
}

/** A response to encode. */
export interface RtspReply {
  readonly status: StatusCode;
  /** `undefined` becomes 0 in the lab's dialects, and no field in RTSP/1.0. */
  readonly cseq: number | undefined;
  /** `undefined` becomes 0 in the lab's dialects, whose clients need the line, and no field in RTSP/1.0. */
  readonly session: string | undefined;
  /** Other header fields; the lab's dialects send them only with a body. */
  readonly headers?: readonly HeaderField[];
  readonly body?: string;
  /** What forks of the lab read behind the third line; RTSP/1.0 has none. */
  readonly labLines?: LabLines;
}

/** Lines of a reply that forks of the lab read beside the three. */
export interface LabLines {
  readonly lines: readonly string[];
  /** Whether a line break follows the last one; as the request by default. */
  readonly endsLastLine?: boolean;
  /** Whether they are the whole reply, without the three lines; not by default. */
  readonly isWholeReply?: boolean;
}

/** A decoded response. */
export interface RtspResponse {
  /** Any three digits. */
  readonly status: number;
  /** The reason phrase; may be empty. */
  readonly reason: string;
  /** `undefined` if it is not a number: dialect B servers answer a dialect A request with `CSeq: CSeq:`. */
  readonly cseq: number | undefined;
  /** The session identifier, without parameters. */
  readonly session: string | undefined;
  readonly headers: RtspHeaders;
  /** Empty if there is none. */
  readonly body: string;
}

/** Which way a message has gone, as seen from here. */
export type MessageDirection = "sent" | "received";
