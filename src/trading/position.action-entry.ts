/** The ledger's entry inside an action's event, without what the event says about the position. */
import type { DividendEntry, HaltEntry, SplitEntry } from '../rules/action-ledger';

const KEY = ['kind', 'corporate_action_id', 'announced_by', 'revision', 'ex_date', 'ex_open', 'reversed'] as const;
const DIVIDEND = [
  ...KEY,
  'cutoff',
  'pay_date',
  'amount_per_share',
  'currency',
  'foreign',
  'withholding_tax_pct',
  'previous_close',
  'previous_close_day',
  'held',
  'qty_eligible',
  'gross',
  'withholding',
  'net',
  'paid',
  'reinvest',
] as const satisfies readonly (keyof DividendEntry)[];
const SPLIT = [...KEY, 'ratio', 'qty_before', 'qty_after', 'in_lieu'] as const satisfies readonly (keyof SplitEntry)[];

const pick = <Value extends object>(data: Value, names: readonly (keyof Value)[]): Value =>
  Object.fromEntries(names.map((name) => [name, data[name]])) as Value;

export const dividendOf = (data: DividendEntry): DividendEntry => pick<DividendEntry>(data, DIVIDEND);
export const splitOf = (data: SplitEntry): SplitEntry => pick<SplitEntry>(data, SPLIT);
export const haltOf = (data: HaltEntry): HaltEntry => pick<HaltEntry>(data, KEY);
