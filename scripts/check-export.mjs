// Checks a tenant's export with nothing but Node: node scripts/check-export.mjs <export.jsonl> <public-key.pem>
// It shares no code with the program on purpose; docs/tenant-export.md says what it does and why.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const FORMAT = 'volatility-balancing/tenant-export/1';
const UNIT = '\u001f';
const FIELDS = (
  'log position tenant_id stream version event_id type schema_version ts recorded_at portfolio_id position_id instrument_id ' +
  'symbol correlation_id causation_id actor unique_key data'
).split(' ');
/** What is hashed of an event before its place is known; then version and time, then the position in the chain. */
const CONTENT = (
  'tenant_id stream event_id type schema_version ts portfolio_id position_id instrument_id symbol correlation_id causation_id ' +
  'actor unique_key data'
).split(' ');
const sha256 = (text) => createHash('sha256').update(text).digest('base64');
const contentOf = (event, salt) => sha256(CONTENT.map((field) => event[field] ?? '\u001e').join(UNIT) + salt);
const leafOf = (event, salt) => sha256([contentOf(event, salt), event.version, event.recorded_at].join(UNIT));

const [file, keyFile] = process.argv.slice(2);
if (!file || !keyFile) {
  process.stderr.write('Say which: node scripts/check-export.mjs <export.jsonl> <public-key.pem>\n');
  process.exit(2);
}
const publicKey = createPublicKey(readFileSync(keyFile));
let [number, position, chain, recordedAt, header, done] = [0, 0, '', '', null, null];
const versions = new Map();
const positions = createHash('sha256');
let own = 0;

function refuse(what) {
  process.stderr.write(`line ${number}: ${what}; the file proves nothing\n`);
  process.exit(1);
}
const demand = (condition, what) => condition || refuse(what);

function extend(leaf) {
  position += 1;
  chain = sha256(`${chain}${UNIT}${position}${UNIT}${leaf}`);
}

function takeEvent({ event, salt, ...more }) {
  demand(Object.keys(more).length === 0 && Object.keys(event).join() === FIELDS.join(), 'the event has other fields than an event has');
  demand(event.tenant_id === header.tenant_id && event.log === header.log, 'the event is of another tenant or log');
  demand(event.position === position + 1, `position ${position + 1} is missing`);
  demand(event.version === (versions.get(event.stream) ?? 0) + 1, `a version of ${event.stream} is missing`);
  demand(event.recorded_at >= recordedAt, 'it was recorded before the event before it');
  versions.set(event.stream, event.version);
  recordedAt = event.recorded_at;
  own += 1;
  positions.update(`${event.position}\n`);
  extend(leafOf(event, salt));
}

function takeStatement({ statement, signature }) {
  const { signed_at, tenant_id, head, events, positions: digest } = statement;
  const headText = `${head.log} ${head.position} ${head.chain} ${head.recorded_at}`;
  const text = ['volatility-balancing export', signed_at, tenant_id, headText, String(events), digest].join('\n');
  demand(verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64')), 'the statement is not signed with this key');
  demand(tenant_id === header.tenant_id && head.log === header.log, 'the statement is about another tenant or log');
  demand(head.position === position && head.chain === chain, 'the hashes do not lead to the signed head');
  demand(events === own && digest === positions.digest('base64'), 'the tenant has other events than the file shows');
  done = signed_at;
}

function take(line, text) {
  demand(JSON.stringify(line) === text, 'it is not written the one way it must be');
  if (header === null) {
    demand(line.format === FORMAT && Object.keys(line).join() === 'format,log,tenant_id', `it does not begin with ${FORMAT}`);
    header = line;
    chain = sha256(`volatility-balancing log ${line.log}`);
  } else if (done !== null) refuse('it comes after the signed statement');
  else if (line.event) takeEvent(line);
  else if (line.leaves) line.leaves.forEach(extend);
  else if (line.statement) takeStatement(line);
  else refuse('it is neither event, leaves nor statement');
}

for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
  number += 1;
  let line = null;
  try {
    line = JSON.parse(text);
  } catch {
    refuse('it is no JSON');
  }
  take(line ?? {}, text);
}
if (done === null) refuse('the file ends without its signed statement');
process.stdout.write(
  `${own} events of tenant ${header.tenant_id}, all it has among the ${position} of log ${header.log}, signed ${done}\n`,
);
