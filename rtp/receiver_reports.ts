/**
 * What receivers report of a stream, out of RTCP that anybody can send: the way back to a server (RFC 3550, 6.4 and A.2). Malformed
 * packets cost neither an exception nor more work than their bytes are worth; use `decodeRtcp()` (rtcp.ts) to learn what is wrong.
 *
 * @module
 */

import { MAX_REPORT_BYTES } from "./limits.ts";
import { decodeNackEntries, decodeReportBlocks, type Nack, type ReportBlock, RTCP_TYPE } from "./rtcp.ts";

/** The reports in one datagram. */
export interface ReceiverReports {
  /** One for each source, from receiver reports and from those of receivers that send as well. */
  readonly blocks: readonly ReportBlock[];
  /** Packets that are asked for again. */
  readonly nacks: readonly Pick<Nack, "mediaSsrc" | "sequenceNumbers">[];
  /** Whether a receiver is there that has received nothing yet: its report has no blocks. */
  readonly isFromWaiting: boolean;
}

const HEADER_BYTES = 4;
const WORD_BYTES = 4;
const VERSION = 2;
const COUNT_MASK = 0x1f;
const BLOCK_BYTES = 24;
const GENERIC_NACK = 1;
/** From the start of a NACK to its first entry: header and two SSRCs. */
const NACK_ENTRIES_AT = 12;
/** From the start of a packet to its first block: header, SSRC, and the sender's own part. */
const BLOCKS_AT: Readonly<Record<number, number>> = { [RTCP_TYPE.senderReport]: 28, [RTCP_TYPE.receiverReport]: 8 };

/** The reports of receivers; `undefined` for malformed packets, and for more than {@linkcode MAX_REPORT_BYTES}. */
export function readReceiverReports(datagram: Uint8Array): ReceiverReports | undefined {
  if (datagram.length === 0 || datagram.length > MAX_REPORT_BYTES) return undefined;
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length);
  const blocks: ReportBlock[] = [];
  const nacks: Pick<Nack, "mediaSsrc" | "sequenceNumbers">[] = [];
  let isFromWaiting = false;
  for (let at = 0; at < datagram.length;) {
    if (at + HEADER_BYTES > datagram.length) return undefined;
    const [first, type] = [datagram[at], datagram[at + 1]];
    const end = at + HEADER_BYTES + WORD_BYTES * view.getUint16(at + 2);
    if (first >> 6 !== VERSION || end > datagram.length) return undefined;
    if (BLOCKS_AT[type] !== undefined) {
      const count = first & COUNT_MASK;
      const start = at + BLOCKS_AT[type];
      if (start + count * BLOCK_BYTES > end) return undefined;
      if (count > 0) blocks.push(...decodeReportBlocks(view, start, count));
      isFromWaiting ||= count === 0 && type === RTCP_TYPE.receiverReport;
    } else if (type === RTCP_TYPE.transportFeedback && (first & COUNT_MASK) === GENERIC_NACK) {
      const start = at + NACK_ENTRIES_AT;
      if (start > end) return undefined;
      nacks.push({
        mediaSsrc: view.getUint32(start - WORD_BYTES),
        sequenceNumbers: decodeNackEntries(view, start, end - start),
      });
    }
    at = end;
  }
  return { blocks, nacks, isFromWaiting: isFromWaiting && nacks.length === 0 };
}
