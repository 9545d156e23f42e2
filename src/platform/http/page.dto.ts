/** Lists come in pages: `limit` items and an opaque cursor to the next ones. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Type } from '@nestjs/common';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { LARGEST_PAGE } from './page-size';

const USUAL_PAGE = 50;

/** Query text as a whole number; anything else as it came, for the validator to refuse. */
export const wholeNumber = ({ value }: TransformFnParams): unknown =>
  typeof value === 'string' && /^-?\d{1,9}$/.test(value) ? Number(value) : (value as unknown);

export class PageDto {
  /** `next_cursor` of the page before. */
  @ApiPropertyOptional({ type: String, maxLength: 500 })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  readonly cursor?: string;

  /** Items per page, 1 to 200. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: LARGEST_PAGE, default: USUAL_PAGE })
  @Transform(wholeNumber)
  @IsInt()
  @Min(1)
  @Max(LARGEST_PAGE)
  readonly limit: number = USUAL_PAGE;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
}

export const page = <Item>(items: readonly Item[], next_cursor: string | null): Page<Item> => ({ items, next_cursor });

/** A page of rows of which one more than `limit` was read, to see whether there are more. */
export function cutPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  cursorOf: (last: Row) => string,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return page(shown.map(toItem), rows.length > limit && last !== undefined ? cursorOf(last) : null);
}

/** The class of a page of `item`, for the API document: `@ApiOkResponse({ type: pageDto(OrderDto) })`. */
export function pageDto<Item>(item: Type<Item>): Type<Page<Item>> {
  class PageOfItems implements Page<Item> {
    @ApiProperty({ type: [item] }) readonly items!: readonly Item[];
    @ApiProperty({ type: String, nullable: true }) readonly next_cursor!: string | null;
  }
  Object.defineProperty(PageOfItems, 'name', { value: `${item.name.replace(/Dto$/, '')}PageDto` });
  return PageOfItems;
}
