// Every refusal that Graph is known for, by name: what `fault: {"name": …}` stands for.
// https://learn.microsoft.com/en-us/graph/errors https://learn.microsoft.com/en-us/graph/throttling
import type { Fault } from './faults.ts';

type Answer = Pick<Fault, 'status' | 'code' | 'message' | 'inner' | 'headers' | 'body' | 'retry_after'>;

const answer = (status: number, code: string, message: string): Answer => ({ status, code, message });

const HTML =
  '<!DOCTYPE html><html><head><title>Service unavailable</title></head><body><h1>The service is unavailable.</h1></body></html>';

const again = { seconds: 5 };

const BAD_REQUESTS = {
  BadRequest: answer(400, 'BadRequest', 'The request is invalid.'),
  invalidRequest: answer(400, 'invalidRequest', 'Invalid request'),
  ErrorInvalidRequest: answer(400, 'ErrorInvalidRequest', 'The request is invalid.'),
  ErrorInvalidIdMalformed: answer(400, 'ErrorInvalidIdMalformed', 'Id is malformed.'),
  InefficientFilter: answer(
    400,
    'InefficientFilter',
    'The restriction or sort order is too complex for this operation.',
  ),
  ErrorRestrictionTooComplex: answer(400, 'ErrorRestrictionTooComplex', 'The restriction is too complex.'),
  ParseUri: answer(
    400,
    'RequestBroker--ParseUri',
    "Could not find a property named 'x' on type 'Microsoft.OutlookServices.Message'.",
  ),
  ErrorInvalidRecipients: answer(400, 'ErrorInvalidRecipients', 'At least one recipient is not valid.'),
  ErrorPropertyValidationFailure: answer(
    400,
    'ErrorPropertyValidationFailure',
    'At least one property failed validation.',
  ),
  ErrorMessageSizeExceeded: answer(
    400,
    'ErrorMessageSizeExceeded',
    'The message exceeds the maximum supported size.',
  ),
};

const unauthorized = (message: string): Answer => ({
  ...answer(401, 'InvalidAuthenticationToken', message),
  headers: {
    'www-authenticate':
      'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"',
  },
});

