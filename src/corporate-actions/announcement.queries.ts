/** Announcements as lists and one by one. */
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { SYSTEM_TENANT } from '../kernel/context';
import { NotFoundError } from '../kernel/errors';
import type { ActionType, AnnouncementStatus, AnnouncementView } from '../contracts/corporate-action';
import { TenantTables } from '../platform/database/tenant-tables';
import type { Page, PageDto } from '../platform/http/page.dto';
import { readTablePage } from '../platform/http/table-page';
import { StreamRunner } from '../platform/streams/stream-runner';
import { announcementStream, type AnnouncementState } from './announcement.decider';
import { announcementProjection, announcementsTable, announcementView } from './announcement.projection';

export class PageAnnouncements extends Query<Page<AnnouncementView>> {
  constructor(
    readonly tenantId: string,
    readonly scope: 'all' | 'tenant',
    readonly filter: { readonly symbol?: string; readonly type?: ActionType; readonly status?: AnnouncementStatus },
    readonly span: { readonly from?: string; readonly to?: string },
    readonly page: PageDto,
  ) {
    super();
  }
}

/** The tenant's own of that id, else everybody's. Throws NotFoundError for unknown and foreign ones. */
export class GetAnnouncement extends Query<AnnouncementView> {
  constructor(
    readonly tenantId: string,
    readonly actionId: string,
  ) {
    super();
  }
}

/** By ex-date. */
@QueryHandler(PageAnnouncements)
export class PageAnnouncementsHandler implements IQueryHandler<PageAnnouncements> {
  constructor(private readonly tables: TenantTables) {}

  execute({ tenantId, scope, filter, span, page }: PageAnnouncements): Promise<Page<AnnouncementView>> {
    const owner = scope === 'all' ? SYSTEM_TENANT : tenantId;
    const list = {
      table: announcementsTable.name,
      tenantId: owner,
      time: 'ex_date',
      id: 'corporate_action_id',
      equal: { ...filter },
      ...span,
    };
    return readTablePage(this.tables, list, page, (row) => announcementView(owner, announcementProjection.fromRow(row)));
  }
}

@QueryHandler(GetAnnouncement)
export class GetAnnouncementHandler implements IQueryHandler<GetAnnouncement> {
  constructor(private readonly streams: StreamRunner) {}

  async execute({ tenantId, actionId }: GetAnnouncement): Promise<AnnouncementView> {
    for (const owner of [tenantId, SYSTEM_TENANT]) {
      const found = await this.streams.load<AnnouncementState>(owner, announcementStream(actionId));
      if (found) return announcementView(owner, found);
    }
    throw new NotFoundError('announcement');
  }
}
