/*
 * The connection to the player: one WebSocket, which opens again by itself when the player is started again. page/socket/ is its
 * other end, and has the messages.
 */

// @ts-check
/// <reference lib="dom" />

const FRAME_HEADER_BYTES = 28;
const SOUND_HEADER_BYTES = 20;
/** What sound has in place of the number of a frame. */
const SOUND_MARK = 0;
/** What a frame of a cell of the grid has in front of it, with its index behind. */
const CELL_MARK = 0xffffffff;
const CELL_HEADER_BYTES = 8;
const RECONNECT_MIN_MS = 250;
const RECONNECT_MAX_MS = 2000;
/** The player has viewers enough (RFC 6455, 7.4: registered at IANA as "Try Again Later"). */
const TRY_AGAIN_LATER = 1013;

/** @typedef {import("./sound/sound_reel.js").Piece} Piece */
/**
 * A whole frame. `timestampUs` counts from the first one; `positionSeconds` is where in the movie it is, where that is known; `jpeg`
 * is what the server sent.
 *
 * @typedef {{
 *   number: number, arrivalMs: number, timestampUs: number, positionSeconds: number | undefined, jpeg: Uint8Array<ArrayBuffer>,
 * }} Frame
 */

/**
 * Who listens. `onClosed` gets the reason where the player has viewers enough.
 *
 * @typedef {object} ConnectionListener
 * @property {(frame: Frame) => void} onFrame
 * @property {(index: number, frame: Frame) => void} onCell
 * @property {(piece: Piece) => void} onSound
 * @property {(message: any) => void} onMessage
 * @property {(refusal: string | undefined) => void} onClosed
 */

/** Reaches the player, as often as it takes. */
export class Connection {
  /** @type {ConnectionListener} */
  #listener;
  /** @type {WebSocket | undefined} */
  #socket;
  #reconnectMs = RECONNECT_MIN_MS;

  /** @param {ConnectionListener} listener */
  constructor(listener) {
    this.#listener = listener;
    this.#open();
  }

  /** Sends a command, unless there is no player. @param {object} command */
  send(command) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(command));
  }

  #open() {
    const { onMessage, onClosed } = this.#listener;
    const socket = this.#socket = new WebSocket(new URL("ws", location.href.replace(/^http/, "ws")));
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      if (typeof data !== "string") return this.#take(data);
      // One that is refused opens, too, and says nothing.
      this.#reconnectMs = RECONNECT_MIN_MS;
      onMessage(JSON.parse(data));
    };
    socket.onclose = ({ code, reason }) => {
      onClosed(code === TRY_AGAIN_LATER ? reason : undefined);
      setTimeout(() => this.#open(), this.#reconnectMs);
      this.#reconnectMs = Math.min(RECONNECT_MAX_MS, this.#reconnectMs * 2);
    };
  }

  /** @param {ArrayBuffer} message */
  #take(message) {
    const { onFrame, onSound, onCell } = this.#listener;
    const header = new DataView(message);
    const mark = header.getUint32(0);
    if (mark === SOUND_MARK) onSound(decodeSound(message));
    else if (mark === CELL_MARK) onCell(header.getUint32(4), decodeFrame(message, CELL_HEADER_BYTES));
    else onFrame(decodeFrame(message));
  }
}

/** @param {ArrayBuffer} message @param {number} [offset] Where the frame begins. @returns {Frame} */
function decodeFrame(message, offset = 0) {
  const header = new DataView(message, offset);
  const positionSeconds = header.getFloat64(20);
  return {
    number: header.getUint32(0),
    arrivalMs: header.getFloat64(4),
    timestampUs: header.getFloat64(12),
    positionSeconds: Number.isNaN(positionSeconds) ? undefined : positionSeconds,
    jpeg: new Uint8Array(message, offset + FRAME_HEADER_BYTES),
  };
}

/** @param {ArrayBuffer} message @returns {Piece} */
function decodeSound(message) {
  const header = new DataView(message);
  return {
    sampleRate: header.getUint32(4),
    channels: header.getUint32(8),
    timestampUs: header.getFloat64(12),
    samples: samplesOf(new DataView(message, SOUND_HEADER_BYTES)),
  };
}

/** Samples of 16 bits, least significant byte first. @param {DataView<ArrayBuffer>} bytes */
function samplesOf(bytes) {
  return Int16Array.from({ length: bytes.byteLength >> 1 }, (_, index) => bytes.getInt16(2 * index, true));
}
