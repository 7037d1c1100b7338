/**
 * The C programs of the benchmark, compiled at its start.
 *
 * @module
 */

import { fromFileUrl, join } from "@std/path";
import { findProgram } from "../../tests/support/peers.ts";

const HERE = fromFileUrl(new URL("./programs/", import.meta.url));

/** Paths of the programs. */
export interface Tools {
  /** Plays many sessions at once; see load_client.c. */
  readonly loadClient: string;
  /** Sends datagrams and does nothing else. */
  readonly sendLoop: string;
}

/** Compiles the programs into a directory; returns `undefined` if there is no C compiler. */
export async function compileTools(directory: string): Promise<Tools | undefined> {
  const compiler = findProgram("cc");
  if (compiler === undefined) return undefined;
  return {
    loadClient: await compile(compiler, "load_client", directory),
    sendLoop: await compile(compiler, "send_loop", directory),
  };
}

async function compile(compiler: string, name: string, directory: string): Promise<string> {
  const output = join(directory, name);
  const args = ["-O2", "-Wall", "-o", output, join(HERE, `${name}.c`)];
  const { success, stderr } = await new Deno.Command(compiler, { args }).output();
  if (!success) throw new Error(`Cannot compile ${name}.c:\n${new TextDecoder().decode(stderr)}`);
  return output;
}
