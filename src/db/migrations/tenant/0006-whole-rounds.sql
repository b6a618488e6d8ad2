-- A round that somebody asked for looks at every folder; a scheduled one at as many as two requests hold. Set with
-- next_sync_at by whoever asks, cleared by the round that did it.
alter table email_watchers add column whole_requested_at timestamptz;
