// Mail folders: list, get, create, rename, move, delete.
// https://learn.microsoft.com/en-us/graph/api/resources/mailfolder
import type { SandboxResponse } from '../http.ts';
import { childNamed, isBelow } from '../store/mailbox.ts';
import { StoreError } from '../store/store-error.ts';
import type { Folder, FolderSearch } from '../store/types.ts';
import type { GraphCall } from './call.ts';
import { bodyOfCall, contextUrl, folderAt, json, needScope, noContent } from './call.ts';
import { badRequest, GraphError, unknownProperty } from './errors.ts';
import { compileFilter } from './filter.ts';
import { folderMessages } from './folder-view.ts';
import type { Row } from './message-json.ts';
import { pageOf } from './paging.ts';

const PROPERTIES =
  'id displayName parentFolderId childFolderCount unreadItemCount totalItemCount sizeInBytes isHidden'.split(
    ' ',
  );
const SEARCH_PROPERTIES = ['isSupported', 'includeNestedFolders', 'sourceFolderIds', 'filterQuery'];

export function selectFolderProperties(text: string | null): string[] | null {
  if (!text) return null;
  return text.split(',').map((part) => {
    const name = part.trim();
    const known = [...PROPERTIES, ...SEARCH_PROPERTIES].find(
      (one) => one.toLowerCase() === name.toLowerCase(),
    );
    if (!known) throw unknownProperty(name, 'MailFolder');
    return known;
  });
}

const visibleChildren = (folder: Folder, hidden: boolean) =>
  folder.children.filter((child) => hidden || !child.hidden);

/** v1.0 does not say which folder is which: there is no wellKnownName here. */
export function folderRow(folder: Folder, select: string[] | null): Row {
  const all: Row = {
    id: folder.id,
    displayName: folder.displayName,
    parentFolderId: folder.parent?.id ?? folder.mailbox.root.id,
    childFolderCount: visibleChildren(folder, true).length,
    unreadItemCount: folder.search
      ? folderMessages(folder).filter((one) => !one.isRead).length
      : folder.unread,
    // Items of every kind. https://learn.microsoft.com/en-us/graph/api/resources/mailfolder
    totalItemCount: folder.search
      ? folderMessages(folder).length
      : folder.messages.length + folder.otherItems,
    sizeInBytes: folder.messages.length * 24_576,
    isHidden: folder.hidden,
    ...(folder.search
      ? {
          isSupported: true,
          includeNestedFolders: folder.search.nested ?? true,
          sourceFolderIds: folder.search.sourceFolders,
          filterQuery: folder.search.filterQuery,
        }
      : {}),
  };
  const row: Row = folder.search ? { '@odata.type': '#microsoft.graph.mailSearchFolder' } : {};
  for (const name of select ? ['id', ...select] : Object.keys(all)) if (name in all) row[name] = all[name];
  return row;
}

export function listFolders(call: GraphCall, parentText = 'msgfolderroot'): SandboxResponse {
  needScope(call, 'Mail.ReadBasic');
  const parent = folderAt(call, parentText);
  const select = selectFolderProperties(call.query.get('$select'));
  const hidden = call.query.get('includeHiddenFolders')?.toLowerCase() === 'true';
  let folders = visibleChildren(parent, hidden);
  const filter = call.query.get('$filter');
  if (filter !== null) folders = folders.filter(folderFilter(filter));
  const expand = /^childFolders$/i.test(call.query.get('$expand') ?? '');
  const page = pageOf(call, folders);
  return json(200, {
    '@odata.context': contextUrl(call, '/mailFolders'),
    ...page.count,
    value: page.items.map((folder) => ({
      ...folderRow(folder, select),
      ...(expand
        ? { childFolders: visibleChildren(folder, hidden).map((child) => folderRow(child, select)) }
        : {}),
    })),
    ...page.next,
  });
}

/** The one filter people use here: by name. */
function folderFilter(filter: string): (folder: Folder) => boolean {
  const [, text] = /^\s*displayName\s+eq\s+'((?:[^']|'')*)'\s*$/i.exec(filter) ?? [];
  if (text === undefined)
    throw badRequest(`Invalid filter clause: '${filter}' is not supported on mailFolder.`);
  const name = text.replaceAll("''", "'").toLowerCase();
  return (folder) => folder.displayName.toLowerCase() === name;
}

export function getFolder(call: GraphCall, id: string): SandboxResponse {
  needScope(call, 'Mail.ReadBasic');
  const folder = folderAt(call, id);
  const select = selectFolderProperties(call.query.get('$select'));
  return json(200, {
    '@odata.context': contextUrl(call, '/mailFolders/$entity'),
    ...folderRow(folder, select),
  });
}

function nameFrom(body: Record<string, unknown>): string {
  const { displayName } = body;
  if (typeof displayName !== 'string' || displayName.trim() === '') {
    throw new GraphError(400, 'ErrorInvalidRequest', 'A display name is required.');
  }
  return displayName;
}

