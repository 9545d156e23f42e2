import fc from 'fast-check';
import { positionRequest, runHash, settingsFrom, taskAt } from './simulation-request';

const request = (more: object = {}, range: object = {}) =>
  positionRequest({ tape_id: 't', cash: '100', ...more }, range, 'hash', {}, 'position');
const hashOf = (position = request(), version = 'v1'): string => runHash(position, position.task, version);

describe('the name under which a result is found again', () => {
  it('is the same for the same data, code and parameters, whatever the tape is called', () =>
    expect(hashOf({ ...request(), tape_id: 'another' })).toBe(hashOf()));

  it.each([
    ['data', hashOf({ ...request(), tape_hash: 'other' })],
    ['code', hashOf(request(), 'v2')],
    ['a setting', hashOf(request({ config: { up_threshold_pct: '4' } }))],
    ['cash', hashOf(request({ cash: '101' }))],
    ['shares', hashOf(request({ qty: '1' }))],
    ['the opening purchase', hashOf(request({ stock_pct: '0' }))],
    ['actions', hashOf(request({ actions: [{ ex_date: '2024-01-03', type: 'split', value: '2' }] }))],
    ['the first day', hashOf(request({}, { start: '2024-01-02' }))],
    ['the last day', hashOf(request({}, { end: '2024-01-02' }))],
    ['the fill model', hashOf(request({}, { fill: 'next_open' }))],
    ['slippage', hashOf(request({}, { slippage_bps: '1' }))],
    ['spread', hashOf(request({}, { spread_bps: '1' }))],
  ])('is another for other %s', (_what, hash) => expect(hash).not.toBe(hashOf()));

  it('is the same for the same amount written in another way', () => expect(hashOf(request({ cash: '100.00' }))).toBe(hashOf()));
});

describe('a point of a sweep', () => {
  it('changes its parameters and nothing else, counts and switches as what they are', () => {
    const task = taskAt(
      request().task,
      { up_threshold_pct: '4', max_orders_per_day: '2', allow_after_hours: 'true' },
      { start: null, end: null },
    );
    expect(task).toEqual({
      ...request().task,
      settings: { ...settingsFrom({}), up_threshold_pct: '4', max_orders_per_day: 2, allow_after_hours: true },
    });
  });

  it('that is out of range is refused before it is run', () => {
    fc.assert(
      fc.property(fc.integer({ min: 101, max: 100_000 }), (pct) => {
        expect(() => taskAt(request().task, { up_threshold_pct: String(pct) }, { start: null, end: null })).toThrow('up_threshold_pct');
        expect(() => taskAt(request().task, { up_threshold_pct: String(-pct) }, { start: null, end: null })).toThrow('up_threshold_pct');
      }),
    );
  });
});

describe('a request', () => {
  it.each([
    ['both shares and a part of the cash', { qty: '1', stock_pct: '50' }, {}, 'position.stock_pct must be left out where qty is given'],
    ['an unknown fill model', {}, { fill: 'best' }, 'fill must be one of close, next_open, next_mid'],
    ['costs of half the price', {}, { slippage_bps: '5000' }, 'slippage_bps must be at least 0 and below 5000'],
    ['an action of another kind', { actions: [{ ex_date: '2024-01-03', type: 'merger', value: '1' }] }, {}, 'position.actions line 2 type'],
    ['an unknown setting', { config: { up_threshold: '3' } }, {}, 'up_threshold'],
  ])('with %s is refused, and the field is named', (_what, more, range, sentence) => expect(() => request(more, range)).toThrow(sentence));
});
