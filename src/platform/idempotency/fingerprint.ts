/** Whether two requests ask for the same: method, path, query and body, however the body is laid out. */
import { createHash } from 'node:crypto';

export interface Asked {
  readonly method: string;
  /** Path with query, as received. */
  readonly url: string;
  readonly body: unknown;
}

/** SHA-256, base64. */
export function fingerprintOf({ method, url, body }: Asked): string {
  const [path = '', query = ''] = splitOnce(url);
  const sorted = query.split('&').filter(Boolean).sort().join('&');
  return createHash('sha256')
    .update([method, path, sorted, canonicalJson(body)].join('\n'))
    .digest('base64');
}

const splitOnce = (url: string): readonly string[] => {
  const at = url.indexOf('?');
  return at < 0 ? [url] : [url.slice(0, at), url.slice(at + 1)];
};

/** JSON with sorted names; nothing for no body. The body's depth is limited where it is read. */
export function canonicalJson(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(',')}}`;
}
