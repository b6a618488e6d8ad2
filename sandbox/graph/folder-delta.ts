// GET /me/mailFolders/delta: the whole hierarchy, flat, then the folders whose row has changed.
// https://learn.microsoft.com/en-us/graph/api/mailfolder-delta
import type { SandboxResponse } from '../http.ts';
import { childNamed } from '../store/mailbox.ts';
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
  /** Initial round: how many of the mailbox's folders, oldest first, are still to be given; null in later rounds. */
  left: number | null;
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
    state.left === null
      ? readChanges(call, state, size)
      : readAll(call, { ...state, left: state.left }, size);
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
  const { folders, folderLog } = call.mailbox;
  return { select, hidden, left: folders.size, at: folderLog.length };
}

type FolderPage = { rows: Row[]; state: FolderRound; done: boolean };

const shown = (folder: Folder, hidden: boolean): boolean => {
  for (let at: Folder | null = folder; at; at = at.parent) if (at.hidden && !hidden) return false;
  return true;
};

/**
 * The youngest first, wherever they are moved meanwhile: so children before their parents, and whoever builds the tree
 * must not depend on the order. What changed while this round was read is told in the next one.
 */
function readAll(call: GraphCall, state: FolderRound & { left: number }, size: number): FolderPage {
  const { folders, root } = call.mailbox;
  const oldest = [...folders.values()].slice(0, state.left);
  const select = selectFolderProperties(state.select);
  const rows: Row[] = [];
  while (oldest.length > 0 && rows.length < size) {
    const folder = oldest.pop();
    if (!folder?.exists || folder === root || isOutside(folder) || !shown(folder, state.hidden)) continue;
    rows.push(folderRow(folder, select));
  }
  const done = oldest.length === 0;
  return { rows, done, state: { ...state, left: done ? null : oldest.length } };
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
