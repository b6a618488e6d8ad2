// What the store refuses, by a code that each door words in its own way.

export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string) {
    super(message);
    this.name = 'StoreError';
    this.code = code;
  }
}

export type StoreErrorCode =
  | 'mailbox_unknown'
  | 'mailbox_exists'
  | 'folder_unknown'
  | 'folder_exists'
  | 'folder_protected'
  | 'message_unknown'
  | 'invalid';
