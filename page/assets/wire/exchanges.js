/*
 * Requests and their replies, paired as they went over the wire.
 */

// @ts-check

/**
 * A message, as page/playback.ts has it.
 *
 * @typedef {{ direction: "sent" | "received", atMs: number, lines: string[] }} WireMessage
 */
/** @typedef {{ request?: WireMessage, reply?: WireMessage }} Exchange */

const REPLY = /^(?:RTSP|HTTP)\//;

/**
 * Adds a message to the exchange that it belongs to, or begins another one. A reply is to the oldest request the other way that has
 * none; one that begins in a way of its own, as some lab servers have it, is known by that.
 *
 * @param {Exchange[]} exchanges
 * @param {WireMessage} message
 * @returns {Exchange} The one that has it now.
 */
export function addMessage(exchanges, message) {
  const open = exchanges.find(({ request, reply }) =>
    request !== undefined && reply === undefined && request.direction !== message.direction
  );
  const isReply = REPLY.test(message.lines[0]) || message.direction === "received" && open !== undefined;
  if (isReply && open !== undefined) {
    open.reply = message;
    return open;
  }
  const begun = isReply ? { reply: message } : { request: message };
  exchanges.push(begun);
  return begun;
}

/**
 * All of it, as a file for people: `21:50:01.123 sent`, and the message.
 *
 * @param {WireMessage[]} messages
 */
export function dialogueText(messages) {
  return messages.map(({ direction, atMs, lines }) => `${formatClock(atMs)} ${direction}\n${lines.join("\n")}\n`).join(
    "\n",
  );
}

/** The time of day, to the millisecond. @param {number} atMs */
export function formatClock(atMs) {
  const at = new Date(atMs);
  const [hours, minutes, seconds] = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) =>
    String(part).padStart(2, "0")
  );
  return `${hours}:${minutes}:${seconds}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}
