/**
 * How much a socket holds that nobody reads for a moment: with a small buffer, large frames lose packets over UDP. The system tells
 * that nobody without rights of their own, so it is tried.
 *
 * @module
 */

import { bindUdpPortPair, udpPortOf } from "../../net/udp_ports.ts";
import { BURST_PACKETS, DEFAULT_MTU_BYTES } from "../../server/limits.ts";
import type { Finding } from "./finding.ts";

const HOSTNAME = "127.0.0.1";
/** Packets that are sent: more than the default buffer of Linux holds, which are 92. */
const SENT_PACKETS = 256;
/** Packets that the default buffer of most systems holds. */
const USUAL_PACKETS = 64;
/** Time without another packet after which there are no more, in milliseconds. */
const SILENCE_MS = 100;

/** Counts the packets that arrive where all are sent before the first is read. Rejects where UDP does not work. */
export async function checkReceiveBuffer(): Promise<Finding> {
  const topic = "receive buffer";
  const held = await countHeld();
  const count = `${held === SENT_PACKETS ? "at least " : ""}${held} packets of ${DEFAULT_MTU_BYTES} bytes`;
  const advice = "on Linux sudo sysctl -w net.core.rmem_default=212992 helps, everywhere --transport tcp";
  if (held < BURST_PACKETS) {
    return { topic, level: "problem", text: `Sockets hold ${count}, serve sends ${BURST_PACKETS} at once: ${advice}` };
  }
  if (held < USUAL_PACKETS) {
    return {
      topic,
      level: "note",
      text: `Sockets hold ${count}: a busy player may lose some of large frames; ${advice}`,
    };
  }
  return { topic, level: "ok", text: `Sockets hold ${count}: serve sends ${BURST_PACKETS} at once` };
}

async function countHeld(): Promise<number> {
  const [receiver, sender] = bindUdpPortPair(HOSTNAME);
  let count = 0;
  try {
    const packet = new Uint8Array(DEFAULT_MTU_BYTES);
    const to: Deno.NetAddr = { transport: "udp", hostname: HOSTNAME, port: udpPortOf(receiver) };
    for (let sent = 0; sent < SENT_PACKETS; sent++) await sender.send(packet, to);
    while (count < SENT_PACKETS && await hasNext(receiver, packet)) count++;
  } finally {
    receiver.close();
    sender.close();
  }
  return count;
}

/** Whether another datagram comes; the last call leaves one that waits, which ends with its socket. */
async function hasNext(receiver: Deno.DatagramConn, buffer: Uint8Array): Promise<boolean> {
  const received = receiver.receive(buffer).then(() => true, () => false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), SILENCE_MS));
  try {
    return await Promise.race([received, silence]);
  } finally {
    clearTimeout(timer);
  }
}
