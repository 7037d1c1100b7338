/**
 * URIs (RFC 3986), for both ends: percent-encoding, lenient towards what people type, and the resolution of relative references. Each
 * function looks at each character a bounded number of times.
 *
 * @module
 */

/** The components of a reference (RFC 3986, 3); `undefined` where one is missing, which is not the same as empty. */
export interface UriReference {
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
  readonly path: string;
  readonly query: string | undefined;
  /** Never sent (RFC 3986, 3.5). */
  readonly fragment: string | undefined;
}

/** RFC 3986, appendix B. */
const COMPONENTS = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([^]*))?/;

/** The components of a reference. */
export function splitUri(reference: string): UriReference {
  const [, scheme, authority, path, query, fragment] = COMPONENTS.exec(reference)!;
  return { scheme, authority, path, query, fragment };
}

/** The URI that `reference` stands for at `base`, which has a scheme and an authority (RFC 3986, 5.2.2). */
export function resolveUri(base: string, reference: string): string {
  const from = splitUri(base);
  const to = splitUri(reference);
  if (to.scheme !== undefined) return joinUri({ ...to, path: withoutDotSegments(to.path) });
  const { scheme } = from;
  if (to.authority !== undefined) return joinUri({ ...to, scheme, path: withoutDotSegments(to.path) });
  const { authority } = from;
  if (to.path === "") return joinUri({ scheme, authority, path: from.path, query: to.query ?? from.query });
  const merged = to.path.startsWith("/") ? to.path : from.path.slice(0, from.path.lastIndexOf("/") + 1) + to.path;
  return joinUri({ scheme, authority, path: withoutDotSegments(merged), query: to.query });
}

/** RFC 3986, 5.3. A path behind an authority begins with a slash. */
function joinUri({ scheme, authority, path, query }: Omit<UriReference, "fragment">): string {
  const slash = authority !== undefined && path !== "" && !path.startsWith("/") ? "/" : "";
  return (scheme === undefined ? "" : `${scheme}:`) + (authority === undefined ? "" : `//${authority}`) + slash + path +
    (query === undefined ? "" : `?${query}`);
}

/** RFC 3986, 5.2.4. */
function withoutDotSegments(path: string): string {
  const segments = path.split("/");
  const kept: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const isDots = segment === "." || segment === "..";
    if (!isDots) kept.push(segment);
    else if (segment === ".." && kept.length > 1) kept.pop();
    // A path that ends in dots names a folder.
    if (isDots && index === segments.length - 1) kept.push("");
  }
  return kept.join("/");
}

/** What may not stand in a path or a query (RFC 3986, 3.3 and 3.4), and a percent sign that begins no escape. */
const FORBIDDEN = /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%]+/gu;

/** Encodes what may not stand in a path and its query. Escapes stay; a percent sign that begins none stands for itself. */
export function encodePath(path: string): string {
  return path.replace(FORBIDDEN, escapeAll);
}

/** Encodes what may not stand in the path and the query of a URI, and leaves a fragment out. */
export function encodeUri(uri: string): string {
  const [, server = "", path] = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*)?([^#]*)/.exec(uri)!;
  return server + encodePath(path);
}

/** Encodes a name as one segment of a path: in a name, a percent sign always stands for itself. */
export function encodeSegment(name: string): string {
  return name.replace(/[^A-Za-z0-9\-._~]+/gu, escapeAll);
}

function escapeAll(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}

/** Decodes percent-encoding. What is no escape, or no UTF-8 when decoded, stands for itself. */
export function decodePercents(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes.replace(/%[0-7][0-9A-Fa-f]/g, decodeURIComponent);
    }
  });
}
