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
import { run } from "./pixels.ts";

/** tshark's warnings and errors; a checksum that is wrong is one. */
const COMPLAINTS = "_ws.malformed || tcp.analysis.flags || _ws.expert.severity >= 0x600000";
const CHECKSUMS = ["ip", "udp", "tcp"].flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]);

async function play(target: readonly string[], path: string): Promise<void> {
  const args = ["play", ...target, "--no-preview", "--frames", "20", "--pcap", path];
  await using player = startOurs(args, { write: true });
  const { code, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
}

/** Fields of the packets that a filter lets through, all of a field together. */
async function dissect(path: string, decodeAs: string[], filter: string, field: string): Promise<string[]> {
  const ways = decodeAs.flatMap((way) => ["-d", way]);
  const text = await run("tshark", ["-r", path, ...CHECKSUMS, ...ways, "-Y", filter, "-T", "fields", "-e", field]);
  return text.split(/[\n,]/).filter((value) => value !== "");
}

async function checkSession(path: string, port: number): Promise<void> {
  // RTP ports are learnt from SETUP.
  const ways = [`tcp.port==${port},rtsp`];
  assertEquals(await dissect(path, ways, COMPLAINTS, "frame.number"), []);
  const methods = await dissect(path, ways, "rtsp.method", "rtsp.method");
  assertEquals(methods.filter((method) => method !== "OPTIONS"), ["DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]);
  const statuses = await dissect(path, ways, "rtsp.status", "rtsp.status");
  assertEquals(statuses, Array(methods.length).fill("200"));
  const numbers = (await dissect(path, ways, "jpeg", "rtp.seq")).map(Number);
  assert(numbers.length >= 20, `${numbers.length} packets of JPEG`);
  numbers.slice(1).forEach((number, index) => assertEquals(number, (numbers[index] + 1) % 65_536));
  const types = await dissect(path, ways, "jpeg", "rtp.p_type");
  assert(types.every((type) => type === "26"), types.join());
  assert((await dissect(path, ways, "rtcp", "rtcp.pt")).includes("201"), "no receiver report");
  const ends = await dissect(path, ways, "tcp.flags.syn == 1 || tcp.flags.fin == 1", "tcp.flags");
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
  const ways = [`udp.port==${rtpPort},rtp`];
  assertEquals(
    (await dissect(path, ways, "rtp", "rtp.seq")).slice(0, 20),
    Array.from({ length: 20 }, (_, i) => `${i + 1}`),
  );
  assertEquals(await dissect(path, [], "tcp.analysis.flags || _ws.expert.severity >= 0x600000", "frame.number"), []);
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
