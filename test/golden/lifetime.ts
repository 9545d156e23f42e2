/** One life of the product on a scratch store: every event there is happens at least once, by the live path wherever that leads to it. */
import { openScratchApp, type ScratchApp } from '../../src/cli/scratch-app';
import { loadCalendar } from '../../src/market-data/calendar-file.adapter';
import { ActionsLife } from './actions-life';
import { OPENING, ToldQuotes } from './life';
import { TradingLife } from './trading-life';

/** The store of the whole life, still open; whoever asked for it closes it. */
export async function liveThrough(): Promise<ScratchApp> {
  const quotes = new ToldQuotes();
  const scratch = await openScratchApp(OPENING, { calendar: loadCalendar(null), quotes, isHistorical: () => false });
  try {
    await new TradingLife(scratch, quotes, 'request').run();
    await new ActionsLife(scratch, quotes, 'action').run();
    return scratch;
  } catch (error) {
    await scratch.close();
    throw error;
  }
}
