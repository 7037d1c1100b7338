/**
 * RTP timestamps as times of day: a sender report pairs one timestamp with the sender's clock (RFC 3550, 6.4.1), and the others
 * are ticks before or after it.
 *
 * @module
 */

/** What a sender report says of the sender's clock. */
export interface ClockReport {
  /** The sender's time of day: milliseconds since the Unix epoch. */
  readonly unixMs: number;
  /** The same time in RTP ticks. */
  readonly rtpTimestamp: number;
}

/** NTP time 0, decoded: what senders without a clock report (RFC 3550, 6.4.1). */
export const NO_CLOCK_UNIX_MS = (2 ** 32 - 2_208_988_800) * 1000;

/**
 * The sender's time of day at a timestamp, in milliseconds since the Unix epoch; `undefined` where it has no clock. Timestamps wrap:
 * of all times that one may stand for, the nearest to the report is meant, which at 90 kHz is less than 7 hours away.
 */
export function wallClockMs(
  timestamp: number,
  { report, clockRate }: { readonly report: ClockReport; readonly clockRate: number },
): number | undefined {
  if (report.unixMs === NO_CLOCK_UNIX_MS) return undefined;
  return report.unixMs + ((timestamp - report.rtpTimestamp) | 0) * 1000 / clockRate;
}
