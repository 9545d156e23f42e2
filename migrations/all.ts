/** Every migration, oldest first: a new one is a file beside this one and a line here. */
import { Events1795132800001 } from './0001-events';
import { Tenancy1795132800002 } from './0002-tenancy';
import { ReadModels1795132800003 } from './0003-read-models';
import { TenantLogs1795132800004 } from './0004-tenant-logs';
import { SubscriptionPartitions1795132800005 } from './0005-subscription-partitions';
import { ProjectionBuilds1795132800006 } from './0006-projection-builds';
import { TickShares1795132800007 } from './0007-tick-shares';
import { CorporateActions1795132800010 } from './0010-corporate-actions';
import { Simulations1795132800011 } from './0011-simulations';
import { EventTypes1795132800020 } from './0020-event-types';

export const migrations = [
  Events1795132800001,
  Tenancy1795132800002,
  ReadModels1795132800003,
  TenantLogs1795132800004,
  SubscriptionPartitions1795132800005,
  ProjectionBuilds1795132800006,
  TickShares1795132800007,
  CorporateActions1795132800010,
  Simulations1795132800011,
  EventTypes1795132800020,
] as const;
