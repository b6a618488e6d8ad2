-- A purge of a mailbox left a row in its inbox for each conversation that another mailbox has a copy of.
alter table email_thread_mailboxes no force row level security;
alter table email_messages no force row level security;
delete from email_thread_mailboxes b
 where not exists (select 1 from email_messages m where m.thread_id = b.thread_id and m.watcher_id = b.watcher_id);
alter table email_thread_mailboxes force row level security;
alter table email_messages force row level security;

-- What Microsoft wants of the next sign-in (a second factor, a managed device): `claims` of its last refusal, JSON.
alter table auth_microsoft_tokens add column reauth_claims text;
