/*
 * The start page of the server: puts its parts together. The list comes from the server every few seconds; each stream has a tile.
 */

// @ts-check
/// <reference lib="dom" />

import { ServerFeed } from "./server_feed.js";
import { SessionTable } from "./session_table.js";
import { StreamGrid } from "./stream_grid.js";
import { Summary } from "./summary.js";

const feed = new ServerFeed();

new StreamGrid(feed);
new SessionTable(feed);
new Summary(feed);
feed.start();