const REFUSALS = {
  TokenEmpty: unauthorized('Access token is empty.'),
  TokenExpired: unauthorized('Access token has expired or is not yet valid.'),
  LifetimeFailed: unauthorized('Lifetime validation failed, the token is expired.'),
  TokenUnreadable: unauthorized('CompactToken parsing failed with error code: 80049217'),
  ErrorAccessDenied: answer(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.'),
  Authorization_RequestDenied: answer(
    403,
    'Authorization_RequestDenied',
    'Insufficient privileges to complete the operation.',
  ),
  ErrorSendAsDenied: answer(
    403,
    'ErrorSendAsDenied',
    'The user account does not have the right to send mail on behalf of the specified sending account.',
  ),
  accessDenied: answer(403, 'accessDenied', 'Access denied'),
};

const NOT_FOUND = {
  ErrorItemNotFound: answer(404, 'ErrorItemNotFound', 'The specified object was not found in the store.'),
  ResourceNotFound: answer(404, 'ResourceNotFound', 'Resource could not be discovered.'),
  MailboxNotEnabledForRESTAPI: answer(
    404,
    'MailboxNotEnabledForRESTAPI',
    'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
  ),
  ErrorInvalidUser: answer(404, 'ErrorInvalidUser', 'The requested user is invalid.'),
  Request_ResourceNotFound: answer(
    404,
    'Request_ResourceNotFound',
    'Resource does not exist or one of its queried reference-property objects are not present.',
  ),
  ErrorSyncFolderNotFound: answer(
    404,
    'ErrorSyncFolderNotFound',
    'The folder you requested to sync could not be found.',
  ),
  ErrorNonExistentMailbox: answer(
    404,
    'ErrorNonExistentMailbox',
    'The SMTP address has no mailbox associated with it.',
  ),
  'empty 404': { status: 404, body: '' },
};

const CONFLICTS = {
  MethodNotAllowed: answer(
    405,
    'Request_BadRequest',
    'Specified HTTP method is not allowed for the request target.',
  ),
  ErrorFolderExists: answer(409, 'ErrorFolderExists', 'A folder with the specified name already exists.'),
  ErrorIrresolvableConflict: answer(409, 'ErrorIrresolvableConflict', 'The change cannot be resolved.'),
  conflict: answer(409, 'conflict', 'The current state conflicts with what the request expects.'),
  preconditionFailed: answer(412, 'preconditionFailed', 'A precondition provided in the request failed.'),
  'ErrorIrresolvableConflict 412': answer(
    412,
    'ErrorIrresolvableConflict',
    'The change key passed in the request does not match the current change key for the item.',
  ),
  RequestTooLarge: answer(413, 'RequestEntityTooLarge', 'The request is too large.'),
  UnsupportedMediaType: answer(415, 'UnsupportedMediaType', 'The Content-Type header is missing.'),
};

const THROTTLES = {
  TooManyRequests: {
    ...answer(429, 'TooManyRequests', 'Please retry again later.'),
    inner: { code: '429', message: 'Please retry after', status: '429' },
    retry_after: again,
  },
  MailboxConcurrency: {
    ...answer(429, 'ApplicationThrottled', 'Application is over its MailboxConcurrency limit.'),
    retry_after: again,
  },
  IncomingBytes: {
    ...answer(429, 'ApplicationThrottled', 'Application is over its IncomingBytes limit.'),
    retry_after: again,
  },
  activityLimitReached: {
    ...answer(429, 'activityLimitReached', 'The app or user has been throttled.'),
    retry_after: again,
  },
};

const SERVER_ERRORS = {
  generalException: answer(500, 'generalException', 'General exception while processing.'),
  ErrorInternalServerError: answer(
    500,
    'ErrorInternalServerError',
    'An internal server error occurred. The operation failed.',
  ),
  ErrorCorruptData: answer(500, 'ErrorCorruptData', 'The object data is corrupt.'),
  InternalServerError: answer(500, 'InternalServerError', 'An error has occurred.'),
  serviceNotAvailable: {
    ...answer(503, 'serviceNotAvailable', 'The service is not available.'),
    retry_after: again,
  },
  ErrorServerBusy: {
    ...answer(503, 'ErrorServerBusy', 'The server cannot service this request right now. Try again later.'),
    retry_after: again,
  },
  ErrorMailboxStoreUnavailable: answer(
    503,
    'ErrorMailboxStoreUnavailable',
    'The mailbox database is temporarily unavailable.',
  ),
  ErrorMailboxMoveInProgress: answer(503, 'ErrorMailboxMoveInProgress', 'Mailbox move in progress.'),
  'HTML 503': { status: 503, body: HTML },
  'empty 503': { status: 503, body: '' },
  UnknownError: answer(504, 'UnknownError', ''),
  'HTML 504': { status: 504, body: HTML.replaceAll('unavailable', 'not answering') },
  'empty 504': { status: 504, body: '' },
  ErrorQuotaExceeded: answer(507, 'ErrorQuotaExceeded', 'The mailbox has exceeded its quota.'),
  quotaLimitReached: answer(507, 'quotaLimitReached', 'The user has reached their quota limit.'),
  BandwidthLimitExceeded: answer(509, 'BandwidthLimitExceeded', 'The bandwidth limit has been exceeded.'),
};

/** By name; dead cursors are not here: `{"expire": true}` makes a real one. */
export const FAULT_CATALOGUE: Record<string, Answer> = {
  ...BAD_REQUESTS,
  ...REFUSALS,
  ...NOT_FOUND,
  ...CONFLICTS,
  ...THROTTLES,
  ...SERVER_ERRORS,
};
