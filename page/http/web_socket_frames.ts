/**
 * The frames of a WebSocket (RFC 6455, 5): those of a client to messages, and messages to those of a server.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-------+-+-------------+-------------------------------+
 *     |F|R|R|R| opcode|M| Payload len |    Extended payload length    |
 *     |I|S|S|S|  (4)  |A|     (7)     |             (16/64)           |
 *     |N|V|V|V|       |S|             |   (if payload len==126/127)   |
 *     | |1|2|3|       |K|             |                               |
 *     +-+-+-+-+-------+-+-------------+-------------------------------+
 *     | Masking-key, from a client only | Payload …
 *
 * @module
 */

import { MAX_PAGE_MESSAGE_BYTES } from "../limits.ts";

/** What a frame is (RFC 6455, 5.2). */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** What a client has sent: a message put together, or a control frame. */
export interface ClientMessage {
  /** One of {@linkcode OPCODE}, and no continuation. */
  readonly opcode: number;
  readonly data: Uint8Array;
}

/** The client breaks the protocol or a limit; `code` says how (RFC 6455, 7.4.1). */
export class WebSocketError extends Error {
  override name = "WebSocketError";
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Codes that a Close frame may have (RFC 6455, 7.4; those that came later are at IANA), each range with its ends. */
const CLOSE_CODES: readonly (readonly [first: number, last: number])[] = [[1000, 1003], [1007, 1014], [3000, 4999]];
const CODE_BYTES = 2;
const MASK_BYTES = 4;
const MAX_CONTROL_BYTES = 125;
const OPCODES: readonly number[] = Object.values(OPCODE);
const isControl = (opcode: number) => opcode >= OPCODE.close;

/** A frame's head, once all of it has come. */
interface FrameHead {
  readonly isFinal: boolean;
  readonly opcode: number;
  readonly lengthBytes: number;
  readonly mask: readonly number[];
}

/** Puts the messages of a client together. Holds no more than the longest one may be. */
export class ClientFrameReader {
  /** The bytes of a head that is not whole. */
  readonly #headBytes: number[] = [];
  /** The frame whose payload comes. */
  #frame: FrameHead | undefined;
  #payload: number[] = [];
  /** The message whose fragments come, and what has come of it. */
  #opcode: number | undefined;
  #message: number[] = [];

