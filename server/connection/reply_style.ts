/**
 * Replies as their client asks: in its dialect, in its line style, and where it sent no whole request, with what can be found of one.
 *
 * @module
 */

import { RTSP_REQUEST } from "../../rtsp/lab/lab_grammar.ts";
import { encodeLabReply, PLAIN_LINES } from "../../rtsp/lab/lab_grammar.ts";
import type { Dialect, LineStyle, RtspReply, RtspRequest } from "../../rtsp/message.ts";
import { encodeRtspResponse } from "../../rtsp/rtsp_grammar.ts";
import type { StatusCode } from "../../rtsp/status.ts";

/** The style of one client's last request; before the first one, that of the lab. */
export class ReplyStyle {
  #dialect: Dialect = "lab";
  #lineStyle: LineStyle = PLAIN_LINES;

  /** Replies from now on as to this request. */
  follow({ dialect, lineStyle }: RtspRequest): void {
    this.#dialect = dialect;
    this.#lineStyle = lineStyle;
  }

  encode(reply: RtspReply): string {
    return this.#dialect === "rtsp" ? encodeRtspResponse(reply) : encodeLabReply(reply, this.#lineStyle);
  }

  /** A reply to text that is no request, or the start of one; if it was meant as RTSP/1.0, so is the reply. */
  encodeRefusal(text: string, status: StatusCode): string {
    if (looksLikeRtsp(text)) this.#dialect = "rtsp";
    const cseq = this.#dialect === "rtsp" ? findCseq(text) : undefined;
    return this.encode({ status, cseq, session: undefined });
  }
}

/** Whether the first line has a URL, or a version behind something else than the lab's file name. */
function looksLikeRtsp(text: string): boolean {
  return RTSP_REQUEST.test(text) || /^[^\r\n]*[ \t](?:rtsps?:\/\/|\*[ \t])/i.test(text);
}

function findCseq(text: string): number | undefined {
  const match = /^CSeq[ \t]*:[ \t]*(\d{1,10})[ \t]*$/im.exec(text.replaceAll("\r", ""));
  return match === null ? undefined : Number(match[1]);
}
