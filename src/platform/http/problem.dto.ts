import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class RefusedFieldDto {
  @ApiProperty({ type: String, example: 'lines[2].qty' }) readonly field!: string;
  @ApiProperty({ type: String, example: 'a decimal string' }) readonly rule!: string;
  @ApiProperty({ type: String, example: '1e5' }) readonly received!: string;
}

/** Every error, as RFC 9457 problem details. */
export class ProblemDto {
  @ApiProperty({ type: String, example: 'urn:problem:order.insufficient_cash' }) readonly type!: string;
  @ApiProperty({ type: String, example: 'A rule says no' }) readonly title!: string;
  @ApiProperty({ type: 'integer', example: 422 }) readonly status!: number;
  /** Stable: programs may rely on it. */
  @ApiProperty({ type: String, example: 'order.insufficient_cash' }) readonly code!: string;
  /** For people: what was expected, what was received, what to do next. */
  @ApiProperty({ type: String }) readonly detail!: string;
  /** Path of the request; left out where an id is unknown. */
  @ApiPropertyOptional({ type: String }) readonly instance?: string;
  /** As in the header `X-Request-Id`; left out where an id is unknown. */
  @ApiPropertyOptional({ type: String, nullable: true }) readonly request_id?: string | null;
  /** Every refused field, with status 400. */
  @ApiPropertyOptional({ type: [RefusedFieldDto] }) readonly errors?: readonly RefusedFieldDto[];
  /** Figures that belong to the code. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true }) readonly details?: Readonly<Record<string, unknown>>;
}
