-- TENANT: a mailbox's subscription to Microsoft's notifications, as a state machine whose every state survives a
-- crash (src/sync/subscription-plan.ts), and what a notification left to be done.

update email_watchers set subscription_state = 'none' where subscription_state is null;
alter table email_watchers
  alter column subscription_state set default 'none',
  alter column subscription_state set not null,
  add constraint email_watchers_subscription_state_check
    check (subscription_state in ('none', 'creating', 'active', 'renewing', 'reauthorizing', 'removing', 'lost')),
  -- The row of MASTER's graph_subscriptions that its notifications name.
  add column subscription_key           uuid,
  -- WEBHOOK_URL as it was when the subscription was made: another one now means a new subscription.
  add column subscription_url           text,
  -- When it wants looking at. A worker that takes it up moves this on, so that a worker that dies is succeeded.
  add column subscription_due_at        timestamptz,
  -- The last time Microsoft was told that we may still read the mailbox (created, renewed or reauthorised).
  add column subscription_authorized_at timestamptz,
  -- What a lifecycle notification asked for.
  add column subscription_wish          text check (subscription_wish in ('reauthorize', 'recreate')),
  add column subscription_failures      integer not null default 0,
  add column subscription_error_code    text,
  -- A notification whose change no round has shown yet.
  add column nudged_at                  timestamptz;
