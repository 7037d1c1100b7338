/**
 * What `play --pcap` writes, as tshark reads it: the dialogue, RTP and RTCP of real sessions, without one complaint.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { startGstServer } from "../support/gst_server.ts";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { assertNoComplaint, dissect } from "../support/tshark.ts";
import { run } from "./pixels.ts";

async function play(target: readonly string[], path: string): Promise<void> {
  const args = ["play", ...target, "--no-preview", "--frames", "20", "--pcap", path];
  await using player = startOurs(args, { write: true });
  const { code, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
}

async function checkSession(path: string, port: number): Promise<void> {
  // RTP ports are learnt from SETUP.
  const decodeAs = [`tcp.port==${port},rtsp`];
  const fields = (filter: string, field: string) => dissect(path, { decodeAs, filter, field });
  await assertNoComplaint(path, { decodeAs });
  const methods = await fields("rtsp.method", "rtsp.method");
  assertEquals(methods.filter((method) => method !== "OPTIONS"), ["DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]);
  const statuses = await fields("rtsp.status", "rtsp.status");
  assertEquals(statuses, Array(methods.length).fill("200"));
  const numbers = (await fields("jpeg", "rtp.seq")).map(Number);
  assert(numbers.length >= 20, `${numbers.length} packets of JPEG`);
  numbers.slice(1).forEach((number, index) => assertEquals(number, (numbers[index] + 1) % 65_536));
  const types = await fields("jpeg", "rtp.p_type");
  assert(types.every((type) => type === "26"), types.join());
  assert((await fields("rtcp", "rtcp.pt")).includes("201"), "no receiver report");
  const ends = await fields("tcp.flags.syn == 1 || tcp.flags.fin == 1", "tcp.flags");
  assertEquals(ends, ["0x0002", "0x0012", "0x0011", "0x0011"]);
}

for (const transport of ["udp", "tcp"] as const) {
  peerTest(`play --pcap writes a session over ${transport} that tshark reads`, ["tshark"], async () => {
    await using directory = await temporaryDirectory();
    await using movie = await makeLabMovie({ frameCount: 30 });
    await using server = await startOurServer({ root: movie.root });
    const path = join(directory.path, "session.pcapng");
    await play([`rtsp://127.0.0.1:${server.port}/${movie.file}`, "--transport", transport], path);
    await checkSession(path, server.port);
  });
}

peerTest("play --pcap writes a session of the lab", ["tshark"], async () => {
  await using directory = await temporaryDirectory();
  await using movie = await makeLabMovie({ frameCount: 30 });
  await using server = await startOurServer({ root: movie.root });
  const [path, rtpPort] = [join(directory.path, "lab.pcapng"), reservePort()];
  await play(["127.0.0.1", String(server.port), String(rtpPort), movie.file, "--dialect", "lab"], path);
  const decodeAs = [`udp.port==${rtpPort},rtp`];
  const numbers = await dissect(path, { decodeAs, filter: "rtp", field: "rtp.seq" });
  assertEquals(numbers.slice(0, 20), Array.from({ length: 20 }, (_, i) => `${i + 1}`));
  await assertNoComplaint(path);
  assertMatch(await run("tshark", ["-r", path, "-q", "-z", "follow,tcp,ascii,0"]), /SETUP movie[^]*200 OK[^]*TEARDOWN/);
});

peerTest("play --pcap writes a session at gst-rtsp-server", ["tshark", "gst-launch-1.0"], async () => {
  await using directory = await temporaryDirectory();
  const movie = join(directory.path, "movie.avi");
  await run("gst-launch-1.0", [
    ...["-q", "videotestsrc", "num-buffers=50", "!", "video/x-raw,format=I420,width=320,height=240,framerate=25/1"],
    ...["!", "jpegenc", "!", "avimux", "!", "filesink", `location=${movie}`],
  ]);
  await using server = await startGstServer(movie);
  const path = join(directory.path, "gst.pcapng");
  await play([`rtsp://127.0.0.1:${server.port}/stream`, "--transport", "tcp"], path);
  await checkSession(path, server.port);
});

Deno.test("play --pcap replaces no file without --force, and captures no HTTP", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "there.pcapng");
  await Deno.writeTextFile(path, "mine");
  await using player = startOurs(["play", "rtsp://127.0.0.1:1/x", "--no-preview", "--pcap", path], { write: true });
  const { code, stderr } = await player.exit();
  assertEquals(code, 1);
  assertMatch(stderr.join("\n"), /there\.pcapng exists: choose another name for --pcap, or replace it with --force/);
  assertEquals(await Deno.readTextFile(path), "mine");
  // With it, what is there stays until there is something to write.
  const forced = ["play", "rtsp://127.0.0.1:1/x", "--no-preview", "--force", "--pcap", path];
  await using unconnected = startOurs(forced, { write: true });
  assertEquals((await unconnected.exit()).code, 1);
  assertEquals(await Deno.readTextFile(path), "mine");
  await using other = startOurs(["play", "http://127.0.0.1:1/x", "--no-preview", "--pcap", "-"]);
  assertMatch((await other.exit()).stderr.join("\n"), /--pcap captures RTSP and RTP/);
});
