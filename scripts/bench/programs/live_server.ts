/**
 * A server of a live source that is fed by hand, in the main thread, for viewers at two threads: `live_server.ts FILE FRAME_RATE`
 * serves the JPEGs of a file as `/live`, over and over.
 *
 * @module
 */

import { systemClock } from "../../../net/system_clock.ts";
import { sendLive } from "../../../server/source/live_pipe.ts";
import { ThreadedServer } from "../../../server/engines/threaded_server.ts";
import { LiveFeed } from "../../../server/source/live_source.ts";
import { openServed } from "../../../server/source/served/open_served.ts";
import { framesOf } from "./frames_of.ts";

const [file, frameRate] = [Deno.args[0], Number(Deno.args[1])];
const frames = await framesOf(file);
const feed = new LiveFeed({ name: "live", frameRate, clock: systemClock });
let count = 0;
setInterval(() => feed.push(frames[count++ % frames.length].slice()), 1000 / frameRate);
const server = await ThreadedServer.start({
  ...{
    root: await openServed(file),
    hostname: "127.0.0.1",
    port: 0,
    frameRate,
    loop: true,
    live: [sendLive(feed).pipe],
  },
  ...{ fragmentBytes: undefined, emulation: undefined, threads: 2, logLevel: "warning", onLogDropped() {} },
});
console.log(`listening on ${server.address.port}`);
await server.run();
