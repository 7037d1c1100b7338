/*
 * Draws sequence numbers over the time of their arrival. Every kind of packet has a shape of its own, beside its colour.
 */

// @ts-check
/// <reference lib="dom" />

import { wireNumber } from "./arrivals.js";

/** @typedef {import("./arrivals.js").Span} Span */
/** @typedef {{ line: string, packet: string, missing: string, double: string, late: string, text: string }} Colours */

const LEFT = 46;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 20;
/** Numbers that a chart has at the least, so that few packets do not look like a leap. */
const LEAST_NUMBERS = 8;
/** With more packets, dots would run into each other. */
const MAX_DOTS = 400;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ span: Span, fromMs: number, toMs: number, width: number, height: number, colours: Colours }} chart In CSS pixels.
 */
export function drawSequence(context, { span: { arrivals, missing }, fromMs, toMs, width, height, colours }) {
  context.clearRect(0, 0, width, height);
  const numbers = [...arrivals, ...missing].map(({ number }) => number);
  const first = numbers.length === 0 ? 0 : Math.min(...numbers);
  const last = Math.max(first + LEAST_NUMBERS, ...numbers);
  const [right, bottom] = [width - RIGHT, height - BOTTOM];
  /** @param {number} ms */
  const x = (ms) => LEFT + (ms - fromMs) / (toMs - fromMs) * (right - LEFT);
  /** @param {number} number */
  const y = (number) => bottom - (number - first) / (last - first) * (bottom - TOP);

  context.font = "11px system-ui, sans-serif";
  context.lineWidth = 1;
  context.strokeStyle = context.fillStyle = colours.text;
  context.globalAlpha = 0.35;
  context.strokeRect(LEFT + 0.5, TOP - 0.5, right - LEFT, bottom - TOP);
  context.globalAlpha = 1;
  if (numbers.length > 0) {
    context.textAlign = "right";
    context.fillText(String(wireNumber(last)), LEFT - 5, TOP + 8);
    context.fillText(String(wireNumber(first)), LEFT - 5, bottom);
  }
  const seconds = (toMs - fromMs) / 1000;
  context.textAlign = "left";
  context.fillText(`−${seconds} s`, LEFT, height - 4);
  context.textAlign = "right";
  context.fillText("now", right, height - 4);

  // The line goes from each packet to the one that came next: where one was overtaken, it crosses itself.
  context.strokeStyle = colours.line;
  context.beginPath();
  for (const { atMs, number } of arrivals) context.lineTo(x(atMs), y(number));
  context.stroke();
  // A tick for each packet that ends a frame.
  context.strokeStyle = colours.packet;
  context.beginPath();
  for (const { atMs, marker } of arrivals) {
    if (!marker) continue;
    context.moveTo(x(atMs), bottom);
    context.lineTo(x(atMs), bottom + 5);
  }
  context.stroke();

  const hasDots = arrivals.length <= MAX_DOTS;
  for (const { atMs, number, kind, dueMs } of arrivals) {
    if (kind === "next" && hasDots) {
      context.fillStyle = colours.packet;
      context.fillRect(x(atMs) - 1.5, y(number) - 1.5, 3, 3);
    }
    if (kind === "late") {
      drawLate(context, { atX: x(atMs), dueX: x(Math.max(fromMs, dueMs ?? atMs)), y: y(number) }, colours.late);
    }
    if (kind === "double") drawRing(context, x(atMs), y(number), colours.double);
  }
  for (const { atMs, number } of missing) drawCross(context, x(atMs), y(number), colours.missing);
}

/**
 * A triangle, and a line from where the packet was missed.
 *
 * @param {CanvasRenderingContext2D} context @param {{ atX: number, dueX: number, y: number }} at @param {string} colour
 */
function drawLate(context, { atX, dueX, y }, colour) {
  context.strokeStyle = context.fillStyle = colour;
  context.beginPath();
  context.moveTo(dueX, y);
  context.lineTo(atX, y);
  context.stroke();
  context.beginPath();
  context.moveTo(atX - 4, y + 3.5);
  context.lineTo(atX + 4, y + 3.5);
  context.lineTo(atX, y - 4);
  context.fill();
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {string} colour */
function drawRing(context, x, y, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, 4, 0, 2 * Math.PI);
  context.stroke();
  context.lineWidth = 1;
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {string} colour */
function drawCross(context, x, y, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x - 4, y - 4);
  context.lineTo(x + 4, y + 4);
  context.moveTo(x + 4, y - 4);
  context.lineTo(x - 4, y + 4);
  context.stroke();
  context.lineWidth = 1;
}
