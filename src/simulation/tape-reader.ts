/** Reads bars from CSV text into columns: a million lines in about a second, refusing exactly what `readBars` refuses. */
import type { Exchange } from '../contracts/instrument';
import type { Session } from '../contracts/evaluation';
import { epochMs, toInstant } from '../kernel/clock';
import { DAY_MS, dateText, dayNumber } from '../market-data/civil-date';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import { newYorkInstant } from '../market-data/new-york-time';
import { BAR_HEADERS, type Bar, readBars } from '../market-data/recorded-bars';
import { XNYS_HOURS } from '../market-data/xnys-calendar';
import { narrowColumn } from './price-column';
import { labelOf, SESSIONS, type Tape, tapeOf } from './tape';

/** Throws InputError naming file, line, field, rule and value, as `readBars`. */
export function readTape(text: string, file: string, calendar: ExchangeCalendar, exchange: Exchange): Tape {
  const places = new Places(calendar, exchange);
  return readPlain(text, places) ?? tapeOf(readBars(text, file, calendar, exchange), (bar) => places.ofBar(bar));
}

/** Where instants lie in their exchange's day. The calendar is asked once per day. */
class Places {
  private from = 0;
  private to = 0;
  private day = 0;
  private open = 0;
  private close = 0;
  private preOpen = 0;
  private postClose = 0;
  private closed: Session | null = null;

  constructor(
    private readonly calendar: ExchangeCalendar,
    private readonly exchange: Exchange,
  ) {}

  ofBar({ at, dated }: Bar): { readonly session: Session; readonly inDay: boolean } {
    const ms = epochMs(at);
    return { session: dated ? 'REGULAR' : this.session(ms), inDay: dated || this.isInDay(ms) };
  }

  /** A date's regular close; the usual hour where the exchange did not trade. */
  closeOf(day: number): number {
    const known = this.calendar.day(this.exchange, dateText(day));
    return known !== null && known !== 'unknown' ? epochMs(known.close) : newYorkInstant(day, XNYS_HOURS.close);
  }

  dayOf(ms: number): number {
    this.moveTo(ms);
    return this.day;
  }

  session(ms: number): Session {
    this.moveTo(ms);
    if (this.closed !== null) return this.closed;
    if (ms >= this.open && ms < this.close) return 'REGULAR';
    return ms >= this.preOpen && ms < this.postClose ? 'EXTENDED' : 'CLOSED';
  }

  isInDay(ms: number): boolean {
    this.moveTo(ms);
    return ms <= this.close;
  }

  /** A day without trading has no regular close; one that the calendar does not know is taken for a usual one. */
  private closeWithoutSession(unknown: boolean): number {
    if (this.exchange === '24X7') return (this.day + 1) * DAY_MS;
    return unknown ? newYorkInstant(this.day, XNYS_HOURS.close) : Number.NEGATIVE_INFINITY;
  }

  /** The exchange's day around an instant: exchanges change their date on the hour. */
  private moveTo(ms: number): void {
    if (ms >= this.from && ms < this.to) return;
    const hour = 3_600_000;
    this.from = Math.floor(ms / hour) * hour;
    this.to = this.from + hour;
    const date = this.calendar.tradingDay(this.exchange, toInstant(ms));
    this.day = epochMs(date) / DAY_MS;
    const known = this.calendar.day(this.exchange, date);
    if (known === null || known === 'unknown') {
      this.closed = this.exchange === '24X7' ? 'REGULAR' : known === null ? 'CLOSED' : 'UNKNOWN';
      this.close = this.closeWithoutSession(known === 'unknown');
      return;
    }
    this.closed = this.exchange === '24X7' ? 'REGULAR' : null;
    this.open = epochMs(known.open);
    this.close = epochMs(known.close);
    this.preOpen = epochMs(known.pre_open);
    this.postClose = epochMs(known.post_close);
  }
}

/** Text whose every line is plain: no quotes, no spaces, usual forms. Null for anything else, and for anything that is wrong. */
function readPlain(text: string, places: Places): Tape | null {
  const headerEnd = text.indexOf('\n');
  if (headerEnd < 0) return null;
  const returns = text[headerEnd - 1] === '\r';
  const header = text.slice(0, returns ? headerEnd - 1 : headerEnd);
  const dated = header === BAR_HEADERS[0];
  if (!dated && header !== BAR_HEADERS[1]) return null;
  const lines = countLines(text, headerEnd + 1);
  const rows = new PlainRows(text, headerEnd + 1, dated, lines, returns);
  if (!rows.readAll()) return null;
  const at = dated ? rows.keys.map((day) => places.closeOf(day)) : rows.keys;
  const tape: Tape = {
    bars: lines,
    dated,
    open: narrowColumn(rows.open),
    high: narrowColumn(rows.high),
    low: narrowColumn(rows.low),
    close: narrowColumn(rows.close),
    at,
    days: dated ? Int32Array.from(rows.keys) : Int32Array.from(rows.keys, (ms) => places.dayOf(ms)),
    sessions: dated ? new Uint8Array(lines) : Uint8Array.from(rows.keys, (ms) => SESSIONS.indexOf(places.session(ms))),
    inDay: dated ? new Uint8Array(lines).fill(1) : Uint8Array.from(rows.keys, (ms) => Number(places.isInDay(ms))),
    labels: null,
  };
  return lines === 0 || labelOf(tape, 0) === rows.firstLabel ? tape : null;
}

