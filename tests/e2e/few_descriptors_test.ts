/** A server that may open few files: idle clients give way to newcomers, who play, and the log says so once. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { TcpClient } from "../support/tcp_client.ts";

const DESCRIPTORS = 64;

peerTest(`serve: with ${DESCRIPTORS} descriptors idle clients give way to newcomers`, ["sh"], async () => {
  await using movie = await makeLabMovie();
  await using server = await startOurServer({
    root: movie.root,
    // The movie must not end before the newcomers are there.
    args: ["--loop"],
    through: ["sh", "-c", `ulimit -n ${DESCRIPTORS}; exec "$@"`, "sh"],
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
