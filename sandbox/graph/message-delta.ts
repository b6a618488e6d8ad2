// GET …/mailFolders/{id}/messages/delta: what is in a folder, then what has changed in it.
// https://learn.microsoft.com/en-us/graph/api/message-delta
import type { SandboxResponse } from '../http.ts';
import type { Folder } from '../store/types.ts';
import type { GraphCall } from './call.ts';
import { contextUrl, folderAt, json, needScope } from './call.ts';
import { beginsAnew, chainName, follow, issue } from './chains.ts';
import { queryText, refuseWithoutDelta } from './delta-query.ts';
import type { RoundState } from './delta-round.ts';
import { beginRound, endRound, readPage } from './delta-round.ts';
import { badRequest } from './errors.ts';
import { disturb } from './quirks.ts';

const DEFAULT_PAGE = 10;

export function messageDelta(call: GraphCall, folderText: string): SandboxResponse {
  needScope(call, 'Mail.ReadBasic');
  refuseWithoutDelta(call);
  const folder = folderAt(call, folderText);
  if (folder.search) throw badRequest('Change tracking is not supported on a search folder.');
  const scope = `messages ${call.mailbox.address} ${folder.id} ${call.prefer.idForm}`;
  const link = followed(call, folder, scope);
  const state = link?.state ?? beginRound(call, folder);
  const empty = isEmptyPage(call, link?.generation ?? 0);
  const page = empty ? { rows: [], state, done: false } : readPage(call, folder, state, pageSize(call));
  const token = issue(call.context, {
    chain: link?.chain ?? chainName(scope, JSON.stringify(state.query)),
    epoch: folder.deltaEpoch,
    parent: link?.generation ?? null,
    state: page.done ? endRound(call, page.state) : page.state,
  });
  const rows = disturb(call, page.rows, state.at + page.rows.length);
  const next = page.done
    ? { '@odata.deltaLink': linkTo(call, folder, `$deltatoken=${token}`) }
    : { '@odata.nextLink': linkTo(call, folder, `$skiptoken=${token}`) };
  return json(
    200,
    {
      '@odata.context': contextUrl(call, `/mailFolders('${folder.id}')/messages/$delta`),
      value: rows,
      ...next,
    },
    { 'preference-applied': ['odata.track-changes', ...call.prefer.applied].join(', ') },
  );
}

const pageSize = (call: GraphCall) =>
  Math.min(call.prefer.maxPageSize ?? DEFAULT_PAGE, call.context.settings.quirks.largestPage);

/** An empty page with a nextLink is legal; the end of a round is only its deltaLink. */
const isEmptyPage = (call: GraphCall, generation: number) =>
  call.context.settings.quirks.emptyPages && generation % 5 === 2;

function followed(call: GraphCall, folder: Folder, scope: string) {
  const token = call.query.get('$skiptoken') ?? call.query.get('$deltatoken');
  if (beginsAnew(token)) return null;
  const restart = (state: RoundState) => linkTo(call, folder, `$deltatoken=${queryText(state.query)}`);
  return follow<RoundState>(call.context, token, { scope, epoch: folder.deltaEpoch, restart });
}

const linkTo = (call: GraphCall, folder: Folder, tail: string) =>
  `${call.base}/mailFolders('${folder.id}')/messages/delta?${tail}`;
