/**
 * What `serve --pcap` writes, as tshark reads it: all sessions, of all engines, without one complaint.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { assertNoComplaint, dissect } from "../support/tshark.ts";
import { run } from "./pixels.ts";

async function play(target: readonly string[]): Promise<void> {
  await using player = startOurs(["play", ...target, "--no-preview", "--frames", "20"]);
  const { code, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
}

peerTest(
  "serve --pcap writes the sessions of all threads, over UDP, TCP and in the lab's dialect",
  ["tshark"],
  async () => {
    await using directory = await temporaryDirectory();
    await using movie = await makeLabMovie({ frameCount: 30 });
    const path = join(directory.path, "server.pcapng");
    const rtpPort = reservePort();
    let serverPort;
    {
      await using server = await startOurServer({
        root: movie.root,
        args: ["--threads", "2", "--pcap", path],
        write: true,
      });
      serverPort = server.port;
      const url = `rtsp://127.0.0.1:${server.port}/${movie.file}`;
      await Promise.all([
        play([url, "--transport", "udp"]),
        play([url, "--transport", "tcp"]),
        play([url, "--transport", "udp"]),
        play([url, "--transport", "tcp"]),
        play(["127.0.0.1", String(server.port), String(rtpPort), movie.file, "--dialect", "lab"]),
      ]);
      await server.program.stop();
    }
    const decodeAs = [`tcp.port==${serverPort},rtsp`, `udp.port==${rtpPort},rtp`];
    // A bare JPEG is no RFC 2435.
    const isLab = `udp.port == ${rtpPort}`;
    await assertNoComplaint(path, { decodeAs, except: isLab });
    const methods = await dissect(path, { decodeAs, filter: "rtsp.method", field: "rtsp.method" });
    for (const method of ["DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]) {
      assert(methods.filter((other) => other === method).length >= 4, `${method} in ${methods}`);
    }
    const sources = new Set(await dissect(path, { decodeAs, filter: `jpeg && !(${isLab})`, field: "rtp.ssrc" }));
    assertEquals(sources.size, 4);
    for (const ssrc of sources) {
      const filter = `jpeg && rtp.ssrc == ${ssrc}`;
      const numbers = (await dissect(path, { decodeAs, filter, field: "rtp.seq" })).map(Number);
      assert(numbers.length >= 20, `${numbers.length} packets of ${ssrc}`);
      numbers.slice(1).forEach((number, index) => assertEquals(number, (numbers[index] + 1) % 65_536));
    }
    const lab = await dissect(path, { decodeAs, filter: `rtp && ${isLab}`, field: "rtp.seq" });
    assertEquals(lab.slice(0, 20), Array.from({ length: 20 }, (_, index) => `${index + 1}`));
    const reports = await dissect(path, { decodeAs, filter: "rtcp", field: "rtcp.pt" });
    assert(reports.includes("200") && reports.includes("201"), `reports ${reports}`);
  },
);

peerTest("serve --pcap writes what a publisher sends", ["tshark", "ffmpeg"], async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "published.pcapng");
  await using server = await startOurServer({ root: "docs", args: ["--publish", "cam", "--pcap", path], write: true });
  const { port } = server;
  await run("ffmpeg", [
    ...["-nostdin", "-loglevel", "error", "-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=25", "-t", "1"],
    ...["-c:v", "mjpeg", "-huffman", "default", "-pix_fmt", "yuvj420p", "-f", "rtsp", `rtsp://127.0.0.1:${port}/cam`],
  ]);
  await server.program.stop();
  const rtsp = `tcp.port==${port},rtsp`;
  assert((await dissect(path, { decodeAs: [rtsp], filter: "rtsp.method", field: "rtsp.method" })).includes("RECORD"));
  // tshark learns the ports of players alone.
  const transports = await dissect(path, { decodeAs: [rtsp], filter: "rtsp.transport", field: "rtsp.transport" });
  const [, rtpPort] = /server_port=(\d+)/.exec(transports.join())!;
  const decodeAs = [rtsp, `udp.port==${rtpPort},rtp`];
  await assertNoComplaint(path, { decodeAs });
  assert((await dissect(path, { decodeAs, filter: "jpeg", field: "rtp.seq" })).length >= 25);
});

Deno.test("serve --pcap replaces no file without --force, and leaves none where it does not come to serve", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "there.pcapng");
  await Deno.writeTextFile(path, "mine");
  const serve = async (...args: string[]) => {
    await using server = startOurs(["serve", "docs", "--host", "127.0.0.1", ...args], { write: true });
    return await server.exit();
  };
  const refused = await serve("--port", "0", "--pcap", path);
  assertEquals(refused.code, 1);
  assertMatch(
    refused.stderr.join("\n"),
    /there\.pcapng exists: choose another name for --pcap, or replace it with --force/,
  );
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const unmade = join(directory.path, "unmade.pcapng");
  assertEquals((await serve("--port", String(taken.addr.port), "--pcap", unmade)).code, 1);
  assertEquals((await serve("--port", String(taken.addr.port), "--pcap", path, "--force")).code, 1);
  assertEquals([...Deno.readDirSync(directory.path)].map(({ name }) => name), ["there.pcapng"]);
  assertEquals(await Deno.readTextFile(path), "mine");
  assertMatch((await serve("--port", "0", "--pcap-size", "1MB")).stderr.join("\n"), /are about the file of --pcap/);
});

Deno.test("serve --pcap-size leaves out what does not fit, and says so", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "small.pcapng");
  await using server = await startOurServer({
    root: "docs",
    args: ["--pcap", path, "--pcap-size", "200kB"],
    write: true,
  });
  await play([`rtsp://127.0.0.1:${server.port}/testsrc`]);
  const { stderr } = await server.program.stop();
  assertMatch(stderr.join("\n"), /small\.pcapng is full: what follows is not in it/);
  const { size } = await Deno.stat(path);
  assert(size > 0 && size <= 200_000, `${size} bytes`);
});
