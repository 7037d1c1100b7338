/**
 * RTSP URLs (RFC 2326, 3.2). People write user names and passwords into them; these are taken out before a URL is sent or shown.
 *
 * @module
 */

/** The parts of a URL. */
export interface RtspUrl {
  /** The URL without user name and password, for requests, logs and errors. */
  readonly href: string;
  /** Host name or IP address, without brackets. */
  readonly hostname: string;
  /** TCP port; 554 where the URL has none. */
  readonly port: number;
  /** What follows host and port, from the slash on, with its query. */
  readonly path: string;
  /** User name, decoded; `undefined` where there is none. */
  readonly user: string | undefined;
  /** Password, decoded; `undefined` where there is none. */
  readonly password: string | undefined;
}

const DEFAULT_PORT = 554;

/** Parses a URL. Throws a `SyntaxError` that does not repeat passwords. */
export function parseRtspUrl(text: string): RtspUrl {
  const match = /^rtsp:\/\/(?:([^/?#]*)@)?(\[[0-9a-fA-F:.]+\]|[^\s/?#:@[\]]+)(?::(\d{1,5}))?([/?][^#]*)?(?:#.*)?$/i
    .exec(text.trim());
  const port = Number(match?.[3] ?? DEFAULT_PORT);
  if (match === null || port < 1 || port > 65_535) {
    throw new SyntaxError("The URL is not of the form rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH");
  }
  const [, userInfo, host, portText, path = "/"] = match;
  const colon = userInfo?.indexOf(":") ?? -1;
  const decode = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      // A bare percent sign in a password means itself.
      return part;
    }
  };
  return {
    href: `rtsp://${host}${portText === undefined ? "" : `:${port}`}${path}`,
    hostname: host.replace(/^\[|\]$/g, ""),
    port,
    path,
    user: userInfo === undefined ? undefined : decode(colon < 0 ? userInfo : userInfo.slice(0, colon)),
    password: colon < 0 ? undefined : decode(userInfo.slice(colon + 1)),
  };
}

/** Names of parameters, in a query or in the path, in which cameras expect a user name or a password. */
const SECRET_PARAMETER =
  /([?&;/_](?:user(?:name)?|usr|u|pass(?:word|wd|phrase)?|pwd|psw|p|login(?:use|pas)|auth|token|key|secret)=)(?:(?!_[a-z]+=)[^&;\s"])*/gi;

/** A text without the user names and passwords of the URLs in it, for people to see. */
export function withoutSecrets(text: string): string {
  return text.replace(/(rtsps?:\/\/)[^\s/@]*@/gi, "$1…@").replace(/[^\s/@"]+:[^\s/@"]*@/g, "…@")
    .replace(SECRET_PARAMETER, "$1…");
}
