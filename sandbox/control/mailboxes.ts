// Mailboxes and what their owners' sign-in does.
import type { SandboxResponse } from '../http.ts';
import { CONSUMER_TENANT, MAILBOX_STATES } from '../identity/state.ts';
import type { Locale } from '../store/new-message.ts';
import type { Mailbox } from '../store/types.ts';
import type { ControlCall } from './call.ts';
import { ControlError, done, textField } from './call.ts';

export function listMailboxes({ context }: ControlCall): SandboxResponse {
  const mailboxes = context.store.mailboxes().map((mailbox) => ({
    address: mailbox.address,
    aliases: mailbox.aliases,
    display_name: mailbox.displayName,
    user_id: mailbox.userId,
    shared: mailbox.shared,
    access: [...mailbox.access],
    ...context.store.counts(mailbox.address),
  }));
  return done(200, { mailboxes });
}

/** `{address, aliases?, display_name, user_id?, locale?, personal?, shared?, access?}`; a personal account lives in Microsoft's consumer tenant. */
export function addMailbox({ context, body }: ControlCall): SandboxResponse {
  const address = textField(body, 'address');
  const mailbox = context.store.createMailbox({
    address,
    displayName: typeof body.display_name === 'string' ? body.display_name : address,
    ...(typeof body.user_id === 'string' ? { userId: body.user_id } : {}),
    ...(typeof body.locale === 'string' ? { locale: body.locale as Locale } : {}),
    shared: body.shared === true,
    access: texts(body.access),
    aliases: texts(body.aliases),
  });
  if (body.personal === true) context.identity.configure(mailbox.userId, { tenantId: CONSUMER_TENANT });
  return done(201, { address: mailbox.address, user_id: mailbox.userId });
}

const texts = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);

function need({ context, address }: ControlCall): Mailbox {
  const mailbox = context.store.mailbox(address);
  if (!mailbox) throw new ControlError(404, `There is no mailbox ${address}.`);
  return mailbox;
}

export function changeSignIn(
  call: ControlCall,
  change: 'revoke' | 'expire' | 'withdraw' | 'configure',
): SandboxResponse {
  const { identity } = call.context;
  const { userId } = need(call);
  if (change === 'revoke') identity.revoke(userId);
  if (change === 'expire') identity.expireAccess(userId);
  if (change === 'withdraw') {
    for (const app of identity.apps()) identity.withdrawConsent(app.clientId, userId);
  }
  if (change === 'configure') {
    const { admin_consent_required, disabled, refresh_problem } = call.body;
    identity.configure(userId, {
      ...(typeof admin_consent_required === 'boolean'
        ? { adminConsentRequired: admin_consent_required }
        : {}),
      ...(typeof disabled === 'boolean' ? { disabled } : {}),
      ...(refresh_problem === undefined ? {} : { refreshProblem: refresh_problem as number | null }),
    });
  }
  return done(200, {});
}

/** `{state}`: `ready`, `unlicensed` or `moving`. */
export function changeMailboxState(call: ControlCall): SandboxResponse {
  const { userId } = need(call);
  const mailboxState = MAILBOX_STATES.find((one) => one === textField(call.body, 'state'));
  if (!mailboxState) throw new ControlError(400, `The state is one of ${MAILBOX_STATES.join(', ')}.`);
  call.context.identity.configure(userId, { mailboxState });
  return done(200, {});
}

/** `{person}`: an address that may open the mailbox from now on. */
export function grantAccess({ context, address, body }: ControlCall): SandboxResponse {
  context.store.grantAccess(address, textField(body, 'person'));
  return done(200, { access: [...(context.store.mailbox(address)?.access ?? [])] });
}

export function withdrawAccess({ context, address, params }: ControlCall): SandboxResponse {
  context.store.withdrawAccess(address, params.person ?? '');
  return done(204, undefined);
}
