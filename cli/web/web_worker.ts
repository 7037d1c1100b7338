/**
 * The worker that answers HTTP. It may use its own port and the RTSP port of this server, and nothing else.
 *
 * @module
 */

import denoConfig from "../../deno.json" with { type: "json" };
import { Player } from "../../client/player.ts";
import { urlOf } from "../../client/session/target.ts";
import { systemClock } from "../../net/system_clock.ts";
import { portOfThread } from "../../net/thread.ts";
import { HttpServer } from "../../page/http/http_server.ts";
import { sendLog } from "../../server/engines/log_pipe.ts";
import { offer } from "../../server/engines/rpc.ts";
import { WEB_HOST, type WebApi } from "./web.ts";
import { WebStreams } from "./web_streams.ts";

let server: HttpServer | undefined;
let streams: WebStreams | undefined;

const api: WebApi = {
  open({ port, rtsp }, log) {
    sendLog(log);
    const answering = streams = new WebStreams({
      port,
      createPlayer: (file) =>
        new Player({
          target: { url: urlOf({ ...rtsp, file, rtpPort: 0, dialect: "auto" }) },
          transport: "tcp",
          reconnect: false,
          userAgent: `mjpegrtsp/${denoConfig.version}`,
          clock: systemClock,
        }),
    });
    server = new HttpServer({ hostname: WEB_HOST, port, answer: (request) => answering.answer(request) });
    server.start();
  },
  async close() {
    await Promise.all([streams?.close(), server?.close("the server has ended")]);
  },
};

offer(api, await portOfThread());
