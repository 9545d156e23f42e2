/** Takes over what the provider announces, with what is doubtful about it. Nothing is announced twice, however often it runs. */
import type { QueryBus } from '@nestjs/cqrs';
import { type Clock, toInstant } from '../kernel/clock';
import { type CommandContext, SYSTEM_TENANT } from '../kernel/context';
import { oddities, type DoubtfulTerms } from '../rules/announcement-doubts';
import type { AnnouncementCommandBody, AnnouncementKey, AnnouncementTerms, IngestView } from '../contracts/corporate-action';
import { type InstrumentView, ListInstruments } from '../contracts/instrument';
import type { ActionProvider, ProvidedAction } from '../market-data/actions.port';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import type { TenantTables } from '../platform/database/tenant-tables';
import type { Log } from '../platform/observability/log';
import type { StreamRunner } from '../platform/streams/stream-runner';
import { actionIdOf, announcementStream, type AnnouncementState } from './announcement.decider';
import { announcementProjection, known } from './announcement.projection';

const DAY_MS = 86_400_000;
/** What was announced lately may still be new to us, what comes later is not announced yet. */
const [DAYS_BACK, DAYS_AHEAD] = [30, 180];

export class Ingestion {
  constructor(
    private readonly provider: ActionProvider,
    private readonly streams: StreamRunner,
    private readonly tables: TenantTables,
    private readonly calendar: ExchangeCalendar,
    private readonly around: { readonly queries: QueryBus; readonly clock: Clock; readonly log: Log },
  ) {}

  async run(context: CommandContext): Promise<IngestView> {
    const { name } = this.provider;
    const sum = { instruments: 0, announced: 0, doubtful: 0, failed: 0 };
    if (name === null) return { source: 'none', ...sum };
    for (const instrument of await this.around.queries.execute(new ListInstruments())) {
      sum.instruments += 1;
      try {
        for (const action of await this.provided(instrument)) {
          const { isNew, isDoubtful } = await this.announce(context, instrument, action);
          if (isNew) sum.announced += 1;
          if (isNew && isDoubtful) sum.doubtful += 1;
        }
      } catch (error) {
        sum.failed += 1;
        this.around.log.error('announcements of an instrument could not be had', { symbol: instrument.symbol, source: name, err: error });
      }
    }
    if (sum.doubtful > 0)
      this.around.log.warn('doubtful announcements wait for a person (GET /v1/corporate-actions?status=REVIEW)', {
        doubtful: sum.doubtful,
      });
    return { source: name, ...sum };
  }

  private provided({ symbol, exchange, currency }: InstrumentView): Promise<readonly ProvidedAction[]> {
    const today = Date.parse(this.around.clock.now().slice(0, 10));
    const [from, to] = [toInstant(today - DAYS_BACK * DAY_MS).slice(0, 10), toInstant(today + DAYS_AHEAD * DAY_MS).slice(0, 10)];
    return this.provider.actions({ symbol, exchange, currency, from, to });
  }

  private async announce(
    context: CommandContext,
    instrument: InstrumentView,
    action: ProvidedAction,
  ): Promise<{ readonly isNew: boolean; readonly isDoubtful: boolean }> {
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
    const source = this.provider.name ?? 'manual';
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
