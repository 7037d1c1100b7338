/** Who may have what of `serve --http`: pages of other origins, and everybody else where it answers at all addresses. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openPage, startBrowser } from "../support/browser.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { until } from "../support/until.ts";
import { startWebServer } from "../support/web_server.ts";

peerTest("serve --http-allow-origin: an <img> on that page shows the stream, on others it stays empty", [
  "chromium",
], async () => {
  const port = reservePort();
  const origin = `http://localhost:${port}`;
  await using web = await startWebServer("docs", ["--http-allow-origin", origin]);
  const html = ["stream.mjpeg", "snapshot.jpg"].map((file) => `<img src="${web.url}/testsrc/${file}">`).join("");
  await using _site = Deno.serve(
    { hostname: "127.0.0.1", port, onListen() {} },
    () => new Response(html, { headers: { "content-type": "text/html" } }),
  );
  await using browser = await startBrowser();
  const widths = "JSON.stringify([...document.images].map(({ naturalWidth }) => naturalWidth))";
  const allowed = await openPage(browser, `${origin}/`, { waitUntil: "commit" });
  await allowed.until(`${widths} === "[640,640]"`);
  // The same page under another name is another origin.
  const other = await openPage(browser, `http://127.0.0.1:${port}/`);
  assertEquals(await other.page.evaluate(widths), "[0,0]");
});

Deno.test("serve --http-host: says that there is no password, and answers by IP addresses and allowed names", async () => {
  const name = "http://cams.example:8080";
  await using web = await startWebServer("docs", ["--http-host", "0.0.0.0", "--http-allow-origin", name]);
  const { server, port } = web;
  const [warning] = await server.program.waitForLine(/HTTP has no password.*/);
  assertMatch(warning, /whoever reaches port \d+ may watch/);
  const get = async (host: string) => {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(
      new TextEncoder().encode(`GET /api/streams HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    );
    return await new Response(conn.readable).text();
  };
  const answer = await get(`192.168.1.5:${port}`);
  assertStringIncludes(answer, "HTTP/1.1 200 OK");
  assertStringIncludes(await get("cams.example:8080"), "HTTP/1.1 200 OK");
  assertStringIncludes(await get(`evil.example:${port}`), "HTTP/1.1 403 Forbidden");
});

peerTest("serve --http: programs that read it", ["ffmpeg", "curl"], async () => {
  await using web = await startWebServer("docs");
  const run = async (program: string, ...args: string[]) => {
    const { success, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
    return { success, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
  };
  const stream = `${web.url}/testsrc/stream.mjpeg`;
  // What Frigate's preset-http-mjpeg-generic gives to ffmpeg, and the frames that it wants for detection.
  const frigate = await run(
    "ffmpeg",
    ...["-v", "error", "-avoid_negative_ts", "make_zero", "-fflags", "+genpts+discardcorrupt", "-flags", "low_delay"],
    ...["-strict", "experimental", "-use_wallclock_as_timestamps", "1", "-i", stream],
    ...[
      "-r",
      "5",
      "-vf",
      "fps=5,scale=320:180",
      "-frames:v",
      "10",
      "-f",
      "rawvideo",
      "-pix_fmt",
      "yuv420p",
      "-f",
      "null",
      "-",
    ],
  );
  assertEquals([frigate.success, frigate.err], [true, ""]);
  // A Media Source of OBS is libavformat with a format and a URL.
  const obs = await run("ffmpeg", "-v", "error", "-f", "mpjpeg", "-i", stream, "-frames:v", "20", "-f", "null", "-");
  assertEquals([obs.success, obs.err], [true, ""]);
  const metrics = await run("curl", "-s", `${web.url}/metrics`);
  assertMatch(metrics.out, /^mjpegrtsp_frames_sent_total\{transport="tcp"\} [1-9]\d*$/m);
  const viewer = await fetch(stream);
  const sessions = async () => JSON.parse((await run("curl", "-s", `${web.url}/api/sessions`)).out);
  await until(async () => (await sessions()).length === 1);
  const [{ number }] = await sessions();
  assertEquals(
    JSON.parse((await run("curl", "-s", "-X", "DELETE", `${web.url}/api/sessions/${number}`)).out),
    { ended: number },
  );
  await viewer.arrayBuffer();
});
