// GET /{tenant}/oauth2/v2.0/authorize and the two forms behind it: choose an account, consent.
// https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
import type { SandboxContext } from '../context.ts';
import { mailboxOfUser } from '../context.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { cookieOf, formOf, redirectTo } from '../http.ts';
import type { Mailbox } from '../store/types.ts';
import type { AuthorizeRequest } from './authorize-request.ts';
import { checkParameters, readDestination } from './authorize-request.ts';
import type { Codes } from './codes.ts';
import { meetConditions, readClaims } from './conditions.ts';
import { AadError, describeAadError } from './errors.ts';
import { accountPage, adminNeededPage, consentPage, errorPage, formPostPage } from './pages.ts';
import { admits } from './tenants.ts';
import { idToken } from './tokens.ts';

const SESSION = 'sandbox_session';

type Step = 'start' | 'account' | 'consent';

/**
 * The sign-in conversation. Each step carries the whole authorize request in the form field `request`, so
 * that nothing is kept on the server between two pages.
 */
export async function authorizeEndpoint(
  context: SandboxContext,
  codes: Codes,
  request: SandboxRequest,
  { tenantSegment, step }: { tenantSegment: string; step: Step },
): Promise<SandboxResponse> {
  const form = request.method === 'POST' ? formOf(request) : new URLSearchParams();
  const carried = step === 'start' ? null : (form.get('request') ?? '');
  const params = new URLSearchParams(carried ?? (request.method === 'POST' ? form : request.url.search));
  let asked: AuthorizeRequest;
  try {
    asked = readDestination(context, params, { tenantSegment, origin: request.url.origin });
  } catch (error) {
    if (error instanceof AadError) return errorPage(describeAadError(error, context.now()));
    throw error;
  }
  try {
    checkParameters(asked);
    if (step === 'start') return await begin(context, codes, asked, request);
    const mailbox = context.store.mailbox(form.get('account') ?? '');
    if (!mailbox || !admits(context, asked.tenant, mailbox)) return choose(context, asked);
    if (step === 'account') return await continueAs(context, codes, asked, mailbox);
    return await answerConsent(context, codes, asked, { mailbox, decision: form.get('decision') });
  } catch (error) {
    if (error instanceof AadError) return refuse(context, asked, error);
    throw error;
  }
}

async function begin(
  context: SandboxContext,
  codes: Codes,
  asked: AuthorizeRequest,
  request: SandboxRequest,
): Promise<SandboxResponse> {
  const prompt = asked.params.get('prompt');
  const session = mailboxOfUser(context, cookieOf(request, SESSION) ?? '');
  const hint = asked.params.get('login_hint')?.toLowerCase();
  if (prompt === 'none') {
    if (!session || !admits(context, asked.tenant, session) || (hint && hint !== session.address)) {
      throw new AadError(
        50058,
        'login_required',
        'A silent sign-in request was sent but no user is signed in.',
      );
    }
    if (asked.params.has('claims')) {
      throw new AadError(50076, 'interaction_required', 'The claims can only be met by the user in person.');
    }
    if (lacksConsent(context, asked, session)) {
      throw new AadError(65001, 'consent_required', 'The user has not consented to use the application.');
    }
    return giveCode(context, codes, asked, session);
  }
  const needsPage = prompt !== null || asked.params.has('claims');
  const silent = session && hint === session.address && !needsPage && admits(context, asked.tenant, session);
  return silent ? continueAs(context, codes, asked, session) : choose(context, asked);
}

function choose(context: SandboxContext, asked: AuthorizeRequest): SandboxResponse {
  const hint = asked.params.get('login_hint')?.toLowerCase();
  const accounts = context.store
    .mailboxes()
    .filter((mailbox) => admits(context, asked.tenant, mailbox))
    .sort((a, b) => Number(b.address === hint) - Number(a.address === hint));
  return accountPage({ app: asked.app, request: asked.params.toString(), accounts });
}

function lacksConsent(context: SandboxContext, { app, scopes }: AuthorizeRequest, mailbox: Mailbox): boolean {
  const consented = context.identity.consented(app.clientId, mailbox);
  return [...scopes.graph, ...scopes.oidc].some((name) => !consented.has(name));
}

