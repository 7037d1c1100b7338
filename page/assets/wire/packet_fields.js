/*
 * The headers of an RTP packet as RFC 3550 and RFC 2435 draw them: rows of 32 bits, and the fields in them.
 */

// @ts-check

/** @typedef {{ name: string, bits: number, value: string, meaning?: string }} Field */
/** @typedef {{ bytes: string, fields: Field[] }} Row */

/** What begins a frame and has tables in its first packet. @param {number} q */
const hasTables = (q) => q >= 128;

/**
 * The rows of the headers, as far as the bytes go; what follows is payload.
 *
 * @param {Uint8Array} packet The first bytes of a packet.
 * @param {{ isJpegPayload: boolean }} options Whether the payload has the header of RFC 2435, which the lab's does not.
 * @returns {Row[]}
 */
export function packetRows(packet, { isJpegPayload }) {
  const reader = new RowReader(packet);
  const [, , hasExtension, sources] = reader.row([
    ["V", 2, "version"],
    ["P", 1, "padding behind the payload"],
    ["X", 1, "header extension"],
    ["CC", 4, "contributing sources"],
    ["M", 1, "marker: last packet of a frame"],
    ["PT", 7, "payload type; 26 is JPEG"],
    ["sequence number", 16],
  ]);
  reader.row([["timestamp", 32, isJpegPayload ? "90000 ticks a second" : "seconds, in the lab"]]);
  reader.row([["SSRC", 32, "synchronization source"]], 16);
  for (let source = 0; source < sources; source++) reader.row([["CSRC", 32, "contributing source"]], 16);
  if (hasExtension) {
    const [, words] = reader.row([["profile", 16, "of the extension"], ["length", 16, "words of 32 bits"]], 16);
    for (let word = 0; word < words && reader.hasMore; word++) reader.row([["extension", 32]], 16);
  }
  if (isJpegPayload) jpegRows(reader);
  return reader.rows;
}

/** @param {RowReader} reader */
function jpegRows(reader) {
  const [, offset] = reader.row([
    ["type-specific", 8, "0: not interlaced"],
    ["fragment offset", 24, "bytes of the frame's data before this packet"],
  ]);
  const [type, q] = reader.row([
    ["type", 8, "0: 4:2:2, 1: 4:2:0; 64 and more: with restart markers"],
    ["Q", 8, "quantization; from 128 on tables are sent"],
    ["width", 8, "units of 8 pixels"],
    ["height", 8, "units of 8 pixels"],
  ]);
  if (type >= 64 && type < 128) {
    reader.row([["restart interval", 16], ["F", 1, "first"], ["L", 1, "last"], ["restart count", 14]]);
  }
  if (hasTables(q) && offset === 0) reader.row([["MBZ", 8], ["precision", 8], ["length", 16, "bytes of tables"]]);
}

/** Takes rows of four bytes from a packet. */
class RowReader {
  /** @type {Row[]} */
  rows = [];
  #view;
  #at = 0;

  /** @param {Uint8Array} packet */
  constructor(packet) {
    this.#view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  }

  /** Whether there is another whole row. */
  get hasMore() {
    return this.#at + 4 <= this.#view.byteLength;
  }

  /**
   * Takes the next row, if there is one. Returns the values of its fields, 0 where there is none.
   *
   * @param {(readonly [name: string, bits: number, meaning?: string])[]} fields
   * @param {10 | 16} [base] Of the values that are shown.
   */
  row(fields, base = 10) {
    if (!this.hasMore) return fields.map(() => 0);
    const word = this.#view.getUint32(this.#at);
    let left = 32;
    const values = fields.map(([, bits]) => {
      left -= bits;
      return Math.floor(word / 2 ** left) % 2 ** bits;
    });
    this.rows.push({
      bytes: word.toString(16).padStart(8, "0").replace(/..(?=.)/g, "$& "),
      fields: fields.map(([name, bits, meaning], index) => ({
        ...{ name, bits, meaning },
        value: base === 16 ? `0x${values[index].toString(16).padStart(bits / 4, "0")}` : String(values[index]),
      })),
    });
    this.#at += 4;
    return values;
  }
}
