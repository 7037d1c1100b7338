/**
 * Starts our own program as a user would, with the permissions that it needs and no more.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import { ChildProgram } from "./child_program.ts";

const PROJECT = fromFileUrl(new URL("../../", import.meta.url));

/** Starts one subcommand; `write` gives the permission that recording needs. */
export function startOurs(args: readonly string[], options: { readonly write?: boolean } = {}): ChildProgram {
  const permissions = ["--no-prompt", "--allow-net", "--allow-read", ...(options.write ? ["--allow-write"] : [])];
  return new ChildProgram(Deno.execPath(), { args: ["run", ...permissions, "main.ts", ...args], cwd: PROJECT });
}

/** Our server, listening. */
export interface OurServer extends AsyncDisposable {
  readonly port: number;
  readonly program: ChildProgram;
}

/** Starts `serve` on a free port of the loopback and waits until it listens. */
export async function startOurServer(
  options: { readonly root: string; readonly args?: readonly string[] },
): Promise<OurServer> {
  const { root, args = [] } = options;
  const program = startOurs(["serve", root, "--port", "0", "--host", "127.0.0.1", ...args]);
  try {
    const [, port] = await program.waitForLine(/rtsp:\/\/127\.0\.0\.1:(\d+)/);
    return { port: Number(port), program, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}
