/**
 * Errors as another thread is told them: structured cloning would leave out what kind of error it is, and the system's code.
 *
 * @module
 */

/** An error as data. */
export interface ToldError {
  readonly name: string;
  readonly message: string;
  readonly code: unknown;
}

/** Classes of errors that are told apart. */
const CLASSES: Readonly<Record<string, new (message: string) => Error>> = { ...Deno.errors, RangeError, SyntaxError };

/** What was thrown, as data. */
export function tellError(thrown: unknown): ToldError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { name: error.name, message: error.message, code: "code" in error ? error.code : undefined };
}

/** The error again: of the same class where that is one of Deno's, of the same name in any case. */
export function toldError({ name, message, code }: ToldError): Error {
  const error = Object.hasOwn(CLASSES, name) ? new CLASSES[name](message) : Object.assign(new Error(message), { name });
  return code === undefined ? error : Object.assign(error, { code });
}
