/**
 * Bodies of the type `text/parameters`, which GET_PARAMETER and SET_PARAMETER carry (RFC 2326, 10.8 and 10.9): a line for each
 * parameter, `name: value`, or the name alone where its value is asked for.
 *
 * @module
 */

/** The media type of such bodies. */
export const PARAMETERS_TYPE = "text/parameters";

/** Most parameters in one body that are read. */
export const MAX_PARAMETERS = 32;

/** A parameter; the value is empty where it is asked for. */
export type Parameter = readonly [name: string, value: string];

/** Reads a body. Names are in lower case, as they are written. Throws a `SyntaxError` for one of more than {@linkcode MAX_PARAMETERS}. */
export function decodeParameters(body: string): Parameter[] {
  const lines = body.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (lines.length > MAX_PARAMETERS) {
    throw new SyntaxError(`Cannot decode parameters: at most ${MAX_PARAMETERS} can be read, got ${lines.length}`);
  }
  return lines.map((line) => {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    return [name.trim().toLowerCase(), colon < 0 ? "" : line.slice(colon + 1).trim()];
  });
}

/** Writes a body. */
export function encodeParameters(parameters: readonly Parameter[]): string {
  return parameters.map(([name, value]) => value === "" ? `${name}\r\n` : `${name}: ${value}\r\n`).join("");
}
