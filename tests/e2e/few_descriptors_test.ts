/**
 * A server that may open few files: idle clients give way to newcomers, who play, and the log says so once; where none is left for a
 * movie, its client is answered 503.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { TcpClient } from "../support/tcp_client.ts";
import { UdpReceiver } from "../support/udp_receiver.ts";
import { until } from "../support/until.ts";

const DESCRIPTORS = 64;
/** Certificates of the machine would be loaded at some time, and Deno says where there is no descriptor for that. */
const WITH_FEW = `unset NODE_EXTRA_CA_CERTS SSL_CERT_FILE DENO_CERT; ulimit -n ${DESCRIPTORS}; exec "$@"`;

peerTest(`serve: with ${DESCRIPTORS} descriptors idle clients give way to newcomers`, ["sh"], async () => {
  await using movie = await makeLabMovie();
  await using server = await startOurServer({
    root: movie.root,
    // The movie must not end before the newcomers are there.
    args: ["--loop"],
    through: ["sh", "-c", WITH_FEW, "sh"],
  });
  const clients = new DisposableStack();
  using _ = clients;
  const connect = async () => clients.use(await TcpClient.connect(server.port));
  const playing = await connect();
  const setup = await playing.ask(`SETUP ${movie.file} RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n\n`);
  const session = /Session: (\d{6})/.exec(setup)![1];
  assertMatch(await playing.ask(`PLAY ${movie.file} RTSP/1.0\nCSeq: 2\nSession: ${session}\n\n`), / 200 /);
  for (let count = 0; count < 2 * DESCRIPTORS; count++) await connect();
  // Some descriptors are left for files.
  const newcomer = await connect();
  await newcomer.send(`DESCRIBE rtsp://127.0.0.1:${server.port}/${movie.file} RTSP/1.0\r\nCSeq: 1\r\n\r\n`);
  assertMatch(await newcomer.receive(/\r\n\r\n/), / 200 /);
  assertMatch(await playing.ask(`PAUSE ${movie.file} RTSP/1.0\nCSeq: 3\nSession: ${session}\n\n`), / 200 /);
  const { code, stderr } = await server.program.stop();
  assertEquals(code, 0);
  assertEquals(stderr.filter((line) => / (?:error|fatal) |open no more/.test(line)).length, 1, stderr.join("\n"));
  assert(stderr.some((line) => line.includes("lets this program open no more files")));
});

peerTest(`serve: answers 503 while none of ${DESCRIPTORS} descriptors is left for a movie`, ["sh"], async () => {
  await using movie = await makeLabMovie();
  await Deno.copyFile(join(movie.root, movie.file), join(movie.root, "other.mjpeg"));
  await using server = await startOurServer({
    root: movie.root,
    args: ["--loop"],
    through: ["sh", "-c", WITH_FEW, "sh"],
  });
  // What was inherited with a larger number counts for nothing.
  const used = () =>
    [...Deno.readDirSync(`/proc/${server.program.pid}/fd`)].filter(({ name }) => Number(name) < DESCRIPTORS).length;
  using viewer = await UdpReceiver.open();
  using clients = new DisposableStack();
  /** A client that plays does not give way to others. */
  const play = async (file: string) => {
    const client = clients.use(await TcpClient.connect(server.port));
    await client.ask(`SETUP ${file} RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= ${viewer.port}\n\n`);
    assertMatch(await client.ask(`PLAY ${file} RTSP/1.0\nCSeq: 2\n\n`), / 200 /);
    await client.receive(/\n\n/);
    return client;
  };
  const client = await play("testsrc");
  // The last place is for the other movie, whose client is there already.
  const last = await play("testsrc");
  const others: TcpClient[] = [];
  while (used() < DESCRIPTORS - 1) others.push(await play("testsrc"));
  const switched = await last.ask("SWITCH other.mjpeg RTSP/1.0\nCSeq: 3\n\n");
  assertMatch(switched, / 200 /);
  await last.receive(/\n\n/);
  await until(() => used() === DESCRIPTORS);

  const url = `rtsp://127.0.0.1:${server.port}/`;
  const asks: readonly (readonly [request: string, end: RegExp])[] = [
    [`DESCRIBE ${url}${movie.file} RTSP/1.0\r\nCSeq: 4\r\n\r\n`, /\r\n\r\n/],
    [`SETUP ${url}${movie.file} RTSP/1.0\r\nCSeq: 5\r\nTransport: RTP/AVP/TCP\r\n\r\n`, /\r\n\r\n/],
    // Whether there is a file of another case is for the directory to say, which has to be read.
    [`DESCRIBE ${url}OTHER.mjpeg RTSP/1.0\r\nCSeq: 6\r\n\r\n`, /\r\n\r\n/],
    [`SWITCH ${movie.file} RTSP/1.0\nCSeq: 7\n\n`, /\n\n/],
  ];
  for (const [request, end] of asks) {
    await client.send(request);
    assertMatch(await client.receive(end), /^RTSP\/1\.0 503 Service Unavailable\r?\nCSeq: \d\r?\n/);
  }
  for (const other of others) other[Symbol.dispose]();
  await until(() => used() <= DESCRIPTORS - others.length);
  for (const [request, end] of asks) {
    await client.send(request);
    assertMatch(await client.receive(end), /^RTSP\/1\.0 200 OK\r?\nCSeq: \d\r?\n/);
    if (request.startsWith("DESCRIBE")) await client.receive(/a=rtcp-fb:26 nack\r\n/);
  }
  const { stderr } = await server.program.stop();
  const told = stderr.filter((line) => line.includes("which failed: the system lets this program open no more files"));
  assertEquals([told.length, stderr.filter((line) => / (?:error|fatal) /.test(line))], [asks.length, []]);
});
