/** The smallest unit of a currency, to which what a broker states (dividends, withholding, cash in lieu) is rounded half-up. */
import { type Amount, parseAmount } from '../kernel/amount';

const HUNDREDTH = parseAmount('0.01');
const WHOLE = parseAmount('1');
const THOUSANDTH = parseAmount('0.001');

/** ISO 4217: currencies without hundredths. */
const WITHOUT_CENTS = [
  'BIF',
  'CLP',
  'DJF',
  'GNF',
  'ISK',
  'JPY',
  'KMF',
  'KRW',
  'PYG',
  'RWF',
  'UGX',
  'UYI',
  'VND',
  'VUV',
  'XAF',
  'XOF',
  'XPF',
];
const IN_THOUSANDTHS = ['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'];

/** USD 0.01, JPY 1; a currency that is not listed counts in hundredths. */
export function minorUnitOf(currency: string): Amount {
  if (WITHOUT_CENTS.includes(currency)) return WHOLE;
  return IN_THOUSANDTHS.includes(currency) ? THOUSANDTH : HUNDREDTH;
}
