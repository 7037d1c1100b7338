/**
 * The worker that answers HTTP. It may use its own port and the RTSP port of this server, and nothing else.
 *
 * @module
 */

import denoConfig from "../../deno.json" with { type: "json" };
import { Player } from "../../client/player.ts";
import { urlOf } from "../../client/session/target.ts";
import { hostAndPort } from "../../net/addresses.ts";
import { systemClock } from "../../net/system_clock.ts";
import { portOfThread } from "../../net/thread.ts";
import { HttpServer } from "../../page/http/http_server.ts";
import type { HttpRequest } from "../../page/http/request_reader.ts";
import { sendLog } from "../../server/engines/log_pipe.ts";
import { distant, offer } from "../../server/engines/rpc.ts";
import type { Overview } from "../../server/observation/overview.ts";
import type { WebApi, WebStart } from "./web.ts";
import { WebSite } from "./web_site.ts";

let server: HttpServer | undefined;
let site: WebSite | undefined;

const failure = Promise.withResolvers<string>();

/** This thread cannot go on. The log tells: what Deno prints of it is not escaped. */
function failWith(event: Event, error: unknown): void {
  event.preventDefault();
  failure.resolve(error instanceof Error ? error.message : String(error));
}

addEventListener("error", (event) => failWith(event, event.error));
addEventListener("unhandledrejection", (event) => failWith(event, event.reason));

const api: WebApi = {
  open({ hostname, port, allowedOrigins, rtsp }, overview, log) {
    sendLog(log);
    const answering = site = new WebSite({
      version: denoConfig.version,
      access: { hostname, port, allowedOrigins },
      overview: distant<Overview>(overview),
      rtspServer: (request) => rtspServerFor(request, rtsp),
      clock: systemClock,
      createPlayer: (file) =>
        new Player({
          target: { url: urlOf({ ...rtsp, file, rtpPort: 0, dialect: "auto" }) },
          transport: "tcp",
          reconnect: false,
          userAgent: `mjpegrtsp/${denoConfig.version}`,
          clock: systemClock,
        }),
    });
    server = new HttpServer({ hostname, port, answer: (request, from) => answering.answer(request, from) });
    server.start();
  },
  async close() {
    await Promise.all([site?.close(), server?.close("the server has ended")]);
  },
  failure: () => failure.promise,
  crash() {
    setTimeout(() => {
      throw new Error("HTTP was told to fail");
    });
  },
};

/** A server that listens at all addresses is where its reader has found this page. */
function rtspServerFor({ headers }: HttpRequest, { hostname, port, isEverywhere }: WebStart["rtsp"]): string {
  const asked = isEverywhere ? URL.parse(`http://${headers.get("host")}`)?.hostname : undefined;
  return asked === undefined ? hostAndPort({ hostname, port }) : `${asked}:${port}`;
}

offer(api, await portOfThread());
