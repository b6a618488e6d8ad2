-- A thread that went into another kept its words, and a link those of a mail that its evidence quotes, after the mail
-- they came from had been purged.
update email_threads
   set subject = null, preview = null, participants = '[]', first_message_at = null, last_message_at = null,
       has_attachments = false
 where merged_into is not null;

alter table email_messages no force row level security;
update email_links l
   set evidence = (select coalesce(jsonb_agg(quote), '[]') from jsonb_array_elements(l.evidence) quote
                    where exists (select from email_messages m where m.id::text = quote ->> 'email_id'))
 where exists (select from jsonb_array_elements(l.evidence) quote
                where not exists (select from email_messages m where m.id::text = quote ->> 'email_id'));
alter table email_messages force row level security;
