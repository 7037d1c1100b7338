/**
 * The options of `serve` that capture what goes over the wire.
 *
 * @module
 */

import { UsageError } from "./errors.ts";
import { flag, inGroup, type Option, type OptionValues, quantity, text } from "./option.ts";

/** Bytes of a capture that was given no size. */
const DEFAULT_BYTES = 1e9;

/** Options of a capture. A size of 0 is not given. */
export type CaptureOptions = {
  readonly pcap: Option<string | undefined>;
  readonly "pcap-size": Option<number>;
  readonly force: Option<boolean>;
};

/** The options by name. */
export const CAPTURE_OPTIONS: CaptureOptions = inGroup("Capture (of what goes over the wire, for Wireshark)", {
  pcap: text("FILE", "Write all dialogues and packets to a .pcapng file, or (with -) to standard output"),
  "pcap-size": {
    ...quantity("SIZE", "Leave out what follows once it is so large", {
      units: { kb: 1e3, mb: 1e6, gb: 1e9 },
      ...{ min: 1e4, max: 1e15, allowed: "10kB to 1000000GB", example: "100MB" },
    }),
    defaultText: "1GB; to a pipe, none",
  },
  force: flag("Replace the file if there is one"),
});

/** The capture that the options ask for; `undefined` for none. */
export function captureOf(
  { pcap, "pcap-size": size, force }: OptionValues<CaptureOptions>,
): { readonly name: string; readonly force: boolean; readonly maxBytes: number } | undefined {
  if (pcap === undefined) {
    if (size === 0 && !force) return undefined;
    throw new UsageError("--pcap-size and --force are about the file of --pcap: name one, or leave them out");
  }
  return { name: pcap, force, maxBytes: size > 0 ? size : pcap === "-" ? Infinity : DEFAULT_BYTES };
}
