-- MASTER: what only exists because of a yacht goes with its row in fleet_registry: the index of its subscriptions and
-- sign-ins on their way. Not the people: while some belong to a yacht its row cannot be deleted by accident.

alter table graph_subscriptions
  drop constraint graph_subscriptions_yacht_id_fkey,
  add foreign key (yacht_id) references fleet_registry on delete cascade;
alter table oauth_states
  drop constraint oauth_states_yacht_id_fkey,
  add foreign key (yacht_id) references fleet_registry on delete cascade;
