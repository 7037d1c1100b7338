/**
 * Our server, watched by the lab's strict clients: every dialect and every way of writing it that is known, the session
 * with its pause, the frames compared byte for byte with the file.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { peerTest } from "../support/peers.ts";
import {
  assertCountsFromOne,
  assertLabHeaders,
  assertShowsMovie,
  WHOLE_SESSION,
  WHOLE_SESSION_FRAMES,
} from "./lab_assertions.ts";
import { enlarge, labFile, labFrames, makeLabMovie } from "../support/lab_movie.ts";
import { type LabClientOptions, type LabClientResult, PYTHON, runLabClient } from "./lab_peers.ts";
import { startOurServer } from "../support/our_program.ts";

const CLIENTS: readonly (Partial<LabClientOptions> & { readonly title: string })[] = [
  { title: "dialect A" },
  { title: "dialect A, bound to the server's address", bind: "127.0.0.1" },
  { title: "dialect A, client_port with a colon", variant: "colon" },
  { title: "dialect A, client_port without a space", variant: "tight" },
  { title: "dialect A, TRANSPORT", variant: "upper" },
  { title: "dialect A, spaces at the ends of lines", variant: "trailing-space" },
  { title: "dialect A, newline at the end", variant: "final-newline" },
  { title: "dialect A, CR LF", variant: "crlf" },
  { title: "dialect A, CR LF and a blank line", variant: "crlf-blank" },
  { title: "the Java edition", variant: "java" },
  { title: "dialect B", dialect: "b" },
  { title: "dialect B, bound to the server's address", dialect: "b", bind: "127.0.0.1" },
  { title: "dialect B, spaces around the number", dialect: "b", variant: "spaced" },
  { title: "dialect B, Seq:", dialect: "b", variant: "seq" },
  { title: "dialect B, no space in the third line", dialect: "b", variant: "no-space" },
];

for (const { title, ...client } of CLIENTS) {
  peerTest(`serve: whole session with a lab client of ${title}`, [PYTHON], async () => {
    await using movie = await makeLabMovie();
    await using server = await startOurServer({ root: movie.root });
    const startedMs = Date.now();
    const result = await runLabClient({ rtspPort: server.port, file: movie.file, script: WHOLE_SESSION, ...client });
    assertShowsMovie(result, { frames: movie.frames, atLeast: WHOLE_SESSION_FRAMES });
    assertCountsFromOne(result);
    assertEquals(result.report.markers_seen, 0);
    assertLabHeaders(result, { startedMs });
    assertReplies(result, 5);
  });
}

for (const flows of [undefined, 1, 3]) {
  const title = flows === undefined ? "with --fragment" : `asked for ${flows} flows`;
  peerTest(`serve: whole session with a fragmented lab client, ${title}`, [PYTHON], async () => {
    await using movie = await makeLabMovie();
    await using server = await startOurServer({
      root: movie.root,
      args: flows === undefined ? ["--fragment", "1408"] : [],
    });
    const startedMs = Date.now();
    const result = await runLabClient({
      rtspPort: server.port,
      file: movie.file,
      fragments: true,
      flows,
      script: WHOLE_SESSION,
    });
    assertShowsMovie(result, { frames: movie.frames, atLeast: WHOLE_SESSION_FRAMES });
    assertCountsFromOne(result);
    assertLabHeaders(result, { startedMs });
    assertReplies(result, 5);
    assertEquals(result.report.markers_seen, result.report.frames);
    assert(result.report.packets >= 2 * result.report.frames);
    assert(
      result.report.largest_datagram <= 1472,
      `${result.report.largest_datagram} bytes do not fit an Ethernet frame`,
    );
    if (flows !== undefined) assertEquals(result.report.source_ports.length, flows, "source ports");
  });
}

peerTest(
  "serve: a lab client of dialect B sees the movie to its end, and can take leave after it",
  [PYTHON],
  async () => {
    await using movie = await makeLabMovie({ frameCount: 12, file: "movie.mjpeg" });
    await using server = await startOurServer({ root: movie.root });
    const result = await runLabClient({
      rtspPort: server.port,
      file: movie.file,
      dialect: "b",
      script: "setup,play:end:12,teardown",
    });
    assertShowsMovie(result, { frames: movie.frames, atLeast: movie.frames.length });
    assertCountsFromOne(result);
    assertReplies(result, 3);
  },
);

peerTest("serve: clients of all kinds at once, each from the first frame", [PYTHON], async () => {
  await using movie = await makeLabMovie();
  await using server = await startOurServer({ root: movie.root });
  const options = { rtspPort: server.port, file: movie.file, script: WHOLE_SESSION };
  const results = await Promise.all([
    runLabClient(options),
    runLabClient({ ...options, dialect: "b" }),
    runLabClient({ ...options, fragments: true, flows: 2 }),
    runLabClient({ ...options, script: "setup,play:5,vanish" }),
  ]);
  for (const result of results) {
    assertShowsMovie(result, { frames: movie.frames, atLeast: 5 });
    assertCountsFromOne(result);
  }
  assertEquals(new Set(results.map(({ report }) => report.session)).size, results.length, "sessions of their own");
});

peerTest("serve: a lab client that vanishes harms nobody", [PYTHON], async () => {
  await using movie = await makeLabMovie();
  await using server = await startOurServer({ root: movie.root });
  const options = { rtspPort: server.port, file: movie.file };
  for (const script of ["setup,vanish", "setup,play:3,vanish", "setup,play:3,pause,vanish"]) {
    const { code, stderr } = await runLabClient({ ...options, script });
    assertEquals(code, 0, `${script}: ${stderr}`);
  }
  const result = await runLabClient({ ...options, script: WHOLE_SESSION });
  assertShowsMovie(result, { frames: movie.frames, atLeast: WHOLE_SESSION_FRAMES });
});

peerTest("serve: TEARDOWN before PLAY is answered", [PYTHON], async () => {
  await using movie = await makeLabMovie({ frameCount: 2 });
  await using server = await startOurServer({ root: movie.root });
  for (const dialect of ["a", "b"] as const) {
    const result = await runLabClient({ rtspPort: server.port, file: movie.file, dialect, script: "setup,teardown" });
    assertEquals(result.code, 0, result.stderr);
    assertReplies(result, 2);
  }
});

for (const file of ["nothing.Mjpeg", "../movie.Mjpeg", "/etc/passwd"]) {
  for (const dialect of ["a", "b"] as const) {
    peerTest(
      `serve: ${file} is answered 404 in dialect ${dialect.toUpperCase()}, in three lines`,
      [PYTHON],
      async () => {
        await using movie = await makeLabMovie({ frameCount: 2 });
        await using server = await startOurServer({ root: movie.root });
        const { code, report } = await runLabClient({ rtspPort: server.port, file, dialect, script: "setup" });
        assertEquals(code, 4, report.error ?? "");
        assertMatch(report.replies[0], /^RTSP\/1\.0 404 Not Found\nCSeq: 1\nSession: 0\n?$/);
      },
    );
  }
}

// macOS sends no datagram of more than 9216 bytes unless the sysctl net.inet.udp.maxdgram allows it.
const largeTest = Deno.build.os === "darwin" ? () => {} : peerTest;

largeTest("serve: frames larger than 20480 bytes go whole to a client that reads 65535", [PYTHON], async () => {
  await using movie = await makeLabMovie({ frameCount: 1 });
  const frames = (await labFrames(6)).map((frame) => enlarge(frame, 40_000));
  await Deno.writeFile(join(movie.root, "large.Mjpeg"), labFile(frames));
  await using server = await startOurServer({ root: movie.root });
  const result = await runLabClient({
    rtspPort: server.port,
    file: "large.Mjpeg",
    rtpRead: 65_535,
    script: "setup,play:end:6,teardown",
  });
  assertShowsMovie(result, { frames, atLeast: frames.length });
  assertCountsFromOne(result);
  assertEquals(result.report.largest_datagram, 12 + 40_000);
});

/** Every reply is 200 with its own CSeq and one session of six digits, in three lines that end as the requests do. */
function assertReplies({ report }: LabClientResult, count: number): void {
  assertEquals(report.replies.length, count);
  report.replies.forEach((reply, index) => {
    assertMatch(reply, /^RTSP\/1\.0 200 OK\r?\nCSeq: \d+\r?\nSession: [1-9]\d{5}(\r?\n){0,2}$/);
    assert(reply.includes(`CSeq: ${index + 1}`), `reply ${index + 1}: ${reply}`);
    assert(reply.includes(`Session: ${report.session}`), `reply ${index + 1}: ${reply}`);
  });
}
