/**
 * Our own traffic as Wireshark's dissectors read it: whole sessions over UDP and TCP without one malformed packet.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ChildProgram } from "../support/child_program.ts";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { reservePort } from "../support/ports.ts";
import { rootTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { run } from "./pixels.ts";
import { until } from "../support/until.ts";

/** Plays a session between our two ends while tshark captures the loopback; the capture's path. */
async function capture(
  directory: string,
  transport: "udp" | "tcp",
): Promise<{ path: string; port: number; rtpPort: number }> {
  await using movie = await makeLabMovie({ frameCount: 30 });
  await using server = await startOurServer({ root: movie.root });
  const path = join(directory, "session.pcap");
  const rtpPort = reservePort();
  // Other tests are on the loopback, too.
  const filter = `tcp port ${server.port} or udp portrange ${rtpPort}-${rtpPort + 1}`;
  await using tshark = new ChildProgram("tshark", { args: ["-i", "lo", "-f", filter, "-w", path, "-F", "pcap"] });
  await tshark.waitForLine(/Capturing on/);
  await using player = startOurs([
    ...["play", `rtsp://127.0.0.1:${server.port}/${movie.file}`, "--transport", transport, "--no-preview", "--json"],
    ...["--rtp-port", String(rtpPort)],
  ]);
  const { code, stdout, stderr } = await player.exit();
  assertEquals(code, 0, stderr.join("\n"));
  assertEquals(JSON.parse(stdout[0]).frames, 30);
  await server.program.waitForLine(/ended, torn down/);
  // The last packets reach the file some time after they were seen.
  await until(async () => {
    const text = new TextDecoder("latin1").decode(await Deno.readFile(path));
    return (text.match(/RTSP\/1\.0 200 OK/g) ?? []).length >= 5;
  });
  await tshark.stop("SIGINT");
  return { path, port: server.port, rtpPort };
}

/** Fields of the packets that a display filter lets through, a line each. */
async function dissect(
  { path, port, rtpPort }: { path: string; port: number; rtpPort: number },
  { filter, fields }: { filter: string; fields: readonly string[] },
): Promise<string[][]> {
  const text = await run("tshark", [
    ...["-r", path, "-d", `tcp.port==${port},rtsp`],
    ...["-d", `udp.port==${rtpPort},rtp`, "-d", `udp.port==${rtpPort + 1},rtcp`],
    ...["-Y", filter, "-T", "fields", ...fields.flatMap((field) => ["-e", field])],
  ]);
  return text.split("\n").filter((line) => line !== "").map((line) => line.split("\t"));
}

for (const transport of ["udp", "tcp"] as const) {
  rootTest(`Wireshark finds nothing malformed in a session over ${transport}`, ["tshark"], async () => {
    await using directory = await temporaryDirectory();
    const captured = await capture(directory.path, transport);
    assertEquals(await dissect(captured, { filter: "_ws.malformed", fields: ["frame.number", "_ws.malformed"] }), []);

    const requests = await dissect(captured, { filter: "rtsp.method", fields: ["rtsp.method"] });
    assertEquals(requests.flat(), ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]);
    const statuses = await dissect(captured, { filter: "rtsp.status", fields: ["rtsp.status"] });
    assertEquals(statuses.flat(), Array(5).fill("200"));

    const packets = await dissect(captured, {
      filter: "jpeg",
      fields: ["rtp.p_type", "jpeg.main_hdr.type", "rtp.marker"],
    });
    const values = packets.flatMap(([types, jpegTypes, markers]) =>
      types.split(",").map((type, index) => [type, jpegTypes.split(",")[index], markers.split(",")[index]])
    );
    assert(values.length > 30, `${values.length} packets of JPEG`);
    assert(values.every(([type, jpegType]) => type === "26" && jpegType === "1"), JSON.stringify(values[0]));
    assertEquals(values.filter(([, , marker]) => /^(?:1|True)$/.test(marker)).length, 30, "markers");

    const reports = (await dissect(captured, { filter: "rtcp", fields: ["rtcp.pt"] })).flat().join(",").split(",");
    for (const type of ["200", "201", "202", "203"]) assert(reports.includes(type), `no RTCP packet of type ${type}`);
  });
}
