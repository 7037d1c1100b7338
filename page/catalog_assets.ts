/**
 * The files of the server's start page, by their addresses. They use some of the player page's.
 *
 * @module
 */

import { type Asset, css, html, js } from "./assets.ts";
import page from "./catalog/index.html" with { type: "text" };
import catalogStyle from "./catalog/catalog.css" with { type: "text" };
import catalog from "./catalog/catalog.js" with { type: "text" };
import serverFeed from "./catalog/server_feed.js" with { type: "text" };
import sessionTable from "./catalog/session_table.js" with { type: "text" };
import sessionsStyle from "./catalog/sessions.css" with { type: "text" };
import streamGrid from "./catalog/stream_grid.js" with { type: "text" };
import streamTile from "./catalog/stream_tile.js" with { type: "text" };
import summary from "./catalog/summary.js" with { type: "text" };
import thumbnail from "./catalog/thumbnail.js" with { type: "text" };
import tilesStyle from "./catalog/tiles.css" with { type: "text" };

/** All files, by path; those of the player page that they use are in assets.ts. */
export const CATALOG_ASSETS: Readonly<Record<string, Asset>> = {
  "/": html(page),
  "/catalog/catalog.css": css(catalogStyle),
  "/catalog/tiles.css": css(tilesStyle),
  "/catalog/sessions.css": css(sessionsStyle),
  "/catalog/catalog.js": js(catalog),
  "/catalog/server_feed.js": js(serverFeed),
  "/catalog/session_table.js": js(sessionTable),
  "/catalog/stream_grid.js": js(streamGrid),
  "/catalog/stream_tile.js": js(streamTile),
  "/catalog/summary.js": js(summary),
  "/catalog/thumbnail.js": js(thumbnail),
};
