/**
 * The option that takes the size of a picture.
 *
 * @module
 */

import { UsageError } from "./errors.ts";
import type { Option } from "./option.ts";

/** Width and height in pixels. */
export interface GivenSize {
  readonly width: number;
  readonly height: number;
}

/** Width and height, such as `640x360`, up to five digits each; whoever takes them checks how large they are. */
export function size<Fallback extends GivenSize | undefined>(
  help: string,
  { fallback, ...texts }: Pick<Option<Fallback>, "fallback" | "defaultText" | "allowed">,
): Option<GivenSize | Fallback> {
  return {
    value: "WxH",
    help,
    fallback,
    ...texts,
    parse(given) {
      const match = /^(\d{1,5})x(\d{1,5})$/i.exec(given);
      if (match === null) throw new UsageError(`needs WIDTHxHEIGHT, such as 640x360, got ${JSON.stringify(given)}`);
      return { width: Number(match[1]), height: Number(match[2]) };
    },
  };
}
