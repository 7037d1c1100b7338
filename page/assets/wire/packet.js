/*
 * The newest RTP packet: its headers bit by bit, as the RFCs draw them, with the bytes beside.
 */

// @ts-check
/// <reference lib="dom" />

import { element } from "../dom.js";
import { packetRows } from "./packet_fields.js";

/** @typedef {import("../player.js").Player} Player */

const OPEN_KEY = "mjpegrtsp-packet";

/** Draws a packet as often as the statistics come, while it is looked at. */
export class Packet {
  #player;
  #section = element("#packet");
  #rows = element("#packet-rows");

  /** @param {Player} player */
  constructor(player) {
    this.#player = player;
    const details = /** @type {HTMLDetailsElement} */ (element("#packet-details"));
    details.open = localStorage.getItem(OPEN_KEY) === "open";
    details.ontoggle = () => localStorage.setItem(OPEN_KEY, details.open ? "open" : "closed");
    player.addEventListener("hello", () => this.#section.hidden = true);
    player.addEventListener("stats", (event) => {
      const { packet } = /** @type {CustomEvent<{ packet?: number[] }>} */ (event).detail;
      if (packet === undefined) return;
      this.#section.hidden = false;
      if (details.open) this.#draw(Uint8Array.from(packet));
    });
  }

  /** @param {Uint8Array} packet */
  #draw(packet) {
    const rows = packetRows(packet, { isJpegPayload: this.#player.status.dialect === "rtsp" });
    this.#rows.replaceChildren(...rows.map(rowOf), payloadRow(packet.subarray(4 * rows.length)));
  }
}

/** @param {import("./packet_fields.js").Row} row */
function rowOf({ bytes, fields }) {
  const row = document.createElement("tr");
  for (const { name, bits, value, meaning } of fields) {
    const cell = document.createElement("td");
    cell.colSpan = bits;
    if (meaning !== undefined) cell.title = `${name}: ${meaning}`;
    const label = document.createElement("small");
    label.textContent = name;
    cell.append(label, value);
    row.append(cell);
  }
  row.append(bytesCell(bytes));
  return row;
}

/** @param {Uint8Array} bytes */
function payloadRow(bytes) {
  const row = document.createElement("tr");
  const cell = document.createElement("td");
  cell.colSpan = 32;
  cell.textContent = "JPEG data …";
  const shown = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  row.append(cell, bytesCell(`${shown} …`));
  return row;
}

/** @param {string} text */
function bytesCell(text) {
  const cell = document.createElement("th");
  cell.scope = "row";
  cell.textContent = text;
  return cell;
}