  /** Takes the bytes of one read, and gives the messages that end in it. Throws a {@linkcode WebSocketError}. */
  *push(bytes: Uint8Array): Generator<ClientMessage, void> {
    for (const byte of bytes) {
      if (this.#frame === undefined) {
        this.#headBytes.push(byte);
        if (this.#headBytes.length < headLength(this.#headBytes)) continue;
        this.#frame = this.#begin();
      } else {
        this.#payload.push(byte ^ this.#frame.mask[this.#payload.length % MASK_BYTES]);
      }
      if (this.#payload.length < this.#frame.lengthBytes) continue;
      const message = this.#end(this.#frame);
      if (message !== undefined) yield message;
    }
  }

  /** Checks a head before anything of its payload is held. */
  #begin(): FrameHead {
    const head = decodeHead(this.#headBytes);
    this.#headBytes.length = 0;
    const { opcode, isFinal, lengthBytes } = head;
    if (isControl(opcode)) {
      if (lengthBytes > MAX_CONTROL_BYTES || !isFinal) throw new WebSocketError(1002, "A control frame is too long");
      return head;
    }
    const isContinued = this.#opcode !== undefined;
    if ((opcode === OPCODE.continuation) !== isContinued) throw new WebSocketError(1002, "A fragment is out of place");
    if (this.#message.length + lengthBytes > MAX_PAGE_MESSAGE_BYTES) {
      throw new WebSocketError(1009, `A message exceeds ${MAX_PAGE_MESSAGE_BYTES} bytes`);
    }
    if (!isContinued) this.#opcode = opcode;
    return head;
  }

  #end({ opcode, isFinal }: FrameHead): ClientMessage | undefined {
    const payload = this.#payload;
    this.#payload = [];
    this.#frame = undefined;
    if (isControl(opcode)) return { opcode, data: Uint8Array.from(payload) };
    this.#message.push(...payload);
    if (!isFinal) return undefined;
    const message = { opcode: this.#opcode!, data: Uint8Array.from(this.#message) };
    this.#opcode = undefined;
    this.#message = [];
    return message;
  }
}

/** How long a head is, as far as its bytes so far tell. */
function headLength([, second]: readonly number[]): number {
  if (second === undefined) return 2;
  const length = second & 0x7f;
  return 2 + (length === 127 ? 8 : length === 126 ? 2 : 0) + ((second & 0x80) === 0 ? 0 : MASK_BYTES);
}

function decodeHead(bytes: readonly number[]): FrameHead {
  const [first, second] = bytes;
  const opcode = first & 0x0f;
  if ((first & 0x70) !== 0 || !OPCODES.includes(opcode)) throw new WebSocketError(1002, "A frame is of no known kind");
  if ((second & 0x80) === 0) throw new WebSocketError(1002, "A frame of the client is not masked");
  let lengthBytes = second & 0x7f;
  const maskStart = bytes.length - MASK_BYTES;
  if (maskStart > 2) {
    lengthBytes = 0;
    // Numbers from 2^53 on lose digits, and are too long all the same.
    for (let index = 2; index < maskStart; index++) lengthBytes = 256 * lengthBytes + bytes[index];
  }
  return { isFinal: (first & 0x80) !== 0, opcode, lengthBytes, mask: bytes.slice(maskStart) };
}

/** A whole message, or a control frame, as a server sends it: in one frame, without a mask. Its payload comes in parts. */
export function encodeServerFrame(opcode: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const lengthBytes = parts.reduce((sum, part) => sum + part.length, 0);
  const extendedBytes = lengthBytes < 126 ? 0 : lengthBytes < 65_536 ? 2 : 8;
  const frame = new Uint8Array(2 + extendedBytes + lengthBytes);
  const view = new DataView(frame.buffer);
  frame[0] = 0x80 | opcode;
  frame[1] = extendedBytes === 0 ? lengthBytes : extendedBytes === 2 ? 126 : 127;
  if (extendedBytes === 2) view.setUint16(2, lengthBytes);
  else if (extendedBytes === 8) view.setBigUint64(2, BigInt(lengthBytes));
  let at = 2 + extendedBytes;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/** The payload of a Close frame (RFC 6455, 5.5.1). */
export function encodeClosePayload(code: number, reason: string): Uint8Array {
  const text = new TextEncoder().encode(reason).subarray(0, MAX_CONTROL_BYTES - CODE_BYTES);
  const payload = new Uint8Array(CODE_BYTES + text.length);
  new DataView(payload.buffer).setUint16(0, code);
  payload.set(text, CODE_BYTES);
  return payload;
}

/** Checks the payload of a client's Close frame: nothing, or a code and a reason. Throws a {@linkcode WebSocketError}. */
export function checkClosePayload(payload: Uint8Array): void {
  if (payload.length === 0) return;
  if (payload.length < CODE_BYTES) throw new WebSocketError(1002, "A Close frame has half a code");
  const code = payload[0] << 8 | payload[1];
  if (!CLOSE_CODES.some(([first, last]) => code >= first && code <= last)) {
    throw new WebSocketError(1002, `A Close frame has the code ${code}, which may not be sent`);
  }
  decodeText(payload.subarray(CODE_BYTES));
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a message, or the reason of a Close frame. Throws a {@linkcode WebSocketError} where it is not UTF-8. */
export function decodeText(data: Uint8Array): string {
  try {
    return utf8.decode(data);
  } catch {
    throw new WebSocketError(1007, "A text is not UTF-8");
  }
}