async function continueAs(
  context: SandboxContext,
  codes: Codes,
  asked: AuthorizeRequest,
  mailbox: Mailbox,
): Promise<SandboxResponse> {
  const account = context.identity.account(mailbox);
  const page = { app: asked.app, request: asked.params.toString(), mailbox };
  if (account.disabled) throw new AadError(50057, 'access_denied', 'The user account is disabled.');
  const lacks = lacksConsent(context, asked, mailbox);
  if (lacks && account.adminConsentRequired) return adminNeededPage(page);
  if (lacks || asked.params.get('prompt') === 'consent')
    return consentPage({ ...page, scopes: asked.scopes });
  return giveCode(context, codes, asked, mailbox);
}

async function answerConsent(
  context: SandboxContext,
  codes: Codes,
  asked: AuthorizeRequest,
  { mailbox, decision }: { mailbox: Mailbox; decision: string | null },
): Promise<SandboxResponse> {
  if (context.identity.account(mailbox).adminConsentRequired && lacksConsent(context, asked, mailbox)) {
    const text =
      `${asked.app.name} needs permission to access resources in your organization that only an admin can grant. ` +
      'Please ask an admin to grant permission to this app before you can use it.';
    throw new AadError(90094, 'access_denied', text);
  }
  if (decision !== 'accept') {
    throw new AadError(65004, 'access_denied', 'User declined to consent to access the app.');
  }
  context.identity.consent(asked.app.clientId, mailbox.userId, [...asked.scopes.graph, ...asked.scopes.oidc]);
  return giveCode(context, codes, asked, mailbox);
}

async function giveCode(
  context: SandboxContext,
  codes: Codes,
  asked: AuthorizeRequest,
  mailbox: Mailbox,
): Promise<SandboxResponse> {
  const { app, params, scopes, redirectUri } = asked;
  meetConditions(context, mailbox, readClaims(params));
  const nonce = params.get('nonce');
  const code = codes.issue({
    clientId: app.clientId,
    redirectUri,
    userId: mailbox.userId,
    graph: scopes.graph,
    oidc: scopes.oidc,
    nonce,
    challenge: params.get('code_challenge'),
    challengeMethod: params.get('code_challenge_method') === 'S256' ? 'S256' : 'plain',
    issuedAt: context.now().getTime(),
  });
  const hybrid = (params.get('response_type') ?? '').includes('id_token');
  const token = hybrid
    ? await idToken(
        context,
        { app, mailbox, graph: scopes.graph, oidc: scopes.oidc, nonce, refreshUntil: null },
        asked.origin,
        code,
      )
    : null;
  const answer = respond(asked, {
    code,
    ...(token ? { id_token: token } : {}),
    ...stateOf(params),
    session_state: crypto.randomUUID(),
  });
  const cookie = `${SESSION}=${mailbox.userId}; Path=/; HttpOnly; SameSite=Lax`;
  return { ...answer, headers: { ...answer.headers, 'set-cookie': cookie } };
}

/** `state` comes back as it was sent, except that HTML is stripped from it. */
function stateOf(params: URLSearchParams): { state?: string } {
  const state = params.get('state');
  return state === null ? {} : { state: state.replace(/<[^>]*>/g, '') };
}

function refuse(context: SandboxContext, asked: AuthorizeRequest, error: AadError): SandboxResponse {
  return respond(asked, {
    error: error.error,
    ...(error.number === 65004 ? { error_subcode: 'cancel' } : {}),
    error_description: describeAadError(error, context.now()),
    error_uri: `${asked.origin}/error?code=${error.number}`,
    ...stateOf(asked.params),
  });
}

function respond({ redirectUri, mode }: AuthorizeRequest, fields: Record<string, string>): SandboxResponse {
  if (mode === 'form_post') return formPostPage(redirectUri, fields);
  const query = new URLSearchParams(fields).toString();
  const url = new URL(redirectUri);
  if (mode === 'fragment') url.hash = query;
  else url.search = url.search ? `${url.search}&${query}` : query;
  return redirectTo(url.href);
}
