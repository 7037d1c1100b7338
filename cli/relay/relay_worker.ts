/**
 * The worker that relays streams of other servers. It may use the network, and nothing else.
 *
 * @module
 */

import denoConfig from "../../deno.json" with { type: "json" };
import { Player } from "../../client/player.ts";
import { systemClock } from "../../net/system_clock.ts";
import { portOfThread } from "../../net/thread.ts";
import { sendLive } from "../../server/source/live_pipe.ts";
import { sendLog } from "../../server/engines/log_pipe.ts";
import { offer } from "../../server/engines/rpc.ts";
import { transfer } from "comlink";
import type { RelayApi } from "./relays.ts";
import { Relay } from "./relay.ts";

const relays: Relay[] = [];

const api: RelayApi = {
  open({ pulls, isAlwaysOn, snapshotFps }, log) {
    sendLog(log);
    const pipes = pulls.map(({ name, target }) => {
      const relay = new Relay({
        name,
        isAlwaysOn,
        createPlayer: (transport) =>
          new Player({
            target,
            transport,
            snapshotFps,
            reconnect: true,
            userAgent: `mjpegrtsp/${denoConfig.version}`,
            clock: systemClock,
          }),
        clock: systemClock,
        random: Math.random,
      });
      relays.push(relay);
      return sendLive(relay.feed).pipe;
    });
    return transfer(pipes, pipes.map(({ port }) => port));
  },
  async close() {
    await Promise.all(relays.map((relay) => relay.close()));
  },
};

offer(api, await portOfThread());
