/** A request that comes twice happens once: the second gets the first one's answer with `Idempotency-Hit: true`. */
import { type CallHandler, type ExecutionContext, HttpStatus, Injectable, type NestInterceptor } from '@nestjs/common';
import { HTTP_CODE_METADATA } from '@nestjs/common/constants.js';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { IdempotencyKey } from '../../kernel/context';
import { ConflictError, DomainError, InputError } from '../../kernel/errors';
import { DuplicateKey } from '../event-store/event-store.errors';
import { requestState } from '../http/request-state';
import { Timer } from '../time/timer.port';
import { fingerprintOf } from './fingerprint';
import { IDEMPOTENCY, type IdempotencyPolicy } from './idempotency.decorators';
import { idempotencyTable } from './idempotency.table';
import { InFlight } from './in-flight';
import { type StoredAnswer, StoredAnswers } from './stored-answers';

const HEADER = 'Idempotency-Key';
const PATTERN = /^[\x20-\x7e]{1,200}$/;
const PATIENCE_MS = 5_000;
const CHANGING: ReadonlySet<string> = new Set(['POST', 'PATCH', 'PUT', 'DELETE']);

@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly inFlight: InFlight;

  constructor(
    private readonly reflector: Reflector,
    private readonly answers: StoredAnswers,
    timer: Timer,
  ) {
    this.inFlight = new InFlight(timer);
  }

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = execution.switchToHttp().getRequest<Request>();
    const tenantId = requestState(request).principal?.tenantId;
    if (tenantId === undefined || !CHANGING.has(request.method)) return next.handle();
    const key = this.keyOf(tenantId, execution, request);
    if (!key) return next.handle();
    const response = execution.switchToHttp().getResponse<Response>();
    return from(this.once(key, request, response, next));
  }

  private keyOf(tenantId: string, execution: ExecutionContext, request: Request): IdempotencyKey | null {
    const policy = this.reflector.getAllAndOverride<IdempotencyPolicy | undefined>(IDEMPOTENCY, [
      execution.getHandler(),
      execution.getClass(),
    ]);
    const key = request.get(HEADER);
    if (policy === 'none') return null;
    if (key === undefined && policy === 'required') {
      throw new InputError(
        'idempotency.key_required',
        HEADER,
        'sent as a header where money moves: any text of your own that is new for each request',
        key,
      );
    }
    if (key === undefined) return null;
    if (!PATTERN.test(key)) throw new InputError('idempotency.key_invalid', HEADER, '1 to 200 printable ASCII characters', key);
    const status = this.reflector.get<number | undefined>(HTTP_CODE_METADATA, execution.getHandler());
    const fingerprint = fingerprintOf({ method: request.method, url: request.originalUrl, body: request.body });
    return { tenantId, key, fingerprint, status: status ?? (request.method === 'POST' ? HttpStatus.CREATED : HttpStatus.OK) };
  }

  private async once(key: IdempotencyKey, request: Request, response: Response, next: CallHandler): Promise<unknown> {
    const free = await this.inFlight.take(`${key.tenantId}\n${key.key}`, PATIENCE_MS);
    if (!free) {
      throw new ConflictError(
        'idempotency.in_progress',
        'The first request with this Idempotency-Key is still running; send the same again in a moment',
      );
    }
    try {
      const before = await this.answers.find(key);
      if (before) return replay(before, key, response);
      requestState(request).idempotency = key;
      const live: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
      return await this.settle(key, live);
    } catch (error) {
      const stored = isOurs(error) ? await this.answers.find(key) : null;
      if (!stored) throw error;
      return replay(stored, key, response);
    } finally {
      free();
    }
  }

  /** The stored answer is the answer, so that a replay cannot differ from it; a secret is in the live one only. */
  private async settle(key: IdempotencyKey, live: unknown): Promise<unknown> {
    const stored = await this.answers.find(key);
    if (stored) {
      const body = JSON.parse(stored.body) as Readonly<Record<string, unknown>> | null;
      return body?.['secret_already_shown'] === true ? live : body;
    }
    await this.answers.save(key, JSON.stringify(live ?? null));
    return live;
  }
}

/** Somebody else, in another process, stored the answer of this key first. */
const isOurs = (error: unknown): boolean => error instanceof DuplicateKey && error.constraint === idempotencyTable.name;

function replay(stored: StoredAnswer, { fingerprint }: IdempotencyKey, response: Response): unknown {
  if (stored.fingerprint !== fingerprint) {
    throw new DomainError('idempotency.key_reused', 'This Idempotency-Key belongs to another request; take a new key for a new request');
  }
  response.setHeader('Idempotency-Hit', 'true');
  response.status(stored.status);
  return stored.body === 'null' ? undefined : (JSON.parse(stored.body) as unknown);
}
