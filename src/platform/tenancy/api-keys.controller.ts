import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { ApiKeyView } from '../../contracts/tenancy';
import type { CommandContext } from '../../kernel/context';
import { Roles } from '../http/access.decorators';
import { Caller, Ctx, Tenant } from '../http/caller.decorators';
import { decodeCursor, encodeCursor } from '../http/cursor';
import { cutPage, type Page, pageDto, PageDto } from '../http/page.dto';
import type { Principal } from '../http/request-state';
import { ApiKeyDto, IssueApiKeyDto, IssuedApiKeyDto } from './tenancy.dto';
import { TenantDirectory } from './tenant.directory';

interface Place {
  readonly created_at: string;
  readonly id: string;
}

const isPlace = (value: unknown): value is Place =>
  typeof value === 'object' &&
  value !== null &&
  'created_at' in value &&
  'id' in value &&
  typeof value.created_at === 'string' &&
  typeof value.id === 'string';

@ApiTags('api keys')
@Controller('v1/api-keys')
@Roles('owner')
export class ApiKeysController {
  constructor(private readonly directory: TenantDirectory) {}

  /** The tenant's keys, oldest first, without their texts. */
  @Get()
  @ApiOkResponse({ type: pageDto(ApiKeyDto) })
  async list(@Tenant() tenantId: string, @Query() { cursor, limit }: PageDto): Promise<Page<ApiKeyView>> {
    const keys = await this.directory.keys(tenantId, decodeCursor(cursor, isPlace), limit + 1);
    return cutPage(
      keys,
      limit,
      (key) => key,
      ({ created_at, id }) => encodeCursor({ created_at, id }),
    );
  }

  /** Issues a key to the caller's own user and answers its text, once. */
  @Post()
  @ApiCreatedResponse({ type: IssuedApiKeyDto })
  issue(@Ctx() context: CommandContext, @Caller() caller: Principal, @Body() { roles, label }: IssueApiKeyDto): Promise<IssuedApiKeyDto> {
    return this.directory.issueKey(context, caller, { roles, label: label ?? '' });
  }

  /** Refused from the next request on. */
  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse()
  async revoke(@Ctx() context: CommandContext, @Param('id') id: string): Promise<void> {
    await this.directory.revokeKey(context, id);
  }
}
