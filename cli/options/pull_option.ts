/**
 * The option that relays streams of other servers: under which name, and from where.
 *
 * @module
 */

import type { Target } from "../../client/session/target.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import { UsageError } from "./errors.ts";
import type { Option } from "./option.ts";
import { parseValue } from "./parse_command.ts";
import { parseUrl } from "./play_target.ts";

const EXAMPLE = "cam=rtsp://USER:PASSWORD@HOST/PATH";
/** Names that are taken. */
const TAKEN = ["testsrc", "stdin"];

/** A stream of another server, and the name under which it is served here. */
export interface Pull {
  readonly name: string;
  readonly target: Target;
}

/** Streams, one each time the option is given. */
export function pulls(value: string, help: string): Option<readonly Pull[]> {
  return { value, help: `${help}, such as ${EXAMPLE}`, fallback: [], repeats: true, parse: (given) => [parse(given)] };
}

/** Throws a {@linkcode UsageError} where two streams have the same name. */
export function checkPullNames(pulls: readonly Pull[]): void {
  const names = pulls.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`--pull gives the name ${twice} to two streams`);
}

function parse(given: string): Pull {
  const [, name, url] = /^([^=]*)=(.*)$/s.exec(given) ?? [];
  if (name === undefined) throw new UsageError(`needs NAME=URL, such as ${EXAMPLE}, got ${quoted(given)}`);
  if (!/^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/.test(name)) {
    throw new UsageError(
      `needs a name of letters, digits, dots, dashes and slashes in front of =, got ${quoted(name)}`,
    );
  }
  if (TAKEN.includes(name.toLowerCase())) throw new UsageError(`cannot give the name ${name}: it is taken`);
  return { name, target: { url: parseValue(`cannot take ${name}:`, () => parseUrl(url)) } };
}

function quoted(text: string): string {
  return JSON.stringify(withoutSecrets(text));
}
