/**
 * gst-rtsp-server as a peer: `gst_server.py`, listening.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import { ChildProgram } from "./child_program.ts";

const SCRIPT = fromFileUrl(new URL("./gst_server.py", import.meta.url));
/** The system's own, which has GStreamer's bindings. */
const PYTHON = "/usr/bin/python3";

/** A running gst-rtsp-server: its stream is `/stream` with a pipeline a client, `/shared` with one for all. */
export interface GstServer extends AsyncDisposable {
  readonly port: number;
  readonly program: ChildProgram;
}

/**
 * Starts it with the MJPEG track of an AVI file, and waits until it listens.
 *
 * @param args Options of `gst_server.py`.
 * @param through A program that runs it, which is appended to its arguments.
 */
export async function startGstServer(
  file: string,
  { args = [], through = [] }: { readonly args?: readonly string[]; readonly through?: readonly string[] } = {},
): Promise<GstServer> {
  const [command, ...rest] = [...through, PYTHON, SCRIPT, file, ...args];
  const program = new ChildProgram(command, { args: rest });
  try {
    const [, port] = await program.waitForLine(/^listening (\d+)$/);
    return { port: Number(port), program, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}
