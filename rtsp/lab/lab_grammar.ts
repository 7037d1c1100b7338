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
 * Some mix the two: a URL in place of the file name, `CSeq:` above the third line of dialect B, `Session` without its colon.
 *
 * @module
 */

import { decodeHeaders, type HeaderField, RtspHeaders } from "../headers.ts";
import type { LabTransport, LineStyle, RtspReply, RtspRequest, RtspResponse } from "../message.ts";
import { noStatusLine, REASON_PHRASES } from "../status.ts";

// Lines are trimmed before they are matched: a pattern with several runs of spaces takes cubic time.
const REQUEST_LINE = /^([A-Za-z_]+)(?:[ \t]+(\S.*))?$/;
const STATUS_LINE = /^RTSP\/\d\.\d[ \t]+(\d{3})(.*)$/i;
/** Second line of a dialect B request. */
export const BARE_CSEQ = /^(?:Seq[ \t]*:[ \t]*)?(\d{1,9})$/i;
/** Where a lab client wants its packets: `client_port`, as some write it `port` or `rtp_port`. */
export const CLIENT_PORT = /port[ \t]*[=:][ \t]*(\d+)/i;
/** How many sockets a client of the multi-flow fork asks for. */
export const FLOW_COUNT = /flow_num[ \t]*[=:][ \t]*(\d{1,9})/i;
/** A Session line, with or without its colon. */
export const SESSION_LINE = /^session(?:[ \t]*:[ \t]*|[ \t]+)(\S+)/i;
/** The third line of a SETUP that does not say `Transport:`. */
export const BARE_TRANSPORT = /^(?:RTSP\/\d\.\d[ \t]+)?[A-Z]{1,8}\/UDP[ \t;]/i;
/** A Transport line of the lab: RTP/AVP is that of RTSP/1.0 (RFC 2326, 12.39). */
export const LAB_TRANSPORT = /^transport[ \t]*:[ \t]*RTP\/UDP[ \t;]/im;

/** A request with a URL, or with `*`, is RTSP/1.0, unless its Transport line is the lab's. LIST is the lab's only. */
export const RTSP_REQUEST = /^(?!list\b)[A-Za-z_]+[ \t]+(?:rtsps?:|\*[ \t])/i;

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
export function encodeLabReply(reply: RtspReply, style: LineStyle = PLAIN_LINES): string {
  const { status, cseq, session, labLines } = reply;
  const { lineEnd, endsLastLine, hasBlankLine = false } = style;
  const three = [`RTSP/1.0 ${status} ${REASON_PHRASES[status]}`, `CSeq: ${cseq ?? 0}`, `Session: ${session ?? 0}`];
  const lines = [...(labLines?.isWholeReply ? [] : three), ...labLines?.lines ?? []];
  if (reply.body !== undefined) {
    const fields = (reply.headers ?? []).map(([name, value]) => `${name}: ${value}`);
    const length = new TextEncoder().encode(reply.body).length;
    return [...lines, ...fields, `Content-Length: ${length}`, "", reply.body].join(lineEnd);
  }
  const end = labLines?.endsLastLine ?? endsLastLine ? lineEnd : "";
  return lines.join(lineEnd) + end + (hasBlankLine && end !== "" ? lineEnd : "");
}

/** Decodes the text of one request. Throws a `SyntaxError` if its first line is not a request line. */
export function decodeLabRequest(text: string): RtspRequest {
  const lines = text.split(/\r?\n/);
  const requestLine = REQUEST_LINE.exec(lines[0].trimEnd());
  if (requestLine === null) {
    throw new SyntaxError(`Cannot decode request: ${JSON.stringify(excerpt(lines[0]))} is not a request line`);
  }
  const method = requestLine[1].toUpperCase();
  const version = /RTSP\/(\d\.\d)$/i.exec(requestLine[2] ?? "")?.[1] ?? "1.0";
  const uri = (requestLine[2] ?? "").replace(/RTSP\/\d\.\d$/i, "").trim();
  // The lab continues no field on the next line: one fork starts a field with a space.
  const fields = lines.slice(1).map((line) => line.trim());
  const bareCseq = BARE_CSEQ.exec(fields[0] ?? "");
  const dialect = bareCseq !== null ? "lab-b" : "lab";
  const bareTransport = dialect === "lab-b" ? fields[1] : fields.find((line) => BARE_TRANSPORT.test(line));
  const unnamed: HeaderField[] = bareTransport ? [["Transport", bareTransport]] : [];
  const headers = new RtspHeaders([...decodeHeaders(fields), ...unnamed]);
  const session = fields.map((line) => SESSION_LINE.exec(line)?.[1]).find((id) => id !== undefined);
  return {
    dialect,
    version,
    method,
    uri,
    cseq: bareCseq !== null ? Number(bareCseq[1]) : toNumber(headers.get("CSeq")),
    session: session?.split(";")[0] || undefined,
    transport: decodeTransport(dialect === "lab-b" ? bareTransport ?? "" : headers.get("Transport") ?? ""),
    headers,
    body: "",
    lineStyle: lineStyleOf(text),
  };
}

/** Programs that write CR LF read by lines, even those that leave the last one open. */
function lineStyleOf(text: string): LineStyle {
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const style = { lineEnd, endsLastLine: lineEnd === "\r\n" || text.endsWith("\n") } as const;
  return /\n\r?\n$/.test(text) ? { ...style, hasBlankLine: true } : style;
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
