// The signed-in user, and translation of ids.
import type { SandboxResponse } from '../http.ts';
import { readMessageId } from '../store/ids.ts';
import type { GraphCall } from './call.ts';
import { bodyOfCall, json, needScope } from './call.ts';
import { accessDenied, badRequest, GraphError, parseUri } from './errors.ts';

/** https://learn.microsoft.com/en-us/graph/api/user-get */
export function getMe(call: GraphCall): SandboxResponse {
  needScope(call, 'User.Read');
  const { mailbox, person } = call;
  // Other people's profiles need User.ReadBasic.All, which nobody here has.
  if (mailbox !== person) throw accessDenied();
  const [givenName, ...rest] = mailbox.displayName.split(' ');
  const user: Record<string, unknown> = {
    businessPhones: [],
    displayName: mailbox.displayName,
    givenName: givenName ?? null,
    jobTitle: null,
    mail: mailbox.address,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: mailbox.locale,
    surname: rest.join(' ') || null,
    userPrincipalName: mailbox.address,
    id: mailbox.userId,
  };
  const more: Record<string, unknown> = {
    userType: 'Member',
    accountEnabled: true,
    proxyAddresses: [`SMTP:${mailbox.address}`, ...mailbox.aliases.map((alias) => `smtp:${alias}`)],
  };
  const select = call.query
    .get('$select')
    ?.split(',')
    .map((name) => name.trim());
  const context = `${call.request.url.origin}/v1.0/$metadata#users/$entity`;
  if (!select) return json(200, { '@odata.context': context, ...user });
  const all = { ...user, ...more };
  const unknown = select.find((name) => !(name in all));
  if (unknown) throw parseUri(`Could not find a property named '${unknown}' on type 'microsoft.graph.user'.`);
  return json(200, {
    '@odata.context': context,
    ...Object.fromEntries(select.map((name) => [name, all[name]])),
  });
}

/** https://learn.microsoft.com/en-us/graph/api/user-revokesigninsessions */
export function revokeSessions(call: GraphCall): SandboxResponse {
  if (!call.scopes.has('User.RevokeSessions.All') && !call.scopes.has('User.ReadWrite')) {
    throw new GraphError(
      403,
      'Authorization_RequestDenied',
      'Insufficient privileges to complete the operation.',
    );
  }
  call.context.identity.revoke(call.mailbox.userId);
  return json(200, {
    '@odata.context': `${call.request.url.origin}/v1.0/$metadata#Edm.Boolean`,
    value: true,
  });
}

const ID_TYPES = ['restId', 'restImmutableEntryId', 'entryId', 'ewsId', 'immutableEntryId'] as const;
type IdType = (typeof ID_TYPES)[number];

const isImmutable = (type: IdType) => type === 'restImmutableEntryId' || type === 'immutableEntryId';
const toEws = (id: string) => id.replaceAll('-', '/').replaceAll('_', '+');
const fromEws = (id: string) => id.replaceAll('/', '-').replaceAll('+', '_');
/** The MAPI form: the same bytes without the outer wrapping. */
const toEntry = (id: string) => Buffer.from(id).toString('base64url');
const fromEntry = (id: string) => Buffer.from(id, 'base64url').toString();

function toRest(id: string, type: IdType): string {
  if (type === 'ewsId') return fromEws(id);
  return type === 'entryId' || type === 'immutableEntryId' ? fromEntry(id) : id;
}

/** https://learn.microsoft.com/en-us/graph/api/user-translateexchangeids */
export function translateIds(call: GraphCall): SandboxResponse {
  needScope(call, 'User.Read');
  const { inputIds, sourceIdType, targetIdType } = bodyOfCall(call);
  const [source, target] = [sourceIdType, targetIdType].map((type) => {
    const known = ID_TYPES.find((one) => one.toLowerCase() === String(type).toLowerCase());
    if (!known) throw badRequest(`Requested value '${String(type)}' was not found.`);
    return known;
  }) as [IdType, IdType];
  if (!Array.isArray(inputIds)) throw badRequest('Parameter inputIds is required.');
  if (inputIds.length > 1000) throw badRequest('The number of input ids exceeds the maximum of 1000.');
  return json(200, {
    '@odata.context': `${call.request.url.origin}/v1.0/$metadata#Collection(microsoft.graph.convertIdResult)`,
    value: inputIds.map((id) => ({
      sourceId: String(id),
      ...translate(call, String(id), { source, target }),
    })),
  });
}

function translate(call: GraphCall, id: string, { source, target }: { source: IdType; target: IdType }) {
  const rest = toRest(id, source);
  const form = readMessageId(rest, call.mailbox.fingerprint);
  const placement = call.mailbox.placements.get(rest);
  const message = form === 'immutable' ? call.mailbox.messages.get(rest) : placement?.message;
  if (!form || !message || (form === 'immutable') !== isImmutable(source)) {
    return { errorDetails: { code: 'ErrorInvalidIdMalformed', message: 'Id is malformed.' } };
  }
  const wanted = isImmutable(target) ? message.id : message.placement.defaultId;
  if (target === 'ewsId') return { targetId: toEws(wanted) };
  return { targetId: target === 'entryId' || target === 'immutableEntryId' ? toEntry(wanted) : wanted };
}
