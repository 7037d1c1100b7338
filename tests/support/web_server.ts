/**
 * `serve --http` as a user would start it.
 *
 * @module
 */

import { type OurServer, startOurServer } from "./our_program.ts";
import { reservePort } from "./ports.ts";

/** A server that answers HTTP as well. */
export interface WebServer extends AsyncDisposable {
  readonly server: OurServer;
  /** Of its start page, without a slash at the end. */
  readonly url: string;
  /** For HTTP. */
  readonly port: number;
}

/** Serves that directory at free ports. */
export async function startWebServer(root: string, args: readonly string[] = []): Promise<WebServer> {
  const port = reservePort();
  const server = await startOurServer({ root, args: ["--http", String(port), ...args] });
  return { server, url: `http://127.0.0.1:${port}`, port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
