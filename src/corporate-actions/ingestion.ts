/** Takes over what providers announce, with what is doubtful about it. Nothing is announced twice, however often it runs. */
import type { QueryBus } from '@nestjs/cqrs';
import { type Clock, toInstant } from '../kernel/clock';
import { type CommandContext, SYSTEM_TENANT } from '../kernel/context';
import { DomainError, messageOf } from '../kernel/errors';
import { oddities, type DoubtfulTerms } from '../rules/announcement-doubts';
import type {
  ActionSource,
  AnnouncementCommandBody,
  AnnouncementKey,
  AnnouncementTerms,
  IngestFailure,
  IngestView,
} from '../contracts/corporate-action';
import { type InstrumentView, ListInstruments } from '../contracts/instrument';
import type { ActionProvider, ActionProviders, ProvidedAction } from '../market-data/actions.port';
import { parseDate } from '../market-data/civil-date';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import type { TenantTables } from '../platform/database/tenant-tables';
import type { Log } from '../platform/observability/log';
import type { StreamRunner } from '../platform/streams/stream-runner';
import { actionIdOf, announcementStream, type AnnouncementState } from './announcement.decider';
import { announcementProjection, known } from './announcement.projection';

const DAY_MS = 86_400_000;
/** What was announced lately may still be new to us, what comes later is not announced yet. */
const [DAYS_BACK, DAYS_AHEAD] = [30, 180];

/** How many instruments are asked for together: a provider that hangs costs the run its limit once per so many. */
const AT_ONCE = 8;

interface Answer {
  readonly provider: ActionProvider;
  readonly instrument: InstrumentView;
  readonly actions: readonly ProvidedAction[];
}

interface Tally {
  announced: number;
  doubtful: number;
  readonly failures: IngestFailure[];
}

export class Ingestion {
  constructor(
    private readonly providers: ActionProviders,
    private readonly streams: StreamRunner,
    private readonly tables: TenantTables,
    private readonly calendar: ExchangeCalendar,
    private readonly around: { readonly queries: QueryBus; readonly clock: Clock; readonly log: Log },
  ) {}

  /** What one provider cannot say of one instrument stops neither other instruments nor other providers. */
  async run(context: CommandContext): Promise<IngestView> {
    const providers = this.providers.all;
    if (providers.length === 0) return { source: 'none', instruments: 0, announced: 0, doubtful: 0, failed: 0, failures: [] };
    const tally: Tally = { announced: 0, doubtful: 0, failures: [] };
    const instruments = await this.around.queries.execute(new ListInstruments());
    for (let start = 0; start < instruments.length; start += AT_ONCE) {
      const asked = instruments
        .slice(start, start + AT_ONCE)
        .flatMap((instrument) => providers.map((of) => this.ask(of, instrument, tally)));
      for (const answer of await Promise.all(asked)) await this.takeOver(context, answer, tally);
    }
    const { announced, doubtful, failures } = tally;
    if (doubtful > 0) {
      this.around.log.warn('doubtful announcements wait for a person (GET /v1/corporate-actions?status=REVIEW)', { doubtful });
    }
    const source = providers.map(({ name }) => name).join(', ');
    return { source, instruments: instruments.length, announced, doubtful, failed: failures.length, failures };
  }

  private async ask(provider: ActionProvider, instrument: InstrumentView, tally: Tally): Promise<Answer> {
    const { symbol, exchange, currency } = instrument;
    const today = Date.parse(this.around.clock.now().slice(0, 10));
    const [from, to] = [toInstant(today - DAYS_BACK * DAY_MS).slice(0, 10), toInstant(today + DAYS_AHEAD * DAY_MS).slice(0, 10)];
    try {
      return { provider, instrument, actions: await provider.actions({ symbol, exchange, currency, from, to }) };
    } catch (error) {
      this.failed(provider, instrument, error, tally);
      return { provider, instrument, actions: [] };
    }
  }

  /** What cannot be read of one announcement does not keep the next from being heard. */
  private async takeOver(context: CommandContext, { provider, instrument, actions }: Answer, tally: Tally): Promise<void> {
    for (const action of actions) {
      try {
        const { isNew, isDoubtful } = await this.announce(context, provider.name, instrument, action);
        if (isNew) tally.announced += 1;
        if (isNew && isDoubtful) tally.doubtful += 1;
      } catch (error) {
        if (!(error instanceof DomainError) || error.kind === 'unavailable') throw error;
        this.failed(provider, instrument, error, tally);
      }
    }
  }

  private failed({ name: source }: ActionProvider, { symbol, exchange }: InstrumentView, error: unknown, { failures }: Tally): void {
    failures.push({ source, symbol, exchange, reason: messageOf(error) });
    this.around.log.error('announcements of an instrument could not be had; the next run asks again', { source, symbol, err: error });
  }

  private async announce(
    context: CommandContext,
    source: ActionSource,
    instrument: InstrumentView,
    action: ProvidedAction,
  ): Promise<{ readonly isNew: boolean; readonly isDoubtful: boolean }> {
    parseDate(action.ex_date, 'ex_date');
    if (action.type === 'CASH_DIVIDEND' && action.pay_date !== null) parseDate(action.pay_date, 'pay_date');
    const about = {
      instrument_id: instrument.id,
      symbol: instrument.symbol,
      exchange: instrument.exchange,
      type: action.type,
      ex_date: action.ex_date,
      sequence: action.sequence,
    };
    const key: AnnouncementKey = { corporate_action_id: actionIdOf(about), ...about };
    const terms = termsOf(action);
    const doubts = oddities({ ...about, ...terms, type: action.type }, await this.factsOf(key));
    const command: AnnouncementCommandBody = { type: 'Announce', data: { key, terms, source, doubts } };
    const stream = announcementStream(key.corporate_action_id);
    const cause = { ...context, tenantId: SYSTEM_TENANT, correlationId: key.corporate_action_id, idempotency: null };
    const result = await this.streams.run(cause, [{ stream, command }]);
    const { state } = result.state<AnnouncementState>(stream);
    return { isNew: result.events.length > 0, isDoubtful: state.status === 'REVIEW' };
  }

  private async factsOf({ instrument_id, exchange, type, ex_date }: AnnouncementKey) {
    const day = this.calendar.day(exchange, ex_date);
    const sql = `SELECT * FROM corporate_actions WHERE log = ? AND tenant_id = ? AND instrument_id = ? AND status <> 'CANCELLED' ORDER BY ex_date`;
    const rows = await this.tables.read(SYSTEM_TENANT, sql, [instrument_id]);
    const others = rows.map((row) => known(announcementProjection.fromRow(row).state)).filter((other) => other.type === type);
    const instrument = await this.streams.load<{ readonly last_close?: { readonly price: string | null } | null }>(
      SYSTEM_TENANT,
      `instrument-${instrument_id}`,
    );
    return {
      day: day === 'unknown' ? ('unknown' as const) : day === null ? ('closed' as const) : ('open' as const),
      others: others as readonly DoubtfulTerms[],
      lastPrice: instrument?.state.last_close?.price ?? null,
    };
  }
}

function termsOf(action: ProvidedAction): AnnouncementTerms {
  const none = { pay_date: null, amount_per_share: null, currency: null, withholding_tax_pct: null, ratio: null, note: null };
  if (action.type === 'SPLIT') return { ...none, ratio: action.ratio };
  const { amount_per_share, currency, pay_date, withholding_tax_pct } = action;
  return { ...none, amount_per_share, currency, pay_date, withholding_tax_pct };
}
