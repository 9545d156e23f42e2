/** What a sweep can be told to make as large as possible. */
export const SWEEP_METRICS = [
  'total_return',
  'cagr',
  'sharpe',
  'sortino',
  'calmar',
  'max_drawdown',
  'volatility',
  'alpha',
  'exposure',
  'win_rate',
  'profit_factor',
  'turnover_per_year',
] as const;
