/** The raw loop: the same rule in plain doubles with nothing around it, the speed that an engine is measured against. */

export interface PlainRule {
  readonly up: number;
  readonly down: number;
  readonly ratio: number;
  readonly min: number;
  readonly max: number;
  readonly rate: number;
}

export interface PlainEnd {
  readonly equity: number;
  readonly trades: number;
}

/** Proportional sizing, band of stock, cash and shares, commission, equity at every bar; inexact, and no reason for anything. */
export function plainLoop(prices: Float64Array, equity: Float64Array, start: number, rule: PlainRule): PlainEnd {
  const { up, down, ratio, min, max, rate } = rule;
  let anchor = prices[0] as number;
  let qty = (start * 0.5) / anchor;
  let cash = start - qty * anchor * (1 + rate);
  let sellAt = anchor * (1 + up);
  let buyAt = anchor * (1 - down);
  let trades = 1;
  for (let bar = 0; bar < prices.length; bar++) {
    const price = prices[bar] as number;
    if (price >= sellAt || price <= buyAt) {
      const value = qty * price + cash;
      const raw = (Math.abs(anchor - price) * ratio * value) / (price * price);
      const selling = price >= sellAt;
      const room = selling
        ? (qty * price - min * value) / (price * (1 - rate * min))
        : (max * value - qty * price) / (price * (1 + rate * max));
      const n = Math.max(0, Math.min(raw, room, selling ? qty : cash / (price * (1 + rate))));
      if (n > 0) {
        const notional = n * price;
        qty += selling ? -n : n;
        cash += (selling ? notional : -notional) - notional * rate;
        anchor = price;
        sellAt = anchor * (1 + up);
        buyAt = anchor * (1 - down);
        trades++;
      }
    }
    equity[bar] = qty * price + cash;
  }
  return { equity: equity[prices.length - 1] as number, trades };
}
