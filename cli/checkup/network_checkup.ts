/**
 * What of the network works here: the server's port, datagrams of all sizes on the loopback, the page.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { hostAndPort } from "../../net/addresses.ts";
import { bindUdpPortPair, udpPortOf } from "../../net/udp_ports.ts";
import { LAB_CLIENT_PAYLOAD_BYTES, LAB_PAYLOAD_MAX_BYTES } from "../../rtp/lab/lab_packetizer.ts";
import { RTP_HEADER_BYTES } from "../../rtp/packet.ts";
import { DEFAULT_MTU_BYTES } from "../../server/limits.ts";
import { explainListenError } from "../listen_error.ts";
import type { Finding } from "./finding.ts";

const TIMEOUT_MS = 2000;

/** Addresses that programs on one machine reach each other at. */
const LOOPBACK = ["127.0.0.1", "::1"] as const;

/** What is sent, and who needs it. */
const DATAGRAMS: readonly { readonly lengthBytes: number; readonly what: string; readonly advice: string }[] = [
  {
    lengthBytes: DEFAULT_MTU_BYTES,
    what: "packets of RTP/JPEG",
    advice: "a firewall of this machine may hold them back; players take the RTSP connection instead: --transport tcp",
  },
  {
    lengthBytes: RTP_HEADER_BYTES + LAB_CLIENT_PAYLOAD_BYTES,
    what: "frames of the networking lab",
    advice: "lab clients stay black; on macOS this helps: sudo sysctl -w net.inet.udp.maxdgram=65535",
  },
  {
    lengthBytes: RTP_HEADER_BYTES + LAB_PAYLOAD_MAX_BYTES,
    what: "the largest frames of forks of the lab",
    advice: "larger frames go out in pieces; on macOS this helps: sudo sysctl -w net.inet.udp.maxdgram=65535",
  },
];

/** Whether a server can listen on a port. */
export function checkPort({ hostname, port }: { readonly hostname: string; readonly port: number }): Finding {
  const topic = "TCP port";
  try {
    Deno.listen({ transport: "tcp", hostname, port }).close();
    return { topic, level: "ok", text: `${hostAndPort({ hostname, port })} is free for serve --port ${port}` };
  } catch (error) {
    const explained = explainListenError(error, { hostname, port });
    return { topic, level: "problem", text: explained instanceof Error ? explained.message : String(explained) };
  }
}

/** Whether datagrams that players need arrive, at each address of the loopback. */
export async function checkDatagrams(): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const hostname of LOOPBACK) {
    const topic = `UDP at ${hostname}`;
    const reason = await reasonAgainst(hostname, DEFAULT_MTU_BYTES);
    if (hostname === "::1" && reason !== undefined) {
      findings.push({
        topic,
        level: "note",
        text: `This machine has no IPv6: name 127.0.0.1, not localhost (${reason})`,
      });
      continue;
    }
    for (const { lengthBytes, what, advice } of DATAGRAMS) {
      const problem = await reasonAgainst(hostname, lengthBytes);
      const text = problem === undefined
        ? `Datagrams of ${lengthBytes} bytes arrive: ${what}`
        : `Datagrams of ${lengthBytes} bytes do not arrive, ${what} (${problem}): ${advice}`;
      findings.push({ topic, level: problem === undefined ? "ok" : "problem", text });
    }
  }
  return findings;
}

/** Why a datagram of a length does not go from one socket of an address to another; `undefined` where it does. */
async function reasonAgainst(hostname: string, lengthBytes: number): Promise<string | undefined> {
  const sockets: Deno.DatagramConn[] = [];
  try {
    sockets.push(...bindUdpPortPair(hostname));
    const [receiver, sender] = sockets;
    const received = receiver.receive(new Uint8Array(lengthBytes + 1));
    // Where sending fails, nobody waits for it.
    received.catch(() => {});
    await sender.send(new Uint8Array(lengthBytes), { transport: "udp", hostname, port: udpPortOf(receiver) });
    const [datagram] = await deadline(received, TIMEOUT_MS);
    return datagram.length === lengthBytes ? undefined : `${datagram.length} bytes of it came`;
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") return `nothing came in ${TIMEOUT_MS / 1000} s`;
    return error instanceof Error ? error.message : String(error);
  } finally {
    for (const socket of sockets) socket.close();
  }
}

/** Whether a browser on this machine can get the page of `play`. */
export async function checkPage(): Promise<Finding> {
  const topic = "page";
  try {
    using listener = Deno.listen({ transport: "tcp", hostname: "127.0.0.1", port: 0 });
    const accepted = listener.accept();
    accepted.catch(() => {});
    using _connection = await deadline(Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }), TIMEOUT_MS);
    using _accepted = await deadline(accepted, TIMEOUT_MS);
    return { topic, level: "ok", text: "Browsers on this machine can reach the page of play at 127.0.0.1" };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      topic,
      level: "problem",
      text: `Browsers cannot reach a page at 127.0.0.1 (${reason}): play --no-preview --out frames/ needs none`,
    };
  }
}
