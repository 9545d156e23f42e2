import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { EXCHANGES } from '../contracts/exchanges';
import type { Exchange } from '../contracts/instrument';
import type { PushedQuoteTerms, QuoteView } from '../contracts/quote';
import { AmountField, FlagField, InstantField, TextField } from '../platform/http/answer.decorators';
import { IsDecimal, IsInstant } from '../platform/http/decimal.validator';

/** At least one of the three prices. */
export class PushQuoteDto {
  @ApiProperty({ type: String, maxLength: 40, example: 'KO' })
  @IsString()
  @Length(1, 40)
  readonly symbol!: string;

  /** Where the symbol is traded on several exchanges. */
  @ApiPropertyOptional({ enum: EXCHANGES })
  @IsOptional()
  @IsIn(EXCHANGES)
  readonly exchange?: Exchange | null;

  @IsDecimal({ optional: true, positive: true })
  readonly bid?: string | null;

  @IsDecimal({ optional: true, positive: true })
  readonly ask?: string | null;

  @IsDecimal({ optional: true, positive: true })
  readonly last?: string | null;

  @IsInstant({ optional: true, description: "The source's own time; now where it is missing" })
  readonly ts?: string | null;
}

export const termsOf = ({ symbol, exchange, bid, ask, last, ts }: PushQuoteDto): PushedQuoteTerms => ({
  symbol,
  exchange: exchange ?? null,
  bid: bid ?? null,
  ask: ask ?? null,
  last: last ?? null,
  ts: ts ?? null,
});

export class QuoteDto implements QuoteView {
  @TextField() readonly instrument_id!: string;
  @TextField() readonly symbol!: string;
  @AmountField({ nullable: true }) readonly bid!: string | null;
  @AmountField({ nullable: true }) readonly ask!: string | null;
  @AmountField({ nullable: true }) readonly last!: string | null;
  @InstantField() readonly ts!: string;
  @FlagField({ description: 'False: a quote with a later source time is known already, this one changes nothing' })
  readonly accepted!: boolean;
}