/** Lines after `from`; the last may lack its line break. */
function countLines(text: string, from: number): number {
  let lines = 0;
  let at = from;
  while (at < text.length) {
    lines++;
    const end = text.indexOf('\n', at);
    if (end < 0) break;
    at = end + 1;
  }
  return lines;
}

const [COMMA, BREAK, RETURN, DOT, ZERO, NINE] = [44, 10, 13, 46, 48, 57];
/** Digits that a double counts exactly. */
const MOST_UNITS = Number.MAX_SAFE_INTEGER;
const SCALES = [1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1] as const;

/** A cursor over the text. Each reader gives NaN or false for what is not plain. */
class PlainRows {
  readonly keys: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  firstLabel = '';

  constructor(
    private readonly text: string,
    private at: number,
    private readonly dated: boolean,
    private readonly lines: number,
    /** Lines end as on Windows, all of them or none. */
    private readonly returns: boolean,
  ) {
    this.keys = new Float64Array(lines);
    this.open = new Float64Array(lines);
    this.high = new Float64Array(lines);
    this.low = new Float64Array(lines);
    this.close = new Float64Array(lines);
  }

  readAll(): boolean {
    this.firstLabel = this.text.slice(this.at, this.text.indexOf(',', this.at));
    let before = Number.NEGATIVE_INFINITY;
    for (let line = 0; line < this.lines; line++) {
      const key = this.key();
      if (!(key > before)) return false;
      before = key;
      const [open, high, low, close] = [this.price(), this.price(), this.price(), this.price()];
      const isSound = open > 0 && low > 0 && close > 0 && high >= open && high >= close && low <= open && low <= close;
      if (!isSound || !this.volume()) return false;
      this.keys[line] = key;
      this.open[line] = open;
      this.high[line] = high;
      this.low[line] = low;
      this.close[line] = close;
    }
    return this.at === this.text.length;
  }

  /** `YYYY-MM-DD,` as a day number, or `YYYY-MM-DDTHH:MM:SSZ,` as epoch milliseconds. */
  private key(): number {
    const { text, at } = this;
    const length = this.dated ? 10 : 20;
    if (text.charCodeAt(at + length) !== COMMA || text[at + 4] !== '-' || text[at + 7] !== '-') return Number.NaN;
    const [month, date] = [this.digits(at + 5, 2), this.digits(at + 8, 2)];
    const day = dayNumber(this.digits(at, 4), month, date);
    if (!(month >= 1 && month <= 12 && date >= 1 && date <= 31) || (date > 28 && new Date(day * DAY_MS).getUTCDate() !== date))
      return Number.NaN;
    this.at = at + length + 1;
    if (this.dated) return day;
    const isTime = text[at + 10] === 'T' && text[at + 13] === ':' && text[at + 16] === ':' && text[at + 19] === 'Z';
    const [hour, minute, second] = [this.digits(at + 11, 2), this.digits(at + 14, 2), this.digits(at + 17, 2)];
    return isTime && hour < 24 && minute < 60 && second < 60 ? day * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1_000 : Number.NaN;
  }

  private digits(from: number, count: number): number {
    let value = 0;
    for (let at = from; at < from + count; at++) {
      const code = this.text.charCodeAt(at);
      if (!(code >= ZERO && code <= NINE)) return Number.NaN;
      value = value * 10 + code - ZERO;
    }
    return value;
  }

  /** Units of 1e-8 of a plain decimal and the comma after it. */
  private price(): number {
    const { text } = this;
    let value = 0;
    let [whole, places] = [0, -1];
    for (; ; this.at++) {
      const code = text.charCodeAt(this.at);
      if (code >= ZERO && code <= NINE) {
        value = value * 10 + code - ZERO;
        if (places < 0) whole++;
        else places++;
      } else if (code === DOT && places < 0 && whole > 0) places = 0;
      else {
        if (code !== COMMA || whole === 0 || whole > 12 || places === 0 || places > 8) return Number.NaN;
        this.at++;
        const units = value * (SCALES[Math.max(places, 0)] ?? Number.NaN);
        return value <= MOST_UNITS && units <= MOST_UNITS ? units : Number.NaN;
      }
    }
  }

  /** A plain decimal or nothing, and the end of the line. */
  private volume(): boolean {
    const { text } = this;
    let [whole, places] = [0, -1];
    for (; ; this.at++) {
      const code = text.charCodeAt(this.at);
      if (code >= ZERO && code <= NINE) {
        if (places < 0) whole++;
        else places++;
      } else if (code === DOT && places < 0 && whole > 0) places = 0;
      else break;
    }
    if (places === 0) return false;
    if (this.at === text.length) return true;
    if (this.returns && text.charCodeAt(this.at++) !== RETURN) return false;
    return text.charCodeAt(this.at++) === BREAK;
  }
}
