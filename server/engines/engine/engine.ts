/**
 * The worker that is an engine: a whole server, with what is once for all engines at the host. It may use the network and read what is
 * served, and nothing else.
 *
 * @module
 */

import { systemClock } from "../../../net/system_clock.ts";
import { RtspHeaders } from "../../../rtsp/headers.ts";
import { CaptureSender } from "../../capture/capture_pipe.ts";
import { ServerCapture } from "../../capture/server_capture.ts";
import { RtspServer } from "../../server.ts";
import { countSessionsWith } from "../../session/session_number.ts";
import { servedAt } from "../../source/served/open_served.ts";
import { portOfThread } from "../../../net/thread.ts";
import { DistantClients } from "./distant_clients.ts";
import { EngineCommons } from "./engine_commons.ts";
import { receiveLive } from "../../source/live_pipe.ts";
import { sendLog } from "../log_pipe.ts";
import type { EngineApi, HostApi } from "../messages.ts";
import { type Distant, distant, offer } from "../rpc.ts";

let host: Distant<HostApi>;
let server: RtspServer;
let serving: Promise<void>;
let commons: EngineCommons;
let captured: CaptureSender | undefined;
const distantClients = new DistantClients();

/** Tells the host that this thread cannot go on, in the log alone: what Deno prints of it is not escaped. */
function failWith(event: Event, error: unknown): void {
  event.preventDefault();
  host.fail(error instanceof Error ? error.message : String(error));
}

const api: EngineApi = {
  start(start, { host: port, log, capture: pipe }) {
    sendLog(log);
    host = distant<HostApi>(port);
    const sender = captured = pipe === undefined ? undefined : new CaptureSender(pipe, systemClock);
    addEventListener("error", (event) => failWith(event, event.error));
    addEventListener("unhandledrejection", (event) => failWith(event, event.reason));
    countSessionsWith(start.sessionCounter);
    commons = new EngineCommons({ start, host, clock: systemClock });
    const { settings, threads } = start;
    server = new RtspServer({
      ...settings,
      root: settings.root === undefined ? undefined : servedAt(settings.root),
      live: start.live.map((pipe) => receiveLive(pipe, systemClock)),
      sharesPort: threads > 1,
      capture: sender && new ServerCapture({ write: (block) => sender.write(block), clock: systemClock }),
      commons,
      clock: systemClock,
      random: Math.random,
    });
    serving = server.run();
    return Promise.resolve(server.address);
  },
  async idle(kind) {
    // Places that were given before the question have to have arrived: they come through another port.
    await host.answerAll();
    return commons.places(kind)?.idle() ?? [];
  },
  dismiss: (kind, place) => commons.places(kind)?.dismiss(place) ?? false,
  respondFor({ client, request, headers }) {
    return server.respondFor(distantClients.get(client), { ...request, headers: new RtspHeaders(headers) });
  },
  forget(key, reason) {
    const client = distantClients.leave(key);
    if (client !== undefined) server.forget(client, reason);
  },
  addLive: (pipe) => commons.addLive(pipe),
  listStreams: () => server.view.listStreams(),
  describeStream: (name) => server.view.describeStream(name),
  listSessions: () => server.view.listSessions(),
  counts: () => server.view.counts(),
  endSession: (number) => server.view.endSession(number),
  transcoderFailed: (transcoder, reason) => commons.transcoders.fail(transcoder, reason),
  async close() {
    await server.close();
    await serving;
    captured?.flush();
  },
  crash() {
    setTimeout(() => {
      throw new Error("This engine was told to fail");
    });
  },
};

offer(api, await portOfThread());
