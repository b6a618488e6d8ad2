-- A person is also told when Microsoft no longer lets us write for them, while their mailbox is read as before.

alter table email_notices drop constraint email_notices_kind_check;
alter table email_notices add constraint email_notices_kind_check
  check (kind in ('consent_lost', 'write_lost', 'stale'));

-- Tokens are for their own person alone; that they must be renewed is for the captain too.
do $$ begin
  execute format('create policy owner on auth_microsoft_tokens to %I using (true) with check (true)', current_user);
end $$;
create function celeste_write_lost(person uuid) returns boolean language sql stable security definer
  set search_path = pg_catalog, public
as $$
  select exists (select 1 from public.auth_microsoft_tokens t
                  where t.yacht_id = public.celeste_yacht_id() and t.user_id = person
                    and t.token_purpose = 'write' and t.is_revoked)
$$;
