/**
 * The grammars of the networking lab: dialect A (`lab`), the assignment's, and dialect B (`lab-b`), a widespread fork.
 * Lines end in LF, mostly without one at the end and without a blank line; the peers parse with `split`, so that order,
 * spaces and the number of lines matter. Strict in what is written, lenient in what is read.
 *
 * Dialect A:                                              Dialect B:
 *
 *     SETUP movie.Mjpeg RTSP/1.0                              SETUP movie.mjpeg
 *     CSeq: 1                                                 1
 *     Transport: RTP/UDP; client_port= 25000                   RTSP/1.0 RTP/UDP 5008
 *
 *     PLAY movie.Mjpeg RTSP/1.0                               PLAY␠
 *     CSeq: 2                                                 2
 *     Session: 123456
 *
 * @module
 */

import { decodeHeaders } from "./headers.ts";
import type { LabTransport, LineStyle, RtspReply, RtspRequest, RtspResponse } from "./message.ts";
import { noStatusLine, REASON_PHRASES } from "./status.ts";

// Lines are trimmed before they are matched: a pattern with several runs of spaces takes cubic time.
const REQUEST_LINE = /^([A-Za-z_]+)(?:[ \t]+(\S.*))?$/;
const STATUS_LINE = /^RTSP\/\d\.\d[ \t]+(\d{3})(.*)$/i;
/** Second line of a dialect B request. */
export const BARE_CSEQ = /^(?:Seq[ \t]*:[ \t]*)?(\d{1,9})$/i;
/** Where a lab client wants its packets. */
export const CLIENT_PORT = /client_port[ \t]*[=:][ \t]*(\d+)/i;
/** How many sockets a client of the multi-flow fork asks for. */
export const FLOW_COUNT = /flow_num[ \t]*[=:][ \t]*(\d{1,9})/i;

/** A request to encode in one of the lab's dialects. */
export interface LabRequest {
  /** In capitals. */
  readonly method: string;
  /** The bare file name. */
  readonly file: string;
  /** One higher each request, from 1. */
  readonly cseq: number;
  /** Where SETUP wants the packets; `undefined` for other methods. */
  readonly transport?: LabTransport;
  /** Needed in dialect A by all methods but SETUP. */
  readonly session?: string;
}

/**
 * The text of a request, to be sent in one segment. The last line ends in LF: the lab's Java servers read by lines and would wait
 * for it; servers that split at LF see no difference.
 */
export function encodeLabRequest(dialect: "lab" | "lab-b", request: LabRequest): string {
  const { method, file, cseq, transport, session } = request;
  const flows = transport?.flowCount === undefined ? "" : ` flow_num= ${transport.flowCount}`;
  if (dialect === "lab") {
    const third = transport === undefined
      ? `Session: ${session ?? "0"}`
      : `Transport: RTP/UDP; client_port= ${transport.clientPort}${flows}`;
    return `${method} ${file} RTSP/1.0\nCSeq: ${cseq}\n${third}\n`;
  }
  if (transport === undefined) return `${method} \n${cseq}\n`;
  return `${method} ${file}\n${cseq}\n RTSP/1.0 RTP/UDP ${transport.clientPort}${flows}\n`;
}

/** The line style of the lab's Python programs: LF between lines, nothing after the last one. */
export const PLAIN_LINES: LineStyle = { lineEnd: "\n", endsLastLine: false };

/**
 * The text of a reply: three lines, which clients of both dialects index by line and word. Other fields, a blank line and the body
 * follow only if there is a body.
 */
export function encodeLabReply(reply: RtspReply, { lineEnd, endsLastLine }: LineStyle = PLAIN_LINES): string {
  const { status, cseq, session } = reply;
  const lines = [`RTSP/1.0 ${status} ${REASON_PHRASES[status]}`, `CSeq: ${cseq ?? 0}`, `Session: ${session ?? 0}`];
  if (reply.body !== undefined) {
    const fields = (reply.headers ?? []).map(([name, value]) => `${name}: ${value}`);
    const length = new TextEncoder().encode(reply.body).length;
    return [...lines, ...fields, `Content-Length: ${length}`, "", reply.body].join(lineEnd);
  }
  return lines.join(lineEnd) + (endsLastLine ? lineEnd : "");
}

/** Decodes the text of one request. Throws a `SyntaxError` if its first line is not a request line. */
export function decodeLabRequest(text: string): RtspRequest {
  const lines = text.split(/\r?\n/);
  const requestLine = REQUEST_LINE.exec(lines[0].trimEnd());
  if (requestLine === null) {
    throw new SyntaxError(`Cannot decode request: ${JSON.stringify(excerpt(lines[0]))} is not a request line`);
  }
  const method = requestLine[1].toUpperCase();
  const uri = (requestLine[2] ?? "").replace(/RTSP\/\d\.\d$/i, "").trim();
  const bareCseq = BARE_CSEQ.exec((lines[1] ?? "").trim());
  const dialect = bareCseq !== null ? "lab-b" : "lab";
  const headers = decodeHeaders(lines.slice(1));
  return {
    dialect,
    version: "1.0",
    method,
    uri,
    cseq: bareCseq !== null ? Number(bareCseq[1]) : toNumber(headers.get("CSeq")),
    session: headers.get("Session")?.split(";")[0].trim() || undefined,
    transport: decodeTransport(dialect === "lab-b" ? lines[2] ?? "" : headers.get("Transport") ?? ""),
    headers,
    body: "",
    lineStyle: { lineEnd: text.includes("\r\n") ? "\r\n" : "\n", endsLastLine: text.endsWith("\n") },
  };
}

/** Decodes the text of one response. Throws a `SyntaxError` if its first line is not a status line. */
export function decodeLabResponse(text: string): RtspResponse {
  const lines = text.split(/\r?\n/);
  const statusLine = STATUS_LINE.exec(lines[0].trimEnd());
  if (statusLine === null) throw noStatusLine(lines[0]);
  const headers = decodeHeaders(lines.slice(1));
  return {
    headers,
    body: "",
    status: Number(statusLine[1]),
    reason: statusLine[2].trim(),
    cseq: toNumber(headers.get("CSeq")),
    session: headers.get("Session")?.split(";")[0].trim() || undefined,
  };
}

function decodeTransport(text: string): LabTransport | undefined {
  const flows = FLOW_COUNT.exec(text);
  // In dialect B, and for dialect A servers, the port is the fourth space-separated word of the third line.
  const port = CLIENT_PORT.exec(text)?.[1] ?? /(?:^|[ \t;])(\d+)[ \t]*(?:$|flow_num)/i.exec(text)?.[1];
  const clientPort = Number(port ?? 0);
  if (!(clientPort >= 1 && clientPort <= 65_535)) return undefined;
  return { clientPort, flowCount: flows === null ? undefined : Number(flows[1]) };
}

function toNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function excerpt(line: string): string {
  return line.length > 60 ? line.slice(0, 60) + "…" : line;
}
