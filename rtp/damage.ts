/**
 * Why a frame could not be completed although packets of it came: names for counters, and words for people.
 *
 * @module
 */

/** Each cause in words that follow "no frame is whole:". */
export const DAMAGE_REASONS = {
  "packet-lost": "packets of it were lost",
  "wrong-offset":
    "the Fragment Offset of a packet is not the number of bytes that came before it, and no packet is missing (RFC 2435, 3.1.2)",
  "wrong-piece":
    "the numbers or offsets in front of its pieces do not follow one another, and no packet is missing: check what the server writes there",
  "truncated":
    "the next one begins before it has ended: it has no marker and no timestamp of its own (RFC 2435, 3), or no EOI",
  "number-repeated": "its packets have one sequence number, where each should have its own (RFC 3550, 5.1)",
  "not-a-jpeg": "it is no JPEG",
  "too-large": "it is larger than the limit",
  "short-header": "a packet ends within its JPEG header (RFC 2435, 3.1)",
  "unknown-type": "its Type is none of 0, 1, 64 and 65 (RFC 2435, 3.1.3)",
  "reserved-q": "its Q is 0 or 100 to 127, which are reserved (RFC 2435, 3.1.4 and 4.2)",
  "no-size":
    "its Width or Height is 0, and neither the SDP nor a header extension has its size (RFC 2435, 3.1.5 and 3.1.6)",
  "malformed-tables":
    "its quantization tables are not one, two or three of 64 values of 8 bits: check Length and Precision (RFC 2435, 3.1.8)",
  "tables-missing": "its quantization tables have Length 0, and none came before for its Q (RFC 2435, 3.1.8)",
} as const;

/** Why a frame is damaged. */
export type DamageCause = keyof typeof DAMAGE_REASONS;
