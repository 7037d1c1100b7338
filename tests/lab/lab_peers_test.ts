/**
 * The lab's peers against each other: they must be right, and break where the students' programs break, before they are
 * of use as witnesses for ours.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { peerTest } from "../support/peers.ts";
import {
  assertCountsFromOne,
  assertLabHeaders,
  assertShowsMovie,
  WHOLE_SESSION,
  WHOLE_SESSION_FRAMES,
} from "./lab_assertions.ts";
import { makeLabMovie } from "../support/lab_movie.ts";
import { type LabClientOptions, type LabServerOptions, PYTHON, runLabClient, startLabServer } from "./lab_peers.ts";

interface Pair {
  readonly title: string;
  readonly server?: Partial<LabServerOptions>;
  readonly client?: Partial<LabClientOptions>;
}

const GETS_ALONG: readonly Pair[] = [
  { title: "dialect A" },
  { title: "dialect A, bound to the server's address", client: { bind: "127.0.0.1" } },
  { title: "dialect A, client_port with a colon", client: { variant: "colon" } },
  { title: "dialect A, TRANSPORT", client: { variant: "upper" } },
  { title: "dialect A, spaces at the ends of lines", client: { variant: "trailing-space" } },
  { title: "dialect A, newline at the end", client: { variant: "final-newline" } },
  { title: "dialect A, CR LF", client: { variant: "crlf" } },
  { title: "dialect A, CR LF and a blank line", client: { variant: "crlf-blank" } },
  { title: "dialect B", server: { dialect: "b" }, client: { dialect: "b" } },
  {
    title: "dialect B, spaces around the number, to a server of dialect A",
    client: { dialect: "b", variant: "spaced" },
  },
  { title: "the Java edition", server: { java: true }, client: { variant: "java" } },
];

for (const { title, server, client } of GETS_ALONG) {
  peerTest(`lab peers: ${title}`, [PYTHON], async () => {
    await using movie = await makeLabMovie();
    await using labServer = await startLabServer({ root: movie.root, ...server });
    const startedMs = Date.now();
    const result = await runLabClient({
      rtspPort: labServer.port,
      file: movie.file,
      script: WHOLE_SESSION,
      ...client,
    });
    assertShowsMovie(result, { frames: movie.frames, atLeast: WHOLE_SESSION_FRAMES });
    assertCountsFromOne(result);
    assertEquals(result.report.markers_seen, 0);
    assertEquals(result.report.source_ports.length, 2, "PLAY after PAUSE takes a new socket");
    assertEquals(result.report.replies.length, 5);
    if (!server?.java) assertLabHeaders(result, { startedMs });
  });
}

for (const flows of [undefined, 1, 3]) {
  const title = flows === undefined ? "fragments" : `fragments in ${flows} flows`;
  peerTest(`lab peers: ${title}`, [PYTHON], async () => {
    await using movie = await makeLabMovie();
    await using labServer = await startLabServer({ root: movie.root, fragments: true, flows });
    const result = await runLabClient({
      rtspPort: labServer.port,
      file: movie.file,
      fragments: true,
      flows,
      script: WHOLE_SESSION,
    });
    assertShowsMovie(result, { frames: movie.frames, atLeast: WHOLE_SESSION_FRAMES });
    assertCountsFromOne(result);
    assertEquals(result.report.markers_seen, result.report.frames);
    assertEquals(result.report.largest_datagram, 12 + 1408);
    assert(result.report.packets >= 2 * result.report.frames);
    assertEquals(result.report.source_ports.length, flows ?? 2);
  });
}

peerTest("lab peers: the end of the file is only silence", [PYTHON], async () => {
  await using movie = await makeLabMovie({ frameCount: 10 });
  await using labServer = await startLabServer({ root: movie.root });
  const result = await runLabClient({
    rtspPort: labServer.port,
    file: movie.file,
    script: "setup,play:end:10,teardown",
  });
  assertShowsMovie(result, { frames: movie.frames, atLeast: movie.frames.length });
  await labServer.program.waitForLine(/^end 1 10$/);
});

peerTest("lab peers: the fork that loses frames says which", [PYTHON], async () => {
  await using movie = await makeLabMovie({ frameCount: 60 });
  await using labServer = await startLabServer({ root: movie.root, lossySeed: 1 });
  const { code, report } = await runLabClient({
    rtspPort: labServer.port,
    file: movie.file,
    script: "setup,play:end:50,teardown",
  });
  assertEquals(code, 0);
  const dropped = labServer.program.stdout.flatMap((line) =>
    /^dropped 1 (\d+)$/.exec(line)?.slice(1).map(Number) ?? []
  );
  assert(dropped.length > 0);
  const numbers = Array.from({ length: 60 }, (_, index) => index + 1);
  assertEquals(report.sequence_numbers, numbers.filter((number) => !dropped.includes(number)));
});

peerTest("lab peers: a frame larger than the read is not shown", [PYTHON], async () => {
  await using movie = await makeLabMovie({ frameCount: 5 });
  await using labServer = await startLabServer({ root: movie.root });
  const { code, report } = await runLabClient({
    rtspPort: labServer.port,
    file: movie.file,
    rtpRead: 2000,
    script: "setup,play:end:5,teardown",
  });
  assertEquals(code, 0);
  assertEquals([report.frames, report.packets, report.unshowable], [0, 5, 5]);
});

peerTest("lab peers: when the client is gone the server goes on, and serves the next one", [PYTHON], async () => {
  await using movie = await makeLabMovie();
  await using labServer = await startLabServer({ root: movie.root });
  const options = { rtspPort: labServer.port, file: movie.file };
  const first = await runLabClient({ ...options, script: "setup,play:3,vanish" });
  assertEquals(first.code, 0, first.stderr);
  await labServer.program.waitForLine(/^gone 1$/);
  const second = await runLabClient({ ...options, script: "setup,play:3,teardown" });
  assertShowsMovie(second, { frames: movie.frames, atLeast: 3 });
});

const BREAKS: readonly (Pair & {
  readonly script: string;
  readonly code: number;
  readonly clientSays: RegExp;
  readonly serverSays: RegExp;
})[] = [
  {
    title: "a client of dialect A is answered `CSeq: CSeq:` by a server of dialect B, and crashes",
    server: { dialect: "b" },
    script: "setup",
    code: 1,
    clientSays: /ValueError: invalid literal for int\(\) with base 10: 'CSeq:'/,
    serverSays: /^SETUP 1 movie\.Mjpeg \d+$/,
  },
  {
    title: "a client of dialect B kills its thread in a server of dialect A, and waits",
    client: { dialect: "b" },
    script: "setup",
    code: 3,
    clientSays: /waiting for the reply to SETUP/,
    serverSays: /^died 1 IndexError$/,
  },
  {
    title: "client_port without a space is answered, then kills the thread",
    client: { variant: "tight" },
    script: "setup,play:1",
    code: 3,
    clientSays: /waiting for the reply to PLAY/,
    serverSays: /^died 1 IndexError$/,
  },
  {
    title: "an unknown file is answered 200, and then nothing is",
    client: { file: "nothing.Mjpeg" },
    script: "setup,play:1",
    code: 3,
    clientSays: /waiting for the reply to PLAY/,
    serverSays: /^ignored 1 PLAY$/,
  },
  {
    title: "an unknown file gets no answer in other forks",
    server: { missingFile: "silent" },
    client: { file: "nothing.Mjpeg" },
    script: "setup",
    code: 3,
    clientSays: /waiting for the reply to SETUP/,
    serverSays: /^missing 1 nothing\.Mjpeg$/,
  },
  {
    title: "an unknown file kills the thread in dialect B",
    server: { dialect: "b" },
    client: { dialect: "b", file: "nothing.Mjpeg" },
    script: "setup",
    code: 3,
    clientSays: /waiting for the reply to SETUP/,
    serverSays: /^died 1 IndexError$/,
  },
  {
    title: "an unknown file gets 404 in other forks",
    server: { missingFile: "404" },
    client: { file: "nothing.Mjpeg" },
    script: "setup",
    // Its session is 0, and so is the client's: it is taken in, and the client stays where it is.
    code: 4,
    clientSays: /the server answered 404/,
    serverSays: /^missing 1 nothing\.Mjpeg$/,
  },
  {
    title: "a forked server's 404 is glued to the 200 after it, and crashes the client",
    server: { missingFile: "404-glued" },
    client: { file: "nothing.Mjpeg" },
    script: "setup",
    code: 1,
    clientSays: /ValueError|IndexError/,
    serverSays: /^missing 1 nothing\.Mjpeg$/,
  },
  {
    title: "TEARDOWN before the first PLAY kills the thread, unanswered",
    script: "setup,teardown",
    code: 3,
    clientSays: /waiting for the reply to TEARDOWN/,
    serverSays: /^died 1 KeyError$/,
  },
  {
    title: "PLAY while playing is not answered",
    script: "setup,play:1,play:1",
    // The client's state is PLAYING already, so it is only the replies that show it.
    code: 0,
    clientSays: /^$/,
    serverSays: /^ignored 1 PLAY$/,
  },
  {
    title: "a client of the Java edition waits for the newline that the Python server does not send",
    client: { variant: "java" },
    script: "setup",
    code: 3,
    clientSays: /waiting for the reply to SETUP/,
    serverSays: /^SETUP 1 movie\.Mjpeg \d+$/,
  },
];

for (const { title, server, client, script, code, clientSays, serverSays } of BREAKS) {
  peerTest(`lab peers: ${title}`, [PYTHON], async () => {
    await using movie = await makeLabMovie({ frameCount: 20 });
    await using labServer = await startLabServer({ root: movie.root, ...server });
    const result = await runLabClient({
      rtspPort: labServer.port,
      file: movie.file,
      script,
      // It waits in vain where its code is to be 3.
      patienceSeconds: code === 3 ? 1.5 : undefined,
      ...client,
    });
    assertEquals(result.code, code, result.stderr);
    assertMatch(result.report.error ?? "", clientSays);
    await labServer.program.waitForLine(serverSays);
  });
}

const REPLIES: readonly { title: string; reply: string; code: number; says: RegExp }[] = [
  { title: "no third line", reply: "RTSP/1.0 200 OK\nCSeq: 1", code: 1, says: /IndexError/ },
  {
    title: "a session with a timeout",
    reply: "RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456;timeout=60",
    code: 1,
    says: /ValueError.*123456;timeout=60/,
  },
  { title: "a session in hex", reply: "RTSP/1.0 200 OK\nCSeq: 1\nSession: 1F2E3D", code: 1, says: /ValueError/ },
  {
    title: "another order of lines",
    reply: "RTSP/1.0 200 OK\nServer: mine\nCSeq: 1\nSession: 123456",
    code: 1,
    says: /ValueError.*mine/,
  },
  {
    title: "no space behind the colon",
    reply: "RTSP/1.0 200 OK\nCSeq:1\nSession:123456",
    code: 1,
    says: /IndexError/,
  },
  {
    title: "another's CSeq",
    reply: "RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456",
    code: 3,
    says: /waiting for the reply to SETUP: nothing/,
  },
  {
    title: "404 with its three lines",
    reply: "RTSP/1.0 404 Not Found\nCSeq: 1\nSession: 0",
    code: 4,
    says: /answered 404/,
  },
];

for (const { title, reply, code, says } of REPLIES) {
  peerTest(`lab client: reads a reply with ${title} as the original does`, [PYTHON], async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const answered = answerOnce(listener, reply);
    const result = await runLabClient({
      rtspPort: listener.addr.port,
      file: "movie.Mjpeg",
      script: "setup",
      patienceSeconds: code === 3 ? 3 : undefined,
    });
    const request = await answered;
    assertEquals(result.code, code, result.stderr);
    assertMatch(result.report.error ?? "", says);
    assertMatch(request, /^SETUP movie\.Mjpeg RTSP\/1\.0\nCSeq: 1\nTransport: RTP\/UDP; client_port= \d+$/);
    assertNotEquals(result.report.replies, []);
  });
}

/** Takes one connection, answers its first request, and waits till it ends. */
async function answerOnce(listener: Deno.TcpListener, reply: string): Promise<string> {
  using connection = await listener.accept();
  const buffer = new Uint8Array(1024);
  const length = await connection.read(buffer) ?? 0;
  await connection.write(new TextEncoder().encode(reply));
  // The client may be killed with the reply unread.
  await connection.read(new Uint8Array(1)).catch((error) => {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  });
  return new TextDecoder().decode(buffer.subarray(0, length));
}
