/**
 * The header fields of a message (RFC 2326, 12; their form is that of RFC 822): names in any case, in the order of the
 * wire.
 *
 * @module
 */

/** A header field: the name as sent, the value trimmed. */
export type HeaderField = readonly [name: string, value: string];

/** The header fields of one message. A name may occur more than once. */
export class RtspHeaders {
  readonly #fields: HeaderField[];

  constructor(fields: Iterable<HeaderField> = []) {
    this.#fields = [...fields];
  }

  /** The value of the first field of that name, trimmed. */
  get(name: string): string | undefined {
    const wanted = name.toLowerCase();
    return this.#fields.find(([candidate]) => candidate.toLowerCase() === wanted)?.[1];
  }

  /** The values of all fields of that name, in order. */
  getAll(name: string): string[] {
    const wanted = name.toLowerCase();
    return this.#fields.filter(([candidate]) => candidate.toLowerCase() === wanted).map(([, value]) => value);
  }

  /** All fields in the order of the wire. */
  [Symbol.iterator](): Iterator<HeaderField> {
    return this.#fields[Symbol.iterator]();
  }
}

/** The fields of header lines; a line that starts with a space continues the one before. Lines without a colon are ignored. */
export function decodeHeaders(lines: readonly string[]): RtspHeaders {
  const fields: { readonly name: string; readonly parts: string[] }[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    const last = fields.at(-1);
    if (last !== undefined && /^[ \t]/.test(line)) last.parts.push(line.trim());
    else if (colon > 0) fields.push({ name: line.slice(0, colon).trim(), parts: [line.slice(colon + 1).trim()] });
  }
  return new RtspHeaders(fields.map(({ name, parts }) => [name, parts.filter((part) => part !== "").join(" ")]));
}
