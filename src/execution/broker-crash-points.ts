/** A broker with named places around a submission where a test kills the process: before it is asked, and after it has answered. */
import type { Amount } from '../kernel/amount';
import type { CrashPoints } from '../platform/event-store/crash-points';
import { Broker, type BrokerOrder, type BrokerReport } from './broker.port';

export class BrokerWithCrashPoints extends Broker {
  readonly name: string;
  readonly slippageBps: Amount;
  readonly roundingCost: Amount;

  constructor(
    private readonly broker: Broker,
    private readonly crashPoints: CrashPoints,
  ) {
    super();
    this.name = broker.name;
    this.slippageBps = broker.slippageBps;
    this.roundingCost = broker.roundingCost;
  }

  async submit(order: BrokerOrder): Promise<BrokerReport> {
    this.crashPoints.hit('broker:before');
    const report = await this.broker.submit(order);
    this.crashPoints.hit('broker:after');
    return report;
  }

  cancel(clientOrderId: string): Promise<BrokerReport | null> {
    return this.broker.cancel(clientOrderId);
  }
}
