import { assertEquals, assertRejects } from "@std/assert";
import { ThreadedServer } from "../../server/engines/threaded_server.ts";
import { openServed } from "../../server/source/served/open_served.ts";
import { makeLabMovie } from "../../tests/support/lab_movie.ts";
import { reservePort } from "../../tests/support/ports.ts";
import { Client, framesOf, rtpOf, TCP } from "../../tests/support/rtsp_test_server.ts";
import { until } from "../../tests/support/until.ts";
import { FailedError } from "../options/errors.ts";
import { Web, type WebOptions } from "./web.ts";

/** A server in one thread, and how it is shown. */
async function serve() {
  await using stack = new AsyncDisposableStack();
  const movie = stack.use(await makeLabMovie());
  const logging = { logLevel: "error", onLogDropped() {} } as const;
  const server = await ThreadedServer.start({
    ...{
      root: await openServed(movie.root),
      hostname: "127.0.0.1",
      port: 0,
      frameRate: 20,
      loop: true,
      threads: 1,
    },
    ...{ fragmentBytes: undefined, emulation: undefined, ...logging },
  });
  stack.defer(() => server.close());
  const rtsp = { hostname: "127.0.0.1", port: server.address.port, isEverywhere: false };
  const options: WebOptions = {
    ...{ hostname: "127.0.0.1", port: reservePort(), allowedOrigins: [], rtsp, server, ...logging },
  };
  const kept = stack.move();
  return { server, movie, options, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

Deno.test("Web is started again when its thread fails, of which RTSP viewers notice nothing", async () => {
  await using served = await serve();
  const { movie, options, server } = served;
  const web = await Web.open(options);
  const url = `http://127.0.0.1:${options.port}`;
  using client = new Client(await Deno.connect(server.address as Deno.ConnectOptions));
  const session = (await client.ask("SETUP", movie.file, TCP)).session!.split(";")[0];
  await client.ask("PLAY", movie.file, { Session: session });
  await client.until(() => framesOf(rtpOf(client)) > 3);

  const stream = await fetch(`${url}/testsrc/stream.mjpeg`);
  const ended = stream.arrayBuffer().then(() => "ended", () => "ended");
  web.crash();
  assertEquals(await ended, "ended");
  await until(async () => {
    const answer = await fetch(`${url}/${encodeURIComponent(movie.file)}/snapshot.jpg`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.status === 200;
  });
  // The session of the thread that is gone ends with its connection.
  await until(async () => (await (await fetch(`${url}/api/sessions`)).json()).length === 1);
  const before = framesOf(rtpOf(client));
  await client.until(() => framesOf(rtpOf(client)) > before + 3);
  await web.close();
  await assertRejects(() => fetch(`${url}/healthz`), TypeError);
});

Deno.test("Web says which port is taken, and what to do", async () => {
  await using served = await serve();
  using _taken = Deno.listen({ hostname: "127.0.0.1", port: served.options.port });
  const error = await assertRejects(() => Web.open(served.options), FailedError);
  assertEquals(/port \d+: .*; choose another port: --http PORT/.test(error.message), true, error.message);
});

Deno.test("Web ends while it is being started again", async () => {
  await using served = await serve();
  const web = await Web.open(served.options);
  web.crash();
  await until(async () => await fetch(`http://127.0.0.1:${served.options.port}/healthz`).then(() => false, () => true));
  await web.close();
});
