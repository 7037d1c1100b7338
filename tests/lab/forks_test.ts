/**
 * Our server, used by clients of the lab's forks (`fork_client.py`), all of them at once.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { ChildProgram } from "../support/child_program.ts";
import { labFile, labFrames, makeLabMovie } from "../support/lab_movie.ts";
import { startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { PYTHON } from "./lab_peers.ts";

const CLIENT = fromFileUrl(new URL("./fork_client.py", import.meta.url));
const OTHER = "other.Mjpeg";

/** Whether each fork lists movies. */
const FORKS: Readonly<Record<string, { readonly lists: boolean }>> = {
  json: { lists: true },
  connect: { lists: true },
  scrub: { lists: false },
  time: { lists: false },
  version: { lists: false },
  quality: { lists: false },
  comma: { lists: true },
  typo: { lists: false },
  speed: { lists: true },
  movies: { lists: true },
  stop: { lists: false },
};

peerTest(
  "serve: a client of each of the lab's forks does what its buttons are for, all of them at once",
  [PYTHON],
  async () => {
    await using movie = await makeLabMovie({ frameCount: 100 });
    await Deno.writeFile(join(movie.root, OTHER), labFile((await labFrames(100)).slice(40)));
    await using server = await startOurServer({ root: movie.root });
    await Promise.all(
      Object.entries(FORKS).map(async ([fork, { lists }]) => {
        const args = [CLIENT, fork, "127.0.0.1", String(server.port), movie.root, movie.file, OTHER];
        await using program = new ChildProgram(PYTHON, { args });
        const { code, stdout, stderr } = await program.exit();
        assertEquals([fork, code], [fork, 0], stderr.join("\n"));
        const report = JSON.parse(stdout.at(-1)!);
        if (lists) assertEquals([fork, report.list], [fork, [movie.file, OTHER]]);
      }),
    );
  },
);
