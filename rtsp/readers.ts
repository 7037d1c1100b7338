/**
 * The readers of each end: requests of all dialects for the server, responses of the lab and RTSP/1.0 messages for the client.
 *
 * @module
 */

import { BLANK_LINE_ONLY } from "./completeness.ts";
import { LabRequestCompleteness, LabResponseCompleteness, RTSP_REQUEST } from "./lab_completeness.ts";
import { decodeLabRequest, decodeLabResponse } from "./lab_grammar.ts";
import { METHODS, type RtspRequest, type RtspResponse } from "./message.ts";
import { MessageReader } from "./message_reader.ts";
import { decodeRtspRequest, decodeRtspResponse } from "./rtsp_grammar.ts";

/** A request that follows another without a line break between: `Session: 123456PAUSE movie.Mjpeg RTSP/1.0`. */
const NEXT_REQUEST = new RegExp(`(?<=^|[\\d\\s])(?:${METHODS.join("|")})[ \\t]`, "g");

const STATUS_LINE_START = "RTSP/";

/** A reader for the server's side. */
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

/** A reader for the client's side of the lab's dialects. */
export function createLabResponseReader(): MessageReader<RtspResponse> {
  return new MessageReader({
    createCompleteness: () => new LabResponseCompleteness(),
    nextStart: (line, from, isFirst) => line.indexOf(STATUS_LINE_START, isFirst ? from + 1 : from),
    mayStart: (line) => STATUS_LINE_START.startsWith(line),
    mayBeLengthless: true,
    decode: decodeLabResponse,
  });
}

/** A reader for the client's side of RTSP/1.0: servers may send requests, too (RFC 2326, 10). */
export function createRtspReader(): MessageReader<RtspResponse | RtspRequest> {
  return new MessageReader<RtspResponse | RtspRequest>({
    createCompleteness: () => BLANK_LINE_ONLY,
    nextStart: () => -1,
    mayStart: () => false,
    mayBeLengthless: true,
    decode: (head, body) => RTSP_REQUEST.test(head) ? decodeRtspRequest(head, body) : decodeRtspResponse(head, body),
  });
}
