// GET /me/mailFolders/delta: the whole hierarchy, flat, then the folders whose row has changed.
// https://learn.microsoft.com/en-us/graph/api/mailfolder-delta
import type { SandboxResponse } from '../http.ts';
import { childNamed, withDescendants } from '../store/mailbox.ts';
import type { Folder } from '../store/types.ts';
import type { GraphCall } from './call.ts';
import { contextUrl, json, needScope } from './call.ts';
import { beginsAnew, chainName, follow, issue } from './chains.ts';
import { refuseWithoutDelta } from './delta-query.ts';
import { GraphError } from './errors.ts';
import { folderRow, selectFolderProperties } from './folders.ts';
import type { Row } from './message-json.ts';

type FolderRound = {
  select: string | null;
  hidden: boolean;
  /** Initial round: how many folders were given; null in later rounds. */
  given: number | null;
  at: number;
};

const DEFAULT_PAGE = 10;

export function folderDelta(call: GraphCall): SandboxResponse {
  needScope(call, 'Mail.ReadBasic');
  refuseWithoutDelta(call);
  const { context, mailbox } = call;
  const token = call.query.get('$skiptoken') ?? call.query.get('$deltatoken');
  const scope = `folders ${mailbox.address}`;
  const epoch = mailbox.root.deltaEpoch;
  const restart = (state: FolderRound) =>
    linkTo(call, `$deltatoken=${state.select ? `&$select=${encodeURIComponent(state.select)}` : ''}`);
  const link = beginsAnew(token) ? null : follow<FolderRound>(context, token, { scope, epoch, restart });
  const state = link?.state ?? begin(call);
  const size = Math.min(call.prefer.maxPageSize ?? DEFAULT_PAGE, context.settings.quirks.largestPage);
  const page =
    state.given === null
      ? readChanges(call, state, size)
      : readAll(call, { ...state, given: state.given }, size);
  const chain = link?.chain ?? chainName(scope, `${state.select ?? ''} ${state.hidden}`);
  const sealed = issue(context, { chain, epoch, parent: link?.generation ?? null, state: page.state });
  const name = page.done ? '$deltatoken' : '$skiptoken';
  return json(
    200,
    {
      '@odata.context': contextUrl(call, '/mailFolders/$delta'),
      value: page.rows,
      [page.done ? '@odata.deltaLink' : '@odata.nextLink']: linkTo(call, `${name}=${sealed}`),
    },
    { 'preference-applied': ['odata.track-changes', ...call.prefer.applied].join(', ') },
  );
}

const linkTo = (call: GraphCall, tail: string) => `${call.base}/mailFolders/delta?${tail}`;

function begin(call: GraphCall): FolderRound {
  const bad = ['$filter', '$orderby', '$search', '$skip'].filter((name) => call.query.has(name));
  if (bad.length > 0) {
    const text = `The following parameters are not supported with change tracking over the 'MailFolders' resource: '${bad.join(', ')}'.`;
    throw new GraphError(400, 'ErrorInvalidUrlQuery', text);
  }
  const select = call.query.get('$select');
  selectFolderProperties(select);
  const hidden = call.query.get('includeHiddenFolders')?.toLowerCase() === 'true';
  return { select, hidden, given: 0, at: call.mailbox.folderLog.length };
}

type FolderPage = { rows: Row[]; state: FolderRound; done: boolean };

const shown = (folder: Folder, hidden: boolean): boolean => {
  for (let at: Folder | null = folder; at; at = at.parent) if (at.hidden && !hidden) return false;
  return true;
};

/** Children before their parents, as can happen: whoever builds the tree must not depend on the order. */
function readAll(call: GraphCall, state: FolderRound & { given: number }, size: number): FolderPage {
  const folders = withDescendants(call.mailbox.root)
    .slice(1)
    .filter((folder) => shown(folder, state.hidden))
    .reverse();
  const select = selectFolderProperties(state.select);
  const rows = folders.slice(state.given, state.given + size).map((folder) => folderRow(folder, select));
  const given = state.given + size;
  // What changed while the first round was read is told in the next one.
  const done = given >= folders.length;
  return { rows, done, state: { ...state, given: done ? null : given } };
}

function readChanges(call: GraphCall, state: FolderRound, size: number): FolderPage {
  const { folderLog, root } = call.mailbox;
  const select = selectFolderProperties(state.select);
  const rows: Row[] = [];
  let at = state.at;
  for (; at < folderLog.length && rows.length < size; at += 1) {
    const folder = folderLog[at]?.folder;
    if (!folder || folder === root || folder.changedAt !== at || !shown(folder, state.hidden)) continue;
    if (call.context.settings.quirks.recreatedFolderLost && isReplaced(folder)) continue;
    if (folder.exists) rows.push(...(isOutside(folder) ? [] : [folderRow(folder, select)]));
    else
      rows.push({
        '@odata.type': '#microsoft.graph.mailFolder',
        id: folder.id,
        '@removed': { reason: 'deleted' },
      });
  }
  return { rows, done: at >= folderLog.length, state: { ...state, at } };
}

/**
 * Deleted, and another of its name is in its place by now: of the two only the new one may be told.
 * https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/8794
 */
function isReplaced(folder: Folder): boolean {
  const { deletedFrom } = folder;
  return deletedFrom !== null && childNamed(deletedFrom.parent, deletedFrom.name) !== undefined;
}

function isOutside(folder: Folder): boolean {
  let top = folder;
  while (top.parent) top = top.parent;
  return top !== folder.mailbox.root;
}
