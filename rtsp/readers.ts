/**
 * The readers of both ends: all requests for the server, lab responses and RTSP/1.0 messages for the client.
 *
 * @module
 */

import { BLANK_LINE_ONLY } from "./reading/completeness.ts";
import { LabRequestCompleteness, LabResponseCompleteness } from "./lab/lab_completeness.ts";
import { decodeLabRequest, decodeLabResponse, LAB_TRANSPORT, RTSP_REQUEST } from "./lab/lab_grammar.ts";
import { LAB_METHODS, METHODS, type RtspRequest, type RtspResponse } from "./message.ts";
import { MessageReader } from "./reading/message_reader.ts";
import { Resynchronizer } from "./reading/resynchronizer.ts";
import { STATUS_LINE_PREFIX, STATUS_LINE_START } from "./status.ts";
import { decodeRtspRequest, decodeRtspResponse } from "./rtsp_grammar.ts";

const ALL_METHODS: readonly string[] = [...METHODS, ...LAB_METHODS];

/** A request right behind another, without a line break: `Session: 123456PAUSE movie.Mjpeg RTSP/1.0`. */
export const NEXT_REQUEST = new RegExp(`(?<=^|[\\d\\s])(?:${ALL_METHODS.join("|")})[ \\t]`, "g");

/** A reply right behind another, without a line break: `CSeq: 1RTSP/1.0 200 OK`. Within the value of a field it is no reply. */
const NEXT_REPLY = /(?<=^|[^\s:;,="])RTSP\/\d\.\d[ \t]+\d{3}/g;

/** The Session line of a request of the lab, six digits, which no session of RTSP/1.0 has (RFC 2326, 3.4: eight at least). */
const LAB_SESSION = /^session(?:[ \t]*:[ \t]*|[ \t]+)\d{6}[ \t]*\r?$/im;

/** Reads requests of all dialects, for the server. */
export function createRequestReader(): MessageReader<RtspRequest> {
  // Students' clients that write URLs show by their SETUP that they speak the lab's dialect; the requests behind it look like RTSP/1.0.
  let writesUrls = false;
  // Others set up in the plain form, and write URLs from then on.
  let hasSetUp = false;
  return new MessageReader({
    createCompleteness: () => new LabRequestCompleteness({ writesUrls: () => writesUrls, hasSetUp: () => hasSetUp }),
    nextStart(line, from, isFirst) {
      if (isFirst) return -1;
      NEXT_REQUEST.lastIndex = from;
      return NEXT_REQUEST.exec(line)?.index ?? -1;
    },
    mayStart: (line) => ALL_METHODS.some((method) => method.startsWith(line)),
    mayBeLengthless: false,
    decode(head, body) {
      if (!RTSP_REQUEST.test(head)) {
        const request = decodeLabRequest(head);
        hasSetUp ||= request.transport !== undefined;
        return request;
      }
      writesUrls ||= LAB_TRANSPORT.test(head);
      return writesUrls || (hasSetUp && LAB_SESSION.test(head))
        ? decodeLabRequest(head)
        : decodeRtspRequest(head, body);
    },
  });
}

/** Reads responses of the lab's dialects, for the client. */
export function createLabResponseReader(): MessageReader<RtspResponse> {
  return new MessageReader({
    createCompleteness: () => new LabResponseCompleteness(),
    nextStart(line, from, isFirst) {
      NEXT_REPLY.lastIndex = isFirst ? from + 1 : from;
      return NEXT_REPLY.exec(line)?.index ?? -1;
    },
    mayStart: (line) => line === "" || STATUS_LINE_PREFIX.test(line),
    mayBeLengthless: true,
    mayBeOneLine: (line) => STATUS_LINE_START.test(line),
    isFirstLine: (line) => STATUS_LINE_START.test(line),
    decode: decodeLabResponse,
  });
}

/** The first line of a message of RTSP/1.0, which says its version at the start or at the end. */
const FIRST_LINE = /^RTSP\/\d|[ \t]RTSP\/\d{1,3}\.\d{1,3}[ \t]*$/i;

/** How to read RTSP/1.0 messages. */
export interface RtspReaderOptions {
  /** Tells the channels of the session, where bytes that belong to nothing are passed over up to the next packet; default: all. */
  readonly isChannel?: (channel: number) => boolean;
}

/** Reads RTSP/1.0 messages, for the client: servers may send requests, too (RFC 2326, 10). */
export function createRtspReader(
  { isChannel = () => true }: RtspReaderOptions = {},
): MessageReader<RtspResponse | RtspRequest> {
  return new MessageReader<RtspResponse | RtspRequest>({
    createCompleteness: () => BLANK_LINE_ONLY,
    nextStart: () => -1,
    mayStart: () => false,
    mayBeLengthless: true,
    isFirstLine: (line) => FIRST_LINE.test(line),
    decode: (head, body) => RTSP_REQUEST.test(head) ? decodeRtspRequest(head, body) : decodeRtspResponse(head, body),
  }, new Resynchronizer(isChannel));
}
