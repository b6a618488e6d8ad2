-- A thread that went into another kept its words, and a link those of a mail that its evidence quotes, after the mail
-- they came from had been purged.
update email_threads
   set subject = null, preview = null, participants = '[]', first_message_at = null, last_message_at = null,
       has_attachments = false
 where merged_into is not null;

alter table email_messages no force row level security;
update email_links l
   set evidence = kept.quotes
  from (select l.id, coalesce(jsonb_agg(quote order by place) filter (where m.id is not null), '[]') as quotes,
               bool_or(m.id is null) as is_short
          from email_links l
         cross join jsonb_array_elements(l.evidence) with ordinality as quoted (quote, place)
          left join email_messages m
            on m.id = case when quote ->> 'email_id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                           then (quote ->> 'email_id')::uuid end
         group by l.id) kept
 where kept.id = l.id and kept.is_short;
alter table email_messages force row level security;
