/**
 * Whom `serve --http` answers.
 *
 * @module
 */

import { hostAndPort, plainAddress } from "../../net/addresses.ts";
import type { SitePolicy } from "../../page/same_site.ts";

/** Where HTTP is answered, and which pages of other origins may show streams. */
export interface WebAccess {
  readonly hostname: string;
  readonly port: number;
  readonly allowedOrigins: readonly string[];
}

/** What pages of allowed origins may have of each stream. */
const SHARED_FILES = ["/stream.mjpeg", "/snapshot.jpg", "/thumbnail.jpg", "/stats.json"];

/** Whether an address is one of this machine to itself. */
export function isLoopback(hostname: string): boolean {
  return /^(?:127\.[\d.]+|::1|localhost)$/i.test(plainAddress(hostname));
}

/**
 * What browsers may ask for. Where an origin is allowed, its host is a name of ours as well: a browser that finds us by it, as through
 * a proxy, is no victim of another site's.
 */
export function policyOf({ hostname, port, allowedOrigins }: WebAccess): SitePolicy {
  return {
    ...{ port, allowedOrigins, sharedPaths: SHARED_FILES, allowOption: "serve --http-allow-origin" },
    hosts: [
      hostAndPort({ hostname: hostname.toLowerCase(), port }),
      ...allowedOrigins.map((origin) => new URL(origin).host),
    ],
    isOpen: !isLoopback(hostname),
  };
}
