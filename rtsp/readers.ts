/**
 * The readers of both ends: all requests for the server, lab responses and RTSP/1.0 messages for the client.
 *
 * @module
 */

import { BLANK_LINE_ONLY } from "./completeness.ts";
import { LabRequestCompleteness, LabResponseCompleteness, RTSP_REQUEST } from "./lab_completeness.ts";
import { decodeLabRequest, decodeLabResponse } from "./lab_grammar.ts";
import { METHODS, type RtspRequest, type RtspResponse } from "./message.ts";
import { MessageReader } from "./message_reader.ts";
import { decodeRtspRequest, decodeRtspResponse } from "./rtsp_grammar.ts";

/** A request right behind another, without a line break: `Session: 123456PAUSE movie.Mjpeg RTSP/1.0`. */
export const NEXT_REQUEST = new RegExp(`(?<=^|[\\d\\s])(?:${METHODS.join("|")})[ \\t]`, "g");

const STATUS_LINE_START = "RTSP/";

/** Reads requests of all dialects, for the server. */
export function createRequestReader(): MessageReader<RtspRequest> {
  return new MessageReader({
    createCompleteness: () => new LabRequestCompleteness(),
    nextStart(line, from, isFirst) {
      if (isFirst) return -1;
      NEXT_REQUEST.lastIndex = from;
      return NEXT_REQUEST.exec(line)?.index ?? -1;
    },
    mayStart: (line) => METHODS.some((method) => method.startsWith(line)),
    mayBeLengthless: false,
    decode: (head, body) => RTSP_REQUEST.test(head) ? decodeRtspRequest(head, body) : decodeLabRequest(head),
  });
}

/** Reads responses of the lab's dialects, for the client. */
export function createLabResponseReader(): MessageReader<RtspResponse> {
  return new MessageReader({
    createCompleteness: () => new LabResponseCompleteness(),
    nextStart: (line, from, isFirst) => line.indexOf(STATUS_LINE_START, isFirst ? from + 1 : from),
    mayStart: (line) => STATUS_LINE_START.startsWith(line),
    mayBeLengthless: true,
    decode: decodeLabResponse,
  });
}

/** Reads RTSP/1.0 messages, for the client: servers may send requests, too (RFC 2326, 10). */
export function createRtspReader(): MessageReader<RtspResponse | RtspRequest> {
  return new MessageReader<RtspResponse | RtspRequest>({
    createCompleteness: () => BLANK_LINE_ONLY,
    nextStart: () => -1,
    mayStart: () => false,
    mayBeLengthless: true,
    decode: (head, body) => RTSP_REQUEST.test(head) ? decodeRtspRequest(head, body) : decodeRtspResponse(head, body),
  });
}
