/**
 * Whether a stream of a server arrives here, and whole.
 *
 * @module
 */

import type { UrlTarget } from "../../client/session/target.ts";
import { FailedError } from "../options/errors.ts";
import { probeStream, type StreamProbe, type StreamProbeOptions } from "../probing/stream_probe.ts";
import type { Finding } from "./finding.ts";

/** Watches a stream for a moment, as `play` does. */
export async function checkStream(target: UrlTarget, options: StreamProbeOptions): Promise<Finding[]> {
  try {
    return judge(await probeStream(target, options));
  } catch (error) {
    if (!(error instanceof FailedError)) throw error;
    return [{ topic: "stream", level: "problem", text: error.message }];
  }
}

function judge(probe: StreamProbe): Finding[] {
  const { dialect, frames, frameRate, transport, packets, lostPackets, incompleteFrames } = probe;
  const rate = frameRate === null ? "" : `, ${frameRate.toFixed(1)} a second`;
  if (dialect === "http") return [{ topic: "stream", level: "ok", text: `${frames} frames came over HTTP${rate}` }];
  const isTcp = transport === "tcp";
  const fellBack = isTcp ? ", since none came over UDP: a firewall between the two may hold it back" : "";
  const through: Finding = {
    topic: "stream",
    level: isTcp ? "note" : "ok",
    text: `${frames} frames came over ${transport.toUpperCase()}${rate}${fellBack}`,
  };
  if (lostPackets === 0) return [through];
  const text = `${lostPackets} of ${packets + lostPackets} packets are lost, ${incompleteFrames} frames incomplete: ` +
    "--transport tcp loses none";
  return [through, { topic: "stream", level: incompleteFrames > 0 ? "problem" : "note", text }];
}
