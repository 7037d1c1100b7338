/**
 * The header fields of a message (RFC 2326, 12; RFC 822 for their form): names without regard to case, in the order of
 * the wire.
 *
 * @module
 */

/** A header field as it stands on the wire. */
export type HeaderField = readonly [name: string, value: string];

/** Header fields, some of which may come more than once. */
export class RtspHeaders {
  readonly #fields: HeaderField[];

  /** With these fields. */
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

/** The fields of header lines; a line that begins with a space goes on with the one before. Lines without a colon are passed over. */
export function decodeHeaders(lines: readonly string[]): RtspHeaders {
  const fields: [string, string][] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (/^[ \t]/.test(line) && fields.length > 0) fields.at(-1)![1] = `${fields.at(-1)![1]} ${line.trim()}`.trim();
    else if (colon > 0) fields.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
  }
  return new RtspHeaders(fields);
}
