-- The three roles that reach a TENANT's rows. None can log in, none bypasses row-level security:
-- the connection's own role takes one on for each transaction (`tenants.read` and `tenants.transact`).
--   celeste_app     a person's request, seeing what that person may see
--   celeste_worker  background work on this yacht
--   celeste_search  owner of the security-definer functions that search on a person's behalf
-- Roles belong to the whole server, so a second yacht on it finds them there.
do $$
declare
  name text;
  -- Since PostgreSQL 16 whoever creates a role is its administrator, yet may not take it on without a grant.
  may_take_on text := case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end;
begin
  foreach name in array array['celeste_app', 'celeste_worker', 'celeste_search'] loop
    begin
      execute format('create role %I nologin noinherit', name);
    exception when duplicate_object or unique_violation then
      null;
    end;
    if not pg_has_role(current_user, name, may_take_on) then
      execute format('grant %I to %I', name, current_user);
    end if;
  end loop;
end $$;

grant usage on schema public to celeste_app, celeste_worker, celeste_search;

-- Who is asking, set for one transaction by the door (`tenants`).
create function celeste_user_id() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('celeste.user_id', true), '')::uuid $$;
create function celeste_yacht_id() returns text language sql stable parallel safe
  as $$ select nullif(current_setting('celeste.yacht_id', true), '') $$;
create function celeste_role() returns text language sql stable parallel safe
  as $$ select nullif(current_setting('celeste.role', true), '') $$;
-- The roles that may link mail to a record; src/directory/roles.ts says the same to the page.
create function celeste_may_link() returns boolean language sql stable parallel safe
  as $$ select celeste_role() in ('captain', 'chief_engineer', 'chief_officer', 'chief_steward', 'purser', 'eto', 'manager') $$;