const folderExists = (name: string) =>
  new GraphError(
    409,
    'ErrorFolderExists',
    `A folder with the specified name already exists., Could not create folder '${name}'.`,
  );

/** What the store refuses, in Graph's words. */
export function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === 'folder_exists') throw folderExists('');
    if (error.code === 'folder_protected') {
      throw new GraphError(400, 'ErrorDeleteDistinguishedFolder', 'Distinguished folders cannot be deleted.');
    }
    throw new GraphError(400, 'ErrorInvalidRequest', error.message);
  }
}

/** @throws {GraphError} for sources that are not there, and for a filter that cannot be read */
function readSearch(call: GraphCall, body: Record<string, unknown>): FolderSearch {
  const { sourceFolderIds = [], filterQuery = '', includeNestedFolders } = body;
  if (!Array.isArray(sourceFolderIds) || typeof filterQuery !== 'string') {
    throw new GraphError(400, 'ErrorInvalidRequest', 'The sourceFolderIds or the filterQuery are invalid.');
  }
  if (filterQuery !== '') compileFilter(filterQuery);
  return {
    sourceFolders: sourceFolderIds.map((id) => folderAt(call, String(id)).id),
    filterQuery,
    nested: includeNestedFolders === true,
  };
}

export function createFolder(call: GraphCall, parentText = 'msgfolderroot'): SandboxResponse {
  needScope(call, 'Mail.ReadWrite');
  const parent = folderAt(call, parentText);
  const body = bodyOfCall(call);
  const name = nameFrom(body);
  if (childNamed(parent, name)) throw folderExists(name);
  const { store } = call.context;
  const search = body['@odata.type'] === '#microsoft.graph.mailSearchFolder' ? readSearch(call, body) : null;
  const folder = translated(() =>
    store.createFolder(call.mailbox.address, {
      name,
      parent: parent.id,
      hidden: body.isHidden === true,
      ...(search ? { search } : {}),
    }),
  );
  return json(201, {
    '@odata.context': contextUrl(call, '/mailFolders/$entity'),
    ...folderRow(folder, null),
  });
}

export function updateFolder(call: GraphCall, id: string): SandboxResponse {
  needScope(call, 'Mail.ReadWrite');
  const folder = folderAt(call, id);
  const name = nameFrom(bodyOfCall(call));
  translated(() => call.context.store.renameFolder(call.mailbox.address, folder.id, name));
  return json(200, {
    '@odata.context': contextUrl(call, '/mailFolders/$entity'),
    ...folderRow(folder, null),
  });
}

export function moveFolder(call: GraphCall, id: string): SandboxResponse {
  needScope(call, 'Mail.ReadWrite');
  const folder = folderAt(call, id);
  const target = targetFor(call, folder);
  translated(() => call.context.store.moveFolder(call.mailbox.address, folder.id, target.id));
  return json(201, {
    '@odata.context': contextUrl(call, '/mailFolders/$entity'),
    ...folderRow(folder, null),
  });
}

/** With everything in it. https://learn.microsoft.com/en-us/graph/api/mailfolder-copy */
export function copyFolder(call: GraphCall, id: string): SandboxResponse {
  needScope(call, 'Mail.ReadWrite');
  const folder = folderAt(call, id);
  const target = targetFor(call, folder);
  const copy = translated(() => copyInto(call, folder, target));
  return json(201, {
    '@odata.context': contextUrl(call, '/mailFolders/$entity'),
    ...folderRow(copy, null),
  });
}

function copyInto(call: GraphCall, folder: Folder, parent: Folder): Folder {
  const { store } = call.context;
  const { address } = call.mailbox;
  const { displayName: name, hidden, search } = folder;
  const copy = store.createFolder(address, {
    name,
    parent: parent.id,
    hidden,
    ...(search ? { search } : {}),
  });
  for (const { id } of folder.messages) store.copyMessage(address, id, copy.id);
  for (const child of folder.children) copyInto(call, child, copy);
  return copy;
}

/** @throws {GraphError} 400 for a destination inside the folder itself */
function targetFor(call: GraphCall, folder: Folder): Folder {
  const target = destinationOf(call);
  if (!isBelow(target, folder)) return target;
  throw new GraphError(400, 'ErrorMoveCopyFailed', 'The move or copy operation failed.');
}

export function destinationOf(call: GraphCall): Folder {
  const { destinationId, DestinationId } = bodyOfCall(call);
  const id = destinationId ?? DestinationId;
  if (typeof id !== 'string')
    throw new GraphError(400, 'ErrorInvalidRequest', 'The destinationId is required.');
  return folderAt(call, id);
}

export function deleteFolder(call: GraphCall, id: string, { permanent = false } = {}): SandboxResponse {
  needScope(call, 'Mail.ReadWrite');
  const folder = folderAt(call, id);
  translated(() => call.context.store.deleteFolder(call.mailbox.address, folder.id, { permanent }));
  return noContent();
}
