/**
 * Captures as tshark reads them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { run } from "../interop/pixels.ts";

/** tshark's warnings and errors; a checksum that is wrong is one. */
const COMPLAINTS = "_ws.malformed || tcp.analysis.flags || _ws.expert.severity >= 0x600000";
const CHECKSUMS = ["ip", "udp", "tcp"].flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]);

/** What to read of a capture. */
export interface Dissection {
  /** What ports are decoded as, such as `tcp.port==1025,rtsp`; RTP ports are learnt from SETUP of RTSP/1.0. */
  readonly decodeAs?: readonly string[];
  /** Which packets. */
  readonly filter: string;
  /** Which field of them. */
  readonly field: string;
}

/** A field of the packets that a filter lets through; all fields of that name in a packet. */
export async function dissect(path: string, { decodeAs = [], filter, field }: Dissection): Promise<string[]> {
  const ways = decodeAs.flatMap((way) => ["-d", way]);
  const text = await run("tshark", ["-r", path, ...CHECKSUMS, ...ways, "-Y", filter, "-T", "fields", "-e", field]);
  return text.split(/[\n,]/).filter((value) => value !== "");
}

/** Fails where tshark complains of a packet; `except` is a filter of those that it may complain of. */
export async function assertNoComplaint(
  path: string,
  { decodeAs, except }: { readonly decodeAs?: readonly string[]; readonly except?: string } = {},
): Promise<void> {
  const filter = except === undefined ? COMPLAINTS : `(${COMPLAINTS}) && !(${except})`;
  assertEquals(await dissect(path, { decodeAs, filter, field: "_ws.col.info" }), []);
}
