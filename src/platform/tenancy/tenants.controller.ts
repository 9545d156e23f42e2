import { Body, Controller, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '../../kernel/context';
import { Roles } from '../http/access.decorators';
import { Ctx } from '../http/caller.decorators';
import { CreatedTenantDto, CreateTenantDto } from './tenancy.dto';
import { TenantDirectory } from './tenant.directory';

@ApiTags('admin')
@Controller('v1/admin/tenants')
@Roles('platform_admin')
export class TenantsController {
  constructor(private readonly directory: TenantDirectory) {}

  /** Creates a tenant and answers its owner's key, once. */
  @Post()
  @ApiCreatedResponse({ type: CreatedTenantDto })
  create(@Ctx() context: CommandContext, @Body() { name, owner_email }: CreateTenantDto): Promise<CreatedTenantDto> {
    return this.directory.create(context, { name, ownerEmail: owner_email ?? null, roles: ['owner'] });
  }
}
