// What a test or a demo may turn: limits, latency, and the oddities of delta that clients must live with.

export type Quirks = {
  /** Rows of a delta page in any order. */
  shuffle: boolean;
  /** Now and then a row twice on a page; without `shuffle`, first as it was and last as it is. */
  duplicates: boolean;
  /** Now and then a page without rows but with a nextLink. */
  emptyPages: boolean;
  /** A read toggle is reported as `{id, isRead, parentFolderId}` only. */
  sparse: boolean;
  /** Tombstones for ids that the client has never seen. */
  unknownTombstones: boolean;
  /** How long a change stays invisible to delta. */
  lateVisibilityMs: number;
  /** With immutable ids, A→B→A between two rounds reports the tombstone and not the return. */
  abaLost: boolean;
  /** Now and then a round tells once more what the one before it told. */
  replays: boolean;
  /** Of a folder that was deleted and made again by the same name only the new one is told. */
  recreatedFolderLost: boolean;
  /** `$top` caps the whole initial round instead of being ignored. */
  topCapsRound: boolean;
  /** `odata.maxpagesize` is a hint: no page of delta is larger than this, whatever is asked for. */
  largestPage: number;
};

/**
 * How a dead delta token is refused: 410 with the address of a new round, 410 without, 404, 400, or 400 as if the
 * token could not even be read.
 */
export const DEAD_TOKENS = ['410', '410 without Location', '404', '400', 'unreadable'] as const;
export type DeadToken = (typeof DEAD_TOKENS)[number];

/** Spellings of the code that go with it, except when it is unreadable. */
export const DEAD_TOKEN_CODES = [
  ...(['SyncStateNotFound', 'syncStateNotFound', 'SyncStateInvalid', 'ErrorSyncStateNotFound'] as const),
  ...(['resyncRequired', 'ResyncRequired'] as const),
] as const;
export type DeadTokenCode = (typeof DEAD_TOKEN_CODES)[number];

/** In China's cloud there is no delta for messages and mail folders. */
export const CLOUDS = ['global', 'china'] as const;

/** How a request of more than 4 MB is refused: by the gateway, or by Exchange behind it. */
export const TOO_LARGE = ['413', '400'] as const;

export const RETRY_AFTER_MODES = ['number', 'fraction', 'date', 'missing'] as const;

export type RetryAfterMode = (typeof RETRY_AFTER_MODES)[number];

export type NotificationSettings = {
  /** How long after a change its notification goes out; each takes its own time between the two. */
  delayMs: { minimum: number; maximum: number };
  /** Most notifications in one POST, whichever subscriptions they are for. */
  batch: number;
  /** Everything waits for the next multiple of this time, then goes out together; 0 for off. */
  burstMs: number;
  /** Share of notifications that come twice, and that never come. */
  duplicateShare: number;
  dropShare: number;
  /** The same for what was moved with many others at once. */
  bulkDropShare: number;
  /** Notifications that go out together are in any order. */
  reorder: boolean;
  /** New mail is told as created and updated. */
  pairs: boolean;
  /** An answer later than this does not count. */
  acknowledgeMs: number;
  /** Nobody waits longer than this for an answer. */
  abandonMs: number;
  validationMs: number;
  /** The first retry comes after this time, each later one after twice as long, for `giveUpMinutes` in all. */
  firstRetryMs: number;
  giveUpMinutes: number;
  /** From so many answers in ten minutes on the share of late ones counts. */
  sample: number;
  /** The handshake is repeated when a subscription is renewed. */
  validateOnRenew: boolean;
  /** The same subscription twice is refused with 409. */
  refuseDuplicates: boolean;
};

export type Settings = {
  latencyMs: number;
  /** JSON from Graph is gzipped for clients that ask for it. */
  gzip: boolean;
  quirks: Quirks;
  limits: {
    concurrent: number;
    windowRequests: number;
    windowSeconds: number;
    /** Uploaded bytes in five minutes. */
    uploadBytes: number;
    retryAfter: RetryAfterMode;
    retryAfterSeconds: number;
  };
  deadToken: DeadToken;
  deadTokenCode: DeadTokenCode;
  cloud: (typeof CLOUDS)[number];
  tooLarge: (typeof TOO_LARGE)[number];
  /** How many of the newest link generations of a folder are still accepted. */
  generations: number;
  accessTokenSeconds: { minimum: number; maximum: number };
  /** How long a sent mail stays in the Outbox. */
  sendDelayMs: number;
  notifications: NotificationSettings;
};

const defaultNotifications: NotificationSettings = {
  delayMs: { minimum: 50, maximum: 400 },
  batch: 20,
  burstMs: 0,
  duplicateShare: 0,
  dropShare: 0,
  bulkDropShare: 0,
  reorder: false,
  pairs: false,
  acknowledgeMs: 3000,
  abandonMs: 10_000,
  validationMs: 10_000,
  firstRetryMs: 10_000,
  giveUpMinutes: 240,
  sample: 10,
  validateOnRenew: false,
  refuseDuplicates: true,
};

/** What Microsoft does on an ordinary day. */
export const defaultSettings = (latencyMs: number): Settings => ({
  latencyMs,
  gzip: true,
  quirks: {
    shuffle: false,
    duplicates: false,
    emptyPages: false,
    sparse: true,
    unknownTombstones: false,
    lateVisibilityMs: 0,
    abaLost: false,
    replays: false,
    recreatedFolderLost: false,
    topCapsRound: true,
    largestPage: 1_000,
  },
  limits: {
    concurrent: 4,
    windowRequests: 10_000,
    windowSeconds: 600,
    uploadBytes: 150_000_000,
    retryAfter: 'number',
    retryAfterSeconds: 10,
  },
  deadToken: '410',
  deadTokenCode: 'SyncStateNotFound',
  cloud: 'global',
  tooLarge: '413',
  generations: 4,
  accessTokenSeconds: { minimum: 3600, maximum: 5400 },
  sendDelayMs: 400,
  notifications: structuredClone(defaultNotifications),
});
