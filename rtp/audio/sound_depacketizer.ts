/**
 * RTP payloads of sound without compression across samples (RFC 3551, 4.5.11 and 4.5.14): PCMU, PCMA and L16. Each packet is whole by
 * itself, so nothing waits for another one.
 *
 * @module
 */

import type { Depacketizer, DepacketizerOutput, OrderedPacket } from "../depacketizer.ts";
import { A_LAW, MU_LAW } from "./g711.ts";

/** The encodings that are decoded, as SDP names them. */
export const SOUND_ENCODINGS = ["PCMU", "PCMA", "L16"] as const;

/** One of {@linkcode SOUND_ENCODINGS}. */
export type SoundEncoding = typeof SOUND_ENCODINGS[number];

/** Makes samples of packets: the `data` of what it gives has 16 bits a sample, least significant byte first, channels side by side. */
export class SoundDepacketizer implements Depacketizer {
  readonly #encoding: SoundEncoding;
  readonly #channels: number;

  constructor({ encoding, channels }: { readonly encoding: SoundEncoding; readonly channels: number }) {
    this.#encoding = encoding;
    this.#channels = channels;
  }

  /** The samples of a packet. What does not fill all channels at its end is left out. */
  push({ payload, timestamp, arrivalMs }: OrderedPacket): readonly DepacketizerOutput[] {
    const block = this.#encoding === "L16" ? 2 * this.#channels : this.#channels;
    const whole = payload.subarray(0, payload.length - payload.length % block);
    if (whole.length === 0) return [];
    return [{ kind: "frame", data: this.#decode(whole), timestamp, arrivalMs }];
  }

  flush(): readonly DepacketizerOutput[] {
    return [];
  }

  #decode(payload: Uint8Array): Uint8Array {
    switch (this.#encoding) {
      case "PCMU":
        return lookUp(payload, MU_LAW);
      case "PCMA":
        return lookUp(payload, A_LAW);
      case "L16":
        return swapBytes(payload);
    }
  }
}

function lookUp(payload: Uint8Array, samples: Readonly<Int16Array>): Uint8Array {
  const data = new Uint8Array(2 * payload.length);
  const view = new DataView(data.buffer);
  payload.forEach((byte, index) => view.setInt16(2 * index, samples[byte], true));
  return data;
}

/** L16 has the most significant byte first. */
function swapBytes(payload: Uint8Array): Uint8Array {
  const data = new Uint8Array(payload.length);
  for (let index = 0; index < payload.length; index += 2) {
    data[index] = payload[index + 1];
    data[index + 1] = payload[index];
  }
  return data;
}
