/*
 * RTCP reports as sentences.
 */

// @ts-check

import { formatClock } from "./exchanges.js";

/** @typedef {{ atMs: number, senderMs: number, rtpTimestamp: number, packets: number, bytes: number }} SenderReport */
/**
 * @typedef {{
 *   atMs: number, expected: number, lost: number, fractionLost: number, cumulativeLost: number, highestSequenceNumber: number,
 *   jitterMs: number, sinceSenderReportMs?: number,
 * }} ReceiverReport
 */
/** @typedef {{ atMs: number, frames: [sent: number, of: number], coarseness: number }} Adaptation */
/**
 * @typedef {{
 *   sender?: SenderReport, adaptation?: Adaptation, receiver?: ReceiverReport, nack?: { atMs: number, sequenceNumbers: number[] },
 * }} Reports
 */
/** @typedef {{ atMs: number, kind: string, from: "sender" | "receiver", text: string }} Sentence */

/** Numbers that are told one by one. */
const MAX_TOLD = 8;

/** @param {number} value */
const whole = (value) => value.toLocaleString("en", { maximumFractionDigits: 0 });

/** The newest reports, the sender's first. @param {Reports} reports @returns {Sentence[]} */
export function sentencesOf({ sender, adaptation, receiver, nack }) {
  return [
    ...sender === undefined ? [] : [senderSentence(sender)],
    ...adaptation === undefined ? [] : [adaptationSentence(adaptation)],
    ...receiver === undefined ? [] : [receiverSentence(receiver)],
    ...nack === undefined ? [] : [nackSentence(nack)],
  ];
}

/** @param {SenderReport} report @returns {Sentence} */
function senderSentence({ atMs, senderMs, rtpTimestamp, packets, bytes }) {
  const text = `“I have sent ${whole(packets)} packets with ${whole(bytes)} bytes of payload. By my clock it is ` +
    `${formatClock(senderMs)}, which is timestamp ${rtpTimestamp}.”`;
  return { atMs, kind: "Sender report", from: "sender", text };
}

/** @param {Adaptation} adaptation @returns {Sentence} */
function adaptationSentence(adaptation) {
  const text = `“You get ${adaptationText(adaptation)}.”`;
  return { atMs: adaptation.atMs, kind: "Application-defined (ADPT)", from: "sender", text };
}

/** What the server sends, in words. @param {Adaptation} adaptation */
export function adaptationText({ frames: [sent, of], coarseness }) {
  const frames = sent === of ? "all frames" : 2 * sent === of ? "half the frames" : `${sent} of ${of} frames`;
  if (coarseness === 1) return sent === of ? "all frames as they are" : frames;
  return `${frames}, ${Number(coarseness.toFixed(1))} times as coarse`;
}

/** @param {ReceiverReport} report @returns {Sentence} */
function receiverSentence({ atMs, expected, lost, fractionLost, cumulativeLost, highestSequenceNumber, ...rest }) {
  const since = rest.sinceSenderReportMs;
  const parts = [
    expected === 0
      ? "Nothing has come since my last report"
      : `I have lost ${lost <= 0 ? "none" : whole(lost)} of the last ${whole(expected)} packets (${fractionLost}/256)`,
    `and ${cumulativeLost <= 0 ? "none" : whole(cumulativeLost)} in all. `,
  ];
  const text = `“${parts.join(", ")}The highest number was ${highestSequenceNumber % 0x10000}; the jitter is ` +
    `${rest.jitterMs.toFixed(1)} ms. ${
      since === undefined
        ? "I have had no report of yours yet."
        : `Your last report had come ${(since / 1000).toFixed(1)} s before.`
    }”`;
  return { atMs, kind: "Receiver report", from: "receiver", text };
}

/** @param {{ atMs: number, sequenceNumbers: number[] }} nack @returns {Sentence} */
function nackSentence({ atMs, sequenceNumbers }) {
  const told = sequenceNumbers.slice(0, MAX_TOLD).join(", ");
  const more = sequenceNumbers.length > MAX_TOLD ? ` and ${sequenceNumbers.length - MAX_TOLD} more` : "";
  return { atMs, kind: "NACK", from: "receiver", text: `“Send me ${told}${more} again.”` };
}
